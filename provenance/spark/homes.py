"""Articles as they arrived -> DOCUMENTS at their homes, by rows that ascend with their ids.

Each piece is cut where it lies, at the bounds of ranges of ids, and a range is sorted where its pieces meet: so no
text becomes a row of Java's, and none is read only to see how ids are spread.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pyspark.sql import functions as F  # noqa: N812  as all of Spark's own pages call it

from provenance import tables
from provenance.spark.pieces import Sent
from provenance.spark.plan import SCHEMAS, Part, home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.flow import Flow
    from provenance.spark.intake import Arrived
    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan

RANGE = 1 << 15  # documents of a range of ids, about: 80 MB of news
SAMPLED = 32  # ids that are looked at for each range; the driver only gets the bounds
RANGE_BITS = 33  # of a row inside its range


def send_home(flow: Flow, arrived: Arrived) -> Part:
    """What arrived -> DOCUMENTS by home."""
    path = flow.path("documents")
    if flow.is_made(path):
        return Part(path, "documents")
    parts = arrived.parts
    if not parts:
        frame = arrived.documents.select("number", *tables.DOCUMENTS, F.lit(None).cast("string").alias("own"))
        parts = [Part(flow.send("arrived", "arrived", frame, F.lit(0)), "arrived")]
    ranges = max(flow.session.sparkContext.defaultParallelism, -(-arrived.many // RANGE))
    share = min(1.0, SAMPLED * ranges / max(arrived.many, 1))
    seen = arrived.ids.sample(fraction=share, seed=0).toArrow()["doc_id"]
    sampled = pl.Series(seen.to_pylist(), dtype=pl.String).sort()
    bounds = sampled.gather([len(sampled) * at // ranges for at in range(1, ranges)] if len(sampled) else [])
    made = flow.round("documents", order_range, *parts, deal=partial(deal_by_id, bounds.unique().sort()))
    flow.forget(*parts)
    return Part(made, "documents")


def deal_by_id(bounds: pl.Series, _plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """Some of what ARRIVED -> the same by ranges of ids; a bound is the first id of its range."""
    arrived = given["arrived"]
    yield Sent("arrived", arrived, bounds.search_sorted(arrived["doc_id"], side="right").to_numpy().astype(np.int64))


def order_range(_plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """What ARRIVED of one range of ids -> DOCUMENTS by home."""
    ordered = given["arrived"].sort("doc_id")
    rows = ordered.with_columns(row=(bucket << RANGE_BITS) + pl.int_range(pl.len(), dtype=pl.Int64))
    yield Sent("documents", rows.select(list(SCHEMAS["documents"])), home(rows["row"]))
