"""Sentences that give an editor the reason of an origin; names and texts of a dump are hostile, and escaped."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
SEVERAL = "kinds of evidence agree"  # said of a copy for which two or more speak
NEITHER = "both have an unseen source"  # said of the first of a story, if it has flaws
WITNESSED = "shows whose it is"  # said of the first of a story, if a copy of it credits somebody else
LONGEST = 120  # code points of a title or a name in a sentence
#: How what of_credit says of an article begins, and the same said of its copy.
_OF_COPY = {"Its ": "that copy’s ", "It ": "that copy ", "A notice ": "a notice "}
BEFORE, AFTER, MOST = 30, 15, 130  # code points of a credit's line that are quoted around it, and in all


@lru_cache(1 << 12)  # each outlet of a dump is named thousands of times
def escape(name: str | None, limit: int = LONGEST) -> str:
    """A name or title on one line, controls shown as such, cut at `limit`."""
    text = " ".join(_visible(name or "").split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _visible(text: str) -> str:
    return _CONTROL.sub(lambda sign: " " if sign.group().isspace() else f"\\x{ord(sign.group()):02x}", text)


def quote(text: str, start: int, end: int, alone: bool = False) -> str:
    """The words of a credit, `alone` or with a few whole words of its line around them."""
    low = start if alone else max(0, start - BEFORE, text.rfind("\n", 0, start) + 1)
    high = min(len(text), end if alone else end + AFTER, start + MOST)
    while 0 < low < start and not text[low - 1].isspace():
        low += 1
    while end < high < len(text) and not text[high].isspace():
        high -= 1
    piece = text[low:high]
    piece = piece[: max(0, end - low)] + piece[max(0, end - low) :].partition("\n")[0]
    shown = " ".join(_visible(piece).split())
    # the sentence that quotes them ends with a stop of its own
    return "“" + (shown if shown.endswith("..") else shown.removesuffix(".")) + "”"


def of_credit(kind: str, name: str, words: str) -> str:
    """Why an article's origin is a source outside the dump."""
    shown = "" if words == f"“{name}”" else f" ({words})"  # a line that is nothing but the name is not said twice
    return {
        "dateline": f"Its dateline {words} credits {name}, whose text was not found in the dump.",
        "credit": f"It credits {name}{shown}, whose text was not found in the dump.",
        "byline": f"Its byline names {name}{shown}, whose text was not found in the dump.",
        "template": f"A notice of {name} was left in the text: {words}.",
    }[kind]


def name_article(doc_id: str, whose: str | None, title: str | None) -> str:
    """What an article of the dump is called: its outlet's “title”; without a title by its id."""
    if title and escape(title):
        owner = escape(whose)
        return f"{owner}{'’' if owner.endswith('s') else '’s'} “{escape(title)}”" if whose else f"“{escape(title)}”"
    return f"{escape(whose)} ({escape(doc_id)})" if whose else escape(doc_id)


def of_copy(
    kind: str,
    what: str,
    through: str | None,
    families: int,
    rather: str | None = None,
    beside: str | None = None,
    even: str | None = None,
    cited: str | None = None,
) -> str:
    """Why an article comes from another of the dump, `what`; `through` names the document between them.

    `rather` is the alternative, where nothing is sure; `beside` what another part of it comes from; `even` who else
    prints the words of `what`, as early; `cited` whom its lead names instead.
    """
    how = {
        "revision": f"A later version of the same outlet’s {what}",
        "syndicated": f"Agency copy of {what}, which it credits",
        "excerpt": f"An excerpt of {what}",
    }.get(kind, f"Copied from {what}")
    way = f", whose words stand in {even} as well" if even else ""
    way += f"{',' if even else ''} by way of {escape(through)}" if through else ""
    way += f", and in part from {beside}" if beside else ""
    agree = f"{families} {SEVERAL}" if families >= 2 else "one kind of evidence says so"
    why = agree if families else "only the order of the readings says so"
    if rather:
        article = "an " if kind == "syndicated" else ""
        return f"Perhaps {article}{how[0].lower()}{how[1:]}{way}; {why}, but {rather}."
    but = f", but its lead cites {escape(cited)}" if cited else ""
    return f"{how}{way}; {why}{but}."


def of_itself(outlet: str | None, copies: int, cited: Sequence[str] = (), quoted: str | None = None) -> str:
    """Why an article stands for itself; whom it `cited`, and in whose article what it `quoted` stands as well."""
    first = (
        f"No other source was found: {escape(outlet)} appears to be its own origin"
        if outlet
        else "No other source and no publisher were found: the article stands for itself"
    )
    many = f", and {copies} of the dump {'was' if copies == 1 else 'were'} taken from it" if copies else ""
    rest = f"; it only cites {_list(cited)}" if cited else ""
    if quoted and quoted not in cited:
        rest = f"; with {escape(quoted)} it shares only what somebody said"
    return f"{first}{many}{rest}."


def _list(named: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and 3 more`."""
    first, rest = [escape(name) for name in named[:2]], len(named) - 2
    return f"{', '.join(first)} and {rest} more" if rest > 0 else " and ".join(first)


def of_even(other: str, more: int) -> str:
    """Why it is not known which of the articles of the same words was first; there are `more` of them."""
    rest = f" and {more} more" if more else ""
    return f"The same text stands in {escape(other)}{rest}; nothing tells which was first."


def of_either(other: str, version: str | None = None) -> str:
    """Why it is not known whether an article is the source or the copy of another that shares text.

    `version` is what that is called if it is of the same outlet: "It and Wichita Beacon" was said of two of the Beacon.
    """
    if version:
        return f"It and the same outlet’s {version} share text, and too little tells which was first."
    return f"It and {escape(other)} share text, and too little tells which was first."


def of_unknown(outlet: str | None) -> str:
    """Why the origin is not known where the publisher mostly prints what others wrote."""
    return f"Nothing in the text says where it came from, and {escape(outlet)} mostly prints what others wrote."


def of_witness(whose: str | None, doc_id: str, why: str) -> str:
    """Why an article's origin is a source that it does not credit, but another of the same words, `doc_id`, does.

    `why` is what of_credit says of that other: "Its dateline" was taken for one of the article, which has none.
    """
    copy = f"The copy of {escape(whose)}" if whose else f"Its copy {escape(doc_id)}"
    begins, theirs = next((pair for pair in _OF_COPY.items() if why.startswith(pair[0])), ("", ""))
    return f"{copy} {WITNESSED}: {theirs}{escape(why.removeprefix(begins), 400)}"


def of_unseen(other: str) -> str:
    """Why an article has a source that is not in the dump and not named."""
    return f"It and {escape(other)} share text, and neither has all of what the other has: {NEITHER}."
