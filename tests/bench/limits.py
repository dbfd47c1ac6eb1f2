"""`python -m tests.bench.limits CORPUS`: what this machine can do at all, as JSON, in MB (or millions) a second.

One thread unless the name says otherwise; the best of five, for a limit is not a median.
"""

from __future__ import annotations

import io
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numba
import numpy as np
import polars as pl
import xxhash

from tests.bench import THREADS

if TYPE_CHECKING:
    from collections.abc import Callable

BUFFER = 1 << 28  # 256 MiB: well over any cache


def best(work: Callable[[], object], runs: int = 5) -> float:
    """The fewest seconds that `work` took."""
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


@numba.njit(nogil=True)
def hash_short(words: np.ndarray) -> np.uint64:
    """xxh64's rounds over 4 words from every place: the least that hashing a key of 25 to 32 bytes costs."""
    first, second, third = np.uint64(0x9E3779B185EBCA87), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9)
    mixed = np.uint64(0)
    for start in range(words.size - 3):
        state = third
        for word in range(4):
            state ^= words[start + word] * second
            state = ((state << np.uint64(27)) | (state >> np.uint64(37))) * first + third
        state ^= state >> np.uint64(33)
        state *= second
        state ^= state >> np.uint64(29)
        mixed ^= state * third
    return mixed


@numba.njit(nogil=True, fastmath=True)
def permute(hashes: np.ndarray, first: np.ndarray, second: np.ndarray, least: np.ndarray) -> None:
    """The multiply, add and minimum of MinHash for every hash and permutation, in 32 bits."""
    for value in hashes:
        for place in range(least.size):
            mixed = np.uint32(value * first[place] + second[place])
            least[place] = min(least[place], mixed)


def main(corpus: str) -> dict[str, float]:
    """Measure every limit."""
    source = np.ones(BUFFER, np.uint8)
    target = np.empty_like(source)
    halves = list(zip(np.array_split(target, THREADS), np.array_split(source, THREADS), strict=True))
    with ThreadPoolExecutor(THREADS) as pool:
        both = best(lambda: list(pool.map(lambda pair: np.copyto(*pair), halves)))
    random = np.random.default_rng(1)
    words = random.integers(0, 1 << 62, 1 << 22, np.uint64)
    keys = random.integers(0, 1 << 62, 10_000_000, np.uint64)
    hashes = random.integers(0, 1 << 32, 1 << 18, np.uint32)
    perms = [random.integers(0, 1 << 32, 128, np.uint32) for _ in range(3)]
    hash_short(words)
    permute(hashes, *perms)
    text = pl.read_parquet(corpus, columns=["text"])
    size = int(text["text"].str.len_bytes().sum())
    head = text["text"].head(1_000)
    words_a_byte = head.str.count_matches(r"\w+").sum() / head.str.len_bytes().sum()
    found = {
        "copy": BUFFER / best(lambda: np.copyto(target, source)) / 1e6,
        f"copy, {THREADS} threads": BUFFER / both / 1e6,
        "xxh64 of one buffer": BUFFER / best(lambda: xxhash.xxh64_intdigest(source)) / 1e6,
        "xxh3 of one buffer": BUFFER / best(lambda: xxhash.xxh3_64_intdigest(source)) / 1e6,
        "xxh64 rounds of 30 bytes (M shingles)": words.size / best(lambda: hash_short(words)) / 1e6,
        "128 permutations (M shingles)": hashes.size / best(lambda: permute(hashes, *perms)) / 1e6,
        "numpy sort of u64 (M keys)": keys.size / best(lambda: np.sort(keys), 3) / 1e6,
        "Parquet read of the text": size / best(lambda: pl.read_parquet(corpus, columns=["text"]), 3) / 1e6,
        "Parquet write of the text": size / best(lambda: text.write_parquet(io.BytesIO()), 2) / 1e6,
    }
    return found | {"words a byte": words_a_byte}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
