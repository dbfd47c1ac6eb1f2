"""Texts -> keys of what they say: by these a decision finds its texts again, under other ids and on other machines.

A key is made of the folded words and not of the hashes that matching uses, so that it outlives a change there.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.text.tokens import fold_batch, fold_batches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.text.tokens import Folded

DIGITS = 24  # hex, 96 bits: the chance that any two of 10^9 texts get one key is 1 in 10^11
PLACES = pl.Schema({"row": pl.Int64(), "start": pl.Int64(), "end": pl.Int64()})


class Contents(NamedTuple):
    """What some texts say."""

    keys: pl.Series  # one a text; null where it has no words
    places: pl.DataFrame  # row, start, end (code points) of every stretch that was asked for


class _Wanted(NamedTuple):
    """Stretches of as many words, as keys spell them."""

    sums: NDArray[np.int64]  # of their folded bytes
    digests: frozenset[str]


def read_contents(texts: pl.Series, passages: Sequence[str] = ()) -> Contents:
    """Texts, keys of passages -> Contents. *map*; one pass over the words, and one for each length of passage."""
    wanted = _by_words(passages)
    keys: list[str | None] = []
    places: list[tuple[int, int, int]] = []
    for some, found in fold_batches(texts, lambda folded: (_keys(folded), _find(folded, wanted)), keep=True):
        places += [(row + len(keys), start, end) for row, start, end in found]
        keys += some
    return Contents(pl.Series("key", keys, dtype=pl.String), pl.DataFrame(places, schema=PLACES, orient="row"))


def passage_key(text: str) -> str:
    """A passage -> WORDS.SUM.DIGEST: how many folded words, the sum of their bytes, their digest; empty without words.

    The first two find the few places in a dump whose digest is worth taking.

    >>> passage_key("Read more: Naïve!") == passage_key("read more NAIVE")
    True
    """
    folded = fold_batch([text])
    words = folded.tokens.word.size
    if not words:
        return ""
    octets = _octets(folded, 0, words)
    return f"{words}.{int(octets.sum(dtype=np.int64))}.{_digest(octets)}"


def _octets(folded: Folded, first: int, last: int) -> Array:
    """The folded words first:last, joined by single spaces; uint8."""
    octets: Array = folded.octets[folded.first_byte[first] : folded.first_byte[last] - 1]
    return octets


def _digest(octets: Array) -> str:
    return hashlib.blake2b(octets.tobytes(), digest_size=DIGITS // 2).hexdigest()


def _keys(folded: Folded) -> list[str | None]:
    bounds = folded.tokens.bounds.tolist()
    return [_digest(_octets(folded, first, last)) if last > first else None for first, last in pairwise(bounds)]


def _by_words(passages: Sequence[str]) -> dict[int, _Wanted]:
    parts: dict[int, list[tuple[int, str]]] = {}
    for key in sorted(set(passages)):
        words, total, digest = key.split(".")
        parts.setdefault(int(words), []).append((int(total), digest))
    return {
        words: _Wanted(np.array([total for total, _ in some]), frozenset(digest for _, digest in some))
        for words, some in parts.items()
    }


def _find(folded: Folded, wanted: dict[int, _Wanted]) -> list[tuple[int, int, int]]:
    """Row, start and end of each stretch of one batch that is wanted; where two overlap, the first of the longest."""
    if not wanted:
        return []
    tokens = folded.tokens
    count = tokens.word.size
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(folded.octets[: folded.first_byte[-1]], dtype=np.int64)])
    document = np.repeat(np.arange(tokens.bounds.size - 1), np.diff(tokens.bounds))
    taken = np.zeros(count, np.bool_)
    places = []
    for words, (totals, digests) in sorted(wanted.items(), reverse=True):
        if words > count:
            continue
        first = np.arange(count - words + 1)
        total = sums[folded.first_byte[first + words] - 1] - sums[folded.first_byte[first]]
        hits = np.isin(total, totals) & (document[first] == document[first + words - 1])
        for word in np.flatnonzero(hits).tolist():
            last = word + words
            if taken[word:last].any() or _digest(_octets(folded, word, last)) not in digests:
                continue
            taken[word:last] = True
            end = int(tokens.start[last - 1]) + int(tokens.size[last - 1])
            places.append((int(document[word]), int(tokens.start[word]), end))
    return sorted(places)
