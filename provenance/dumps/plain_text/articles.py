"""A plain text dump -> the articles in it, as contiguous slices.

The rule of all rules: between two cuts there is a paragraph of body. A cut needs evidence of several kinds
in the short lines between two paragraphs; a sub-heading alone, a list, a pull quote or a caption is none.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from provenance.dumps.plain_text.chats import split_chat
from provenance.dumps.plain_text.databases import split_export
from provenance.dumps.plain_text.echoes import is_doubled_headline
from provenance.dumps.plain_text.flattened_feeds import split_feed
from provenance.dumps.plain_text.heads import Head, is_page_title, read_head
from provenance.dumps.plain_text.labelled import split_labelled
from provenance.dumps.plain_text.layout import read_lines
from provenance.dumps.plain_text.templates import find_template
from provenance.text.margins import trim

if TYPE_CHECKING:
    from provenance.dumps.plain_text.line import Line

#: The evidence at which a gap between two paragraphs is the border of two articles; see `_weigh`.
ENOUGH = 3.0
#: Spaces wider than between paragraphs from which they say how a file sets articles apart, and words of a headline.
FEWEST_SPACES, HEADLINE_OF_SOME = 2, 5
#: Words from which a line under wider space is rather a headline than a sub-heading: 87 of 93 headlines of the sample
#: dumps have five, 82 have six, and sub-headings of five words are common.
HEADLINE_UNDER_SPACE = 6
#: Rows of a head in which a name or a date may sign it.
ROWS_OF_HEAD = 4
#: Buttons and notices that may stand inside a head; each is tried as its border, so a bar of them must cost no more.
BUTTONS = 8
#: A longer text whose lines are shorter than this on average holds words or letters one below the other, no articles;
#: ten million such lines would take two minutes.
LETTERS_LOOKED_AT, SHORTEST_LINE = 1 << 16, 8
#: A picture's credit recurs as a publisher's bare name does.
_CREDIT = re.compile(r"\b(?:photos?|images?|pictures?|getty|credits?|reuters|afp|ap|file|via|source|copyright|video)\b")


class Article(NamedTuple):
    """A slice of a decoded file, in code points, with what its head says."""

    start: int
    end: int
    head: Head


def split_articles(text: str) -> list[Article]:
    """A decoded file -> its articles in order; empty for a blank file.

    The slices hold every character that is not white space and do not overlap. Linear in the text.
    """
    if len(text) > LETTERS_LOOKED_AT and text.count("\n") * SHORTEST_LINE > len(text):
        start, end = trim(text, 0, len(text))
        return [Article(start, end, Head())] if start < end else []
    items = split_export(text) or split_chat(text) or split_labelled(text) or split_feed(text)
    if items:
        return [Article(*trim(text, item.start, item.end), item.head) for item in items]
    lines = read_lines(text)
    if not lines:
        return []
    template = find_template(lines)
    recurring = _recurring(lines, template.feet)
    cuts = [0, *(_spaced_cuts(lines) or template.cuts or _cuts(lines, recurring)), len(lines)]
    articles = []
    for at, (low, high) in enumerate(itertools.pairwise(cuts)):
        start = lines[low].start
        end = lines[high].start if high < len(lines) else len(text)
        head = read_head(lines[low:high], recurring.sites, opens_file=at == 0)
        articles.append(Article(*trim(text, start, end), head))
    return articles


class _Recurring(NamedTuple):
    """Folded lines that come again in other gaps between paragraphs."""

    sites: frozenset[str]  # bare short ones that stand over the first paragraph too: the publisher's name
    endings: frozenset[str]  # longer ones: what a site prints under each of its articles


def _recurring(lines: list[Line], feet: frozenset[str]) -> _Recurring:
    gap = 0
    seen: dict[str, list[int]] = {}
    for line in lines:
        if line.is_body:
            gap += 1
        elif line.folded:
            seen.setdefault(line.folded, []).append(gap)
    again = {folded: gaps[0] for folded, gaps in seen.items() if 1 < len(gaps) == len(set(gaps))}
    sites, endings = set(), set()
    for line in lines:
        if line.folded not in again or line.is_body:
            continue
        if line.words <= 6 and again[line.folded] == 0 and _could_name_a_site(line):
            sites.add(line.folded)
        elif line.words >= 5 and again[line.folded] > 0 and not line.is_title_like:
            endings.add(line.folded)
    return _Recurring(frozenset(sites), frozenset(endings) | feet)


def _could_name_a_site(line: Line) -> bool:
    if line.is_furniture or line.is_byline or line.date is not None or _CREDIT.search(line.folded):
        return False
    if line.text[-1] == ":":  # `Text:`, over the text of each
        return False
    words = [word for word in line.text.split() if any(letter.isalpha() for letter in word)]
    small = {"of", "the", "and", "for", "in", "de", "du", "la", "le", "des", "del", "von", "der", "&"}
    return (
        bool(words)
        and len(line.folded) > 2
        and all(word in small or not next(letter for letter in word if letter.isalpha()).islower() for word in words)
    )


def _spaced_cuts(lines: list[Line]) -> list[int]:
    """Row numbers of the lines over which a file has more space than between paragraphs, if it sets articles apart so.

    It does if each of them could be a headline, half of them are of some words and ask nothing, as sub-headings seldom
    are, and text follows each; where the first head is signed or dated, another must be. One blank line more is little
    evidence by itself: of 35 articles with two between them 3 were found.
    """
    between = Counter(line.blank_before for line in lines if line.is_body).most_common(1)
    wide = [at for at, line in enumerate(lines) if at and between and line.blank_before > between[0][0]]
    headlines = [at for at in wide if lines[at].is_title_like]
    if len(wide) < FEWEST_SPACES or any(not lines[at].is_short_title for at in {*wide} - {*headlines}):
        return []
    if _is_signed(lines, 0) and not any(_is_signed(lines, at) for at in wide):
        return []  # sub-headings of one article
    telling = sum(lines[at].words >= HEADLINE_UNDER_SPACE and lines[at].text[-1] != "?" for at in headlines)
    edges = itertools.pairwise([0, *wide, len(lines)])
    followed = all(any(line.ends for line in lines[at:end]) for at, end in edges)
    return wide if followed and 2 * telling >= len(wide) else []


def _is_signed(lines: list[Line], at: int) -> bool:
    """Whether the head that begins there has a byline or a date."""
    head = itertools.takewhile(lambda line: not line.is_body, lines[at : at + ROWS_OF_HEAD])
    return any(line.is_byline or line.date is not None for line in head)


def _cuts(lines: list[Line], recurring: _Recurring) -> list[int]:
    """Row numbers of the lines at which a new article starts, the first line left out."""
    bodies = [at for at, line in enumerate(lines) if line.is_body]
    cuts = []
    for before, after in itertools.pairwise(bodies):
        if after - before > 1:
            cut = _cut_in_gap(lines, before + 1, after, recurring)
            if cut is not None:
                cuts.append(cut)
    if bodies and bodies[-1] + 1 < len(lines):
        cut = _cut_in_tail(lines, bodies[-1] + 1)
        if cut is not None:
            cuts.append(cut)
    return cuts


def _cut_in_gap(lines: list[Line], low: int, high: int, recurring: _Recurring) -> int | None:
    """The row at which an article starts between two paragraphs, if the gap has the evidence.

    What a site prints under an article parts it from the next. But buttons also stand inside heads: so the lines behind
    the last of them are tried as a head, then those behind the last but one, and so on.
    """
    firsts, furniture, template = [(low, 0.0)], 0, 0.0
    for at in range(low, high):
        if lines[at].is_furniture:
            furniture += 1
        elif lines[at].is_sign_off:
            template = 2.0
        elif (lines[at].folded or lines[at].text) in recurring.endings:
            # A promotion inside an article recurs as well, but no wider space follows it.
            apart = lines[at + 1].blank_before > lines[at].blank_before
            template = max(template, 2.0 if apart else 1.0)
        else:
            continue
        if firsts[-1][0] == at:
            firsts.pop()
        if lines[at].is_ruler:  # nothing over it belongs to the head
            firsts.clear()
        firsts.append((at + 1, min(furniture, 3) + template))
    firsts = firsts[: -BUTTONS - 1 : -1]
    found = [_cut_behind(lines, first, high, ending, recurring.sites) for first, ending in firsts]
    cuts = [cut for cut in found if cut is not None]
    return next((cut.row for cut in cuts if cut.titled), cuts[0].row if cuts else None)


class _Cut(NamedTuple):
    """Where an article starts, and whether it does with a headline of some words."""

    row: int
    titled: bool


def _cut_behind(lines: list[Line], first: int, high: int, ending: float, sites: frozenset[str]) -> _Cut | None:
    """Where an article starts from row `first` on, if the lines up to the paragraph `high` are its head."""
    if first >= high:
        return None
    head = range(first, high)
    wide = max(head, key=lambda at: lines[at].blank_before)
    gap = lines[wide].blank_before - lines[high].blank_before
    if gap >= 2 and ending == 0:
        head = range(wide, high)
    buttons = any(lines[at].is_furniture for at in head)  # a title over them alone is a link, however wide the space
    spacing = 0.0 if buttons else 1.5 if gap >= 2 else 0.5 if gap == 1 else 0.0
    score, start = _weigh(lines, head, high, sites)
    if start is None or score + ending + spacing < ENOUGH:
        return None
    return _Cut(start, lines[start].is_title_like or lines[start].is_menu)


def _weigh(lines: list[Line], head: range, body: int, sites: frozenset[str]) -> tuple[float, int | None]:
    """The evidence that `head`, lines before the paragraph `body`, opens an article, and the row where it does."""
    titles = [at for at in head if lines[at].is_title_like and not lines[at].echo and lines[at].folded not in sites]
    doubled = [at for at in titles if lines[at].first and is_doubled_headline(lines, at)]
    site = [at for at in head if lines[at].folded in sites or lines[at].is_menu]
    signed = [at for at in head if lines[at].is_byline]
    dated = [at for at in head if lines[at].date is not None]
    linked = [at for at in head if lines[at].is_address]
    filed = [at for at in head if lines[at].is_keywords]
    title = doubled[0] if doubled else _title_before(titles, [*signed, *dated, *linked], body)
    score = 0.0
    if title is not None:
        score += 1.5 if lines[title].words >= HEADLINE_OF_SOME else 1.0
        score += 3.0 if doubled else 0.0
        score += 2.0 if signed and signed[-1] > title else 0.0
        score += 2.0 if any(abs(at - title) <= 4 for at in dated) else 0.0
        score += 2.0 if any(0 < title - at <= 2 for at in filed) else 0.0
        score += 1.5 if any(0 < at - title <= 3 for at in linked) else 0.0
        score += max(_dateline(lines, at, body) for at in range(title + 1, body + 1)) if body - title <= 4 else 0.0
        score += 1.5 if is_page_title(lines[title].text) else 0.0
        if lines[title].script != lines[head.start - 1].script and lines[title].script:
            score += 1.0
    else:
        short = [at for at in head if lines[at].is_short_title]
        title = short[0] if short else None
        score += (1.5 if signed else 0.0) + (1.0 if dated else 0.0) + (0.5 if short else 0.0)
        score += lines[body].dateline if signed or short else 0.0
    score += 2.0 if site else 0.0
    marks = [at for at in (title, *site[:1], *dated[:1], *signed[:1]) if at is not None]
    if not marks:
        return score, None
    start = min(marks)
    if title is not None:
        # A standing head ("Opinion"), a site's name, a date or keywords belong to the title under them; two titles in
        # a row are a page title and a headline.
        near = [] if doubled else [at for at in titles if 0 < title - at <= 2 and not _is_foot(lines, at, title)]
        over = [at for at in (*site, *dated, *filed) if 0 < title - at <= 3 and not _is_foot(lines, at, title)]
        start = min([title, *near, *over])
    return score, start


def _dateline(lines: list[Line], at: int, body: int) -> float:
    """The evidence of a dateline at a line; a lead may be short, but then it must name its agency."""
    found = lines[at].dateline
    return found if at == body or (found >= 2 and lines[at].words >= 4) else 0.0


def _is_foot(lines: list[Line], at: int, title: int) -> bool:
    """Whether wider space parts the line `at` from the title under it than from the text over it."""
    return max(line.blank_before for line in lines[at + 1 : title + 1]) > lines[at].blank_before


def _title_before(titles: list[int], marks: list[int], body: int) -> int | None:
    """The line that is the title: the last title-like one over the first byline, date or link, else over the body."""
    above = [at for at in titles if not marks or at < min(marks)]
    if above:
        return above[-1]
    below = [at for at in titles if body - at <= 4]
    return below[0] if below else None


def _cut_in_tail(lines: list[Line], low: int) -> int | None:
    """The row of a headline after the last paragraph: printed twice, over wide space or in another script.

    What stands behind furniture there is a list of links, whose titles are often printed twice.
    """
    usual = lines[low - 1].blank_before
    for at in range(low, len(lines)):
        line = lines[at]
        if line.is_furniture:
            return None
        if line.first and not line.echo and line.is_title_like and is_doubled_headline(lines, at):
            apart = line.blank_before - usual >= 2 or line.script != lines[low - 1].script
            return at if apart and line.words >= 4 else None
    return None
