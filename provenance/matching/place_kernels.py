"""Kernels of places: where a code point stands among the words of its document."""

from __future__ import annotations

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
