"""The first lines of an article -> its title, byline, date, address and the publisher they name."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from provenance.dumps.labels.columns import field_of
from provenance.dumps.plain_text.echoes import is_doubled_headline, says_same
from provenance.dumps.plain_text.line import Line, byline_name, is_menu
from provenance.text.calendar import find_dates
from provenance.text.folding import fold_all
from provenance.text.updates import tells_change

if TYPE_CHECKING:
    from datetime import datetime

#: Lines of an article that can belong to its head.
HEAD_LINES = 14

_SUFFIX = re.compile(r"\s(?P<mark>[-–—|»·•])\s(?P<site>[^|»·•\s–—][^|»·•]{1,50})$")
#: A site's name and no formula: "for all P(x | A) = P(x | B)".
_NAME = re.compile(r"(?=.*[^\W\d_])[\w.,:'’&+!/ -]+")
#: إسطنبول: «الشرق الأوسط»
_SIGNED = re.compile(r"[^\W\d_][^:«»\d]{1,30}:\s?«(?P<name>[^«».:]{3,40})»")
_TAGLINE = re.compile(r"(?P<name>\S[^|»·•—–:]{1,40}?)\s*(?:[|»·•]|\s[-—–:])\s(?P<rest>.{4,160})")
#: What a program writes before a title, and on both sides: the field's name, the mark of a heading, an element.
_BEFORE_TITLE = re.compile(
    r"(?:(?:title|headline|heading|titre|titel|t[ií]tulo|titolo)\s?[:=]\s|#{1,6}\s)\s?", re.IGNORECASE
)
_AROUND_TITLE = re.compile(
    r"<(?P<name>\w{1,20})>(?P<inside>[^<]+)</(?P=name)>|(?P<mark>[=#*_~+-])(?P=mark){0,9}(?P<text>[^=#*_~+-].*)"
)
#: A byte order mark in the wrong place, and Arabic vowel marks that a page's first letters sometimes carry.
_MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\ufeff\u200b\u200e\u200f "
#: Behind a dash these words name who said it, not who printed it ("... – Foreign Ministry").
_NO_SITE = frozenset(
    """report reports source sources official officials minister ministry president army police spokesman spokesperson
    spokeswoman study poll survey expert experts analyst analysis opinion video videos photo photos pictures live update
    updates exclusive interview statement watch explainer part review un chief pm envoy ambassador court government
    general leader says said commander""".split()  # noqa: SIM905  a list would be four times as long to read
)
#: Words that names of papers and stations end or begin with.
_PAPER = frozenset(
    """news newspaper times post tribune herald daily gazette observer journal chronicle telegraph courier examiner
    bulletin dispatch inquirer register mail mirror""".split()  # noqa: SIM905  as above
)
#: And what a site's header calls it besides.
_KIND = _PAPER | {
    "online", "website", "magazine", "agency", "press", "english", "homepage", "media", "tv", "radio", "network", "blog"
}  # fmt: skip
#: What stands before "News" over any site's list.
_SECTIONS = frozenset(
    """breaking world latest top local sport sports business more related us uk national international politics live
    video general other all today regional city state your our press staff crime health science tech""".split()  # noqa: SIM905  as above
)


class Head(NamedTuple):
    """What the head of an article says; None where it says nothing."""

    title: str | None = None
    byline: str | None = None
    published: datetime | None = None
    url: str | None = None
    outlet: str | None = None
    stated: str | None = None  # the date as a field states it, if one does


def read_head(lines: list[Line], sites: frozenset[str], *, opens_file: bool) -> Head:
    """The lines of one article -> what its head says.

    `sites` are the folded bare lines that name the publisher; `opens_file` tells that the page's own title
    can be the first line.
    """
    head = _head_lines(lines)
    header = _site_header(head) if opens_file else None
    title = _title(head[1:] if header else head, sites)
    outlet = next((_site_name(line.text.strip(_MARKS)) for line in head if line.folded in sites), header)
    text, named = _without_suffix(head, title, opens_file=opens_file)
    outlet = outlet or named or _masthead(head, title)
    byline = next((byline_name(line.text) for line in head if line.is_byline), None)
    # who signs an article says when, whatever else stands beside it: `By Ann Lee | Quay Post | March 5, 2025`
    dates = [line for line in head if line.date is not None] + [line for line in head if line.is_byline]
    dated = ((line.text, date) for line in dates for date in find_dates(line.text))
    date = next((date for text, date in dated if not tells_change(text, date.start, date.end)), None)
    address = next((line.text for line in head if line.is_address), None)
    return Head(
        title=_plain_title(text) if text is not None else None,
        byline=byline,
        published=date.value if date is not None else None,
        url=address[address.lower().find("http") :] if address and "http" in address.lower() else None,
        outlet=outlet,
    )


def _site_name(line: str) -> str:
    """The publisher that a bare line names, also behind the name of the field.

    >>> _site_name("Source: Quay Post"), _site_name("Science: Now")
    ('Quay Post', 'Science: Now')
    """
    name, mark, value = line.partition(":")
    return value.strip() if mark and value.strip() and field_of(name) == "outlet" else line


def read_head_under(title: str, lines: list[Line]) -> Head:
    """The head that begins where the title of a page comes again among its lines; nothing where it does not.

    What stands between the two is the site's, such as its menu, and may hold dates of other articles.
    """
    folded = fold_all([title])[0]
    again = (at for at, line in enumerate(lines) if at and line.words >= 4 and says_same(folded, line.folded))
    at = next(again, None)
    return Head() if at is None else read_head(lines[at : at + HEAD_LINES], frozenset(), opens_file=False)


def _head_lines(lines: list[Line]) -> list[Line]:
    """The lines before the first paragraph of body."""
    for at, line in enumerate(lines[:HEAD_LINES]):
        if line.is_body:
            return lines[:at]
    # Without any paragraph, a whole short notice: only its first lines can be a head.
    return lines[: min(HEAD_LINES, 4)] if len(lines) < HEAD_LINES else lines[:HEAD_LINES]


def _title(head: list[Line], sites: frozenset[str]) -> Line | None:
    named = [at for at, line in enumerate(head) if line.is_title_like and line.folded not in sites]
    doubled = [at for at in named if head[at].first and head[at].words >= 4 and is_doubled_headline(head, at)]
    if doubled:
        return head[doubled[0]]
    # A caption printed twice in a row is no headline unless there is nothing else.
    single = [at for at in named if not (head[at].first or head[at].echo)]
    # Nor is a slogan over the sections of a site: "Exclusive news and data", "World", "Business", "Markets".
    apart = [at for at, after in itertools.pairwise(single) if not _lists_sections(head[at + 1 : after])]
    for at in [*apart, *single[-1:], *named]:
        if head[at].words >= 4:
            return head[at]
    return head[named[0]] if named and named[0] == 0 else None


def _lists_sections(lines: list[Line]) -> bool:
    """Whether at least two of the lines, and most, are a word or two: the menu of a site, a line an entry."""
    short = sum(line.is_short_title for line in lines)
    return short >= 2 and 2 * short > len(lines)


def _masthead(head: list[Line], title: Line | None) -> str | None:
    """The publisher whose name stands alone under the title, beside the byline or the date (`The Daily Levant`).

    Or in guillemets behind the place where it was written, as Arabic papers sign what their own desks wrote.
    """
    signed = next(filter(None, (_SIGNED.fullmatch(line.text) for line in head)), None)
    if signed is not None:
        return signed["name"].strip()
    at = next((at for at, line in enumerate(head) if line is title), len(head))
    marks = [row for row, line in enumerate(head) if row > at and (line.is_byline or line.date is not None)]
    for row in range(at + 1, min(at + 7, len(head))):
        words = head[row].text.split()
        if not 2 <= len(words) <= 5 or all(abs(row - mark) > 4 for mark in marks):
            continue
        capital = all(word[0].isupper() or word in ("of", "the", "and") for word in words)
        keys = {word.lower() for word in words} - {"of", "the", "and"}
        if capital and keys & _PAPER and keys - _PAPER and not keys & _SECTIONS:
            return _site_name(head[row].text.strip(_MARKS))
    return None


def _without_suffix(head: list[Line], title: Line | None, *, opens_file: bool) -> tuple[str | None, str | None]:
    """The title without a site's suffix, and the site it names if the title opens the file: a page's own title."""
    if title is None:
        return None, None
    twin = next((line for line in head if line is not title and says_same(line.folded, title.folded)), None)
    match = _SUFFIX.search(title.text)
    if twin is not None and title.first and len(title.folded) > len(twin.folded):
        own = opens_file and title is head[0] and match is not None
        return twin.text, match["site"].strip() if own and match else None
    if not (opens_file and title is head[0]) or match is None:
        return title.text, None
    if is_page_title(title.text):
        return title.text[: match.start()].rstrip(), match["site"].strip()
    return title.text, None


def is_page_title(title: str) -> bool:
    """Whether a title ends with the name of a site, as the titles of web pages do.

    >>> is_page_title("Ferry fares rise again | Miami Herald"), is_page_title("Ferry fares rise - police")
    (True, False)
    """
    match = _SUFFIX.search(title)
    if match is None or not _NAME.fullmatch(match["site"]):
        return False
    return _is_site(match["site"], match["mark"]) and len(title[: match.start()].split()) >= 4


def _plain_title(title: str) -> str:
    """A title's line -> the title in it.

    >>> [_plain_title(line) for line in ("Title: A dredger", "<H1> A dredger </H1>", "== A dredger ==", "## A dredger")]
    ['A dredger', 'A dredger', 'A dredger', 'A dredger']
    """
    match = _AROUND_TITLE.fullmatch(title)
    if match is not None:
        around = match["inside"] or match["text"].rstrip(match["mark"])
        title = around.strip() if match["inside"] or around != match["text"] else title
    before = _BEFORE_TITLE.match(title)
    return title[before.end() :] if before is not None and title[before.end() :].strip() else title


def _site_header(head: list[Line]) -> str | None:
    """The publisher whose header opens a file (`NAME | News from ...`, or NAME over a menu), if a title follows.

    Nothing else tells it from a title: so the rest of the line must speak of news or be a menu, or the line
    must say its own name twice.
    """
    if len(head) < 2 or head[0].first or not any(line.is_title_like for line in head[1:]):
        return None
    first = head[0]
    match = _TAGLINE.fullmatch(first.text.strip(_MARKS))
    if match is not None:
        words = match["rest"].lower().replace(",", " ").split()
        if _KIND.intersection(words) or is_menu(match["rest"]):
            return _self_naming(first) or _unshouted(match["name"].strip())
    if head[1].is_menu and first.words <= 5 and not first.is_furniture:
        return _unshouted(first.text.strip(_MARKS))
    return _self_naming(first)


def _unshouted(name: str) -> str:
    return name.title() if name.isupper() and " " in name else name


def _is_site(name: str, mark: str) -> bool:
    words = name.split()
    if any(word.lower().strip(".,:") in _NO_SITE for word in words) or len(words) > 6:
        return False
    if mark in "|»" or re.fullmatch(r"[\w-]+\.(?:com|net|org|info|news|co|tv|[a-z]{2})", name.strip(), re.IGNORECASE):
        return True
    capital = all(word[0].isupper() or word.lower() in ("of", "the", "and", "for", "de", "in") for word in words)
    return capital and (len(words) >= 2 and (len(words) >= 3 or words[-1].lower() in _KIND))


def _self_naming(line: Line) -> str | None:
    """A header line that says its own name twice beside a word for a publication -> that name.

    `Daily Foo English ... News from Daily Foo Newspaper` -> `Daily Foo`.
    """
    words = line.text.split()
    keys = [word.lower().strip(".,|-") for word in words]
    if len(words) < 4 or len(words) > 30 or not _KIND.intersection(keys):
        return None
    for size in range(min(5, len(words) // 2), 0, -1):
        for at in range(len(words) - 2 * size + 1):
            run = keys[at : at + size]
            again = any(keys[other : other + size] == run for other in range(at + size, len(words) - size + 1))
            if again and words[at][0].isupper() and not (size == 1 and run[0] in _KIND | {"and", "the", "of", "from"}):
                return " ".join(words[at : at + size]).strip(".,|-")
    return None
