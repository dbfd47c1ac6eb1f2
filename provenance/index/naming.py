"""Incoming documents -> under which ids they are new to an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from provenance.index.rows import digest_of, version_of

if TYPE_CHECKING:
    from provenance.index.seen import Seen


class Named(NamedTuple):
    """A batch of documents, told apart by whether the index has them."""

    documents: pl.DataFrame  # those it does not have, under the ids they get
    digests: list[bytes]  # of their texts
    fresh: list[int]  # their rows in the batch
    known: list[int]  # the other rows: the same id with the same text
    names: list[str]  # of those


def name_new(batch: pl.DataFrame, seen: Seen) -> Named:
    """DOCUMENTS -> Named: another text under a known id is a version of it, `ID@` and 12 hex digits of its hash."""
    ids = batch["doc_id"].to_list()
    digests = [digest_of(text) for text in batch["text"].to_list()]
    taken = {name: known.digest for name, known in seen.find_names(ids).items()}
    versions = {version_of(doc_id, digest) for doc_id, digest in zip(ids, digests, strict=True) if doc_id in taken}
    if len(set(ids)) < len(ids):
        versions |= {version_of(doc_id, digest) for doc_id, digest in zip(ids, digests, strict=True)}
    taken |= {name: known.digest for name, known in seen.find_names(sorted(versions)).items()}
    named = Named(batch, [], [], [], [])
    given = []
    for row, (doc_id, digest) in enumerate(zip(ids, digests, strict=True)):
        name = doc_id if taken.get(doc_id, digest) == digest else version_of(doc_id, digest)
        if name in taken:
            named.known.append(row)
            named.names.append(name)
        else:
            taken[name] = digest
            named.fresh.append(row)
            named.digests.append(digest)
            given.append(name)
    documents = batch[named.fresh].with_columns(doc_id=pl.Series(given, dtype=pl.String))
    return named._replace(documents=documents)
