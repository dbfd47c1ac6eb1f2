"""A Run -> why two articles were, or were not, matched; or where one came from; as lines to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.errors import UsageError
from provenance.reports.channels import compare_alone, compare_channels, excerpt
from provenance.reports.figures import shown_chance, shown_share, shown_time
from provenance.reports.lineage import tree_lines
from provenance.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.reports.runs import Run


#: A longer title is a text that stands in the wrong column: one had 6,400 characters.
MOST_TITLE = 200


def explain_pair(run: Run, first: str, second: str) -> Iterator[str]:
    """The pair's relation with its figures and spans, or what kept it from a match; and what each channel sees.

    Raises UsageError for an id that is not in the run.
    """
    documents = {doc_id: _document(run, doc_id) for doc_id in (first, second)}
    left, right = sorted((first, second))
    spans = _of_pair(run.spans, left, right)
    if left == right:
        yield from _headed(documents[left])
        yield f"repeats itself {_times(spans.height, 'time')}" if spans.height else "no passage stands twice in it"
        yield from _span_lines(spans, documents)
        return
    for doc_id in (left, right):
        yield from _headed(documents[doc_id])
    for row in _of_pair(run.matches, left, right).iter_rows(named=True):
        yield f"matched: {row['relation']}, jaccard {row['jaccard']:.3f}, {_times(row['spans'], 'span')}"
        so = ", some of them rewritten" if "rewritten" in spans["kind"] else ""
        whole = "spans" not in run.made
        what = f"runs of {settings_of(run.facts).shingle_words} words" if whole else "words"
        if whole or row["spans"]:
            yield f"  {shown_share(row['left_containment'])} of the {what} of {left} stand in {right}{so}"
            yield f"  {shown_share(row['right_containment'])} of the {what} of {right} stand in {left}{so}"
        else:
            yield "  no stretch that both have is long enough for a span"
        yield from compare_channels(run, documents[left], documents[right])
        break
    else:
        yield "not matched"
        yield from compare_channels(run, documents[left], documents[right])
        yield from compare_alone(run, left, right)
    yield from _span_lines(spans, documents)
    for edge in run.edges.filter(
        ((pl.col("from_id") == left) & (pl.col("to_id") == right))
        | ((pl.col("from_id") == right) & (pl.col("to_id") == left))
    ).iter_rows(named=True):
        yield from _edge_lines(edge)
    yield from _common_clusters(run, left, right)


def explain_article(run: Run, doc_id: str) -> Iterator[str]:
    """One article's origin with its reason, each edge that leads to it, its runner-up, and its clusters."""
    yield from _headed(_document(run, doc_id))
    for row in run.origins.filter(pl.col("doc_id") == doc_id).iter_rows(named=True):
        chance = shown_chance(row["confidence"])
        yield f"origin: {row['origin_id'] or 'unknown'} ({row['verdict']}, confidence {chance})"
        yield f"  {row['reason']}"
        itself = row["runner_up"] == doc_id
        yield f"  runner-up: {'no other source' if itself else row['runner_up'] or 'none'}"
    yield from tree_lines(run, doc_id)
    if "origins" not in run.made:
        yield "origin: not traced; scan without --until"
    edges = run.edges.filter(pl.col("to_id") == doc_id).sort("confidence", "from_id", descending=[True, False])
    for edge in edges.iter_rows(named=True):
        yield from _edge_lines(edge)
    for edge in run.edges.filter(pl.col("from_id") == doc_id).sort("to_id").iter_rows(named=True):
        yield f"{edge['to_id']} was {edge['relation'].replace('_', ' ')} it ({edge['verdict']})"
    for row in run.attributions.filter(pl.col("doc_id") == doc_id).iter_rows(named=True):
        yield f"{row['kind']} at {row['start']}:{row['end']}: {row['source'] or row['place']} ({row['scope']})"
    for row in run.clusters.filter(pl.col("doc_id") == doc_id).iter_rows(named=True):
        size = run.clusters.filter(pl.col("cluster_id") == row["cluster_id"]).height
        where = "" if row["start"] is None else f" {row['role']} at {row['start']}:{row['end']}"
        yield f"in {row['level']} cluster {row['cluster_id']} of {size}{where}, cohesion {row['cohesion']:.2f}"


def _document(run: Run, doc_id: str) -> dict[str, Any]:
    for row in run.documents.filter(pl.col("doc_id") == doc_id).iter_rows(named=True):
        return row
    from rapidfuzz import process  # noqa: PLC0415  only a mistake pays for the import

    near = process.extractOne(doc_id, run.documents["doc_id"].to_list(), score_cutoff=50)
    hint = f"did you mean {near[0]}?" if near else "see documents.parquet"
    raise UsageError(f"{doc_id}: is not an id of this run; {hint}")


def _headed(document: dict[str, Any]) -> Iterator[str]:
    facts = [document["outlet"], document["published"] and shown_time(document["published"])]
    about = ", ".join(fact for fact in facts if fact)
    title = document["title"] or "without title"
    shown = title if len(title) <= MOST_TITLE else title[: MOST_TITLE - 1] + "…"
    yield f"{document['doc_id']}: {shown}{f' ({about})' if about else ''}"


def _times(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _of_pair(frame: pl.DataFrame, left: str, right: str) -> pl.DataFrame:
    return frame.filter((pl.col("left_doc") == left) & (pl.col("right_doc") == right))


def _span_lines(spans: pl.DataFrame, documents: dict[str, dict[str, Any]]) -> Iterator[str]:
    for row in spans.iter_rows(named=True):
        yield f"{row['kind']} {row['role']}, identity {row['identity']:.2f}"
        for side in ("left", "right"):
            start, end = row[f"{side}_start"], row[f"{side}_end"]
            text = documents[row[f"{side}_doc"]]["text"][start:end]
            yield f"  {row[f'{side}_doc']} {start}:{end}: {excerpt(text)}"


def _edge_lines(edge: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{edge['to_id']} {edge['relation'].replace('_', ' ')} {edge['from_id']}: {edge['kind']}, "
        f"{edge['verdict']}, confidence {shown_chance(edge['confidence'])}"
    )
    for item in edge["evidence"] or []:
        place = "" if item["start"] is None else f" {item['start']}:{item['end']}"
        where = f" [{item['doc_id']}{place}]" if item["doc_id"] else ""
        # the shared words themselves speak for neither side
        worth = f"{item['weight']:+.2f} {item['family']}" if item["weight"] else "shared"
        yield f"  {worth}: {excerpt(item['text'] or '')}{where}"


def _common_clusters(run: Run, left: str, right: str) -> Iterator[str]:
    both = run.clusters.filter(pl.col("doc_id").is_in([left, right]))
    common = both.group_by("level", "cluster_id").agg(pl.col("doc_id").n_unique())
    for level, cluster_id, count in common.sort("level", "cluster_id").iter_rows():
        if count == 2:
            yield f"both in {level} cluster {cluster_id}"
