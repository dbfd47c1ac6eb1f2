"""Stretches that editors called boilerplate -> PASSAGES in which they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance import tables
from provenance.matching.boilerplate import without_lost_quotes
from provenance.text.margins import trim

if TYPE_CHECKING:
    from collections.abc import Iterator

Place = tuple[int, int]


def ignore_stretches(documents: pl.DataFrame, passages: pl.DataFrame, ignored: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, PASSAGES, stretches (doc_id, start, end; none overlaps another) -> PASSAGES. *map*.

    A stretch becomes a passage of its own, whatever passages it was part of; what is left of those keeps its role.
    Python, over the passages of the documents that hold a stretch.
    """
    if ignored.is_empty():
        return passages
    touched = passages.join(ignored.select("doc_id").unique(), on="doc_id", how="semi", maintain_order="left")
    texts = dict(documents.join(touched.select("doc_id").unique(), on="doc_id").select("doc_id", "text").iter_rows())
    held: dict[str, list[Place]] = {}
    for doc_id, start, end in ignored.sort("doc_id", "start").iter_rows():
        held.setdefault(doc_id, []).append((start, end))
    rows = [(doc_id, *place, "boilerplate") for doc_id, places in held.items() for place in places]
    for doc_id, start, end, role in touched.iter_rows():
        for low, high in _rest((start, end), held[doc_id], texts[doc_id]):
            rows.append((doc_id, low, high, role))
    # A quote goes with the paragraph that held it, and never lies inside boilerplate.
    made = pl.DataFrame(rows, schema=tables.PASSAGES, orient="row")
    others = passages.join(touched.select("doc_id").unique(), on="doc_id", how="anti", maintain_order="left")
    return without_lost_quotes(pl.concat([others, made]))


def _rest(passage: Place, stretches: list[Place], text: str) -> Iterator[Place]:
    """What of a passage lies outside the stretches, without white space at its ends."""
    at, end = passage
    for low, high in [*stretches, (end, end)]:
        if high <= at or low > end:
            continue
        first, last = trim(text, at, max(at, low))
        if first < last:
            yield first, last
        at = max(at, high)
