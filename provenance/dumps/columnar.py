"""Parquet files and frames -> articles, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance import tables
from provenance.dumps.columns import choose_columns
from provenance.dumps.published import parse_published
from provenance.dumps.records import RECORDS
from provenance.dumps.rejects import Reject

if TYPE_CHECKING:
    from provenance.settings import Settings


def with_place(frame: pl.DataFrame, path: str) -> pl.DataFrame:
    """A frame with the columns of RECORDS -> the columns that ids and DOCUMENTS are made of."""
    return frame.select(
        path=pl.lit(path),
        number=pl.col("record"),
        own=pl.col("id"),
        start=pl.lit(None, dtype=tables.PLACE),
        end=pl.lit(None, dtype=tables.PLACE),
        **{name: pl.col(name) for name in ("outlet", "title", "byline", "url", "language", "text")},
        published=parse_published(frame["published"]),
    )


def take_table(
    frame: pl.LazyFrame, path: str, settings: Settings, frames: list[pl.DataFrame], rejects: list[Reject]
) -> tuple[str, str] | None:
    """A frame with named columns -> articles in `frames`; why it has none, if so."""
    schema = frame.collect_schema()
    columns = choose_columns(schema.names(), settings)
    if columns.problem:
        return columns.problem
    dtype = schema[columns.of["text"]]
    if dtype not in (pl.String, pl.Binary, pl.Categorical, pl.Null) and not isinstance(dtype, pl.Enum):
        return "not_text", f"column {columns.of['text']!r} holds {dtype}, not texts"
    picked = frame.select(**{name: pl.col(column) for name, column in columns.of.items()}).collect()
    if not picked.height:
        return "empty", "no rows"
    picked = picked.with_row_index("record").with_columns(
        pl.col("record").cast(pl.Int64), text=_as_text(picked["text"], path, rejects)
    )
    blank = ~picked["text"].str.contains(r"\S").fill_null(value=False)  # stripping would copy all the text
    undecoded = {reject.record for reject in rejects if reject.path == path and reject.record is not None}
    rejects += [
        Reject(path, row, "blank", "no text")
        for row in picked["record"].filter(blank).to_list()
        if row not in undecoded
    ]
    picked = picked.filter(~blank)
    others = [name for name in RECORDS if name not in ("record", "text", "published")]
    texts = picked.select(
        "record", "text", *(_as_label(picked, name).alias(name) for name in others),
        published=picked["published"] if "published" in picked.columns else pl.lit(None, dtype=pl.String),
    )  # fmt: skip
    frames.append(with_place(texts, path))
    return None


def _as_text(column: pl.Series, path: str, rejects: list[Reject]) -> pl.Series:
    if column.dtype != pl.Binary:
        return column.cast(pl.String)
    texts: list[str | None] = []
    for row, octets in enumerate(column.to_list()):
        try:
            texts.append(octets.decode("utf-8") if octets is not None else None)
        except UnicodeDecodeError as error:
            texts.append(None)
            rejects.append(Reject(path, row, "undecodable", f"no UTF-8 at byte {error.start}: mend its encoding"))
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
