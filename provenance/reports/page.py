"""A Run -> report.html: one offline file for an editor."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl
from jinja2 import Environment, FunctionLoader, StrictUndefined

from provenance.reports import escaping
from provenance.reports.marking import Mark, mark_text

if TYPE_CHECKING:
    from provenance.reports.runs import Run

MOST_OPEN = 20  # of each part, so many stand open: a run of up to 20 clusters is read without a click
MOST_CLUSTERS = 200  # of each level, largest first: a page of more is no reading matter, and slow to open
MOST_MEMBERS = 12  # members of one cluster shown with their text
MOST_ARTICLES = 400  # articles shown with their marked text
MOST_ROWS = 100  # rows of a table of rejects or of outlets
EXCERPT = 600  # characters of a member of a passage cluster
TEXT_BUDGET = 4_000_000  # characters of article text on the page


def render(run: Run) -> str:
    """The whole page. Cost: the rows shown, whatever the run's size."""
    return (
        _environment()
        .get_template("report.html")
        .render(view=build(run), style=_asset("report.css"), script=_asset("report.js"), policy=_policy())
    )


def _environment() -> Environment:
    # select_autoescape looks at file names and would leave a renamed template bare
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(_asset),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "show": escaping.page,
        "count": lambda number: f"{number:,}",
        "percent": lambda share: f"{100 * share:.0f} %",
        "moment": lambda value: value.strftime("%Y-%m-%d %H:%M UTC") if value else "no date",
    }
    return environment


@cache
def _asset(name: str) -> str:
    return (files("provenance.reports") / "templates" / name).read_text(encoding="utf-8")


def _policy() -> str:
    """A content security policy under which nothing but our own two blocks, named by their hashes, runs or loads."""

    def source(name: str) -> str:
        return base64.b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode()

    return (
        f"default-src 'none'; style-src 'sha256-{source('report.css')}'; script-src 'sha256-{source('report.js')}'; "
        "base-uri 'none'; form-action 'none'"
    )


@dataclass(frozen=True, slots=True)
class View:
    """What the template reads: plain rows, already cut to what is shown, and the counts of what is not."""

    facts: dict[str, Any]
    rejects: list[dict[str, Any]]
    clusters: list[dict[str, Any]]
    passages: list[dict[str, Any]]
    articles: dict[str, dict[str, Any]]
    alone: list[str]  # articles shown that stand in no document cluster shown
    outlets: list[dict[str, Any]]
    totals: dict[str, int]
    most_open: int = MOST_OPEN


def build(run: Run) -> View:
    """Cut a run down to what the page shows."""
    documents = _largest(run.clusters, "document")
    passages = _largest(run.clusters, "passage")
    numbers = {cluster["cluster_id"]: number for number, cluster in enumerate(passages, 1)}
    wanted = _wanted(run, documents, passages)
    articles = _articles(run, wanted, numbers)
    for cluster in passages:
        cluster["number"] = numbers[cluster["cluster_id"]]
        cluster["members"] = _passage_members(cluster, articles)
        cluster["inside"] = cluster["documents"] == 1
    inside = {row["doc_id"] for cluster in documents for row in cluster["members"]}
    levels = run.clusters.group_by("level").agg(pl.col("cluster_id").n_unique())
    totals = {"document": 0, "passage": 0, "rejects": run.rejects.height} | dict(levels.iter_rows())
    return View(
        facts=run.facts,
        rejects=run.rejects.head(MOST_ROWS).to_dicts(),
        clusters=documents,
        passages=passages,
        articles=articles,
        alone=sorted(articles.keys() - inside, key=lambda doc_id: _place(articles[doc_id])),
        outlets=run.outlets.sort(
            "documents", "words", "from_outlet", "to_outlet", descending=[True, True, False, False]
        )
        .head(MOST_ROWS)
        .to_dicts(),
        totals=totals,
    )


def _place(article: dict[str, Any]) -> tuple[str, int, str]:
    return article["path"], article["start"] or 0, article["doc_id"]


def _largest(clusters: pl.DataFrame, level: str) -> list[dict[str, Any]]:
    """The largest clusters of a level with their members; passages that are boilerplate come last."""
    rows = clusters.filter(pl.col("level") == level)
    words = (pl.col("end") - pl.col("start")).mean().fill_null(0)
    order = (
        rows.group_by("cluster_id")
        .agg(
            size=pl.len(),
            documents=pl.col("doc_id").n_unique(),
            role=pl.col("role").first(),
            length=words,
            furniture=(pl.col("role") == "boilerplate").all(),
        )
        .sort("furniture", "size", "length", "cluster_id", descending=[False, True, True, False])
        .head(MOST_CLUSTERS)
    )
    chosen = order.to_dicts()
    members: dict[str, list[dict[str, Any]]] = {cluster["cluster_id"]: [] for cluster in chosen}
    shown = rows.filter(pl.col("cluster_id").is_in(order["cluster_id"].implode()))
    first = [pl.col("is_origin").fill_null(value=False), pl.col("cohesion")]
    for row in shown.sort(*first, "doc_id", "start", descending=[True, True, False, False]).iter_rows(named=True):
        if len(members[row["cluster_id"]]) < MOST_MEMBERS:
            members[row["cluster_id"]].append(row)
    return [cluster | {"members": members[cluster["cluster_id"]]} for cluster in chosen]


def _wanted(run: Run, documents: list[dict[str, Any]], passages: list[dict[str, Any]]) -> list[str]:
    """The articles to show: of clusters first, then others in order of their ids, up to MOST_ARTICLES."""
    named = [row["doc_id"] for cluster in (*documents, *passages) for row in cluster["members"]]
    return list(dict.fromkeys((*named, *run.documents["doc_id"].head(MOST_ARTICLES))))[:MOST_ARTICLES]


def _articles(run: Run, wanted: list[str], numbers: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Each article shown, with its marked text, its origin and the edges that lead to it."""

    def of(frame: pl.DataFrame, column: str = "doc_id") -> pl.DataFrame:
        return frame.filter(pl.col(column).is_in(wanted))

    marks: dict[str, list[Mark]] = {doc_id: [] for doc_id in wanted}
    places = of(run.clusters.filter(pl.col("level") == "passage")).filter(pl.col("cluster_id").is_in(list(numbers)))
    for row in places.sort("doc_id", "start", "end", "cluster_id").iter_rows(named=True):
        number = numbers[row["cluster_id"]]
        marks[row["doc_id"]].append(Mark(row["start"], row["end"], number, row["role"]))
    edges: dict[str, list[dict[str, Any]]] = {doc_id: [] for doc_id in wanted}
    for row in of(run.edges, "to_id").sort("confidence", "from_id", descending=[True, False]).iter_rows(named=True):
        edges[row["to_id"]].append(row)
    origins = {row["doc_id"]: row for row in of(run.origins).iter_rows(named=True)}
    rows = {row["doc_id"]: row for row in of(run.documents).iter_rows(named=True)}
    shown: dict[str, dict[str, Any]] = {}
    budget = TEXT_BUDGET
    for number, doc_id in enumerate((doc_id for doc_id in wanted if doc_id in rows), 1):
        row = rows[doc_id]
        marked = mark_text(row["text"], marks[doc_id], budget)
        budget -= sum(len(piece.text) for piece in marked)
        shown[doc_id] = row | {
            "number": number,
            "marked": marked,
            "repeats": sorted({mark.number for mark in marks[doc_id]}),
            "origin": origins.get(doc_id),
            "edges": edges[doc_id],
        }
    return shown


def _passage_members(cluster: dict[str, Any], articles: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    members = []
    for row in cluster["members"]:
        article = articles.get(row["doc_id"])
        if article is None:
            continue
        text = article["text"][row["start"] : row["end"]]
        members.append(row | {"excerpt": text[:EXCERPT], "left_out": max(0, len(text) - EXCERPT), "article": article})
    return members
