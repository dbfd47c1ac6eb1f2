"""EDGES from absent sources, ATTRIBUTIONS -> the origins outside the dump that each article's own text names."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from provenance.tables import SOURCE, TEXT
from provenance.tracing.conclusions import reasons
from provenance.tracing.conclusions.absent import CREDIBLE
from provenance.tracing.conclusions.credits import show_credits
from provenance.tracing.statements.facts import CREDITS, foreign_credits, keys

#: How sure we are that an article has what it reports from a source: from the only one in its lead, and how much surer
#: if its speakers told that one, or it is cited twice; from one that they told twice further down; from one cited once
#: there; and from one of several in the lead, at most. Read by eye on 60 cited outlets of polnear and the dumps: 53
#: were the source of what was told.
IN_LEAD, TOLD_TO, TWICE, TOLD_OFTEN, FURTHER_DOWN, ONE_OF_SEVERAL = 0.72, 0.06, 0.04, 0.66, 0.35, 0.5


#: Origins outside the dump that articles' own texts name, best first.
CLAIMS = pl.Schema(
    {
        "doc_id": TEXT,
        "origin": TEXT,
        "relation": TEXT,
        "confidence": pl.Float64(),
        "families": pl.Int64(),
        "reason": TEXT,
        "beside": pl.List(TEXT),
    }
)


class _Credit(NamedTuple):
    """One credit of a source; see credits.py."""

    kind: str
    start: int
    end: int
    quote: str
    lead: bool


class Claim(NamedTuple):
    """An origin outside the dump that an article's own text names."""

    origin: str  # source:NAME
    relation: str
    confidence: float
    families: int
    reason: str
    beside: list[str]  # keys of all whom the article credits, in the dump or not


def find_claims(documents: pl.DataFrame, edges: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """Absent sources of each article, best first: credits, then the lead's one source, then other mentions. *map*."""
    absent = edges.filter(pl.col("from_id").str.starts_with(SOURCE))
    foreign = foreign_credits(documents, attributions).join(absent.select(doc_id="to_id"), on="doc_id", how="semi")
    foreign = show_credits(foreign, documents)
    columns = ("kind", "start", "end", "quote", "lead")
    spoken: dict[tuple[str, str], list[_Credit]] = {}
    for doc_id, key, *told in foreign.select("doc_id", "key", *columns).iter_rows():
        spoken.setdefault((doc_id, key), []).append(_Credit(*told))
    keyed = absent.select(
        "to_id", "from_id", "relation", "confidence", key=keys(absent["from_id"].str.strip_prefix(SOURCE))
    )
    named = foreign.filter(pl.col("kind").is_in(CREDITS)).group_by("doc_id").agg(pl.col("key").unique().sort())
    credited: dict[str, list[str]] = dict(named.iter_rows())
    found: dict[str, list[Claim]] = {}
    cited: dict[str, set[str]] = {}
    for to_id, from_id, relation, confidence, key in keyed.iter_rows():
        items = spoken.get((to_id, key), [])
        in_lead = [item for item in items if item.lead and item.kind in ("cited", "first_party")]
        if relation == "cites" and in_lead:
            cited.setdefault(to_id, set()).add(key)
        claim = _claim(from_id, relation, confidence, items, in_lead)
        found.setdefault(to_id, []).append(claim._replace(beside=credited.get(to_id, [])))
    for to_id, claims in found.items():
        if len(cited.get(to_id, ())) > 1:
            # Two sources in one lead: neither is the one source that it cites.
            found[to_id] = [
                claim._replace(confidence=min(claim.confidence, ONE_OF_SEVERAL))
                if claim.relation == "cites" and claim.families < 2
                else claim
                for claim in claims
            ]
        found[to_id].sort(key=lambda claim: (claim.relation != "copied_from", -claim.confidence, claim.origin))
    rows = [(doc_id, *claim) for doc_id, claims in found.items() for claim in claims]
    return pl.DataFrame(rows, schema=CLAIMS, orient="row")


def _claim(origin: str, relation: str, confidence: float, items: list[_Credit], in_lead: list[_Credit]) -> Claim:
    name = origin.removeprefix(SOURCE)
    kinds = [item.kind for item in items]
    told = kinds.count("first_party")
    first = min(items, key=lambda item: (-CREDIBLE[item.kind], item.start)) if items else None
    words = first.quote if first else name
    if relation == "copied_from":
        how = next((kind for kind in CREDITS if kind in kinds), "credit")
        return Claim(origin, relation, confidence, len(set(kinds)), reasons.of_credit(how, name, words), [])
    if told >= 2 and not in_lead:
        reason = f"It says {told} times that its speakers told {name}: {words}."
        return Claim(origin, relation, TOLD_OFTEN, 1, reason, [])
    if in_lead:
        level = IN_LEAD + TOLD_TO * (told > 0) + TWICE * (len(items) > 1)
        verb = "was told to" if told else "is cited from"
        families = 2 if len(set(kinds)) > 1 else 1
        return Claim(origin, relation, level, families, f"What its lead reports {verb} {name}: {words}.", [])
    return Claim(origin, relation, FURTHER_DOWN, 1, f"It cites {name} further down: {words}.", [])
