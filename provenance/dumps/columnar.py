"""Parquet, Arrow and frames -> articles, column by column, in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.dumps.columns import choose_columns, holds_markup
from provenance.dumps.intake import BATCH_ROWS, FOUND, Found
from provenance.dumps.markup import PAGE_START
from provenance.dumps.records import ask_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.dumps.columns import Columns
    from provenance.dumps.intake import Intake
    from provenance.dumps.workers import Question


def read_frame(frame: pl.LazyFrame, intake: Intake) -> Iterator[pl.DataFrame]:
    """A frame with named columns -> articles, each text as it stands. Record numbers are rows from 0."""
    for found in _batches(frame, intake):
        yield intake.counted(found)


def read_file(frame: pl.LazyFrame, intake: Intake) -> Iterator[pl.DataFrame | Question]:
    """The same of a file: where a text is a page's source, the article on the page."""
    every = holds_markup(choose_columns(frame.collect_schema().names(), intake.settings).of.get("text", ""))
    for found in _batches(frame, intake):
        pages = found["text"].str.contains("" if every else PAGE_START)
        yield intake.counted(found.filter(~pages))
        for row in found.filter(pages).iter_rows(named=True):
            published = row.pop("published")
            yield from ask_record(Found(**row, published=None if published is None else str(published)), intake)


def _batches(frame: pl.LazyFrame, intake: Intake) -> Iterator[pl.DataFrame]:
    schema = frame.collect_schema()
    columns = choose_columns(schema.names(), intake.settings)
    if columns.problem:
        intake.reject(None, *columns.problem)
        return
    dtype = schema[columns.of["text"]]
    if dtype not in (pl.String, pl.Binary, pl.Categorical, pl.Null) and not isinstance(dtype, pl.Enum):
        intake.reject(None, "not_text", f"column {columns.of['text']!r} holds {dtype}, not texts")
        return
    rows = 0
    chosen = frame.select(**{name: pl.col(column) for name, column in columns.of.items()})
    for batch in chosen.collect_batches(chunk_size=BATCH_ROWS, lazy=True):
        yield _found(batch, rows, columns, intake)
        rows += batch.height


def _found(picked: pl.DataFrame, first: int, columns: Columns, intake: Intake) -> pl.DataFrame:
    picked = picked.with_columns(
        number=pl.int_range(first, first + pl.len(), dtype=pl.Int64), text=_as_text(picked["text"], first, intake)
    )
    blank = ~picked["text"].str.contains(r"\S").fill_null(value=False)  # stripping would copy all the text
    undecoded = {reject.record for reject in intake.rejects if reject.reason == "undecodable"}
    for row in picked["number"].filter(blank).to_list():
        if row not in undecoded:
            intake.reject(row, "blank", "no text")
    picked = picked.filter(~blank)
    labels = {name: _as_label(picked, name) for name in columns.of if name not in ("id", "text", "published")}
    labels["own"] = _as_label(picked, "id")
    rest = [pl.lit(None, dtype).alias(name) for name, dtype in FOUND.items() if name not in {*labels, "number", "text"}]
    texts = picked.select("number", "text", **labels).with_columns(rest)
    published = picked["published"] if "published" in picked.columns else texts["published"]
    return texts.with_columns(published=published)


def _as_text(column: pl.Series, first: int, intake: Intake) -> pl.Series:
    if column.dtype != pl.Binary:
        return column.cast(pl.String)
    texts: list[str | None] = []
    for row, octets in enumerate(column.to_list(), first):
        try:
            texts.append(octets.decode("utf-8") if octets is not None else None)
        except UnicodeDecodeError as error:
            texts.append(None)
            intake.reject(row, "undecodable", f"no UTF-8 at byte {error.start}: mend its encoding")
    return pl.Series("text", texts, dtype=pl.String)


def _as_label(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A column of a frame as text: numbers as printed, lists joined, a struct's `name`; null where it is none."""
    dtype = frame.schema.get(name)
    if dtype is None:
        return pl.lit(None, dtype=pl.String)
    column = pl.col(name)
    if isinstance(dtype, pl.Struct):
        has_name = any(field.name == "name" and field.dtype == pl.String for field in dtype.fields)
        return column.struct.field("name") if has_name else pl.lit(None, dtype=pl.String)
    if isinstance(dtype, pl.List):
        return column.list.join(", ") if dtype.inner == pl.String else pl.lit(None, dtype=pl.String)
    if dtype == pl.Binary or isinstance(dtype, pl.Array | pl.Duration | pl.Object):
        return pl.lit(None, dtype=pl.String)
    if dtype.is_float():
        whole = column == column.floor()
        return (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
    return column.cast(pl.String)
