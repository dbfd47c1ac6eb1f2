"""ANCESTRY, EDGES and attributions -> ORIGINS: for each article where its text most likely came from, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.tables import ORIGINS, SOURCE
from provenance.tracing.conclusions import reasons
from provenance.tracing.conclusions.absent import verdict
from provenance.tracing.conclusions.claims import CLAIMS, Claim, find_claims
from provenance.tracing.conclusions.known import (
    NOBODY,
    Even,
    Facts,
    Outside,
    Source,
    find_cited,
    find_kind,
    find_way,
    name_beside,
    name_even,
    say_rather,
)
from provenance.tracing.signs.model import calibrate
from provenance.tracing.statements import names
from provenance.tracing.statements.copiers import count_copying, find_copiers
from provenance.tracing.stories.candidates import CANDIDATES
from provenance.tracing.stories.trust import UNDATED, how_dated
from provenance.tracing.stories.unseen import BEGUN_OUTSIDE, chance_unseen

if TYPE_CHECKING:
    from provenance.settings import Settings

CLAIMED = 0.55  # confidence from which a claim is believed of an article without a source in the dump
#: Of polnear's articles that show no credit 99 in 100 are their publisher's own; where no publisher is known, fewer.
OWN, OWN_OF_NOBODY = 0.95, 0.8
CITING = 0.1  # subtracted where it cites somebody
MOSTLY = 0.6  # if this share of an outlet's articles has other sources, the rest are not taken for its own
DEEPEST = 64  # steps from source to source that are followed
ALIKE = ("outlet", "copies", "alone", "curve")  # all that tells lone documents apart
#: How often a source that a copy credits, whose text is not in the story, was before the first of the story as well:
#: 30 times of 39 in grown lineages of which most had lost their first text. What it is worth in others a curve says
#: (calibration.tsv).
WITNESSED = 0.8


def find_origins(
    documents: pl.DataFrame,
    edges: pl.DataFrame,
    ancestry: pl.DataFrame,
    attributions: pl.DataFrame,
    dates: pl.DataFrame,
    false_dates: float,
    unseen: float,
    settings: Settings,
    sources: dict[str, list[Source]] | None = None,
) -> pl.DataFrame:
    """DOCUMENTS, EDGES, ANCESTRY, ATTRIBUTIONS, DATES, two shares -> ORIGINS, a row a document, in order.

    *gather*: the habits of outlets are those of all their articles. `sources` is what list_sources makes of ANCESTRY,
    if it is known.
    """
    claims, copiers = find_claims(documents, edges, attributions), find_copiers(count_copying(documents, edges))
    copies, kinds = count_copies(edges)
    return choose_origins(
        documents, copies, kinds, ancestry, claims, copiers, dates, false_dates, unseen, settings, sources=sources
    )


def find_sourced(ancestry: pl.DataFrame) -> pl.Series:
    """ANCESTRY -> ids of the documents that have a possible source in the dump, or a twin."""
    other = pl.coalesce("other_id", "twin").is_not_null()
    return ancestry.filter(other)["doc_id"].unique().sort()


def count_copies(edges: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """EDGES -> how many copies each document has (doc_id, copies); and the kind of each copy (to_id, from_id, kind)."""
    inside = edges.filter(~pl.col("from_id").str.starts_with(SOURCE) & (pl.col("relation") == "copied_from"))
    copies = inside.group_by(doc_id="from_id").agg(copies=pl.len().cast(pl.Int64))
    return copies, inside.select("to_id", "from_id", "kind")


def choose_origins(
    documents: pl.DataFrame,
    copies: pl.DataFrame,
    kinds: pl.DataFrame,
    ancestry: pl.DataFrame,
    claims: pl.DataFrame,
    copiers: pl.DataFrame,
    dates: pl.DataFrame,
    false_dates: float,
    unseen: float,
    settings: Settings,
    wanted: pl.Series | None = None,
    sources: dict[str, list[Source]] | None = None,
) -> pl.DataFrame:
    """DOCUMENTS, what is known of them, the shares of false dates and unseen sources -> ORIGINS, of those `wanted`.

    First a document of the dump from which it was copied, as far back as its words can be followed; else the agency
    or outlet of its dateline, credit, notice or title suffix; else the outlet whose first-party wording it repeats
    or the one source that its lead cites (`cites`); else itself. *map* of stories; seconds for 100,000 documents.
    """
    asked = documents["doc_id"] if wanted is None else wanted
    alone = ancestry.filter(pl.col("other_id").is_null()).group_by("doc_id").agg(alone=pl.col("probability").min())
    known = (
        asked.alias("doc_id").to_frame()
        .join(documents.select("doc_id", "outlet"), on="doc_id", how="left", maintain_order="left")
        .join(copies.select("doc_id", "copies"), on="doc_id", how="left", maintain_order="left")
        .join(alone, on="doc_id", how="left", maintain_order="left")
        .join(how_dated(dates, false_dates), on="doc_id", how="left", maintain_order="left")
        .with_columns(lone=~pl.col("doc_id").is_in(pl.concat([find_sourced(ancestry), claims["doc_id"]]).implode()))
    )  # fmt: skip
    examples = known.filter("lone").unique(ALIKE, keep="first", maintain_order=True)
    others = [ancestry[name].drop_nulls().alias("doc_id") for name in ("doc_id", "other_id", "twin")]
    needed = pl.concat([examples["doc_id"], known.filter(~pl.col("lone"))["doc_id"], *others]).unique()
    told = documents.select("doc_id", "outlet", "title").filter(pl.col("doc_id").is_in(needed.implode()))
    asked_of = known.join(needed.to_frame(), on="doc_id", how="semi")
    sources = list_sources(ancestry) if sources is None else sources
    of_twins = ancestry.select("doc_id", "twin", "alike").drop_nulls("twin")
    # of a document whose copies are all plain ones, as most are, none has to be looked up
    telling = kinds.filter((pl.col("kind") != "copied").any().over("to_id")).select("to_id", "from_id", "kind")
    facts = Facts(
        dict(told.select("doc_id", "outlet").iter_rows()),
        dict(told.select("doc_id", "title").iter_rows()),
        sources,
        dict(alone.iter_rows()),
        {(to_id, from_id): kind for to_id, from_id, kind in telling.iter_rows()},
        dict(asked_of.select("doc_id", "copies").drop_nulls().iter_rows()),
        _by_document(claims),
        dict(copiers.select("outlet", "share").iter_rows()),
        dict(asked_of.select("doc_id", "curve").drop_nulls().iter_rows()),
        _taken(sources),
        dict(chance_unseen(ancestry, unseen).iter_rows()),
        {doc_id: Even(*those) for doc_id, *those in of_twins.iter_rows()},
        {},
    )
    return _choose(known, examples, facts, settings)


def _choose(known: pl.DataFrame, examples: pl.DataFrame, facts: Facts, settings: Settings) -> pl.DataFrame:
    """Documents with what is known of them, and an example of each kind of lone ones -> ORIGINS of all of them.

    A lone document has no possible source, no claim and no twin; most of a dump are. Those that are equal in ALIKE have
    the same row but for their ids, so it is made once, for the example.
    """
    lone = known["lone"]
    said, others = (
        pl.DataFrame([_row(doc_id, facts, settings) for doc_id in ids], schema=ORIGINS, orient="row")
        for ids in (examples["doc_id"], known["doc_id"].filter(~lone))
    )
    own = [pl.when(pl.col(name).is_not_null()).then("doc_id").alias(name) for name in ("origin_id", "runner_up")]
    rows = pl.concat([said.drop("doc_id"), examples.select(ALIKE)], how="horizontal")
    of_lone = known.filter("lone").join(rows, on=ALIKE, nulls_equal=True, maintain_order="left")
    both = pl.concat([others, of_lone.with_columns(own).select(ORIGINS.names())])
    return both[pl.concat([(~lone).arg_true(), lone.arg_true()]).arg_sort()]


def _by_document(claims: pl.DataFrame) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for doc_id, *claim in claims.select(list(CLAIMS)).iter_rows():
        found.setdefault(doc_id, []).append(Claim(*claim))
    return found


def _taken(sources: dict[str, list[Source]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for copy, those in sources.items():
        for source in those:
            if source.chosen:
                found.setdefault(source.other, []).append(copy)
    return found


def _find_outside(first: str, facts: Facts) -> Outside:
    """What is known of an unseen source before a text, by its flaws and by its copies' credits; NOBODY before a copy.

    A copy that credits a source that is no outlet of the story has its words from there, and so has the text that it is
    nearest to; unless the copy credits the outlet of that text as well, whose words the source only passed on (`©2025
    The Seattle Times. Distributed by Tribune Content Agency`).
    """
    mine = facts.sources.get(first)
    if not mine:
        return NOBODY
    if first in facts.outside:
        return facts.outside[first]
    found = NOBODY
    if not any(source.chosen for source in mine):
        found = Outside(facts.flawed.get(first, 0.0))
        story, ahead = {first}, [first]
        while ahead:
            new = [copy for copy in facts.taken.get(ahead.pop(), []) if copy not in story]
            story.update(new)
            ahead += new
        told = [
            (claim.confidence, claim.origin, claim.reason, facts.outlets.get(one) or "", one, claim)
            for one in story - {first}
            for claim in facts.claims.get(one, [])
            if claim.relation == "copied_from"
        ]
        if told:  # most stories credit nobody, and need no names of their outlets
            near = story | {source.other for one in story for source in facts.sources.get(one, [])}
            owners = {names.compact(facts.outlets.get(one) or "") for one in near}
            told = [each for each in told if names.compact(each[-1].origin.removeprefix(SOURCE)) not in owners]
            own = names.compact(facts.outlets.get(first) or "")
            told = [each for each in told if own not in each[-1].beside]
        if told:
            *_, witness, claim = max(told)
            found = Outside(max(found.chance, WITNESSED), claim, witness)
    facts.outside[first] = found
    return found


def _began_outside(first: str, facts: Facts, before: float | None = None) -> bool:
    """Whether a text without a chosen source is likelier to have begun with an unseen source than with itself."""
    before = _find_outside(first, facts).chance if before is None else before
    return before > 0 and before >= (1 - before) * facts.alone.get(first, 1.0)


def _before(first: str, facts: Facts) -> float:
    """How likely somebody unseen was before a text, as far as that matters to who has copied it.

    Where its publisher is not known, an outlet that its copies credit may be that, and no source before it.
    """
    named = _find_outside(first, facts)
    own = named.claim is not None and facts.outlets.get(first) is None
    return facts.flawed.get(first, 0.0) if own else named.chance


def _row(doc_id: str, facts: Facts, settings: Settings) -> tuple[Any, ...]:
    chosen = [source for source in facts.sources.get(doc_id, []) if source.chosen]
    said = facts.claims.get(doc_id, [])
    if chosen and facts.kinds.get((doc_id, chosen[0].other)) != "quoted":
        row = _from_document(doc_id, chosen[0], facts, settings)
        return _from_claim(doc_id, said, settings) if _of_one_absent(row, said, facts) else row
    if said and said[0].confidence >= CLAIMED and not _was_copied(doc_id, said[0], facts):
        return _from_claim(doc_id, said, settings)
    return _itself(doc_id, facts, settings)


def _was_copied(doc_id: str, said: Claim, facts: Facts) -> bool:
    """Whether an article that cites somebody was copied from an unseen source, so that its words are not its own.

    Where its outlet is not known, the source that its copies credit may be the article itself: that does not count.
    """
    before = _find_outside(doc_id, facts)
    known = before.claim is None or facts.outlets.get(doc_id) is not None
    return said.relation == "cites" and known and _began_outside(doc_id, facts)


def _of_one_absent(row: tuple[Any, ...], said: list[Claim], facts: Facts) -> bool:
    """Whether a text credits a source outside the dump with more confidence than its source in the dump has.

    A copy of one outlet's text that credits another outlet has it from the latter, whose own text is not in the dump.
    Where the outlet of a possible source is not known, the text that was found must credit the same outlet, too.
    """
    if not said or said[0].relation != "copied_from" or said[0].confidence <= row[4]:
        return False
    above, wanted = facts.claims.get(row[1], []), names.compact(said[0].origin.removeprefix(SOURCE))
    outlets = [facts.outlets.get(one.other) for one in facts.sources[row[0]]]
    if any(names.compact(outlet or "") == wanted for outlet in outlets):
        return False
    return None not in outlets or (bool(above) and above[0][:2] == said[0][:2])


def list_sources(ancestry: pl.DataFrame) -> dict[str, list[Source]]:
    """ANCESTRY -> the possible sources of each document that has some, the likeliest first."""
    found: dict[str, list[Source]] = {}
    columns = ("other_id", "contents", "part", "first", "ancestor", "chosen", "share", "families")
    by, falling = ["doc_id", "chosen", "share", "probability", "contents", "other_id"], [False, *[True] * 4, False]
    inside = ancestry.filter(pl.col("other_id").is_not_null()).with_columns(pl.col("contents").fill_null(0))
    ordered = inside.sort(by, descending=falling)
    for doc_id, source in zip(ordered["doc_id"], map(Source._make, ordered.select(columns).iter_rows()), strict=True):
        found.setdefault(doc_id, []).append(source)
    return found


def _from_document(doc_id: str, parent: Source, facts: Facts, settings: Settings) -> tuple[Any, ...]:
    """The row of a copy: its likeliest beginning, among those that hold enough of its words or further up the tree."""
    held = {source.other: source for source in facts.sources[doc_id]}
    of_part = [source for source in held.values() if source.part == parent.part]
    # few candidates are all there are: a text that is not among them has too little of this article
    few = len(held) < CANDIDATES
    own = facts.kinds.get((doc_id, parent.other)) == "revision"
    farthest, earlier = _begun_before(doc_id, held, facts) if few and own else (doc_id, 0.0)
    begun = {source.other: source.first + earlier * (source.other == farthest) for source in of_part}
    best = max(of_part, key=lambda one: (begun[one.other], one.other == parent.other, one.contents, one.other))
    origin, families, confidence = best.other, max(best.families, parent.families), begun[best.other]
    for _ in range(0 if few else DEEPEST):
        above = next((source for source in facts.sources.get(origin, []) if source.chosen), None)
        if above is None or above.other == doc_id:
            break
        origin, confidence = above.other, max(confidence, above.first)
    agreed = "document" if families >= 2 else "document, one kind"
    confidence, least = calibrate(agreed + facts.dated.get(doc_id, UNDATED), confidence)
    # where that text began outside, this one may have come from there without it: of this the curves know little
    before = _before(origin, facts)
    confidence *= 1 - before / 2 * _began_outside(origin, facts, before)
    least *= 1 - before / 2 * (before > BEGUN_OUTSIDE)
    said = facts.claims.get(doc_id, [])
    rest = {source.other: (source.first, source.contents) for source in held.values() if source.other != origin}
    rest[doc_id] = (facts.alone.get(doc_id, 0.0), 0)
    second = max(rest, key=lambda name: (rest[name], name))
    runner_up = said[0].origin if said and 2 * rest[second][0] < 1 - confidence and second == doc_id else second
    kind = find_kind(doc_id, origin, parent.other, facts)
    cited = None if kind == "revision" else find_cited(doc_id, origin, facts)
    word = verdict(round(confidence, 4), 0 if cited else families, settings, least)
    rather = say_rather(doc_id, runner_up, facts) if word == "undetermined" else None
    owner = None if kind == "revision" else facts.outlets.get(origin)
    what = reasons.name_article(origin, owner, facts.titles.get(origin))
    beside = name_beside(doc_id, (origin, parent.other), parent.part, facts)
    way = find_way(doc_id, origin, parent, facts, settings)
    reason = reasons.of_copy(kind, what, way, families, rather, beside, name_even(doc_id, origin, facts), cited)
    return (doc_id, origin, "document", "copied_from", round(confidence, 4), word, runner_up, reason)


def _begun_before(doc_id: str, held: dict[str, Source], facts: Facts) -> tuple[str, float]:
    """The farthest candidate on a version's line, and the chance that it began before that, with none of `held`.

    A third version has too little of the first to be compared with it. What is before the second of them began with
    the second as far as the third goes: it was "perhaps" a later version, at .31, of the one that it surely continued.
    """
    farthest = doc_id
    for _ in held:
        above = next((one.other for one in facts.sources.get(farthest, []) if one.chosen), None)
        if above not in held:
            break
        farthest = above
    return farthest, max(0.0, 1 - facts.alone.get(doc_id, 0.0) - sum(one.first for one in held.values()))


def _from_claim(doc_id: str, said: list[Claim], settings: Settings) -> tuple[Any, ...]:
    first = said[0]
    runner_up = said[1].origin if len(said) > 1 and said[1].confidence > 1 - first.confidence else doc_id
    confidence = round(first.confidence, 4)
    word = verdict(confidence, first.families, settings)
    return (
        doc_id,
        first.origin,
        "external",
        first.relation,
        confidence,
        word,
        runner_up,
        reasons.escape(first.reason, 400),
    )


def _itself(doc_id: str, facts: Facts, settings: Settings) -> tuple[Any, ...]:
    """The row of an article without another origin: itself, or unknown, if its publisher mostly copies, say."""
    outlet, said = facts.outlets.get(doc_id), facts.claims.get(doc_id, [])
    copies = facts.copies.get(doc_id, 0)
    sources = facts.sources.get(doc_id, [])
    even = facts.even.get(doc_id)
    # of those not taken the likeliest: which has most of the words may hang on the order in which two were aligned
    nearest = max(sources, key=lambda one: (one.chosen, one.first, one.share, one.contents), default=None)
    runner_up = even.twin if even else said[0].origin if said else (nearest.other if nearest else None)
    if _began_outside(doc_id, facts):
        before = _find_outside(doc_id, facts)
        claim, (unseen, least) = before.claim, calibrate("unseen" + facts.dated.get(doc_id, UNDATED), before.chance)
        word = verdict(round(unseen, 4), 1, settings, least)
        if claim:
            reason = reasons.of_witness(facts.outlets.get(before.witness), before.witness, claim.reason)
            return (doc_id, claim.origin, "external", "copied_from", round(unseen, 4), word, doc_id, reason)
        reason = reasons.of_unseen(nearest.other if nearest else "")
        return (doc_id, None, "unknown", None, round(unseen, 4), word, doc_id, reason)
    habit = facts.habits.get(outlet or "", 0.0)
    if habit > MOSTLY and not copies and not sources and not even:
        return (
            doc_id,
            None,
            "unknown",
            None,
            round(1 - habit, 4),
            "undetermined",
            runner_up or doc_id,
            reasons.of_unknown(outlet),
        )
    confidence = (OWN if outlet else OWN_OF_NOBODY) - CITING * bool(said)
    alone = facts.alone.get(doc_id)
    quoted = next((source.other for source in sources if source.chosen), None)
    if quoted is not None:
        # whence a quotation is says nothing of the rest
        confidence -= CITING * (not said)
    elif alone is not None:
        confidence, _ = calibrate("itself" + facts.dated.get(doc_id, UNDATED), alone * confidence)
    confidence = round(confidence / (even.alike if even else 1), 4)
    word = verdict(confidence, 1, settings)
    cited = [claim.origin.removeprefix(SOURCE) for claim in said]
    taken = None if quoted is None else (facts.outlets.get(quoted) or quoted)
    reason = reasons.of_itself(outlet, copies, cited, taken)
    if even:
        theirs = facts.outlets.get(even.twin)
        reason = reasons.of_even(even.twin if theirs in (None, outlet) else theirs, even.alike - 2)
    elif nearest and word == "undetermined":
        theirs, other = facts.outlets.get(nearest.other), nearest.other
        what = reasons.name_article(other, None, facts.titles.get(other))
        reason = reasons.of_either(theirs or what, what if theirs and theirs == outlet else None)
    return (doc_id, doc_id, "itself", None, confidence, word, runner_up, reason)
