"""EVIDENCE and MATCHES -> each document's possible sources, and having none, with their features.

A candidate's features are the pair's evidence and readings: a source holds what its copy holds, and has little of its
own that the copy lacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
import rustworkx as rx

from provenance.tables import PAIR
from provenance.tracing.signs.evidence import LEAST_SHARE
from provenance.tracing.signs.frequency import is_sampled
from provenance.tracing.signs.model import add_common, add_odds, sum_families
from provenance.tracing.signs.twins import join_pairs
from provenance.tracing.statements.facts import best_dates, find_signed, keys
from provenance.tracing.stories.forms import find_formed
from provenance.tracing.stories.readings import READING, Readings, Taken, compare_readings, explain_credits, over_least

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.tracing.signs.pairs import Related

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
    "parent_named", "parent_signed",
)  # fmt: skip
ROOT = ("root_worst", "root_signed")
FIXED = "parent_common"  # what speaks for a third source


class Candidates(NamedTuple):
    """Choices, sorted by child: a document's number or, from `documents` on, that of a further part (`owner`)."""

    child: NDArray[np.int64]
    parent: NDArray[np.int64]  # -1 for none in the dump
    features: NDArray[np.float64]  # [rows, PARENT, FIXED, ROOT]
    share: NDArray[np.float64]  # of the child's words that the parent holds
    families: NDArray[np.int64]  # kinds of evidence that speak for it
    component: NDArray[np.int64]
    lag: NDArray[np.float64]  # days from the parent's date to the child's; nan where they are not known to the day
    daily: NDArray[np.bool_]  # whether that is not known to the hour
    order: NDArray[np.float64]  # 1 where dates surely say that the parent is the earlier, -1 the later, 0 nothing
    owner: NDArray[np.int64]  # by child: the document that it is, or is part of
    time: NDArray[np.float64]  # by document, in days; nan where it is not known to the day
    counted: NDArray[np.bool_]  # by document: whether it has a date, and is of the components of the sample
    private: NDArray[np.float64]  # by document: readings that no other has
    signed: NDArray[np.bool_]  # by document: whether its dateline names its own outlet
    own: NDArray[np.bool_]  # whether child and parent are of one outlet


def find_candidates(
    documents: pl.DataFrame,
    related: Related,
    attributions: pl.DataFrame,
    dates: pl.DataFrame,
    evidence: pl.DataFrame,
    many: int | None = None,
    others: pl.Series | None = None,
) -> tuple[list[str], Candidates]:
    """DOCUMENTS, ..., DATES, EVIDENCE -> ids of the documents that stand for a text, and their Candidates.

    Documents are numbered by rank, so that of two equal choices the same comes first whatever the ids. Where these are
    not all documents, `many` is how many the dump has, and `others` are those of these with pairs elsewhere.
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
    pairs = pairs.filter(~find_formed(pairs, documents))
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
    readings = compare_readings(groups, taken, len(ids), lambda some: related.bodies.read(ids[some].to_list()))
    back = np.argsort(order, kind="stable")
    by_row = {name: getattr(readings, name)[back] for name in ("missing", "more", "alike", "beyond")}
    readings = readings._replace(**by_row)
    component = np.zeros(len(ids), np.int64)
    for number, group in enumerate(groups):
        component[group] = number
    first = ranked["contents"].gather([group[0] for group in groups])
    sampled = is_sampled(first, documents.height if many is None else many).to_numpy()[component]
    counted = ids.is_in(fine["doc_id"].implode()).to_numpy() & sampled
    signed = ids.is_in(find_signed(documents, attributions).implode()).to_numpy()
    days = fine.select("doc_id", days=pl.col("time").dt.epoch("s") / 86400)
    dated = pl.DataFrame({"doc_id": ids}).join(days, on="doc_id", how="left", maintain_order="left")["days"]
    outlets = ids.replace_strict(documents["doc_id"], documents["outlet"], return_dtype=pl.String)
    return names, _featured(rows, component, readings, owner, dated.to_numpy(), counted, signed, keys(outlets))


def _directed(pairs: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Pairs -> a row for each direction, child and parent; of each child its few best parents."""
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
    """Part documents whose candidates hold different stretches of it: it was compiled, and each part has its source.

    The part that the candidate with the greatest share holds is the document itself; the others become further
    children. A candidate is a document here; which part of it was taken is found where trees are laid out.
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


def _weigh(
    rows: pl.DataFrame, readings: Readings, owner: Array, signed: NDArray[np.bool_], own: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Directed rows, with readings in their order -> float64 [rows + children, PARENT, FIXED, ROOT].

    First the rows, then each child as one without a parent. What speaks against a source is negative.
    """
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
    # a cut is one change, however much was cut off
    known[:, 6] = -over_least(child, (readings.beyond >= READING).astype(float), size)
    known[:, 7] = explain_credits(owner[child], parent, rows["named"].to_numpy() >= NAMED)
    known[:, 8] = signed[parent]  # who copies an agency's words credits the agency, not himself
    known[:, 9] = -rows["common"].to_numpy()
    root = features[len(child) :, len(PARENT) + 1 :]
    worst = np.full(size, -np.inf)
    np.maximum.at(worst, child, odds)
    root[:, 0] = -np.where(np.isfinite(worst), worst, 0)
    root[:, 1] = signed[owner]
    # nor does his own dateline speak against an outlet's own version of before
    features[: len(child), len(PARENT) + 2] = own & signed[owner[child]]
    return features


def _featured(
    rows: pl.DataFrame,
    component: Array,
    readings: Readings,
    owner: Array,
    time: Array,
    counted: Array,
    signed: Array,
    outlet: pl.Series,
) -> Candidates:
    """Directed rows -> Candidates: features for each row, and a row without a parent for each child."""
    child, parent = rows["child"].to_numpy(), rows["parent"].to_numpy()
    size = len(owner)
    own = (outlet.gather(owner[child]) == outlet.gather(parent)).fill_null(value=False).to_numpy()
    features = _weigh(rows, readings, owner, signed, own)
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
        time.astype(float),
        counted,
        readings.private,
        signed,
        np.r_[own, np.zeros(size, bool)][order],
    )
