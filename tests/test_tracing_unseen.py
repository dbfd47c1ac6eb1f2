"""Somebody unseen before the first text of a story: flaws of a first, credits of its copies, how frequent that is."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import polars as pl
import pytest

from provenance.settings import Settings
from provenance.tables import ANCESTRY, CONTENTS, DATES, EVIDENCE, empty
from provenance.tracing.conclusions.claims import CLAIMS
from provenance.tracing.conclusions.origins import choose_origins
from provenance.tracing.signs import model
from provenance.tracing.stories.choices import Choices
from provenance.tracing.stories.graphs import lay_out, solve
from provenance.tracing.stories.unseen import (
    BEGUN_OUTSIDE,
    FLAWS,
    Firsts,
    chance_unseen,
    describe_firsts,
    sample_flaws,
    share_unseen,
    weigh_firsts,
)
from tests.tracing import DAY, EXTRA, STORY, documents, origin, trace

IDS = ["a", "b", "c"]


def firsts(
    evidence: list[tuple[str, str, str, float]],
    private: float = 0.0,
    scores: tuple[float, ...] = (9.0, 0.0, 0.0, 9.0, 0.0, 9.0),
    signed: str = "",
    own: bool = False,
) -> dict[str, float]:
    """Of three texts of which b and c were surely taken from a, or as told: what is found of a, by feature."""
    child, parent = np.array([0, 0, 1, 1, 2, 2]), np.array([-1, 1, -1, 0, -1, 0])
    score = np.array(scores)
    zero, component = np.zeros(6), np.zeros(6, np.int64)
    alone = np.where(child == 0, private, 0.0)
    lines = np.array([name in signed for name in IDS])[child]
    ours = (parent >= 0) & own
    choices = Choices(
        child, parent, child, component, score, zero, component, zero, zero > 0, zero, zero, alone, lines, ours,
        np.ones(3, bool),
    )  # fmt: skip
    rows = pl.DataFrame(evidence, schema=["left_doc", "right_doc", "feature", "strength"], orient="row")
    rows = rows.with_columns(pl.lit(None).alias(name) for name in EVIDENCE if name not in rows.columns)
    told = rows.select(pl.col(name).cast(kind) for name, kind in EVIDENCE.items())
    found = describe_firsts(IDS, choices, solve(lay_out(child, parent, component), score), told)
    assert found.document[0] == 0
    return dict(zip(FLAWS, found.features[0].tolist(), strict=True))


def test_what_shows_that_a_first_is_later_than_its_copies_counts_against_it_once() -> None:
    gloss, slip = model.weights()["gloss"], model.weights()["slip"]
    plain = firsts([("a", "b", "gloss", 1.0)])
    assert (plain["unseen_later"], plain["unseen_turned"]) == (0.0, 0.0)
    assert plain["unseen_copies"] == -np.log1p(2)
    # what a lacks of b shows in c too: the one change is counted once
    turned = firsts([("a", "b", "gloss", -1.0), ("a", "c", "gloss", -1.0), ("a", "c", "slip", 1.0)])
    assert turned["unseen_later"] == pytest.approx(gloss)
    assert turned["unseen_turned"] == 1.0  # by b, of which nothing else is known
    both = firsts([("a", "c", "gloss", -1.0), ("a", "c", "slip", 2.0)])
    assert (both["unseen_later"], both["unseen_turned"]) == (pytest.approx(gloss), float(gloss > 2 * slip))
    # dates are weighed in the tree, and an outlet's other articles say nothing of this one
    assert firsts([("a", "b", "date", -1.0), ("a", "b", "habit", -1.0)]) == firsts([])


def test_readings_that_nobody_else_has_are_a_flaw() -> None:
    none, many = (np.array([list(firsts([], private).values())]) for private in (0.0, 30.0))
    flaws = [weigh_firsts(Firsts(np.array([0]), features), 3) for features in (none, many)]
    assert flaws[1][0] > flaws[0][0]
    assert np.isnan(flaws[0][1:]).all()


def test_two_that_have_their_words_from_nobody_need_a_third_unless_one_signs_or_both_are_of_one_outlet() -> None:
    both = (9.0, 0.0, 9.0, 0.0, 0.0, 9.0)  # a and b have no source
    assert firsts([])["unseen_others"] < 0.01
    assert firsts([], scores=both)["unseen_others"] > 0.9
    assert firsts([], scores=both, signed="b")["unseen_others"] == 0
    assert firsts([], scores=both, own=True)["unseen_others"] == 0
    assert (firsts([], signed="b")["unseen_signed"], firsts([], signed="a")["unseen_signed"]) == (0, -1)


def test_how_many_stories_begin_outside_is_learnt_from_all_in_any_order() -> None:
    assert share_unseen(pl.Series([], dtype=pl.Float64)) == pytest.approx(BEGUN_OUTSIDE)
    whole, broken = [-3.0] * 200, [-3.0] * 100 + [4.0] * 100
    few, many = (share_unseen(pl.Series(flaws)) for flaws in (whole, broken))
    assert few < BEGUN_OUTSIDE < 0.4 < many < 0.6
    random.Random(3).shuffle(broken)
    assert share_unseen(pl.Series(broken)) == many
    ancestry = pl.DataFrame(
        {"doc_id": ["a", "b"], "flaw": [0.5, None], "contents": [1, 2]}, schema_overrides={"contents": CONTENTS}
    )
    assert sample_flaws(ancestry.drop_nulls("flaw"), 2).to_list() == [0.5]
    chances = [dict(chance_unseen(ancestry, share).iter_rows()) for share in (few, many)]
    assert chances[0].keys() == {"a"}
    assert chances[0]["a"] < chances[1]["a"]


def test_the_credit_of_a_copy_says_where_the_text_nearest_to_it_came_from() -> None:
    cut = STORY.partition("\n\n")[0]
    rows = [
        {"doc_id": "a", "text": STORY, "outlet": "Quay Journal", "published": DAY},
        {"doc_id": "b", "text": f"{cut}\n\nSource: Lowick Post", "outlet": "Harbour Mail", "published": DAY},
    ]
    found = origin(trace(rows, [("a", "b")])[1], "a")
    assert (found["origin_id"], found["kind"]) == ("source:Lowick Post", "external")
    assert "Harbour Mail" in found["reason"]
    assert found["verdict"] != "established"
    # in the dump the paper that is credited is nobody unseen, whatever its copies credit
    own = {"doc_id": "c", "text": STORY + EXTRA, "outlet": "Lowick Post", "published": DAY}
    origins = trace([*rows, own], [("a", "b"), ("a", "c"), ("b", "c")])[1]
    assert not origins["origin_id"].str.starts_with("source:").any()


def test_a_text_that_several_print_alike_is_one_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    monkeypatch.setattr("tests.tracing.share_unseen", lambda flaws: counted.append(len(flaws)) or BEGUN_OUTSIDE)
    whole = STORY + EXTRA
    rows = [
        {"doc_id": doc_id, "text": text, "outlet": outlet}
        for doc_id, text, outlet in (
            ("a", whole, "Quay Journal"), ("b", whole, "Harbour Mail"), ("c", STORY[:200], "Lowick Post"),
        )
    ]  # fmt: skip
    trace(rows, [("a", "b"), ("a", "c"), ("b", "c")])
    assert counted == [1]


def told(unseen: float, *claims: tuple[Any, ...], outlet: str | None = "Quay Journal", alone: float = 0.9) -> Any:
    """ORIGINS of a and of b, which was copied from it, if so many stories begin outside."""
    given = documents({"doc_id": "a", "text": STORY, "outlet": outlet}, {"doc_id": "b", "text": STORY + EXTRA})
    blank = dict.fromkeys(ANCESTRY)
    plain = blank | {"part": 0, "first": 0.9, "ancestor": 0.9, "share": 1.0, "families": 2}
    rows = [
        plain | {"doc_id": "a", "probability": alone, "chosen": True, "flaw": 0.0},
        plain | {"doc_id": "a", "other_id": "b", "probability": 1 - alone, "chosen": False},
        plain | {"doc_id": "b", "other_id": "a", "probability": 1.0, "first": 1.0, "chosen": True},
    ]
    kinds = pl.DataFrame(schema={"to_id": pl.String, "from_id": pl.String, "kind": pl.String})
    copies = pl.DataFrame(schema={"doc_id": pl.String, "copies": pl.Int64})
    copiers = pl.DataFrame(schema={"outlet": pl.String, "share": pl.Float64})
    said = pl.DataFrame(claims, schema=CLAIMS, orient="row")
    ancestry = pl.DataFrame(rows, schema=ANCESTRY)
    found = choose_origins(
        given, copies, kinds, ancestry, said, copiers, empty(DATES), 0.0, unseen, Settings(), pl.Series(["a", "b"])
    )
    return found.rows(named=True)


def begun(*known: Any, **more: Any) -> str:
    """Where a has its words from."""
    return told(*known, **more)[0]["origin_id"] or "unknown"


def test_whoever_is_cited_words_that_somebody_unseen_had_are_not_the_articles_own() -> None:
    cited = ("a", "source:Lowick Post", "cites", 0.72, 1, "Its lead.", [])
    assert [begun(unseen, cited) for unseen in (0.1, 0.9)] == ["source:Lowick Post", "unknown"]
    # an article of which nobody knows whose it is may be the one that its copy credits
    credit = ("b", "source:Quay Journal", "copied_from", 0.93, 1, "Its credit.", [])
    whose = [begun(0.1, cited, credit, outlet=outlet) for outlet in (None, "Harbour Mail")]
    assert whose == ["source:Lowick Post", "source:Quay Journal"]


def test_somebody_unseen_need_only_be_likelier_than_that_a_text_began_with_itself() -> None:
    assert [begun(unseen, alone=0.9) for unseen in (0.4, 0.45, 0.55)] == ["a", "a", "unknown"]
    assert [begun(unseen, alone=0.6) for unseen in (0.35, 0.4, 0.55)] == ["a", "unknown", "unknown"]


def test_what_was_copied_from_a_text_that_may_have_begun_outside_is_not_established(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model, "curves", lambda: {"document, undated": [model.Point(1.0, 0.99, 0.985)]})
    few, some, most = (told(unseen)[1] for unseen in (0.02, 0.2, 0.9))
    assert [row["verdict"] for row in (few, some, most)] == ["established", "likely", "undetermined"]
    assert few["confidence"] == some["confidence"] > most["confidence"]


def test_nobody_is_said_to_be_absent_whose_other_articles_are_there() -> None:
    """Of an agency that stands in the dump with another article the reason said that it "is not in the dump"."""
    dump = [
        {"doc_id": "rates", "outlet": "Reuters", "text": "The bank left its rate as it was, said the governor."},
        {"doc_id": "ferry", "outlet": "Evening Star", "text": f"BERGEN, Sept 20 (Reuters) - {STORY}"},
    ]
    edges, origins, *_ = trace(dump, [])
    assert edges["from_id"].to_list() == ["source:Reuters"]
    assert origin(origins, "ferry")["reason"].endswith("credits Reuters, whose text was not found in the dump.")
