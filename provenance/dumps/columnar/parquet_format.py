"""A Parquet file -> what it says of its column chunks and of their pages, as dicts by field numbers.

Polars reads the tables; it does not look at the checksums of pages nor at the bounds that are stated of their texts. Of
the format (parquet-format, Thrift compact protocol) only what leads to those is read: the list of column chunks at the
file's end, and each page's header.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: A longer list of column chunks is left to Polars: as Python objects it takes thirty times its length.
MOST_FOOTER = 16 << 20
#: A page's header holds the least and the greatest value of the page, which are texts as long as any.
HEADERS = (1 << 12, 1 << 16, 1 << 20)
#: Pages of a file; one has a megabyte.
MOST_PAGES = 200_000
#: Structures in each other; the format has five.
MOST_DEPTH = 20
#: Thrift's compact types.
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = (4, 5, 6)
#: Fields by their numbers in parquet.thrift: of the file, a row group, a column chunk, its metadata, a page's header.
_ROW_GROUPS, _CHUNKS, _ROWS, _METADATA = 4, 1, 3, 3
_PATH, _SIZE, _DATA_PAGE, _DICTIONARY_PAGE = 3, 7, 9, 11
_PAGE_SIZE = 3
#: What a file that does not follow the format raises here.
MALFORMED = (LookupError, struct.error, TypeError, AttributeError, ValueError, OverflowError, OSError)


class Chunk(NamedTuple):
    """What the footer says of a column in a row group (from 0) of so many rows from the first on: its metadata."""

    row_group: int
    first: int
    rows: int
    column: str
    is_nested: bool
    stated: dict[int, Any]


def column_chunks(stream: BinaryIO) -> list[Chunk]:
    """A Parquet file that can seek -> its column chunks; none where it does not follow the format."""
    try:
        return list(_chunks(stream))
    except MALFORMED:
        return []


def _chunks(stream: BinaryIO) -> Iterator[Chunk]:
    end = stream.seek(0, 2)
    stream.seek(max(0, end - 8))
    size, magic = struct.unpack("<I4s", stream.read(8))
    if magic != b"PAR1" or size > min(MOST_FOOTER, end - 8):
        return
    stream.seek(end - 8 - size)
    footer, _ = Thrift(stream.read(size)).structure(0)
    first = 0
    for group, row_group in enumerate(footer.get(_ROW_GROUPS, ())):
        rows = row_group.get(_ROWS, 0)
        for chunk in row_group.get(_CHUNKS, ()):
            stated = chunk.get(_METADATA, {})
            path = stated.get(_PATH, ())
            yield Chunk(group, first, rows, ".".join(map(_text, path)), len(path) > 1, stated)
        first += rows


class Page(NamedTuple):
    """What a page's header says, and where its bytes are: so many from a place in the file on."""

    stated: dict[int, Any]
    place: int
    size: int


def pages(stream: BinaryIO, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Iterator[Page]]]:
    """Column chunks of a file that can seek -> each with its pages, in order; raises one of MALFORMED.

    The pages end where more are listed than the file can hold: chunks over each other, or pages of nothing.
    """
    end = stream.seek(0, 2)
    passed = count = 0

    def of(chunk: Chunk) -> Iterator[Page]:
        nonlocal passed, count
        place = min(chunk.stated[field] for field in (_DATA_PAGE, _DICTIONARY_PAGE) if chunk.stated.get(field))
        behind = place + chunk.stated[_SIZE]
        while place < behind and passed <= end and count <= MOST_PAGES:
            header, length = _header(stream, place)
            size = header[_PAGE_SIZE]
            if size < 0:
                return
            yield Page(header, place + length, size)
            place += length + size
            passed, count = passed + length + size, count + 1

    for chunk in chunks:
        yield chunk, of(chunk)


def _header(stream: BinaryIO, place: int) -> tuple[dict[int, Any], int]:
    """The header of the page at a place, and its length."""
    for size in HEADERS:
        stream.seek(place)
        octets = stream.read(size)
        try:
            return Thrift(octets).structure(0)
        except IndexError:
            if len(octets) < size:
                raise
    raise IndexError(place)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


class Thrift:
    """Bytes in Thrift's compact protocol as dicts from field numbers; IndexError where they end too early."""

    def __init__(self, octets: bytes) -> None:
        self._octets, self._at = octets, 0

    def structure(self, depth: int) -> tuple[dict[int, Any], int]:
        """The structure that begins here, and where it ends."""
        found: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._integer()
            found[number] = self._value(head & 15, depth + 1)
        return found, self._at

    def _value(self, kind: int, depth: int) -> Any:
        if depth > MOST_DEPTH:
            raise ValueError(depth)
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind in _INTEGERS:
            return self._integer()
        if kind == _STRUCT:
            return self.structure(depth)[0]
        if kind in (_LIST, _SET):
            head = self._byte()
            count = head >> 4 if head >> 4 < 15 else self._varint()
            inner = _BYTE if head & 15 in (_TRUE, _FALSE) else head & 15  # in a list a truth value is a byte
            return [self._value(inner, depth + 1) for _ in range(count)]
        size = {_BYTE: 1, _DOUBLE: 8}.get(kind) or (self._varint() if kind == _BINARY else 0)
        if not size and kind != _BINARY:
            raise ValueError(kind)
        start, self._at = self._at, self._at + size
        if self._at > len(self._octets):
            raise IndexError(self._at)
        return self._octets[start : self._at]

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value = shift = 0
        while True:
            octet = self._byte()
            value |= (octet & 127) << shift
            if octet < 128:
                return value
            shift += 7
            if shift > 63:
                raise ValueError(shift)

    def _byte(self) -> int:
        self._at += 1
        return self._octets[self._at - 1]
