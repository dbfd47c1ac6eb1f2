"""DOCUMENTS -> MATCHES of whole documents that are alike, without spans: level `document`.

Two passes over the texts: the first keeps a signature and a digest of each, the second folds those again that are to be
compared. So memory holds half a kilobyte for each document, whatever its length.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.matching import document_kernels, jaccard_kernels
from provenance.matching.groups.completion import complete
from provenance.matching.groups.matches import name_relations
from provenance.matching.pairs import shingle_kernels
from provenance.matching.pairs.candidates import bucket_pairs, sharing_pairs
from provenance.matching.pairs.equal_texts import digest, equal_pairs, group_equal, spell_out
from provenance.matching.pairs.numbering import rows_of
from provenance.matching.pairs.pair_keys import pack_ordered, pack_pairs, unique, unpack_pairs
from provenance.matching.pairs.sketches import permutations
from provenance.matching.recall import gather_pairs, measure_met, sample_pairs, take_sample
from provenance.room import Column, scattered
from provenance.tables import PAIR
from provenance.text.tokens import LARGE_BATCH, Hasher, Words, in_order, octets_of, slices, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.matching.pairs.equal_texts import Texts
    from provenance.matching.recall import Met, Sample, Sampled
    from provenance.settings import Settings
    from provenance.verdicts.decisions import Decisions


class Alike(NamedTuple):
    """MATCHES of whole documents, the buckets over the link cap, and the true pairs of a sample."""

    matches: pl.DataFrame
    over_cap: int
    sampled: Sampled


def find_alike(
    documents: pl.DataFrame, settings: Settings, threads: int = 2, decisions: Decisions | None = None
) -> Alike:
    """DOCUMENTS sorted by doc_id -> Alike. *gather*.

    MATCHES has the pairs from match_jaccard on, all pairs inside a cluster, and those that editors decided on. Here
    containment is the share of a document's distinct shingles that the other has.
    """
    texts, ids = documents["text"], documents["doc_id"]
    if documents.height <= settings.exhaustive_documents:
        tokens = tokenize(texts, threads)
        groups, over_cap = group_equal(digest(tokens)), 0
        pairs = sharing_pairs(tokens, groups.wanted, settings)
        sampled = sample_pairs(texts, tokens, groups, settings, threads)
    else:
        sample = take_sample(texts, settings)
        digests, signatures, met = _sketch(texts, sample, settings, threads)
        groups = group_equal(digests)
        sampled = gather_pairs(sample, met, groups)
        pairs, over_cap = bucket_pairs(signatures, groups.wanted, settings, threads)
    firsts = match_firsts(ids, texts, pairs, groups, settings, threads)

    def compare(missing: pl.DataFrame) -> pl.DataFrame:
        left, right = (rows_of(missing[side], ids) for side in PAIR)
        return match_pairs(ids, texts, pack_pairs(left, right), groups, settings, threads)

    matches = complete(pl.concat([firsts, match_equal(ids, groups, settings)]), compare, settings, decisions)
    return Alike(matches, over_cap, sampled)


def match_firsts(
    ids: pl.Series, texts: pl.Series, pairs: Array, groups: Texts, settings: Settings, threads: int = 2
) -> pl.DataFrame:
    """Candidate pairs, of the first rows of equal texts -> MATCHES of those that are alike, and of all their equals.

    *map* over the pairs: it gives the same with fewer documents, if all with the texts of a pair are there.
    """
    measured = _measure(texts, pairs, settings, threads)
    # in 32 bits, as the table has it: three shared shingles of ten are .3
    close = measured.shares()[0] >= np.float32(settings.match_jaccard)
    measured = Measured._make(column[close] for column in measured)
    return _matches(ids, spell_out(measured.pairs, groups, settings.link_cap), groups, measured, settings)


def match_equal(ids: pl.Series, groups: Texts, settings: Settings) -> pl.DataFrame:
    """Groups of equal texts -> MATCHES inside them. *map* over the groups."""
    nothing = np.empty(0, np.int32)
    measured = Measured(np.empty(0, np.int64), nothing, nothing, nothing)
    return _matches(ids, equal_pairs(groups, settings.link_cap), groups, measured, settings)


def match_pairs(
    ids: pl.Series, texts: pl.Series, pairs: Array, groups: Texts, settings: Settings, threads: int = 2
) -> pl.DataFrame:
    """Any pairs of rows -> MATCHES of them, alike or not. *map* over the pairs."""
    asked = unique(_of_firsts(pairs, groups))
    return _matches(ids, pairs, groups, _measure(texts, asked, settings, threads), settings)


def _sketch(texts: pl.Series, sample: Sample, settings: Settings, threads: int) -> tuple[Array, Array, list[Met]]:
    """Texts -> digests (uint64 [documents, 3]), signatures (uint32 [documents, num_perm]), true pairs of the sample."""
    hasher, factors, looked_up = Hasher(), permutations(settings), sample.looked_up()

    def one(batch: pl.Series) -> tuple[Array, Array, Met]:
        octets, bounds = octets_of(batch)
        scratch, (words, word) = hasher.room(bounds)
        digests = np.empty((len(batch), 3), np.uint64)
        signatures = np.empty((len(batch), settings.num_perm), np.uint32)
        met, count = document_kernels.sketch_texts(
            octets, bounds, hasher.folding, scratch, settings.shingle_words, factors, looked_up, word, words,
            digests, signatures, np.empty((256, 3), np.int32),
        )  # fmt: skip
        return digests, signatures, measure_met(sample, Words(words, word), met[:count], settings)

    digests, signatures, met = np.empty((len(texts), 3), np.uint64), Column(np.uint32, settings.num_perm), []
    row = 0
    with ThreadPoolExecutor(threads) as pool:
        for some, more, pairs in in_order(pool, one, slices(texts, LARGE_BATCH), 2 * threads):
            digests[row : row + len(some)] = some
            signatures.append(more)
            met.append(pairs._replace(document=pairs.document + row))
            row += len(some)
    return digests, signatures.done(), met


class Measured(NamedTuple):
    """Pairs of rows with their distinct shingles: of the left, of the right, and of both."""

    pairs: NDArray[np.int64]  # their keys, sorted
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    both: NDArray[np.int32]

    def shares(self) -> tuple[Array, Array, Array]:
        """Exact jaccard, left and right containment; float32, 0 where there are no shingles."""
        either = self.left.astype(np.int64) + self.right - self.both
        jaccard, left, right = (
            (self.both / np.maximum(whole, 1)).astype(np.float32) for whole in (either, self.left, self.right)
        )
        return jaccard, left, right


def _measure(texts: pl.Series, pairs: Array, settings: Settings, threads: int) -> Measured:
    """Texts and sorted pairs of rows -> Measured. Cost: each pair's texts are folded anew, batch by batch."""
    sizes, hasher = texts.str.len_bytes().to_numpy(), Hasher()

    def one(some: Array) -> tuple[Array, Array, Array]:
        left, right = unpack_pairs(some)
        rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
        tokens, distinct = hasher.hash(texts.gather(rows)), np.zeros(rows.size, np.int32)
        every = np.ones(rows.size, np.bool_)
        shingle_kernels.count_distinct(tokens.word, tokens.bounds, every, settings.shingle_words, distinct)
        first, second = place[: some.size], place[some.size :]
        both = np.empty(some.size, np.int32)
        jaccard_kernels.share_shingles(tokens.word, tokens.bounds, first, second, settings.shingle_words, both)
        return distinct[first], distinct[second], both

    with scattered(), ThreadPoolExecutor(threads) as pool:
        shares = list(in_order(pool, one, _portions(pairs, sizes), 2 * threads))
    columns = zip(*shares, strict=True) if shares else ([np.empty(0, np.int32)] for _ in range(3))
    return Measured(pairs, *(np.concatenate(list(column)) for column in columns))


def _portions(pairs: Array, sizes: Array) -> Iterator[Array]:
    """Sorted pairs, in portions whose texts have about LARGE_BATCH bytes; a left text counts once for all its pairs."""
    left, right = unpack_pairs(pairs)
    new = np.diff(left, prepend=-1) != 0
    portion = np.cumsum(sizes[right].astype(np.int64) + np.where(new, sizes[left], 0)) // LARGE_BATCH
    yield from np.split(pairs, np.flatnonzero(np.diff(portion)) + 1) if pairs.size else []


def _of_firsts(pairs: Array, groups: Texts) -> Array:
    """Pairs of rows -> the pairs of the first rows with their texts; sorted within each, equal rows left out."""
    one, two = (groups.first[rows] for rows in unpack_pairs(pairs))
    different: Array = pack_ordered(one, two)[one != two]
    return different


def _matches(ids: pl.Series, pairs: Array, groups: Texts, measured: Measured, settings: Settings) -> pl.DataFrame:
    """Pairs of rows -> MATCHES, by what was measured of the first rows with their texts."""
    left, right = unpack_pairs(pairs)
    one, two = groups.first[left], groups.first[right]
    equal, turned = one == two, one > two
    at = np.searchsorted(measured.pairs, pack_ordered(one, two))
    at[equal] = 0
    shares = []
    for share in measured.shares():
        known = np.append(share, np.float32(1))[np.where(equal, share.size, at)]
        shares.append(known)
    jaccard, ours, theirs = shares
    frame = pl.DataFrame(
        {
            "left_doc": ids.gather(left),
            "right_doc": ids.gather(right),
            "spans": pl.Series(np.zeros(pairs.size, np.int32)),
            "jaccard": jaccard,
            "left_containment": np.where(turned, theirs, ours),
            "right_containment": np.where(turned, ours, theirs),
            "equal": equal,
            "only_boilerplate": np.zeros(pairs.size, np.bool_),
        }
    )
    return name_relations(frame, settings)
