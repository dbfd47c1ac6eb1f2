"""One short line over an article -> the agency that it credits, among places, days, desks and persons."""

from __future__ import annotations

import re

from provenance.text.month_names import MONTHS, WEEKDAYS, name_key
from provenance.tracing import names
from provenance.tracing.datelines import place_rank

LONGEST = 60  # code points of such a line; wires wrap theirs at more
#: What parts a line's names: `EFE | Madrid`, `Redacción / EFE`, `New Delhi, Mar 5 (PTI)`, `AFP - Paris`, `Reuters in
#: Lisbon`.
_BETWEEN = re.compile(r"[|·•,;()/]|(?:^|\s)[-–—](?:\s|$)|\sin\s")
#: And in a byline: `By Ann Lee and AP`, `Von Jens Harbort und dpa`, `Par Jean Dupont (avec Reuters)`.
_AMONG = re.compile(r"[|·•,;()/]|\s[-–—]\s|(?<!\w)(?:and|with|und|mit|et|avec|y|con|e|com)\s")
_OF_STAFF = re.compile(r"(?: (?:[Ss]taff|(?:19|20)\d\d))+$")  # `By Reuters Staff`, `By Press Association 2025`
_DAY = re.compile(r"\d{1,4}(?:st|nd|rd|th)?(?:[-./:]\d{1,4}){0,3}(?:am|pm|h)?|am|pm|gmt|utc|ist|est|et", re.IGNORECASE)
#: Who of a paper signs beside an agency, without accents.
_DESKS = names.words(
    "redaccion redacao redaction redaktion redazione agencias agences agenturen agenzie agencies staff"
)


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


def read_line(line: str) -> str | None:
    """A line -> the agency that it names if it names nothing else but places, days and desks; None of one name alone.

    A person beside a slash (`Ann Lee / Reuters`) took the picture, and so may a place and a day (`Kyiv / AFP`).

    >>> [read_line(line) for line in ("EFE | Madrid", "AFP | 2025-03-05", "New Delhi, Mar 5 (PTI)", "Redacción / EFE")]
    ['EFE', 'Agence France-Presse', 'Press Trust of India', 'EFE']
    >>> [read_line(line) for line in ("Reuters in Lisbon", "Reuters in Crisis")]
    ['Reuters', None]
    >>> [read_line(line) for line in ("Reuters", "Ann Lee / Reuters", "Kyiv / AFP", "World | AP", "AP, the law")]
    [None, None, None, None, None]
    """
    if len(line) > LONGEST:
        return None
    parts = [part for piece in _BETWEEN.split(line) if (part := piece.strip())]
    agency = next(filter(None, map(_agency, parts)), None)
    rest = [part for part in parts if not _agency(part)]
    if not agency or len(parts) < 2:
        return None
    desks = [names.key(part) in _DESKS for part in rest]
    if "/" in line:
        return agency if desks and all(desks) else None
    told = all(desk or _is_day(part) or place_rank(part) == 2 for desk, part in zip(desks, rest, strict=True))
    return agency if told else None


def _agency(part: str) -> str | None:
    bare = _OF_STAFF.sub("", part.strip())
    found = names.resolve(bare) if bare else None
    return found if found and names.is_agency(found) else None


def _is_day(part: str) -> bool:
    return all(
        _DAY.fullmatch(word) or (key := name_key(word.strip("."))) in MONTHS or key in WEEKDAYS for word in part.split()
    )
