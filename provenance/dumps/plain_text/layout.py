"""A plain text dump -> its lines, hard-wrapped ones joined, those of an article's body marked."""

from __future__ import annotations

import re
from collections import Counter

from provenance.dumps.plain_text.echoes import mark_echoes
from provenance.dumps.plain_text.line import CREDIT, WIDE, Line, fold_lines

#: More words than this and a line is a paragraph of an article's body; captions and standfirsts stay under it.
BODY_WORDS = 25
#: Lines in a row that end as sentences do and are shorter (a standfirst and a caption are two), and letters of all of
#: them: 40 words of English; Turkish says as much in 30.
FEWEST_SENTENCES, LETTERS_OF_SENTENCES = 3, 250
#: A longer line is a paragraph, whatever it holds: its words alone would take four times its memory.
LONGEST_COUNTED = 100_000
_CREDIT_END = re.compile(rf"{CREDIT}[^.]{{0,60}}\.?$|\((?:reuters|afp|ap|epa|getty)\)$", re.IGNORECASE)
_FILE_PICTURE = re.compile(r"file\s?[-–—]", re.IGNORECASE)
_OTHER_ENDS = ("\x0b", "\x0c", "\x85", "\u2028", "\u2029")


def read_lines(text: str) -> list[Line]:
    """A decoded file -> its lines that are not blank, folded, with echoes marked.

    A hard-wrapped file (mail, old archives) is read by paragraphs instead, because its lines are no units.
    """
    lines = cut_lines(text)
    if _is_wrapped(lines):
        lines = _join_wrapped(text, lines)
    short = [line for line in lines if line.words <= 60]
    for line, folded, bits in zip(short, *fold_lines([line.text for line in short]), strict=True):
        line.folded, line.wordings = folded, bits
    mark_echoes(lines)
    for line in lines:
        line.is_body = _is_body(line)
    _mark_short_paragraphs(lines)
    return lines


def _mark_short_paragraphs(lines: list[Line]) -> None:
    """Mark as body what tabloids print, a sentence a paragraph: several lines in a row that end as sentences do.

    None comes again: a site prints its notices under each of its articles.
    """
    times = Counter(line.folded for line in lines)
    run: list[Line] = []
    for line in [*lines, None]:
        if line is not None and line.is_sentence and (line.is_body or times[line.folded] == 1):
            run.append(line)
            continue
        if len(run) >= FEWEST_SENTENCES and sum(len(one.text) for one in run) > LETTERS_OF_SENTENCES:
            for one in run:
                one.is_body = True
        run = []


def _is_body(line: Line) -> bool:
    """Whether a line is a paragraph of an article's body: long, not printed twice, no picture's caption."""
    if line.words <= BODY_WORDS or line.first or line.echo:
        return False
    return line.words > 80 or not (_CREDIT_END.search(line.text[-120:]) or _FILE_PICTURE.match(line.text))


def cut_lines(text: str) -> list[Line]:
    """A decoded file -> its lines that are not blank as they stand: not folded, and none joined."""
    lines: list[Line] = []
    position, blank = 0, 0
    for piece in _with_line_feeds(text).split("\n"):
        stripped = piece.strip()
        if stripped:
            start = position + len(piece) - len(piece.lstrip())
            words = _count_words(stripped)
            if words <= BODY_WORDS and len(stripped) > words * 12:
                words += len(WIDE.findall(stripped)) // 2
            lines.append(Line(start, start + len(stripped), stripped, blank, words))
            blank = 0
        else:
            blank += 1
        position += len(piece) + 1
    return lines


def _with_line_feeds(text: str) -> str:
    """A text -> the same, letter for letter, its lines ended as Unix does, not as old Macs, pages or Unicode do."""
    ends = _OTHER_ENDS if "\n" in text else (*_OTHER_ENDS, "\r")  # else it stands before each line feed
    for end in ends:
        text = text.replace(end, "\n")
    return text


def _count_words(text: str) -> int:
    return len(text.split()) if len(text) <= LONGEST_COUNTED else LONGEST_COUNTED // 8


def _is_wrapped(lines: list[Line]) -> bool:
    if len(lines) < 12:
        return False
    lengths = sorted(len(line.text) for line in lines)
    joined = sum(line.blank_before == 0 for line in lines)
    return lengths[-1] <= 110 and lengths[len(lengths) // 2] >= 50 and joined * 2 >= len(lines)


def _join_wrapped(text: str, lines: list[Line]) -> list[Line]:
    joined: list[Line] = []
    previous = 0
    for line in lines:
        # A line much shorter than the margin ends its paragraph even without a blank line.
        if joined and line.blank_before == 0 and previous >= 45:
            last = joined[-1]
            last.end = line.end
            last.words += line.words
        else:
            joined.append(line)
        previous = len(line.text)
    for line in joined:
        line.text = text[line.start : line.end]
    return joined
