"""Where in a text an expression can match at all: where a word stands that every match of it must have.

Python's engine tries an expression that begins with a choice at every place, and takes 25 to 60 ns for each; a word
is found at the speed of memory. So an expression is tried only where one of its words stands. The same holds of whole
columns: Polars' engine takes 2 ns a byte for an expression that may begin with several signs, and .1 for a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator


def holds(text: str, cues: Iterable[str]) -> bool:
    """Whether one of `cues` stands in a text, in the same case. Cost: a search for each cue until one is found."""
    return any(cue in text for cue in cues)


def match_at(expression: re.Pattern[str], text: str, cues: Iterable[str]) -> Iterator[re.Match[str]]:
    """What the expression's finditer gives, if every match begins with one of `cues`, which are none of them empty.

    The caller answers for that `if`: a match that begins with no cue is lost in silence (tests/test_tracing_cues.py
    asks for both). Cost: a search for each cue over the text, and a try at each place where one stands.
    """
    return _match_from(expression, text, sorted(_places(text, cues)))


def match_lines(expression: re.Pattern[str], text: str, cues: Iterable[str]) -> Iterator[re.Match[str]]:
    """What the expression's finditer gives, if every match begins where a line does that holds one of `cues`.

    Only a line feed ends a line, as for `^` in an expression of several lines. Cost: as of match_at.
    """
    return _match_from(expression, text, _line_starts(text, sorted(_places(text, cues))))


def fold_case(text: str) -> str:
    """A text in which a word of ASCII's small letters stands wherever an expression that ignores case would find it.

    So with the signs that Python's engine takes for i and s: U+0130, which lower() makes two, U+0131 and U+017F.
    """
    return text.lower().replace("i\u0307", "i").replace("\u0131", "i").replace("\u017f", "s")


def _places(text: str, cues: Iterable[str]) -> Iterator[int]:
    for cue in cues:
        at = text.find(cue)
        while at >= 0:
            yield at
            at = text.find(cue, at + 1)


def _line_starts(text: str, places: list[int]) -> Iterator[int]:
    """Places in order -> where each line begins that holds one, once however many it holds."""
    done = 0
    for at in places:
        if at >= done:
            yield text.rfind("\n", done, at) + 1 or done
            end = text.find("\n", at)
            done = len(text) if end < 0 else end + 1


def _match_from(expression: re.Pattern[str], text: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
    done = 0
    for at in places:
        if at >= done and (match := expression.match(text, at)):
            yield match
            done = match.end()


def search_where(may: pl.Series, texts: pl.Series, search: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Which texts may hold something, texts, a search -> what it gives for those, and nothing (False, 0) for others.

    `may` (Boolean) and the result have one entry a text; `search` gets the texts of some and gives as many entries.
    """
    rows = may.arg_true()
    found = search(texts.gather(rows))
    return pl.zeros(len(texts), dtype=found.dtype, eager=True).scatter(rows, found)
