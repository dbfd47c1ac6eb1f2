"""Kernels of a document's shingles: a table of where each stands, and how many there are."""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.kernels import shingle_hashes


@njit(cache=True, nogil=True)
def index_shingles(hashes, n, slots, heads, following):
    """hashes[:n] -> an open-addressing table: slots (hash), heads (first position, -1 empty), following (next).

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
def table_size(n):
    """Entries of a table of n hashes: a power of two, at least 2 n."""
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
