"""A Parquet file's stated bounds and its texts -> the bounds that are not those of the texts.

The least and the greatest value of a column are stated for each row group, in the footer, and by some writers for each
page. Nothing reads them here, no checksum covers them, and they are texts as long as any: of 1,000 files under
checksums that were damaged at random, 3 were only there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import polars as pl

from provenance.dumps.columnar.parquet_format import MALFORMED, pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from provenance.dumps.columnar.parquet_format import Chunk

#: Fields by their numbers in parquet.thrift: of a chunk's metadata, of a page's header and of the headers of data pages
#: of both versions, which give their number of values and statistics, and of statistics. Their older fields 1 and 2 are
#: not read: texts were ordered by signed bytes there.
_TYPE, _STATISTICS, _BYTE_ARRAY = 1, 12, 6
_DATA_PAGES = ((5, 1, 5), (8, 1, 8))
_GREATEST, _LEAST, _GREATEST_EXACT, _LEAST_EXACT = 5, 6, 7, 8
#: More rows in a file are a damaged number.
_MOST_ROWS = 1 << 62


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


def stated_bounds(stream: BinaryIO, chunks: Iterable[Chunk]) -> list[Bounds]:
    """A Parquet file that can seek, its column chunks -> what is stated of its row groups' and pages' texts."""
    found: list[Bounds | None] = []
    texts = [chunk for chunk in chunks if _is_of_texts(chunk)]
    try:
        found += [_bounds(chunk, chunk.first, chunk.rows, chunk.stated.get(_STATISTICS, {})) for chunk in texts]
        for chunk, of in pages(stream, texts):
            first = chunk.first
            for page in of:
                for header, values, statistics in _DATA_PAGES:
                    if header in page.stated:  # a column that is not nested has a value for each row
                        rows = page.stated[header][values]
                        found.append(_bounds(chunk, first, rows, page.stated[header].get(statistics, {})))
                        first += rows
    except MALFORMED:
        pass  # Polars says so of what it reads
    return [bounds for bounds in found if bounds is not None]


def _is_of_texts(chunk: Chunk) -> bool:
    """Whether rows of a chunk can be counted, and hold texts; a damaged footer may have anything for a number."""
    numbers = isinstance(chunk.first, int) and isinstance(chunk.stated, dict) and 0 <= chunk.first < _MOST_ROWS
    return numbers and chunk.stated.get(_TYPE) == _BYTE_ARRAY and not chunk.is_nested


def _bounds(chunk: Chunk, first: int, rows: int, stated: dict[int, Any]) -> Bounds | None:
    least, greatest = (stated[end] if isinstance(stated.get(end), bytes) else None for end in (_LEAST, _GREATEST))
    if (least is None and greatest is None) or not 0 < rows <= chunk.rows < _MOST_ROWS:
        return None
    exact = stated.get(_LEAST_EXACT) is True, stated.get(_GREATEST_EXACT) is True
    return Bounds(chunk.row_group, first, rows, chunk.column, least, greatest, *exact)


class Extremes:
    """Batches of rows -> the least and the greatest text of each stretch of rows that has bounds, as they go by.

    A column is cut into cells where any of its bounds begins or ends, as a rule into pages; bounds are of whole cells.
    """

    def __init__(self, bounds: Sequence[Bounds], of: Mapping[str, str]) -> None:
        """`of` is the file's column of each of the batches' columns."""
        self._bounds: dict[str, list[Bounds]] = {}
        for name, column in of.items():
            if stated := [one for one in bounds if one.column == column]:
                self._bounds[name] = stated
        self._cells = {name: _cells(stated) for name, stated in self._bounds.items()}
        self._parts: dict[str, list[pl.DataFrame]] = {name: [] for name in self._bounds}
        self._rows = 0

    def add(self, batch: pl.DataFrame) -> None:
        """Take up the next rows of the file."""
        rows = pl.int_range(self._rows, self._rows + batch.height, eager=True)
        for name, parts in self._parts.items():
            if batch.schema[name] == pl.String:
                cell = self._cells[name].search_sorted(rows, side="right") - 1
                parts.append(_extremes(batch.select(cell=cell, least=name, greatest=name), "cell"))
        self._rows += batch.height

    def wrong(self) -> set[tuple[int, str]]:
        """The row groups and columns with bounds that are not the texts'; of columns of no texts nothing is said."""
        return {
            (row_group, column)
            for name, parts in self._parts.items()
            if parts
            for row_group, column in _wrong(self._bounds[name], self._cells[name], pl.concat(parts)).iter_rows()
        }


def _cells(bounds: Sequence[Bounds]) -> pl.Series:
    """Bounds of a column -> the first rows of its cells."""
    edges = {edge for one in bounds for edge in (one.first, one.first + one.rows)}
    return pl.Series(sorted({0, *edges}), dtype=pl.Int64)


def _extremes(frame: pl.DataFrame, by: str) -> pl.DataFrame:
    """Some `least` and `greatest` texts -> one of each group."""
    return frame.group_by(by).agg(pl.col("least").min(), pl.col("greatest").max())


def _wrong(bounds: Sequence[Bounds], cells: pl.Series, found: pl.DataFrame) -> pl.DataFrame:
    """Bounds of a column, first rows and extremes of its cells -> row_group, column of the wrong ones."""
    ends = pl.col("least", "greatest")
    kinds = {"least": pl.Binary, "greatest": pl.Binary}
    stated = pl.DataFrame(bounds, schema=Bounds._fields, orient="row", schema_overrides=kinds).with_row_index("bound")
    first, behind = (cells.search_sorted(edge) for edge in (stated["first"], stated["first"] + stated["rows"]))
    spread = stated.select("bound", cell=pl.int_ranges(first, behind)).explode("cell")
    held = _extremes(spread.join(found, on="cell"), "bound").drop_nulls()
    both = stated.join(held.with_columns(ends.cast(pl.Binary)), on="bound", suffix="_there")
    least, greatest, low, high = map(pl.col, ("least", "greatest", "least_there", "greatest_there"))
    below = (least == low) | ((least < low) & ~pl.col("least_is_exact"))
    above = (greatest == high) | ((greatest > high) & ~pl.col("greatest_is_exact"))
    return both.filter(~(below & above).fill_null(value=True)).select("row_group", "column")  # null: not stated
