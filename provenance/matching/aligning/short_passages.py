"""Headlines, captions, teasers and notices that repeat: passages too short for the exact channel, compared whole.

Equal ones are found by their hash; ones that differ in a few words or by a site's suffix are found by a run of three
words that they share, and then verified word by word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.arrays import Array
from provenance.matching.aligning import sequence_kernels
from provenance.matching.aligning.layout import CODE
from provenance.matching.aligning.stretches import Aligned, join
from provenance.matching.pairs import kernels, posting_kernels
from provenance.matching.pairs.pair_keys import unique, unpack_pairs
from provenance.matching.pairs.postings import Postings, all_postings
from provenance.text.tokens import Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.matching.aligning.layout import Layout
    from provenance.settings import Settings

Side = tuple[Array, Array, Array]  # document, first and last word

LONGEST = 40  # words; longer passages hold runs that the exact channel sees
SEED = 3  # words that two like passages must share in a row
LIKE = 0.78  # least identity of like passages; 7 words of 9 are another headline: at .6 "oil rises" met "gold falls"
FEWEST_LIKE = 6  # words; with fewer, one changed word makes another headline
FEWEST_APART = 4  # words of a headline or caption that two documents share (memetracker's floor, KDD 2009)
FEWEST = 2  # words; one word is no passage


class Occurrences(NamedTuple):
    """Short passages, sorted by text, document and place; passages of one text have one `text` number."""

    text: NDArray[np.int64]
    document: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    role: NDArray[np.uint8]


def find_short(tokens: Tokens, layout: Layout, settings: Settings) -> Aligned:
    """TOKENS and Layout -> stretches between whole short passages that are equal or alike. *gather*."""
    short = short_of(layout)
    found = group_occurrences(
        tokens, layout.document[short], layout.first[short], layout.last[short], layout.role[short]
    )
    return link_short(tokens, found, settings)


def short_of(layout: Layout) -> Array:
    """Layout -> which passages are short enough to be compared whole; bool. *map*."""
    size = layout.last - layout.first
    short: Array = layout.short & (size >= FEWEST) & (size <= LONGEST)
    return short


def link_short(tokens: Tokens, found: Occurrences, settings: Settings) -> Aligned:
    """Short passages by text -> stretches between those that are equal or alike. *gather*."""
    cap = settings.link_cap
    texts, number = distinct_texts(tokens, found)
    seeds = find_seeds(texts)
    hot = np.zeros(texts.word.size, np.bool_)
    keys = [pair_seeds(texts, seeds, hot, cap, marking=marking) for marking in (True, False)]
    likes = align_texts(texts, unique(np.concatenate(keys)))
    likes[:, :2] = number[likes[:, :2]]
    return join([link_equal(found, cap), cross_likes(found, likes, cap)])


def group_occurrences(tokens: Tokens, document: Array, first: Array, last: Array, role: Array) -> Occurrences:
    """Ranges of words, their documents and roles -> Occurrences."""
    one, two = np.empty(first.size, np.uint64), np.empty(first.size, np.uint64)
    kernels.range_keys(tokens.word, first, last, one, two)
    order = np.lexsort((first, document, two, one))
    one, two = one[order], two[order]
    new = np.ones(one.size, np.bool_)
    new[1:] = (one[1:] != one[:-1]) | (two[1:] != two[:-1])
    return Occurrences(np.cumsum(new) - 1, document[order], first[order], last[order], role[order])


def _pairs(one: Side, two: Side, equal: Array) -> Aligned:
    """Documents and words of two passages each, and their equal words -> stretches with the earlier side left."""
    swap = (one[0] > two[0]) | ((one[0] == two[0]) & (one[1] > two[1]))
    left, left_first, left_last = (np.where(swap, other, own) for own, other in zip(one, two, strict=True))
    right, right_first, right_last = (np.where(swap, own, other) for own, other in zip(one, two, strict=True))
    documents = left.astype(np.int32), right.astype(np.int32)
    return Aligned(*documents, left_first, left_last, right_first, right_last, equal.astype(np.int32))


def link_equal(found: Occurrences, cap: int) -> Aligned:
    """Equal passages: in one document each with the one before, and the first ones of documents with each other.

    Up to `cap` documents all with all, of more each with the previous and the first.
    """
    rows = np.arange(found.text.size)
    same_text = found.text[1:] == found.text[:-1]
    inside = rows[1:][same_text & (found.document[1:] == found.document[:-1])]
    heads = _heads(found)
    heads = heads[(found.last - found.first)[heads] >= _floor(found, heads)]
    edges = np.append(np.flatnonzero(np.diff(found.text[heads], prepend=-1)), heads.size)
    begin, size = (np.repeat(of, np.diff(edges)) for of in (edges[:-1], np.diff(edges)))
    place = np.arange(heads.size) - begin
    whole = size <= cap
    second, nth = _repeat(np.where(whole, place, np.minimum(place, 2)))
    chained = np.where(nth == 0, second - 1, begin[second])
    first = np.where(whole[second], begin[second] + nth, chained)
    left, right = (np.concatenate([some, heads[more]]) for some, more in ((inside - 1, first), (inside, second)))
    one, two = ((found.document[rows], found.first[rows], found.last[rows]) for rows in (left, right))
    return _pairs(one, two, (found.last - found.first)[left])


def _repeat(counts: Array) -> tuple[Array, Array]:
    """Row i as often as counts[i] says, and how often it stood before each time."""
    row = np.repeat(np.arange(counts.size), counts)
    return row, np.arange(row.size) - np.repeat(np.cumsum(counts) - counts, counts)


def _heads(found: Occurrences) -> Array:
    """The first occurrence of each text in each document."""
    new = np.ones(found.text.size, np.bool_)
    new[1:] = (found.text[1:] != found.text[:-1]) | (found.document[1:] != found.document[:-1])
    return np.flatnonzero(new)


def _floor(found: Occurrences, rows: Array) -> Array:
    return np.where(found.role[rows] == CODE["boilerplate"], FEWEST, FEWEST_APART)


def distinct_texts(tokens: Tokens, found: Occurrences) -> tuple[Tokens, Array]:
    """The different texts that are long enough to be like others, as TOKENS, and their numbers in `found.text`."""
    heads = np.flatnonzero(np.diff(found.text, prepend=-1) != 0)
    heads = heads[(found.last - found.first)[heads] >= FEWEST_APART]
    sizes = (found.last - found.first)[heads]
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    offsets = np.arange(bounds[-1]) - np.repeat(bounds[:-1], sizes)
    return as_tokens(tokens.word[np.repeat(found.first[heads], sizes) + offsets], bounds), found.text[heads]


def as_tokens(words: Array, bounds: Array) -> Tokens:
    """Words of short texts, one after another, and where each begins -> TOKENS without places."""
    return Tokens(bounds, words, np.empty(0, np.int32), np.empty(0, np.uint8), np.empty(0, np.uint8))


def find_seeds(texts: Tokens) -> Postings:
    """Texts -> POSTINGS of all their runs of SEED words."""
    return all_postings(texts, np.ones(texts.bounds.size - 1, np.bool_), SEED, 1)


def pair_seeds(texts: Tokens, seeds: Postings, hot: Array, cap: int, *, marking: bool) -> Array:
    """Texts and their POSTINGS -> keys of pairs that share a seed.

    First with `marking`, for seeds in more than `cap` texts, whose words become `hot`; then without, for the others.
    """
    key, owner, place, parts = seeds
    pairs, count, _ = posting_kernels.pair_postings(
        texts.word, texts.bounds, parts, key, owner, place, SEED, SEED, LONGEST, cap, hot, marking,
        np.empty(1 << 12, np.int64),
    )  # fmt: skip
    result: Array = pairs[:count]
    return result


def align_texts(texts: Tokens, keys: Array) -> Array:
    """Texts, keys of their pairs -> those that are alike: int64 [left, right, words of left, words of right, equal]."""
    a, b = unpack_pairs(keys)
    stretch = np.empty((a.size, 5), np.int64)
    sequence_kernels.align_short(texts.word, texts.bounds, a, b, LIKE, FEWEST_LIKE, FEWEST_APART, stretch)
    likes: Array = np.column_stack([a, b, stretch])[stretch[:, 4] > 0]
    return likes


def cross_likes(found: Occurrences, likes: Array, cap: int) -> Aligned:
    """Short passages by text, and which texts are alike (rows as `align_texts` gives them) -> their stretches.

    Also inside one document. The passages of two like texts are tied all with all up to `cap` squared, beyond that each
    with the first of the other. Cost: as much as it gives, for all likes at once.
    """
    begin = np.searchsorted(found.text, likes[:, :2])
    ones, twos = (np.searchsorted(found.text, likes[:, :2], side="right") - begin).T
    whole = ones * twos <= cap * cap
    like, nth = _repeat(np.where(whole, ones * twos, ones + twos))
    all_of, few, many = whole[like], ones[like], twos[like]
    one = np.where(all_of, nth // np.maximum(many, 1), np.where(nth < few, nth, 0))
    two = np.where(all_of, nth % np.maximum(many, 1), np.where(nth < few, 0, nth - few))
    one, two = begin[like, 0] + one, begin[like, 1] + two
    ends = likes[like, 2:].T
    left, right = (
        (found.document[rows], found.first[rows] + low, found.first[rows] + high)
        for rows, low, high in ((one, *ends[:2]), (two, *ends[2:4]))
    )
    return _pairs(left, right, ends[4])
