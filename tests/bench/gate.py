"""`python -m tests.bench.gate FOLDER STEP [CORPUS [SIZE]]`: what the index costs.

STEP `fill` adds all but the last 1,000 articles of CORPUS (a Parquet file of SIZE articles that
`python -m tests.bench.corpora FOLDER news SIZE` made) to FOLDER/gate.sqlite and notes the cost of each tenth. STEP
`check` checks the last 1,000 against it, in a process of its own that is warm: the median of RUNS. STEP `clean` gives
the first STREAMED of them as JSON lines through `provenance clean - -o - --keep first`. STEP `page` makes
reports/measured/gate.md of these, and of what `python -m tests.faults FOLDER` left there.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sqlite3
import statistics
import sys
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.index import Index
from tests.bench import ROOT, SEED
from tests.bench.processes import run

if TYPE_CHECKING:
    from collections.abc import Iterable

SIZE, ASKED, TENTHS, RUNS = 1_000_000, 1_000, 10, 3
STREAMED = (10_000, 100_000, 300_000)
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
            for turn in range(RUNS):
                began, used = time.perf_counter(), time.process_time()
                part = asked[turn * 7 : turn * 7 + portion] if portion < ASKED else asked
                found = index.check(part, origins=False)
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


def clean(folder: Path, corpus: Path, _size: int) -> None:
    """Clean streams of several lengths, from - to -; with `--removals`, so that all of it is done."""
    rows: list[dict[str, Any]] = []
    lines, log = folder / "stream.jsonl", folder / "stream.out"
    command = [sys.executable, "-m", "provenance", "clean", "-", "-o", "-", "--keep", "first", "-q"]
    for size in STREAMED:
        pl.scan_parquet(corpus).head(size).sink_ndjson(lines)
        cost = run([*command, "--removals", str(folder / "gone.parquet")], log, given=lines)
        assert cost.code == 0, log.read_bytes()[-1000:]
        gone = pl.read_parquet(folder / "gone.parquet").height
        rows.append({"documents": size, "removed": gone, "bytes": lines.stat().st_size, **asdict(cost)})
        print(json.dumps(rows[-1]), flush=True)
    for path in (lines, log, folder / "gone.parquet"):
        path.unlink()
    (folder / "gate-clean.json").write_text(json.dumps(rows))


def sum_up(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `python -m tests.faults` noted of parts of a sweep -> one record a fault."""
    whole: dict[str, dict[str, Any]] = {}
    for record in records:
        row = whole.setdefault(record["fault"], record | {"done": 0, "seconds": 0.0, "outcome": {}})
        row["done"] += record["done"]
        row["seconds"] += record["seconds"]
        row["outcome"] = dict(Counter(row["outcome"]) + Counter(record["outcome"]))
    return list(whole.values())


def page(folder: Path) -> None:
    """Make the page of whatever figures FOLDER holds."""
    filled = json.loads((folder / "gate-fill.json").read_text())
    checked = json.loads((folder / "gate-check.json").read_text())
    faults = sum_up(json.loads(path.read_text()) for path in sorted(folder.glob("faults-*.json")))
    about = (
        f"Written by `python -m tests.bench.gate FOLDER page` on {datetime.now(UTC):%Y-%m-%d} from what its other "
        f"steps and `python -m tests.faults FOLDER` left there: {os.cpu_count()} cores shared with other work, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, polars {version('polars')}. The corpus is `news` of tests/bench/corpora.py, seed "
        f"{SEED}. The load average of the last 15 minutes was {os.getloadavg()[2]:.0f}. "
        "Seconds of a busy machine say little; CPU seconds are of both threads together."
    )
    lines = ["# The gate", "", about, "", "## Adding", ""]
    lines += ["| documents | seconds | CPU s | documents / CPU s | text MB | index MB | of the text | peak MB |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for row in filled:
        lines.append(
            f"| {row['documents']:,} | {row['seconds']:.0f} | {row['cpu']:.0f} | {row['documents'] / row['cpu']:,.0f} "
            f"| {row['text'] / 1e6:,.0f} | {row['bytes'] / 1e6:,.0f} | {row['bytes'] / row['text']:.2f} "
            f"| {row['peak']:,.0f} |"
        )
    lines += ["", f"## Checking against {filled[-1]['documents']:,} documents, warm", ""]
    lines += ["| articles | seconds | CPU s | peak MB | verdicts |", "|---|---|---|---|---|"]
    for row in checked:
        told = ", ".join(f"{name} {count}" for name, count in row["verdicts"].items())
        lines.append(f"| {row['articles']:,} | {row['seconds']:.2f} | {row['cpu']:.2f} | {row['peak']:,.0f} | {told} |")
    lines += ["", "## Cleaning a stream, from - to -, `--keep first`, with the list of what went", ""]
    lines += ["| documents | MB of lines | removed | seconds | CPU s | documents / CPU s | peak MB |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for row in json.loads((folder / "gate-clean.json").read_text()):
        lines.append(
            f"| {row['documents']:,} | {row['bytes'] / 1e6:,.0f} | {row['removed']:,} | {row['seconds']:.0f} "
            f"| {row['cpu']:.0f} | {row['documents'] / row['cpu']:,.0f} | {row['memory']:,.0f} |"
        )
    lines += ["", "## Faults", "", FAULTS, "", "| fault | trials | outcome | seconds |", "|---|---|---|---|"]
    for row in faults:
        told = "; ".join(f"{what}: {times:,}" for what, times in sorted(row["outcome"].items()))
        lines.append(f"| {row['fault']} | {row['done']:,} of {row['of']:,} | {told} | {row['seconds']:.0f} |")
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


FAULTS = (
    "After each the index is verified, what it had acknowledged is looked for, and everything is added again. *Sound*: "
    "nothing damaged, nothing lost, no half batch, and the rerun gives what an undisturbed run gives. *Harmless*: the "
    "flipped bit lies in unused room, and every finding is the same."
)


if __name__ == "__main__":
    folder, step = Path(sys.argv[1]), sys.argv[2]
    if step == "page":
        page(folder)
    else:
        size = int(sys.argv[4]) if len(sys.argv) > 4 else SIZE
        {"fill": fill, "check": check, "clean": clean}[step](folder, Path(sys.argv[3]), size)
