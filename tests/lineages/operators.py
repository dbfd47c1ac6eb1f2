"""What editors, scrapers and translators do to a text: each operator takes an article and gives the changed one.

An operator that finds nothing to change gives back the article itself. `strength` in (0, 1] says how much of
what could be changed is. The wordings are not those of provenance/tracing on purpose: what is measured here
should not be read off a table that both share.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.lineages.articles import Article, sentences, wordings

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_FIGURE = re.compile(r"(?<![\w.,$£€-])(\d{1,3}(?:,\d{3})+|\d{3,}|\d+\.\d+)(?![\w]|[.,]\d)")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_NAME = re.compile(r"\b([A-Z][a-z]{2,}) ([A-Z][a-z]{3,})\b(?! [A-Z])")
_QUOTE = re.compile(r"[“\"]([^“”\"]{40,})[”\"]")
_UNITS = "miles|kilometres|kilometers|metres|meters|feet|tonnes|pounds|litres|acres"
_MEASURE = re.compile(rf"\b(\d[\d,.]*\d|\d) ({_UNITS})\b")
_RATES = {
    "miles": ("kilometres", 1.609), "kilometres": ("miles", 0.621), "kilometers": ("miles", 0.621),
    "metres": ("feet", 3.281), "meters": ("feet", 3.281), "feet": ("metres", 0.305), "tonnes": ("tons", 1.102),
    "pounds": ("kilograms", 0.454), "litres": ("gallons", 0.22), "acres": ("hectares", 0.405),
}  # fmt: skip
_VAGUE = ("about", "roughly", "nearly", "some", "more than", "close to", "an estimated")
_WHO = ("a spokesman", "an official", "a local man", "the minister", "a resident", "the manager", "one of them")
_OPENERS = ("It has emerged that", "Reports say that", "Officials have confirmed that", "In a new turn,")
_ENDS = (" […]", "...", " …", " Read more", " [+1532 chars]", "")
_NOTICES = (
    "For more from {0}, sign up for our evening newsletter.",
    "© {0}. All rights reserved.",
    "{0} is on Facebook and Twitter.",
)
_CREDITS = ("Source: {0}", "({0})", "This article first appeared in {0}.", "– {0}", "Reporting by {0}.")
_KEYS = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "r": "t", "s": "d", "t": "y", "l": "k", "d": "f"}


class Around(NamedTuple):
    """What an operator may need besides the article: the one it was copied from, and paragraphs that nobody has."""

    parent: Article
    own: list[str]  # used up one by one


def _each(article: Article, change: Callable[[str], str]) -> Article:
    changed = tuple(change(part) for part in article.paragraphs)
    return article if changed == article.paragraphs else article._replace(paragraphs=changed)


def _some(pattern: re.Pattern[str], change: Callable[[Any], str], random: random.Random, strength: float) -> Any:
    """A function that changes each hit of the pattern with probability `strength`."""
    return lambda part: pattern.sub(lambda hit: change(hit) if random.random() < strength else hit.group(), part)


# -- parts left out ---------------------------------------------------------------------------------------


def truncate(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """The tail is cut, at a paragraph's end or anywhere, marked or not."""
    parts = article.paragraphs
    if len(parts) < 3:
        return article
    keep = max(1, len(parts) - max(1, round(strength * 0.6 * len(parts))))
    kept = list(parts[:keep])
    if random.random() < 0.4:
        words = parts[keep].split()
        kept.append(" ".join(words[: random.randint(1, max(1, len(words) - 1))]) + random.choice(_ENDS))
    return article._replace(paragraphs=tuple(kept), foot=())


def excerpt(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """Some paragraphs from anywhere."""
    count = len(article.paragraphs)
    if count < 4:
        return article
    size = max(2, round((1 - 0.6 * strength) * count))
    first = random.randint(0, count - size)
    place = article.place if first == 0 else None
    return article._replace(paragraphs=article.paragraphs[first : first + size], place=place, foot=())


def teaser(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """The first words and a mark."""
    words = " ".join(article.paragraphs).split()
    if len(words) < 90:
        return article
    keep = random.choice((55, 70)) if strength < 0.7 else 55
    return article._replace(paragraphs=(" ".join(words[:keep]) + random.choice(_ENDS[:4]),), foot=())


def omit(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """Single sentences are dropped."""
    kept = [[one for one in sentences(part) if random.random() > 0.25 * strength] for part in article.paragraphs]
    parts = tuple(" ".join(part) for part in kept if part)
    return article._replace(paragraphs=parts) if len(parts) >= 2 and parts != article.paragraphs else article


def shorten_quotes(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """Quotations lose their end, or their middle."""

    def cut(hit: re.Match[str]) -> str:
        words = hit.group(1).split()
        keep = max(4, round(len(words) * random.uniform(0.35, 0.7)))
        end = hit.group(1)[-1]
        return f"{hit.group()[0]}{' '.join(words[:keep]).rstrip(',;.')}{end if end in ',.!?' else ''}{hit.group()[-1]}"

    return _each(article, _some(_QUOTE, cut, random, strength))


# -- parts added ------------------------------------------------------------------------------------------


def local_paragraph(article: Article, random: random.Random, strength: float, around: Around) -> Article:
    """A paragraph of the outlet's own."""
    if not around.own:
        return article
    own = around.own.pop()
    if random.random() < 0.3 * strength:
        own = f"{own} It affects all of us, a reader told the {article.outlet}."
    at = random.choice((1, len(article.paragraphs), random.randint(1, len(article.paragraphs))))
    return article._replace(paragraphs=(*article.paragraphs[:at], own, *article.paragraphs[at:]))


def gloss(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """An explanation is put behind a name, in brackets or between commas."""
    left = 1 + round(2 * strength)

    def explain(part: str) -> str:
        nonlocal left
        for word, meaning in wordings("gloss"):
            if left and re.search(rf"\b{word}\b(?! [(,])", part):
                left -= 1
                part = re.sub(rf"\b{word}\b", f"{word} ({meaning})", part, count=1)
        hit = _NAME.search(part)
        if left and hit:
            left -= 1
            about = random.choice(("who is 54", "a father of two", "known for his patience", "a former teacher"))
            sign = (" (", ")") if random.random() < 0.5 else (", ", ",")
            part = f"{part[: hit.end()]}{sign[0]}{about}{sign[1]}{part[hit.end() :]}"
        return part

    return _each(article, explain)


def convert_units(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """Miles become kilometres, or stand beside them."""
    replace = random.random() < 0.4

    def convert(hit: re.Match[str]) -> str:
        unit, rate = _RATES[hit.group(2)]
        value = float(hit.group(1).replace(",", "").rstrip(".")) * rate
        told = f"{value:,.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}"
        return told if replace else f"{hit.group()} ({told})"

    return _each(article, _some(_MEASURE, convert, random, max(0.6, strength)))


# -- words changed ----------------------------------------------------------------------------------------


def edit_lead(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """The first sentence is turned round, opened anew, joined to the second, or left out."""
    lead = sentences(article.paragraphs[0])
    first = lead[0]
    kind = random.randrange(4)
    said = re.search(r", ([^,]{3,40}) said\.$|, said ([^,]{3,40})\.$", first)
    if said and kind < 2:
        who = said.group(1) or said.group(2)
        new = f"{who[0].upper()}{who[1:]} has said that {first[0].lower()}{first[1 : said.start()]}."
    elif ", " in first[20:] and kind < 3:
        head, _, tail = first.rstrip(".").partition(", ")
        new = f"{tail[0].upper()}{tail[1:]}, as {head[0].lower()}{head[1:]}."
    elif kind == 3 and len(lead) > 1 and strength > 0.5:
        new = ""
    else:
        new = f"{random.choice(_OPENERS)} {first[0].lower()}{first[1:]}"
    joined = " ".join([*([new] if new else []), *lead[1:]])
    return article._replace(paragraphs=(joined, *article.paragraphs[1:]))


def spell(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """British spelling becomes American, or the other way."""
    side = random.randrange(2)
    table = {pair[side]: pair[1 - side] for pair in wordings("spelling")}
    return _each(article, _words(table, random, max(0.7, strength)))


def substitute(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """Synonyms, as a translation there and back leaves them."""
    pairs = wordings("synonym")
    table = dict(pairs) | ({other: one for one, other in pairs if " " not in other} if random.random() < 0.5 else {})
    return _each(article, _words(table, random, 0.2 + 0.6 * strength))


def _words(table: dict[str, str], random: random.Random, strength: float) -> Callable[[str], str]:
    longest = sorted(table, key=lambda word: (-len(word), word))
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, longest)) + r")\b")
    changed: Callable[[str], str] = _some(pattern, lambda hit: table[hit.group()], random, strength)
    return changed


def round_numbers(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """1,215 becomes more than 1,200."""

    def rounded(hit: re.Match[str]) -> str:
        value = float(hit.group().replace(",", ""))
        if _YEAR.match(hit.group()) or value == 0:
            return hit.group()
        digits = len(str(int(value)))
        near = round(value, -max(0, digits - (1 if digits < 4 else 2)))
        if near == value:
            return hit.group()
        return f"{random.choice(_VAGUE)} {near:,.0f}" if random.random() < 0.6 else f"{near:,.0f}"

    return _each(article, _some(_FIGURE, rounded, random, max(0.5, strength)))


def drop_names(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """First names go, or a whole name becomes somebody."""

    def fewer(hit: re.Match[str]) -> str:
        return hit.group(2) if random.random() < 0.6 else random.choice(_WHO)

    return _each(article, _some(_NAME, fewer, random, 0.3 + 0.6 * strength))


def mistype(article: Article, random: random.Random, strength: float, _: Around) -> Article:
    """A few words are misspelt."""
    made: list[tuple[str, str]] = []
    wanted = 1 + round(3 * strength)
    words = [word for part in article.paragraphs for word in re.findall(r"\b[a-z]{5,}\b", part)]
    for word in random.sample(sorted(set(words)), min(wanted, len(set(words)))):
        at = random.randrange(1, len(word) - 1)
        kind = random.randrange(3)
        wrong = word[:at] + word[at + 1] + word[at] + word[at + 2 :] if kind == 0 else word[:at] + word[at + 1 :]
        if kind == 2:
            wrong = word[:at] + _KEYS.get(word[at], "x") + word[at + 1 :]
        if wrong != word:
            made.append((wrong, word))
    once = {right: wrong for wrong, right in made}
    word_of = re.compile(r"\b[a-z]{5,}\b")
    changed = _each(article, lambda part: word_of.sub(lambda hit: once.pop(hit.group(), hit.group()), part))
    return changed._replace(typos=(*article.typos, *made))


def mend(article: Article, _random: random.Random, _strength: float, _: Around) -> Article:
    """Typos are corrected."""
    table = dict(article.typos)
    if not table:
        return article
    mended = _each(article, lambda part: re.sub(r"\b\w+\b", lambda hit: table.get(hit.group(), hit.group()), part))
    return mended._replace(typos=())


def restyle(article: Article, _random: random.Random, _strength: float, _: Around) -> Article:
    """Typographic quotation marks and dashes become plain ones."""
    plain = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "é": "e", "è": "e", "ü": "u"})
    return _each(article, lambda part: part.translate(plain))


# -- where it says it is from -----------------------------------------------------------------------------


def strip_dateline(article: Article, _random: random.Random, _strength: float, _: Around) -> Article:
    """The dateline goes."""
    return article._replace(place=None, agency=None, month_day=None) if article.place else article


def replace_dateline(article: Article, random: random.Random, _strength: float, _: Around) -> Article:
    """Another place, and no agency."""
    place = random.choice(wordings("place"))[0]
    return article._replace(place=place, agency=None) if article.place and article.place != place else article


def credit_parent(article: Article, random: random.Random, _strength: float, around: Around) -> Article:
    """A line under the text says whose it is."""
    return article._replace(foot=(*article.foot, random.choice(_CREDITS).format(around.parent.outlet)))


def leave_notice(article: Article, random: random.Random, _strength: float, around: Around) -> Article:
    """The parent's own notice is left in."""
    return article._replace(foot=(*article.foot, random.choice(_NOTICES).format(around.parent.outlet)))


def drop_foot(article: Article, _random: random.Random, _strength: float, _: Around) -> Article:
    """Credits and notices go."""
    return article._replace(foot=()) if article.foot else article


OPERATORS: dict[str, Callable[[Article, random.Random, float, Around], Article]] = {
    made.__name__: made
    for made in (
        truncate, excerpt, teaser, omit, shorten_quotes, local_paragraph, gloss, convert_units, edit_lead, spell,
        substitute, round_numbers, drop_names, mistype, mend, restyle, strip_dateline, replace_dateline,
        credit_parent, leave_notice, drop_foot,
    )
}  # fmt: skip
