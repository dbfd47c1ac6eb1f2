"""ANCESTRY and EVIDENCE -> EDGES: who took the words from whom, and whom an article cites."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.tables import EDGES, EVIDENCE_ITEM, PAIR
from provenance.tracing.conclusions.absent import draw_absent, find_known, item, judge, leave_known
from provenance.tracing.conclusions.credits import SNIPPET, show_credits
from provenance.tracing.signs.evidence import CLAIMS, IS_ALIKE
from provenance.tracing.signs.model import (
    CAP,
    HALF,
    add_common,
    add_odds,
    calibrate_all,
    chance_of,
    families,
    round_all,
    sum_families,
    weights,
)
from provenance.tracing.statements.facts import (
    CREDITS,
    MACHINE,
    choose_spellings,
    count_spellings,
    find_wires,
    foreign_credits,
    is_named,
    keys,
    source_keys,
)
from provenance.tracing.stories.trust import UNDATED, how_dated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provenance.settings import Settings
    from provenance.tracing.signs.pairs import Related

    Place = tuple[str, int | None, int | None]  # a document, from where to where

WEAK = 0.2  # log odds of all families: below it a pair outside the tree has no direction
DEEPEST = 64  # steps from source to source that are followed
ROWS_AT_ONCE = 20_000  # edges written out at a time: as Python rows, half a million of them took a gigabyte
#: The words for signs of a whole document, which have no place: of the later document, and of the earlier.
NOTES = {
    "habit": "the outlet of {later} credits others in more of its articles than that of {fuller}",
    "plain_marks": "{fuller} has typographic quotation marks and dashes, {later} none",
    "plain_letters": "{fuller} has accented letters, {later} none",
    "machine": "{later} has more of the marks that translation machines leave than {fuller}",
    "dateline": "{fuller} begins with a dateline, {later} does not",
}
ITEM = EVIDENCE_ITEM.to_schema()
LEAST = 0.005  # log odds under which a family says nothing: its signs cancel
TAIL = 60  # code points of a cut text's end that are shown
HELD = 0.4  # an excerpt has so much of its words from a source of which it holds less than PART
PART = 0.6
_SEARCHED = {"machine": re.compile(MACHINE)}


def draw_edges(
    documents: pl.DataFrame,
    related: Related,
    clusters: pl.DataFrame,
    attributions: pl.DataFrame,
    dates: pl.DataFrame,
    evidence: pl.DataFrame,
    ancestry: pl.DataFrame,
    false_dates: float,
    settings: Settings,
) -> pl.DataFrame:
    """The tables so far, the share of false dates -> EDGES, sorted by to_id, from_id.

    *gather*. An edge leads to a document from its source in the best tree and from that source's sources, where the two
    match. The confidence of the direct source is that the text came from it by whatever way, of a farther one that it
    was taken from there directly. Documents that share too little to be in a tree have an edge if their own evidence
    tells a direction.
    """
    wires = find_wires(documents, attributions)["key"]
    copies = find_copies(documents, related, clusters, attributions, evidence, ancestry, wires, settings)
    shown = show_evidence(evidence)
    curves = how_dated(dates, false_dates)
    rows = [pl.DataFrame(schema=EDGES)]
    parts = copies.sort("to_id", "from_id").iter_slices(ROWS_AT_ONCE)
    rows.extend(write_copies(part, shown, documents, attributions, curves, settings) for part in parts)
    foreign = foreign_credits(documents, attributions)
    spellings = choose_spellings(count_spellings(foreign))
    rest = show_credits(leave_known(foreign, find_known(foreign, copies)), documents)
    rows.append(draw_absent(rest, set(wires), spellings, worth(), settings))
    return pl.concat(rows).sort("to_id", "from_id", "relation")


def worth() -> dict[str, float]:
    """Kind of attribution -> its weight."""
    return {kind: weights()[feature] for kind, feature in CLAIMS.items()}


def find_copies(
    documents: pl.DataFrame,
    related: Related,
    clusters: pl.DataFrame,
    attributions: pl.DataFrame,
    evidence: pl.DataFrame,
    ancestry: pl.DataFrame,
    wires: pl.Series,
    settings: Settings,
) -> pl.DataFrame:
    """The tables so far, the keys of agencies -> COPIES: from_id, to_id and what is known of the two. *map* of stories.

    A story is a component of the documents that are twins or share LEAST_SHARE; a pair between two stories is traced by
    itself.
    """
    pairs, twins = related.pairs, related.twins
    held = _both_ways(pairs)
    tree, sources = _in_tree(ancestry, held)
    # a curve of its own for what two articles share in passing: such claims are right less often
    apart = _outside(pairs, evidence, sources, settings)
    copies = pl.concat([tree.with_columns(claim=pl.lit("edge")), apart.with_columns(claim=pl.lit("passage"))])
    copies = _judged_by(_completed(copies, held, documents, clusters, attributions, wires), twins)
    return copies.join(_owners_of_words(documents, twins), left_on="from_id", right_on="doc_id", how="left")


def _owners_of_words(documents: pl.DataFrame, twins: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, TWINS -> doc_id, alike_keys: of each twin the keys of all outlets that print the same words."""
    owned = twins.join(documents.select("doc_id", "outlet"), on="doc_id")
    owned = owned.with_columns(key=keys(owned["outlet"])).drop_nulls("key")
    every = owned.group_by("stands").agg(alike_keys=pl.col("key").unique().sort())
    return twins.join(every, on="stands").select("doc_id", "alike_keys")


def _both_ways(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs -> two rows each, from_id and to_id either way: what the copy shares and holds, and its stretch."""
    ways = [
        pairs.select(
            from_id=f"{source}_doc", to_id=f"{copy}_doc", share=f"{copy}_containment", back=f"{source}_containment",
            first=f"{copy}_first", last=f"{copy}_last", quotes="quotes",
        )
        for source, copy in (("left", "right"), ("right", "left"))
    ]  # fmt: skip
    return pl.concat(ways)


def _in_tree(ancestry: pl.DataFrame, held: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Edges of the best tree: each document's source and that source's sources, where the two match.

    And from_id, to_id of all such pairs, whether they match or not.
    """
    tree = ancestry.filter(pl.col("chosen") & pl.col("other_id").is_not_null())
    direct = _once(tree.select(from_id="other_id", to_id="doc_id", confidence="ancestor", families="families"))
    step = direct.select("to_id", above="from_id")
    level = sources = direct.select("from_id", "to_id")
    for _ in range(DEEPEST):
        # twins may have sources in a circle: a document met before is not followed again
        level = (
            level.lazy().join(step.lazy(), left_on="from_id", right_on="to_id")
            .filter(pl.col("above") != pl.col("to_id"))
            .select(from_id="above", to_id="to_id").unique()
            .join(sources.lazy(), on=["from_id", "to_id"], how="anti")
            .collect()
        )  # fmt: skip
        if level.is_empty():
            break
        sources = pl.concat([sources, level])
    known = ancestry.drop_nulls("other_id").select(
        from_id="other_id", to_id="doc_id", confidence="probability", families="families"
    )
    far = sources.join(direct, on=["from_id", "to_id"], how="anti")
    far = far.join(held.select("from_id", "to_id"), on=["from_id", "to_id"], how="semi")
    far = far.join(_once(known), on=["from_id", "to_id"], how="left")
    far = far.with_columns(pl.col("confidence", "families").fill_null(0)).select(direct.columns)
    return pl.concat([direct, far]), sources


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    """Each pair once, with the greatest confidence."""
    ordered = rows.sort("to_id", "from_id", "confidence", "families", descending=[False, False, True, True])
    return ordered.unique(["from_id", "to_id"], keep="first", maintain_order=True)


def _outside(pairs: pl.DataFrame, evidence: pl.DataFrame, sources: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Edges of pairs that share too little to be in a tree, and whose common words no source explains."""
    few = pairs.filter(~IS_ALIKE)
    both = (
        few.select(PAIR)
        .join(sources, left_on="left_doc", right_on="to_id")
        .join(sources, left_on=["right_doc", "from_id"], right_on=["to_id", "from_id"], how="semi")
    )
    direct = sources.select(
        left_doc=pl.min_horizontal("from_id", "to_id"), right_doc=pl.max_horizontal("from_id", "to_id")
    )
    few = few.join(both, on=PAIR, how="anti").join(direct, on=PAIR, how="anti")
    told = evidence.join(few, on=PAIR, how="semi", maintain_order="left")
    weighed = add_common(add_odds(few, sum_families(told)), told)
    forth, size = pl.col("odds") > 0, pl.col("odds").abs()
    return (
        weighed.with_columns(confidence=chance_of(size))
        .filter((size > WEAK) & (pl.col("confidence") >= settings.possible))
        .select(
            from_id=pl.when(forth).then("left_doc").otherwise("right_doc"),
            to_id=pl.when(forth).then("right_doc").otherwise("left_doc"),
            confidence="confidence",
            families=pl.when(forth).then("speak_forth").otherwise("speak_back"),
        )
    )


def _completed(
    copies: pl.DataFrame,
    held: pl.DataFrame,
    documents: pl.DataFrame,
    clusters: pl.DataFrame,
    attributions: pl.DataFrame,
    wires: pl.Series,
) -> pl.DataFrame:
    """Copies -> COPIES with share, stretch, keys of the outlets, cluster and kind."""
    owners = documents.select("doc_id", key=keys(documents["outlet"]))
    named = attributions.filter(is_named())
    credits_ = named.filter(pl.col("kind").is_in(CREDITS))
    claimed = credits_.select(
        to_id="doc_id", from_key=source_keys(credits_, documents), claimed=pl.lit(value=True)
    ).unique()
    member = clusters.filter(pl.col("level") == "document").select("doc_id", "cluster_id")
    member = member.unique("doc_id", keep="first", maintain_order=True)
    own = pl.col("from_key").is_not_null() & (pl.col("from_key") == pl.col("to_key"))
    agency = pl.col("from_key").is_in(wires.implode())
    kind = (
        pl.when(own).then(pl.lit("revision"))
        .when(agency & pl.col("claimed").fill_null(value=False)).then(pl.lit("syndicated"))
        .when(pl.col("quotes").fill_null(value=False) & (pl.col("share") < HALF)).then(pl.lit("quoted"))
        .when((pl.col("share") >= HELD) & (pl.col("back") < PART)).then(pl.lit("excerpt"))
        .otherwise(pl.lit("copied"))
    )  # fmt: skip
    return (
        copies.join(held, on=["from_id", "to_id"], how="left")
        .with_columns(pl.col("share", "back").fill_null(1.0))  # twins that no span ties
        .join(owners.rename({"doc_id": "from_id", "key": "from_key"}), on="from_id", how="left")
        .join(owners.rename({"doc_id": "to_id", "key": "to_key"}), on="to_id", how="left")
        .join(claimed, on=["to_id", "from_key"], how="left")
        .join(member.rename({"doc_id": "from_id", "cluster_id": "from_cluster"}), on="from_id", how="left")
        .join(member.rename({"doc_id": "to_id", "cluster_id": "to_cluster"}), on="to_id", how="left")
        .with_columns(kind=kind, cluster_id=pl.when(pl.col("to_cluster") == pl.col("from_cluster")).then("to_cluster"))
    )


def _judged_by(copies: pl.DataFrame, twins: pl.DataFrame) -> pl.DataFrame:
    """Copies -> COPIES with the pair whose evidence was weighed: the documents that stand for the two, or two twins."""
    for side in ("from", "to"):
        copies = copies.join(twins, left_on=f"{side}_id", right_on="doc_id", how="left", maintain_order="left")
        copies = copies.with_columns(pl.coalesce("stands", f"{side}_id").alias(f"{side}_stands")).drop("stands")
    twin = pl.col("from_stands") == pl.col("to_stands")
    one, two = (pl.when(twin).then(f"{side}_id").otherwise(f"{side}_stands") for side in ("from", "to"))
    return copies.with_columns(
        left_doc=pl.min_horizontal(one, two),
        right_doc=pl.max_horizontal(one, two),
        sign=pl.when(one < two).then(1).otherwise(-1),
        # between equal words dates and credits alone speak: a curve of their own
        claim=pl.when(twin).then(pl.lit("twin")).otherwise("claim"),
    ).drop("from_stands", "to_stands")


def show_evidence(evidence: pl.DataFrame) -> pl.DataFrame:
    """EVIDENCE -> by pair and family the sum in log odds, and the strongest sign of the direction that prevails."""
    value = pl.col("strength") * pl.col("feature").replace_strict(weights(), default=1.0, return_dtype=pl.Float64)
    family = pl.col("feature").replace_strict(families(), return_dtype=pl.String)
    rows = evidence.filter(pl.col("feature") != "shared_credit").with_columns(value=value, family=family)
    prevails = pl.col("value").sign() == pl.col("value").sum().over(*PAIR, "family").sign()
    strength, falling = pl.col("value").abs(), [False, False, False, True, True, False]
    return (
        rows.sort(*PAIR, "family", prevails, strength, "feature", descending=falling)
        .group_by(*PAIR, "family", maintain_order=True)
        .agg(pl.col("value").sum().clip(-CAP, CAP), pl.col("feature", "doc_id", "start", "end", "text").first())
        .filter(pl.col("value").abs() >= LEAST)
    )


def write_copies(
    copies: pl.DataFrame,
    shown: pl.DataFrame,
    documents: pl.DataFrame,
    attributions: pl.DataFrame,
    curves: pl.DataFrame,
    settings: Settings,
    pieces: Mapping[Place, str] | None = None,
) -> pl.DataFrame:
    """COPIES, rows of show_evidence, their DOCUMENTS and ATTRIBUTIONS, curves -> EDGES with the evidence.

    The words shown are those of the DOCUMENTS, or stand in `pieces` by their place.
    """
    pieces = pieces or {}
    numbered = copies.with_row_index("number")
    signs = numbered.select("number", "from_id", "to_id", "sign", *PAIR)
    signs = signs.join(shown, on=PAIR, maintain_order="left_right").with_row_index("at")
    weight = pl.Series(round_all((signs["value"] * signs["sign"]).to_numpy(), 3))
    signs = signs.with_columns(weight=weight)
    # a date says itself what it says, and is all that most pairs have
    said = pl.col("text").fill_null("") != ""
    nowhere = (pl.lit(None).alias(name) for name in ("start", "end"))
    told = signs.filter(said).select("number", "at", "family", "weight", *nowhere, doc_id="to_id", text="text")
    looked = _look_up(signs.filter(~said), documents, attributions, pieces)
    shared = _shared(numbered, documents, pieces).with_columns(at=pl.lit(len(signs)))
    # flat: lists of structs row by row take four times as long; each edge has an item, so rows stay as they are
    columns = [pl.col("number", "at"), *(pl.col(name).cast(kind) for name, kind in ITEM.items())]
    flat = pl.concat([part.select(columns) for part in (told, looked, shared)], how="vertical_relaxed")
    listed = flat.sort("number", "at").group_by("number", maintain_order=True).agg(evidence=pl.struct(*ITEM))
    claims = copies.join(curves, left_on="to_id", right_on="doc_id", how="left", maintain_order="left")
    claims = claims.with_columns(claim=pl.col("claim") + pl.col("curve").fill_null(UNDATED))
    confidence, least = calibrate_all(claims["claim"], claims["confidence"])
    edges = copies.with_columns(relation=pl.lit("copied_from"), confidence=confidence, least=least)
    word = judge("confidence", "least", "families", settings)
    edges = edges.with_columns(listed["evidence"], verdict=word)
    return edges.select(pl.col(name).cast(kind) for name, kind in EDGES.items())


def _shared(copies: pl.DataFrame, documents: pl.DataFrame, pieces: Mapping[Place, str]) -> pl.DataFrame:
    """Numbered COPIES -> for each a flat evidence item with the beginning of the words that the copy shares."""
    place = copies.select("number", doc_id="to_id", start="first", end="last")
    place = place.join(documents.select("doc_id", "text"), on="doc_id", how="left", maintain_order="left")
    size = pl.min_horizontal(pl.col("end") - pl.col("start"), SNIPPET).clip(0)
    piece = pl.col("text").str.slice(pl.col("start"), size).fill_null("")
    if pieces:
        known = [pieces.get(at) for at in place.select("doc_id", "start", "end").iter_rows()]
        piece = pl.coalesce(pl.Series(known, dtype=pl.String), piece)
    shown = place.with_columns(family=pl.lit("text"), weight=pl.lit(0.0), text=piece)
    return shown.with_columns(end=pl.col("start") + pl.col("text").str.len_chars())


def _look_up(
    signs: pl.DataFrame, documents: pl.DataFrame, attributions: pl.DataFrame, pieces: Mapping[Place, str]
) -> pl.DataFrame:
    """Numbered signs without a text of their own -> for each a flat evidence item with the words at its place."""
    ids = pl.concat([signs["from_id"], signs["to_id"], signs["doc_id"].drop_nulls()]).unique()
    texts = dict(documents.filter(pl.col("doc_id").is_in(ids.implode())).select("doc_id", "text").iter_rows())
    lines = attributions.filter((pl.col("kind") == "dateline") & pl.col("doc_id").is_in(ids.implode())).reverse()
    heads = {doc_id: (start, end) for doc_id, start, end in lines.select("doc_id", "start", "end").iter_rows()}
    items = [_item(row, texts, heads, pieces) for row in signs.iter_rows(named=True)]
    return pl.concat([signs.select("number", "at"), pl.DataFrame(items, schema=ITEM)], how="horizontal")


def _shown(sign: tuple[str, float], place: Place, texts: dict[str, str], pieces: Mapping[Place, str]) -> dict[str, Any]:
    """An evidence item of a family and its weight, with the words at its place."""
    doc_id, start, end = place
    found = item(*sign, doc_id, start, end, texts.get(doc_id, ""))
    return found if place not in pieces else found | {"text": pieces[place], "end": (start or 0) + len(pieces[place])}


def _begin_word(text: str, start: int, end: int) -> int:
    """The first place from `start` on at which a word begins; `start` itself where there are no spaces."""
    place = start
    while 0 < place < end and not text[place - 1].isspace():
        place += 1
    return place if place < end else start


def _item(
    row: dict[str, Any], texts: dict[str, str], heads: dict[str, tuple[int, int]], pieces: Mapping[Place, str]
) -> dict[str, Any]:
    """One family of one edge, shown where it stands; weights over 0 speak for the edge."""
    weight = row["weight"]
    from_id, to_id, feature = row["from_id"], row["to_id"], row["feature"]
    later, fuller = (to_id, from_id) if weight > 0 else (from_id, to_id)
    doc_id, start, end = row["doc_id"], row["start"], row["end"]
    if doc_id is None:
        doc_id = later
        text = texts[later]
        if row["family"] == "truncation":
            end = len(text.rstrip())
            start = _begin_word(text, max(0, end - TAIL), end)
        elif feature == "dateline":
            doc_id = fuller
            start, end = heads.get(fuller, (None, None))
        elif feature in _SEARCHED and (hit := _SEARCHED[feature].search(text)):
            start, end = hit.start(), max(hit.end(), hit.start() + TAIL)
    if start is None and feature in NOTES:
        told = NOTES[feature].format(later=later, fuller=fuller)
        return item(row["family"], weight, later, None, None, "") | {"text": told}
    return _shown((row["family"], weight), (doc_id, start, end), texts, pieces)
