"""One line of text -> its dateline: `TEHRAN (FNA)-`, `SALVADOR, Feb 26 -`, `TIKRIT:`.

A line is cut to its first 120 characters and at each separator, and the few words before it are checked in
code. One general regular expression for all of it hung for ten minutes on ten thousand short texts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from provenance.text.month_names import MONTHS, name_key
from provenance.tracing.statements import names

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 120
PROSE = 60  # code points of a line that is no heading
_SEPARATES = re.compile(r"[-–—―:]")
_SEPARATOR = re.compile(r" ?--+ ?| ?[–—―] ?|(?<=\))\.? ?- ?| - | -(?=[A-Z]\w)| -$|(?<=\d)-(?: |$)|(?<=[\w)]): ")
_LETTER = r"[^\W\d_]"
_BRACKET = re.compile(r"[(\[]([^()\[\]]{2,40})[)\]]$")
_PARTED = re.compile(r"(?P<place>[^-–—\n]{2,40}) [-–—] (?P<name>[^-–—\n]{2,30})\Z")
_IN_STATE = re.compile(r"(?: \([^()\[\]]{3,30}\))?(?: \[[^()\[\]]{3,30}\])$")  # `Kolkata (West Bengal) [India]`
_LEADING_BRACKET = re.compile(r"^\(([^()]{2,40})\)\s*")
_DATE = re.compile(
    rf"[,/ ]\s{{0,3}}(?:(?P<m1>{_LETTER}{{3,10}})\.?\s{{1,2}}(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"|(?P<d2>\d{{1,2}})(?:\.|st|nd|rd|th)?\s{{1,2}}(?P<m2>{_LETTER}{{3,10}})\.?"
    rf"|(?P<m3>{_LETTER}{{3,10}})\.?)(?:,?\s(?P<y>(?:19|20)\d\d))?\s{{0,3}},?\s{{0,3}}$"
)
_NUMBERED = re.compile(
    r"[,/ ]\s{0,3}(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>(?:19|20)\d\d)$"
)  # `Warszawa, 5.03.2024 (PAP)`
_NOT_PLACES = names.words(
    """
    breaking file exclusive update updated byline video watch photo photos opinion editorial analysis live
    correction corrects note editor editors warning report reports alert new news interview profile factbox
    timeline feature review poll urgent advisory embargoed summary highlights fact check read related more image
    caption source sources by the a an in on what why how who when where this that question q answer spoiler
    bottom line here also listen gallery graphic column commentary letter letters sponsored advertisement ad
    disclaimer copyright tl dr ps re fw subject from to cc date yup yes no well ok scroll down story continues
    """
)
#: `MOSCOW, March 4. /TASS/.`, `SEATTLE--(BUSINESS WIRE)--`: between signs of its own an agency needs no dash.
_FRAMED = re.compile(
    rf"\A(?P<rest>[^\n()/]{{2,60}}?)[ .,]{{0,2}}(?:/|--?\() ?(?P<source>{_LETTER}[^()/\n]{{1,28}}?)"
    r"(?P<close> ?(?:/|\)(?=-)))(?![\w/])"
)
#: What follows the name of an agency that heads a Chinese dateline.
_CHINESE = re.compile(
    r"(?P<place>[\u4e00-\u9fff]{2,14}?)(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日(?:专|專)?[电電讯訊]"
)
#: `New Delhi, Mar 4 (PTI) The minister`: an agency of the table behind a place of it, or behind a day.
_BARE = re.compile(
    r"\A(?P<rest>[^\n()]{3,60}) \((?P<source>[^()\n]{2,20})(?P<close>\))"
    r"(?= [A-Z“\"]|\. (?:[^\W\d_a-z]|[“\"«¿¡]))"
)
#: `(EFE) El ministro dimitió`, `(CNN) The`: an agency alone, or whoever is called by capitals, at the head of prose.
_LED = re.compile(r"\A\((?P<source>[^()\n]{2,20})\)(?=[.:]? (?:[^\W\d_a-z]|[“\"«¿¡]))")
#: `КИЇВ. 3 травня. УНІАН. Міністр`: full stops for all that separates.
_STOPPED = re.compile(r"\A(?P<rest>[^\n().]{3,30}\. \d{1,2} [^\n().]{3,12})\. (?P<source>[^\n().]{3,30})\.(?= )")
#: `【ジュネーブ共同】`, `（北京4日時事）`: behind the place stands the agency, or a reporter of the paper's own.
_JAPANESE = re.compile(
    r"\A[【（](?P<place>[^【】（）\n\d]{1,14}?)(?:(?P<day>\d{1,2})日)?[=＝・ ]?"
    r"(?P<source>共同|時事|ロイター|AFP時事|聯合ニュース|新華社)[】）]"
)
#: How such a dateline ends, by which it is found.
JAPANESE = ("共同】", "時事】", "ロイター】", "聯合ニュース】", "新華社】", "共同）", "時事）")
#: What may stand behind the dash after a place and a day: `MOSCOW, 4 Mar — RIA Novosti. The government`.
_THEN = re.compile(r"\A(?P<source>[A-ZА-Я][^\n.()]{2,30}?(?:\.[A-Z]{2,3})?)(?:\. | ?[-–—] )")
#: `Washington (CNN)` alone on its line, or with the text stuck to it.
_NO_DASH = re.compile(r"(?P<place>[^\n()]{4,41}+)(?<= )\((?P<source>[^()\n]{2,20})\)(?=$|[A-Z“\"])")
_TITLES = re.compile(r"\b(?:Rep|Sen|Gov|Mr|Mrs|Ms|Dr|Gen|Col|Prof|President|Minister|Secretary|Senator)\b")
_CONNECTORS = names.words(
    """
    de la le el al es as du da do dos del der den des les sous bei im am di della and of on in au aux sur upon und y en
    the
    """
)
#: A word in small letters, or what ends the search for one.
_SMALL_WORD = re.compile(rf" (?P<word>[a-z]{_LETTER}*)|[-–—―:()\[\],]")
_MAY_BE_SMALL = _CONNECTORS | {"d", "l"} | MONTHS.keys()  # d'Ivoire
_NOT_SOURCES = re.compile(
    r"^(?:[RDI]-|[RDI]\)?$|\d+$|file|photo|video|live|left|right|pictured|updated?|now|also|formerly|age\b|born\b|\W)"
    r"|\d{3}|^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)|^(?:local time|GMT|R|D|UK|US|UN|EU)$",
    re.IGNORECASE,
)


class Dateline(NamedTuple):
    """A dateline; the places are offsets in the line that was read, end before the dash."""

    start: int
    end: int
    place: str | None
    source: str | None
    month: int | None
    day: int | None
    year: int | None


class _Body(NamedTuple):
    place: str | None
    source: str | None
    month: int | None
    day: int | None
    year: int | None


def read_dateline(line: str) -> Dateline | None:
    """The dateline with which `line` begins, or None; cost is linear in the first 120 characters."""
    start = len(line) - len(line.lstrip(" \t\u00a0\u200e\u200f\ufeff*"))
    head = line[start : start + LONGEST]
    if "/" not in head and _is_prose(head):
        return None
    bracketed, dashed = "(" in head, "/" in head or "-(" in head  # what the expressions have, which most lines lack
    if bracketed and (bare := _NO_DASH.match(head)):
        source = names.resolve(bare["source"])
        place = bare["place"][:-1]  # without the space before the bracket
        if source and place_rank(place) == 2:
            return Dateline(start, start + bare.end(), place, source, None, None, None)
    if led := _LED.match(head) if bracketed and len(line) - start > PROSE else None:
        source = names.resolve(led["source"])
        if source and (names.is_agency(source) or led["source"].isupper()):
            return Dateline(start, start + led.end(), None, source, None, None, None)
    for expression, may in ((_FRAMED, dashed), (_BARE, bracketed)):
        framed = expression.match(head) if may else None
        body = _read_framed(framed["rest"], framed["source"], expression is _FRAMED) if framed else None
        if framed and body:
            return Dateline(start, start + framed.end("close"), *body)
    for cut in _cuts(head):
        end = len(head[: cut.start()].rstrip())
        if end < 3 or end > 100:
            continue
        body = _read_body(head[:end], ":" in cut.group(), len(line) - end > 100)
        if body and not (cut.end() >= len(head) and not body.day and not body.source):
            if body.day and not body.source and (then := _THEN.match(head[cut.end() :])):
                known = names.resolve(then["source"])
                if known and names.is_agency(known):
                    return Dateline(start, start + cut.end() + then.end("source"), *body._replace(source=known))
            if body.source and not body.place and (placed := read_dateline(head[cut.end() :])) and not placed.source:
                # `(ANSA) - ROMA, 05 MAR - Il ministro`
                return placed._replace(start=start, end=start + cut.end() + placed.end, source=body.source)
            return Dateline(start, start + end, *body)
    return None


def read_chinese(line: str, at: int, source: str) -> Dateline | None:
    """The dateline of a line that names an agency up to `at`, or None: `新华社北京3月4日电`."""
    found = _CHINESE.match(line, at)
    if not found:
        return None
    month, day, year = (int(found[part]) if found[part] else None for part in ("month", "day", "year"))
    return Dateline(0, found.end(), found["place"], source, month, day, year)


def read_stopped(line: str) -> Dateline | None:
    """The dateline of a line in which full stops alone separate a place, a day and an agency, or None."""
    found = _STOPPED.match(line)
    body = _read_framed(found["rest"], found["source"], framed=True) if found else None
    return Dateline(0, found.end("source"), *body) if found and body and body.day else None


def read_japanese(line: str) -> Dateline | None:
    """The dateline between brackets with which a Japanese line begins, or None."""
    found = _JAPANESE.match(line)
    source = names.resolve(found["source"]) if found else None
    return Dateline(0, found.end(), found["place"], source, None, None, None) if found and source else None


def _read_framed(rest: str, name: str, framed: bool) -> _Body | None:
    """A place, with or without a day, before an agency of the table that needs no dash -> both.

    Many headlines have a company's sign in brackets alone (not `framed`): CANADIAN PACIFIC (CP) CONFIRMS.
    """
    known = names.resolve(name) or names.resolve(name.casefold().capitalize())
    dated = _read_day(rest.replace(". ", ", "), sourced=True) if known and names.is_agency(known) else None
    if dated is None or (dated.day is not None and not 1 <= dated.day <= 31):
        return None
    place = (dated.place or "").strip(" ,.-")
    loud = _capital_city(place) or place.upper() == place.lower()  # no table has the places of other scripts
    if place_rank(place) < (1 if dated.day or (framed and loud) else 2):
        return None
    return dated._replace(place=place, source=known)


def _is_prose(head: str) -> bool:
    """Whether a word before any comma, bracket or separator is in small letters, and no month or `de`.

    Then there is no dateline: the word would be part of the place, and `place_rank` takes none such. Only an agency
    before or after a slash may be written so.
    """
    for found in _SMALL_WORD.finditer(" " + head):
        word = found["word"]
        if not word:
            return False
        if (word.casefold() if word.isascii() else name_key(word)) not in _MAY_BE_SMALL:
            return True
    return False


def _cuts(head: str) -> Iterator[re.Match[str]]:
    """Every match of _SEPARATOR in turn: each has one of the signs at its beginning, or after a space or stop there."""
    done = 0
    for sign in _SEPARATES.finditer(head):
        at = sign.start()
        cut = _SEPARATOR.match(head, at - 1) if at > done and head[at - 1] in " ." else None
        cut = cut or (_SEPARATOR.match(head, at) if at >= done else None)
        if cut:
            done = cut.end()
            yield cut


@lru_cache(1 << 13)  # wires file from few places: of 9,500 datelines of three weeks 4,000 differ
def _read_body(text: str, colon: bool, prose: bool) -> _Body | None:
    """The text before a dateline's dash -> its parts, if one of them is a place that datelines are written from."""
    if prose and not colon and (text.isupper() or names.resolve(text, cue=False)) and len(text) >= 3:
        known = names.resolve(text)  # `AGI - Il ministro ha detto`
        if known and names.is_agency(known):
            return _Body(None, known, None, None, None)
    bracket = _BRACKET.search(text)
    if bracket and bracket.start() == 0:
        found = names.resolve(bracket.group(1).strip())
        return _Body(None, found, None, None, None) if found and not colon else None
    source, rest = None, text
    if bracketed := bracket or _LEADING_BRACKET.match(text):
        source = read_source(bracketed.group(1))
        if not source:
            return None
        rest = text[: bracketed.start()].rstrip() if bracket else text[bracketed.end() :]
    elif "/" in text:
        if parted := _read_parted(text):
            return parted
        before, _, last = text.rpartition("/")
        known = names.resolve(last.strip())
        if known and names.is_agency(known):  # `دمشق/ 5 آذار/ سانا - `
            source, rest = known, before
    elif "," in text:
        before, _, last = text.rpartition(",")
        name = last.strip()
        known = names.resolve(name) if name[:1].isupper() else None
        # `Berne, ATS - `; but PA behind a comma is Pennsylvania
        is_wire = known and names.is_agency(known) and names.key(name) not in names.places()
        first = names.resolve(before.strip()) if not known and before[:1].isupper() else None
        if first and names.is_agency(first) and place_rank(name) == 2:  # `AFP, Paris — `
            return _Body(name, first, None, None, None)
        if known and (_DATE.search(before) or (is_wire and place_rank(before.strip()) == 2)):
            source, rest = known, before
    elif (between := _PARTED.match(text)) and (wired := _read_framed(between["place"], between["name"], framed=True)):
        return wired
    dated = _read_day(rest, source in names.lexicon().kinds)
    if dated is None:
        return None
    place, day = _IN_STATE.sub("", (dated.place or "").strip().rstrip(",")), dated.day
    if day is not None and not 1 <= day <= 31:
        return None
    if not _is_written_from(place, source, colon, prose, bool(dated.month and day)):
        return None
    return dated._replace(place=place, source=source)


def _read_parted(text: str) -> _Body | None:
    """`PLACE/AGENCY` or the other way round -> both."""
    first, _, second = text.partition("/")
    for name, place in ((first, second), (second, first)):
        known = names.resolve(name.strip())
        if known and place_rank(place.strip(" /")) == 2:
            return _Body(place.strip(" /"), known, None, None, None)
    return None


def _read_day(text: str, sourced: bool = False) -> _Body | None:
    """A place with or without a day behind it -> both; None where a month ends a headline.

    Beside an agency of the table (`sourced`) no headline ends, and a place of a script without capitals is in no table:
    `عمان 5 آذار (بترا)`.
    """
    if numbered := _NUMBERED.search(text):
        place = text[: numbered.start()].rstrip(" ,/")
        in_year = int(numbered["m"])
        return _Body(place, None, in_year, int(numbered["d"]), int(numbered["y"])) if 0 < in_year < 13 else None
    dated = _DATE.search(text)
    month = MONTHS.get(name_key(dated["m1"] or dated["m2"] or dated["m3"])) if dated else None
    if not dated or not month:
        return _Body(text, None, None, None, None)
    number = dated["d1"] or dated["d2"]
    loose = dated.group()[0] == " " and text[dated.start() - 1 : dated.start()] not in (".", ",", "/")
    place = text[: dated.start()].rstrip(" ,/")
    if loose and place_rank(place) < (1 if sourced and place.upper() == place.lower() else 2):
        return None  # ... SUBSIDY TO END JULY 1 -
    return _Body(place, None, month, int(number) if number else None, int(dated["y"]) if dated["y"] else None)


def _is_written_from(place: str, source: str | None, colon: bool, prose: bool, dated: bool) -> bool:
    """Whether a name is a dateline's place, by what stands beside it."""
    rank = place_rank(place)
    if colon:
        return rank == 2 and (source is not None or (place.isupper() and _is_city(place)))
    if source is not None:
        # `Port Halven (Meridian) — `: neither is in a table, but a paragraph of prose begins so nowhere else.
        plain = prose and len(place.split()) <= 3 and source.isalpha()
        known = source in names.lexicon().kinds
        return rank >= (1 if known or plain or _capital_city(place) else 2)
    if dated:
        return rank >= (1 if _capital_city(place) else 2)
    return rank == 2 and (_is_city(place) or _capital_city(place))


def read_source(text: str) -> str | None:
    """The agency that stands in a dateline's brackets, or None for a party, an age, a remark."""
    text = " ".join(text.split())
    found = names.resolve(text)
    if found:
        return found
    for part in re.split(r"[/,;]| via ", text):
        found = names.resolve(part.strip())
        if found:
            return found
    if _NOT_SOURCES.search(text) or not text[:1].isalpha() or not text[0].isupper() or len(text.split()) > 5:
        return None
    if any(word[0].islower() and word not in _CONNECTORS for word in text.split()):
        return None
    return None if names.key(text) in names.places() else text


def _capital_city(place: str) -> bool:
    """Whether the city, before the first comma, is written in capitals."""
    city = place.split(",", maxsplit=1)[0]
    if city.isascii() and city.isupper():
        return sum(map(str.isalpha, city)) >= 2
    letters = [sign for sign in city if sign.isalpha()]
    upper = sum(sign.isupper() for sign in letters)
    return len(letters) >= 2 and upper >= max(2, len(letters) - (3 if "Mc" in city or "Mac" in city else 1))


def _is_city(place: str) -> bool:
    """Whether the first part is a city, or anything at all before its region; a region alone heads a list too."""
    first, _, rest = place.partition(",")
    return bool(rest) or names.places().get(names.key(first.split("/")[0])) == "city"


@lru_cache(1 << 14)
def place_rank(place: str) -> int:
    """2: a place of the table, or a city with a region of it; 1: shaped like a place; 0: no place."""
    if not place or len(place) > 70 or _TITLES.search(place):
        return 0
    table = names.places()
    parts = [part.strip() for part in re.split(r"[,/]", place) if part.strip()]
    if not parts or len(parts) > 4:
        return 0
    kinds = [table.get(names.key(part)) for part in parts]
    for part in parts:
        words = part.replace("-", " ").split()
        if len(words) > 5 or not _shaped(part, words):
            return 0
    if names.key(parts[0]) in _NOT_PLACES or names.key(parts[0].split()[0]) in _NOT_PLACES - {"the", "new"}:
        return 0
    if kinds[0] in ("city", "region"):
        return 2
    return 2 if len(parts) > 1 and kinds[-1] else 1


def _shaped(part: str, words: list[str]) -> bool:
    if any(sign.isdigit() or sign in '<>@#$%&*"“”?!;=_' for sign in part):
        return False
    return all(
        word[0].isupper()
        or word[0].upper() == word[0].lower()  # scripts without capitals
        or word.casefold() in _CONNECTORS
        or word[:2] in ("d'", "d’", "l'", "l’")
        for word in words
    )
