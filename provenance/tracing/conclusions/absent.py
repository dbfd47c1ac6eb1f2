"""Credits to somebody who is not in the dump -> EDGES from `source:NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.tables import EDGES, SOURCE
from provenance.tracing.conclusions.credits import SNIPPET
from provenance.tracing.signs.evidence import LEAST_SHARE
from provenance.tracing.statements import names
from provenance.tracing.statements.facts import CREDITS

if TYPE_CHECKING:
    from collections.abc import Collection

    from provenance.settings import Settings

#: Confidence that the words are those of a credited source that is not in the dump, by the credit's kind: of 69
#: agency articles of polnear the credits named the right agency in 65 (datelines in 61 of 61, other credits in 4); of
#: 60 cited outlets read by eye 53 were the source of what was told.
CREDIBLE = {
    "dateline": 0.95, "credit": 0.93, "byline": 0.9, "template": 0.88, "first_party": 0.75, "cited": 0.7, "link": 0.55
}  # fmt: skip
AGREE = 0.04  # what a second kind of credit adds, up to MOST: a dateline and a sign-off that name one agency
MOST = 0.98
PASSED_ON = ("cited", "first_party", "link")  # kinds of credit that are copied with the words around them
INHERITED = 0.3  # if this share of an article was taken from another, its citations may be the other's
ITEMS = 8  # credits of one source that an edge lists


def verdict(confidence: float, families: int, settings: Settings, least: float | None = None) -> str:
    """A confidence, and the number of families of evidence that speak for it -> one of the four verdict words.

    `least` is the lower limit of a calibrated confidence, where it is lower than the confidence itself.
    """
    if min(confidence, confidence if least is None else least) >= settings.established and families >= 2:
        return "established"
    if confidence >= settings.likely:
        return "likely"
    return "possible" if confidence >= settings.possible else "undetermined"


def judge(confidence: str, least: str, families: str, settings: Settings) -> pl.Expr:
    """Columns of calibrated confidences, their lower limits and numbers of families -> `verdict` of each row."""
    return (
        pl.when((pl.col(least) >= settings.established) & (pl.col(families) >= 2))
        .then(pl.lit("established"))
        .when(pl.col(confidence) >= settings.likely)
        .then(pl.lit("likely"))
        .when(pl.col(confidence) >= settings.possible)
        .then(pl.lit("possible"))
        .otherwise(pl.lit("undetermined"))
    )


def item(family: str, weight: float, doc_id: str, start: int | None, end: int | None, text: str) -> dict[str, Any]:
    """An evidence item with the words of `text` at its place, at most SNIPPET code points of them."""
    piece = "" if start is None or end is None else text[start : min(end, start + SNIPPET)]
    end = None if start is None else start + len(piece)
    return {"family": family, "weight": weight, "doc_id": doc_id, "start": start, "end": end, "text": piece}


def _claim(kind: str, weight: float, doc_id: str, start: int, end: int, snippet: str) -> dict[str, Any]:
    """A credit as an evidence item; one in a title that does not stand in the text has no place."""
    if end > start:
        return {
            "family": kind, "weight": weight, "doc_id": doc_id, "start": start, "end": start + len(snippet),
            "text": snippet,
        }  # fmt: skip
    return item(kind, weight, doc_id, None, None, "") | {"text": snippet}


def find_known(foreign: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """Credits to others, copies (find_copies in edges.py) -> doc_id, key, passed: credited sources that are not absent.

    The outlet that a document was copied from is in the dump. And a citation in copied words (`passed`) belongs to the
    original: where the original has it too, the copy's is left out, so that a cluster counts it once.
    """
    # any of several equal texts may be the one that was copied; a pair that only ties two stories knows of no others
    tied = pl.max_horizontal("share", "back") < LEAST_SHARE
    alike = parents.filter(~tied).select(doc_id="to_id", key="alike_keys").explode("key")
    known = pl.concat([parents.select(doc_id="to_id", key="from_key"), alike]).drop_nulls().unique()
    inherited = (
        foreign.filter(pl.col("kind").is_in(PASSED_ON))
        .select(from_id="doc_id", key="key")
        .unique()
        .join(parents.filter(pl.col("share") >= INHERITED).select("from_id", doc_id="to_id"), on="from_id")
        .select("doc_id", "key")
    )
    passed = pl.lit(value=True)
    return pl.concat([known.with_columns(passed=~passed), inherited.with_columns(passed=passed)])


def leave_known(foreign: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Credits to others, find_known's rows of these documents -> the credits to sources that are not in the dump."""
    whose = known.filter(~pl.col("passed")).select("doc_id", "key")
    inherited = known.filter(pl.col("passed")).select("doc_id", "key")
    rest = foreign.join(whose, on=["doc_id", "key"], how="anti")
    passed = pl.col("kind").is_in(PASSED_ON)
    rest = pl.concat([rest.filter(~passed), rest.filter(passed).join(inherited, on=["doc_id", "key"], how="anti")])
    return rest.filter(pl.col("kind") != "link")


def draw_absent(
    rest: pl.DataFrame,
    wires: Collection[str],
    spellings: pl.DataFrame,
    weights: dict[str, float],
    settings: Settings,
) -> pl.DataFrame:
    """Credits to absent sources, agencies' keys, how sources are spelled -> EDGES, one a document and source. *map*."""
    if rest.is_empty():
        return pl.DataFrame(schema=EDGES)
    name_of = dict(spellings.select("key", "name").iter_rows())
    ordered = rest.sort("doc_id", "key", "start", "end", "kind").group_by("doc_id", "key", maintain_order=True)
    out = []
    for doc_id, key, kinds, starts, ends, snippets in ordered.agg("kind", "start", "end", "snippet").iter_rows():
        name = name_of[key]
        credited = [kind for kind in kinds if kind in CREDITS]
        confidence = max(CREDIBLE[kind] for kind in kinds)
        if credited and len(set(kinds)) >= 2:
            confidence = min(MOST, confidence + AGREE)
        wire = key in wires or names.is_agency(name) or "dateline" in credited
        kind = ("syndicated" if wire else "copied") if credited else "quoted"
        items = [
            _claim(each, weights[each], doc_id, start, end, snippet)
            for each, start, end, snippet in list(zip(kinds, starts, ends, snippets, strict=True))[:ITEMS]
        ]
        relation = "copied_from" if credited else "cites"
        word = verdict(confidence, len(set(kinds)), settings)
        out.append((SOURCE + name, doc_id, relation, kind, None, confidence, word, items))
    return pl.DataFrame(out, schema=EDGES, orient="row")
