"""What every round knows, the tables that travel between rounds, and which bucket a row goes to.

A document's `row` is a number that ascends with its doc_id; documents whose rows stand next to each other have one
home. Whatever else is grouped has a key (a hash, or the row of a first member) and goes to one of `keys` buckets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
import xxhash

from provenance import tables
from provenance.cleaning.choosing import GONE
from provenance.index.storage import DOCUMENT_COLUMNS
from provenance.matching.pairs.kernels import BASE
from provenance.tracing.conclusions.claims import CLAIMS
from provenance.tracing.signs.frequency import WORDS
from provenance.tracing.statements.outlets import NAMES, SITES, TAKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from provenance.arrays import Array
    from provenance.settings import Settings
    from provenance.spark.pieces import Sent, Tables

    Round = Callable[["Plan", int, Tables], Iterable[Sent]]


HOME_BITS = 10  # 1,024 documents a home: about 3 MB of news
#: Pairs compared in one bucket, of at most 32,768 documents: some 80 MB of news. The more there are, the fewer blocks
#: ask for one text: of 30,000 articles 8,800 bytes each travel at 4,096 pairs, 6,200 at 16,384.
BLOCK = 16_384

LINKS_AT_ONCE = 8_000_000  # links whose components one task finds, in 800 MB; of more the cluster does
#: Places of one passage that one task clusters; those of a passage in more the cluster does.
CROWD = 1 << 20
HOMES_AT_ONCE = 1 << 10  # homes of a group, for which what they have of a name is summed first: a million documents
#: Bits of a home's number in which those of a quarter differ, which stand next to each other: 32 ranges (homes.py) of
#: some 32 homes.
QUARTER_BITS = 28

ROW = pl.Int64()
KEY = pl.UInt64()
ENDS = {"left_row": ROW, "right_row": ROW}
PLACE = dict.fromkeys(("row", "start", "end"), ROW)  # of a side of a span
STRETCH = dict.fromkeys(("left_first", "left_last", "right_first", "right_last", "equal"), ROW)  # words in their texts
TEXT = {"one": KEY, "two": KEY}  # the hashes that name a short passage's text
SPOT = {"row": ROW, "first": ROW}  # a document and the first word of a passage there
RUN = {"key": KEY, "run": KEY}  # hashes of the least shingle of a run of words, and of the run; null: of any run
PART = {**TEXT, "quarter": ROW}  # the places of a short passage's text in one quarter
LIKES = {f"{side}_{name}": KEY for side in ("left", "right") for name in TEXT}
LIKED = dict.fromkeys(("left_low", "left_high", "right_low", "right_high", "equal"), ROW)  # words of the two texts
#: A shingle, where it stands, how many of `size` words stand before it, and these words as uint64, filled up with 0.
POSTINGS = {
    "key": KEY, "row": ROW, "place": pl.Int32(), "before": pl.UInt8(), "size": pl.UInt8(), "words": pl.Binary(),
}  # fmt: skip
#: What is known of a document when it is traced, and of a pair.
SHOWN = {"snippet": tables.TEXT, "quote": tables.TEXT, "lead": pl.Boolean()}
CALLED = {
    "doc_id": tables.TEXT, "title": tables.TEXT, "published": tables.TIME, "cluster_id": tables.TEXT,
    "whole": pl.Boolean(), "cross": pl.Boolean(), "wire": pl.Boolean(), "contents": tables.CONTENTS,
}  # fmt: skip
FACTS = {
    "outlet": tables.TEXT, "key": tables.TEXT, "chars": ROW, "marked": pl.Boolean(), "cut": pl.Boolean(),
    "machine": pl.Float64(), "typographic": ROW, "accented": ROW, "time": tables.TIME, "precision": tables.TEXT,
    "dateline": pl.Boolean(), "habit": pl.Float64(),
}  # fmt: skip
QUOTED = {name: tables.EVIDENCE[name] for name in ("feature", "strength", "doc_id", "start", "end", "text")}
CARD = pl.Struct(
    {**CALLED, **FACTS, "wrong": pl.Float64(), "seen": pl.List(tables.TEXT)}
    | {"credits": pl.List(pl.Struct({**tables.ATTRIBUTIONS, **SHOWN, "key": tables.TEXT}))}
)
CHOICES: dict[str, pl.DataType] = dict.fromkeys(("child", "parent", "owner", "component"), ROW)
CHOICES |= dict.fromkeys(("score", "share", "lag", "order", "time", "private"), pl.Float64())
CHOICES |= {"families": ROW, **dict.fromkeys(("daily", "signed", "own"), pl.Boolean())}
LABELS = {"left_label": ROW, "right_label": ROW}

RELATED: dict[str, Any] = {
    **ENDS, "left_doc": tables.TEXT, "right_doc": tables.TEXT, **LABELS,
    **dict.fromkeys(("jaccard", "left_containment", "right_containment"), pl.Float64()),
    **dict.fromkeys(("left_first", "right_first", "left_last", "right_last", "words"), ROW),
    **dict.fromkeys(("quotes", "same", "paired"), pl.Boolean()),
    "left_text": tables.TEXT, "right_text": tables.TEXT,
    "quoted": pl.List(pl.Struct({**QUOTED, "snippet": tables.TEXT})),
}  # fmt: skip

#: Of an index: a document, a posting, and the postings of one part of the keys.
STORED: dict[str, pl.DataType] = {
    name: ROW if name in ("number", "start", "end") else tables.TEXT for name in DOCUMENT_COLUMNS
}
STORED |= {"digest": pl.Binary(), "lines": pl.Binary(), "content": pl.Binary()}
ENTRY = dict.fromkeys(("key", "document", "context"), pl.UInt32())
BLOB = {"part": ROW, "content": pl.Binary(), "checksum": ROW}

#: Tables between rounds. What `scan` writes has the schema of tables.py, with rows beside the ids.
SCHEMAS: dict[str, pl.Schema] = {
    "documents": pl.Schema({"row": ROW, "number": ROW, **tables.DOCUMENTS}),
    "arrived": pl.Schema({**tables.DOCUMENTS, "number": ROW, "own": tables.TEXT}),
    "ids": pl.Schema({"doc_id": tables.TEXT, "path": tables.TEXT, "number": ROW, "own": tables.TEXT}),
    "rejects": tables.REJECTS,
    "texts": pl.Schema(
        {"row": ROW, "doc_id": tables.TEXT, "words": KEY, "one": KEY, "two": KEY}
        | {"bands": pl.List(KEY), "bits": pl.Binary()}
    ),
    "members": pl.Schema({"first": ROW, "row": ROW, "doc_id": tables.TEXT}),
    "bands": pl.Schema({"band": pl.Int32(), "key": KEY, "row": ROW, "bits": pl.Binary()}),
    "pairs": pl.Schema({**ENDS, "linked": pl.Boolean(), "label": ROW}),
    "linked": pl.Schema({**ENDS, "linked": pl.Boolean(), "label": ROW}),
    "nearest": pl.Schema({"row": ROW, "least": ROW}),
    "asks": pl.Schema({"row": ROW, "block": ROW}),
    "passages": pl.Schema({"row": ROW, **tables.PASSAGES}),
    "lines": pl.Schema(
        {"key": KEY, "outlet": tables.TEXT, "article": KEY, "row": ROW, "at": ROW, "stopped": pl.Boolean()}
    ),
    "articles": pl.Schema({"outlet": tables.TEXT, "article": KEY}),
    "homes": pl.Schema({"outlet": tables.TEXT, "home": ROW}),
    "totals": pl.Schema({"outlet": tables.TEXT, "total": ROW}),
    "line_counts": pl.Schema(
        {"key": KEY, "outlet": tables.TEXT, "articles": ROW, "home": ROW}
        | {"row": ROW, "at": ROW, "stopped": pl.Boolean()}
    ),
    "frequent": pl.Schema(
        {"key": KEY, "outlet": tables.TEXT, "articles": ROW, "outlets": ROW, "stopped": pl.Boolean()}
    ),
    "wanted": pl.Schema({"row": ROW}),
    "tags": pl.Schema({"home": ROW, "tags": pl.Binary()}),  # uint32
    "shared": pl.Schema({"bucket": ROW, "tags": pl.Binary(), "widespread": pl.Binary()}),
    "postings": pl.Schema(POSTINGS),
    "widespread": pl.Schema(POSTINGS),
    "run_counts": pl.Schema({**RUN, "quarter": ROW, "home": ROW, "number": ROW, "first": ROW, "last": ROW}),
    "run_links": pl.Schema({**RUN, "quarter": ROW, "number": ROW, "first": ROW, "before": ROW}),
    "few_runs": pl.Schema({**RUN, "row": ROW, "place": pl.Int32(), "cold": pl.Int32()}),
    "placed": pl.Schema({"key": KEY, "row": ROW, "place": pl.Int32()}),
    "hot": pl.Schema({"row": ROW, "word": pl.Int32()}),
    "masks": pl.Schema({"key": KEY, "row": ROW, "place": pl.Int32(), "mask": pl.Binary()}),
    "shorts": pl.Schema({**TEXT, "row": ROW, "first": ROW, "role": pl.UInt8(), "words": pl.Binary()}),
    "short_texts": pl.Schema({**PART, "words": pl.Binary(), **SPOT, "number": ROW, "heads": ROW}),
    "heads": pl.Schema({**PART, **SPOT, "size": ROW}),
    "short_links": pl.Schema({**PART, **{f"{which}_{name}": ROW for which in ("first", "before") for name in SPOT}}),
    "seeds": pl.Schema({**TEXT, "words": pl.Binary(), **SPOT, "number": ROW}),
    "heat": pl.Schema({**TEXT, "heat": KEY}),  # a bit for each of at most 40 words
    "likes": pl.Schema(
        {**LIKES, **LIKED, "meeting": pl.Boolean()}
        | {f"{side}_{name}": ROW for side in ("left", "right") for name in SPOT}
    ),
    "liked": pl.Schema(
        {**PART, **LIKES, "left": pl.Boolean(), "meeting": pl.Boolean()}
        | dict.fromkeys(("low", "high", "equal", "there_row", "there_first", "there_last", "number"), ROW)
    ),
    "meeting": pl.Schema({**LIKES, "left": pl.Boolean(), **SPOT, "last": ROW, "equal": ROW}),
    "stretches": pl.Schema({**ENDS, **STRETCH}),
    "repeated": pl.Schema({**ENDS, **STRETCH}),
    "exact": pl.Schema({**ENDS, **STRETCH}),
    "across": pl.Schema({**ENDS, **STRETCH}),
    "jaccards": pl.Schema({**ENDS, "jaccard": tables.SHARE}),
    "spans": pl.Schema({**tables.SPANS, **ENDS}),
    "tied": pl.Schema({**tables.SPANS, **ENDS, "side": ROW}),
    "crowds": pl.Schema({"label": ROW}),
    "crowd": pl.Schema({**tables.SPANS, **ENDS}),
    "crowd_sides": pl.Schema({"doc_id": tables.TEXT, **PLACE}),
    "led": pl.Schema({**PLACE, "place": ROW, "share": pl.Float64()}),
    "places": pl.Schema({"doc_id": tables.TEXT, "start": ROW, "end": ROW, "place": ROW}),
    "crowded": pl.Schema(
        {"doc_id": tables.TEXT, "start": ROW, "end": ROW, "role": tables.TEXT, "cohesion": pl.Float64()}
        | {"first_doc": tables.TEXT, "first_start": ROW, "first_end": ROW}
    ),
    "sides": pl.Schema(PLACE),
    "side_links": pl.Schema(ENDS),
    "links": pl.Schema(ENDS),
    "labels": pl.Schema({"row": ROW, "label": ROW}),
    "wants": pl.Schema({"row": ROW, "bucket": ROW}),
    "matches": pl.Schema({**tables.MATCHES, **ENDS, **LABELS}),
    "more": pl.Schema({**tables.MATCHES, **ENDS, **LABELS}),
    "clusters": tables.CLUSTERS,
    "named": tables.DOCUMENTS,
    "credits": pl.Schema({"at": ROW, **tables.ATTRIBUTIONS, **SHOWN}),
    "keyed": pl.Schema({"at": ROW, **tables.ATTRIBUTIONS, **SHOWN, "key": tables.TEXT}),
    "times": pl.Schema(
        {"outlet": tables.TEXT, "dated": ROW, "earliest": tables.TIME, "latest": tables.TIME, "home": ROW}
    ),
    "constant": pl.Schema({"outlet": tables.TEXT}),
    "words": pl.Schema(WORDS),
    "frequency": pl.Schema(WORDS),
    "namings": pl.Schema({"row": ROW, "published": tables.TIME, **NAMES}),
    "slices": pl.Schema({**NAMES, "home": ROW}),
    "sites": SITES,
    "owners": pl.Schema({"key": tables.TEXT}),
    "voices": pl.Schema({"key": tables.TEXT, "home": ROW}),
    "owned": pl.Schema({"key": tables.TEXT}),
    "publishers": pl.Schema({"row": ROW, "doc_id": tables.TEXT, "outlet": tables.TEXT, "published": tables.TIME}),
    "shortened": pl.Schema({"short": tables.TEXT, "name": tables.TEXT}),
    "sources": pl.Schema({"source": tables.TEXT, "home": ROW}),
    "spoken": pl.Schema({"source": tables.TEXT, "name": tables.TEXT}),
    "crediting": pl.Schema({"outlet": tables.TEXT, "crediting": ROW, "articles": ROW, "home": ROW}),
    "habits": pl.Schema({"outlet": tables.TEXT, "crediting": ROW, "articles": ROW}),
    "wires": pl.Schema({"key": tables.TEXT}),
    "spellings": pl.Schema({"key": tables.TEXT, "source": tables.TEXT, "times": ROW}),
    "known_keys": pl.Schema({"key": tables.TEXT, "home": ROW}),
    "told": pl.Schema({"key": tables.TEXT, "wire": pl.Boolean(), "name": tables.TEXT}),
    "related": pl.Schema(RELATED),
    "more_related": pl.Schema(RELATED),
    "inner": pl.Schema(RELATED),
    "cross": pl.Schema(RELATED),
    "ties": pl.Schema(ENDS),
    "belongs": pl.Schema({"row": ROW, "cluster_id": tables.TEXT}),
    "calls": pl.Schema({"row": ROW, "block": ROW, "whole": pl.Boolean(), "cross": pl.Boolean()}),
    "facts": pl.Schema({"row": ROW, **CALLED, **FACTS}),
    "evidence": tables.EVIDENCE,
    "twins": pl.Schema({"doc_id": tables.TEXT, "stands": tables.TEXT}),
    "choices": pl.Schema(CHOICES),
    "sampled": pl.Schema({**CHOICES, "bucket": ROW, "counted": pl.Boolean()}),
    "numbers": pl.Schema({"number": ROW, "doc_id": tables.TEXT, "counted": pl.Boolean()}),
    "shares": pl.Schema({"number": ROW, "share": pl.Float64()}),
    "cards": pl.Schema({"row": ROW, "card": CARD}),
    "known": pl.Schema({"row": ROW, "doc_id": tables.TEXT, "key": tables.TEXT, "passed": pl.Boolean()}),
    "copying_rows": pl.Schema({"row": ROW}),
    "sourced": pl.Schema({"row": ROW}),
    "copies": pl.Schema({"row": ROW, "doc_id": tables.TEXT, "copies": ROW}),
    "counted": pl.Schema({"doc_id": tables.TEXT, "copies": ROW}),
    "kinds": pl.Schema({"to_id": tables.TEXT, "from_id": tables.TEXT, "kind": tables.TEXT}),
    "ancestry": tables.ANCESTRY,
    "lone": tables.ANCESTRY,
    "flaws": pl.Schema({"flaw": pl.Float64()}),
    "unseen": pl.Schema({"share": pl.Float64()}),
    "claims": pl.Schema({"at": ROW, **CLAIMS}),
    "claims_asked": pl.Schema({"at": ROW, **CLAIMS}),
    "copying": pl.Schema({"outlet": tables.TEXT, "copying": pl.Float64(), "articles": ROW, "home": ROW}),
    "copiers": pl.Schema({"outlet": tables.TEXT, "share": pl.Float64()}),
    "taken": TAKEN,
    "parents": pl.Schema({"doc_id": tables.TEXT, "parent": tables.TEXT}),
    "placed_clusters": pl.Schema({**tables.CLUSTERS, "parent": tables.TEXT}),
    "attributions": tables.ATTRIBUTIONS,
    "dates": tables.DATES,
    "edges": tables.EDGES,
    "origins": tables.ORIGINS,
    "outlets": tables.OUTLETS,
    "copied": pl.Schema({"row": ROW}),
    "alike": pl.Schema({"label": ROW, "copied": pl.Boolean(), "number": ROW, **tables.DOCUMENTS}),
    "gone": pl.Schema({**GONE, "path": tables.TEXT, "number": ROW, "text": tables.TEXT}),
    "stored": pl.Schema(STORED),
    "entries": pl.Schema(ENTRY),
    "names": pl.Schema(ENTRY),
    "blobs": pl.Schema(BLOB),
    "name_blobs": pl.Schema(BLOB),
    "houses": pl.Schema({"outlet": tables.TEXT, "articles": ROW}),
    "costs": pl.Schema(  # of one task of a round
        {"buckets": ROW, "read": ROW, "made": ROW, "largest": ROW, "microseconds": ROW, "slowest": ROW, "resident": ROW}
    ),
    "counts": pl.Schema({"name": tables.TEXT, "count": ROW}),
}


class Plan(NamedTuple):
    """The settings and sizes of a run; the same for all its rounds."""

    settings: Settings
    keys: int  # buckets of hashes
    exhaustive: bool  # few enough documents to compare every pair that shares a shingle
    rewritten: bool  # whether the rewritten channel runs
    documents: int = 0
    links_at_once: int = LINKS_AT_ONCE
    crowd: int = CROWD
    groups: int = 1  # of homes, each of HOMES_AT_ONCE
    widespread: int = HOMES_AT_ONCE  # homes that hold a shingle, above which its postings meet in no bucket


class Part(NamedTuple):
    """One table that a round made, as it was sent to buckets; `bucket` sends all of it to one."""

    path: str
    table: str
    bucket: int | None = None


def together(*rounds: Round) -> Round:
    """Several rounds over the same tables as one, so that these travel once."""

    def run(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
        for one in rounds:
            yield from one(plan, bucket, given)

    return run


def table(given: Tables, name: str) -> pl.DataFrame:
    """The table of that name, without rows where none came."""
    found = given.get(name)
    return pl.DataFrame(schema=SCHEMAS[name]) if found is None else found


def in_order(passages: pl.DataFrame) -> pl.DataFrame:
    """PASSAGES with rows, as they came together -> PASSAGES in order."""
    return passages.drop("row").sort("doc_id", "start", pl.col("role") == "quote", maintain_order=True)


def home(rows: pl.Series) -> Array:
    """Rows of documents -> their homes."""
    return rows.to_numpy() >> HOME_BITS


def hashed(keys: pl.Series, plan: Plan) -> Array:
    """Keys -> their buckets."""
    return (keys.cast(pl.UInt64).to_numpy() % np.uint64(plan.keys)).astype(np.int64)


def quarter(homes: Array) -> Array:
    """Homes -> their quarters: a million documents whose rows stand next to each other."""
    return homes >> QUARTER_BITS


def by_quarter(keys: pl.Series, quarters: Array, plan: Plan) -> Array:
    """Keys and quarters of homes -> their buckets: so no bucket has what is of one key in all the dump."""
    return hashed(pl.Series(keys.to_numpy() + quarters.astype(np.uint64) * BASE), plan)


def by_pair(pairs: pl.DataFrame, plan: Plan) -> Array:
    """Pairs of rows -> their buckets: by the left row and, where homes are in groups, the quarter of the right one.

    The first document with a notice is paired with all that have it: 250 million of 10^10, a million of a quarter.
    """
    if plan.groups == 1:
        return hashed(pairs["left_row"], plan)
    return by_quarter(pairs["left_row"].cast(pl.UInt64), quarter(home(pairs["right_row"])), plan)


def by_ends(pairs: pl.DataFrame, plan: Plan) -> Array:
    """Pairs of rows -> their buckets, by both rows: for rounds without texts, in which any pairs may meet.

    Of 100,000 near-identical documents all pairs with the first came to one bucket `by_pair`, from each bucket of runs:
    seven times the work of the median bucket.
    """
    left, right = (pairs[side].to_numpy().astype(np.uint64) for side in ENDS)
    return hashed(pl.Series((left * BASE ^ right) * BASE >> np.uint64(32)), plan)


def hash_texts(names: pl.Series) -> pl.Series:
    """Strings -> keys, alike on every machine."""
    unique = names.unique().sort()
    keys = pl.Series([xxhash.xxh3_64_intdigest((name or "").encode()) for name in unique], dtype=pl.UInt64)
    return names.replace_strict(unique, keys, return_dtype=pl.UInt64)


def shaped(name: str, rows: pl.DataFrame, bucket: Array | int) -> Sent:
    """Rows with the columns of a table, and more -> the table, sent."""
    from provenance.spark.pieces import Sent  # noqa: PLC0415  which knows of no tables

    return Sent(name, rows.select(pl.col(column).cast(kind) for column, kind in SCHEMAS[name].items()), bucket)


def by_name(name: str, rows: pl.DataFrame, column: str, plan: Plan) -> Sent:
    """The same, each row to the bucket of the name in a column."""
    return shaped(name, rows, hashed(hash_texts(rows[column]), plan))


def by_group(name: str, rows: pl.DataFrame, sender: int, plan: Plan) -> Sent:
    """The same, each row to the bucket of the name in its first column and of the group that the sender is of."""
    return shaped(name, rows, in_group(hash_texts(rows[next(iter(SCHEMAS[name]))]), sender, plan))


def in_group(keys: pl.Series, sender: Array | int, plan: Plan) -> Array:
    """Keys -> the buckets for what a sender has of them: by its group, if there are several."""
    group = (np.atleast_1d(sender).astype(np.uint64) * BASE >> np.uint64(32)) % np.uint64(plan.groups)
    return hashed(pl.Series(keys.cast(pl.UInt64).to_numpy() + group * BASE), plan)


def as_bytes(rows: Array) -> pl.Series:
    """A two-dimensional array -> its rows as bytes."""
    octets = np.ascontiguousarray(rows).view(np.uint8)
    return pl.Series(octets, dtype=pl.Array(pl.UInt8, octets.shape[1])).cast(pl.List(pl.UInt8)).cast(pl.Binary)


def as_rows(octets: pl.Series, dtype: Any, width: int) -> Array:
    """What as_bytes made -> the array again, `width` values a row."""
    rows = octets.bin.reinterpret(dtype=pl.Array(pl.UInt8, width * np.dtype(dtype).itemsize))
    return rows.to_numpy().view(dtype)


def count(name: str, number: int) -> pl.DataFrame:
    """One row of COUNTS."""
    return pl.DataFrame({"name": [name], "count": [number]}, schema=SCHEMAS["counts"])
