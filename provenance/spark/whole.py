"""Rounds of whole documents: equal texts, buckets of bands, and the pairs that are alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance.arrays import Array
from provenance.matching.groups.clusters import strong_pairs
from provenance.matching.pairs import kernels
from provenance.matching.pairs.candidates import equal_values, sharing_pairs
from provenance.matching.pairs.equal_texts import Texts, digest, equal_pairs, group_equal, spell_out
from provenance.matching.pairs.numbering import row_numbers
from provenance.matching.pairs.pair_keys import pack_pairs, unpack_pairs
from provenance.matching.pairs.sketches import choose_bands, least_equal, word_sketcher
from provenance.matching.whole_documents import match_equal, match_firsts, match_pairs
from provenance.spark.pieces import Sent
from provenance.spark.plan import SCHEMAS, as_bytes, as_rows, by_ends, by_pair, count, hashed, home, shaped, table
from provenance.spark.related import relate_pairs, send_related, send_wants
from provenance.tables import PAIR
from provenance.text.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.settings import Settings
    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan
    from provenance.text.tokens import Tokens

Routing = Callable[[pl.DataFrame, "Plan"], Array]  # PAIRS -> their buckets


def sketch(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's documents -> TEXTS by digest: by which equal ones are told, with the bands of each."""
    documents, tokens = given.read()
    digests = digest(tokens)
    bands, bits = _bands(tokens, plan)
    columns = dict(zip(("words", "one", "two"), digests.T, strict=True))
    frame = documents.select("row", "doc_id", **columns, bands=bands, bits=bits).cast(SCHEMAS["texts"])
    yield Sent("texts", frame, hashed(frame["one"], plan))


def _bands(tokens: Tokens, plan: Plan) -> tuple[pl.Series, pl.Series]:
    """TOKENS -> each document's keys of all bands, and four bits of each of its permutations."""
    documents = tokens.bounds.size - 1
    if plan.exhaustive:
        return pl.Series([[]] * documents, dtype=pl.List(pl.UInt64)), pl.Series([b""] * documents, dtype=pl.Binary)
    signatures = word_sketcher(plan.settings)(tokens)
    bands, rows = choose_bands(plan.settings)
    keys, everyone = np.empty((bands, documents), np.uint64), np.arange(documents, dtype=np.int32)
    kernels.band_keys(signatures, everyone, 0, rows, keys)
    low = (signatures & 15).astype(np.uint8)
    packed = low[:, ::2] << 4
    packed[:, : low.shape[1] // 2] |= low[:, 1::2]
    every = pl.Series(keys.T, dtype=pl.Array(pl.UInt64, bands)).cast(pl.List(pl.UInt64))
    return every, as_bytes(packed)


def _unpacked(bits: pl.Series, settings: Settings) -> Array:
    """What `_bands` packed -> uint8 [rows, num_perm]."""
    width = (settings.num_perm + 1) // 2
    packed = as_rows(bits, np.uint8, width)
    values = np.empty((len(packed), 2 * width), np.uint8)
    values[:, ::2], values[:, 1::2] = packed >> 4, packed & 15
    return values[:, : settings.num_perm]


def group_texts(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """TEXTS of some digests -> MEMBERS of groups of equal ones, their MATCHES, and BANDS of the first of each."""
    texts = given["texts"].sort("row")
    groups = group_equal(texts.select("words", "one", "two").to_numpy())
    first = texts["row"].gather(groups.first)
    members = texts.select("row", "doc_id", first=first).filter(pl.len().over("first") > 1)
    members = members.select(list(SCHEMAS["members"]))
    yield Sent("members", members, home(members["first"]))
    if plan.settings.level == "document":
        yield from send_matches(match_equal(texts["doc_id"], groups, plan.settings), texts, plan)
    else:
        pairs = equal_pairs(groups, plan.settings.link_cap)
        yield send_pairs("linked", texts["row"], pairs, plan)
    wanted = texts.filter(pl.Series(groups.wanted)).select("bands", "row", "bits")
    yield Sent("wanted", wanted.select("row"), home(wanted["row"]))
    bands = wanted.with_columns(band=pl.int_ranges(pl.col("bands").list.len(), dtype=pl.Int32)).explode("band", "bands")
    bands = bands.drop_nulls("band").rename({"bands": "key"}).select(list(SCHEMAS["bands"]))
    yield Sent("bands", bands, hashed(bands["key"], plan))


def send_matches(
    matches: pl.DataFrame, documents: pl.DataFrame, plan: Plan, spans: pl.DataFrame | None = None
) -> Iterator[Sent]:
    """MATCHES of documents that have a row -> MATCHES with rows, and RELATED, by the right one; LINKS of the strong."""
    rows = documents["row"]
    ends = {
        f"{side}_row": rows.gather(row_numbers(matches[f"{side}_doc"], documents["doc_id"]))
        for side in ("left", "right")
    }
    unknown = dict.fromkeys(("left_label", "right_label"), pl.lit(None, pl.Int64))
    whole = matches.with_columns(**ends, **unknown)
    yield Sent("matches", whole, hashed(whole["right_row"], plan))
    yield send_wants(whole, plan)
    strong = strong_pairs(matches, plan.settings).select(PAIR)
    links = whole.join(strong, on=PAIR, how="semi").select("left_row", "right_row")
    yield Sent("links", links, 0)
    if plan.settings.until == "origins":
        yield from send_related(relate_pairs(whole, spans, documents), plan)


def send_more(
    matches: pl.DataFrame, pairs: pl.DataFrame, documents: pl.DataFrame, plan: Plan, spans: pl.DataFrame | None = None
) -> Iterator[Sent]:
    """MATCHES of PAIRS of one component each, row by row -> MORE and what tracing relates, by the component."""
    label = pairs["label"]
    more = matches.with_columns(pairs["left_row"], pairs["right_row"], left_label=label, right_label=label)
    yield Sent("more", more, hashed(label, plan))
    if plan.settings.until == "origins":
        related = relate_pairs(more, spans, documents)
        yield shaped("more_related", related, hashed(related["left_label"], plan))


def pair_bands(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """BANDS of some keys -> PAIRS that share a bucket and may have enough permutations equal.

    Only four bits of each are compared here. They are equal where permutations are; of the 128 of two unrelated
    documents in about 8, where 23 are needed. What passes is compared by whole permutations before texts are.
    """
    bands = given["bands"].filter(pl.len().over("band", "key") > 1).sort("band", "key", "row")  # most stand alone
    key = bands.select(pl.struct("band", "key").rle_id()).to_series().cast(pl.UInt64).to_numpy()
    everyone = np.arange(bands.height, dtype=np.int32)
    pairs, found, over = kernels.pair_buckets(
        _unpacked(bands["bits"], plan.settings), everyone, key, everyone, plan.settings.link_cap,
        least_equal(plan.settings), np.empty(1 << 14, np.int64),
    )  # fmt: skip
    yield Sent("counts", count("over_cap", int(over)), 0)
    yield send_pairs("pairs", bands["row"], pairs[:found], plan, _choose_routing(plan))


def pair_all(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """All documents of a small dump -> PAIRS that share any shingle. In one bucket: exhaustive_documents bounds it."""
    documents, tokens = given.read()
    pairs = sharing_pairs(tokens, group_equal(digest(tokens)).wanted, plan.settings)
    yield Sent("counts", count("over_cap", 0), 0)  # no bucket that is too large, as all are paired
    yield send_pairs("pairs", documents["row"], pairs, plan, _choose_routing(plan))


def _choose_routing(plan: Plan) -> Routing:
    """Where pairs that may be alike go. With passages, members of equal texts are asked for first, and no texts."""
    return by_pair if plan.settings.level == "document" else by_ends


def send_pairs(table_: str, rows: pl.Series, keys: Array, plan: Plan, to: Routing = by_pair) -> Sent:
    """Keys of pairs of places in `rows` -> PAIRS, each once; as `table_`, which is `linked` for those linked."""
    left, right = unpack_pairs(keys)
    pairs = pl.DataFrame({"left_row": rows.gather(left), "right_row": rows.gather(right)})
    return send_ends(table_, pairs, plan, to)


def send_ends(table_: str, pairs: pl.DataFrame, plan: Plan, to: Routing = by_pair) -> Sent:
    """Rows of both ends -> PAIRS, as `send_pairs`."""
    pairs = pairs.filter(pl.col("left_row") != pl.col("right_row")).unique()
    pairs = pairs.with_columns(linked=pl.lit(table_ == "linked"), label=pl.lit(None, pl.Int64))
    return Sent(table_, pairs, to(pairs, plan))


def spell_block(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """PAIRS of first texts, and MEMBERS -> PAIRS of all their equal texts."""
    pairs = given["pairs"]
    firsts = pl.concat([pairs.select(row=side) for side in ("left_row", "right_row")]).unique()
    known, groups = _group_members(firsts.with_columns(doc_id=pl.lit(""), text=pl.lit("")), table(given, "members"))
    rows = known["row"].to_numpy()
    for linked, name in ((True, "linked"), (False, "pairs")):
        keys = _places(pairs.filter(pl.col("linked") == linked), rows)
        yield send_pairs(name, known["row"], spell_out(np.sort(keys), groups, plan.settings.link_cap), plan)


def _group_members(firsts: pl.DataFrame, members: pl.DataFrame) -> tuple[pl.DataFrame, Texts]:
    """First texts (row, doc_id, text), and MEMBERS -> all in order of rows, the others' texts empty; and grouped."""
    others = members.filter(pl.col("row") != pl.col("first")).select("row", "doc_id", text=pl.lit(""), first="first")
    known = pl.concat([firsts.select("row", "doc_id", "text", first="row"), others]).sort("row")
    rows = known["row"].to_numpy()
    first = np.searchsorted(rows, known["first"].to_numpy())
    return known, Texts(first, first == np.arange(rows.size))


def match_block(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """PAIRS, their DOCUMENTS, and MEMBERS that say the same -> MATCHES of those alike and of all their equals."""
    known, groups = _group_members(given["documents"], table(given, "members"))
    keys = np.sort(_places(given["pairs"], known["row"].to_numpy()))
    if not plan.exhaustive:
        keys = _near(known["text"], keys, plan.settings)
    yield from send_matches(
        match_firsts(known["doc_id"], known["text"], keys, groups, plan.settings, threads=1), known, plan
    )


def _places(pairs: pl.DataFrame, rows: Array) -> Array:
    """PAIRS -> the places of their rows in `rows`, as keys of pairs."""
    left, right = (np.searchsorted(rows, pairs[side].to_numpy()) for side in ("left_row", "right_row"))
    return pack_pairs(left, right)


def _near(texts: pl.Series, keys: Array, settings: Settings) -> Array:
    """Pairs of texts -> those with enough permutations equal."""
    signatures = word_sketcher(settings)(tokenize(texts, threads=1))
    near: Array = keys[equal_values(signatures, keys) >= least_equal(settings)]
    return near


def match_missing(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """PAIRS of one component each that were not compared yet, and their DOCUMENTS -> MORE, alike or not."""
    (documents, tokens), pairs = given.read(), given["pairs"].sort("left_row", "right_row")
    groups = group_equal(digest(tokens))
    keys = _places(pairs, documents["row"].to_numpy())
    more = match_pairs(documents["doc_id"], documents["text"], keys, groups, plan.settings, threads=1)
    yield from send_more(more, pairs, documents, plan)
