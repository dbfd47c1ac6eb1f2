"""TOKENS -> POSTINGS: the winnowed shingles of documents, by ranges of their hashes."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from provenance.matching import posting_kernels
from provenance.room import zeros

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.text.tokens import Tokens

Array = np.ndarray[Any, Any]

PART = 1 << 15  # postings sorted at a time: their keys and order stay in a core's own cache


class Postings(NamedTuple):
    """Postings part by part of the hash range; within a part document by document."""

    key: Array  # uint64
    owner: Array  # int32, the document's row
    place: Array  # int32, the shingle's first word in its document
    parts: Array  # int64, the bounds of the parts


def parted_postings(tokens: Tokens, wanted: Array, k: int, window: int, threads: int) -> Postings:
    """TOKENS -> the winnowed POSTINGS of the wanted documents in parts of about PART.

    Cost: a pass over the words to count, and one to write 16 bytes a posting, two for every five words.
    """

    def write(rows: tuple[int, int], parts: int, cursor: Array, columns: tuple[Array, Array, Array]) -> None:
        posting_kernels.winnow(tokens.word, tokens.bounds, wanted, *rows, k, window, parts, cursor, *columns)

    return write_parted(tokens, 2 * tokens.word.size // (window + 1), write, threads)


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
    cuts = np.searchsorted(tokens.bounds, np.linspace(0, tokens.word.size, threads + 1)[1:-1]).tolist()
    shares = list(itertools.pairwise([0, *cuts, tokens.bounds.size - 1]))  # of documents, a thread each
    parts = 1 + about // PART

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


def even_shares(count: int, most: int) -> list[tuple[int, int]]:
    """0 .. count in at most so many even ranges, as the bounds of each."""
    edges = np.linspace(0, count, min(count, most) + 1).astype(np.int64).tolist()
    return list(itertools.pairwise(edges))


def all_postings(tokens: Tokens, wanted: Array, k: int, window: int) -> Postings:
    """TOKENS -> the winnowed POSTINGS of the wanted documents, as one part."""
    count, documents = np.zeros(1, np.int64), tokens.bounds.size - 1
    about = tokens.word, tokens.bounds, wanted, 0, documents, k, window, 1
    nothing = np.empty(0, np.int32)
    posting_kernels.winnow(*about, count, np.empty(0, np.uint64), nothing, nothing)
    size = int(count[0])
    columns = np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.int32)
    if size:
        posting_kernels.winnow(*about, np.zeros(1, np.int64), *columns)
    return Postings(*columns, np.array([0, size]))
