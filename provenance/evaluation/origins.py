"""Edges and origins against true ones; calibration of what was claimed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance.tables import SOURCE
from provenance.tracing.statements.names import compact

if TYPE_CHECKING:
    from provenance.arrays import Array

COVERAGES = (0.5, 0.8, 1.0)  # shares of the origins, the surest first, of which the accuracy is told
BINS = 10  # of confidence, of equal width, as is usual for this error (Guo et al., 2017)


def key_of(origin_id: str | None) -> str | None:
    """An origin's id -> a key that two spellings of one source share; a document's id stays."""
    if origin_id is None or not origin_id.startswith(SOURCE):
        return origin_id
    return SOURCE + compact(origin_id.removeprefix(SOURCE))


def keyed(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """A frame -> the same with the ids in `columns` made comparable."""
    ids = {value for column in columns for value in frame[column].drop_nulls().unique()}
    old = sorted(ids)
    new = pl.Series([key_of(value) for value in old], dtype=pl.String)
    return frame.with_columns(
        pl.col(column).replace_strict(pl.Series(old, dtype=pl.String), new, default=None, return_dtype=pl.String)
        for column in columns
    )


def judge(origins: pl.DataFrame, gold: pl.DataFrame) -> pl.DataFrame:
    """ORIGINS, true ones (doc_id, origin_id) -> doc_id, confidence, answered, right, second, for each true one.

    `second`: the origin or the runner-up is right. An article without a row was not answered.
    """
    true = keyed(gold.select("doc_id", true="origin_id"), "true").unique().drop_nulls()
    said = keyed(origins.select("doc_id", "origin_id", "runner_up", "confidence"), "origin_id", "runner_up")
    rows = true.join(said, on="doc_id", how="left")
    first = pl.col("origin_id").eq_missing(pl.col("true"))
    return (
        rows.group_by("doc_id")
        .agg(
            confidence=pl.col("confidence").first().cast(pl.Float64),
            answered=pl.col("origin_id").is_not_null().any(),
            right=first.any(),
            second=(first | pl.col("runner_up").eq_missing(pl.col("true"))).any(),
        )
        .sort("doc_id")
    )


def judge_places(documents: pl.DataFrame, origins: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, ORIGINS, places (doc_id, path, within, source) -> path, within, said, right, for each place.

    What is said of an article is its source outside the dump, or the outlet of the document that it came
    from.
    """
    outlets = documents.select(origin_id="doc_id", outlet="outlet")
    said = origins.join(outlets, on="origin_id", how="left").select(
        "doc_id", said=pl.coalesce("outlet", pl.col("origin_id").str.strip_prefix(SOURCE))
    )
    rows = places.join(said, on="doc_id", how="left")
    same = [
        said is not None and compact(said) == compact(source) for said, source in rows.select("said", "source").rows()
    ]
    return (
        rows.with_columns(right=pl.Series(same, dtype=pl.Boolean))
        .group_by("path", "within")
        .agg(pl.col("said").first(), pl.col("right").any())
        .sort("path", "within")
    )


def accuracy(judged: pl.DataFrame, column: str = "right") -> float:
    """What judge gives -> the share that is right; 1 of nothing."""
    return float(judged[column].mean()) if judged.height else 1.0  # type: ignore[arg-type]


def root_accuracy(origins: pl.DataFrame, clusters: pl.DataFrame, gold: pl.DataFrame) -> tuple[float, float, float, int]:
    """ORIGINS, true clusters, true origins -> shares of clusters with the root first, in the first two, any; how many.

    A cluster's roots are ranked by the confidence of its members that name them; a runner-up gets what is
    left of it. The true root is the origin that most of its members have.
    """
    members = clusters.filter(pl.col("level") == "document").select("cluster_id", "doc_id")
    true = most(members.join(keyed(gold.select("doc_id", origin="origin_id"), "origin").drop_nulls(), on="doc_id"), 1)
    said = keyed(origins.select("doc_id", "origin_id", "runner_up", "confidence"), "origin_id", "runner_up")
    votes = pl.concat(
        [
            said.select("doc_id", origin="origin_id", weight="confidence"),
            said.select("doc_id", origin="runner_up", weight=(1 - pl.col("confidence")) / 2),
        ]
    ).drop_nulls()
    ranked = most(members.join(votes, on="doc_id"), 2)
    both = true.join(ranked, on="cluster_id", how="left", suffix="_said")
    hits = both.group_by("cluster_id").agg(
        first=((pl.col("origin") == pl.col("origin_said")) & (pl.col("rank_said") == 1)).any(),
        second=(pl.col("origin") == pl.col("origin_said")).any(),
        answered=pl.col("origin_said").is_not_null().any(),
    )
    if not hits.height:
        return 1.0, 1.0, 1.0, 0
    shares = [float(hits[column].fill_null(value=False).mean()) for column in ("first", "second", "answered")]  # type: ignore[arg-type]
    return shares[0], shares[1], shares[2], hits.height


def most(votes: pl.DataFrame, ranks: int) -> pl.DataFrame:
    """cluster_id, origin and perhaps weight -> cluster_id, origin, rank of the first `ranks` of each cluster."""
    weight = pl.col("weight").sum().round(6) if "weight" in votes.columns else pl.len()
    totals = votes.group_by("cluster_id", "origin").agg(weight.alias("weight"))
    ordered = totals.sort("cluster_id", "weight", "origin", descending=[False, True, False])
    numbered = ordered.with_columns(rank=pl.int_range(1, pl.len() + 1).over("cluster_id"))
    return numbered.filter(pl.col("rank") <= ranks).select("cluster_id", "origin", "rank")


def absent_sources(edges: pl.DataFrame, origins: pl.DataFrame) -> pl.DataFrame:
    """EDGES, ORIGINS -> to_id, from_id of every source that is not in the dump, names made comparable."""
    both = [edges.select("to_id", "from_id"), origins.select(to_id="doc_id", from_id="origin_id")]
    rows = pl.concat(both).filter(pl.col("from_id").str.starts_with(SOURCE))
    return keyed(rows, "from_id").unique()


def overlap_scores(true: pl.DataFrame, found: pl.DataFrame) -> tuple[float, float, float]:
    """Two frames of rows -> precision, recall, F1 of the rows of `found`."""
    true, found = true.unique(), found.unique()
    right = found.join(true, on=true.columns, how="semi").height
    precision = right / found.height if found.height else 1.0
    recall = right / true.height if true.height else 1.0
    return precision, recall, (2 * precision * recall / (precision + recall) if right else 0.0)


def copies(edges: pl.DataFrame) -> pl.DataFrame:
    """EDGES -> from_id, to_id of the copies between documents of the dump."""
    inside = ~pl.col("from_id").str.starts_with(SOURCE) & (pl.col("relation") == "copied_from")
    return edges.filter(inside).select("from_id", "to_id").unique()


def orientation(true: pl.DataFrame, found: pl.DataFrame) -> tuple[float, int]:
    """True and found copies -> of those that tie a true pair, the share that runs the true way; how many."""
    turned = true.select(from_id="to_id", to_id="from_id")
    right = found.join(true, on=["from_id", "to_id"], how="semi").height
    wrong = found.join(turned, on=["from_id", "to_id"], how="semi").height
    return (right / (right + wrong) if right + wrong else 1.0), right + wrong


def ancestors(copied: pl.DataFrame) -> pl.DataFrame:
    """Copies -> every pair of an ancestor and a descendant; a cycle makes each its own ancestor, which is left out."""
    known = copied.unique()
    new = known
    while new.height:
        step = new.join(copied, left_on="to_id", right_on="from_id", suffix="_next").select(
            "from_id", to_id="to_id_next"
        )
        new = step.unique().join(known, on=["from_id", "to_id"], how="anti")
        known = pl.concat([known, new])
    return known.filter(pl.col("from_id") != pl.col("to_id"))


# -- calibration -----------------------------------------------------------------------------------------


def brier(confidence: Array, right: Array) -> float:
    """The mean squared distance of confidence from what turned out (1 or 0); 0 is best."""
    return float(np.mean((confidence - right) ** 2)) if len(right) else 0.0


def calibration_error(confidence: Array, right: Array) -> float:
    """Expected calibration error: over BINS of equal width, the distance of mean confidence from the share right."""
    if not len(right):
        return 0.0
    of = np.minimum((confidence * BINS).astype(int), BINS - 1)
    sums = [np.bincount(of, weights=part, minlength=BINS) for part in (confidence, right.astype(float))]
    return float(np.abs(sums[0] - sums[1]).sum() / len(right))


def risk_coverage(confidence: Array, right: Array, answered: float) -> float:
    """Accuracy over the `answered` share of articles with the greatest confidence; ties are taken in part, evenly."""
    if not len(right):
        return 1.0
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence, outcomes = confidence[order], right[order].astype(float)
    _, group = np.unique(-sorted_confidence, return_inverse=True)
    even = (np.bincount(group, weights=outcomes) / np.bincount(group))[group]
    count = max(1, round(answered * len(right)))
    return float(even[:count].mean())
