"""Kernels of common subsequences: how many words two stretches have in common, in order."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def common_subsequence(word, a, na, b, nb):
    """The length of the longest common subsequence of words a:a + na and b:b + nb. Cost: na times nb."""
    if na == 0 or nb == 0:
        return 0
    row = np.zeros(nb + 1, np.int32)
    for i in range(na):
        diagonal = 0
        for j in range(nb):
            above = row[j + 1]
            row[j + 1] = diagonal + 1 if word[a + i] == word[b + j] else max(above, row[j])
            diagonal = above
    return row[nb]


@njit(cache=True, nogil=True)
def align_short(word, bounds, left, right, like, fewest_like, fewest, stretch):
    """Pairs of short texts -> stretch[p] = words low:high of left, low:high of right, equal words (0: not alike).

    The shorter text is compared with every stretch of its length in the longer one (so that a site's suffix or a kicker
    does not count), and with the whole of it. The best common subsequence must hold `like` of the longer side's words,
    or all of them if the shorter text has under `fewest_like`.
    """
    for p in range(left.size):
        a, b = bounds[left[p]], bounds[right[p]]
        na, nb = bounds[left[p] + 1] - a, bounds[right[p] + 1] - b
        stretch[p, :] = 0
        swapped = na > nb
        short, long = min(na, nb), max(na, nb)
        s, t = (b, a) if swapped else (a, b)
        best, begin, size = 0, 0, short
        for at in range(long - short + 1):
            equal = common_subsequence(word, s, short, t + at, short)
            if equal > best:
                best, begin = equal, at
        whole = common_subsequence(word, s, short, t, long)
        if whole > best and whole >= like * long:
            best, begin, size = whole, 0, long
        if short < fewest or best < like * size or (short < fewest_like and best < size):
            continue
        low_a, high_a, low_b, high_b = 0, short, begin, begin + size
        if swapped:
            low_a, high_a, low_b, high_b = low_b, high_b, low_a, high_a
        stretch[p, 0], stretch[p, 1], stretch[p, 2], stretch[p, 3], stretch[p, 4] = low_a, high_a, low_b, high_b, best


@njit(cache=True, nogil=True)
def count_equal(word, left_first, left_last, right_first, right_last, cells, equal):
    """equal[m] = the longest common subsequence of words left_first[m]:left_last[m] and right_first[m]:right_last[m].

    Stretches that need a table of more than `cells` are aligned in pieces, the n-th with the n-th, which can only find
    fewer.
    """
    for m in range(equal.size):
        a, na = left_first[m], left_last[m] - left_first[m]
        b, nb = right_first[m], right_last[m] - right_first[m]
        pieces = 1 + int(np.sqrt(na * nb / cells))
        for p in range(pieces):
            low, high = p * na // pieces, (p + 1) * na // pieces
            start, end = p * nb // pieces, (p + 1) * nb // pieces
            equal[m] += common_subsequence(word, a + low, high - low, b + start, end - start)


@njit(cache=True, nogil=True)
def find_between(gap, low, high, kind, found):
    """found[q] = True where a gap of this `kind` stands at low[q] .. high[q], or between them if low[q] > high[q]."""
    for q in range(low.size):
        begin, end = (low[q], high[q] + 1) if low[q] <= high[q] else (high[q] + 1, low[q])
        for w in range(begin, end):
            found[q] |= gap[w] == kind
