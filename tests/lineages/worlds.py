"""Lineages -> a run over them and their gold, in the shapes that `provenance evaluate` reads."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import polars as pl

from provenance.evaluation.stories import Truth, find_truth
from provenance.pipeline import scan
from tests.lineages.articles import seeds_of
from tests.lineages.growing import STRANGERS, Lineages, World, grow

if TYPE_CHECKING:
    from pathlib import Path

Frames = dict[str, pl.DataFrame]
STORIES = 40  # lineages of one scan: within it no seed is used twice


def grow_world(texts: pl.DataFrame, world: World) -> Lineages:
    """A documents table, how to grow -> what is grown."""
    return grow(seeds_of(texts, random.Random(world.seed), STORIES + STRANGERS), world)


def scan_world(texts: pl.DataFrame, world: World) -> tuple[Frames, Frames, Lineages]:
    """A documents table, how to grow -> the run's tables, the gold's tables, what was grown."""
    grown = grow_world(texts, world)
    run = scan(grown.documents)
    return {name: run.table(name) for name in run.made}, gold_of(grown), grown


def scan_worlds(texts: pl.DataFrame, worlds: list[World]) -> tuple[Frames, Truth]:
    """Several worlds, scanned one by one, as one run, and what is true of them.

    Texts of equal words are one within a world only: the first text of one may stand as a copy in another.
    """
    both = [scan_world(texts, world)[:2] for world in worlds]
    truths = [find_truth(run["documents"], gold) for run, gold in both]
    run = {name: pl.concat([one[name] for one, _ in both]) for name in both[0][0]}
    tables = (pl.concat([one[at] for one in truths]) for at in range(len(Truth._fields) - 1))
    return run, Truth(*tables, {doc_id: stands for one in truths for doc_id, stands in one.same.items()})


def gold_of(grown: Lineages) -> Frames:
    """Lineages -> clusters, edges, origins.

    A story whose hidden root has two copies or more in the dump, or one that credits it, begins outside: no origin is
    right for all of it, and for what was copied from one of them also that one. With a single copy left that names
    nobody, that one is the beginning as far as anybody can know. Of what was compiled from two stories both beginnings
    are right.
    """
    inside = grown.edges.filter(~pl.col("hidden"))
    main = grown.edges.unique("to_id", keep="first", maintain_order=True)
    parent = dict(main.filter(~pl.col("hidden")).select("to_id", "from_id").iter_rows())
    tops = _tops(inside, set(main.filter("hidden")["to_id"]))
    begins = grown.members.filter(pl.col("hidden") & ~pl.col("doc_id").is_in(sorted(parent)))
    counted = begins.group_by("lineage").agg(pl.len(), pl.col("credits").any())
    outside = set(counted.filter((pl.col("len") >= 2) | pl.col("credits"))["lineage"])
    rows: list[tuple[str, str | None]] = []
    for lineage, doc_id in grown.members.select("lineage", "doc_id").iter_rows():
        if lineage in outside:
            rows.append((doc_id, None))
        begun = tops.get(doc_id, {doc_id})
        rows += [(doc_id, top) for top in sorted(begun) if lineage not in outside or top != doc_id]
    return {
        "documents": grown.documents,
        "clusters": grown.members.select(cluster_id="lineage", level=pl.lit("document"), doc_id="doc_id"),
        "edges": inside.select("from_id", "to_id", relation=pl.lit("copied_from")).unique(maintain_order=True),
        "origins": pl.DataFrame(rows, schema={"doc_id": pl.String, "origin_id": pl.String}, orient="row"),
    }


def _tops(inside: pl.DataFrame, cut: set[str]) -> dict[str, set[str]]:
    """Copies, those whose main source is hidden -> for each copy the texts of the dump in which it began."""
    tops: dict[str, set[str]] = {}
    for copy, source in inside.select("to_id", "from_id").iter_rows():  # a source's own come before
        begun = tops.setdefault(copy, {copy} if copy in cut else set())
        begun |= tops.get(source, {source})
    return tops


def write_world(folder: Path, grown: Lineages) -> None:
    """documents.parquet for `provenance scan`, gold/ for `provenance evaluate`, operators.parquet for the curious."""
    (folder / "gold").mkdir(parents=True, exist_ok=True)
    grown.documents.write_parquet(folder / "documents.parquet")
    for name, frame in gold_of(grown).items():
        frame.write_parquet(folder / "gold" / f"{name}.parquet")
    grown.edges.write_parquet(folder / "operators.parquet")
