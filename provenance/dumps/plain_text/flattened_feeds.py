"""A feed that lost its markup (title, link, date, guid, teaser, body, again and again) -> its items.

When the tags of RSS or Atom are stripped, what is left of each item is a group of fields that nothing else in
prose looks like: an address beside a time stamp. Such a group is an item's anchor; its title stands before it.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from provenance.dumps.labels.publishers import host_of, spells
from provenance.dumps.plain_text.heads import Head
from provenance.text.calendar import parse_date
from provenance.text.feed_lines import ADDRESS, SIZE, STAMP
from provenance.text.margins import behind_space
from provenance.text.month_names import WEEKDAYS, name_key

if TYPE_CHECKING:
    from datetime import datetime

_FIELD = re.compile(rf"(?P<url>{ADDRESS.pattern})|(?P<date>{STAMP.pattern})")
#: Between two fields of an item: a creator's name, a category, a guid that is no address.
FIELD_WORDS, FIELD_CHARS = 8, 120
#: No title is longer.
TITLE_WORDS = 40
#: What an item ends with. A word in angle brackets that is no tag is a company's sign in agency copy (`<GDC>`).
_AFTER_ITEM = re.compile(
    r"\]\]>|\[(?:…|\.\.\.|&#8230;)\]|</?(?:p|br|div|span|a|b|i|em|strong|img|ul|ol|li|item|entry|description)\s?/?>"
)
#: What a channel has behind its address: a language and how often it is written anew ("en-US hourly 1").
_CHANNEL = re.compile(
    r"\s{0,9}(?:(?P<language>[a-z]{2}(?:-[A-Za-z]{2,4})?)\s{1,9})?(?:(?P<period>hourly|daily|weekly)\s{1,9}\d{1,9}\s)?"
)
_SITE_PARTS = re.compile(r"\s[-–—|»«·•:]\s|\s?[|»«·•]\s?")


class Item(NamedTuple):
    """An item of a feed; `start` and `end` are code points in the decoded file."""

    start: int
    end: int
    head: Head


class Anchor(NamedTuple):
    """Fields of an item that stand together: where, its first address, its first time, its author."""

    start: int
    end: int
    url: str
    published: datetime | None
    author: str | None
    holds_teaser: bool = False


def split_feed(text: str) -> list[Item]:
    """A decoded file -> the items of the feed in it; empty if it is none.

    The first item starts with the file (the channel's header belongs to it), the last ends with it.
    """
    if text.count("http") < 2:
        return []
    anchors = _anchors(text)
    channel = bool(anchors) and _is_channel(text, anchors)
    items = anchors[1:] if channel else anchors
    if not items:
        return _closed_by_site(text)
    distinct = len({anchor.url for anchor in items})
    if distinct != len(items) or (len(items) < 2 and not (channel or "]]>" in text)):
        return []
    outlet = _channel_name(text, items[0], anchors[0] if channel else None)
    bodies = any(anchor.holds_teaser for anchor in items) or text[items[-1].end :].strip()
    if not bodies and text[: items[0].start].strip() and len(items) > 1:
        return _fields_last(text, items, outlet, anchors[0].end if channel else 0)
    return _fields_first(text, items, outlet)


def _anchors(text: str) -> list[Anchor]:
    """Runs of addresses and times with next to nothing between them, that hold one of each."""
    groups: list[list[re.Match[str]]] = []
    for match in _FIELD.finditer(text):
        if groups and _is_next_field(text, groups[-1], match):
            groups[-1].append(match)
        else:
            groups.append([match])
    anchors = []
    for group in groups:
        url = next((match for match in group if match["url"]), None)
        date = next((match for match in group if match["date"]), None)
        parsed = parse_date(date["date"]) if date else None
        if url is None or date is None:
            continue
        between = text[url.end() : date.start()].strip() if url.end() <= date.start() else ""
        no_name = not between or re.search(r"https?:|\d|[.:]", between) or len(between.split()) > 5
        author = None if no_name or name_key(between) in WEEKDAYS else between
        anchors.append(Anchor(group[0].start(), group[-1].end(), url["url"], parsed[0] if parsed else None, author))
    return [_reach_back(text, anchor, anchors[at - 1] if at else None) for at, anchor in enumerate(anchors)]


def _is_next_field(text: str, group: list[re.Match[str]], match: re.Match[str]) -> bool:
    """Whether `match` goes on with the item: hardly a word between, and no second item begun.

    A title before an address looks like a field between two; so behind a group that has its time, only an
    address that it holds already (the guid), or one at once, goes on.
    """
    between = text[group[-1].end() : match.start()]
    if len(between) > FIELD_CHARS or between.count("\n") > 2:
        return False
    if not between.strip():
        return True
    has_date = any(field["date"] for field in group)
    if has_date:
        return bool(match["url"]) and len(between.split()) <= 4 and _known(match["url"], group)
    return bool(match["date"]) and len(between.split()) <= FIELD_WORDS and "]]>" not in between


def _known(url: str, group: list[re.Match[str]]) -> bool:
    return any(field["url"] == url for field in group if field["url"])


def _reach_back(text: str, anchor: Anchor, before: Anchor | None) -> Anchor:
    """A group that stands behind its teaser (title, link, teaser, date, guid) -> one that starts at the link."""
    low = max(before.end if before else 0, anchor.start - 3000)
    at = text.rfind(anchor.url, low, anchor.start)
    if at < 0 or not text[at + len(anchor.url) : at + len(anchor.url) + 1].isspace():
        return anchor
    return anchor._replace(start=at, holds_teaser=True)


def _is_channel(text: str, anchors: list[Anchor]) -> bool:
    """Whether the first anchor is the feed's own: a site's root, or a language and an update period behind it."""
    first = anchors[0]
    told = _CHANNEL.match(text, first.end)
    if told is not None and (told["period"] or "-" in (told["language"] or "")):
        return True
    root = "/" not in first.url.split("?")[0].split("://", 1)[1].rstrip("/")
    return root and len(anchors) > 1


def _channel_name(text: str, item: Anchor, channel: Anchor | None) -> str | None:
    """The site's name in the channel's title: of its parts the one that the host spells, else the last."""
    start = channel.start if channel is not None else item.start
    title = text[:start].strip()
    if channel is None:
        url = ADDRESS.search(text, 0, start)
        title = text[: url.start()].strip() if url else ""
    title = title.splitlines()[0].strip() if title else ""
    if not title or len(title.split()) > 20:
        return None
    parts = [part.strip() for part in _SITE_PARTS.split(title) if part.strip()]
    host = host_of((channel or item).url)
    return next((part for part in parts if spells(part, host)), parts[-1] if parts else None)


def _fields_first(text: str, items: list[Anchor], outlet: str | None) -> list[Item]:
    """Items whose title stands before the fields and whose body stands behind them."""
    if not text[: items[0].start].strip():
        return _titles_behind(text, items, outlet)
    starts, titles = [], []
    for at, anchor in enumerate(items):
        low = items[at - 1].end if at else 0
        start = _title_start(text, low, anchor.start)
        starts.append(start)
        titles.append(" ".join(text[start : anchor.start].split()) or None)
    starts[0] = 0
    ends = [*starts[1:], len(text)]
    return [
        Item(start, end, Head(title, anchor.author, anchor.published, anchor.url, outlet))
        for start, end, title, anchor in zip(starts, ends, titles, items, strict=True)
    ]


def _titles_behind(text: str, items: list[Anchor], outlet: str | None) -> list[Item]:
    """Items whose title stands behind their fields: the first one shows it, because nothing stands before them."""
    ends = [*(anchor.start for anchor in items[1:]), len(text)]
    found = []
    for anchor, end in zip(items, ends, strict=True):
        line = text[anchor.end : end].lstrip().partition("\n")[0].strip()
        title = line if 0 < len(line.split()) <= TITLE_WORDS else None
        found.append(Item(anchor.start, end, Head(title, anchor.author, anchor.published, anchor.url, outlet)))
    return found


def _closed_by_site(text: str) -> list[Item]:
    """Items that end with their date, their author and an id that names the site (`... GMT Ann Lee 1234 at https://...`).

    Title and link stand before the body; so does no date, and none of the other layouts fits.
    """
    found: list[Item] = []
    start, link = 0, None
    for field, closing in itertools.pairwise(_FIELD.finditer(text)):
        if field.start() < start:
            continue
        if link is None:
            link = field if field["url"] else None
        elif field["date"] and closing["url"] and host_of(closing["url"]) == host_of(link["url"]):
            between = text[field.end() : closing.start()]
            title = " ".join(text[start : link.start()].split())
            if len(between.split()) > FIELD_WORDS or not 0 < len(title.split()) <= TITLE_WORDS:
                continue  # a date and an address in the body
            day = parse_date(field["date"])
            found.append(Item(start, closing.end(), Head(title, None, day[0] if day else None, link["url"], None)))
            start, link = closing.end(), None
    if len(found) < 2:
        return []
    return [*found[:-1], found[-1]._replace(end=len(text))]


def _fields_last(text: str, items: list[Anchor], outlet: str | None, header: int) -> list[Item]:
    """Items whose title and teaser stand before the fields (title, description, link, date)."""
    found = []
    start = 0
    for at, anchor in enumerate(items):
        end = anchor.end if at + 1 < len(items) else len(text)
        first = start
        if at == 0:
            after = _CHANNEL.match(text, header)
            first = after.end() if header and after else header
        lines = text[first : anchor.start].strip().splitlines()
        title = lines[0].strip() if lines and len(lines[0].split()) <= TITLE_WORDS else None
        found.append(Item(start, end, Head(title, anchor.author, anchor.published, anchor.url, outlet)))
        start = end
    return found


def _title_start(text: str, low: int, high: int) -> int:
    """Where the title that ends at `high` starts: at its line, or behind the last trace of the item before it."""
    stop = high
    while stop > low and text[stop - 1].isspace():
        stop -= 1
    start = max(low, text.rfind("\n", low, stop) + 1)
    for pattern in (_AFTER_ITEM, ADDRESS):
        for match in pattern.finditer(text, start, stop):
            start = match.end()
    start = behind_space(text, start, stop)
    size = SIZE.match(text, start, stop)
    return behind_space(text, size.end(), stop) if size else start
