"""A hash of what is in an article: it breaks ties and draws samples, so that no result depends on ids."""

from __future__ import annotations

import polars as pl
import xxhash

from provenance.tables import CONTENTS, TEXT

FIELDS = ("title", "byline", "url", "language")  # beside text and date; the outlet is found by tracing itself
RANKS = pl.Schema({"doc_id": TEXT, "contents": CONTENTS, "rank": pl.Int64()})


def hash_contents(documents: pl.DataFrame) -> pl.Series:
    """DOCUMENTS -> row by row an xxh3 of text, date and FIELDS. Cost: about 2 µs a document of a wire (reuters)."""
    rows = documents.select(pl.col("text").cast(pl.Binary), pl.col("published").to_physical(), *FIELDS)
    hashes = (
        xxhash.xxh3_64_intdigest(repr(rest).encode(), xxhash.xxh3_64_intdigest(text))
        for text, *rest in rows.iter_rows()
    )
    return pl.Series("contents", hashes, dtype=CONTENTS)


def rank_documents(documents: pl.DataFrame, hashes: pl.Series | None = None) -> pl.DataFrame:
    """DOCUMENTS, their hashes if known -> RANKS: numbers in the order of hashes; equal hashes by outlet and id."""
    contents = hash_contents(documents) if hashes is None else hashes
    return rank_contents(documents.select("doc_id", "outlet", contents=contents))


def rank_contents(known: pl.DataFrame) -> pl.DataFrame:
    """doc_id, contents, outlet -> RANKS, in the order of rank."""
    ordered = known.sort("contents", "outlet", "doc_id")
    return ordered.with_columns(rank=pl.int_range(pl.len())).select(RANKS.names()).cast(RANKS)
