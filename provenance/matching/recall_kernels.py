"""Kernels of the recall sample: the shingles that every document shares with each of a few."""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.kernels import longest_document, shingle_hashes, sort_keys, with_room

FILTER_BITS = 8  # an entry of the table, half full at most; with three of them set, one shingle in 200 is met in vain


@njit(inline="always")
def _bits_of(value, bits):
    """The word of `bits` and the three bits in it that stand for a hash: all in one word, for one look at memory."""
    one = np.uint64(1)
    mask = one << (value & np.uint64(63))
    mask |= one << ((value >> np.uint64(6)) & np.uint64(63))
    mask |= one << ((value >> np.uint64(12)) & np.uint64(63))
    return np.int64((value >> np.uint64(20)) & np.uint64(bits.size - 1)), mask


@njit(cache=True, nogil=True)
def fill_filter(hashes, bits):
    """Set three bits a hash in `bits` (uint64, a power of two of them): a blocked Bloom filter (Putze 2007)."""
    for i in range(hashes.size):
        at, mask = _bits_of(hashes[i], bits)
        bits[at] |= mask


@njit(cache=True, nogil=True)
def meet_sample(word, bounds, k, table, bits, owner, least, met):
    """Documents -> rows of `met` (int32: document, sampled, shared >= least[sampled]); their number.

    `table` = (slots, heads, following) of shingle_kernels.index_shingles over shingles of the sample, `owner` the
    sampled document (numbers 0..) of each. Cost: a hash and a look at the filter a shingle, and a look-up for those
    that are there.
    """
    slots, heads, following = table
    mask, longest = heads.size - 1, longest_document(bounds)
    hashes = np.empty(longest, np.uint64)
    order, spare = np.empty(longest, np.int32), np.empty(longest, np.int32)
    shared, touched = np.zeros(least.size, np.int32), np.empty(least.size, np.int32)
    count = 0
    for d in range(bounds.size - 1):
        n = shingle_hashes(word, bounds[d], bounds[d + 1], k, hashes)
        hits = 0
        for i in range(n):
            at, three = _bits_of(hashes[i], bits)
            if bits[at] & three == three:
                hashes[hits] = hashes[i]
                hits += 1
        for i in range(hits):
            order[i] = i
        sort_keys(hashes, order, spare, np.int64(0), np.int64(hits))  # a shingle counts once, however often it stands
        near = 0
        for i in range(hits):
            value = hashes[order[i]]
            if i > 0 and value == hashes[order[i - 1]]:
                continue
            at = np.int64(value & np.uint64(mask))
            while heads[at] != -1 and slots[at] != value:
                at = (at + 1) & mask
            e = heads[at]
            while e != -1:
                s = owner[e]
                if shared[s] == 0:
                    touched[near] = s
                    near += 1
                shared[s] += 1
                e = following[e]
        for m in range(near):
            s = touched[m]
            if shared[s] >= least[s]:
                if count == met.shape[0]:
                    met = with_room(met)
                met[count, 0], met[count, 1], met[count, 2] = d, s, shared[s]
                count += 1
            shared[s] = 0
    return met, count


@njit(cache=True, nogil=True)
def measure_met(word, bounds, k, met, hashes, edges, jaccard):
    """jaccard[m] (float32) of each row of `met`, which come document by document.

    The distinct shingles of sampled document s, sorted, are hashes[edges[s]:edges[s + 1]].
    """
    longest = longest_document(bounds)
    own = np.empty(longest, np.uint64)
    order, spare = np.empty(longest, np.int32), np.empty(longest, np.int32)
    n, distinct = 0, 0
    for m in range(met.shape[0]):
        d, s = met[m, 0], met[m, 1]
        if m == 0 or met[m - 1, 0] != d:
            n = shingle_hashes(word, bounds[d], bounds[d + 1], k, own)
            for i in range(n):
                order[i] = i
            sort_keys(own, order, spare, np.int64(0), np.int64(n))
            distinct = 0
            for i in range(n):
                distinct += i == 0 or own[order[i]] != own[order[i - 1]]
        shared, i, j = 0, 0, edges[s]
        while i < n and j < edges[s + 1]:
            if i and own[order[i]] == own[order[i - 1]]:
                i += 1
            elif own[order[i]] == hashes[j]:
                shared, i, j = shared + 1, i + 1, j + 1
            elif own[order[i]] < hashes[j]:
                i += 1
            else:
                j += 1
        union = distinct + edges[s + 1] - edges[s] - shared
        jaccard[m] = np.float32(shared / union) if union else np.float32(0)
