"""Postings as they travel: a shingle, where it stands, and the words within a window of it, by which runs are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from provenance.spark.plan import as_rows

if TYPE_CHECKING:
    import polars as pl

    from provenance.arrays import Array
    from provenance.settings import Settings


def reach(settings: Settings) -> int:
    """Words on either side of its shingle that a posting carries."""
    return settings.window - 1


def anchor(settings: Settings) -> int:
    """Words of a run that two documents have to share: all of such a run stand with its least shingle's posting."""
    return settings.shingle_words + reach(settings)


def width(settings: Settings) -> int:
    """Words that a posting has room for."""
    return settings.shingle_words + 2 * reach(settings)


def cuttings(postings: pl.DataFrame, settings: Settings) -> tuple[Array, Array, Array]:
    """POSTINGS -> which of the words that a row has room for are there, these words, and the bounds of each posting."""
    size = postings["size"].to_numpy()
    inside = np.arange(width(settings)) < size[:, None]
    words = as_rows(postings["words"], np.uint64, width(settings))[inside]
    return inside, words, np.concatenate([np.zeros(1, np.int64), np.cumsum(size, dtype=np.int64)])
