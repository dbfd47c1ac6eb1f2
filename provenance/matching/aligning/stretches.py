"""Aligned stretches in words, and neighbours among them that are one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.matching.aligning import sequence_kernels
from provenance.matching.pairs.pair_keys import pack_pairs
from provenance.text.kernels import ADDRESS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens

TABLE_CELLS = 1 << 24  # of an alignment of words; longer stretches are aligned in pieces


class Aligned(NamedTuple):
    """Aligned stretches: rows of two documents and half-open ranges of words, counted in the whole of TOKENS."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    left_first: NDArray[np.int64]
    left_last: NDArray[np.int64]
    right_first: NDArray[np.int64]
    right_last: NDArray[np.int64]
    equal: NDArray[np.int32]  # words equal in the alignment

    def take(self, which: Array) -> Aligned:
        """The stretches at `which` (a mask or rows)."""
        return Aligned._make(column[which] for column in self)

    def keys(self) -> Array:
        """The key of each stretch's pair (pair_keys.py); int64."""
        return pack_pairs(self.left, self.right)

    def identity(self) -> Array:
        """Words equal / words of the longer side; float32."""
        longer = np.maximum(self.left_last - self.left_first, self.right_last - self.right_first)
        share: Array = (self.equal / np.maximum(longer, 1)).astype(np.float32)
        return share


def join(parts: list[Aligned]) -> Aligned:
    """Several sets of stretches as one."""
    return Aligned(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def join_neighbours(tokens: Tokens, gap: Array, aligned: Aligned, settings: Settings) -> Aligned:
    """Stretches across documents -> the same, neighbours joined, sorted by pair and place. *map* over pairs.

    Two stretches are one if as many words lie between them on one side as on the other, give or take max_gap_words;
    and these are fewer than the shortest span has, and fewer than are equal in the lesser of the two, so that the whole
    is still an edited span. Beside a rewritten stretch, at most max_gap_words may lie between. More words on one side
    alone were put in there (a reply under each line of a quotation), and are no part of a copy. Over an address nothing
    is joined.
    """
    aligned, done = in_order(aligned), []
    while True:
        first = _first_of_two(_follows_on(gap, aligned, settings))
        if not first.size:
            break
        # a pair in which nothing was joined is done (100,000 articles: .18 s of processor, and not .72)
        pair = np.cumsum((np.diff(aligned.left, prepend=-1) != 0) | (np.diff(aligned.right, prepend=-1) != 0))
        again = np.zeros(int(pair[-1]) + 1, np.bool_)
        again[pair[first]] = True
        stays = again[pair]
        done.append(aligned.take(~stays))
        stays[first], stays[first + 1] = False, False
        aligned = in_order(join([aligned.take(stays), _join_two(tokens, aligned.take(first), aligned.take(first + 1))]))
    return in_order(join([*done, aligned])) if done else aligned


def in_order(aligned: Aligned) -> Aligned:
    """Stretches sorted by pair and place."""
    keys = aligned.keys(), aligned.left_first, aligned.right_first
    rises, equal = np.zeros(max(aligned.left.size - 1, 0), np.bool_), np.True_
    for key in keys:
        step = np.diff(key)
        rises, equal = rises | (equal & (step > 0)), equal & (step == 0)
    if (rises | equal).all():  # as they come from aligning, and out of a round that joined nothing
        return aligned
    return aligned.take(np.lexsort(keys[::-1]))


def _follows_on(gap: Array, aligned: Aligned, settings: Settings) -> Array:
    """For each stretch but the last whether it and the next, in order of pair and place, are one."""
    rows = np.arange(1, aligned.left.size)
    one, two = aligned.take(rows - 1), aligned.take(rows)
    left, right = two.left_first - one.left_last, two.right_first - one.right_last
    wide, narrow = np.maximum(left, right), np.minimum(left, right)
    near: Array = (one.left == two.left) & (one.right == two.right) & (one.left != one.right)
    near &= (wide - narrow <= settings.max_gap_words) & (narrow >= -settings.max_gap_words)
    near &= (two.left_last > one.left_last) & (two.right_last > one.right_last)
    longer = np.maximum(two.left_last - one.left_first, two.right_last - one.right_first)
    equal = one.equal + two.equal - np.maximum(-narrow, 0)
    lesser = np.minimum(np.minimum(one.equal, two.equal), settings.min_span_words)
    edited = (wide < lesser) & (equal >= settings.min_identity * longer)
    least = np.minimum(one.identity(), two.identity())
    near &= edited | ((wide <= settings.max_gap_words) & (least < settings.min_identity))
    at = np.flatnonzero(near)
    parted = np.zeros(at.size, np.bool_)
    for low, high in ((one.left_last, two.left_first), (one.right_last, two.right_first)):
        sequence_kernels.find_between(gap, low[at], high[at], ADDRESS, parted)
    near[at] = ~parted
    return near


def _first_of_two(follows: Array) -> Array:
    """Which stretches are joined with the next; of several that follow on each other, every other one."""
    rows = np.flatnonzero(follows)
    begins = np.diff(rows, prepend=-2) != 1
    place = np.arange(rows.size) - np.maximum.accumulate(np.where(begins, np.arange(rows.size), 0))
    firsts: Array = rows[place % 2 == 0]
    return firsts


def _join_two(tokens: Tokens, one: Aligned, two: Aligned) -> Aligned:
    overlap = np.maximum(np.maximum(one.left_last - two.left_first, one.right_last - two.right_first), 0)
    between = np.zeros(one.left.size, np.int32)
    sequence_kernels.count_equal(
        tokens.word,
        one.left_last,
        np.maximum(two.left_first, one.left_last),
        one.right_last,
        np.maximum(two.right_first, one.right_last),
        TABLE_CELLS,
        between,
    )
    equal = (one.equal + two.equal - overlap + between).astype(np.int32)
    return one._replace(left_last=two.left_last, right_last=two.right_last, equal=equal)
