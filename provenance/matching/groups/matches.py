"""SPANS and exact Jaccards -> MATCHES: pairs of documents, how much they share, and what to call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import xxhash

from provenance import tables
from provenance.matching.aligning import place_kernels
from provenance.matching.aligning.places import Ranges, by_row, words_inside
from provenance.matching.pairs.numbering import IDS, rows_of
from provenance.matching.pairs.pair_keys import unique

if TYPE_CHECKING:
    from provenance.arrays import Array
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens


def find_matches(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    spans: pl.DataFrame,
    jaccards: pl.DataFrame,
    tokens: Tokens,
    settings: Settings,
) -> pl.DataFrame:
    """DOCUMENTS, PASSAGES, SPANS, and exact Jaccards (left_doc, right_doc, jaccard) -> MATCHES. *gather*.

    `jaccards` names every pair that is to become a match, each once, left_doc < right_doc. Containment is the
    share of a document's words inside spans, boilerplate left out of both sides of the fraction unless the
    document holds nothing else. Cost: sorts of the spans; no pass over the words.
    """
    pairs = jaccards.sort(tables.PAIR).with_row_index("pair")
    ids = documents["doc_id"]
    left, right = (rows_of(pairs[side], ids) for side in tables.PAIR)
    shared = spans.filter(pl.col("left_doc") != pl.col("right_doc"))
    pairs = add_containments(pairs, shared, passages, ids, tokens, left, right)
    equal = equal_texts(tokens, left, right, pairs["jaccard"].to_numpy())
    return name_relations(pairs.with_columns(equal=pl.Series(equal, dtype=pl.Boolean)), settings)


def name_relations(pairs: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Pairs with all columns of MATCHES but `relation`, and `equal` and `only_boilerplate` -> MATCHES."""
    shares = ("jaccard", "left_containment", "right_containment")
    named = pairs.with_columns(pl.col(shares).cast(pl.Float32)).with_columns(relation=relation(settings))
    schema = pl.Schema({name: named.schema[name] if name in IDS else kind for name, kind in tables.MATCHES.items()})
    return tables.check(named.select(list(tables.MATCHES)), schema, "matches")


def relation(settings: Settings) -> pl.Expr:
    """A pair's relation: the first of these that holds.

    Limits are rounded as the shares are, to 32 bits: there seven shared shingles of ten are .69999999, and so is .7.
    """
    near, contained = (pl.lit(limit, pl.Float32) for limit in (settings.near_duplicate, settings.contained))
    return (
        pl.when("equal")
        .then(pl.lit("duplicate"))
        .when("only_boilerplate")
        .then(pl.lit("boilerplate"))
        .when(pl.col("jaccard") >= near)
        .then(pl.lit("near_duplicate"))
        .when(pl.col("left_containment") >= contained)
        .then(pl.lit("contained"))
        .when(pl.col("right_containment") >= contained)
        .then(pl.lit("contains"))
        .otherwise(pl.lit("overlap"))
    )


def add_containments(
    pairs: pl.DataFrame,
    spans: pl.DataFrame,
    passages: pl.DataFrame,
    ids: pl.Series,
    tokens: Tokens,
    left: Array,
    right: Array,
) -> pl.DataFrame:
    """Pairs -> the same with spans, only_boilerplate, left_containment and right_containment."""
    spans = spans.join(pairs.select("pair", *tables.PAIR), on=tables.PAIR, how="left")
    assert not spans["pair"].null_count(), "a span of a pair without a Jaccard"
    pair, count = spans["pair"].cast(pl.Int64).to_numpy(), pairs.height
    boilerplate = passages.filter(pl.col("role") == "boilerplate")
    excluded = Ranges(*places(boilerplate, "doc_id", "start", "end", ids, tokens)[1:])
    every = np.diff(tokens.bounds)
    own = every - np.diff(excluded.count(tokens.bounds))
    shares = []
    for side, document in (("left", left), ("right", right)):
        _, first, last = places(spans, f"{side}_doc", f"{side}_start", f"{side}_end", ids, tokens)
        plain, whole = words_covered(pair, first, last, count, excluded)
        some = own[document] > 0  # of a document that is nothing but boilerplate, all words count
        words, inside = np.where(some, own[document], every[document]), np.where(some, plain, whole)
        shares.append(np.divide(inside, words, out=np.zeros(count), where=words > 0))
    found = np.bincount(pair, minlength=count)
    other = np.bincount(pair[(spans["role"] != "boilerplate").to_numpy()], minlength=count)
    return pairs.with_columns(
        spans=pl.Series(found, dtype=pl.Int32),
        only_boilerplate=pl.Series((found > 0) & (other == 0)),
        left_containment=pl.Series(shares[0], dtype=pl.Float32),
        right_containment=pl.Series(shares[1], dtype=pl.Float32),
    )


def places(
    frame: pl.DataFrame, document: str, start: str, end: str, ids: pl.Series, tokens: Tokens
) -> tuple[Array, Array, Array]:
    """Stretches in a frame -> the rows of their documents and their words as ranges of TOKENS.

    Places are looked up in the order of the words: 400,000 in 60 ms, which took 130 in the order of the frame.
    """
    rows, begin, stop = rows_of(frame[document], ids), frame[start].to_numpy(), frame[end].to_numpy()
    order = np.arange(rows.size) if (np.diff(rows) >= 0).all() else by_row(rows, begin)
    first, last = np.empty((2, rows.size), np.int64)
    first[order], last[order] = words_inside(tokens, rows[order], begin[order], stop[order])
    return rows, first, last


def words_covered(pair: Array, first: Array, last: Array, pairs: int, excluded: Ranges) -> tuple[Array, Array]:
    """Ranges of words, each of a pair -> for each pair the words in their union without `excluded`, and all; int64."""
    plain, whole = np.zeros(pairs, np.int64), np.zeros(pairs, np.int64)
    order = by_row(pair, first)
    place_kernels.cover(pair, first, last, order, excluded.first, excluded.length, excluded.before, plain, whole)
    return plain, whole


def equal_texts(tokens: Tokens, left: Array, right: Array, jaccard: Array) -> Array:
    """Pairs of rows -> whether their folded texts are the same words in the same order; bool.

    Only pairs with equal shingle sets and lengths are read, each of their documents once (xxh3-128 over its
    words).
    """
    lengths = np.diff(tokens.bounds)
    equal: Array = (jaccard >= 1) & (lengths[left] == lengths[right]) & (lengths[left] > 0)
    asked = np.flatnonzero(equal)
    known = unique(np.concatenate([left[asked], right[asked]]))
    digests = [xxhash.xxh3_128_digest(tokens.word[tokens.words(row)].data) for row in known.tolist()]
    numbers = {digest: number for number, digest in enumerate(dict.fromkeys(digests))}
    text = np.zeros(len(lengths), np.int64)
    text[known] = [numbers[digest] for digest in digests]
    equal[asked] = text[left[asked]] == text[right[asked]]
    return equal
