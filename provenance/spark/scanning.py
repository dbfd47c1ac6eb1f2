"""Frames of Spark -> the tables of a scan, as frames of Spark."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812  as all of Spark's own pages call it

from provenance import __version__, tables
from provenance.reports.runs import head_facts
from provenance.settings import Settings, or_default
from provenance.spark import steps
from provenance.spark.flow import BESIDE, Flow
from provenance.spark.homes import send_home
from provenance.spark.intake import Arrived, enter_contents, number_rows, plain_documents, read_frames
from provenance.spark.plan import HOME_BITS, HOMES_AT_ONCE, Plan

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from provenance.spark.plan import Part

TEXTS_A_KEY = 8192  # documents a bucket of hashes stands for: some 70 MB of bands, and as many of postings


@dataclass(frozen=True)
class SparkRun:
    """What a scan made: its tables by name as frames of Spark, and facts as in run.json."""

    tables: dict[str, DataFrame]
    facts: dict[str, Any]
    flow: Flow
    home: Part  # the documents as the rounds have them, and what these made: cleaning goes on from there
    made: steps.Made

    def write(self, folder: str) -> None:
        """Write each table as a folder NAME.parquet of Parquet files, on any path that Spark writes."""

        def put(name: str) -> None:
            self.tables[name].write.mode("overwrite").parquet(f"{folder.rstrip('/')}/{name}.parquet")

        with ThreadPoolExecutor(BESIDE) as beside:  # most are small, and wait for Java more than they work
            list(beside.map(put, self.tables))


def scan(
    frame: DataFrame, settings: Settings | None = None, *, work: str | None = None, keys: int | None = None
) -> SparkRun:
    """A frame with a column of texts, or with the columns of DOCUMENTS -> SparkRun: the rows that one machine gives.

    `work` is a folder that all executors reach; each round leaves its result there, and a run that is begun again with
    the same frame, settings, keys and folder goes on where it stopped; results of others are not taken. Without it a
    folder under the system's temporary one serves, which only a cluster of one machine can use. The frames of the
    result read from there. `keys` is the number of buckets into which hashes are dealt; one for every TEXTS_A_KEY
    documents, and one a core at least, by default.
    """
    settings = or_default(settings)
    flow = open_flow(frame.sparkSession, settings, work, keys)
    if plain_documents(frame):
        return scan_documents(flow, ordered(flow, frame), settings, keys)
    return scan_frames(flow, [number_rows(frame)], settings, keys)


def scan_frames(flow: Flow, frames: list[DataFrame], settings: Settings, keys: int | None = None) -> SparkRun:
    """Frames of articles whose rows have a path and a number -> SparkRun."""
    return scan_documents(flow, read_frames(flow, frames, settings), settings, keys)


def ordered(flow: Flow, documents: DataFrame) -> Arrived:
    """A frame of DOCUMENTS -> the same with `number`, which ascends in their order."""
    number, size = documents.agg(F.count("doc_id"), F.sum(F.octet_length("text"))).first() or (0, 0)
    numbered = documents.select(*tables.DOCUMENTS).withColumn("number", F.monotonically_increasing_id())
    enter_contents(flow, [numbered])
    return Arrived(numbered, numbered.select("doc_id"), int(number), int(size or 0), [], [])


def open_flow(session: SparkSession, settings: Settings, work: str | None, keys: int | None = None) -> Flow:
    """A flow whose rounds leave their results in `work`, apart from those of another version, settings or keys."""
    plan = Plan(settings, 1, exhaustive=False, rewritten=False)
    flow = Flow(session, plan, work or tempfile.mkdtemp(prefix="provenance-spark-"))
    # without a number of buckets it follows from the cores, and from how many articles there are
    flow.enter(__version__, settings.fingerprint(), keys or f"of-{session.sparkContext.defaultParallelism}")
    return flow


def scan_documents(flow: Flow, arrived: Arrived, settings: Settings, keys: int | None = None) -> SparkRun:
    """DOCUMENTS, each id once -> SparkRun."""
    number, rejects = arrived.many, arrived.rejects
    small = settings.rewritten == "on" or arrived.size <= settings.rewritten_limit * 1_000_000
    flow.plan = Plan(
        settings,
        keys or max(flow.session.sparkContext.defaultParallelism, -(-number // TEXTS_A_KEY)),
        exhaustive=number <= settings.exhaustive_documents,
        rewritten=small and settings.rewritten != "off" and settings.level == "passage",
        documents=number,
        links_at_once=flow.plan.links_at_once,
        crowd=flow.plan.crowd,
        widespread=flow.plan.widespread,
        groups=max(flow.plan.groups, -(-number // (HOMES_AT_ONCE << HOME_BITS))),
    )
    home = send_home(flow, arrived)
    made = steps.scan(flow, home)
    parts = made.tables | ({"rejects": rejects} if rejects else {})
    found = {name: flow.union(parts[name]) for name in tables.WRITTEN if name in parts}
    facts = {
        **head_facts(settings),
        "engine": "spark",
        "tables": list(found),
        "counts": {"read": number, "bytes": arrived.size, **made.counts},
        "work": flow.work,
    }
    return SparkRun(found, facts, flow, home, made)
