"""A dump that a program wrote -> where its articles begin: the lines that come again with each of them.

Archives, agencies, databases and blogs print the same few lines with every article: a slug, a byline and a date, named
fields, a copyright, a ruler. Which they are differs from one to the next, but not within a dump. So they are not looked
up but found: lines of one shape that recur with an article's worth of text between, from the head of the file on or up
to its foot. The first head tells how many lines stand over such a line, because there the article begins with the file.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from provenance.dumps.plain_text.line import COUNTED, FRAMED, HEADLINE_WORDS
from provenance.text.calendar import find_dates
from provenance.text.folding import fold_all

if TYPE_CHECKING:
    from provenance.dumps.plain_text.line import Line

#: Fewer articles are no series, and a shorter text between two lines is no article.
FEWEST, BODY_WORDS = 3, 30
#: So many of the heads must hold what could be a headline.
TITLED, SURELY_TITLED = 0.6, 0.8
#: Lines of a head or foot that may lie apart, and between a file's first line and the first of a series.
REACH, HEAD_LINES = 8, 6
#: A shorter line is no paragraph that an article could begin with.
LEAD_WORDS = 12
#: Words of an article, and of its headline, that are more than those of a section and of a sub-heading mostly.
SECTION_WORDS, FEWEST_IN_TITLE = 80, 4
#: Words of a part of a line that comes again with each article.
MOST_PART = 5
#: Words of a line that holds a headline and the names of what is in its other fields.
LONGEST = 2 * HEADLINE_WORDS
_SEVERAL = re.compile(r"\s\||\s\s|\t")
_TITLE = re.compile(r"\"?(?:title|headline|titre|titel|título|titolo)\"?\s?:", re.IGNORECASE)
_LABEL = re.compile(r"\"?(?P<name>[^\W\d_][\w' -]{2,24}?)\"?\s?:\s?(?=\S|$)")
#: Labels that come several times inside one article.
_INSIDE = re.compile(
    r"photo|foto|image|picture|caption|credit|video|watch|read|related|see|also|more|note|question|answer|update|q|a|"
    r"result|live|quote|graphic|listen|tip|ingredients|factbox",
    re.IGNORECASE,
)
_BARE = ("bare ", "mark ")
#: Shapes of which only the beginning or the end is the same in each line.
_MARKED = ("sign ", "number ", "section", "first ", "last ")
_SLUG = re.compile(r"[A-Z][A-Z0-9]{1,12}(?:[-/][A-Z0-9]{1,16}){1,6}(?:\s+\d{2,6})?")
_MARK = re.compile(r"(?:[-=_*#~•·.—–+]\s?){3,}|-\s?30\s?-")
#: What stands before a headline on its line, whatever it says: a sign, a number, or a section in capitals. Signs are
#: those that are no punctuation, no mathematics (`>` quotes mail) and no bullet; in Markdown, headings of lower orders
#: have two and stand inside articles.
_SIGN = re.compile(r"([#*\u2190-\u21ff\u2300-\u2bff\U0001f300-\U0001faff])\ufe0f?\s{1,4}(?=[^\s#*])")
_NUMBER = re.compile(r"[(\[#]?\d{1,5}[.)\]:]\s+(?=\S)")
_SECTION = re.compile(r"[A-ZÀ-ÞΑ-ΩА-Я][A-ZÀ-ÞΑ-ΩА-Я &/-]{2,30}:\s+(?=\S)")
#: A line drawn across the page: three stars also stand between the parts of an article, ten of a sign seldom.
_DRAWN = re.compile(r"([-=_*#~])\1{9,}")
_BETWEEN = re.compile(r"\s[|·•»–—-]\s")
_CREDIT = re.compile(r"\b(?:getty|afp|epa|shutterstock|photo|image|picture)\b", re.IGNORECASE)


class Template(NamedTuple):
    """Rows at which an article starts, and the folded lines that stand under articles."""

    cuts: list[int]
    feet: frozenset[str]


class _Series(NamedTuple):
    """Rows of lines of one shape, one an article: in its head, or under it."""

    rows: list[int]
    is_head: bool


def find_template(lines: list[Line]) -> Template:
    """Lines of a dump -> what comes again with each of its articles; empty where nothing does."""
    counted = _counted(lines)
    if counted:
        return Template(counted, frozenset())
    words = list(itertools.accumulate((line.words for line in lines), initial=0))
    rows_of: dict[str, list[int]] = {}
    for row, line in enumerate(lines):
        for key in _keys(line):
            rows_of.setdefault(key, []).append(row)
    found = [
        (key, _series(rows, words, lines))
        for key, rows in rows_of.items()
        if len(rows) >= FEWEST and (not key.startswith(_MARKED) or _mark_headlines(key, rows, lines))
    ]
    # A bare line that comes again in heads names the publisher; that it does is weighed elsewhere.
    series = [one for key, one in found if one is not None and not key.startswith(_BARE if one.is_head else _MARKED)]
    feet = frozenset(lines[row].folded or lines[row].text for one in series if not one.is_head for row in one.rows)
    most = max((len(one.rows) for one in series if one.is_head), default=0)
    main = [one for one in series if len(one.rows) >= 0.7 * most]
    cuts = _cuts(main, lines, words) if most else []
    marks = [rows for key, rows in rows_of.items() if key.startswith("mark ")]
    marks += [one.rows for one in series if not one.is_head]
    return Template(max(cuts, _separated(marks, lines, words), key=len), feet)


def _counted(lines: list[Line]) -> list[int]:
    """Rows of a database's count of its articles (`2 of 12 DOCUMENTS`), if it goes on up to one total."""
    told = [
        (row, int(match["at"] or match["at_"]), match["all"] or match["all_"])
        for row, line in enumerate(lines)
        if (match := COUNTED.fullmatch(line.text))
    ]
    goes_on = all(at < after for (_, at, _), (_, after, _) in itertools.pairwise(told))
    one = goes_on and len(told) > 1 and len({total for _, _, total in told}) == 1
    return [row for row, _, _ in told if row > 0] if one else []


def _keys(line: Line) -> list[str]:
    """The shapes of a short line; two lines of one shape may be of one series."""
    text = line.text
    if line.words <= HEADLINE_WORDS + 2 and text[-1] not in ".;,":
        if sign := _SIGN.match(text) or FRAMED.fullmatch(text):
            return [*_short_keys(line), f"sign {sign[1]}"]
        if number := _NUMBER.match(text):
            return [*_short_keys(line), "number " + re.sub(r"[\d\s]+", "", number[0])]
        if _SECTION.match(text) and not _TITLE.match(text):
            return [*_short_keys(line), "section"]
    return [*_short_keys(line), *_part_keys(line)]


def _mark_headlines(key: str, rows: list[int], lines: list[Line]) -> bool:
    """Whether lines of one beginning or end are not one line again and again, and no items of a list in a text."""
    if len({lines[row].text for row in rows}) < TITLED * len(rows):
        return False
    if key.startswith(("first ", "last ")):
        return True
    below = [lines[row + 1] for row in rows if row + 1 < len(lines)]
    return sum(line.blank_before > 0 or not line.text[0].islower() for line in below) >= SURELY_TITLED * len(rows)


def _part_keys(line: Line) -> list[str]:
    """What stands before the first mark in a line, and behind its last: a time, a section, the site, `5 min read`."""
    if line.words > LONGEST or line.dateline or _CREDIT.search(line.text):
        return []
    parts = _BETWEEN.split(line.text)
    if len(parts) == 1:
        return []
    first, last = (re.sub(r"\d+", "0", part) for part in fold_all([parts[0], parts[-1]]))
    ends = (("first", first), ("last", last))
    return [f"{end} {said}" for end, said in ends if said and said.count(" ") < MOST_PART]


def _short_keys(line: Line) -> list[str]:
    text = line.text
    if line.words > LONGEST or (line.words > 16 and not _SEVERAL.search(text)):
        return ["label title"] if line.words <= LONGEST and _TITLE.match(text) else []
    if _MARK.fullmatch(text):
        return ["mark " + re.sub(r"\s|\d", "", text)[:3]]
    if _CREDIT.search(text):
        return []
    if line.is_address:
        return ["address"]
    if line.is_byline:
        return ["byline"]
    keys = []
    label = _LABEL.match(text)
    if label is not None and len(label["name"].split()) <= 3:
        name = "title" if _TITLE.match(text) else label["name"].lower()
        keys += [] if _INSIDE.match(label["name"]) else [f"label {name}"]
    elif _SLUG.fullmatch(text):
        keys.append("slug")
    elif any(map(str.isdigit, text)) and text[-1] not in ".,;" and find_dates(text):
        first = re.match(r"[^\W\d_]+", text)
        alone = line.date is not None
        keys.append("date" if alone else "dated " + (first[0].lower() if first else ""))
        # Of dates in figures only those past the twelfth are sure to be dates; the line's shape is the same.
        keys.append("count " + re.sub(r"\d+", "0", line.folded))
    elif text[-1:] not in ",;" and (text[-1:] != "." or (len(text) > 1 and not text[:-1].endswith(("'", '"', "”")))):
        counted = re.sub(r"\d+", "0", line.folded)
        keys.append(("count " if "0" in counted else "bare ") + counted)
    return keys


def _series(rows: list[int], words: list[int], lines: list[Line]) -> _Series | None:
    """Rows of one shape -> a series, if an article lies between any two and its head or foot is the file's."""
    # Lines of one shape close together (two dates of one head) are one.
    apart = [after for before, after in itertools.pairwise(rows) if words[after] - words[before + 1] >= BODY_WORDS]
    single = [rows[0], *apart]
    if len(single) < FEWEST or len(rows) > 3 * len(single):
        return None
    before, behind = words[single[0]], words[-1] - words[rows[-1] + 1]
    if single[0] <= HEAD_LINES and not any(line.is_body for line in lines[: single[0]]) and behind >= BODY_WORDS:
        return _Series(single, is_head=True)
    under = lines[rows[-1] :]
    if len(under) <= HEAD_LINES and not any(line.is_body for line in under) and before >= BODY_WORDS:
        return _Series(single, is_head=False)
    return None


def _cuts(series: list[_Series], lines: list[Line], words: list[int]) -> list[int]:
    """Rows at which articles start: behind the foot over a head, else as far over it as the file's first line is."""
    heads = _blocks(sorted({row for one in series if one.is_head for row in one.rows}), words)
    feet = sorted({row for one in series if not one.is_head for row in one.rows})
    over = heads[0][0]
    plain = not any(line.is_sentence for line in lines[:over])
    cuts: list[int] = []
    titled = 0
    for block in heads[1:]:
        first = block[0]
        foot = max((row for row in feet if row < first), default=-1)
        near = foot >= 0 and first - foot <= REACH and words[first] - words[foot + 1] < BODY_WORDS
        cut = foot + 1 if near else max(first - over, 0)
        while cut < first and (lines[cut].is_furniture if near else lines[cut].words > HEADLINE_WORDS):
            cut += 1
        if plain and any(line.is_sentence for line in lines[cut:first]):
            return []  # the first head is another site's, and has more lines than this one
        cuts.append(cut)
        titled += any(map(_holds_title, lines[cut : block[-1] + 3]))
    # A date or a name that comes again without a headline is no head of an article.
    return [cut for cut in cuts if cut > 0] if titled >= TITLED * len(cuts) else []


def _holds_title(line: Line) -> bool:
    return bool(line.is_title_like or _TITLE.match(line.text) or _SIGN.match(line.text) or FRAMED.fullmatch(line.text))


def _separated(marks: list[list[int]], lines: list[Line], words: list[int]) -> list[int]:
    """Rows behind rulers, feet or wide space of one kind, where nearly each is a headline with a text under it.

    A ruler without an empty line over it underlines a headline, unless a paragraph stands there.
    """
    usual = sorted(line.blank_before for line in lines)[len(lines) // 2] if lines else 0
    wide = [row for row, line in enumerate(lines) if line.blank_before >= usual + 2 and row > 0]
    rulers = ([row + 1 if _stands_apart(lines, row) else row - 1 for row in rows] for rows in marks)
    for found in (*rulers, wide):
        starts = _titled(found, lines, words)
        if starts:
            return starts
    if not wide:  # one line more than usual also parts the sections of an article: shorter, under shorter titles
        starts = _titled([row for row, line in enumerate(lines) if line.blank_before > usual and row > 0], lines, words)
        told = [words[after] - words[before] for before, after in itertools.pairwise([0, *starts, len(lines)])]
        if starts and min(told) >= SECTION_WORDS and all(lines[row].words >= FEWEST_IN_TITLE for row in (0, *starts)):
            return starts
    return next(filter(None, (_drawn_apart(rows, lines) for rows in marks)), [])


def _titled(found: list[int], lines: list[Line], words: list[int]) -> list[int]:
    """Those of the rows found at which an article starts, if nearly each is a headline with a text under it."""
    every = sorted({row for row in found if 0 <= row < len(lines)})  # a headline between two rulers is one
    starts = [row for row in every if words[row] >= BODY_WORDS]
    if len(starts) < FEWEST - 1:
        return []
    first = max((row for row in every if words[row] < BODY_WORDS), default=0)
    between = [words[after] - words[before] for before, after in itertools.pairwise([0, *starts, len(lines)])]
    titled = [lines[row].is_title_like and row + 1 < len(lines) for row in (first, *starts)]
    surely = titled[0] and sum(titled) >= SURELY_TITLED * len(titled)
    return starts if surely and min(between) >= BODY_WORDS else []


def _drawn_apart(rows: list[int], lines: list[Line]) -> list[int]:
    """Rows behind lines drawn across the page, if each stretch is an article: there it may have no headline.

    With two paragraphs in each: of the parts of a letter (a survey in a newsgroup) some have one.
    """
    drawn = [row for row in rows if _DRAWN.fullmatch(lines[row].text) and _stands_apart(lines, row)]
    bounds = sorted({0, *(row + 1 for row in drawn), len(lines)})
    if bounds[1] == 1:
        del bounds[0]  # the first stands over all
    stretches = [lines[low:high] for low, high in itertools.pairwise(bounds)]
    return bounds[1:-1] if len(stretches) >= FEWEST and all(map(_is_body_text, stretches)) else []


def _is_body_text(lines: list[Line]) -> bool:
    """Whether lines begin with a headline or a paragraph and hold two paragraphs."""
    told = [line.ends and line.words >= LEAD_WORDS and not line.text[0].islower() for line in lines]
    return (told[0] or lines[0].is_title_like) and sum(told) > 1


def _stands_apart(lines: list[Line], row: int) -> bool:
    over = lines[row].blank_before > 0 or (row > 0 and (lines[row - 1].ends or lines[row - 1].is_body))
    return over or not _MARK.fullmatch(lines[row].text)


def _blocks(rows: list[int], words: list[int]) -> list[list[int]]:
    """Rows -> those of one head or foot together."""
    blocks: list[list[int]] = []
    for row in rows:
        if blocks and row - blocks[-1][-1] <= REACH and words[row] - words[blocks[-1][-1] + 1] < BODY_WORDS:
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks
