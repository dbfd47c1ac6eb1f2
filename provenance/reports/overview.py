"""A Run -> what its page tells at once: counts, shares by outlet, scores, who copies whom, what was not read."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.matching.groups.repeated import find_repeated
from provenance.reports import escaping
from provenance.settings import Settings

if TYPE_CHECKING:
    from provenance.reports.numbered import Numbered
    from provenance.reports.runs import Run

MOST_ROWS = 500  # rows of a table of inputs, rejects or outlets
BINS = 20  # of a histogram of scores from 0 to 1


def describe_run(run: Run, tables: Numbered) -> dict[str, Any]:
    """The facts of the run and the figures of its first view, as JSON takes them; `tables` are the run's by rows."""
    inputs = run.facts.get("inputs") or []
    # times differ from run to run: the same input must give the same page
    elsewhere = ("inputs", "settings", "files", "seconds", "peak_memory_mb")
    return {
        "facts": {name: value for name, value in run.facts.items() if name not in elsewhere},
        "settings": _settings(run.facts.get("settings", {})),
        "inputs": inputs[:MOST_ROWS],
        "input_count": len(inputs),
        "rejects": run.rejects.head(MOST_ROWS).to_dicts(),
        "reject_reasons": _reasons(run.rejects),
        "made": run.made,
        "outlets": _outlets(run, tables),
        "copying": _copying(run),
        "scores": _scores(run.matches),
        "totals": _totals(run, tables.spans),
        "unseen": {"ranges": escaping.UNSEEN_RANGES, "names": escaping.NAMES},
    }


def _settings(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Every setting with its unit, the reason for its default, and whether it is the default."""
    known = {item.name: item for item in fields(Settings)}
    return [
        {
            "name": name,
            "value": value,
            "unit": known[name].metadata["unit"] if name in known else "",
            "reason": known[name].metadata["reason"] if name in known else "",
            "changed": name in known and value != known[name].default,
        }
        for name, value in values.items()
    ]


def _reasons(rejects: pl.DataFrame) -> list[dict[str, Any]]:
    counted = rejects.group_by("reason", "action").len("count")
    return counted.sort("count", "reason", "action", descending=[True, False, False]).to_dicts()


def _totals(run: Run, spans: pl.DataFrame) -> dict[str, Any]:
    """Clusters of each level, repeats inside and between, and the share of all characters that repeats."""
    levels = dict(run.clusters.group_by("level").agg(pl.col("cluster_id").n_unique()).iter_rows())
    inner = spans.filter(pl.col("left_doc") == pl.col("right_doc"))
    return {
        "document": levels.get("document", 0),
        "passage": levels.get("passage", 0),
        "inner": inner.height,
        "inner_articles": inner["left_doc"].n_unique(),
        "between": spans.height - inner.height,
        "pairs": run.matches.height,
    }


def _outlets(run: Run, tables: Numbered) -> dict[str, Any]:
    """For each outlet its articles, how many of them repeat, and the share of its characters that do."""
    repeated = find_repeated(tables.matches, run.facts.get("settings", {}).get("link_containment", 0.5))
    rows = (
        tables.documents.group_by("outlet")
        .agg(
            articles=pl.len(),
            repeated=pl.col("doc_id").is_in(repeated.implode()).sum(),
            characters=pl.col("length").sum(),
            shared=(pl.col("length") * pl.col("repeated").fill_null(0)).sum().round().cast(pl.Int64),
        )
        .sort("articles", "outlet", descending=[True, False], nulls_last=True)
    )
    total = rows.select(pl.exclude("outlet").sum()).to_dicts()
    return {"rows": rows.head(MOST_ROWS).to_dicts(), "count": rows.height, "total": total[0]}


def _copying(run: Run) -> dict[str, Any]:
    order = ["documents", "words", "from_outlet", "to_outlet"]
    rows = run.outlets.with_columns(lag=pl.col("median_lag").dt.total_seconds()).drop("median_lag")
    return {
        "rows": rows.sort(order, descending=[True, True, False, False]).head(MOST_ROWS).to_dicts(),
        "count": rows.height,
    }


def _scores(matches: pl.DataFrame) -> dict[str, list[int]]:
    """Matches by jaccard and by the greater containment, counted in BINS steps."""

    def count(score: pl.Expr) -> list[int]:
        place = (score.cast(pl.Float64) * BINS).floor().clip(0, BINS - 1).cast(pl.Int64)
        counts = dict(matches.select(place.alias("place")).group_by("place").len().iter_rows())
        return [counts.get(number, 0) for number in range(BINS)]

    return {
        "jaccard": count(pl.col("jaccard")),
        "containment": count(pl.max_horizontal("left_containment", "right_containment")),
    }
