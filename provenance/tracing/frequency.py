"""How often words stand in a dump, by a sample of its documents that is the same on every engine.

What tracing has to know of a whole dump it learns from so many documents: more would say the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from provenance.tables import CONTENTS
from provenance.text.tokens import tokenize
from provenance.tracing.contents import hash_contents

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.text.tokens import Tokens

Array = np.ndarray[Any, Any]
#: Documents of a sample, about; a smaller dump is taken whole. A share of 3 in 100, as of false dates, is known from it
#: to .0007; its words are some 25 million.
SAMPLE = 1 << 16
FEW = 64  # of news some 50 words are asked about in 10,000 articles, of a story of 5,000 copies 800
WORDS = {"word": pl.UInt64(), "times": pl.Int64()}


def is_sampled(contents: pl.Series, documents: int) -> pl.Series:
    """Hashes of what is in documents -> whether each is in the sample of a dump of so many; equal ones together."""
    most = min((SAMPLE << 64) // max(documents, 1), (1 << 64) - 1)
    return contents <= pl.Series([most], dtype=CONTENTS)


def take_sample(documents: pl.DataFrame, many: int) -> pl.Series:
    """Some DOCUMENTS of a dump of so many -> whether each is in the sample."""
    if many <= SAMPLE:  # all of them; nothing has to be hashed to know that
        return pl.repeat(value=True, n=documents.height, dtype=pl.Boolean, eager=True)
    return is_sampled(hash_contents(documents), many)


def count_asked(documents: pl.DataFrame, tokens: Tokens | None = None) -> Callable[[int], int]:
    """All DOCUMENTS, TOKENS if known -> a function as `counter` gives, which reads them when first asked. *gather*.

    A word is counted as it is asked for; from FEW words on all are, which takes as long as 65 of
    them (of three million words).
    """
    sample: list[Array] = []
    every: list[Callable[[int], int]] = []
    asked = 0

    @lru_cache(1 << 16)
    def count(word: int) -> int:
        nonlocal asked
        asked += 1
        if every:
            return every[0](word)
        if not sample:
            sample.append(_read_sample(documents, tokens))
        if asked <= FEW:
            return max(1, int(np.count_nonzero(sample[0] == np.uint64(word))))
        every.append(counter(sum_words([words_of(sample.pop())])))
        return every[0](word)

    return count


def _read_sample(documents: pl.DataFrame, tokens: Tokens | None) -> Array:
    """All DOCUMENTS, TOKENS if known -> the words of those in the sample."""
    chosen = take_sample(documents, documents.height)
    if tokens is None:
        return tokenize(documents["text"].filter(chosen)).word
    if chosen.all():
        return tokens.word
    return np.concatenate([tokens.word[:0], *(tokens.word[tokens.words(at)] for at in chosen.arg_true())])


def words_of(words: Array) -> pl.DataFrame:
    """The words of some texts -> word, times."""
    word, times = np.unique(words, return_counts=True)
    return pl.DataFrame({"word": word, "times": times}, schema=WORDS)


def sum_words(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Counted words of parts of the sample -> those that stand more than once, in order."""
    counted = pl.concat(parts).group_by("word").agg(pl.col("times").sum())
    return counted.filter(pl.col("times") > 1).sort("word")


def counter(frequency: pl.DataFrame) -> Callable[[int], int]:
    """Counted words -> a function that says how often a word stands; 1 of others, for it was met in a text."""
    words, times = frequency["word"].to_numpy(), frequency["times"].to_numpy()

    @lru_cache(1 << 16)
    def count(word: int) -> int:
        at = int(np.searchsorted(words, np.uint64(word)))
        return int(times[at]) if at < len(words) and int(words[at]) == word else 1

    return count
