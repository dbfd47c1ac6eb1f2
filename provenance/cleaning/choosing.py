"""What repeats, and a policy -> which documents and passages go, and what stays in their place."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.cleaning.cutting import REPEATED, find_cuts, list_sides, with_lines
from provenance.errors import UsageError
from provenance.matching.groups.components import label_components, lead
from provenance.matching.pairs.numbering import row_numbers
from provenance.matching.pairs.pair_keys import pack_ordered
from provenance.tables import PAIR
from provenance.tracing.statements.dates import is_zero

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provenance.arrays import Array
    from provenance.reports.runs import Run
    from provenance.settings import Settings

#: Which of several alike documents stays.
KEEP = ("origin", "earliest", "longest", "first")
#: What becomes of passages that repeat in the documents that stay.
PASSAGES = ("keep", "mark", "drop")
#: What goes beside duplicates and near duplicates.
ALSO = ("contained",)

GONE = pl.Schema({"doc_id": pl.String(), "reason": pl.String(), "counterpart": pl.String()})
CUTS = pl.Schema(
    {
        "doc_id": pl.String(),
        "start": pl.Int64(),
        "end": pl.Int64(),
        "reason": pl.String(),  # repeated, boilerplate
        "counterpart": pl.String(),  # ? the document that keeps the passage
    }
)


class Policy(NamedTuple):
    """What is to go, and what stays in its place."""

    keep: str = "origin"  # of several alike: origin, earliest, longest, first
    passages: str = "keep"  # keep, mark, drop
    drop: Sequence[str] = ()  # beside duplicates and near duplicates: contained
    verdicts: pl.DataFrame | None = None  # what editors decided

    def check(self) -> Policy:
        """The policy, its `drop` as a tuple. Raises UsageError for a word that it does not know."""
        drop = (self.drop,) if isinstance(self.drop, str) else tuple(self.drop or ())  # one word is the list of it
        choices = (("keep", (self.keep,), KEEP), ("passages", (self.passages,), PASSAGES), ("drop", drop, ALSO))
        for name, given, known in choices:
            for word in given:
                if word not in known:
                    raise UsageError(f"{name}: {word!r} is not one of {', '.join(known)}")
        return self._replace(drop=drop)


class Chosen(NamedTuple):
    """What goes: documents (GONE), and passages of those that stay (CUTS, apart from each other, in order)."""

    gone: pl.DataFrame
    cuts: pl.DataFrame


def settings_needed(settings: Settings, policy: Policy) -> Settings:
    """The settings of the least scan that a policy needs.

    What is cut or left out for a passage's sake must stand, word for word or nearly, in what stays. A rewritten stretch
    says much else besides: of an article of five sentences, two of them an agency's, the three of its own went as well.
    So these are sought only if that is asked for.
    """
    by_passages = bool(policy.drop) or policy.passages != "keep"
    if by_passages and settings.rewritten == "auto":
        settings = replace(settings, rewritten="off")
    if policy.keep == "origin":
        return replace(settings, level="passage", until="origins")
    return replace(settings, level="passage" if by_passages else "document", until="matches")


def choose(run: Run, order: pl.Series, policy: Policy) -> Chosen:
    """A Run, its documents' ids in the order of the input, and a policy -> Chosen. *gather*.

    A document goes only for one that stays and is its duplicate or near duplicate (or contains it, if the policy drops
    those too), and of those that stay no two are such a pair.
    """
    documents = pl.DataFrame({"doc_id": order}).join(run.documents, on="doc_id", how="left", maintain_order="left")
    rank = _ranks(documents, run, policy.keep)
    gone = _alike(order, run.matches, rank)
    if "contained" in policy.drop:
        gone = pl.concat([gone, _contained(documents, run.matches, gone)])
    if policy.passages == "keep":
        return Chosen(gone, pl.DataFrame(schema=CUTS))
    cuts = _cuts(run, order, rank, gone)
    return Chosen(gone, _with_lines(cuts, documents) if policy.passages == "drop" else cuts)


def _ranks(documents: pl.DataFrame, run: Run, keep: str) -> Array:
    """Documents in the order of the input -> their ranks, from 0 for the one to keep before all others; int64.

    Between equals origin falls back to earliest, that to longest, and that to the first of the input. A date of
    1970-01-01 is none, and what has none is later than all that have one.
    """
    keys: list[pl.Expr] = []
    if keep == "origin":
        copies = run.origins.filter(pl.col("kind") == "document")["doc_id"]
        keys.append(pl.col("doc_id").is_in(copies.implode()))
    if keep in ("origin", "earliest"):
        # a draft whose date was left at zero, in 1970, stayed in place of the article that was published
        published = pl.col("published")
        keys.append(pl.when(~is_zero(published)).then(published))
    if keep != "first":
        keys.append(-pl.col("text").str.len_chars().cast(pl.Int64))
    by = [key.alias(str(number)) for number, key in enumerate(keys)]
    keyed = documents.select(*by, at=pl.int_range(pl.len())).sort([*map(str, range(len(by))), "at"], nulls_last=True)
    rank = np.empty(documents.height, np.int64)
    rank[keyed["at"].to_numpy()] = np.arange(documents.height)
    return rank


def _alike(order: pl.Series, matches: pl.DataFrame, rank: Array) -> pl.DataFrame:
    """MATCHES -> GONE: by rank, each document stays unless it is like one that stays."""
    words = (("duplicate",), ("near_duplicate", "same"))  # same: an editor said so
    equal, near = (matches.filter(pl.col("relation").is_in(some)) for some in words)
    ends = [[row_numbers(pairs[side], order) for side in PAIR] for pairs in (equal, near)]
    # Equal texts are one node: of many of them a scan names only some pairs, but whatever these link is equal.
    label = label_components(len(order), *ends[0])
    nodes = np.arange(len(order))
    best = np.full(len(order), len(order))
    np.minimum.at(best, label, rank)
    by_rank = np.argsort(rank)
    first = by_rank[np.minimum(best, len(order) - 1)][label]  # of each document's equals the one to keep
    left, right = (first[rows] for rows in ends[1])
    apart = left != right
    leader = lead(by_rank, left[apart], right[apart])[first]
    rows = np.flatnonzero(leader != nodes)
    said = (near["relation"] == "same").to_numpy()
    called = np.isin(pack_ordered(first[rows], leader[rows]), pack_ordered(left[said], right[said]))
    why = np.where(called, "same", "near_duplicate")
    why = np.where(label[leader[rows]] == label[rows], "duplicate", why)
    return pl.DataFrame(
        {"doc_id": order.gather(rows), "reason": why.tolist(), "counterpart": order.gather(leader[rows])}, schema=GONE
    )


def _contained(documents: pl.DataFrame, matches: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """MATCHES -> GONE: of what stays, the longest first, whatever lies inside one that stays."""
    inside = pl.concat(
        [
            matches.filter(pl.col("relation") == relation).select(doc_id=f"{a}_doc", counterpart=f"{b}_doc")
            for relation, a, b in (("contained", "left", "right"), ("contains", "right", "left"))
        ]
    )
    lost = gone["doc_id"].implode()
    inside = inside.filter(~pl.col("doc_id").is_in(lost), ~pl.col("counterpart").is_in(lost))
    holders: dict[str, list[str]] = {}
    for doc_id, counterpart in inside.sort("doc_id", "counterpart").iter_rows():
        holders.setdefault(doc_id, []).append(counterpart)
    sizes = documents.select("doc_id", pl.col("text").str.len_chars()).with_row_index("at")
    turn = sizes.sort("text", "at", descending=[True, False])["doc_id"].to_list()
    place = {doc_id: number for number, doc_id in enumerate(turn)}
    went: dict[str, str] = {}
    for doc_id in (doc_id for doc_id in turn if doc_id in holders):
        there = [other for other in holders[doc_id] if place[other] < place[doc_id] and other not in went]
        if there:
            went[doc_id] = min(there, key=place.__getitem__)
    rows = {"doc_id": list(went), "reason": ["contained"] * len(went), "counterpart": list(went.values())}
    return pl.DataFrame(rows, schema=GONE)


# -- passages --------------------------------------------------------------------------------------------


def _cuts(run: Run, order: pl.Series, rank: Array, gone: pl.DataFrame) -> pl.DataFrame:
    """SPANS and boilerplate of the documents that stay -> CUTS: notices, and what stands in a better place too."""
    stays = ~order.is_in(gone["doc_id"].implode()).to_numpy()
    notices = run.passages.filter(pl.col("role") == "boilerplate")
    notices = notices.select("start", "end", row=pl.Series(row_numbers(notices["doc_id"], order)))
    notices = notices.filter(pl.Series(stays[notices["row"].to_numpy()]))
    taken = {
        row: list(zip(*places, strict=True)) for row, *places in notices.group_by("row").agg("start", "end").rows()
    }
    repeated = find_cuts(list_sides(run.spans, order), rank, stays, taken)
    cut = pl.concat(
        [
            notices.select("row", "start", "end", reason=pl.lit("boilerplate"), root=pl.lit(None, pl.Int64)),
            pl.DataFrame(repeated, schema=REPEATED, orient="row").select(
                "row", "start", "end", pl.lit("repeated").alias("reason"), "root"
            ),
        ]
    )
    ids = cut.select("start", "end", "reason", doc_id=order.gather(cut["row"]), counterpart=order.gather(cut["root"]))
    return ids.select(list(CUTS)).sort("doc_id", "start")


def _with_lines(cuts: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """CUTS -> the same with the lines of which nothing else is left."""
    by_document = cuts.group_by("doc_id", maintain_order=True).agg("start", "end")
    rows, texts = row_numbers(by_document["doc_id"], documents["doc_id"]).tolist(), documents["text"]
    places = by_document.select("start", "end").iter_rows()
    whole = [with_lines(texts[row], list(zip(*some, strict=True))) for row, some in zip(rows, places, strict=True)]
    edges = pl.DataFrame(list(chain.from_iterable(whole)), schema={"start": pl.Int64, "end": pl.Int64}, orient="row")
    return cuts.with_columns(edges)
