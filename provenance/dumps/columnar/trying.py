"""A Parquet or Arrow file -> how much of it can be read. This runs in a worker, which some files kill.

Polars asks for 10^18 bytes where a length is damaged, and the process dies; other damage makes it wait for ever. Every
worker imports what is imported here.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from provenance.dumps.columnar.arrow_streams import scan_arrow
from provenance.dumps.columnar.cells import BATCH_ROWS, flat, has_blanks, holds_texts
from provenance.dumps.columnar.giving import Giver
from provenance.dumps.columnar.parquet_bounds import Extremes, stated_bounds
from provenance.dumps.columnar.parquet_format import column_chunks
from provenance.dumps.columnar.parquet_sums import wrong_pages
from provenance.dumps.labels.columns import choose_columns
from provenance.dumps.rejects import single_line
from provenance.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.dumps.columnar.parquet_format import Chunk

SIZE = 6  # the field of a chunk's metadata that has its bytes unpacked, in parquet.thrift
#: What reads a file by columns. From a file that can seek and not by name, which Polars takes for a glob or an address.
SCANS: dict[str, Callable[[Any], pl.LazyFrame]] = {"parquet": pl.scan_parquet, "arrow": scan_arrow}
#: What Polars raises for what a file holds; a panic of its Rust is no Exception.
FAILURES = (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException)


def try_columns(
    content: bytes,
    kind: str,
    place: str | None,
    asked: dict[str, Any],
    rows: int = 0,
    copy: str | None = None,
    into: str | None = None,
    most: int = 0,
) -> dict[str, Any]:
    """A file by its place or its bytes -> how many rows of its columns can be read, and the problem after these if any.

    Of a Parquet file also `pages`, the row groups and columns with a page whose checksum is wrong; and `bounds`, if all
    of it can be read, those whose stated bounds are not the bounds of their texts. `asked` are the columns that the
    settings name. With `copy` the first `rows` rows are written there, and that is all. With `into` the texts are
    written there if they have no more than `most` bytes; `texts` then says how many they have.
    """
    found: dict[str, Any] = {}
    try:
        with opened(content, place) as again:
            chunks = column_chunks(again) if kind == "parquet" and copy is None else []
            found["pages"] = sorted(wrong_pages(again, chunks))
            bounds = stated_bounds(again, chunks)
        frame = flat(SCANS[kind](opened(content, place)), Settings(**asked))
        schema = frame.collect_schema()
        columns = choose_columns(schema.names(), Settings(**asked))
        if copy is not None:
            frame.head(rows).select(columns.all()).collect().write_parquet(copy)
            return {"rows": rows}
        if not columns.problem:
            extremes = Extremes(bounds, columns.of)
            giver = _giver(into, most) if _stated_size(chunks, columns.of["text"]) <= most else None
            texts = columns.beside("text")
            if texts and holds_texts(schema[columns.of["text"]]) and not has_blanks(frame, columns.of["text"]):
                texts = []
            others = [column for field, column in columns.others if field != "text"] + texts
            chosen = frame.select(
                **{name: pl.col(column) for name, column in columns.of.items()},
                **{f"beside {number}": pl.col(column) for number, column in enumerate(others)},
            )
            for batch in chosen.collect_batches(chunk_size=BATCH_ROWS, lazy=True):
                rows += batch.height
                extremes.add(batch)
                if giver is not None:
                    giver.give(batch["text"])
            told = frame.select(pl.len()).collect().item()
            if rows != told:  # a panic in another thread of Polars ends the batches, and raises nothing
                raise ValueError(f"{rows:,} of {told:,} rows")
            found["bounds"] = sorted(extremes.wrong())
            if giver is not None and rows and (given := giver.done()) is not None:
                found["texts"] = given
    except FAILURES as error:
        found["problem"] = ["damaged", f"cannot be read as what it is: {single_line(str(error), 160)}"]
    return {"rows": rows, **found}


def _stated_size(chunks: list[Chunk], column: str) -> int:
    """How many bytes a Parquet file says that a column has, to leave out what is too much before it is written."""
    sizes = [chunk.stated.get(SIZE) for chunk in chunks if chunk.column == column and isinstance(chunk.stated, dict)]
    return sum(size for size in sizes if isinstance(size, int))


def _giver(into: str | None, most: int) -> Giver | None:
    try:
        return None if into is None else Giver(into, most)
    except OSError:
        return None  # this process may not open the asker's memory: the asker reads the file itself


def opened(content: bytes, place: str | None) -> BinaryIO:
    """A file by its place, or by its bytes where it has none."""
    return io.BytesIO(content) if place is None else open(place, "rb")  # noqa: PTH123
