"""What was seen before: one or two stored indexes, read as one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import polars as pl

from provenance import tables
from provenance.index.candidates import look_up
from provenance.index.postings import name_queries
from provenance.index.rows import to_documents
from provenance.index.storage import DOCUMENT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from provenance.arrays import Array
    from provenance.index.candidates import Blobs
    from provenance.index.manifest import Manifest, Segment
    from provenance.index.postings import Queries
    from provenance.settings import Settings

#: Where in a row of table documents some columns stand.
NUMBER, DOC_ID, OUTLET, DIGEST, LINES = map(DOCUMENT_COLUMNS.index, ("number", "doc_id", "outlet", "digest", "lines"))


class Stored(Protocol):
    """What can be read of an index, whether it lies in a file of SQLite or in tables of Parquet."""

    def reading(self) -> AbstractContextManager[None]:
        """A snapshot."""

    def read_manifest(self) -> Manifest:
        """What the index says of itself."""

    def blobs(self, segments: Sequence[Segment], keys: Array) -> Iterator[Blobs]:
        """Postings of some segments, those of `keys` (uint32, ascending) at least."""

    def read_documents(self, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        """Ascending numbers -> their rows of DOCUMENT_COLUMNS."""

    def read_texts(self, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        """Ascending numbers -> (number, compressed text)."""


class Known(NamedTuple):
    """What finding a stored document by its id tells: its number, and the digest of its text."""

    number: int
    digest: bytes


class Seen:
    """The indexes that new documents are compared with; numbers of the second begin where those of the first end."""

    def __init__(self, storages: Sequence[Stored], settings: Settings) -> None:
        self.storages, self.settings = list(storages), settings
        self.manifests = [storage.read_manifest() for storage in storages]

    @property
    def following(self) -> int:
        """The number that the next document will get."""
        return self.manifests[-1].following

    def blobs(self, queries: Queries) -> Iterator[Blobs]:
        """What the queries are looked up in."""
        return self._blobs([manifest.segments for manifest in self.manifests], queries)

    def _blobs(self, lists: Sequence[Sequence[Segment]], queries: Queries) -> Iterator[Blobs]:
        for storage, segments in zip(self.storages, lists, strict=True):
            yield from storage.blobs(segments, queries.key)

    def _split(self, numbers: Sequence[int]) -> Iterator[tuple[Stored, list[int]]]:
        edges = [0, *(manifest.following for manifest in self.manifests)]
        for storage, low, high in zip(self.storages, edges[:-1], edges[1:], strict=True):
            mine = [number for number in numbers if low <= number < high]
            if mine:
                yield storage, mine

    def read_lines(self, numbers: Sequence[int]) -> list[bytes]:
        """Ascending numbers of documents -> their packed lines."""
        return [row[LINES] for storage, mine in self._split(numbers) for row in storage.read_documents(mine)]

    def read_outlets(self, numbers: Sequence[int]) -> dict[int, str | None]:
        """Ascending numbers of documents -> their outlets."""
        rows = (row for storage, mine in self._split(numbers) for row in storage.read_documents(mine))
        return {row[NUMBER]: row[OUTLET] for row in rows}

    def articles_before(self, outlets: Sequence[str | None]) -> np.ndarray[Any, Any]:
        """Outlets of new documents in turn -> how many documents each outlet had before; int64."""
        have: Counter[str] = Counter()
        for manifest in self.manifests:
            have.update(manifest.outlets)
        counts = []
        for outlet in outlets:
            counts.append(have[outlet] if outlet is not None else 0)
            if outlet is not None:
                have[outlet] += 1
        return np.array(counts, np.int64)

    def read(self, numbers: Sequence[int]) -> pl.DataFrame:
        """Ascending numbers of documents -> DOCUMENTS with a column `number`."""
        frames = [tables.empty(tables.DOCUMENTS).with_columns(number=pl.lit(0, pl.Int64))]
        for storage, mine in self._split(numbers):
            stored = to_documents(storage.read_documents(mine), storage.read_texts(mine))
            frames.append(stored.with_columns(number=pl.Series(mine, dtype=pl.Int64)))
        return pl.concat(frames)

    def find_names(self, names: Sequence[str]) -> dict[str, Known]:
        """Ids -> those that are stored."""
        queries = name_queries(names)
        everything = np.full(len(names), np.iinfo(np.int64).max)
        stored = self._blobs([manifest.names for manifest in self.manifests], queries)
        found = look_up(queries, stored, everything, self.settings)
        wanted, known = set(names), {}
        # another id may have the same 32 bits of a key: the row decides
        for storage, mine in self._split(np.unique(found.number).tolist()):
            for row in storage.read_documents(mine):
                if row[DOC_ID] in wanted:
                    known[row[DOC_ID]] = Known(row[NUMBER], row[DIGEST])
        return known
