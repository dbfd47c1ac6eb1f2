"""Runs of words that some documents of a story have and others lack, as editors of manuscripts compare readings.

A copy has few readings that its source lacks, but for its own; a source has few that all its copies lack. A credit is
handed on as any other words are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from provenance.tracing.reading_kernels import compare_runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.text.tokens import Tokens

Array = np.ndarray[Any, Any]

READING = 3  # words; shorter runs are shared by chance, longer ones count one changed word too often
#: Of fewer documents what one has alone may as well have been dropped by the others.
WITNESSES = 4
#: Documents of a component whose readings are compared, all with all: a matrix of theirs is held. In a greater one
#: the pairs' own evidence decides alone.
MOST = 600


class Readings(NamedTuple):
    """By row of (child, parent), and by document."""

    missing: Array  # by row: runs of the child, not its own alone, that the parent lacks
    more: Array  # by row: runs of the parent that most lack, and the child too, within what the child took
    alike: Array  # by row: of the runs of the child, and of those of the parent within that, what both have; or nan
    beyond: Array  # by row: runs of the parent before and behind what the child took
    private: Array  # by document: runs that no other document of the component has, between two that another has


class Taken(NamedTuple):
    """By row of (child, parent), sorted by child: the stretch of the parent that the child shares, in code points."""

    child: Array
    parent: Array
    first: Array  # float64; nan where it is not known
    last: Array


def compare_readings(groups: list[list[int]], taken: Taken, size: int, read: Callable[[int], Tokens]) -> Readings:
    """Components, rows of pairs, how many documents there are, a function that gives one's words -> Readings."""
    child, parent = taken.child, taken.parent
    by_row = np.zeros((5, len(child)))
    private = np.zeros(size)
    of_child = np.searchsorted(child, np.arange(size + 1))
    place = np.zeros(size, np.int64)
    for group in groups:
        if not 2 <= len(group) <= MOST:
            continue
        place[group] = np.arange(len(group))
        texts = [read(one) for one in group]
        bounds = np.cumsum([0] + [text.word.size for text in texts])
        word, start = np.concatenate([text.word for text in texts]), np.concatenate([text.start for text in texts])
        rows = np.concatenate([np.arange(of_child[one], of_child[one + 1]) for one in group])
        pairs = place[child[rows]], place[parent[rows]], taken.first[rows], taken.last[rows]
        by_row[:, rows], private[group] = compare_runs(word, start, bounds, READING, WITNESSES, *pairs)
    missing, more, beyond, both, every = by_row
    alike = np.divide(both, every, out=np.full(len(child), np.nan), where=every > 0)
    return Readings(missing, more, alike, beyond, private)


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
    """Each row's value above the least of its child's rows; what is not known is nothing above it."""
    least = np.full(size, np.inf)
    np.fmin.at(least, child, value)
    result: Array = np.nan_to_num(value - least[child], posinf=0, neginf=0)
    return result
