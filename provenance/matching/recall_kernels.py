"""Kernels of the recall sample: how many shingles each document shares with each of a few sampled ones."""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.pairs.kernels import longest_document, shingle_hashes, sort_keys, with_room

FILTER_BITS = 8  # an entry of the table, half full at most; with three bits set, one shingle in 200 passes in vain


@njit(inline="always")
def _bits_of(value, bits):
    """The word of `bits`, and three bits in it, that stand for a hash: in one word, for one read of memory."""
    one = np.uint64(1)
    mask = one << (value & np.uint64(63))
    mask |= one << ((value >> np.uint64(6)) & np.uint64(63))
    mask |= one << ((value >> np.uint64(12)) & np.uint64(63))
    return (value >> np.uint64(20)) & np.uint64(bits.size - 1), mask


@njit(cache=True, nogil=True)
def fill_filter(hashes, bits):
    """Set three bits for each hash in `bits` (uint64, its size a power of two): a blocked Bloom filter (Putze 2007)."""
    for i in range(hashes.size):
        at, mask = _bits_of(hashes[i], bits)
        bits[at] |= mask


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def meet_sampled(hashes, n, document, sample, room, met, count):
    """hashes[:n] of one document, overwritten -> (met, count): a new row of `met` for each sampled document near it.

    `sample` = (table, bits, owner, least): (slots, heads, following) of shingle_kernels.index_shingles over the
    shingles of the sample; a filter of them; the number of the sampled document that each is of; and by sampled
    document how many shingles a pair with it must share. `room` = (order, spare, shared, touched): int32 scratch,
    `shared` all 0.
    """
    (slots, heads, following), bits, owner, least = sample
    order, spare, shared, touched = room
    mask, hits = np.uint64(heads.size - 1), np.uint64(0)
    for i in range(n):
        at, three = _bits_of(hashes[i], bits)
        if bits[at] & three == three:
            hashes[hits] = hashes[i]
            hits += np.uint64(1)
    hits = np.int64(hits)
    for i in range(hits):
        order[i] = i
    sort_keys(hashes, order, spare, np.int64(0), hits)  # a shingle counts once, however often it stands
    near = 0
    for i in range(hits):
        value = hashes[order[i]]
        if i > 0 and value == hashes[order[i - 1]]:
            continue
        at = np.int64(value & mask)
        while heads[at] != -1 and slots[at] != value:
            at = np.int64(np.uint64(at + 1) & mask)
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
            met[count, 0], met[count, 1], met[count, 2] = document, s, shared[s]
            count += 1
        shared[s] = 0
    return met, count


@njit(inline="always")
def meeting_room(longest, sampled):
    """Scratch of `meet_sampled` for documents of up to `longest` shingles and `sampled` documents."""
    one, two = np.empty(longest, np.int32), np.empty(longest, np.int32)
    return one, two, np.zeros(sampled, np.int32), np.empty(sampled, np.int32)


@njit(cache=True, nogil=True)
def meet_sample(word, bounds, k, sample, met):
    """Documents -> (met, its rows): int32 document, sampled document, and shingles shared, least[sampled] or more.

    Cost: a hash and a look into the filter for each shingle, and into the table for the few that pass.
    """
    longest = longest_document(bounds)
    hashes, room, count = np.empty(longest, np.uint64), meeting_room(longest, sample[3].size), 0
    for d in range(bounds.size - 1):
        n = shingle_hashes(word, bounds[d], bounds[d + 1], k, hashes)
        met, count = meet_sampled(hashes, n, d, sample, room, met, count)
    return met, count


@njit(cache=True, nogil=True)
def measure_met(word, bounds, k, met, hashes, edges, jaccard):
    """jaccard[m] (float32) of each row of `met`; rows come document by document.

    hashes[edges[s]:edges[s + 1]] are the distinct shingles of sampled document s, sorted.
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
