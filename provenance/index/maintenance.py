"""What keeps an index in order: verify, remove, export, and signatures for those who run datasketch."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import zstandard
from polars.io.plugins import register_io_source

from provenance import tables
from provenance.dumps.rejects import single_line
from provenance.errors import OutputError
from provenance.index.checksums import blob_checksum, checksum
from provenance.index.manifest import Segment
from provenance.index.rows import digest_of, in_utc, to_documents
from provenance.index.seen import DOC_ID, NUMBER, Seen
from provenance.index.segments import PARTS
from provenance.index.storage import DOCUMENT_COLUMNS, Storage
from provenance.reports.placing import Unfinished

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from provenance.settings import Settings

AT_ONCE = 2048  # documents in memory while all are gone through
MOST_PROBLEMS = 20


def remove(storage: Storage, settings: Settings, ids: Sequence[str], before: dt.date | None) -> list[str]:
    """Delete documents by id, and those published before a time -> the ids that went.

    Nothing of them stays in the file: SQLite overwrites what it frees, and the log is emptied. Cost: one read of the
    segments that hold them.
    """
    with storage.guarded():
        storage.connection.execute("PRAGMA secure_delete = ON")
    with storage.writing():
        seen = Seen([storage], settings)
        manifest = seen.manifests[0]
        gone = {known.number: name for name, known in seen.find_names(list(ids)).items()} if ids else {}
        if before is not None:
            limit = in_utc(before).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            at = DOCUMENT_COLUMNS.index("published")
            gone |= {row[NUMBER]: row[DOC_ID] for row in storage.every_document() if row[at] and row[at] < limit}
        numbers = sorted(gone)
        for low in range(0, len(numbers), AT_ONCE):
            part = numbers[low : low + AT_ONCE]
            documents = seen.read(part)
            manifest.characters -= int(documents["text"].str.len_chars().cast(pl.Int64).sum())
            outlets = Counter(manifest.outlets)
            outlets.subtract(documents["outlet"].drop_nulls().to_list())
            manifest.outlets = dict(sorted((+outlets).items()))
        storage.delete_documents(numbers)
        manifest.documents -= len(numbers)
        for segments in (manifest.segments, manifest.names):
            kept = (_without(storage, segment, np.array(numbers)) for segment in segments)
            segments[:] = [segment for segment in kept if segment is not None]
        storage.write_manifest(manifest)
    with storage.guarded():
        storage.connection.execute("PRAGMA secure_delete = OFF")
        storage.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return [gone[number] for number in numbers]


def _without(storage: Storage, segment: Segment, numbers: np.ndarray[Any, Any]) -> Segment | None:
    """A segment after the postings of some documents were deleted; None if nothing is left."""
    numbers = numbers[(numbers >= segment.first) & (numbers <= segment.last)]
    if not numbers.size:
        return segment
    left = 0
    for part in range(1 << segment.bits):
        postings = storage.read_parts(segment, part, part)
        kept = ~np.isin(postings.document, numbers)
        left += int(kept.sum())
        if not kept.all():
            storage.rewrite_blob(segment, part, postings.take(kept))
    if left:
        return Segment(segment.number, segment.bits, left, segment.first, segment.last)
    storage.delete_segment(segment)
    return None


def problems(storage: Storage) -> list[str]:
    """What in the file is not as it was written, in words; empty if all is sound. Reads all of it.

    Of more than MOST_PROBLEMS the last item says how many are left.
    """
    found: list[str] = []
    with storage.reading():
        for look in (_structure, _documents, _texts, _postings):
            try:
                found += look(storage)
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                found.append(f"{look.__name__[1:]} cannot be read to the end: {error}")
    more = len(found) - MOST_PROBLEMS
    return found if more <= 0 else [*found[:MOST_PROBLEMS], f"and {more:,} more"]


def _structure(storage: Storage) -> Iterator[str]:
    for (said,) in storage.connection.execute(f"PRAGMA integrity_check({MOST_PROBLEMS})"):
        if said != "ok":
            yield f"the file's structure: {said}"


def _documents(storage: Storage) -> Iterator[str]:
    manifest, ids, count, columns = storage.read_manifest(), set(), 0, len(DOCUMENT_COLUMNS)
    for row in storage.connection.execute("SELECT * FROM documents"):
        count += 1
        if checksum(*row[:columns]) != row[columns]:
            yield f"document {row[NUMBER]}: its row was changed"
        if row[DOC_ID] in ids or row[NUMBER] >= manifest.following:
            yield f"document {row[NUMBER]}: its id or its number stands twice"
        ids.add(row[DOC_ID])
    if count != manifest.documents:
        yield f"{count} documents where the manifest has {manifest.documents}"


def _texts(storage: Storage) -> Iterator[str]:
    expand = zstandard.ZstdDecompressor().decompress
    joined = "SELECT texts.*, documents.digest FROM texts LEFT JOIN documents USING (number)"
    count, characters, manifest = 0, 0, storage.read_manifest()
    for number, content, check, digest in storage.connection.execute(joined):
        count += 1
        if blob_checksum(number, content) != check:
            yield f"document {number}: its text was changed"
            continue
        text = expand(content).decode()
        characters += len(text)
        if digest_of(text) != digest:
            yield f"document {number}: its text is not the one that was added"
    if (count, characters) != (manifest.documents, manifest.characters):
        due = f"{manifest.documents} of {manifest.characters}"
        yield f"{count} texts of {characters} characters where the manifest has {due}"


def _postings(storage: Storage) -> Iterator[str]:
    manifest = storage.read_manifest()
    segments = [*manifest.segments, *manifest.names]
    for segment in segments:
        held = 0
        for part in range(1 << segment.bits):
            place = segment.number << PARTS | part
            found = storage.connection.execute("SELECT content, checksum FROM postings WHERE place = ?", (place,))
            row = found.fetchone()
            if row is None or blob_checksum(place, row[0]) != row[1]:
                yield f"postings: part {part} of segment {segment.number} was changed or is missing"
                continue
            held += len(row[0]) // 12
        if held != segment.postings:
            yield f"postings: segment {segment.number} holds {held} of {segment.postings}"
    total = storage.connection.execute("SELECT count(*) FROM postings").fetchone()[0]
    due = sum(1 << segment.bits for segment in segments)
    if total != due:
        yield f"postings: {total} rows where the manifest has {due}"


def every_text(storage: Storage) -> Iterator[pl.DataFrame]:
    """All documents in order of age, some at a time -> DOCUMENTS with `added`, when each came in."""
    waiting: list[tuple[Any, ...]] = []

    def frame() -> pl.DataFrame:
        texts = storage.read_texts([row[NUMBER] for row in waiting])
        added = pl.Series([row[DOCUMENT_COLUMNS.index("added")] for row in waiting], dtype=pl.String)
        return to_documents(waiting, texts).with_columns(
            added=added.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC", time_unit="us")
        )

    for row in storage.every_document():
        waiting.append(row)
        if len(waiting) == AT_ONCE:
            yield frame()
            waiting = []
    if waiting:
        yield frame()


def export(frames: Iterator[pl.DataFrame], path: Path, index: Path) -> int:
    """DOCUMENTS with `added` of an index, bit by bit -> a Parquet file, written aside and renamed; how many rows."""
    if path.exists() and path.samefile(index):
        raise OutputError(f"{path}: is the index itself; name another file with -o")
    schema = pl.Schema({**tables.DOCUMENTS, "added": tables.TIME})
    rows = 0

    def each(*_: object) -> Iterator[pl.DataFrame]:
        nonlocal rows
        for frame in frames:
            rows += frame.height
            yield frame

    with Unfinished() as unfinished:
        aside = unfinished.begin(path, "the index")
        try:
            register_io_source(each, schema=schema).sink_parquet(aside, compression="zstd", compression_level=1)
        except (OSError, pl.exceptions.ComputeError) as error:
            raise OutputError(
                f"{path}: cannot be written ({single_line(str(error))}); give another place with -o"
            ) from None
        unfinished.finish()
    return rows
