"""Places in documents (code points) -> words of TOKENS, and words counted, for many places at once."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from provenance.matching import place_kernels
from provenance.matching.equal_texts import unique
from provenance.text.tokens import LARGE_BATCH, octets_of, slices

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.text.tokens import Tokens

Array = np.ndarray[Any, Any]


def rank(values: Array, low: Array, high: Array, wanted: Array) -> Array:
    """For each query the first index in low..high whose value is not below `wanted`, or high; int64.

    `values` ascends inside each low..high only, so numpy's own searchsorted cannot serve, and a key of document and
    place would cost 8 bytes for every word read.
    """
    found = np.empty(len(low), np.int64)
    place_kernels.rank(values, low.astype(np.int64), high.astype(np.int64), wanted.astype(np.int64), found)
    return found


def words_inside(tokens: Tokens, document: Array, start: Array, end: Array) -> tuple[Array, Array]:
    """Stretches of documents (rows) -> the words wholly inside, as half-open int64 ranges of TOKENS."""
    low, high = tokens.bounds[document], tokens.bounds[document + 1]
    first = rank(tokens.start, low, high, start)
    last = rank(tokens.start, low, high, end)
    cut = last > first
    cut[cut] = tokens.ends(last[cut] - 1) > end[cut]  # the last one begins inside and ends outside
    return first, np.maximum(first, last - cut)


def cut_out(texts: pl.Series, row: Array, start: Array, end: Array) -> pl.Series:
    """Stretches start:end (code points) of texts[row] -> the strings, in order.

    Python finds a place in a string at once, where a column's UTF-8 is walked through from its start: 40,000 places of
    one text of 1.4 MB took 8 s of CPU, four times what 20,000 did, and take .1 s so. Texts are taken up one at a time,
    for all the stretches of each.
    """
    parts: list[str] = [""] * len(row)
    order = np.argsort(row, kind="stable")
    edges = np.flatnonzero(np.diff(row[order], prepend=-1, append=-1))
    for low, high in itertools.pairwise(edges.tolist()):
        text: str = texts[int(row[order[low]])]
        for at in order[low:high].tolist():
            parts[at] = text[start[at] : end[at]]
    return pl.Series(parts, dtype=pl.String)


def read_places(
    texts: pl.Series, row: Array, place: Array, read: Callable[..., None], *more: Array, threads: int = 2
) -> Array:
    """Places (code points) of texts[row] -> what a kernel reads there of their UTF-8 (int8), in the order given.

    `read` is called with a batch of texts as count_touching has them, with rows and places sorted, `more` in the same
    order, and room for its results.
    """
    order = np.argsort((row.astype(np.int64) << 32) | place)
    found = np.empty(row.size, np.int8)
    touched = unique(row.astype(np.int64))
    number, place, columns = np.searchsorted(touched, row[order]), place[order], [column[order] for column in more]

    def one(task: tuple[int, pl.Series]) -> Array:
        first, batch = task
        low, high = np.searchsorted(number, [first, first + len(batch)])
        octets, bounds = octets_of(batch)
        plain = (batch.str.len_chars() == batch.str.len_bytes()).to_numpy()
        result = np.empty(high - low, np.int8)
        read(octets, bounds, plain, number[low:high] - first, place[low:high], *(c[low:high] for c in columns), result)
        return result

    batches = list(slices(texts.gather(touched.astype(np.uint32)), LARGE_BATCH))
    firsts = itertools.accumulate([len(batch) for batch in batches], initial=0)
    with ThreadPoolExecutor(threads) as pool:
        found[order] = np.concatenate([np.empty(0, np.int8), *pool.map(one, zip(firsts, batches, strict=False))])
    return found


def row_numbers(column: pl.Series, ids: pl.Series) -> Array:
    """Document ids -> their rows in `ids`, which holds them all; int64."""
    rows = ids.alias("id").to_frame().with_row_index("row")
    found = column.alias("id").to_frame().join(rows, on="id", how="left", maintain_order="left")["row"]
    assert not found.null_count(), f"{column.name}: a document that DOCUMENTS does not hold"
    return found.cast(pl.Int64).to_numpy()


class Ranges:
    """Disjoint ranges of words: how many words of theirs lie before a word."""

    def __init__(self, first: Array, last: Array) -> None:
        order = np.lexsort((last, first))
        first, last = first[order], last[order]
        # Ranges that overlap (nothing forbids it in a table from elsewhere) are cut, so that no word counts
        # twice.
        reached = np.maximum.accumulate(np.concatenate([np.zeros(1, np.int64), last]))[:-1]
        self.first = np.maximum(first, reached)
        self.length = np.maximum(last - self.first, 0)
        self.before = np.concatenate([np.zeros(1, np.int64), np.cumsum(self.length)])

    def count(self, word: Array) -> Array:
        """How many words of the ranges stand before each `word`; int64."""
        if not len(self.first):
            return np.zeros(len(word), np.int64)
        at = np.searchsorted(self.first, word, side="right") - 1
        inside = np.clip(word - self.first[at], 0, self.length[at])
        return np.where(at < 0, 0, self.before[at] + inside)
