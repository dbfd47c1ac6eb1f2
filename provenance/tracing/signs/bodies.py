"""The words of articles without the boilerplate of their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.text.tokens import COLUMNS, Tokens, tokenize
from provenance.tracing.signs.body_kernels import join_bodies

if TYPE_CHECKING:
    from collections.abc import Sequence


class Bodies(NamedTuple):
    """TOKENS of some documents; boilerplate is left out when a document is read.

    To leave it out of all at once took more memory, and more time to map that memory, than to fold the texts anew.
    """

    row: dict[str, int]  # doc_id -> the document's row in `tokens`
    tokens: Tokens
    left_out: dict[str, list[tuple[int, int]]]  # doc_id -> stretches of boilerplate, in code points

    def read(self, doc_ids: Sequence[str]) -> Tokens:
        """TOKENS of some documents, one after another. Cost: a copy of their words, in one kernel for all."""
        cuts = [self.left_out.get(doc_id, ()) for doc_id in doc_ids]
        cut = np.array([one for those in cuts for one in those], np.int64).reshape(-1, 2)
        rows = np.array([self.row[doc_id] for doc_id in doc_ids], np.int64)
        return Tokens._make(join_bodies(self.tokens, rows, np.cumsum([0, *map(len, cuts)]), cut))


NOTHING = Bodies({}, Tokens._make([np.zeros(1, np.int64), *(np.empty(0, dtype) for dtype in COLUMNS)]), {})


def fold_bodies(
    documents: pl.DataFrame, passages: pl.DataFrame, wanted: pl.Series, tokens: Tokens | None = None
) -> Bodies:
    """DOCUMENTS (doc_id and text), PASSAGES, ids `wanted`, TOKENS of all if they are known -> BODIES of the wanted.

    A menu or a notice that only one of two pages has does not tell who copied. *map*.
    """
    chosen = pl.col("doc_id").is_in(wanted.implode())
    rows = documents.select("doc_id").with_row_index("at").filter(chosen)
    at = range(rows.height) if tokens is None else rows["at"].to_list()
    tokens = tokenize(documents["text"].gather(rows["at"])) if tokens is None else tokens
    left_out: dict[str, list[tuple[int, int]]] = {}
    furniture = passages.filter(pl.col("role") == "boilerplate").filter(chosen)  # a tenth, before ids are looked up
    for doc_id, start, end in furniture.select("doc_id", "start", "end").iter_rows():
        left_out.setdefault(doc_id, []).append((start, end))
    return Bodies(dict(zip(rows["doc_id"].to_list(), at, strict=True)), tokens, left_out)
