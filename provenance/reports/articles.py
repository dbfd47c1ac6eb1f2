"""A Run -> the articles of its page: which of them, in what order, and everything that their views show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.reports.blocks import seconds, share, thousandth
from provenance.tables import MIRRORED, PAIR, SOURCE

if TYPE_CHECKING:
    from provenance.reports.runs import Run

MOST_ARTICLES = 200_000  # articles on the page; those that share the most come first
SHARING_BUDGET = 40_000_000  # characters of whole texts that share a passage: 16,000 articles, 20 MB when packed
ALONE_BUDGET = 4_000_000  # the same for texts that share none, which a view shows without a mark
LONGEST = 4_000_000  # characters of one text kept whole: ten times the longest novel chapter, 200,000 words and more
EXCERPT = 150  # characters kept of any other text
MOST_EDGES = 30  # edges to one article, the surest; each carries its evidence
MOST_PAIRS = 20  # matches listed with one article, the closest
MOST_MARKS = 2000  # marked places in one text
RELATIONS = ("duplicate", "boilerplate", "near_duplicate", "contained", "contains", "overlap", "same", "different")
NOTABLE = ("headline", "caption", "teaser", "quote", "boilerplate")  # roles that a view tells apart


def order_articles(run: Run, clusters: pl.DataFrame) -> pl.DataFrame:
    """The articles of the page in its order: doc_id, number, cluster (a number?), kept (characters of its text).

    Members of one cluster stand together, so that its view reads few blocks; then articles that share a passage;
    then the others. `clusters` holds number, cluster_id and level of the clusters listed.
    """
    member = (
        run.clusters.filter(pl.col("level") == "document")
        .join(clusters.filter(pl.col("level") == "document"), on="cluster_id")
        .select("doc_id", cluster="number")
    )
    sharing = pl.concat([run.matches["left_doc"], run.matches["right_doc"].alias("left_doc")]).unique()
    length = pl.col("text").str.len_chars().cast(pl.Int64)
    frame = (
        run.documents.select("doc_id", length=length)
        .join(member, on="doc_id", how="left")
        .with_columns(shares=pl.col("doc_id").is_in(sharing.implode()))
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


def describe_articles(run: Run, order: pl.DataFrame, marks: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """One row an article in the order of the page: fields, kept text, and nested lists of all its views show.

    `marks` has doc_id, start, end and the number of a passage cluster; `pairs` is MATCHES as far as the page has
    them. *gather*; cost: the rows of the tables, once each.
    """
    numbers = order.select("doc_id", "number")
    parts = [
        _places("passages", _roles(run), "role"),
        _places("marks", marks, "number"),
        _neighbours(pairs, numbers),
        _matches(run),
        _inner(run.spans),
        _edges(run),
        _copies(run),
        _origins(run),
        _dates(run),
        _credits(run),
        repeated_share(run),
    ]
    frame = order.join(run.documents.drop("end"), on="doc_id", maintain_order="left")
    for part in parts:
        frame = frame.join(part, on="doc_id", how="left", maintain_order="left")
    return frame.with_columns(
        seconds("published"), pl.col("text").str.slice(0, pl.col("kept")), cut=pl.col("length") - pl.col("kept")
    ).drop("number", "kept")


def repeated_share(run: Run) -> pl.DataFrame:
    """SPANS -> for each document the share of its characters that stand in another one, furniture left out."""
    between = run.spans.filter((pl.col("left_doc") != pl.col("right_doc")) & (pl.col("role") != "boilerplate"))
    sides = pl.concat(
        between.select(doc_id=f"{side}_doc", start=f"{side}_start", end=f"{side}_end") for side in ("left", "right")
    ).sort("doc_id", "start", "end")
    before = pl.col("end").cum_max().shift(1).over("doc_id").fill_null(0)
    fresh = (pl.col("end") - pl.max_horizontal("start", before)).clip(0)
    length = run.documents.select("doc_id", length=pl.col("text").str.len_chars().clip(1))
    covered = sides.with_columns(fresh=fresh).group_by("doc_id").agg(pl.col("fresh").sum())
    return covered.join(length, on="doc_id").select("doc_id", repeated=(pl.col("fresh") / pl.col("length")).round(3))


def _roles(run: Run) -> pl.DataFrame:
    code = pl.col("role").replace_strict({role: code for code, role in enumerate(NOTABLE)}, return_dtype=pl.Int64)
    return run.passages.filter(pl.col("role").is_in(NOTABLE)).with_columns(role=code)


def _places(name: str, frame: pl.DataFrame, about: str) -> pl.DataFrame:
    """Places in texts -> for each document a list of [start, end, ABOUT]."""
    place = pl.concat_arr(pl.col("start", "end", about).cast(pl.Int64)).alias(name)
    return frame.sort("doc_id", "start", "end", about).group_by("doc_id").agg(place.head(MOST_MARKS))


def _neighbours(pairs: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """MATCHES -> for each document its closest: [number of the other, relation, jaccard, own share, its share, spans].

    Shares and jaccard are in thousandths, told from the document's side.
    """
    code = pl.col("relation").replace_strict({name: at for at, name in enumerate(RELATIONS)}, return_dtype=pl.Int64)
    turned = pl.col("relation").replace(MIRRORED)
    sides = pl.concat(
        pairs.select(
            "jaccard",
            pl.col("spans").cast(pl.Int64),
            doc_id=f"{own}_doc",
            other_id=f"{other}_doc",
            own=f"{own}_containment",
            theirs=f"{other}_containment",
            relation=pl.col("relation") if own == "left" else turned,
        )
        for own, other in (("left", "right"), ("right", "left"))
    ).with_columns(thousandth("jaccard"), thousandth("own"), thousandth("theirs"), code)
    pair = pl.concat_arr("other", "relation", "jaccard", "own", "theirs", "spans").alias("pairs")
    return (
        sides.join(numbers.rename({"doc_id": "other_id", "number": "other"}), on="other_id")
        .with_columns(most=pl.max_horizontal("own", "theirs"))
        .sort("doc_id", "most", "jaccard", "other_id", descending=[False, True, True, False])
        .group_by("doc_id", maintain_order=True)
        .agg(pair.head(MOST_PAIRS))
    )


def _matches(run: Run) -> pl.DataFrame:
    """MATCHES -> with how many others each document matches."""
    sides = pl.concat(run.matches.select(doc_id=side) for side in PAIR)
    return sides.group_by("doc_id").len("matches")


def _inner(spans: pl.DataFrame) -> pl.DataFrame:
    """Repeats inside one document -> for each [left_start, left_end, right_start, right_end]."""
    place = pl.concat_arr("left_start", "left_end", "right_start", "right_end").alias("inner")
    inside = spans.filter(pl.col("left_doc") == pl.col("right_doc")).rename({"left_doc": "doc_id"})
    return inside.sort("doc_id", "left_start", "right_start").group_by("doc_id").agg(place.head(MOST_MARKS))


def _edges(run: Run) -> pl.DataFrame:
    """EDGES -> for each document those that lead to it, the surest first, with the outlet of each source."""
    item = pl.element().struct
    evidence = pl.col("evidence").list.eval(item.with_fields(pl.field("weight").cast(pl.Float64).round(2)))
    outlets = run.documents.select(from_id="doc_id", outlet="outlet", title="title")
    return (
        run.edges.sort("to_id", "confidence", "from_id", descending=[False, True, False])
        .group_by("to_id", maintain_order=True)
        .head(MOST_EDGES)
        .join(outlets, on="from_id", how="left", maintain_order="left")
        .with_columns(share("confidence"), evidence)
        .group_by(doc_id="to_id", maintain_order=True)
        .agg(edges=pl.struct("from_id", "outlet", "title", "relation", "kind", "confidence", "verdict", "evidence"))
    )


def _copies(run: Run) -> pl.DataFrame:
    """EDGES -> for each document of the dump those that were copied from it."""
    inside = run.edges.filter(~pl.col("from_id").str.starts_with(SOURCE))
    return (
        inside.with_columns(share("confidence"))
        .sort("from_id", "confidence", "to_id", descending=[False, True, False])
        .group_by(doc_id="from_id", maintain_order=True)
        .agg(copies=pl.struct("to_id", "kind", "confidence", "verdict").head(MOST_PAIRS), copied=pl.len())
    )


def _origins(run: Run) -> pl.DataFrame:
    """ORIGINS -> for each document its own, with the outlet of an origin in the dump."""
    fields = ("origin_id", "outlet", "kind", "relation", "confidence", "verdict", "runner_up", "reason")
    outlets = run.documents.select(origin_id="doc_id", outlet="outlet")
    known = run.origins.join(outlets, on="origin_id", how="left", maintain_order="left")
    return known.with_columns(share("confidence")).select("doc_id", origin=pl.struct(fields))


def _dates(run: Run) -> pl.DataFrame:
    """DATES -> for each document the dates it claims for itself, but for one that its field `published` repeats."""
    known = run.documents.select("doc_id", "published")
    plain = (pl.col("kind") == "published") & pl.col("trusted") & (pl.col("value") == pl.col("published"))
    claims = run.dates.filter(pl.col("kind") != "event").join(known, on="doc_id")
    rows = claims.filter(~(plain & (pl.col("precision") == "second")).fill_null(value=False)).with_columns(
        seconds("value")
    )
    fields = ("kind", "value", "precision", "trusted", "start", "end")
    return rows.sort("doc_id", "value", "kind").group_by("doc_id").agg(dates=pl.struct(fields).head(MOST_PAIRS))


def _credits(run: Run) -> pl.DataFrame:
    fields = ("start", "end", "source", "kind", "scope", "place")
    return (
        run.attributions.sort("doc_id", "start", "end", "kind")
        .group_by("doc_id")
        .agg(credits=pl.struct(fields).head(MOST_PAIRS))
    )
