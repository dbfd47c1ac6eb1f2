"""Rounds of single documents: their passages, and which of these are boilerplate by how often they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.matching.boilerplate import (
    FEWEST_ARTICLES,
    choose_frequent,
    count_articles,
    count_lines,
    list_lines,
    mark_boilerplate,
)
from provenance.spark.naming import count_home, read_home
from provenance.spark.pieces import Sent, Tables
from provenance.spark.plan import SCHEMAS, by_group, hashed, home, in_group, in_order, shaped, table
from provenance.spark.shorts import list_shorts
from provenance.text.passages import find_passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.plan import Plan

LINE = ["key", "outlet"]


def cut_passages(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's documents -> PASSAGES, which stay; LINES by their words; ARTICLES and HOMES of outlets."""
    documents, tokens = given.read()
    passages = find_passages(documents, threads=1)
    yield Sent("passages", _with_rows(passages, documents), bucket)
    lines, articles = list_lines(documents, passages, tokens)
    lines = lines.with_columns(row=documents["row"].gather(lines["document"])).select(list(SCHEMAS["lines"]))
    yield Sent("lines", lines.cast(SCHEMAS["lines"]), in_group(lines["key"], lines["article"].to_numpy(), plan))
    articles = articles.unique()
    yield Sent("articles", articles, hashed(articles["article"], plan))
    homes = articles.select("outlet").unique().with_columns(home=pl.lit(bucket, pl.Int64))
    yield by_group("homes", homes, bucket, plan)
    if plan.settings.until == "origins":
        yield from count_home(plan, bucket, documents, tokens)


def _with_rows(passages: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    joined = passages.join(documents.select("doc_id", "row"), on="doc_id", how="left", maintain_order="left")
    return joined.select(list(SCHEMAS["passages"]))


def count_furniture(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """LINES of some words, all or those of one group of articles -> LINE_COUNTS by words, with the first place."""
    lines = given["lines"]
    firsts = lines.sort("row", "at").unique(LINE, keep="first", maintain_order=True)
    counted = count_lines(lines).join(firsts.drop("article"), on=LINE).with_columns(home=pl.lit(bucket, pl.Int64))
    yield shaped("line_counts", counted, hashed(counted["key"], plan))


def choose_furniture(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """LINE_COUNTS of some words -> those that are FREQUENT, to the buckets that counted them."""
    counted = given["line_counts"]
    hits = counted.join(choose_frequent(counted.group_by(LINE).agg(pl.col("articles").sum())), on=LINE)
    first = hits.sort("row", "at").unique("key", keep="first", maintain_order=True).select("key", first="stopped")
    told = hits.join(first, on="key").with_columns(articles="articles_right", stopped="first")
    yield shaped("frequent", told, told["home"].to_numpy())


def tell_furniture(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """LINES and which of them are FREQUENT -> FREQUENT, to the homes of the documents that hold them."""
    if "frequent" in given:
        lines = given["lines"].select(*LINE, home=pl.Series(home(given["lines"]["row"])))
        told = lines.unique().join(given["frequent"], on=LINE)
        yield shaped("frequent", told, told["home"].to_numpy())


def find_furniture(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """LINES of some words -> those that are FREQUENT, to the homes of the documents that hold them."""
    lines = given["lines"].filter(pl.len().over("key") >= FEWEST_ARTICLES)  # most stand alone
    (counted,) = count_furniture(plan, bucket, Tables(lines=lines))
    (frequent,) = choose_furniture(plan, bucket, Tables(line_counts=counted.rows))
    yield from tell_furniture(plan, bucket, Tables(lines=lines, frequent=frequent.rows))


def count_outlets(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """ARTICLES, by their longest passages -> TOTALS of outlets in parts, so that no outlet is one bucket's work."""
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
    frequent = table(given, "frequent").unique().join(table(given, "totals"), on="outlet")
    marked = _with_rows(mark_boilerplate(documents, passages, tokens, frequent=frequent), documents)
    yield Sent("passages", marked, bucket)
    if plan.settings.level == "passage":
        yield from list_shorts(plan, given, marked)
    if plan.settings.until == "origins":
        yield from read_home(plan, bucket, given, in_order(marked))
