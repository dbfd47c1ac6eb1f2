"""Runs of words whose shingle stands in very many homes, divided so that no bucket has all postings of a key.

A notice under each 40th of 10^10 articles makes a shingle of 250 million postings: one bucket of 150 GB, if it were
treated like others. So the postings of a shingle in more than `plan.widespread` homes stay there, as WIDESPREAD. A home
only sends how often it has each run, and between which rows, to the bucket of its quarter (homes next to each other);
and that sends the sum to the bucket of the run. There it is known how often the run stands, in which document first,
and in which last before each quarter; this goes back by way of the quarters to the homes. So each home knows what
`pair_postings` would have known in the one bucket:

    postings -> RUN_COUNTS of homes -> of quarters -> of all (find_links) -> RUN_LINKS to quarters -> to homes

A run in more than `link_cap` postings is linked, and its words made hot, at home. The postings of one in fewer meet in
the bucket of the run, with how many of their words are cold. A shingle may only seem to be widespread, by equal texts
of which one is compared, or by another key with its tag: then its postings are sent on like those of any other.

A bucket has a row of a run for each home of a quarter, or for each quarter. Where each document of a quarter has its
own runs around a shingle that makes some millions of rows; for find_links each goes to the bucket of its run. Where
nothing is widespread the three rounds cost nothing: a round without rows is not run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.matching.pairs import posting_kernels
from provenance.matching.pairs.pair_keys import pack_pairs
from provenance.spark.cuttings import anchor, cuttings
from provenance.spark.pieces import Sent, in_turns
from provenance.spark.plan import RUN, SCHEMAS, by_ends, by_quarter, count, hashed, quarter, shaped, table
from provenance.spark.whole import send_ends, send_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.arrays import Array
    from provenance.settings import Settings
    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan

#: Pairs made at a time, and at most `link_cap` more: of one run that has 4,096, the most there may be, eight million.
PAIRS_AT_ONCE = 1 << 20
SHINGLE = pl.col("run").is_null()  # of RUN_COUNTS and RUN_LINKS: the shingle itself, whatever stands around it


class Widespread(NamedTuple):
    """What a home has of widespread shingles, once it is told how often their runs stand elsewhere."""

    others: pl.DataFrame  # POSTINGS of shingles that are in no more postings than the cap, after all
    over: pl.DataFrame  # runs over the cap: RUN, row, place, and the first and the last row before of other homes
    few: pl.DataFrame  # other runs that stand more than once: RUN, row, place, shingle


def _find_runs(postings: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """POSTINGS -> their runs: RUN, row, the run's first word there, and where its shingle begins in the run."""
    _, words, bounds = cuttings(postings, settings)
    before, everyone = postings["before"].to_numpy().astype(np.int32), np.arange(postings.height, dtype=np.int32)
    run, which, where = posting_kernels.runs_of(
        words, bounds, everyone, everyone, before, 0, postings.height, settings.shingle_words, anchor(settings),
        np.zeros(words.size, np.bool_), True,  # noqa: FBT003  a kernel takes no keywords
    )  # fmt: skip
    shingle = before[which] - (where - bounds[which])
    found: pl.DataFrame = postings.select("key", "row", "place")[which]
    return found.with_columns(
        run=pl.Series(run), place=pl.col("place") - pl.Series(shingle), shingle=pl.Series(shingle)
    )


# -- how often each run stands ---------------------------------------------------------------------------------


def send_counts(plan: Plan, home: int, postings: pl.DataFrame) -> Iterator[Sent]:
    """A home's POSTINGS of widespread shingles -> these as WIDESPREAD, which stay; RUN_COUNTS to its quarter."""
    if postings.is_empty():
        return
    yield Sent("widespread", postings, home)
    shingles = postings.select("key", pl.lit(None, pl.UInt64).alias("run"), "row")
    runs = pl.concat([_find_runs(postings, plan.settings).select(*RUN, "row"), shingles])
    counts = runs.group_by(*RUN).agg(number=pl.len(), first=pl.col("row").min(), last=pl.col("row").max())
    ours = quarter(np.array([home]))
    counts = counts.with_columns(quarter=pl.lit(ours[0], pl.Int64), home=pl.lit(home, pl.Int64))
    yield shaped("run_counts", counts, by_quarter(counts["key"], ours, plan))


def add_counts(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """RUN_COUNTS of the homes of some quarters -> those of each quarter, to the bucket of the run; it answers here."""
    sums = [pl.col("number").sum(), pl.col("first").min(), pl.col("last").max()]
    counts = given["run_counts"].group_by(*RUN, "quarter").agg(*sums).with_columns(home=pl.lit(bucket, pl.Int64))
    yield shaped("run_counts", counts, hashed(counts["run"].fill_null(counts["key"]), plan))


def find_links(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """RUN_COUNTS of quarters -> RUN_LINKS to these, of shingles over the cap and of runs that stand more than once."""
    cap = plan.settings.link_cap
    sums = pl.col("number").sum().over(*RUN), pl.col("first").min().over(*RUN)
    counts = _with_before(given["run_counts"], *RUN).with_columns(*sums)
    links = counts.filter(pl.col("number") > pl.when(SHINGLE).then(cap).otherwise(1))
    over = links.filter(~SHINGLE & (pl.col("number") > cap)).select(*RUN).unique().height
    yield Sent("counts", count("over_cap", over), 0)
    yield shaped("run_links", links, links["home"].to_numpy())


def tell_homes(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """RUN_COUNTS of the homes of some quarters, and RUN_LINKS to these -> RUN_LINKS to the homes."""
    links = table(given, "run_links").rename({"before": "far"})
    counts = _with_before(given["run_counts"], *RUN, "quarter").drop("number", "first")
    told = counts.join(links, on=[*RUN, "quarter"], nulls_equal=True)
    told = told.with_columns(before=pl.coalesce("before", "far"))
    yield shaped("run_links", told, told["home"].to_numpy())


def _with_before(counts: pl.DataFrame, *by: str) -> pl.DataFrame:
    """RUN_COUNTS of ranges of rows -> the same with the last row `before` each, of those alike in columns `by`."""
    return counts.sort("first").with_columns(before=pl.col("last").shift().over(*by))


# -- what a home makes of it -----------------------------------------------------------------------------------


def read_widespread(given: Tables, settings: Settings) -> Widespread:
    """A home's WIDESPREAD postings, and RUN_LINKS of their runs -> these, told apart."""
    postings, links = table(given, "widespread"), table(given, "run_links")
    known = links.filter(SHINGLE)
    runs = _find_runs(postings.join(known, on="key", how="semi"), settings)
    runs = runs.join(links.filter(~SHINGLE), on=list(RUN))
    over = pl.col("number") > settings.link_cap
    return Widespread(postings.join(known, on="key", how="anti"), runs.filter(over), runs.filter(~over))


def link_runs(over: pl.DataFrame, plan: Plan) -> Sent:
    """Runs over the cap -> PAIRS of each document with the one before it and with the first."""
    links = over.select(*RUN, "row", "first", "before").unique().sort("row")
    previous = pl.col("row").shift().over(*RUN).fill_null(pl.col("before"))
    ends = pl.concat([links.select(left_row=side, right_row="row") for side in (previous, "first")])
    return send_ends("linked", ends.drop_nulls(), plan, by_ends)


def heat_runs(over: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Runs over the cap -> their words, as HOT."""
    words = pl.int_ranges("place", pl.col("place") + anchor(settings), dtype=pl.Int32)
    return over.select("row", word=words).explode("word").cast(SCHEMAS["hot"]).unique()


def send_few(few: pl.DataFrame, hot: Array, plan: Plan) -> Sent:
    """Runs in few documents, which of their words are hot -> FEW_RUNS, by run; without those of mostly hot shingles.

    `runs_of` leaves these out by the same bound: even if all words around the shingle were cold, half would not be.
    """
    k, length = plan.settings.shingle_words, anchor(plan.settings)
    at = np.arange(length) - few["shingle"].to_numpy()[:, None]
    cold = (~hot & (at >= 0) & (at < k)).sum(1)
    rows = few.with_columns(cold=pl.Series((~hot).sum(1))).filter(pl.Series(2 * (cold + length - k) >= length))
    return shaped("few_runs", rows, hashed(rows["run"], plan))


def few_pairs(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """FEW_RUNS -> PAIRS of all documents that have one, of whose words half are not hot in the first.

    Each document is paired with those before it that have the run, some documents at a time.
    """
    if "few_runs" in given:
        runs = given["few_runs"].sort("row", "place")
        cold = runs.filter(2 * pl.col("cold").first().over(*RUN) >= anchor(plan.settings)).select(*RUN, "row").unique()
        cold = cold.sort(*RUN, "row")
        before = cold.select(pl.int_range(pl.len()).over(*RUN)).to_series().to_numpy()  # documents of the run
        for some in in_turns(before, PAIRS_AT_ONCE):
            right = np.repeat(some, before[some])
            back = np.arange(right.size) - np.repeat(np.cumsum(before[some]) - before[some], before[some])
            yield send_pairs("linked", cold["row"], pack_pairs(right - 1 - back, right), plan, by_ends)
