"""Kernels of places: where a code point stands among the words of its document."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def rank(values, low, high, wanted, found):
    """found[q] = the first index in low[q]..high[q] whose value is not below wanted[q], or high[q]; a binary search."""
    for q in range(low.size):
        begin, end = low[q], high[q]
        while begin < end:
            middle = (begin + end) >> 1
            if values[middle] < wanted[q]:
                begin = middle + 1
            else:
                end = middle
        found[q] = begin


@njit(cache=True, nogil=True)
def mark(first, last, number, out):
    """out[first[r]:last[r]] = number[r], range by range."""
    for r in range(first.size):
        for w in range(first[r], last[r]):
            out[w] = number[r]


@njit(cache=True, nogil=True)
def most_of(first, last, kind, begin, end, kinds, out):
    """out[q] = the kind (uint8, under `kinds`) whose ranges cover most of begin[q]:end[q]; of equals the least.

    The ranges first:last are disjoint and ascend. Cost: a binary search a query, and a step for each range it touches.
    """
    covered = np.empty(kinds, np.int64)
    for q in range(begin.size):
        low, high = np.int64(0), np.int64(first.size)
        while low < high:
            middle = (low + high) >> 1
            if first[middle] <= begin[q]:
                low = middle + 1
            else:
                high = middle
        at = max(low - 1, 0)
        covered[:] = 0
        while at < first.size and first[at] < end[q]:
            covered[kind[at]] += max(0, min(end[q], last[at]) - max(begin[q], first[at]))
            at += 1
        best = 0
        for k in range(1, kinds):
            if covered[k] > covered[best]:
                best = k
        out[q] = best
