"""EVIDENCE and MATCHES -> ANCESTRY: each document's possible sources in the dump, weighed together.

Every document chooses among the others that hold enough of it, and having no source here. A candidate is
scored by the pair's evidence and by readings: the source holds what the copy holds, and has little of its own
that the copy lacks. The chances of all choices together, without circles, come from the matrix-tree theorem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
import rustworkx as rx

from provenance.tables import ANCESTRY
from provenance.tracing.evidence import LEAST_SHARE
from provenance.tracing.facts import best_dates
from provenance.tracing.frequency import is_sampled
from provenance.tracing.graphs import lay_out, solve
from provenance.tracing.model import SPEAKS, add_common, add_odds, chance_of, sum_families, weights
from provenance.tracing.readings import READING, Readings, Taken, compare_readings, explain_credits, over_least
from provenance.tracing.trust import Clocks, believe, fit_lags, told_by, weigh_dates
from provenance.tracing.twins import PAIR, join_pairs
from provenance.tracing.unseen import describe_firsts, weigh_firsts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provenance.settings import Settings
    from provenance.tracing.pairs import Related

Array = np.ndarray[Any, Any]

#: Candidates of one document, the most alike first: a thousand copies of one text would have a million.
CANDIDATES = 12
BEFORE = 4  # those of them that the evidence calls earlier, the most alike first, even if others are more alike
#: Two sources whose stretches of a copy overlap by less than this share of the shorter stretch each have their part.
OVERLAP = 0.2
DATED = 3.0  # log odds that two dates count for in finding those: 95 in 100 are true
LEAST_ALIKE = 1e-3  # share of which a logarithm is taken
NAMED = 1.0  # log odds of credits from which a copy names a source
PARENT = (
    "parent_bias", "parent_odds", "parent_missing", "parent_more", "parent_private", "parent_alike", "parent_cut",
    "parent_named",
)  # fmt: skip
ROOT = ("root_worst",)
FIXED = "parent_common"  # what speaks for a third source


class Candidates(NamedTuple):
    """Choices, sorted by child; numbers from `documents` on are further parts of a document, see `owner`."""

    child: Array  # int64
    parent: Array  # int64; -1 for none in the dump
    features: Array  # float64 [rows, PARENT, FIXED, ROOT]
    share: Array  # float64, of the child's words that the parent holds
    families: Array  # int64, kinds of evidence that speak for it
    component: Array  # int64
    lag: Array  # float64, days from the parent's date to the child's; nan where they are not known to the day
    daily: Array  # bool, whether that is not known to the hour
    order: Array  # float64, 1 where dates surely say that the parent is the earlier, -1 the later, 0 nothing
    owner: Array  # int64 by child: the document that it is, or is part of
    counted: Array  # bool by document: whether it has a date, and is of the components of the sample
    private: Array  # float64 by document: readings that no other has


class Traced(NamedTuple):
    """What is found of all documents that have a match."""

    ancestry: pl.DataFrame  # ANCESTRY
    evidence: pl.DataFrame  # EVIDENCE, dates in log odds
    false_dates: float  # share of the dates that are false
    firsts: pl.DataFrame  # contents, flaw: of each text once, however many documents have its words


def trace_ancestry(
    documents: pl.DataFrame,
    related: Related,
    dates: pl.DataFrame,
    evidence: pl.DataFrame,
    settings: Settings,
) -> Traced:
    """DOCUMENTS, ..., RELATED, DATES, EVIDENCE -> ANCESTRY of the documents with a match, and how far dates are true.

    Sorted by document. *gather*. Cost: linear in matches, and cubic in documents that may be each other's sources in a
    circle, up to graphs.EXACT of them.
    """
    ids, candidates = find_candidates(documents, related, dates, evidence)
    choices = Choices.of(candidates)
    return grow_trees(ids, choices, believe_dates(choices), related, evidence, settings)


class Choices(NamedTuple):
    """CANDIDATES with a score for their features: what is needed of them to weigh all trees. By row, as there."""

    child: Array
    parent: Array
    owner: Array  # by row
    component: Array
    score: Array
    share: Array
    families: Array
    lag: Array
    daily: Array
    order: Array
    private: Array  # of the owner
    counted: Array  # by document

    @classmethod
    def of(cls, found: Candidates) -> Choices:
        """Candidates, scored by the fitted weights."""
        known = weights()
        score = np.zeros(len(found.child))
        for column, name in enumerate((*PARENT, FIXED, *ROOT)):  # one by one: a row's sum is alike in any company
            score += found.features[:, column] * known[name]
        return cls(
            found.child, found.parent, found.owner[found.child], found.component, score, found.share, found.families,
            found.lag, found.daily, found.order, found.private[found.owner[found.child]], found.counted,
        )  # fmt: skip


class Believed(NamedTuple):
    """How far dates are true, and scores that heed them."""

    score: Array
    wrong: Array  # by document, the chance that its date is false
    shares: list[float]  # of false dates, after each round of weighing; none where nothing is dated


def believe_dates(choices: Choices, shares: Sequence[float] | None = None) -> Believed:
    """Choices -> Believed. *gather*, unless the shares of false dates are given."""
    if not (choices.counted.any() if shares is None else shares):
        return Believed(choices.score, np.zeros(len(choices.counted)), [])
    layout = lay_out(choices.child, choices.parent, choices.component)
    fit = fit_lags(choices.lag, choices.daily, choices.order, choices.component)
    clocks = Clocks(choices.owner, choices.parent, fit, choices.counted)
    return Believed(*believe(layout, choices.score, clocks, shares))


def grow_trees(
    ids: list[str],
    choices: Choices,
    believed: Believed,
    related: Related,
    evidence: pl.DataFrame,
    settings: Settings,
) -> Traced:
    """Choices with what is believed of dates, RELATED, EVIDENCE -> what is found of documents. *map* of components."""
    child, families, wrong = choices.owner, choices.families, believed.wrong
    false_dates = believed.shares[-1] if believed.shares else 0.0
    if believed.shares:
        sure = choices.order * told_by(wrong[child], wrong[choices.parent])
        families = families + ((choices.parent >= 0) & (sure >= SPEAKS))
    evidence = weigh_dates(evidence, dict(zip(ids, wrong.tolist(), strict=True)), false_dates)
    solved = solve(lay_out(choices.child, choices.parent, choices.component), believed.score)
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
    both = both.sort("doc_id", "probability", "other_id", descending=[False, True, False])
    return Traced(both, evidence, false_dates, firsts)


def _shape(rows: pl.DataFrame, ranks: pl.DataFrame) -> pl.DataFrame:
    whose = rows.with_columns(whose=pl.coalesce("other_id", "doc_id"))
    known = whose.join(ranks, left_on="whose", right_on="doc_id", how="left", maintain_order="left")
    return known.with_columns(share=pl.when(pl.col("other_id").is_not_null()).then("share")).select(
        pl.col(name).cast(dtype) for name, dtype in ANCESTRY.items()
    )


def _twin_rows(twins: pl.DataFrame, evidence: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Of each document that another stands for: how likely it was copied from that one, by dates and credits."""
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
    told = evidence.join(pairs, on=PAIR, how="semi", maintain_order="left")
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


def _inherit(rows: pl.DataFrame, twins: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """A document that another stands for has that one's sources, as far as it is not that one's copy."""
    copied = own.select("doc_id", taken="probability")
    others = twins.filter(pl.col("doc_id") != pl.col("stands")).join(copied, on="doc_id", how="left")
    return (
        others.join(rows.rename({"doc_id": "stands"}), on="stands")
        .with_columns(
            probability=pl.col("probability") * (1 - pl.col("taken").fill_null(0)),
            # whichever of the two was there first, from the others it came all the same; that it began with itself
            # is halved between them as the pair's evidence says
            first=pl.when(pl.col("other_id").is_null())
            .then(pl.col("first") * (1 - pl.col("taken").fill_null(0)))
            .otherwise("first"),
            chosen=pl.col("chosen") & pl.col("taken").is_null(),
        )
        .select(ANCESTRY.names())
    )


def find_candidates(
    documents: pl.DataFrame,
    related: Related,
    dates: pl.DataFrame,
    evidence: pl.DataFrame,
    many: int | None = None,
    others: pl.Series | None = None,
) -> tuple[list[str], Candidates]:
    """DOCUMENTS, ..., DATES, EVIDENCE -> ids of those who stand for a text, every choice of each with its features.

    They are numbered by rank, so that of two equal choices the same is the first however they are named. `many`
    documents has the dump, where these are not all, and `others` of these have pairs elsewhere.
    """
    pairs = join_pairs(related.pairs.filter(~pl.col("same")), related.twins, related.ranks)
    told = evidence.filter(pl.col("feature") == "date").select(*PAIR, order="strength")
    text = evidence.filter(pl.col("feature") != "date")
    pairs = add_common(add_odds(pairs, sum_families(text)), text)
    pairs = pairs.join(told, on=PAIR, how="left", maintain_order="left").with_columns(pl.col("order").fill_null(0))
    # a month says nothing of days
    fine = best_dates(dates).with_columns(time=pl.when(pl.col("precision").is_in(["second", "day"])).then("time"))
    for side in ("left", "right"):
        time = fine.select(
            pl.col("doc_id").alias(f"{side}_doc"),
            pl.col("time").alias(f"{side}_time"),
            (pl.col("precision") == "day").alias(f"{side}_daily"),
        )
        pairs = pairs.join(time, on=f"{side}_doc", how="left", maintain_order="left")
    more = pl.Series(dtype=pl.String) if others is None else others
    there = pl.concat([pairs["left_doc"], pairs["right_doc"], more]).unique()
    ranked = related.ranks.filter(pl.col("doc_id").is_in(there.implode())).sort("rank")
    ids, names = ranked["doc_id"], ranked["doc_id"].to_list()
    rows, owner = _parts(_directed(pairs, ids), len(ids))
    child, parent = rows["child"].to_numpy(), rows["parent"].to_numpy()
    groups = _components(owner[child], parent, len(ids))
    order = np.argsort(owner[child], kind="stable")
    stretch = (rows[name].to_numpy()[order].astype(float) for name in ("from_first", "from_last"))
    taken = Taken(owner[child][order], parent[order], *stretch)
    readings = compare_readings(groups, taken, len(ids), lambda one: related.bodies.read(names[one]))
    back = np.argsort(order, kind="stable")
    by_row = {name: getattr(readings, name)[back] for name in ("missing", "more", "alike", "beyond")}
    readings = readings._replace(**by_row)
    component = np.zeros(len(ids), np.int64)
    for number, group in enumerate(groups):
        component[group] = number
    first = ranked["contents"].gather([group[0] for group in groups])
    sampled = is_sampled(first, documents.height if many is None else many).to_numpy()[component]
    counted = ids.is_in(fine["doc_id"].implode()).to_numpy() & sampled
    return names, _featured(rows, component, readings, owner, counted)


def _directed(pairs: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Pairs -> one row for each way in which one may be the other's source, a few for a child."""
    number = pl.DataFrame({"doc": ids, "at": np.arange(len(ids))})
    for side in ("left", "right"):
        named = number.rename({"doc": f"{side}_doc", "at": f"{side}_at"})
        pairs = pairs.join(named, on=f"{side}_doc", how="left", maintain_order="left")
    ways = [
        pairs.select(
            parent=f"{source}_at", child=f"{copy}_at", share=f"{copy}_containment", jaccard="jaccard",
            first=f"{copy}_first", last=f"{copy}_last", from_first=f"{source}_first", from_last=f"{source}_last",
            odds=pl.col("odds") * sign, common="common",
            families=f"speak_{way}", named=f"credit_{way}", order=pl.col("order") * sign,
            lag=(pl.col(f"{copy}_time") - pl.col(f"{source}_time")).dt.total_seconds() / 86400,
            daily=pl.any_horizontal(pl.col("left_daily", "right_daily").fill_null(value=False)),
        )
        for source, copy, sign, way in (("left", "right", 1, "forth"), ("right", "left", -1, "back"))
    ]  # fmt: skip
    every = pl.concat(ways).filter(pl.col("share") >= LEAST_SHARE)
    ordered = every.sort("child", "jaccard", "parent", descending=[False, True, False])
    alike = ordered.group_by("child", maintain_order=True).head(CANDIDATES)
    earlier = ordered.filter(pl.col("odds") + DATED * pl.col("order") > 0)
    before = earlier.group_by("child", maintain_order=True).head(BEFORE)
    return pl.concat([alike, before]).unique(["child", "parent"]).sort("child", "parent")


def _parts(rows: pl.DataFrame, size: int) -> tuple[pl.DataFrame, Array]:
    """A document whose candidates hold different stretches of it chooses once for each: it was compiled.

    The stretch of the candidate with the greatest share is the document itself; others become further children,
    which are nobody's candidates.
    """
    owner = list(range(size))
    child = rows["child"].to_numpy().copy()
    columns = rows.select("child", "share", "first", "last", "parent").rows()
    first = np.searchsorted(child, np.arange(size + 1))
    known = rows.filter(pl.col("first").is_not_null())  # at document level nobody knows which stretch is held
    split = known.filter((pl.col("share") < 1 - LEAST_SHARE).any().over("child") & (pl.len().over("child") > 1))
    for one in split["child"].unique(maintain_order=True).to_list():
        leaders: list[tuple[int, int, int]] = []
        for row in sorted(range(first[one], first[one + 1]), key=lambda at: (-columns[at][1], columns[at][4])):
            _, _, start, end, _ = columns[row]
            for begin, finish, number in leaders:
                if min(end, finish) - max(start, begin) >= OVERLAP * min(end - start, finish - begin):
                    child[row] = number
                    break
            else:
                number = one if not leaders else len(owner)
                leaders.append((start, end, number))
                if number != one:
                    owner.append(one)
                child[row] = number
    return rows.with_columns(child=child).sort("child", "parent"), np.array(owner, np.int64)


def _components(child: Array, parent: Array, size: int) -> list[list[int]]:
    graph: rx.PyGraph[int, None] = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(size))
    graph.add_edges_from_no_data(list(zip(child.tolist(), parent.tolist(), strict=True)))
    return sorted(sorted(group) for group in rx.connected_components(graph))


def _featured(rows: pl.DataFrame, component: Array, readings: Readings, owner: Array, counted: Array) -> Candidates:
    """Directed rows -> the same with features, and a row without a parent for each child."""
    child, parent, odds = (rows[name].to_numpy() for name in ("child", "parent", "odds"))
    size = len(owner)
    features = np.zeros((len(child) + size, len(PARENT) + 1 + len(ROOT)))
    known = features[: len(child)]
    known[:, 0] = 1
    # signs of two steps add up: of a source and of the source of that, the farther has more that run the true way
    known[:, 1] = np.minimum(odds, 0)
    known[:, 2] = -over_least(child, np.log1p(readings.missing), size)
    known[:, 3] = -over_least(child, np.log1p(readings.more), size)
    known[:, 4] = -np.log1p(readings.private[parent])
    alike = np.where(np.isnan(readings.alike), rows["jaccard"].to_numpy(), readings.alike)
    known[:, 5] = -over_least(child, -np.log(np.maximum(alike, LEAST_ALIKE)), size)
    # what was cut off is one change, however much it is
    known[:, 6] = -over_least(child, (readings.beyond >= READING).astype(float), size)
    known[:, 7] = explain_credits(owner[child], parent, rows["named"].to_numpy() >= NAMED)
    known[:, 8] = -rows["common"].to_numpy()
    root = features[len(child) :, len(PARENT) + 1 :]
    worst = np.full(size, -np.inf)
    np.maximum.at(worst, child, odds)
    root[:, 0] = -np.where(np.isfinite(worst), worst, 0)
    everyone = np.r_[child, np.arange(size)]
    sources = np.r_[parent, np.full(size, -1)]
    order = np.lexsort((sources, everyone))
    none = np.zeros(size)
    return Candidates(
        everyone[order],
        sources[order],
        features[order],
        np.r_[rows["share"].to_numpy(), none][order],
        np.r_[rows["families"].to_numpy(), none.astype(np.int64)][order],
        component[owner[everyone[order]]],
        np.r_[rows["lag"].to_numpy().astype(float), np.full(size, np.nan)][order],
        np.r_[rows["daily"].to_numpy(), np.zeros(size, bool)][order],
        np.r_[rows["order"].to_numpy(), none][order],
        owner,
        counted,
        readings.private,
    )
