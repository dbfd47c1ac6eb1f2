"""TOKENS -> POSTINGS: the winnowed shingles of documents, by ranges of their hashes."""

from __future__ import annotations

import itertools
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


class Passes:
    """The winnowed POSTINGS of the wanted documents in parts of about PART, at most about HELD at a time.

    Cost: a pass over the words to count, then one for each HELD postings; what fits at once is gathered once.
    """

    def __init__(self, tokens: Tokens, wanted: Array, k: int, window: int, threads: int) -> None:
        self._tokens, self._wanted, self._k, self._window = tokens, wanted, k, window
        rows = np.searchsorted(tokens.bounds, np.linspace(0, tokens.word.size, threads + 1)[1:-1])
        self._shares = np.concatenate([[0], rows, [tokens.bounds.size - 1]]).tolist()  # of documents, a thread each
        parts = 1 + 2 * tokens.word.size // (window + 1) // PART
        self._counts = np.zeros((threads, parts), np.int64)
        nothing = np.empty(0, np.uint64), np.empty(0, np.int32), np.empty(0, np.int32)
        self._winnow(0, self._counts, nothing)
        group = np.cumsum(self._counts.sum(0)) // HELD
        self._edges = [0, *(np.flatnonzero(np.diff(group)) + 1).tolist(), parts]
        self._whole = self._gather(0, parts) if len(self._edges) == 2 else None

    def __iter__(self) -> Iterator[Postings]:
        if self._whole:
            yield self._whole
        else:
            yield from (self._gather(first, last) for first, last in itertools.pairwise(self._edges))

    def _gather(self, first: int, last: int) -> Postings:
        counts = self._counts[:, first:last]
        bounds = np.concatenate([[0], np.cumsum(counts.sum(0))])
        size = int(bounds[-1])
        columns = np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.int32)
        if size:
            self._winnow(first, bounds[:-1] + np.cumsum(counts, 0) - counts, columns)
        return Postings(*columns, bounds)

    def _winnow(self, first: int, cursors: Array, columns: tuple[Array, Array, Array]) -> None:
        """Count (without room in `columns`) or write the postings of some parts, each thread its documents'."""

        def one(share: int) -> None:
            posting_kernels.winnow(
                self._tokens.word, self._tokens.bounds, self._wanted, *self._shares[share : share + 2], self._k,
                self._window, self._counts.shape[1], first, cursors[share], *columns,
            )  # fmt: skip

        with ThreadPoolExecutor(len(cursors)) as pool:
            list(pool.map(one, range(len(cursors))))


def all_postings(tokens: Tokens, wanted: Array, k: int, window: int) -> Postings:
    """TOKENS -> the winnowed POSTINGS of the wanted documents, as one part."""
    count, documents = np.zeros(1, np.int64), tokens.bounds.size - 1
    about = tokens.word, tokens.bounds, wanted, 0, documents, k, window, 1, 0
    nothing = np.empty(0, np.int32)
    posting_kernels.winnow(*about, count, np.empty(0, np.uint64), nothing, nothing)
    size = int(count[0])
    columns = np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.int32)
    if size:
        posting_kernels.winnow(*about, np.zeros(1, np.int64), *columns)
    return Postings(*columns, np.array([0, size]))
