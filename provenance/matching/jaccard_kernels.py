"""Kernels of comparing whole documents: how many distinct shingles two of them share."""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.kernels import longest_document, shingle_hashes
from provenance.matching.shingle_kernels import index_shingles, table_size


@njit(cache=True, nogil=True)
def share_shingles(word, bounds, left, right, k, shared):
    """Pairs of documents, sorted by left -> shared[p] (int32), the distinct shingles that both hold.

    Cost: one table of the left document for all its pairs, then a look-up a shingle of the right.
    """
    longest = longest_document(bounds)
    hashes, following = np.empty(longest, np.uint64), np.empty(longest, np.int32)
    slots, heads = np.empty(table_size(longest), np.uint64), np.empty(table_size(longest), np.int32)
    met = np.full(heads.size, -1, np.int64)  # the last pair that a slot was counted for
    indexed, size = -1, 16
    for p in range(left.size):
        a, b = left[p], right[p]
        if a != indexed:
            n = shingle_hashes(word, bounds[a], bounds[a + 1], k, hashes)
            indexed, size = a, table_size(n)
            index_shingles(hashes, n, slots[:size], heads[:size], following)
        mask, both = size - 1, 0
        for i in range(shingle_hashes(word, bounds[b], bounds[b + 1], k, hashes)):
            at = np.int64(hashes[i] & np.uint64(mask))
            while heads[at] != -1 and slots[at] != hashes[i]:
                at = (at + 1) & mask
            if heads[at] != -1 and met[at] != p:
                met[at] = p
                both += 1
        shared[p] = both
