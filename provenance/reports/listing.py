"""CLUSTERS -> the page's list of clusters, with what makes one worth a look, and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.reports.blocks import share, thousandth
from provenance.tables import PAIR, SOURCE

if TYPE_CHECKING:
    from provenance.reports.runs import Run

MOST_CLUSTERS = 10_000  # of each level, largest first: the list is read whole when the page opens
MOST_MEMBERS = 2_000  # of one cluster
TITLES = 8  # titles of members that the search looks through
WORDS = 300  # characters of a shared passage, for the list and the search
LOOSE = 0.5  # cohesion of a member that shares less than half with the centre: the default of link_containment
FIRST = ("is_origin", "followed", "cohesion")  # what puts a member first in its cluster, the most of each
#: What cannot be seen and has no place in spelling: zero-width spaces, overrides, tags.
HIDDEN = r"[\u{200b}\u{202a}-\u{202e}\u{2060}-\u{2064}\u{2066}-\u{2069}\u{e0000}-\u{e007f}]"


def choose_clusters(run: Run) -> pl.DataFrame:
    """CLUSTERS -> number, cluster_id, level, size, documents: the largest of each level, furniture last.

    Numbers count from 0 within a level, in this order.
    """
    return (
        run.clusters.group_by("cluster_id", "level")
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


def list_members(run: Run, chosen: pl.DataFrame, order: pl.DataFrame, level: str) -> pl.DataFrame:
    """One row a cluster of `level`, by number: `members`, each [article, start, end, cohesion in 1/1000, is origin].

    `article` is a number of the page's order; of the origins that comes first which most articles lead to, then by
    cohesion.
    """
    rows = _members(run, chosen, level).join(order.select("doc_id", article="number"), on="doc_id")
    row = pl.concat_arr(
        "article",
        "start",
        "end",
        thousandth("cohesion"),
        pl.col("is_origin").fill_null(value=False).cast(pl.Int64),
    )
    ordered = _best_first(rows, "article", "start")
    members = ordered.group_by("number", maintain_order=True).agg(members=row.head(MOST_MEMBERS))
    numbers = chosen.filter(pl.col("level") == level).select("number")
    return numbers.join(members, on="number", how="left", maintain_order="left")


def list_clusters(run: Run, chosen: pl.DataFrame, level: str) -> pl.DataFrame:
    """One row a cluster of `level`, by number: what the list shows, sorts, filters and searches."""
    hidden = pl.col("text").str.contains(HIDDEN)
    about = run.documents.select("doc_id", "outlet", "title", "published", hidden=hidden)
    rows = _best_first(_members(run, chosen, level).join(about, on="doc_id"), "doc_id")
    title = pl.col("title").drop_nulls()
    gathered = rows.group_by("number", maintain_order=True).agg(
        title=title.first(),
        words=pl.struct("doc_id", "start", "end").first(),  # of which the text is looked up below, once a document
        names=pl.concat_str(title.unique(maintain_order=True).head(TITLES).str.join(" · "), pl.lit(" · "),
                            pl.col("doc_id").unique(maintain_order=True).head(TITLES).str.join(" ")),
        outlets=pl.col("outlet").drop_nulls().unique(maintain_order=True).head(50),
        first=pl.col("published").min().dt.epoch("s"),
        last=pl.col("published").max().dt.epoch("s"),
        score=pl.col("cohesion").cast(pl.Float64).mean().round(3),
        least=pl.col("cohesion").cast(pl.Float64).min().round(3),
        hidden=pl.col("hidden").any(),
    )  # fmt: skip
    gathered = gathered.with_columns(words=_words_of(run, gathered["words"]))
    frame = chosen.filter(pl.col("level") == level).join(gathered, on="number", maintain_order="left")
    for part in (_links(run, chosen, level), _origins(run, chosen, level), _began(run, chosen, level), _kinds(run)):
        frame = frame.join(part, on="cluster_id", how="left", maintain_order="left")
    return (
        frame.with_columns(signs=_signs(level))
        .drop("number", "hidden", "undecided", "single", "doubtful")
        .rename({"cluster_id": "id"})
    )


def _words_of(run: Run, places: pl.Series) -> pl.Series:
    """Structs of doc_id, start and end -> the first WORDS characters there; of a whole article where these are null.

    Document by document: a text of 20 MB that repeats itself has places by the thousand. With a copy of the text for
    each of their members, and each found anew in its UTF-8, the list was not there after eight processor minutes.
    """
    texts = run.documents.select("doc_id", row=pl.int_range(pl.len(), dtype=pl.Int64))
    found = places.struct.unnest().join(texts, on="doc_id", how="left", maintain_order="left")
    shown, held, text = [""] * found.height, -1, ""
    ordered = found.with_columns(at=pl.int_range(pl.len(), dtype=pl.Int64)).sort("row", "at")
    for start, end, row, at in ordered.select("start", "end", "row", "at").iter_rows():
        if row != held:
            held, text = row, run.documents["text"][row]
        shown[at] = text[:WORDS] if start is None else text[start : min(end, start + WORDS)]
    return pl.Series("words", shown, dtype=pl.String)


def _members(run: Run, chosen: pl.DataFrame, level: str) -> pl.DataFrame:
    """The members of clusters, with `followed`: how many articles lead to each, by their claims' confidence."""
    names = chosen.filter(pl.col("level") == level).select("number", "cluster_id")
    claims = run.origins.filter(pl.col("origin_id") != pl.col("doc_id")).group_by(doc_id="origin_id")
    followed = claims.agg(followed=thousandth("confidence").sum())
    members = run.clusters.filter(pl.col("level") == level).drop("level").join(names, on="cluster_id")
    return members.join(followed, on="doc_id", how="left").with_columns(pl.col("followed").fill_null(0))


def _best_first(members: pl.DataFrame, *ties: str) -> pl.DataFrame:
    """Members of clusters by FIRST; of equals the least of `ties`."""
    down = [False, *(True for _ in FIRST), *(False for _ in ties)]
    return members.sort("number", *FIRST, *ties, descending=down, nulls_last=True)


def _links(run: Run, chosen: pl.DataFrame, level: str) -> pl.DataFrame:
    """Clusters of articles -> how many members are tied to the rest by one match only."""
    if level != "document":
        return chosen.select("cluster_id").head(0).with_columns(single=pl.lit(0))
    member = run.clusters.filter(pl.col("level") == level).select("doc_id", "cluster_id")
    ties = (
        run.matches.select(PAIR)
        .join(member.rename({"doc_id": "left_doc"}), on="left_doc")
        .join(member.rename({"doc_id": "right_doc", "cluster_id": "other"}), on="right_doc")
        .filter(pl.col("cluster_id") == pl.col("other"))
    )
    ends = pl.concat(ties.select("cluster_id", doc_id=side) for side in PAIR)
    return ends.group_by("cluster_id", "doc_id").len().group_by("cluster_id").agg(single=(pl.col("len") == 1).sum())


def _origins(run: Run, chosen: pl.DataFrame, level: str) -> pl.DataFrame:
    """Clusters -> the verdicts on their members' origins, and whether a date of one is doubtful."""
    rows = _members(run, chosen, level).select("cluster_id", "doc_id").unique()
    doubtful = run.dates.filter((pl.col("kind") == "published") & ~pl.col("trusted"))["doc_id"]
    verdicts = rows.join(run.origins.select("doc_id", "verdict"), on="doc_id", how="left").group_by("cluster_id")
    return verdicts.agg(
        verdicts=pl.col("verdict").drop_nulls().unique().sort(),
        undecided=(pl.col("verdict") == "undetermined").any(),
        doubtful=pl.col("doc_id").is_in(doubtful.implode()).any(),
    )


def _began(run: Run, chosen: pl.DataFrame, level: str) -> pl.DataFrame:
    """Clusters of articles -> where their text began: the origin of the member that most others lead to.

    `name` is its outlet, or its id where that is not known, or a source outside the dump (`outside`).
    """
    origins = _members(run, chosen, level).filter("is_origin", pl.lit(level == "document"))
    first = (
        _best_first(origins, "doc_id")
        .unique("number", keep="first", maintain_order=True)
        .join(run.origins, on="doc_id")
        .join(run.documents.select(origin_id="doc_id", outlet="outlet"), on="origin_id", how="left")
    )
    name = pl.coalesce("outlet", pl.col("origin_id").str.strip_prefix(SOURCE)).alias("name")
    outside = pl.col("origin_id").str.starts_with(SOURCE).fill_null(value=False).alias("outside")
    began = pl.struct(name, outside, "verdict", share("confidence")).alias("began")
    return first.select("cluster_id", began)


def _kinds(run: Run) -> pl.DataFrame:
    known = run.edges.filter(pl.col("cluster_id").is_not_null())
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
