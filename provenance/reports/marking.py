"""A text and marks on it -> pieces to show, long unmarked stretches shortened."""

from __future__ import annotations

import itertools
from typing import NamedTuple

AROUND = 300  # characters kept on each side of a cut in an unmarked stretch
LONGEST = 1200  # characters of an unmarked stretch shown whole
LONGEST_MARKED = 4000  # the same where the stretch is marked: an editor compares these


class Mark(NamedTuple):
    """A stretch start:end (code points, half-open) of a passage cluster, by its number on the page."""

    start: int
    end: int
    number: int
    role: str


class Piece(NamedTuple):
    """A stretch as it is shown: the numbers of its marks, those that begin here, and characters left out after it."""

    text: str
    numbers: tuple[int, ...]
    begins: tuple[int, ...]
    furniture: bool
    left_out: int


def mark_text(text: str, marks: list[Mark], budget: int) -> list[Piece]:
    """Pieces that together are `text`, cut wherever a mark begins or ends; at most about `budget` characters.

    Marks may overlap: a piece carries all that cover it. Cost: pieces times marks that cover them.
    """
    borders = sorted({0, len(text), *(m.start for m in marks), *(m.end for m in marks)})
    opening: dict[int, list[Mark]] = {}
    for mark in marks:
        opening.setdefault(mark.start, []).append(mark)
    active: list[Mark] = []
    pieces: list[Piece] = []
    for start, end in itertools.pairwise(borders):
        fresh = opening.get(start, [])
        active = [mark for mark in active if mark.end > start] + fresh
        numbers = tuple(sorted({mark.number for mark in active}))
        begins = tuple(sorted({mark.number for mark in fresh}))
        furniture = bool(active) and all(mark.role == "boilerplate" for mark in active)
        for shown, left_out in _shorten(text[start:end], LONGEST_MARKED if active else LONGEST, budget):
            pieces.append(Piece(shown, numbers, begins, furniture, left_out))
            begins = ()
            budget -= len(shown)
    return pieces


def _shorten(text: str, longest: int, budget: int) -> list[tuple[str, int]]:
    """A stretch as (text shown, characters left out after it): whole, both its ends, or nothing but the count."""
    if budget <= 0:
        return [("", len(text))]
    if len(text) <= longest:
        return [(text, 0)]
    first = max(
        text.rfind(" ", 0, AROUND), text.rfind("\n", 0, AROUND), AROUND // 2
    )  # no word is cut, but very long ones
    last = min(max(text.find(" ", len(text) - AROUND), len(text) - AROUND) + 1, len(text))
    return [(text[:first], last - first), (text[last:], 0)]
