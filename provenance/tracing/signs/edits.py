"""Pairs of texts, word by word -> what became of the words of one in the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.text.tokens import batches, in_order, octets_of
from provenance.tracing.signs.edit_kernels import find_edits, place_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.text.tokens import Tokens
    from provenance.tracing.signs.bodies import Bodies

BATCH_WORDS = 1 << 19  # of both sides of its pairs, 30 bytes a word
AHEAD = 8  # batches that the kernels' thread may be ahead of who reads their edits: 126 MB


class Text(NamedTuple):
    """One document, folded: word w (its hash) stands at start[w]:end[w] of `text`, in code points; gap[w] is before it.

    Its boilerplate is left out, so words are counted without it, and places are those in the whole text.

    Views of the arrays of many documents: to make lists of five million words took longer than to compare them.
    """

    text: str
    word: memoryview
    start: memoryview
    end: memoryview
    gap: memoryview


class Edit(NamedTuple):
    """Words one:two of the left text that became words three:four of the right; either may be none."""

    one: int
    two: int
    three: int
    four: int


class Edited(NamedTuple):
    """A row of the pairs that are compared: its two texts, and their edits."""

    row: int
    left: Text
    right: Text
    edits: list[Edit]


class _Compared(NamedTuple):
    """Some rows of pairs as the kernels leave them."""

    first: int  # row
    ends: NDArray[np.int64]  # [rows]: where the edits of each row end
    edits: NDArray[np.int64]  # [edits, 4]: by the words of all its texts
    sides: NDArray[np.int64]  # [2, rows]: numbers of texts
    texts: pl.Series
    bounds: NDArray[np.int64]  # [texts + 1]
    columns: tuple[Array, ...]  # `word`, `start`, `end` and `gap` of all its texts, one after another


def edits_of(left: pl.Series, right: pl.Series, documents: pl.DataFrame, bodies: Bodies) -> Iterator[Edited]:
    """Ids of both sides of pairs, DOCUMENTS, BODIES -> EDITED of the rows with edits that may be a sign, in order.

    The first 3,000 words of each text are compared (edit_kernels.WORDS), without boilerplate; another thread begins at
    once, before the first row is asked for. Which of several longest common subsequences is taken hangs on which text
    is on the left. Cost: the product of the words of both sides over 64, .02 ms for two articles of 400 words, and as
    much to find their words among the bytes.
    """
    ids = pl.concat([left, right]).unique().sort()
    texts = documents.select("doc_id", "text").filter(pl.col("doc_id").is_in(ids.implode())).sort("doc_id")["text"]
    names = pl.Enum(ids)
    sides = np.stack([side.cast(names).to_physical().to_numpy().astype(np.int64) for side in (left, right)])
    at = np.array([bodies.row[doc_id] for doc_id in ids], np.int64)
    words = np.diff(bodies.tokens.bounds)[at][sides].sum(axis=0) if at.size else np.empty(0, np.int64)

    def compare(rows: slice) -> _Compared:
        chosen, number = np.unique(sides[:, rows], return_inverse=True)
        tokens = bodies.read(ids.gather(chosen).to_list())
        return _compare(rows.start, texts.gather(chosen), tokens, number.reshape(2, -1))

    pool = ThreadPoolExecutor(1)
    return _read(pool, in_order(pool, compare, batches(words, BATCH_WORDS), AHEAD))


def _compare(first: int, texts: pl.Series, tokens: Tokens, sides: Array) -> _Compared:
    """The first row, texts and TOKENS of all that the rows compare, numbers of both sides -> what the kernels find."""
    bounds, word, start, size, gap = tokens
    octets, edges = octets_of(texts)
    begin, stop = np.empty(word.size, np.int64), np.empty(word.size, np.int64)
    place_words(octets, edges, bounds, start, size, begin, stop)
    edits, ends = find_edits(octets, edges, bounds, word, gap, begin, stop, *sides)
    return _Compared(first, ends, edits, sides, texts, bounds, (word, start, start + size, gap))


def _read(pool: ThreadPoolExecutor, parts: Iterator[_Compared]) -> Iterator[Edited]:
    with pool:
        for compared in parts:
            yield from _rows_of(compared)


def _rows_of(compared: _Compared) -> Iterator[Edited]:
    """What the kernels found -> EDITED, with words counted from the first of each text."""
    begins = np.concatenate([[0], compared.ends[:-1]])
    rows = np.flatnonzero(begins < compared.ends)
    sides = compared.sides[:, rows]
    chosen, number = np.unique(sides, return_inverse=True)
    columns = [memoryview(column.data) for column in compared.columns]
    bounds = zip(compared.bounds[chosen].tolist(), compared.bounds[chosen + 1].tolist(), strict=True)
    texts = [
        Text(text, *(column[first:last] for column in columns))
        for text, (first, last) in zip(compared.texts.gather(chosen).to_list(), bounds, strict=True)
    ]
    # numbers of words in their own texts, of all rows at once
    before = compared.bounds[sides].T.repeat(2, axis=1).repeat(compared.ends[rows] - begins[rows], axis=0)
    edits = list(map(Edit._make, (compared.edits - before).tolist()))
    places = zip(begins[rows].tolist(), compared.ends[rows].tolist(), strict=True)
    left, right = number.reshape(2, -1).tolist()
    for row, one, other, (begin, end) in zip(rows.tolist(), left, right, places, strict=True):
        yield Edited(compared.first + row, texts[one], texts[other], edits[begin:end])
