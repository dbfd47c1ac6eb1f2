"""A parsed page -> when it was published, as far as it says so; and when it was changed, which is told apart."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from provenance.text.calendar import find_dates, parse_date
from provenance.text.updates import REACH, tells_change

_DATES = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time", "datepublished",
    "date_published", "publication_date", "published_time", "pubdate", "publish-date", "publishdate",
    "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.created", "dcterms.issued", "dc.date.created",
    "dc.date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
    "originalpublicationdate", "article.published",
    "article_date_original", "ptime", "pdate", "displaydate", "publishedat", "uploaddate",
)  # fmt: skip
#: The same for changes. htmldate takes them where a page names no other date.
_CHANGES = frozenset((
    "article:modified_time", "article:modified", "og:updated_time", "og:modified_time", "og:article:modified_time",
    "datemodified", "date_modified", "last-modified", "lastmodified", "last_modified", "lastmod", "modified",
    "modified_time", "modified_date", "modificationdate", "updated_time", "last_updated", "lastupdated", "last-updated",
    "dc.date.modified", "dcterms.modified", "revision_date", "revised", "article_date_updated", "article:updated",
    "article.updated", "updated",
))  # fmt: skip
_CHANGES_IN_SCRIPTS = re.compile(
    r"""(["'](?:date|time)?_?(?:modified|updated|lastmod)\w{0,12}["']\s{0,9}:\s{0,9})(["'])([^"']{0,80})\2""",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
#: A longer piece of text under a heading is the article; so much is looked at for its date.
LONGEST_PIECE, UNDER_HEADING = 80, 300
#: Elements inside a line; what stands in others begins one.
_INLINE = frozenset(("a", "abbr", "b", "bdi", "em", "font", "i", "small", "span", "strong", "time", "u"))
_SPACE = re.compile(r"\s+")
MOST_LABEL = 600


def clean(value: object) -> str | None:
    """What a page gives as a label -> one line, not too long; None for what is no text."""
    if not isinstance(value, str):
        return None
    text = _SPACE.sub(" ", value[: MOST_LABEL * 4]).strip()
    return text[:MOST_LABEL] or None


def stated_date(tree: Any, meta: dict[str, str], articles: list[dict[str, Any]]) -> str | None:
    """The time of publication as it is written, the first that names a day."""
    found = [clean(item.get("datePublished")) for item in articles]
    found += [meta.get(name) for name in _DATES]
    for element in tree.iter("time", "span", "abbr", "meta"):
        marks = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
        if "datepublished" in marks or element.get("pubdate") is not None or "published" in marks.split():
            found.append(clean(element.get("datetime") or element.get("content") or element.get("title")))
    dated = ((value, parse_date(value)) for value in found if value)
    return next((value for value, read in dated if read is not None and read[1] in ("second", "day")), None)


def under_heading(tree: Any) -> str | None:
    """The first full date in the short pieces of text between the page's only heading and its article; a day.

    htmldate knows no 2024年3月5日 and few names of months. The hour beside it is that of a place nobody names.
    """
    heads = list(tree.iter("h1"))
    if len(heads) != 1:
        return None
    under = ""
    for text in heads[0].xpath("following::text()[not(ancestor::script or ancestor::style)]"):
        piece = _SPACE.sub(" ", text).strip()
        if len(piece) > LONGEST_PIECE or len(under) > UNDER_HEADING:
            break
        under += f" {piece}" if piece else ""
    found = next((date for date in find_dates(under) if date.weekday_agrees is not False), None)
    return None if found is None else f"{found.value:%Y-%m-%d}"


def with_hour(tree: Any, date: str | None) -> str | None:
    """A date -> the one time that the page prints of that day in `<time>`, where it is a day only; else as it is.

    htmldate tells days. Of several times (a comment's, an update's) nobody knows which it was.
    """
    if date is None or not _DAY.fullmatch(date):
        return date
    given = {clean(element.get("datetime")) for element in tree.iter("time")}
    told = {moment for said in given if said and said.startswith(date) and (moment := parse_date(said)) is not None}
    fine = {value for value, precision in told if precision == "second"}
    return fine.pop().isoformat() if len(fine) == 1 else date


def without_changes(tree: Any) -> tuple[Any, list[str]]:
    """A page -> a copy of it that does not say when it was changed, and what it said of that, the surest first."""
    page = deepcopy(tree)
    stated: list[str] = []
    for element in list(page.iter("meta", "time", "script")):
        if element.tag == "script":
            script = element.text or ""
            stated += [match[3] for match in _CHANGES_IN_SCRIPTS.finditer(script)]
            element.text = _CHANGES_IN_SCRIPTS.sub(r"\1\2\2", script)
            continue
        names = {(element.get(name) or "").strip().lower() for name in ("property", "name", "itemprop", "http-equiv")}
        if names & _CHANGES:
            stated.append(element.get("content") or element.get("datetime") or "")
            _blank(element)
    return page, [*filter(None, map(clean, stated)), *_printed_changes(page)]


def _printed_changes(page: Any) -> list[str]:
    """Leave dates out of a page that are those of changes by the words before or behind them -> these dates."""
    found: list[str] = []
    line, block = "", None
    for text in page.xpath("//body//text()[not(ancestor::script or ancestor::style)]"):
        element = text.getparent() if text.is_text else text.getparent().getparent()
        around = element
        while around is not None and around.tag in _INLINE:
            around = around.getparent()
        line, block = (line if around is block else ""), around
        given = element.get("datetime") if text.is_text and element.tag == "time" else None
        said = given or str(text)
        if _YEAR.search(said):
            whole = line + said
            changes = [
                date
                for date in find_dates(whole)
                if date.end > len(line) and tells_change(whole, max(date.start, len(line)), date.end)
            ]
            found += [whole[date.start : date.end] for date in changes]
            if changes and given:
                _blank(element)
            elif changes:
                _set(text, _without(str(text), [(date.start - len(line), date.end - len(line)) for date in changes]))
        line = (line + str(text))[-REACH:]
    return found


def _blank(element: Any) -> None:
    """Leave an element's date out."""
    for name in ("content", "datetime", "title"):
        element.attrib.pop(name, None)
    element.text = None


def _without(text: str, places: list[tuple[int, int]]) -> str:
    for start, end in reversed(places):
        text = text[: max(0, start)] + text[end:]
    return text


def _set(text: Any, value: str) -> None:
    """Put another text into the place of one that an expression gave."""
    if text.is_text:
        text.getparent().text = value
    else:
        text.getparent().tail = value
