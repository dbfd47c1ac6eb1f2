"""A title, or a headline repeated in a text -> the outlet whose name its site put behind it."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from provenance.tracing.statements import names
from provenance.tracing.statements.notices import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIX = re.compile(r"^(?P<title>[^\n]{12,220}?) ?(?: [-–—|•·:»] ?|\s\|\s)(?P<name>[^\n|–—•»]{2,40})$")
_MARK = re.compile(r" [-–—|•·:»]")
TITLED = 1500  # code points of a text in which its headline is looked for
LAST_MARK = 43  # code points from the mark before a name to the end, at most
_NOT_SUFFIX = re.compile(
    r"report|video|photo|analysis|opinion|source|official|minist|live|update|study|poll|interview"
    r"|exclusive|breaking|part \d|"
    r"\d{4}|says|monitor group|army|police|president|statement|watch|podcast|review",
    re.IGNORECASE,
)


def _split_title(title: str) -> tuple[str, str] | None:
    """A title -> the headline and the site's name after its last dash or bar, if it looks like one."""
    tidy = " ".join(title.split())
    match = _SUFFIX.match(tidy) if _MARK.search(tidy, max(0, len(tidy) - LAST_MARK)) else None
    if not match or len(match["title"].split()) < 3:
        return None
    return match["title"].rstrip(" -–—|"), match["name"].strip()


def _read_name(name: str) -> str | None:
    found = names.resolve(name) or (names.canonical(name) if names.host_of(name) else None)
    if not found and names.looks_like_outlet(name) and not _NOT_SUFFIX.search(name):
        return name
    return found


def _plausible_site(name: str) -> bool:
    """Whether a suffix that the repeated headline lacks may be a site's name."""
    words = name.split()
    return (
        1 <= len(words) <= 6
        and all(
            word[0].isupper() or not word[0].isalpha() or word in ("of", "the", "and", "al", "de") for word in words
        )
        and not _NOT_SUFFIX.search(name)
    )


def read_suffix(text: str, title: str | None) -> Iterator[Found]:
    """A title suffix that names an outlet; also one that the repeated headline in the text lacks."""
    lines = list(islice(filter(None, map(str.strip, text[:TITLED].split("\n"))), 8))
    for candidate in dict.fromkeys([title.strip()] if title and title.strip() else []) | dict.fromkeys(lines[:2]):
        if len(candidate) > 260:
            continue
        parts = _split_title(candidate)
        if not parts:
            continue
        source = _read_name(parts[1]) if candidate in (title, *lines[:1]) else None
        if not source and _plausible_site(parts[1]):
            base = names.key(parts[0])
            if any(names.key(line) == base for line in lines if line != candidate):
                source = names.canonical(parts[1])
        if source:
            at = text.find(candidate)
            here = end = len(candidate)
            for word in reversed(parts[1].split()):  # it ends the title, which may have other spaces between its words
                here = candidate.rfind(word, 0, here)
            start, end = (at + here, at + end) if at >= 0 else (0, 0)
            yield Found(start, end, source, "credit")
            return
