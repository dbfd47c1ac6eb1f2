"""Runs of words that some documents of a story have and others lack, as editors of manuscripts compare readings.

A copy has few readings that its source lacks, but for its own; a source has few that all its copies lack. A credit is
handed on as any other words are.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.text.tokens import in_order
from provenance.tracing.stories.reading_kernels import compare_stories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.text.tokens import Tokens

READING = 3  # words; shorter runs are shared by chance, longer ones count one changed word too often
#: Of fewer documents what one has alone may as well have been dropped by the others.
WITNESSES = 4
#: Documents of a component whose readings are compared, all with all: a matrix of theirs is held. In a greater one
#: the pairs' own evidence decides alone.
MOST = 600
BATCH = 2048  # documents whose words are held beside those of all, in each of two threads


class Readings(NamedTuple):
    """Numbers of runs, by row (child, parent) or by document."""

    missing: Array  # by row: runs of the child, not its own alone, that the parent lacks
    more: Array  # by row: runs of the parent that most lack, and the child too, within what the child took
    alike: Array  # by row: of the runs of the child, and of those of the parent within that, what both have; or nan
    beyond: Array  # by row: runs of the parent before and behind what the child took
    private: Array  # by document: runs that no other document of the component has, between two that another has


class Taken(NamedTuple):
    """The stretch of the parent that the child shares, in code points; by row (child, parent), sorted by child."""

    child: Array
    parent: Array
    first: NDArray[np.float64]  # nan where it is not known
    last: NDArray[np.float64]


def compare_readings(groups: list[list[int]], taken: Taken, size: int, read: Callable[[Array], Tokens]) -> Readings:
    """Components, rows of pairs, how many documents there are, a function that gives TOKENS of some -> Readings."""
    child, parent = taken.child, taken.parent
    by_row = np.zeros((5, len(child)))
    private = np.zeros(size)

    def compare(part: list[list[int]]) -> tuple[Array, Array, Array, Array]:
        members = np.concatenate(part)
        ends = np.cumsum([0, *map(len, part)])
        story, place = np.full(size, -1), np.zeros(size, np.int64)
        story[members] = np.repeat(np.arange(len(part)), np.diff(ends))
        place[members] = np.arange(len(members)) - ends[story[members]]
        rows = np.flatnonzero(story[child] >= 0)
        rows = rows[np.argsort(story[child[rows]], kind="stable")]
        of_story = np.searchsorted(story[child[rows]], np.arange(len(part) + 1))
        pairs = place[child[rows]], place[parent[rows]], taken.first[rows], taken.last[rows]
        tokens = read(members)
        found = compare_stories(tokens.word, tokens.start, tokens.bounds, READING, WITNESSES, ends, of_story, *pairs)
        return rows, members, *found

    with ThreadPoolExecutor(2) as pool:
        parts = _batches([group for group in groups if 2 <= len(group) <= MOST])
        for rows, members, found, alone in in_order(pool, compare, parts, 3):
            by_row[:, rows], private[members] = found, alone
    missing, more, beyond, both, every = by_row
    alike = np.divide(both, every, out=np.full(len(child), np.nan), where=every > 0)
    return Readings(missing, more, alike, beyond, private)


def _batches(groups: list[list[int]]) -> Iterator[list[list[int]]]:
    """Components in order -> so many at a time as have BATCH documents together, or one more."""
    part: list[list[int]] = []
    held = 0
    for group in groups:
        part.append(group)
        held += len(group)
        if held >= BATCH:
            yield part
            part, held = [], 0
    if part:
        yield part


def explain_credits(child: Array, parent: Array, named: Array) -> Array:
    """Rows of (child, parent), whether the child credits the parent -> whether a credit of its is explained by that.

    So it is by the one that is credited, and no less by one that credits the same: the child may have it from there.
    """
    rows = pl.DataFrame({"child": child, "parent": parent, "named": named}).with_row_index("row")
    told = rows.filter("named").select("child", whom="parent")
    inherited = rows.join(told, on="child").join(told.rename({"child": "parent"}), on=["parent", "whom"], how="semi")
    explained: Array = named.copy()
    explained[inherited["row"].to_numpy()] = True
    return explained


def over_least(child: Array, value: Array, size: int) -> Array:
    """Each row's value less the least of its child's rows; 0 where it is not known."""
    least = np.full(size, np.inf)
    np.fmin.at(least, child, value)
    result: Array = np.nan_to_num(value - least[child], posinf=0, neginf=0)
    return result
