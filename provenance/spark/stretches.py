"""Rounds of aligned stretches: repeats in documents, the rewritten channel, and blocks of pairs -> SPANS, MATCHES."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.matching.aligning.alignment import Verified, align, repeats_inside, verify
from provenance.matching.aligning.layout import lay_out
from provenance.matching.aligning.rewritten import find_rewritten
from provenance.matching.aligning.spans import settle, to_table
from provenance.matching.aligning.stretches import Aligned, join
from provenance.matching.groups.matches import find_matches
from provenance.matching.pairs.candidates import Candidates
from provenance.spark.clusters import send_sides
from provenance.spark.pieces import Sent
from provenance.spark.plan import SCHEMAS, STRETCH, by_pair, in_order, table
from provenance.spark.whole import send_matches, send_more

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.arrays import Array
    from provenance.matching.aligning.layout import Layout
    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan
    from provenance.text.tokens import Tokens

ENDS = ["left_row", "right_row"]


class Laid(NamedTuple):
    """Some documents with what every comparison needs."""

    documents: pl.DataFrame  # sorted by row
    passages: pl.DataFrame
    tokens: Tokens
    layout: Layout
    rows: Array

    def places(self, column: pl.Series) -> Array:
        """Rows of the dump -> places among these documents; int32."""
        return np.searchsorted(self.rows, column.to_numpy()).astype(np.int32)


def lay(given: Tables, passages: pl.DataFrame | None = None) -> Laid:
    """DOCUMENTS and PASSAGES of one bucket, or these PASSAGES -> what every comparison needs."""
    documents, tokens = given.read()
    passages = in_order(table(given, "passages") if passages is None else passages)
    return Laid(
        documents, passages, tokens, lay_out(documents, passages, tokens, threads=1), documents["row"].to_numpy()
    )


# -- stretches that travel ---------------------------------------------------------------------------------


def _of_table(laid: Laid, frame: pl.DataFrame) -> Aligned:
    """STRETCHES -> the same in words of these documents' TOKENS."""
    left, right = (laid.places(frame[side]) for side in ENDS)

    def words(side: str, row: Array, edge: str) -> Array:
        place: Array = frame[f"{side}_{edge}"].to_numpy() + laid.tokens.bounds[row]
        return place

    return Aligned(
        left,
        right,
        words("left", left, "first"),
        words("left", left, "last"),
        words("right", right, "first"),
        words("right", right, "last"),
        frame["equal"].to_numpy().astype(np.int32),
    )


def _to_table(laid: Laid, aligned: Aligned) -> pl.DataFrame:
    """Stretches in words of these documents' TOKENS -> STRETCHES."""
    base = [laid.tokens.bounds[aligned.left]] * 2 + [laid.tokens.bounds[aligned.right]] * 2
    places = [part - low for part, low in zip(aligned[2:6], base, strict=True)]
    columns = dict(zip(STRETCH, [*places, aligned.equal], strict=True))
    rows = {"left_row": laid.rows[aligned.left], "right_row": laid.rows[aligned.right]}
    return pl.DataFrame({**rows, **columns}, schema_overrides=dict(SCHEMAS["stretches"]))


# -- repeats of one document ------------------------------------------------------------------------------


def repeat_home(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's DOCUMENTS, PASSAGES and REPEATED short passages -> SPANS inside one document."""
    laid = lay(given)
    short = _of_table(laid, table(given, "repeated").sort("left_row", "left_first", "right_first"))
    repeats = repeats_inside(laid.tokens, laid.layout, plan.settings, threads=1)
    nobody = np.empty(0, np.int32)
    nothing = Verified(repeats.take(nobody), nobody, nobody, np.empty(0, np.float32))
    spans, _ = settle(
        laid.documents, laid.tokens, laid.layout, nothing, nothing.aligned, repeats, short, plan.settings, threads=1
    )
    yield from _send_spans(plan, bucket, spans, laid)


def _send_spans(plan: Plan, bucket: int, spans: pl.DataFrame, laid: Laid) -> Iterator[Sent]:
    ids = laid.documents.select("doc_id", "row")
    for side in ("left", "right"):
        known = ids.rename({"doc_id": f"{side}_doc", "row": f"{side}_row"})
        spans = spans.join(known, on=f"{side}_doc", how="left", maintain_order="left")
    spans = spans.select(list(SCHEMAS["spans"]))
    yield Sent("spans", spans, 0)
    if plan.settings.until != "matches":
        yield from send_sides(plan, bucket, spans)


# -- blocks of pairs ---------------------------------------------------------------------------------------


def _verify(laid: Laid, given: Tables, plan: Plan) -> Verified:
    pairs = table(given, "pairs").filter(pl.col("linked").is_not_null()).sort(ENDS)
    left, right = (laid.places(pairs[side]) for side in ENDS)
    candidates = Candidates(left, right, pairs["linked"].to_numpy(), 0)
    return verify(laid.tokens, laid.layout, candidates, plan.settings, threads=1)


def verify_block(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """PAIRS and their DOCUMENTS and PASSAGES -> EXACT stretches of those that hold, and their JACCARDS."""
    laid = lay(given)
    found = _verify(laid, given, plan)
    yield Sent("exact", _to_table(laid, found.aligned), 0)
    ends = {"left_row": laid.rows[found.left], "right_row": laid.rows[found.right]}
    jaccards = pl.DataFrame({**ends, "jaccard": found.jaccard}, schema=SCHEMAS["jaccards"])
    yield Sent("jaccards", jaccards, by_pair(jaccards, plan))


def rewrite_all(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """All DOCUMENTS, PASSAGES and EXACT stretches -> these and the rewritten ones that stay, as ACROSS.

    In one bucket, for how rare a word is depends on all sentences. `rewritten_limit` bounds it.
    """
    laid = lay(given)
    order = [*ENDS, "left_first", "right_first", "left_last", "right_last"]
    exact = _of_table(laid, table(given, "exact").sort(order))
    found = join([*find_rewritten(laid.documents, laid.tokens, laid.layout, exact, plan.settings, threads=2)])
    across = _to_table(laid, found)
    yield Sent("across", across, by_pair(across, plan))


def settle_block(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """PAIRS, their DOCUMENTS and PASSAGES, STRETCHES of short passages (and ACROSS, JACCARDS) -> SPANS and MATCHES.

    Where the rewritten channel ran, candidates were verified before it: ACROSS and JACCARDS say what holds.
    """
    laid = lay(given)
    if plan.rewritten:
        jaccards = table(given, "jaccards").sort(ENDS)
        across = _of_table(laid, table(given, "across").sort(*ENDS, "left_first"))
        ends = [laid.places(jaccards[side]) for side in ENDS]
        verified = Verified(across, ends[0], ends[1], jaccards["jaccard"].to_numpy())
    else:
        verified = _verify(laid, given, plan)
        across = verified.aligned
    short = _of_table(laid, table(given, "stretches").sort(*ENDS, "left_first", "right_first"))
    nothing = across.take(np.empty(0, np.int32))
    spans, known = settle(
        laid.documents, laid.tokens, laid.layout, verified, across, nothing, short, plan.settings, threads=1
    )
    yield from _send_spans(plan, bucket, spans, laid)
    matches = find_matches(laid.documents, laid.passages, spans, known, laid.tokens, plan.settings)
    yield from send_matches(matches, laid.documents, plan, spans)


def match_missing(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """PAIRS of one component each that were not compared yet, their DOCUMENTS and PASSAGES -> SPANS, and MORE."""
    laid, pairs = lay(given), given["pairs"].sort(ENDS)
    ids = laid.documents["doc_id"]
    left, right = (laid.places(pairs[side]) for side in ENDS)
    found = align(laid.tokens, laid.layout, left, right, plan.settings, threads=1)
    spans = to_table(laid.documents, laid.layout, laid.tokens, found.aligned, plan.settings, threads=1)
    yield from _send_spans(plan, bucket, spans, laid)
    known = pl.DataFrame({"left_doc": ids.gather(left), "right_doc": ids.gather(right), "jaccard": found.jaccard})
    more = find_matches(laid.documents, laid.passages, spans, known, laid.tokens, plan.settings)
    yield from send_more(more, pairs, laid.documents, plan, spans)
