"""What was ingested before, in one SQLite file: new documents are compared with it, and added to it."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import polars as pl

from provenance import tables
from provenance.dumps.reading import read_frame
from provenance.dumps.streaming import stream_frame
from provenance.dumps.verdicts import read_verdicts
from provenance.errors import UsageError
from provenance.index import maintenance
from provenance.index.checking import Asked, check_aside, check_batch, take_in
from provenance.index.incoming import keep, keys_of
from provenance.index.making import MATTER, check_method, check_settings, fresh_manifest
from provenance.index.naming import name_new
from provenance.index.rows import in_utc
from provenance.index.seen import Seen
from provenance.index.storage import FORMAT, Storage
from provenance.settings import Settings, or_default
from provenance.signatures import sketch

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from provenance.index.incoming import Kept
    from provenance.index.manifest import Manifest

BATCH_DOCUMENTS, BATCH_BYTES = 8192, 32 << 20  # taken at a time: looking up costs much the same for 500 and for 8,000
AHEAD_BYTES = 8 << 20  # of text: larger batches are worked out while the one before is written


class Added(NamedTuple):
    """What became of documents that were to be added."""

    read: int
    added: int  # versions included
    known: int  # the same id with the same text: nothing to do


class Index:
    """An index of documents, to be used in a `with` block.

    >>> import tempfile
    >>> frame = pl.DataFrame({"id": ["a"], "text": ["The ferry ran aground on the bar at dawn, the owner said."]})
    >>> with tempfile.TemporaryDirectory() as folder, Index.open(folder + "/seen.sqlite") as index:
    ...     index.check(frame)["verdict"].to_list(), index.add(frame), index.check(frame)["verdict"].to_list()
    (['new'], Added(read=1, added=1, known=0), ['duplicate'])
    """

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self.storage, self.settings = storage, settings

    @classmethod
    def open(
        cls,
        path: str | Path,
        settings: Settings | None = None,
        *,
        create: bool = True,
        timeout: float = 30.0,
        asked: Collection[str] | None = None,
    ) -> Self:
        """The index in the file `path`, made if it is not there (unless `create` is false).

        Of the settings that decide what is found, those named in `asked` (all if `settings` are given, else none) must
        be those it was made with; the others are taken from it. Raises MissingIndexError, LockedIndexError (another
        process wrote for more than `timeout` seconds), OtherSettingsError, DamagedIndexError. What another version of
        this program made, which reads words otherwise, can be verified and exported, and not be looked up in.
        """
        if asked is None:
            asked = MATTER if settings else ()
        if path == "":
            raise UsageError(
                "an empty name, as of a variable that is not set, is no file; name one, such as seen.sqlite"
            )
        given = or_default(settings)
        storage = Storage.open(Path(path), timeout, (lambda: fresh_manifest(given)) if create else None)
        try:
            with storage.reading():
                manifest = storage.read_manifest()
            made = {name: value for name, value in manifest.settings.items() if name in MATTER and name not in asked}
            chosen = replace(given, **made)
            check_settings(storage.path, manifest, chosen)
        except BaseException:
            storage.close()
            raise
        return cls(storage, chosen)

    @classmethod
    def temporary(cls, settings: Settings) -> Self:
        """An index of this process alone, that is gone with it: in memory as far as that is little."""
        return cls(Storage.temporary(fresh_manifest(settings)), settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.storage.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self.storage.path

    def manifest(self) -> Manifest:
        """What the index holds now, and how it was made."""
        with self.storage.reading():
            return self.storage.read_manifest()

    def info(self) -> dict[str, Any]:
        """What the index holds, and how it was made."""
        manifest = self.manifest()
        facts = {"program": manifest.program, "format": FORMAT, "documents": manifest.documents}
        facts |= {"characters": manifest.characters, "bytes": self.path.stat().st_size}
        return facts | {"segments": len(manifest.segments), "settings": manifest.settings}

    def add(self, frame: pl.DataFrame | pl.LazyFrame) -> Added:
        """A frame of texts, or DOCUMENTS, into the index; what it has is left alone.

        Batch by batch: what a finished batch added stays, whatever happens to the next. A lazy frame is read as far as
        the batch at hand, so that it may be larger than memory.
        """
        return self.add_each(self._bits_of(frame))

    def add_each(self, frames: Iterable[pl.DataFrame], *, tell: Callable[[int], None] = lambda _: None) -> Added:
        """DOCUMENTS bit by bit into the index; `tell` is called with the size of each batch that is on disk."""
        total = Added(0, 0, 0)
        check_method(self.path, self.manifest(), self.settings)
        for batch, rows, ahead in self._ahead(batch for frame in frames for batch in batches(frame)):
            with self.storage.writing():
                seen = Seen([self.storage], self.settings)
                new = name_new(batch, seen)
                if set(new.fresh) <= set(rows):
                    kept = ahead.take(np.searchsorted(rows, new.fresh).tolist())
                else:  # what seemed known was removed meanwhile, by another process
                    kept = self._kept(new.documents)
                take_in(self.storage, seen, new, kept)
            counts = (batch.height, len(new.fresh), len(new.known))
            tell(batch.height)
            total = Added(*(one + more for one, more in zip(total, counts, strict=True)))
        return total

    def _ahead(self, batches: Iterable[pl.DataFrame]) -> Iterator[tuple[pl.DataFrame, list[int], Kept]]:
        """Batches -> each with the rows that seem new, and what is to be kept of them.

        A large batch is worked out while the one before it is written, which takes a third of the time off two cores;
        a small one is given on at once, for whoever feeds a pipe waits to hear of it.
        """
        waiting: deque[tuple[pl.DataFrame, list[int], Future[Kept]]] = deque()
        with ThreadPoolExecutor(1) as pool:
            for batch in batches:
                with self.storage.reading():
                    rows = name_new(batch, Seen([self.storage], self.settings)).fresh
                waiting.append((batch, rows, pool.submit(self._kept, batch[rows])))
                while len(waiting) > (batch["text"].str.len_bytes().sum() >= AHEAD_BYTES):
                    done, rows, kept = waiting.popleft()
                    yield done, rows, kept.result()
            for done, rows, kept in waiting:
                yield done, rows, kept.result()

    def _kept(self, documents: pl.DataFrame) -> Kept:
        return keep(documents, keys_of(documents, self.settings, every=False), self.settings)

    def check(
        self,
        frame: pl.DataFrame | pl.LazyFrame,
        *,
        add: bool = False,
        since: dt.date | None = None,
        origins: bool = True,
        verdicts: pl.DataFrame | str | Path | None = None,
    ) -> pl.DataFrame:
        """A frame of texts, or DOCUMENTS -> FINDINGS in their order, each against the index and those before it.

        With `add` what is checked is also ingested, in the same transaction. Documents of the index that were
        published before `since` do not count; those without a date do. Tracing the `origins` of what matches takes as
        long as finding it. What editors decided holds: `verdicts` is a log's file, or VERDICTS.
        """
        bits = self._bits_of(frame)
        found = self.check_each(bits, add=add, since=since, origins=origins, verdicts=read_verdicts(verdicts))
        return pl.concat([tables.empty(tables.FINDINGS), *found])

    def check_each(
        self,
        frames: Iterable[pl.DataFrame],
        *,
        add: bool = False,
        since: dt.date | None = None,
        origins: bool = True,
        verdicts: pl.DataFrame | None = None,
    ) -> Generator[pl.DataFrame, None, None]:
        """DOCUMENTS bit by bit -> FINDINGS of each bit; with `add` they are given once the bit is on disk."""
        bits = (batch for frame in frames for batch in batches(frame))
        manifest = self.manifest()
        check_method(self.path, manifest, self.settings)
        horizon = manifest.following
        asked = Asked(None if since is None else in_utc(since), verdicts, origins)
        if add:
            for batch in bits:
                with self.storage.writing():
                    seen = Seen([self.storage], self.settings)
                    findings = check_batch(batch, self.storage, seen, horizon, asked)
                yield findings
            return
        yield from check_aside(bits, self.storage, self.settings, asked)

    # -- keeping it in order ---------------------------------------------------------------------------------

    def remove(self, ids: str | Sequence[str | int] = (), *, before: dt.date | None = None) -> list[str]:
        """Delete documents by id, and those published before a time (in UTC, if without a zone) -> the ids that went.

        Nothing of them stays in the file. Ids that are not there are not among the result; a number is an id as text,
        as it is where a frame's column of ids holds numbers.
        """
        names = [ids] if isinstance(ids, str) else [str(name) for name in ids]
        return maintenance.remove(self.storage, self.settings, names, before)

    def verify(self) -> list[str]:
        """What in the file is not as it was written, in words; an empty list if all is sound. Reads all of it."""
        return maintenance.problems(self.storage)

    def documents(self) -> Iterator[pl.DataFrame]:
        """Everything in the index in order of age, some thousand at a time -> DOCUMENTS with `added`."""
        with self.storage.reading():
            yield from maintenance.every_text(self.storage)

    def export(self, path: str | Path) -> int:
        """Write `documents()` to a Parquet file -> how many there are. The file appears whole, or not at all."""
        return maintenance.export(self.documents(), Path(path), self.path)

    def signatures(self) -> Iterator[pl.DataFrame]:
        """SIGNATURES of everything in the index, some thousand at a time: see `fill_lsh`."""
        for frame in self.documents():
            yield sketch(frame, text="text", id="doc_id", settings=self.settings)

    def documents_of(self, frame: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
        """A frame of texts -> DOCUMENTS; DOCUMENTS as they are."""
        if isinstance(frame, pl.DataFrame) and frame.schema == tables.DOCUMENTS:
            return frame
        return read_frame(frame, replace(self.settings, until="matches")).documents  # no languages: nobody asks

    def _bits_of(self, frame: pl.DataFrame | pl.LazyFrame) -> Iterable[pl.DataFrame]:
        return stream_frame(frame, self.settings) if isinstance(frame, pl.LazyFrame) else [self.documents_of(frame)]


def batches(documents: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """DOCUMENTS -> the same in order, some at a time."""
    sizes = documents["text"].str.len_bytes().to_numpy()
    ends = np.cumsum(sizes, dtype=np.int64)
    first = 0
    while first < documents.height:
        most = int(np.searchsorted(ends, ends[first] - sizes[first] + BATCH_BYTES, side="right"))
        last = max(first + 1, min(most, first + BATCH_DOCUMENTS))
        yield documents[first:last]
        first = last
