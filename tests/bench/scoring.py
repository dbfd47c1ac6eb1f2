"""`python -m tests.bench.scoring CORPUS TRUTH OUTPUT`: what was found against what was planted, as JSON.

OUTPUT is what a runner wrote, or the folder of a scan, whose pairs of jaccard .7 or more are taken. Truth is the exact
jaccard of 5-word shingles; gold clusters are the components of the pairs at .7 or more.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl

from tests.bench.peers.grouping import THRESHOLD, label


def score(count: int, truth: pl.DataFrame, found: pl.DataFrame) -> dict[str, float | None]:
    """Documents, TRUTH (left, right, jaccard) and a runner's output by row -> recall of pairs, P and R of removals.

    A pair is found if both are in one cluster. Of a gold cluster of k, k - 1 should be removed, whichever is kept.
    Flags of all members of a group are held against all members of the gold clusters; flags give no pairs.
    """
    true = truth.filter(pl.col("jaccard") >= THRESHOLD)
    gold = np.array(label(count, zip(true["left"], true["right"], strict=True)), dtype=np.int64)
    (column,) = set(found.columns) - {"id"}
    measures: dict[str, float | None] = {"recall_7": None, "recall_8": None}
    if column == "cluster":
        cluster = found["cluster"].to_numpy()
        _, first = np.unique(cluster, return_index=True)
        removed = np.ones(count, np.bool_)
        removed[first] = False
        together = cluster[true["left"].to_numpy()] == cluster[true["right"].to_numpy()]
        high = true["jaccard"].to_numpy() >= 0.8
        measures = {"recall_7": _share(together[~high]), "recall_8": _share(together[high])}
    else:
        removed = found[column].to_numpy()
    sizes = np.bincount(gold, minlength=count)
    allowed = np.where(sizes > 1, sizes if column == "repeated" else sizes - 1, 0)
    right = float(np.minimum(np.bincount(gold[removed], minlength=count), allowed).sum())
    precision, recall = right / max(1, np.count_nonzero(removed)), right / max(1, int(allowed.sum()))
    return {
        **measures,
        "pairs": true.height,
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if right else 0.0,
    }


def _share(flags: np.ndarray) -> float | None:
    return float(flags.mean()) if flags.size else None


def of_scan(folder: Path, ids: pl.Series) -> pl.DataFrame:
    """A scan's folder -> clusters of the pairs of jaccard .7 or more, as a runner would write them."""
    matches = pl.read_parquet(folder / "matches.parquet").filter(pl.col("jaccard") >= pl.lit(THRESHOLD, pl.Float32))
    places = pl.DataFrame({"id": ids, "row": range(ids.len())})
    rows = matches.select(
        matches[side].replace_strict(places["id"], places["row"], return_dtype=pl.Int64)
        for side in ("left_doc", "right_doc")
    )
    return pl.DataFrame({"id": ids, "cluster": label(ids.len(), rows.iter_rows())})


def main(corpus: str, truth: str, output: str) -> dict[str, float | None]:
    """Read the three and score."""
    ids = pl.read_parquet(corpus, columns=["id"])["id"]
    if Path(output).is_dir():
        found = of_scan(Path(output), ids)
    else:
        # a peer may write in any order
        found = pl.DataFrame({"id": ids}).join(pl.read_parquet(output), on="id", how="left", maintain_order="left")
    return score(ids.len(), pl.read_parquet(truth), found)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
