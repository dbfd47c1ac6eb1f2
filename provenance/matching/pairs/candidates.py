"""TOKENS -> CANDIDATES: the pairs of documents worth verifying on the text."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.matching.pairs import kernels, posting_kernels
from provenance.matching.pairs.equal_texts import digest, equal_pairs, group_equal, spell_out
from provenance.matching.pairs.pair_keys import unique, unpack_pairs
from provenance.matching.pairs.postings import Postings, all_postings, even_shares, shared_postings
from provenance.matching.pairs.sketches import choose_bands, least_equal
from provenance.room import scattered, zeros

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.matching.pairs.equal_texts import Texts
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens

BANDS_A_TASK = 8  # 64 bytes a document; bands repeat each other's pairs, which are made distinct in each task
COMPARED = 1 << 14  # pairs whose signatures are compared at a time: 16 MB


class Candidates(NamedTuple):
    """Pairs of rows, left < right, each once, in order; `linked` pairs share a run of words."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    linked: NDArray[np.bool_]
    over_cap: int  # runs and buckets in more documents than the cap, whose documents were linked and not all paired


def find_candidates(
    tokens: Tokens, signatures: Array | None, settings: Settings, groups: Texts | None = None
) -> Candidates:
    """TOKENS and signatures, and groups of equal texts if they are known -> CANDIDATES. *gather*.

    Linked pairs share a run of shingle_words + window - 1 equal words; winnowing finds all of these. Pairs that may
    have a jaccard come from the bands of the signatures or, without signatures, from every shared shingle. One of
    several equal texts stands for all, and their pairs are then spelt out, up to the link cap.
    """
    texts = group_equal(digest(tokens)) if groups is None else groups
    linked, over_cap = _linked_pairs(tokens, texts.wanted, settings)
    if signatures is None:
        others, more = sharing_pairs(tokens, texts.wanted, settings), 0
    else:
        others, more = bucket_pairs(signatures, texts.wanted, settings)
    linked, others = (spell_out(pairs, texts, settings.link_cap) for pairs in (linked, others))
    linked = unique(np.concatenate([linked, equal_pairs(texts, settings.link_cap)]))
    every = unique(np.concatenate([linked, others]))
    left, right = unpack_pairs(every)
    return Candidates(
        left.astype(np.int32),
        right.astype(np.int32),
        np.isin(every, linked, assume_unique=True),
        over_cap + more,
    )


def _linked_pairs(tokens: Tokens, wanted: Array, settings: Settings, threads: int = 2) -> tuple[Array, int]:
    """Pairs that share a run, and how many runs were over the link cap; these are told apart in a first pass."""
    hot, over_cap, found = zeros(tokens.word.size, np.bool_), 0, [np.empty(0, np.int64)]
    postings = shared_postings(tokens, wanted, settings.shingle_words, settings.window, threads)
    for marking in (True, False):
        pairs, over = pair_postings(tokens, postings, hot, marking, settings, threads)
        found.append(pairs)
        over_cap += over
    return unique(np.concatenate(found)), over_cap


def pair_postings(
    tokens: Tokens, postings: Postings, hot: Array, marking: bool, settings: Settings, threads: int
) -> tuple[Array, int]:
    """TOKENS and POSTINGS -> sorted pairs that share a run, and the runs over the link cap; see the kernel."""
    k, anchor = settings.shingle_words, settings.shingle_words + settings.window - 1

    def one(share: tuple[int, int]) -> tuple[Array, int]:
        parts, room = postings.parts[share[0] : share[1] + 1], np.empty(1 << 12, np.int64)
        pairs, count, over = posting_kernels.pair_postings(
            tokens.word, tokens.bounds, parts, *postings[:3], k, anchor, anchor - k, settings.link_cap, hot, marking,
            room,
        )  # fmt: skip
        return unique(pairs[:count]), int(over)

    with scattered(tokens.word, hot), ThreadPoolExecutor(threads) as pool:
        shares = list(pool.map(one, even_shares(postings.parts.size - 1, 8 * threads)))
    return unique(np.concatenate([pairs for pairs, _ in shares])), sum(over for _, over in shares)


def sharing_pairs(tokens: Tokens, wanted: Array, settings: Settings) -> Array:
    """Every pair that shares any shingle: no sketch error at all, for small dumps. Sorted keys."""
    key, owner, *_ = all_postings(tokens, wanted, settings.shingle_words, 1)
    order = kernels.order_by_key(key)
    pairs, count = posting_kernels.pair_sharing(key, owner, order, tokens.bounds.size - 1, np.empty(1 << 16, np.int64))
    return unique(pairs[:count])


def low_bytes(signatures: Array) -> Array:
    """Signatures (uint32) -> the byte of each value that differs most between documents (uint8)."""
    step = signatures.itemsize
    low: Array = np.ascontiguousarray(
        signatures.view(np.uint8)[:, 0 if sys.byteorder == "little" else step - 1 :: step]
    )
    return low


def bucket_pairs(signatures: Array, wanted: Array, settings: Settings, threads: int = 2) -> tuple[Array, int]:
    """Pairs that share a bucket of some band and whose estimated jaccard comes near the floor; buckets over the cap.

    Sorted keys. Cost: a sort of the documents a band, and 128 comparisons a pair in a bucket: of
    one byte a value, for equal values have equal bytes. These stay in memory where signatures lie in a file.
    """
    bands, rows = choose_bands(settings)
    owner = np.flatnonzero(wanted).astype(np.int32)
    need = least_equal(settings)

    low = low_bytes(signatures)

    def one(first: int) -> tuple[Array, int]:
        keys = np.empty((min(BANDS_A_TASK, bands - first), owner.size), np.uint64)
        found, over = [np.empty(0, np.int64)], 0
        kernels.band_keys(signatures, owner, first, rows, keys)
        for key in keys:
            some = kernels.repeated(key)  # one in six, of news: the others share this band with nobody
            few, order, room = key[some], kernels.order_by_key(key[some]), np.empty(1 << 14, np.int64)
            pairs, count, more = kernels.pair_buckets(low, owner[some], few, order, settings.link_cap, need, room)
            found.append(unique(pairs[:count]))
            over += int(more)
        return unique(np.concatenate(found)), over

    with ThreadPoolExecutor(threads) as pool:
        shares = list(pool.map(one, range(0, bands, BANDS_A_TASK)))
    pairs = unique(np.concatenate([pairs for pairs, _ in shares]))
    parts = np.array_split(pairs, 1 + pairs.size // COMPARED)
    with scattered(signatures):
        near = [equal_values(signatures, part) >= need for part in parts]
    return pairs[np.concatenate(near)], sum(over for _, over in shares)


def equal_values(signatures: Array, pairs: Array) -> Array:
    """Signatures and keys of pairs of their rows -> how many of their permutations are equal."""
    left, right = unpack_pairs(pairs)
    equal: Array = (signatures[left] == signatures[right]).sum(axis=1)
    return equal
