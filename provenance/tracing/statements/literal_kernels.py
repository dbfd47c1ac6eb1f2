"""Kernel of literals.py: where many words stand in UTF-8 texts, and which texts hold some others at all.

A first pass marks, without a branch, the places whose next MARKED bytes may begin a word: in news one place in twenty.
It takes 1 ns a byte; to look up each place took 3. At a marked place words are looked up by their first LONG bytes or,
if they have fewer, by their first SHORT: a table for each has the words that begin with them. By two or three bytes
alone, lists of words that begin alike were too long: 240 names of outlets begin with The.
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
    """The slot in a table, numbered by `table`, of words that begin with these eight bytes."""
    return (eight & MASKS[table]) * MIXER >> (np.uint64(64) - SLOT_BITS)


@njit(inline="always")
def _mark(eight):
    """The index in `marks` of what begins with these eight bytes, of which MARKED count."""
    return (eight << np.uint64(64 - 8 * MARKED)) * MIXER >> (np.uint64(64) - MARK_BITS)


@njit(cache=True, nogil=True)
def sort_words(letters, edges, head, following, marks):
    """Words n, UTF-8 letters[edges[n]:edges[n + 1]] -> head, following and marks, which are filled.

    head[table, slot] is the first word of a slot, or -1; following[n] the next word in the slot of word n; marks[i] is
    1 where a word may begin with the bytes of index i.
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
    """Texts octets[bounds[d]:bounds[d + 1]] -> how many words were found, and place, which, ends, flags.

    `words` = (letters, edges, head, following, marks, flag), as sort_words fills them. place[m] (byte of all texts) and
    which[m] are the m-th find and its word, ends[d] the end of those of text d. A word with a flag is no find, and only
    sets its bit of flags[d]. Of other words that begin at one place the first counts; the next may begin where it ends.
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
