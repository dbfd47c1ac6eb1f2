"""A Parquet file -> the column chunks with pages whose bytes are not those of which their checksum was made.

Polars reads Parquet and looks at no checksum. Spark writes one with every page and pyarrow on request; where there is
none, nobody can tell a changed letter.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO

from provenance.dumps.parquet_format import MALFORMED, column_chunks, pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.dumps.parquet_format import Chunk, Page

_BLOCK = 1 << 20
#: A field by its number in parquet.thrift: of a page's header.
_PAGE_SUM = 4


def wrong_pages(stream: BinaryIO) -> Iterator[Chunk]:
    """A Parquet file that can seek -> its column chunks with a checksum that is not its page's; none without checksums.

    One pass over the bytes that have one, at the speed of crc32 (1 GB/s). What does not follow the format ends it:
    Polars says so of what it reads.
    """
    told = None
    try:
        for chunk, page in pages(stream, column_chunks(stream)):
            if chunk is not told and _is_wrong(stream, page):
                told = chunk
                yield chunk
    except MALFORMED:
        return


def _is_wrong(stream: BinaryIO, page: Page) -> bool:
    if _PAGE_SUM not in page.stated:
        return False
    stream.seek(page.place)
    left, made = page.size, 0
    while left > 0 and (block := stream.read(min(left, _BLOCK))):
        made, left = zlib.crc32(block, made), left - len(block)
    return made != int(page.stated[_PAGE_SUM]) & 0xFFFFFFFF
