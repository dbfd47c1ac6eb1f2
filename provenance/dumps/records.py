"""JSON lines, JSON, CSV and TSV -> records, line by line, so that what is broken is left out alone."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

import polars as pl

from provenance.dumps.columns import Columns, choose_columns
from provenance.dumps.decode import MOST_BYTES, decode_text
from provenance.dumps.rejects import Reject, single_line
from provenance.settings import Settings

#: Records held as Python objects before they become a frame.
BATCH = 8192
#: What a reader gives: one row a document of a record file.
RECORDS = pl.Schema(
    {
        "record": pl.Int64(),
        "id": pl.String(),
        "text": pl.String(),
        "published": pl.String(),
        "outlet": pl.String(),
        "title": pl.String(),
        "url": pl.String(),
        "byline": pl.String(),
        "language": pl.String(),
    }
)
_FIELDS = tuple(RECORDS)[1:]
_SURROGATE = re.compile("[\ud800-\udfff]")


class Rows(NamedTuple):
    """What a record file gave: frames with the columns of RECORDS (`published` of any type), and its encoding."""

    frames: list[pl.DataFrame]
    encoding: str | None


class Collector:
    """Takes records one by one, keeps the good ones as frames and the others as rejects."""

    def __init__(self, path: str, settings: Settings, rejects: list[Reject]) -> None:
        self.path, self.settings, self.rejects = path, settings, rejects
        self.frames: list[pl.DataFrame] = []
        self._rows: list[tuple[Any, ...]] = []
        self._chosen: dict[tuple[str, ...], Columns] = {}
        self._seen: dict[str, None] = {}

    def reject(self, record: int | None, reason: str, detail: str, action: str = "skipped") -> None:
        """Note that a record was not read."""
        self.rejects.append(Reject(self.path, record, reason, single_line(detail, 400), action))

    def add(self, record: int, value: object) -> None:
        """Take a parsed JSON value as a record."""
        if not isinstance(value, dict):
            self.reject(record, "not_a_record", f"a JSON {_kind(value)} where an object with a text is due")
            return
        keys = tuple(value)
        columns = self._chosen.get(keys)
        if columns is None:
            self._seen |= dict.fromkeys(keys)
            columns = choose_columns(keys, self._lenient(keys))
            if len(self._chosen) < 10_000:
                self._chosen[keys] = columns
        if columns.problem:
            self.reject(record, *columns.problem)
            return
        text = value[columns.of["text"]]
        if text is not None and not isinstance(text, str):
            self.reject(record, "not_text", f"column {columns.of['text']!r} holds a {_kind(text)}, not a text")
            return
        if not text or text.isspace():
            self.reject(record, "blank", "no text")
            return
        cells = (_cell(value[columns.of[name]]) if name in columns.of else None for name in _FIELDS[2:])
        self._rows.append((record, _cell(value[columns.of["id"]]) if "id" in columns.of else None, text, *cells))
        if len(self._rows) >= BATCH:
            self.flush()

    def _lenient(self, keys: tuple[str, ...]) -> Settings:
        """The settings without columns that this record lacks: in JSON a field may be left out; the text may not."""
        missing = {
            name: None
            for name in ("id", "published", "outlet", "title", "url")
            if getattr(self.settings, name) is not None and getattr(self.settings, name) not in keys
        }
        if not missing:
            return self.settings
        kept = {name: getattr(self.settings, name) for name in ("text", "id", "published", "outlet", "title", "url")}
        return Settings(**(kept | missing))

    def missing_columns(self) -> tuple[str, str] | None:
        """The first column asked for that no record had, as a reject's reason and detail."""
        if not self._seen:
            return None
        return choose_columns(list(self._seen), self.settings).problem

    def flush(self) -> None:
        """Turn the waiting records into a frame."""
        if not self._rows:
            return
        columns = dict(zip(RECORDS, zip(*self._rows, strict=True), strict=True))
        try:
            frame = pl.DataFrame(columns, schema=RECORDS, strict=True)
        except (UnicodeEncodeError, pl.exceptions.PolarsError, TypeError, ValueError):
            frame = pl.DataFrame([self._mended(row) for row in self._rows], schema=RECORDS, orient="row")
        self.frames.append(frame)
        self._rows = []

    def _mended(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row whose lone surrogates (legal in JSON as an escape, and no text) are U+FFFD, one for one."""
        mended = tuple(_without_surrogates(cell) if isinstance(cell, str) else cell for cell in row)
        if mended != row:
            self.reject(row[0], "undecodable", "half of a surrogate pair, replaced by U+FFFD", "partial")
        return mended


def _without_surrogates(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)


def _kind(value: object) -> str:
    names = {dict: "object", list: "list", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")


def _cell(value: object) -> str | None:
    """A JSON value of a field -> text; of an object its name (`{"id": ..., "name": ...}`), of a list its texts."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if isinstance(value, dict):
        inner = value.get("name") or value.get("title") or value.get("$oid") or value.get("$date")
        return inner if isinstance(inner, str) else None
    if isinstance(value, list):
        return ", ".join(item for item in map(_cell, value) if item) or None
    return None


def read_json_lines(stream: BinaryIO, collector: Collector) -> str | None:
    """A stream of JSON lines -> records in `collector`; the encoding. Record numbers are line numbers from 0."""
    encoding, lines = _lines(stream, collector)
    if encoding is None:
        return None
    for record, line in enumerate(lines):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError as error:
            collector.reject(
                record, "undecodable", f"no {encoding} at byte {error.start} of the line: mend its encoding"
            )
            continue
        if text.isspace() or not text:
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            collector.reject(record, "broken_json", f"{_said(error)}: {single_line(text, 60)}")
            continue
        collector.add(record, value)
    return encoding


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return "nested too deeply" if isinstance(error, RecursionError) else single_line(str(error), 80)


def _lines(stream: BinaryIO, collector: Collector) -> tuple[str | None, Iterator[bytes]]:
    """The encoding of a stream and its lines, without line ends; wide encodings are turned into UTF-8."""
    head = stream.read(1 << 20)
    encoding = _record_encoding(head[: head.rfind(b"\n") + 1] or head)
    if encoding is None:
        return None, iter(())
    if encoding.startswith(("utf-16", "utf-32")):
        decoded = decode_text(head + stream.read(MOST_BYTES))
        return "utf-8", iter(decoded.text.encode("utf-8", "replace").split(b"\n"))
    if head.startswith(b"\xef\xbb\xbf"):
        head = head[3:]
    return encoding, _split(head, stream, collector)


def _record_encoding(head: bytes) -> str | None:
    """The encoding of a record file; None for a binary one.

    One broken line neither condemns a file whose other lines are sound nor changes how they are read: an
    eight-bit encoding is believed only if most lines that are not ASCII are no UTF-8.
    """
    lines = [line for line in head.split(b"\n") if not line.isascii()]
    broken = sum(not _is_utf8(line) for line in lines)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (broken * 2 > len(lines) and broken > 2):
        return decode_text(head).encoding
    sound = b"\n".join(line for line in head.split(b"\n") if _is_utf8(line))
    return decode_text(sound).encoding if sound.strip() or not head.strip() else decode_text(head).encoding


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _split(head: bytes, stream: BinaryIO, collector: Collector) -> Iterator[bytes]:
    parts: list[bytes] = []
    block, held = head, 0
    while block:
        lines = block.split(b"\n")
        held += len(lines[0])
        parts.append(lines[0])
        if len(lines) > 1:
            yield b"".join(parts)
            yield from lines[1:-1]
            parts, held = [lines[-1]], len(lines[-1])
        if held > MOST_BYTES:
            collector.reject(None, "too_long", f"a line of more than {MOST_BYTES >> 20} MB: split it", "partial")
            return
        block = stream.read(1 << 20)
    if held:
        yield b"".join(parts)


def read_json(stream: BinaryIO, collector: Collector) -> str | None:
    """A JSON file (a list of records, one record, or an object with one list of them) -> records; the encoding.

    A file that is no single JSON value is read as JSON lines.
    """
    content = stream.read(MOST_BYTES)
    decoded = decode_text(content)
    if decoded.encoding is None:
        return None
    try:
        value = json.loads(decoded.text)
    except (ValueError, RecursionError) as error:
        first = content.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
        if first.startswith(b"{") and _is_json(first):
            return read_json_lines(io.BytesIO(content), collector)
        collector.reject(None, "broken_json", f"{_said(error)}: no JSON, and no JSON lines")
        return decoded.encoding
    if decoded.bad_bytes:
        collector.reject(None, "undecodable", f"{decoded.bad_bytes} bad bytes replaced by U+FFFD", "partial")
    for record, item in enumerate(_listed(value, collector.settings)):
        collector.add(record, item)
    return decoded.encoding


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _listed(value: object, settings: Settings) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and choose_columns(list(value), settings).problem:
        lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
        if len(lists) == 1:
            return lists[0]
    return [value]


def read_table(stream: BinaryIO, collector: Collector, delimiter: str | None) -> str | None:
    """A CSV or TSV file -> records; the encoding. Record numbers are rows from 0, the header not counted."""
    encoding, lines = _lines(stream, collector)
    if encoding is None:
        return None
    # Bytes that are no text come through as surrogates, so that the row, and not the file, is left out.
    csv.field_size_limit(MOST_BYTES)
    quotes = _Quotes(lines, encoding)
    first = next(quotes, "")
    if delimiter is None:
        delimiter = max(",;\t|", key=lambda mark: (first.count(mark), mark == ","))
    rows = csv.reader(chain([first] if first else [], quotes), delimiter=delimiter)
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:  # lines that end in a lone CR are one endless header
        collector.reject(None, "broken_csv", f"{error} (line 1): save it with LF or CR LF line ends")
        return encoding
    columns = choose_columns(header, collector.settings)
    if columns.problem:
        collector.reject(None, *columns.problem)
        return encoding
    places = {name: header.index(column) for name, column in columns.of.items()}
    _take_rows(rows, header, places, collector, quotes)
    return encoding


class _Quotes(Iterator[str]):
    """Decoded lines with their ends, counting quotation marks, to know whether the last one was closed."""

    def __init__(self, lines: Iterable[bytes], encoding: str) -> None:
        self._lines, self._encoding, self.marks = iter(lines), encoding, 0

    def __next__(self) -> str:
        line = next(self._lines)
        self.marks += line.count(b'"')
        return line.decode(self._encoding, "surrogateescape") + "\n"


def _take_rows(
    rows: Iterator[list[str]],
    header: list[str],
    places: dict[str, int],
    collector: Collector,
    quotes: _Quotes,
) -> None:
    record = -1
    names = list(places)
    at = [places[name] for name in names]
    text_at = names.index("text")
    fill: Callable[[int, dict[str, str | None]], None] = collector.add
    waiting: tuple[int, list[str]] | None = None
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            record += 1
            collector.reject(record, "broken_csv", f"{error} (line {rows.line_num})")  # type: ignore[attr-defined]
            continue
        if waiting is not None:
            number, cells = waiting
            waiting = None
            if row is None and quotes.marks % 2 and any("\n" in cell for cell in cells):
                collector.reject(
                    number, "broken_csv", "a quotation mark is never closed: the rest of the file is one cell"
                )
            elif len(cells) != len(header):
                collector.reject(number, "ragged", f"{len(cells)} cells where the header has {len(header)}")
            else:
                values = [cells[place] for place in at]
                if any(_is_escaped(value) for value in values):
                    collector.reject(number, "undecodable", "bytes that are no text in this row: mend its encoding")
                elif not values[text_at] or values[text_at].isspace():
                    collector.reject(number, "blank", "no text")
                else:
                    fill(number, dict(zip([header[place] for place in at], values, strict=True)))
        if row is None:
            return
        if row:
            record += 1
            waiting = (record, row)


def _is_escaped(text: str) -> bool:
    """Whether a text holds a byte that could not be decoded."""
    return not text.isascii() and _without_surrogates(text) != text
