"""SPANS and Jaccards -> MATCHES in which no pair is missing of what will be a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.matching.alignment import align
from provenance.matching.clusters import cluster_documents, link_documents, missing_pairs
from provenance.matching.layout import lay_out
from provenance.matching.matches import find_matches
from provenance.matching.places import row_numbers
from provenance.matching.spans import to_table

if TYPE_CHECKING:
    from provenance.matching.spans import Found
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens

MOST_PAIRS = 2_000_000  # at about 20 microseconds each; what asks for more is not many stories but one chain
PAIR = ["left_doc", "right_doc"]


class Matched(NamedTuple):
    """SPANS and MATCHES, complete."""

    spans: pl.DataFrame
    matches: pl.DataFrame


def match_documents(
    documents: pl.DataFrame, passages: pl.DataFrame, tokens: Tokens, found: Found, settings: Settings
) -> Matched:
    """DOCUMENTS sorted by doc_id, PASSAGES, TOKENS, Found -> SPANS, MATCHES. *Gather*.

    A run in more documents than the link cap ties each to the previous and to the first only. A pair that
    was not compared would count as nothing shared and part a cluster: so all pairs of what is linked are
    aligned first. Pairs inside a cluster that share nothing are matches too, by their Jaccard, and those
    alone.
    """
    spans, jaccards = found.spans, found.jaccards
    matches = find_matches(documents, passages, spans, jaccards, tokens, settings)
    missing = missing_pairs(link_documents(matches, settings), matches)
    if settings.level == "document" or not 0 < missing.height <= MOST_PAIRS:
        return Matched(spans, matches)
    left, right = (row_numbers(missing[side], documents["doc_id"]).astype(np.int32) for side in PAIR)
    layout = lay_out(documents, passages, tokens)
    more = align(tokens, layout, left, right, settings)
    added = to_table(documents, layout, tokens, more.aligned, settings)
    spans = pl.concat([spans, added]).sort("left_doc", "left_start", "right_doc", "right_start")
    known = missing.with_columns(jaccard=pl.Series(more.jaccard).cast(jaccards["jaccard"].dtype))
    close = known.filter(pl.col("jaccard") >= pl.lit(settings.match_jaccard, pl.Float32))
    tied = pl.concat([close, known.join(added, on=PAIR, how="semi")]).unique()
    matches = pl.concat([matches, find_matches(documents, passages, added, tied, tokens, settings)])
    lacking = known.join(missing_pairs(cluster_documents(matches, settings), matches), on=PAIR, how="semi")
    matches = pl.concat([matches, find_matches(documents, passages, added.clear(), lacking, tokens, settings)])
    return Matched(spans, matches.sort(PAIR))
