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
    more: Array  # by row: runs of the parent that most lack, and the child too
    private: Array  # by document: runs that no other document of the component has
    central: Array  # by document: mean share of its runs that another document has


def compare_readings(groups: list[list[int]], child: Array, parent: Array, tokens: Tokens) -> Readings:
    """Components, rows of (child, parent) sorted by child, the words of all documents -> Readings."""
    size = len(tokens.bounds) - 1
    missing, more = np.zeros(len(child)), np.zeros(len(child))
    private, central = np.zeros(size), np.zeros(size)
    first = np.searchsorted(child, np.arange(size + 1))
    place = np.zeros(size, np.int64)
    for group in groups:
        if not 2 <= len(group) <= MOST:
            continue
        at = np.array(group)
        place[at] = np.arange(len(group))
        has = _presence([tokens.word[tokens.words(one)] for one in group])
        count = has.sum(0)
        shared = has @ has.T
        total = np.maximum(np.diag(shared), 1)
        if len(group) >= WITNESSES:
            private[at] = has[:, count == 1].sum(1)
        central[at] = ((shared / total[:, None]).sum(1) - 1) / (len(group) - 1)
        known, rare = has[:, count > 1], has[:, count * 2 <= len(group)]
        lacks, odd = (part.sum(1)[:, None] - part @ part.T for part in (known, rare))
        rows = np.concatenate([np.arange(first[one], first[one + 1]) for one in group])
        copy, source = place[child[rows]], place[parent[rows]]
        missing[rows], more[rows] = lacks[copy, source], odd[source, copy]
    return Readings(missing, more, private, central)


def _presence(words: list[Array]) -> Array:
    """Which document (row) has which run (column); float32, so that products of it are counts."""
    runs = [_runs(word) for word in words]
    values, column = np.unique(np.concatenate(runs), return_inverse=True)
    has = np.zeros((len(runs), len(values)), np.float32)
    has[np.repeat(np.arange(len(runs)), [len(one) for one in runs]), column] = 1
    return has


def _runs(word: Array) -> Array:
    """Every READING words -> one hash; a polynomial of the words' own, wrapping at 64 bits."""
    if len(word) < READING:
        return word
    mixed = np.zeros(len(word) - READING + 1, np.uint64)
    for step in range(READING):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + word[step : len(word) - READING + 1 + step]
    return mixed
