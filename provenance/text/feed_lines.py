"""A feed item flattened onto one line -> its title, its link, date and id, and its teaser."""

from __future__ import annotations

import re
from typing import NamedTuple

from provenance.text.margins import behind_space, trim

ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>\"\]]{1,2000}")
#: RFC 822 and ISO 8601 with a time, as feeds write them; every repetition is bounded.
STAMP = re.compile(
    r"(?:[A-Z][a-z]{2},\s)?\d{1,2}\s[A-Z][a-z]{2}\s\d{4}\s\d\d:\d\d(?::\d\d)?(?:\s(?:[+-]\d{4}|[A-Z]{1,4}(?![A-Za-z])))?"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
)
_END = re.compile(
    r"\s{0,3}(?:(?:\[(?:…|\.\.\.|&hellip;|&#8230;)\]|\((?:more…|more\.\.\.)\))\s{0,3})?(?:\]\]>\s{0,3})?$"
)
#: A channel's icon ends its header with its width and height.
SIZE = re.compile(r"(?:\d{1,4}\s{1,3}){2}")

BETWEEN = 15  # words between a link, a date and an id: an author and categories stand there
TITLE_WORDS = 40
TEASER_WORDS = 100  # publishing systems cut teasers at 55 words


class Part(NamedTuple):
    """A stretch of a line, code points, half-open."""

    start: int
    end: int
    role: str


def split_feed_line(line: str, title: str | None = None) -> list[Part] | None:
    """A line that holds `title link date id teaser` -> its parts in order, or None if it holds no such item.

    What stands before the title (a channel's own header) is boilerplate. `title` settles where the title begins, if it
    is known. The last item on the line is taken: an item's line ends with its teaser or with its body.
    """
    stamps = list(STAMP.finditer(line))
    links = [match.span() for match in ADDRESS.finditer(line)]
    for stamp in reversed(stamps):
        before = [span for span in links if span[1] <= stamp.start()]
        if not before or _words(line[before[-1][1] : stamp.start()]) > BETWEEN:
            continue
        first = len(before) - 1
        while first > 0 and _follows(line, before[first - 1], before[first]):
            first -= 1
        begin, end = _title_place(line, before[first - 1][1] if first else 0, before[first][0], title)
        if 0 < _words(line[begin:end]) <= TITLE_WORDS:
            return _parts(line, begin, end, _header_end(line, stamp.end(), links))
    return None


def split_cut_line(line: str) -> list[Part] | None:
    """A line that ends with `[…]` or `]]>` -> the text before as a teaser or paragraph, and the mark; or None."""
    match = _END.search(line)
    if match is None or not match.group().strip():
        return None
    parts = [Part(0, match.start(), "teaser" if "[" in match.group().lstrip("]") else "paragraph")]
    return [*parts, *_trimmed(line, match.start(), match.end(), "boilerplate")] if match.start() else None


def _words(text: str) -> int:
    return len(text.split())


def _follows(line: str, one: tuple[int, int], two: tuple[int, int]) -> bool:
    """Whether a link goes with the one before it: its comments' link, or its id."""
    return _words(line[one[1] : two[0]]) == 0 and line[two[0] : two[1]].startswith(line[one[0] : one[1]])


def _title_place(line: str, low: int, high: int, title: str | None) -> tuple[int, int]:
    """Where in low:high the title stands."""
    if title:
        at = line.rfind(title, low, high)
        if at >= 0 and not line[at + len(title) : high].strip():
            return at, at + len(title)
    stamped = [match.end() for match in STAMP.finditer(line, low, high)]
    low = stamped[-1] if stamped else low
    size = SIZE.match(line, behind_space(line, low, high), high)
    return trim(line, size.end() if size else low, high)


def _header_end(line: str, stamp: int, links: list[tuple[int, int]]) -> int:
    """The end of the item's header: behind its id, if an address follows its date soon and before any sentence."""
    for start, end in links:
        if start >= stamp:
            gap = line[stamp:start]
            return end if _words(gap) <= BETWEEN and not re.search(r"[.!?…] ", gap) else stamp
    return stamp


def _parts(line: str, begin: int, end: int, header: int) -> list[Part]:
    cut = _END.search(line, header)
    last = cut.start() if cut else len(line)
    # Without a mark of cutting, what follows a long way on is the body itself.
    short = _words(line[header:last]) <= TEASER_WORDS
    rest = "teaser" if short or (cut and "[" in cut.group()) else "paragraph"
    return [
        *_trimmed(line, 0, begin, "boilerplate"),
        Part(begin, end, "headline"),
        *_trimmed(line, end, header, "boilerplate"),
        *_trimmed(line, header, last, rest),
        *_trimmed(line, last, len(line), "boilerplate"),
    ]


def _trimmed(line: str, start: int, end: int, role: str) -> list[Part]:
    """start:end without white space at its ends, if anything is left."""
    start, end = trim(line, start, end)
    return [Part(start, end, role)] if start < end else []
