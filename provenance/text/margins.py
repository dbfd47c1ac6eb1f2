"""Places in a text without the white space at their ends."""

from __future__ import annotations


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """A place without the white space at its ends; one of nothing else is empty, at `end`.

    >>> trim("  one two ", 0, 10)
    (2, 9)
    """
    start = behind_space(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def behind_space(text: str, start: int, end: int) -> int:
    """The first place from `start` on that is not white space; `end` where there is none."""
    while start < end and text[start].isspace():
        start += 1
    return start
