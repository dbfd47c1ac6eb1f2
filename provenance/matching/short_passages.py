"""Headlines, captions, teasers and notices that stand again: whole passages too short for the exact channel.

Equal ones meet by hash; ones that differ in a few words or by a site's suffix meet by a shared run of three words
and are then verified word by word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from provenance.matching import kernels, posting_kernels, sequence_kernels
from provenance.matching.equal_texts import unique
from provenance.matching.layout import CODE
from provenance.matching.postings import Postings, all_postings
from provenance.matching.stretches import Aligned, join
from provenance.text.tokens import Tokens

if TYPE_CHECKING:
    from provenance.matching.layout import Layout
    from provenance.settings import Settings

Array = np.ndarray[Any, Any]

LONGEST = 40  # words; longer passages hold runs that the exact channel sees
SEED = 3  # words that two like passages must share in a row
LIKE = 0.78  # identity of like passages; 7 words of 9 are another headline, at .6 "oil rises" met "gold falls"
FEWEST_LIKE = 6  # words; of fewer, one changed word is another headline
FEWEST_APART = 4  # words of a headline or caption that two documents share (memetracker's floor, KDD 2009)
FEWEST = 2  # words; one word is no passage


class Occurrences(NamedTuple):
    """Short passages, sorted by text, document and place; passages of one text have one `text` number."""

    text: Array  # int64
    document: Array
    first: Array
    last: Array
    role: Array


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
    return join([link_equal(found, cap), *cross_likes(found, likes, cap)])


def group_occurrences(tokens: Tokens, document: Array, first: Array, last: Array, role: Array) -> Occurrences:
    """Ranges of words, their documents and roles -> Occurrences."""
    one, two = np.empty(first.size, np.uint64), np.empty(first.size, np.uint64)
    kernels.range_keys(tokens.word, first, last, one, two)
    order = np.lexsort((first, document, two, one))
    one, two = one[order], two[order]
    new = np.ones(one.size, np.bool_)
    new[1:] = (one[1:] != one[:-1]) | (two[1:] != two[:-1])
    return Occurrences(np.cumsum(new) - 1, document[order], first[order], last[order], role[order])


def _pairs(found: Occurrences, one: Array, two: Array, equal: Array) -> Aligned:
    """Rows of two occurrences each, and their equal words -> stretches with the earlier side left."""
    swap = (found.document[one] > found.document[two]) | (
        (found.document[one] == found.document[two]) & (found.first[one] > found.first[two])
    )
    left, right = np.where(swap, two, one), np.where(swap, one, two)
    return Aligned(
        found.document[left].astype(np.int32),
        found.document[right].astype(np.int32),
        found.first[left],
        found.last[left],
        found.first[right],
        found.last[right],
        equal.astype(np.int32),
    )


def link_equal(found: Occurrences, cap: int) -> Aligned:
    """Equal passages: in one document each with the one before, and the first ones of documents with each other.

    Up to `cap` documents all with all, of more each with the previous and the first.
    """
    rows = np.arange(found.text.size)
    same_text = found.text[1:] == found.text[:-1]
    inside = rows[1:][same_text & (found.document[1:] == found.document[:-1])]
    one, two = [inside - 1], [inside]
    heads = _heads(found)
    heads = heads[(found.last - found.first)[heads] >= _floor(found, heads)]
    edges = np.append(np.flatnonzero(np.diff(found.text[heads], prepend=-1)), heads.size)
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        group = heads[begin:end]
        if group.size < 2:
            continue
        a, b = _all_or_chain(group.size, cap)
        one.append(group[a])
        two.append(group[b])
    left, right = np.concatenate(one), np.concatenate(two)
    return _pairs(found, left, right, (found.last - found.first)[left])


def _heads(found: Occurrences) -> Array:
    """The first occurrence of each text in each document."""
    new = np.ones(found.text.size, np.bool_)
    new[1:] = (found.text[1:] != found.text[:-1]) | (found.document[1:] != found.document[:-1])
    return np.flatnonzero(new)


def _floor(found: Occurrences, rows: Array) -> Array:
    return np.where(found.role[rows] == CODE["boilerplate"], FEWEST, FEWEST_APART)


def _all_or_chain(size: int, cap: int) -> tuple[Array, Array]:
    """Indices of pairs among `size`: all up to `cap`, else the previous and the first."""
    if size <= cap:
        one, two = np.triu_indices(size, 1)
        return one, two
    rows = np.arange(1, size)
    return np.concatenate([rows - 1, np.zeros(size - 2, np.int64)]), np.concatenate([rows, rows[1:]])


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
    nothing = np.empty(0, np.int32)
    return Tokens(bounds, words, nothing, nothing, nothing)


def find_seeds(texts: Tokens) -> Postings:
    """Texts -> POSTINGS of all their runs of SEED words."""
    return all_postings(texts, np.ones(texts.bounds.size - 1, np.bool_), SEED, 1)


def pair_seeds(texts: Tokens, seeds: Postings, hot: Array, cap: int, *, marking: bool) -> Array:
    """Texts and their POSTINGS -> pairs that share a seed, as left << 32 | right.

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
    """Texts and pairs of them -> those that are alike: int64 [left, right, words of left, words of right, equal]."""
    a, b = keys >> 32, keys & 0xFFFFFFFF
    stretch = np.empty((a.size, 5), np.int64)
    sequence_kernels.align_short(texts.word, texts.bounds, a, b, LIKE, FEWEST_LIKE, FEWEST_APART, stretch)
    likes: Array = np.column_stack([a, b, stretch])[stretch[:, 4] > 0]
    return likes


def cross_likes(found: Occurrences, likes: Array, cap: int) -> list[Aligned]:
    """Short passages by text, and which texts are alike (rows as `align_texts` gives them) -> their stretches."""
    by_text = np.searchsorted(found.text, np.arange(found.text[-1] + 2)) if found.text.size else np.zeros(1, np.int64)
    return [_cross(found, by_text, one, two, row, cap) for one, two, *row in likes.tolist()]


def _cross(found: Occurrences, by_text: Array, one: int, two: int, row: list[int], cap: int) -> Aligned:
    """Occurrences of two like texts -> stretches: inside shared documents, and between documents up to `cap`."""
    ones, twos = np.arange(by_text[one], by_text[one + 1]), np.arange(by_text[two], by_text[two + 1])
    if ones.size * twos.size > cap * cap:
        a = np.concatenate([ones, np.full(twos.size, ones[0])])
        b = np.concatenate([np.full(ones.size, twos[0]), twos])
    else:
        a, b = np.repeat(ones, twos.size), np.tile(twos, ones.size)
    cut = found._replace(first=found.first.copy(), last=found.last.copy())
    cut.first[ones], cut.last[ones] = found.first[ones] + row[0], found.first[ones] + row[1]
    cut.first[twos], cut.last[twos] = found.first[twos] + row[2], found.first[twos] + row[3]
    return _pairs(cut, a, b, np.full(a.size, row[4]))
