"""Documents with equal folded texts: one of them is compared for all, and then the pairs of all are spelt out.

Pairs are keys (pair_keys.py) of two rows, left < right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.matching.pairs import kernels
from provenance.matching.pairs.pair_keys import pack_ordered, pack_pairs, unique, unpack_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.text.tokens import Tokens


class Texts(NamedTuple):
    """Documents grouped by equal folded text: only the first of each group is compared with others."""

    first: NDArray[np.int64]  # [documents]: the row of the first document with the same text
    wanted: NDArray[np.bool_]  # [documents]: first of its group and not without words


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


def _members(texts: Texts) -> tuple[Array, Array]:
    """Rows in the order of their groups, and where in that order the group of each first row begins."""
    order = np.argsort(texts.first, kind="stable")
    begins = np.searchsorted(texts.first[order], np.arange(texts.first.size + 1))
    return order, begins


def equal_pairs(texts: Texts, cap: int) -> Array:
    """Pairs inside each group of equal texts: of up to `cap` all, of more those with the previous and the first."""
    order, begins = _members(texts)
    pairs = [np.empty(0, np.int64)]
    sizes = np.where(texts.wanted, np.diff(begins), 0)
    for size in np.unique(sizes[sizes > 1]).tolist():  # all groups of one size at once: most are of two
        groups = order[begins[:-1][sizes == size, None] + np.arange(size)].astype(np.int64)
        if size <= cap:
            one, two = np.triu_indices(size, 1)
            pairs.append(pack_pairs(groups[:, one], groups[:, two]).ravel())
        else:
            pairs.append(pack_pairs(groups[:, :-1], groups[:, 1:]).ravel())
            pairs.append(pack_pairs(groups[:, :1], groups[:, 1:]).ravel())
    return unique(np.concatenate(pairs))


def spell_out(pairs: Array, texts: Texts, cap: int) -> Array:
    """Pairs of first rows -> the pairs of all their equal texts; of over `cap` squared, those with a first row only."""
    order, begins = _members(texts)
    sizes = np.diff(begins)
    left, right = unpack_pairs(pairs)
    product = sizes[left] * sizes[right]
    whole, firsts = (product > 1) & (product <= cap * cap), product > cap * cap

    def cross(which: Array, ones: Array, twos: Array) -> Array:
        return _cross(order, begins[left[which]], ones[left[which]], begins[right[which]], twos[right[which]])

    one = np.ones_like(sizes)
    spelt = [pairs, cross(whole, sizes, sizes), cross(firsts, sizes, one), cross(firsts, one, sizes)]
    return unique(np.concatenate(spelt))


def _cross(order: Array, one: Array, ones: Array, two: Array, twos: Array) -> Array:
    """For each i, the pairs of ones[i] rows, from order[one[i]] on, with twos[i] rows, from order[two[i]] on."""
    count = ones * twos
    row = np.repeat(np.arange(one.size), count)
    within = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
    return pack_ordered(order[one[row] + within // twos[row]], order[two[row] + within % twos[row]])
