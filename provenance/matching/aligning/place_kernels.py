"""Kernels of places: code points -> words of a document, and which signs stand around a code point."""

from __future__ import annotations

import numpy as np
from numba import njit

#: Code points under this have their kind in tables: all alphabets and marks, not yet the ideographs. 3 ms to make.
KNOWN = 0x3400


@njit(inline="always")
def _seek(values, at, high, wanted):
    """The first index in at..high whose value is not below `wanted`, or high: a galloping search from `at`.

    Queries come nearly in order, so the answer lies near the one before, in the cache.
    """
    step = 1
    while at + step <= high and values[at + step - 1] < wanted:
        at += step
        step *= 2
    end = min(at + step - 1, high)
    while at < end:
        middle = (at + end) >> 1
        if values[middle] < wanted:
            at = middle + 1
        else:
            end = middle
    return at


@njit(cache=True, nogil=True)
def find_inside(start, size, bounds, document, begin, end, first, last):
    """Code points begin[q]:end[q] of document[q] -> the words wholly inside, first[q]:last[q] (int64).

    `start`, `size` and `bounds` are of TOKENS. Queries may come in any order, and are quickest in that of the words.
    """
    here, at = np.int64(-1), np.int64(0)
    for q in range(document.size):
        low, high = bounds[document[q]], bounds[document[q] + 1]
        if document[q] != here or (at > low and start[at - 1] >= begin[q]):
            here, at = document[q], low
        at = _seek(start, at, high, begin[q])
        stop = _seek(start, at, high, end[q])
        if stop > at and np.int64(start[stop - 1]) + size[stop - 1] > end[q]:
            stop -= 1  # it begins inside and ends outside
        first[q], last[q] = at, stop


@njit(inline="always")
def _before(first, length, before, word):
    """How many words of the ranges stand before `word`; the arrays are the fields of places.Ranges. A binary search."""
    low, high = np.int64(0), np.int64(first.size)
    while low < high:
        middle = (low + high) >> 1
        if first[middle] <= word:
            low = middle + 1
        else:
            high = middle
    return np.int64(0) if low == 0 else before[low - 1] + min(word - first[low - 1], length[low - 1])


@njit(cache=True, nogil=True)
def cover(group, first, last, order, notice_first, notice_length, notice_before, plain, whole):
    """whole[g] and plain[g] += the number of words in the union of the ranges first[q]:last[q] with group[q] == g.

    `plain` leaves words of notices out, which come as the fields of places.Ranges. `order` sorts ranges by group, then
    first. All int64. Cost: two binary searches a range.
    """
    here, reached = np.int64(-1), np.int64(0)
    for q in order:
        if group[q] != here:
            here, reached = group[q], np.int64(0)
        low, high = max(first[q], reached), last[q]
        if low < high:
            reached = high
            noted = _before(notice_first, notice_length, notice_before, high)
            noted -= _before(notice_first, notice_length, notice_before, low)
            whole[here] += high - low
            plain[here] += high - low - noted


@njit(cache=True, nogil=True)
def mark(first, last, number, out):
    """out[first[r]:last[r]] = number[r], range by range."""
    for r in range(first.size):
        for w in range(first[r], last[r]):
            out[w] = number[r]


@njit(cache=True, nogil=True)
def most_of(first, last, kind, begin, end, kinds, out):
    """out[q] = the kind (uint8, below `kinds`) whose ranges cover most of begin[q]:end[q]; of equals the lowest.

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


@njit(inline="always")
def _walk(octets, at, steps, plain):
    """The byte `steps` code points after byte `at`; `plain` says that each code point is one byte."""
    if plain:
        return at + steps
    for _ in range(steps):
        at += 1
        while octets[at] & 0xC0 == 0x80:
            at += 1
    return at


@njit(inline="always")
def _sign(octets, at):
    """The code point whose UTF-8 begins at byte `at`, and of how many bytes it is."""
    one = np.int64(octets[at])
    if one < 0x80:
        return one, 1
    if one < 0xE0:
        return (one & 0x1F) << 6 | octets[at + 1] & 0x3F, 2
    if one < 0xF0:
        return (one & 0x0F) << 12 | (octets[at + 1] & np.int64(0x3F)) << 6 | octets[at + 2] & 0x3F, 3
    high = (one & 0x07) << 18 | (octets[at + 1] & np.int64(0x3F)) << 12
    return high | (octets[at + 2] & np.int64(0x3F)) << 6 | octets[at + 3] & 0x3F, 4


@njit(cache=True, nogil=True)
def count_touching(octets, bounds, plain, row, place, behind, most, taken, count):
    """count[q] = how many signs in a row touch place[q] of text row[q]: those after it, or before it if not behind[q].

    Text d is UTF-8, octets[bounds[d]:bounds[d + 1]]; places are code points, sorted by row and place. With way 1 for
    after and 0 for before, signs count that taken[way] (bool [KNOWN]) has, and at most most[way] of them. -1: a sign
    that is not below KNOWN was met, and Python has to look. Cost: the bytes up to the last place of each text; of
    `plain` texts (one byte a code point) the signs alone.
    """
    here, at, point = -1, np.int64(0), np.int64(0)
    for q in range(row.size):
        d, way = row[q], np.int64(behind[q])
        if d != here:
            here, at, point = d, bounds[d], np.int64(0)
        at, point = _walk(octets, at, place[q] - point, plain[d]), place[q]
        n, near = 0, at
        while n < most[way]:
            if near == bounds[d + way]:
                break
            if not way:
                near -= 1
                while octets[near] & 0xC0 == 0x80:
                    near -= 1
            sign, size = _sign(octets, near)
            if sign >= taken.shape[1]:
                n = -1
                break
            if not taken[way, sign]:
                break
            near += way * size
            n += 1
        count[q] = n


@njit(cache=True, nogil=True)
def weigh_digits(octets, bounds, plain, row, start, end, kind, more):
    """more[q] = 1 where code points start[q]:end[q] of text row[q] hold more digits than letters, else 0.

    Texts as in count_touching. `kind` (uint8 [KNOWN]) is 1 for digits, 2 for letters. -1: a sign not below KNOWN stands
    there, and Python has to look.
    """
    here, at, point = -1, np.int64(0), np.int64(0)
    for q in range(row.size):
        d = row[q]
        if d != here:
            here, at, point = d, bounds[d], np.int64(0)
        at, point = _walk(octets, at, start[q] - point, plain[d]), start[q]
        digits, letters, beyond, near = 0, 0, False, at
        for _ in range(end[q] - start[q]):
            if near >= bounds[d + 1]:
                break
            sign, size = _sign(octets, near)
            near += size
            if sign >= kind.size:
                beyond = True
            else:
                digits += kind[sign] == 1
                letters += kind[sign] == 2
        more[q] = -1 if beyond else digits > letters
