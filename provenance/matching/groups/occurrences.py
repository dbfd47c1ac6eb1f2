"""Sides of spans -> occurrences: where one passage stands in one document, however many spans touch it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.matching.aligning.places import by_row
from provenance.matching.groups.components import lead
from provenance.matching.pairs.numbering import rows_of
from provenance.matching.pairs.pair_keys import unique

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array


class Occurrences(NamedTuple):
    """Where passages stand, in order of document and place, and which of them each span ties together."""

    places: pl.DataFrame  # doc_id, start, end, one row an occurrence
    left: NDArray[np.int64]  # [spans]: the occurrence of the left side
    right: NDArray[np.int64]  # [spans]
    coverage: NDArray[np.float64]  # [spans]: the smaller of the shares of the two occurrences that the sides cover


def find_occurrences(spans: pl.DataFrame) -> Occurrences:
    """SPANS -> occurrences. *gather*.

    Two sides in one document are the same passage if they overlap by more than half of the longer one. Half of the
    shorter would not do: a long passage would tie together all the short ones inside it. Nor are sides tied along a
    chain: each is compared with a *leader*, the longest free side, and an occurrence reaches as far as its leader. As
    every side of an occurrence has more than half of its leader, any two of them share text.
    """
    documents, starts, ends = (_both(spans, column) for column in ("doc", "start", "end"))
    ids = documents.unique().sort()
    row, start, end = rows_of(documents, ids), starts.to_numpy(), ends.to_numpy()
    order = by_row(row, end)
    order = order[by_row(row[order], start[order])]
    new = np.logical_or.reduce([np.diff(key[order], prepend=-1) != 0 for key in (row, start, end)])
    number = np.empty(order.size, np.int64)
    number[order] = np.cumsum(new) - 1
    first = order[new]
    sides = pl.DataFrame({"doc_id": ids.gather(row[first]), "start": start[first], "end": end[first]})
    leader, share = lead_sides(sides)
    leaders = unique(leader)
    occurrence = np.searchsorted(leaders, leader)
    left, right = number[: spans.height], number[spans.height :]
    return Occurrences(sides[leaders], occurrence[left], occurrence[right], np.minimum(share[left], share[right]))


def _both(spans: pl.DataFrame, column: str) -> pl.Series:
    """A column of all left sides, then of all right ones."""
    return pl.concat([spans[f"left_{column}"], spans[f"right_{column}"].alias(f"left_{column}")])


def lead_sides(sides: pl.DataFrame) -> tuple[Array, Array]:
    """Sides (document, start, end), sorted -> for each the side that leads it, and how much of that it covers."""
    document = sides.to_series().rle_id().cast(pl.Int64).to_numpy()
    start, end = sides["start"].to_numpy(), sides["end"].to_numpy()
    leader = find_leaders(document, start, end)
    shared = np.minimum(end, end[leader]) - np.maximum(start, start[leader])
    return leader, shared / np.maximum(end - start, 1)[leader]


def find_leaders(document: Array, start: Array, end: Array) -> Array:
    """Sides sorted by document, start, end -> for each the side that leads it, or itself; int64.

    The same as if the longest free side, of equals the first, were picked again and again, with all free sides that
    overlap it by half. Cost: the pairs that overlap by half.
    """
    first, second = overlapping(document, start, end)
    length = end - start
    return lead(np.lexsort((np.arange(len(length)), -length)), first, second)


def overlapping(document: Array, start: Array, end: Array) -> tuple[Array, Array]:
    """Sorted sides -> all pairs of one document that share more than half of the longer; two int64 arrays.

    Step by step: each side with the next, with the one after it, as long as one that far on can still
    overlap by half.
    """
    firsts, seconds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    rows, step = np.arange(len(start)), 0
    while len(rows):
        step += 1
        rows = rows[rows + step < len(start)]
        other = rows + step
        going = (document[other] == document[rows]) & (2 * (end[rows] - start[other]) > end[rows] - start[rows])
        rows, other = rows[going], other[going]
        shared = np.minimum(end[rows], end[other]) - start[other]
        half = 2 * shared > np.maximum(end[rows] - start[rows], end[other] - start[other])
        firsts.append(rows[half])
        seconds.append(other[half])
    return np.concatenate(firsts), np.concatenate(seconds)
