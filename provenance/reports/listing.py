"""Tables by rows -> the page's list of clusters, with what makes one worth a look, and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.reports.blocks import share, thousandth
from provenance.tables import PAIR, SOURCE

if TYPE_CHECKING:
    from provenance.reports.numbered import Numbered

MOST_CLUSTERS = 10_000  # of each level, largest first: the list is read whole when the page opens
MOST_MEMBERS = 2_000  # of one cluster
TITLES = 8  # titles of members that the search looks through
WORDS = 300  # characters of a shared passage, for the list and the search
LOOSE = 0.5  # cohesion of a member that shares less than half with the centre: the default of link_containment
FIRST = ("is_origin", "followed", "cohesion")  # what puts a member first in its cluster, the most of each


def choose_clusters(clusters: pl.DataFrame) -> pl.DataFrame:
    """CLUSTERS, by ids or rows -> number, cluster_id, level, size, documents: of a level the largest, furniture last.

    Numbers count from 0 within a level, in this order.
    """
    return (
        clusters.group_by("cluster_id", "level")
        .agg(
            size=pl.len(),
            documents=pl.col("doc_id").n_unique(),
            role=pl.col("role").sort().first(),
            length=(pl.col("end") - pl.col("start")).mean().fill_null(0),
            furniture=(pl.col("role") == "boilerplate").all().fill_null(value=False),
        )
        .sort("level", "furniture", "size", "length", "cluster_id", descending=[False, False, True, True, False])
        .with_columns(number=pl.int_range(pl.len(), dtype=pl.Int64).over("level"))
        .filter(pl.col("number") < MOST_CLUSTERS)
        .select("number", "cluster_id", "level", "size", "documents", "role")
    )


def find_members(tables: Numbered, chosen: pl.DataFrame, level: str) -> pl.DataFrame:
    """The members of the chosen clusters of `level`, with number and `followed`: how many articles lead to each.

    Those count by their claims' confidence.
    """
    names = chosen.filter(pl.col("level") == level).select("number", "cluster_id")
    claims = tables.origins.filter(pl.col("origin_row") != pl.col("doc_id")).group_by(doc_id="origin_row")
    followed = claims.agg(followed=thousandth("confidence").sum())
    members = tables.clusters.filter(pl.col("level") == level).drop("level").join(names, on="cluster_id")
    return members.join(followed, on="doc_id", how="left").with_columns(pl.col("followed").fill_null(0))


def list_members(members: pl.DataFrame, chosen: pl.DataFrame, order: pl.DataFrame, level: str) -> pl.DataFrame:
    """One row a cluster of `level`, by number: `members`, each [article, start, end, cohesion in 1/1000, is origin].

    `article` is a number of the page's order; of the origins that comes first which most articles lead to, then by
    cohesion.
    """
    rows = members.join(order.select("doc_id", article="number"), on="doc_id")
    row = pl.concat_arr(
        "article",
        "start",
        "end",
        thousandth("cohesion"),
        pl.col("is_origin").fill_null(value=False).cast(pl.Int64),
    )
    ordered = _best_first(rows, "article", "start")
    listed = ordered.group_by("number", maintain_order=True).agg(members=row.head(MOST_MEMBERS))
    numbers = chosen.filter(pl.col("level") == level).select("number")
    return numbers.join(listed, on="number", how="left", maintain_order="left")


def list_clusters(tables: Numbered, chosen: pl.DataFrame, members: pl.DataFrame, level: str) -> pl.DataFrame:
    """One row a cluster of `level`, by number: what the list shows, sorts, filters and searches."""
    about = tables.documents.select("doc_id", "name", "outlet", "title", "published", "hidden")
    rows = _best_first(members.join(about, on="doc_id"), "doc_id")
    title = pl.col("title").drop_nulls()
    gathered = rows.group_by("number", maintain_order=True).agg(
        title=title.first(),
        words=pl.struct("doc_id", "start", "end").first(),  # of which the text is looked up below, once a document
        names=pl.concat_str(title.unique(maintain_order=True).head(TITLES).str.join(" · "), pl.lit(" · "),
                            pl.col("name").unique(maintain_order=True).head(TITLES).str.join(" ")),
        outlets=pl.col("outlet").drop_nulls().unique(maintain_order=True).head(50),
        first=pl.col("published").min().dt.epoch("s"),
        last=pl.col("published").max().dt.epoch("s"),
        score=pl.col("cohesion").cast(pl.Float64).mean().round(3),
        least=pl.col("cohesion").cast(pl.Float64).min().round(3),
        hidden=pl.col("hidden").any(),
    )  # fmt: skip
    gathered = gathered.with_columns(words=_words_of(tables.documents["text"], gathered["words"]))
    frame = chosen.filter(pl.col("level") == level).join(gathered, on="number", maintain_order="left")
    parts = (
        _links(tables, chosen, level),
        _origins(tables, members),
        _began(tables, members.filter(pl.lit(level == "document"))),
        _kinds(tables.edges),
    )
    for part in parts:
        frame = frame.join(part, on="cluster_id", how="left", maintain_order="left")
    return (
        frame.with_columns(signs=_signs(level))
        .drop("number", "hidden", "undecided", "single", "doubtful")
        .rename({"cluster_id": "id"})
    )


def _words_of(texts: pl.Series, places: pl.Series) -> pl.Series:
    """Structs of doc_id, start and end -> the first WORDS characters there; of a whole article where these are null.

    Document by document: a text of 20 MB that repeats itself has places by the thousand. With a copy of the text for
    each of their members, and each found anew in its UTF-8, the list was not there after eight processor minutes.
    """
    found = places.struct.unnest()
    shown, held, text = [""] * found.height, -1, ""
    ordered = found.with_columns(at=pl.int_range(pl.len(), dtype=pl.Int64)).sort("doc_id", "at")
    for start, end, row, at in ordered.select("start", "end", "doc_id", "at").iter_rows():
        if row != held:
            held, text = row, texts[row]
        shown[at] = text[:WORDS] if start is None else text[start : min(end, start + WORDS)]
    return pl.Series("words", shown, dtype=pl.String)


def _best_first(members: pl.DataFrame, *ties: str) -> pl.DataFrame:
    """Members of clusters by FIRST; of equals the least of `ties`."""
    down = [False, *(True for _ in FIRST), *(False for _ in ties)]
    return members.sort("number", *FIRST, *ties, descending=down, nulls_last=True)


def _links(tables: Numbered, chosen: pl.DataFrame, level: str) -> pl.DataFrame:
    """Clusters of articles -> how many members are tied to the rest by one match only."""
    if level != "document":
        return chosen.select("cluster_id").head(0).with_columns(single=pl.lit(0))
    member = tables.clusters.filter(pl.col("level") == level).select("doc_id", "cluster_id")
    ties = (
        tables.matches.select(PAIR)
        .join(member.rename({"doc_id": "left_doc"}), on="left_doc")
        .join(member.rename({"doc_id": "right_doc", "cluster_id": "other"}), on="right_doc")
        .filter(pl.col("cluster_id") == pl.col("other"))
    )
    ends = pl.concat(ties.select("cluster_id", doc_id=side) for side in PAIR)
    return ends.group_by("cluster_id", "doc_id").len().group_by("cluster_id").agg(single=(pl.col("len") == 1).sum())


def _origins(tables: Numbered, members: pl.DataFrame) -> pl.DataFrame:
    """Members of clusters -> for each cluster the verdicts on their origins, and whether a date of one is doubtful."""
    doubtful = tables.dates.filter((pl.col("kind") == "published") & ~pl.col("trusted"))["doc_id"]
    verdicts = members.join(tables.origins.select("doc_id", "verdict"), on="doc_id", how="left").group_by("cluster_id")
    return verdicts.agg(
        verdicts=pl.col("verdict").drop_nulls().unique().sort(),
        undecided=(pl.col("verdict") == "undetermined").any(),
        doubtful=pl.col("doc_id").is_in(doubtful.implode()).any(),
    )


def _began(tables: Numbered, members: pl.DataFrame) -> pl.DataFrame:
    """Members of clusters of articles -> where their text began: the origin of the one that most others lead to.

    `name` is its outlet, or its id where that is not known, or a source outside the dump (`outside`).
    """
    first = (
        _best_first(members.filter("is_origin"), "doc_id")
        .unique("number", keep="first", maintain_order=True)
        .join(tables.origins, on="doc_id")
        .join(tables.documents.select("outlet", origin_row="doc_id"), on="origin_row", how="left")
    )
    name = pl.coalesce("outlet", pl.col("origin_id").str.strip_prefix(SOURCE)).alias("name")
    outside = pl.col("origin_id").str.starts_with(SOURCE).fill_null(value=False).alias("outside")
    began = pl.struct(name, outside, "verdict", share("confidence")).alias("began")
    return first.select("cluster_id", began)


def _kinds(edges: pl.DataFrame) -> pl.DataFrame:
    known = edges.filter(pl.col("cluster_id").is_not_null())
    return known.group_by("cluster_id").agg(kinds=pl.col("kind").unique().sort())


def _signs(level: str) -> pl.Expr:
    """Why a cluster deserves a look, as a list of codes, which the page says in words."""
    signs = {
        "loose": pl.col("least") < LOOSE,
        "undecided": pl.col("undecided"),
        "doubtful": pl.col("doubtful"),
        "hidden": pl.col("hidden"),
    }
    if level == "document":
        signs["single"] = (pl.col("single") > 0) & (pl.col("size") > 3)
    said = [pl.when(sign.fill_null(value=False)).then(pl.lit(code)) for code, sign in signs.items()]
    return pl.concat_list(said).list.drop_nulls()
