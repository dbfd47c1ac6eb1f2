"""daft: its tutorial's recipe: normalise, minhash, cut into bands, group by band; components in Python as for gaoya."""

from __future__ import annotations

import sys
from itertools import pairwise

import daft
from daft import col
from daft.functions import minhash, monotonically_increasing_id, normalize
from grouping import BANDS, ROWS, WORDS, label, write

text = normalize(col("text"), remove_punct=True, lowercase=True, white_space=True)
hashes = minhash(text, num_hashes=BANDS * ROWS, ngram_size=WORDS, seed=42, hash_function="xxhash")
frame = daft.read_parquet(sys.argv[1]).select(col("id"), hashes.alias("hashes"))
frame = frame.with_column("number", monotonically_increasing_id()).collect()
ids = frame.select("id").to_pydict()["id"]
numbers = {one: place for place, one in enumerate(frame.select("number").to_pydict()["number"])}
bands = frame.select(col("number"), col("hashes").chunk(ROWS).alias("band")).explode("band")
buckets = bands.groupby("band").agg(col("number").list_agg().alias("numbers")).where(col("numbers").length() > 1)
found = buckets.select("numbers").to_pydict()["numbers"]
pairs = ((numbers[one], numbers[two]) for bucket in found for one, two in pairwise(bucket))
write(ids, "cluster", label(len(ids), pairs))
