"""MATCHES and SPANS -> the pairs of the page, each with its spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.reports.blocks import share, thousandth
from provenance.tables import PAIR

if TYPE_CHECKING:
    from provenance.reports.runs import Run

MANY = 100_000  # pairs on the page without a choice
CLOSEST = 2  # of more, those that are among the closest of one of the two
KINDS = ("exact", "edited", "rewritten")
MOST_SPANS = 5_000  # of one pair


def choose_pairs(run: Run) -> pl.DataFrame:
    """MATCHES -> those that the page holds: all of them, or each article's closest."""
    if run.matches.height <= MANY:
        return run.matches
    most = pl.max_horizontal("left_containment", "right_containment")
    ranked = run.matches.with_columns(most=most).sort(
        "most", "jaccard", "left_doc", "right_doc", descending=[True, True, False, False]
    )
    place = [pl.int_range(pl.len()).over(side) < CLOSEST for side in PAIR]
    return ranked.filter(pl.any_horizontal(place)).drop("most").sort(PAIR)


def describe_pairs(run: Run, pairs: pl.DataFrame, order: pl.DataFrame) -> pl.DataFrame:
    """One row a pair, by the numbers of its articles: low, high, the figures of the match and its spans.

    A span is [left_start, left_end, right_start, right_end, identity in 1/1000, kind, is it furniture]. `turned` says
    that the left article is the one with the higher number.
    """
    codes = {kind: code for code, kind in enumerate(KINDS)}
    span = pl.concat_arr(
        "left_start",
        "left_end",
        "right_start",
        "right_end",
        thousandth("identity"),
        pl.col("kind").replace_strict(codes, return_dtype=pl.Int64),
        (pl.col("role") == "boilerplate").cast(pl.Int64),
    )
    spans = (
        run.spans.filter(pl.col("left_doc") != pl.col("right_doc"))
        .sort(*PAIR, "left_start", "right_start")
        .group_by(PAIR)
        .agg(places=span.head(MOST_SPANS))
    )
    numbers = order.select("doc_id", "number")
    return (
        pairs.join(spans, on=PAIR, how="left")
        .join(numbers.rename({"doc_id": "left_doc", "number": "left"}), on="left_doc")
        .join(numbers.rename({"doc_id": "right_doc", "number": "right"}), on="right_doc")
        .select(
            share("jaccard"), share("left_containment"), share("right_containment"), "relation", "spans", "places",
            low=pl.min_horizontal("left", "right"), high=pl.max_horizontal("left", "right"),
            turned=pl.col("left") > pl.col("right"),
        )
        .sort("low", "high")
    )  # fmt: skip
