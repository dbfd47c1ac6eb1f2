"""Arithmetic on stretches of text, by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance.tables import PAIR

if TYPE_CHECKING:
    from provenance.arrays import Array


def union_length(group: Array, start: Array, end: Array, groups: int) -> Array:
    """Stretches, each with the number of its group -> the length of each group's union; int64."""
    order = np.lexsort((end, start, group))
    group, start, end = group[order], start[order], end[order]
    step = (int(end.max()) if len(end) else 0) + 1  # keeps the running maximum of one group out of the next
    reached = np.maximum.accumulate(np.concatenate([np.full(1, -1), end + group * step]))[:-1] - group * step
    new = np.maximum(end - np.maximum(start, reached), 0)
    return np.bincount(group, weights=new, minlength=groups).astype(np.int64)


def meet(cases: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Two frames of spans -> rows `case`, `found` (row numbers) and the shared stretch of each side.

    Two spans meet if they are of one pair of documents and overlap on both sides.
    """
    ends = ["left_start", "left_end", "right_start", "right_end"]
    one = cases.lazy().select(*PAIR, *ends).with_row_index("case")
    other = found.lazy().select(*PAIR, *ends).with_row_index("found")
    both = one.join(other, on=PAIR, suffix="_found")
    for side in ("left", "right"):
        start, end = f"{side}_start", f"{side}_end"
        both = both.with_columns(
            pl.max_horizontal(start, f"{start}_found"), pl.min_horizontal(end, f"{end}_found")
        ).filter(pl.col(start) < pl.col(end))
    return both.select("case", "found", *ends).collect()


def covered(meetings: pl.DataFrame, by: str, rows: int) -> Array:
    """Meetings -> for each row of the frame `by` the characters of both its sides that it shares; int64."""
    group = meetings[by].cast(pl.Int64).to_numpy()
    sides = [
        union_length(group, meetings[f"{side}_start"].to_numpy(), meetings[f"{side}_end"].to_numpy(), rows)
        for side in ("left", "right")
    ]
    return sides[0] + sides[1]


def characters(spans: pl.DataFrame) -> Array:
    """The characters of both sides of each span; int64."""
    sides = [pl.col(f"{side}_end") - pl.col(f"{side}_start") for side in ("left", "right")]
    return spans.select(sides[0] + sides[1]).to_series().to_numpy()
