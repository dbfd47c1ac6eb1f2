"""Kernels of a document's shingles: a hash table of where each occurs, and how many distinct ones there are."""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.pairs.kernels import shingle_hashes


@njit(cache=True, nogil=True)
def index_shingles(hashes, n, slots, heads, following):
    """hashes[:n] -> a table with open addressing: slots (hash), heads (first position, -1: none), following (the next).

    `slots` and `heads` have a power of two of entries, at least 2 n. Returns the number of distinct hashes.
    """
    mask = heads.size - 1
    for at in range(heads.size):
        heads[at] = -1
    distinct = 0
    for i in range(n - 1, -1, -1):  # backwards, so that chains run forwards
        at = np.int64(hashes[i] & np.uint64(mask))
        while heads[at] != -1 and slots[at] != hashes[i]:
            at = (at + 1) & mask
        if heads[at] == -1:
            slots[at] = hashes[i]
            distinct += 1
            following[i] = -1
        else:
            following[i] = heads[at]
        heads[at] = i
    return distinct


@njit(inline="always")
def _shift(bits):
    """By how much a hash is shifted right to be the number of a bit of `bits` (uint64, its size a power of two)."""
    shift = 58
    while (1 << (58 - shift)) < bits.size:
        shift -= 1
    return np.uint64(shift)


@njit(cache=True, nogil=True)
def mark_bits(hashes, n, bits):
    """Set a bit of `bits` (uint64, an eighth of the table's entries) for each of hashes[:n], as a filter before it."""
    shift = _shift(bits)
    for at in range(bits.size):
        bits[at] = 0
    for i in range(n):
        bit = hashes[i] >> shift
        bits[bit >> np.uint64(6)] |= np.uint64(1) << (bit & np.uint64(63))


@njit(cache=True, nogil=True)
def meet_shingles(hashes, n, bits, slots, heads, met, stamp, place, slot):
    """hashes[:n] of a document, another's table and filter -> (how many occur there, how many distinct ones).

    place[m] is the index in `hashes` of the m-th that does, slot[m] its entry of the table. `met` (int32, by entry)
    holds the stamp of the last document that met it. Cost: some 2 ns for each hash that does not occur there.
    """
    mask, shift = np.uint64(heads.size - 1), _shift(bits)
    count, distinct = 0, 0
    for j in range(n):
        value = hashes[j]
        bit = value >> shift
        if not (bits[bit >> np.uint64(6)] >> (bit & np.uint64(63))) & np.uint64(1):
            continue
        at = np.int64(value & mask)
        while heads[at] != -1 and slots[at] != value:
            at = np.int64(np.uint64(at + 1) & mask)
        if heads[at] == -1:
            continue
        place[count], slot[count] = j, at
        count += 1
        if met[at] != stamp:
            met[at] = stamp
            distinct += 1
    return count, distinct


@njit(inline="always")
def table_size(n):
    """How many entries a table of n hashes has: a power of two, at least 2 n."""
    size = 16
    while size < 2 * n:
        size *= 2
    return size


@njit(cache=True, nogil=True)
def count_distinct(word, bounds, wanted, k, distinct):
    """distinct[d] = the number of distinct shingles of each document d with wanted[d]."""
    longest = 1
    for d in range(bounds.size - 1):
        longest = max(longest, bounds[d + 1] - bounds[d])
    hashes = np.empty(longest, np.uint64)
    slots, heads = np.empty(table_size(longest), np.uint64), np.empty(table_size(longest), np.int32)
    following = np.empty(longest, np.int32)
    for d in range(bounds.size - 1):
        if wanted[d]:
            n = shingle_hashes(word, bounds[d], bounds[d + 1], k, hashes)
            size = table_size(n)
            distinct[d] = index_shingles(hashes, n, slots[:size], heads[:size], following)
