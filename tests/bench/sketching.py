"""`python -m tests.bench.sketching CORPUS`: `sketch()` alone, from texts in memory to signatures, as JSON."""

from __future__ import annotations

import json
import statistics
import sys
import time

import polars as pl

import provenance as pv

RUNS = 3


def main(corpus: str) -> dict[str, float]:
    """Seconds of RUNS runs, after one that is not counted, on as many cores as this process was given."""
    frame = pl.read_parquet(corpus, columns=["id", "text"])
    pv.sketch(frame.head(100), text="text", id="id")
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        pv.sketch(frame, text="text", id="id")
        took.append(time.perf_counter() - began)
    size = int(frame["text"].str.len_bytes().sum())
    return {"bytes": size, "seconds": statistics.median(took), "least": min(took), "most": max(took), "runs": RUNS}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
