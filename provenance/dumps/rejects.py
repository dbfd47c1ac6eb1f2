"""Inputs that were not read, or only in part: the reasons, and which of these a run reports by its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from provenance import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Every reason there is -> what it means; tests hold readers to these.
REASONS = {
    "blank": "a record without text",
    "left_out": "what is no news: tables of a run or gold, a README, links and pipes, pictures in a web archive",
    "empty": "a file or folder that holds nothing",
    "binary": "a file that is no text",
    "format": "a kind of file that is not read",
    "undecodable": "bytes that are no text in any likely encoding",
    "broken_json": "a line or file that is no JSON",
    "broken_csv": "a quotation mark that is never closed",
    "ragged": "a row with more or fewer cells than the header",
    "not_a_record": "a JSON value that is no object",
    "no_text_column": "no column that looks like the article's text",
    "no_column": "a column that was asked for is not there",
    "not_text": "a text that is a number, a list or an object",
    "too_long": "a line, page or article longer than can be held in memory",
    "too_complex": "a page that takes more time, memory or nesting than any page would",
    "crashed": "a parser died of it",
    "expands": "a compressed file that grows beyond all likelihood",
    "damaged": "a file that breaks off or does not follow its format",
    "garbled": "an article, read whole, with letters that came in a wrong encoding, or escaped",
    "manipulated": "an article, read whole, with characters that hide a copy from machines and that no reader sees",
    "no_article": "an article, read whole, that says only that there is none: an error, a wall of payment, `[Removed]`",
    "unreadable": "a file that the system would not open or read",
}
#: Reasons that say something of an article that was read whole.
FLAGS = ("garbled", "manipulated", "no_article")
#: Reasons that leave the exit code at 0 where there are no others.
HARMLESS = ("blank", "left_out", *FLAGS)
#: Reasons of which no row counts as an input or record that was not read.
READ = ("left_out", *FLAGS)
#: Why a file that was expected to be text is not read.
NOT_TEXT = ("binary", "no text: is it compressed, or of another format?")


class Reject(NamedTuple):
    """A row of REJECTS; `record` counts from 0."""

    path: str
    record: int | None
    reason: str
    detail: str
    action: str = "skipped"


def reject_frame(rejects: Sequence[Reject]) -> pl.DataFrame:
    """Rejects -> REJECTS, sorted by path and record."""
    rows = sorted(rejects, key=lambda row: (row.path, -1 if row.record is None else row.record, row.reason, row.detail))
    columns = zip(*rows, strict=True) if rows else ([] for _ in tables.REJECTS)
    return pl.DataFrame(
        {name: list(values) for name, values in zip(tables.REJECTS, columns, strict=True)},
        schema=tables.REJECTS,
    )


def is_partial(rejects: pl.DataFrame) -> bool:
    """Whether REJECTS holds a row that makes the run end with exit code 3.

    >>> is_partial(reject_frame([Reject("a.jsonl", 3, "blank", "")]))
    False
    """
    return not rejects["reason"].is_in(HARMLESS).all()


def count_rejects(rejects: pl.DataFrame) -> int:
    """REJECTS -> how many inputs and records were not read, or only in part.

    What was left out on purpose does not count, nor an article that was read whole and only flagged.

    >>> count_rejects(reject_frame([Reject("a.jsonl", 3, "blank", ""), Reject("README", None, "left_out", "")]))
    1
    """
    return rejects.filter(~pl.col("reason").is_in(READ)).height


def single_line(text: str, limit: int = 200) -> str:
    """A text for the `detail` of a row: one line, no control characters, not too long."""
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # nearly always: an archive may have members by the hundred thousand
    kept = "".join(letter if letter.isprintable() else " " for letter in text[: limit * 2])
    kept = " ".join(kept.encode("utf-8", "replace").decode().split())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"
