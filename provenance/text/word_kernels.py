"""Kernel of folding where places do not count: UTF-8 bytes -> the hashes of the folded words, and nothing else.

`kernels.fold_document` goes from word to word, and knows where the next one begins when it has read the last one. Here
a first pass finds where runs of letters begin and end, without a branch, and then the processor reads several words at
once.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.kernels import (
    LONGEST_WORD,
    address_end,
    any_word,
    code_point,
    finish,
    hash_word,
    load64,
    low_bytes,
    mix,
)  # fmt: skip

BETWEEN, LETTER, OTHER = 0, 1, 2  # classes of bytes: ASCII that separates; its letters and digits; all else
SMALL = np.uint64(0x2020202020202020)  # the bit in which small ASCII letters differ from capital ones
BLOCK = 1 << 13  # bytes whose runs are found at a time: they and the edges stay in the first cache


@njit(inline="always")
def _find_runs(octets, classes, begin, end, edges):
    """octets[begin:end] -> how many runs of one class it has; run r is octets[edges[r] : edges[r + 1]]."""
    count, was = np.uint64(0), np.uint8(255)
    for at in range(np.uint64(begin), np.uint64(end)):
        now = classes[octets[at]]
        edges[count] = at
        count += np.uint64(now != was)
        was = now
    edges[count] = np.uint64(end)
    return count


@njit(inline="always")
def _hash_letters(octets, place, size):
    """octets[place : place + size], ASCII letters and digits -> `hash_word` of them folded; 8 bytes behind are read."""
    value = np.uint64(0)
    while size >= np.uint64(8):
        value = mix(value, load64(octets, place) | SMALL)
        place += np.uint64(8)
        size -= np.uint64(8)
    return finish(mix(value, low_bytes(load64(octets, place) | SMALL, size)))


@njit(inline="always")
def _may_be_address(octets, place):
    """Whether `http` or `www.` stands here, or what differs from it in a bit that is case."""
    four = (load64(octets, place) | SMALL) & np.uint64(0xFFFFFFFF)
    return four == np.uint64(0x70747468) or four == np.uint64(0x2E777777)


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def hash_words(octets, begin, end, folding, scratch, word, t):
    """octets[begin:end] (one text, valid UTF-8, 8 bytes behind it readable) -> word[t:], as `fold_document` has them.

    `folding` = (classes, kind, first, length, pool): the bytes' (uint8 [256]) and the FoldTable. `scratch` = (edges,
    folded): uint64 [BLOCK + 1], and uint8 for the longest word. Returns the next t.
    """
    classes, kind, first, length, pool = folding
    edges, folded = scratch
    at, end, t = np.uint64(begin), np.uint64(end), np.uint64(t)
    while at < end:
        stop = min(at + np.uint64(BLOCK), end)
        runs = _find_runs(octets, classes, at, stop, edges)
        if stop < end and runs > np.uint64(1):
            runs -= np.uint64(1)  # the last one may go on behind the block
        r = np.uint64(0)
        while r < runs:
            low, high = max(at, edges[r]), edges[r + np.uint64(1)]
            r += np.uint64(1)
            if high <= low:  # read with what was before it
                continue
            kept = classes[octets[low]]
            if kept == LETTER:
                if _may_be_address(octets, low):
                    after = np.uint64(address_end(octets, np.int64(low), np.int64(end)))
                    if after > low:
                        at = after
                        r -= np.uint64(1)
                        continue
                if high - low <= np.uint64(LONGEST_WORD) and (high == end or classes[octets[high]] == BETWEEN):
                    word[t] = _hash_letters(octets, low, high - low)
                    t += np.uint64(1)
                    r += np.uint64(1)  # over what is between
                    continue
            elif kept == BETWEEN:
                continue
            else:
                code, count = code_point(octets, low)
                if kind[code] < 2:
                    at = low + np.uint64(count)
                    r -= np.uint64(1)
                    continue
            behind, next_f, _, _ = any_word(
                octets, np.int64(low), np.int64(end), kind, first, length, pool, folded, np.int64(0)
            )
            word[t] = hash_word(folded, np.int64(0), next_f)
            t += np.uint64(1)
            at = np.uint64(behind)
            r -= np.uint64(1)
        at = max(at, edges[runs])
    return np.int64(t)


@njit(cache=True, nogil=True)
def hash_documents(octets, bounds, folding, scratch, word, words):
    """octets[bounds[d]:bounds[d + 1]] for each document d -> `hash_words` of all, one after another.

    `words` (int64, documents + 1) gets the bounds of each document's words. 750 MB/s a core on English.
    """
    t = np.int64(0)
    words[0] = 0
    for d in range(bounds.size - 1):
        t = hash_words(octets, bounds[d], bounds[d + 1], folding, scratch, word, t)
        words[d + 1] = t
