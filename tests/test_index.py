"""The index: what it finds is what a scan finds, however it was filled, and what it holds is what was put in."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import pipeline
from provenance.dumps.reading import read_frame
from provenance.errors import OtherSettingsError
from provenance.index import MATTER, Index
from provenance.settings import Settings
from provenance.tables import FINDINGS
from tests.strategies import SENTENCES, dumps

if TYPE_CHECKING:
    from pathlib import Path

few = settings(max_examples=25)
PLAIN = Settings(rewritten="off")
SPAN = ("doc_id", "matched_doc", "start", "end", "matched_start", "matched_end", "identity", "kind")
#: Closer than any two news items are, so that short scattered texts meet in every way there is.
PIECES = ("the board voted", "on Tuesday", "to close the quay", "for repairs", "until May", "he said", "Quay to close until May")


@st.composite
def snippets(draw: st.DrawFn) -> dict[str, str]:
    """Short texts of the same few phrases: near the floors of everything."""
    texts = draw(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), min_size=2, max_size=6))
    return {f"s{number}": draw(st.sampled_from([" ", "\n\n"])).join(parts) for number, parts in enumerate(texts)}


def frame(texts: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame({"id": list(texts), "text": list(texts.values())}, schema={"id": pl.String, "text": pl.String})


def pairs_of(findings: pl.DataFrame) -> dict[tuple[str, str], float]:
    """Every pair found, smaller id first -> its jaccard."""
    found = findings.select("doc_id", "matches").explode("matches", empty_as_null=False, keep_nulls=False)
    rows = found.select("doc_id", pl.col("matches").struct.field("doc_id").alias("other"), pl.col("matches").struct.field("jaccard"))
    return {(min(a, b), max(a, b)): jaccard for a, b, jaccard in rows.iter_rows()}


def spans_of(findings: pl.DataFrame) -> set[tuple[object, ...]]:
    """Every span found, the smaller id on the left."""
    found = set()
    for doc_id, spans in findings.select("doc_id", "spans").iter_rows():
        for span in spans:
            sides = [(doc_id, span["start"], span["end"]), (span["matched_doc"], span["matched_start"], span["matched_end"])]
            found.add((*sorted(sides), span["identity"], span["kind"]))
    return found


def scanned(texts: dict[str, str], how: Settings = PLAIN) -> tuple[dict[tuple[str, str], float], set[tuple[object, ...]]]:
    """What a scan of all the texts finds: jaccards of related pairs, spans between two."""
    run = pipeline.scan(frame(texts), how)
    kept = run.spans.filter((pl.col("left_doc") != pl.col("right_doc")) & (pl.col("role") != "boilerplate"))
    spans = {
        ((row["left_doc"], row["left_start"], row["left_end"]), (row["right_doc"], row["right_start"], row["right_end"]),
         row["identity"], row["kind"])
        for row in kept.iter_rows(named=True)
    }  # fmt: skip
    tied = pl.col("jaccard") >= pl.lit(how.match_jaccard, pl.Float32)
    shared = kept.select("left_doc", "right_doc").unique().with_columns(shares=True)
    matches = run.matches.join(shared, on=["left_doc", "right_doc"], how="left").filter(tied | pl.col("shares"))
    matches = matches.filter(pl.col("relation") != "boilerplate")
    return {(a, b): jaccard for a, b, jaccard in matches.select("left_doc", "right_doc", "jaccard").iter_rows()}, spans


def in_turn(path: Path, texts: dict[str, str], size: int, *, add: bool) -> pl.DataFrame:
    """FINDINGS of the texts, `size` at a time."""
    ids = list(texts)
    with Index.open(path, PLAIN) as index:
        parts = [frame({name: texts[name] for name in ids[at : at + size]}) for at in range(0, len(ids), size)]
        if add:
            return pl.concat([index.check(part, add=True) for part in parts])
        return pl.concat([pl.DataFrame(schema=FINDINGS), *index.check_each(index.documents_of(part) for part in parts)])


@few
@given(texts=st.one_of(dumps(), snippets()), seed=st.integers(0, 3), size=st.sampled_from([1, 2, 100]), add=st.booleans())
def test_checking_one_by_one_finds_what_a_scan_finds(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str], seed: int, size: int, add: bool
) -> None:
    path = tmp_path_factory.mktemp("index") / "seen.sqlite"
    ids = list(texts)
    random.Random(seed).shuffle(ids)
    found = in_turn(path, {name: texts[name] for name in ids}, size, add=add)
    jaccards, spans = scanned(texts)
    assert spans_of(found) == spans
    assert pairs_of(found) == jaccards
    assert found["doc_id"].to_list() == ids
