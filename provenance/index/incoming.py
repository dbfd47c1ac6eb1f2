"""New documents -> what they are looked up by, and what is kept of them: all that can be made without the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
import zstandard

from provenance.index.comparing import read_text
from provenance.index.postings import find_keys, pack_lines, to_postings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provenance.index.postings import Keys, Postings
    from provenance.settings import Settings

LEVEL = 3  # of zstd: 6 costs twice the time for 3 % less


class Kept(NamedTuple):
    """What an index keeps of some documents, beside their labels."""

    postings: Postings  # whose documents are rows
    lines: list[bytes]  # packed, one a document
    texts: list[bytes]  # compressed, one a document

    def take(self, rows: Sequence[int]) -> Kept:
        """The same for some of the documents, by ascending rows, which then count from 0."""
        if len(rows) == len(self.texts):
            return self
        row = np.full(len(self.texts), -1, np.int64)
        row[rows] = np.arange(len(rows))
        chosen = self.postings.take(row[self.postings.document] >= 0)
        renamed = row[chosen.document].astype(np.uint32)
        return Kept(chosen._replace(document=renamed), [self.lines[at] for at in rows], [self.texts[at] for at in rows])


def keys_of(documents: pl.DataFrame, settings: Settings, *, every: bool = True) -> Keys:
    """DOCUMENTS in rows -> what they are looked up by, or, without `every` shingle, stored under. *map*.

    Their ids do not matter, and may be given twice.
    """
    rows = pl.int_range(pl.len(), dtype=pl.Int64).cast(pl.String).str.zfill(10)
    text = read_text(documents.with_columns(doc_id=rows))
    return find_keys(text.tokens, text.layout, settings, every=every)


def keep(documents: pl.DataFrame, keys: Keys, settings: Settings) -> Kept:
    """DOCUMENTS in rows and their keys -> Kept. *map*."""
    compressor = zstandard.ZstdCompressor(level=LEVEL)
    texts = [compressor.compress(text.encode()) for text in documents["text"].to_list()]
    return Kept(to_postings(keys, documents.height, settings), pack_lines(keys.lines, documents.height), texts)
