"""Runs of words that some documents of a story have and others lack, as editors of manuscripts compare readings.

A copy has few readings that its source lacks, but for its own; a source has few that all its copies lack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
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
    private: Array  # by document: runs that no other document of the component has, between two that another has


class Taken(NamedTuple):
    """By row of (child, parent), sorted by child: the stretch of the parent that the child shares, in code points."""

    child: Array
    parent: Array
    first: Array  # float64; nan where it is not known
    last: Array


def compare_readings(groups: list[list[int]], taken: Taken, tokens: Tokens) -> Readings:
    """Components, rows of pairs, the words of all documents -> Readings."""
    size = len(tokens.bounds) - 1
    child, parent = taken.child, taken.parent
    missing, more = np.zeros(len(child)), np.zeros(len(child))
    private = np.zeros(size)
    by_parent = np.argsort(parent, kind="stable")
    of_parent = np.searchsorted(parent[by_parent], np.arange(size + 1))
    of_child = np.searchsorted(child, np.arange(size + 1))
    place = np.zeros(size, np.int64)
    for group in groups:
        if not 2 <= len(group) <= MOST:
            continue
        at = np.array(group)
        place[at] = np.arange(len(group))
        columns, has = _presence([tokens.word[tokens.words(one)] for one in group])
        count = has.sum(0)
        known = np.packbits(has[:, count > 1], axis=1)
        rows = np.concatenate([np.arange(of_child[one], of_child[one + 1]) for one in group])
        lacks = known[place[child[rows]]] & ~known[place[parent[rows]]]
        missing[rows] = np.bitwise_count(lacks).sum(1, dtype=np.int64)
        rare = count * 2 <= len(group)
        for one, runs in zip(group, columns, strict=True):
            alone = count[runs] == 1
            others = np.flatnonzero(~alone)
            if len(others) and len(group) >= WITNESSES:
                private[one] = alone[others[0] : others[-1]].sum()
            odd = np.flatnonzero(rare[runs])
            rows = by_parent[of_parent[one] : of_parent[one + 1]]
            start = tokens.start[tokens.words(one)][odd]
            outside = (start < taken.first[rows, None]) | (start >= taken.last[rows, None])
            lost = ~has[np.ix_(place[child[rows]], runs[odd])]
            more[rows] = (lost & ~outside).sum(1)
    return Readings(missing, more, private)


def _presence(words: list[Array]) -> tuple[list[Array], Array]:
    """Each document's runs as columns, in order; which document (row) has which run."""
    runs = [_runs(word) for word in words]
    values, column = np.unique(np.concatenate(runs), return_inverse=True)
    has = np.zeros((len(runs), len(values)), bool)
    lengths = [len(one) for one in runs]
    has[np.repeat(np.arange(len(runs)), lengths), column] = True
    return np.split(column, np.cumsum(lengths)[:-1]), has


def _runs(word: Array) -> Array:
    """Every READING words -> one hash; a polynomial of the words' own, wrapping at 64 bits."""
    if len(word) < READING:
        return word
    mixed = np.zeros(len(word) - READING + 1, np.uint64)
    for step in range(READING):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + word[step : len(word) - READING + 1 + step]
    return mixed
