"""SPANS, and which documents stay -> the passages to cut: each repeated one is kept in the best document that has it.

Documents are taken from the best to the worst, by the policy. Each keeps what no better one keeps; from there exact
spans lead to every other place of the passage, which is cut. They lead from place to place, also through documents
that go whole, because of a passage in a hundred documents a scan names some three pairs for each (`link_cap`), and not
all. Clusters of passages would not do: their members differ in length and overlap, and when each cluster was cut down
to one member, two paragraphs of a story in corpus/ went out of every article that had them.
"""

from __future__ import annotations

import re
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.matching.pairs.numbering import row_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from provenance.arrays import Array

Range = tuple[int, int]
Repeated = tuple[int, int, int, int]

#: In a text with c for what is cut, n for a line break, s for other space: cuts that have their lines to themselves,
#: with the breaks behind them.
_ALONE = re.compile(r"(?:^|(?<=n))s*c[cns]*(?:n|$)")
_BREAK = re.compile(r"\r(?!\n)|[\n\x0b\x0c\x85\u2028\u2029]")
_SPACE, _LETTER = re.compile(r"[^\S\n]"), re.compile(r"\S")

SLIVER = 16  # characters; less, such as a word between two cuts, is no passage
#: A passage that is cut from document `row`, and `root`, the document that keeps it.
REPEATED = dict.fromkeys(("row", "start", "end", "root"), pl.Int64())


class Sides(NamedTuple):
    """Both sides of all spans, by document and place; int64 but for `exact`."""

    document: Array  # row
    start: Array
    end: Array
    other: Array  # the document of the other side
    low: Array  # its start
    high: Array  # its end
    exact: NDArray[np.bool_]  # whether the two are as long and equal, so that each letter's place is known


def list_sides(spans: pl.DataFrame, documents: pl.Series) -> Sides:
    """SPANS -> Sides, without those of boilerplate; in a document first the paragraphs that its teasers repeat.

    So they stay, and the teasers go: without its first sentence a paragraph begins with its second. Then come what else
    repeats inside it: a caption that two agency customers print twice stayed twice in the one that kept it, because
    what they share held both copies.
    """
    spans = spans.filter(pl.col("role") != "boilerplate")
    teased = (pl.col("left_doc") == pl.col("right_doc")) & (pl.col("role") == "teaser")
    same = (pl.col("kind") == "exact") & (
        pl.col("left_end") - pl.col("left_start") == pl.col("right_end") - pl.col("right_start")
    )
    row = {side: row_numbers(spans[f"{side}_doc"], documents) for side in ("left", "right")}
    ways = [
        pl.DataFrame({"document": row[one], "other": row[two]}).hstack(
            spans.select(
                start=f"{one}_start", end=f"{one}_end", low=f"{two}_start", high=f"{two}_end", exact=same, teased=teased
            )
        )
        for one, two in (("left", "right"), ("right", "left"))
    ]
    below = pl.col("teased") & (pl.col("start") > pl.col("low"))
    inner = pl.col("document") == pl.col("other")
    sides = pl.concat(ways).sort("document", ~below, ~inner, "start", "end", "other", "low")
    return Sides(*(sides[name].to_numpy() for name in Sides._fields))


def find_cuts(sides: Sides, rank: Array, stays: Array, taken: dict[int, list[Range]]) -> list[Repeated]:
    """What repeats in the documents that stay -> rows of REPEATED, but for what is `taken` already, by document.

    `rank` (0 is best) and `stays` are by document. In spans that are not exact, which letter stands where is not known:
    their other side goes whole, if most of the better side is kept letter by letter, there or elsewhere. Without that
    condition likeness was passed on from one to the next, and of 4,000 newsgroup posts 109 passages then stood nowhere
    as they were; with it 65 do. Cost: the spans, each as often as its passage is cut into parts.
    """
    bounds = np.searchsorted(sides.document, np.arange(len(rank) + 1))
    standing: dict[int, list[Range]] = {}  # what is held, and what of the rest is letter by letter as that
    cuts: list[Repeated] = []
    best_first = np.argsort(rank)
    for root in best_first[stays[best_first]].tolist():
        for side in range(*bounds[root : root + 2].tolist()):
            start, end = int(sides.start[side]), int(sides.end[side])
            for held in _take(root, (start, end), taken):
                standing.setdefault(root, []).append(held)
                for document, part in _spread(root, held, sides, bounds, taken):
                    standing.setdefault(document, []).append(part)
                    cuts.append((document, *part, root))
            lacking = sum(last - first for first, last in without(start, end, standing.get(root, [])))
            if not sides.exact[side] and 2 * lacking < end - start:
                other, like = int(sides.other[side]), (int(sides.low[side]), int(sides.high[side]))
                cuts.extend((other, *part, root) for part in _take(other, like, taken))
    return [cut for cut in cuts if stays[cut[0]]]


def _spread(
    root: int, held: Range, sides: Sides, bounds: Array, taken: dict[int, list[Range]]
) -> Iterator[tuple[int, Range]]:
    """What a document holds -> all other places where it stands letter by letter, which are taken."""
    waiting = deque([(root, held)])
    while waiting:
        document, part = waiting.popleft()
        for other, place in _led_to(document, part, sides, bounds):
            for piece in _take(other, place, taken):
                waiting.append((other, piece))
                yield other, piece


def _take(document: int, place: Range, taken: dict[int, list[Range]]) -> list[Range]:
    """The parts of a place that were free, and are taken now."""
    free = _free(*place, taken.setdefault(document, []))
    taken[document].extend(free)
    return free


def _led_to(document: int, part: Range, sides: Sides, bounds: Array) -> Iterator[tuple[int, Range]]:
    """A part of a document -> the places where it stands letter by letter."""
    first, last = bounds[document : document + 2]
    met = (sides.start[first:last] < part[1]) & (sides.end[first:last] > part[0]) & sides.exact[first:last]
    for at in (np.flatnonzero(met) + first).tolist():
        start, end, low = int(sides.start[at]), int(sides.end[at]), int(sides.low[at])
        yield int(sides.other[at]), (low + max(part[0] - start, 0), low + min(part[1], end) - start)


def _free(start: int, end: int, taken: list[Range]) -> list[Range]:
    """The parts of a passage that are not taken, but for slivers."""
    return [part for part in without(start, end, taken) if part == (start, end) or part[1] - part[0] >= SLIVER]


def with_lines(text: str, cuts: list[Range]) -> list[Range]:
    r"""Cuts of a text, in order and apart -> the same; with them go lines of which nothing else is left.

    What parts the paragraphs around a cut stays, and behind the last one nothing. Of the 455 lines that were left of
    the text files of corpus/, 155 were blank ones that cuts had left. Cost: linear in the text.

    >>> with_lines("one\n\ntwo\n\nthree", [(5, 8)])
    [(5, 10)]
    """
    kinds = bytearray(_SPACE.sub("s", _BREAK.sub("\n", _LETTER.sub("x", text))).replace("\n", "n"), "ascii")
    for start, end in cuts:
        kinds[start:end] = b"c" * (end - start)
    line = kinds.decode("ascii")
    edges = {cut: list(cut) for cut in cuts}
    at = 0
    for found in _ALONE.finditer(line):
        inside = []
        while at < len(cuts) and cuts[at][0] < found.end():
            inside += [cuts[at]] if cuts[at][0] >= found.start() else []
            at += 1
        for one, other in pairwise(inside):
            edges[one][1] = other[0]
        edges[inside[0]][0] = found.start() if found.end() < len(text) else len(line[: found.start()].rstrip("ns"))
        edges[inside[-1]][1] = found.end()
    return [(start, end) for start, end in edges.values()]


def without(start: int, end: int, taken: list[Range]) -> list[Range]:
    """start:end without the places that are taken already -> what is left of it, in order.

    >>> without(0, 10, [(2, 4), (3, 5), (9, 12)])
    [(0, 2), (5, 9)]
    """
    left, at = [], start
    for low, high in sorted(taken):
        if low >= end:
            break
        if low > at:
            left.append((at, low))
        at = max(at, high)
    if at < end:
        left.append((at, end))
    return left
