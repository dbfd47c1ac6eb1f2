"""text-dedup: its own minhash command on two processes; the articles that it keeps are read back."""

from __future__ import annotations

import subprocess
import sys
import tempfile

import polars as pl
from grouping import BANDS, PERMUTATIONS, ROWS, THREADS, THRESHOLD, WORDS, write

with tempfile.TemporaryDirectory() as folder:
    command = {
        "path": "parquet", "data_files": sys.argv[1], "split": "train", "cache_dir": f"{folder}/cache",
        "output": f"{folder}/out", "column": "text", "idx_column": "number", "ngram": WORDS, "num_perm": PERMUTATIONS,
        "threshold": THRESHOLD, "b": BANDS, "r": ROWS, "hash_func": "xxh3", "batch_size": 10_000, "num_proc": THREADS,
    }  # fmt: skip
    del command["idx_column"]
    options = [part for name, value in command.items() for part in (f"--{name}", str(value))]
    subprocess.run([sys.executable, "-m", "text_dedup.minhash", *options], check=True)
    from datasets import load_from_disk

    kept = set(load_from_disk(f"{folder}/out")["id"])
ids = pl.read_parquet(sys.argv[1], columns=["id"])["id"].to_list()
write(ids, "later", [one not in kept for one in ids])
