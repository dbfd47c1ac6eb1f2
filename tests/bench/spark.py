"""`python -m tests.bench.spark FOLDER [MEASUREMENT ...]`: Spark measured -> reports/measured/spark.md.

A measurement is `equality:NAME` (every row of every table against one machine: corpus, two-events, reuters),
`costs:KIND:SIZE:WAY` (what each round of a scan takes), `here:KIND:SIZE:WAY` (the same scan by one machine's engine),
`hot:SIZE` (the postings of one run of words in so many documents, in one bucket), `short:SIZE` (the same of one short
passage) or `index:SIZE` (an index on Parquet made, and a thousand articles checked against it). Each runs in a process
of its own, is kept in FOLDER as JSON and not made again; the page is made of all that are there. Set PROVENANCE_SHARED
for the shared corpora. `costs` at level document runs on a cluster of two workers, where the driver is a process apart;
all else at `local[2]`.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from provenance.clock import peak_memory
from provenance.settings import Settings
from tests.bench import ROOT, corpora, processes
from tests.bench.spark_equality import compare_engines
from tests.bench.spark_page import page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

PAGE = ROOT / "reports" / "measured" / "spark.md"
#: What is scanned for; `passage` is without tracing.
WAYS: dict[str, dict[str, Any]] = {
    "document": {"level": "document", "until": "clusters"},
    "passage": {"until": "clusters", "rewritten": "off"},
    "full": {"rewritten": "off"},
}
CHECKED = 1_000  # articles checked against an index: a tenth of them are in it


#: So many tasks in every round, where it is asked how even they are; otherwise Spark joins small ones.
EVEN = {"spark.sql.shuffle.partitions": "16", "spark.sql.adaptive.coalescePartitions.enabled": "false"}


@contextlib.contextmanager
def opened(folder: Path, master: str, **more: str) -> Iterator[SparkSession]:
    """A session whose driver has 3 GB where it does the work, else 1 GB."""
    from provenance.spark.session import open_session  # noqa: PLC0415

    memory = "3g" if master.startswith("local[") else "1g"
    room = {"spark.driver.memory": memory, "spark.local.dir": str(folder / "shuffled")}
    session = open_session(master, **(room | more))
    yield session
    session.stop()


def spent(process: int) -> float:
    """Processor seconds of a process and of all that it began."""
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for place in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(place.name))
            ticks[int(place.name)] = sum(map(int, fields[11:15]))
    found, waiting = 0, [process]
    while waiting:
        one = waiting.pop()
        found += ticks.get(one, 0)
        waiting += children.get(one, [])
    return found / 100


def peak_of(process: int) -> int:
    """The most memory that a process held, in MB of 10^6 bytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 // 10**6 for line in lines if line.startswith("VmHWM"))


def java_of(session: SparkSession) -> int:
    """The process of the session's driver in Java."""
    return int(session.sparkContext._jvm.java.lang.ProcessHandle.current().pid())  # type: ignore[union-attr]


def costs(folder: Path, kind: str, size: str, way: str) -> dict[str, Any]:
    """One scan -> its costs by round."""
    from provenance import spark  # noqa: PLC0415
    from provenance.spark.plan import SCHEMAS  # noqa: PLC0415

    facts = corpora.make(folder / "corpora", kind, int(size))
    work, settings = folder / f"work-{kind}-{size}-{way}", Settings(**WAYS[way])
    master = "local-cluster[2,1,2048]" if way == "document" else "local[2]"
    with opened(folder, master, **(EVEN if kind == "alike" else {})) as session:
        java = java_of(session)
        began, before = time.perf_counter(), spent(java)
        run = spark.scan(session.read.parquet(str(facts["path"])), settings, work=str(work))
        run.write(str(work / "tables"))
        wall, processor = time.perf_counter() - began, spent(java) - before
        found, places = [], (work / settings.fingerprint()).iterdir()
        for place in sorted(places, key=lambda at: (at / "_SUCCESS").stat().st_mtime_ns):
            if (place / "table=costs").exists():
                frame = pl.DataFrame(pl.from_arrow(run.flow.costs(place.name).toArrow()))
                found.append({"round": place.name, "tasks": frame.cast(dict(SCHEMAS["costs"])).rows(named=True)})
        made = {
            **{name: facts[name] for name in ("documents", "bytes", "xxh3_128")},
            "kind": kind,
            "way": way,
            "wall": round(wall, 1),
            "processor": round(processor, 1),
            "driver_mb": {"java": peak_of(java), "python": peak_memory()},
            "counts": run.facts["counts"],
            "rounds": found,
        }
    shutil.rmtree(work)
    return made


def here(folder: Path, kind: str, size: str, way: str) -> dict[str, Any]:
    """The same scan by the engine of one machine, as a command."""
    facts = corpora.make(folder / "corpora", kind, int(size))
    options = [f"--{name}={value}" for name, value in WAYS[way].items()]
    out = folder / f"here-{kind}-{size}-{way}"
    command = [sys.executable, "-m", "provenance", "scan", str(facts["path"]), "-o", str(out), "--no-report", *options]
    cost = processes.run(command, folder / "here.log")
    if cost.code:
        raise SystemExit((folder / "here.log").read_text())
    shutil.rmtree(out)
    return {
        "kind": kind,
        "way": way,
        "documents": facts["documents"],
        "wall": round(cost.seconds, 1),
        "processor": round(cost.cpu, 1),
        "memory": round(cost.memory),
    }


def equality(folder: Path, name: str) -> dict[str, Any]:
    """A corpus by both engines -> how many rows each table has, and how many of them differ."""
    with opened(folder, "local[2]") as session:
        return {"name": name, "tables": compare_engines(folder / f"equality-{name}", name, session)}


def index(folder: Path, size: str) -> dict[str, Any]:
    """An index of articles on Parquet, and CHECKED others and known ones against it."""
    from provenance import spark  # noqa: PLC0415

    facts = corpora.make(folder / "corpora", "news", int(size))
    articles, place = pl.scan_parquet(str(facts["path"])), folder / f"index-{size}"
    tenth = CHECKED // 10
    known = articles.slice(int(size) // 2, tenth).collect().with_columns(id="again " + pl.col("id"))
    others = pl.read_parquet(str(corpora.make(folder / "corpora", "news", CHECKED, seed=7)["path"]))
    incoming = pl.concat([known, others.with_columns(id="other " + pl.col("id"))[tenth:]])
    with opened(folder, "local[2]") as session:
        java = java_of(session)
        began, before = time.perf_counter(), spent(java)
        if not (place / "manifest.json").exists():
            work = folder / f"work-index-{size}"
            spark.build(session.read.parquet(str(facts["path"])), str(place), work=str(work))
            shutil.rmtree(work)
        built = {"wall": round(time.perf_counter() - began, 1), "processor": round(spent(java) - before, 1)}
        checks = []
        for _ in range(2):
            began = time.perf_counter()
            findings = spark.check(incoming, str(place), session)
            checks.append(round(time.perf_counter() - began, 1))
        return {
            **{name: facts[name] for name in ("documents", "bytes", "xxh3_128")},
            "built": built,
            "size": sum(file.stat().st_size for file in place.rglob("*.parquet")),
            "checked": CHECKED,
            "check_seconds": checks,
            "python_mb": peak_memory(),
            "verdicts": dict(sorted(findings["verdict"].value_counts().iter_rows())),
            "known_found": findings[:tenth].filter(verdict="duplicate").height,
            "known": tenth,
        }


def hot(_folder: Path, size: str) -> dict[str, Any]:
    """A notice under each 40th article, of so many with it -> what the bucket of one of its runs takes in `hot`."""
    from provenance.matching.pairs.kernels import BASE  # noqa: PLC0415
    from provenance.spark.cuttings import reach, width  # noqa: PLC0415
    from provenance.spark.plan import as_bytes  # noqa: PLC0415
    from provenance.spark.runs import mark_hot  # noqa: PLC0415

    around, all_words = reach(Settings()), width(Settings())

    def rows(count: int) -> dict[str, Any]:
        row = 40 * np.arange(count)
        return {
            "key": np.full(count, 7, np.uint64),
            "row": row,
            "place": 100 + row % 700,
            "before": np.full(count, around),
            "size": np.full(count, all_words),
            "words": as_bytes(np.tile(np.arange(1, all_words + 1, dtype=np.uint64) * BASE, (count, 1))),
        }

    return hold(mark_hot, "postings", rows, int(size), "hot")


def short(_folder: Path, size: str) -> dict[str, Any]:
    """A line of 12 words in so many articles of a quarter, and one like it elsewhere -> what `short-links` takes."""
    from provenance.matching.pairs.kernels import BASE  # noqa: PLC0415
    from provenance.spark.plan import LIKES  # noqa: PLC0415
    from provenance.spark.shorts import link_quarter  # noqa: PLC0415

    words, line = (np.arange(1, 13, dtype=np.uint64) * BASE).tobytes(), {"one": [7], "two": [8], "quarter": [0]}
    before = {"first_row": [0], "first_first": [100], "before_row": [39], "before_first": [100]}
    other = {"there_row": [0], "there_first": [700], "there_last": [712], "number": [int(size)]}
    like = {"low": [0], "high": [12], "equal": [11], "left": [False], "meeting": [False], **{key: [7] for key in LIKES}}
    beside = {"short_links": line | before, "liked": line | other | like}

    def rows(count: int) -> dict[str, Any]:
        row = 40 * np.arange(1, count + 1)
        same = {name: np.full(count, value) for name, value in (("one", 7), ("two", 8), ("role", 1))}
        return same | {"words": [words] * count, "row": row, "first": 100 + row % 700}

    return hold(link_quarter, "shorts", rows, int(size), "stretches", beside)


def hold(
    round_: Any, table: str, rows: Any, size: int, counted: str, beside: dict[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """A round over one bucket with so many rows of a table -> what it held and took, and how many rows it made.

    `beside` are tables that stay as they are.
    """
    from provenance.spark.pieces import Sent, pack, unpack  # noqa: PLC0415
    from provenance.spark.plan import SCHEMAS, Plan, home  # noqa: PLC0415

    plan = Plan(Settings(), 1, exhaustive=False, rewritten=False)

    def bucket(count: int) -> list[tuple[str, bytes]]:
        made = []
        for name, columns in {table: rows(count), **(beside or {})}.items():
            frame = pl.DataFrame(columns, schema_overrides=dict(SCHEMAS[name])).select(list(SCHEMAS[name]))
            at = home(frame["row"]) if name == table else 0
            made += [(piece.table, piece.data) for piece in pack(Sent(name, frame, at))]
        return made

    list(round_(plan, 0, unpack(bucket(1000))))  # compiles the kernels
    given = bucket(size)
    Path("/proc/self/clear_refs").write_text("5")  # what was the most until here counts no longer
    own = Path("/proc/self").resolve().name
    before, began = peak_of(int(own)), time.process_time()
    made = sum(sent.rows.height for sent in round_(plan, 0, unpack(given)) if sent.table == counted)
    return {
        "documents": size,
        "bytes": sum(len(data) for _, data in given),
        counted: made,
        "held_mb": peak_of(int(own)) - before,
        "processor": round(time.process_time() - began, 1),
    }


MEASURES = {"equality": equality, "costs": costs, "here": here, "hot": hot, "short": short, "index": index}


def main(folder: Path, wanted: list[str]) -> None:
    """Measure what is not there yet, each in a process of its own; write the page."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in wanted:
        kept = folder / f"{one.replace(':', '-')}.json"
        if not kept.exists():
            subprocess.run([sys.executable, "-m", "tests.bench.spark", str(folder), "--one", one], cwd=ROOT, check=True)
    PAGE.write_text(page(folder), encoding="utf-8")


def measure(folder: Path, one: str) -> None:
    """One measurement, kept as JSON."""
    name, *arguments = one.split(":")
    made = {**MEASURES[name](folder, *arguments), "date": time.strftime("%Y-%m-%d")}  # type: ignore[operator]
    (folder / f"{one.replace(':', '-')}.json").write_text(json.dumps(made, indent=1))


if __name__ == "__main__":
    if "--one" in sys.argv:
        measure(Path(sys.argv[1]), sys.argv[3])
    else:
        main(Path(sys.argv[1]).resolve(), sys.argv[2:])
