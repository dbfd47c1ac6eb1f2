"""Text whose articles begin with their fields, a line each behind its name (`Title: …`), or with front matter -> them.

Crawlers, archives and static sites print such heads under whatever names they like; here they are known by those that
columns of tables have. The file must begin with one: lines at the foot of an article, or in it, may look alike.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from provenance.dumps.labels.columns import field_of
from provenance.dumps.plain_text.flattened_feeds import Item
from provenance.dumps.plain_text.heads import Head, read_head
from provenance.dumps.plain_text.layout import cut_lines, read_lines
from provenance.dumps.plain_text.line import byline_name
from provenance.text.calendar import find_dates, parse_date

if TYPE_CHECKING:
    from datetime import datetime

    from provenance.dumps.plain_text.line import Line

_LABEL = re.compile(r"[*\"]{0,3}(?P<name>[^\W\d_][\w' /-]{0,30}?)[*\"]{0,3}\s?[:\uff1a][*]{0,2}(?:\s*(?P<value>\S.*))?")
#: What may stand over the first field: the sign of front matter, or a line drawn over each article.
_RULE = re.compile(r"([-=_*#~+])\1{2,}")
_FRONT = "---"
#: A head that names fewer fields may be a line of the text, and so may a longer one be.
FEWEST, MOST = 2, 40
#: As much behind a head is looked at for what it does not say.
LOOKED_AT = 3000
#: Marks around a value, and between several.
_AROUND, _AND = "\"'“”[]* ", re.compile(r"[\"'],\s*[\"']")


class _Block(NamedTuple):
    """The head of an article: its rows, and what it says under which name and of which field."""

    start: int
    end: int
    names: dict[str, str]
    fields: dict[str, str]


def split_labelled(text: str) -> list[Item]:
    """A decoded file -> the articles in it, if it begins with the fields of the first; else nothing."""
    if not _may_begin(text):
        return []
    lines = cut_lines(text)
    blocks = _blocks(lines)
    bounds = [*(block.start for block in blocks), len(lines)]
    if not blocks or not all(_has_text(block, high) for block, high in zip(blocks, bounds[1:], strict=True)):
        return []
    ends = [lines[high].start if high < len(lines) else len(text) for high in bounds[1:]]
    starts = [0, *ends]
    return [
        Item(start, end, _head(block, _below(text, lines, block, end)))
        for (start, end), block in zip(pairwise(starts), blocks, strict=True)
    ]


def _may_begin(text: str) -> bool:
    lines = (line.strip() for line in text[:LOOKED_AT].lstrip("\ufeff \r\n\t").splitlines())
    return next((_LABEL.fullmatch(line) is not None for line in lines if line and not _RULE.fullmatch(line)), False)


def _blocks(lines: list[Line]) -> list[_Block]:
    """The heads of all articles: those that name what the first names, in a row, and begin with the same field."""
    over = 1 if _RULE.fullmatch(lines[0].text) else 0
    first = _block(lines, over, front=lines[0].text == _FRONT)
    if len(first.fields) < FEWEST or not {"title", "url", "published"} & set(first.fields):
        return []
    opening = next(iter(first.names))
    blocks, row = [first._replace(start=0)], first.end
    while row < len(lines):
        label = _label(lines[row].text)
        if label is None or label[0] != opening:
            row += 1
            continue
        block = _block(lines, row, front=False)
        if 2 * len(first.names.keys() & block.names.keys()) >= len(first.names) and len(block.fields) >= FEWEST:
            blocks.append(block)
        row = block.end
    return blocks


def _block(lines: list[Line], row: int, *, front: bool) -> _Block:
    """The fields from a row on: up to a line without a name, or one named before; front matter has a sign behind it."""
    names: dict[str, str] = {}
    fields: dict[str, str] = {}
    last = min(row + MOST, len(lines))
    for at in range(row, last):
        text = lines[at].text
        label = _label(text)
        if front and text == _FRONT:
            return _Block(row, at + 1, names, fields)
        if not front and (label is None or label[0] in names):
            return _Block(row, at, names, fields)
        if label is None:
            continue
        names.setdefault(*label)
        field = field_of(label[0])
        if field is not None and (label[1] or field == "text"):
            fields.setdefault(field, label[1])
        if field == "text" and not front:
            return _Block(row, at + 1, names, fields)
    return _Block(row, last, names, fields)


def _label(text: str) -> tuple[str, str] | None:
    """A line -> the name before its colon and the value behind; an address has no name, nor has a sentence."""
    match = _LABEL.fullmatch(text)
    if match is None or len(match["name"].split()) > 3 or (match["value"] or "").startswith("//"):
        return None
    return match["name"].lower(), (match["value"] or "").strip()


def _has_text(block: _Block, high: int) -> bool:
    return high > block.end or bool(block.fields.get("text"))


def _below(text: str, lines: list[Line], block: _Block, end: int) -> str:
    """The beginning of what stands under a head."""
    start = lines[block.end].start if block.end < len(lines) else len(text)
    return text[start : min(end, start + LOOKED_AT)]


def _head(block: _Block, below: str) -> Head:
    """What the fields say, and what they do not as the first lines under them say it.

    The date stays as it stands, too: 16/03/2024 tells how 05/03/2024 is to be read.
    """
    value = {name: _plain(said) for name, said in block.fields.items()}
    rest = read_head(read_lines(below), frozenset(), opens_file=True) if below.strip() else Head()
    byline = value.get("byline")
    said = value.get("published", "")
    day = _day(said) if said else rest.published
    return Head(
        title=value.get("title") or rest.title,
        byline=(byline_name(byline) or byline) if byline else rest.byline,
        published=day,
        url=value.get("url") or rest.url,
        outlet=value.get("outlet") or rest.outlet,
        stated=said if day is None or parse_date(said) else None,
    )


def _plain(said: str) -> str:
    """A value without the marks around it: `"A dredger"`, `['Ann Lee', 'Bo Ray']`."""
    return _AND.sub(", ", said).strip(_AROUND) if said[:1] in "\"'“[*" else said


def _day(said: str) -> datetime | None:
    """A field's date, whatever else stands beside it; of a month or a year nothing."""
    found = parse_date(said)
    if found is not None:
        return found[0] if found[1] in ("second", "day") else None
    dates = find_dates(said)
    return dates[0].value if dates else None
