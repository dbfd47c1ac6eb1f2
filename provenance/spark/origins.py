"""Rounds of tracing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.pipeline import trace
from provenance.spark.pieces import Sent
from provenance.spark.plan import SCHEMAS, home, in_order, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan

PAIR = ["left_doc", "right_doc"]
TRACED = ("documents", "clusters", "attributions", "dates", "edges", "origins", "outlets")


def trace_all(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """All tables so far -> those of tracing. In one bucket: the habits of an outlet are those of all its articles."""
    frames = {
        "documents": given["documents"].sort("row").drop("row", "number"),
        "passages": in_order(table(given, "passages")),
        "spans": table(given, "spans")
        .drop("left_row", "right_row")
        .sort("left_doc", "left_start", "right_doc", "right_start"),
        "matches": table(given, "matches").select(list(SCHEMAS["matches"])[:7]).sort(PAIR),
        "clusters": table(given, "clusters").sort("level", "cluster_id", "doc_id", "start"),
    }
    made = trace(frames, plan.settings)
    copies = made["origins"].filter(pl.col("kind") == "document").select("doc_id")
    copied = given["documents"].join(copies, on="doc_id", how="semi").select("row")
    yield Sent("copied", copied, home(copied["row"]))
    for name in TRACED:
        yield Sent(name if name != "documents" else "named", made[name], 0)
