"""Parquet, Arrow and frames -> articles, column by column, in batches.

Polars dies of some damaged files, so a worker reads each file first (trying.py). It hands over the texts of a file that
can be read whole; short columns are read again here. Of a file that fails it copies the rows before the failure, and
only the copy is read here.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from provenance.dumps.columnar.ahead import ask_table
from provenance.dumps.columnar.trying import FAILURES, SCANS, opened
from provenance.dumps.intake import BATCH_ROWS, FOUND, Found
from provenance.dumps.labels.columns import choose_columns, columns_of_frame, holds_markup
from provenance.dumps.records.articles import NAMES, ask_record
from provenance.dumps.rejects import single_line
from provenance.dumps.web.markup import FRAGMENT, PAGE_START, plain_text
from provenance.dumps.workers import Lost, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provenance.dumps.columnar.ahead import Ahead, Asked
    from provenance.dumps.columnar.taking import Handed
    from provenance.dumps.intake import Intake
    from provenance.dumps.labels.columns import Columns
    from provenance.dumps.workers import Workers


#: Bytes. A file without a name is sent to the worker if it is no longer; else the worker opens it by its descriptor's
#: number, or a copy of it that has a name.
MOST_SENT = 64 << 20
#: What a worker found wrong -> what is told of it.
WRONG = {
    "pages": "a page of {} is not as it was written (checksum)",
    "bounds": "the least or greatest text stated of {} is not there",
}


def read_frame(frame: pl.LazyFrame, intake: Intake) -> Iterator[pl.DataFrame]:
    """A frame with named columns -> articles, each text as it stands. Record numbers are rows from 0.

    Raises UsageError where no column has the text.
    """
    columns_of_frame(frame.collect_schema().names(), intake.settings)
    for found in _batches(frame, intake):
        yield intake.counted(found)


def read_columnar(
    kind: str, content: BinaryIO, intake: Intake, workers: Workers, ahead: Ahead
) -> Iterator[pl.DataFrame | Question]:
    """A Parquet or Arrow file that can seek -> articles: of as many rows as a worker could read.

    If it was asked of early, the answer is taken out of `ahead`.
    """
    from provenance.room import most_text  # noqa: PLC0415  as below

    with _placed(content) as (place, octets, size):
        asked = ahead.pop((kind, place), None) or ask_table(
            workers, kind, place, octets, size, intake.settings, most_text()
        )
        with contextlib.closing(asked):
            answer = asked.answer.result()
            if isinstance(answer, Lost):
                intake.reject(None, answer.reason, answer.detail)
                return
            for what, is_wrong in WRONG.items():
                for row_group, column in answer.get(what, ()):
                    told = is_wrong.format(f"column {column!r} in row group {row_group}")
                    intake.reject(None, "damaged", f"{told}: fetch the file again", "partial")
            if "problem" not in answer:
                with opened(octets, place) as whole:
                    yield from read_columns(SCANS[kind], whole, intake, _handed(asked, answer))
                return
        yield from _rescued(asked.question, answer, intake, workers)


def _handed(asked: Asked, answer: dict[str, Any]) -> Handed | None:
    """The texts that a worker said it handed over."""
    if asked.descriptor is None or "texts" not in answer:
        return None
    from provenance.dumps.columnar.taking import Handed  # noqa: PLC0415  numpy, which a worker does without: .1 s

    return Handed(asked.descriptor, answer["texts"], answer["rows"])


def _rescued(
    question: Question, answer: dict[str, Any], intake: Intake, workers: Workers
) -> Iterator[pl.DataFrame | Question]:
    """A damaged table -> articles of the rows before the damage, which a worker copies; and a reject for the rest."""
    known = {name: question.known[name] for name in ("kind", "place", "asked")}
    with tempfile.TemporaryDirectory() as folder:
        sound = {"rows": answer.get("rows", 0)}
        copied = os.path.join(folder, "rows.parquet")  # noqa: PTH118
        again = question._replace(known=known | sound | {"copy": copied})
        if sound["rows"] and workers.answer(again) == sound:
            with open(copied, "rb") as whole:  # noqa: PTH123
                yield from read_columns(pl.scan_parquet, whole, intake)
    reason, detail = answer["problem"]
    intake.reject(None, reason, detail, "partial" if intake.documents else "skipped")


@contextlib.contextmanager
def _placed(content: BinaryIO) -> Iterator[tuple[str | None, bytes, int]]:
    """A file that can seek -> what a worker can read it from: its place, or else its bytes; and its length."""
    size = content.seek(0, io.SEEK_END)
    name = getattr(content, "name", None)
    content.seek(0)
    if isinstance(name, str | os.PathLike):
        yield os.fspath(name), b"", size
    elif size <= MOST_SENT:
        yield None, content.read(), size
    elif os.path.exists(numbered := f"/proc/{os.getpid()}/fd/{content.fileno()}"):  # noqa: PTH110
        yield numbered, b"", size  # under Linux an open file has this name, too
    else:
        with tempfile.NamedTemporaryFile() as copy:  # what came through a pipe has no name
            shutil.copyfileobj(content, copy)
            copy.flush()
            yield copy.name, b"", size


def read_columns(
    scan: Callable[[Any], pl.LazyFrame], source: BinaryIO, intake: Intake, handed: Handed | None = None
) -> Iterator[pl.DataFrame | Question]:
    """A file that Polars scans -> articles, with the texts that were handed over; a reject where it cannot be read."""
    try:
        yield from read_file(scan(source), intake, handed)
    except FAILURES as error:
        action = "partial" if intake.documents else "skipped"
        intake.reject(None, "damaged", f"cannot be read as what it is: {single_line(str(error), 160)}", action)


def read_file(frame: pl.LazyFrame, intake: Intake, handed: Handed | None = None) -> Iterator[pl.DataFrame | Question]:
    """A scanned file -> articles; where a text is a page's source, the article on that page.

    A piece of a page is an article already: of that its text is taken. The texts of frames are what they are.
    """
    every = holds_markup(choose_columns(frame.collect_schema().names(), intake.settings).of.get("text", ""))
    for found in _batches(frame, intake, handed):
        pages = found["text"].str.contains("" if every else PAGE_START)
        yield intake.counted(_without_markup(found.filter(~pages), intake))
        for row in found.filter(pages).iter_rows(named=True):
            published = row.pop("published")
            yield from ask_record(Found(**row, published=None if published is None else str(published)), intake)


def _without_markup(found: pl.DataFrame, intake: Intake) -> pl.DataFrame:
    """Rows with a text -> the same, with its own text where that is a piece of a page, if it has any."""
    fragments = found["text"].str.contains(FRAGMENT)
    if not fragments.any():
        return found
    texts = [plain_text(text) if marked else text for text, marked in zip(found["text"], fragments, strict=True)]
    read = found.with_columns(text=pl.Series(texts, dtype=pl.String))
    for row in read.filter(pl.col("text") == "")["number"]:
        intake.reject(row, "blank", "no text")
    return read.filter(pl.col("text") != "")


def _batches(frame: pl.LazyFrame, intake: Intake, handed: Handed | None = None) -> Iterator[pl.DataFrame]:
    schema = frame.collect_schema()
    columns = choose_columns(schema.names(), intake.settings)
    intake.see(schema.names())
    if columns.problem:
        intake.reject(None, *columns.problem)
        return
    dtype = schema[columns.of["text"]]
    if dtype not in (pl.String, pl.Binary, pl.Categorical, pl.Null) and not isinstance(dtype, pl.Enum):
        intake.reject(None, "not_text", f"column {columns.of['text']!r} holds {dtype}, not texts")
        return
    rows = 0
    chosen = frame.select(**{name: pl.col(column) for name, column in columns.of.items()})
    taken = handed and _taken(handed)
    for batch in _beside(chosen, taken) if taken else chosen.collect_batches(chunk_size=BATCH_ROWS, lazy=True):
        yield _found(batch, rows, columns, intake)
        rows += batch.height


def _taken(handed: Handed) -> Handed | None:
    """Texts that can be taken now. The system refuses while anything holds a page of their memory, even itself."""
    try:
        handed.take()
    except OSError:
        return None  # they stand in the file, too
    return handed


def _beside(chosen: pl.LazyFrame, taken: Handed) -> Iterator[pl.DataFrame]:
    """The columns of a table whose texts were taken, in batches."""
    others = chosen.drop("text").collect()
    if others.width and others.height != taken.rows:
        raise ValueError(f"{others.height:,} of {taken.rows:,} rows")
    for first in range(0, taken.rows, BATCH_ROWS):
        last = min(first + BATCH_ROWS, taken.rows)
        yield taken.texts(first, last).to_frame().hstack(others[first:last].get_columns())


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
    """A column of a frame as text: numbers as printed, lists joined, the name of a struct; null for other types."""
    dtype = frame.schema.get(name)
    if dtype is None:
        return pl.lit(None, dtype=pl.String)
    column = pl.col(name)
    if isinstance(dtype, pl.Struct):
        texts = [field.name for field in dtype.fields if field.dtype == pl.String]
        named = [column.struct.field(name) for name in NAMES if name in texts]
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
