"""Rounds of single documents: their passages, and which of these are boilerplate by how often they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.matching.boilerplate import count_articles, find_frequent, list_lines, mark_boilerplate
from provenance.spark.naming import count_home, read_home
from provenance.spark.pieces import Sent
from provenance.spark.plan import SCHEMAS, by_group, hashed, home, in_order, table
from provenance.spark.shorts import list_shorts
from provenance.text.passages import find_passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan


def cut_passages(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's documents -> PASSAGES, which stay; LINES by their words; ARTICLES of each outlet, and its HOMES."""
    documents, tokens = given.read()
    passages = find_passages(documents, threads=1)
    yield Sent("passages", _with_rows(passages, documents), bucket)
    lines, articles = list_lines(documents, passages, tokens)
    lines = lines.with_columns(row=documents["row"].gather(lines["document"])).select(list(SCHEMAS["lines"]))
    yield Sent("lines", lines.cast(SCHEMAS["lines"]), hashed(lines["key"], plan))
    articles = articles.unique()
    yield Sent("articles", articles, hashed(articles["article"], plan))
    homes = articles.select("outlet").unique().with_columns(home=pl.lit(bucket, pl.Int64))
    yield by_group("homes", homes, bucket, plan)
    if plan.settings.until == "origins":
        yield from count_home(plan, bucket, documents, tokens)


def _with_rows(passages: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    joined = passages.join(documents.select("doc_id", "row"), on="doc_id", how="left", maintain_order="left")
    return joined.select(list(SCHEMAS["passages"]))


def find_furniture(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """LINES of some words -> those that are FREQUENT, to the homes of the documents that hold them."""
    lines = given["lines"]
    hits = lines.join(find_frequent(lines), on=["key", "outlet"]).sort("row", "at")
    first = hits.unique("key", keep="first", maintain_order=True).select("key", "stopped")
    told = hits.drop("stopped").with_columns(home=pl.Series(home(hits["row"]))).join(first, on="key")
    told = told.select("home", *SCHEMAS["frequent"]).unique().cast({"articles": pl.Int64, "outlets": pl.Int64})
    yield Sent("frequent", told.drop("home"), told["home"].to_numpy())


def count_outlets(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """ARTICLES of some longest passages -> TOTALS of each outlet among them, so that no outlet is one bucket's work."""
    totals = count_articles(given["articles"].unique()).cast(SCHEMAS["totals"])
    yield by_group("totals", totals, bucket, plan)


def sum_outlets(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """TOTALS of some outlets in parts, and their HOMES -> TOTALS to these."""
    totals = given["totals"].group_by("outlet").agg(pl.col("total").sum())
    told = table(given, "homes").join(totals, on="outlet")
    yield Sent("totals", told.select("outlet", "total"), told["home"].to_numpy())


def mark_home(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's DOCUMENTS, PASSAGES, FREQUENT lines and TOTALS of outlets -> PASSAGES with boilerplate, SHORTS."""
    documents, tokens = given.read()
    passages = in_order(table(given, "passages"))
    frequent = table(given, "frequent").join(table(given, "totals"), on="outlet")
    marked = _with_rows(mark_boilerplate(documents, passages, tokens, frequent=frequent), documents)
    yield Sent("passages", marked, bucket)
    if plan.settings.level == "passage":
        yield from list_shorts(plan, given, marked)
    if plan.settings.until == "origins":
        yield from read_home(plan, bucket, given, in_order(marked))
