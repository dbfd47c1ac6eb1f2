"""MATCHES, SPANS -> the pairs of documents that tracing compares, and which of their documents have equal words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from provenance.tables import PAIR
from provenance.tracing.signs.bodies import Bodies, fold_bodies
from provenance.tracing.signs.contents import rank_documents
from provenance.tracing.signs.twins import find_same, find_twins

if TYPE_CHECKING:
    from provenance.text.tokens import Tokens


class Related(NamedTuple):
    """The documents of a dump as every step of tracing needs them."""

    pairs: pl.DataFrame  # as find_pairs gives them
    twins: pl.DataFrame  # doc_id, stands
    ranks: pl.DataFrame  # RANKS of the documents in a pair
    bodies: Bodies  # the words of the documents in a pair


def relate(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    pairs: pl.DataFrame,
    matches: pl.DataFrame,
    attributions: pl.DataFrame,
    dates: pl.DataFrame,
    tokens: Tokens | None = None,
    hashes: pl.Series | None = None,
) -> Related:
    """DOCUMENTS, PASSAGES, pairs, MATCHES, ATTRIBUTIONS, DATES, TOKENS and hashes if known -> RELATED. *gather*."""
    # a shared notice makes no pair, so not all need a rank: of 100,000 articles that share one a third are in a pair
    paired = documents["doc_id"].is_in(ends_of(pairs, matches.filter(find_same())).implode())
    ranks = rank_documents(documents.filter(paired), None if hashes is None else hashes.filter(paired))
    twins = find_twins(documents, matches, attributions, dates, ranks)
    compared = pl.concat([pairs["left_doc"], pairs["right_doc"], twins["stands"]]).unique()
    return Related(pairs, twins, ranks, fold_bodies(documents, passages, compared, tokens))


def ends_of(*pairs: pl.DataFrame) -> pl.Series:
    """Tables of pairs -> the ids that stand in one of them."""
    return pl.concat([table[name].alias("doc_id") for table in pairs for name in PAIR]).unique()


def find_pairs(matches: pl.DataFrame, spans: pl.DataFrame, *, whole: bool) -> pl.DataFrame:
    """MATCHES, SPANS -> the pairs of different documents that share a span that is not boilerplate, with its ends.

    With `whole`, where spans were not looked for, all pairs that are not boilerplate; that there are none does not say
    so, for a dump of short texts has none, either. *map* over pairs. Inside, a pair is one number: half a million pairs
    of names take twice as long to group, to join and to sort. Names are numbered without those of boilerplate: of
    387,000 matches of 100,000 articles 82,000 were of more, and to number all took a third of the time.
    """
    compared = matches.filter((pl.col("relation") != "boilerplate") & (pl.col("left_doc") != pl.col("right_doc")))
    ids = ends_of(compared).sort()
    rows = [pl.col(name).cast(pl.Enum(ids), strict=False).to_physical().cast(pl.UInt64) for name in PAIR]
    number = rows[0] * len(ids) + rows[1]
    shared = spans.filter((pl.col("role") != "boilerplate") & (pl.col("left_doc") != pl.col("right_doc")))
    where = shared.group_by(number.alias("pair")).agg(
        *(pl.col(f"{side}_start").min().alias(f"{side}_first") for side in ("left", "right")),
        *(pl.col(f"{side}_end").max().alias(f"{side}_last") for side in ("left", "right")),
        quotes=(pl.col("role") == "quote").all(),
    )
    return (
        compared.with_columns(pair=number)
        # at document level there are no spans: then every match is a pair, and where it stands is not known
        .join(where, on="pair", how="left" if whole else "inner")
        .sort("pair")
        .with_columns(
            pl.col("left_containment", "right_containment", "jaccard").cast(pl.Float64),
            pl.col("quotes").fill_null(value=False),
            same=pl.col("relation") == "duplicate",
        )
        .drop("spans", "relation", "pair")
    )
