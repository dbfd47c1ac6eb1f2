"""TOKENS -> POSTINGS: the winnowed shingles of documents, by ranges of their hashes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from provenance.matching import posting_kernels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.text.tokens import Tokens

Array = np.ndarray[Any, Any]

PART = 1 << 15  # postings sorted at a time: their keys and order stay in a core's own cache
HELD = 1 << 24  # postings held at a time, 256 MB: what exceeds it is gathered in another pass over the words


class Postings(NamedTuple):
    """Postings part by part of the hash range; within a part document by document."""

    key: Array  # uint64
    owner: Array  # int32, the document's row
    place: Array  # int32, the shingle's first word in its document
    parts: Array  # int64, the bounds of the parts


def all_postings(tokens: Tokens, wanted: Array, k: int, window: int) -> Postings:
    """TOKENS -> the winnowed POSTINGS of the wanted documents, as one part."""
    (postings,) = _collect(tokens, wanted, k, window, 1, 1 << 62, threads=1)
    return postings


def collect_postings(tokens: Tokens, wanted: Array, k: int, window: int, threads: int = 2) -> Iterator[Postings]:
    """TOKENS -> the winnowed POSTINGS of the wanted documents, at most about HELD at a time, in parts of about PART.

    Cost: a pass over the words to count, then one for each HELD postings.
    """
    parts = 1 + 2 * tokens.word.size // (window + 1) // PART
    yield from _collect(tokens, wanted, k, window, parts, HELD, threads)


def _collect(
    tokens: Tokens, wanted: Array, k: int, window: int, parts: int, held: int, threads: int
) -> Iterator[Postings]:
    rows = np.searchsorted(tokens.bounds, np.linspace(0, tokens.word.size, threads + 1)[1:-1])
    shares = np.concatenate([[0], rows, [tokens.bounds.size - 1]]).astype(np.int64)  # of documents, a thread each
    counts = np.zeros((threads, parts), np.int64)
    nothing = np.empty(0, np.uint64), np.empty(0, np.int32), np.empty(0, np.int32)

    def winnow(share: int, first: int, cursor: Array, columns: tuple[Array, Array, Array]) -> None:
        low, high = int(shares[share]), int(shares[share + 1])
        posting_kernels.winnow(tokens.word, tokens.bounds, wanted, low, high, k, window, parts, first, cursor, *columns)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda share: winnow(share, 0, counts[share], nothing), range(threads)))
        sizes = counts.sum(0)
        edges = np.flatnonzero(np.diff(np.cumsum(sizes) // held, prepend=0, append=-1))
        first = 0
        for last in edges.tolist():
            if last == first:
                continue
            bounds = np.concatenate([[0], np.cumsum(sizes[first:last])])
            cursors = bounds[:-1] + np.cumsum(counts[:, first:last], 0) - counts[:, first:last]
            size = int(bounds[-1])
            columns = np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.int32)

            def fill(share: int, at: int = first, cursors: Array = cursors, columns: Any = columns) -> None:
                winnow(share, at, cursors[share], columns)

            list(pool.map(fill, range(threads)))
            yield Postings(*columns, bounds)
            first = last
