"""Frames of Spark -> the tables of a scan, as frames of Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyspark.sql import functions as F  # noqa: N812  as all of Spark's own pages call it

from provenance import tables
from provenance.spark.flow import Flow
from provenance.spark.plan import HOME_BITS, Part, Plan
from provenance.spark.steps import compare_documents

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from provenance.settings import Settings

TEXTS_A_KEY = 4096  # documents a bucket of hashes stands for: some 10 MB of postings


class Tables(NamedTuple):
    """What a scan makes, by name, as Spark's own frames; and what was counted on the way."""

    frames: dict[str, DataFrame]
    counts: dict[str, int]


def scan_documents(documents: DataFrame, settings: Settings, *, work: str, keys: int | None = None) -> Tables:
    """A frame with the columns of DOCUMENTS, each doc_id once -> the tables."""
    session = documents.sparkSession
    number = documents.count()
    size = documents.agg(F.sum(F.octet_length("text"))).first()
    rewritten = settings.rewritten == "on" or (
        settings.rewritten == "auto" and int((size or [0])[0] or 0) <= settings.rewritten_limit * 1_000_000
    )
    plan = Plan(
        settings,
        keys or max(session.sparkContext.defaultParallelism, -(-number // TEXTS_A_KEY)),
        number <= settings.exhaustive_documents,
        rewritten and settings.level == "passage",
    )
    flow = Flow(session, plan, work)
    numbered = documents.select(*tables.DOCUMENTS).sort("doc_id").withColumn("row", F.monotonically_increasing_id())
    home = Part(flow.send("documents", "documents", numbered, F.shiftright("row", HOME_BITS)), "documents")
    made = compare_documents(flow, home)
    frames = {}
    for name, parts in made.tables.items():
        whole = flow.frame(parts[0])
        for part in parts[1:]:
            whole = whole.unionAll(flow.frame(part))
        frames[name] = whole
    return Tables(frames, made.counts)
