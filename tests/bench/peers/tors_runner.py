"""tors: minhash_signature by its quicker method in two Python threads (it releases the lock), then lsh_candidates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import tors
from grouping import BANDS, ROWS, THREADS, WORDS, label, read, write

ids, texts = read()


def signature(text: str) -> list[int]:
    return tors.minhash_signature(text, num_perm=BANDS * ROWS, shingle_size=WORDS, method="superminhash")


with ThreadPoolExecutor(THREADS) as pool:
    signatures = list(pool.map(signature, texts))
pairs = tors.lsh_candidates(signatures, bands=BANDS, rows=ROWS)["pairs"]
write(ids, "cluster", label(len(ids), pairs))
