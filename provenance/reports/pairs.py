"""MATCHES and SPANS -> the pairs of the page, each with its spans."""

from __future__ import annotations

import numpy as np
import polars as pl

from provenance.reports.blocks import share, thousandth
from provenance.reports.soundness import KINDS
from provenance.tables import PAIR

MANY = 100_000  # pairs on the page without a choice
CLOSEST = 2  # of more, those that are among the closest of one of the two
MOST_SPANS = 5_000  # of one pair


def choose_pairs(matches: pl.DataFrame) -> pl.DataFrame:
    """MATCHES, by ids or rows -> those that the page holds: all of them, or each article's closest."""
    if matches.height <= MANY:
        return matches
    most = pl.max_horizontal("left_containment", "right_containment")
    ranked = matches.select("jaccard", *PAIR, most=most, row=pl.int_range(pl.len())).sort(
        "most", "jaccard", *PAIR, descending=[True, True, False, False]
    )
    chosen = np.zeros(matches.height, np.bool_)
    for side in PAIR:
        rest = ranked.select(side, "row")
        for _ in range(CLOSEST):  # of a window the count alone took longer than the sort
            first = rest[side].is_first_distinct()
            chosen[rest["row"].filter(first).to_numpy()] = True
            rest = rest.filter(~first)
    return matches.filter(pl.Series(chosen))


def describe_pairs(spans: pl.DataFrame, pairs: pl.DataFrame, order: pl.DataFrame) -> pl.DataFrame:
    """SPANS -> one row a pair, by the numbers of its articles: low, high, the figures of the match and its spans.

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
    numbers = order.select("doc_id", "number")
    numbered = (
        pairs.join(numbers.rename({"doc_id": "left_doc", "number": "left"}), on="left_doc")
        .join(numbers.rename({"doc_id": "right_doc", "number": "right"}), on="right_doc")
        .with_columns(low=pl.min_horizontal("left", "right"), high=pl.max_horizontal("left", "right"))
        .sort("low", "high")
        .with_columns(pair=pl.int_range(pl.len()))
    )
    places = (
        spans.join(numbered.select("pair", *PAIR), on=PAIR)
        .sort("pair", "left_start", "right_start")
        .group_by("pair", maintain_order=True)
        .agg(places=span.head(MOST_SPANS))
    )
    return numbered.join(places, on="pair", how="left", maintain_order="left").select(
        share("jaccard"), share("left_containment"), share("right_containment"), "relation", "spans", "places",
        "low", "high", turned=pl.col("left") > pl.col("right"),
    )  # fmt: skip
