"""`python -m tests.bench.findings NAME CORPUS TRUTH RUN`: what a scan found of the hard dumps, as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

from tests.bench.peers.grouping import label

COVERED = 0.8  # share of a planted stretch that a span must hold on both sides to count as having found it


def headlines(spans: pl.DataFrame, truth: pl.DataFrame, rows: pl.DataFrame) -> dict[str, float]:
    """SPANS and the planted headlines -> the share found; `wrong` are spans between other articles."""
    spans = _numbered(spans, rows)
    pairs = spans.join(truth, on=["left", "right"], how="inner")
    held = pairs.filter(
        (pl.col("left_start") <= (1 - COVERED) * pl.col("left_end_truth"))
        & (pl.col("right_start") <= (1 - COVERED) * pl.col("right_end_truth"))
        & (pl.col("left_end") >= COVERED * pl.col("left_end_truth"))
        & (pl.col("right_end") >= COVERED * pl.col("right_end_truth"))
    )
    found = held.select("left", "right").unique()
    missed = truth.join(found, on=["left", "right"], how="anti")
    return {
        "planted": truth.height,
        "found": found.height,
        "wrong": spans.filter(pl.col("left") != pl.col("right")).height - pairs.height,
        "missed_places": sorted(missed["place"].to_list()),  # type: ignore[dict-item]
    }


def passages(spans: pl.DataFrame, truth: pl.DataFrame, rows: pl.DataFrame) -> dict[str, dict[str, float]]:
    """SPANS and the planted passages -> for each: in how many articles found, in one piece, and links a posting."""
    spans = _numbered(spans, rows)
    found = {}
    for (name,), held in truth.group_by("passage", maintain_order=True):
        inside = spans
        for side in ("left", "right"):
            place = held.select(pl.col("number").alias(side), pl.col("start").alias("from"), pl.col("end").alias("to"))
            inside = inside.join(place, on=side, how="inner")
            overlap = pl.min_horizontal(f"{side}_end", "to") - pl.max_horizontal(f"{side}_start", "from")
            inside = inside.filter(overlap >= COVERED * (pl.col("to") - pl.col("from"))).drop("from", "to")
        place_of = {number: place for place, number in enumerate(held["number"].to_list())}
        pairs = [(place_of[a], place_of[b]) for a, b in inside.select("left", "right").iter_rows()]
        labels = label(held.height, pairs)
        sizes = pl.Series(labels).value_counts()["count"]
        found[str(name)] = {
            "planted": held.height,
            "found": len({one for pair in pairs for one in pair}),
            "in_one_piece": int(sizes.max() or 0),  # type: ignore[call-overload]
            "links_a_posting": len(pairs) / held.height,
        }
    return found


def clusters(run: Path) -> dict[str, float]:
    """A scan's folder -> articles, matches an article, document clusters, and articles in the largest."""
    facts = json.loads((run / "run.json").read_text())
    members = pl.read_parquet(run / "clusters.parquet").filter(pl.col("level") == "document")
    sizes = members["cluster_id"].value_counts()["count"]
    documents = facts["counts"]["read"]
    return {
        "documents": documents,
        "matches_a_document": facts["counts"]["rows"]["matches"] / documents,
        "clusters": sizes.len(),
        "largest": int(sizes.max() or 0),  # type: ignore[call-overload]
    }


def _numbered(spans: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Spans with the numbers of their articles, the smaller on the left."""
    return spans.with_columns(
        left=spans["left_doc"].replace_strict(rows["id"], rows["row"], return_dtype=pl.Int64),
        right=spans["right_doc"].replace_strict(rows["id"], rows["row"], return_dtype=pl.Int64),
    )


def main(name: str, corpus: str, truth: str, run: str) -> dict[str, object]:
    """Read what is needed and look."""
    if name not in ("headlines", "passages"):
        return dict(clusters(Path(run)))
    rows = pl.read_parquet(corpus, columns=["id"]).with_row_index("row").cast({"row": pl.Int64})
    spans, planted = pl.read_parquet(f"{run}/spans.parquet"), pl.read_parquet(truth)
    if name == "headlines":
        names = {"left_end": "left_end_truth", "right_end": "right_end_truth"}
        return dict(headlines(spans, planted.rename(names), rows))
    return dict(passages(spans, planted, rows))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
