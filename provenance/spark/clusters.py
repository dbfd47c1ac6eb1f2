"""Rounds of passages: sides of spans that are one passage -> CLUSTERS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance.matching.groups import occurrences
from provenance.matching.groups.clusters import cluster_passages
from provenance.matching.pairs.kernels import BASE
from provenance.spark.pieces import Sent
from provenance.spark.plan import PLACE, SCHEMAS, by_name, hashed, home, in_group, table
from provenance.tables import SPANS_BY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan


def name_sides(frame: pl.DataFrame, side: str = "") -> pl.Series:
    """Places in documents -> a number for each. Should two share one, they only fall into one bucket."""
    mixed = np.zeros(frame.height, np.uint64)
    for name in PLACE:
        mixed = (mixed ^ frame[side + name].to_numpy().astype(np.uint64)) * BASE
        mixed ^= mixed >> np.uint64(29)
    return pl.Series("side", (mixed >> np.uint64(1)).astype(np.int64))


def send_sides(plan: Plan, bucket: int, spans: pl.DataFrame) -> Iterator[Sent]:
    """A bucket's SPANS -> each TIED by its right side, SIDE_LINKS between its sides, SIDES to their documents' homes.

    Not by the left side, for a passage in a million documents is tied to the first that has it, which is the left side
    of all. That side comes from as many buckets: where homes are in groups, merge_sides passes on one for each group.
    """
    left, right = (name_sides(spans, f"{side}_") for side in ("left", "right"))
    yield Sent("tied", spans.with_columns(side=right), hashed(right, plan))
    yield Sent("side_links", pl.DataFrame({"left_row": left, "right_row": right}), 0)
    sides = list_sides(spans, *PLACE)
    homes = home(sides["row"])
    yield Sent("sides", sides, homes if plan.groups == 1 else in_group(pl.Series(homes), bucket, plan))


def list_sides(spans: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """SPANS -> these columns of both sides, each side once."""
    both = [spans.select(pl.col(f"{side}_{column}").alias(column) for column in columns) for side in ("left", "right")]
    return pl.concat(both).unique()


def merge_sides(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SIDES from the buckets of one group -> each once, to the homes of their documents."""
    sides = given["sides"].unique()
    yield Sent("sides", sides, home(sides["row"]))


def lead_sides(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SIDES of a home's documents -> SIDE_LINKS between those that are one passage."""
    sides = given["sides"].unique().sort(list(PLACE))
    leader, _ = occurrences.lead_sides(sides)
    number = name_sides(sides)
    links = pl.DataFrame({"left_row": number, "right_row": number.gather(leader)})
    yield Sent("side_links", links.filter(pl.col("left_row") != pl.col("right_row")), 0)


def label_spans(crowds: pl.Series, plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """CROWDS, SPANS by their right side, and LABELS of sides -> SPANS by component; those of CROWDS stay, as CROWD."""
    tied = table(given, "tied")
    labelled = tied.join(table(given, "labels").rename({"row": "side"}), on="side", how="left")
    labelled = labelled.with_columns(pl.coalesce("label", "side"))
    crowded = labelled["label"].is_in(crowds.implode())
    yield Sent("crowd", labelled.filter(crowded).select(list(SCHEMAS["crowd"])), bucket)
    alone = labelled.filter(~crowded)
    yield Sent("spans", alone.select(list(SCHEMAS["spans"])), hashed(alone["label"], plan))


def cluster_spans(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SPANS of some components -> CLUSTERS of passages."""
    spans = given["spans"].drop("left_row", "right_row").sort(SPANS_BY)
    yield by_name("clusters", cluster_passages(spans, plan.settings), "doc_id", plan)
