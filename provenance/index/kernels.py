"""Kernels of the index: looking words up in stored postings.

A posting is (key, document, context), all uint32, as postings.py makes them. Each kernel compiles in under 2 s.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.pairs.kernels import longest_document, shingle_hashes


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


@njit(inline="always")
def _first_of(words, base, n, asked, bits):
    """Where, among the n ascending keys of one part, the first that is not under `asked` stands.

    Keys are hashes, so it stands near where an even spread would have it; from there by steps that double.
    """
    low = (np.int64(asked) & ((np.int64(1) << (32 - bits)) - 1)) * n >> (32 - bits)
    high, step = low, np.int64(1)
    if low < n and words[base + low] < asked:
        while low + step < n and words[base + low + step] < asked:
            low += step
            step *= 2
        high = min(low + step, n)
    else:
        while high - step >= 0 and words[base + high - step] >= asked:
            high -= step
            step *= 2
        low = max(high - step, np.int64(0))
    while low < high:
        middle = (low + high) >> 1
        if words[base + middle] < asked:
            low = middle + 1
        else:
            high = middle
    return low


@njit(inline="always")
def _end_of(words, base, n, low, asked, before):
    """Where the postings of `asked` that begin at `low`, as far as their documents are under `before`, end.

    By doubled steps: a notice stands under one key a hundred thousand times.
    """
    if low == n or words[base + low] != asked:
        return low
    step = np.int64(1)
    while low + step < n and words[base + low + step] == asked and words[base + n + low + step] < before:
        step *= 2
    high, under = min(low + step, n), low + (step >> 1)
    if words[base + n + low] >= before:
        return low
    while under < high:
        middle = (under + high) >> 1
        if words[base + middle] == asked and words[base + n + middle] < before:
            under = middle + 1
        else:
            high = middle
    return under


@njit(cache=True, nogil=True)
def look_up(words, edges, first, bits, asked, about, strict, before, reach, code_bits, cap, total, over, found, count):
    """Stored parts and sorted queries -> found[count:] rows (query, document, strong); the new count.

    Part first + p of 2^bits holds postings edges[p]:edges[p + 1] (int64) as three columns one after another, from
    words[3 * edges[p]] (uint32) on: keys, ascending; documents; contexts. Queries asked[q] (uint32, ascending) have
    contexts about[q]; with strict[q] a posting is strong where the contexts agree, and else always; only documents
    under before[q] (int64) count. All strong postings of a query are taken up to `cap`, else the first and the last,
    and over[q] is set. Weak ones are taken up to `cap` in all; total[q] counts every posting. Returns (found, count).
    """
    for q in range(asked.size):
        part = (np.int64(asked[q]) >> (32 - bits)) - first
        base, n = 3 * edges[part], edges[part + 1] - edges[part]
        low = _first_of(words, base, n, asked[q], bits)
        end = _end_of(words, base, n, low, asked[q], before[q])
        if end == low:
            continue
        total[q] += end - low
        while count + cap + 2 > found.shape[0]:
            grown = np.empty((2 * found.shape[0], 3), np.int64)
            for r in range(count):
                for c in range(3):
                    grown[r, c] = found[r, c]
            found = grown
        begin, strong = count, 0
        for i in range(low, end):
            agrees = not strict[q] or _run_agrees(words[base + 2 * n + i], about[q], reach, code_bits)
            strong += agrees
            if strong > cap:
                break
            if agrees or (strict[q] and end - low <= cap):
                found[count, 0], found[count, 1], found[count, 2] = q, words[base + n + i], agrees
                count += 1
        if strong > cap:
            over[q] = True
            last = end - 1
            while strict[q] and not _run_agrees(words[base + 2 * n + last], about[q], reach, code_bits):
                last -= 1
            found[begin + 1, 0], found[begin + 1, 1], found[begin + 1, 2] = q, words[base + n + last], True
            count = begin + 2
    return found, count
