"""EDGES -> the tree of copies that an article stands in, as lines to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.reports.figures import shown_chance, shown_time
from provenance.tables import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.reports.runs import Run

MOST = 40  # lines of a tree; the rest is counted
DEEPEST = 64  # removes that are followed


def tree_lines(run: Run, doc_id: str) -> Iterator[str]:
    """The tree from the first known text down to copies of copies, with the article marked; nothing if it is alone.

    Each stands under its direct source, which is its surest edge from a document of the dump.
    """
    inside = run.edges.filter((pl.col("relation") == "copied_from") & ~pl.col("from_id").str.starts_with(SOURCE))
    order = {"to_id": False, "confidence": True, "from_id": False}
    direct = inside.sort(*order, descending=list(order.values())).unique("to_id", keep="first", maintain_order=True)
    above = {row["to_id"]: row for row in direct.iter_rows(named=True)}
    top = doc_id
    for _ in range(DEEPEST):
        if top not in above:
            break
        top = above[top]["from_id"]
    below: dict[str, list[str]] = {}
    for row in above.values():
        below.setdefault(row["from_id"], []).append(row["to_id"])
    if top == doc_id and doc_id not in below:
        return
    absent = run.origins.filter((pl.col("doc_id") == top) & (pl.col("kind") == "external"))["origin_id"].to_list()
    yield "tree:"
    yield from (f"  {source}, not in the dump" for source in absent)
    facts = {
        row["doc_id"]: row
        for row in run.documents.select("doc_id", "outlet", "published").iter_rows(named=True)
        if row["doc_id"] in above or row["doc_id"] == top
    }
    lines = list(_branch(top, 1 + len(absent), doc_id, above, below, facts, set()))
    yield from lines[:MOST]
    if len(lines) > MOST:
        yield f"  and {len(lines) - MOST} more"


def _branch(
    name: str,
    level: int,
    marked: str,
    above: dict[str, dict[str, Any]],
    below: dict[str, list[str]],
    facts: dict[str, dict[str, Any]],
    seen: set[str],
) -> Iterator[str]:
    seen.add(name)
    edge, fact = above.get(name), facts[name]
    when = shown_time(fact["published"]) if fact["published"] else None
    about = ", ".join(part for part in (fact["outlet"], when) if part)
    how = f": {edge['kind']}, {edge['verdict']}, {shown_chance(edge['confidence'])}" if edge else ""
    sign = ">" if name == marked else " "
    yield f"{sign} {'  ' * (level - 1)}{name}{f' ({about})' if about else ''}{how}"
    for child in sorted(below.get(name, []), key=lambda one: (str(facts[one]["published"] or "9"), one)):
        if child not in seen and level < DEEPEST:
            yield from _branch(child, level + 1, marked, above, below, facts, seen)
