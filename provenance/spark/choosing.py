"""Rounds of cleaning: groups of documents that are alike -> which of them go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance import tables
from provenance.cleaning.choosing import choose
from provenance.reports.runs import Run
from provenance.spark.pieces import Sent
from provenance.spark.plan import SCHEMAS, hashed, home, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.cleaning.choosing import Policy
    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan


def link_alike(policy: Policy, plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """MATCHES -> those for which one of the two may go, by their left row, and their LINKS."""
    inside = ("contained", "contains") if "contained" in policy.drop else ()
    alike = given["matches"].filter(pl.col("relation").is_in(("duplicate", "near_duplicate", *inside)))
    yield Sent("matches", alike, hashed(alike["left_row"], plan))
    yield Sent("links", alike.select("left_row", "right_row"), 0)


def group_alike(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """MATCHES by their left row, and LABELS -> MATCHES by component, and LABELS to the homes of their documents."""
    labels = table(given, "labels")
    yield Sent("labels", labels, home(labels["row"]))
    matches = (
        table(given, "matches")
        .drop("left_label")
        .join(labels.rename({"row": "left_row", "label": "left_label"}), on="left_row")
    )
    yield Sent("matches", matches.select(list(SCHEMAS["matches"])), hashed(matches["left_label"], plan))


def gather_alike(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's DOCUMENTS, LABELS, and which are COPIED -> documents with a label, by component."""
    if "labels" in given:
        copied = table(given, "copied").with_columns(copied=pl.lit(value=True))
        found = given["documents"].join(given["labels"], on="row").join(copied, on="row", how="left")
        alike = found.with_columns(pl.col("copied").fill_null(value=False)).select(list(SCHEMAS["alike"]))
        yield Sent("alike", alike, hashed(alike["label"], plan))


def choose_some(policy: Policy, _plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """Documents of some components, and their MATCHES -> what is GONE."""
    alike = given["alike"].sort("path", "number", "doc_id")
    kinds = pl.when("copied").then(pl.lit("document")).otherwise(pl.lit("itself"))
    known = {"doc_id": pl.col("doc_id"), "kind": kinds}
    columns = [known.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in tables.ORIGINS.items()]
    frames = {
        "documents": alike.select(list(tables.DOCUMENTS)),
        "matches": given["matches"].select(list(tables.MATCHES)),
        "origins": alike.select(columns),
    }
    gone = choose(Run.of(frames, {}), alike["doc_id"], policy).gone
    told = gone.join(alike.select("doc_id", "path", "number", "text"), on="doc_id")
    yield Sent("gone", told.select(list(SCHEMAS["gone"])), 0)
