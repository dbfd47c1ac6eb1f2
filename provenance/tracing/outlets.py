"""Who published each document, and who copies whom."""

from __future__ import annotations

import re

import polars as pl

from provenance.tables import DOCUMENTS, OUTLETS
from provenance.tracing import names

_EXCLUSIVELY = re.compile(r"exclusive(?:ly)?,? (?:for|to) $")
_OWN_VOICE = re.compile(r"(?:has|had) learn(?:ed|t)|can (?:exclusively )?reveal|understands")


def name_outlets(documents: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, ATTRIBUTIONS -> DOCUMENTS with every outlet by its canonical name, and missing ones completed.

    In this order: the column; `exclusively for X`; the suffix of the title; a site's header; the address's
    domain, if the table knows it; the one outlet that its first-party wording names (`told Asharq
    Al-Awsat`). *map*; under a second for 100,000 documents.
    """
    unique = documents["outlet"].drop_nulls().unique().sort()
    table = pl.DataFrame(
        {
            "outlet": unique,
            "name": pl.Series([names.canonical(name) if name.strip() else None for name in unique], dtype=pl.String),
        }
    )
    named = documents.join(table, on="outlet", how="left", maintain_order="left").with_columns(outlet=pl.col("name"))
    named = _of_one_file(named)
    missing = named.filter(pl.col("outlet").is_null())
    completed = _complete(missing, attributions)
    return (
        named.join(completed, on="doc_id", how="left", maintain_order="left")
        .with_columns(outlet=pl.coalesce("outlet", "found"))
        .select(DOCUMENTS.names())
    )


def _of_one_file(named: pl.DataFrame) -> pl.DataFrame:
    """A header that stands once, over the first of a file's articles, names the publisher of them all."""
    first = pl.col("start") == pl.col("start").min().over("path")
    alone = pl.col("outlet").is_not_null().sum().over("path") == 1
    header = pl.when(first & pl.col("outlet").is_not_null()).then(pl.col("outlet")).max().over("path")
    spread = pl.when(alone & pl.col("start").is_not_null()).then(header)
    return named.with_columns(outlet=pl.coalesce("outlet", spread))


def _complete(missing: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    wanted = attributions.filter(
        pl.col("kind").is_in(["first_party", "credit", "dateline", "byline"]) & pl.col("source").is_not_null()
    )
    rows = wanted.join(missing.select("doc_id", "text"), on="doc_id", how="inner")
    claims: dict[str, dict[str, list[str]]] = {}
    for doc_id, start, source, kind, text in rows.select("doc_id", "start", "source", "kind", "text").iter_rows():
        claim = claims.setdefault(doc_id, {})
        if kind == "first_party":
            own = bool(_EXCLUSIVELY.search(text[max(0, start - 20) : start]))
            claim.setdefault("exclusive" if own else kind, []).append(source)
        elif kind == "credit":
            if re.search(r"[-–—|•·»] ?$", text[max(0, start - 3) : start]) and start < 400:
                claim.setdefault("suffix", []).append(source)
            else:
                claim.setdefault("foreign", []).append(source)
        else:
            claim.setdefault("foreign", []).append(source)
    _leave_strangers(missing, claims)
    found: dict[str, str] = {}
    for doc_id, url, text in missing.select("doc_id", "url", "text").iter_rows():
        name = _choose(claims.get(doc_id, {}), url, text)
        if name:
            found[doc_id] = name
    return pl.DataFrame(
        {"doc_id": list(found), "found": list(found.values())},
        schema={"doc_id": pl.String, "found": pl.String},
    )


def _leave_strangers(missing: pl.DataFrame, claims: dict[str, dict[str, list[str]]]) -> None:
    """Drop first-party wording that is not that of the file's site: the articles of one dump share a publisher.

    In one page of two it may be the site's own; of a longer dump it must stand in half of the articles, or
    in two and no other name in any. What is dropped here names an origin, not the publisher.
    """
    sliced = missing.filter(pl.col("start").is_not_null() & (pl.len().over("path") > 1))
    for group in sliced.select("path", "doc_id").partition_by("path"):
        members = group["doc_id"].to_list()
        voices: dict[str, int] = {}
        for doc_id in members:
            for name in set(claims.get(doc_id, {}).get("first_party", [])):
                voices[name] = voices.get(name, 0) + 1
        own = {name for name, n in voices.items() if 2 * n >= len(members) or (n >= 2 and len(voices) == 1)}
        if len(own) > 1:
            own = set()
        for doc_id in members:
            said = claims.get(doc_id, {}).get("first_party", [])
            if said and not own.issuperset(said):
                del claims[doc_id]["first_party"]


def _choose(claim: dict[str, list[str]], url: str | None, text: str) -> str | None:
    for kind in ("exclusive", "suffix"):
        if kind in claim:
            return claim[kind][0]
    if header := _header(text):
        return header
    if url and (by_address := names.outlet_of_address(url)):
        return by_address
    first = dict.fromkeys(claim.get("first_party", []))
    # A dateline's agency that hears things first-hand is copied, not the publisher: only a lone name publishes.
    if len(first) == 1 and "foreign" not in claim:
        return next(iter(first))
    return None


def _header(text: str) -> str | None:
    """The site of a first line that is a known name, or says one twice: `Asharq Al-awsat … from Asharq Al-awsat`."""
    line = text[:300].strip().partition("\n")[0].strip("\u200e\u200f\u064d \t|-–")
    if not 3 <= len(line) <= 200:
        return None
    if len(line) <= 45:
        found = names.resolve(line, cue=False)
        return found if found and not names.is_agency(found) else None
    words = line.split()
    for size in (4, 3, 2):
        start = " ".join(words[:size])
        found = names.resolve(start, cue=False)
        if found and names.key(line).count(names.key(start)) >= 2:
            return found
    return None


def count_outlets(documents: pl.DataFrame, edges: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, EDGES, SPANS -> OUTLETS: how much each outlet took from each other one.

    Only `copied_from`; `source:NAME` counts as outlet NAME, whose words nobody can count. *gather*.
    """
    facts = documents.select("doc_id", "outlet", "published")
    length = _words(spans)
    copied = edges.filter(pl.col("relation") == "copied_from").select("from_id", "to_id")
    from_facts = facts.rename({"doc_id": "from_id", "outlet": "from_outlet", "published": "from_time"})
    to_facts = facts.rename({"doc_id": "to_id", "outlet": "to_outlet", "published": "to_time"})
    rows = (
        copied.join(from_facts, on="from_id", how="left")
        .join(to_facts, on="to_id", how="left")
        .with_columns(
            from_outlet=pl.coalesce(
                "from_outlet",
                pl.when(pl.col("from_id").str.starts_with("source:")).then(
                    pl.col("from_id").str.strip_prefix("source:")
                ),
            ),
            low=pl.min_horizontal("from_id", "to_id"),
            high=pl.max_horizontal("from_id", "to_id"),
        )
        .drop_nulls(["from_outlet", "to_outlet"])
        .filter(pl.col("from_outlet") != pl.col("to_outlet"))
        .join(
            length.with_columns(
                low=pl.min_horizontal("left_doc", "right_doc"),
                high=pl.max_horizontal("left_doc", "right_doc"),
            ).select("low", "high", "words"),
            on=["low", "high"],
            how="left",
        )
        .with_columns(lag=pl.col("to_time") - pl.col("from_time"))
    )
    return (
        rows.group_by("from_outlet", "to_outlet")
        .agg(
            documents=pl.col("to_id").n_unique().cast(pl.Int64),
            words=pl.col("words").sum().cast(pl.Int64),
            median_lag=pl.col("lag").median().cast(pl.Duration("us")),
        )
        .select(OUTLETS.names())
        .sort("from_outlet", "to_outlet")
    )


def _words(spans: pl.DataFrame) -> pl.DataFrame:
    """Words that a pair shares, at six characters a word: the tokens are gone by now."""
    wanted = spans.filter((pl.col("left_doc") != pl.col("right_doc")) & (pl.col("role") != "boilerplate"))
    chars = pl.col("right_end") - pl.col("right_start")
    return wanted.group_by("left_doc", "right_doc").agg(words=(chars.sum() / 6).round().cast(pl.Int64))
