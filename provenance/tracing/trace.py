"""What repeats -> where it came from: the steps of tracing, one after another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from provenance.clock import Clock
from provenance.tracing.conclusions.decided import fix_ancestry, fix_edges, fix_origins, without_different
from provenance.tracing.conclusions.edges import draw_edges
from provenance.tracing.conclusions.origins import find_origins, list_sources
from provenance.tracing.conclusions.roots import mark_origins
from provenance.tracing.signs.evidence import find_evidence, gather_compared
from provenance.tracing.signs.frequency import count_asked
from provenance.tracing.signs.pairs import find_pairs, relate
from provenance.tracing.statements.attributions import find_attributions
from provenance.tracing.statements.dates import find_dates
from provenance.tracing.statements.facts import keys, leave_open, settle_open, source_keys
from provenance.tracing.statements.outlets import count_outlets, name_outlets
from provenance.tracing.statements.quoting import find_quoting
from provenance.tracing.stories.ancestry import trace_ancestry
from provenance.tracing.stories.unseen import sample_flaws, share_unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from provenance.settings import Settings
    from provenance.text.tokens import Tokens
    from provenance.verdicts.decisions import Decisions


class Described(NamedTuple):
    """What articles say of themselves."""

    documents: pl.DataFrame  # with outlets
    attributions: pl.DataFrame
    dates: pl.DataFrame


def describe(documents: pl.DataFrame, passages: pl.DataFrame, attributions: pl.DataFrame | None = None) -> Described:
    """DOCUMENTS, PASSAGES, ATTRIBUTIONS if they are known -> Described. It hangs on nothing that repeats."""
    opened = find_attributions(documents, passages, opened=True) if attributions is None else attributions
    plain = leave_open(opened)
    named = name_outlets(documents, plain)
    settled = settle_open(opened, keys(named["outlet"]).drop_nulls().unique())
    return Described(named, settled, find_dates(documents, plain))


def trace(
    frames: Mapping[str, pl.DataFrame],
    settings: Settings,
    clock: Clock | None = None,
    finished: Callable[[str, pl.DataFrame], None] | None = None,
    change_dates: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
    decisions: Decisions | None = None,
    tokens: Tokens | None = None,
    described: Callable[[], Described] | None = None,
    hashed: Callable[[], pl.Series | None] | None = None,
) -> dict[str, pl.DataFrame]:
    """DOCUMENTS, PASSAGES, SPANS, MATCHES and CLUSTERS by name -> what tracing makes of them.

    That is `documents` with outlets, `clusters` with origins, ATTRIBUTIONS, DATES, EDGES, ORIGINS and OUTLETS.
    What articles say of themselves is found, with the ATTRIBUTIONS if they are among the tables, unless `described`
    returns what was found meanwhile; words are folded unless TOKENS are given, and contents hashed unless `hashed`
    returns hashes. `change_dates` is applied to DATES, to measure origins without dates or with false ones.
    """
    clock = clock or Clock(None)
    passages, spans, matches, clusters = (frames[name] for name in ("passages", "spans", "matches", "clusters"))
    spans, matches = without_different(spans, matches)
    # for what Polars and kernels do, while the main thread reads texts in Python; its threads end with the pool
    beside = ThreadPoolExecutor(2)
    pairs = beside.submit(find_pairs, matches, spans, whole=settings.level == "document")
    with clock.step("attributions"):
        find = described or partial(describe, frames["documents"], passages, frames.get("attributions"))
        documents, attributions, dates = find()
        dates = change_dates(dates) if change_dates else dates
        keyed = attributions.with_columns(key=source_keys(attributions, documents))
        fixed = decisions.find_origins(documents) if decisions else None
    tell = finished or (lambda _name, _frame: None)
    for name, frame in (("documents", documents), ("attributions", attributions), ("dates", dates)):
        tell(name, frame)
    with clock.step("evidence"):
        quoted = beside.submit(find_quoting, spans, documents)
        facts = beside.submit(gather_compared, pairs.result(), matches, documents, keyed, dates)
        hashes = hashed() if hashed else None
        related = relate(documents, passages, pairs.result(), matches, keyed, dates, tokens, hashes)
        count = count_asked(documents, tokens, hashes)
        known = facts.result(), quoted.result()
        evidence = find_evidence(documents, related, keyed, *known, count=count)
    with clock.step("ancestry"):
        traced = trace_ancestry(documents, related, keyed, dates, evidence, settings)
        ancestry, evidence, false_dates, firsts = traced
        ancestry = ancestry if fixed is None else fix_ancestry(ancestry, fixed)
    with clock.step("edges"):
        sources = beside.submit(list_sources, ancestry)
        edges = draw_edges(documents, related, clusters, keyed, dates, evidence, ancestry, false_dates, settings)
        edges = edges if fixed is None or decisions is None else fix_edges(edges, decisions.kinds, fixed)
        tell("edges", edges)
        del evidence
    with clock.step("origins"):
        outlets = beside.submit(count_outlets, documents, edges, spans)
        # learnt before decisions: what an editor decided of some stories says nothing of the others
        unseen = share_unseen(sample_flaws(firsts, documents.height))
        listed = sources.result()
        origins = find_origins(documents, edges, ancestry, keyed, dates, false_dates, unseen, settings, listed)
        origins = origins if fixed is None else fix_origins(origins, fixed)
        clusters = mark_origins(clusters, origins)
    with clock.step("who copies whom"):
        counted = outlets.result()
    return {
        "documents": documents, "clusters": clusters, "attributions": attributions, "dates": dates, "edges": edges,
        "origins": origins, "outlets": counted,
    }  # fmt: skip
