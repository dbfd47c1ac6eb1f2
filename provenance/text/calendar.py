"""Strict dates: full ones, in the forms that news prints, and nothing else.

Lenient parsers read `TT 20`, `1,215` and `IS kills 3` as dates and fill what is missing from today's date,
so that a result changes from day to day. Here a date in prose names its day, month and four-digit year, a
form that can be read in two ways (03/04/2020) is not read unless it is said in which, and the clock of this machine is
never asked.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from provenance.text.month_names import MONTHS, WEEKDAYS, name_key
from provenance.text.zones import offset_east

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_YEAR, LAST_YEAR = 1900, 2100
#: A field that is called a date may also be older: collections of laws and books reach back this far.
FIRST_FIELD_YEAR = 1500


class FoundDate(NamedTuple):
    """A date in a text; `start` and `end` are code points, half-open.

    `value` is in UTC (a time without a zone is taken as UTC), at midnight where only a day is printed.
    `precision` is `second` where a time of day stands beside it whose zone is known, else `day`. `weekday_agrees` is
    None where no weekday is printed.
    """

    start: int
    end: int
    value: datetime
    precision: str
    weekday_agrees: bool | None


# Every repetition below is bounded and no two that can match the same text stand side by side, so the cost
# is linear; a date never runs over a line break ("page 4" / "March 2020").
_GAP = r"[^\S\n\r]{1,3}"
_MAYBE = r"[^\S\n\r]{0,2}"
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f\u064b-\u0652])"
_WORD = rf"{_LETTER}{{2,14}}"
_ZONE = r"(?:[+-]\d\d:?\d\d|(?:UTC|GMT)[+-]\d{1,2}(?::?\d\d)?(?!\d)|[A-Za-z]{1,4}(?![^\W_]))"
#: 18:20, 18h20; with a point only where it says that it is a time (4.12pm, 18.20 Uhr)
_BEFORE_MINUTES = rf"(?:[:hH]|\.(?=\d\d{_MAYBE}(?:[AaPp]\.?[Mm]\b|GMT|BST|UTC|CES?T|Uhr|[Hh]rs)))"
_CLOCK = (
    rf"\d{{1,2}}{_BEFORE_MINUTES}\d\d(?::\d\d(?:[.,]\d{{1,9}})?)?(?:{_MAYBE}[AaPp]\.?[Mm]\b\.?)?(?:{_MAYBE}{_ZONE})?"
)
_BARE_HOUR = rf"\d{{1,2}}{_MAYBE}[AaPp]\.?[Mm]\b\.?"
_TIME_AFTER = (
    rf"(?:(?:{_GAP}|,{_MAYBE}|T)(?:(?:at|à|às|um|alle|kl|las)(?!\w)\.?{_MAYBE}|[-–—|@/•·]{_MAYBE})?"
    rf"(?P<after>{_CLOCK}|{_BARE_HOUR})(?![\d:]))?"
)
_TIME_BEFORE = rf"(?:(?P<before>{_CLOCK})(?:,?{_GAP}(?:on{_GAP})?|-))?"  # 20:15-3 مارس 2025
_WEEKDAY = rf"(?:(?<!\w)(?P<weekday>{_LETTER}{{2,12}}(?:-feira)?)\.?(?:,{_MAYBE}|،{_MAYBE}|{_GAP}))?"
_YEAR = r"(?P<year>\d{4})(?!\w|[.,:]\d|-\d)"
_NAME = rf"(?P<month>{_WORD}(?:{_GAP}{_WORD})?)(?:{_MAYBE}/{_MAYBE}{_WORD})?\.?"
_START = r"(?:(?<![\w.,:/$€£-])|(?<=\d:\d\d-))"

_FORMS = tuple(
    re.compile(form)
    for form in (
        # 2020-03-04T11:00:00+01:00, 2020/03/04
        (
            r"(?<![\w.,:/-])(?P<year>\d{4})(?P<mark>[-/])(?P<number>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
            rf"(?=\D|$){_TIME_AFTER}(?![\w-]|[.,/]\d)"
        ),
        # Wednesday, 4 March, 2020 - 11:00; Thu, 02 Jun 2022 07:00:00 +0000; 4 de marzo de 2020; 4. März 2020
        (
            rf"{_TIME_BEFORE}{_WEEKDAY}{_START}(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|ª|º|\.)?"
            rf"(?:{_GAP}|-)(?:(?:of|de|di)(?:{_GAP}))?{_NAME},?(?:{_GAP}|-)(?:(?:de|del){_GAP})?{_YEAR}{_TIME_AFTER}"
        ),
        # Wednesday, March 4th, 2020, 11:00 a.m. GMT
        (
            rf"{_TIME_BEFORE}{_WEEKDAY}(?<!\w)(?P<month>{_WORD})\.?{_GAP}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
            rf"(?P<comma>,?){_GAP}{_YEAR}{_TIME_AFTER}"
        ),
        # Wed Mar 04 11:00:00 +0000 2020
        (
            rf"(?<!\w)(?P<weekday>{_WORD}){_GAP}(?P<month>{_WORD}){_GAP}(?P<day>\d{{1,2}}){_GAP}"
            rf"(?P<after>\d\d:\d\d:\d\d(?:{_GAP}{_ZONE})?){_GAP}{_YEAR}"
        ),
        # 18:57 GMT 26.08.2021; 26/08/2021
        (
            rf"{_TIME_BEFORE}{_WEEKDAY}{_START}(?P<day>\d{{1,2}})(?P<mark>[./-])(?P<number>\d{{1,2}})(?P=mark)"
            rf"{_YEAR}{_TIME_AFTER}"
        ),
        # 2020年3月4日 11:00; 2020년 3월 4일
        (
            r"(?<!\d)(?P<year>\d{4})[年년]\s?(?P<number>\d{1,2})[月월]\s?(?P<day>\d{1,2})[日일]"
            rf"(?:{_MAYBE}(?P<after>{_CLOCK})(?![\d:]))?"
        ),
    )
)
#: What each of these forms has near its year, or has at all. Most windows around a year have the cue of one form, and
#: to search for all six, of which two may begin in many ways, took twice as long.
_CUES = tuple(
    re.compile(cue)
    for cue in (
        r"\d{4}[-/]\d",
        rf"[^\d\s,],?(?:{_GAP}|-)\d{{4}}",
        rf"\d(?:st|nd|rd|th)?,?{_GAP}\d{{4}}",
        r":\d\d:",
        r"\d[./-]\d{1,2}[./-]\d{4}",
        r"\d[年년]",
    )
)
_ANY_YEAR = re.compile(r"\d{4}")
_CLOCK_PARTS = re.compile(
    r"(\d{1,2})(?:[:hH.](\d\d))?(?::(\d\d)(?:[.,](\d{1,9}))?)?\s{0,2}(?:([AaPp])\.?[Mm]\.?)?\s{0,2}(\S{1,9})?"
)


def find_dates(text: str) -> list[FoundDate]:
    """A text -> the full dates in it, in order, none inside another.

    Linear in the text. English, French, Spanish, Portuguese, Italian, German, Dutch, Nordic, Indonesian,
    Turkish, Polish, Russian, Ukrainian, Arabic, Persian, Hebrew and Greek month names.

    >>> [(found.value.isoformat(), found.weekday_agrees) for found in find_dates("Wednesday, 4 March, 2020")]
    [('2020-03-04T00:00:00+00:00', True)]
    >>> find_dates("TT 20, IS kills 3, 1,215 people, 03/04/2020, May 2020")
    []
    """
    if _ANY_YEAR.search(text) is None:
        return []
    found = sorted(_all_forms(text), key=lambda date: (date.start, -date.end))
    kept: list[FoundDate] = []
    for date in found:
        if not kept or date.start >= kept[-1].end:
            kept.append(date)
    return kept


def parse_date(text: str, *, day_first: bool | None = None) -> tuple[datetime, str] | None:
    """A whole field -> its time in UTC and its precision (second, day, month, year), or None.

    Takes all that `find_dates` takes if nothing else stands in the field but what it is a date of ("Updated:"), and
    what only a field can mean: 2020-03, March 2020, 2020, 20200304, 20200304110000, 20200304T110000Z, seconds or
    milliseconds since 1970, 2020.03.04. and a weekday behind a date. A zone's name behind an offset adds nothing:
    2020-03-04T11:00:00Z[UTC]. Whoever knows how the days of a field are written says so: 03/04/2020 is the third of
    April if they come first.

    >>> parse_date("Thu, 02 Jun 2022 07:00:00 +0200")
    (datetime.datetime(2022, 6, 2, 5, 0, tzinfo=datetime.timezone.utc), 'second')
    >>> parse_date("last Tuesday") is None
    True
    """
    text = text.strip()
    if not 4 <= len(text) <= 80:
        return None
    text = _BASIC.sub(r"\1-\2-\3T\4:\5:\6", _ZONE_NAMED.sub("", _OF_WHAT.sub("", text)))
    text = _HALF_BEFORE.sub(_half_behind, _DOTTED.sub(r"\1-\2-\3", _HOURS_EAST.sub(r"\g<0>00", text)))
    for date in _all_forms(text, FIRST_FIELD_YEAR, day_first):
        ends = date.end == len(text) or WEEKDAYS.get(name_key(text[date.end :].strip(" ,"))) == date.value.weekday()
        if date.start == 0 and ends and date.weekday_agrees is not False:
            return date.value, date.precision
    number = _FRACTION.sub("", text)  # what time.time() gives
    return _parse_number(number) if number.isdecimal() else _parse_month(text)


def _all_forms(text: str, first_year: int = FIRST_YEAR, day_first: bool | None = None) -> Iterator[FoundDate]:
    for form, cue in zip(_FORMS, _CUES, strict=True):
        if not cue.search(text):
            continue
        position = 0
        # A rejected match gives up only its first character: "Friday April 4 March 2020".
        while (match := form.search(text, position)) is not None:
            date = _read(match, text, first_year, day_first)
            if date is not None:
                yield date
            position = match.end() if date is not None else _next_start(match)


def _next_start(match: re.Match[str]) -> int:
    """Where to look on after a match that was no date: behind its first number or word, at least one on."""
    return max(match.start() + 1, match.start("day") if match.start("day") > match.start() else 0)


def _read(match: re.Match[str], text: str, first_year: int, day_first: bool | None) -> FoundDate | None:
    parts = match.groupdict()
    month, day = _month_and_day(parts, day_first)
    year = int(parts["year"])
    if month is None or not first_year <= year <= LAST_YEAR:
        return None
    if parts.get("comma") == "" and not _stands_alone(match, text):
        return None
    try:
        value = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    start, weekday = _trim(match, parts)
    clock = parts.get("after") or (parts.get("before") if start == match.start() else None)
    read = _clock(clock) if clock else None
    end = match.end()
    if clock and read is None:
        end = match.end("year") if parts.get("after") else end
    agrees = None if weekday is None else value.weekday() == weekday
    if read is None:
        return FoundDate(start, end, value, "day", agrees)
    try:
        local = value + read[0]
        east = offset_east(read[1], local.replace(tzinfo=None))
        exact = None if east is None else local - east
    except OverflowError:
        return None
    return FoundDate(start, end, exact or value, "second" if exact else "day", agrees)


def _month_and_day(parts: dict[str, str | None], day_first: bool | None) -> tuple[int | None, int]:
    day = int(parts["day"] or 0)
    if parts.get("month"):
        name = parts["month"] or ""
        return MONTHS.get(name_key(name)) or MONTHS.get(name_key(name.split()[0])), day
    month = int(parts["number"] or 0)
    # 03/04/2020 is March to some and April to others; 26/08, 08/26 and 04/04 are one day to all. Dots and a
    # leading year are day-first and month-first by custom.
    if parts.get("mark") in ("/", "-") and _year_last(parts):
        if day > 12 or day == month or (day_first and month <= 12):
            return month, day
        return (day, month) if month > 12 or day_first is not None else (None, day)
    return month, day


def _year_last(parts: dict[str, str | None]) -> bool:
    return "weekday" in parts


def _trim(match: re.Match[str], parts: dict[str, str | None]) -> tuple[int, int | None]:
    """Where the date starts, once a word before it that is no weekday is left out, and the weekday."""
    word = parts.get("weekday")
    if not word:
        return match.start(), None
    weekday = WEEKDAYS.get(name_key(word))
    if weekday is not None:
        return match.start(), weekday
    inner = [match.start(name) for name in ("day", "month", "number") if parts.get(name)]
    return min(start for start in inner if start > match.start("weekday")), None


def _stands_alone(match: re.Match[str], text: str) -> bool:
    """Whether `Mar 04 2020` without a comma is a date: "In May 10 2000 people" is none."""
    if match["weekday"] and name_key(match["weekday"]) in WEEKDAYS:
        return True
    following = text[match.end() : match.end() + 2]
    return not (following[:1].isspace() and following[1:2].islower())


def _clock(text: str) -> tuple[timedelta, str | None] | None:
    """A time of day -> how long after midnight it is, and its zone as it is printed; None if it is no time."""
    match = _CLOCK_PARTS.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if match[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[5] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    microsecond = int((match[4] or "0").ljust(6, "0")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microsecond), match[6]


_OF_WHAT = re.compile(
    r"^(?:(?:first|originally|last) )?(?:published|posted|updated|modified|created|issued|released|date)"
    r"(?: (?:on|at|date))?(?: ?: ?| )"
    r"|^(?:publi[ée]e?|publicad[oa]|pubblicato|veröffentlicht|erschienen|опубликовано|опубліковано|yayınlanma)?"
    r"(?: ?: ?| ?(?:le|el|em|il|am) )",
    re.IGNORECASE,
)
#: 11:00:00Z[UTC]; 11:00:00 GMT+0000 (Coordinated Universal Time), as JavaScript prints a date
_ZONE_NAMED = re.compile(r"(?<=[Z\d])(?:\[[A-Za-z0-9_+/-]+\]| \([A-Za-z0-9 :+-]+\))$", re.ASCII)
#: 11:00:00+00, as PostgreSQL prints it; 2020.03.04., as Hungarians and Koreans do; 오후 8:15
_HOURS_EAST = re.compile(r"(?<=:\d\d:\d\d)(?:\.\d{1,9})? ?[+-]\d\d$", re.ASCII)
_DOTTED = re.compile(r"^(\d{4})\. ?(\d\d?)\. ?(\d\d?)(?:\.(?=\s|$)|(?=\s|$))", re.ASCII)
_HALF_BEFORE = re.compile(r"(오전|오후) ?(\d\d?:\d\d(?::\d\d)?)$")
_BASIC = re.compile(r"^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?!\d)", re.ASCII)
_FRACTION = re.compile(r"(?<=^\d{10})\.\d+$|(?<=^\d{13})\.\d+$", re.ASCII)  # of seconds or milliseconds since 1970


def _half_behind(time: re.Match[str]) -> str:
    return f"{time[2]} {'AM' if time[1] == '오전' else 'PM'}"


def _parse_number(text: str) -> tuple[datetime, str] | None:
    number = int(text)
    try:
        if len(text) == 4:
            return (datetime(number, 1, 1, tzinfo=UTC), "year") if FIRST_FIELD_YEAR <= number <= LAST_YEAR else None
        if len(text) in (8, 14) and FIRST_FIELD_YEAR <= int(text[:4]) <= LAST_YEAR:
            parts = [int(text[:4])] + [int(text[at : at + 2]) for at in range(4, len(text), 2)]
            return datetime(*parts, tzinfo=UTC), "day" if len(text) == 8 else "second"  # type: ignore[arg-type,misc]
        # Nine digits end in 2001 and eleven begin in 5138: only ten (seconds) or thirteen (milliseconds).
        if len(text) in (10, 13):
            seconds = number if len(text) == 10 else number / 1000
            return datetime.fromtimestamp(seconds, tz=UTC), "second"
    except (ValueError, OverflowError):
        return None
    return None


_MONTH_ONLY = re.compile(rf"(?:(?P<year>\d{{4}})[-/](?P<number>\d\d)|(?P<month>{_WORD})\.?,?{_GAP}(?P<last>\d{{4}}))")


def _parse_month(text: str) -> tuple[datetime, str] | None:
    match = _MONTH_ONLY.fullmatch(text)
    if match is None:
        return None
    month = int(match["number"]) if match["number"] else MONTHS.get(name_key(match["month"]), 0)
    year = int(match["year"] or match["last"])
    if 1 <= month <= 12 and FIRST_FIELD_YEAR <= year <= LAST_YEAR:
        return datetime(year, month, 1, tzinfo=UTC), "month"
    return None
