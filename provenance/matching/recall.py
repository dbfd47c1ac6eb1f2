"""Texts -> the true pairs of a sample of them; and with MATCHES the recall that a run reached.

The recall that bands promise (sketches.recall_statement) is an expectation; this is a measurement. A few documents are
compared with all others, without bands, and the pairs found like that are looked up in MATCHES.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
import xxhash

from provenance.matching import recall_kernels
from provenance.matching.pairs import kernels, shingle_kernels
from provenance.matching.pairs.pair_keys import pack_ordered, unpack_pairs
from provenance.tables import PAIR
from provenance.text.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.matching.pairs.equal_texts import Texts
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens, Words

SAMPLE = 500  # documents, which take 1 to 5 % of a scan; where none of 100 pairs is missed, the recall is above .963
STEPS = 2  # sampled documents that hold a shingle, in the mean; what every article prints would cost most
BYTES_A_WORD = 6
FREE = 20_000_000  # steps, a tenth of a second, that any dump may take whatever its shingles are
SLACK = 1e-3  # shingles; because jaccards are compared in 32 bits
PASSED = 0.5  # of the shingles that a true pair must share, the share that is not looked up
END = 50  # characters; of articles of one size that begin and end alike only one may be sampled
Z = 1.96  # standard errors of a 95 % interval


class Shingles(NamedTuple):
    """Distinct shingles of the sample, in order of document and hash."""

    hashes: NDArray[np.uint64]
    owner: NDArray[np.int32]  # the number of the sampled document
    edges: NDArray[np.int64]  # [sampled + 1]


class Sample(NamedTuple):
    """Some documents, and what the kernels need to find documents that share shingles with them."""

    rows: NDArray[np.int64]  # in the order of the hashes of their texts
    shingles: Shingles
    table: tuple[Array, Array, Array]  # of the shingles that are looked up, as shingle_kernels.index_shingles makes it
    owner: NDArray[np.int32]  # the document number of each of them
    bits: NDArray[np.uint64]  # a filter before the table
    least: NDArray[np.int32]  # how many of them a true pair shares at least

    def looked_up(self) -> tuple[tuple[Array, Array, Array], Array, Array, Array]:
        """What the kernels of meeting take of it."""
        return self.table, self.bits, self.owner, self.least


class Met(NamedTuple):
    """Documents and the sampled ones that they are true pairs with."""

    document: NDArray[np.int64]  # row
    sampled: NDArray[np.int64]  # number
    jaccard: NDArray[np.float32]  # match_jaccard or more


class Sampled(NamedTuple):
    """Some documents compared with all others: how many of each, and the true pairs, left < right."""

    documents: int
    texts: int
    left: NDArray[np.int64]  # [pairs]: rows
    right: NDArray[np.int64]
    jaccard: NDArray[np.float32]


def take_sample(texts: pl.Series, settings: Settings) -> Sample:
    """Texts -> Sample: the SAMPLE texts with the smallest hashes, in whatever order and company they come.

    Fewer are taken where they have much in common: a notice under every article would cost a step for each of them in
    every document. A text's size and both its ends are hashed; to hash whole texts took a tenth of a run.
    """
    ends = pl.select(
        pl.concat_str(
            texts.str.len_bytes().cast(pl.String), texts.str.head(END), texts.str.tail(END), ignore_nulls=True
        )
    ).to_series()
    octets = ends.cast(pl.Binary).to_list()  # as they lie: to make strings and encode them took twice as long
    digests = np.fromiter(map(xxhash.xxh3_64_intdigest, octets), np.uint64, len(texts))
    _, first = np.unique(digests, return_index=True)
    rows = first[:SAMPLE]
    shingles = shingles_of(tokenize(texts.gather(rows)), settings)
    kept, least, steps = rarest(shingles, settings.match_jaccard)
    size = int(texts.str.len_bytes().cast(pl.Int64).sum())
    while rows.size > 1 and steps > max(STEPS, FREE / max(size / BYTES_A_WORD, 1)):
        rows = rows[: rows.size // 2]
        count = int(shingles.edges[rows.size])
        shingles = Shingles(shingles.hashes[:count], shingles.owner[:count], shingles.edges[: rows.size + 1])
        kept, least, steps = rarest(shingles, settings.match_jaccard)
    hashes = shingles.hashes[kept]
    table = index(hashes)
    bits = np.zeros(table[0].size * recall_kernels.FILTER_BITS // 64, np.uint64)
    recall_kernels.fill_filter(hashes, bits)
    return Sample(rows, shingles, table, shingles.owner[kept], bits, least)


def meet(sample: Sample, tokens: Tokens, settings: Settings) -> Met:
    """Sample, TOKENS of any documents -> Met, rows counted in these TOKENS. *map*; some 7 ns a word."""
    met, count = recall_kernels.meet_sample(
        tokens.word, tokens.bounds, settings.shingle_words, sample.looked_up(), np.empty((256, 3), np.int32)
    )
    return measure_met(sample, tokens, met[:count], settings)


def measure_met(sample: Sample, tokens: Tokens | Words, met: Array, settings: Settings) -> Met:
    """What meet_sample found in some TOKENS -> Met.

    A bound leaves most of it out before a jaccard is measured: at best, a pair also shares every shingle that was not
    looked up.
    """
    k, limit = settings.shingle_words, settings.match_jaccard
    documents = tokens.bounds.size - 1
    wanted, distinct = np.zeros(documents, np.bool_), np.zeros(documents, np.int32)
    wanted[met[:, 0]] = True
    shingle_kernels.count_distinct(tokens.word, tokens.bounds, wanted, k, distinct)
    sizes = np.diff(sample.shingles.edges)
    most = met[:, 2] + (must_share(sizes, limit) - sample.least)[met[:, 1]]
    met = met[most * (1 + limit) >= limit * (distinct[met[:, 0]] + sizes[met[:, 1]]) - SLACK]
    jaccard = np.empty(len(met), np.float32)
    recall_kernels.measure_met(
        tokens.word, tokens.bounds, k, met, sample.shingles.hashes, sample.shingles.edges, jaccard
    )
    close = jaccard >= np.float32(limit)
    return Met(met[close, 0].astype(np.int64), met[close, 1].astype(np.int64), jaccard[close])


def gather_pairs(sample: Sample, parts: Sequence[Met], groups: Texts) -> Sampled:
    """Sample, Met with rows of the whole dump, groups of equal texts -> Sampled, where equal texts stand for one."""
    document, number, jaccard = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    firsts = groups.first[sample.rows]
    own = firsts[number]
    other = groups.wanted[document] & (document != own)
    own, document, jaccard = own[other], document[other], jaccard[other]
    keys, at = np.unique(pack_ordered(own, document), return_index=True)
    sampled = np.unique(firsts[groups.wanted[firsts]]).size
    return Sampled(sampled, int(groups.wanted.sum()), *unpack_pairs(keys), jaccard[at])


def sample_pairs(texts: pl.Series, tokens: Tokens, groups: Texts, settings: Settings, threads: int = 2) -> Sampled:
    """Texts, their TOKENS and groups of equal ones -> Sampled. *gather*."""
    sample = take_sample(texts, settings)
    documents = tokens.bounds.size - 1
    edges = [documents * share // threads for share in range(threads + 1)]

    def one(rows: tuple[int, int]) -> Met:
        found = meet(sample, tokens._replace(bounds=tokens.bounds[rows[0] : rows[1] + 1]), settings)
        return found._replace(document=found.document + rows[0])

    with ThreadPoolExecutor(threads) as pool:
        return gather_pairs(sample, list(pool.map(one, pairwise(edges))), groups)


def shingles_of(tokens: Tokens, settings: Settings) -> Shingles:
    """TOKENS of the sample -> its distinct shingles."""
    hashes, owner = np.empty(tokens.word.size, np.uint64), np.empty(tokens.word.size, np.int32)
    count = 0
    for number in range(tokens.bounds.size - 1):
        begin, end = int(tokens.bounds[number]), int(tokens.bounds[number + 1])
        made = kernels.shingle_hashes(tokens.word, begin, end, settings.shingle_words, hashes[count:])
        hashes[count : count + made].sort()
        owner[count : count + made] = number
        count += made
    hashes, owner = hashes[:count], owner[:count]
    new = np.ones(count, np.bool_)
    new[1:] = (hashes[1:] != hashes[:-1]) | (owner[1:] != owner[:-1])
    return Shingles(hashes[new], owner[new], np.searchsorted(owner[new], np.arange(tokens.bounds.size)))


def must_share(sizes: Array, jaccard: float) -> Array:
    """Distinct shingles of documents -> how many a pair of this jaccard shares at least; int64."""
    fewest: Array = np.maximum(np.ceil(jaccard * sizes - SLACK), 1).astype(np.int64)
    return fewest


def rarest(shingles: Shingles, jaccard: float) -> tuple[Array, Array, float]:
    """Shingles -> a mask of those to look up; how many of them a pair of this jaccard must share (int32); steps.

    A document of n shingles shares at least jaccard * n with such a partner. So its commonest PASSED * jaccard * n need
    not be looked up, and no partner is lost (prefix filtering: Chaudhuri, Ganti, Kaushik 2006). Steps are how many
    sampled documents hold a shingle that is looked up, in the mean.
    """
    sizes = np.diff(shingles.edges)
    must = must_share(sizes, jaccard)
    spare = (PASSED * must).astype(np.int64)
    times = occurrences(shingles.hashes)
    common = np.flatnonzero(times > 1)
    common = common[np.lexsort((shingles.hashes[common], -times[common], shingles.owner[common]))]
    owner = shingles.owner[common]
    rank = np.arange(common.size) - np.searchsorted(owner, np.arange(sizes.size))[owner]
    passes = rank < spare[owner]
    kept = np.ones(times.size, np.bool_)
    kept[common[passes]] = False
    looked_up = int(kept.sum())
    more = occurrences(shingles.hashes[common[~passes]])
    steps = (looked_up - more.size + int(more.sum())) / max(looked_up, 1)
    return kept, (must - np.bincount(owner[passes], minlength=sizes.size)).astype(np.int32), steps


def occurrences(hashes: Array) -> Array:
    """Hashes -> for each how often it stands among them; int64."""
    order = kernels.order_by_key(hashes)
    ordered = hashes[order]
    edges = np.flatnonzero(np.append(True, np.append(ordered[1:] != ordered[:-1], True)))
    times = np.empty(hashes.size, np.int64)
    times[order] = np.repeat(np.diff(edges), np.diff(edges))
    return times


def index(hashes: Array) -> tuple[Array, Array, Array]:
    """Hashes -> a table of where each stands, as shingle_kernels.index_shingles makes it."""
    size = 16
    while size < 2 * hashes.size:
        size *= 2
    table = np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(hashes.size, np.int32)
    shingle_kernels.index_shingles(hashes, hashes.size, *table)
    return table


def wilson(hits: int, cases: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); 0 to 1 without cases."""
    if not cases:
        return 0.0, 1.0
    share, square = hits / cases, Z * Z / cases
    centre, half = share + square / 2, Z * math.sqrt(share * (1 - share) / cases + square / (4 * cases))
    return max(0.0, (centre - half) / (1 + square)), min(1.0, (centre + half) / (1 + square))


def measured_recall(
    sampled: Sampled, ids: pl.Series, matches: pl.DataFrame, clusters: pl.DataFrame | None, settings: Settings
) -> dict[str, Any]:
    """Sampled, the ids of its rows, MATCHES, CLUSTERS if made -> what run.json says of the sample, by jaccard.

    A pair that is no match but stands in one cluster is `implied`: in a large cluster not every pair was compared.
    """
    pairs = pl.DataFrame(
        {"left_doc": ids.gather(sampled.left), "right_doc": ids.gather(sampled.right), "jaccard": sampled.jaccard}
    )
    matched = pairs.join(matches, on=PAIR, how="semi").with_columns(how=pl.lit("matched"))
    apart = pairs.join(matches, on=PAIR, how="anti")
    together = apart.clear()
    if clusters is not None:
        members = clusters.filter(pl.col("level") == "document").select("cluster_id", "doc_id")
        together = (
            apart.join(members, left_on="left_doc", right_on="doc_id")
            .join(members, left_on=["right_doc", "cluster_id"], right_on=["doc_id", "cluster_id"])
            .select(apart.columns)
        )
    found = pl.concat([matched, together.with_columns(how=pl.lit("implied"))])
    return {
        "documents": sampled.documents,
        "compared_with": sampled.texts,
        "by_jaccard": [
            counted(pairs, found, least) for least in sorted({settings.match_jaccard, settings.near_duplicate})
        ],
    }


def counted(pairs: pl.DataFrame, found: pl.DataFrame, least: float) -> dict[str, Any]:
    """True pairs and those found -> how many of `least` jaccard, and the share found with its 95 % interval."""
    close = pl.col("jaccard") >= pl.lit(least, pl.Float32)
    cases, hits = pairs.filter(close).height, found.filter(close)
    matched = hits.filter(pl.col("how") == "matched").height
    about: dict[str, Any] = {"jaccard": least, "pairs": cases, "matched": matched, "implied": hits.height - matched}
    if cases:
        low, high = wilson(hits.height, cases)
        about |= {"recall": round(hits.height / cases, 4), "interval": [round(low, 4), round(high, 4)]}
    return about
