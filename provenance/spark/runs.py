"""Rounds of shared runs: winnowed postings, each with the words around it, so that a bucket of hashes can tell runs.

A posting carries the words that lie within a window of it. On one machine a kernel looks at two documents around a
shared shingle, here at two such cuttings of them: it finds the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance.matching.pairs import posting_kernels
from provenance.matching.pairs.kernels import order_by_key
from provenance.matching.pairs.pair_keys import unique
from provenance.matching.pairs.postings import Postings, all_postings
from provenance.spark import widespread_runs
from provenance.spark.cuttings import anchor, cuttings, reach, width
from provenance.spark.pieces import Sent
from provenance.spark.plan import SCHEMAS, as_bytes, as_rows, by_ends, count, hashed, home, table
from provenance.spark.whole import send_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.arrays import Array
    from provenance.settings import Settings
    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan
    from provenance.text.tokens import Tokens

#: Postings whose hot words are written out at a time: a run in two million articles took 2.0 KB a posting at once.
AT_ONCE = 1 << 18


# -- which shingles stand more than once: most do not, and their postings would be three quarters of all that travels --


def send_tags(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's DOCUMENTS -> TAGS of their winnowed shingles, each once, by key: 4 bytes for each."""
    documents, tokens = given.read()
    postings = _winnow(tokens, np.ones(documents.height, np.bool_), plan.settings)
    names = np.sort(_names(postings.key, plan))
    names = names[np.append(True, names[1:] != names[:-1])] if names.size else names
    edges = np.searchsorted(names >> np.uint64(32), np.arange(plan.keys + 1, dtype=np.uint64))
    some = np.flatnonzero(np.diff(edges))
    tags = (names & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    rows = {"home": np.full(some.size, bucket), "tags": [tags[edges[at] : edges[at + 1]].tobytes() for at in some]}
    yield Sent("tags", pl.DataFrame(rows, schema=SCHEMAS["tags"]), some)


def share_tags(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """TAGS of some keys -> SHARED: to each home those of its tags that another home has too; WIDESPREAD ones apart."""
    found = given["tags"].sort("home")
    homes = found["home"].to_numpy()
    parts = [np.frombuffer(octets, np.uint32) for octets in found["tags"]]
    every = np.concatenate(parts).astype(np.uint64) << np.uint64(32)
    order = order_by_key(every)
    ranked = every[order]
    again = np.append(False, ranked[1:] == ranked[:-1])
    several = np.empty(every.size, np.bool_)
    several[order] = again | np.append(again[1:], False)
    everywhere = np.zeros(every.size, np.bool_)
    if (ranked[plan.widespread :] == ranked[: -plan.widespread]).any():
        tag = np.cumsum(~again) - 1
        everywhere[order] = np.bincount(tag)[tag] > plan.widespread
    cuts = np.cumsum([part.size for part in parts])[:-1]
    rows = {
        "bucket": np.full(homes.size, bucket),
        "tags": _chosen(parts, np.split(several & ~everywhere, cuts)),
        "widespread": _chosen(parts, np.split(everywhere, cuts)),
    }
    yield Sent("shared", pl.DataFrame(rows, schema=SCHEMAS["shared"]), homes)


def _chosen(parts: list[Array], chosen: list[Array]) -> list[bytes]:
    return [part[mine].tobytes() for part, mine in zip(parts, chosen, strict=True)]


def _names(keys: Array, plan: Plan) -> Array:
    """Keys -> bucket << 32 | tag. Two keys of a bucket with one tag (1 in 2^32) only seem shared: no harm."""
    names: Array = (keys % np.uint64(plan.keys)) << np.uint64(32) | keys >> np.uint64(32)
    return names


def _known(shared: pl.DataFrame, column: str) -> Array:
    """SHARED -> the names in that column."""
    tags = (np.frombuffer(octets, np.uint32).astype(np.uint64) for octets in shared[column])
    named = [np.uint64(bucket << 32) | each for bucket, each in zip(shared["bucket"], tags, strict=True)]
    return np.concatenate([np.empty(0, np.uint64), *named])


def _stand_again(postings: Postings, shared: pl.DataFrame, plan: Plan) -> tuple[Postings, Array]:
    """A home's POSTINGS -> those of keys that stand more than once, here or elsewhere, and which are widespread."""
    order = order_by_key(postings.key)
    ranked = postings.key[order]
    again = ranked[1:] == ranked[:-1]
    several = np.zeros(ranked.size, np.bool_)
    several[order[1:][again]] = several[order[:-1][again]] = True
    names, everywhere = _names(postings.key, plan), _known(shared, "widespread")
    known = np.concatenate([_known(shared, "tags"), everywhere])
    if known.size:
        several |= _among(names, known)
    kept = np.flatnonzero(several)
    found = Postings(postings.key[kept], postings.owner[kept], postings.place[kept], np.array([0, kept.size]))
    return found, _among(names[kept], everywhere)


def _among(names: Array, known: Array) -> Array:
    """Which names are known. By a table of hashes: numpy sorts them, and takes ten times as long."""
    among: Array = pl.Series(names).is_in(pl.Series(known).implode()).to_numpy()
    return among


# -- postings ----------------------------------------------------------------------------------------------


def send_postings(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's DOCUMENTS, which are WANTED, and what of them is SHARED -> POSTINGS by key; PLACED, which stay.

    Those of WIDESPREAD shingles stay whole, and only their RUN_COUNTS travel.
    """
    documents, tokens = given.read()
    wanted = np.isin(documents["row"].to_numpy(), table(given, "wanted")["row"].to_numpy())
    postings = _winnow(tokens, wanted, plan.settings)
    postings, everywhere = _stand_again(postings, table(given, "shared"), plan)
    base = tokens.bounds[postings.owner] + postings.place
    first = np.maximum(base - reach(plan.settings), tokens.bounds[postings.owner])
    last = np.minimum(base + plan.settings.shingle_words + reach(plan.settings), tokens.bounds[postings.owner + 1])
    at = first[:, None] + np.arange(width(plan.settings))
    words = np.where(at < last[:, None], tokens.word[np.minimum(at, max(tokens.word.size - 1, 0))], 0)
    frame = pl.DataFrame(
        {
            "key": postings.key,
            "row": documents["row"].gather(postings.owner),
            "place": postings.place,
            "before": (base - first).astype(np.uint8),
            "size": (last - first).astype(np.uint8),
            "words": as_bytes(words.astype(np.uint64)),
        },
        schema=SCHEMAS["postings"],
    )
    yield from widespread_runs.send_counts(plan, bucket, frame.filter(pl.Series(everywhere)))
    frame = frame.filter(pl.Series(~everywhere))
    yield Sent("postings", frame, hashed(frame["key"], plan))
    yield Sent("placed", frame.select(list(SCHEMAS["placed"])), bucket)


def _winnow(tokens: Tokens, wanted: Array, settings: Settings) -> Postings:
    return all_postings(tokens, wanted, settings.shingle_words, settings.window)


def mark_hot(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """POSTINGS of some keys -> PAIRS tied by runs in more documents than the cap, and the words of these as HOT."""
    postings, hot, pairs, over = _pair(given, plan.settings, marking=True)
    yield Sent("counts", count("over_cap", over), 0)
    yield send_pairs("linked", postings["row"], pairs, plan, by_ends)
    bounds = np.append(0, np.cumsum(postings["size"].to_numpy(), dtype=np.int64))
    for low in range(0, postings.height, AT_ONCE):
        some = postings[low : low + AT_ONCE]
        words = _hot_words(some, hot[bounds[low] : bounds[low + some.height]])
        yield Sent("hot", words, home(words["row"]))


def _hot_words(postings: pl.DataFrame, hot: Array) -> pl.DataFrame:
    """POSTINGS, which of their words are hot -> HOT."""
    size = postings["size"].to_numpy().astype(np.int64)
    owner = np.repeat(np.arange(size.size), size)[hot]
    first = postings["place"].to_numpy() - postings["before"].to_numpy() - (np.cumsum(size) - size)
    word = np.flatnonzero(hot) + first[owner]
    return pl.DataFrame({"row": postings["row"].gather(owner), "word": word}).cast(SCHEMAS["hot"]).unique()


def mask_home(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """Where a home's POSTINGS stand, and its HOT words -> MASKS of the postings that carry any, by key.

    And what follows from RUN_LINKS of its WIDESPREAD postings: of runs over the cap PAIRS and more hot words; FEW_RUNS;
    and POSTINGS of shingles that turn out to be in no more postings than the cap.
    """
    hot, placed = table(given, "hot"), table(given, "placed")
    own = widespread_runs.read_widespread(given, plan.settings) if "widespread" in given else None
    if own:
        yield widespread_runs.link_runs(own.over, plan)
        yield Sent("postings", own.others, hashed(own.others["key"], plan))
        hot = pl.concat([hot, widespread_runs.heat_runs(own.over, plan.settings)])
        placed = pl.concat([placed, own.others.select(list(SCHEMAS["placed"]))])
    hot = hot.unique()
    if hot.height:
        placed = placed.join(hot, on="row", how="semi")
        masks = _are_hot(hot, placed["row"], placed["place"] - reach(plan.settings), width(plan.settings))
        some = masks.any(1)
        frame = placed.filter(pl.Series(some)).with_columns(mask=as_bytes(masks[some])).select(list(SCHEMAS["masks"]))
        yield Sent("masks", frame, hashed(frame["key"], plan))
    if own:
        flags = _are_hot(hot, own.few["row"], own.few["place"], anchor(plan.settings))
        yield widespread_runs.send_few(own.few, flags, plan)


def _are_hot(hot: pl.DataFrame, row: pl.Series, place: pl.Series, many: int) -> Array:
    """HOT words, places in rows (under 0: the start) -> bool [places, many]: which of `many` words are hot."""
    first = np.maximum(place.to_numpy(), 0)
    rows = row.unique().sort()
    document = rows.search_sorted(row).to_numpy()
    room = np.zeros(rows.len() + 1, np.int64)  # how many words of each document these reach
    np.maximum.at(room, document + 1, first + many)
    begin = np.cumsum(room)
    are = np.zeros(begin[-1], np.bool_)
    reached = hot.filter(pl.col("row").is_in(rows.implode()))
    of, word = rows.search_sorted(reached["row"]).to_numpy(), reached["word"].to_numpy()
    are[(begin[of] + word)[word < room[of + 1]]] = True
    found: Array = are[(begin[document] + first)[:, None] + np.arange(many)]
    return found


def pair_runs(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """POSTINGS of some keys, and their MASKS -> PAIRS that share a run that is not hot."""
    if "postings" in given:
        postings, _, pairs, _ = _pair(given, plan.settings, marking=False)
        yield send_pairs("linked", postings["row"], pairs, plan, by_ends)


def _pair(given: Tables, settings: Settings, *, marking: bool) -> tuple[pl.DataFrame, Array, Array, int]:
    """POSTINGS, MASKS -> POSTINGS in order, which of their words are hot, pairs of their places, runs over the cap."""
    postings = given["postings"].sort("row", "place")
    inside, words, bounds = cuttings(postings, settings)
    hot = np.zeros(inside.shape, np.uint8)
    masks = table(given, "masks")
    if masks.height:
        places = postings.select("key", "row", "place").with_row_index("at")
        at = masks.join(places, on=["key", "row", "place"])
        hot[at["at"].to_numpy()] = as_rows(at["mask"], np.uint8, width(settings))
    flags = hot[inside].astype(np.bool_)
    pairs, found, over = posting_kernels.pair_postings(
        words, bounds, np.array([0, postings.height]), postings["key"].to_numpy(),
        np.arange(postings.height, dtype=np.int32), postings["before"].to_numpy().astype(np.int32),
        settings.shingle_words, anchor(settings), reach(settings), settings.link_cap, flags, marking,
        np.empty(1 << 12, np.int64),
    )  # fmt: skip
    return postings, flags, unique(pairs[:found]), int(over)
