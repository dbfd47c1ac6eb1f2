"""Columns of a table, whatever they hold -> columns of fields, texts and labels, as the same record in JSON is read.

A worker imports this, so what is slow to import is imported where it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.dumps.labels.columns import (
    ABOUT,
    DATED,
    MOST_DEPTH,
    MOST_FIELDS,
    NAMES,
    PUBLISHERS,
    choose_columns,
    is_perhaps_date,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from provenance.settings import Settings

    #: Tells of a row that it was not read, and why.
    Reject = Callable[[int, str, str], None]

BATCH_ROWS = 8192  # read at a time, as in intake.py, which would be slow to import in a worker
_TEXTS = (pl.String, pl.Binary, pl.Categorical, pl.Null)
#: A value of time as text, which parse_published reads back.
_PRINTED = "%Y-%m-%dT%H:%M:%S%.f"


def flat(frame: pl.LazyFrame, settings: Settings) -> pl.LazyFrame:
    """A table -> the same; where none of its columns is the text, the fields of its structs, too, called by their path.

    Those of structs that say what a text is (`meta`) are looked for in any case. As records.articles.flattened does
    with an object: a struct stays as it is where it has a name to show.
    """
    schema = frame.collect_schema()
    if not any(isinstance(dtype, pl.Struct) for dtype in schema.values()):
        return frame
    columns = choose_columns(schema.names(), settings)
    is_inside = settings.text is not None and settings.text not in schema and "." in settings.text
    if not (columns.problem or is_inside or isinstance(schema[columns.of["text"]], pl.Struct)):
        return frame.with_columns(**_fields({name: dtype for name, dtype in schema.items() if name in ABOUT}))
    return frame.select(**_fields(schema))


def _fields(schema: Mapping[str, pl.DataType]) -> dict[str, pl.Expr]:
    """Columns -> the fields in them by their paths, outer ones first."""
    found: dict[str, pl.Expr] = {}
    level: list[tuple[str, pl.Expr, Any]] = [(name, pl.col(name), dtype) for name, dtype in schema.items()]
    for _ in range(MOST_DEPTH + 1):
        deeper: list[tuple[str, pl.Expr, Any]] = []
        for path, column, dtype in level:
            if len(found) < MOST_FIELDS and _is_value(path, dtype):
                found.setdefault(path, column)
            if isinstance(dtype, pl.Struct):
                deeper += [(f"{path}.{one.name}", column.struct.field(one.name), one.dtype) for one in dtype.fields]
        level = deeper
    return found


def _is_value(path: str, dtype: Any) -> bool:
    if not isinstance(dtype, pl.Struct):
        return True
    fields = {field.name: field.dtype for field in dtype.fields}
    return "name" in fields or (path.rpartition(".")[2] in PUBLISHERS and fields.get("title") == pl.String)


def holds_texts(dtype: Any) -> bool:
    """Whether a column of this type may hold articles: texts, or lists of their paragraphs or blocks."""
    return dtype in _TEXTS or isinstance(dtype, pl.Enum | pl.List | pl.Array)


def may_be(field: str, column: str, dtype: Any) -> bool:
    """Whether a column of this type can be of the field for which its name was taken."""
    return field != "published" or not is_perhaps_date(column) or dtype in (pl.String, pl.Date, pl.Datetime)


def as_found(field: str, column: str, dtype: Any) -> pl.Expr:
    """A column of a field -> the same, without what only its name makes it."""
    if field == "published" and is_perhaps_date(column) and dtype == pl.String:
        return pl.when(pl.col(column).str.contains(DATED)).then(pl.col(column))
    return pl.col(column)


def as_text(column: pl.Series, first: int, reject: Reject) -> pl.Series:
    """A column of texts from row `first` on -> strings; null, and a reject, where there is none in a cell."""
    dtype = column.dtype
    if dtype == pl.Binary:
        return _decoded(column, first, reject)
    if isinstance(dtype, pl.Array):
        column, dtype = column.arr.to_list(), pl.List(dtype.inner)
    if not isinstance(dtype, pl.List):
        return column.cast(pl.String)
    from provenance.dumps.records.articles import PARTED, text_of_parts  # noqa: PLC0415  a worker does without

    if dtype.inner == pl.String:
        return column.list.join(PARTED, ignore_nulls=True)
    texts: list[str | None] = []
    for row, parts in enumerate(column.to_list(), first):
        text = text_of_parts(parts) if parts else None
        texts.append(text if isinstance(text, str) else None)
        if parts and not isinstance(text, str):
            reject(row, "not_text", "a list in place of a text, and not of paragraphs")
    return pl.Series(column.name, texts, dtype=pl.String)


def _decoded(column: pl.Series, first: int, reject: Reject) -> pl.Series:
    texts: list[str | None] = []
    for row, octets in enumerate(column.to_list(), first):
        try:
            texts.append(octets.decode("utf-8") if octets is not None else None)
        except UnicodeDecodeError as error:
            texts.append(None)
            reject(row, "undecodable", f"no UTF-8 at byte {error.start}: mend its encoding")
    return pl.Series(column.name, texts, dtype=pl.String)


def has_blanks(frame: pl.LazyFrame, column: str) -> bool:
    """Whether a column of texts is empty in any row; it is gone through as far as the first such."""
    for batch in frame.select(column).collect_batches(chunk_size=BATCH_ROWS, lazy=True):
        if not is_filled(as_text(batch[column], 0, lambda *_: None)).all():
            return True
    return False


def is_filled(column: pl.Series) -> pl.Series:
    """Which strings of a column say anything. Stripping would copy all the text."""
    return column.str.contains(r"\S").fill_null(value=False)


def as_labels(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Expr:
    """Columns of one field, best first -> its label in each row: that of the first which is not empty."""
    labels = [_as_label(frame, column) for column in columns]
    if len(labels) < 2:
        return labels[0] if labels else pl.lit(None, dtype=pl.String)
    return pl.coalesce(pl.when(label.str.contains(r"\S")).then(label) for label in labels)


def as_dates(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """Columns of dates, best first -> a column of them; as text where the first one is empty in places."""
    first = frame[columns[0]]
    if len(columns) == 1 or (first.null_count() == 0 and (first.dtype != pl.String or bool(is_filled(first).all()))):
        return first
    printed = pl.DataFrame([_printed(frame[column]) for column in columns])
    return printed.select(as_labels(printed, columns).alias(columns[0])).to_series()


def _printed(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime):
        zoned = column.dt.convert_time_zone("UTC") if column.dtype.time_zone else column
        return zoned.dt.strftime(_PRINTED)
    return column


def _as_label(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A column of a frame as text: numbers as printed, lists joined, the name of a struct; null for other types."""
    dtype = frame.schema.get(name)
    if dtype is None:
        return pl.lit(None, dtype=pl.String)
    column = pl.col(name)
    if isinstance(dtype, pl.Struct):
        texts = [field.name for field in dtype.fields if field.dtype == pl.String]
        named = [column.struct.field(called) for called in NAMES if called in texts]
        return pl.coalesce(pl.when(part != "").then(part) for part in named) if named else pl.lit(None, dtype=pl.String)
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
