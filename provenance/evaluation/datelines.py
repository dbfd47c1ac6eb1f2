"""Datelines found against true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator


def score_datelines(gold: pl.DataFrame, attributions: pl.DataFrame) -> Iterator[tuple[str, str, float, int]]:
    """True datelines (doc_id, start, end, place), ATTRIBUTIONS -> precision, recall, and places that agree.

    A dateline is found if one of the same article overlaps it; the gold's may run through the dash, ours
    end before it.
    """
    found = attributions.filter(pl.col("kind") == "dateline").select("doc_id", "start", "end", "place")
    both = gold.join(found, on="doc_id", suffix="_found").filter(
        pl.max_horizontal("start", "start_found") < pl.min_horizontal("end", "end_found")
    )
    hits = both.unique(["doc_id", "start"]).height
    yield "datelines", "recall", hits / max(gold.height, 1), gold.height
    precise = both.unique(["doc_id", "start_found"]).height
    yield "datelines", "precision", precise / max(found.height, 1), found.height
    same = bare("place") == bare("place_found")
    yield "datelines", "place right", both.filter(same).height / max(both.height, 1), both.height


def bare(column: str) -> pl.Expr:
    """A place's name without case, stops and white space around it."""
    return pl.col(column).str.to_lowercase().str.replace_all(r"[.\s]+", " ").str.strip_chars()
