"""The tables so far -> EDGES: who took the words from whom, and whom an article cites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.tables import EDGES
from provenance.tracing import evidence, names
from provenance.tracing.evidence import CREDITS, FAMILIES

if TYPE_CHECKING:
    from provenance.settings import Settings

#: What speaks for a source common to both, before anything is known of the pair, in log odds against even chances.
COMMON = -1.0
WEAK = 1.3  # log odds of all families but an outlet's habits, under which an edge is at most "possible"
ROWS_AT_ONCE = 20_000  # edges written out at a time: as Python rows, half a million of them took a gigabyte
SNIPPET = 240  # code points of a text that an evidence item shows at most

#: How sure a credit to somebody who is not in the dump makes us, by its kind.
ABSENT = {
    "dateline": 0.93, "credit": 0.92, "byline": 0.9, "template": 0.88, "first_party": 0.7, "cited": 0.7, "link": 0.55
}  # fmt: skip


def verdict(confidence: float, families: int, settings: Settings) -> str:
    """A confidence, and how many families speak for it -> one of the four verdict words."""
    if confidence >= settings.established and families >= 2:
        return "established"
    if confidence >= settings.likely:
        return "likely"
    return "possible" if confidence >= settings.possible else "undetermined"


def draw_edges(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    spans: pl.DataFrame,
    matches: pl.DataFrame,
    clusters: pl.DataFrame,
    attributions: pl.DataFrame,
    dates: pl.DataFrame,
    settings: Settings,
) -> pl.DataFrame:
    """DOCUMENTS, ..., DATES -> EDGES, sorted by to_id, from_id.

    *gather*. Only pairs in MATCHES are looked at, all of them at once, so the cost is linear in matches: a
    cluster of thousands takes seconds. A pair has three outcomes: left had it, right had it, both took it
    from a third; a row is written where one direction reaches `settings.possible`.
    """
    del passages  # roles have done their work in spans and attributions
    pairs = _pairs(matches, spans)
    foreign = evidence.foreign_credits(documents, attributions)
    features = evidence.pair_features(pairs, documents, spans, attributions, dates)
    first = _siblings(features, foreign)
    draft = _decide(first, settings)
    second = _explained(evidence.with_habits(first, documents, foreign, draft["to_id", "from_key", "to_key"]), draft)
    decided = _decide(second, settings)
    copied = _copied(decided, documents, clusters, spans, attributions, settings)
    absent = _absent(documents, foreign, decided, settings)
    return pl.concat([copied, absent]).sort("to_id", "from_id", "relation")


def _pairs(matches: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    shared = spans.filter((pl.col("role") != "boilerplate") & (pl.col("left_doc") != pl.col("right_doc")))
    return (
        matches.filter((pl.col("relation") != "boilerplate") & (pl.col("left_doc") != pl.col("right_doc")))
        .join(shared.select("left_doc", "right_doc").unique(), on=["left_doc", "right_doc"], how="semi")
        .sort("left_doc", "right_doc")
        .with_columns(pl.col("left_containment", "right_containment", "jaccard").cast(pl.Float64))
    )


def _siblings(features: pl.DataFrame, foreign: pl.DataFrame) -> pl.DataFrame:
    """Adds `common`: log odds that both took the text from a third, which a shared credit makes likely.

    Where the credited agency's own report is in the dump, siblings that share no more with each other than
    with it are its star; a sibling with more of the other (a local paragraph) did read the other.
    """
    both_ways = pl.concat(
        [
            features.select(doc="left_doc", other="right_doc", other_key="right_key", share="left_containment"),
            features.select(doc="right_doc", other="left_doc", other_key="left_key", share="right_containment"),
        ]
    )
    credited = foreign.filter(pl.col("kind").is_in(CREDITS)).select(doc="doc_id", key="key").unique()
    # What each document shares with a report of an outlet that it, or its sibling, credits.
    stars = both_ways.join(credited.select(other_key="key").unique(), on="other_key", how="semi")
    best = stars.group_by("doc", "other_key").agg(pl.col("share").max())
    told = features.select("left_doc", "right_doc", "left_key", "right_key")
    rows = [told.join(credited.rename({"doc": f"{side}_doc"}), on=f"{side}_doc") for side in ("left", "right")]
    third = (
        pl.concat([row.select("left_doc", "right_doc", "left_key", "right_key", "key") for row in rows])
        .unique()
        .filter(pl.col("key").ne_missing(pl.col("left_key")) & pl.col("key").ne_missing(pl.col("right_key")))
        .join(best.rename({"doc": "left_doc", "other_key": "key", "share": "left_star"}), on=["left_doc", "key"])
        .join(
            best.rename({"doc": "right_doc", "other_key": "key", "share": "right_star"}),
            on=["right_doc", "key"],
        )
        .group_by("left_doc", "right_doc")
        .agg(pl.col("left_star").max(), pl.col("right_star").max())
    )
    joined = features.join(third, on=["left_doc", "right_doc"], how="left", maintain_order="left")
    margin = 0.06
    extra = (pl.col("left_containment") > pl.col("left_star") + margin) | (
        pl.col("right_containment") > pl.col("right_star") + margin
    )
    star = pl.col("left_star").is_not_null()
    return joined.with_columns(
        common=COMMON
        + pl.when(star & extra)
        .then(0.0)
        .when(star)
        .then(3.5)
        .when(pl.col("shared_source").is_not_null())
        .then(2.8)
        .otherwise(0.0)
        + pl.when(pl.col("quotes").fill_null(value=False)).then(2.0).otherwise(0.0)
        + pl.when(pl.max_horizontal("left_containment", "right_containment") < 0.2).then(0.7).otherwise(0.0)
    )


def _explained(features: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Raises `common` where a third document is the likely source of both and holds as much of the copy.

    Looked for among the parents of both sides, so a document with many parents costs as many rows.
    """
    sure = decided.filter(pl.col("confidence") >= 0.75).select("from_id", "to_id", "share")
    # A copy's few best parents explain it as well as all of them, and a clique of copies stays affordable.
    sure = (
        sure.sort("to_id", "share", "from_id", descending=[False, True, False])
        .group_by("to_id", maintain_order=True)
        .head(8)
    )
    pairs = decided.select("left_doc", "right_doc", parent="from_id", child="to_id", held="share")
    thirds = (
        pairs.join(sure.select(child="to_id", third="from_id", child_share="share"), on="child")
        .filter((pl.col("third") != pl.col("parent")) & (pl.col("child_share") >= pl.col("held") - 0.02))
        .join(sure.select(parent="to_id", third="from_id"), on=["parent", "third"], how="semi")
    )
    found = thirds.select("left_doc", "right_doc").unique().with_columns(explained=pl.lit(3.0))
    return (
        features.join(found, on=["left_doc", "right_doc"], how="left", maintain_order="left")
        .with_columns(common=pl.col("common") + pl.col("explained").fill_null(0.0))
        .drop("explained")
    )


def _decide(features: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Families -> the direction, its probability and how many families speak for it."""
    total = pl.sum_horizontal(FAMILIES)
    forward, back, common = (total / 2).exp(), (-total / 2).exp(), pl.col("common").exp()
    whole = forward + back + common
    sign = pl.when(total >= 0).then(1).otherwise(-1)
    speaking = pl.sum_horizontal((pl.col(family) * sign >= 0.5).cast(pl.Int32) for family in FAMILIES)
    confidence = pl.max_horizontal(forward, back) / whole
    return (
        features.with_columns(total=total, families=speaking, confidence=confidence, to_right=total >= 0)
        .with_columns(
            # An earliest date alone never establishes an origin: each date may be wrong.
            confidence=pl.when((pl.col("families") < 2) & (pl.col("date").abs() >= 0.5))
            .then(pl.min_horizontal("confidence", pl.lit(0.9)))
            # An outlet's habits and one small loss made "likely" of agency siblings that never saw each other.
            .when((total - pl.col("prior")).abs() < WEAK)
            .then(pl.min_horizontal("confidence", pl.lit(settings.likely - 0.01)))
            .otherwise("confidence")
            .clip(0, 0.995),
            from_id=pl.when("to_right").then("left_doc").otherwise("right_doc"),
            to_id=pl.when("to_right").then("right_doc").otherwise("left_doc"),
            from_key=pl.when("to_right").then("left_key").otherwise("right_key"),
            to_key=pl.when("to_right").then("right_key").otherwise("left_key"),
            share=pl.when("to_right").then("right_containment").otherwise("left_containment"),
            back_share=pl.when("to_right").then("left_containment").otherwise("right_containment"),
        )
        .filter((pl.col("total").abs() > 0.2) & (pl.col("confidence") >= settings.possible))
    )


def _copied(
    decided: pl.DataFrame,
    documents: pl.DataFrame,
    clusters: pl.DataFrame,
    spans: pl.DataFrame,
    attributions: pl.DataFrame,
    settings: Settings,
) -> pl.DataFrame:
    claims = attributions.filter(pl.col("source").is_not_null() & (pl.col("scope") != "caption"))
    claims = claims.with_columns(from_key=evidence.keys(claims["source"]))
    credit = (
        claims.join(decided.select("from_key", doc_id="to_id").unique(), on=["from_key", "doc_id"], how="semi")
        .with_columns(weight=pl.col("kind").replace_strict(evidence.ATTRIBUTION, default=0.0, return_dtype=pl.Float64))
        .sort("weight", "start", descending=[True, False])
        .unique(["doc_id", "from_key"], keep="first", maintain_order=True)
        .select(to_id="doc_id", from_key="from_key", claim="kind", claim_start="start", claim_end="end")
    )
    wires = claims.filter(pl.col("kind") == "dateline")["from_key"].unique()
    owners = documents["outlet"].drop_nulls().unique()
    listed = evidence.keys(owners).filter(pl.Series([names.is_agency(name) for name in owners], dtype=pl.Boolean))
    agency = pl.col("from_key").is_in(pl.concat([wires, listed]).unique().implode())
    kind = (
        pl.when(pl.col("from_key").is_not_null() & (pl.col("from_key") == pl.col("to_key"))).then(pl.lit("revision"))
        .when(agency & pl.col("claim").is_in(CREDITS)).then(pl.lit("syndicated"))
        .when(pl.col("quotes").fill_null(value=False)).then(pl.lit("quoted"))
        .when((pl.col("share") >= 0.4) & (pl.col("back_share") < 0.6)).then(pl.lit("excerpt"))
        .otherwise(pl.lit("copied"))
    )  # fmt: skip
    member = (
        clusters.filter(pl.col("level") == "document")
        .select("doc_id", "cluster_id")
        .unique("doc_id", keep="first", maintain_order=True)
    )
    shared = (
        spans.filter(pl.col("role") != "boilerplate")
        .sort("left_doc", "right_doc", "left_start")
        .unique(["left_doc", "right_doc"], keep="first", maintain_order=True)
        .select("left_doc", "right_doc", "left_start", "left_end", "right_start", "right_end")
    )
    rows = (
        decided.join(credit, on=["to_id", "from_key"], how="left")
        .with_columns(kind=kind)
        .join(member.rename({"doc_id": "to_id", "cluster_id": "to_cluster"}), on="to_id", how="left")
        .join(member.rename({"doc_id": "from_id", "cluster_id": "from_cluster"}), on="from_id", how="left")
        .with_columns(cluster_id=pl.when(pl.col("to_cluster") == pl.col("from_cluster")).then("to_cluster"))
        .join(shared, on=["left_doc", "right_doc"], how="left")
        .sort("to_id", "from_id")
    )
    parts = [pl.DataFrame(schema=EDGES)]
    for part in rows.iter_slices(ROWS_AT_ONCE):
        copies = documents.join(part.select(doc_id="to_id").unique(), on="doc_id", how="semi")
        texts = dict(copies.select("doc_id", "text").iter_rows())
        out = [_row(row, texts, settings) for row in part.iter_rows(named=True)]
        parts.append(pl.DataFrame(out, schema=EDGES, orient="row"))
    return pl.concat(parts)


def _row(row: dict[str, Any], texts: dict[str, str], settings: Settings) -> tuple[Any, ...]:
    """One decided pair -> one row; evidence is written from the copy's side, weights over 0 speak for the edge."""
    sign = 1 if row["to_right"] else -1
    to_id = row["to_id"]
    side = "right" if row["to_right"] else "left"
    items = []
    for family in FAMILIES:
        weight = round(row[family] * sign, 3)
        if abs(weight) < 0.05:
            continue
        start, end = row[f"{side}_start"], row[f"{side}_end"]
        if family == "attribution" and row["claim_start"] is not None:
            start, end = row["claim_start"], row["claim_end"]
        elif family == "truncation":
            start, end = max(0, len(texts[to_id].rstrip()) - 60), len(texts[to_id].rstrip())
        items.append(_item(family, weight, to_id, start, end, texts[to_id]))
    confidence = round(row["confidence"], 4)
    word = verdict(confidence, row["families"], settings)
    return (row["from_id"], to_id, "copied_from", row["kind"], row["cluster_id"], confidence, word, items)


def _item(family: str, weight: float, doc_id: str, start: int | None, end: int | None, text: str) -> dict[str, Any]:
    piece = "" if start is None or end is None else text[start : min(end, start + SNIPPET)]
    end = None if start is None else start + len(piece)
    return {"family": family, "weight": weight, "doc_id": doc_id, "start": start, "end": end, "text": piece}


def _absent(documents: pl.DataFrame, foreign: pl.DataFrame, decided: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Credits to somebody who is not in the dump, or whose report of this is not, -> one row a document and source.

    A citation in copied words is the original's: it is left out where the text that was copied has it too.
    """
    known = decided.select(doc_id="to_id", key="from_key").drop_nulls()
    inherited = (
        foreign.filter(pl.col("kind").is_in(["cited", "first_party", "link"]))
        .select(from_id="doc_id", key="key")
        .unique()
        .join(decided.filter(pl.col("share") >= 0.3).select("from_id", doc_id="to_id"), on="from_id")
        .select("doc_id", "key")
    )
    rest = foreign.join(known, on=["doc_id", "key"], how="anti")
    passed_on = pl.col("kind").is_in(["cited", "first_party", "link"])
    rest = pl.concat(
        [rest.filter(~passed_on), rest.filter(passed_on).join(inherited, on=["doc_id", "key"], how="anti")]
    ).filter(pl.col("kind") != "link")
    if rest.is_empty():
        return pl.DataFrame(schema=EDGES)
    wires = set(foreign.filter(pl.col("kind") == "dateline")["key"].unique())
    spelled = rest.group_by("key", "source").len().sort("key", "len", "source", descending=[False, True, False])
    name_of = dict(spelled.unique("key", keep="first", maintain_order=True).select("key", "source").iter_rows())
    texts = dict(
        documents.join(rest.select("doc_id").unique(), on="doc_id", how="semi").select("doc_id", "text").iter_rows()
    )
    groups = (
        rest.sort("doc_id", "key", "start").group_by("doc_id", "key", maintain_order=True).agg("kind", "start", "end")
    )
    out = []
    for doc_id, key, kinds, starts, ends in groups.iter_rows():
        own = [kind for kind in kinds if kind in CREDITS]
        relation = "copied_from" if own else "cites"
        families = len(set(kinds))
        confidence = max(ABSENT[kind] for kind in kinds)
        if families >= 2 and own:
            confidence = min(0.97, confidence + 0.04)
        name = name_of[key]
        if not own:
            kind = "quoted"
        else:
            kind = "syndicated" if key in wires or names.is_agency(name) or "dateline" in own else "copied"
        items = [
            _item(word, evidence.ATTRIBUTION[word], doc_id, start, end, texts[doc_id])
            for word, start, end in list(zip(kinds, starts, ends, strict=True))[:8]
        ]
        out.append(
            (
                f"source:{name}",
                doc_id,
                relation,
                kind,
                None,
                confidence,
                verdict(confidence, families, settings),
                items,
            )
        )
    return pl.DataFrame(out, schema=EDGES, orient="row")
