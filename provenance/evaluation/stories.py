"""Whole stories: who was first, who took it from whom; ours and the usual rules of thumb, with dates and without.

Documents of equal words are one: to name one of them is to name them all.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from provenance.evaluation import origins as judging
from provenance.evaluation.places import rename
from provenance.tables import SOURCE
from provenance.tracing.statements.facts import best_dates
from provenance.tracing.trace import trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.settings import Settings

Frames = dict[str, pl.DataFrame]
Row = tuple[str, str, float, int]

CONDITIONS = ("with dates", "without dates", "30 % of dates false")
FALSE = 0.3  # share of documents whose dates are moved
FARTHEST = 10  # days that a false date is moved at most, either way
NEEDED = {"documents", "passages", "spans", "matches", "clusters"}
OTHERS = 0.5  # weight of what all members name together beside what one says of itself
ABSENT = ""  # the root of a story whose beginning is not in the dump


class Told(NamedTuple):
    """What one method says of every document of the true stories."""

    roots: pl.DataFrame  # cluster_id, origin, rank: 1 and 2
    parents: pl.DataFrame  # from_id, to_id: one direct source, or none, for each document


class Truth(NamedTuple):
    """The true stories, equal texts under one id."""

    members: pl.DataFrame  # cluster_id, doc_id
    roots: pl.DataFrame  # cluster_id, origin; ABSENT where the story begins outside the dump
    origins: pl.DataFrame  # doc_id, true; several rows where several answers are right
    parents: pl.DataFrame  # from_id, to_id
    same: dict[str, str]  # document -> the one that stands for its text


def measure_stories(run: Frames, aligned: Frames, gold: Frames, settings: Settings) -> Iterator[Row]:
    """A run's tables, the same in the gold's ids, gold with clusters, origins and edges -> rows for each condition.

    Tracing is done anew under each condition, on the run as it was: places of an aligned one are those of files.
    """
    if not run.keys() >= NEEDED or not {"clusters", "origins", "edges"} <= gold.keys():
        return
    truth = find_truth(aligned["documents"], gold)
    if not truth.roots.height:
        return
    names = dict(zip(run["documents"]["doc_id"], aligned["documents"]["doc_id"], strict=True))
    for condition in CONDITIONS:
        traced = {name: rename(frame, names) for name, frame in retrace(run, condition, settings).items()}
        yield from measure_traced(condition, aligned | traced, truth)


def retrace(run: Frames, condition: str, settings: Settings) -> Frames:
    """A run traced anew under a condition -> its tables; DATES as they were believed."""
    change = {"with dates": None, "without dates": pl.DataFrame.clear}.get(condition, falsify)
    return trace(run, settings, change_dates=change)


def falsify(dates: pl.DataFrame) -> pl.DataFrame:
    """DATES with those of FALSE of the documents moved by up to FARTHEST days; which and how far hangs on the id."""
    ids = dates["doc_id"].unique().sort()
    digests = [hashlib.blake2b(f"false dates {doc_id}".encode(), digest_size=8).digest() for doc_id in ids]
    luck = [(int.from_bytes(one[:4]) / 2**32, int.from_bytes(one[4:]) / 2**32) for one in digests]
    shifts = [timedelta(days=(2 * far - 1) * FARTHEST) if chance < FALSE else timedelta() for chance, far in luck]
    moved = pl.DataFrame({"doc_id": ids, "shift": pl.Series(shifts, dtype=pl.Duration("us"))})
    joined = dates.join(moved, on="doc_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("value") + pl.col("shift")).drop("shift")


def find_truth(documents: pl.DataFrame, gold: Frames) -> Truth:
    """DOCUMENTS, gold -> Truth; a cluster's root is the origin of most of its members."""
    words = pl.col("text").str.to_lowercase().str.replace_all(r"[\W_]+", " ").str.strip_chars()
    folded = documents.select("doc_id", text=words)
    first = folded.sort("doc_id").with_columns(stands=pl.col("doc_id").first().over("text"))
    same = dict(first.select("doc_id", "stands").iter_rows())
    members = gold["clusters"].filter(pl.col("level") == "document").select("cluster_id", "doc_id")
    members = _merged(members, same, "doc_id").unique()
    origins = gold["origins"].select("doc_id", origin=pl.col("origin_id").fill_null(ABSENT))
    origins = _merged(judging.keyed(origins, "origin"), same, "doc_id", "origin").unique()
    named = origins.with_columns(
        origin=pl.when(pl.col("origin").str.starts_with(SOURCE)).then(pl.lit(ABSENT)).otherwise("origin")
    )
    several = members.group_by("cluster_id").len().filter(pl.col("len") >= 2)
    held = members.join(several, on="cluster_id", how="semi")
    roots = judging.most(held.join(named, on="doc_id"), 1).select("cluster_id", "origin")
    parents = _merged(judging.copies(gold["edges"]), same, "from_id", "to_id").unique()
    right = named.join(held.select("doc_id").unique(), on="doc_id", how="semi").rename({"origin": "true"}).unique()
    return Truth(held, roots, right, parents.filter(pl.col("from_id") != pl.col("to_id")), same)


def _merged(frame: pl.DataFrame, same: dict[str, str], *columns: str) -> pl.DataFrame:
    return frame.with_columns(pl.col(column).replace(same) for column in columns)


def measure_traced(condition: str, run: Frames, truth: Truth) -> Iterator[Row]:
    """A run under one condition -> rows: roots and edges of ours and of each baseline; absence, calibration of ours."""
    ours = tell(run, truth)
    methods = {"provenance": ours} | baselines(run, truth)
    known = truth.roots.filter(pl.col("origin") != ABSENT)
    for name, told in methods.items():
        first, second = (_hits(known, told.roots, rank) for rank in (1, 2))
        yield f"root, {condition}", name, first, known.height
        yield f"root in first two, {condition}", name, second, known.height
    for name, told in methods.items():
        scores = judging.overlap_scores(truth.parents, told.parents)
        yield f"direct source F1, {condition}", name, scores[2], truth.parents.height
    value, cases = judging.orientation(truth.parents, ours.parents)
    yield f"orientation, {condition}", "direct sources", value, cases
    lines = [judging.ancestors(parents) for parents in (truth.parents, ours.parents)]
    yield f"ancestry F1, {condition}", "all sources", judging.overlap_scores(*lines)[2], lines[0].height
    said = (truth.roots, ours.roots.filter(pl.col("rank") == 1))
    absent = [frame.filter(pl.col("origin") == ABSENT) for frame in said]
    precision, recall, _ = judging.overlap_scores(*(frame.select("cluster_id") for frame in absent))
    yield f"absent root, {condition}", "precision", precision, absent[1].height
    yield f"absent root, {condition}", "recall", recall, absent[0].height
    yield from _calibration(condition, run["origins"], truth)


def _hits(known: pl.DataFrame, told: pl.DataFrame, ranks: int) -> float:
    named = told.filter(pl.col("rank") <= ranks).select("cluster_id", "origin")
    return known.join(named, on=["cluster_id", "origin"], how="semi").height / max(known.height, 1)


def tell(traced: Frames, truth: Truth) -> Told:
    """A run's ORIGINS and EDGES -> what they say of roots and direct sources.

    The root of a true story is whichever of its members says most surely that it began there, or outside; what the
    others name, all of them together, counts half as much. One that matches nothing is in no story that we know.
    """
    said = judged_origins(traced["origins"], truth).join(truth.members, on="doc_id")
    sides = [traced["matches"].select(doc_id=f"{side}_doc") for side in ("left", "right")]
    matched = said.join(_merged(pl.concat(sides), truth.same, "doc_id"), on="doc_id", how="semi")
    begun = matched.filter((pl.col("said") == ABSENT) | (pl.col("said") == pl.col("doc_id")))
    part = OTHERS / pl.len().over("cluster_id")
    votes = [
        begun.group_by("cluster_id", origin="said").agg(weight=pl.col("confidence").max()),
        said.select("cluster_id", origin="said", weight=part * pl.col("confidence")),
        said.select("cluster_id", origin="second", weight=part * (1 - pl.col("confidence")) / 2).drop_nulls(),
    ]
    roots = judging.most(pl.concat(votes), 2)
    edges = traced["edges"].filter(~pl.col("from_id").str.starts_with(SOURCE))
    edges = edges.filter((pl.col("relation") == "copied_from") & (pl.col("kind") != "quoted"))
    merged = _merged(edges.select("from_id", "to_id", "confidence"), truth.same, "from_id", "to_id")
    merged = merged.filter(pl.col("from_id") != pl.col("to_id"))
    best = merged.sort("to_id", "confidence", "from_id", descending=[False, True, False])
    return Told(roots, best.unique("to_id", keep="first", maintain_order=True).select("from_id", "to_id"))


def judged_origins(origins: pl.DataFrame, truth: Truth) -> pl.DataFrame:
    """ORIGINS -> doc_id, said, second, confidence, verdict, right; equal texts under one id, ABSENT as such.

    Judged is where the words come from: an article that only cites somebody wrote its own. Of equal texts that each may
    be the first of them, one is as likely as all together.
    """
    own = origins.with_columns(own=(pl.col("origin_id") == pl.col("doc_id")) & (pl.col("kind") == "itself"))
    known = _merged(own, truth.same, "doc_id", "origin_id", "runner_up").with_columns(
        origin_id=pl.when(pl.col("relation") == "cites").then("doc_id").otherwise("origin_id")
    )
    absent = pl.col("origin_id").is_null() | pl.col("origin_id").str.starts_with(SOURCE)
    outside = pl.col("runner_up").str.starts_with(SOURCE)
    rows = known.select(
        "doc_id",
        "verdict",
        said=pl.when(absent).then(pl.lit(ABSENT)).otherwise("origin_id"),
        second=pl.when(outside).then(pl.lit(ABSENT)).otherwise("runner_up"),
        confidence=pl.when("own")
        .then(pl.col("confidence").filter("own").sum().over("doc_id").clip(upper_bound=1))
        .otherwise("confidence")
        .cast(pl.Float64),
    )
    rows = rows.join(truth.origins.select("doc_id").unique(), on="doc_id", how="semi")
    hits = truth.origins.select("doc_id", said="true", right=pl.lit(value=True))
    return rows.join(hits, on=["doc_id", "said"], how="left").with_columns(pl.col("right").fill_null(value=False))


def _calibration(condition: str, origins: pl.DataFrame, truth: Truth) -> Iterator[Row]:
    said = judged_origins(origins, truth)
    confidence, right = said["confidence"].to_numpy(), said["right"].to_numpy().astype(float)
    yield f"origins, {condition}", "Brier score", judging.brier(confidence, right), said.height
    yield f"origins, {condition}", "calibration error", judging.calibration_error(confidence, right), said.height
    for share in judging.COVERAGES:
        value = judging.risk_coverage(confidence, right, share)
        yield f"origins, {condition}", f"accuracy, {share:.0%} answered", value, said.height
    sure = said.filter(pl.col("verdict") == "established")
    yield f"origins, {condition}", "established that are right", judging.accuracy(sure), sure.height


# -- rules of thumb --------------------------------------------------------------------------------------


def baselines(run: Frames, truth: Truth) -> dict[str, Told]:
    """What deduplicators and others go by; each but passim's makes all members copies of the root."""
    texts = run["documents"].select("doc_id", size=pl.col("text").str.len_chars())
    dated = best_dates(run["dates"]).select("doc_id", "time")
    members = truth.members.join(texts, on="doc_id").join(dated, on="doc_id", how="left")
    luck = [int.from_bytes(hashlib.blake2b(one.encode(), digest_size=8).digest()) for one in members["doc_id"]]
    members = members.join(_alikeness(run["matches"], truth), on=["cluster_id", "doc_id"], how="left").with_columns(
        luck=pl.Series(luck, dtype=pl.UInt64), alike=pl.col("alike").fill_null(0)
    )
    orders = {
        "earliest date": members.sort("cluster_id", "time", "luck", nulls_last=True),
        "longest text": members.sort("cluster_id", "size", "doc_id", descending=[False, True, False]),
        "medoid": members.sort("cluster_id", "alike", "doc_id", descending=[False, True, False]),
        "random": members.sort("cluster_id", "luck"),
    }
    told = {name: _star(order) for name, order in orders.items()}
    ordered = orders["earliest date"]
    before = pl.col("doc_id").shift(1).over("cluster_id")
    chain = ordered.select(from_id=before, to_id="doc_id").drop_nulls()
    return told | {"passim's rule": Told(told["earliest date"].roots, chain)}


def _star(order: pl.DataFrame) -> Told:
    ranked = order.select("cluster_id", origin="doc_id", rank=pl.int_range(1, pl.len() + 1).over("cluster_id"))
    centre = ranked.filter(pl.col("rank") == 1).select("cluster_id", from_id="origin")
    parents = order.join(centre, on="cluster_id").select("from_id", to_id="doc_id")
    return Told(ranked.filter(pl.col("rank") <= 2), parents.filter(pl.col("from_id") != pl.col("to_id")))


def _alikeness(matches: pl.DataFrame, truth: Truth) -> pl.DataFrame:
    """cluster_id, doc_id, alike: the sum of a member's jaccard with the others of its cluster."""
    both = pl.concat(
        [
            matches.select(doc_id=one, other=two, jaccard="jaccard")
            for one, two in (("left_doc", "right_doc"), ("right_doc", "left_doc"))
        ]
    )
    merged = _merged(both, truth.same, "doc_id", "other").filter(pl.col("doc_id") != pl.col("other"))
    merged = merged.group_by("doc_id", "other").agg(pl.col("jaccard").max())
    inside = truth.members.join(merged, on="doc_id").join(
        truth.members, left_on=["cluster_id", "other"], right_on=["cluster_id", "doc_id"], how="semi"
    )
    # rounded, for the last digits of a sum hang on its order, and of centres as good the id decides
    return inside.group_by("cluster_id", "doc_id").agg(alike=pl.col("jaccard").cast(pl.Float64).sum().round(6))
