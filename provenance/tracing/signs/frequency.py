"""How often words occur in a dump, by a sample of its documents that is the same on every engine.

From the sample tracing also learns all else that it needs to know of a whole dump.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance.tables import CONTENTS
from provenance.text.tokens import tokenize
from provenance.tracing.signs.contents import hash_contents
from provenance.tracing.signs.frequency_kernels import count_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.arrays import Array
    from provenance.text.tokens import Tokens

    Count = Callable[["Array"], "Array"]  # different words (uint64) -> how often each stands (int64)

#: Documents of a sample, about; a smaller dump is taken whole. A share of 3 in 100, as of false dates, is known from it
#: to .0007; its words are some 25 million.
SAMPLE = 1 << 16
WORDS = {"word": pl.UInt64(), "times": pl.Int64()}


def is_sampled(contents: pl.Series, documents: int) -> pl.Series:
    """Hashes of documents' contents -> whether each is in the sample of a dump of so many; of equals all or none."""
    most = min((SAMPLE << 64) // max(documents, 1), (1 << 64) - 1)
    return contents <= pl.Series([most], dtype=CONTENTS)


def hash_all(documents: pl.DataFrame) -> pl.Series | None:
    """All DOCUMENTS -> the hashes of their contents, if the sample has to be chosen by them; else None."""
    return hash_contents(documents) if documents.height > SAMPLE else None


def take_sample(documents: pl.DataFrame, many: int, hashes: pl.Series | None = None) -> pl.Series:
    """DOCUMENTS of a dump of `many`, their hashes if known -> whether each is in the sample."""
    if many <= SAMPLE:  # all of them; nothing has to be hashed to know that
        return pl.repeat(value=True, n=documents.height, dtype=pl.Boolean, eager=True)
    return is_sampled(hash_contents(documents) if hashes is None else hashes, many)


def count_asked(documents: pl.DataFrame, tokens: Tokens | None = None, hashes: pl.Series | None = None) -> Count:
    """All DOCUMENTS, TOKENS and hashes if known -> a function as `counter` gives, which reads when called. *gather*."""

    def count(asked: Array) -> Array:
        times = np.zeros(asked.size, np.int64)
        if asked.size:  # a dump without a slip is not read for this
            chosen = take_sample(documents, documents.height, hashes)
            if tokens is None:
                read, chosen = tokenize(documents["text"].filter(chosen)), chosen.filter(chosen)
            else:
                read = tokens
            half = read.bounds.size // 2
            parts = slice(0, half), slice(half, read.bounds.size - 1)

            def count_part(rows: slice) -> Array:
                found = np.zeros(asked.size, np.int64)
                bounds = read.bounds[rows.start : rows.stop + 1]
                count_words(read.word, bounds, chosen.to_numpy()[rows], asked, found)
                return found

            with ThreadPoolExecutor(2) as pool:
                times = sum(pool.map(count_part, parts), times)
        return np.maximum(times, 1)

    return count


def words_of(words: Array) -> pl.DataFrame:
    """The words of some texts -> word, times."""
    word, times = np.unique(words, return_counts=True)
    return pl.DataFrame({"word": word, "times": times}, schema=WORDS)


def sum_words(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Counted words of parts of the sample -> those that occur more than once, in order."""
    counted = pl.concat(parts).group_by("word").agg(pl.col("times").sum())
    return counted.filter(pl.col("times") > 1).sort("word")


def counter(frequency: pl.DataFrame) -> Count:
    """Counted words -> a function: different words -> how often each occurs; 1 for one not counted, as it was met."""
    words, times = frequency["word"].to_numpy(), frequency["times"].to_numpy()

    def count(asked: Array) -> Array:
        at = np.searchsorted(words, asked)
        known = at < words.size
        known[known] = words[at[known]] == asked[known]
        found = np.ones(asked.size, np.int64)
        found[known] = times[at[known]]
        return found

    return count
