"""The file of an index: SQLite tables, the manifest that says what they hold, and a checksum in every row.

Whoever reads a row compares its checksum, and what must be there and is not counts as damage: a flipped bit makes an
error and never a finding. All in one file: WAL, synchronous=FULL; one writer, any number of readers.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from provenance.errors import DamagedIndexError, MissingIndexError, OtherSettingsError, UsageError
from provenance.index.checksums import blob_checksum, checksum
from provenance.index.manifest import Manifest, Segment
from provenance.index.postings import Postings
from provenance.index.refusals import refusal
from provenance.index.segments import PARTS, bits_for, to_merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from provenance.arrays import Array
    from provenance.index.candidates import Blobs

APPLICATION_ID = 0x50524F56  # "PROV", in the file's header
FORMAT = 2  # user_version; 1 had ids among the words' postings, and read all of them to look a batch of ids up
WRITE_OUT = "write it out with the program that made it (`provenance index export`), and add that to another"
PAGE_BYTES = 8192  # a blob of postings is two pages; the default of 4096 made reading them a third slower
AT_ONCE = 2048  # rows asked for in one statement

SCHEMA = """
CREATE TABLE manifest (
    key INTEGER PRIMARY KEY CHECK (key = 1), content TEXT NOT NULL, checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, doc_id TEXT NOT NULL, path TEXT NOT NULL, "start" INTEGER, "end" INTEGER, outlet TEXT,
    title TEXT, byline TEXT, published TEXT, url TEXT, language TEXT, added TEXT NOT NULL, digest BLOB NOT NULL,
    lines BLOB NOT NULL, checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE texts (number INTEGER PRIMARY KEY, content BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;
CREATE TABLE postings (place INTEGER PRIMARY KEY, content BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;
"""
DOCUMENT_COLUMNS = (
    "number", "doc_id", "path", "start", "end", "outlet", "title", "byline", "published", "url", "language", "added",
    "digest", "lines",
)  # fmt: skip


class Storage:
    """One connection to the file of an index."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self.connection, self._closed = path, connection, False

    # -- opening ---------------------------------------------------------------------------------------------

    @classmethod
    def open(cls, path: Path, timeout: float, fresh: Callable[[], Manifest] | None) -> Storage:
        """The index at `path`; made with the manifest that `fresh` gives if there is none.

        Raises MissingIndexError, LockedIndexError, OtherSettingsError (another format), DamagedIndexError.
        """
        there = path.exists()
        if not there and fresh is None:
            raise MissingIndexError(f"{path}: no index is there; make one with `provenance index add` or check --add")
        if there and not path.is_file():
            raise MissingIndexError(f"{path}: is no file; name the file of an index")
        try:
            connection = sqlite3.connect(
                _address(path), uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise refusal(path, error) from None
        storage = cls(path, connection)
        try:
            with storage.guarded():
                storage._prepare(fresh)
        except BaseException:
            connection.close()
            raise
        return storage

    @classmethod
    def temporary(cls, fresh: Manifest) -> Storage:
        """An index of this process alone, in memory as far as its cache reaches and in an unnamed file beyond."""
        storage = cls(Path("(temporary)"), sqlite3.connect("", isolation_level=None))
        with storage.guarded():
            storage._create(lambda: fresh)
            storage.connection.execute("PRAGMA synchronous = OFF")
            storage.connection.execute("PRAGMA cache_size = -65536")
        return storage

    def _prepare(self, fresh: Callable[[], Manifest] | None) -> None:
        if self._is_empty():
            if fresh is None:
                raise MissingIndexError(f"{self.path}: holds nothing yet; make it with `provenance index add`")
            self._create(fresh)
        application, version = self._pragma("application_id"), self._pragma("user_version")
        if application != APPLICATION_ID:
            raise OtherSettingsError(
                f"{self.path}: is no index of provenance (application_id {application:#x}, not {APPLICATION_ID:#x}); "
                "name another file"
            )
        if version != FORMAT:
            raise OtherSettingsError(
                f"{self.path}: has format {version} and this program reads format {FORMAT}; "
                + ("update the program" if version > FORMAT else WRITE_OUT)
            )
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("PRAGMA cache_size = -65536")
        self.connection.execute("PRAGMA journal_size_limit = 67108864")

    def _pragma(self, name: str) -> int:
        return int(self.connection.execute(f"PRAGMA {name}").fetchone()[0])

    def _is_empty(self) -> bool:
        """Whether nothing was ever written: a creation that was killed leaves such a file, and may be repeated."""
        tables = self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        return not tables and self._pragma("application_id") == 0

    def _create(self, fresh: Callable[[], Manifest]) -> None:
        self.connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        with self.writing():
            if not self._is_empty():
                return  # another process was first
            for statement in SCHEMA.split(";"):
                self.connection.execute(statement)
            self.connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self.connection.execute(f"PRAGMA user_version = {FORMAT}")
            self.write_manifest(fresh())

    def close(self) -> None:
        """Close the connection; the last one empties the log into the file."""
        self._closed = True
        self.connection.close()

    def is_closed(self) -> bool:
        """Whether the connection was closed."""
        return self._closed

    # -- transactions ----------------------------------------------------------------------------------------

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Whatever SQLite raises inside becomes an error of ours that says what to do."""
        self._refuse_closed()
        try:
            yield
        except sqlite3.Error as error:
            raise refusal(self.path, error) from None
        except UnicodeDecodeError:  # of a message that names a damaged table
            raise self.damaged("bytes that are no text") from None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A snapshot: what others write meanwhile is not seen. Inside another transaction, a part of that."""
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is there afterwards and on disk, or nothing. Others wait.

        Never inside another, which might end otherwise.
        """
        self._refuse_closed()
        if self.connection.in_transaction:
            raise UsageError(f"{self.path}: is being gone through (`documents()`, `check_each()`); end that first")
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    def _refuse_closed(self) -> None:
        if self._closed:
            raise UsageError(f"{self.path}: was closed; open it again")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._refuse_closed()
        inside = self.connection.in_transaction
        with self.guarded():
            if not inside:
                self.connection.execute(begin)
            try:
                yield
                if inside:
                    return
                self.connection.execute("COMMIT")
            except BaseException:
                # a full disk may have ended it already, and so has closing the file
                if not inside and not self.is_closed() and self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    # -- rows ------------------------------------------------------------------------------------------------

    def read_manifest(self) -> Manifest:
        """The manifest of the current snapshot."""
        with self.guarded():
            row = self.connection.execute("SELECT content, checksum FROM manifest WHERE key = 1").fetchone()
        if row is None or checksum(row[0]) != row[1]:
            raise self.damaged("its manifest")
        try:
            return Manifest.loads(row[0])
        except ValueError:
            raise self.damaged("its manifest") from None

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace the manifest."""
        content = manifest.dumps()
        self.connection.execute("INSERT OR REPLACE INTO manifest VALUES (1, ?, ?)", (content, checksum(content)))

    def write_documents(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert rows of DOCUMENT_COLUMNS."""
        marks = ", ".join("?" * (len(DOCUMENT_COLUMNS) + 1))
        checked = ((*row, checksum(*row)) for row in rows)
        self.connection.executemany(f"INSERT INTO documents VALUES ({marks})", checked)  # noqa: S608  question marks

    def write_texts(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Insert compressed texts."""
        checked = ((number, content, blob_checksum(number, content)) for number, content in rows)
        self.connection.executemany("INSERT INTO texts VALUES (?, ?, ?)", checked)

    def read_documents(self, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        """Ascending numbers -> their rows, checked."""
        return [self.checked(row) for row in self._by_number("documents", numbers)]

    def read_texts(self, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        """Ascending numbers -> (number, compressed text), checked."""
        texts = []
        for number, content, check in self._by_number("texts", numbers):
            if blob_checksum(number, content) != check:
                raise self.damaged(f"document {number} in table texts")
            texts.append((number, content))
        return texts

    def checked(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row of documents without its checksum, if that is right."""
        if checksum(*row[:-1]) != row[-1]:
            raise self.damaged(f"document {row[0]} in table documents")
        return row[:-1]

    def _by_number(self, table: str, numbers: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Ascending numbers -> the rows of a table; one that is missing is damage."""
        wanted = f"SELECT * FROM {table} WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number"  # noqa: S608
        for low in range(0, len(numbers), AT_ONCE):
            part = list(numbers[low : low + AT_ONCE])
            due = iter(part)
            with self.guarded():  # here, because reading may go on inside a transaction of another file
                rows = self.connection.execute(wanted, (json.dumps(part),)).fetchall()
            for row in rows:
                if row[0] != next(due, None):
                    raise self.damaged(f"numbers of table {table}")
                yield row
            if next(due, None) is not None:
                raise self.damaged(f"numbers of table {table}")

    def every_document(self) -> Iterator[tuple[Any, ...]]:
        """All rows of documents, checked, in order of number."""
        for row in self.connection.execute("SELECT * FROM documents ORDER BY number"):
            yield self.checked(row)

    def delete_documents(self, numbers: Sequence[int]) -> None:
        """Delete rows of documents and texts."""
        for table in ("documents", "texts"):
            of_number = ((number,) for number in numbers)
            self.connection.executemany(f"DELETE FROM {table} WHERE number = ?", of_number)  # noqa: S608  ours

    # -- segments --------------------------------------------------------------------------------------------

    def write_segment(
        self, manifest: Manifest, segments: list[Segment], postings: Postings, first: int, last: int
    ) -> None:
        """Add postings as a segment to one of the manifest's lists, and merge what has become many."""
        number, bits = manifest.segment, bits_for(postings.key.size)
        self._insert_parts(number, 0, bits, postings)
        segments.append(Segment(number, bits, postings.key.size, first, last))
        manifest.segment += 1
        while chosen := to_merge(segments):
            self._merge(manifest, segments, chosen)

    def _insert_parts(self, segment: int, begin: int, bits: int, postings: Postings, count: int = 0) -> None:
        """Write parts begin .. begin + count (0: all) of a segment from sorted postings that lie in them."""
        count = count or 1 << bits
        parts = np.arange(begin, begin + count + 1, dtype=np.uint64) << np.uint64(32 - bits)
        edges = np.searchsorted(postings.key.astype(np.uint64), parts).tolist()
        columns = [column.astype("<u4") for column in postings]

        def rows() -> Iterator[tuple[int, bytes, int]]:
            for at in range(count):
                low, high = edges[at], edges[at + 1]
                content = b"".join(column[low:high].tobytes() for column in columns)
                place = segment << PARTS | begin + at
                yield place, content, blob_checksum(place, content)

        self.connection.executemany("INSERT OR REPLACE INTO postings VALUES (?, ?, ?)", rows())

    def _merge(self, manifest: Manifest, segments: list[Segment], chosen: list[Segment]) -> None:
        """Replace some of the segments, which follow one another, by one."""
        number, total = manifest.segment, sum(segment.postings for segment in chosen)
        bits = bits_for(total)
        shared = min(segment.bits for segment in chosen)
        for part in range(1 << shared):
            wide = [segment.bits - shared for segment in chosen]
            whole = [
                self.read_parts(segment, part << more, (part + 1 << more) - 1)
                for segment, more in zip(chosen, wide, strict=True)
            ]
            joined = [np.concatenate(columns) for columns in zip(*whole, strict=True)]
            order = np.argsort(joined[0], kind="stable")  # the segments' documents ascend, so keys suffice
            merged = Postings(*(column[order] for column in joined))
            begin = part << (bits - shared)
            self._insert_parts(number, begin, bits, merged, 1 << (bits - shared))
        for segment in chosen:
            self.delete_segment(segment)
        at = segments.index(chosen[0])
        segments[at : at + len(chosen)] = [Segment(number, bits, total, chosen[0].first, chosen[-1].last)]
        manifest.segment += 1

    def delete_segment(self, segment: Segment) -> None:
        """Delete all postings of a segment."""
        low = segment.number << PARTS
        self.connection.execute("DELETE FROM postings WHERE place BETWEEN ? AND ?", (low, low | (1 << PARTS) - 1))

    def blobs(self, segments: Sequence[Segment], _keys: Array) -> Iterator[Blobs]:
        """Every segment's bits, and a function that reads some of its parts."""
        return ((segment.bits, partial(self.read_raw, segment)) for segment in segments)

    def read_parts(self, segment: Segment, first: int, last: int) -> Postings:
        """The postings of a segment's parts first .. last, in order of key, checked."""
        blobs = self._read_blobs(segment, first, last)
        return join([Postings(*np.frombuffer(content, "<u4").reshape(3, -1)) for content in blobs])

    def read_raw(self, segment: Segment, first: int, last: int) -> tuple[Array, Array]:
        """The same as it is stored: uint32, part after part, and where each begins in postings (int64 [parts + 1]).

        A check of a thousand articles against a million reads most of them, and joining columns took a third of that.
        """
        blobs = self._read_blobs(segment, first, last)
        edges = np.zeros(len(blobs) + 1, np.int64)
        np.cumsum([len(content) // 12 for content in blobs], out=edges[1:])
        return np.frombuffer(b"".join(blobs), "<u4"), edges

    def _read_blobs(self, segment: Segment, first: int, last: int) -> list[bytes]:
        low, high = segment.number << PARTS | first, segment.number << PARTS | last
        with self.guarded():
            rows = self.connection.execute(
                "SELECT place, content, checksum FROM postings WHERE place BETWEEN ? AND ? ORDER BY place", (low, high)
            ).fetchall()
        blobs = []
        for due, (place, content, check) in enumerate(rows, low):
            if place != due or blob_checksum(place, content) != check:
                raise self.damaged(f"part {due - low + first} of segment {segment.number} in table postings")
            blobs.append(content)
        if len(blobs) != last - first + 1:
            raise self.damaged(f"parts {first} to {last} of segment {segment.number} in table postings")
        return blobs

    def rewrite_blob(self, segment: Segment, part: int, postings: Postings) -> None:
        """Replace one row of postings."""
        self._insert_parts(segment.number, part, segment.bits, postings, 1)

    def damaged(self, what: str) -> DamagedIndexError:
        """The error for something that is not as it was written."""
        return DamagedIndexError(
            f"{self.path}: damaged ({what}); see `provenance index verify`, then restore a copy or make it anew"
        )


def _address(path: Path) -> str:
    """A file -> how SQLite is asked for it: whole, because it takes `file:x` for an address and `:memory:` for no file.

    Where nothing can be written beside it (a medium that is read only, a folder of somebody else) WAL has no place for
    its lock: the file is read as one that nobody changes. If somebody does, checksums tell.
    """
    whole = path.absolute()
    log = whole.with_name(f"{whole.name}-wal")
    alone = whole.exists() and not os.access(whole.parent, os.W_OK) and not (log.exists() and log.stat().st_size)
    return whole.as_uri() + ("?immutable=1" if alone else "")


def join(parts: Sequence[Postings]) -> Postings:
    """Postings one after another."""
    return parts[0] if len(parts) == 1 else Postings(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
