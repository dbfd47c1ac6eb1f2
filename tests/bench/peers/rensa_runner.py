"""rensa: its deduplicator with LSH, which checks each candidate's estimated jaccard; 5-grams from Python's re.

rensa takes tokens, not texts: the 5-grams are made here, one article at a time (its memory stays lowest so).
"""

from __future__ import annotations

import re

from grouping import PERMUTATIONS, THRESHOLD, WORDS, read, write
from rensa import RMinHashDeduplicator

ids, texts = read()
word = re.compile(r"\w+")


def grams(text: str) -> list[str]:
    words = word.findall(text.lower())
    return [" ".join(gram) for gram in zip(*(words[place:] for place in range(WORDS)), strict=False)]


# 16 bands of 8: the number of bands must divide the permutations
deduplicator = RMinHashDeduplicator(THRESHOLD, PERMUTATIONS, use_lsh=True, num_bands=16, seed=42)
added = deduplicator.add_pairs([(one, grams(text)) for one, text in zip(ids, texts, strict=True)])
write(ids, "later", [not one for one in added])
