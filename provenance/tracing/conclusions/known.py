"""What is known of documents when their origins are chosen, and what may be said of the way to these."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from provenance.tables import SOURCE
from provenance.tracing.conclusions import reasons
from provenance.tracing.conclusions.claims import IN_LEAD
from provenance.tracing.signs.model import calibrate
from provenance.tracing.statements import names
from provenance.tracing.stories.trust import UNDATED

if TYPE_CHECKING:
    from provenance.settings import Settings
    from provenance.tracing.conclusions.claims import Claim


class Source(NamedTuple):
    """A document's possible source in the dump."""

    other: str
    contents: int  # a hash of what is in that: of two as likely the greater one is taken
    part: int
    first: float  # the chance that the document's text began there
    ancestor: float  # that the text came from it by whatever way
    chosen: bool
    share: float
    families: int


class Even(NamedTuple):
    """Documents of the same words, of which nothing tells which was first."""

    twin: str  # another of them
    alike: int


class Facts(NamedTuple):
    """What is asked of every document."""

    outlets: dict[str, str | None]
    titles: dict[str, str | None]
    sources: dict[str, list[Source]]  # likeliest first
    alone: dict[str, float]  # chance that nobody of the dump is the source
    kinds: dict[tuple[str, str], str]  # copy and source -> what the copy is; "copied" where it is not listed
    copies: dict[str, int]
    claims: dict[str, list[Claim]]
    habits: dict[str, float]
    dated: dict[str, str]  # document -> the end of its curve's name, see trust.how_dated
    taken: dict[str, list[str]]  # document -> what was taken from it, in the best tree
    flawed: dict[str, float]  # first of a story -> the chance that somebody unseen was before it
    even: dict[str, Even]
    outside: dict[str, Outside]  # what _find_outside found so far, by document


class Outside(NamedTuple):
    """What is known of somebody before the first of a story."""

    chance: float
    claim: Claim | None = None  # the credit that names him
    witness: str = ""  # who gives it


NOBODY = Outside(0.0)


def find_kind(doc_id: str, origin: str, through: str, facts: Facts) -> str:
    """What a copy is of its origin; where the two do not match, of its direct source, but for what hangs on outlets."""
    if known := facts.kinds.get((doc_id, origin)):
        return known
    kind = facts.kinds.get((doc_id, through), "copied")
    return kind if kind == "excerpt" else "copied"


def find_way(doc_id: str, origin: str, parent: Source, facts: Facts, settings: Settings) -> str | None:
    """Through whom a copy has its text from its origin, if that is likely; an article of one of the two by its title.

    Who credits the agency has the text from there: its copies are a star. And of two sources that are as likely the
    direct one, one is in the tree all the same: no more is said of the way than the edge's verdict says.
    """
    through = parent.other
    if through == origin or facts.kinds.get((doc_id, origin)) == "syndicated":
        return None
    sure, _ = calibrate("edge" + facts.dated.get(doc_id, UNDATED), parent.ancestor)
    if sure < settings.likely:
        return None
    owner = facts.outlets.get(through)
    if owner is None or owner in (facts.outlets.get(origin), facts.outlets.get(doc_id)):
        return reasons.name_article(through, None, facts.titles.get(through))
    return owner


def name_beside(doc_id: str, said: tuple[str, ...], part: int, facts: Facts) -> str | None:
    """Where another part of a compiled article comes from, if that is none of the articles that are named anyway."""
    others = (one for one in facts.sources[doc_id] if one.chosen and one.part != part and one.other not in said)
    if not (found := next(others, None)):
        return None
    return reasons.name_article(found.other, facts.outlets.get(found.other), facts.titles.get(found.other))


def name_even(doc_id: str, origin: str, facts: Facts) -> str | None:
    """Who else prints an origin's words and may have been first: of two papers of the same words one was named."""
    even = facts.even.get(origin)
    if even is None or even.twin == doc_id:
        return None
    owner, more = facts.outlets.get(even.twin), even.alike - 2
    other = owner if owner and owner != facts.outlets.get(origin) else even.twin
    return f"{reasons.escape(other)} and {more} more" if more else reasons.escape(other)


def find_cited(doc_id: str, origin: str, facts: Facts) -> str | None:
    """Whom a copy's lead alone cites that has no article in the dump and that its source does not cite, or None.

    Then the copy says itself that it has it from elsewhere: of a post that was one quotation behind "the Associated
    Press reported" an earlier local paper with the same quotation was the source, "established", and no word of the AP.
    """
    said = next(iter(facts.claims.get(doc_id, [])), None)
    if said is None or said.relation != "cites" or said.confidence < IN_LEAD:
        return None
    own = names.compact(facts.outlets.get(origin) or "")
    return None if own in said.beside else said.origin.removeprefix(SOURCE)


def say_rather(doc_id: str, runner_up: str, facts: Facts) -> str:
    """What may as well be said of a copy whose source is not sure."""
    if runner_up == doc_id:
        return "it may as well be its own origin"
    name = runner_up.removeprefix(SOURCE)
    if name == runner_up:
        name = reasons.name_article(runner_up, facts.outlets.get(runner_up), facts.titles.get(runner_up))
    return f"the source may as well be {reasons.escape(name, 200)}"
