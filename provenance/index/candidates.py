"""New documents and what is stored -> the pairs of them worth comparing on the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.index import kernels
from provenance.index.postings import CODE_BITS, LINE, SEEDS, SHINGLE, reach_of, unpack_lines
from provenance.matching.aligning import sequence_kernels
from provenance.matching.aligning.short_passages import FEWEST_APART, FEWEST_LIKE, LIKE
from provenance.matching.pairs.pair_keys import pack_pairs, unique, unpack_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.index.postings import Keys, Lines, Queries
    from provenance.settings import Settings

#: Of the stored shingles that a pair at match_jaccard should share, the part that must be found. Half of what is
#: expected: of 30 in an article of 400 words 15, which is five standard deviations less.
SHOWN = 0.5
NEAR = 3  # parts; to read two in between that nobody asked for costs less than another statement
AT_ONCE = 64  # parts read in one go: 0.8 MB
#: Postings divided into 2^bits parts by the upper bits of their keys: `bits`, and what reads the parts first to last.
Blobs = tuple[int, "Callable[[int, int], tuple[Array, Array]]"]


class Found(NamedTuple):
    """What queries met: one row a query and document."""

    query: NDArray[np.int64]  # row of Queries
    number: NDArray[np.int64]  # of the document
    strong: NDArray[np.bool_]  # a run of words, or a whole line, or a name
    total: NDArray[np.int64]  # [queries]: all postings of the key
    often: NDArray[np.bool_]  # [queries]: more documents than the link cap, of which two stand for all

    def take(self, which: Array) -> Found:
        """The rows at `which`."""
        return self._replace(query=self.query[which], number=self.number[which], strong=self.strong[which])


class Pairs(NamedTuple):
    """Pairs to compare: row of a new document, number of an older one; sorted, each once."""

    row: Array
    number: Array
    linked: NDArray[np.bool_]  # they share a run of words


def look_up(queries: Queries, stored: Iterable[Blobs], before: Array, settings: Settings) -> Found:
    """Queries and sorted blobs of postings -> what they meet among documents whose number is under before[row].

    Of a key in more documents than the link cap, only strong hits in the first and in the last of them count. It does
    not matter whether the postings lie in one blob or in twenty. Cost: one read of each blob that a query falls into.
    """
    total, over = np.zeros(queries.key.size, np.int64), np.zeros(queries.key.size, np.bool_)
    strict, limit = queries.kind == SHINGLE, before[queries.row]
    found, count = np.empty((1 << 12, 3), np.int64), 0
    for bits, read in stored:
        parts = queries.key >> np.uint32(32 - bits) if bits else np.zeros(queries.key.size, np.uint32)
        for low, high in _runs(parts):
            share, begin = slice(low, high), count
            first = int(parts[low])
            found, count = kernels.look_up(
                *read(first, int(parts[high - 1])), first, bits,
                queries.key[share], queries.context[share], strict[share], limit[share],
                reach_of(settings), CODE_BITS, settings.link_cap, total[share], over[share], found, count,
            )  # fmt: skip
            found[begin:count, 0] += low
    query, number, strong = found[:count, 0], found[:count, 1], found[:count, 2] > 0
    often = over | (np.bincount(query[strong], minlength=over.size) > settings.link_cap)
    return _within_cap(queries, Found(query, number, strong, total, often), settings.link_cap)


def _runs(parts: Array) -> Iterator[tuple[int, int]]:
    """Ascending parts of queries -> ranges of queries whose parts are near enough to be read in one go."""
    if not parts.size:
        return
    begin = 0
    for cut in [*(np.flatnonzero(np.diff(parts.astype(np.int64)) > NEAR) + 1).tolist(), parts.size]:
        while begin < cut:
            end = min(cut, int(np.searchsorted(parts, parts[begin] + AT_ONCE)))
            yield begin, end
            begin = end


def _within_cap(queries: Queries, found: Found, cap: int) -> Found:
    # the rows of each blob are sorted: a stable sort joins these runs in half the time of a lexsort
    found = found.take(np.argsort(pack_pairs(found.query, found.number), kind="stable"))
    seeds = queries.kind == SEEDS
    keep = np.where(found.strong, ~(found.often & seeds)[found.query], (found.total <= cap)[found.query])
    found = found.take(keep)
    # strong rows of what stands too often: the first and the last of each query, in order of document
    crowded = np.flatnonzero(found.strong & found.often[found.query])
    ends = np.ones(crowded.size, np.bool_)
    if crowded.size > 2:
        asked = found.query[crowded]
        ends[1:-1] = (asked[1:-1] != asked[:-2]) | (asked[1:-1] != asked[2:])
    keep = np.ones(found.query.size, np.bool_)
    keep[crowded[~ends]] = False
    return found.take(keep)


def find_pairs(
    queries: Queries,
    found: Found,
    keys: Keys,
    read_lines: Callable[[Sequence[int]], list[bytes]],
    settings: Settings,
) -> Pairs:
    """What the queries met -> the pairs that share a run, a line (equal or alike), or much of their words.

    At level `document` a run or a line alike is no reason. `read_lines` gives the packed lines of documents by number.
    """
    kind, row = queries.kind[found.query], queries.row[found.query].astype(np.int64)
    both = pack_pairs(row, found.number)
    runs = unique(both[(kind == SHINGLE) & found.strong])
    lines = unique(both[kind == LINE])
    much = _much(queries, found, both[kind == SHINGLE], found.query[kind == SHINGLE], settings)
    if settings.level == "document":
        every = unique(np.concatenate([lines, much]))
        return Pairs(*unpack_pairs(every), np.zeros(every.size, np.bool_))
    alike = _alike(queries, found, keys.lines, read_lines, kind == SEEDS)
    every = unique(np.concatenate([runs, lines, much, alike]))
    return Pairs(*unpack_pairs(every), np.isin(every, runs, assume_unique=True))


def least_shown(queries: Queries, rows: int, settings: Settings) -> Array:
    """How many shared shingles must be found, at least, for a near duplicate of each new document; float64 by row."""
    shingles = np.bincount(queries.row[queries.kind == SHINGLE], minlength=rows)
    return SHOWN * settings.match_jaccard / settings.window * shingles


def _much(queries: Queries, found: Found, both: Array, query: Array, settings: Settings) -> Array:
    """Hits of shingles (keys of row and number, and the query) -> the pairs that may share match_jaccard of theirs.

    A shingle in more documents than the link cap hits two of them at most, and the others may have it or not. So it is
    not asked of the others: where a thousand tables of results fill in one template, enough of the rest must be shared.
    """
    crowded = (queries.kind == SHINGLE) & (found.often | (found.total > settings.link_cap))
    rows = int(queries.row.max(initial=0)) + 1
    unknown = np.bincount(queries.row[crowded], minlength=rows)
    met, at, hits = np.unique(both, return_inverse=True, return_counts=True)
    known = np.bincount(at[crowded[query]], minlength=met.size)
    row, _ = unpack_pairs(met)
    asked = least_shown(queries, rows, settings)[row] - SHOWN * (unknown[row] - known)
    much: Array = met[hits >= asked]
    return much


def _alike(
    queries: Queries, found: Found, lines: Lines, read_lines: Callable[[Sequence[int]], list[bytes]], seeds: Array
) -> Array:
    """Pairs of which a headline or caption of one is nearly one of the other's, by 16 bits a word.

    Sorted keys of row and number.
    """
    line = queries.place[found.query[seeds]].astype(np.int64)
    asked = unique(pack_pairs(line, found.number[seeds]))
    if not asked.size:
        return asked
    line, number = unpack_pairs(asked)
    numbers, at = np.unique(number, return_inverse=True)
    stored = unpack_lines(read_lines(numbers.tolist()))
    # each new line with every line of each document that it shares three words with
    edges = np.searchsorted(stored.owner, np.arange(numbers.size + 1))
    sizes = np.diff(edges)[at]
    left = np.repeat(line, sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    right = np.repeat(edges[:-1][at], sizes) + within
    word = np.concatenate([lines.word >> np.uint64(48), stored.word])
    bounds = np.concatenate([lines.bounds[:-1], lines.bounds[-1] + stored.bounds])
    stretch = np.empty((left.size, 5), np.int64)
    offset = lines.owner.size
    sequence_kernels.align_short(word, bounds, left, right + offset, LIKE, FEWEST_LIKE, FEWEST_APART, stretch)
    good = stretch[:, 4] > 0
    return unique(pack_pairs(lines.owner[left[good]], numbers[stored.owner[right[good]]]))
