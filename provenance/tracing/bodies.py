"""The words of articles without what the pages around them print."""

from __future__ import annotations

import numpy as np
import polars as pl

from provenance.text.tokens import Tokens, tokenize


def fold_bodies(documents: pl.DataFrame, passages: pl.DataFrame) -> Tokens:
    """DOCUMENTS (doc_id and text are read), PASSAGES -> TOKENS of all but boilerplate, by the documents' order.

    A menu or a notice that one page has and the other lacks says nothing of who copied. *map*.
    """
    tokens = tokenize(documents["text"])
    rows = documents.select("doc_id").with_row_index("row")
    left_out = passages.filter(pl.col("role") == "boilerplate").join(rows, on="doc_id")
    if left_out.is_empty():
        return tokens
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
    return Tokens(np.r_[0, np.cumsum(counts)], *columns)
