"""A Parquet file's stated bounds and its texts -> the bounds that are not those of the texts.

The least and the greatest value of a column are stated for each row group, in the footer, and by some writers for each
page. Nothing reads them here, no checksum covers them, and they are texts as long as any: of 1,000 files under
checksums that were damaged at random, 3 were only there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np
import polars as pl

from provenance.dumps.parquet_format import MALFORMED, column_chunks, pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from provenance.dumps.parquet_format import Chunk

#: Fields by their numbers in parquet.thrift: of a chunk's metadata, of a page's header and of the headers of data pages
#: of both versions, which give their number of values and statistics, and of statistics. Their older fields 1 and 2 are
#: not read: texts were ordered by signed bytes there.
_TYPE, _STATISTICS, _BYTE_ARRAY = 1, 12, 6
_DATA_PAGES = ((5, 1, 5), (8, 1, 8))
_GREATEST, _LEAST, _GREATEST_EXACT, _LEAST_EXACT = 5, 6, 7, 8
#: More rows in a file are a damaged number.
_MOST_ROWS = 1 << 62
_CELL = "cell"


class Bounds(NamedTuple):
    """What is stated of a column's texts in so many rows from the first on; a bound that is exact is one of them."""

    row_group: int
    first: int
    rows: int
    column: str
    least: bytes | None
    greatest: bytes | None
    least_is_exact: bool
    greatest_is_exact: bool


def stated_bounds(stream: BinaryIO) -> list[Bounds]:
    """A Parquet file that can seek -> what it states of its row groups' and pages' texts."""
    found: list[Bounds | None] = []
    try:
        chunks = [chunk for chunk in column_chunks(stream) if _is_of_texts(chunk)]
        found += [_bounds(chunk, chunk.first, chunk.rows, chunk.stated.get(_STATISTICS, {})) for chunk in chunks]
        last, first = None, 0
        for chunk, page in pages(stream, chunks):
            last, first = chunk, first if chunk is last else chunk.first
            for header, values, statistics in _DATA_PAGES:
                if header in page.stated:  # a column that is not nested has a value for each row
                    rows = page.stated[header][values]
                    found.append(_bounds(chunk, first, rows, page.stated[header].get(statistics, {})))
                    first += rows
    except MALFORMED:
        pass  # Polars says so of what it reads
    return [bounds for bounds in found if bounds is not None]


def _is_of_texts(chunk: Chunk) -> bool:
    return chunk.stated.get(_TYPE) == _BYTE_ARRAY and not chunk.is_nested and 0 <= chunk.first < _MOST_ROWS


def _bounds(chunk: Chunk, first: int, rows: int, stated: dict[int, Any]) -> Bounds | None:
    least, greatest = (stated[end] if isinstance(stated.get(end), bytes) else None for end in (_LEAST, _GREATEST))
    if (least is None and greatest is None) or not 0 < rows <= chunk.rows < _MOST_ROWS:
        return None
    exact = stated.get(_LEAST_EXACT) is True, stated.get(_GREATEST_EXACT) is True
    return Bounds(chunk.row_group, first, rows, chunk.column, least, greatest, *exact)


class Extremes:
    """Batches of rows -> the least and the greatest text of each stretch of rows that has bounds, as they go by."""

    def __init__(self, bounds: Sequence[Bounds], of: Mapping[str, str]) -> None:
        """`of` is the file's column of each of the batches' columns."""
        named = {column: name for name, column in of.items()}
        self._bounds = [(one, named[one.column]) for one in bounds if one.column in named]
        edges = {edge for one, _ in self._bounds for edge in (one.first, one.first + one.rows)}
        self._cells = np.array(sorted({0, *edges}), dtype=np.int64)  # first rows of the stretches between any two edges
        self._names = sorted({name for _, name in self._bounds})
        self._rows = 0
        self._parts: list[pl.DataFrame] = []

    def add(self, batch: pl.DataFrame) -> None:
        """Take up the next rows of the file."""
        texts = [name for name in self._names if batch.schema[name] == pl.String]
        if texts:
            rows = np.arange(self._rows, self._rows + batch.height)
            cell = pl.Series(_CELL, np.searchsorted(self._cells, rows, side="right") - 1)
            ends = batch.select(pl.struct(least=name, greatest=name).alias(name) for name in texts)
            self._parts.append(_extremes(ends.with_columns(cell), texts))
        self._rows += batch.height

    def wrong(self) -> Iterator[tuple[int, str]]:
        """The row group and column of the bounds that are not the texts'; of columns of no texts nothing is said."""
        if not self._parts:
            return
        texts = [name for name in self._parts[0].columns if name != _CELL]
        found = _extremes(pl.concat(self._parts), texts).sort(_CELL)
        cells = found[_CELL].to_numpy()
        for one, name in self._bounds:
            if name in texts:
                first, behind = np.searchsorted(self._cells, (one.first, one.first + one.rows))
                low, high = np.searchsorted(cells, (first, behind))
                ends = found[name][int(low) : int(high)].struct
                least, greatest = ends.field("least").min(), ends.field("greatest").max()
                if isinstance(least, str) and isinstance(greatest, str) and not _are_of(one, least, greatest):
                    yield one.row_group, one.column


def _extremes(frame: pl.DataFrame, texts: Sequence[str]) -> pl.DataFrame:
    """Columns of pairs of texts, by the stretch of rows that they are in -> one pair of each stretch."""
    return frame.group_by(_CELL).agg(
        pl.struct(
            least=pl.col(name).struct.field("least").min(), greatest=pl.col(name).struct.field("greatest").max()
        ).alias(name)
        for name in texts
    )


def _are_of(bounds: Bounds, least: str, greatest: str) -> bool:
    low, high = least.encode(), greatest.encode()
    below = bounds.least in (None, low) or (bounds.least < low and not bounds.least_is_exact)
    return below and (bounds.greatest in (None, high) or (bounds.greatest > high and not bounds.greatest_is_exact))
