"""EDGES and attributions -> ORIGINS: for each article where its text most likely came from, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from provenance.tables import CLUSTERS, ORIGINS
from provenance.tracing import evidence
from provenance.tracing.edges import ABSENT, verdict
from provenance.tracing.evidence import CREDITS
from provenance.tracing.graphs import choose_parents

if TYPE_CHECKING:
    from provenance.settings import Settings

#: An article is a copy of another only if this much of its words is in it; less is a shared quotation.
LEAST_SHARE = 0.3
#: Two parents that hold nearly as much are told apart by their evidence, not by a word more or less.
SHARPNESS = 8.0
LEAD = 900  # code points of the body in which a lead cites its source
_BODY = re.compile(r"[^\n]{150}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class _Claim(NamedTuple):
    """What an article's own text says of an origin outside it."""

    origin: str  # source:NAME
    relation: str
    confidence: float
    families: int
    reason: str


def find_origins(
    documents: pl.DataFrame,
    edges: pl.DataFrame,
    matches: pl.DataFrame,
    clusters: pl.DataFrame,
    attributions: pl.DataFrame,
    settings: Settings,
) -> pl.DataFrame:
    """DOCUMENTS, EDGES, ... -> ORIGINS, one row for each document, in their order.

    First a document of the dump from which it was copied; else the agency or outlet of its dateline, credit,
    notice or title suffix; else the outlet whose first-party wording it repeats or the one source that its
    lead cites (`cites`); else itself. *gather*; a few seconds for 100,000 documents.
    """
    del clusters  # an edge knows its cluster; parents are sought among edges
    shares = _shares(matches)
    parents, families, kinds = _parents(edges, shares)
    chosen, chances = choose_parents(parents)
    twins = _twins(matches)
    claims = _claims(documents, edges, attributions)
    prior = _copying(documents, edges)
    outlets = dict(documents.select("doc_id", "outlet").iter_rows())
    titles = dict(documents.select("doc_id", "title").iter_rows())
    rows = []
    for doc_id in documents["doc_id"]:
        outlet = outlets[doc_id]
        said = claims.get(doc_id, [])
        if doc_id in chosen:
            parent = chosen[doc_id]
            row = _from_document(
                doc_id,
                parent,
                chances[doc_id],
                twins,
                families[doc_id, parent],
                kinds[doc_id, parent],
                said,
                (outlets, titles),
                settings,
            )
        elif said and said[0].confidence >= settings.possible - 0.05:
            row = _from_claim(doc_id, said, settings)
        else:
            row = _itself(doc_id, outlet, said, prior.get(outlet or "", 0.0), doc_id in shares, settings)
        rows.append(row)
    return pl.DataFrame(rows, schema=ORIGINS, orient="row")


def _shares(matches: pl.DataFrame) -> dict[str, dict[str, float]]:
    """document -> other document -> the share of its words that the other holds."""
    wanted = matches.filter(pl.col("relation") != "boilerplate")
    found: dict[str, dict[str, float]] = {}
    columns = ("left_doc", "right_doc", "left_containment", "right_containment", "relation")
    for left, right, left_share, right_share, relation in wanted.select(columns).iter_rows():
        same = relation == "duplicate"
        found.setdefault(left, {})[right] = 1.0 if same else left_share
        found.setdefault(right, {})[left] = 1.0 if same else right_share
    return found


def _parents(
    edges: pl.DataFrame, shares: dict[str, dict[str, float]]
) -> tuple[dict[str, dict[str, float]], dict[tuple[str, str], int], dict[tuple[str, str], str]]:
    """Odds of each parent against the document's being an original: the pair's, less where another holds more."""
    inside = edges.filter(
        ~pl.col("from_id").str.starts_with("source:")
        & (pl.col("relation") == "copied_from")
        & (pl.col("kind") != "quoted")
    ).with_columns(
        families=pl.col("evidence").list.eval(pl.element().struct.field("weight") >= 0.5).list.sum().cast(pl.Int32)
    )
    found: dict[str, dict[str, float]] = {}
    families: dict[tuple[str, str], int] = {}
    kinds: dict[tuple[str, str], str] = {}
    best: dict[str, float] = {}
    rows = inside.select("from_id", "to_id", "confidence", "families", "kind").rows()
    for from_id, to_id, *_ in rows:
        best[to_id] = max(best.get(to_id, 0.0), shares.get(to_id, {}).get(from_id, 0.0))
    for from_id, to_id, confidence, number, kind in rows:
        share = shares.get(to_id, {}).get(from_id, 0.0)
        if share < LEAST_SHARE:
            continue
        odds = confidence / (1 - min(confidence, 0.995)) * float(np.exp(SHARPNESS * (share - best[to_id])))
        found.setdefault(to_id, {})[from_id] = odds
        families[to_id, from_id] = number
        kinds[to_id, from_id] = kind
    return found, families, kinds


def _twins(matches: pl.DataFrame) -> dict[str, set[str]]:
    """Documents of equal words: to have named one of them is to have named them all."""
    found: dict[str, set[str]] = {}
    for left, right in matches.filter(pl.col("relation") == "duplicate").select("left_doc", "right_doc").iter_rows():
        found.setdefault(left, set()).add(right)
        found.setdefault(right, set()).add(left)
    return found


def _claims(documents: pl.DataFrame, edges: pl.DataFrame, attributions: pl.DataFrame) -> dict[str, list[_Claim]]:
    """Absent sources of each article, best first: credits, then the lead's one source, then other mentions."""
    absent = edges.filter(pl.col("from_id").str.starts_with("source:"))
    if absent.is_empty():
        return {}
    foreign = evidence.foreign_credits(documents, attributions)
    texts = documents.join(absent.select(doc_id="to_id").unique(), on="doc_id", how="semi").select(
        "doc_id", "text", "outlet"
    )
    heads = {doc_id: (_lead_end(text), outlet, text) for doc_id, text, outlet in texts.iter_rows()}
    spoken: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
    for doc_id, key, kind, start, end in foreign.select("doc_id", "key", "kind", "start", "end").iter_rows():
        spoken.setdefault((doc_id, key), []).append((kind, start, end))
    keyed = absent.select(
        "to_id",
        "from_id",
        "relation",
        "confidence",
        key=evidence.keys(absent["from_id"].str.strip_prefix("source:")),
    )
    found: dict[str, list[_Claim]] = {}
    cited: dict[str, set[str]] = {}
    for to_id, from_id, relation, confidence, key in keyed.iter_rows():
        items = spoken.get((to_id, key), [])
        lead_end, _, text = heads[to_id]
        in_lead = [item for item in items if item[1] <= lead_end and item[0] in ("cited", "first_party")]
        if relation == "cites" and in_lead:
            cited.setdefault(to_id, set()).add(key)
        found.setdefault(to_id, []).append(_claim(from_id, relation, confidence, items, in_lead, text))
    for to_id, claims in found.items():
        if len(cited.get(to_id, ())) > 1:
            # Two sources in one lead: neither is the one source that it cites.
            found[to_id] = [
                claim._replace(confidence=min(claim.confidence, 0.5))
                if claim.relation == "cites" and claim.families < 2
                else claim
                for claim in claims
            ]
        found[to_id].sort(key=lambda claim: (claim.relation != "copied_from", -claim.confidence, claim.origin))
    return found


def _lead_end(text: str) -> int:
    body = _BODY.search(text)
    return (body.start() if body else 0) + LEAD


def _claim(
    origin: str,
    relation: str,
    confidence: float,
    items: list[tuple[str, int, int]],
    in_lead: list[Any],
    text: str,
) -> _Claim:
    name = origin.removeprefix("source:")
    kinds = [kind for kind, *_ in items]
    told = kinds.count("first_party")
    first = min(items, key=lambda item: (-evidence.ATTRIBUTION[item[0]], item[1])) if items else None
    # A title that came in a field has no place in the text.
    words = (_quote(text, first[1], first[2]) if first[2] else "in its title") if first else name
    if relation == "copied_from":
        how = next((kind for kind in CREDITS if kind in kinds), "credit")
        reason = {
            "dateline": f"Its dateline {words} credits {name}, which is not in the dump.",
            "credit": f"It credits {name} ({words}), which is not in the dump.",
            "byline": f"Its byline names {name} ({words}), which is not in the dump.",
            "template": f"A notice of {name} was left in the text: {words}.",
        }[how]
        return _Claim(origin, relation, max(confidence, ABSENT[how]), len(set(kinds)), reason)
    if told >= 2 and not in_lead:
        return _Claim(origin, relation, 0.66, 1, f"It says {told} times that its speakers told {name}: {words}.")
    if in_lead:
        level = 0.72 + 0.06 * (told > 0) + 0.04 * (len(items) > 1)
        verb = "was told to" if told else "is cited from"
        return _Claim(
            origin,
            relation,
            level,
            2 if len(set(kinds)) > 1 else 1,
            f"What its lead reports {verb} {name}: {words}.",
        )
    return _Claim(origin, relation, 0.35, 1, f"It cites {name} further down: {words}.")


def _quote(text: str, start: int, end: int) -> str:
    """The words of a credit with a few whole words of its line around them, controls escaped."""
    low = max(0, start - 30, text.rfind("\n", 0, start) + 1)
    high = min(len(text), end + 15, start + 130)
    while 0 < low < start and not text[low - 1].isspace():
        low += 1
    while end < high < len(text) and not text[high].isspace():
        high -= 1
    piece = text[low:high]
    piece = piece[: max(0, end - low)] + piece[max(0, end - low) :].partition("\n")[0]
    clean = _CONTROL.sub(lambda sign: " " if sign.group().isspace() else f"\\x{ord(sign.group()):02x}", piece)
    return "“" + " ".join(clean.split()) + "”"


def _escape(name: str | None, limit: int = 120) -> str:
    text = _CONTROL.sub(lambda sign: " " if sign.group().isspace() else f"\\x{ord(sign.group()):02x}", name or "")
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _copying(documents: pl.DataFrame, edges: pl.DataFrame) -> dict[str, float]:
    """Outlet -> the share of its articles that are copied from others, where at least five are known."""
    copied = edges.filter((pl.col("relation") == "copied_from") & (pl.col("kind") != "revision"))["to_id"].unique()
    cited = edges.filter(pl.col("relation") == "cites")["to_id"].unique()
    shares = (
        documents.select("doc_id", "outlet")
        .drop_nulls("outlet")
        .with_columns(
            part=pl.when(pl.col("doc_id").is_in(copied.implode()))
            .then(1.0)
            .when(pl.col("doc_id").is_in(cited.implode()))
            .then(0.5)
            .otherwise(0.0)
        )
        .group_by("outlet")
        .agg(n=pl.len(), share=pl.col("part").mean())
        .filter(pl.col("n") >= 5)
    )
    return dict(shares.select("outlet", "share").iter_rows())


def _from_document(
    doc_id: str,
    parent: str,
    chances: dict[str, float],
    twins: dict[str, set[str]],
    families: int,
    kind: str,
    said: list[_Claim],
    facts: tuple[dict[str, str | None], dict[str, str | None]],
    settings: Settings,
) -> tuple[Any, ...]:
    same = twins.get(parent, set())
    confidence = min(0.995, chances[parent] + sum(chances.get(twin, 0.0) for twin in same))
    others = {name: chance for name, chance in chances.items() if name != parent and name not in same}
    left = 1 - sum(chances.values())
    second = max(others, key=lambda name: (others[name], name), default=None)
    runner_up = second if second and others[second] > left else (said[0].origin if said else doc_id)
    outlets, titles = facts
    whose = f"{_escape(outlets[parent])}’s" if outlets.get(parent) else "the"
    title = _escape(titles.get(parent)) or parent
    how = {
        "revision": f"A later version of the same outlet’s “{title}”",
        "syndicated": f"Agency copy of {whose} “{title}”, which it credits",
        "excerpt": f"An excerpt of {whose} “{title}”",
    }.get(kind, f"Copied from {whose} “{title}”")
    word = verdict(round(confidence, 4), families, settings)
    tail = f"; {families} kinds of evidence agree." if families >= 2 else "; one kind of evidence says so."
    return (doc_id, parent, "document", "copied_from", round(confidence, 4), word, runner_up, how + tail)


def _from_claim(doc_id: str, said: list[_Claim], settings: Settings) -> tuple[Any, ...]:
    first = said[0]
    runner_up = said[1].origin if len(said) > 1 and said[1].confidence > 1 - first.confidence else doc_id
    word = verdict(round(first.confidence, 4), first.families, settings)
    reason = _escape(first.reason, 400)
    return (
        doc_id,
        first.origin,
        "external",
        first.relation,
        round(first.confidence, 4),
        word,
        runner_up,
        reason,
    )


def _itself(
    doc_id: str, outlet: str | None, said: list[_Claim], copying: float, shared: bool, settings: Settings
) -> tuple[Any, ...]:
    """No other origin was found: itself, or nobody knows, if its publisher mostly prints what others wrote."""
    runner_up = said[0].origin if said else None
    name = _escape(outlet)
    confidence = (0.85 if outlet else 0.72) - 0.15 * bool(said) - 0.08 * shared
    if copying > 0.6:
        confidence = min(confidence, 0.55)
        reason = f"Nothing in the text says where it came from, and {name} mostly prints what others wrote."
        return (
            doc_id,
            None,
            "unknown",
            None,
            round(1 - copying, 4),
            "undetermined",
            runner_up or doc_id,
            reason,
        )
    if outlet:
        reason = f"No other source was found: {name} appears to be its own origin."
    else:
        reason = "No other source and no publisher were found: the article stands for itself."
    if said:
        reason = reason[:-1] + f"; it only cites {_escape(said[0].origin.removeprefix('source:'))}."
    word = verdict(round(confidence, 4), 1, settings)
    return (doc_id, doc_id, "itself", None, round(confidence, 4), word, runner_up, reason)


def mark_origins(clusters: pl.DataFrame, origins: pl.DataFrame) -> pl.DataFrame:
    """CLUSTERS, ORIGINS -> CLUSTERS with `is_origin`: true for members that no other member's text is behind.

    A member whose origin is itself, outside the dump or outside the cluster is a root of it; where an agency
    is absent several siblings may be. *gather*.
    """
    if clusters.is_empty():
        return clusters.with_columns(pl.col("is_origin").cast(pl.Boolean))
    parent = origins.select("doc_id", parent=pl.when(pl.col("kind") == "document").then("origin_id"))
    members = clusters.select("cluster_id", "level", parent="doc_id").unique().with_columns(has=pl.lit(value=True))
    return (
        clusters.join(parent, on="doc_id", how="left", maintain_order="left")
        .join(members, on=["cluster_id", "level", "parent"], how="left", maintain_order="left")
        .with_columns(is_origin=~pl.col("has").fill_null(value=False))
        .select(CLUSTERS.names())
    )
