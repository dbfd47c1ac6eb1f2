"""SPANS and jaccards -> MATCHES that lack no pair of what will be one cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.matching.aligning.alignment import align
from provenance.matching.aligning.spans import to_table
from provenance.matching.groups.clusters import group_documents, link_documents, missing_pairs
from provenance.matching.groups.matches import find_matches
from provenance.matching.pairs.numbering import rows_of
from provenance.tables import PAIR, SPANS_BY

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.matching.aligning.spans import Found
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens
    from provenance.verdicts.decisions import Decisions

MOST_PAIRS = 2_000_000  # at about 20 microseconds each; more are wanted by one long chain, and not by many stories


class Matched(NamedTuple):
    """SPANS and MATCHES, complete."""

    spans: pl.DataFrame
    matches: pl.DataFrame


def match_documents(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    tokens: Tokens,
    found: Found,
    settings: Settings,
    decisions: Decisions | None = None,
) -> Matched:
    """DOCUMENTS sorted by doc_id, PASSAGES, TOKENS, Found -> SPANS, MATCHES, both complete. *gather*."""
    spans = [found.spans]

    def compare(missing: pl.DataFrame) -> pl.DataFrame:
        left, right = (rows_of(missing[side], documents["doc_id"]).astype(np.int32) for side in PAIR)
        more = align(tokens, found.layout, left, right, settings)
        added = to_table(documents, found.layout, tokens, more.aligned, settings)
        spans.append(added)
        known = missing.with_columns(jaccard=pl.Series(more.jaccard).cast(pl.Float32))
        return find_matches(documents, passages, added, known, tokens, settings)

    matches = find_matches(documents, passages, found.spans, found.jaccards, tokens, settings)
    matches = complete(matches, compare, settings, decisions)
    return Matched(pl.concat(spans).sort(SPANS_BY), matches)


def complete(
    matches: pl.DataFrame,
    compare: Callable[[pl.DataFrame], pl.DataFrame],
    settings: Settings,
    decisions: Decisions | None = None,
) -> pl.DataFrame:
    """MATCHES, and a function that makes MATCHES of other pairs -> MATCHES with all pairs among linked documents.

    A run or bucket in more documents than the link cap ties each only to the previous and to the first. A pair that was
    never compared would count as sharing nothing, and part a cluster; so all pairs among linked documents are compared
    first. Of those that then share nothing, the pairs inside one cluster become matches, with their jaccard; and so do
    pairs that editors joined or parted.
    """

    def named(pairs: pl.DataFrame) -> pl.DataFrame:
        return decisions.name_pairs(pairs) if decisions else pairs

    if decisions:
        asked = decisions.pairs_to_compare().join(matches, on=PAIR, how="anti", maintain_order="left")
        matches = named(pl.concat([matches, compare(asked)]) if asked.height else matches)
    missing = lacking_pairs(matches, settings)
    if not 0 < missing.height <= MOST_PAIRS:
        return matches.sort(PAIR)
    return add_compared(matches, named(compare(missing)), settings)


def lacking_pairs(matches: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """MATCHES -> left_doc, right_doc of the pairs inside what is linked that were not compared yet, sorted."""
    return missing_pairs(link_documents(matches, settings), matches)


def add_compared(matches: pl.DataFrame, more: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """MATCHES, and MATCHES of the pairs that they lacked -> MATCHES with those of the latter that belong there, sorted.

    *Gather* by group of linked documents: groups that no link ties together do not change each other.
    """
    tied = (pl.col("jaccard") >= pl.lit(settings.match_jaccard, pl.Float32)) | (pl.col("spans") > 0)
    matches = pl.concat([matches, more.filter(tied)])
    lacking = missing_pairs(group_documents(matches, settings), matches)
    return pl.concat([matches, more.join(lacking, on=PAIR, how="semi")]).sort(PAIR)
