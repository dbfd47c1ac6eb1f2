"""TOKENS -> the pairs of whole documents that are alike: what level `document` compares, without spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from provenance.matching.alignment import align, count_shingles
from provenance.matching.candidates import find_candidates
from provenance.matching.layout import lay_out
from provenance.matching.spans import Found
from provenance.tables import SPANS, empty

if TYPE_CHECKING:
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens

Array = np.ndarray[Any, Any]


def find_alike(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    tokens: Tokens,
    signatures: Array | None,
    settings: Settings,
    threads: int = 2,
) -> Found:
    """DOCUMENTS sorted by doc_id, PASSAGES, TOKENS and signatures (none for small dumps) -> Found without spans.

    *Gather*. `jaccards` holds the pairs of at least match_jaccard, and left_containment and right_containment:
    the share of that document's distinct shingles that the other has.
    """
    candidates = find_candidates(tokens, signatures, settings)
    layout = lay_out(documents, passages, tokens)
    verified = align(tokens, layout, candidates.left, candidates.right, settings, threads)
    # in 32 bits, as the jaccards are: three shared shingles of ten are .3
    close = verified.jaccard >= np.float32(settings.match_jaccard)
    left, right = candidates.left[close], candidates.right[close]
    jaccard = verified.jaccard[close].astype(np.float64)
    wanted = np.zeros(documents.height, np.bool_)
    wanted[left], wanted[right] = True, True
    sizes = count_shingles(tokens, wanted, settings)
    # J = shared / (a + b - shared), and shared is a whole number: nothing is lost by the way back
    shared = np.rint(jaccard / (1 + jaccard) * (sizes[left].astype(np.int64) + sizes[right]))
    pairs = pl.DataFrame(
        {
            "left_doc": documents["doc_id"].gather(left),
            "right_doc": documents["doc_id"].gather(right),
            "jaccard": jaccard.astype(np.float32),
            "left_containment": (shared / np.maximum(sizes[left], 1)).astype(np.float32),
            "right_containment": (shared / np.maximum(sizes[right], 1)).astype(np.float32),
        }
    )
    return Found(empty(SPANS), pairs.sort("left_doc", "right_doc"), candidates.over_cap)
