"""A frame of texts -> MinHash signatures that datasketch can use, and whatever else reads its format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
import polars as pl

from provenance.dumps.reading import read_frame
from provenance.errors import UsageError
from provenance.matching.pairs.sketches import as_minhash, sketcher
from provenance.settings import Settings, or_default, with_columns
from provenance.tables import SIGNATURES, empty
from provenance.text.tokens import fold_batches

if TYPE_CHECKING:
    from datasketch import MinHash, MinHashLSH


def sketch(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    text: str | None = None,
    id: str | None = None,  # noqa: A002  the name of the setting and of the column
    settings: Settings | None = None,
) -> pl.DataFrame:
    """A frame with a column of texts -> SIGNATURES, one row a document, sorted by doc_id. *map*.

    Each is what datasketch's MinHash(num_perm, seed) gives for the folded 5-word shingles, bit for bit (see
    `minhashes`). Columns are guessed where none is named, rows without text are left out, and rows without an id get
    one from their place. Raises UsageError where there is no such column. Cost: one pass over the text.

    >>> frame = pl.DataFrame({"body": ["the ferry ran aground on the bar at dawn", "nothing of the kind"]})
    >>> signatures = sketch(frame, text="body")
    >>> signatures["doc_id"].to_list(), signatures["signature"].list.len().to_list()
    (['frame#1', 'frame#2'], [128, 128])
    """
    settings = replace(with_columns(settings, text=text, id=id), until="matches")  # no languages
    documents = read_frame(frame, settings).documents.sort("doc_id")
    signatures = list(fold_batches(documents["text"], sketcher(settings), keep=True))
    if not signatures:
        return empty(SIGNATURES)
    return documents.select("doc_id", signature=pl.Series(np.concatenate(signatures)).cast(SIGNATURES["signature"]))


def minhashes(signatures: pl.DataFrame, settings: Settings | None = None) -> dict[str, MinHash]:
    """SIGNATURES -> datasketch's own object by doc_id, ready for its LSH, and to be updated with more shingles.

    `settings` are those of the sketch, for an object knows its seed and its permutations. Raises UsageError for any
    other frame.

    >>> texts = ["the ferry ran aground on the bar at dawn", "the ferry ran aground on the bar"]
    >>> one, two = minhashes(sketch(pl.DataFrame({"text": texts}))).values()
    >>> round(one.jaccard(two), 1)
    0.6
    """
    settings = or_default(settings)
    return {doc_id: as_minhash(values, settings) for doc_id, values in _rows(signatures, settings).iter_rows()}


def _rows(signatures: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """The columns of SIGNATURES. Raises UsageError where they are none, or not as long as these settings make them.

    Of another length datasketch took them, and no two were ever alike.
    """
    due = "give what sketch makes of a frame of texts"
    if not isinstance(signatures, pl.DataFrame):
        raise UsageError(f"signatures: {type(signatures).__name__} is no Polars DataFrame; {due}")
    if missing := [name for name in SIGNATURES if name not in signatures.columns]:
        raise UsageError(f"signatures: have no column {missing[0]}; {due}")
    try:
        values = signatures["signature"].cast(pl.List(pl.UInt32))
    except pl.exceptions.PolarsError:
        values = pl.Series([None])
    if values.null_count() or values.explode().null_count():
        raise UsageError(f"signatures: column signature holds no lists of numbers of 32 bits; {due}")
    for length in values.list.len().unique().sort().to_list():
        if length != settings.num_perm:
            raise UsageError(
                f"signatures: have {length} permutations, and {settings.num_perm} are due; give the settings of the "
                "sketch, and an LSH of its num_perm"
            )
    return signatures.select(list(SIGNATURES))


def fill_lsh(
    lsh: MinHashLSH, signatures: pl.DataFrame | Iterable[pl.DataFrame], settings: Settings | None = None
) -> int:
    """Put SIGNATURES into datasketch's LSH, in memory or on Redis -> how many it did not have yet.

    They may also come bit by bit, as an index gives them. `settings` are those of the signatures; the number of
    permutations is that of the LSH, if none are given. Raises UsageError for any other frame, or number.

    >>> from datasketch import MinHashLSH
    >>> lsh = MinHashLSH(threshold=0.5, num_perm=128)
    >>> signatures = sketch(pl.DataFrame({"id": ["a"], "text": ["the ferry ran aground on the bar at dawn"]}))
    >>> fill_lsh(lsh, signatures), fill_lsh(lsh, [signatures])
    (1, 0)
    """
    from datasketch import LeanMinHash  # noqa: PLC0415  0.6 s of imports

    settings = replace(Settings(), num_perm=lsh.h) if settings is None else settings
    added = 0
    with lsh.insertion_session() as session:  # on Redis, many at a time
        for part in _parts(signatures):
            for doc_id, found in minhashes(part, settings).items():
                if doc_id not in lsh:
                    session.insert(doc_id, LeanMinHash(found))
                    added += 1
    return added


def _parts(signatures: pl.DataFrame | Iterable[pl.DataFrame]) -> Iterable[pl.DataFrame]:
    """What was given bit by bit as it comes; a frame of any library as one, so that it is told what it is."""
    if isinstance(signatures, pl.DataFrame) or hasattr(type(signatures), "columns"):
        return [cast("pl.DataFrame", signatures)]
    return signatures if isinstance(signatures, Iterable) else [signatures]
