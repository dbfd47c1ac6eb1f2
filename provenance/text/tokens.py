"""Texts -> TOKENS: their folded words with their places, in flat arrays over all documents."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import nanoarrow
import numpy as np
import polars as pl

from provenance.room import Column
from provenance.text import fold_table, kernels, word_kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from provenance.arrays import Array

Item = TypeVar("Item")
Result = TypeVar("Result")

COLUMNS = (np.uint64, np.int32, np.uint8, np.uint8)  # of TOKENS, behind its bounds
SCRATCH = 1 << 14  # bytes for one word: LONGEST_WORD code points, each folded to 33 bytes (U+FDFA) at most
BEHIND = 8  # bytes after a batch of texts, because the kernels read eight at a time
INLINE = 12  # bytes; Arrow keeps a text that is no longer in its view, and not in the memory of the others
BATCH_BYTES = 1 << 19  # of text; what is made of so much stays in a core's second cache
LARGE_BATCH = 1 << 22  # for kernels that make little of a text: a call costs .4 ms beside the kernel


class Tokens(NamedTuple):
    """The folded words of some documents; words of document d are bounds[d]:bounds[d + 1].

    Places are code points, 0-based, half-open, in that document's text.
    """

    bounds: NDArray[np.int64]  # [documents + 1]
    word: NDArray[np.uint64]  # [words]: kernels.hash_word of the folded word's UTF-8
    start: NDArray[np.int32]  # [words]
    size: NDArray[np.uint8]  # [words]: code points of each
    gap: NDArray[np.uint8]  # [words]: what stands before the word: kernels.NOTHING, SENTENCE, LINE, ...

    def ends(self, word: Array | slice = slice(None)) -> Array:
        """Where the given words (in the whole of TOKENS) end, or all; int64."""
        end: Array = self.start[word].astype(np.int64) + self.size[word]
        return end

    def words(self, document: int) -> slice:
        """The words of one document, by its row."""
        return slice(int(self.bounds[document]), int(self.bounds[document + 1]))


class Folded(NamedTuple):
    """One batch as the kernel leaves it: `tokens` and the folded bytes themselves."""

    tokens: Tokens
    octets: NDArray[np.uint8]  # words joined by single spaces
    first_byte: NDArray[np.int64]  # [words + 1]; word w is octets[first_byte[w] : first_byte[w + 1] - 1]


class Words(NamedTuple):
    """The folded words of some documents by their hashes alone, as TOKENS has them."""

    bounds: NDArray[np.int64]  # [documents + 1]
    word: NDArray[np.uint64]  # [words]


class Hasher:
    """Hashes the words of one batch after another: twice as fast as folding, for no places are kept.

    Each thread has arrays of its own; what it is given is lent, as by Folder.
    """

    def __init__(self) -> None:
        self._own = threading.local()
        table = fold_table.load()
        self.folding = (_classes(table), *table)

    def room(self, bounds: Array) -> tuple[tuple[Array, Array], Words]:
        """Bounds of texts in UTF-8 -> scratch memory for the kernels, and room for the words of these texts."""
        most_words = int(bounds[-1]) // 2 + bounds.size + 1
        if getattr(self._own, "word", np.empty(0)).size < most_words:
            self._own.word = np.empty(most_words, np.uint64)
            self._own.scratch = np.empty(word_kernels.BLOCK + 1, np.uint64), np.empty(SCRATCH, np.uint8)
        return self._own.scratch, Words(np.empty(bounds.size, np.int64), self._own.word)

    def hash(self, texts: pl.Series) -> Words:
        """Texts, none null -> their folded words. Cost: one pass over the bytes."""
        octets, bounds = octets_of(texts)
        scratch, (words, word) = self.room(bounds)
        word_kernels.hash_documents(octets, bounds, self.folding, scratch, word, words)
        return Words(words, word[: words[-1]])


def _classes(table: fold_table.FoldTable) -> Array:
    """The classes of bytes (uint8 [256]), as word_kernels has them."""
    classes = np.full(256, word_kernels.OTHER, np.uint8)
    kind = table.kind[:128]
    classes[:128][kind == fold_table.LETTER] = word_kernels.LETTER
    classes[:128][kind == fold_table.SEPARATES] = word_kernels.BETWEEN
    return classes


class Folder:
    """Folds one batch after another, each thread into arrays of its own that are used again.

    What it gives is lent: it is overwritten when the same thread folds again. With new arrays for each batch, the
    system mapped them page by page, which took a third of the time.
    """

    def __init__(self, keep: bool = False) -> None:
        self._keep = keep
        self._own = threading.local()

    def fold(self, texts: pl.Series) -> Folded:
        """Texts -> their folded words, their bytes only with `keep`. Cost: one pass over the bytes."""
        octets, bounds = octets_of(texts)
        most_words = int(bounds[-1]) // 2 + len(texts) + 2
        columns = getattr(self._own, "columns", None)
        if columns is None or columns[0].size < most_words:
            columns = self._own.columns = _columns(most_words)
        return fold_octets(octets, bounds, columns, self._keep)


def fold_batch(texts: list[str], keep: bool = True) -> Folded:
    """Texts -> their folded words, their bytes only with `keep`. Cost: one pass over the bytes."""
    return fold_bytes(*encode(texts), keep)


def fold_bytes(octets: Array, bounds: Array, keep: bool = True) -> Folded:
    """UTF-8 of texts and their bounds, BEHIND bytes after the last -> as fold_batch."""
    return fold_octets(octets, bounds, _columns(int(bounds[-1]) // 2 + bounds.size + 1), keep)


def encode(texts: list[str]) -> tuple[Array, Array]:
    """Texts -> their UTF-8 one after another (uint8) with BEHIND bytes after it; bounds of each (int64 [texts + 1])."""
    encoded = [text.encode("utf-8", "replace") for text in texts]
    bounds = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(octets) for octets in encoded], out=bounds[1:])
    return np.frombuffer(b"".join([*encoded, bytes(BEHIND)]), np.uint8), bounds


def fold_octets(octets: Array, bounds: Array, columns: list[Array], keep: bool) -> Folded:
    """UTF-8 of texts and their bounds, BEHIND bytes after the last -> their folded words, which lie in `columns`."""
    words = np.zeros(bounds.size, np.int64)
    most_words = columns[0].size
    first_byte = np.empty(most_words + 1 if keep else 0, np.int64)
    size = int(bounds[-1]) + most_words + 4096 if keep else SCRATCH
    while True:
        folded = np.empty(size, np.uint8)
        if kernels.fold_documents(octets, bounds, *fold_table.load(), keep, folded, first_byte, *columns, words):
            break
        size *= 4  # Hangul and ligatures fold to several times their bytes
    count = int(words[-1])
    return Folded(Tokens(words, *(column[:count] for column in columns)), folded, first_byte[: count + 1])


def octets_of(texts: pl.Series) -> tuple[Array, Array]:
    """Texts, none null -> their UTF-8 one after another (uint8) with BEHIND bytes after it; where each begins and ends.

    Nothing is copied where they lie like that already, as texts do that a worker handed over. A copy takes its time
    twice, for its memory must be mapped too.
    """
    if texts.n_chunks() == 1 and len(texts):
        parts = nanoarrow.c_array_stream(texts).get_next().view()
        if parts.n_buffers == 4:  # validity, views, one piece of memory for all texts, its size
            views = np.frombuffer(parts.buffer(1), np.uint32).reshape(-1, 4)[parts.offset : parts.offset + len(texts)]
            octets = np.frombuffer(parts.buffer(2), np.uint8)
            begins = views[:, 3].astype(np.int64)
            bounds = np.append(begins, begins[-1] + views[-1, 0])
            long = int(views[:, 0].min()) > INLINE
            if long and (np.diff(bounds) == views[:, 0]).all() and bounds[-1] + BEHIND <= octets.size:
                return octets[bounds[0] : bounds[-1] + BEHIND], bounds - bounds[0]
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(texts.str.len_bytes().to_numpy(), out=bounds[1:])
    padded = pl.concat([texts.rename(""), pl.Series(["\0" * (BEHIND + INLINE)])])
    joined = nanoarrow.c_array_stream(padded.str.join("")).get_next().view()
    return np.frombuffer(joined.buffer(2), np.uint8), bounds


def texts_of(octets: Array, bounds: Array) -> pl.Series:
    """UTF-8 of texts one after another and their bounds (int64) -> the texts; as octets_of, backwards."""
    if bounds.size == 1:
        return pl.Series([], dtype=pl.String())
    parts = [None, bounds, octets]
    return pl.Series(nanoarrow.c_array_from_buffers(nanoarrow.large_string(), bounds.size - 1, parts, null_count=0))


def _columns(words: int) -> list[Array]:
    return [np.empty(words, dtype) for dtype in COLUMNS]


def slices(texts: pl.Series, size: int = BATCH_BYTES) -> Iterator[pl.Series]:
    """Texts in order, in slices of about `size` bytes, null as empty."""
    for part in batches(texts.str.len_bytes().fill_null(0).to_numpy(), size):
        some = texts[part]
        yield some.fill_null("") if some.null_count() else some  # for fill_null copies every text


def batches(sizes: Array, most: int) -> Iterator[slice]:
    """The sizes of things in order -> slices of at most `most` together, or of one thing that is larger."""
    ends = np.cumsum(sizes, dtype=np.int64)
    first = 0
    while first < ends.size:
        before = int(ends[first] - sizes[first])
        last = max(first + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield slice(first, last)
        first = last


def tokenize(texts: pl.Series, threads: int = 2) -> Tokens:
    """Texts (String) -> TOKENS of all. *map*; 14 bytes a word are kept."""
    return tokenize_and(texts, None, threads)[0]


def tokenize_and(
    texts: pl.Series, also: Callable[[Tokens], Array] | None, threads: int = 2
) -> tuple[Tokens, Array | None]:
    """Texts -> TOKENS, and the arrays that `also` made of each batch while its words were at hand, as one.

    Each batch is written where it belongs, at most two batches a thread ahead. To gather all batches and then join them
    held everything twice: 2.6 GB for 292 MB of text.
    """
    columns = [Column(dtype) for dtype in COLUMNS]
    counts, made = [np.zeros(1, np.int64)], None

    def one(folded: Folded) -> tuple[Tokens, Array | None]:
        tokens = folded.tokens
        return tokens._replace(**{name: getattr(tokens, name).copy() for name in Tokens._fields[1:]}), (
            also(tokens) if also else None
        )

    for tokens, extra in fold_batches(texts, one, threads):
        for column, name in zip(columns, Tokens._fields[1:], strict=True):
            column.append(getattr(tokens, name))
        counts.append(np.diff(tokens.bounds))
        if extra is not None:
            made = made or Column(extra.dtype, *extra.shape[1:])
            made.append(extra)
    bounds = np.cumsum(np.concatenate(counts))
    return Tokens(bounds, *(column.done() for column in columns)), made.done() if made else None


def fold_batches(
    texts: pl.Series, work: Callable[[Folded], Result], threads: int = 2, *, keep: bool = False
) -> Iterator[Result]:
    """Texts -> work(Folded) of each batch, in order; Folded is lent, the folded bytes are there with `keep`."""
    folder = Folder(keep)
    with ThreadPoolExecutor(threads) as pool:
        yield from in_order(pool, lambda batch: work(folder.fold(batch)), slices(texts), 2 * threads)


def in_order(
    pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """work(item) for each item, in order, with at most `ahead` of them under way, where pool.map would take all.

    All but one of these are begun at once, before the first result is asked for.
    """
    rest = iter(items)
    waiting: deque[Future[Result]] = deque(pool.submit(work, item) for item in islice(rest, ahead - 1))

    def results() -> Iterator[Result]:
        for item in rest:
            waiting.append(pool.submit(work, item))
            yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    return results()
