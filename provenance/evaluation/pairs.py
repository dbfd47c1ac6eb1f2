"""Matches and document clusters against true ones."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from provenance.matching.groups.clusters import ALL_PAIRS
from provenance.tables import PAIR

NEAR = ("duplicate", "near_duplicate")


def order_pairs(frame: pl.DataFrame, one: str, other: str) -> pl.DataFrame:
    """A frame with two columns of ids -> left_doc, right_doc in order, and the other columns."""
    return frame.with_columns(left_doc=pl.min_horizontal(one, other), right_doc=pl.max_horizontal(one, other)).select(
        *PAIR, pl.exclude(*PAIR, one, other)
    )


def candidate_recall(
    jaccards: pl.DataFrame, matches: pl.DataFrame, least: float, share: str = "jaccard"
) -> tuple[float, int]:
    """True Jaccards (or another `share`), MATCHES -> of the pairs with `least` or more those in matches; how many."""
    wanted = jaccards.filter(pl.col(share) >= least)
    found = wanted.join(matches, on=PAIR, how="semi").height
    return (found / wanted.height if wanted.height else 1.0), wanted.height


def implied_recall(
    jaccards: pl.DataFrame, matches: pl.DataFrame, clusters: pl.DataFrame, least: float
) -> tuple[float, int]:
    """The same of pairs that no match holds but one document cluster does: implied, never compared."""
    wanted = jaccards.filter(pl.col("jaccard") >= least)
    members = clusters.filter(pl.col("level") == "document").select("cluster_id", "doc_id")
    both = (
        wanted.join(matches, on=PAIR, how="anti")
        .join(members, left_on="left_doc", right_on="doc_id")
        .join(members, left_on=["right_doc", "cluster_id"], right_on=["doc_id", "cluster_id"])
    )
    return (both.height / wanted.height if wanted.height else 0.0), wanted.height


def pair_precision(jaccards: pl.DataFrame, matches: pl.DataFrame, least: float) -> tuple[float, int]:
    """True Jaccards, MATCHES -> the share of matches called (near) duplicates whose true Jaccard is `least` or more."""
    called = matches.filter(pl.col("relation").is_in(NEAR))
    true = jaccards.filter(pl.col("jaccard") >= least)
    right = called.join(true, on=PAIR, how="semi").height
    return (right / called.height if called.height else 1.0), called.height


def duplicate_scores(groups: pl.DataFrame, matches: pl.DataFrame) -> tuple[float, float]:
    """True groups of equal texts (group_id, doc_id), MATCHES -> precision, recall of the relation `duplicate`."""
    rows = groups.lazy().select("group_id", "doc_id")
    true = (
        rows.join(rows, on="group_id", suffix="_other")
        .filter(pl.col("doc_id") < pl.col("doc_id_other"))
        .select(left_doc="doc_id", right_doc="doc_id_other")
        .unique()
        .collect()
    )
    called = matches.filter(pl.col("relation") == "duplicate")
    right = called.join(true, on=PAIR, how="semi").height
    return (right / called.height if called.height else 1.0), (right / true.height if true.height else 1.0)


# -- clusters --------------------------------------------------------------------------------------------


def label_documents(clusters: pl.DataFrame, documents: pl.Series) -> pl.Series:
    """CLUSTERS, all documents -> a label for each document; one in no cluster is alone in its own."""
    if "level" in clusters.columns:
        clusters = clusters.filter(pl.col("level") == "document")
    named = (
        documents.alias("doc_id")
        .to_frame()
        .join(clusters.select("doc_id", "cluster_id"), on="doc_id", how="left", maintain_order="left")
    )
    alone = pl.format("alone {}", "doc_id")
    return named.select(pl.coalesce(pl.format("in {}", "cluster_id"), alone)).to_series()


def adjusted_rand(one: pl.Series, other: pl.Series) -> float:
    """Two labellings of the same documents -> the adjusted Rand index (Hubert and Arabie 1985); 1 if they agree."""
    both = pl.DataFrame({"one": one, "other": other})
    total = pairs_of(pl.Series([both.height]))
    together = pairs_of(both.group_by("one", "other").len()["len"])
    first, second = (pairs_of(both.group_by(side).len()["len"]) for side in ("one", "other"))
    expected = first * second / total if total else 0.0
    most = (first + second) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def pairs_of(sizes: pl.Series) -> int:
    """Sizes of groups -> how many pairs they hold."""
    sizes = sizes.cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def b_cubed(true: pl.Series, found: pl.Series) -> tuple[float, float, float]:
    """True labels, found labels -> B-cubed precision, recall, F1 (Bagga and Baldwin 1998)."""
    both = pl.DataFrame({"true": true, "found": found}).with_columns(
        shared=pl.len().over("true", "found"), called=pl.len().over("found"), wanted=pl.len().over("true")
    )
    if not both.height:
        return 1.0, 1.0, 1.0
    shares = both.select(
        precision=(pl.col("shared") / pl.col("called")).mean(), recall=(pl.col("shared") / pl.col("wanted")).mean()
    )
    precision, recall = shares.row(0)
    return precision, recall, 2 * precision * recall / (precision + recall)


class Chaining(NamedTuple):
    """Document clusters, and those among them that have a member under the floor to the centre."""

    clusters: int
    largest: int  # members
    chained: int  # clusters
    largest_chained: int  # members; 0 where there is none


def chaining_guard(clusters: pl.DataFrame, matches: pl.DataFrame, floor: float) -> Chaining:
    """CLUSTERS, MATCHES -> how many document clusters have a member under `floor`, and how large they are.

    Counted anew from matches: the centre is the member with the greatest sum of the greater containments;
    equal texts share all. Where a pair was never compared (clusters over ALL_PAIRS) the table's own cohesion
    stands.
    """
    members = clusters.filter(pl.col("level") == "document").select("cluster_id", "doc_id", "cohesion")
    if not members.height:
        return Chaining(0, 0, 0, 0)
    sizes = members.group_by("cluster_id").len()
    greater = pl.max_horizontal("left_containment", "right_containment")
    weight = pl.when(pl.col("relation") == "duplicate").then(1.0).otherwise(greater)
    pairs = matches.filter(pl.col("relation") != "boilerplate").select(*PAIR, weight=weight)
    swapped = pairs.select(left_doc="right_doc", right_doc="left_doc", weight="weight")
    inside = (
        pl.concat([pairs, swapped])
        .join(members.select("cluster_id", "doc_id"), left_on="left_doc", right_on="doc_id")
        .join(members.select("cluster_id", right_doc="doc_id"), on=["cluster_id", "right_doc"])
    )
    total = inside.group_by("cluster_id", "left_doc").agg(pl.col("weight").sum().round(5))
    centres = total.sort("weight", "left_doc", descending=[True, False]).unique("cluster_id", keep="first")
    near = inside.join(centres.select("cluster_id", "left_doc"), on=["cluster_id", "left_doc"])
    judged = (
        members.join(centres.select("cluster_id", centre="left_doc"), on="cluster_id", how="left")
        .join(near.select("cluster_id", "weight", doc_id="right_doc"), on=["cluster_id", "doc_id"], how="left")
        .join(sizes, on="cluster_id")
    )
    compared = pl.when(pl.col("len") > ALL_PAIRS).then("cohesion").otherwise(0.0)
    own = pl.when(pl.col("doc_id") == pl.col("centre")).then(1.0).otherwise(pl.coalesce("weight", compared))
    below = judged.filter(own < pl.lit(floor, pl.Float32) - 1e-6)
    chained = sizes.join(below, on="cluster_id", how="semi")["len"]
    return Chaining(sizes.height, largest(sizes["len"]), len(chained), largest(chained))


def largest(sizes: pl.Series) -> int:
    """Sizes of clusters -> the greatest; 0 without any."""
    return int(sizes.max()) if len(sizes) else 0  # type: ignore[arg-type]
