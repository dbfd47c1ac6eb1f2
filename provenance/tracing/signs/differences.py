"""Two texts of one story, word by word -> signs of which side was made from the other.

Each sign is one-way: a figure loses digits, a name its first half, a quotation its end; an explanation is added in
brackets. The side that lost or explained something is the later one. Signs on both sides together mean that neither
was made from the other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz.distance import OSA

from provenance.text.kernels import PARAGRAPH, SENTENCE
from provenance.tracing.signs.edit_kernels import (
    BESIDE,
    HEAD,
    LONGEST_GLOSS,
    NAMES,
    OPENER,
    PHRASE,
    QUOTE_CHARS,
    SENTENCE_WORDS,
    SLIP_CHARS,
    TAIL_WORDS,
    WORDS,
)
from provenance.tracing.signs.edits import Edit
from provenance.tracing.statements.names import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provenance.tracing.signs.edits import Text
    from provenance.tracing.signs.frequency import Count

FARTHEST = 0.2  # a rounded figure is within a fifth of the true one
MOVED = 40  # words before and after, within which a phrase that only moved in its sentence stands in the other text

_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_HEDGE = re.compile(
    r"\b(?:about|around|nearly|almost|more than|less than|fewer than|over|some|roughly|approximately|at least|up to"
    r"|close to|an estimated|just (?:over|under)|as many as|environ|près de|quelque|نحو|حوالي) [$£€]?\d"
)
_UNIT = re.compile(
    r"\d (?:(?:square|cubic|nautical) )?(mile|kilomet|km|met(?:re|er)|feet|foot|ft|inch|centimet|cm|tonne|ton|pound|lb"
    r"|kilo|kg|litre|liter|gallon|acre|hectare|degree|fahrenheit|celsius|euro|dollar|sterling)",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"[^\W\d_a-z][\w’'-]+$")
_FULL_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+ (?:[A-Z]\. )?[A-ZÀ-Þ][\w’'-]+")
_SMALL = words(
    """
    the a an but and or in on at by for from with as it he she they we this that these those his her their its when
    while after before if so yet to of there where what who how not no all some one mr mrs ms dr sir
    """
)
_BRACKETED = re.compile(r"^\s{0,9}(?:[(\[][^()\[\]\n]{2,120}[)\]])[\s,.]{0,9}$")
_BETWEEN_COMMAS = re.compile(r"^, ?[^,.;:()\n]{4,80},\s{0,9}$")


class Sign(NamedTuple):
    """One sign: what kind, and where it shows, in the later text or else in the fuller one."""

    feature: str
    start: int
    end: int
    late: bool  # whether the place is in the later text
    spellings: tuple[int, int] | None = None  # two words: it is a sign if the first is twice as frequent in the dump


def compare(left: Text, right: Text, edits: Iterable[Edit]) -> tuple[list[Sign], list[Sign]]:
    """Two texts and edits between them -> signs that the right one is the later, signs that the left one is.

    The kernel of the edits (edit_kernels.py) leaves out those in which no sign can be found here: it has to know of a
    new kind of sign, too. Either of two spellings may be the slip: choose_slips decides, for all pairs at once.
    """
    forth: list[Sign] = []
    back: list[Sign] = []
    for edit in edits:
        if 0 < edit.two - edit.one <= PHRASE and 0 < edit.four - edit.three <= PHRASE:
            _compare_phrases(left, right, edit, (forth, back))
        forth += _signs(left, right, edit)
        back += _signs(right, left, Edit(edit.three, edit.four, edit.one, edit.two))
    return forth, back


def choose_slips(found: list[list[Sign]], count: Count) -> list[list[Sign]]:
    """Signs of many pairs -> signs without the slips whose other spelling is not twice as frequent."""
    asked = {word for signs in found for sign in signs for word in sign.spellings or ()}
    words = np.array(sorted(asked), np.uint64)
    times = dict(zip(words.tolist(), count(words).tolist(), strict=True))

    def holds(sign: Sign) -> bool:
        return sign.spellings is None or times[sign.spellings[0]] >= 2 * times[sign.spellings[1]]

    return [list(filter(holds, signs)) for signs in found]


def _signs(full: Text, late: Text, edit: Edit) -> list[Sign]:
    """The signs of one edit that `late` was made from `full`, without those of a phrase that replaced another."""
    found: list[Sign] = []
    lost, new = edit.two - edit.one, edit.four - edit.three
    if 0 < new <= PHRASE:
        start, end = late.start[edit.three], late.end[edit.four - 1]
        after = late.text[start : end + BESIDE]
        if _DIGIT.search(after) and _HEDGE.search(after) and _unhedged(full, edit):
            found.append(Sign("hedged", start, end, late=True))
    if not lost:
        if new <= OPENER and _is_opener(full, late, edit):
            found.append(Sign("opened", late.start[edit.three], late.end[edit.four - 1], late=True))
        elif new <= LONGEST_GLOSS:
            found += _glosses(late, edit)
        elif _is_paragraph(full, late, edit):
            found.append(Sign("paragraph", late.start[edit.three], late.end[edit.four - 1], late=True))
        return found
    if not new and lost <= NAMES and _is_first_name(full, edit):
        found.append(Sign("name", full.start[edit.one], full.end[edit.two - 1], late=False))
    if not new and lost <= HEAD and not edit.one and _is_dateline(full, edit):
        found.append(Sign("stripped", full.start[0], full.end[edit.two - 1], late=False))
    if lost >= max(2, 2 * new):
        found += _cuts(full, late, edit)
    if lost > TAIL_WORDS and lost >= 4 * new and edit.three and edit.two == len(full.word) < WORDS:
        found.append(Sign("tail", late.start[edit.three - 1], late.end[edit.three - 1], late=True))
    return found


def _compare_phrases(left: Text, right: Text, edit: Edit, told: tuple[list[Sign], list[Sign]]) -> None:
    """A few words that replaced a few others -> signs either way, added to `told`: forth, back."""
    lost, new = edit.two - edit.one, edit.four - edit.three
    one, other = _words(left, edit.one, edit.two), _words(right, edit.three, edit.four)
    places = (
        (left.start[edit.one], left.end[edit.two - 1]),
        (right.start[edit.three], right.end[edit.four - 1]),
    )
    forth, back = told
    if _DIGIT.search(one) and _DIGIT.search(other):
        before, after = _Figures.at(left.text, *places[0]), _Figures.at(right.text, *places[1])
        forth += _compare_figures(before, after)
        back += _compare_figures(after, before)
    if lost == new == 1 and _is_slip(one, other):
        was, say = left.word[edit.one], right.word[edit.three]
        forth.append(Sign("slip", *places[1], late=True, spellings=(was, say)))
        back.append(Sign("slip", *places[0], late=True, spellings=(say, was)))
    if max(lost, new) <= NAMES + 1:
        named = " " in one and bool(_FULL_NAME.search(one)), " " in other and bool(_FULL_NAME.search(other))
        dropped = named[0] != named[1] and (new if named[0] else lost) <= NAMES
        # across a full stop capitals are no name
        if dropped and max(*left.gap[edit.one : edit.two], *right.gap[edit.three : edit.four]) < SENTENCE:
            (forth if named[0] else back).append(Sign("name", *places[named[0]], late=True))


class _Figures(NamedTuple):
    """The figures of a phrase, widened so that none is cut, and the text from there on, BESIDE characters beyond it."""

    start: int
    end: int
    inside: list[str]
    near: str

    @classmethod
    def at(cls, text: str, start: int, end: int) -> _Figures:
        """The figures at a place of a text."""
        start, end = _widen(text, start, end)
        return cls(start, end, _FIGURE.findall(text, start, end), text[start : end + BESIDE])


def _compare_figures(was: _Figures, told: _Figures) -> Iterator[Sign]:
    """The signs of figures at two places of two texts: one was rounded, or converted to another unit."""
    if _is_rounded(was.inside, told.inside):
        yield Sign("rounded", told.start, told.end, late=True)
    if _is_converted(was.near, told.near):
        yield Sign("unit", told.start, told.end, late=True)


def _is_opener(full: Text, late: Text, edit: Edit) -> bool:
    """Whether a sentence lost its capital to words put before it: "Officials have confirmed that the bridge ...".

    Not where these words stand close by in the other text: they only moved, and either order may be the first.
    """
    if edit.one >= len(full.word) or edit.four >= len(late.word) or (edit.one and full.gap[edit.one] < SENTENCE):
        return False
    was, told = full.text[full.start[edit.one]], late.text[late.start[edit.four]]
    if not was.isupper() or told != was.lower():
        return False
    near = set(full.word[max(0, edit.one - MOVED) : edit.one + MOVED])
    return 2 * sum(word in near for word in late.word[edit.three : edit.four]) <= edit.four - edit.three


def _words(text: Text, first: int, last: int) -> str:
    return text.text[text.start[first] : text.end[last - 1]] if last > first else ""


def _widen(text: str, start: int, end: int) -> tuple[int, int]:
    """A place widened to whole figures at its ends: 1,215 is two words."""
    if text[start].isdigit():
        while start and (_figure(text, start - 1) or (text[start - 1] in ",." and _figure(text, start - 2))):
            start -= 1
    if text[end - 1].isdigit():
        while _figure(text, end) or (text[end : end + 1] in (",", ".") and _figure(text, end + 1)):
            end += 1
    return start, end


def _figure(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isdigit()


def _digits(figure: str) -> int:
    """How many significant digits a figure has: 1,215 has four, 1,200 two."""
    return len(figure.replace(",", "").replace(".", "").strip("0"))


def _is_rounded(was: list[str], told: list[str]) -> bool:
    for figure in was:
        if _YEAR.match(figure):
            continue
        value = float(figure.replace(",", ""))
        for other in told:
            near = float(other.replace(",", ""))
            off = abs(near - value)
            if 0 < off <= min(FARTHEST * value, _last_place(other)) and _digits(other) < _digits(figure):
                return True
    return False


def _last_place(figure: str) -> float:
    """What one more in the last digit that is no nought would add: a round figure is off by no more.

    Without it the next day's 7,801.0 points were Tuesday's 7,790.1, rounded.

    >>> _last_place("1,200"), _last_place("7,801.0"), _last_place("4.5")
    (100.0, 1.0, 0.1)
    """
    whole, _, part = figure.replace(",", "").partition(".")
    part = part.rstrip("0")
    return 10.0 ** (-len(part) if part else len(whole) - len(whole.rstrip("0")))


def _is_converted(was: str, told: str) -> bool:
    """Whether 10 miles became 16 kilometres: the round figure is the one that somebody measured."""
    one, other = _UNIT.search(was), _UNIT.search(told)
    if not one or not other or one[1].casefold() == other[1].casefold():
        return False
    figures = _FIGURE.findall(was), _FIGURE.findall(told)
    if not figures[0] or not figures[1]:
        return False
    return _digits(figures[0][0]) == 1 < _digits(figures[1][0])


def _is_slip(one: str, other: str) -> bool:
    """Whether one of two words is the other mistyped."""
    if min(len(one), len(other)) < SLIP_CHARS or not (one + other).isalpha() or not (one + other).islower():
        return False
    return OSA.distance(one, other, score_cutoff=1) == 1 and not _is_variant(one, other)


def _is_variant(one: str, other: str) -> bool:
    """Whether two spellings differ as colour and color do, or by an ending."""
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        differ = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
        return set(differ[0]) in ({"s", "z"}, {"s", "c"}) or one[:-2] == other[:-2]
    at = next((k for k, sign in enumerate(short) if sign != long[k]), len(short))
    return (long[at] == "u" and long[max(0, at - 1)] == "o") or at >= len(short) - 1 or long[at] == long[at - 1]


def _unhedged(full: Text, edit: Edit) -> bool:
    """Whether the fuller text has the figure there and nothing that weakens it."""
    size = len(full.word)
    if edit.one >= size:
        return False
    last = edit.two if edit.two > edit.one else min(size, edit.one + 1)
    there = full.text[full.start[max(0, edit.one - 2)] : full.end[last - 1] + 8]
    return not _HEDGE.search(there) and any(sign.isdigit() for sign in there)


def _is_first_name(full: Text, edit: Edit) -> bool:
    """Maren Holt -> Holt: capitalised words gone from before a capitalised one."""
    if edit.two >= len(full.word):
        return False
    rest = full.text[full.start[edit.two] : full.end[edit.two]]
    between = full.text[full.end[edit.two - 1] : full.start[edit.two]]
    given = _words(full, edit.one, edit.two).split()
    return (
        between == " "
        and bool(_CAPITAL.match(rest))
        and all(_CAPITAL.match(word) and word.casefold() not in _SMALL for word in given)
    )


def _is_dateline(full: Text, edit: Edit) -> bool:
    """Whether a name in capitals and a dash are gone from the very beginning: a dateline of any place."""
    if edit.two >= len(full.word):
        return False
    dash = full.text[full.end[edit.two - 1] : full.start[edit.two]]
    return full.text[full.start[0] : full.end[0]].isupper() and any(sign in dash for sign in "—–-")


def _is_paragraph(full: Text, late: Text, edit: Edit) -> bool:
    """Whether whole paragraphs stand between two of the other's. A weak sign: editors leave paragraphs out as well."""
    if not edit.three or edit.four >= len(late.word) or edit.one >= len(full.word):
        return False
    return late.gap[edit.three] == late.gap[edit.four] == full.gap[edit.one] == PARAGRAPH


def _glosses(late: Text, edit: Edit) -> Iterator[Sign]:
    """Words put in between brackets, or between commas, that the other text does not have."""
    start = late.end[edit.three - 1] if edit.three else 0
    end = late.start[edit.four] if edit.four < len(late.word) else len(late.text)
    put_in = late.text[start : min(end, start + 200)]
    place = late.start[edit.three], late.end[edit.four - 1]
    if _BRACKETED.match(put_in):
        yield Sign("unit" if _UNIT.search(put_in) else "gloss", *place, late=True)
    elif _BETWEEN_COMMAS.match(put_in):
        yield Sign("aside", *place, late=True)


def _cuts(full: Text, late: Text, edit: Edit) -> Iterator[Sign]:
    """A quotation that lost words, and sentences left out of the middle of a paragraph."""
    start, end = full.start[edit.one], full.end[edit.two - 1]
    inside = _is_quoted(full.text, start)
    if inside:
        here = late.end[edit.three - 1] if edit.three else 0
        if _is_quoted(late.text, here):
            yield Sign("quote", start, end, late=False)
        return
    if edit.four > edit.three or edit.two - edit.one < SENTENCE_WORDS or not edit.one or edit.two >= len(full.word):
        return
    gaps = full.gap[edit.one], full.gap[edit.two]
    # A whole paragraph may have been put in by the text that has it; a sentence inside one was left out by the other.
    if min(gaps) == SENTENCE:
        yield Sign("sentence", start, end, late=False)


def _is_quoted(text: str, place: int) -> bool:
    """Whether a place is inside quotation marks, by the marks before it in its paragraph."""
    before = text[max(0, place - QUOTE_CHARS) : place].rpartition("\n")[2]
    opening, closing = max(before.rfind("“"), before.rfind("«")), max(before.rfind("”"), before.rfind("»"))
    if opening >= 0 or closing >= 0:
        return opening > closing
    return before.count('"') % 2 == 1
