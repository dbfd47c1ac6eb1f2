"""Credits to somebody who is not in the dump -> EDGES from `source:NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.tables import EDGES
from provenance.tracing import names
from provenance.tracing.facts import CREDITS

if TYPE_CHECKING:
    from provenance.settings import Settings

#: How sure a credit to somebody who is not in the dump makes us that the words are theirs, by its kind: of 69
#: agency articles of polnear the credits named the right agency in 65 (datelines in 61 of 61, the rest in 4 of 6);
#: of 60 cited outlets read by eye 53 were the source of what was told.
CREDIBLE = {
    "dateline": 0.95, "credit": 0.93, "byline": 0.9, "template": 0.88, "first_party": 0.75, "cited": 0.7, "link": 0.55
}  # fmt: skip
AGREE = 0.04  # what a second kind of credit adds, up to MOST: a dateline and a foot of one agency
MOST = 0.98
SNIPPET = 240  # code points of a text that an evidence item shows at most
PASSED_ON = ("cited", "first_party", "link")  # kinds that stand in the words that are copied
INHERITED = 0.3  # share of an article taken from another from which its citations may be the other's
ITEMS = 8  # credits of one source that an edge lists


def verdict(confidence: float, families: int, settings: Settings, least: float | None = None) -> str:
    """A confidence, and how many families speak for it -> one of the four verdict words.

    `least` is what a calibrated confidence is at the least; of one read by eye it is the confidence itself.
    """
    if (confidence if least is None else least) >= settings.established and families >= 2:
        return "established"
    if confidence >= settings.likely:
        return "likely"
    return "possible" if confidence >= settings.possible else "undetermined"


def item(family: str, weight: float, doc_id: str, start: int | None, end: int | None, text: str) -> dict[str, Any]:
    """An evidence item that shows what stands in `text` at its place, at most SNIPPET of it."""
    piece = "" if start is None or end is None else text[start : min(end, start + SNIPPET)]
    end = None if start is None else start + len(piece)
    return {"family": family, "weight": weight, "doc_id": doc_id, "start": start, "end": end, "text": piece}


def _claim(kind: str, weight: float, doc_id: str, start: int, end: int, text: str, title: str | None) -> dict[str, Any]:
    """A credit as an evidence item; that of a title that does not stand in the text shows the title."""
    if end > start:
        return item(kind, weight, doc_id, start, end, text)
    return item(kind, weight, doc_id, None, None, "") | {"text": f"its title: {(title or '')[:SNIPPET]}"}


def draw_absent(
    documents: pl.DataFrame, foreign: pl.DataFrame, parents: pl.DataFrame, weights: dict[str, float], settings: Settings
) -> pl.DataFrame:
    """DOCUMENTS, credits to others, copies (from_id, to_id, from_key, share) -> EDGES, one a document and source.

    A citation in copied words is the original's: it is left out where the text that was copied has it too, so
    that it is counted once a cluster.
    """
    known = parents.select(doc_id="to_id", key="from_key").drop_nulls().unique()
    inherited = (
        foreign.filter(pl.col("kind").is_in(PASSED_ON))
        .select(from_id="doc_id", key="key")
        .unique()
        .join(parents.filter(pl.col("share") >= INHERITED).select("from_id", doc_id="to_id"), on="from_id")
        .select("doc_id", "key")
    )
    rest = foreign.join(known, on=["doc_id", "key"], how="anti")
    passed = pl.col("kind").is_in(PASSED_ON)
    rest = pl.concat([rest.filter(~passed), rest.filter(passed).join(inherited, on=["doc_id", "key"], how="anti")])
    rest = rest.filter(pl.col("kind") != "link")
    if rest.is_empty():
        return pl.DataFrame(schema=EDGES)
    wires = set(foreign.filter(pl.col("kind") == "dateline")["key"].unique())
    spelled = rest.group_by("key", "source").len().sort("key", "len", "source", descending=[False, True, False])
    name_of = dict(spelled.unique("key", keep="first", maintain_order=True).select("key", "source").iter_rows())
    chosen = documents.join(rest.select("doc_id").unique(), on="doc_id", how="semi")
    texts = {doc_id: (text, title) for doc_id, text, title in chosen.select("doc_id", "text", "title").iter_rows()}
    ordered = rest.sort("doc_id", "key", "start").group_by("doc_id", "key", maintain_order=True)
    out = []
    for doc_id, key, kinds, starts, ends in ordered.agg("kind", "start", "end").iter_rows():
        name = name_of[key]
        credited = [kind for kind in kinds if kind in CREDITS]
        confidence = max(CREDIBLE[kind] for kind in kinds)
        if credited and len(set(kinds)) >= 2:
            confidence = min(MOST, confidence + AGREE)
        wire = key in wires or names.is_agency(name) or "dateline" in credited
        kind = ("syndicated" if wire else "copied") if credited else "quoted"
        items = [
            _claim(word, weights[word], doc_id, start, end, *texts[doc_id])
            for word, start, end in list(zip(kinds, starts, ends, strict=True))[:ITEMS]
        ]
        relation = "copied_from" if credited else "cites"
        word = verdict(confidence, len(set(kinds)), settings)
        out.append((f"source:{name}", doc_id, relation, kind, None, confidence, word, items))
    return pl.DataFrame(out, schema=EDGES, orient="row")
