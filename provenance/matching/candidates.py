"""TOKENS -> CANDIDATES: the pairs of documents worth verifying on the text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from provenance.matching import kernels
from provenance.matching.sketches import choose_bands

if TYPE_CHECKING:
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens

Array = np.ndarray[Any, Any]

# An estimate from 128 permutations errs by .04 at jaccard .3; four of that keep the pairs at the floor.
ESTIMATE_SLACK = 0.16
PART_POSTINGS = 2_000_000  # postings sorted at a time and thread: 24 bytes each, so 48 MB whatever the dump's size


class Candidates(NamedTuple):
    """Pairs of rows, left < right, each once, in order; `linked` pairs share a run of words."""

    left: Array  # int32
    right: Array  # int32
    linked: Array  # bool
    over_cap: int  # runs and buckets in more documents than the cap, whose documents were linked and not all paired


class Texts(NamedTuple):
    """Documents grouped by equal folded text: only the first of each group is compared with others."""

    first: Array  # int64 [documents], the row of the first document with the same text
    wanted: Array  # bool [documents], first of its group and not without words


def group_equal(tokens: Tokens) -> Texts:
    """TOKENS -> which documents have equal folded texts. *gather*; one pass."""
    documents = tokens.bounds.size - 1
    one, two = np.empty(documents, np.uint64), np.empty(documents, np.uint64)
    kernels.range_keys(tokens.word, tokens.bounds[:-1], tokens.bounds[1:], one, two)
    order = np.lexsort((np.arange(documents), two, one))
    new = np.ones(documents, np.bool_)
    new[1:] = (one[order][1:] != one[order][:-1]) | (two[order][1:] != two[order][:-1])
    first = np.empty(documents, np.int64)
    if documents:
        first[order] = order[new][np.cumsum(new) - 1]
    return Texts(first, (first == np.arange(documents)) & (np.diff(tokens.bounds) > 0))


def find_candidates(tokens: Tokens, signatures: Array | None, settings: Settings) -> Candidates:
    """TOKENS and signatures -> CANDIDATES. *gather*.

    Linked pairs share a run of shingle_words + window - 1 equal words (winnowing guarantees all of them). Pairs
    for jaccard come from the bands of the signatures or, without signatures, from every shared shingle. Equal
    texts are compared once and their pairs then spelt out, up to the link cap.
    """
    texts = group_equal(tokens)
    linked, over_cap = _linked_pairs(tokens, texts.wanted, settings) if settings.level == "passage" else (_none(), 0)
    if signatures is None:
        others, more = _sharing_pairs(tokens, texts.wanted, settings), 0
    else:
        others, more = _bucket_pairs(signatures, texts.wanted, settings)
    equal = _equal_pairs(texts, settings.link_cap)
    linked = np.union1d(_spell_out(linked, texts, settings.link_cap), equal)
    every = np.union1d(linked, _spell_out(others, texts, settings.link_cap))
    return Candidates(
        (every >> 32).astype(np.int32),
        (every & 0xFFFFFFFF).astype(np.int32),
        np.isin(every, linked, assume_unique=True),
        over_cap + more,
    )


def _none() -> Array:
    return np.empty(0, np.int64)


def unique(keys: Array) -> Array:
    """Sorted distinct values; a vectorised sort is 4 times faster here than numpy's hashed `unique`."""
    ordered = np.sort(keys)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def count_postings(tokens: Tokens, wanted: Array, k: int, window: int, parts: int) -> Array:
    """TOKENS -> the number of winnowed postings in each of `parts` of the hash range (int64)."""
    counts, nothing = np.zeros(parts, np.int64), np.empty(0, np.int32)
    kernels.winnow(tokens.word, tokens.bounds, wanted, k, window, -1, counts, np.empty(0, np.uint64), nothing, nothing)
    return counts


def postings(
    tokens: Tokens, wanted: Array, k: int, window: int, part: int, counts: Array
) -> tuple[Array, Array, Array]:
    """TOKENS -> winnowed postings (key uint64, document int32, word int32) of one part of the hash range."""
    size = int(counts[part])
    key, owner, place = np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.int32)
    kernels.winnow(tokens.word, tokens.bounds, wanted, k, window, part, counts, key, owner, place)
    return key, owner, place


def all_postings(tokens: Tokens, wanted: Array, k: int, window: int) -> tuple[Array, Array, Array]:
    """TOKENS -> all winnowed postings at once."""
    return postings(tokens, wanted, k, window, 0, count_postings(tokens, wanted, k, window, 1))


def _linked_pairs(tokens: Tokens, wanted: Array, settings: Settings, threads: int = 2) -> tuple[Array, int]:
    """Pairs that share a run, part by part of the hash range, so that memory does not grow with the dump."""
    k, window = settings.shingle_words, settings.window
    parts = 1 + 2 * tokens.word.size // (window + 1) // PART_POSTINGS
    counts = count_postings(tokens, wanted, k, window, parts)

    def one(part: int) -> tuple[Array, int]:
        key, owner, place = postings(tokens, wanted, k, window, part, counts)
        order = kernels.order_by_key(key)
        room = np.empty(1 << 16, np.int64)
        pairs, count, over = kernels.pair_postings(
            tokens.word, tokens.bounds, key, owner, place, order, k, k + window - 1, settings.link_cap, room
        )
        return unique(pairs[:count]), int(over)

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(one, range(parts)))
    return unique(np.concatenate([pairs for pairs, _ in found])), sum(over for _, over in found)


def _sharing_pairs(tokens: Tokens, wanted: Array, settings: Settings) -> Array:
    """Every pair that shares any shingle: no sketch error at all, for small dumps."""
    key, owner, _ = all_postings(tokens, wanted, settings.shingle_words, 1)
    order = kernels.order_by_key(key)
    pairs, count = kernels.pair_sharing(key, owner, order, tokens.bounds.size - 1, np.empty(1 << 16, np.int64))
    return unique(pairs[:count])


def _bucket_pairs(signatures: Array, wanted: Array, settings: Settings) -> tuple[Array, int]:
    """Pairs that share a bucket of some band and whose estimated jaccard comes near the floor."""
    bands, rows = choose_bands(settings)
    owner = np.flatnonzero(wanted).astype(np.int32)
    chosen = signatures[owner]
    floor = max(settings.match_jaccard - ESTIMATE_SLACK, 0.0)
    key = np.empty(owner.size, np.uint64)
    found, over_cap = [_none()], 0
    for band in range(bands):
        kernels.band_keys(chosen, band, rows, key)
        order = kernels.order_by_key(key)
        pairs, count, more = kernels.pair_buckets(
            chosen, owner, key, order, settings.link_cap, floor, np.empty(1 << 14, np.int64)
        )
        found.append(unique(pairs[:count]))
        over_cap += int(more)
        if len(found) == 9:  # union now and then: bands repeat each other's pairs
            found = [unique(np.concatenate(found))]
    return unique(np.concatenate(found)), over_cap


def _members(texts: Texts) -> tuple[Array, Array]:
    """Rows sorted by the first row of their text, and where each row's group begins in that order."""
    order = np.argsort(texts.first, kind="stable")
    begins = np.searchsorted(texts.first[order], np.arange(texts.first.size + 1))
    return order, begins


def _equal_pairs(texts: Texts, cap: int) -> Array:
    """Pairs inside each group of equal texts: all with all up to `cap`, else with the previous and the first."""
    order, begins = _members(texts)
    pairs = []
    for row in np.flatnonzero(texts.wanted & (np.diff(begins) > 1)).tolist():
        group = order[begins[row] : begins[row + 1]].astype(np.int64)
        if group.size <= cap:
            one, two = np.triu_indices(group.size, 1)
            pairs.append((group[one] << 32) | group[two])
        else:
            pairs.append((group[:-1] << 32) | group[1:])
            pairs.append((group[0] << 32) | group[1:])
    return unique(np.concatenate(pairs)) if pairs else _none()


def _spell_out(pairs: Array, texts: Texts, cap: int) -> Array:
    """Pairs of first rows -> the pairs of all their equal texts; beyond `cap` squared only with the firsts."""
    order, begins = _members(texts)
    sizes = np.diff(begins)
    left, right = pairs >> 32, pairs & 0xFFFFFFFF
    many = (sizes[left] > 1) | (sizes[right] > 1)
    spelt = [pairs]
    for a, b in zip(left[many].tolist(), right[many].tolist(), strict=True):
        ones, twos = order[begins[a] : begins[a + 1]], order[begins[b] : begins[b + 1]]
        if ones.size * twos.size > cap * cap:
            one = np.concatenate([ones, np.full(twos.size, a)])
            two = np.concatenate([np.full(ones.size, b), twos])
        else:
            one, two = np.repeat(ones, twos.size), np.tile(twos, ones.size)
        low, high = np.minimum(one, two).astype(np.int64), np.maximum(one, two).astype(np.int64)
        spelt.append((low << 32) | high)
    return unique(np.concatenate(spelt))
