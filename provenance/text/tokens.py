"""Texts -> folded words with their places: TOKENS, flat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from provenance.text import fold_table, kernels

Array = np.ndarray[Any, Any]

BATCH_BYTES = 4 << 20  # a batch's arrays stay near the size of a core's share of the cache, and threads share evenly


class Tokens(NamedTuple):
    """The folded words of some documents; words of document d are bounds[d]:bounds[d + 1].

    Places are code points, 0-based, half-open, in that document's text.
    """

    bounds: Array  # int64 [documents + 1]
    word: Array  # uint64 [words], xxh64 of the folded word's UTF-8
    start: Array  # int32 [words]
    end: Array  # int32 [words]
    gap: Array  # uint8 [words], what stands before the word: kernels.NOTHING, SENTENCE, LINE, PARAGRAPH

    def words(self, document: int) -> slice:
        """The words of one document, by its row."""
        return slice(int(self.bounds[document]), int(self.bounds[document + 1]))


class Folded(NamedTuple):
    """One batch as the kernel leaves it: `tokens` and the folded bytes themselves."""

    tokens: Tokens
    octets: Array  # uint8, words joined by single spaces
    first_byte: Array  # int64 [words + 1]; word w is octets[first_byte[w] : first_byte[w + 1] - 1]


def fold_batch(texts: list[str]) -> Folded:
    """Texts -> their folded words. Cost: one pass over the bytes."""
    encoded = [text.encode("utf-8", "replace") for text in texts]
    bounds = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(octets) for octets in encoded], out=bounds[1:])
    octets = np.frombuffer(b"".join(encoded) or b"\0", np.uint8)
    table = fold_table.load()
    most_words = int(bounds[-1]) // 2 + len(texts) + 2
    first_byte = np.empty(most_words + 1, np.int64)
    start, stop = np.empty(most_words, np.int32), np.empty(most_words, np.int32)
    gap, word = np.empty(most_words, np.uint8), np.empty(most_words, np.uint64)
    words = np.zeros(len(texts) + 1, np.int64)
    size = int(bounds[-1]) + most_words + 4096
    while True:
        folded = np.empty(size, np.uint8)
        if kernels.fold_documents(octets, bounds, *table, folded, first_byte, start, stop, gap, word, words):
            break
        size *= 4  # Hangul and ligatures fold to several times their bytes
    count = int(words[-1])
    tokens = Tokens(words, word[:count], start[:count], stop[:count], gap[:count])
    return Folded(tokens, folded, first_byte[: count + 1])


def batches(texts: pl.Series) -> Iterator[list[str]]:
    """Texts in order, in lists of about BATCH_BYTES."""
    sizes = texts.str.len_bytes().fill_null(0).to_numpy()
    ends = np.cumsum(sizes, dtype=np.int64)
    first = 0
    while first < len(texts):
        base = int(ends[first] - sizes[first])
        last = max(first + 1, int(np.searchsorted(ends, base + BATCH_BYTES, side="right")))
        yield texts.slice(first, last - first).fill_null("").to_list()
        first = last


def tokenize(texts: pl.Series, also: Callable[[Folded], Array] | None = None, threads: int = 2) -> Tokens:
    """Texts (String) -> TOKENS of all. *map*; 17 bytes a word are kept.

    `also` is called with each batch while its folded bytes are at hand (sketching), in row order of its results:
    its arrays are concatenated and can be read with `tokenize_and`.
    """
    return tokenize_and(texts, also, threads)[0]


def tokenize_and(
    texts: pl.Series, also: Callable[[Folded], Array] | None, threads: int = 2
) -> tuple[Tokens, Array | None]:
    """Texts -> (TOKENS, the concatenated arrays that `also` made of each batch)."""

    def one(batch: list[str]) -> tuple[Tokens, Array | None]:
        folded = fold_batch(batch)
        made = also(folded) if also else None
        kept = [np.array(column) for column in folded.tokens]  # copies: views would keep the larger scratch alive
        return Tokens(*kept), made

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(one, batches(texts)))
    made = [extra for _, extra in parts if extra is not None]
    return join([tokens for tokens, _ in parts]), np.concatenate(made) if made else None


def join(parts: list[Tokens]) -> Tokens:
    """TOKENS of consecutive rows -> TOKENS of all; takes `parts` apart as it goes, so that memory does not double."""
    if len(parts) == 1:
        return parts[0]
    counts = np.concatenate([np.zeros(1, np.int64), *(np.diff(part.bounds) for part in parts)])
    columns: list[list[Array]] = [list(column) for column in zip(*(part[1:] for part in parts), strict=True)]
    parts.clear()
    joined = []
    for column, dtype in zip(columns or [[], [], [], []], (np.uint64, np.int32, np.int32, np.uint8), strict=True):
        joined.append(np.concatenate(column) if column else np.empty(0, dtype))
        column.clear()
    return Tokens(np.cumsum(counts), *joined)
