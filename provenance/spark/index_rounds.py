"""Rounds that make an index: documents -> their rows, and their postings by prefix of the key; and looking these up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from provenance.errors import DamagedIndexError
from provenance.index.checksums import blob_checksum
from provenance.index.incoming import keep, keys_of
from provenance.index.making import fresh_manifest
from provenance.index.manifest import Manifest, Segment
from provenance.index.postings import Postings, in_order, name_postings
from provenance.index.rows import digest_of, to_rows
from provenance.index.segments import bits_for
from provenance.index.storage import DOCUMENT_COLUMNS
from provenance.spark.pieces import Sent
from provenance.spark.plan import BLOB, ENTRY, SCHEMAS, count
from provenance.tables import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from provenance.arrays import Array
    from provenance.settings import Settings
    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan

PREFIX_BITS = 8  # keys that begin with the same bits have one folder: of 10^10 documents 60 GB each, in many files


def keep_home(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's DOCUMENTS, whose row is their number -> what an index STORES of them, and ENTRIES by prefix."""
    numbered = given["documents"].sort("row")
    numbers, documents = numbered["row"].to_numpy(), numbered.select(list(DOCUMENTS))
    kept = keep(documents, keys_of(documents, plan.settings, every=False), plan.settings)
    digests = [digest_of(text) for text in documents["text"].to_list()]
    rows = list(to_rows(documents, numbers.tolist(), digests, kept.lines))
    columns = dict(zip(DOCUMENT_COLUMNS, zip(*rows, strict=True), strict=True))
    yield Sent("stored", pl.DataFrame({**columns, "content": kept.texts}, schema=SCHEMAS["stored"]), 0)
    own = kept.postings._replace(document=numbers.astype(np.uint32)[kept.postings.document])
    for name, postings in (("entries", own), ("names", name_postings(documents["doc_id"].to_list(), numbers))):
        frame = pl.DataFrame(postings._asdict(), schema=ENTRY)
        yield Sent(name, frame, (postings.key >> np.uint32(32 - PREFIX_BITS)).astype(np.int64))
        yield Sent("counts", count(name, frame.height), 0)
    yield Sent("counts", count("characters", int(documents["text"].str.len_chars().cast(pl.Int64).sum())), 0)
    houses = documents.drop_nulls("outlet").group_by("outlet").agg(articles=pl.len().cast(pl.Int64))
    yield Sent("houses", houses, 0)


def cut_blobs(bits: dict[str, int], _plan: Plan, prefix: int, given: Tables) -> Iterator[Sent]:
    """ENTRIES of one prefix -> BLOBS of the parts of its keys, as an index in one file has them."""
    for name, made in (("entries", "blobs"), ("names", "name_blobs")):
        if name not in given:
            continue
        postings = in_order(Postings(*(given[name][column].to_numpy() for column in ENTRY)))
        parts = postings.key.astype(np.int64) >> (32 - bits[name])
        first, edges = np.unique(parts, return_index=True)
        ends = np.append(edges[1:], parts.size).tolist()
        columns = [column.astype("<u4") for column in postings]
        blobs = [
            b"".join(column[low:high].tobytes() for column in columns) for low, high in zip(edges, ends, strict=True)
        ]
        checks = [blob_checksum(part, blob) for part, blob in zip(first.tolist(), blobs, strict=True)]
        yield Sent(made, pl.DataFrame({"part": first, "content": blobs, "checksum": checks}, schema=BLOB), prefix)


def divide(postings: int) -> int:
    """How many first bits of a key divide so many postings into parts: no fewer than name a folder."""
    return max(PREFIX_BITS, bits_for(postings))


def describe(
    settings: Settings, sizes: dict[str, int], outlets: dict[str, int], counts: tuple[int, int, int]
) -> Manifest:
    """Numbers of entries and names, documents by outlet, and (documents, characters, last number) -> the manifest."""
    manifest = fresh_manifest(settings)
    manifest.documents, manifest.characters, last = counts
    manifest.following, manifest.segment, manifest.outlets = last + 1, len(sizes), outlets
    manifest.segments, manifest.names = (
        [Segment(number, divide(sizes[name]), sizes[name], 1, last)] for number, name in enumerate(("entries", "names"))
    )
    return manifest


def as_one_part(raw: Array, _first: int, _last: int) -> tuple[Array, Array]:
    """Postings as one part, as `Storage.read_raw` gives parts."""
    return raw.reshape(-1), np.array([0, raw.shape[1]], np.int64)


def find_met(
    keys: Callable[[], Array], bits: int, place: str
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Sorted keys -> what Spark calls with batches of BLOBS, to keep only postings with one of these keys."""

    def run(found: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        asked = keys()
        for batch in found:
            parts, contents = [], []
            for part, content, checksum in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                low, high = np.searchsorted(asked.astype(np.int64), [part << (32 - bits), (part + 1) << (32 - bits)])
                if low == high:
                    continue
                if blob_checksum(part, content) != checksum:
                    raise DamagedIndexError(f"{place}: damaged (part {part}); make it anew")
                postings = np.frombuffer(content, "<u4").reshape(3, -1)
                parts.append(part)
                contents.append(postings[:, np.isin(postings[0], asked[low:high])].tobytes())
            if parts:
                yield pa.RecordBatch.from_arrays(
                    [pa.array(parts, pa.int64()), pa.array(contents, pa.binary())], ["part", "content"]
                )

    return run
