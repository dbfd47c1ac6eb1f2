"""TOKENS -> POSTINGS: the winnowed shingles of documents, by ranges of their hashes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from provenance.matching import posting_kernels
from provenance.room import zeros

if TYPE_CHECKING:
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
    rows = np.searchsorted(tokens.bounds, np.linspace(0, tokens.word.size, threads + 1)[1:-1])
    shares = np.concatenate([[0], rows, [tokens.bounds.size - 1]]).tolist()  # of documents, a thread each
    parts = 1 + 2 * tokens.word.size // (window + 1) // PART

    def winnow(cursors: Array, columns: tuple[Array, Array, Array]) -> None:
        """Count (without room in `columns`) or write the postings, each thread its documents'."""

        def one(share: int) -> None:
            posting_kernels.winnow(
                tokens.word, tokens.bounds, wanted, *shares[share : share + 2], k, window, parts, cursors[share],
                *columns,
            )  # fmt: skip

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one, range(threads)))

    counts = np.zeros((threads, parts), np.int64)
    winnow(counts, (np.empty(0, np.uint64), np.empty(0, np.int32), np.empty(0, np.int32)))
    bounds = np.concatenate([[0], np.cumsum(counts.sum(0))])
    size = int(bounds[-1])
    columns = zeros(size, np.uint64), zeros(size, np.int32), zeros(size, np.int32)
    if size:
        winnow(bounds[:-1] + np.cumsum(counts, 0) - counts, columns)
    return Postings(*columns, bounds)


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
