"""Rounds that bring things together: pairs into blocks with their documents, matches to the group they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance.matching.groups.clusters import cluster_documents, count_implied
from provenance.matching.groups.completion import add_compared, lacking_pairs
from provenance.matching.groups.components import label_components
from provenance.spark.pieces import Sent
from provenance.spark.plan import BLOCK, SCHEMAS, by_name, by_pair, count, hashed, home, table
from provenance.spark.related import send_related, send_wants, with_labels
from provenance.tables import MATCHES, PAIR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan

ENDS = ["left_row", "right_row"]
BESIDES = ("stretches", "across", "jaccards")  # what is known of pairs
NEAR = 1 << 14  # consecutive rows whose pairs with one document stay together
APART = 1 << 60  # is added to a row for its label; labels below are those of parts of crowds


def find_nearest(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """Whatever has pairs, `by_pair` -> NEAREST: for each right row the least label of the left rows paired with it.

    And WANTS of the left rows, where the pairs of one are in several buckets and NEAREST goes to but one of them.
    """
    ends = pl.concat([frame.select(ENDS) for frame in given.values()])
    nearest = _labelled(ends, plan).group_by(row="right_row").agg(least=pl.col("label").min())
    yield Sent("nearest", nearest, hashed(nearest["row"], plan))
    if plan.groups > 1:
        wants = ends.select(row="left_row").unique().with_columns(bucket=pl.lit(bucket, pl.Int64))
        yield Sent("wants", wants, hashed(wants["row"], plan))


def tell_nearest(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """NEAREST and WANTS of some rows -> NEAREST to the buckets that have pairs of them on the left."""
    nearest = table(given, "nearest").group_by("row").agg(pl.col("least").min())
    told = table(given, "wants").join(nearest, on="row")
    yield Sent("nearest", told.select("row", "least"), told["bucket"].to_numpy())


def gather_pairs(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """Whatever has pairs, `by_pair`, and NEAREST -> the same by label: the least of any row that the left one follows.

    Documents of one story, or with one notice, mostly have one such row in common: so their pairs come into one block,
    and each of their texts travels once. `linked` is null where a pair is no candidate, but has stretches.
    """
    nearest = table(given, "nearest").group_by("row").agg(pl.col("least").min()).rename({"row": "left_row"})
    pairs = _labelled(_all_pairs(given).drop("label"), plan).join(nearest, on="left_row", how="left")
    crowd = pl.col("label") < APART
    pairs = pairs.with_columns(label=pl.when(crowd).then("label").otherwise(pl.coalesce("least", "label")))
    # a notice in a million documents is too much for one bucket: only pairs whose right rows are near stay together
    crowd = (pl.col("label") >= APART) & (pl.len().over("label") > BLOCK)
    pairs = pairs.with_columns(label=pl.when(crowd).then(_part("label")).otherwise("label"))
    yield Sent("pairs", pairs.select(list(SCHEMAS["pairs"])), hashed(pairs["label"], plan))
    for name in BESIDES:
        if name in given:
            placed = given[name].join(pairs.select(*ENDS, "label"), on=ENDS, how="left", maintain_order="left")
            yield Sent(name, given[name], hashed(placed["label"], plan))


def _labelled(pairs: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Pairs -> the same with the label of the left row; of a row with very many pairs, that of a part of them.

    A notice's first document is in pairs of all quarters, and each bucket has those of one: ten thousand of them with
    1,024 pairs each are 250 MB of one label.
    """
    crowd = pl.len().over("left_row") > BLOCK // min(plan.groups, 16)
    return pairs.with_columns(label=pl.when(crowd).then(_part("left_row")).otherwise(pl.col("left_row") + APART))


def _part(name: str) -> pl.Expr:
    """A column of rows or labels -> the label of the part that is near the right row."""
    return (pl.col(name) ^ (pl.col("right_row") // NEAR).hash(0).cast(pl.Int64, wrap_numerical=True)) & (APART - 1)


def _all_pairs(given: Tables) -> pl.DataFrame:
    """Whatever has pairs -> PAIRS, each once. `linked` is null where a pair is no candidate, but has stretches.

    A bucket to which nothing but NEAREST came has none.
    """
    candidates = [table(given, "pairs"), *(given[name] for name in ("linked",) if name in given)]
    unknown = {"linked": pl.lit(None, pl.Boolean), "label": pl.lit(None, pl.Int64)}
    bare = [given[name].select(*ENDS, **unknown) for name in BESIDES if name in given]
    return pl.concat([*candidates, *bare]).group_by(ENDS).agg(pl.col("linked").max(), pl.col("label").max())


def cut_blocks(_plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """Whatever has pairs -> it in blocks of BLOCK pairs by label, and what rows each block ASKS for.

    A document with more pairs than that is asked for by several blocks.
    """
    pairs = _all_pairs(given).sort("label", "right_row", "left_row")
    pairs = pairs.with_columns(block=(bucket << 32) + pl.int_range(pl.len()) // BLOCK)
    yield Sent("pairs", pairs.drop("block"), pairs["block"].to_numpy())
    for name in BESIDES:
        if name not in given:
            continue
        frame = given[name]
        placed = frame.join(pairs.select(*ENDS, "block"), on=ENDS, how="left", maintain_order="left")
        yield Sent(name, placed.drop("block"), placed["block"].to_numpy())
    asks = pl.concat([pairs.select("block", row=side) for side in ENDS]).unique().select("row", "block")
    yield Sent("asks", asks, home(asks["row"]))


def answer(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's tables by row, and ASKS -> those rows, to the blocks that asked."""
    asks = table(given, "asks")
    for name, key in (("documents", "row"), ("members", "first"), ("passages", "row")):
        if name in given:
            held = given[name]
            if name == "documents" and "publishers" in given:
                known = given["publishers"].select("row", "outlet")
                held = held.drop("outlet").join(known, on="row", how="left", maintain_order="left")
            found = held.join(asks.rename({"row": key}), on=key)
            yield Sent(name, found.select(list(SCHEMAS[name])), found["block"].to_numpy())


def label_all(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """LINKS -> LABELS: each row's component, named by its first row, and which of them are CROWDS. In one bucket."""
    links = pl.concat([frame.select(ENDS) for frame in given.values()])
    rows = pl.concat([links["left_row"], links["right_row"].alias("left_row")]).unique().sort()
    left, right = (np.searchsorted(rows.to_numpy(), links[side].to_numpy()) for side in ENDS)
    labels = pl.DataFrame({"row": rows, "label": rows.gather(label_components(len(rows), left, right))})
    yield Sent("labels", labels, hashed(rows, plan))
    yield Sent("crowds", labels.group_by("label").len().filter(pl.col("len") > plan.crowd).select("label"), 0)


def label_matches(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """MATCHES by their right row, and LABELS of their rows -> those inside one component, to its bucket."""
    inside = with_labels(table(given, "matches"), given).filter(pl.col("left_label") == pl.col("right_label"))
    yield Sent("matches", inside, hashed(inside["left_label"], plan))


def find_lacking(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """MATCHES of some components -> PAIRS inside them that were not compared, `by_pair`."""
    matches = given["matches"]
    lacking = lacking_pairs(matches.drop(ENDS, "left_label", "right_label"), plan.settings)
    ends = [
        matches.select(doc_id=f"{side}_doc", row=f"{side}_row", label=f"{side}_label") for side in ("left", "right")
    ]
    known = pl.concat(ends).unique()
    for side in ("left", "right"):
        own = known.select(pl.col("doc_id").alias(f"{side}_doc"), pl.col("row").alias(f"{side}_row"), "label")
        lacking = lacking.join(own if side == "left" else own.drop("label"), on=f"{side}_doc")
    pairs = lacking.with_columns(linked=pl.lit(value=True)).select(list(SCHEMAS["pairs"]))
    yield Sent("counts", count("lacking", pairs.height), 0)
    yield Sent("pairs", pairs, by_pair(pairs, plan))


def finish_components(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """MATCHES and MORE of some components -> what of MORE belongs to MATCHES, and CLUSTERS of documents."""
    matches, more = table(given, "matches"), table(given, "more")
    if more.height:
        complete = add_compared(matches.select(list(MATCHES)), more.select(list(MATCHES)), plan.settings)
        added = more.join(complete, on=PAIR, how="semi")
        matches = pl.concat([matches, added])
        yield Sent("matches", added, hashed(added["right_row"], plan))
        related = table(given, "more_related").join(added, on=PAIR, how="semi")
        yield from send_related(related, plan)
        yield send_wants(related, plan)
    if plan.settings.until == "matches":
        yield Sent("counts", count("implied_pairs", 0), 0)  # of clusters, which are not made
    else:
        clusters = cluster_documents(matches.select(list(MATCHES)), plan.settings)
        yield by_name("clusters", clusters, "doc_id", plan)
        rows = pl.concat([matches.select(doc_id=f"{side}_doc", row=f"{side}_row") for side in ("left", "right")])
        belongs = clusters.join(rows.unique(), on="doc_id").select("row", "cluster_id")
        yield Sent("belongs", belongs, home(belongs["row"]))
        yield Sent("counts", count("implied_pairs", count_implied(clusters, matches)), 0)
