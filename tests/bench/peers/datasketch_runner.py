"""datasketch: MinHash.bulk with xxh32 (its fastest), LSH with an insertion session, one query an article."""

from __future__ import annotations

import re

import xxhash
from datasketch import MinHash, MinHashLSH
from grouping import PERMUTATIONS, THRESHOLD, WORDS, label, read, write

SLICE = 1_000
ids, texts = read()
word = re.compile(r"\w+")


def grams(text: str) -> list[bytes]:
    words = word.findall(text.lower())
    return [" ".join(gram).encode() for gram in zip(*(words[place:] for place in range(WORDS)), strict=False)]


sketches: list[MinHash] = []
for start in range(0, len(texts), SLICE):
    batch = [grams(text) for text in texts[start : start + SLICE]]
    sketches += MinHash.bulk(batch, num_perm=PERMUTATIONS, hashfunc=xxhash.xxh32_intdigest)
lsh = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
with lsh.insertion_session() as session:
    for number, sketch in enumerate(sketches):
        session.insert(number, sketch)
pairs = ((number, other) for number, sketch in enumerate(sketches) for other in lsh.query(sketch))
write(ids, "cluster", label(len(ids), pairs))
