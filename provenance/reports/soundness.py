"""What no scan writes, found in tables of the right types that somebody else wrote: all that reads them relies on more.

Checksums tell of a damaged file, not of one forged with them; such a run ended in internal errors.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl

from provenance.tables import SHARE

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Every word that a column may hold, in the order of their numbers on the page.
RELATIONS = ("duplicate", "boilerplate", "near_duplicate", "contained", "contains", "overlap", "same", "different")
KINDS = ("exact", "edited", "rewritten")
WORDS = {("matches", "relation"): RELATIONS, ("spans", "kind"): KINDS}
#: What Python's dates can hold.
FIRST, LAST = dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)


def find_flaw(name: str, frame: pl.DataFrame) -> str | None:
    """A table of the schema of that name -> the first thing in it that no scan writes, in words. *map* of columns."""
    return next(_flaws(name, frame), None)


def _flaws(name: str, frame: pl.DataFrame) -> Iterator[str]:
    if name == "documents":
        for column in ("doc_id", "text"):
            if frame[column].null_count():
                yield f"column {column} has rows without a value"
        if frame["doc_id"].n_unique() < frame.height:
            yield "column doc_id has an id twice"
    for column, dtype in frame.schema.items():
        if dtype == SHARE and not frame[column].is_finite().all():
            yield f"column {column} has values that are no numbers"
        if isinstance(dtype, pl.Datetime) and not frame[column].is_between(FIRST, LAST).all():
            yield f"column {column} has dates beyond the years 1 to 9999"
        words = WORDS.get((name, column))
        if words is not None and not frame[column].is_in(words).fill_null(value=False).all():
            yield f"column {column} has other words than {', '.join(words)}"
