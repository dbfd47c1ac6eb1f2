"""Compiles the kernels of matching into numba's cache, on words made up here.

Run as `python -m provenance.matching.warming` beside a first scan: numba compiles under one lock, so only a second
process can share the work of some 20 s between two cores.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from provenance.matching.equal_texts import digest, group_equal
from provenance.matching.recall import sample_pairs
from provenance.matching.spans import find_spans
from provenance.settings import Settings
from provenance.tables import PASSAGES
from provenance.text.tokens import Tokens

WORDS = 40  # of each text; long enough for a span


def compile_kernels() -> None:
    """Find the spans of three small texts, two of them alike, each with a headline: that calls every kernel."""
    texts = [np.arange(WORDS) + shift for shift in (100, 110, 900)]
    word = np.concatenate(texts).astype(np.uint64)
    place = np.tile(np.arange(WORDS, dtype=np.int32) * 3, len(texts))
    gap = np.zeros(word.size, np.uint8)
    bounds = np.arange(len(texts) + 1, dtype=np.int64) * WORDS
    documents = pl.DataFrame({"doc_id": ["a", "b", "c"], "text": ["aa " * WORDS] * 3})
    passages = pl.DataFrame(
        [
            (name, start, end, role)
            for name in "abc"
            for start, end, role in ((0, 17, "headline"), (18, 119, "paragraph"))
        ],
        schema=PASSAGES,
        orient="row",
    )
    tokens = Tokens(bounds, word, place, np.full(word.size, 2, np.uint8), gap)
    find_spans(documents, passages, tokens, None, Settings(rewritten="on"))
    sample_pairs(documents["text"], tokens, group_equal(digest(tokens)), Settings())


if __name__ == "__main__":
    compile_kernels()
