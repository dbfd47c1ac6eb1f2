"""Tracing on small tables: a story, the documents that print it, and all stages over the pairs that match."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl

from provenance.settings import Settings
from provenance.tables import (
    ANCESTRY,
    CLUSTERS,
    DATES,
    DOCUMENTS,
    EDGES,
    EVIDENCE,
    MATCHES,
    ORIGINS,
    OUTLETS,
    PASSAGES,
    SPANS,
    check,
    empty,
)
from provenance.text.folding import fold
from provenance.tracing.conclusions.edges import draw_edges
from provenance.tracing.conclusions.origins import find_origins
from provenance.tracing.signs.evidence import find_evidence, gather_compared
from provenance.tracing.signs.pairs import find_pairs, relate
from provenance.tracing.statements.attributions import find_attributions
from provenance.tracing.statements.dates import find_dates
from provenance.tracing.statements.outlets import count_outlets, name_outlets
from provenance.tracing.statements.quoting import find_quoting
from provenance.tracing.stories.ancestry import trace_ancestry
from provenance.tracing.stories.unseen import sample_flaws, share_unseen

SETTINGS = Settings()
STORY = (
    "The harbour master of Ellenport closed the northern quay on Tuesday after 1,215 crates of lemons rolled "
    "off a barge. "
    "Divers found most of them by noon, and Maren Holt, who owns the barge, said that the rest would float.\n\n"
    "The town council met in the evening and thanked the divers. No one was hurt, and the ferry ran late all day."
)
EXTRA = "\n\nA brass band from the lower town played on the quay until the last crate had been lifted from the water."
DAY = datetime(2024, 5, 6, 8, 30, tzinfo=UTC)


def documents(*rows: dict[str, Any]) -> pl.DataFrame:
    blank: dict[str, Any] = dict.fromkeys(DOCUMENTS)
    return pl.DataFrame([blank | {"path": row["doc_id"]} | row for row in rows], schema=DOCUMENTS)


def matched(
    left: str, right: str, texts: dict[str, str], kind: str = "exact", role: str = "paragraph"
) -> tuple[Any, Any]:
    """One span over the longest stretch that both share, and its match."""
    a, b = texts[left], texts[right]
    common = next((STORY[:size] for size in range(len(STORY), 30, -1) if STORY[:size] in a and STORY[:size] in b), "")
    if kind == "exact":
        sides = (a.find(common), a.find(common) + len(common), b.find(common), b.find(common) + len(common))
    else:
        sides = (0, len(a), 0, len(b))
    span = (left, right, sides[0], sides[1], sides[2], sides[3], 1.0 if kind == "exact" else 0.8, kind, role)
    match = (left, right, 1, 0.8, (sides[1] - sides[0]) / len(a), (sides[3] - sides[2]) / len(b), "overlap")
    if fold(a) == fold(b):
        match = (left, right, 1, 1.0, 1.0, 1.0, "duplicate")
    return span, match


def trace(
    rows: list[dict[str, Any]], pairs: list[tuple[str, str]], kind: str = "exact", role: str = "paragraph"
) -> Any:
    """The tracing stages over documents and their pairs -> edges, origins, documents with their outlets."""
    given = documents(*rows)
    texts = dict(given.select("doc_id", "text").iter_rows())
    both = [matched(left, right, texts, kind, role) for left, right in pairs]
    spans = pl.DataFrame([span for span, _ in both], schema=SPANS, orient="row")
    matches = pl.DataFrame([match for _, match in both], schema=MATCHES, orient="row")
    clusters = empty(CLUSTERS)
    attributions = find_attributions(given, empty(PASSAGES))
    dates = check(find_dates(given, attributions), DATES, "dates")
    named = check(name_outlets(given, attributions), DOCUMENTS, "documents")
    paired = find_pairs(matches, spans, whole=False)
    related = relate(named, empty(PASSAGES), paired, matches, attributions, dates)
    facts = gather_compared(paired, matches, named, attributions, dates)
    evidence = check(
        find_evidence(named, related, attributions, facts, find_quoting(spans, named)), EVIDENCE, "evidence"
    )
    traced = trace_ancestry(named, related, attributions, dates, evidence, SETTINGS)
    ancestry, evidence, false, firsts = traced
    unseen = share_unseen(sample_flaws(firsts, named.height))
    check(ancestry, ANCESTRY, "ancestry")
    edges = draw_edges(named, related, clusters, attributions, dates, evidence, ancestry, false, SETTINGS)
    origins = find_origins(named, check(edges, EDGES, "edges"), ancestry, attributions, dates, false, unseen, SETTINGS)
    check(count_outlets(named, edges, spans), OUTLETS, "outlets")
    return edges, check(origins, ORIGINS, "origins"), named


def origin(origins: pl.DataFrame, doc_id: str) -> dict[str, Any]:
    return origins.row(by_predicate=pl.col("doc_id") == doc_id, named=True)
