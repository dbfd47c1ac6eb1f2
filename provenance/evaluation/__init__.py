"""A run and a gold standard -> measures, each a pure function of frames; what they mean stands beside each.

Every row of the result is one figure: `measure`, `part` (a category, a threshold, ...), `value`, and
`cases`, how many things were judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance import tables
from provenance.evaluation import origins, pairs, spans
from provenance.evaluation.datelines import score_datelines
from provenance.evaluation.gold import read_gold, read_run, read_settings
from provenance.evaluation.places import align
from provenance.evaluation.stories import measure_stories
from provenance.evaluation.verdicts import is_log, measure_verdicts
from provenance.settings import Settings, or_default

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Frames = dict[str, pl.DataFrame]
Row = tuple[str, str, float, int]
MEASURES = pl.Schema({"measure": pl.String(), "part": pl.String(), "value": pl.Float64(), "cases": pl.Int64()})
THRESHOLDS = (0.3, 0.5, 0.7)
LINKED = 0.5  # containment that ties two articles
LONG_QUOTE = 120  # characters; shorter ones have few words, and chance repeats them


def evaluate(run: Path, gold: Path) -> pl.DataFrame:
    """A scan's folder or a Parquet of spans, a folder of gold tables or a log of decisions -> MEASURES."""
    if is_log(gold):
        return pl.DataFrame(list(measure_verdicts(read_run(run), run, gold)), schema=MEASURES, orient="row")
    return measure(read_run(run), read_gold(gold), read_settings(run))


def measure(run: Frames, gold: Frames, settings: Settings | None = None) -> pl.DataFrame:
    """Frames of a run, frames of a gold standard (see gold.py) -> MEASURES; what either lacks is left out.

    `settings` are those of the run: what it called a near duplicate, and the floor of its clusters.
    """
    settings = or_default(settings)
    as_run = run
    run, gold, documents, scanned = align(run, gold)
    rows: list[Row] = []
    if scanned < documents:
        rows.append(("gold documents scanned", "share", scanned / documents, documents))
    rows += _spans(run, gold)
    rows += _pairs(run, gold, settings)
    rows += _clusters(run, gold, settings)
    rows += _origins(run, gold)
    rows += _edges(run, gold)
    rows += measure_stories(as_run, run, gold, settings)
    return pl.DataFrame(rows, schema=MEASURES, orient="row")


def _spans(run: Frames, gold: Frames) -> Iterator[Row]:
    if "spans" not in run:
        return
    found = run["spans"]
    groups = gold.get("groups", spans.NO_GROUPS)
    if "pairs" in gold:
        yield from _plagdet(found, gold)
    elif "spans" in gold:
        yield from _coverage(found, gold["spans"], groups)
    if "groups" in gold:
        places, entire = spans.group_recall(groups, found)
        yield "places of repeats found", "all", places, groups.height
        yield "groups of repeats found", "all", entire, groups["group_id"].n_unique()
    if "quotes" in gold:
        quotes = gold["quotes"].filter(pl.col("left_end") - pl.col("left_start") >= LONG_QUOTE)
        recall = spans.span_recall(quotes, found)
        yield "quote recall", f"{LONG_QUOTE} characters or more", recall.share, quotes.height


def _plagdet(found: pl.DataFrame, gold: Frames) -> Iterator[Row]:
    labelled = gold["pairs"]
    found = found.join(labelled.select(*tables.PAIR, label="category"), on=tables.PAIR)
    for category in sorted(labelled["category"].unique()):
        cases = gold["spans"].filter(pl.col("category") == category)
        detected = found.filter(pl.col("label") == category)
        if cases.height:
            yield from _plagdet_rows(category, cases, detected)
            long = spans.as_long_as(detected, spans.shortest(cases))
            yield "plagdet, as long as a case", category, spans.score_plagdet(cases, long).plagdet, long.height
        else:
            yield "false detections", category, detected.height, labelled.filter(pl.col("category") == category).height
    yield from _plagdet_rows("entire", gold["spans"], found)


def _plagdet_rows(part: str, cases: pl.DataFrame, found: pl.DataFrame) -> Iterator[Row]:
    scores = spans.score_plagdet(cases, found)
    for name, value in scores._asdict().items():
        yield name, part, value, found.height if name == "precision" else cases.height


def _coverage(found: pl.DataFrame, true: pl.DataFrame, groups: pl.DataFrame) -> Iterator[Row]:
    yield "span recall", "all", spans.span_recall(true, found).share, true.height
    yield "span precision", "all", spans.span_precision(true, groups, found).share, found.height
    for column in ("kind", "role"):
        if column not in true.columns:
            continue
        for part in sorted(true[column].drop_nulls().unique()):
            wanted = true.filter(pl.col(column) == part)
            yield "span recall", part, spans.span_recall(wanted, found).share, wanted.height
    if "kind" in found.columns:
        for part in sorted(found["kind"].unique()):
            judged = found.filter(pl.col("kind") == part)
            yield "span precision", part, spans.span_precision(true, groups, judged).share, judged.height


def _pairs(run: Frames, gold: Frames, settings: Settings) -> Iterator[Row]:
    if "matches" not in run:
        return
    matches = run["matches"]
    if "jaccards" in gold:
        jaccards = gold["jaccards"]
        for least in THRESHOLDS:
            value, cases = pairs.candidate_recall(jaccards, matches, least)
            yield "candidate recall", f"J >= {least}", value, cases
            if "clusters" in run:
                value, cases = pairs.implied_recall(jaccards, matches, run["clusters"], least)
                yield "implied, not compared", f"J >= {least}", value, cases
        if "containment" in jaccards.columns:
            value, cases = pairs.candidate_recall(jaccards, matches, LINKED, "containment")
            yield "candidate recall", f"containment >= {LINKED}", value, cases
        # .02 for what folds apart: the gold's words keep apostrophes and marks
        value, cases = pairs.pair_precision(jaccards, matches, settings.near_duplicate - 0.02)
        yield "pair precision", "duplicate, near_duplicate", value, cases
    for name in ("duplicates", "crossposts"):
        if name in gold:
            precision, recall = pairs.duplicate_scores(gold[name], matches)
            groups = gold[name]["group_id"].n_unique()
            yield "duplicate precision", name, precision, groups
            yield "duplicate recall", name, recall, groups
    if "reuse" in gold:
        for reuse, label in ((True, "reused"), (False, "not reused")):
            rows = gold["reuse"].filter(pl.col("reuse") == reuse)
            hits = rows.join(matches.filter(pl.col("relation") != "boilerplate"), on=tables.PAIR, how="semi")
            yield "pairs matched", label, hits.height / max(rows.height, 1), rows.height


def _clusters(run: Frames, gold: Frames, settings: Settings) -> Iterator[Row]:
    if "clusters" not in run:
        return
    found = run["clusters"]
    if "matches" in run:
        guard = pairs.chaining_guard(found, run["matches"], settings.cohesion_floor)
        yield "largest cluster", "documents", guard.largest, guard.clusters
        yield "largest chained cluster", "documents", guard.largest_chained, guard.clusters
        yield "chained clusters", "share", guard.chained / max(guard.clusters, 1), guard.clusters
    if "clusters" in gold:
        known = gold.get("documents", gold["clusters"])["doc_id"].unique().sort()
        true, ours = (pairs.label_documents(clusters, known) for clusters in (gold["clusters"], found))
        yield "cluster ARI", "documents", pairs.adjusted_rand(true, ours), len(known)
        for part, value in zip(("precision", "recall", "F1"), pairs.b_cubed(true, ours), strict=True):
            yield "cluster B-cubed", part, value, len(known)


def _origins(run: Frames, gold: Frames) -> Iterator[Row]:
    if "origins" not in run:
        return
    if "places" in gold:
        right = origins.judge_places(run["documents"], run["origins"], gold["places"])
        yield "origin accuracy", "all", origins.accuracy(right), right.height
    if "origins" not in gold:
        return
    judged = origins.judge(run["origins"], gold["origins"])
    yield "origin accuracy", "all", origins.accuracy(judged), judged.height
    yield "origin accuracy", "first two", origins.accuracy(judged, "second"), judged.height
    yield "origin accuracy", "answered", origins.accuracy(judged, "answered"), judged.height
    kinds = gold["origins"].select("doc_id", "kind").unique("doc_id") if "kind" in gold["origins"].columns else None
    if kinds is not None:
        for kind in sorted(kinds["kind"].drop_nulls().unique()):
            rows = judged.join(kinds.filter(pl.col("kind") == kind), on="doc_id", how="semi")
            yield "origin accuracy", f"true {kind}", origins.accuracy(rows), rows.height
    if "clusters" in gold:
        *shares, cases = origins.root_accuracy(run["origins"], gold["clusters"], gold["origins"])
        for part, value in zip(("first", "first two", "answered"), shares, strict=True):
            yield "root accuracy", part, value, cases
    answered = judged.filter("answered")
    confidence = answered["confidence"].fill_null(0).to_numpy()
    outcome = answered["right"].to_numpy().astype(np.float64)
    yield "Brier score", "origins", origins.brier(confidence, outcome), answered.height
    yield "calibration error", "10 bins", origins.calibration_error(confidence, outcome), answered.height
    for share in origins.COVERAGES:
        value = origins.risk_coverage(confidence, outcome, share)
        yield "accuracy at coverage", f"{share:.0%} answered", value, answered.height


def _edges(run: Frames, gold: Frames) -> Iterator[Row]:
    if "edges" not in run:
        return
    for name, measure_ in (("absent", "absent sources"), ("credited", "credited sources")):
        if name not in gold:
            continue
        said = [run["edges"], run.get("origins", tables.empty(tables.ORIGINS))]
        if name == "credited":
            said = [frame.filter(pl.col("relation") == "copied_from") for frame in said]
        found = origins.absent_sources(*said).join(gold[name].select("to_id").unique(), on="to_id", how="semi")
        true = origins.keyed(gold[name].drop_nulls(), "from_id")
        scores = origins.overlap_scores(true, found)
        for part, value in zip(("precision", "recall", "F1"), scores, strict=True):
            yield measure_, part, value, true.height
    if "edges" in gold:
        true, found = origins.copies(gold["edges"]), origins.copies(run["edges"])
        value, cases = origins.orientation(true, found)
        yield "orientation", "between true pairs", value, cases
        for name, one, other in (
            ("edges", true, found),
            ("ancestry", origins.ancestors(true), origins.ancestors(found)),
        ):
            for part, value in zip(("precision", "recall", "F1"), origins.overlap_scores(one, other), strict=True):
                yield name, part, value, one.height
    if "datelines" in gold and "attributions" in run:
        yield from score_datelines(gold["datelines"], run["attributions"])
