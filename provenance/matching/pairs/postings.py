"""TOKENS -> POSTINGS: the winnowed shingles of documents, by ranges of their hashes."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.matching.pairs import posting_kernels
from provenance.room import zeros

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.text.tokens import Tokens

PART = 1 << 15  # postings sorted at a time: their keys and order stay in a core's own cache
MOST_SLOTS = 22  # power of two of the 16 bytes in which bits of hashes are held: 64 MB a thread


class Postings(NamedTuple):
    """Postings part by part of the hash range; within a part document by document."""

    key: NDArray[np.uint64]
    owner: NDArray[np.int32]  # the document's row
    place: NDArray[np.int32]  # the shingle's first word in its document
    parts: NDArray[np.int64]  # the bounds of the parts


def shared_postings(tokens: Tokens, wanted: Array, k: int, window: int, threads: int) -> Postings:
    """TOKENS -> the winnowed POSTINGS of the wanted documents whose hash stands twice, and few others, by parts.

    Four in five stand alone and are of no use: to write and read them all took a third of the time of finding pairs,
    and 262 MB of 1,000. Two bits for each hash tell, so a few are taken for twins. Cost: a pass over the words, one
    over two fifths of them, and 16 bytes for each that is left.
    """
    shares = _shares(tokens, threads)
    slots = 1 << min(max(2 * tokens.word.size // (window + 1) >> 4, 1).bit_length(), MOST_SLOTS)
    # parts as large as if a quarter of all were left: of news a fifth is
    many, parts = np.empty(wanted.size, np.int32), 1 + 2 * tokens.word.size // (window + 1) // (4 * PART)

    def choose(rows: tuple[int, int]) -> tuple[Array, Array]:
        met = np.zeros((slots, 2), np.uint64)
        steps = np.empty(int(tokens.bounds[rows[1]] - tokens.bounds[rows[0]]), np.uint8)  # what is not used is not held
        count = posting_kernels.winnow(tokens.word, tokens.bounds, wanted, *rows, k, window, many, steps, met)
        return steps[:count], met

    with ThreadPoolExecutor(threads) as pool:
        found, each = (list(part) for part in zip(*pool.map(choose, shares), strict=True))
        met = _join_bits(each)  # the others' bits go, 64 MB of each thread
        counts = np.zeros((len(shares), parts), np.int64)

        def count(rows: tuple[int, int], steps: Array, into: Array) -> None:
            posting_kernels.count_shared(tokens.word, tokens.bounds, *rows, k, many, steps, met, into)

        def write(rows: tuple[int, int], steps: Array, cursor: Array) -> None:
            mask = posting_kernels.SHARED
            posting_kernels.write_postings(tokens.word, tokens.bounds, *rows, k, many, steps, mask, cursor, *columns)

        list(pool.map(count, shares, found, counts))
        bounds = np.concatenate([[0], np.cumsum(counts.sum(0))])
        size = int(bounds[-1])
        columns = zeros(size, np.uint64), zeros(size, np.int32), zeros(size, np.int32)
        list(pool.map(write, shares, found, bounds[:-1] + np.cumsum(counts, 0) - counts))
    return Postings(*columns, bounds)


def _join_bits(each: list[Array]) -> Array:
    """What winnow met in several shares, which is taken from the list -> what is met in all of them."""
    met = each.pop(0)
    while each:
        other = each.pop()
        met[:, 1] |= other[:, 1] | (met[:, 0] & other[:, 0])
        met[:, 0] |= other[:, 0]
    return met


def write_parted(
    tokens: Tokens,
    about: int,
    write: Callable[[tuple[int, int], int, Array, tuple[Array, Array, Array]], None],
    threads: int,
) -> Postings:
    """TOKENS -> about so many POSTINGS in parts of about PART, by a kernel that writes those of some documents.

    `write` takes the bounds of its rows, how many parts there are, a cursor for each, and the columns; without room in
    these it only counts.
    """
    shares, parts = _shares(tokens, threads), 1 + about // PART

    def each(cursors: Array, columns: tuple[Array, Array, Array]) -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda rows, cursor: write(rows, parts, cursor, columns), shares, cursors))

    counts = np.zeros((threads, parts), np.int64)
    each(counts, (np.empty(0, np.uint64), np.empty(0, np.int32), np.empty(0, np.int32)))
    bounds = np.concatenate([[0], np.cumsum(counts.sum(0))])
    size = int(bounds[-1])
    columns = zeros(size, np.uint64), zeros(size, np.int32), zeros(size, np.int32)
    if size:
        each(bounds[:-1] + np.cumsum(counts, 0) - counts, columns)
    return Postings(*columns, bounds)


def _shares(tokens: Tokens, threads: int) -> list[tuple[int, int]]:
    """Documents of about as many words for each thread, as the bounds of their rows."""
    cuts = np.searchsorted(tokens.bounds, np.linspace(0, tokens.word.size, threads + 1)[1:-1]).tolist()
    return list(itertools.pairwise([0, *cuts, tokens.bounds.size - 1]))


def even_shares(count: int, most: int) -> list[tuple[int, int]]:
    """0 .. count in at most so many even ranges, as the bounds of each."""
    edges = np.linspace(0, count, min(count, most) + 1).astype(np.int64).tolist()
    return list(itertools.pairwise(edges))


def all_postings(tokens: Tokens, wanted: Array, k: int, window: int) -> Postings:
    """TOKENS -> the winnowed POSTINGS of the wanted documents, as one part."""
    documents = tokens.bounds.size - 1
    many, steps = np.empty(documents, np.int32), np.empty(tokens.word.size, np.uint8)
    about = tokens.word, tokens.bounds
    size = posting_kernels.winnow(*about, wanted, 0, documents, k, window, many, steps, np.empty((0, 2), np.uint64))
    columns = np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.int32)
    posting_kernels.write_postings(
        *about, 0, documents, k, many, steps[:size], np.uint8(0), np.zeros(1, np.int64), *columns
    )
    return Postings(*columns, np.array([0, size]))
