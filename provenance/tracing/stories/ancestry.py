"""EVIDENCE and MATCHES -> ANCESTRY: each document's possible sources in the dump, weighed together.

Every document has one source among those that hold enough of it (candidates.py), or none here. The chances of all
combinations of these choices without circles are summed by the matrix-tree theorem (graphs.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.tables import ANCESTRY, PAIR
from provenance.tracing.signs.model import SPEAKS, add_common, add_odds, chance_of, sum_families
from provenance.tracing.signs.twins import find_even
from provenance.tracing.stories.candidates import find_candidates
from provenance.tracing.stories.choices import Choices, lay_choices
from provenance.tracing.stories.graphs import solve
from provenance.tracing.stories.trust import Clocks, believe, fit_lags, told_by, weigh_dates
from provenance.tracing.stories.undated import find_undated
from provenance.tracing.stories.unseen import describe_firsts, weigh_firsts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provenance.arrays import Array
    from provenance.settings import Settings
    from provenance.tracing.signs.pairs import Related


class Traced(NamedTuple):
    """What tracing finds about the documents that have a match."""

    ancestry: pl.DataFrame  # ANCESTRY
    evidence: pl.DataFrame  # EVIDENCE, dates in log odds
    false_dates: float  # share of the dates that are false
    firsts: pl.DataFrame  # contents, flaw: of each text once, however many documents have its words


def trace_ancestry(
    documents: pl.DataFrame,
    related: Related,
    attributions: pl.DataFrame,
    dates: pl.DataFrame,
    evidence: pl.DataFrame,
    settings: Settings,
) -> Traced:
    """DOCUMENTS, ..., DATES, EVIDENCE -> ANCESTRY of the documents with a match, sorted, and how far dates are true.

    *gather*. Cost: linear in matches; cubic in the documents of a component, in which each may be another's source, up
    to graphs.EXACT of them.
    """
    ids, candidates = find_candidates(documents, related, attributions, dates, evidence)
    choices = Choices.of(candidates)
    return grow_trees(ids, choices, believe_dates(choices), related, evidence, settings)


class Believed(NamedTuple):
    """How far dates are true, and the scores with dates."""

    score: Array
    wrong: Array  # by document, the chance that its date is false
    shares: list[float]  # of false dates, after each round of weighing; empty where nothing is dated


def believe_dates(choices: Choices, shares: Sequence[float] | None = None) -> Believed:
    """Choices -> Believed. *gather*, unless the shares of false dates are given."""
    if not (choices.counted.any() if shares is None else shares):
        return Believed(choices.score, np.zeros(len(choices.counted)), [])
    layout = lay_choices(choices)
    fit = fit_lags(choices.lag, choices.daily, choices.order, choices.component)
    undated = find_undated(choices.owner, choices.parent, choices.component, choices.time, len(choices.counted))
    clocks = Clocks(choices.owner, choices.parent, fit, choices.counted, undated, choices.own)
    return Believed(*believe(layout, choices.score, clocks, shares))


def grow_trees(
    ids: list[str],
    choices: Choices,
    believed: Believed,
    related: Related,
    evidence: pl.DataFrame,
    settings: Settings,
) -> Traced:
    """Choices, how far dates are true, RELATED, EVIDENCE -> Traced. *map* over components."""
    child, families, wrong = choices.owner, choices.families, believed.wrong
    false_dates = believed.shares[-1] if believed.shares else 0.0
    if believed.shares:
        sure = choices.order * told_by(wrong[child], wrong[choices.parent])
        families = families + ((choices.parent >= 0) & (sure >= SPEAKS))
    evidence = weigh_dates(evidence, dict(zip(ids, wrong.tolist(), strict=True)), false_dates)
    solved = solve(lay_choices(choices), believed.score)
    flaw = weigh_firsts(describe_firsts(ids, choices, solved, evidence), len(ids))
    of_first = (choices.parent < 0) & (choices.child == child)
    rows = pl.DataFrame(
        {
            "child": child,
            "part": choices.child,
            "parent": choices.parent,
            "probability": solved.chance,
            "first": solved.first,
            "ancestor": solved.ancestor,
            "chosen": solved.chosen,
            "share": choices.share,
            "families": families.astype(np.int32),
            "flaw": pl.Series(np.where(of_first, flaw[child], np.nan)).fill_nan(None),
        }
    )
    names = pl.DataFrame({"number": np.arange(len(ids)), "name": ids}, schema={"number": pl.Int64, "name": pl.String})
    named = rows.join(names, left_on="child", right_on="number").rename({"name": "doc_id"})
    named = named.join(names, left_on="parent", right_on="number", how="left").rename({"name": "other_id"})
    named = named.with_columns(part=pl.when(pl.col("part") == pl.col("child")).then(0).otherwise("part"))
    named, twins = _shape(named, related.ranks), related.twins
    firsts = named.select("contents", "flaw").drop_nulls("flaw")
    own = _shape(_twin_rows(twins, evidence, settings), related.ranks)
    begun = named.filter(pl.col("other_id").is_null() & (pl.col("part") == 0)).select(other_id="doc_id", begun="first")
    began = pl.col("first") * pl.col("begun").fill_null(1)
    own = own.join(begun, on="other_id", how="left", maintain_order="left").with_columns(first=began).drop("begun")
    both = pl.concat([named, _inherit(named, twins, own), own])
    both = _match_twins(both, find_even(twins, both.filter("chosen"), related.ranks))
    both = both.sort("doc_id", "probability", "other_id", descending=[False, True, False])
    return Traced(both, evidence, false_dates, firsts)


def _shape(rows: pl.DataFrame, ranks: pl.DataFrame) -> pl.DataFrame:
    whose = rows.with_columns(whose=pl.coalesce("other_id", "doc_id"))
    known = whose.join(ranks, left_on="whose", right_on="doc_id", how="left", maintain_order="left")
    known = known.with_columns(twin=pl.lit(None), alike=pl.lit(None))
    return known.with_columns(share=pl.when(pl.col("other_id").is_not_null()).then("share")).select(
        pl.col(name).cast(dtype) for name, dtype in ANCESTRY.items()
    )


def _twin_rows(twins: pl.DataFrame, evidence: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """ANCESTRY of documents that a twin stands for: how likely each is its copy, by dates and credits."""
    others = twins.filter(pl.col("doc_id") != pl.col("stands"))
    pairs = others.select(
        "doc_id",
        "stands",
        left_doc=pl.min_horizontal("doc_id", "stands"),
        right_doc=pl.max_horizontal("doc_id", "stands"),
        quotes=pl.lit(value=False),
        left_containment=pl.lit(1.0),
        right_containment=pl.lit(1.0),
    )
    told = without_contradicted(evidence.join(pairs, on=PAIR, how="semi", maintain_order="left"))
    odds = add_common(add_odds(pairs, sum_families(told)), told)
    forth = pl.col("right_doc") == pl.col("doc_id")
    chance = chance_of(pl.when(forth).then("odds").otherwise(-pl.col("odds")))
    rows = odds.select(
        "doc_id",
        other_id="stands",
        part=pl.lit(0),
        probability=chance,
        first=chance,
        ancestor=chance,
        chosen=pl.lit(value=True),
        share=pl.lit(1.0),
        families=pl.when(forth).then("speak_forth").otherwise("speak_back"),
        flaw=pl.lit(None, pl.Float64),
    )
    return rows.filter(pl.col("probability") >= settings.possible)


def without_contradicted(told: pl.DataFrame) -> pl.DataFrame:
    """EVIDENCE of equal texts -> without dates that contradict whom one of them credits by dateline, byline or notice.

    A paper's copy of AP's text that begins with AP's dateline is AP's, though the paper's clock knows no time zone: it
    was AP's whose text was "not found in the dump", and AP's own article stood for itself at .48.
    """
    credited = told.filter(pl.col("feature") == "credited").group_by(PAIR).agg(way=pl.col("strength").sum().sign())
    both = told.join(credited, on=PAIR, how="left", maintain_order="left")
    against = (pl.col("feature") == "date") & (pl.col("strength").sign() == -pl.col("way"))
    return both.filter(~against.fill_null(value=False)).drop("way")


def _inherit(rows: pl.DataFrame, twins: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Give each document the sources of the twin that stands for it, so far as it is not that twin's copy."""
    copied = own.select("doc_id", taken="probability")
    others = twins.filter(pl.col("doc_id") != pl.col("stands")).join(copied, on="doc_id", how="left")
    return (
        others.join(rows.rename({"doc_id": "stands"}), on="stands")
        .with_columns(
            probability=pl.col("probability") * (1 - pl.col("taken").fill_null(0)),
            # whichever of the two was first, its words came from the others all the same; that it began with itself
            # is halved between them as the pair's evidence says
            first=pl.when(pl.col("other_id").is_null())
            .then(pl.col("first") * (1 - pl.col("taken").fill_null(0)))
            .otherwise("first"),
            chosen=pl.col("chosen") & pl.col("taken").is_null(),
        )
        .select(ANCESTRY.names())
    )


def _match_twins(rows: pl.DataFrame, even: pl.DataFrame) -> pl.DataFrame:
    """ANCESTRY, rows of find_even -> ANCESTRY with twins; a document whose pairs are all twins gets a row of none."""
    null = pl.col("other_id").is_null() & (pl.col("part") == 0)
    there = rows.drop("twin", "alike").join(even.drop("contents"), on="doc_id", how="left", maintain_order="left")
    there = there.with_columns(pl.when(null).then(name).alias(name) for name in ("twin", "alike"))
    lone = even.join(rows, on="doc_id", how="anti").with_columns(
        other_id=pl.lit(None), part=pl.lit(0), probability=pl.lit(1.0), first=pl.lit(1.0), ancestor=pl.lit(0.0),
        chosen=pl.lit(value=True), share=pl.lit(None), families=pl.lit(0), flaw=pl.lit(None),
    )  # fmt: skip
    columns = [pl.col(name).cast(dtype) for name, dtype in ANCESTRY.items()]
    return pl.concat([there.select(columns), lone.select(columns)])
