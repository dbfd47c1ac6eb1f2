"""One short line over an article -> the agency that it credits, among places, days, desks and persons."""

from __future__ import annotations

import re
from functools import lru_cache

from provenance.text.month_names import MONTHS, WEEKDAYS, name_key
from provenance.tracing.statements import names
from provenance.tracing.statements.datelines import place_rank

LONGEST = 60  # code points of such a line; wires wrap theirs at more
#: What parts a line's names: `EFE | Madrid`, `Redacción / EFE`, `New Delhi, Mar 5 (PTI)`, `AFP - Paris`.
_BETWEEN = re.compile(r"[|·•,;()/+]|(?:^|\s)[-–—ـ](?:\s|$)|(?<!\w)(?:and|und|et|y|e|ve|with)\s")
#: And in a byline: `By Ann Lee and AP`, `Von Jens Harbort und dpa`, `Par Jean Dupont (avec Reuters)`.
_AMONG = re.compile(r"[,|·•;()/]|\s[-–—]\s|(?<!\w)(?:and|with|und|mit|et|avec|y|con|e|com)\s")
#: Who of an agency wrote it: `Reuters Staff`, `Associated Press Writer`, `Press Association 2025`.
_OF_STAFF = re.compile(r"(?: (?:(?i:staff(?: (?:reports?|writers?))?|writers?|reporters?)|(?:19|20)\d\d))+$")
_PLACED = re.compile(r"^(?:in|en|em|à|aus|a) (?=\S)|(?<=\S) (?:in|en|em|à) ", re.IGNORECASE)
#: What a paper writes before the name of its agency alone; no such word begins a name.
LEADS = (
    "by", "par", "por", "von", "door", "di", "da", "via", "publié par", "publicado por", "pubblicato da",
    "published by", "posted by", "haber", "text", "texte", "agencia", "agência", "agence", "agenzia", "agentur",
    "redacción", "redação", "redazione", "redaktion", "rédaction", "van onze", "with", "avec", "mit", "com", "con",
)  # fmt: skip
#: Names that are not told where they stand alone: one heads sections, one signs every story of 1987, and one is the
#: sign with which sites let readers choose the size of letters.
NOT_ALONE = frozenset({"Trend", "Reuter", "TT"})
_LED = re.compile(
    rf"^(?:{'|'.join(LEADS)}|publié le [^\n]{{4,24}} par)(?: ?: ?| )(?:de |della |the |la |l['’])?(?=\S)",
    re.IGNORECASE,
)
_SHARED = re.compile(r"(?:with|avec|mit|com|con) ", re.IGNORECASE)  # of such lines bylines.read_shared tells
_DAY = re.compile(r"\d{1,4}(?:st|nd|rd|th)?(?:[-./:]\d{1,4}){0,3}(?:am|pm|h)?", re.IGNORECASE)
#: Words beside a day and a time, without accents.
_STAMPS = names.words("am pm gmt utc ist est edt et cet bst hrs uhr h updated published posted on at last modified")
#: Who of a paper signs beside an agency, without accents.
_DESKS = names.words(
    "redaccion redacao redaktion redazione redaction redactie agencias agences agenturen agenzie agencies staff"
)
_INITIALS = re.compile(r"[a-zäöüß]{1,4}")  # `dpa/jh`: who of the desk took it over
_PERSON = re.compile(
    r"\A[^\W\d_a-z][\w’'-]{0,20}\.?(?: (?:[^\W\d_a-z][\w’'-]{0,20}\.?|de|van|von|da|al-\w{1,20}|bin)){1,3}"
)
_DESK_OF = re.compile(r"([A-Z]{3,5})(?: [A-Z]{2,4}){1,4}")  # `PTI ANB SKL`
#: Between a person and the agency; behind a slash or in brackets it is whose picture it is.
_SIGNED = re.compile(r" ?[,|·•] ?| [-–—] ")
_AUTHOR = re.compile(r"^(?:Autor(?:ka|zy)?|Author|Auteur|Autore) ?: ?")
_OVER_AUTHOR = re.compile(
    r"(?:[.!?”\"»)][ \t]*|\n[ \t]*)\((?P<name>[^()\n]{2,30})\)[ \t]*\n\s{0,4}(?P<line>[^\n.!?]{3,40})"
    r"(?:\n\s{0,4}[^\n.!?]{1,40}){0,2}\s*\Z"
)
_DESK_SIGNS = re.compile(r"[a-z]{2,5}/(?: ?[a-z]{2,5}/){0,3}")
_SAYS = re.compile(
    r"^(?i:con informaci[oó]n(?:es)?|com informa[cç][oõ]es|with inputs?|with reporting) (?:from|de|d[aeo]s?) "
)
_NO_PERSONS = names.words(
    "the of and for story report video photo photos picture pictures image images staff file files"
)
#: How a caption ends, and no headline.
_OVER_PICTURE = (".", "!", "?", "”", '"', "…")


def read_signed(person: str) -> str | None:
    """What follows `By` on a line -> the agency beside a person, or at the end of the line, or None.

    >>> [read_signed(one) for one in ("Ann Lee and AP", "ANN LEE Associated Press", "Hugh Time and Will Post")]
    ['Associated Press', 'Associated Press', None]
    """
    found = next(filter(None, map(_agency, _AMONG.split(person))), None)
    if found:
        return found
    words = person.split()  # two lines run together
    ends = (" ".join(words[at:]) for at in range(max(2, len(words) - 4), len(words) - 1))
    return next((hit for end in ends if (hit := names.resolve(end, cue=False)) and names.is_agency(hit)), None)


def read_line(line: str, previous: str = "") -> str | None:
    """A line and the one before -> the agency that it names if it names nothing else but places, days, desks, persons.

    A person beside a slash (`Ann Lee / Reuters`) took the picture, and so may a place and a day (`Kyiv / AFP`); beside
    a comma he wrote the text (`Ann Lee, AP`), unless a sentence stands before, as a caption does. Nothing is told of a
    lone name.

    >>> [read_line(line) for line in ("EFE | Madrid", "AFP | 2025-03-05", "dpa/jh", "Ann Lee, AP", "EFE | Valdehierro")]
    ['EFE', 'Agence France-Presse', 'Deutsche Presse-Agentur', 'Associated Press', 'EFE']
    >>> [read_line(line) for line in ("Reuters", "Ann Lee / Reuters", "Kyiv / AFP", "World | AP", "AP | Photos")]
    [None, None, None, None, None]
    >>> read_line("Ann Lee, AP", "The mayor spoke at the quay.")
    """
    if len(line) > LONGEST:
        return None
    parts = [part for piece in _BETWEEN.split(line) if (part := piece.strip())]
    if len(parts) < 2:
        return None
    agencies = [_agency(part) for part in parts]
    agency = next(filter(None, agencies), None)
    if not agency:
        return None
    rest = [part for part, hit in zip(parts, agencies, strict=True) if not hit]
    captioned = previous.endswith(_OVER_PICTURE)
    papers = bool(rest) and all(map(names.resolve, rest))  # `Los Angeles Times (TNS)`
    if papers and len(parts) == 2 and agencies[1]:
        return None if captioned else agency
    if "/" in line:
        if not rest:
            return None if captioned else agency
        if agencies[0] and all(place_rank(part) == 2 or _is_day(part) for part in rest):
            return agency  # `AA / Ankara`
        return agency if all(_is_desk(part) or _INITIALS.fullmatch(part) for part in rest) else None
    if all(_is_desk(part) or _is_day(part) or place_rank(_PLACED.sub("", part)) == 2 for part in rest):
        return agency
    if "|" in line and agencies[0] and not captioned and all(_is_day(part) or _is_small_place(part) for part in rest):
        return agency  # `EFE | Valdehierro`: no table has all villages
    sent = "(" in line and len(parts) > 2 and names.resolve(parts[-2])  # `Ann Lee | The Seattle Times (TNS)`
    if captioned or not agencies[-1] or ("(" in line and not sent):
        return None
    *persons, _ = _SIGNED.split(line)
    written = [one for part in persons for one in re.split(r" and | & ", part)]
    return agency if written and all(map(_is_person, written)) else None


def read_alone(line: str) -> str | None:
    """A line -> the agency that is all that it names, with or without `By`, a desk or its staff; or None.

    >>> [read_alone(line) for line in ("AFP", "AP Staff", "Publié par AFP", "Reuters in London", "Agencia EFE")][1:]
    ['Associated Press', 'Agence France-Presse', 'Reuters', 'EFE']
    >>> [read_alone(line) for line in ("AP Calculus", "Trend", "Ann Lee", "By Petra Holt")]
    [None, None, None, None]
    """
    if not line[0].isalpha():  # `(PAP)` over the author's line
        bare = line[1:-1] if line.startswith("(") and line.endswith(")") else ""
        return None if bare in NOT_ALONE else _wire(bare)
    return None if line in NOT_ALONE or _SHARED.match(line) else _agency(line)


def read_among(said: str) -> str | None:
    """What stands in brackets at the end of a text -> the first agency of those that are all that it names, or None.

    >>> [read_among(said) for said in ("AFP, dpa, Reuters", "dpa/jh", "Con información de EFE", "AP, the law")]
    ['Agence France-Presse', 'Deutsche Presse-Agentur', 'EFE', None]
    """
    parts = [part for piece in _BETWEEN.split(_SAYS.sub("", said)) if (part := piece.strip())]
    agencies = [_agency(part) for part in parts]
    plain = all(hit or _is_desk(part) or _INITIALS.fullmatch(part) for hit, part in zip(agencies, parts, strict=True))
    return next(filter(None, agencies), None) if plain else None


def is_led(said: str) -> bool:
    """Whether words for `with` or a desk stand before a name."""
    return bool(_SAYS.match(said) or _LED.match(said))


def read_over_author(text: str) -> tuple[int, int, str] | None:
    r"""An article's end -> where an agency stands in brackets over who of it wrote it, and the agency; or None.

    >>> read_over_author("Nikt nie ucierpiał. (PAP)\n\nAutor: Piotr Nowak\n\npno/ mark/")
    (20, 25, 'Polish Press Agency')
    >>> read_over_author("Ships at the quay on Monday. (Reuters)\n\nRead more")
    """
    over = _OVER_AUTHOR.search(text)
    if not over:
        return None
    under = _AUTHOR.sub("", over["line"].strip())
    source = agency_of(over["name"]) if _is_person(under) or _DESK_SIGNS.fullmatch(under) else None
    return (over.start("name") - 1, over.end("name") + 1, source) if source else None


def agency_of(name: str) -> str | None:
    """The agency of the table that has this name, perhaps with its desk's initials (`PTI ANB SKL`), or None."""
    signed = _DESK_OF.fullmatch(name.strip())
    source = names.resolve(signed[1] if signed else name.strip())
    if not source and "/" in name:
        return read_among(name)  # `ats/afp`
    return source if source and names.is_agency(source) else None


@lru_cache(1 << 12)
def _agency(part: str) -> str | None:
    name = part.strip()
    for _ in range(3):  # `Da Redação, com Agência Brasil`
        if found := _wire(name) or _wire(_OF_STAFF.sub("", name)):
            return found
        first, *placed = _PLACED.split(name)
        if placed and first and place_rank(placed[0]) == 2 and (found := _wire(first)):
            return found  # `Associated Press in Washington`
        led = _LED.sub("", name)
        if led == name:
            break
        name = led
    return None


def _wire(name: str) -> str | None:
    found = names.resolve(name) if name else None
    return found if found and names.is_agency(found) else None


def _is_desk(part: str) -> bool:
    """Whether this is a desk's name, or a paper's staff: `Guardian staff`."""
    bare = _LED.sub("", part)
    if names.key(bare) in _DESKS or names.key(part) in _DESKS:
        return True
    staff = _OF_STAFF.sub("", part)
    return staff != part and names.resolve(staff) is not None


def _is_person(part: str) -> bool:
    if not _PERSON.fullmatch(part) or names.resolve(part) or place_rank(part) == 2:
        return False
    words = names.key(part).split()
    return not (set(words) & _NO_PERSONS or words[-1] in names.OUTLET_WORDS or names.is_section(part))


def _is_small_place(part: str) -> bool:
    """Whether this may be a place that no table has: in no table is it another name, and it heads no section."""
    plain = place_rank(part) == 1 and len(part.split()) <= 3 and not names.resolve(part) and not names.is_section(part)
    return plain and not set(names.key(part).split()) & (_NO_PERSONS | names.OUTLET_WORDS)


def _is_day(part: str) -> bool:
    words = [word.strip(".:") for word in part.split()]
    return all(
        _DAY.fullmatch(word) or (key := name_key(word)) in MONTHS or key in WEEKDAYS or key in _STAMPS for word in words
    )
