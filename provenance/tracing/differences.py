"""Two texts of one story, word by word -> signs of which side was made from the other.

Each sign is one-way: a figure loses digits, a name its first half, a quotation its end; an explanation is put
in brackets. A sign speaks for the side that lost or explained being the later one. Signs on both sides together
say that neither was made from the other.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA, LCSseq

from provenance.text.kernels import LINE, PARAGRAPH, SENTENCE
from provenance.tracing.names import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORDS = 3000  # of each text that are compared: the cost is their product over 64, and a copy shows itself by then
FARTHEST = 0.2  # a rounded figure is within a fifth of the true one
SENTENCE_WORDS = 6  # fewer words between two stops are a tag such as "he said."

CHANCE = 3  # words; as many in a row are not in common by chance
PHRASE = 12  # words that are taken to have been replaced as one; longer stretches were written anew
BESIDE = 14  # characters after a phrase in which its figure or its unit stands
NAMES = 3  # words of a first name with its title
LONGEST_GLOSS = 16  # words of an explanation; more is a remark of its own
OPENER = 8  # words put before a sentence; "Officials have confirmed that" has four
MOVED = 40  # words either way within which a phrase moved about in its sentence stands again
HEAD = 5  # words of a dateline
TAIL_WORDS = 60  # gone from the end: more than a paragraph of an outlet's own, of which news has 20 to 60 words
#: Signs of which single cases run either way, and only the excess of one way over the other tells.
NET = ("wordier",)

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


class Text(NamedTuple):
    """One document, folded: word w stands at start[w]:end[w]; gap[w] is what stands before it."""

    text: str
    word: list[int]
    start: list[int]
    end: list[int]
    gap: list[int]


class Sign(NamedTuple):
    """One sign: what kind, and where it shows, in the later text or else in the fuller one."""

    feature: str
    start: int
    end: int
    late: bool  # whether the place is in the later text


class _Edit(NamedTuple):
    """Words of the fuller text [one, two) that became words of the later one [three, four)."""

    one: int
    two: int
    three: int
    four: int


def compare(left: Text, right: Text, count: Callable[[int], int]) -> tuple[list[Sign], list[Sign]]:
    """Two texts -> signs that the right one is the later, signs that the left one is.

    `count` tells in how many places of the run a word stands: of two spellings the rare one is the slip.
    """
    forth: list[Sign] = []
    back: list[Sign] = []
    for edit in _edits(left.word[:WORDS], right.word[:WORDS]):
        lost, new = edit.two - edit.one, edit.four - edit.three
        if 0 < lost <= PHRASE and 0 < new <= PHRASE:
            _compare_phrases(left, right, edit, count, (forth, back))
            if max(lost, new) < max(2, 2 * min(lost, new)) and not _near_figure(left, right, edit):
                continue  # most edits: _signs has nothing to say of them
        forth += _signs(left, right, edit)
        back += _signs(right, left, _Edit(edit.three, edit.four, edit.one, edit.two))
    return _excess(forth, back), _excess(back, forth)


def _near_figure(left: Text, right: Text, edit: _Edit) -> bool:
    """Whether a digit stands in either phrase or right behind it."""
    one, other = left.end[edit.two - 1] + BESIDE, right.end[edit.four - 1] + BESIDE
    return bool(
        _DIGIT.search(left.text, left.start[edit.one], one) or _DIGIT.search(right.text, right.start[edit.three], other)
    )


def _excess(signs: list[Sign], against: list[Sign]) -> list[Sign]:
    """Signs -> the same without as many of each NET kind as run the other way."""
    told = [sign.feature for sign in against if sign.feature in NET]
    if not told:
        return signs
    left = Counter(told)
    kept = []
    for sign in signs:
        if left[sign.feature]:
            left[sign.feature] -= 1
        else:
            kept.append(sign)
    return kept


def _edits(left: list[int], right: list[int]) -> Iterator[_Edit]:
    """What stands between the words that the longest common subsequence pairs, but for those that it pairs by chance.

    By chance are a few words between two stretches of which either has more words changed than these are.
    """
    one, three, held = 0, 0, 0
    last: _Edit | None = None
    for two, four, size in LCSseq.opcodes(left, right).as_matching_blocks():  # the last is empty, at both ends
        if two > one or four > three:
            new = _Edit(one, two, three, four)
            if last and held < CHANCE and held < min(_changed(last), _changed(new)):
                last = _Edit(last.one, new.two, last.three, new.four)
            else:
                if last:
                    yield last
                last = new
        one, three, held = two + size, four + size, size
    if last:
        yield last


def _changed(edit: _Edit) -> int:
    return max(edit.two - edit.one, edit.four - edit.three)


def _signs(full: Text, late: Text, edit: _Edit) -> list[Sign]:
    """The signs of one edit that `late` was made from `full`, but for those of a phrase that replaced another."""
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


def _compare_phrases(
    left: Text, right: Text, edit: _Edit, count: Callable[[int], int], told: tuple[list[Sign], list[Sign]]
) -> None:
    """A few words in the place of a few others -> the signs either way, put to those in `told`, forth and back."""
    lost, new = edit.two - edit.one, edit.four - edit.three
    one, other = _words(left, edit.one, edit.two), _words(right, edit.three, edit.four)
    places = (
        (left.start[edit.one], left.end[edit.two - 1]),
        (right.start[edit.three], right.end[edit.four - 1]),
    )
    forth, back = told
    if _DIGIT.search(one) and _DIGIT.search(other):
        was, say = _Figures.at(left.text, *places[0]), _Figures.at(right.text, *places[1])
        forth += _compare_figures(was, say)
        back += _compare_figures(say, was)
    if lost == new == 1 and _is_slip(one, other):
        times = count(left.word[edit.one]), count(right.word[edit.three])
        if times[0] >= 2 * times[1]:
            forth.append(Sign("slip", *places[1], late=True))
        if times[1] >= 2 * times[0]:
            back.append(Sign("slip", *places[0], late=True))
    if lost != new and _is_inside(left, right, edit):
        longer = forth if new > lost else back
        longer.append(Sign("wordier", *places[new > lost], late=True))
    if max(lost, new) <= NAMES + 1:
        named = " " in one and bool(_FULL_NAME.search(one)), " " in other and bool(_FULL_NAME.search(other))
        dropped = named[0] != named[1] and (new if named[0] else lost) <= NAMES
        # across a full stop capitals are no name
        if dropped and max(*left.gap[edit.one : edit.two], *right.gap[edit.three : edit.four]) < SENTENCE:
            (forth if named[0] else back).append(Sign("name", *places[named[0]], late=True))


class _Figures(NamedTuple):
    """The figures of a phrase, the place grown to the whole of those at its ends, and what stands there and behind."""

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


def _is_inside(left: Text, right: Text, edit: _Edit) -> bool:
    """Whether a phrase stands inside a sentence: who rewords or translates there explains (Blum-Kulka, 1986)."""
    if edit.two >= len(left.word) or edit.four >= len(right.word) or not edit.one or not edit.three:
        return False
    return max(*left.gap[edit.one : edit.two + 1], *right.gap[edit.three : edit.four + 1]) < SENTENCE


def _is_opener(full: Text, late: Text, edit: _Edit) -> bool:
    """Whether a sentence lost its capital to words put before it: "Officials have confirmed that the bridge ...".

    Words that stand close by in the other text were moved: either way round may have been the first.
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
    """A place grown to the whole of the figures at its ends: 1,215 is two words."""
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
    """How many digits of a figure mean something: 1,215 has four, 1,200 two."""
    return len(figure.replace(",", "").replace(".", "").strip("0"))


def _is_rounded(was: list[str], told: list[str]) -> bool:
    for figure in was:
        if _YEAR.match(figure):
            continue
        value = float(figure.replace(",", ""))
        for other in told:
            near = float(other.replace(",", ""))
            if near != value and abs(near - value) <= FARTHEST * value and _digits(other) < _digits(figure):
                return True
    return False


def _is_converted(was: str, told: str) -> bool:
    """10 miles -> 16 kilometres: the round figure is the one that somebody measured in."""
    one, other = _UNIT.search(was), _UNIT.search(told)
    if not one or not other or one[1].casefold() == other[1].casefold():
        return False
    figures = _FIGURE.findall(was), _FIGURE.findall(told)
    if not figures[0] or not figures[1]:
        return False
    return _digits(figures[0][0]) == 1 < _digits(figures[1][0])


def _is_slip(one: str, other: str) -> bool:
    """Whether one of two words is the other mistyped."""
    if min(len(one), len(other)) < 4 or not (one + other).isalpha() or not (one + other).islower():
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


def _unhedged(full: Text, edit: _Edit) -> bool:
    """Whether the fuller text has the figure there and nothing that weakens it."""
    size = len(full.word)
    if edit.one >= size:
        return False
    last = edit.two if edit.two > edit.one else min(size, edit.one + 1)
    there = full.text[full.start[max(0, edit.one - 2)] : full.end[last - 1] + 8]
    return not _HEDGE.search(there) and any(sign.isdigit() for sign in there)


def _is_first_name(full: Text, edit: _Edit) -> bool:
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


def _is_dateline(full: Text, edit: _Edit) -> bool:
    """Whether what is gone from the very beginning is a name in capitals and a dash: a dateline of any place."""
    if edit.two >= len(full.word):
        return False
    dash = full.text[full.end[edit.two - 1] : full.start[edit.two]]
    return full.text[full.start[0] : full.end[0]].isupper() and any(sign in dash for sign in "—–-")


def _is_paragraph(full: Text, late: Text, edit: _Edit) -> bool:
    """Whole paragraphs put in between two of the other text; editors leave paragraphs out as well: a weak sign."""
    if not edit.three or edit.four >= len(late.word) or edit.one >= len(full.word):
        return False
    return late.gap[edit.three] == late.gap[edit.four] == full.gap[edit.one] == PARAGRAPH


def _glosses(late: Text, edit: _Edit) -> Iterator[Sign]:
    """Words put in between brackets, or between commas, that the other text does not have."""
    start = late.end[edit.three - 1] if edit.three else 0
    end = late.start[edit.four] if edit.four < len(late.word) else len(late.text)
    put_in = late.text[start : min(end, start + 200)]
    place = late.start[edit.three], late.end[edit.four - 1]
    if _BRACKETED.match(put_in):
        yield Sign("unit" if _UNIT.search(put_in) else "gloss", *place, late=True)
    elif _BETWEEN_COMMAS.match(put_in):
        yield Sign("aside", *place, late=True)


def _cuts(full: Text, late: Text, edit: _Edit) -> Iterator[Sign]:
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
    # A whole paragraph more may have been put in by the other; a sentence from inside one was left out.
    if SENTENCE in gaps and min(gaps) >= SENTENCE and not all(gap in (LINE, PARAGRAPH) for gap in gaps):
        yield Sign("sentence", start, end, late=False)


def _is_quoted(text: str, place: int) -> bool:
    """Whether a place is inside quotation marks, by the marks before it in its paragraph."""
    before = text[max(0, place - 800) : place].rpartition("\n")[2]
    opening, closing = max(before.rfind("“"), before.rfind("«")), max(before.rfind("”"), before.rfind("»"))
    if opening >= 0 or closing >= 0:
        return opening > closing
    return before.count('"') % 2 == 1
