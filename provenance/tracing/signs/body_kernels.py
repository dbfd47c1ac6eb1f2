"""The words of articles without stretches of them, all articles in one call."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def join_bodies(tokens, chosen, edges, cut):
    """TOKENS of the documents `chosen` (rows of `tokens`), without some stretches.

    cut[edges[n]:edges[n + 1]] (code points [., 2]) are those of the n-th: words that begin in one are left out.
    """
    bounds, word, start, size, gap = tokens
    most = 0
    for document in chosen:
        most += bounds[document + 1] - bounds[document]
    words, places, ends = np.empty(most, word.dtype), np.empty(most, start.dtype), np.zeros(chosen.size + 1, np.int64)
    sizes, gaps = np.empty(most, size.dtype), np.empty(most, gap.dtype)
    count = 0
    for n in range(chosen.size):
        for at in range(bounds[chosen[n]], bounds[chosen[n] + 1]):
            words[count], places[count], sizes[count], gaps[count] = word[at], start[at], size[at], gap[at]
            count += 1
            for c in range(edges[n], edges[n + 1]):
                if cut[c, 0] <= start[at] < cut[c, 1]:
                    count -= 1
                    break
        ends[n + 1] = count
    return ends, words[:count], places[:count], sizes[:count], gaps[:count]
