"""Lines that are printed twice a few lines apart: headlines, captions and credits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance.dumps.plain_text.line import Line

#: A headline comes again within so many lines that are not blank: caption, credit and date lie between.
ECHO_LINES = 8
#: Words; a longer line is a paragraph, and parts two lines that say the same.
LONGEST_CAPTION = 25


def mark_echoes(lines: list[Line]) -> None:
    """Mark lines of 2 to 60 words that say the same as one a few lines before, up to a site's suffix.

    No paragraph stands between the two, but one that is itself doubled: a long caption.
    """
    for at, line in enumerate(lines):
        if not line.folded or not 2 <= line.words <= 60:
            continue
        for earlier in reversed(lines[max(0, at - ECHO_LINES) : at]):
            if earlier.folded and says_same(earlier.folded, line.folded):
                earlier.first, line.echo = True, True
            elif earlier.words > LONGEST_CAPTION and not (earlier.first or earlier.echo):
                break


def is_doubled_headline(lines: list[Line], at: int) -> bool:
    """Whether a doubled line is a headline: the double of a caption follows at once, without a blank line."""
    for other in range(at + 1, min(at + ECHO_LINES + 1, len(lines))):
        if lines[other].echo and says_same(lines[at].folded, lines[other].folded):
            return other > at + 1 or lines[other].blank_before > 0
    return False


def says_same(left: str, right: str) -> bool:
    """Whether two folded lines are equal, or one is the other with at most five words behind it."""
    if left == right:
        return True
    short, long = sorted((left, right), key=len)
    return long.startswith(short + " ") and short.count(" ") >= 3 and long[len(short) :].count(" ") <= 5
