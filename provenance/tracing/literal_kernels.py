"""Kernel of literals.py: UTF-8 bytes -> where some of many words stand, and whether others stand at all.

A word is found by its first LONG bytes, or, if it has fewer, by its first SHORT: a table for each says which words may
begin with them. Chains of words that begin with two or three bytes were too long: 240 names of outlets begin with The.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.kernels import load64

LONG, SHORT = 6, 2
SLOT_BITS = np.uint64(15)
MIXER = np.uint64(0x9E3779B97F4A7C15)
MASKS = np.array([(1 << 8 * LONG) - 1, (1 << 8 * SHORT) - 1], np.uint64)


@njit(inline="always")
def _slot(eight, table):
    """The slot in a table of what begins with these eight bytes."""
    return (eight & MASKS[table]) * MIXER >> (np.uint64(64) - SLOT_BITS)


@njit(cache=True, nogil=True)
def sort_words(letters, edges, head, following):
    """Words letters[edges[n]:edges[n + 1]] -> the first word of each slot of either table, or -1; the next of each."""
    head[:] = -1
    for word in range(edges.size - 2, -1, -1):
        table = 0 if edges[word + 1] - edges[word] >= LONG else 1
        slot = _slot(load64(letters, edges[word]), table)
        following[word], head[table, slot] = head[table, slot], word


@njit(cache=True, nogil=True)
def find_words(octets, bounds, letters, edges, head, following, flag, place, which, ends, flags):
    """Texts and words as sort_words has them -> how many places; in bytes of all texts, of which word, by text.

    A word with a flag sets it for the text; of others that begin at one place the first counts, and the next may begin
    where it ends.
    """
    count = 0
    for text in range(bounds.size - 1):
        free, end = bounds[text], bounds[text + 1]
        for at in range(bounds[text], end):
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
