"""Passages that stand in more places than one task holds -> CLUSTERS, by joins and sums over DataFrames.

The steps and the rows are those of clusters.cluster_passages; matching.groups.components says what is done and why.
The driver only learns whether a frame is empty, and no task holds more than one row of each place: the links of a
place are joined row by row. Every step is a job of its own, so this is only for what a notice in a million articles
asks for.

A place is a number that ascends as (doc_id, start, end) does: Spark takes minutes to sort 300,000 structs of the three.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812  as all of Spark's own pages call it

from provenance.matching.groups.agglomeration import STEPS
from provenance.matching.groups.clusters import SPECIFIC, name
from provenance.matching.groups.components import LARGE
from provenance.matching.groups.occurrences import lead_sides
from provenance.matching.pairs.kernels import BASE
from provenance.spark.clusters import list_sides
from provenance.spark.components import label
from provenance.spark.pieces import Sent
from provenance.spark.plan import PLACE, Part, by_name, home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspark.sql import Column

    from provenance.spark.flow import Flow
    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan

    Keep = Callable[[str, DataFrame], DataFrame]

#: Steps of paths after which all that rose is written as one, for Spark plans long on hundreds of folders.
GATHERED = 8
#: Bits of a place's number inside its home.
PLACE_BITS = 21
#: The multiplier of matching.groups.components.stars, and how many words of 64 bits there are.
MIXER, WORDS = f"{BASE}BD", f"{1 << 64}BD"


def cluster_crowds(flow: Flow, crowds: Part) -> Part:
    """SPANS of passages that are CROWDS -> their CLUSTERS."""
    sides = flow.round("crowd-sides", send_places, crowds)
    led = flow.round("crowd-led", lead_places, Part(sides, "crowd_sides"))
    tied = tie(flow.frame(crowds), flow.frame(Part(led, "led")), flow.plan.settings.link_containment)
    tied = flow.store("crowd-tied", tied)
    ends = F.least("left", "right").alias("left"), F.greatest("left", "right").alias("right")
    links = tied.where("left != right").groupBy(*ends).agg(F.max("weight").alias("weight"))
    floor = float(np.float32(flow.plan.settings.cohesion_floor))
    groups = split(links, floor, lambda step, frame: flow.store(f"crowd-{step}", frame))
    members = describe(groups, tied, flow.frame(Part(led, "places")))
    sent = flow.send("crowd-members", "crowded", members, F.pmod(F.xxhash64("doc_id"), F.lit(flow.plan.keys)))
    return Part(flow.round("crowd-clusters", name_members, Part(sent, "crowded")), "clusters")


def send_places(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """CROWD spans -> their sides, to the homes of their documents."""
    places = list_sides(given["crowd"], "doc", *PLACE).rename({"doc": "doc_id"})
    yield Sent("crowd_sides", places, home(places["row"]))


def lead_places(_plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """Sides of a home's documents -> PLACES, and LED: each side with its place and how much of that it covers."""
    sides = given["crowd_sides"].unique().sort(list(PLACE))
    leader, share = lead_sides(sides.select(*PLACE))
    leaders = np.unique(leader)
    if len(leaders) >> PLACE_BITS:
        raise OverflowError(f"home {bucket} has {len(leaders)} places of crowded passages, more than 2 ** {PLACE_BITS}")
    first = bucket << PLACE_BITS
    yield Sent("led", sides.select(*PLACE).with_columns(place=first + np.searchsorted(leaders, leader), share=share), 0)
    places = sides[leaders].select("doc_id", "start", "end", place=first + np.arange(len(leaders)))
    yield Sent("places", places, 0)


def tie(spans: DataFrame, led: DataFrame, least: float) -> DataFrame:
    """SPANS, LED -> left, right (places), weight, role."""
    worth = F.col("identity").cast("double")
    worth = F.when(F.col("kind") == "rewritten", F.greatest(worth, F.lit(least))).otherwise(worth)
    tied = spans.withColumn("worth", worth)
    for side in ("left", "right"):
        own = {column: f"{side}_{column}" for column in PLACE}
        sides = led.withColumnsRenamed({**own, "place": side, "share": f"{side}_share"})
        tied = tied.join(sides, list(own.values()))
    return tied.select("left", "right", (F.col("worth") * F.least("left_share", "right_share")).alias("weight"), "role")


def split(links: DataFrame, floor: float, keep: Keep) -> DataFrame:
    """Links (left, right, weight) -> label, place, cohesion: matching.groups.components.split by best paths."""
    held, rest, number = list[DataFrame](), links, 0
    while number == 0 or not rest.isEmpty():
        number += 1
        done, rest = cut(rest, floor, number, keep)
        held.append(done)
    return reduce(DataFrame.unionAll, held)


def cut(links: DataFrame, floor: float, number: int, keep: Keep) -> tuple[DataFrame, DataFrame]:
    """Links -> the groups that hold (label, place, cohesion), and links inside the parts of those that fail."""

    def step(part_of: str, frame: DataFrame) -> DataFrame:
        return keep(f"{number:02}-{part_of}", frame)

    ends = links.select(F.col("left").alias("left_row"), F.col("right").alias("right_row"))
    labels = label(ends, step).select(F.col("row").alias("place"), "label")
    both = step("both", _both_ways(links).join(labels, "place"))
    steps = F.rint(F.col("weight") * STEPS).cast("long")
    sums = step("sums", both.groupBy("label", "place").agg(F.sum(steps).alias("sum")))
    first = F.min(F.struct((-F.col("sum")).alias("less"), "place"))["place"]
    reached = reach(both, sums.groupBy("label").agg(first.alias("place")).select("place"), floor, step)
    cohesion = F.coalesce("cohesion", F.lit(0.0)).alias("cohesion")
    members = step("members", sums.join(reached, "place", "left").select("label", "place", "sum", cohesion))
    sizes = members.groupBy("label").agg(F.min("cohesion").alias("least"), F.count("*").alias("size"))
    failed = step("failed", sizes).where(F.col("least") < floor)
    done = members.join(failed, "label", "left_anti").select("label", "place", "cohesion")
    if failed.isEmpty():
        return done, links.limit(0)
    parts = step("parts", part(members.join(failed, "label"), both, floor, step))
    for side in ("left", "right"):
        own = parts.select(F.col("place").alias(side), F.col("part").alias(f"{side}_part"))
        links = links.join(own, side)
    return done, step("links", links.where("left_part = right_part").select("left", "right", "weight"))


def _both_ways(links: DataFrame) -> DataFrame:
    """Links -> place, other, weight: each from both of its ends."""
    one = links.select(F.col("left").alias("place"), F.col("right").alias("other"), "weight")
    return one.unionAll(links.select(F.col("right").alias("place"), F.col("left").alias("other"), "weight"))


def reach(both: DataFrame, centres: DataFrame, floor: float, keep: Keep) -> DataFrame:
    """Links from both ends, centres -> place, cohesion: the greatest product along any path, if not under `floor`.

    A product that falls under it never rises again. Each step of the longest path is a job, which writes the places
    whose cohesion rose: a place that rose again has several rows until these are gathered, every GATHERED steps.
    """
    rising = keep("reach-00", centres.withColumn("cohesion", F.lit(1.0)))
    risen, number = [rising], 0
    while True:
        number += 1
        product = rising.join(both, "place").select(
            F.col("other").alias("place"), (F.col("cohesion") * F.col("weight")).alias("product")
        )
        product = product.groupBy("place").agg(F.max("product").alias("product")).where(F.col("product") >= floor)
        better = product.join(_greatest(risen), "place", "left").where("product > coalesce(cohesion, 0)")
        rising = keep(f"rise-{number:02}", better.select("place", F.col("product").alias("cohesion")))
        if rising.isEmpty():
            return _greatest(risen)
        risen.append(rising)
        if len(risen) > GATHERED:
            risen = [keep(f"reach-{number:02}", _greatest(risen))]


def _greatest(risen: list[DataFrame]) -> DataFrame:
    """Rows of (place, cohesion) -> the greatest of each place."""
    return reduce(DataFrame.unionAll, risen).groupBy("place").agg(F.max("cohesion").alias("cohesion"))


def part(members: DataFrame, both: DataFrame, floor: float, keep: Keep) -> DataFrame:
    """Members of groups that failed -> place, part: stars of large groups, of others who held and who failed."""
    small = members.where(F.col("size") <= LARGE)
    fails = F.when(F.col("cohesion") < floor, 1).otherwise(0)
    parted = small.select("place", F.struct(F.col("label").alias("place"), fails.alias("kind")).alias("part"))
    large = members.where(F.col("size") > LARGE)
    if large.isEmpty():
        return parted
    ranked = keep("ranked", large.select("label", "place", "sum", _number().alias("number")))
    mixed = F.expr(f"(cast(number as decimal(18,0)) * {MIXER}) % {WORDS}")
    ranked = ranked.select(
        "label", "place", F.struct((-F.col("sum")).alias("less"), mixed.alias("mixed")).alias("rank")
    )
    near = both.where(F.col("weight") >= floor).select("place", "other")
    near = near.join(ranked.select("place", "rank"), "place").join(
        ranked.select(F.col("place").alias("other"), F.col("rank").alias("behind")), "other"
    )
    stars = lead(ranked.select("place"), near.where("rank < behind").select("place", "other", "rank"), keep)
    return parted.unionAll(
        stars.select("place", F.struct(F.col("leader").alias("place"), F.lit(2).alias("kind")).alias("part"))
    )


def _number() -> Column:
    """A place's number in its component, from 0. A window without a frame is read row by row and not held."""
    return F.row_number().over(Window.partitionBy("label").orderBy("place")) - 1


def lead(free: DataFrame, near: DataFrame, keep: Keep) -> DataFrame:
    """Places, and links from the one of lower rank to the other -> place, leader: matching.groups.components.lead."""
    found, number = list[DataFrame](), 0
    while True:
        number += 1
        leads = free.join(near.select(F.col("other").alias("place")), "place", "left_anti")
        leads = keep(f"leads-{number:02}", leads.select("place", F.col("place").alias("leader")))
        best = F.min(F.struct("rank", "place"))["place"]
        led = near.join(leads.select("place"), "place").groupBy(F.col("other").alias("place")).agg(best.alias("leader"))
        found.append(keep(f"led-{number:02}", leads.unionAll(led)))
        taken = found[-1].select("place")
        free = keep(f"free-{number:02}", free.join(taken, "place", "left_anti"))
        near = near.join(taken, "place", "left_anti").join(
            taken.withColumnRenamed("place", "other"), "other", "left_anti"
        )
        near = keep(f"near-{number:02}", near)
        if free.isEmpty():
            return reduce(DataFrame.unionAll, found)


def describe(groups: DataFrame, tied: DataFrame, places: DataFrame) -> DataFrame:
    """Groups, links with roles, PLACES -> CROWDED: members, with their group's role and first member."""
    ranks = F.array(*map(F.lit, SPECIFIC))
    specific = F.when(F.col("role") != "boilerplate", F.array_position(ranks, F.col("role")))
    most = 2 * F.count_if(F.col("role") == "boilerplate") > F.count("*")
    code = F.when(most, F.lit(len(SPECIFIC))).otherwise(F.coalesce(F.min(specific), F.lit(len(SPECIFIC))))
    spans = tied.join(groups.select(F.col("place").alias("left"), "label"), "left")
    roles = spans.groupBy("label").agg(F.element_at(ranks, code.cast("int")).alias("role"))
    firsts = groups.groupBy("label").agg(F.min("place").alias("place"))
    own = {"doc_id": "first_doc", "start": "first_start", "end": "first_end"}
    firsts = firsts.join(places, "place").withColumnsRenamed(own).drop("place")
    members = groups.join(places, "place").join(firsts, "label").join(roles, "label")
    return members.select("doc_id", "start", "end", "role", "cohesion", *own.values())


def name_members(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """CROWDED -> CLUSTERS."""
    first = ["first_doc", "first_start", "first_end"]
    firsts = given["crowded"].select(first).unique()
    ids = pl.Series("cluster_id", [name("passage", *key) for key in firsts.rows()], dtype=pl.String)
    named = (
        given["crowded"].join(firsts.with_columns(ids), on=first).with_columns(level=pl.lit("passage"), is_origin=None)
    )
    yield by_name("clusters", named, "doc_id", plan)
