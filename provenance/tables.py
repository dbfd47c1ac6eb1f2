"""Every table's schema, column by column, once.

Positions are Unicode code points, 0-based, half-open, into `documents.text`. A `?` at the head of a comment marks a
column that may be null.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from provenance.errors import ProvenanceError

DAY = pl.Date()
TIME = pl.Datetime("us", "UTC")
TEXT = pl.String()
PLACE = pl.Int64()
COUNT = pl.Int64()
SHARE = pl.Float32()
CONTENTS = pl.UInt64()  # a hash of what is in an article
#: Of run.json and of all else that is printed as JSON: it grows when a field is renamed, retyped or dropped.
SCHEMA_VERSION = 1
SOURCE = "source:"  # before the name of an origin that is not in the dump, where ids stand

DOCUMENTS = pl.Schema(
    {
        "doc_id": TEXT,  # the input's own id, else the path, with #n when a file holds several articles
        "path": TEXT,  # as given, with /; - is standard input
        "start": PLACE,  # ? code point in the decoded file; null for a record
        "end": PLACE,  # ?
        "outlet": TEXT,  # ? the publisher
        "title": TEXT,  # ?
        "byline": TEXT,  # ?
        "published": TIME,  # ?
        "url": TEXT,  # ?
        "language": TEXT,  # ? ISO 639-1
        "text": TEXT,
    }
)
REJECTS = pl.Schema(
    {
        "path": TEXT,
        "record": PLACE,  # ? of the file, from 0; null where all of it is meant
        "reason": TEXT,  # a word of dumps/rejects.py
        "detail": TEXT,
        "action": TEXT,  # skipped, partial (read in part), flagged (read whole)
    }
)
PASSAGES = pl.Schema(
    {
        "doc_id": TEXT,
        "start": PLACE,
        "end": PLACE,
        "role": TEXT,  # a word of ROLES
    }
)
SPANS = pl.Schema(
    {
        "left_doc": TEXT,
        "right_doc": TEXT,
        "left_start": PLACE,
        "left_end": PLACE,
        "right_start": PLACE,
        "right_end": PLACE,
        "identity": SHARE,  # folded words equal in the alignment / words of the longer side
        "kind": TEXT,  # exact, edited, rewritten
        "role": TEXT,
    }
)
#: The documents of a pair: the columns by which MATCHES, SPANS and EVIDENCE are joined.
PAIR = ["left_doc", "right_doc"]
#: Each side of a pair, and the other: the prefixes of its columns.
SIDES = (("left", "right"), ("right", "left"))
#: The order of the rows of SPANS; two with equal starts are told apart by their ends.
SPANS_BY = ["left_doc", "left_start", "right_doc", "right_start", "left_end", "right_end"]
MATCHES = pl.Schema(
    {
        "left_doc": TEXT,
        "right_doc": TEXT,
        "spans": pl.Int32(),
        "jaccard": SHARE,
        "left_containment": SHARE,
        "right_containment": SHARE,
        # duplicate, boilerplate, near_duplicate, contained, contains, overlap; where editors decided: same, different
        "relation": TEXT,
    }
)
#: A relation -> the same as the right document sees it; one that is not here looks alike from both sides.
MIRRORED = {"contained": "contains", "contains": "contained"}
CLUSTERS = pl.Schema(
    {
        "cluster_id": TEXT,
        "level": TEXT,  # document, passage
        "doc_id": TEXT,
        "start": PLACE,  # ? null at document level
        "end": PLACE,  # ?
        "role": TEXT,
        "cohesion": SHARE,
        "is_origin": pl.Boolean(),  # ? null before tracing
    }
)
ATTRIBUTIONS = pl.Schema(
    {
        "doc_id": TEXT,
        "start": PLACE,
        "end": PLACE,
        "source": TEXT,  # ? canonical name; null for a dateline that names no agency
        "kind": TEXT,  # dateline, credit, byline, first_party, cited, link, template
        "scope": TEXT,  # article, caption, passage
        "place": TEXT,  # ?
        "day": DAY,  # ? null without a known year
    }
)
DATES = pl.Schema(
    {
        "doc_id": TEXT,
        "start": PLACE,  # ? null for a date from a field
        "end": PLACE,  # ?
        "value": TIME,
        "precision": TEXT,  # second, day, month, year
        "kind": TEXT,  # published, updated, event, crawled
        "trusted": pl.Boolean(),
    }
)
EVIDENCE_ITEM = pl.Struct({"family": TEXT, "weight": SHARE, "doc_id": TEXT, "start": PLACE, "end": PLACE, "text": TEXT})
EDGES = pl.Schema(
    {
        "from_id": TEXT,  # a doc_id, or source:NAME
        "to_id": TEXT,
        "relation": TEXT,  # copied_from, cites
        "kind": TEXT,  # syndicated, copied, revision, excerpt, quoted
        "cluster_id": TEXT,  # ?
        "confidence": SHARE,
        "verdict": TEXT,  # established, likely, possible, undetermined
        "evidence": pl.List(EVIDENCE_ITEM),
    }
)
ORIGINS = pl.Schema(
    {
        "doc_id": TEXT,
        "origin_id": TEXT,  # ?
        "kind": TEXT,  # itself, document, external, unknown
        "relation": TEXT,  # ? copied_from, cites
        "confidence": SHARE,
        "verdict": TEXT,
        "runner_up": TEXT,  # ?
        "reason": TEXT,
    }
)
OUTLETS = pl.Schema(
    {
        "from_outlet": TEXT,
        "to_outlet": TEXT,
        "documents": COUNT,
        "words": COUNT,
        "median_lag": pl.Duration("us"),  # ?
    }
)

#: Between the stages of tracing: every sign of a direction. `strength` is over 0 where the right document is later.
EVIDENCE = pl.Schema(
    {
        "left_doc": TEXT,
        "right_doc": TEXT,
        "feature": TEXT,  # see tracing/signs/weights.tsv
        "strength": pl.Float64(),
        "doc_id": TEXT,  # ? where the sign stands
        "start": PLACE,  # ?
        "end": PLACE,  # ?
        "text": TEXT,  # ? what it says, where it stands nowhere
    }
)
#: Between the stages of tracing: who may have been each document's source, among those of the dump.
ANCESTRY = pl.Schema(
    {
        "doc_id": TEXT,
        "other_id": TEXT,  # ? null: nobody of the dump
        "part": pl.Int64(),  # of a compiled document, which chooses a source for each; 0 holds most of its words
        "probability": pl.Float64(),  # that this was the direct source
        "first": pl.Float64(),  # that the text began there; of a null row, that it began here
        "ancestor": pl.Float64(),  # that it was a source, directly or through others
        "chosen": pl.Boolean(),  # whether it is the source in the best tree
        "share": pl.Float64(),  # ? of the document's words that the other holds
        "families": pl.Int32(),  # kinds of evidence that speak for it
        "flaw": pl.Float64(),  # ? of a first of the dump: log odds that somebody unseen was before it
        "contents": CONTENTS,  # ? of the other, or of the document where that is null
        "twin": TEXT,  # ? of a null row: another document of the same words, if nothing tells which was first
        "alike": COUNT,  # ? how many such there are, with this one
    }
)
MATCHED = pl.Struct(
    {
        "doc_id": TEXT,  # an older document
        "outlet": TEXT,
        "published": TIME,
        "relation": TEXT,  # as in matches, from the incoming document to the older one
        "jaccard": SHARE,
        "left_containment": SHARE,
        "right_containment": SHARE,
    }
)
FOUND_SPAN = pl.Struct(
    {
        "matched_doc": TEXT,
        "start": PLACE,  # in the incoming document
        "end": PLACE,
        "matched_start": PLACE,
        "matched_end": PLACE,
        "identity": SHARE,
        "kind": TEXT,
        "role": TEXT,
    }
)
#: What `check` gives, one row for each incoming document; it stands left of what it is compared with.
FINDINGS = pl.Schema(
    {
        "doc_id": TEXT,  # its id in the index: another text under a known id is ID@ and 12 hex digits
        "path": TEXT,
        "verdict": TEXT,  # new, duplicate, near_duplicate, recycled
        "matched_doc": TEXT,  # ? the closest older document; null if new
        "matched_outlet": TEXT,  # ?
        "matched_published": TIME,  # ?
        "jaccard": SHARE,  # ? with the closest
        "left_containment": SHARE,  # ? share of the incoming document's words inside spans with the closest
        "right_containment": SHARE,  # ? share of the closest one's words
        "recycled_share": SHARE,  # share of its words inside spans with any older document, boilerplate left out
        "spans": pl.List(FOUND_SPAN),
        "matches": pl.List(MATCHED),  # every older document found, the closest first
        "origin_id": TEXT,  # ? as in origins
        "already_indexed": pl.Boolean(),  # same id, same text
    }
)
#: What `clean` leaves out, one row for each document or passage.
REMOVALS = pl.Schema(
    {
        "doc_id": TEXT,
        "path": TEXT,
        "row": PLACE,  # of the document in its file, from 0
        "start": PLACE,  # ? in the document's text; null where all of it went
        "end": PLACE,  # ?
        "reason": TEXT,  # duplicate, near_duplicate, same, contained; of a passage: repeated, boilerplate
        "counterpart": TEXT,  # ? the document that stays; null for boilerplate
        "text": TEXT,  # what went
        "record": pl.Binary(),  # ? the bytes of the record or slice as it stood, where all of it went
    }
)

#: Editors' decisions, one row each; nothing is ever changed or taken away (see provenance/verdicts).
VERDICTS = pl.Schema(
    {
        "subject": TEXT,  # key of a pair, cluster, edge, passage or decision, by contents: verdicts/subjects.py
        "verdict": TEXT,  # a word of verdicts/subjects.py
        "editor": TEXT,
        "decided": TIME,
        "note": TEXT,  # empty if there is none
    }
)

#: What `sketch` gives; a scan writes none. Each signature holds unsigned 32-bit numbers, one for each permutation.
SIGNATURES = pl.Schema({"doc_id": TEXT, "signature": pl.List(pl.Int64())})

ROLES = ("headline", "caption", "byline", "teaser", "paragraph", "quote", "boilerplate")

#: The tables that `scan` writes, in the order in which they are made.
WRITTEN: dict[str, pl.Schema] = {
    "documents": DOCUMENTS,
    "rejects": REJECTS,
    "passages": PASSAGES,
    "spans": SPANS,
    "matches": MATCHES,
    "clusters": CLUSTERS,
    "attributions": ATTRIBUTIONS,
    "dates": DATES,
    "edges": EDGES,
    "origins": ORIGINS,
    "outlets": OUTLETS,
}

#: One row for each file that was opened and each member of an archive; written to run.json.
INPUTS = pl.Schema(
    {
        "path": TEXT,  # a member's is ARCHIVE!/NAME
        "bytes": COUNT,  # ? of the file as it was given, compressed or not; null for a member
        "xxh3_128": TEXT,  # ? of those bytes
        "format": TEXT,  # text, html, feed, warc, jsonl, csv, parquet, zip, ..., with .gz, .zst ... behind it
        "encoding": TEXT,  # ? null for Parquet and what could not be decoded; several, most frequent first
        "decided": TEXT,  # ? what the encoding was told by: bom, valid (strict UTF-8), shape, declared, statistics
        "certainty": SHARE,  # ? of the least certain one, 0 to 1: 1 where the bytes prove it; null where only declared
        "replaced": COUNT,  # runs of bytes that were no text, replaced by U+FFFD
        "documents": COUNT,
        "undated": COUNT,  # articles whose date, as it was given, is no full one (2025, 03/04/2025), or only a change's
        "undated_as": TEXT,  # ? the first of these dates
    }
)


class Read(NamedTuple):
    """What reading some inputs gave: DOCUMENTS, REJECTS and INPUTS."""

    documents: pl.DataFrame
    rejects: pl.DataFrame
    inputs: pl.DataFrame


def empty(schema: pl.Schema) -> pl.DataFrame:
    """A frame without rows that has `schema`."""
    return pl.DataFrame(schema=schema)


def check(frame: pl.DataFrame, schema: pl.Schema, name: str) -> pl.DataFrame:
    """`frame` itself, if it has exactly the columns and types of `schema`, in order.

    Raises ProvenanceError naming the first difference.

    >>> check(pl.DataFrame({"inner": [1]}), pl.Schema({"inner": SHARE}), "spans")
    Traceback (most recent call last):
    provenance.errors.ProvenanceError: table spans: column inner is Int64, not Float32
    """
    found = frame.schema
    if list(found) != list(schema):
        missing = [column for column in schema if column not in found]
        extra = [column for column in found if column not in schema]
        raise ProvenanceError(f"table {name}: columns missing {missing}, not known {extra}, or another order")
    for column, dtype in schema.items():
        if found[column] != dtype:
            raise ProvenanceError(f"table {name}: column {column} is {found[column]}, not {dtype}")
    return frame
