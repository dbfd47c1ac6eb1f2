"""rensa, its fastest path that finds the copies: words hashed by polars, 5-grams by numpy, flat kernels, flags.

No recipe of rensa's: whoever wants this speed writes the tokeniser, as here. Every member of a group is flagged.
"""

from __future__ import annotations

import sys

import numpy as np
import polars as pl
from grouping import PERMUTATIONS, THRESHOLD, WORDS, write
from rensa import RMinHash, RMinHashLSH

SLICE = 5_000
frame = pl.read_parquet(sys.argv[1], columns=["id", "text"])
lsh = RMinHashLSH(THRESHOLD, PERMUTATIONS, 16)
matrices = []
for start in range(0, frame.height, SLICE):
    words = frame["text"].slice(start, SLICE).str.to_lowercase().str.extract_all(r"\w+")
    counts = words.list.len().to_numpy().astype(np.int64)
    hashed = words.explode(empty_as_null=False).hash(42).to_numpy()
    lengths = np.maximum(counts - WORDS + 1, 0)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    first = np.repeat(np.concatenate([[0], np.cumsum(counts)[:-1]]) - bounds[:-1], lengths) + np.arange(bounds[-1])
    grams = np.zeros(first.size, np.uint64)
    for place in range(WORDS):
        grams = (grams ^ hashed[first + place]) * np.uint64(0x9E3779B97F4A7C15)
        grams ^= grams >> np.uint64(29)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(grams, bounds.astype(np.uint64), PERMUTATIONS, 42)
    lsh.insert_matrix(matrix, start)
    matrices.append(matrix)
flags = [flag for matrix in matrices for flag in lsh.query_duplicate_flags_matrix(matrix)]
write(frame["id"].to_list(), "repeated", flags)
