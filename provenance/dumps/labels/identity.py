"""Articles -> their ids: the one that each brought along, else its place; no two alike."""

from __future__ import annotations

import polars as pl


def own_names(articles: pl.DataFrame) -> pl.Series:
    """What name_documents takes -> doc_id by each article alone, so that two may be equal: for reading bit by bit."""
    own = pl.when(pl.col("own").str.len_bytes() > 0).then(pl.col("own"))
    return articles.select(doc_id=pl.coalesce(own, _placed())).to_series()


def _placed() -> pl.Expr:
    many = pl.format("#{}", pl.col("number") + 1)
    return pl.col("path") + pl.when(pl.col("number").is_null()).then(pl.lit("")).otherwise(many)


def name_documents(articles: pl.DataFrame) -> pl.Series:
    """A frame with `path`, `number` (null, or the place in its file from 0) and `own` -> doc_id, each once.

    An own id that occurs more than once becomes `PATH:ID` for every holder, with `#n` where that is not enough.
    The ids depend on the set of articles, not on their order.
    """
    own = pl.when(pl.col("own").str.len_bytes() > 0).then(pl.col("own"))
    frame = articles.select("path", "number", own=own, placed=_placed()).with_columns(
        doc_id=pl.coalesce("own", "placed"), row=pl.int_range(pl.len())
    )
    long = pl.col("path") + ":" + pl.col("own")
    clash = (pl.len().over("doc_id") > 1) & pl.col("own").is_not_null()
    frame = frame.with_columns(doc_id=pl.when(clash).then(long).otherwise("doc_id"))
    # Whoever still shares an id is counted from 1 in the order of the file; an id that looks like such a
    # count can clash again, so until all differ.
    while frame["doc_id"].n_unique() < frame.height:
        frame = frame.sort("path", "number", "row").with_columns(
            doc_id=pl.when(pl.len().over("doc_id") > 1)
            .then(pl.format("{}#{}", "doc_id", pl.int_range(pl.len()).over("doc_id") + 1))
            .otherwise("doc_id")
        )
    return frame.sort("row")["doc_id"]
