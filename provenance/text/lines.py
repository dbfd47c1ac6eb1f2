"""Texts -> their lines with places and measures, flat."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.text import fold_table, line_kernels
from provenance.text.tokens import BEHIND

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.text.tokens import Folded


class Lines(NamedTuple):
    """The lines of some texts that hold more than white space, in order.

    Hard-wrapped texts count by the paragraph. Places are code points, 0-based, half-open, in the line's text.
    """

    doc: NDArray[np.int32]  # row of the text
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    low: NDArray[np.int64]  # where it begins and ends in the bytes of all texts
    high: NDArray[np.int64]
    gap: NDArray[np.uint8]  # 0 first of its text, 1 after a line break, 2 after a blank line; + 4 indented
    words: NDArray[np.int32]
    capitals: NDArray[np.int32]  # words that begin with a capital
    letters: NDArray[np.int32]  # letters without ASCII digits
    key: NDArray[np.uint64]  # hash of the folded letters; 0 for a line too long to be anything but prose
    opening: NDArray[np.uint64]  # hash of the first folded letters; 0 for a line too short
    ending: NDArray[np.uint8]  # line_kernels.OPEN ... CUT
    flags: NDArray[np.uint8]  # bits LOWER ... LABELLED


class Quotes(NamedTuple):
    """Direct quotations inside lines."""

    line: NDArray[np.int32]  # row of LINES
    start: NDArray[np.int32]  # code points in the text, quotation marks included
    end: NDArray[np.int32]
    words: NDArray[np.int32]


def read_lines(octets: Array, bounds: Array) -> tuple[Lines, Quotes]:
    """UTF-8 of texts and their bounds, as tokens.octets_of has them -> LINES and QUOTES.

    Cost: three passes over the bytes, about 150 MB/s.
    """
    room = _breaks(octets) + bounds.size
    doc, place = np.empty(room, np.int32), np.empty(room, np.int32)
    low, high, gap = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint8)
    n = line_kernels.find_lines(octets, bounds, doc, low, high, place, gap)
    n = line_kernels.join_wrapped(octets, doc, low, high, place, gap, n)
    low, high, place = low[:n], high[:n], place[:n]
    length, words, capitals, letters = (np.empty(n, np.int32) for _ in range(4))
    key, opening = np.empty(n, np.uint64), np.empty(n, np.uint64)
    ending, flags = np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    line_kernels.measure_lines(
        octets, low, high, *fold_table.load(), length, words, capitals, letters, key, opening, ending, flags
    )
    lines = Lines(
        doc[:n], place, place + length, low, high, gap[:n], words, capitals, letters, key, opening, ending, flags
    )
    return lines, _quotes(octets, low, high, place, flags)


def cut_lines(octets: Array, lines: Lines, rows: Array) -> tuple[Array, Array]:
    """The bytes of some lines, one after another, with BEHIND bytes after the last; their bounds."""
    return _cut_out(octets, lines.low[rows], lines.high[rows])


def cut_folded(folded: Folded) -> tuple[Array, Array]:
    """The bytes of each folded text without the spaces between them, as cut_lines has them."""
    first, last = folded.first_byte[folded.tokens.bounds[:-1]], folded.first_byte[folded.tokens.bounds[1:]]
    return _cut_out(folded.octets, first, np.maximum(last - 1, first))


def _cut_out(octets: Array, low: Array, high: Array) -> tuple[Array, Array]:
    bounds, cut = np.empty(low.size + 1, np.int64), np.zeros(int((high - low).sum()) + BEHIND, np.uint8)
    line_kernels.cut_out(octets, low, high, bounds, cut)
    return cut, bounds


def _breaks(octets: Array) -> int:
    """An upper bound of the line breaks in UTF-8 bytes: those of one byte, and every lead that U+0085, U+2028 have."""
    breaks = np.count_nonzero(octets < 0x0E)  # every control character up to CR, in one pass
    return int(breaks + np.count_nonzero(octets == 0xC2) + np.count_nonzero(octets == 0xE2))


def _quotes(octets: Array, low: Array, high: Array, place: Array, flags: Array) -> Quotes:
    """The quotations of the lines that hold a quotation mark."""
    marked = np.flatnonzero(flags & line_kernels.QUOTES)
    low, high = low[marked], high[marked]
    room = int((high - low).sum()) // 2 + 1
    line, begin, end, size = (np.empty(room, np.int32) for _ in range(4))
    n = line_kernels.find_quotes(octets, low, high, place[marked], line, begin, end, size)
    return Quotes(marked[line[:n]].astype(np.int32), begin[:n].copy(), end[:n].copy(), size[:n].copy())
