"""`python -m tests.spark_costs FOLDER [SIZE ...]`: what a scan over Spark costs, fitted -> reports/measured/spark.md.

Each size is measured once and kept in FOLDER; the page is made of all that are there. Measured and extrapolated stand
in tables of their own.
"""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl

from provenance.settings import Settings
from tests.bench import corpora

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "reports" / "measured" / "spark.md"
#: Level and end of the run that is measured: everything but tracing, whose last round is one task.
WAYS = {"document": {"level": "document", "until": "clusters"}, "passage": {"until": "clusters", "rewritten": "off"}}
AHEAD = (10**8, 10**10)
EXECUTOR_CORES = 4
#: Rounds that take everything in one task, so that their bucket grows with the dump; links go over the cluster past a
#: limit, and other buckets are dealt to keep their size (4,096 documents a key, 1,024 a home, 4,096 pairs a block).
ONE_TASK = ("short-links",)
#: Bytes a document that no round passes: 64 bands of a key, a row, a number and 64 bytes of bits. Fewer are measured
#: where few keys leave a document's bands side by side, which compresses.
MOST_READ = {"candidates": 64 * (4 + 8 + 8 + 64)}


def measure(folder: Path, kind: str, size: int, way: str) -> dict[str, Any]:
    """One scan -> its costs by round, as a JSON file that is not made again."""
    kept = folder / f"costs-{kind}-{size}-{way}.json"
    if kept.exists():
        found: dict[str, Any] = json.loads(kept.read_text())
        return found
    from provenance import spark  # noqa: PLC0415
    from provenance.pipeline import peak_memory  # noqa: PLC0415
    from provenance.spark.plan import SCHEMAS  # noqa: PLC0415
    from provenance.spark.session import open_session  # noqa: PLC0415

    facts = corpora.make(folder, kind, size)
    session = open_session("local[2]", **{"spark.driver.memory": "3g", "spark.local.dir": str(folder)})
    work = folder / f"work-{kind}-{size}-{way}"
    settings = Settings(**WAYS[way])  # type: ignore[arg-type]
    began = time.perf_counter()
    run = spark.scan(session.read.parquet(str(facts["path"])), settings, work=str(work))
    wall = time.perf_counter() - began
    rounds = []
    for place in sorted((work / settings.fingerprint()).iterdir(), key=lambda at: (at / "_SUCCESS").stat().st_mtime_ns):
        if (place / "table=costs").exists():
            arrow = run.flow.costs(place.name).toArrow()
            tasks = pl.DataFrame(pl.from_arrow(arrow)).cast(dict(SCHEMAS["costs"]))
            rounds.append({"round": place.name, "tasks": tasks.rows(named=True)})
    heap = session.sparkContext._jvm.java.lang.Runtime.getRuntime()  # type: ignore[union-attr]
    made = {
        **{name: facts[name] for name in ("documents", "bytes", "xxh3_64")},
        "kind": kind,
        "way": way,
        "wall": round(wall, 1),
        "driver_python_mb": peak_memory(),
        "driver_heap_mb": (heap.totalMemory() - heap.freeMemory()) // 10**6,
        "date": time.strftime("%Y-%m-%d"),
        "counts": run.facts["counts"],
        "rounds": rounds,
    }
    session.stop()
    kept.write_text(json.dumps(made))
    return made


def fit(sizes: list[int], values: list[float]) -> tuple[float, float]:
    """Values at sizes -> (a, b) of a * size^b, by least squares of the logarithms; b is 1 where only one is known."""
    points = [(math.log(size), math.log(value)) for size, value in zip(sizes, values, strict=True) if value > 0]
    if len(points) < 2:
        return (math.exp(points[0][1] - points[0][0]), 1.0) if points else (0.0, 1.0)
    mean_x, mean_y = (sum(column) / len(points) for column in zip(*points, strict=True))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return math.exp(mean_y - slope * mean_x), slope


def by_round(made: dict[str, Any]) -> dict[str, dict[str, float]]:
    """One measurement -> sums by round: bytes shuffled, made, processor seconds, the largest bucket and task."""
    found = {}
    for one in made["rounds"]:
        tasks = one["tasks"]
        found[one["round"]] = {
            "read": sum(task["read"] for task in tasks),
            "made": sum(task["made"] for task in tasks),
            "seconds": sum(task["microseconds"] for task in tasks) / 1e6,
            "largest": max(task["largest"] for task in tasks),
            "resident": max(task["resident"] for task in tasks),
        }
    return found


def page(folder: Path) -> str:
    """All measurements in FOLDER -> the page."""
    measured = [json.loads(path.read_text()) for path in sorted(folder.glob("costs-*.json"))]
    lines = [
        "# Measured: Spark",
        "",
        "Written by `python -m tests.spark_costs`; not edited by hand. Spark 4 at `local[2]`: one machine of 2 cores,",
        "shared with other work, so processor seconds of Python and no wall times are fitted. Bytes are those of the",
        "pieces that travel (Arrow, compressed), which is what a round shuffles. Texts are those of tests/bench.",
        "At `local[2]` the driver's JVM is the executors' too: its heap says nothing of a driver's; its Python does.",
        "The first size of a level was run with kernels still to compile, some 15 s: growth is taken as 1 at least.",
        "",
    ]
    for way in WAYS:
        ours = [one for one in measured if one["way"] == way and one["kind"] == "news"]
        ours.sort(key=lambda one: one["documents"])
        if ours:
            lines += _measured(way, ours) + _extrapolated(way, ours)
    alike = [one for one in measured if one["kind"] == "alike"]
    for one in alike:
        lines += _skew(one)
    return "\n".join(lines) + "\n"


def _measured(way: str, ours: list[dict[str, Any]]) -> list[str]:
    lines = [f"## Measured, level {way}, until clusters", ""]
    lines += [
        "| documents | text, B | processor s | shuffled a document, B | largest bucket, B | driver: heap, Python |"
    ]
    lines += ["|---|---|---|---|---|---|"]
    for one in ours:
        sums = by_round(one).values()
        seconds, read = (sum(each[what] for each in sums) for what in ("seconds", "read"))
        lines.append(
            f"| {one['documents']:,} | {one['bytes']:,} | {seconds:.1f} "
            f"| {read / one['documents']:,.0f} | {max(each['largest'] for each in sums):,} "
            f"| {one['driver_heap_mb']} MB, {one['driver_python_mb']} MB |"
        )
    last = ours[-1]
    lines += ["", f"By round, at {last['documents']:,} documents ({last['xxh3_64']}, {last['date']}):", ""]
    lines += ["| round | processor us a document | bytes read a document | made | largest bucket | growth of bytes |"]
    lines += ["|---|---|---|---|---|---|"]
    sizes = [one["documents"] for one in ours]
    for name, each in by_round(last).items():
        values = [by_round(one).get(name, {}).get("read", 0) for one in ours]
        count = last["documents"]
        lines.append(
            f"| {name} | {1e6 * each['seconds'] / count:.1f} | {each['read'] / count:,.0f} "
            f"| {each['made'] / count:,.0f} | {each['largest']:,} | {fit(sizes, values)[1]:.2f} |"
        )
    return [*lines, ""]


def _extrapolated(way: str, ours: list[dict[str, Any]]) -> list[str]:
    sizes = [one["documents"] for one in ours]
    names = list(by_round(ours[-1]))
    lines = [
        f"## Extrapolated from the above, level {way}",
        "",
        f"A power of the documents, fitted to each round over {', '.join(f'{size:,}' for size in sizes)} documents,",
        "and never less than linear. Nothing here was run. Core-hours are Python's: the JVM's sorting and writing, and",
        "a network, come on top. `candidates` is bounded by what it can be; `short-links` takes all headlines,",
        "captions, teasers and notices in one bucket, and breaks first; others are dealt to keep their size.",
        "",
        "| documents | core-hours | shuffled | executors of 4 cores for a day | largest bucket of one task |",
        "|---|---|---|---|---|",
    ]
    for ahead in AHEAD:
        totals = {"seconds": 0.0, "read": 0.0}
        largest = ("", 0.0)
        for name in names:
            rounds = [by_round(one).get(name, {}) for one in ours]
            for what in totals:
                _, power = fit(sizes, [float(each.get(what, 0)) for each in rounds])
                amount = float(rounds[-1].get(what, 0)) * (ahead / sizes[-1]) ** max(power, 1.0)
                most = MOST_READ.get(name, math.inf) * ahead if what == "read" else math.inf
                totals[what] += min(amount, most)
            bucket = float(rounds[-1].get("largest", 0)) * (ahead / sizes[-1] if name in ONE_TASK else 1.0)
            if bucket > largest[1]:
                largest = (name, bucket)
        hours = totals["seconds"] / 3600
        executors = max(1, math.ceil(hours / (24 * EXECUTOR_CORES)))
        lines.append(
            f"| {ahead:.0e} | {hours:,.0f} | {totals['read'] / 1e12:,.1f} TB | {executors:,} "
            f"| {largest[0]}: {largest[1] / 1e9:,.2f} GB, compressed |"
        )
    return [*lines, ""]


def _skew(made: dict[str, Any]) -> list[str]:
    lines = [f"## Measured: {made['documents']:,} near-identical documents, level {made['way']}", ""]
    lines += ["| round | tasks | slowest task, processor s | median | ratio |", "|---|---|---|---|---|"]
    for one in made["rounds"]:
        spent = sorted(task["microseconds"] / 1e6 for task in one["tasks"])
        middle = spent[len(spent) // 2]
        lines.append(
            f"| {one['round']} | {len(spent)} | {spent[-1]:.2f} | {middle:.2f} | {spent[-1] / max(middle, 1e-3):.1f} |"
        )
    return [*lines, ""]


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [argument.split(":") for argument in sys.argv[2:]]  # KIND:SIZE:LEVEL
    for kind, size, way in wanted:
        measure(folder, kind, int(size), way)
    PAGE.write_text(page(folder), encoding="utf-8")


if __name__ == "__main__":
    main()
