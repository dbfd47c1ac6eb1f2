"""Documents of equal words are one node of a tree: one of them stands for all."""

from __future__ import annotations

import polars as pl
import rustworkx as rx

from provenance.tables import PAIR, SIDES
from provenance.tracing.statements.facts import CREDITS, best_dates, is_named, keys, source_keys

SIDED = ("containment", "first", "last")  # what is known of a side of a pair


def find_same() -> pl.Expr:
    """Whether a match is of two documents of equal words."""
    return (pl.col("relation") == "duplicate") & (pl.col("left_doc") != pl.col("right_doc"))


def find_twins(
    documents: pl.DataFrame,
    matches: pl.DataFrame,
    attributions: pl.DataFrame,
    dates: pl.DataFrame,
    ranks: pl.DataFrame,
) -> pl.DataFrame:
    """DOCUMENTS, MATCHES, ATTRIBUTIONS, DATES, RANKS -> TWINS: doc_id, and the twin that stands for it.

    That is the one whose outlet the text itself credits, else the earliest, else the first by outlet and rank.
    *gather*.
    """
    same = matches.filter(find_same())
    ids = pl.concat([same["left_doc"], same["right_doc"].alias("left_doc")]).unique().sort()
    row = {name: number for number, name in enumerate(ids)}
    graph: rx.PyGraph[int, None] = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(len(row)))
    graph.add_edges_from_no_data([(row[left], row[right]) for left, right in same.select(PAIR).iter_rows()])
    group = [0] * len(row)
    for members in rx.connected_components(graph):
        least = min(members)
        for member in members:
            group[member] = least
    held = pl.DataFrame({"doc_id": ids, "group": pl.Series(group, dtype=pl.Int64)})
    owned = documents.join(held.select("doc_id"), on="doc_id", how="semi").select("doc_id", "outlet")
    named = attributions.filter(is_named() & pl.col("kind").is_in(CREDITS))
    credited = (
        named.select("doc_id", key=source_keys(named, documents))
        .join(held, on="doc_id")
        .select("group", "key")
        .unique()
    )
    own = (
        owned.select("doc_id", key=keys(owned["outlet"]))
        .join(held, on="doc_id")
        .join(credited, on=["group", "key"], how="semi")
        .select("doc_id", other=pl.lit(0))
    )
    dated = held.join(best_dates(dates).select("doc_id", "time"), on="doc_id", how="left")
    dated = dated.join(own, on="doc_id", how="left").with_columns(pl.col("other").fill_null(1))
    dated = dated.join(owned, on="doc_id", how="left").join(ranks, on="doc_id", how="left")
    first = dated.sort("group", "other", "time", "outlet", "rank", nulls_last=True).unique(
        "group", keep="first", maintain_order=True
    )
    return held.join(first.select("group", stands="doc_id"), on="group").select("doc_id", "stands").sort("doc_id")


def find_even(twins: pl.DataFrame, chosen: pl.DataFrame, ranks: pl.DataFrame) -> pl.DataFrame:
    """TWINS, chosen rows of ANCESTRY, RANKS -> twins without a source: doc_id, contents, twin, alike.

    Each is as likely the first as any other; `alike` is how many there are, and `twin` another of them.
    """
    copies = chosen.drop_nulls("other_id").select("doc_id")
    rest = twins.join(copies, on="doc_id", how="anti").join(ranks, on="doc_id").sort("stands", "rank")
    first, second = (pl.col("doc_id").get(at, null_on_oob=True).over("stands") for at in (0, 1))
    even = rest.with_columns(
        twin=pl.when(pl.col("doc_id") == first).then(second).otherwise(first),
        alike=pl.len().over("stands").cast(pl.Int64),
    )
    return even.drop_nulls("twin").select("doc_id", "contents", "twin", "alike")


def lent(doc_id: str, twins: pl.DataFrame) -> pl.Expr:
    """Whether another document stands for the one in a column."""
    return pl.col(doc_id).is_in(twins.filter(pl.col("doc_id") != pl.col("stands"))["doc_id"].implode())


def join_pairs(pairs: pl.DataFrame, twins: pl.DataFrame, ranks: pl.DataFrame) -> pl.DataFrame:
    """Pairs of documents with facts of both, TWINS, RANKS -> pairs of the documents that stand for them, sorted.

    Where two of these are no pair themselves, they get the facts of the pair of their twins that shares most.
    """
    of_others = lent("left_doc", twins) | lent("right_doc", twins)
    own = pairs.filter(~of_others)
    rest = stand_in(pairs.filter(of_others), twins).join(own, on=PAIR, how="anti")
    held, first, last = (pl.col(f"left_{one}") + pl.col(f"right_{one}") for one in ("containment", "first", "last"))
    for side in ("left", "right"):
        rest = rest.join(ranks.select("doc_id", pl.col("rank").alias(side)), left_on=f"{side}_doc", right_on="doc_id")
    turned = pl.col("left") > pl.col("right")
    ranked = (pl.when(turned).then(f"right_{one}").otherwise(f"left_{one}") for one in SIDED)
    rest = rest.sort(*PAIR, -pl.col("jaccard"), -held, first, last, "quotes", *ranked).select(own.columns)
    return pl.concat([own, rest.unique(PAIR, keep="first", maintain_order=True)]).sort(PAIR)


def stand_in(pairs: pl.DataFrame, twins: pl.DataFrame) -> pl.DataFrame:
    """Pairs of documents -> pairs of the ones that stand for them, left before right, with the columns of their sides.

    Pairs of twins are left out; of several pairs that become one, each is kept.
    """
    for side in ("left", "right"):
        pairs = (
            pairs.join(twins, left_on=f"{side}_doc", right_on="doc_id", how="left", maintain_order="left")
            .with_columns(pl.coalesce("stands", f"{side}_doc").alias(f"{side}_doc"))
            .drop("stands")
        )
    turned = pl.col("left_doc") > pl.col("right_doc")
    names = [name.removeprefix("left_") for name in pairs.columns if name.startswith("left_")]
    swapped = [
        pl.when(turned).then(f"{other}_{name}").otherwise(f"{side}_{name}").alias(f"{side}_{name}")
        for name in names
        for side, other in SIDES
    ]
    signed = [
        pl.when(turned).then(-pl.col("strength")).otherwise("strength").alias("strength")
    ] if "strength" in pairs.columns else []  # fmt: skip
    return pairs.filter(pl.col("left_doc") != pl.col("right_doc")).with_columns(*swapped, *signed)
