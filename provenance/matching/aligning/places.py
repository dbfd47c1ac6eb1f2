"""Places in documents, in code points -> words of TOKENS, strings, and counts of words; many places at once."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance.matching.aligning import place_kernels
from provenance.matching.pairs import kernels
from provenance.text.tokens import LARGE_BATCH, octets_of, slices

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.arrays import Array
    from provenance.text.tokens import Tokens


def words_inside(tokens: Tokens, document: Array, start: Array, end: Array) -> tuple[Array, Array]:
    """Stretches of documents (rows) -> the words wholly inside, as half-open int64 ranges of TOKENS."""
    first, last = np.empty(len(document), np.int64), np.empty(len(document), np.int64)
    place_kernels.find_inside(tokens.start, tokens.size, tokens.bounds, document, start, end, first, last)
    return first, last


def cut_out(texts: pl.Series, row: Array, start: Array, end: Array) -> pl.Series:
    """Stretches start:end (code points) of texts[row] -> the strings, in order.

    By Python's strings, in which a place is found at once; in a column's UTF-8 it is sought from the text's start.
    40,000 places of one text of 1.4 MB took 8 s of CPU like that, four times what 20,000 took, and now take .1 s. Each
    text is made a string once, for all its stretches.
    """
    parts: list[str] = [""] * len(row)
    order = np.argsort(row, kind="stable")
    edges = np.flatnonzero(np.diff(row[order], prepend=-1, append=-1))
    for low, high in itertools.pairwise(edges.tolist()):
        text: str = texts[int(row[order[low]])]
        for at in order[low:high].tolist():
            parts[at] = text[start[at] : end[at]]
    return pl.Series(parts, dtype=pl.String)


def by_row(row: Array, place: Array) -> Array:
    """Rows and places in them (0 and more, under 2^33) -> the order by row, then place; a stable sort."""
    if not row.size:
        return np.empty(0, np.int32)
    bits = max(int(row.max()).bit_length(), 1)
    order: Array = kernels.order_by_key((row.astype(np.uint64) << np.uint64(64 - bits)) | place.astype(np.uint64))
    return order


def read_places(
    texts: pl.Series, row: Array, place: Array, read: Callable[..., None], *more: Array, threads: int = 2
) -> Array:
    """Places (code points) of texts[row] -> what a kernel reads there of their UTF-8 (int8), in the order given.

    `read` is called batch by batch with the texts in the form that place_kernels.count_touching takes, with rows and
    places sorted, with `more` in the same order, and with room for its results.
    """
    order = by_row(row, place)
    found = np.empty(row.size, np.int8)
    row, place, columns = row[order], place[order], [column[order] for column in more]
    new = np.diff(row, prepend=-1) != 0
    touched, number = row[new], np.cumsum(new) - 1
    if 2 * touched.size > len(texts):  # to gather half of the texts would copy them, for little
        touched, number = np.arange(len(texts)), row
    chosen = texts if touched.size == len(texts) else texts.gather(touched.astype(np.uint32))

    def one(task: tuple[int, pl.Series]) -> Array:
        first, batch = task
        low, high = np.searchsorted(number, [first, first + len(batch)])
        octets, bounds = octets_of(batch)
        plain = (batch.str.len_chars() == batch.str.len_bytes()).to_numpy()
        result = np.empty(high - low, np.int8)
        read(octets, bounds, plain, number[low:high] - first, place[low:high], *(c[low:high] for c in columns), result)
        return result

    batches = list(slices(chosen, LARGE_BATCH))
    firsts = itertools.accumulate([len(batch) for batch in batches], initial=0)
    with ThreadPoolExecutor(threads) as pool:
        found[order] = np.concatenate([np.empty(0, np.int8), *pool.map(one, zip(firsts, batches, strict=False))])
    return found


class Ranges:
    """Disjoint ranges of words, which count how many of their words lie before a given word."""

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
