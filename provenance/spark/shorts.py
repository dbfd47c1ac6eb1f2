"""Rounds of short passages: whole headlines, captions, teasers and notices that are equal or alike.

A short passage travels to the bucket of its text, where equal ones meet. Each text travels once more to the buckets of
its seeds, the runs of three words that texts which are alike must share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from provenance.matching import kernels
from provenance.matching.equal_texts import unique
from provenance.matching.postings import Postings
from provenance.matching.short_passages import (
    FEWEST_APART,
    Occurrences,
    align_texts,
    as_tokens,
    cross_likes,
    find_seeds,
    link_equal,
    pair_seeds,
    short_of,
)
from provenance.matching.stretches import join
from provenance.spark.pieces import Sent
from provenance.spark.plan import LIKED, SCHEMAS, by_pair, hashed, home, table
from provenance.spark.stretches import lay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.matching.stretches import Aligned
    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan
    from provenance.text.tokens import Tokens

Array = np.ndarray[Any, Any]
TEXT = ["one", "two"]  # the hashes that name a text
LEFT, RIGHT = ["left_one", "left_two"], ["right_one", "right_two"]


def list_shorts(plan: Plan, given: Tables, passages: pl.DataFrame) -> Iterator[Sent]:
    """A home's DOCUMENTS and PASSAGES with boilerplate -> SHORTS with their words, by their text."""
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
    yield Sent("shorts", frame, hashed(frame["one"], plan))


def link_texts(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SHORTS of some texts -> STRETCHES between equal ones; each different text to the buckets of its SEEDS."""
    shorts = given["shorts"].sort(*TEXT, "row", "first")
    found, rows = _occurrences(shorts)
    yield from _send_stretches(link_equal(found, plan.settings.link_cap), rows, plan)
    texts = shorts.unique(TEXT, keep="first", maintain_order=True).select(list(SCHEMAS["seeds"]))
    texts = texts.filter(pl.col("words").bin.size() >= 8 * FEWEST_APART)
    row, bucket = _buckets_of_seeds(find_seeds(_tokens(texts)), plan)
    yield Sent("seeds", texts[row], bucket)


def mark_seeds(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """SEEDS of one bucket -> LIKES of texts tied by seeds in more texts than the cap; these words as HEAT.

    HEAT goes to all buckets in which a text has seeds.
    """
    texts = given["seeds"].sort(TEXT)
    tokens = _tokens(texts)
    every = find_seeds(tokens)
    hot = np.zeros(tokens.word.size, np.bool_)
    yield _send_likes(
        texts, tokens, pair_seeds(tokens, _of_bucket(every, bucket, plan), hot, _cap(plan), marking=True), plan
    )
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
    yield _send_likes(texts, tokens, pair_seeds(tokens, seeds, hot, _cap(plan), marking=False), plan)


def find_right(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SHORTS and LIKES of some texts, the right ones -> LIKES with each of their occurrences, by the left text."""
    if "likes" in given:
        places = given["shorts"].select("row", "first", right_one="one", right_two="two")
        liked = given["likes"].unique().join(places, on=RIGHT)
        yield Sent("liked", liked.select(list(SCHEMAS["liked"])), hashed(liked["left_one"], plan))


def link_likes(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """SHORTS of some texts, and what is LIKED by these -> STRETCHES between texts that are alike."""
    if "liked" not in given:
        return
    liked = given["liked"]
    asked = liked.select(one="left_one", two="left_two").unique()
    ours = given["shorts"].join(asked, on=TEXT, how="semi")
    theirs = liked.select(*(pl.col(name).alias(name.removeprefix("right_")) for name in RIGHT), "row", "first")
    nothing = {
        "role": pl.lit(0, pl.UInt8),
        "words": pl.lit(b""),
    }  # asked of equal ones only
    both = pl.concat([ours.with_columns(**nothing), theirs.with_columns(**nothing)], how="diagonal")
    both = both.unique([*TEXT, "row", "first"]).sort(*TEXT, "row", "first")
    found, rows = _occurrences(both)
    number = both.select(TEXT).with_columns(text=found.text).unique()
    likes = liked.drop("row", "first").unique()
    for side, names in (("left", LEFT), ("right", RIGHT)):
        likes = likes.join(number.rename({"text": side}), left_on=names, right_on=TEXT)
    pairs = likes.select("left", "right", *LIKED).to_numpy()
    yield from _send_stretches(join(cross_likes(found, pairs, _cap(plan))), rows, plan)


def _cap(plan: Plan) -> int:
    return plan.settings.link_cap


def _tokens(texts: pl.DataFrame) -> Tokens:
    size = texts["words"].bin.size().to_numpy().astype(np.int64) // 8
    words = np.frombuffer(b"".join(texts["words"]), np.uint64)
    return as_tokens(words, np.concatenate([np.zeros(1, np.int64), np.cumsum(size)]))


def _occurrences(shorts: pl.DataFrame) -> tuple[Occurrences, Array]:
    """SHORTS in order of text, row and place -> the same in words of their documents; and the documents' rows."""
    rows = shorts["row"].unique().sort().to_numpy()
    text = shorts.select(pl.struct(TEXT).rle_id()).to_series().cast(pl.Int64).to_numpy()
    first = shorts["first"].to_numpy()
    last = first + shorts["words"].bin.size().to_numpy().astype(np.int64) // 8
    document = np.searchsorted(rows, shorts["row"].to_numpy())
    return Occurrences(text, document, first, last, shorts["role"].to_numpy()), rows


def _buckets_of_seeds(seeds: Postings, plan: Plan) -> tuple[Array, Array]:
    """POSTINGS of texts -> each text once for each bucket that one of its seeds falls in."""
    bucket = (seeds.key % np.uint64(plan.keys)).astype(np.int64)
    pairs = unique((seeds.owner.astype(np.int64) << 32) | bucket)
    return pairs >> 32, pairs & 0xFFFFFFFF


def _of_bucket(seeds: Postings, bucket: int, plan: Plan) -> Postings:
    ours = np.flatnonzero(seeds.key % np.uint64(plan.keys) == np.uint64(bucket))
    return Postings(seeds.key[ours], seeds.owner[ours], seeds.place[ours], np.array([0, ours.size]))


def _send_likes(texts: pl.DataFrame, tokens: Tokens, keys: Array, plan: Plan) -> Sent:
    likes = align_texts(tokens, unique(keys))
    left, right = (texts.select(TEXT)[likes[:, side]] for side in (0, 1))
    frame = pl.DataFrame(likes[:, 2:], schema=list(LIKED)).with_columns(
        left_one=left["one"], left_two=left["two"], right_one=right["one"], right_two=right["two"]
    )
    frame = frame.select(list(SCHEMAS["likes"])).cast(SCHEMAS["likes"])
    return Sent("likes", frame, hashed(frame["right_one"], plan))


def _send_stretches(linked: Aligned, rows: Array, plan: Plan) -> Iterator[Sent]:
    """Stretches in words of their documents -> those of one document to its home, as REPEATED, and others."""
    columns = {"left_row": rows[linked.left], "right_row": rows[linked.right]} | {
        name: getattr(linked, name) for name in ("left_first", "left_last", "right_first", "right_last", "equal")
    }
    frame = pl.DataFrame(columns).cast(SCHEMAS["stretches"]).select(list(SCHEMAS["stretches"]))
    inside = frame.filter(pl.col("left_row") == pl.col("right_row"))
    yield Sent("repeated", inside, home(inside["left_row"]))
    across = frame.filter(pl.col("left_row") != pl.col("right_row"))
    yield Sent("stretches", across, by_pair(across, plan))
