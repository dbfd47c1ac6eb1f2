"""One dump file, what goes of it, and its bytes -> the file without that, in its own format."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

import numpy as np
import polars as pl

from provenance.cleaning import as_record
from provenance.cleaning.edits import (
    MARK,
    MARK_NAMES,
    MARKED,
    TAKEN,
    Edits,
    cut_out,
    cut_parts,
    refuse_passages,
    text_columns,
)
from provenance.dumps.labels.columns import choose_columns, first_half
from provenance.dumps.pieces import Piece, find_list, split_lines, split_table, split_text, with_member
from provenance.dumps.records.articles import choose_filled
from provenance.dumps.records.lines import without_comma
from provenance.dumps.sources.compression import Allowance, Expanded
from provenance.dumps.sources.decode import decode_text
from provenance.dumps.sources.kinds import ASSIGNED
from provenance.errors import UsageError
from provenance.reports.escaping import plain_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from provenance.settings import Settings


class File(NamedTuple):
    """A file as reading it found it, and what goes."""

    path: str  # as documents have it
    place: Path  # where its bytes lie
    kind: str  # of INPUTS, without what it is packed with
    encoding: str | None
    documents: pl.DataFrame  # its DOCUMENTS in order
    records: list[int]  # which of its records they are
    gone: frozenset[str]
    cuts: dict[str, list[dict[str, Any]]]  # doc_id -> its passages that go, in order, each as MARK has it


class Ledger:
    """What rewriting a file came across."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}  # the record of each document in its file
        self.gone: dict[str, bytes] = {}  # the documents left out, and their bytes
        self.passed = 0  # pieces of the file that are no documents, and stay


def rewrite(file: File, passages: str, settings: Settings, ledger: Ledger) -> Iterator[bytes]:
    """A file -> its bytes anew; `ledger` gets what is left out. Memory: a record; of text and JSON, the file."""
    if file.kind == "parquet":
        yield from _parquet(file, passages, settings, ledger)
        return
    if file.kind not in ("text", "jsonl", "csv", "tsv", "json"):
        yield from _documents(file, passages, ledger)
        return
    with file.place.open("rb") as packed:
        stream = _unpacked(packed)
        if file.kind == "text" and passages != "mark":
            yield from _text(file, stream.read(), passages, ledger)
        elif file.kind in ("jsonl", "csv", "tsv"):
            stream, encoding = _readable(stream, file.encoding)
            yield from _records(file._replace(encoding=encoding), stream, passages, settings, ledger)
        elif file.kind == "json":
            yield from _json(file, stream.read(), passages, settings, ledger)
        else:
            yield from _documents(file, passages, ledger)


def _unpacked(packed: BinaryIO) -> BinaryIO:
    """A file -> the bytes inside, in however many packings."""
    allowance, stream = Allowance(os.fstat(packed.fileno()).st_size), packed
    while True:
        inside = Expanded(stream, allowance)
        stream = cast("BinaryIO", io.BufferedReader(inside, 1 << 17))
        if not inside.kind:
            return stream


def is_scattered(place: Path, settings: Settings) -> bool:
    """Whether a JSON file is one value with records in several places: it cannot be written without some of them.

    Nor can one that is part of a script.
    """
    with place.open("rb") as packed:
        text = decode_text(_unpacked(packed).read()).text
    if re.match(ASSIGNED, text):
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False  # several values, or broken ones
    return find_list(text, settings) is None


def written_kind(kind: str, passages: str) -> str:
    """A kind of file -> the kind it is written as: JSON lines, if it cannot be written as what it is."""
    kept = ("jsonl", "csv", "tsv", "json", "parquet", *(("text",) if passages != "mark" else ()))
    return kind if kind in kept else "jsonl"


def _readable(stream: BinaryIO, encoding: str | None) -> tuple[BinaryIO, str | None]:
    """Record files in UTF-16 and UTF-32, which cannot be taken line by line, as UTF-8; all others as they are."""
    if encoding is None or not encoding.startswith(("utf-16", "utf-32")):
        return stream, encoding
    return io.BytesIO(decode_text(stream.read()).text.encode("utf-8", "replace")), "utf-8"


def _each(file: File, pieces: Iterable[Piece], ledger: Ledger) -> Iterator[tuple[Piece, str | None]]:
    """Pieces -> each with the id of the document it holds."""
    ids = dict(zip(file.records, file.documents["doc_id"].to_list(), strict=True))
    for piece in pieces:
        doc_id = ids.get(piece.record) if piece.record is not None else None
        if doc_id is not None and piece.record is not None:
            ledger.rows[doc_id] = piece.record
        ledger.passed += doc_id is None and bool(piece.octets.strip())
        yield piece, doc_id


def _records(file: File, stream: BinaryIO, passages: str, settings: Settings, ledger: Ledger) -> Iterator[bytes]:
    encoding = file.encoding or "utf-8"
    edit: Any = _json_line
    if file.kind == "jsonl":
        pieces = split_lines(stream)
    else:
        dialect, pieces = split_table(stream, encoding, file.kind, settings)
        edit = _Rows(dialect)
        ledger.passed -= 1  # the header
    # A record that holds a page has its article for a text, and places are of that.
    texts = dict(file.documents.select("doc_id", "text").rows()) if passages == "drop" else {}
    for piece, doc_id in _each(file, pieces, ledger):
        if doc_id is not None and doc_id in file.gone:
            ledger.gone[doc_id] = piece.octets
        elif passages == "keep" or (passages == "drop" and doc_id not in file.cuts and not isinstance(edit, _Rows)):
            yield piece.octets
        else:
            cuts = file.cuts.get(doc_id, []) if doc_id is not None else None
            yield edit(piece, encoding, cuts, texts.get(doc_id, ""), passages, settings)


def _json_line(
    piece: Piece, encoding: str, cuts: list[dict[str, Any]] | None, text: str, passages: str, settings: Settings
) -> bytes:
    if cuts is None:
        return piece.octets
    line = piece.octets.decode(encoding).removeprefix("\ufeff")
    record = without_comma(line)
    edited = edit_record(record, cuts, text, passages, settings) + line[len(record) :]
    return edited.encode(encoding, "surrogatepass")


def edit_record(record: str, cuts: list[dict[str, Any]], text: str, passages: str, settings: Settings) -> str:
    """A JSON object as text -> the same with marks, or with its text cut."""
    if passages == "mark":
        _refuse_own(json.loads(record).get(MARKED))
        return with_member(record, MARKED, cuts)
    value = json.loads(record)
    column = _column_of_text(value, settings)
    places = _places(cuts)
    parts = value.get(column)
    if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
        return with_member(record, column, cut_parts(text, parts, places))
    if (before := first_half(column, value, settings)) and value[before]:  # its text goes with that of the other
        record = with_member(record, before, "")
    return with_member(record, column, cut_out(text, places))


def _column_of_text(value: dict[str, Any], settings: Settings) -> str:
    asked = _only_text(settings)
    columns = choose_columns(list(value), asked)
    if not columns.problem:
        columns = choose_filled(value, columns, lambda names: choose_columns(names, asked), asked)
    return columns.of.get("text", "text")


def _places(cuts: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Passages that go -> where they stand, as cut_out takes places."""
    return [(cut["start"], cut["end"]) for cut in cuts]


def _from_json(cell: str) -> object:
    try:
        return json.loads(cell or "null")
    except ValueError:
        return cell


def _refuse_own(cell: object) -> None:
    """Raise UsageError where marks would be written over something else than marks."""
    marks = cell if isinstance(cell, list) else [cell]
    if cell and not all(isinstance(mark, dict) and set(mark) == set(MARK_NAMES) for mark in marks):
        raise UsageError(TAKEN)


def _only_text(settings: Settings) -> Settings:
    """The settings without the columns that a record may lack."""
    return replace(settings, id=None, published=None, outlet=None, title=None, url=None)


#: What stands before a row in its piece: a byte order mark, a line for spreadsheets, blank lines.
LEAD = re.compile(r"\A\ufeff?(?:sep=.[^\S\n]*\n)?(?:\r?\n)*")


class _Rows:
    """Rows of a table, edited: the header comes first and says where the text is."""

    def __init__(self, dialect: type[csv.Dialect]) -> None:
        self.dialect = dialect
        self.width = self.marked = 0  # how many cells, and where marks stand; 0 before the header
        self.names: list[str] = []

    def __call__(
        self,
        piece: Piece,
        encoding: str,
        cuts: list[dict[str, Any]] | None,
        text: str,
        passages: str,
        settings: Settings,
    ) -> bytes:
        raw = piece.octets.decode(encoding, "surrogateescape")
        if not raw.strip() or (passages == "drop" and self.width and not cuts):
            return piece.octets
        if cuts is None and self.width and raw.count(self.dialect.quotechar or '"') % 2:  # never closed: no record
            return piece.octets
        row = LEAD.sub("", raw, count=1)
        cells = next(csv.reader(io.StringIO(row, newline=""), dialect=self.dialect), [])
        if not self.width:
            self.names = names = [name.strip() for name in cells]
            self.width = len(cells)
            self.marked = names.index(MARKED) if MARKED in names else len(cells)
            if passages == "drop" or self.marked < len(cells):
                return piece.octets
            cells.append(MARKED)
        elif passages == "drop":
            row_of = {name: cells[self.names.index(name)] for name in self.names}
            column = _column_of_text(row_of, settings)
            if before := first_half(column, row_of, settings):
                cells[self.names.index(before)] = ""
            cells[self.names.index(column)] = cut_out(text, _places(cuts or []))
        elif len(cells) == self.width:
            self._mark(cells, cuts or [])
        else:
            return piece.octets
        return (raw.removesuffix(row) + self._line(cells, raw)).encode(encoding, "surrogateescape")

    def _mark(self, cells: list[str], marks: list[dict[str, Any]]) -> None:
        if self.marked < len(cells):
            _refuse_own(_from_json(cells[self.marked]))
        cells[self.marked : self.marked + 1] = [json.dumps(marks, ensure_ascii=False)]

    def _line(self, cells: list[str], raw: str) -> str:
        into = io.StringIO(newline="")
        end = "\r\n" if raw.endswith("\r\n") else "\n" if raw.endswith("\n") else ""
        csv.writer(into, dialect=self.dialect, lineterminator=end).writerow(cells)
        return into.getvalue()


def _text(file: File, content: bytes, passages: str, ledger: Ledger) -> Iterator[bytes]:
    decoded = decode_text(content)
    encoding = decoded.encoding or "utf-8"
    exact = decoded.text.encode(encoding, "replace")
    if content.endswith(exact):
        yield content[: len(content) - len(exact)]  # its byte order mark
    places = file.documents.select("start", "end").rows()
    for piece, doc_id in _each(file, split_text(decoded.text, places, encoding), ledger):
        cuts = file.cuts.get(doc_id, []) if doc_id is not None and passages == "drop" else []
        if doc_id is not None and doc_id in file.gone:
            ledger.gone[doc_id] = piece.octets
        elif cuts:
            kept = cut_out(piece.octets.decode(encoding, "surrogatepass"), _places(cuts))
            yield kept.encode(encoding, "surrogatepass")
        else:
            yield piece.octets


def _json(file: File, content: bytes, passages: str, settings: Settings, ledger: Ledger) -> Iterator[bytes]:
    text = decode_text(content).text
    try:
        json.loads(text)
    except ValueError:  # JSON lines under another name
        yield from _records(
            file._replace(kind="jsonl", encoding="utf-8"), io.BytesIO(text.encode()), passages, settings, ledger
        )
        return
    found = find_list(text, settings) or []
    pieces = [Piece(number, text[member.start : member.end].encode()) for number, member in enumerate(found)]
    kept, texts = [], dict(file.documents.select("doc_id", "text").rows())
    for piece, doc_id in _each(file, pieces, ledger):
        if doc_id is not None and doc_id in file.gone:
            ledger.gone[doc_id] = piece.octets
        elif passages == "keep" or doc_id is None or (passages == "drop" and doc_id not in file.cuts):
            kept.append(piece.octets)
        else:
            edited = edit_record(piece.octets.decode(), file.cuts.get(doc_id, []), texts[doc_id], passages, settings)
            kept.append(edited.encode())
    if found:
        before, after = text[: found[0].start], text[found[-1].end :]
        ledger.passed += f"{before.strip()}{after.strip()}" not in ("", "[]")  # an object around the list
        yield before.encode()
        yield b",\n".join(kept) if kept or before.strip() else b"[]"  # of one record, nothing: no record
        yield after.encode()
    else:
        yield text.encode()


def _documents(file: File, passages: str, ledger: Ledger) -> Iterator[bytes]:
    """Documents of a format that is not written -> JSON lines of DOCUMENTS."""
    for number, row in enumerate(file.documents.iter_rows(named=True)):
        line = (json.dumps(plain_values(row), ensure_ascii=False) + "\n").encode("utf-8", "replace")
        cuts = file.cuts.get(row["doc_id"], [])
        ledger.rows[row["doc_id"]] = number
        if row["doc_id"] in file.gone:
            ledger.gone[row["doc_id"]] = line
            continue
        if passages == "drop" and cuts:
            row["text"] = cut_out(row["text"], _places(cuts))
        if passages == "mark":
            row[MARKED] = cuts
        yield (json.dumps(plain_values(row), ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _parquet(file: File, passages: str, settings: Settings, ledger: Ledger) -> Iterator[bytes]:
    with file.place.open("rb") as packed:
        frame = pl.read_parquet(io.BytesIO(_unpacked(packed).read()))
    row_of = dict(zip(file.documents["doc_id"].to_list(), file.records, strict=True))
    columns = text_columns(frame.lazy(), settings)
    refuse_passages(frame.schema, columns, passages)
    cuts = [{"row": row_of[doc_id], **cut} for doc_id, found in file.cuts.items() for cut in found]
    schema = {"row": pl.Int64(), **{field.name: field.dtype for field in MARK.fields}}
    texts = {row_of[doc_id]: text for doc_id, text in file.documents.select("doc_id", "text").rows()}
    edits = Edits(pl.DataFrame(cuts, schema=schema).sort("row", "start"), columns, passages, texts)
    for doc_id, row in row_of.items():
        if doc_id in file.gone:
            ledger.gone[doc_id] = as_record(frame, row)
    ledger.rows |= row_of
    stays = np.ones(frame.height, np.bool_)
    stays[[row_of[doc_id] for doc_id in ledger.gone]] = False
    kept = edits.apply(frame).filter(pl.Series(stays))
    ledger.passed = kept.height - (len(row_of) - len(ledger.gone))
    into = io.BytesIO()
    kept.write_parquet(into, compression="zstd")
    yield into.getvalue()
