"""Kernels of the index: looking words up in sorted postings.

A posting is (key, document, context), all uint32, as postings.py makes them. Each kernel compiles in under 2 s.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.kernels import longest_document, shingle_hashes


@njit(inline="always")
def _run_agrees(one, other, reach, bits):
    """Whether `reach` of the words around two equal shingles agree: the first l on the left, the others on the right.

    A context holds `reach` codes of the words to the left, nearest first, and then as many to the right; 0 is no word.
    """
    mask = (np.uint32(1) << np.uint32(bits)) - np.uint32(1)
    left = 0
    while left < reach:
        a, b = (one >> np.uint32(bits * left)) & mask, (other >> np.uint32(bits * left)) & mask
        if a != b or a == 0:
            break
        left += 1
    right = 0
    while right < reach - left:
        shift = np.uint32(bits * (reach + right))
        a, b = (one >> shift) & mask, (other >> shift) & mask
        if a != b or a == 0:
            return False
        right += 1
    return True


@njit(cache=True, nogil=True)
def shingles(word, bounds, k, step, first, key, owner, place):
    """Every step[d]-th shingle of document d, from row first[d] (int64) on -> key (uint64), owner, place (int32)."""
    hashes = np.empty(longest_document(bounds), np.uint64)
    for d in range(bounds.size - 1):
        count = shingle_hashes(word, bounds[d], bounds[d + 1], k, hashes)
        at = first[d]
        for i in range(0, count, step[d]):
            key[at], owner[at], place[at] = hashes[i], d, i
            at += 1


@njit(cache=True, nogil=True)
def contexts(word, bounds, owner, place, k, reach, bits, context):
    """Shingles (k words from `place` on in document `owner`) -> context[s] (uint32), as _run_agrees reads it."""
    for s in range(owner.size):
        low, high = bounds[owner[s]], bounds[owner[s] + 1]
        begin = low + place[s]
        codes = np.uint32(0)
        for step in range(reach):
            for side in range(2):
                at = begin - 1 - step if side == 0 else begin + k + step
                if low <= at < high:
                    code = (word[at] >> np.uint64(40)) % ((np.uint64(1) << np.uint64(bits)) - np.uint64(1))
                    codes |= np.uint32(code + np.uint64(1)) << np.uint32(bits * (step + side * reach))
        context[s] = codes


@njit(cache=True, nogil=True)
def look_up(key, document, context, asked, about, strict, before, reach, bits, cap, total, over, found, count):
    """One sorted blob of postings and sorted queries -> found[count:] rows (query, document, strong); the new count.

    Queries asked[q] (uint32, ascending) have contexts about[q]; with strict[q] a posting is strong where the
    contexts agree, and else always; only documents under before[q] (int64) count. All strong postings of a query
    are taken up to `cap`, else the first and the last, and over[q] is set. Weak ones are taken up to `cap` in all;
    total[q] counts every posting. Returns (found, count).
    """
    low = np.int64(0)
    for q in range(asked.size):
        # queries and postings both ascend: gallop from where the last query ended
        step = np.int64(1)
        while low + step < key.size and key[low + step] < asked[q]:
            low += step
            step *= 2
        high = min(low + step, np.int64(key.size))
        while low < high:
            middle = (low + high) >> 1
            if key[middle] < asked[q]:
                low = middle + 1
            else:
                high = middle
        end = low
        while end < key.size and key[end] == asked[q] and document[end] < before[q]:
            end += 1
        if end == low:
            continue
        total[q] += end - low
        while count + end - low + 2 > found.shape[0]:
            grown = np.empty((2 * found.shape[0], 3), np.int64)
            for r in range(count):
                for c in range(3):
                    grown[r, c] = found[r, c]
            found = grown
        begin = count
        first, last, strong = np.int64(-1), np.int64(-1), 0
        few = end - low <= cap
        for i in range(low, end):
            agrees = not strict[q] or _run_agrees(context[i], about[q], reach, bits)
            if agrees:
                strong += 1
                last = i
                if first < 0:
                    first = i
            if (agrees and strong <= cap) or (few and strict[q]):
                found[count, 0], found[count, 1], found[count, 2] = q, document[i], agrees
                count += 1
        if strong > cap:
            over[q] = True
            count = begin
            for i in (first, last):
                found[count, 0], found[count, 1], found[count, 2] = q, document[i], True
                count += 1
    return found, count
