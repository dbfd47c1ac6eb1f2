"""Compiles the kernels of matching into numba's cache, on words made up here.

Run as `python -m provenance.matching.warming` beside a first scan: numba compiles under one lock, so only a second
process can share the work, 85 s of processor time, between two cores. What candidates and recall need the first
process compiles meanwhile.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from provenance.matching.aligning.spans import find_among
from provenance.matching.boilerplate import mark_boilerplate
from provenance.matching.pairs.candidates import Candidates
from provenance.matching.pairs.sketches import word_sketcher
from provenance.matching.whole_documents import find_alike
from provenance.settings import Settings
from provenance.tables import DOCUMENTS, PASSAGES
from provenance.text.tokens import Tokens, tokenize_and

WORDS = 40  # of each text; long enough for a span


def made_up() -> tuple[pl.DataFrame, Tokens]:
    """Three small texts, two of them alike: doc_id and text, and their TOKENS."""
    texts = [np.arange(WORDS) + shift for shift in (100, 110, 900)]
    word = np.concatenate(texts).astype(np.uint64)
    place = np.tile(np.arange(WORDS, dtype=np.int32) * 3, len(texts))
    gap = np.zeros(word.size, np.uint8)
    bounds = np.arange(len(texts) + 1, dtype=np.int64) * WORDS
    documents = pl.DataFrame({"doc_id": ["a", "b", "c"], "text": ["aa " * WORDS] * 3})
    return documents, Tokens(bounds, word, place, np.full(word.size, 2, np.uint8), gap)


def compile_spans() -> None:
    """Find the spans of texts that have a headline each: that calls every kernel of spans but of candidates."""
    documents, tokens = made_up()
    passages = pl.DataFrame(
        [
            (name, start, end, role)
            for name in "abc"
            for start, end, role in ((0, 17, "headline"), (18, 119, "paragraph"))
        ],
        schema=PASSAGES,
        orient="row",
    )
    pairs = Candidates(np.array([0], np.int32), np.array([1], np.int32), np.ones(1, np.bool_), 0)
    find_among(documents, passages, tokens, lambda: pairs, Settings(rewritten="on"))


def load_documents() -> None:
    """Compare small texts as whole documents: that loads every kernel of it, .35 s."""
    find_alike(made_up()[0], Settings(level="document", exhaustive_documents=0))


def load_passages() -> None:
    """Fold small texts and cut them into passages: that loads every kernel of it, and expressions, .4 s.

    Not those of spans: a first run has them compiled in a second process.
    """
    from provenance.text.passages import find_passages  # noqa: PLC0415  .03 s of expressions for passages alone

    rows = [{"doc_id": name, "outlet": "one", "text": f"Aa aa\n\n{'aa ' * WORDS}."} for name in "ab"]
    documents = pl.DataFrame(rows, schema=DOCUMENTS)
    tokens, _ = tokenize_and(documents["text"], word_sketcher(Settings()))
    mark_boilerplate(documents, find_passages(documents), tokens)


if __name__ == "__main__":
    compile_spans()
