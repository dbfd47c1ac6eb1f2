"""Cleaning: whatever goes is like something that stays, and which of several alike stays is what was asked for."""

from __future__ import annotations

import io
import json
import random
from functools import partial

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import provenance as pv
import provenance.frames
from provenance import tables
from provenance.cleaning.choosing import KEEP
from provenance.errors import UsageError
from provenance.text.folding import fold
from tests.cleaning import ONE, OTHER, PLAIN, frame
from tests.commands import call
from tests.strategies import SENTENCES, dumps

few = settings(max_examples=12)


def jaccard(one: str, two: str) -> float:
    sets = []
    for text in (one, two):
        words = fold(text).split()
        sets.append({tuple(words[at : at + 5]) for at in range(max(1, len(words) - 4))} if words else set())
    return len(sets[0] & sets[1]) / max(1, len(sets[0] | sets[1]))


def like(one: str, two: str) -> bool:
    return bool(fold(one)) and (fold(one) == fold(two) or jaccard(one, two) >= 0.7 - 1e-6)


@few
@given(texts=dumps(), keep=st.sampled_from(KEEP))
def test_what_goes_is_like_one_that_stays_and_no_two_that_stay_are_alike(texts: dict[str, str], keep: str) -> None:
    whole = frame(texts)
    kept = pv.clean(whole, text="body", keep=keep, settings=PLAIN)
    gone = pv.removals(whole, text="body", keep=keep, settings=PLAIN)
    assert gone.schema == tables.REMOVALS
    stay = set(kept["id"])
    assert stay | set(gone["doc_id"]) == set(whole["id"])
    assert not stay & set(gone["doc_id"])
    for row in gone.iter_rows(named=True):
        assert row["counterpart"] in stay
        assert like(row["text"], texts[row["counterpart"]])
        equal = fold(row["text"]) == fold(texts[row["counterpart"]])
        assert row["reason"] == ("duplicate" if equal else "near_duplicate")
    names = [name for name in stay if name != "blank"]
    assert not any(like(texts[a], texts[b]) for a in names for b in names if a < b)
    # the rows that stay are as they were, in their order
    assert kept.equals(whole.filter(pl.col("id").is_in(stay)))
    # and nothing goes a second time
    assert pv.removals(kept, text="body", keep=keep, settings=PLAIN).is_empty()


@few
@given(texts=dumps(), keep=st.sampled_from(KEEP))
def test_a_frame_is_rebuilt_from_what_stays_and_what_went(texts: dict[str, str], keep: str) -> None:
    whole = frame(texts)
    rows: list[pl.DataFrame | None] = [None] * whole.height
    for row, record in pv.removals(whole, text="body", keep=keep, settings=PLAIN).select("row", "record").iter_rows():
        rows[row] = pl.read_ipc_stream(io.BytesIO(record))
    kept = pv.clean(whole, text="body", keep=keep, settings=PLAIN)
    left = iter(kept[at : at + 1] for at in range(kept.height))
    assert pl.concat([row if row is not None else next(left) for row in rows]).equals(whole)


def test_contained_goes_only_when_asked() -> None:
    whole = pl.DataFrame({"id": ["long", "short"], "text": [" ".join(SENTENCES[:4]), SENTENCES[1]]})
    assert pv.clean(whole)["id"].to_list() == ["long", "short"]
    assert pv.clean(whole, drop=["contained"])["id"].to_list() == ["long"]
    assert pv.removals(whole, drop=["contained"]).select("doc_id", "reason", "counterpart").row(0) == (
        "short", "contained", "long",
    )  # fmt: skip


@pytest.mark.parametrize("keep", ["earliest", "origin"])
def test_a_date_left_at_zero_is_no_early_one(keep: str) -> None:
    """Of a draft and the article the draft stayed; a paper of 1850 is old, and not undated."""
    whole = pl.DataFrame({"id": ["article", "draft"], "text": [ONE, ONE], "published": ["2024-05-01", "1970-01-01"]})
    assert pv.clean(whole, keep=keep)["id"].to_list() == ["article"]
    assert pv.clean(whole.with_columns(published=pl.Series(["2024-05-01", "1850-01-01"])), keep="earliest")[
        "id"
    ].to_list() == ["draft"]


def test_which_of_several_stays() -> None:
    texts = [f"{ONE} It rained all day.", f"{ONE} It rained.", f"{ONE} It rained all day long on the quay."]
    whole = pl.DataFrame(
        {"id": ["a", "b", "c"], "text": texts, "published": ["2024-05-02", "2024-05-01", "2024-05-03"]}
    )
    stays = {keep: pv.clean(whole, keep=keep)["id"].to_list() for keep in ("first", "earliest", "longest")}
    assert stays == {"first": ["a"], "earliest": ["b"], "longest": ["c"]}
    credited = whole.with_columns(text=pl.Series([texts[0], f"ORLE (Reuters) - {texts[1]}", texts[2]]))
    assert pv.clean(credited)["id"].to_list() == ["b"]


def test_many_equal_texts_leave_one() -> None:
    whole = pl.DataFrame({"id": [f"d{number:03}" for number in range(120)], "text": [ONE, OTHER] * 60})
    for keep in ("first", "longest"):
        assert pv.clean(whole.reverse(), keep=keep)["id"].to_list() == ["d119", "d118"]


def test_words_that_are_none_of_ours_are_mistakes() -> None:
    whole = frame({"a": ONE})
    for wrong in ({"keep": "best"}, {"passages": "eat"}, {"drop": ["overlap"]}):
        with pytest.raises(UsageError, match="is not one of"):
            pv.clean(whole, text="body", **wrong)  # type: ignore[arg-type]
    lazily = pv.clean(whole.lazy(), text="story")
    for read in (partial(pv.clean, whole, text="story"), lazily.collect, lazily.select("n").filter(n=1).collect):
        with pytest.raises(UsageError, match=r"^frame: no column 'story' \(text=\): it has columns n, id, body, tags$"):
            read()


def test_no_documents() -> None:
    empty = pl.DataFrame({"id": [], "text": []}, schema={"id": pl.String, "text": pl.String})
    assert pv.clean(empty).equals(empty)
    assert pv.removals(empty).is_empty()
    blank = pl.DataFrame({"text": [None, " "]}, schema={"text": pl.String})
    assert pv.clean(blank).equals(blank)


def test_standard_input_to_standard_output() -> None:
    rng = random.Random(1)
    records = [
        {"id": f"d{number}", "text": f"{rng.choice(SENTENCES[:4])} {rng.choice(SENTENCES[:4])}"} for number in range(40)
    ]
    given = "".join(json.dumps(record) + "\n" for record in records).encode()
    for keep in KEEP:
        result = call("clean", "-", "-o", "-", "--keep", keep, "-q", given=given)
        assert result.exit_code == 0
        kept = result.stdout.splitlines(keepends=True)
        assert set(kept) < set(given.decode().splitlines(keepends=True))
        texts = [json.loads(line)["text"] for line in kept]
        assert not any(like(a, b) for at, a in enumerate(texts) for b in texts[:at])
