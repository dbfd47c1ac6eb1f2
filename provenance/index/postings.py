"""Documents -> what the index looks them up by: sorted postings, made so that looking up reads no text.

A posting is (key, document, context). Keys are the upper 32 bits of 64-bit hashes of four kinds of things: a shingle,
a whole headline or caption, three words of one, a document's id. Of a document's shingles every `window`-th is stored,
and every shingle of a new document is looked up. So a run of shingle_words + window - 1 equal words is always found,
with a quarter of the shingles stored, where winnowing on both sides would store two fifths. A context holds codes of
the words around a shingle, which tell most documents apart that share five words but not eight, before any is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xxhash

from provenance.index import kernels
from provenance.matching.aligning.layout import CODE
from provenance.matching.aligning.short_passages import FEWEST_APART, LONGEST, SEED
from provenance.matching.pairs import kernels as matching_kernels
from provenance.matching.pairs.kernels import order_by_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.matching.aligning.layout import Layout
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens

CODE_BITS = 5  # of a context for each word: 15 bits must agree for a run of 8 words, one false run in 8,000
REACH = 3  # words on each side in a context: 30 of its 32 bits
WHOLE = 64  # shingles; of documents this short all are stored, so that a scattered fifth of them is still found
SHINGLE, LINE, SEEDS, NAME = range(4)  # the kinds of keys
#: Mixed into the keys of each kind, so that three words of a headline never meet a shingle of three words.
APART = tuple(np.uint64(value) for value in (0, 0x5851F42D4C957F2D, 0x14057B7EF767814F, 0x2545F4914F6CDD1D))


class Postings(NamedTuple):
    """Postings in order of key and document; all uint32."""

    key: Array
    document: Array  # its number in the index
    context: Array

    def take(self, which: Array) -> Postings:
        """The postings at `which` (a mask or rows)."""
        return Postings(*(column[which] for column in self))


class Queries(NamedTuple):
    """What to look up, in order of key."""

    key: NDArray[np.uint32]
    context: NDArray[np.uint32]
    kind: NDArray[np.uint8]
    row: NDArray[np.int32]  # of the document that asks
    place: NDArray[np.int32]  # the shingle in it, or the number of the line


class Lines(NamedTuple):
    """Headlines, captions and teasers of up to LONGEST words, each distinct one of a document once."""

    bounds: NDArray[np.int64]  # [lines + 1]: into `word`
    word: NDArray[np.uint64]  # hashes as in TOKENS
    owner: NDArray[np.int64]  # [lines]: row of the document
    key: NDArray[np.uint64]  # [lines]: of the whole line


class Keys(NamedTuple):
    """Everything that some documents are looked up by."""

    shingle: NDArray[np.uint64]
    owner: NDArray[np.int32]  # row
    place: NDArray[np.int32]  # number of the shingle in its document
    context: NDArray[np.uint32]
    lines: Lines
    seeds: tuple[Array, Array]  # key uint64, line int32


def find_keys(tokens: Tokens, layout: Layout, settings: Settings, *, every: bool) -> Keys:
    """Documents in rows -> what they are looked up by, or, without `every` shingle, stored under. *map*."""
    window = 1 if every else settings.window
    shingle, owner, place = shingles(tokens.word, tokens.bounds, settings.shingle_words, window)
    context = contexts(tokens, owner, place, settings)
    lines = find_lines(tokens, layout)
    seed, line, _ = shingles(lines.word, lines.bounds, SEED)
    return Keys(shingle, owner, place, context, lines, (seed, line))


def shingles(word: Array, bounds: Array, k: int, window: int = 1) -> tuple[Array, Array, Array]:
    """Words, documents one after another -> the shingles of k words: key (uint64), document, number in it (int32).

    Of a document of more than WHOLE shingles every `window`-th.
    """
    sizes = np.diff(bounds)
    counts = np.maximum(sizes - k + 1, np.minimum(sizes, 1))  # a text under k words is one shingle, if it has any
    step = np.where(counts <= WHOLE, 1, window)
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(-(-counts // step))])
    key = np.empty(first[-1], np.uint64)
    owner, place = np.empty(first[-1], np.int32), np.empty(first[-1], np.int32)
    kernels.shingles(word, bounds, k, step, first, key, owner, place)
    return key, owner, place


def name_keys(doc_ids: Sequence[str]) -> Array:
    """Ids -> the keys they are looked up by (uint64)."""
    hashes = (xxhash.xxh3_64_intdigest(doc_id.encode("utf-8", "surrogatepass")) for doc_id in doc_ids)
    return np.fromiter(hashes, np.uint64, len(doc_ids))


def contexts(tokens: Tokens, owner: Array, place: Array, settings: Settings) -> Array:
    """Shingles -> codes of up to REACH words on each side of them (uint32), nearest first; 0 where there is none."""
    around = np.empty(owner.size, np.uint32)
    kernels.contexts(
        tokens.word, tokens.bounds, owner, place, settings.shingle_words, reach_of(settings), CODE_BITS, around
    )
    return around


def reach_of(settings: Settings) -> int:
    """How many words beside its shingle a context vouches for: what a run needs, if they fit."""
    return min(settings.window - 1, REACH)


def find_lines(tokens: Tokens, layout: Layout) -> Lines:
    """TOKENS and Layout -> their Lines. *map*. Notices are not among them: they stand everywhere and show nothing."""
    size = layout.last - layout.first
    chosen = layout.short & (layout.role != CODE["boilerplate"]) & (size >= FEWEST_APART) & (size <= LONGEST)
    first, last, owner = layout.first[chosen], layout.last[chosen], layout.document[chosen]
    one, two = np.empty(first.size, np.uint64), np.empty(first.size, np.uint64)
    matching_kernels.range_keys(tokens.word, first, last, one, two)
    key: Array = one ^ two  # numpy 2.4 types two uint64 as bool here
    order = np.lexsort((first, key, owner))
    new = np.ones(order.size, np.bool_)
    new[1:] = (owner[order][1:] != owner[order][:-1]) | (key[order][1:] != key[order][:-1])
    kept = order[new]
    sizes = (last - first)[kept]
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    within = np.arange(bounds[-1]) - np.repeat(bounds[:-1], sizes)
    return Lines(bounds, tokens.word[np.repeat(first[kept], sizes) + within], owner[kept], key[kept])


def _upper(keys: Array, kind: int) -> Array:
    return ((keys ^ APART[kind]) >> np.uint64(32)).astype(np.uint32)


def to_postings(keys: Keys, documents: int, settings: Settings) -> Postings:
    """Keys of so many documents -> Postings, whose documents are their rows."""
    counts = np.bincount(keys.owner, minlength=documents)
    kept = (keys.place % settings.window == 0) | (counts[keys.owner] <= WHOLE)
    shingle, lines = keys.shingle[kept], keys.lines.owner
    key = np.concatenate([_upper(shingle, SHINGLE), _upper(keys.lines.key, LINE), _upper(keys.seeds[0], SEEDS)])
    document = np.concatenate([keys.owner[kept], lines, lines[keys.seeds[1]]]).astype(np.uint32)
    context = np.zeros(key.size, np.uint32)
    context[: shingle.size] = keys.context[kept]
    return in_order(Postings(key, document, context))


def name_postings(doc_ids: Sequence[str], numbers: Array) -> Postings:
    """Ids and the number of each in the index -> Postings: a table of its own, which no text is looked up in."""
    key = _upper(name_keys(doc_ids), NAME)
    return in_order(Postings(key, numbers.astype(np.uint32), np.zeros(key.size, np.uint32)))


def in_order(postings: Postings) -> Postings:
    """Postings sorted by key and document, equal neighbours once."""
    both = (postings.key.astype(np.uint64) << np.uint64(32)) | postings.document
    order = order_by_key(both)
    both, context = both[order], postings.context[order]
    new = np.ones(both.size, np.bool_)
    new[1:] = (both[1:] != both[:-1]) | (context[1:] != context[:-1])
    both = both[new]
    return Postings((both >> np.uint64(32)).astype(np.uint32), both.astype(np.uint32), context[new])


def to_queries(keys: Keys) -> Queries:
    """Keys -> Queries."""
    lines = np.arange(keys.lines.owner.size, dtype=np.int32)
    line_rows = keys.lines.owner.astype(np.int32)
    key = np.concatenate([_upper(keys.shingle, SHINGLE), _upper(keys.lines.key, LINE), _upper(keys.seeds[0], SEEDS)])
    sizes = (keys.shingle.size, lines.size, keys.seeds[0].size)
    kind = np.repeat(np.array([SHINGLE, LINE, SEEDS], np.uint8), sizes)
    context = np.concatenate([keys.context, np.zeros(sizes[1] + sizes[2], np.uint32)])
    row = np.concatenate([keys.owner, line_rows, line_rows[keys.seeds[1]]])
    place = np.concatenate([keys.place, lines, keys.seeds[1]])
    order = np.argsort(key, kind="stable")
    return Queries._make(column[order] for column in (key, context, kind, row, place))


def name_queries(doc_ids: Sequence[str]) -> Queries:
    """Ids -> Queries for the documents of these names."""
    key = _upper(name_keys(doc_ids), NAME)
    order = np.argsort(key, kind="stable")
    nothing = np.zeros(key.size, np.int32)
    kind = np.full(key.size, NAME, np.uint8)
    return Queries(key[order], nothing.astype(np.uint32), kind, order.astype(np.int32), nothing)


def pack_lines(lines: Lines, documents: int) -> list[bytes]:
    """Lines -> for each row: how many, the size of each, then 16 bits of each word; little-endian uint16."""
    sizes = np.diff(lines.bounds).astype("<u2")
    words = (lines.word >> np.uint64(48)).astype("<u2")
    edges = np.searchsorted(lines.owner, np.arange(documents + 1))
    packed = []
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = words[lines.bounds[low] : lines.bounds[high]]
        packed.append((high - low).to_bytes(2, "little") + sizes[low:high].tobytes() + part.tobytes())
    return packed


def unpack_lines(packed: Sequence[bytes]) -> Lines:
    """What pack_lines gave -> Lines, whose words are 16 bits and whose keys are missing."""
    sizes, words, counts = [], [], []
    for blob in packed:
        numbers = np.frombuffer(blob, "<u2")
        count = int(numbers[0])
        counts.append(count)
        sizes.append(numbers[1 : 1 + count])
        words.append(numbers[1 + count :])
    nothing = np.empty(0, np.uint16)
    size = np.concatenate([nothing, *sizes]).astype(np.int64)
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
    owner = np.repeat(np.arange(len(counts)), counts)
    return Lines(bounds, np.concatenate([nothing, *words]).astype(np.uint64), owner, np.empty(0, np.uint64))
