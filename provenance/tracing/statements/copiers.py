"""Which outlets mostly print what others wrote."""

from __future__ import annotations

import polars as pl

FEWEST = 5  # articles of an outlet from which its habits are known


def count_copying(documents: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, EDGES to them -> by outlet how many articles are copied from others, and how many it has. *map*.

    An article that only cites others counts half.
    """
    copied = edges.filter((pl.col("relation") == "copied_from") & (pl.col("kind") != "revision"))["to_id"].unique()
    cited = edges.filter(pl.col("relation") == "cites")["to_id"].unique()
    part = (
        pl.when(pl.col("doc_id").is_in(copied.implode()))
        .then(1.0)
        .when(pl.col("doc_id").is_in(cited.implode()))
        .then(0.5)
        .otherwise(0.0)
    )
    owned = documents.select("doc_id", "outlet").drop_nulls("outlet").with_columns(part=part)
    return owned.group_by("outlet").agg(copying=pl.col("part").sum(), articles=pl.len().cast(pl.Int64))


def find_copiers(counted: pl.DataFrame) -> pl.DataFrame:
    """Counts of count_copying, summed by outlet -> outlet, share, of outlets with at least FEWEST articles."""
    known = counted.filter(pl.col("articles") >= FEWEST)
    return known.select("outlet", share=pl.col("copying") / pl.col("articles"))
