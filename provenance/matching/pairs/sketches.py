"""Folded texts -> MinHash signatures, bit for bit datasketch's, and the choice of bands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from provenance.matching.pairs import kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datasketch import MinHash

    from provenance.arrays import Array
    from provenance.settings import Settings
    from provenance.text.tokens import Folded, Tokens

#: Permutations, each cut into num_perm / PERMUTATIONS parts. With one, texts of 10 to 60 shingles leave so many of 128
#: parts empty that an estimated jaccard errs by .048 instead of .042; with two a sketch takes no longer, with four a
#: third more (1.2 ns a byte of text).
PERMUTATIONS = 2
ERRORS = 3  # standard errors that an estimated jaccard may lie under match_jaccard


def sketcher(settings: Settings) -> Callable[[Folded], Array]:
    """Settings -> a function from one folded batch to its signatures (uint32 [documents, num_perm]).

    The permutations are datasketch's own (scheme affine32), so that `MinHash(num_perm, seed, hashfunc=h)` with
    h = xxh64 & 0xffffffff over " ".join(shingle) gives the same signature.
    """
    from datasketch import MinHash  # noqa: PLC0415 - 0.6 s of imports that small dumps never need

    first, second = MinHash(num_perm=settings.num_perm, seed=settings.seed, scheme="affine32").permutations

    def sketch(folded: Folded) -> Array:
        bounds = folded.tokens.bounds
        signatures = np.empty((bounds.size - 1, settings.num_perm), np.uint32)
        kernels.minhash(folded.octets, folded.first_byte, bounds, settings.shingle_words, first, second, signatures)
        return signatures

    return sketch


def word_sketcher(settings: Settings) -> Callable[[Tokens], Array]:
    """Settings -> a function from TOKENS to signatures (uint32 [documents, num_perm]) for bands of our own.

    They come from the hashes of TOKENS in a quarter of the time of `sketcher`, and without the 0.6 s that datasketch
    takes to import: see kernels.minhash_words.
    """
    factors = permutations(settings)

    def sketch(tokens: Tokens) -> Array:
        signatures = np.empty((tokens.bounds.size - 1, settings.num_perm), np.uint32)
        kernels.minhash_words(tokens.word, tokens.bounds, settings.shingle_words, factors, signatures)
        return signatures

    return sketch


def permutations(settings: Settings) -> Array:
    """Settings -> the factors of our own permutations (uint64)."""
    random = np.random.Generator(np.random.PCG64(settings.seed))
    factors: Array = random.integers(0, 1 << 64, PERMUTATIONS, np.uint64) | np.uint64(1)
    return factors


def as_minhash(values: Sequence[int], settings: Settings) -> MinHash:
    """One signature -> datasketch's object, which hashes whatever it is updated with as the kernels do."""
    from datasketch import MinHash  # noqa: PLC0415 - as above

    return MinHash(
        settings.num_perm,
        seed=settings.seed,
        hashfunc=hash_shingle,
        hashvalues=np.array(values, np.uint32),
        scheme="affine32",
    )


def hash_shingle(octets: bytes) -> int:
    """The UTF-8 of a shingle, its folded words joined by single spaces -> the low 32 bits of its xxh64."""
    return xxhash.xxh64_intdigest(octets) & 0xFFFFFFFF


def expected_recall(jaccard: float, bands: int, rows: int) -> float:
    """The probability that a pair of this jaccard shares a bucket: 1 - (1 - J^rows)^bands."""
    return 1.0 - (1.0 - jaccard**rows) ** bands


def least_equal(settings: Settings) -> int:
    """Settings -> how many permutations a pair of one bucket must have equal to be compared on the text.

    ERRORS standard errors under match_jaccard: of pairs exactly at the limit one in 700 is lost, of closer ones none.
    """
    limit = settings.match_jaccard
    floor = limit - ERRORS * math.sqrt(limit * (1 - limit) / settings.num_perm)
    return max(math.ceil(floor * settings.num_perm), 0)


def proposed_share(jaccard: float, settings: Settings) -> float:
    """The least probability that the sketches propose a pair of this jaccard: that it shares a bucket, and least_equal.

    One makes the other more likely, so their product errs on the safe side.
    """
    perms = settings.num_perm
    fewer = (math.comb(perms, n) * jaccard**n * (1 - jaccard) ** (perms - n) for n in range(least_equal(settings)))
    return expected_recall(jaccard, *choose_bands(settings)) * (1 - min(sum(fewer), 1.0))


def choose_bands(settings: Settings) -> tuple[int, int]:
    """Settings -> (bands, rows): the most rows whose expected recall at match_jaccard reaches recall_target.

    More rows mean fewer candidates; verification on the text pays for a loose curve. datasketch's own optimiser
    balances false positives against false negatives and loses half the pairs at the threshold itself.
    """
    for rows in range(settings.num_perm, 1, -1):
        bands = settings.num_perm // rows
        if expected_recall(settings.match_jaccard, bands, rows) >= settings.recall_target:
            return bands, rows
    return settings.num_perm, 1


def recall_statement(settings: Settings, documents: int, over_cap: int) -> dict[str, Any]:
    """What a run may have missed, for run.json: the expected recall by jaccard, and the runs over the link cap."""
    bands, rows = choose_bands(settings)
    exhaustive = documents <= settings.exhaustive_documents
    reach = settings.shingle_words + settings.window - 1
    return {
        "documents": documents,
        "pairs": (
            "every pair that shares a shingle was compared"
            if exhaustive
            else f"pairs were proposed by {bands} bands of {rows} rows and by shared runs of {reach} words"
        ),
        "spans": f"every run of {reach} equal words was seen",
        "expected_recall": {
            f"{jaccard / 10:.1f}": 1.0 if exhaustive else round(proposed_share(jaccard / 10, settings), 4)
            for jaccard in range(3, 10)
        },
        "over_the_link_cap": over_cap,
    }
