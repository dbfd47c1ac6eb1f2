"""Rounds of pairs that tracing looks at: each goes to the story of its documents, or ties two stories.

A story is held together by pairs of which one holds much of the other, and by equal texts. Of texts that share less
little is asked, and that travels with the pair: so no bucket grows with what a quotation or a notice ties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.spark.plan import hashed, home, shaped, table
from provenance.tables import DOCUMENTS, MATCHES, PAIR
from provenance.tracing.conclusions.credits import SNIPPET
from provenance.tracing.signs.evidence import IS_ALIKE, LEAST_SHARE
from provenance.tracing.signs.pairs import find_pairs
from provenance.tracing.statements.outlets import count_shared
from provenance.tracing.statements.quoting import find_quoting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.pieces import Sent, Tables
    from provenance.spark.plan import Plan

ENDS = ["left_row", "right_row"]
SIDES = ("left", "right")


def relate_pairs(matches: pl.DataFrame, spans: pl.DataFrame | None, documents: pl.DataFrame) -> pl.DataFrame:
    """MATCHES with rows, their SPANS, or None at document level, their DOCUMENTS -> RELATED."""
    plain = matches.select(list(MATCHES))
    whole = spans is None
    known = pl.DataFrame(schema=DOCUMENTS) if whole else documents
    shared = pl.DataFrame(schema=_SPANS) if spans is None else spans
    pairs = find_pairs(plain, shared, whole=whole).with_columns(paired=pl.lit(value=True))
    twins = plain.filter((pl.col("relation") == "duplicate") & (pl.col("left_doc") != pl.col("right_doc")))
    twins = twins.join(pairs, on=PAIR, how="anti").with_columns(same=pl.lit(value=True), paired=pl.lit(value=False))
    both = pl.concat([pairs, twins.with_columns(quotes=pl.lit(value=False))], how="diagonal_relaxed")
    both = both.join(matches.select(*PAIR, *ENDS, "left_label", "right_label"), on=PAIR)
    both = both.join(count_shared(shared), on=PAIR, how="left")
    return _with_texts(both, known).join(_quoting(shared, known), on=PAIR, how="left")


_SPANS = {
    **dict.fromkeys(("left_doc", "right_doc", "role"), pl.String),
    **dict.fromkeys(("left_start", "left_end", "right_start", "right_end"), pl.Int64),
}


def _with_texts(pairs: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """RELATED -> the same with what is shown of the stretch that either side shares, of pairs that may tie stories."""
    for side in SIDES:
        texts = documents.select(pl.col("doc_id").alias(f"{side}_doc"), text="text")
        size = pl.min_horizontal(pl.col(f"{side}_last") - pl.col(f"{side}_first"), SNIPPET)
        piece = pl.col("text").str.slice(pl.col(f"{side}_first"), size)
        pairs = pairs.join(texts, on=f"{side}_doc", how="left", maintain_order="left")
        pairs = pairs.with_columns(pl.when(~IS_ALIKE).then(piece).alias(f"{side}_text")).drop("text")
    return pairs


def _quoting(spans: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """SPANS, DOCUMENTS -> by pair, `quoted`: the signs of quoting, each with what stands at its place."""
    signs = find_quoting(spans, documents)
    texts = documents.select("doc_id", whole="text")
    size = pl.min_horizontal(pl.col("end") - pl.col("start"), SNIPPET)
    shown = signs.join(texts, on="doc_id", how="left", maintain_order="left").with_columns(
        snippet=pl.col("whole").str.slice(pl.col("start"), size)
    )
    columns = ("feature", "strength", "doc_id", "start", "end", "text", "snippet")
    return shown.group_by(PAIR, maintain_order=True).agg(quoted=pl.struct(columns))


def send_related(related: pl.DataFrame, plan: Plan) -> Iterator[Sent]:
    """RELATED -> by the right row; and TIES of stories."""
    yield shaped("related", related, hashed(related["right_row"], plan))
    strong = related.filter(
        pl.col("same") | (pl.max_horizontal("left_containment", "right_containment") >= _least(plan))
    )
    yield shaped("ties", strong, 0)


def _least(plan: Plan) -> float:
    """The containment from which a pair is of one story: a possible source's, or a cluster's if that is less."""
    return min(LEAST_SHARE, float(pl.Series([plan.settings.link_containment], dtype=pl.Float32)[0]))


def send_wants(pairs: pl.DataFrame, plan: Plan) -> Sent:
    """Pairs by their right row -> WANTS: which left rows each bucket has to know of, to the buckets of those rows.

    A passage in a million documents ties all of them to the first that has it, and each to few others: by their left
    row, all these pairs would come into one bucket.
    """
    wants = pairs.select(row="left_row", bucket=pl.Series(hashed(pairs["right_row"], plan))).unique()
    return shaped("wants", wants, hashed(wants["row"], plan))


def tell_labels(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """LABELS and WANTS of some rows -> LABELS, to the buckets that want them."""
    told = table(given, "wants").unique().join(table(given, "labels"), on="row")
    yield shaped("labels", told, told["bucket"].to_numpy())


def with_labels(pairs: pl.DataFrame, given: Tables) -> pl.DataFrame:
    """Pairs and LABELS of their rows -> the pairs with both sides' labels, null where there is none."""
    labels, columns = table(given, "labels").unique("row", keep="any"), pairs.columns
    for side in SIDES:
        named = labels.select(pl.col("row").alias(f"{side}_row"), pl.col("label").alias(f"{side}_label"))
        pairs = pairs.drop(f"{side}_label").join(named, on=f"{side}_row", how="left", maintain_order="left")
    return pairs.select(columns)


def place_pairs(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """RELATED by their right row, and LABELS of their rows -> INNER pairs of a story, CROSS pairs of two, and CALLS.

    CROSS pairs stay with their right row, and WANT the cards of their left ones.
    """
    if "related" not in given:
        return
    placed = with_labels(given["related"], given)
    placed = placed.with_columns(pl.coalesce(f"{side}_label", f"{side}_row").alias(f"{side}_label") for side in SIDES)
    same = pl.col("left_label") == pl.col("right_label")
    inner, cross = placed.filter(same), placed.filter(~same)
    yield shaped("inner", inner, hashed(inner["left_label"], plan))
    yield shaped("cross", cross, hashed(cross["right_row"], plan))
    yield send_wants(cross.filter("paired"), plan)
    calls = pl.concat(
        [
            frame.select(
                row=f"{side}_row", label=f"{side}_label", whole=pl.lit(frame is inner), cross=pl.lit(frame is cross)
            )
            for frame in (inner, cross)
            for side in SIDES
        ]
    ).unique()
    calls = calls.with_columns(block=pl.Series(hashed(calls["label"], plan)))
    yield shaped("calls", calls, home(calls["row"]))
