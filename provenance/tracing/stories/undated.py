"""Documents that show no date -> when each may have been printed, as its possible sources and copies show.

An undated text between two that are dated would hide that the copy's copy is older than the source: dates of two are
compared, and neither is compared with it. So each such text has a hidden day, which is weighed with the trees and with
how far dates are believed, in turn (trust.py): mean fields of days and trees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from provenance.arrays import Array

#: Days of the dated members of a story, of which one is an undated member's; in a story of more it has none.
SLOTS = 32
#: Days by which a copy must be printed before its source for that to count: of two days that follow each other, one
#: may be the night's, or that of another time zone.
EARLY = 2


class Undated(NamedTuple):
    """Choices between two documents of which one at least is undated, in stories where days tell something."""

    rows: Array  # int64, of the choices
    copy: Array  # by these, the copy's place in `slot`
    source: Array
    story: Array  # by these, the place in `after`
    documents: Array  # by place, the document
    slot: Array  # float64 [places, slots], the chance of each day
    free: Array  # bool [places, slots], the days that an undated one may have; none of one that is dated
    after: Array  # int64 [stories, slots], how many days are not EARLY after each
    before: Array  # how many are EARLY before it


def find_undated(owner: Array, parent: Array, component: Array, time: Array, size: int) -> Undated | None:
    """Rows of choices, the day of each row's document or nan, how many documents there are -> Undated, if any.

    At first an undated one may be of any day.
    """
    day = np.full(size, np.nan)
    day[owner] = np.floor(time)
    story = np.zeros(size, np.int64)
    story[owner] = component
    rows = np.flatnonzero((parent >= 0) & (np.isnan(day[owner]) | np.isnan(day[parent])))
    dated = np.flatnonzero(~np.isnan(day) & np.isin(story, component[rows]))
    days = np.unique(np.stack([story[dated], day[dated]], 1), axis=0)
    stories, first, many = np.unique(days[:, 0].astype(np.int64), return_index=True, return_counts=True)
    last = days[first + many - 1, 1] if many.size else np.empty(0)
    kept = (many <= SLOTS) & (last - days[first, 1] >= EARLY)
    rows = rows[np.isin(component[rows], stories[kept])]
    if not rows.size:
        return None
    stories, first, many = stories[kept], first[kept], many[kept]
    grid = np.full((len(stories), int(many.max())), np.inf)
    for at, (begin, number) in enumerate(zip(first.tolist(), many.tolist(), strict=True)):
        grid[at, :number] = days[begin : begin + number, 1]
    documents = np.unique(np.concatenate([owner[rows], parent[rows]]))
    whose = np.searchsorted(stories, story[documents])
    free = np.isnan(day[documents])[:, None] & np.isfinite(grid[whose])
    slot = np.where(free, 1.0, grid[whose] == day[documents][:, None])
    slots = range(grid.shape[1])
    return Undated(
        rows,
        np.searchsorted(documents, owner[rows]),
        np.searchsorted(documents, parent[rows]),
        np.searchsorted(stories, component[rows]),
        documents,
        slot / slot.sum(1, keepdims=True),
        free,
        np.stack([(grid < grid[:, [at]] + EARLY).sum(1) for at in slots], 1),
        np.stack([(grid <= grid[:, [at]] - EARLY).sum(1) for at in slots], 1),
    )


def expect_backward(told: Undated) -> tuple[Array, Array]:
    """Undated -> by row and slot, the chance that the copy is EARLY, if it is of that day; and if its source is."""
    sums = np.pad(np.cumsum(told.slot, 1), ((0, 0), (1, 0)))
    later = 1 - np.take_along_axis(sums[told.source], told.after[told.story], 1)
    earlier = np.take_along_axis(sums[told.copy], told.before[told.story], 1)
    return np.maximum(later, 0), earlier


def share_backward(told: Undated) -> Array:
    """Undated -> by row, the chance that the copy is EARLY before its source."""
    later, _ = expect_backward(told)
    result: Array = (told.slot[told.copy] * later).sum(1)
    return result


def weigh_days(told: Undated, cost: Array) -> Undated:
    """Undated, what it costs by row if the copy is EARLY -> the same with each day as likely as it costs little."""
    later, earlier = expect_backward(told)
    total = np.zeros(told.slot.shape)
    np.add.at(total, told.copy, cost[:, 0:1] * later)
    np.add.at(total, told.source, cost[:, 1:2] * earlier)
    total = np.where(told.free, total, -np.inf)
    bare = told.free.any(1)
    weight = np.exp(total[bare] - total[bare].max(1, keepdims=True))
    slot = told.slot.copy()
    slot[bare] = weight / weight.sum(1, keepdims=True)
    return told._replace(slot=slot)
