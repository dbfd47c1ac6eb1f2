"""The words of articles without what the pages around them print."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from provenance.text.tokens import COLUMNS, Tokens, tokenize


class Bodies(NamedTuple):
    """The words of some documents but for boilerplate."""

    row: dict[str, int]  # doc_id -> the document's row in `tokens`
    tokens: Tokens

    def of(self, ids: pl.Series) -> Tokens:
        """TOKENS of these documents, in their order."""
        return self.tokens.of([self.row[one] for one in ids])


NOTHING = Bodies({}, Tokens(np.zeros(1, np.int64), *(np.empty(0, dtype) for dtype in COLUMNS)))


def fold_bodies(
    documents: pl.DataFrame, passages: pl.DataFrame, wanted: pl.Series, tokens: Tokens | None = None
) -> Bodies:
    """DOCUMENTS (doc_id and text are read), PASSAGES, ids of some, TOKENS of all if they are known -> BODIES of some.

    A menu or a notice that one page has and the other lacks says nothing of who copied. *map*.
    """
    rows = documents.select("doc_id").with_row_index("at").filter(pl.col("doc_id").is_in(wanted.implode()))
    at, row = rows["at"], {name: number for number, name in enumerate(rows["doc_id"])}
    tokens = tokenize(documents["text"].gather(at)) if tokens is None else tokens.of(at.to_list())
    numbered = rows.select("doc_id").with_row_index("row")
    left_out = passages.filter(pl.col("role") == "boilerplate").join(numbered, on="doc_id")
    if left_out.is_empty():
        return Bodies(row, tokens)
    # Places of all documents on one line: the document's number above, the place in it below.
    owner = np.repeat(np.arange(len(tokens.bounds) - 1, dtype=np.int64), np.diff(tokens.bounds))
    place = (owner << 32) + tokens.start
    start, end = (
        (left_out["row"].cast(pl.Int64).to_numpy() << 32) + left_out[name].to_numpy() for name in ("start", "end")
    )
    # the few ends of what is left out are looked for among the many words, which stand in order
    begun, over = (np.bincount(np.searchsorted(place, ends), minlength=len(place) + 1) for ends in (start, end))
    kept = np.cumsum(begun - over)[:-1] <= 0
    counts = np.bincount(owner[kept], minlength=len(tokens.bounds) - 1)
    columns = (column[kept] for column in tokens[1:])
    return Bodies(row, Tokens(np.r_[0, np.cumsum(counts)], *columns))
