"""Detected spans against true ones: plagdet, recall and precision in characters, groups of repeats."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.evaluation.intervals import characters, covered, meet, union_length
from provenance.matching.groups.components import label_components
from provenance.tables import PAIR

if TYPE_CHECKING:
    from provenance.arrays import Array

NO_GROUPS = pl.DataFrame(
    schema={"group_id": pl.String(), "doc_id": pl.String(), "start": pl.Int64(), "end": pl.Int64(), "role": pl.String()}
)
ENDS = ("left_start", "left_end", "right_start", "right_end")


class Plagdet(NamedTuple):
    """What the PAN shared tasks report."""

    plagdet: float
    recall: float
    precision: float
    granularity: float


def score_plagdet(cases: pl.DataFrame, found: pl.DataFrame) -> Plagdet:
    """True spans, detected spans -> plagdet and its parts, each case and each detection counting alike.

    Source: Potthast et al., An Evaluation Framework for Plagiarism Detection (2010).
    """
    meetings = meet(cases, found)
    recall = share(covered(meetings, "case", cases.height), characters(cases))
    precision = share(covered(meetings, "found", found.height), characters(found))
    times = meetings.group_by("case").len()["len"]
    granularity = float(times.mean()) if len(times) else 1.0  # type: ignore[arg-type]
    both = recall + precision
    f1 = 2 * recall * precision / both if both else 0.0
    return Plagdet(f1 / math.log2(1 + granularity), recall, precision, granularity)


def shortest(spans: pl.DataFrame) -> int:
    """Spans, at least one -> the characters of the shortest side of any."""
    return int(spans.select(pl.min_horizontal(_length("left"), _length("right")).min()).item())


def as_long_as(spans: pl.DataFrame, least: int) -> pl.DataFrame:
    """Spans -> those with `least` characters on both sides: no shorter one can be a true one whole."""
    return spans.filter(pl.min_horizontal(_length("left"), _length("right")) >= least)


def _length(side: str) -> pl.Expr:
    return pl.col(f"{side}_end") - pl.col(f"{side}_start")


def share(part: Array, whole: Array) -> float:
    """The mean over rows of part / whole; 0 without rows."""
    return float(np.mean(part / np.maximum(whole, 1))) if len(whole) else 0.0


class Coverage(NamedTuple):
    """Characters found of those looked for."""

    found: int
    wanted: int

    @property
    def share(self) -> float:
        """Nothing missed of nothing is 1."""
        return self.found / self.wanted if self.wanted else 1.0


def span_recall(gold: pl.DataFrame, found: pl.DataFrame) -> Coverage:
    """True spans, detected spans -> characters of the true ones that detections of the same pair cover.

    Repeats inside one document are taken as groups: any detection that links an occurrence to another one
    counts, since n repeats may be linked in n - 1 ways or more.
    """
    across = gold.filter(pl.col("left_doc") != pl.col("right_doc"))
    hit = covered(meet(across, found), "case", across.height)
    inner = group_occurrences(gold.filter(pl.col("left_doc") == pl.col("right_doc")))
    linked = occurrence_coverage(inner, found)
    wanted = int(characters(across).sum() + (inner["end"] - inner["start"]).sum())
    return Coverage(int(hit.sum() + linked.sum()), wanted)


def span_precision(gold: pl.DataFrame, groups: pl.DataFrame, found: pl.DataFrame) -> Coverage:
    """True spans, groups of repeats, detected spans -> characters of the detections that are true.

    True is what a gold span of the same pair of documents covers on both sides, or two places of one group.
    """
    return Coverage(int(true_characters(gold, groups, found).sum()), int(characters(found).sum()))


def true_characters(gold: pl.DataFrame, groups: pl.DataFrame, found: pl.DataFrame) -> Array:
    """For each detection the characters of both sides that true links cover; int64."""
    inner = group_occurrences(gold.filter(pl.col("left_doc") == pl.col("right_doc")))
    true = pl.concat([part.select(*PAIR, *ENDS) for part in (gold, link_all(inner), link_all(groups))])
    return covered(meet(true, found), "found", found.height)


def group_occurrences(inner: pl.DataFrame) -> pl.DataFrame:
    """True spans inside documents -> `group_id`, `doc_id`, `start`, `end`: places that spans tie, one after another."""
    sides = [inner.select(doc_id="left_doc", start=f"{side}_start", end=f"{side}_end") for side in ("left", "right")]
    places = pl.concat(sides).unique().sort("doc_id", "start", "end")
    number = {row: at for at, row in enumerate(places.iter_rows())}
    left, right = (np.array([number[row] for row in side.iter_rows()], np.int64) for side in sides)
    ids = [f"inner {first}" for first in label_components(places.height, left, right).tolist()]
    return places.select(pl.Series("group_id", ids, dtype=pl.String), "doc_id", "start", "end")


def link_all(groups: pl.DataFrame) -> pl.DataFrame:
    """Groups of places -> a span for each two places of a group, and their rows as left_place and right_place."""
    rows = groups.lazy().select("group_id", "doc_id", "start", "end").with_row_index("place")
    after = (pl.col("doc_id") < pl.col("doc_id_other")) | (
        (pl.col("doc_id") == pl.col("doc_id_other")) & (pl.col("start") < pl.col("start_other"))
    )
    names = {
        f"{side}_{'doc' if part == 'doc_id' else part}": f"{part}{suffix}"
        for side, suffix in (("left", ""), ("right", "_other"))
        for part in ("doc_id", "start", "end", "place")
    }
    return rows.join(rows, on="group_id", suffix="_other").filter(after).select(**names).collect()


def occurrence_coverage(groups: pl.DataFrame, found: pl.DataFrame) -> Array:
    """Groups of places, detected spans -> for each place the characters linked to another place of its group."""
    links = link_all(groups).with_row_index("case")
    hits = meet(links, found).join(links.select("case", "left_place", "right_place"), on="case")
    ends = [hits.select(place=f"{side}_place", start=f"{side}_start", end=f"{side}_end") for side in ("left", "right")]
    both = pl.concat(ends)
    place = both["place"].cast(pl.Int64).to_numpy()
    return union_length(place, both["start"].to_numpy(), both["end"].to_numpy(), groups.height)


def group_recall(groups: pl.DataFrame, found: pl.DataFrame, least: float = 0.9) -> tuple[float, float]:
    """Groups of places, detected spans -> the share of places found, and of groups found entire.

    A place is found if spans that link it to another place of its group cover `least` of it.
    """
    hit = occurrence_coverage(groups, found) >= least * (groups["end"] - groups["start"]).to_numpy()
    marked = groups.select("group_id").with_columns(hit=pl.Series(hit))
    entire = marked.group_by("group_id").agg(pl.col("hit").all())["hit"]
    return (float(np.mean(hit)), float(np.mean(entire.to_numpy()))) if len(hit) else (1.0, 1.0)
