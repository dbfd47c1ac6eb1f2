"""Text that a database of news exports (LexisNexis, Factiva, ProQuest, NewsBank, ...) -> its articles and their fields.

Each of them writes a mark over or under every article that nobody else writes, and says in lines of its own what others
leave to be guessed: who printed it, when, under which headline. The forms are those of the exports themselves; no field
is taken from a place where the form does not have it.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from provenance.dumps.plain_text.flattened_feeds import Item
from provenance.dumps.plain_text.heads import Head
from provenance.dumps.plain_text.layout import cut_lines
from provenance.dumps.plain_text.line import COUNTED, byline_name
from provenance.text.calendar import find_dates, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provenance.dumps.plain_text.line import Line

#: Lines over the fields in which a headline, an outlet and a date stand, at most.
MOST_HEAD = 40
#: Words of the names that sign an article.
MOST_NAMES = 6
#: LexisNexis' fields, in capitals, over the text.
_FIELD = re.compile(r"(HEADLINE|BYLINE|SECTION|LENGTH|DATELINE|SOURCE|SERIES|BODY|GRAPHIC|HIGHLIGHT|URL): ?(.*)")
_RIGHTS = re.compile(r"Copyright|\(c\)|©|All Rights Reserved", re.IGNORECASE)
#: Nexis Uni's, over the text and under it.
_END = re.compile(r"End of Document")
_OVER_BODY = re.compile(r"Body|Length: ?[\d,.]+ words")
_BYLINE = re.compile(r"Byline: ?(.+)")
#: Factiva's number of an article: its source in letters, the day, and nine signs or so. `Document` is in the reader's
#: language, as the count of words is.
_NUMBER = re.compile(r"(?:AN\s{1,9})?(?:Documento?|Dokument|Документ) [A-Z][A-Z0-9]{3,11}(?:19|20)\d{6}[a-z0-9]{6,12}")
_WORDS = re.compile(
    r"\d{1,3}(?:[., \u00a0]?\d{3}){0,2} (?:words|mots|palabras|palavras|parole|Wörter|woorden|ord|слов)"
)
_CODE = re.compile(r"(SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD)(?:\s{1,9}(.*))?")
_HOUR = re.compile(r"\d{1,2}:\d\d(?: [A-Z]{3,4})?")
#: ProQuest's, under the text, and what it draws over the next article.
_NUMBERED = re.compile(r"ProQuest document ID: ?\d+")
_OVER = re.compile(r"_{20,}|Document \d{1,5} of \d{1,5}")
_NAMED = re.compile(r"(Title|Author|Publication title|Publication date): ?(.+)")
#: NewsBank's, under the text, with the copyright; over it `March 5, 2024 | Quay Post (Haven)`.
_RECORD = re.compile(r"Record Number: ?[\w-]{6,40}")
_DATED_PAPER = re.compile(r"(?P<date>[^|]{6,40}) \| (?P<paper>[^|]{2,100})")
_BY_FIELD = re.compile(r"Author: ?(?P<name>[^|]+)(?:\|.*)?")
#: Europresse's, under the text; over the headline a line with the count of words, and over that the paper's name.
_CERTIFIED = re.compile(r"(?:news|public)·(?:19|20)\d{6}·[\w·.-]+")
_COUNT_AND_PAGE = re.compile(r".*\d (?:mots|words|palabras|Wörter)(?:, .*)?")
_ISSUE = re.compile(r",? (?:no\.|n°|nº) ?[\d ,.-]+$| \(.*\)$")
#: PressReader's, under the text that somebody copied from its pages.
_LAST_PAGE = re.compile(r"End Page: ?\w{1,6}")
_FOOT = re.compile(r"(Article Name|Publication|Author): ?(.+)")


class _Form(NamedTuple):
    """How one database exports: what stands in each of its files, where articles begin, and what their heads say."""

    sign: re.Pattern[str]  # that is looked for before the text is cut into lines
    starts: Callable[[list[Line]], list[int]]
    head: Callable[[list[Line]], Head]


def split_export(text: str) -> list[Item]:
    """A decoded file -> the articles that a database exported; empty if it is no export.

    The first starts with the file (a list of what follows belongs to it), the last ends with it.
    """
    lines: list[Line] = []
    for form in _FORMS:
        if form.sign.search(text):
            lines = lines or cut_lines(text)
            if starts := form.starts(lines):
                bounds = [*starts, len(lines)]
                parts = [(lines[low:high], high) for low, high in pairwise(bounds)]
                ends = [lines[high].start if high < len(lines) else len(text) for _, high in parts]
                return [Item(part[0].start, end, form.head(part)) for (part, _), end in zip(parts, ends, strict=True)]
    return []


def _starts_behind(mark: re.Pattern[str], head: re.Pattern[str], lines: list[Line]) -> list[int]:
    """Where articles start that have a mark under each, and a line of its head over that; none if one has no head.

    The last may lack its mark. A line of copyright under a mark goes with it.
    """
    ends = []
    for row, line in enumerate(lines):
        if mark.fullmatch(line.text):
            signed = row + 1 < len(lines) and not lines[row + 1].blank_before and _RIGHTS.match(lines[row + 1].text)
            ends.append(row + 1 + bool(signed))
    bounds = [0, *ends, len(lines)]
    named = [any(head.fullmatch(line.text) for line in lines[low:high]) for low, high in pairwise(bounds)]
    return bounds[: -1 if named[-1] else -2] if ends and all(named[:-1]) else []


# -- LexisNexis: `2 of 12 DOCUMENTS` over each ------------------------------------------------------------


def _lexis_starts(lines: list[Line]) -> list[int]:
    marks = [row for row, line in enumerate(lines) if COUNTED.fullmatch(line.text)]
    bounds = [*marks, len(lines)]
    named = [any(_FIELD.fullmatch(line.text) for line in lines[low:high]) for low, high in pairwise(bounds)]
    return [0, *marks[1:]] if named and all(named) else []


def _lexis_head(lines: list[Line]) -> Head:
    """The outlet stands over the date, the headline alone over the fields, or in one of them in older exports."""
    over = next(row for row, line in enumerate(lines) if COUNTED.fullmatch(line.text)) + 1
    first = next((row for row in range(over, len(lines)) if _FIELD.fullmatch(lines[row].text)), over)
    top = lines[over : min(first, over + MOST_HEAD)]
    fields: dict[str, str] = {}
    for row in range(first, min(first + MOST_HEAD, len(lines))):
        if match := _FIELD.fullmatch(lines[row].text):
            fields.setdefault(match[1], " ".join([match[2], *_next_to(lines, row)]).strip())
        if lines[row].text.startswith("BODY:"):
            break
    dated = next((at for at, line in enumerate(top) if line.date is not None), None)
    over_date = top[: dated or 0]
    outlet = next((line.text for line in reversed(over_date) if not _RIGHTS.search(line.text)), None)
    title = fields.get("HEADLINE") or _last_block(top, dated)
    return Head(title, _author(fields.get("BYLINE")), _when(top, dated), fields.get("URL") or None, outlet)


def _next_to(lines: list[Line], row: int) -> list[str]:
    """The lines that go on with a field, as long lines are wrapped."""
    found = []
    for line in lines[row + 1 :]:
        if line.blank_before or _FIELD.fullmatch(line.text):
            break
        found.append(line.text)
    return found


def _last_block(top: list[Line], dated: int | None) -> str | None:
    """The lines at the end that stand together, apart from those of the date."""
    low = next((at for at in reversed(range(len(top))) if top[at].blank_before), None)
    if low is None or (dated is not None and low <= dated):
        return None
    return " ".join(line.text for line in top[low:])


# -- Nexis Uni: `End of Document` under each --------------------------------------------------------------


def _nexis_head(lines: list[Line]) -> Head:
    """Headline, outlet, date, one a line; a list of the articles may stand over the first."""
    over = next(row for row, line in enumerate(lines) if _OVER_BODY.fullmatch(line.text))
    dated = next((at for at in reversed(range(max(2, over - MOST_HEAD), over)) if lines[at].date is not None), None)
    body = next((row for row in range(over, len(lines)) if lines[row].text == "Body"), over)
    byline = next((match[1] for line in lines[:body] if (match := _BYLINE.fullmatch(line.text))), None)
    if dated is None:
        return Head(byline=_author(byline))
    return Head(lines[dated - 2].text, _author(byline), _when(lines, dated), None, lines[dated - 1].text)


# -- Factiva: its number under each -----------------------------------------------------------------------

_FACTIVA_HEAD = re.compile(f"{_WORDS.pattern}|HD(?:\\s.*)?")


def _factiva_head(lines: list[Line]) -> Head:
    """Headline, byline, length, date and outlet, one a line, or each under its code."""
    fields = _coded(lines)
    if "HD" in fields:
        day = _day(fields.get("PD", ""))
        return Head(fields["HD"] or None, _author(fields.get("BY")), day, None, fields.get("SN") or None)
    at = next((row for row, line in enumerate(lines) if _WORDS.fullmatch(line.text)), 0)
    over = [line for line in lines[max(0, at - 6) : at] if line.words <= MOST_HEAD]
    signed = next((row for row, line in enumerate(over) if line.is_byline), None)
    # else a section may stand over the headline, a name under it
    title = over[signed - 1] if signed else max(over, key=lambda line: line.words, default=lines[0])
    byline = over[-1].text if over and over[-1] is not title else None
    under = [line for line in lines[at + 1 : at + 5] if not _HOUR.fullmatch(line.text)]
    dated = bool(under) and under[0].date is not None
    outlet = under[1].text if dated and len(under) > 1 else None
    return Head(title.text, _author(byline), _when(under, 0 if dated else None), None, outlet)


def _coded(lines: list[Line]) -> dict[str, str]:
    """Fields under two or three capitals each, alone on their line or before their value, down to the text."""
    fields: dict[str, list[str]] = {}
    code = ""
    for line in lines[: 2 * MOST_HEAD]:
        match = _CODE.fullmatch(line.text)
        if match and match[1] in ("LP", "TD"):
            break
        if match and match[1] not in fields:
            code = match[1]
            fields[code] = [match[2]] if match[2] else []
        elif code:
            fields[code].append(line.text)
    return {code: " ".join(parts) for code, parts in fields.items()}


# -- ProQuest: its number among the fields under each -----------------------------------------------------


def _proquest_starts(lines: list[Line]) -> list[int]:
    marks = [row for row, line in enumerate(lines) if _NUMBERED.fullmatch(line.text)]
    starts = [0] if marks else []
    for low, high in pairwise(marks):
        start = next((row for row in range(low, high) if _OVER.fullmatch(lines[row].text)), None)
        if start is None:
            return []
        starts.append(start)
    return starts


def _proquest_head(lines: list[Line]) -> Head:
    """Fields by name; behind the outlet's name stand its edition and its place."""
    fields: dict[str, str] = {}
    for line in reversed(lines):  # those of the text itself stand over ours
        if match := _NAMED.fullmatch(line.text):
            fields.setdefault(match[1], match[2])
    outlet = re.split(r";|,[^,;]*\b[Ee]dition\b", fields.get("Publication title", ""), maxsplit=1)[0].strip()
    day = _day(fields.get("Publication date", ""))
    over = next((row for row in reversed(range(len(lines))) if _OVER.fullmatch(lines[row].text)), None)
    title = fields.get("Title") or (lines[over + 1].text if over is not None and over + 1 < len(lines) else None)
    return Head(title, _author(fields.get("Author")), day, None, outlet or None)


# -- NewsBank, Europresse, PressReader: a line of theirs under each ------------------------------------------


def _newsbank_head(lines: list[Line]) -> Head:
    """The headline over the line of the date and the paper, the author under it."""
    at = next(row for row, line in enumerate(lines) if _DATED_PAPER.fullmatch(line.text))
    match = _DATED_PAPER.fullmatch(lines[at].text)
    paper, day = (match["paper"].strip(), _day(match["date"])) if match else (None, None)
    names = (_BY_FIELD.fullmatch(line.text) for line in lines[at + 1 : at + 4])
    name = next((match["name"].strip() for match in names if match), None)
    return Head(lines[at - 1].text if at else None, _author(name), day, None, paper)


def _europresse_head(lines: list[Line]) -> Head:
    """Paper, section with date and count, headline, one a line; a second headline and a name may follow."""
    at = next(row for row, line in enumerate(lines) if _COUNT_AND_PAGE.fullmatch(line.text))
    paper = _ISSUE.sub("", lines[at - 1].text).strip() if at else None
    dates = find_dates(lines[at].text)
    under = lines[at + 1 : at + 4]
    signed = (_author(line.text) for line in reversed(under[1:]) if line.words <= MOST_NAMES)
    day = dates[0].value if dates else None
    return Head(under[0].text if under else None, next(filter(None, signed), None), day, None, paper)


def _pressreader_head(lines: list[Line]) -> Head:
    """Fields by name under the text; the date stands over it, alone."""
    fields: dict[str, str] = {}
    for line in reversed(lines):
        if match := _FOOT.fullmatch(line.text):
            fields.setdefault(match[1], match[2])
    dated = next((line.date.value for line in lines[:MOST_HEAD] if line.date is not None), None)
    return Head(fields.get("Article Name"), _author(fields.get("Author")), dated, None, fields.get("Publication"))


# -- fields -----------------------------------------------------------------------------------------------


def _author(text: str | None) -> str | None:
    """`By ANN LEE`, or the name alone."""
    return (byline_name(text) or byline_name(f"By {text}")) if text else None


def _when(lines: list[Line], row: int | None) -> datetime | None:
    found = None if row is None else lines[row].date
    return None if found is None else found.value


def _day(text: str) -> datetime | None:
    found = parse_date(text)
    return found[0] if found is not None and found[1] in ("second", "day") else None


_FORMS = (
    _Form(re.compile("DOCUMENTS"), _lexis_starts, _lexis_head),
    _Form(_END, partial(_starts_behind, _END, _OVER_BODY), _nexis_head),
    _Form(_NUMBERED, _proquest_starts, _proquest_head),
    _Form(_RECORD, partial(_starts_behind, _RECORD, _DATED_PAPER), _newsbank_head),
    _Form(_CERTIFIED, partial(_starts_behind, _CERTIFIED, _COUNT_AND_PAGE), _europresse_head),
    _Form(_LAST_PAGE, partial(_starts_behind, _LAST_PAGE, _FOOT), _pressreader_head),
    _Form(_NUMBER, partial(_starts_behind, _NUMBER, _FACTIVA_HEAD), _factiva_head),
)
