"""A Parquet file -> the pages whose bytes are not those of which their checksum was made.

Polars reads Parquet and looks at no checksum. Spark writes one with every page and pyarrow on request; where there is
none, nobody can tell a changed letter. Of the format (parquet-format, Thrift compact protocol) only what leads to the
pages is read: the list of column chunks at the file's end, and each page's header.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A longer list of column chunks is left to Polars: as Python objects it takes thirty times its length.
MOST_FOOTER = 16 << 20
#: A page's header holds the least and the greatest value of the page, which are texts as long as any.
HEADERS = (1 << 12, 1 << 16, 1 << 20)
#: Pages of a file; one has a megabyte.
MOST_PAGES = 200_000
#: Structures in each other; the format has five.
MOST_DEPTH = 20
_BLOCK = 1 << 20
#: Thrift's compact types.
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = (4, 5, 6)
#: Fields by their numbers in parquet.thrift: of the file, a row group, a column chunk, its metadata, a page's header.
_ROW_GROUPS, _CHUNKS, _METADATA = 4, 1, 3
_PATH, _SIZE, _DATA_PAGE, _DICTIONARY_PAGE = 3, 7, 9, 11
_PAGE_SIZE, _PAGE_SUM = 3, 4


class WrongPage(NamedTuple):
    """A page that is not as it was written: in which row group (from 0) and column."""

    row_group: int
    column: str


def wrong_pages(stream: BinaryIO) -> Iterator[WrongPage]:
    """A Parquet file that can seek -> the pages with a checksum that is not theirs; none where it has no checksums.

    One pass over the bytes at the speed of crc32 (1 GB/s), and none over chunks whose first page has no checksum. What
    does not follow the format ends it: Polars says so of what it reads.
    """
    end = stream.seek(0, 2)
    read = pages = 0
    try:
        for group, chunk in _chunks(stream, end):
            wrong = False
            for size, is_wrong in _pages(stream, chunk):
                read, pages, wrong = read + size, pages + 1, wrong or is_wrong
                if read > end or pages > MOST_PAGES:  # chunks over each other, or pages of nothing: a bomb
                    return
            if wrong:
                yield WrongPage(group, ".".join(map(_text, chunk.get(_PATH, ()))))
    except (LookupError, struct.error, TypeError, AttributeError, ValueError, OverflowError, OSError):
        return


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _chunks(stream: BinaryIO, end: int) -> Iterator[tuple[int, dict[int, Any]]]:
    """The metadata of each column chunk of a file that ends there, with the number of its row group."""
    stream.seek(max(0, end - 8))
    size, magic = struct.unpack("<I4s", stream.read(8))
    if magic != b"PAR1" or size > min(MOST_FOOTER, end - 8):
        return
    stream.seek(end - 8 - size)
    footer, _ = _Thrift(stream.read(size)).structure(0)
    for group, row_group in enumerate(footer.get(_ROW_GROUPS, ())):
        for chunk in row_group.get(_CHUNKS, ()):
            yield group, chunk.get(_METADATA, {})


def _pages(stream: BinaryIO, chunk: dict[int, Any]) -> Iterator[tuple[int, bool]]:
    """The length of each page of a chunk, and whether its checksum is another's; ends at a page that has none."""
    place = min(chunk[field] for field in (_DATA_PAGE, _DICTIONARY_PAGE) if chunk.get(field))
    end = place + chunk[_SIZE]
    while place < end:
        header, length = _header(stream, place)
        left, made = header[_PAGE_SIZE], 0
        if _PAGE_SUM not in header or left < 0:
            return
        stream.seek(place + length)
        place += length + left
        while left > 0 and (block := stream.read(min(left, _BLOCK))):
            made, left = zlib.crc32(block, made), left - len(block)
        yield length + header[_PAGE_SIZE], made != header[_PAGE_SUM] & 0xFFFFFFFF


def _header(stream: BinaryIO, place: int) -> tuple[dict[int, Any], int]:
    """The header of the page at a place, and its length."""
    for size in HEADERS:
        stream.seek(place)
        octets = stream.read(size)
        try:
            return _Thrift(octets).structure(0)
        except IndexError:
            if len(octets) < size:
                raise
    raise IndexError(place)


class _Thrift:
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
