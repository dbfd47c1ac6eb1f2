"""`python -m tests.bench.gate FOLDER STEP`: what the index costs; written to reports/measured/gate.md by STEP `page`.

STEP `fill` adds all but the last 1,000 articles of the corpus `news` of SIZE to FOLDER/gate.sqlite, some at a time, and
notes the cost of each tenth. STEP `check` checks the last 1,000 against it, in a process of its own that is warm: the
median of RUNS. Both write their figures as JSON into FOLDER, and `page` makes the tables of them.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl

from provenance.index import Index
from tests.bench import ROOT

SIZE, ASKED, TENTHS, RUNS = 1_000_000, 1_000, 10, 3
AT_ONCE = 50_000  # articles read of the corpus at a time; the index takes them in batches of its own
PAGE = ROOT / "reports" / "measured" / "gate.md"


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def fill(folder: Path, corpus: Path, size: int) -> None:
    """Add everything but what will be asked, and note what each tenth costs."""
    place = folder / "gate.sqlite"
    for suffix in ("", "-wal", "-shm"):
        place.with_name(place.name + suffix).unlink(missing_ok=True)
    rows: list[dict[str, float]] = []
    total, octets = size - ASKED, 0
    with Index.open(place) as index:
        index.add(pl.scan_parquet(corpus).tail(100).collect())  # compiled and loaded before the clock runs
        index.remove([name for part in index.documents() for name in part["doc_id"]])
        began, cpu, done = time.perf_counter(), time.process_time(), 0
        while done < total:
            part = pl.scan_parquet(corpus).slice(done, min(AT_ONCE, total - done)).collect()
            octets += int(part["text"].str.len_bytes().sum() or 0)
            index.add(part)
            done += part.height
            if done == total or done // (total // TENTHS) > len(rows):
                row = {"documents": done, "seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
                row |= {"text": octets, "bytes": place.stat().st_size, "peak": peak()}
                row["segments"] = len(index.manifest().segments)
                rows.append(row)
                print(json.dumps(row), flush=True)
    rows[-1]["bytes"] = place.stat().st_size
    (folder / "gate-fill.json").write_text(json.dumps(rows))


def check(folder: Path, corpus: Path, size: int) -> None:
    """Check what was left over, warm, and again in other portions."""
    asked = pl.scan_parquet(corpus).slice(size - ASKED, ASKED).collect()
    rows: list[dict[str, Any]] = []
    with Index.open(folder / "gate.sqlite", create=False) as index:
        index.check(asked[:100])
        for portion in (ASKED, 100, 1):
            seconds, cpu = [], []
            for run in range(RUNS):
                began, used = time.perf_counter(), time.process_time()
                found = index.check(asked[run * 7 : run * 7 + portion] if portion < ASKED else asked)
                seconds.append(time.perf_counter() - began)
                cpu.append(time.process_time() - used)
            verdicts = dict(found["verdict"].value_counts(sort=True).iter_rows())
            rows.append(
                {
                    "articles": portion,
                    "seconds": statistics.median(seconds),
                    "cpu": statistics.median(cpu),
                    "peak": peak(),
                    "verdicts": verdicts,
                }
            )
            print(json.dumps(rows[-1]), flush=True)
    (folder / "gate-check.json").write_text(json.dumps(rows))


if __name__ == "__main__":
    folder, step = Path(sys.argv[1]), sys.argv[2]
    corpus, size = Path(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else SIZE
    {"fill": fill, "check": check}[step](folder, corpus, size)
