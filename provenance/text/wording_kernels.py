"""Kernels of the lexicon: where its wordings stand in folded words."""

from __future__ import annotations

import numpy as np
from numba import njit

_PRIME = np.uint64(0x9E3779B185EBCA87)
START, NOTICE, CUE, CUES = 2, 4, 8, 16


@njit(inline="always")
def _add(value, word):
    value = (value ^ word) * _PRIME
    return value ^ (value >> np.uint64(31))


@njit(cache=True, nogil=True)
def join_words(word, first, last, ignored, key):
    """Word hashes (uint64) -> one hash for each range first:last, without the words in sorted `ignored`."""
    for i in range(first.size):
        value = np.uint64(0)
        for t in range(first[i], last[i]):
            at = np.searchsorted(ignored, word[t])
            if at == ignored.size or ignored[at] != word[t]:
                value = _add(value, word[t])
        key[i] = value


@njit(cache=True, nogil=True)
def find_wordings(word, first, last, pair, begins, ends, scope, wording, found, low, high):
    """Ranges first:last of `word` -> `found` (uint8 bits) of the wordings in each.

    `low`, `high` (int64) get the words from the first notice or cue to the end of the last.

    pair, begins, ends, scope, wording: furniture.Wordings; `pair` is hashed as `join_words` does. A table of the
    pairs' top 16 bits answers nearly every look-up with one load: 2 ns a word.
    """
    seen = np.zeros(65536, np.bool_)
    for p in pair:
        seen[p >> np.uint64(48)] = True
    for i in range(first.size):
        for t in range(first[i], last[i] - 1):
            value = _add(_add(np.uint64(0), word[t]), word[t + 1])
            if not seen[value >> np.uint64(48)]:
                continue
            at = np.searchsorted(pair, value)
            while at < pair.size and pair[at] == value:
                size = ends[at] - begins[at]
                same = t + size <= last[i]
                k = 2
                while same and k < size:
                    same = word[t + k] == wording[begins[at] + k]
                    k += 1
                if same and (scope[at] != START or t == first[i]):
                    if scope[at] & CUE and found[i] & CUE and t >= high[i]:
                        found[i] |= CUES
                    found[i] |= scope[at]
                    if scope[at] != START:
                        low[i] = t if low[i] < 0 else low[i]
                        high[i] = max(high[i], t + size)
                at += 1
