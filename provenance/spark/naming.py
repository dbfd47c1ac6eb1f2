"""Rounds of what single articles say of where they come from: credits, dates, publishers, and habits of outlets.

Only little of it depends on more than one article: names, and counts of outlets. These go to the bucket of the name,
and the result back to the homes that have it; by way of groups of homes, where there are many (names.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance.spark.pieces import Sent
from provenance.spark.plan import by_group, by_name, shaped, table
from provenance.tables import DOCUMENTS
from provenance.tracing.conclusions.credits import show_credits
from provenance.tracing.signs.frequency import sum_words, take_sample, words_of
from provenance.tracing.statements.attributions import find_attributions
from provenance.tracing.statements.dates import count_times, find_constant, find_dates
from provenance.tracing.statements.facts import (
    OPEN,
    alone,
    choose_spellings,
    count_crediting,
    count_spellings,
    find_crediting,
    find_wires,
    foreign_credits,
    keys,
    leave_open,
    list_shorts,
    settle_open,
)
from provenance.tracing.statements.outlets import choose_names, find_sites, list_owners, list_voices, read_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan
    from provenance.text.tokens import Tokens


def count_home(plan: Plan, bucket: int, documents: pl.DataFrame, tokens: Tokens) -> Iterator[Sent]:
    """A home's DOCUMENTS and TOKENS -> TIMES of its outlets, and WORDS of those of its documents that are sampled."""
    times = count_times(documents).with_columns(home=pl.lit(bucket, pl.Int64))
    yield by_group("times", times, bucket, plan)
    some = take_sample(documents, plan.documents).to_numpy().nonzero()[0]
    if some.size:
        yield Sent("words", words_of(np.concatenate([tokens.word[tokens.words(one)] for one in some.tolist()])), 0)


def find_frequency(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """WORDS of the sample -> their FREQUENCY. In one bucket: the sample bounds it."""
    yield Sent("frequency", sum_words([given["words"]]), 0)


def find_constants(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """TIMES of some outlets -> CONSTANT: which of them have one time in all articles, to their homes."""
    times = given["times"]
    summed = times.group_by("outlet").agg(pl.col("dated").sum(), pl.col("earliest").min(), pl.col("latest").max())
    told = times.filter(pl.col("outlet").is_in(find_constant(summed).implode()))
    yield Sent("constant", told.select("outlet"), told["home"].to_numpy())


def read_home(plan: Plan, bucket: int, given: Tables, passages: pl.DataFrame) -> Iterator[Sent]:
    """A home's DOCUMENTS and PASSAGES, and CONSTANT outlets -> CREDITS, DATES and NAMES; OWNERS and VOICES by key."""
    documents = given["documents"].sort("row")
    plain = documents.select(list(DOCUMENTS))
    opened = find_attributions(plain, passages, opened=True)
    found = leave_open(opened)
    shown = show_credits(opened, plain).with_columns(at=pl.int_range(opened.height, dtype=pl.Int64, eager=True))
    yield shaped("credits", shown, bucket)
    yield Sent("dates", find_dates(plain, found, table(given, "constant")["outlet"]), bucket)
    names = read_names(plain, found).with_columns(documents["row"], documents["published"])
    yield shaped("namings", names, bucket)
    slices = names.filter(pl.col("start").is_not_null()).with_columns(home=pl.lit(bucket, pl.Int64))
    yield by_name("slices", slices, "path", plan)
    yield by_group("owners", list_owners(names, found), bucket, plan)
    yield by_group("voices", list_voices(names).with_columns(home=pl.lit(bucket, pl.Int64)), bucket, plan)


def find_files(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SLICES of some files -> SITES, to the homes that have articles of them."""
    slices = given["slices"]
    told = slices.select("path", "home").unique().join(find_sites(slices), on="path")
    yield shaped("sites", told, told["home"].to_numpy())


def find_owners(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """Some OWNERS and VOICES -> OWNED: which of the outlets that articles say they told have articles of their own."""
    told = table(given, "voices").join(table(given, "owners"), on="key", how="semi")
    yield shaped("owned", told, told["home"].to_numpy())


def name_home(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's NAMES and CREDITS, SITES, OWNED -> PUBLISHERS; their short names, and whom its credits name, by name."""
    names = given["namings"].sort("row")
    chosen = choose_names(names, table(given, "sites"), table(given, "owned"))
    publishers = names.select("row", "published").with_columns(chosen.get_columns())
    yield shaped("publishers", publishers, bucket)
    outlets = publishers["outlet"].drop_nulls().unique()
    own = keys(outlets).unique()
    shorts = pl.concat([list_shorts(outlets), pl.DataFrame({"short": own, "name": own})])
    yield by_group("shortened", shorts, bucket, plan)
    # of a name that may be that of an outlet of the dump the key is asked for
    credits_ = table(given, "credits").select("source", "scope").drop_nulls()
    asked = pl.when(pl.col("scope") == OPEN).then(keys(credits_["source"])).otherwise("source")
    sources = credits_.select(source=asked).unique()
    yield by_group("sources", sources.with_columns(home=pl.lit(bucket, pl.Int64)), bucket, plan)


def find_spoken(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """Some SHORTENED names, and SOURCES -> SPOKEN: whom a source means, to the homes that credit it."""
    known = alone(table(given, "shortened"))
    told = table(given, "sources").join(known, left_on="source", right_on="short")
    yield shaped("spoken", told, told["home"].to_numpy())


def key_home(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's CREDITS, PUBLISHERS, and whom these mean -> KEYED; what it adds to habits, WIRES and SPELLINGS."""
    publishers = given["publishers"].sort("row")
    meant = dict(table(given, "spoken").select("source", "name").unique().iter_rows())
    credits_ = settle_open(table(given, "credits").sort("at"), pl.Series(list(meant), dtype=pl.String))
    keyed = credits_.with_columns(key=keys(credits_["source"].replace(meant)))
    yield shaped("keyed", keyed, bucket)
    here = pl.lit(bucket, pl.Int64)
    crediting = count_crediting(find_crediting(publishers, keyed)).with_columns(home=here)
    yield by_group("crediting", crediting, bucket, plan)
    yield by_group("wires", find_wires(publishers, keyed), bucket, plan)
    spellings = count_spellings(foreign_credits(publishers, keyed))
    yield by_group("spellings", spellings, bucket, plan)
    mine = pl.concat([spellings["key"], keys(publishers["outlet"]).rename("key")]).drop_nulls().unique()
    yield by_group("known_keys", mine.to_frame().with_columns(home=here), bucket, plan)


def sum_names(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """CREDITING of some outlets, WIRES and SPELLINGS of some keys -> HABITS and what is TOLD, to the homes."""
    crediting = table(given, "crediting")
    sums = crediting.group_by("outlet").agg(pl.col("crediting", "articles").sum())
    told = crediting.select("outlet", "home").join(sums, on="outlet", nulls_equal=True)
    yield shaped("habits", told, told["home"].to_numpy())
    spelled = table(given, "spellings").group_by("key", "source").agg(pl.col("times").sum())
    wires = table(given, "wires").unique().with_columns(wire=pl.lit(value=True))
    asked = table(given, "known_keys")
    answers = asked.join(choose_spellings(spelled), on="key", how="left").join(wires, on="key", how="left")
    answers = answers.with_columns(pl.col("wire").fill_null(value=False))
    yield shaped("told", answers, answers["home"].to_numpy())
