"""Rounds of tracing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.spark.pieces import Sent
from provenance.spark.plan import SCHEMAS, home, in_order, table
from provenance.tables import DOCUMENTS
from provenance.tracing.attributions import find_attributions
from provenance.tracing.trace import trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan

PAIR = ["left_doc", "right_doc"]
MOST_BITS = 20  # of a home's attributions: a thousand a document
TRACED = ("documents", "clusters", "attributions", "dates", "edges", "origins", "outlets")


def find_credits(_plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's DOCUMENTS and PASSAGES -> ATTRIBUTIONS, each with its place among all."""
    documents = given["documents"].sort("row")
    found = find_attributions(documents.select(list(DOCUMENTS)), in_order(table(given, "passages")))
    placed = found.with_columns(at=(bucket << MOST_BITS) + pl.int_range(pl.len(), dtype=pl.Int64))
    yield Sent("credits", placed.select(list(SCHEMAS["credits"])), 0)


def trace_all(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """All tables so far -> those of tracing. In one bucket: the habits of an outlet are those of all its articles."""
    frames = {
        "documents": given["documents"].sort("row").drop("row", "number"),
        "passages": in_order(table(given, "passages")),
        "spans": table(given, "spans")
        .drop("left_row", "right_row")
        .sort("left_doc", "left_start", "right_doc", "right_start"),
        "matches": table(given, "matches").select(list(SCHEMAS["matches"])[:7]).sort(PAIR),
        "attributions": table(given, "credits").sort("at").drop("at"),
        "clusters": table(given, "clusters").sort("level", "cluster_id", "doc_id", "start"),
    }
    made = trace(frames, plan.settings)
    copies = made["origins"].filter(pl.col("kind") == "document").select("doc_id")
    copied = given["documents"].join(copies, on="doc_id", how="semi").select("row")
    yield Sent("copied", copied, home(copied["row"]))
    for name in TRACED:
        yield Sent(name if name != "documents" else "named", made[name], 0)
