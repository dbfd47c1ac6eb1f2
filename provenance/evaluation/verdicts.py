"""A run and what editors decided -> measures: how far the program alone would have said the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from provenance import tables
from provenance.dumps.verdicts import MAGIC, read_verdicts
from provenance.errors import UsageError
from provenance.evaluation.origins import accuracy, judge
from provenance.verdicts.decisions import decide
from provenance.verdicts.standing import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provenance.verdicts.decisions import Decisions

Frames = dict[str, pl.DataFrame]
Row = tuple[str, str, float, int]


def is_log(path: Path) -> bool:
    """Whether a gold standard is a log of decisions: SQLite, or the JSON lines of an export."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return path.suffix == ".jsonl" or stream.read(len(MAGIC)) == MAGIC


def measure_verdicts(run: Frames, place: Path, log: Path) -> Iterator[Row]:
    """Frames of a run, its folder, a log -> rows of MEASURES.

    A run that was made with the very same decisions agrees with them by construction: `heeded by the run` is 1 then,
    and the other rows say nothing of the program.
    """
    verdicts = read_verdicts(log)
    assert verdicts is not None
    if "documents" not in run:
        raise UsageError(f"{place}: holds no documents; decisions are compared with a folder that scan -o wrote")
    documents = run["documents"]
    decisions = decide(verdicts, documents)
    yield "decisions", "heeded by the run", float(_heeded(place) == fingerprint(verdicts)), decisions.facts["standing"]
    if "clusters" in run:
        yield from _joins(run, decisions)
    if "origins" in run:
        said = decisions.find_origins(documents).select("doc_id", "origin_id")
        judged = judge(run["origins"], said)
        yield "decided origins", "found", accuracy(judged), judged.height
    if "edges" in run:
        ends = [pl.min_horizontal("from_id", "to_id"), pl.max_horizontal("from_id", "to_id")]
        edges = run["edges"].select("kind", left_doc=ends[0], right_doc=ends[1])
        drawn = decisions.kinds.join(edges, on=tables.PAIR, suffix="_said")
        yield "decided kinds", "found", _share(drawn["kind"] == drawn["kind_said"]), drawn.height
    if "passages" in run:
        yield from _ignored(run["passages"], decisions.ignored)


def _heeded(place: Path) -> str | None:
    try:
        facts = json.loads((place / "run.json").read_text("utf-8"))
        return str(facts["verdicts"]["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _joins(run: Frames, decisions: Decisions) -> Iterator[Row]:
    """Of the pairs that stand for what is joined and parted, the share in one cluster, and in different ones."""
    part = dict(decisions.parts.iter_rows())
    member = run["clusters"].filter(pl.col("level") == "document")
    cluster = dict(member.select("doc_id", "cluster_id").iter_rows())
    pairs = decisions.pairs_to_compare().rows()
    together = [(part[one] == part[two], one in cluster and cluster[one] == cluster.get(two)) for one, two in pairs]
    same = pl.Series([found for wanted, found in together if wanted], dtype=pl.Boolean)
    apart = pl.Series([not found for wanted, found in together if not wanted], dtype=pl.Boolean)
    yield "decided same", "in one cluster", _share(same), same.len()
    yield "decided different", "not in one cluster", _share(apart), apart.len()


def _ignored(passages: pl.DataFrame, ignored: pl.DataFrame) -> Iterator[Row]:
    """Of the characters of stretches decided boilerplate, the share that the run calls so."""
    furniture = passages.filter(pl.col("role") == "boilerplate")
    met = ignored.join(furniture, on="doc_id", suffix="_own").select(
        inside=(pl.min_horizontal("end", "end_own") - pl.max_horizontal("start", "start_own")).clip(0)
    )
    wanted = int((ignored["end"] - ignored["start"]).sum())
    yield "decided boilerplate", "characters", int(met["inside"].sum()) / wanted if wanted else 1.0, ignored.height


def _share(right: pl.Series) -> float:
    return float(right.cast(pl.Float64).mean()) if right.len() else 1.0  # type: ignore[arg-type]
