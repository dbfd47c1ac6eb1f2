"""Texts -> folded words with their places: TOKENS, flat."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from provenance.room import Column
from provenance.text import fold_table, kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    import polars as pl

Item = TypeVar("Item")
Result = TypeVar("Result")
Array = np.ndarray[Any, Any]

COLUMNS = (np.uint64, np.int32, np.uint8, np.uint8)  # of TOKENS, behind its bounds
SCRATCH = 1 << 14  # bytes for one word: LONGEST_WORD code points of 33 bytes folded (U+FDFA) at most
# A batch's arrays are taken from memory at hand; of 4 MB each was mapped anew, which took a third of the time.
BATCH_BYTES = 1 << 20


class Tokens(NamedTuple):
    """The folded words of some documents; words of document d are bounds[d]:bounds[d + 1].

    Places are code points, 0-based, half-open, in that document's text.
    """

    bounds: Array  # int64 [documents + 1]
    word: Array  # uint64 [words], kernels.hash_word of the folded word's UTF-8
    start: Array  # int32 [words]
    size: Array  # uint8 [words], code points of each
    gap: Array  # uint8 [words], what stands before the word: kernels.NOTHING, SENTENCE, LINE, ...

    def ends(self, word: Array) -> Array:
        """Where the given words (in the whole of TOKENS) end; int64."""
        end: Array = self.start[word].astype(np.int64) + self.size[word]
        return end

    def words(self, document: int) -> slice:
        """The words of one document, by its row."""
        return slice(int(self.bounds[document]), int(self.bounds[document + 1]))


class Folded(NamedTuple):
    """One batch as the kernel leaves it: `tokens` and the folded bytes themselves."""

    tokens: Tokens
    octets: Array  # uint8, words joined by single spaces
    first_byte: Array  # int64 [words + 1]; word w is octets[first_byte[w] : first_byte[w + 1] - 1]


def fold_batch(texts: list[str], keep: bool = True) -> Folded:
    """Texts -> their folded words, their bytes only with `keep`. Cost: one pass over the bytes."""
    encoded = [text.encode("utf-8", "replace") for text in texts]
    bounds = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(octets) for octets in encoded], out=bounds[1:])
    octets = np.frombuffer(b"".join([*encoded, bytes(8)]), np.uint8)  # the kernels read eight bytes at a time
    most_words = int(bounds[-1]) // 2 + len(texts) + 2
    columns = [np.empty(most_words, dtype) for dtype in COLUMNS]
    words = np.zeros(len(texts) + 1, np.int64)
    first_byte = np.empty(most_words + 1 if keep else 0, np.int64)
    size = int(bounds[-1]) + most_words + 4096 if keep else SCRATCH
    while True:
        folded = np.empty(size, np.uint8)
        if kernels.fold_documents(octets, bounds, *fold_table.load(), keep, folded, first_byte, *columns, words):
            break
        size *= 4  # Hangul and ligatures fold to several times their bytes
    count = int(words[-1])
    return Folded(Tokens(words, *(column[:count] for column in columns)), folded, first_byte[: count + 1])


def batches(texts: pl.Series, size: int = BATCH_BYTES) -> Iterator[list[str]]:
    """Texts in order, in lists of about `size` bytes."""
    sizes = texts.str.len_bytes().fill_null(0).to_numpy()
    ends = np.cumsum(sizes, dtype=np.int64)
    first = 0
    while first < len(texts):
        base = int(ends[first] - sizes[first])
        last = max(first + 1, int(np.searchsorted(ends, base + size, side="right")))
        yield texts.slice(first, last - first).fill_null("").to_list()
        first = last


def tokenize(texts: pl.Series, threads: int = 2) -> Tokens:
    """Texts (String) -> TOKENS of all. *map*; 14 bytes a word are kept."""
    return tokenize_and(texts, None, threads)[0]


def tokenize_and(
    texts: pl.Series, also: Callable[[Tokens], Array] | None, threads: int = 2
) -> tuple[Tokens, Array | None]:
    """Texts -> (TOKENS, the concatenated arrays that `also` made of each batch while its words were at hand).

    Gathering batches first and joining them after held everything twice, 2.6 GB for 292 MB of text: so they are
    written where they belong, at most two batches a thread ahead.
    """
    columns = [Column(dtype) for dtype in COLUMNS]
    counts, made = [np.zeros(1, np.int64)], None

    def one(folded: Folded) -> tuple[Tokens, Array | None]:
        return folded.tokens, also(folded.tokens) if also else None

    for tokens, extra in fold_batches(texts, one, threads):
        for column, part in zip(columns, tokens[1:], strict=True):
            column.append(part)
        counts.append(np.diff(tokens.bounds))
        if extra is not None:
            made = made or Column(extra.dtype, *extra.shape[1:])
            made.append(extra)
    bounds = np.cumsum(np.concatenate(counts))
    return Tokens(bounds, *(column.done() for column in columns)), made.done() if made else None


def fold_batches(
    texts: pl.Series, work: Callable[[Folded], Result], threads: int = 2, *, keep: bool = False
) -> Iterator[Result]:
    """Texts -> work(Folded) of each batch, in order; the folded bytes are there with `keep`."""
    with ThreadPoolExecutor(threads) as pool:
        yield from in_order(pool, lambda batch: work(fold_batch(batch, keep)), batches(texts), 2 * threads)


def in_order(
    pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """work(item) of each item, in order, with at most `ahead` items under way: pool.map would hold them all."""
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
