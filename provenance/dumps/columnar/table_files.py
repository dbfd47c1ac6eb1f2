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
from provenance.dumps.columnar.cells import (
    as_dates,
    as_found,
    as_labels,
    as_text,
    flat,
    has_blanks,
    holds_texts,
    is_filled,
    may_be,
)
from provenance.dumps.columnar.trying import FAILURES, SCANS, opened
from provenance.dumps.intake import BATCH_ROWS, FOUND, Found
from provenance.dumps.labels.columns import PAGE_ADDRESS, choose_columns, columns_of_frame, holds_markup
from provenance.dumps.records.articles import ask_record
from provenance.dumps.rejects import single_line
from provenance.dumps.web.markup import FRAGMENT, PAGE_START, plain_text
from provenance.dumps.workers import Lost, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provenance.dumps.columnar.ahead import Ahead, Asked
    from provenance.dumps.columnar.taking import Handed
    from provenance.dumps.intake import Intake
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
    frame = flat(frame, intake.settings)
    columns_of_frame(frame.collect_schema().names(), intake.settings)
    for found in _batches(frame, intake):
        yield intake.counted(found.drop("marked"))


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
    for batch in _batches(flat(frame, intake.settings), intake, handed):
        pages = batch["marked"] | batch["text"].str.contains(PAGE_START)
        found = batch.drop("marked")
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
    """A flat table -> articles with the columns of FOUND, and `marked`: whether the text stood in a column of pages."""
    schema = frame.collect_schema()
    columns = choose_columns(schema.names(), intake.settings)
    intake.see(schema.names())
    if columns.problem:
        intake.reject(None, *columns.problem)
        return
    texts = [name for name in (columns.of["text"], *columns.beside("text")) if holds_texts(schema[name])]
    if not texts:
        found = f"column {columns.of['text']!r} holds {schema[columns.of['text']]}, not texts"
        intake.reject(None, "not_text", found)
        return
    if len(texts) > 1 and not has_blanks(frame, texts[0]):
        del texts[1:]
    named = {field: [name, *columns.beside(field)] for field, name in columns.of.items()} | {"text": texts}
    named = {field: [name for name in of if may_be(field, name, schema[name])] for field, of in named.items()}
    places = {
        field: [field, *(f"{field} {number}" for number in range(1, len(of)))] for field, of in named.items() if of
    }
    chosen = frame.select(
        as_found(field, name, schema[name]).alias(place)
        for field, of in places.items()
        for place, name in zip(of, named[field], strict=True)
    )
    taken = handed and texts == [columns.of["text"]] and _taken(handed)
    rows = 0
    for batch in _beside(chosen, taken) if taken else chosen.collect_batches(chunk_size=BATCH_ROWS, lazy=True):
        yield _found(batch, rows, places, [holds_markup(name) for name in texts], intake)
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


def _found(
    picked: pl.DataFrame, first: int, places: dict[str, list[str]], of_pages: list[bool], intake: Intake
) -> pl.DataFrame:
    """Rows from the first on, and the columns of each field -> those with a text, as FOUND and `marked`."""
    picked = picked.with_columns(number=pl.int_range(first, first + pl.len(), dtype=pl.Int64))
    picked = _with_texts(picked, places["text"], of_pages, intake)
    labels = {field: as_labels(picked, of) for field, of in places.items() if field not in ("id", "text", "published")}
    labels["own"] = as_labels(picked, places.get("id", ["id"]))
    if "url" not in places and "outlet" in places and intake.settings.outlet is None:
        source, *others = places["outlet"]
        is_page = as_labels(picked, [source]).str.strip_chars().str.contains(PAGE_ADDRESS).fill_null(value=False)
        labels["url"] = pl.when(is_page).then(as_labels(picked, [source]))
        labels["outlet"] = pl.when(~is_page).then(labels["outlet"]).otherwise(as_labels(picked, others))
    rest = [pl.lit(None, dtype).alias(name) for name, dtype in FOUND.items() if name not in {*labels, "number", "text"}]
    texts = picked.select("number", "text", "marked", **labels).with_columns(rest)
    return texts.with_columns(published=as_dates(picked, places["published"])) if "published" in places else texts


def _with_texts(picked: pl.DataFrame, places: list[str], of_pages: list[bool], intake: Intake) -> pl.DataFrame:
    """Numbered rows -> those with a text in one of the places, that of the first as `text`; others are rejects."""
    refused: set[int] = set()
    first = int(picked["number"][0]) if picked.height else 0

    def reject(row: int, reason: str, detail: str) -> None:
        refused.add(row)
        intake.reject(row, reason, detail)

    text = as_text(picked[places[0]], first, reject)
    filled, marked = is_filled(text), pl.repeat(of_pages[0], picked.height, dtype=pl.Boolean, eager=True)
    for place, is_of_pages in zip(places[1:], of_pages[1:], strict=True):
        other = as_text(picked.select(pl.when(~filled).then(place)).to_series(), first, reject)
        marked |= is_filled(other) & is_of_pages
        text, filled = text.zip_with(filled, other), filled | is_filled(other)
    for row in picked["number"].filter(~filled).to_list():
        if row not in refused:
            intake.reject(row, "blank", "no text")
    return picked.with_columns(text=text, marked=marked).filter(filled)
