"""A Parquet file -> the column chunks with pages whose bytes are not those of which their checksum was made.

Polars reads Parquet and looks at no checksum. Spark writes one with every page and pyarrow on request; where there is
none, nobody can tell a changed letter.
"""

from __future__ import annotations

import zlib
from itertools import takewhile
from typing import TYPE_CHECKING, BinaryIO

from provenance.dumps.columnar.parquet_format import MALFORMED, pages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provenance.dumps.columnar.parquet_format import Chunk, Page

_BLOCK = 1 << 20
#: A field by its number in parquet.thrift: of a page's header.
_PAGE_SUM = 4


def wrong_pages(stream: BinaryIO, chunks: Iterable[Chunk]) -> set[tuple[int, str]]:
    """A Parquet file that can seek, its column chunks -> the row groups and columns with pages of another checksum.

    One pass over the bytes that have one, at the speed of crc32 (1 GB/s), and none over chunks whose first page has
    none. What does not follow the format ends it: Polars says so of what it reads.
    """
    wrong = set()
    try:
        for chunk, of in pages(stream, chunks):
            if any(_is_wrong(stream, page) for page in takewhile(_is_summed, of)):
                wrong.add((chunk.row_group, chunk.column))
    except MALFORMED:
        pass
    return wrong


def _is_summed(page: Page) -> bool:
    return _PAGE_SUM in page.stated


def _is_wrong(stream: BinaryIO, page: Page) -> bool:
    stream.seek(page.place)
    left, made = page.size, 0
    while left > 0 and (block := stream.read(min(left, _BLOCK))):
        made, left = zlib.crc32(block, made), left - len(block)
    return made != int(page.stated[_PAGE_SUM]) & 0xFFFFFFFF
