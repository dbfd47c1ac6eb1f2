"""A batch of new documents and what was seen before -> FINDINGS, whatever the index is stored in."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance import tables
from provenance.index.candidates import find_pairs, look_up
from provenance.index.comparing import compare, compare_whole, finish, to_findings
from provenance.index.incoming import keep, keys_of
from provenance.index.making import fresh_manifest
from provenance.index.naming import name_new
from provenance.index.notices import find_notices, no_notices
from provenance.index.postings import name_postings, to_queries
from provenance.index.rows import to_rows
from provenance.index.seen import Seen
from provenance.index.storage import Storage

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from provenance.index.incoming import Kept
    from provenance.index.naming import Named
    from provenance.index.seen import Stored
    from provenance.settings import Settings

COMPARED = 8192  # pairs verified at a time, with their texts in memory: 20 MB of news


class Asked(NamedTuple):
    """What a check is to heed."""

    since: dt.datetime | None  # older documents of the index do not count
    verdicts: pl.DataFrame | None
    origins: bool  # whether to trace what matches


def check_aside(
    batches: Iterable[pl.DataFrame], stored: Stored, settings: Settings, asked: Asked
) -> Iterator[pl.DataFrame]:
    """DOCUMENTS batch by batch -> FINDINGS of each against what is `stored`, only read, and those before it."""
    with ExitStack() as stack:
        stack.enter_context(stored.reading())
        following = stored.read_manifest().following
        beside = Storage.temporary(replace(fresh_manifest(settings), following=following))
        stack.callback(beside.close)
        for batch in batches:
            with beside.writing():
                findings = check_batch(batch, beside, Seen([stored, beside], settings), following, asked)
            yield findings


def take_in(storage: Storage, seen: Seen, new: Named, kept: Kept) -> None:
    """Write new documents to `storage`, the last of `seen`."""
    if not new.fresh:
        return
    manifest = seen.manifests[-1]
    first, count = manifest.following, len(new.fresh)
    last, numbers = first + count - 1, np.arange(first, first + count)
    storage.write_documents(to_rows(new.documents, numbers.tolist(), new.digests, kept.lines))
    storage.write_texts(zip(numbers.tolist(), kept.texts, strict=True))
    outlets = new.documents["outlet"].drop_nulls().to_list()
    manifest.documents += count
    manifest.outlets = dict(sorted((Counter(manifest.outlets) + Counter(outlets)).items()))
    manifest.characters += int(new.documents["text"].str.len_chars().sum())
    manifest.following += count
    postings = kept.postings._replace(document=kept.postings.document + np.uint32(first))
    storage.write_segment(manifest, manifest.segments, postings, first, last)
    names = name_postings(new.documents["doc_id"].to_list(), numbers)
    storage.write_segment(manifest, manifest.names, names, first, last)
    storage.write_manifest(manifest)


def check_batch(batch: pl.DataFrame, storage: Storage, seen: Seen, horizon: int, asked: Asked) -> pl.DataFrame:
    """One batch -> FINDINGS. First `storage`, the last of `seen`, takes it in, so that all is looked up alike."""
    new = name_new(batch, seen)
    keys = keys_of(new.documents, seen.settings)
    numbers = np.arange(seen.following, seen.following + len(new.fresh))
    outlets = new.documents["outlet"].to_list()
    articles = seen.articles_before(outlets)
    take_in(storage, seen, new, keep(new.documents, keys, seen.settings))
    queries = to_queries(keys)
    found = look_up(queries, seen.blobs(queries), numbers, seen.settings)
    if seen.settings.level == "document":  # a notice is a passage
        notices = no_notices(found)
    else:
        notices = find_notices(queries, found, outlets, articles, seen.read_outlets, seen.settings)
    pairs = find_pairs(queries, found.take(~notices.found), keys, seen.read_lines, seen.settings)
    table = pl.DataFrame({"row": pairs.row, "number": pairs.number, "linked": pairs.linked})
    own = pl.DataFrame({"doc_id": new.documents["doc_id"].gather(notices.row), "place": notices.place})
    parts = [
        *_verify(new.documents, table, own, seen, horizon, asked),
        _known(new, batch, seen),
    ]
    rows = pl.Series([*new.fresh, *new.known], dtype=pl.Int64)
    return pl.concat(parts)[rows.arg_sort()]


def _verify(
    fresh: pl.DataFrame,
    pairs: pl.DataFrame,
    notices: pl.DataFrame,
    seen: Seen,
    horizon: int,
    asked: Asked,
) -> Iterator[pl.DataFrame]:
    """Pairs of rows of `fresh` and numbers -> FINDINGS of `fresh`, for as many rows at a time as fit."""
    due = np.cumsum(np.bincount(pairs["row"].to_numpy(), minlength=fresh.height)) // COMPARED
    edges = np.append(np.flatnonzero(np.diff(due, prepend=-1)), fresh.height).tolist()
    for low, high in pairwise(edges):
        incoming = fresh[low:high].with_row_index("row", low).cast({"row": pl.Int64})
        these = pairs.filter(pl.col("row").is_between(low, high - 1))
        older = seen.read(these["number"].unique().sort().to_list())
        if asked.since is not None:
            counts = (pl.col("number") >= horizon) | (pl.col("published") >= asked.since).fill_null(value=True)
            older = older.filter(counts)
        named = these.join(incoming.select("row", "doc_id"), on="row").join(
            older.select("number", matched_doc="doc_id"), on="number"
        )
        older, incoming = older.select(list(tables.DOCUMENTS)), incoming.drop("row")
        whole = pl.concat([incoming, older.join(incoming, on="doc_id", how="anti")])
        named = named.select("doc_id", "matched_doc", "linked")
        if seen.settings.level == "document":
            found = compare_whole(whole, named, seen.settings, verdicts=asked.verdicts)
        else:
            found = compare(whole, named, notices, seen.settings, origins=asked.origins, verdicts=asked.verdicts)
        yield to_findings(incoming, older, found)


def _known(new: Named, batch: pl.DataFrame, seen: Seen) -> pl.DataFrame:
    """FINDINGS of the documents that the index has already: duplicates of themselves."""
    names = seen.find_names(new.names)
    stored = seen.read(sorted({known.number for known in names.values()}))
    stored = stored.select("outlet", "published", doc_id="doc_id")
    rows = pl.DataFrame({"doc_id": new.names}, schema={"doc_id": pl.String()})
    rows = rows.join(stored, on="doc_id", how="left", maintain_order="left")
    return finish(
        rows.select(
            "doc_id",
            path=batch["path"][new.known],
            verdict=pl.lit("duplicate"),
            matched_doc="doc_id",
            matched_outlet="outlet",
            matched_published="published",
            jaccard=pl.lit(1.0),
            left_containment=pl.lit(1.0),
            right_containment=pl.lit(1.0),
            recycled_share=pl.lit(1.0),
            already_indexed=pl.lit(value=True),
        )
    )
