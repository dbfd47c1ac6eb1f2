"""Kernel of literals.py: UTF-8 bytes -> where some of many words stand, and whether others stand at all.

A first pass marks, without a branch, where MARKED bytes may begin a word: in news that is one place in twenty, and the
pass takes a nanosecond a byte, where it took three to look each place up. There a word is found by its first
LONG bytes or, if it has fewer, by its first SHORT: a table for each says which words may begin with them. By two or
three bytes alone, chains of words that begin alike were too long: 240 names of outlets begin with The.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.kernels import load64

LONG, SHORT, MARKED = 6, 2, 3
SLOT_BITS, MARK_BITS = np.uint64(15), np.uint64(14)
MIXER = np.uint64(0x9E3779B97F4A7C15)
MASKS = np.array([(1 << 8 * LONG) - 1, (1 << 8 * SHORT) - 1], np.uint64)
BLOCK = 1 << 12  # bytes that are marked at a time


@njit(inline="always")
def _slot(eight, table):
    """The slot in a table of what begins with these eight bytes."""
    return (eight & MASKS[table]) * MIXER >> (np.uint64(64) - SLOT_BITS)


@njit(inline="always")
def _mark(eight):
    """The place among marks of what begins with these eight bytes: it looks at MARKED of them."""
    return (eight << np.uint64(64 - 8 * MARKED)) * MIXER >> (np.uint64(64) - MARK_BITS)


@njit(cache=True, nogil=True)
def sort_words(letters, edges, head, following, marks):
    """Words letters[edges[n]:edges[n + 1]] -> head, following, marks.

    `head` is the first word of each slot of either table, or -1; `following` the next word in its slot; `marks` are 1
    for what the first bytes of a word may be.
    """
    head[:], marks[:] = -1, 0
    for word in range(edges.size - 2, -1, -1):
        table = 0 if edges[word + 1] - edges[word] >= LONG else 1
        slot = _slot(load64(letters, edges[word]), table)
        following[word], head[table, slot] = head[table, slot], word
        eight = load64(letters, edges[word])
        marks[_mark(eight)] = 1
        for last in range(256 if edges[word + 1] - edges[word] < MARKED else 0):  # whatever stands behind it
            marks[_mark(eight & MASKS[1] | np.uint64(last) << np.uint64(8 * SHORT))] = 1


@njit(cache=True, nogil=True)
def find_words(octets, bounds, words, place, which, ends, flags):
    """Texts, words as sort_words has them -> how many places were found, and place, which, ends, flags.

    `words` = (letters, edges, head, following, marks, flag). Places are bytes of all texts, `which` their words, and
    `ends` tells those of each text apart. A word with a flag only sets it for the text; of others that begin at one
    place the first counts, and the next may begin where it ends.
    """
    letters, edges, head, following, marks, flag = words
    here = np.empty(BLOCK + 1, np.uint64)
    count = 0
    for text in range(bounds.size - 1):
        free, end = bounds[text], bounds[text + 1]
        for low in range(bounds[text], end, BLOCK):
            marked = np.uint64(0)
            for at in range(np.uint64(low), np.uint64(min(low + BLOCK, end))):
                here[marked] = at
                marked += np.uint64(marks[_mark(load64(octets, at))])
            for n in range(np.int64(marked)):
                at = np.int64(here[n])
                eight = load64(octets, at)
                for table in range(2):
                    word = head[table, _slot(eight, table)]
                    while word >= 0:
                        size = edges[word + 1] - edges[word]
                        same = 0
                        while same < size and at + same < end and octets[at + same] == letters[edges[word] + same]:
                            same += 1
                        if same == size and flag[word]:
                            flags[text] |= flag[word]
                        elif same == size and at >= free:
                            place[count], which[count] = at, word
                            count += 1
                            free = at + size
                        word = following[word]
        ends[text + 1] = count
    return count
