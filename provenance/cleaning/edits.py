"""Passages that go, or are marked, in the rows of a frame and in texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.dumps.columnar.cells import as_text, flat, holds_texts, is_filled
from provenance.dumps.labels.columns import columns_of_frame
from provenance.dumps.records.articles import PARTED, joined
from provenance.errors import UsageError
from provenance.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What --passages mark adds to each row: the places that repeat, in a list column MARKED.
MARK = pl.Struct({"start": pl.Int64(), "end": pl.Int64(), "reason": pl.String(), "counterpart": pl.String()})
MARKED = "passages"
TAKEN = f"passages: the input has a column `{MARKED}` of its own, where the marks would stand; rename it"
MARK_NAMES = tuple(field.name for field in MARK.fields)


def text_columns(frame: pl.LazyFrame, settings: Settings) -> list[str]:
    """A frame -> the columns in which its articles stand, the usual first; raises UsageError where there is none."""
    columns = columns_of_frame(flat(frame, settings).collect_schema().names(), settings)
    return [columns.of["text"], *columns.beside("text")]


def needed_of(frame: pl.LazyFrame, settings: Settings) -> list[str]:
    """A frame -> those of its columns that are read; of a struct that holds a field all of it."""
    columns = columns_of_frame(flat(frame, settings).collect_schema().names(), settings).all()
    own = frame.collect_schema().names()
    return list(dict.fromkeys(name if name in own else name.partition(".")[0] for name in columns))


def texts_of(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """Some rows of a frame -> the text of each, from the first of the columns that has one."""
    schema = frame.schema
    inside = frame if set(columns) <= set(schema) else flat(frame.lazy(), Settings(text=columns[0])).collect()
    texts = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    for column in columns:
        if holds_texts(inside.schema.get(column)):
            texts = texts.zip_with(is_filled(texts), as_text(inside[column], 0, lambda *_: None))
    return texts


def refuse_passages(schema: Mapping[str, pl.DataType], columns: Sequence[str], passages: str) -> None:
    """Raise UsageError where passages cannot be marked or dropped in such a frame, whose texts stand in `columns`.

    Marks would be written over a column of the frame's own (earlier marks may go); an Enum holds no text that was cut,
    and of blocks nobody knows which a passage was.
    """
    if passages == "mark" and schema.get(MARKED, pl.List(MARK)) != pl.List(MARK):
        raise UsageError(TAKEN)
    if passages == "drop":
        _refuse_type(columns[0], schema.get(columns[0]))


def _refuse_type(column: str, dtype: pl.DataType | None) -> None:
    if isinstance(dtype, pl.Enum):
        raise UsageError(f"passages: column {column!r} is an Enum, which holds no text but its own; cast it to String")
    if dtype is None or (dtype.is_nested() and dtype != pl.List(pl.String)):
        raise UsageError(f"passages: the texts of {column!r} stand inside lists or structs; make a column of texts")


class Edits:
    """The passages to mark in a frame, or to drop from it: CUTS by row."""

    def __init__(
        self, cuts: pl.DataFrame, columns: Sequence[str], passages: str, texts: dict[int, str] | None = None
    ) -> None:
        self.columns, self.passages = columns, passages
        self.texts = texts or {}  # by row, where the article is not the cell itself: one that held a page's source
        self.by_row = {int(row[0]): part for row, part in cuts.group_by("row", maintain_order=True)}

    def apply(self, frame: pl.DataFrame, rows: Sequence[int] | None = None) -> pl.DataFrame:
        """A frame, and which rows it has if not all of them -> the same with marks, or without the passages."""
        if self.passages == "keep":
            return frame
        rows = range(frame.height) if rows is None else rows
        if self.passages == "mark":
            marks = [self.by_row[row].select(*MARK_NAMES).to_dicts() if row in self.by_row else [] for row in rows]
            return frame.with_columns(pl.Series(MARKED, marks, dtype=pl.List(MARK)))
        cut = [(at, row) for at, row in enumerate(rows) if row in self.by_row]
        for column in self.columns:
            there = is_filled(texts_of(frame, [column]))
            here, cut = [one for one in cut if there[one[0]]], [one for one in cut if not there[one[0]]]
            if here:
                _refuse_type(column, frame.schema[column])
                cells = frame[column].to_list()
                for at, row in here:
                    cells[at] = self._without(row, cells[at])
                frame = frame.with_columns(pl.Series(column, cells, dtype=frame.schema[column]))
        return frame

    def _without(self, row: int, cell: str | bytes | list[str]) -> str | bytes | list[str]:
        """A cell that holds a text -> the same without the passages of its row."""
        text = self.texts.get(row, as_string(cell))
        places = self.by_row[row].select("start", "end").rows()
        if isinstance(cell, list):
            return cut_parts(text, [part for part in cell if part is not None], places)
        kept = cut_out(text, places)
        return kept.encode() if isinstance(cell, bytes) else kept

    def listed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of REMOVALS for what is dropped from a frame; none for what is only marked."""
        if self.passages != "drop" or not self.by_row:
            return pl.DataFrame(schema={"row": pl.Int64()})
        texts = texts_of(frame[list(self.by_row)], self.columns)
        return pl.concat(
            part.with_columns(text=pl.Series([text[low:high] for low, high in part.select("start", "end").rows()]))
            for part, text in zip(self.by_row.values(), texts, strict=True)
        )


def as_string(text: str | bytes | list[str] | None) -> str:
    """A cell of a column of texts -> the text."""
    if isinstance(text, list):
        return joined(part for part in text if part is not None)
    return text.decode() if isinstance(text, bytes) else text or ""


def cut_out(text: str, places: Sequence[tuple[int, int]]) -> str:
    """A text without some places, which are in order and apart.

    >>> cut_out("0123456789", [(2, 4), (9, 10)])
    '0145678'
    """
    kept, at = [], 0
    for low, high in places:
        kept.append(text[at:low])
        at = high
    return "".join([*kept, text[at:]])


def cut_parts(text: str, parts: Sequence[str], places: Sequence[tuple[int, int]]) -> list[str]:
    r"""A text that was given as a list of its paragraphs, without some places -> the list; what is left blank goes.

    A list that held a page is another text: of that all that is left is one paragraph.

    >>> cut_parts("one two\n\nthree\n\nfour", ["one two", "three", "four"], [(4, 16)])
    ['one ', 'four']
    """
    if len(text) != len(joined(parts)):
        return [cut_out(text, places)]
    kept, at = [], 0
    for part in parts:
        end = at + len(part)
        inside = [(max(low, at) - at, min(high, end) - at) for low, high in places if low < end and high > at]
        left = cut_out(text[at:end], inside)
        if left.strip() or not inside:
            kept.append(left)
        at = end + len(PARTED)
    return kept
