"""Kernel of frequencies: how often some words occur in some documents."""

from __future__ import annotations

import numpy as np
from numba import njit

MIXER = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True, nogil=True)
def count_words(word, bounds, chosen, asked, times):
    """times[n] (int64) += how often asked[n] (uint64, all different) occurs in documents d with chosen[d] (bool).

    A hash table of `asked`, with at least four slots for each, so that for most words of a text the first slot is empty
    and ends the search. Cost: one pass over the words of the chosen documents.
    """
    slots = 64
    while slots < 4 * asked.size:
        slots *= 2
    number = np.full(slots, -1, np.int64)
    for n in range(asked.size):
        at = slot_of(asked[n], slots)
        while number[at] >= 0:
            at = (at + 1) & (slots - 1)
        number[at] = n
    for d in range(bounds.size - 1):
        if not chosen[d]:
            continue
        for w in range(bounds[d], bounds[d + 1]):
            at = slot_of(word[w], slots)
            while number[at] >= 0:
                if asked[number[at]] == word[w]:
                    times[number[at]] += 1
                    break
                at = (at + 1) & (slots - 1)


@njit(inline="always")
def slot_of(hashed, slots):
    """The first slot to look at for the hash of a word, in a table of `slots` (a power of two)."""
    return np.int64((hashed * MIXER >> np.uint64(32)) & np.uint64(slots - 1))
