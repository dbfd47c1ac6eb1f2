"""Kernels of comparing whole documents: how many distinct shingles two of them share."""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.pairs.kernels import longest_document, shingle_hashes
from provenance.matching.pairs.shingle_kernels import index_shingles, mark_bits, meet_shingles, table_size


@njit(cache=True, nogil=True)
def share_shingles(word, bounds, left, right, k, shared):
    """Pairs of documents, sorted by left -> shared[p] (int32), the distinct shingles that both hold.

    Cost: one table of the left document for all its pairs, then a look-up a shingle of the right.
    """
    longest = longest_document(bounds)
    hashes, following = np.empty(longest, np.uint64), np.empty(longest, np.int32)
    slots, heads = np.empty(table_size(longest), np.uint64), np.empty(table_size(longest), np.int32)
    bits, met = np.empty(heads.size // 8, np.uint64), np.full(heads.size, -1, np.int32)
    place, slot = np.empty(longest, np.int32), np.empty(longest, np.int32)
    indexed, size = -1, 16
    for p in range(left.size):
        a, b = left[p], right[p]
        if a != indexed:
            n = shingle_hashes(word, bounds[a], bounds[a + 1], k, hashes)
            indexed, size = a, table_size(n)
            index_shingles(hashes, n, slots[:size], heads[:size], following)
            mark_bits(hashes, n, bits[: size // 8])
        n = shingle_hashes(word, bounds[b], bounds[b + 1], k, hashes)
        _, shared[p] = meet_shingles(
            hashes, n, bits[: size // 8], slots[:size], heads[:size], met, np.int32(p), place, slot
        )
