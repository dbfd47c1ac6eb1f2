"""Documents with equal folded texts: one stands for all while candidates are sought, then their pairs are spelt out.

Pairs are keys left << 32 | right (int64) of two rows, left < right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from provenance.matching import kernels

if TYPE_CHECKING:
    from provenance.text.tokens import Tokens

Array = np.ndarray[Any, Any]


class Texts(NamedTuple):
    """Documents grouped by equal folded text: only the first of each group is compared with others."""

    first: Array  # int64 [documents], the row of the first document with the same text
    wanted: Array  # bool [documents], first of its group and not without words


def digest(tokens: Tokens) -> Array:
    """TOKENS -> uint64 [documents, 3]: the number of words, and 128 bits of hash over them. *map*; one pass."""
    digests = np.empty((tokens.bounds.size - 1, 3), np.uint64)
    digests[:, 0] = np.diff(tokens.bounds)
    one, two = np.empty(len(digests), np.uint64), np.empty(len(digests), np.uint64)
    kernels.range_keys(tokens.word, tokens.bounds[:-1], tokens.bounds[1:], one, two)
    digests[:, 1], digests[:, 2] = one, two
    return digests


def group_equal(digests: Array) -> Texts:
    """Digests of all documents -> which have equal folded texts. *gather*; a sort of the documents."""
    documents = len(digests)
    order = np.lexsort((np.arange(documents), *digests.T))
    new = np.ones(documents, np.bool_)
    new[1:] = (digests[order][1:] != digests[order][:-1]).any(1)
    first = np.empty(documents, np.int64)
    if documents:
        first[order] = order[new][np.cumsum(new) - 1]
    return Texts(first, (first == np.arange(documents)) & (digests[:, 0] > 0))


def unique(keys: Array) -> Array:
    """Sorted distinct keys, 0 and more; of 1.7 million in a sixteenth of the time of union1d, where numpy hashes."""
    ordered = np.sort(keys)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def _members(texts: Texts) -> tuple[Array, Array]:
    """Rows sorted by the first row of their text, and where each row's group begins in that order."""
    order = np.argsort(texts.first, kind="stable")
    begins = np.searchsorted(texts.first[order], np.arange(texts.first.size + 1))
    return order, begins


def equal_pairs(texts: Texts, cap: int) -> Array:
    """Pairs inside each group of equal texts: all with all up to `cap`, else with the previous and the first."""
    order, begins = _members(texts)
    pairs = [np.empty(0, np.int64)]
    sizes = np.where(texts.wanted, np.diff(begins), 0)
    for size in np.unique(sizes[sizes > 1]).tolist():  # all groups of one size at once: most are of two
        groups = order[begins[:-1][sizes == size, None] + np.arange(size)].astype(np.int64)
        if size <= cap:
            one, two = np.triu_indices(size, 1)
            pairs.append(((groups[:, one] << 32) | groups[:, two]).ravel())
        else:
            pairs.append(((groups[:, :-1] << 32) | groups[:, 1:]).ravel())
            pairs.append(((groups[:, :1] << 32) | groups[:, 1:]).ravel())
    return unique(np.concatenate(pairs))


def spell_out(pairs: Array, texts: Texts, cap: int) -> Array:
    """Pairs of first rows -> the pairs of all their equal texts; beyond `cap` squared only with the firsts."""
    order, begins = _members(texts)
    sizes = np.diff(begins)
    left, right = pairs >> 32, pairs & 0xFFFFFFFF
    product = sizes[left] * sizes[right]
    whole, firsts = (product > 1) & (product <= cap * cap), product > cap * cap

    def cross(which: Array, ones: Array, twos: Array) -> Array:
        return _cross(order, begins[left[which]], ones[left[which]], begins[right[which]], twos[right[which]])

    one = np.ones_like(sizes)
    spelt = [pairs, cross(whole, sizes, sizes), cross(firsts, sizes, one), cross(firsts, one, sizes)]
    return unique(np.concatenate(spelt))


def _cross(order: Array, one: Array, ones: Array, two: Array, twos: Array) -> Array:
    """For each p, the pairs of order[one[p]] .. (ones[p] of them) with order[two[p]] .. (twos[p] of them)."""
    count = ones * twos
    row = np.repeat(np.arange(one.size), count)
    within = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
    left, right = order[one[row] + within // twos[row]], order[two[row] + within % twos[row]]
    keys: Array = (np.minimum(left, right).astype(np.int64) << 32) | np.maximum(left, right)
    return keys
