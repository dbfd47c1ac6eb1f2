"""Editors' decisions -> ANCESTRY, EDGES and ORIGINS in which they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.tables import ANCESTRY, EDGES, ORIGINS, PAIR, SOURCE
from provenance.tracing.conclusions.absent import item
from provenance.tracing.conclusions.reasons import escape

if TYPE_CHECKING:
    import datetime as dt

FAMILY = "editor"  # the family of an editor's decision, listed with the program's evidence
SURE = 1.0  # an editor's decision is not an estimate


def without_different(spans: pl.DataFrame, matches: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """SPANS, MATCHES -> the same without the pairs that editors called different: nothing is traced between them."""
    parted = matches.filter(pl.col("relation") == "different")
    if parted.is_empty():
        return spans, matches
    return spans.join(parted, on=PAIR, how="anti", maintain_order="left"), matches.filter(
        pl.col("relation") != "different"
    )


def fix_ancestry(ancestry: pl.DataFrame, fixed: pl.DataFrame) -> pl.DataFrame:
    """ANCESTRY, origins that editors gave -> ANCESTRY in which each is its document's only source, and not its copy."""
    if fixed.is_empty():
        return ancestry
    inside = (pl.col("origin_id") != pl.col("doc_id")) & ~pl.col("origin_id").str.starts_with(SOURCE)
    known = ancestry.select("doc_id", "other_id", "share", "families").drop_nulls("other_id")
    known = known.unique(["doc_id", "other_id"], keep="first", maintain_order=True)
    rows = (
        fixed.with_columns(other_id=pl.when(inside).then("origin_id"))
        .join(known, on=["doc_id", "other_id"], how="left", maintain_order="left")
        .with_columns(
            part=pl.lit(0), probability=pl.lit(SURE), first=pl.lit(SURE), ancestor=pl.lit(SURE),
            chosen=pl.lit(value=True),
            share=pl.when(inside).then(pl.col("share").fill_null(1.0)), families=pl.col("families").fill_null(1),
            flaw=pl.lit(None), contents=pl.lit(None), twin=pl.lit(None), alike=pl.lit(None),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in ANCESTRY.items())
    )  # fmt: skip
    others = ancestry.join(fixed, on="doc_id", how="anti", maintain_order="left")
    turned = fixed.select(doc_id="origin_id", other_id="doc_id").filter(pl.col("doc_id") != pl.col("other_id"))
    others = others.join(turned, on=["doc_id", "other_id"], how="anti", maintain_order="left")
    told = pl.col("twin").is_in(fixed["doc_id"].implode())
    others = others.with_columns(pl.when(~told).then(name).alias(name) for name in ("twin", "alike"))
    return pl.concat([others, rows]).sort("doc_id", "probability", "other_id", descending=[False, True, False])


def fix_edges(edges: pl.DataFrame, kinds: pl.DataFrame, fixed: pl.DataFrame) -> pl.DataFrame:
    """EDGES, kinds and origins that editors gave -> EDGES with these kinds, and an edge from each of these origins.

    Such an edge is certain, and its evidence is the editor's decision. Other edges to the document stay, as the texts
    support them; one from the document back to the origin goes.
    """
    if kinds.is_empty() and fixed.is_empty():
        return edges
    first, second = pl.min_horizontal("from_id", "to_id"), pl.max_horizontal("from_id", "to_id")
    edges = (
        edges.with_columns(left_doc=first, right_doc=second)
        .join(kinds.rename({"kind": "said"}), on=PAIR, how="left", maintain_order="left")
        .with_columns(kind=pl.coalesce("said", "kind"))
        .select(list(EDGES))
    )
    said = fixed.filter(pl.col("origin_id") != pl.col("doc_id"))
    wanted = said.select(from_id="origin_id", to_id="doc_id", editor="editor", decided="decided")
    turned = wanted.select(from_id="to_id", to_id="from_id")
    kept = edges.join(pl.concat([wanted.select(turned.columns), turned]), on=turned.columns, how="anti")
    found = edges.filter(pl.col("relation") == "copied_from").join(wanted, on=["from_id", "to_id"], how="semi")
    known = {(row["from_id"], row["to_id"]): row for row in found.iter_rows(named=True)}
    kind_of = {(left, right): kind for left, right, kind in kinds.iter_rows()}
    rows = []
    for from_id, to_id, editor, decided in wanted.iter_rows():
        row = known.get((from_id, to_id), {"kind": "copied", "cluster_id": None, "evidence": []})
        kind = kind_of.get((min(from_id, to_id), max(from_id, to_id)), row["kind"])
        word = item(FAMILY, SURE, to_id, None, None, "") | {"text": _said(editor, decided)}
        evidence = [word, *row["evidence"]]
        rows.append((from_id, to_id, "copied_from", kind, row["cluster_id"], SURE, "established", evidence))
    made = pl.DataFrame(rows, schema=EDGES, orient="row")
    return pl.concat([kept, made]).sort("to_id", "from_id", "relation")


def fix_origins(origins: pl.DataFrame, fixed: pl.DataFrame) -> pl.DataFrame:
    """ORIGINS, origins that editors gave -> ORIGINS with these; the program's own becomes the runner-up."""
    if fixed.is_empty():
        return origins
    reasons = [_said(editor, decided) for editor, decided in fixed.select("editor", "decided").iter_rows()]
    kind = (
        pl.when(pl.col("said") == pl.col("doc_id"))
        .then(pl.lit("itself"))
        .when(pl.col("said").str.starts_with(SOURCE))
        .then(pl.lit("external"))
        .otherwise(pl.lit("document"))
    )
    said = fixed.select("doc_id", said="origin_id", why=pl.Series(reasons, dtype=pl.String))
    merged = origins.join(said, on="doc_id", how="left", maintain_order="left")
    given = pl.col("said").is_not_null()
    second = pl.when(pl.col("origin_id") != pl.col("said")).then("origin_id").otherwise("runner_up")
    second = pl.when(second != pl.col("said")).then(second)
    return merged.with_columns(
        origin_id=pl.coalesce("said", "origin_id"),
        kind=pl.when(given).then(kind).otherwise("kind"),
        relation=pl.when(given & (kind == "itself")).then(None).when(given).then(pl.lit("copied_from"))
        .otherwise("relation"),
        confidence=pl.when(given).then(pl.lit(SURE)).otherwise("confidence"),
        verdict=pl.when(given).then(pl.lit("established")).otherwise("verdict"),
        runner_up=pl.when(given).then(second).otherwise("runner_up"),
        reason=pl.coalesce("why", "reason"),
    ).select(pl.col(name).cast(dtype) for name, dtype in ORIGINS.items())  # fmt: skip


def _said(editor: Any, decided: dt.datetime) -> str:
    return f"{escape(editor)} decided so on {decided:%Y-%m-%d}."
