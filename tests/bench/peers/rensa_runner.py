"""rensa: its deduplicator with LSH, which checks each candidate's estimated jaccard; 5-grams from Python's re.

rensa takes tokens, not texts: the 5-grams are made here, of SLICE articles at a time (all at once they take 5 GB).
"""

from __future__ import annotations

import re

from grouping import PERMUTATIONS, THRESHOLD, WORDS, read, write
from rensa import RMinHashDeduplicator

SLICE = 1_000
ids, texts = read()
word = re.compile(r"\w+")


def grams(text: str) -> list[str]:
    words = word.findall(text.lower())
    return [" ".join(gram) for gram in zip(*(words[place:] for place in range(WORDS)), strict=False)]


# 16 bands of 8: the number of bands must divide the permutations
deduplicator = RMinHashDeduplicator(THRESHOLD, PERMUTATIONS, use_lsh=True, num_bands=16, seed=42)
later: list[bool] = []
for start in range(0, len(ids), SLICE):
    batch = zip(ids[start : start + SLICE], texts[start : start + SLICE], strict=True)
    later += [not added for added in deduplicator.add_pairs([(one, grams(text)) for one, text in batch])]
write(ids, "later", later)
