"""Parquet, Arrow and frames -> articles, column by column, in batches.

Polars dies of some damaged files (a length of 10^18 bytes is asked for, and the process ends) and waits for ever on
others, so a worker reads each file first and throws away what it reads; that costs a second for 500 MB of text. Of a
file that fails it copies the rows before the failure, and only the copy is read here.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from provenance.dumps.columns import ASKED, choose_columns, columns_of_frame, holds_markup
from provenance.dumps.intake import BATCH_ROWS, FOUND, Found
from provenance.dumps.markup import PAGE_START
from provenance.dumps.parquet_bounds import Extremes, stated_bounds
from provenance.dumps.parquet_format import column_chunks
from provenance.dumps.parquet_sums import wrong_pages
from provenance.dumps.records import ask_record
from provenance.dumps.rejects import single_line
from provenance.dumps.workers import Lost, Question
from provenance.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provenance.dumps.columns import Columns
    from provenance.dumps.intake import Intake
    from provenance.dumps.workers import Workers


#: What is read by columns, from a file that can seek. Of a name Polars would make a glob or an address.
SCANS: dict[str, Callable[[Any], pl.LazyFrame]] = {"parquet": pl.scan_parquet, "arrow": pl.scan_ipc}
#: A longer file without a name is called by its number, or copied into one; shorter ones are sent to the worker.
MOST_SENT = 64 << 20
#: What a worker found wrong -> what is told of it.
WRONG = {
    "pages": "a page of {} is not as it was written (checksum)",
    "bounds": "the least or greatest text stated of {} is not there",
}
#: What Polars raises for what a file holds; a panic of its Rust is no Exception.
FAILURES = (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException)


def try_columns(
    content: bytes, kind: str, place: str | None, asked: dict[str, Any], rows: int = 0, copy: str | None = None
) -> dict[str, Any]:
    """A file by its place or its bytes -> how many rows of its columns can be read, and the problem behind those.

    Of a Parquet file also the row groups and columns with pages that have another checksum (`pages`), and of one that
    can be read whole those with bounds that are not their texts' (`bounds`).
    `asked` is the columns that the settings name. With `copy` so many rows are written there. Runs in a worker.
    """
    found: dict[str, Any] = {}
    try:
        with _opened(content, place) as again:
            chunks = column_chunks(again) if kind == "parquet" and copy is None else []
            found["pages"] = sorted(wrong_pages(again, chunks))
            bounds = stated_bounds(again, chunks)
        frame = SCANS[kind](_opened(content, place))
        if copy is not None:
            kept = choose_columns(frame.collect_schema().names(), Settings(**asked)).of.values()
            frame.head(rows).select(dict.fromkeys(kept)).collect().write_parquet(copy)
            return {"rows": rows}
        columns = choose_columns(frame.collect_schema().names(), Settings(**asked))
        if not columns.problem:
            extremes = Extremes(bounds, columns.of)
            chosen = frame.select(**{name: pl.col(column) for name, column in columns.of.items()})
            for batch in chosen.collect_batches(chunk_size=BATCH_ROWS, lazy=True):
                rows += batch.height
                extremes.add(batch)
            told = frame.select(pl.len()).collect().item()
            if rows != told:  # a panic in a thread of its own ends the batches without a word
                raise ValueError(f"{rows:,} of {told:,} rows")
            found["bounds"] = sorted(extremes.wrong())
    except FAILURES as error:
        found["problem"] = ["damaged", f"cannot be read as what it is: {single_line(str(error), 160)}"]
    return {"rows": rows, **found}


def _opened(content: bytes, place: str | None) -> BinaryIO:
    return io.BytesIO(content) if place is None else open(place, "rb")  # noqa: PTH123


def read_frame(frame: pl.LazyFrame, intake: Intake) -> Iterator[pl.DataFrame]:
    """A frame with named columns -> articles, each text as it stands. Record numbers are rows from 0.

    Raises UsageError where no column has the text.
    """
    columns_of_frame(frame.collect_schema().names(), intake.settings)
    for found in _batches(frame, intake):
        yield intake.counted(found)


def read_columnar(kind: str, content: BinaryIO, intake: Intake, workers: Workers) -> Iterator[pl.DataFrame | Question]:
    """A Parquet or Arrow file that can seek -> articles of as many rows as a worker could read of it."""
    with _placed(content) as (place, octets, size):
        known = {"kind": kind, "place": place, "asked": {name: getattr(intake.settings, name) for name in ASKED}}
        answer = workers.answer(Question("columns", known, octets, size=size))
        if isinstance(answer, Lost):
            intake.reject(None, answer.reason, answer.detail)
            return
        for what, is_wrong in WRONG.items():
            for row_group, column in answer.get(what, ()):
                told = is_wrong.format(f"column {column!r} in row group {row_group}")
                intake.reject(None, "damaged", f"{told}: fetch the file again", "partial")
        if "problem" not in answer:
            with _opened(octets, place) as whole:
                yield from read_columns(SCANS[kind], whole, intake)
        else:
            with tempfile.TemporaryDirectory() as folder:
                sound = {"rows": answer.get("rows", 0)}
                rescued = os.path.join(folder, "rows.parquet")  # noqa: PTH118
                again = Question("columns", known | sound | {"copy": rescued}, octets, size=size)
                if sound["rows"] and workers.answer(again) == sound:
                    with open(rescued, "rb") as whole:  # noqa: PTH123
                        yield from read_columns(pl.scan_parquet, whole, intake)
            reason, detail = answer["problem"]
            intake.reject(None, reason, detail, "partial" if intake.documents else "skipped")


@contextlib.contextmanager
def _placed(content: BinaryIO) -> Iterator[tuple[str | None, bytes, int]]:
    """A file that can seek as a worker can read it: the place where it lies, or its bytes; and its length."""
    size = content.seek(0, io.SEEK_END)
    name = getattr(content, "name", None)
    content.seek(0)
    if isinstance(name, str | os.PathLike):
        yield os.fspath(name), b"", size
    elif size <= MOST_SENT:
        yield None, content.read(), size
    elif os.path.exists(opened := f"/proc/{os.getpid()}/fd/{content.fileno()}"):  # noqa: PTH110
        yield opened, b"", size  # Linux has a name for what has none
    else:
        with tempfile.NamedTemporaryFile() as copy:  # what came through a pipe has no name
            shutil.copyfileobj(content, copy)
            copy.flush()
            yield copy.name, b"", size


def read_columns(
    scan: Callable[[Any], pl.LazyFrame], source: BinaryIO, intake: Intake
) -> Iterator[pl.DataFrame | Question]:
    """What Polars scans -> articles; what it cannot read is a reject."""
    try:
        yield from read_file(scan(source), intake)
    except FAILURES as error:
        action = "partial" if intake.documents else "skipped"
        intake.reject(None, "damaged", f"cannot be read as what it is: {single_line(str(error), 160)}", action)


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
