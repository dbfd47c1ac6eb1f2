"""Tables by rows -> the articles of the page: which of them, in what order, and everything that their views show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.reports.blocks import seconds, share, thousandth
from provenance.reports.numbered import NOTABLE
from provenance.reports.soundness import RELATIONS
from provenance.tables import MIRRORED

if TYPE_CHECKING:
    from provenance.reports.numbered import Numbered

MOST_ARTICLES = 200_000  # articles on the page; those that share the most come first
SHARING_BUDGET = 40_000_000  # characters of whole texts that share a passage: 16,000 articles, 20 MB when packed
ALONE_BUDGET = 4_000_000  # the same for texts that share none, which a view shows without a mark
LONGEST = 4_000_000  # characters of one text kept whole: ten times the longest novel chapter, 200,000 words and more
EXCERPT = 150  # characters kept of any other text
MOST_EDGES = 30  # edges to one article, the surest; each carries its evidence
MOST_PAIRS = 20  # matches listed with one article, the closest
MOST_MARKS = 2000  # marked places in one text


def order_articles(tables: Numbered, clusters: pl.DataFrame) -> pl.DataFrame:
    """The articles of the page in order: doc_id, number, cluster (a number?), length, kept (characters of its text).

    Members of one cluster stand together, so that its view reads few blocks; then articles that share a passage;
    then the others. `clusters` holds number, cluster_id and level of the clusters listed.
    """
    member = (
        tables.clusters.filter(pl.col("level") == "document")
        .join(clusters.filter(pl.col("level") == "document"), on="cluster_id")
        .select("doc_id", cluster="number")
    )
    frame = (
        tables.documents.select("doc_id", "length", shares=pl.col("matches").is_not_null())
        .join(member, on="doc_id", how="left")
        .sort("cluster", "shares", "doc_id", descending=[False, True, False], nulls_last=True)
        .head(MOST_ARTICLES)
        .with_row_index("number")
    )
    whole = pl.when(pl.col("length") <= LONGEST).then("length").otherwise(EXCERPT)
    budget = pl.when("shares").then(SHARING_BUDGET).otherwise(ALONE_BUDGET)
    fits = whole.cum_sum().over("shares") <= budget
    return frame.select(
        "doc_id",
        pl.col("number").cast(pl.Int64),
        "cluster",
        "length",
        kept=pl.when(fits).then(whole).otherwise(pl.min_horizontal("length", EXCERPT)),
    )


def describe_articles(tables: Numbered, order: pl.DataFrame, marks: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """One row an article in the order of the page: fields, kept text, and nested lists of all its views show.

    `marks` has doc_id, start, end and the number of a passage cluster; `pairs` is MATCHES as far as the page has
    them. *gather*; cost: the rows of the tables, once each.
    """
    matched, repeated = (tables.documents.select("doc_id", name) for name in ("matches", "repeated"))
    parts = [
        _places("passages", _roles(tables.passages), "role"),
        _places("marks", marks, "number"),
        _neighbours(pairs, order),
        matched,
        _inner(tables.spans),
        _edges(tables),
        _copies(tables.edges),
        _origins(tables),
        _dates(tables),
        _credits(tables.attributions),
        repeated,
    ]
    ids = order.select("doc_id")
    fields = tables.documents.drop("doc_id", "end", "length", "hidden", "matches", "repeated")[order["doc_id"]]
    # each part joined to the ids alone: joined to all, each would move the columns of those before it
    aligned = (ids.join(part, on="doc_id", how="left", maintain_order="left").drop("doc_id") for part in parts)
    frame = pl.concat([order, fields, *aligned], how="horizontal")
    return frame.with_columns(
        seconds("published"),
        pl.col("text").str.slice(0, pl.col("kept")),
        cut=pl.col("length") - pl.col("kept"),
        doc_id="name",
    ).drop("name", "number", "kept")


def _roles(passages: pl.DataFrame) -> pl.DataFrame:
    code = pl.col("role").replace_strict({role: code for code, role in enumerate(NOTABLE)}, return_dtype=pl.Int64)
    return passages.with_columns(role=code)


def _places(name: str, frame: pl.DataFrame, about: str) -> pl.DataFrame:
    """Places in texts -> for each document a list of [start, end, ABOUT]."""
    place = pl.concat_arr(pl.col("start", "end", about).cast(pl.Int64)).alias(name)
    return frame.sort("doc_id", "start", "end", about).group_by("doc_id").agg(place.head(MOST_MARKS))


def _neighbours(pairs: pl.DataFrame, order: pl.DataFrame) -> pl.DataFrame:
    """MATCHES -> for each document its closest: [number of the other, relation, jaccard, own share, its share, spans].

    Shares and jaccard are in thousandths, told from the document's side.
    """
    codes = {name: at for at, name in enumerate(RELATIONS)}
    turned = codes | {name: codes[mirrored] for name, mirrored in MIRRORED.items()}
    sides = pl.concat(
        pairs.select(
            thousandth("jaccard"),
            pl.col("relation").replace_strict(codes if own == "left" else turned, return_dtype=pl.Int64),
            pl.col("spans").cast(pl.Int64),
            doc_id=f"{own}_doc",
            other_id=f"{other}_doc",
            own=thousandth(f"{own}_containment"),
            theirs=thousandth(f"{other}_containment"),
        )
        for own, other in (("left", "right"), ("right", "left"))
    )
    pair = pl.concat_arr("other", "relation", "jaccard", "own", "theirs", "spans").alias("pairs")
    return (
        sides.join(order.select(other_id="doc_id", other="number"), on="other_id")
        .with_columns(most=pl.max_horizontal("own", "theirs"))
        .sort("doc_id", "most", "jaccard", "other_id", descending=[False, True, True, False])
        .group_by("doc_id", maintain_order=True)
        .agg(pair.head(MOST_PAIRS))
    )


def _inner(spans: pl.DataFrame) -> pl.DataFrame:
    """Repeats inside one document -> for each [left_start, left_end, right_start, right_end]."""
    place = pl.concat_arr("left_start", "left_end", "right_start", "right_end").alias("inner")
    inside = spans.filter(pl.col("left_doc") == pl.col("right_doc")).rename({"left_doc": "doc_id"})
    return inside.sort("doc_id", "left_start", "right_start").group_by("doc_id").agg(place.head(MOST_MARKS))


def _edges(tables: Numbered) -> pl.DataFrame:
    """EDGES -> for each document those that lead to it, the surest first, with the outlet of each source."""
    item = pl.element().struct
    evidence = pl.col("evidence").list.eval(item.with_fields(pl.field("weight").cast(pl.Float64).round(2)))
    outlets = tables.documents.select("outlet", "title", from_row="doc_id")
    return (
        tables.edges.sort("doc_id", "confidence", "from_id", descending=[False, True, False])
        .group_by("doc_id", maintain_order=True)
        .head(MOST_EDGES)
        .join(outlets, on="from_row", how="left", maintain_order="left")
        .with_columns(share("confidence"), evidence)
        .group_by("doc_id", maintain_order=True)
        .agg(edges=pl.struct("from_id", "outlet", "title", "relation", "kind", "confidence", "verdict", "evidence"))
    )


def _copies(edges: pl.DataFrame) -> pl.DataFrame:
    """EDGES -> for each document of the dump those that were copied from it."""
    return (
        edges.filter(pl.col("from_row").is_not_null())
        .with_columns(share("confidence"))
        .sort("from_row", "confidence", "doc_id", descending=[False, True, False])
        .group_by(doc_id="from_row", maintain_order=True)
        .agg(copies=pl.struct("to_id", "kind", "confidence", "verdict").head(MOST_PAIRS), copied=pl.len())
    )


def _origins(tables: Numbered) -> pl.DataFrame:
    """ORIGINS -> for each document its own, with the outlet of an origin in the dump."""
    fields = ("origin_id", "outlet", "kind", "relation", "confidence", "verdict", "runner_up", "reason")
    outlets = tables.documents.select("outlet", origin_row="doc_id")
    known = tables.origins.join(outlets, on="origin_row", how="left", maintain_order="left")
    return known.with_columns(share("confidence")).select("doc_id", origin=pl.struct(fields))


def _dates(tables: Numbered) -> pl.DataFrame:
    """DATES -> for each document the dates it claims for itself, but for one that its field `published` repeats."""
    known = tables.documents.select("doc_id", "published")
    plain = (pl.col("kind") == "published") & pl.col("trusted") & (pl.col("value") == pl.col("published"))
    claims = tables.dates.filter(pl.col("kind") != "event").join(known, on="doc_id")
    rows = claims.filter(~(plain & (pl.col("precision") == "second")).fill_null(value=False)).with_columns(
        seconds("value")
    )
    fields = ("kind", "value", "precision", "trusted", "start", "end")
    return rows.sort("doc_id", "value", "kind").group_by("doc_id").agg(dates=pl.struct(fields).head(MOST_PAIRS))


def _credits(attributions: pl.DataFrame) -> pl.DataFrame:
    fields = ("start", "end", "source", "kind", "scope", "place")
    return (
        attributions.sort("doc_id", "start", "end", "kind")
        .group_by("doc_id")
        .agg(credits=pl.struct(fields).head(MOST_PAIRS))
    )
