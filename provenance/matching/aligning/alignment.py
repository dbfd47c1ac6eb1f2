"""CANDIDATES -> verified pairs and their aligned stretches, in words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.matching.aligning import align_kernels
from provenance.matching.aligning.stretches import Aligned, join_neighbours
from provenance.matching.pairs import shingle_kernels
from provenance.matching.pairs.pair_keys import pack_pairs
from provenance.room import scattered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.matching.aligning.layout import Layout
    from provenance.matching.pairs.candidates import Candidates
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens

SHARE = 512  # pairs a task: a few milliseconds, so that threads finish together


class Verified(NamedTuple):
    """What comparing the candidates found: `jaccard` is exact, one a candidate."""

    aligned: Aligned
    left: Array
    right: Array
    jaccard: NDArray[np.float32]


def count_shingles(tokens: Tokens, wanted: Array, settings: Settings) -> Array:
    """TOKENS -> the number of distinct shingles of each wanted document (int32; others 0)."""
    distinct = np.zeros(wanted.size, np.int32)
    halves = np.array_split(np.arange(wanted.size), 2 if wanted.size > SHARE else 1)

    def one(rows: Array) -> None:
        if rows.size:
            low, high = int(rows[0]), int(rows[-1]) + 1
            shingle_kernels.count_distinct(
                tokens.word, tokens.bounds[low : high + 1], wanted[low:high], settings.shingle_words, distinct[low:high]
            )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, halves))
    return distinct


def align(
    tokens: Tokens,
    layout: Layout,
    left: Array,
    right: Array,
    settings: Settings,
    threads: int = 2,
    distinct: Array | None = None,
) -> Verified:
    """Pairs of rows (sorted by left; equal rows mean repeats inside one document) -> their alignment. *map*.

    `distinct` is what count_shingles gives of these documents at least, if it is known.
    """
    if distinct is None:
        wanted = np.zeros(tokens.bounds.size - 1, np.bool_)
        wanted[left], wanted[right] = True, True
        distinct = count_shingles(tokens, wanted, settings)
    jaccard = np.zeros(left.size, np.float32)
    anchor = settings.shingle_words + settings.window - 1

    def one(begin: int) -> Array:
        share = slice(begin, begin + SHARE)
        spans, count = align_kernels.align_pairs(
            tokens.word,
            tokens.bounds,
            layout.gap,
            layout.segment,
            layout.shorts,
            left[share],
            right[share],
            distinct,
            settings.shingle_words,
            anchor,
            settings.max_gap_words,
            settings.min_identity,
            settings.min_span_words,
            jaccard[share],
            np.empty((256, 6), np.int32),
        )
        rows: Array = spans[:count].copy()
        rows[:, 0] += begin
        return rows

    words = tokens.word, layout.gap, layout.segment
    with scattered(*words), ThreadPoolExecutor(threads) as pool:
        rows = np.concatenate([np.empty((0, 6), np.int32), *pool.map(one, range(0, left.size, SHARE))])
    pair = rows[:, 0]
    base_left, base_right = tokens.bounds[left[pair]], tokens.bounds[right[pair]]
    aligned = Aligned(
        left[pair],
        right[pair],
        base_left + rows[:, 1],
        base_left + rows[:, 2],
        base_right + rows[:, 3],
        base_right + rows[:, 4],
        rows[:, 5],
    )
    return Verified(join_neighbours(tokens, layout.gap, aligned, settings), left, right, jaccard)


def verify(
    tokens: Tokens,
    layout: Layout,
    candidates: Candidates,
    settings: Settings,
    threads: int = 2,
    distinct: Array | None = None,
) -> Verified:
    """CANDIDATES -> those that hold: a shared run gives spans, and so does a jaccard of at least match_jaccard."""
    found = align(tokens, layout, candidates.left, candidates.right, settings, threads, distinct)
    close = found.jaccard >= settings.match_jaccard
    pair = _pair_rows(found.aligned, found)
    aligned = found.aligned.take((candidates.linked | close)[pair])
    with_spans = np.zeros(found.left.size, np.bool_)
    with_spans[_pair_rows(aligned, found)] = True
    keep = close | with_spans
    return Verified(aligned, found.left[keep], found.right[keep], found.jaccard[keep])


def _pair_rows(aligned: Aligned, found: Verified) -> Array:
    """The row of each stretch's pair in `found`, whose pairs are sorted."""
    return np.searchsorted(pack_pairs(found.left, found.right), aligned.keys())


def repeats_inside(
    tokens: Tokens, layout: Layout, settings: Settings, threads: int = 2, distinct: Array | None = None
) -> Aligned:
    """TOKENS -> stretches that stand twice in one document. *map*.

    Only documents with fewer distinct shingles than shingles can have one. `distinct` as of align.
    """
    if distinct is None:
        distinct = count_shingles(tokens, np.ones(tokens.bounds.size - 1, np.bool_), settings)
    shingles = np.maximum(np.diff(tokens.bounds) - settings.shingle_words + 1, 1)
    rows = np.flatnonzero(distinct < shingles).astype(np.int32)
    return align(tokens, layout, rows, rows, settings, threads, distinct).aligned
