"""A plain text dump -> the articles in it, as contiguous slices.

The rule of all rules: between two cuts there is a paragraph of body. A cut needs evidence of several kinds
in the short lines between two paragraphs; a sub-heading alone, a list, a pull quote or a caption is none.
"""

from __future__ import annotations

from typing import NamedTuple

from provenance.dumps.feeds import split_feed
from provenance.dumps.heads import Head, read_head
from provenance.dumps.layout import Line, read_lines

#: The evidence at which a gap between two paragraphs is the border of two articles; see `_weigh`.
ENOUGH = 3.0


class Article(NamedTuple):
    """A slice of a decoded file, in code points, with what its head says."""

    start: int
    end: int
    head: Head


def split_articles(text: str) -> list[Article]:
    """A decoded file -> its articles in order; empty for a blank file.

    The slices hold every character that is not white space and do not overlap. Linear in the text.
    """
    feed = split_feed(text)
    if feed:
        return [Article(*_trimmed(text, item.start, item.end), item.head) for item in feed]
    lines = read_lines(text)
    if not lines:
        return []
    sites = _site_lines(lines)
    cuts = [0, *_cuts(lines, sites), len(lines)]
    articles = []
    for at, (low, high) in enumerate(zip(cuts[:-1], cuts[1:], strict=True)):
        start = lines[low].start
        end = lines[high].start if high < len(lines) else len(text)
        head = read_head(lines[low:high], sites, opens_file=at == 0)
        articles.append(Article(*_trimmed(text, start, end), head))
    return articles


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _site_lines(lines: list[Line]) -> frozenset[str]:
    """Folded short lines that stand before the first paragraph and again in another gap: the publisher's name."""
    gap, opening, later = 0, set(), set()
    for line in lines:
        if line.is_body:
            gap += 1
        elif (
            line.words <= 6
            and line.folded
            and not line.is_furniture
            and not line.is_byline
            and line.date is None
        ):
            if gap == 0:
                opening.add(line.folded)
            elif any(letter.isupper() or letter.isalpha() and not letter.islower() for letter in line.text):
                later.add(line.folded)
    return frozenset(
        name for name in opening & later if not name.replace(" ", "").isdigit() and len(name) > 2
    )


def _cuts(lines: list[Line], sites: frozenset[str]) -> list[int]:
    """Row numbers of the lines at which a new article starts, the first line left out."""
    bodies = [at for at, line in enumerate(lines) if line.is_body]
    cuts = []
    for before, after in zip(bodies, bodies[1:], strict=False):
        if after - before > 1:
            cut = _cut_in_gap(lines, before + 1, after, sites)
            if cut is not None:
                cuts.append(cut)
    if bodies and bodies[-1] + 1 < len(lines):
        cut = _cut_in_tail(lines, bodies[-1] + 1)
        if cut is not None:
            cuts.append(cut)
    return cuts


def _cut_in_gap(lines: list[Line], low: int, high: int, sites: frozenset[str]) -> int | None:
    """The row at which an article starts between two paragraphs, if the gap has the evidence."""
    first = low
    ending = 0.0
    for at in range(low, high):
        if lines[at].is_furniture:
            first, ending = at + 1, ending + (1.5 if ending == 0 else 1.0)
    if first >= high:
        # Nothing but furniture: an inline box ("Related Articles") in the middle of a text.
        return None
    head = range(first, high)
    wide = max(head, key=lambda at: lines[at].blank_before)
    usual = lines[high].blank_before
    gap = lines[wide].blank_before - usual
    if gap >= 2 and ending == 0:
        head = range(wide, high)
    spacing = 1.5 if gap >= 2 else 0.5 if gap == 1 else 0.0
    score, start = _weigh(lines, head, high, sites)
    return start if start is not None and score + ending + spacing >= ENOUGH else None


def _weigh(lines: list[Line], head: range, body: int, sites: frozenset[str]) -> tuple[float, int | None]:
    """The evidence that `head`, lines before the paragraph `body`, opens an article, and the row where it does."""
    titles = [
        at for at in head if lines[at].is_title_like and not lines[at].echo and lines[at].folded not in sites
    ]
    doubled = [at for at in titles if lines[at].first and _is_doubled_headline(lines, at)]
    site = [at for at in head if lines[at].folded in sites]
    signed = [at for at in head if lines[at].is_byline]
    dated = [at for at in head if lines[at].date is not None]
    linked = [at for at in head if lines[at].is_address]
    title = doubled[0] if doubled else _title_before(lines, titles, [*signed, *dated, *linked], body)
    score = 0.0
    if title is not None:
        score += 1.5 if lines[title].words >= 5 else 1.0
        score += 3.0 if doubled else 0.0
        score += 2.0 if signed and signed[-1] > title else 0.0
        score += 2.0 if any(abs(at - title) <= 4 for at in dated) else 0.0
        score += 1.5 if any(0 < at - title <= 3 for at in linked) else 0.0
        score += max(lines[body].dateline, *(lines[at].dateline for at in head)) if body - title <= 4 else 0.0
        if lines[title].script != lines[head.start - 1].script and lines[title].script:
            score += 1.5
    else:
        score += (1.0 if signed else 0.0) + (0.5 if dated else 0.0)
    score += 2.0 if site else 0.0
    marks = [at for at in (title, *site[:1], *dated[:1]) if at is not None]
    if not marks:
        return score, None
    start = min(marks)
    if title is not None:
        # A standing head ("Opinion"), a site's name or a date belongs to the title under it; two titles in
        # a row are a page title and a headline.
        near = [at for at in titles if 0 < title - at <= 2]
        start = min([title, *near, *(at for at in (*site, *dated) if 0 < title - at <= 3)])
    return score, start


def _title_before(lines: list[Line], titles: list[int], marks: list[int], body: int) -> int | None:
    """The line that is the title: the last title-like one over the first byline, date or link, else over the body."""
    above = [at for at in titles if not marks or at < min(marks)]
    if above:
        return above[-1]
    below = [at for at in titles if body - at <= 4]
    return below[0] if below else None


def _is_doubled_headline(lines: list[Line], at: int) -> bool:
    """Whether the doubled line is a headline: a caption's double follows at once, and nothing else is doubled."""
    twin = next(
        (
            other
            for other in range(at + 1, min(at + 9, len(lines)))
            if lines[other].echo and _same(lines, at, other)
        ),
        None,
    )
    if twin is None:
        return False
    return twin > at + 1 or lines[twin].blank_before > 0


def _same(lines: list[Line], left: int, right: int) -> bool:
    short, long = sorted((lines[left].folded, lines[right].folded), key=len)
    return long.startswith(short)


def _cut_in_tail(lines: list[Line], low: int) -> int | None:
    """The row of a headline after the last paragraph: printed twice, over wide space or in another script.

    What stands behind furniture there is a list of links, whose titles are often printed twice.
    """
    usual = lines[low - 1].blank_before
    for at in range(low, len(lines)):
        line = lines[at]
        if line.is_furniture:
            return None
        if line.first and not line.echo and line.is_title_like and _is_doubled_headline(lines, at):
            apart = line.blank_before - usual >= 2 or line.script != lines[low - 1].script
            return at if apart and line.words >= 4 else None
    return None
