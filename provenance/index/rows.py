"""DOCUMENTS as the rows of an index, and back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import polars as pl
import xxhash
import zstandard

from provenance import tables
from provenance.errors import UsageError
from provenance.index.storage import DOCUMENT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Dates are stored as text that any SQLite tool can compare.
INSTANT = "%Y-%m-%dT%H:%M:%S%.6fZ"
COPIED = ("doc_id", "path", "start", "end", "outlet", "title", "byline", "published", "url", "language")


def in_utc(moment: dt.date) -> dt.datetime:
    """A time or a day (its midnight) -> the time in UTC, which one without a zone is in already.

    >>> in_utc(dt.date(2024, 5, 1)).isoformat()
    '2024-05-01T00:00:00+00:00'
    """
    if not isinstance(moment, dt.date):
        raise UsageError(f"{moment!r} is neither a date nor a datetime")
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time())
    return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def digest_of(text: str) -> bytes:
    """A text -> the 16 bytes it is known by (xxh3-128 of its UTF-8)."""
    return xxhash.xxh3_128_digest(text.encode())


def version_of(doc_id: str, digest: bytes) -> str:
    """The name of another text under a known id: the id, @, and 12 hex digits of the text's hash."""
    return f"{doc_id}@{digest.hex()[:12]}"


def to_rows(
    documents: pl.DataFrame, numbers: Sequence[int], digests: Sequence[bytes], lines: Sequence[bytes]
) -> Iterator[tuple[Any, ...]]:
    """DOCUMENTS and what was made of them -> rows of table documents."""
    added = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    stored = documents.select(COPIED).with_columns(pl.col("published").dt.strftime(INSTANT))
    for number, row, digest, packed in zip(numbers, stored.iter_rows(), digests, lines, strict=True):
        yield number, *row, added, digest, packed


def to_documents(rows: Sequence[tuple[Any, ...]], texts: Sequence[tuple[int, bytes]]) -> pl.DataFrame:
    """Rows of documents and texts -> DOCUMENTS."""
    expand = zstandard.ZstdDecompressor().decompress
    columns: dict[str, Any] = dict(zip(DOCUMENT_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else {}
    given = {name: columns.get(name, ()) for name in COPIED} | {"text": [expand(text).decode() for _, text in texts]}
    frame = pl.DataFrame(given, schema={**tables.DOCUMENTS, "published": pl.String()})
    return frame.with_columns(
        published=pl.col("published").str.to_datetime(INSTANT.replace("%.6f", "%.f"), time_zone="UTC")
    )
