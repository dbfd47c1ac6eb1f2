"""Rounds of short passages: whole headlines, captions, teasers and notices that are equal or alike.

A line may stand under every article, so its places never meet all together: they travel to the bucket of their text
and quarter (documents whose rows stand next to each other). To the bucket of the text only goes in how many places of
a quarter it stands, which is first, and which documents have it: all where `link_cap` or fewer do, else the first and
the last. There equal texts are linked, or each quarter is told which places come before its own:

    SHORTS -> SHORT_TEXTS, HEADS of quarters -> of all (link_texts) -> SHORT_LINKS to quarters (link_quarter)

Each text travels once more to the buckets of its seeds, the runs of three words that any two texts which are alike
share. That two are alike is told to the quarters of both. These link their places with the first of the other text, or
send them where all places of both meet, if that makes `link_cap` squared pairs at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance.matching.aligning.layout import CODE
from provenance.matching.aligning.short_passages import (
    FEWEST_APART,
    align_texts,
    as_tokens,
    find_seeds,
    pair_seeds,
    short_of,
)
from provenance.matching.pairs import kernels
from provenance.matching.pairs.pair_keys import pack_pairs, unique, unpack_pairs
from provenance.matching.pairs.postings import Postings
from provenance.spark.pieces import Sent, in_turns
from provenance.spark.plan import LIKED, LIKES, SCHEMAS, SPOT, by_pair, by_quarter, hashed, home, quarter, shaped, table
from provenance.spark.stretches import lay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.arrays import Array
    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan
    from provenance.text.tokens import Tokens

TEXT = ["one", "two"]  # the hashes that name a text
PART = [*TEXT, "quarter"]
HERE = {name: f"here_{name}" for name in (*SPOT, "last")}
#: Rows of like texts made at a time, about: a line of a million articles has as many stretches with each line like it.
ROWS_AT_ONCE = 1 << 20


# -- texts that are equal --------------------------------------------------------------------------------------


def list_shorts(plan: Plan, given: Tables, passages: pl.DataFrame) -> Iterator[Sent]:
    """A home's DOCUMENTS and PASSAGES with boilerplate -> SHORTS with their words, by their text and quarter."""
    laid = lay(given, passages)
    short = short_of(laid.layout)
    document, first, last = (part[short] for part in (laid.layout.document, laid.layout.first, laid.layout.last))
    words = laid.tokens.word
    one, two = np.empty(first.size, np.uint64), np.empty(first.size, np.uint64)
    kernels.range_keys(words, first, last, one, two)
    frame = pl.DataFrame(
        {
            "one": one,
            "two": two,
            "row": laid.rows[document],
            "first": first - laid.tokens.bounds[document],
            "role": laid.layout.role[short],
            "words": [words[low:high].tobytes() for low, high in zip(first.tolist(), last.tolist(), strict=True)],
        },
        schema=SCHEMAS["shorts"],
    )
    yield Sent("shorts", frame, by_quarter(frame["one"], quarter(home(frame["row"])), plan))


def count_texts(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SHORTS of some texts and quarters -> SHORT_TEXTS and HEADS, by text; REPEATED, each with the next."""
    shorts = _sized(given["shorts"])
    spots = {"here_row": "row", "here_first": "first", "there_row": "row"}
    repeated = shorts.with_columns(there_first=pl.col("first").shift(-1).over(*TEXT, "row"), **spots)
    repeated = _stretch(repeated.drop_nulls("there_first"))
    yield Sent("repeated", repeated, home(repeated["left_row"]))
    heads = _heads(shorts).with_columns(heads=pl.len().over(*PART), at=pl.int_range(pl.len()).over(*PART))
    counts = shorts.group_by(*PART).agg(pl.col("words", *SPOT).first(), number=pl.len())
    counts = counts.join(heads.select(*PART, "heads").unique(), on=PART, how="left")
    yield shaped("short_texts", counts.with_columns(pl.col("heads").fill_null(0)), hashed(counts["one"], plan))
    ends = (pl.col("at") == 0) | (pl.col("at") == pl.col("heads") - 1)
    heads = heads.filter(ends | (pl.col("heads") <= plan.settings.link_cap))
    yield shaped("heads", heads, hashed(heads["one"], plan))


def link_texts(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SHORT_TEXTS and HEADS of some texts -> STRETCHES or SHORT_LINKS; each different text to the buckets of its SEEDS.

    Up to `link_cap` documents with one text are all linked with each other. Of more, each quarter is told which is the
    first of all and which the last before its own.
    """
    sums = pl.col("words", *SPOT).first(), pl.col("number", "heads").sum()
    texts = given["short_texts"].sort(*PART).group_by(*TEXT, maintain_order=True).agg(*sums)
    heads = table(given, "heads").sort(*TEXT, "row").join(texts.select(*TEXT, "heads"), on=TEXT, maintain_order="left")
    many = pl.col("heads") > plan.settings.link_cap
    few = heads.filter(~many).rename({"row": "here_row", "first": "here_first"})
    pairs = few.join(few.select(*TEXT, there_row="here_row", there_first="here_first"), on=TEXT)
    yield from _send(_stretch(pairs.filter(pl.col("here_row") < pl.col("there_row"))), plan)
    firsts = [pl.col(name).first().alias(f"first_{name}") for name in SPOT]
    lasts = [pl.col(name).last().alias(f"before_{name}") for name in SPOT]  # of a quarter, which the next one follows
    links = heads.filter(many).group_by(*PART, maintain_order=True).agg(*firsts, *lasts)
    links = links.with_columns(pl.col("^first_.*$").first().over(*TEXT), pl.col("^before_.*$").shift().over(*TEXT))
    yield shaped("short_links", links, by_quarter(links["one"], links["quarter"].to_numpy(), plan))
    texts = texts.filter(pl.col("words").bin.size() >= 8 * FEWEST_APART).select(list(SCHEMAS["seeds"]))
    row, bucket = _buckets_of_seeds(find_seeds(_tokens(texts)), plan)
    yield Sent("seeds", texts[row], bucket)


def _link_heads(shorts: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """A quarter's SHORTS, and SHORT_LINKS -> STRETCHES of each document with the one before it, and with the first."""
    heads = _heads(shorts.join(links.select(PART), on=PART, how="semi", maintain_order="left"))
    heads = heads.rename({name: f"there_{name}" for name in SPOT}).join(links, on=PART, maintain_order="left")
    heads = heads.with_columns(
        pl.col(f"there_{name}").shift().over(*PART).fill_null(pl.col(f"before_{name}")).alias(f"before_{name}")
        for name in SPOT
    ).drop_nulls("before_row")  # the first of all follows none
    before = heads.rename({f"before_{name}": f"here_{name}" for name in SPOT})
    others = heads.filter(pl.col("first_row") != pl.col("before_row"))
    return pl.concat([_stretch(before), _stretch(others.rename({f"first_{name}": f"here_{name}" for name in SPOT}))])


# -- texts that are alike --------------------------------------------------------------------------------------


def mark_seeds(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """SEEDS of one bucket -> LIKES of texts tied by seeds in more texts than the cap; these words as HEAT.

    HEAT goes to all buckets in which a text has seeds.
    """
    texts = given["seeds"].sort(TEXT)
    tokens = _tokens(texts)
    every = find_seeds(tokens)
    hot = np.zeros(tokens.word.size, np.bool_)
    found = pair_seeds(tokens, _of_bucket(every, bucket, plan), hot, plan.settings.link_cap, marking=True)
    yield from _send_likes(texts, tokens, found, plan)
    owner = np.repeat(np.arange(texts.height), np.diff(tokens.bounds))[hot]
    bits = np.uint64(1) << (np.flatnonzero(hot) - tokens.bounds[owner]).astype(np.uint64)
    heat = np.zeros(texts.height, np.uint64)
    np.bitwise_or.at(heat, owner, bits)
    row, buckets = _buckets_of_seeds(every, plan)
    hottest = heat[row] > 0
    told = texts.select(TEXT).with_columns(heat=heat)[row[hottest]]
    yield Sent("heat", told.select(list(SCHEMAS["heat"])), buckets[hottest])


def pair_texts(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """SEEDS of one bucket, and HEAT of all -> LIKES of texts that share a seed and a word that is not hot."""
    texts = given["seeds"].sort(TEXT)
    tokens = _tokens(texts)
    heat = table(given, "heat").group_by(TEXT).agg(pl.col("heat").bitwise_or())
    bits = texts.select(TEXT).join(heat, on=TEXT, how="left", maintain_order="left")["heat"].fill_null(0).to_numpy()
    owner = np.repeat(np.arange(texts.height), np.diff(tokens.bounds))
    place = (np.arange(tokens.word.size) - tokens.bounds[owner]).astype(np.uint64)
    hot = (bits[owner] >> place) & np.uint64(1) == 1
    seeds = _of_bucket(find_seeds(tokens), bucket, plan)
    found = pair_seeds(tokens, seeds, hot, plan.settings.link_cap, marking=False)
    yield from _send_likes(texts, tokens, found, plan)


def tell_quarters(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SHORT_TEXTS of some texts, and LIKES of these -> LIKED to the quarters that have one of the two."""
    if "likes" not in given:
        return
    texts, likes = given["short_texts"].select(*PART, "number"), given["likes"].unique()
    quarters = texts.group_by(*TEXT).len("quarters")
    for side, other in (("left", "right"), ("right", "left")):
        ours = likes.select(
            *LIKES, pl.lit(side == "left").alias("left"), "equal", "meeting",
            one=f"{side}_one", two=f"{side}_two", low=f"{side}_low", high=f"{side}_high", there_row=f"{other}_row",
            there_first=pl.col(f"{other}_first") + pl.col(f"{other}_low"),
            there_last=pl.col(f"{other}_first") + pl.col(f"{other}_high"),
        ).join(quarters, on=TEXT)  # fmt: skip
        for some in in_turns(ours["quarters"].to_numpy(), ROWS_AT_ONCE):
            told = ours[some].join(texts, on=TEXT)
            yield shaped("liked", told, by_quarter(told["one"], told["quarter"].to_numpy(), plan))


def link_quarter(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SHORTS of some texts and quarters, who they are LIKED by or follow (SHORT_LINKS) -> STRETCHES, MEETING."""
    if list(given) == ["shorts"]:
        return
    shorts = _sized(given["shorts"])
    if "short_links" in given:
        yield from _send(_link_heads(shorts, given["short_links"]), plan)
    liked = table(given, "liked")
    for some in in_turns(liked["number"].to_numpy(), ROWS_AT_ONCE):
        found = shorts.drop("role").join(liked[some], on=PART)
        found = found.with_columns(first=pl.col("first") + pl.col("low"), last=pl.col("first") + pl.col("high"))
        met, apart = found.filter("meeting"), found.filter(~pl.col("meeting"))
        yield from _send(_orient(apart.rename(HERE)), plan)
        yield shaped("meeting", met, hashed(met["left_one"], plan))


def meet_likes(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """MEETING places of like texts -> STRETCHES of each place of the one with each of the other."""
    places = given["meeting"].rename(HERE)
    left, right = places.filter("left"), places.filter(~pl.col("left")).drop("left", "equal")
    right = right.rename({name: name.replace("here", "there") for name in right.columns})
    left = left.join(right.group_by(list(LIKES)).len("number"), on=list(LIKES))
    for some in in_turns(left["number"].to_numpy(), ROWS_AT_ONCE):
        yield from _send(_orient(left[some].join(right, on=list(LIKES))), plan)


# -- places and texts ------------------------------------------------------------------------------------------


def _sized(shorts: pl.DataFrame) -> pl.DataFrame:
    """SHORTS -> the same in order of text, row and place, with their quarter, and their size in words."""
    shorts = shorts.sort(*TEXT, *SPOT).with_columns(size=pl.col("words").bin.size().cast(pl.Int64) // 8)
    return shorts.with_columns(quarter=pl.Series(quarter(home(shorts["row"]))))


def _heads(shorts: pl.DataFrame) -> pl.DataFrame:
    """SHORTS in order -> the first of each text in each document, if long enough to link documents."""
    heads = shorts.unique([*TEXT, "row"], keep="first", maintain_order=True)
    return heads.filter((pl.col("role") == CODE["boilerplate"]) | (pl.col("size") >= FEWEST_APART))


def _stretch(pairs: pl.DataFrame) -> pl.DataFrame:
    """Two places of equal passages, `here` before `there`, and their size -> STRETCHES."""
    last = {f"{end}_last": pl.col(f"{end}_first") + pl.col("size") for end in ("here", "there")}
    return _orient(pairs.with_columns(**last, equal="size"))


def _orient(pairs: pl.DataFrame) -> pl.DataFrame:
    """Two places, `here` and `there`, and how many words are equal -> STRETCHES with the earlier side left."""
    later, same = pl.col("here_row") > pl.col("there_row"), pl.col("here_row") == pl.col("there_row")
    turned = later | (same & (pl.col("here_first") > pl.col("there_first")))
    sides = {
        f"{side}_{name}": pl.when(turned).then(f"{other}_{name}").otherwise(f"{own}_{name}")
        for side, own, other in (("left", "here", "there"), ("right", "there", "here"))
        for name in HERE
    }
    return pairs.select("equal", **sides).cast(SCHEMAS["stretches"]).select(list(SCHEMAS["stretches"]))


def _send(stretches: pl.DataFrame, plan: Plan) -> Iterator[Sent]:
    """Stretches of one document to its home, as REPEATED, and others as STRETCHES."""
    inside = pl.col("left_row") == pl.col("right_row")
    repeated, across = stretches.filter(inside), stretches.filter(~inside)
    yield Sent("repeated", repeated, home(repeated["left_row"]))
    yield Sent("stretches", across, by_pair(across, plan))


def _tokens(texts: pl.DataFrame) -> Tokens:
    size = texts["words"].bin.size().to_numpy().astype(np.int64) // 8
    words = np.frombuffer(b"".join(texts["words"]), np.uint64)
    return as_tokens(words, np.concatenate([np.zeros(1, np.int64), np.cumsum(size)]))


def _buckets_of_seeds(seeds: Postings, plan: Plan) -> tuple[Array, Array]:
    """POSTINGS of texts -> each text once for each bucket that one of its seeds falls in."""
    bucket = (seeds.key % np.uint64(plan.keys)).astype(np.int64)
    return unpack_pairs(unique(pack_pairs(seeds.owner, bucket)))


def _of_bucket(seeds: Postings, bucket: int, plan: Plan) -> Postings:
    ours = np.flatnonzero(seeds.key % np.uint64(plan.keys) == np.uint64(bucket))
    return Postings(seeds.key[ours], seeds.owner[ours], seeds.place[ours], np.array([0, ours.size]))


def _send_likes(texts: pl.DataFrame, tokens: Tokens, keys: Array, plan: Plan) -> Iterator[Sent]:
    """SEEDS and pairs of these -> LIKES of those that are alike, to the buckets of both texts."""
    likes = align_texts(tokens, unique(keys))
    sides = {"left": texts[likes[:, 0]], "right": texts[likes[:, 1]]}
    frame = pl.DataFrame(likes[:, 2:], schema=list(LIKED)).with_columns(
        rows[name].alias(f"{side}_{name}") for side, rows in sides.items() for name in (*TEXT, *SPOT, "number")
    )
    pairs = pl.col("left_number") * pl.col("right_number")
    frame = frame.with_columns(meeting=pairs <= plan.settings.link_cap**2)
    for side in sides:
        yield shaped("likes", frame, hashed(frame[f"{side}_one"], plan))
