"""Articles of the same words: each may be the first, unless a date or a credit tells them apart."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import provenance as pv
from provenance.tables import ANCESTRY, ATTRIBUTIONS, DATES, DOCUMENTS, MATCHES
from provenance.tracing.conclusions import reasons
from provenance.tracing.conclusions.decided import fix_ancestry
from provenance.tracing.conclusions.edges import _begin_word
from provenance.tracing.signs.twins import find_twins, join_pairs, stand_in
from tests.tracing import DAY, EXTRA, STORY, origin, trace

if TYPE_CHECKING:
    from collections.abc import Iterable


def origins_of(*rows: dict[str, Any]) -> pl.DataFrame:
    """ORIGINS of articles that all match each other; those without a text have the same words."""
    given = [{"text": STORY} | row for row in rows]
    _, origins, _ = trace(given, list(itertools.combinations([row["doc_id"] for row in rows], 2)))
    found: pl.DataFrame = origins
    return found


def filled(schema: pl.Schema, **columns: Iterable[Any]) -> pl.DataFrame:
    """A table with these columns, and null in all others."""
    given = {name: list(column) for name, column in columns.items()}
    nothing = [None] * len(next(iter(given.values())))
    return pl.DataFrame({name: given.get(name, nothing) for name in schema}, schema=schema)


@pytest.mark.parametrize("dated", [{}, {"published": DAY}])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_of_equal_texts_that_nothing_tells_apart_each_is_as_likely_the_first(count: int, dated: dict[str, Any]) -> None:
    names = "abcde"[:count]
    found = origins_of(*({"doc_id": name, "outlet": f"{name.upper()} Post"} | dated for name in names))
    for name in names:
        row = origin(found, name)
        assert (row["origin_id"], row["kind"], row["verdict"]) == (name, "itself", "undetermined")
        assert 0.9 / count < row["confidence"] <= 1 / count
        assert row["runner_up"] in set(names) - {name}
        more = f" and {count - 2} more" if count > 2 else ""
        whose = row["runner_up"].upper()
        assert row["reason"] == f"The same text stands in {whose} Post{more}; nothing tells which was first."


def test_the_credit_of_a_picture_makes_no_equal_text_the_first() -> None:
    text = STORY.replace("\n\n", "\nPhoto: Reuters\n\n")
    owners = ("Halden Post", "Reuters", "Orle Herald")
    found = origins_of(
        *(
            {"doc_id": name, "text": text, "outlet": owner, "published": DAY + timedelta(days=late)}
            for late, (name, owner) in enumerate(zip("abc", owners, strict=True))
        )
    )
    assert found.select("doc_id", "origin_id").rows() == [("a", "a"), ("b", "a"), ("c", "a")]


def test_an_equal_text_of_the_same_outlet_or_of_nobody_is_named_by_its_id() -> None:
    ours = origins_of({"doc_id": "a1", "outlet": "A Post"}, {"doc_id": "a2", "outlet": "A Post"})
    nobodys = origins_of({"doc_id": "a1"}, {"doc_id": "a2"})
    for found in (ours, nobodys):
        assert origin(found, "a1")["reason"] == "The same text stands in a2; nothing tells which was first."


def test_dates_tell_equal_texts_apart() -> None:
    later = {"doc_id": "b", "outlet": "B Post", "published": DAY + timedelta(days=3)}
    found = origins_of({"doc_id": "a", "outlet": "A Post", "published": DAY}, later)
    assert origin(found, "b")["origin_id"] == "a"
    assert origin(found, "a")["confidence"] > 0.9
    assert "appears to be its own origin" in origin(found, "a")["reason"]


@pytest.mark.parametrize("early", [timedelta(hours=8), timedelta(days=3)])
def test_a_date_does_not_contradict_whom_equal_texts_credit(early: timedelta) -> None:
    """A paper's clock without a time zone: AP's text was "not found in the dump", and AP's own article stood at .48."""
    text = f"HELENA, Mont. (AP) — {STORY}"
    paper = {"doc_id": "paper", "outlet": "Denver Tribune", "text": text, "published": DAY - early}
    found = origins_of({"doc_id": "wire", "outlet": "Associated Press", "text": text, "published": DAY}, paper)
    assert [origin(found, name)["origin_id"] for name in ("wire", "paper")] == ["wire", "wire"]
    assert [origin(found, name)["verdict"] for name in ("wire", "paper")] == ["likely", "likely"]


def test_equal_texts_that_were_copied_have_their_source() -> None:
    given = {"doc_id": "s", "outlet": "S Post", "text": STORY + EXTRA, "published": DAY}
    later = {"published": DAY + timedelta(days=2)}
    found = origins_of(given, {"doc_id": "a", "outlet": "A Post"} | later, {"doc_id": "b", "outlet": "B Post"} | later)
    assert {origin(found, name)["origin_id"] for name in "ab"} == {"s"}


def test_of_two_texts_that_share_much_the_sentence_says_that_nobody_knows() -> None:
    texts = [STORY, STORY.replace("lemons", "melons")]
    given = pl.DataFrame({"id": ["a", "b"], "source": ["A Post", "B Post"], "text": texts})
    found = pv.scan(given).origins
    for name, other in ("aB", "bA"):
        row = origin(found, name)
        assert (row["verdict"], row["runner_up"]) == ("undetermined", other.lower())
        assert row["reason"] == f"It and {other} Post share text, and too little tells which was first."


def test_what_an_editor_said_of_one_of_two_equal_texts_tells_of_the_other() -> None:
    blank = dict.fromkeys(ANCESTRY) | {"part": 0, "probability": 1.0, "first": 1.0, "chosen": True, "alike": 2}
    rows = [blank | {"doc_id": "a", "twin": "b"}, blank | {"doc_id": "b", "twin": "a"}]
    fixed = pl.DataFrame({"doc_id": ["b"], "origin_id": ["a"]})
    found = fix_ancestry(pl.DataFrame(rows, schema=ANCESTRY), fixed)
    assert found.select("doc_id", "other_id", "twin", "alike").rows() == [
        ("a", None, None, None),
        ("b", "a", None, None),
    ]


LIKE = {"jaccard": 0.5, "quotes": False, "left_containment": 0.5, "right_containment": 0.5}
LIKE |= {"left_first": 40, "right_first": 40, "left_last": 90, "right_last": 90}


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ({"jaccard": 0.6}, {"left_containment": 0.9, "right_containment": 0.9}),
        ({"left_containment": 0.6}, {"left_first": 0}),
        ({"left_first": 30}, {"left_last": 60}),
        ({"right_last": 70}, {"left_last": 80}),
        ({"quotes": False}, {"quotes": True, "left_first": 39, "right_first": 41}),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_of_pairs_of_twins_the_one_that_shares_most_stands_for_them(
    taken: dict[str, Any], left: dict[str, Any], turned: bool
) -> None:
    """Then the one that stands nearest to the beginning of both; a pair of their own comes before any of others."""
    twins = pl.DataFrame({"doc_id": ["a", "a2", "m", "m2"], "stands": ["a", "a", "m", "m"]})
    ranks = pl.DataFrame({"doc_id": ["a", "m"], "rank": [0, 1]})
    pairs = [{"left_doc": "a", "right_doc": "m2"} | LIKE | taken, {"left_doc": "a2", "right_doc": "m"} | LIKE | left]
    given = pl.DataFrame(pairs[::-1] if turned else pairs)
    asked = ["left_doc", "right_doc", *LIKE]
    assert join_pairs(given, twins, ranks).select(asked).to_dicts() == [pairs[0] | {"right_doc": "m"}]
    own = {"left_doc": "a", "right_doc": "m"} | LIKE | {"jaccard": 0.1}
    assert join_pairs(pl.concat([given, pl.DataFrame([own])]), twins, ranks).select(asked).to_dicts() == [own]


# -- sentences -------------------------------------------------------------------------------------------


def test_what_is_known_of_a_side_goes_with_the_text_that_stands_for_it() -> None:
    twins = pl.DataFrame({"doc_id": ["a", "d", "c", "x"], "stands": ["d", "d", "c", "c"]})
    rows = [("a", "b", 1, 2, 0.5), ("a", "d", 3, 4, 1.0), ("b", "c", 5, 6, -2.0), ("b", "x", 7, 8, 3.0)]
    names = ["left_doc", "right_doc", "left_words", "right_words", "strength"]
    pairs = pl.DataFrame(rows, schema=names, orient="row")
    expected = [("b", "d", 2, 1, -0.5), ("b", "c", 5, 6, -2.0), ("b", "c", 7, 8, 3.0)]
    assert stand_in(pairs, twins).rows() == expected
    assert stand_in(pairs.drop("strength"), twins).rows() == [row[:-1] for row in expected]


def test_of_equal_texts_the_credited_one_stands_for_all_then_the_earliest_then_the_first_by_outlet() -> None:
    names = ("a", "b", "c", "d", "e", "f", "g")
    documents = filled(DOCUMENTS, doc_id=names, outlet=("A", "B", "C", "D", "E", "F", "E"), text=[""] * 7)
    same = [("a", "b"), ("b", "c"), ("d", "e"), ("e", "g")]
    left, right = zip(*same, ("f", "f"), ("a", "f"), strict=True)
    relation = ["duplicate"] * 5 + ["overlap"]
    matches = filled(MATCHES, left_doc=left, right_doc=right, relation=relation)
    ranks = pl.DataFrame({"doc_id": names, "rank": [6, 5, 4, 3, 2, 1, 0]})
    dates = filled(
        DATES, doc_id=["b", "c", "a"], value=[DAY, DAY + timedelta(1), DAY + timedelta(2)], precision=["day"] * 3,
        kind=["published"] * 3, trusted=[True] * 3,
    )  # fmt: skip
    said = {"source": ["C", "A"], "kind": ["credit", "cited"], "scope": ["article", "passage"]}
    credits_ = filled(ATTRIBUTIONS, doc_id=["a", "a"], **said)

    def stands(attributions: pl.DataFrame, dated: pl.DataFrame) -> dict[str, str]:
        found = find_twins(documents, matches, attributions, dated, ranks)
        assert found["doc_id"].to_list() == list("abcdeg")
        return dict(found.iter_rows())

    rest = dict.fromkeys("deg", "d")
    assert stands(credits_, dates) == dict.fromkeys("abc", "c") | rest
    assert stands(credits_[1:], dates) == dict.fromkeys("abc", "b") | rest, "whom it only cites did not write it"
    pictured = credits_.with_columns(scope=pl.lit("caption"))
    assert stands(pictured, dates) == dict.fromkeys("abc", "b") | rest, "nor who took its picture"
    assert stands(credits_[:0], dates[:0]) == dict.fromkeys("abc", "a") | rest
    by_rank = documents.with_columns(outlet=pl.lit("Z"))
    found = find_twins(by_rank, matches, credits_[:0], dates[:0], ranks)
    assert dict(found.iter_rows()) == dict.fromkeys("abc", "c") | dict.fromkeys("deg", "g")


def test_a_sentence_says_what_the_verdict_says() -> None:
    sure = reasons.of_copy("copied", "A Post’s “Lemons”", "B Post", 3)
    assert sure == "Copied from A Post’s “Lemons” by way of B Post; 3 kinds of evidence agree."
    unsure = reasons.of_copy("excerpt", "“Lemons”", None, 3, "the source may as well be b")
    assert unsure == "Perhaps an excerpt of “Lemons”; 3 kinds of evidence agree, but the source may as well be b."


def test_an_origin_that_is_undetermined_is_not_told_as_a_fact() -> None:
    words = STORY.split()
    given = [" ".join([*words[:at], f"word{at}", *words[at + 1 :]]) for at in range(3, 60, 7)]
    run = pv.scan(pl.DataFrame({"id": [f"d{at}" for at in range(len(given))], "text": given}))
    copies = run.origins.filter(kind="document")
    assert "undetermined" in copies["verdict"].to_list()
    for row in copies.iter_rows(named=True):
        assert row["reason"].startswith("Perhaps ") == (row["verdict"] == "undetermined")


def test_articles_are_called_by_outlet_and_title_and_ids_are_no_titles() -> None:
    assert reasons.name_article("late", "Late Post", None) == "Late Post (late)"
    assert reasons.name_article("late", None, None) == "late"
    assert reasons.name_article("late", None, "Lemons") == "“Lemons”"
    assert reasons.name_article("late", "Late Post", "Lemons") == "Late Post’s “Lemons”"


def test_words_that_end_a_sentence_leave_their_stop_to_it() -> None:
    text = "It was told to Reuters on March 27.\nMore."
    assert reasons.quote(text, 15, 22) == "“It was told to Reuters on March 27”"


def test_what_is_left_of_a_cut_text_is_shown_from_a_word_on() -> None:
    whole = "It will cost between 18 and 25 million pounds"
    assert whole[_begin_word(whole, 15, len(whole)) :] == "18 and 25 million pounds"
    assert _begin_word("一二三四五六", 3, 6) == 3
