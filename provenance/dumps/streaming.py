"""Inputs -> DOCUMENTS bit by bit, for those who need not have all at once: what has come is given on.

An id is the input's own or the document's place, whatever comes later. So two documents may have one id; an index tells
them apart by their texts.
"""

from __future__ import annotations

import io
import select
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import polars as pl

from provenance.dumps.columnar import table_files
from provenance.dumps.intake import Intake, Shelf
from provenance.dumps.labels.columns import refuse_absent
from provenance.dumps.labels.identity import own_names
from provenance.dumps.reading import Reading, documents_of, refuse_frame
from provenance.dumps.rejects import Reject, reject_frame
from provenance.dumps.sources.walk import STANDARD_INPUT
from provenance.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Standard input is given on when it pauses, or when this much has come: what a batch of the index takes.
CHUNK = 16 << 20


class Bit(NamedTuple):
    """Some lines as they came, and the DOCUMENTS in them."""

    lines: list[bytes]
    documents: pl.DataFrame
    records: list[int]  # of each document, the line among `lines`


class Streamed:
    """Inputs by name: iterate for DOCUMENTS; at the end `rejects` is whole.

    Raises UsageError before the first of them where no record so far has a column that was asked for: with `--id urll`
    an index held articles under their places, for good, and in the next batch other texts under the same ids.
    """

    def __init__(self, inputs: Sequence[str], settings: Settings, stdin: BinaryIO) -> None:
        self._inputs, self._stdin = list(inputs), stdin
        self._settings = replace(settings, until="matches")  # no languages: nobody who streams asks for them
        self._rejects: list[Reject] = []
        self._errors = 0
        self._given = False  # any document
        self._columns: dict[str, None] = {}

    @property
    def rejects(self) -> pl.DataFrame:
        """REJECTS of what has been read."""
        return reject_frame(self._rejects)

    def __iter__(self) -> Iterator[pl.DataFrame]:
        if self._inputs == [STANDARD_INPUT]:
            buffered = io.BufferedReader(self._stdin) if isinstance(self._stdin, io.RawIOBase) else self._stdin
            head = buffered.peek(1)[:1] if hasattr(buffered, "peek") else b""
            if head == b"{":
                for bit in self.bits(buffered):
                    if self._given:  # by its id an index knows a document; another label the first line may lack
                        refuse_absent(self._columns, Settings(id=self._settings.id))
                    yield bit.documents
                return
        reading = Reading(self._inputs, self._settings, self._stdin)
        for frame in reading:
            if not self._given:  # of some thousand articles one has each column; later documents were given on
                reading.refuse_absent()
            self._given = True
            yield documents_of([frame], self._settings, own_names)
        if not self._given:
            reading.refuse_absent()
        self._rejects += reading.rejects

    def bits(self, stream: BinaryIO) -> Iterator[Bit]:
        """JSON lines as they come -> Bits of whole lines. Raises UsageError at the end, where no line had a column."""
        before, kind = 0, None
        for chunk in chunks(stream):
            lines = chunk.splitlines(keepends=True) if b"\r" not in chunk else io.BytesIO(chunk).readlines()
            frames: list[pl.DataFrame] = []
            if chunk.strip():  # a line to keep the pipe alive is no empty file
                kind = _kind_of(chunk) if kind is None else kind
                frames = self._read(chunk, before, kind)
            records = sorted(number - before for frame in frames for number in frame["number"].to_list())
            yield Bit(lines, documents_of(frames, self._settings, own_names), records)
            before += chunk.count(b"\n")
        if not self._given:  # of what came before nobody knows the rest
            refuse_absent(self._columns, self._settings)

    def _read(self, chunk: bytes, before: int, kind: str) -> list[pl.DataFrame]:
        """Whole lines, and how many came before them -> their ARTICLES, numbered in the whole stream."""
        reading = Reading([STANDARD_INPUT], self._settings, io.BytesIO(chunk), errors=self._errors, kind=kind)
        frames = [frame.with_columns(pl.col("number") + before) for frame in reading]
        self._given |= bool(frames)
        self._columns |= reading.columns
        self._errors = reading.errors
        self._rejects += [
            row._replace(record=row.record + before) if row.record is not None else row for row in reading.rejects
        ]
        return frames


def stream_frame(frame: pl.LazyFrame, settings: Settings) -> Iterator[pl.DataFrame]:
    """A lazy frame with a column of texts -> DOCUMENTS with path `frame`, some thousand at a time.

    Raises UsageError where the frame has no such column. Rows without text are left out.
    """
    intake = Intake("frame", settings, Shelf())
    plain = replace(settings, until="matches")  # no languages, as above
    for found in table_files.read_frame(frame, intake):
        yield documents_of([found], plain, own_names)
    refuse_frame(intake.close())


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """A stream -> whole lines, as many as are there when it pauses, CHUNK at most (and at least one line)."""
    read = getattr(stream, "read1", stream.read)
    held: list[bytes] = []
    size = 0
    while block := read(1 << 20):
        held.append(block)
        size += len(block)
        if b"\n" not in block or (size < CHUNK and _more_at_once(stream)):
            continue
        whole, _, rest = b"".join(held).rpartition(b"\n")
        yield whole + b"\n"
        held, size = [rest], len(rest)
    if size:
        yield b"".join(held)


def _kind_of(chunk: bytes) -> str:
    """The first lines of a stream -> what all of it is: JSON lines, unless one value goes over several lines.

    A broken line that comes alone would else be taken for an article of plain text.
    """
    first = chunk.lstrip().split(b"\n", 1)[0].rstrip()
    return "" if first[:1] == b"{" and first[-1:] != b"}" else "jsonl"


def _more_at_once(stream: BinaryIO) -> bool:
    """Whether the next read would not wait; a file never does."""
    try:
        return bool(select.select([stream.fileno()], [], [], 0)[0])
    except (OSError, ValueError, io.UnsupportedOperation):
        return True
