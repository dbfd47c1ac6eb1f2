"""LINKS -> LABELS by large-star and small-star over DataFrames (Kiveris and others, SoCC 2014, section 3).

Each round ties every row to the least row it knows of; O(log^2) rounds in the rows of the longest chain. No row of
links ever comes to the driver: it sees two numbers a round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812  as all of Spark's own pages call it

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame

ENDS = ("left_row", "right_row")


def label(links: DataFrame, keep: Callable[[str, DataFrame], DataFrame]) -> DataFrame:
    """Links (left_row, right_row) -> row, label: the least row of its component. `keep` stores what a round made."""
    one, two = F.col("left_row"), F.col("right_row")
    edges = links.select(F.greatest(one, two).alias("row"), F.least(one, two).alias("label")).where("row != label")
    edges = keep("stars-00", edges.distinct())
    seen, number = _mark(edges), 0
    while True:
        number += 1
        edges = keep(f"stars-{number:02}", _small_star(_large_star(edges)))
        now = _mark(edges)
        if now == seen:
            break
        seen = now
    roots = edges.select(F.col("label").alias("row"), "label").distinct()
    return edges.unionAll(roots)


def _mark(edges: DataFrame) -> tuple[int, int]:
    """A count and a sum of hashes: equal for equal edges, and but for one in 2^64 different for others."""
    mixed = F.xxhash64("row", "label").cast("decimal(38,0)")
    count, total = edges.agg(F.count("row"), F.sum(mixed)).first() or (0, 0)
    return int(count), int(total or 0)


def _large_star(edges: DataFrame) -> DataFrame:
    """Every neighbour above a row is tied to the least of the row and its neighbours."""
    both = edges.unionAll(edges.select(F.col("label").alias("row"), F.col("row").alias("label")))
    least = both.groupBy("row").agg(F.min("label").alias("least"))
    tied = both.join(least, "row").where("label > row")
    return tied.select(F.col("label").alias("row"), F.least("least", "row").alias("label")).distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    """Every neighbour below a row, and the row, are tied to the least of them."""
    least = edges.groupBy("row").agg(F.min("label").alias("least"))
    others = edges.join(least, "row").where("label != least").select(F.col("label").alias("row"), F.col("least"))
    return others.unionAll(least).select("row", F.col("least").alias("label")).distinct()
