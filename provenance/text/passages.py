"""DOCUMENTS -> PASSAGES: each article cut into stretches with a role, by the shape of its lines.

Boilerplate by lexicon and frequency is added later, by `matching.boilerplate`; what a feed prints around an item
(link, date, id), bare date lines and widgets of a number or two letters are boilerplate already here. A date line is
no byline: it names nobody, and it stands on every page of a site in the same place.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from rapidfuzz import fuzz

from provenance import tables
from provenance.text import feed_lines, line_kernels, line_marks, role_kernels
from provenance.text.folding import strings_of
from provenance.text.lines import Lines, Quotes, cut_folded, cut_lines, read_lines
from provenance.text.role_kernels import HEADLINE, PARAGRAPH, PULLED, QUOTE
from provenance.text.tokens import fold_bytes, in_order, octets_of, slices, texts_of

if TYPE_CHECKING:
    from provenance.arrays import Array
    from provenance.text.feed_lines import Part

BATCH = 8 << 20  # bytes a task; each costs some ten milliseconds of small steps, whatever its size
QUOTE_WORDS = 8  # a shorter quotation is a phrase that many use
PROSE_WORDS = 25  # a line this long that ends with a stop is body text, unless it stands twice
PROSE_ANYWAY = 45  # words; a line this long is body text also without a stop
SHOWN_WORDS = 60  # the words of longer lines are not looked at
LIKE = 80.0  # rapidfuzz ratio of two wordings of one headline; different headlines of one site stay under 70
PULLED_LETTERS = 40  # a shorter line that stands at the head of a longer one is a formula
HEADLINES_TRIED = 12  # title-like lines of one head that are compared with each other


class _Twins:
    """Which lines of a batch stand twice in one text: `twin`, `copies`, `longer` of line_kernels.find_twins."""

    def __init__(self, lines: Lines) -> None:
        self.twin, self.copies, self.longer = (np.empty(lines.doc.size, np.int32) for _ in range(3))
        line_kernels.find_twins(
            lines.doc,
            lines.key,
            lines.opening,
            lines.words,
            lines.letters,
            self.twin,
            self.copies,
            self.longer,
        )

    def join(self, one: int, two: int) -> None:
        """Make two lines twins that are worded a little differently."""
        first, second = sorted((int(self.twin[one]), int(self.twin[two])))
        if first != second:
            joined = self.twin == second
            self.twin[joined] = first
            self.copies[self.twin == first] = np.count_nonzero(self.twin == first)


def find_passages(documents: pl.DataFrame, threads: int = 2) -> pl.DataFrame:
    """DOCUMENTS -> PASSAGES, sorted by doc_id and start. *Map*: each depends on a document's text and title.

    Every character that is not white space lies in a passage; only `quote` lies inside another (a paragraph).
    """
    texts, titles = documents["text"], documents["title"].fill_null("")
    parts, row = [], 0

    def one(work: tuple[int, pl.Series]) -> tuple[Array, ...]:
        first, batch = work
        doc, start, end, role = _passages_of(batch, titles.slice(first, len(batch)))
        return doc + first, start, end, role

    def work() -> Any:
        nonlocal row
        for batch in slices(texts, BATCH):
            yield row, batch
            row += len(batch)

    with ThreadPoolExecutor(threads) as pool:
        parts = list(in_order(pool, one, work(), 2 * threads))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.empty(0, int)] * 4
    return _table(documents["doc_id"], *columns)


def _table(doc_ids: pl.Series, doc: Array, start: Array, end: Array, role: Array) -> pl.DataFrame:
    rank = np.empty(len(doc_ids), np.int64)
    rank[doc_ids.arg_sort().to_numpy()] = np.arange(len(doc_ids))
    # One key, nearly sorted already: numpy's stable sort runs through it. A quote comes behind its paragraph.
    order = np.argsort((rank[doc] << 33) | (start.astype(np.int64) << 1) | (role == QUOTE), kind="stable")
    names = pl.Series(tables.ROLES, dtype=pl.String())
    return pl.DataFrame(
        {
            "doc_id": doc_ids.gather(doc[order].astype(np.uint32)),
            "start": start[order].astype(np.int64),
            "end": end[order].astype(np.int64),
            "role": names.gather(role[order].astype(np.uint32)),
        },
        schema=tables.PASSAGES,
    )


def _passages_of(texts: pl.Series, titles: pl.Series) -> tuple[Array, Array, Array, Array]:
    """Texts and their titles -> rows of texts, start, end and role (index into tables.ROLES) of their passages.

    The texts stay bytes, of which only short lines are cut out: as strings of Python's they took a fifth of the time.
    """
    octets, bounds = octets_of(texts)
    lines, quotes = read_lines(octets, bounds)
    twins = _Twins(lines)
    mark = _mark_excerpts(lines, twins, octets, len(texts))
    prose = _prose(lines, twins, mark)
    head, tail = _ends(lines.doc, prose, len(texts))
    _mark_widgets(lines, head | tail, mark)
    # A sentence among sentences is a paragraph, unless its first words say that it is something else ("Photo: ...").
    labelled = lines.flags & line_kernels.LABELLED > 0
    looked = (lines.words <= SHOWN_WORDS) & (head | tail | labelled | (lines.ending != line_kernels.STOP))
    _mark_shown(lines, np.flatnonzero(looked), head, octets, titles, twins, mark)
    role = np.empty(lines.doc.size, np.uint8)
    role_kernels.assign_roles(
        lines.doc, lines.words, lines.capitals, lines.ending, lines.gap, lines.flags, twins.twin, twins.copies,
        prose & (mark & role_kernels.EXCERPT == 0), mark, role,
    )  # fmt: skip
    return _emit(lines, quotes, role, octets, titles)


# -- what lines are --------------------------------------------------------------------------------------


def _prose(lines: Lines, twins: _Twins, mark: Array) -> Array:
    stopped = (lines.ending == line_kernels.STOP) | (lines.ending == line_kernels.ASKS)
    stopped |= lines.ending == line_kernels.LEADS
    long = (lines.words >= PROSE_ANYWAY) & (lines.ending != line_kernels.CUT)
    long |= (lines.words >= PROSE_WORDS) & stopped
    prose: Array = long & (twins.copies == 1) & (mark == 0) & (lines.flags & line_kernels.CDATA == 0)
    return prose


def _ends(doc: Array, prose: Array, documents: int, more: int = 0) -> tuple[Array, Array]:
    """Which lines stand before their text's first line of prose, which after its last; of the head only HEAD_LINES.

    With `more`, so many lines from the first line of prose on are head, too.
    """
    rows = np.arange(doc.size)
    top = np.searchsorted(doc, np.arange(documents))
    stop = np.searchsorted(doc, np.arange(documents), side="right")
    body, after = stop.copy(), top.copy()
    at = np.flatnonzero(prose)
    np.minimum.at(body, doc[at], at)
    np.maximum.at(after, doc[at], at + 1)
    return (rows < body[doc] + more) & (rows < top[doc] + role_kernels.HEAD_LINES), rows >= after[doc]


def _mark_excerpts(lines: Lines, twins: _Twins, octets: Array, documents: int) -> Array:
    """Marks lines that repeat how a later line begins: EXCERPT where that follows soon, PULL where it comes late."""
    mark = np.zeros(lines.doc.size, np.int32)
    early = np.flatnonzero((twins.longer >= 0) & (lines.words <= 150))
    if early.size == 0:
        return mark
    late = twins.longer[early]
    head, _ = _ends(lines.doc, _prose(lines, twins, mark), documents, 1)
    strings = strings_of(fold_bytes(*cut_lines(octets, lines, np.concatenate([early, late]))))
    stopped = lines.ending == line_kernels.STOP
    for n, (i, j) in enumerate(zip(early.tolist(), late.tolist(), strict=True)):
        one, two = strings[n], strings[n + early.size]
        cut = lines.ending[i] == line_kernels.CUT
        if not cut and len(one) > len(two):
            pulled = stopped[j] and len(two) >= PULLED_LETTERS and one.startswith(two[: len(two) - 20])
            mark[j] |= role_kernels.PULL * pulled
        elif (cut or stopped[i]) and fuzz.partial_ratio(one, two[: len(one) + 60]) >= LIKE:
            soon = j - i <= line_kernels.TWIN_WINDOW
            if head[i]:
                mark[i] |= role_kernels.EXCERPT if soon else role_kernels.PULL
            elif two.startswith(one[: len(one) - 10]):
                mark[i] |= role_kernels.PULL
    return mark


def _mark_widgets(lines: Lines, ends: Array, mark: Array) -> None:
    """Lines without words, and at either end of a text those of a number or of up to three letters ("TT", "20")."""
    flags = line_kernels.SPACELESS | line_kernels.ADDRESS | line_kernels.BRACKET
    few = (lines.words <= 2) & (lines.letters == 0) | (lines.words == 1) & (lines.letters <= 3)
    mark[((lines.words == 0) & (lines.letters == 0)) | (few & ends & (lines.flags & flags == 0))] |= role_kernels.WIDGET
    plain = (lines.words == lines.capitals) & (lines.words >= 2) & (lines.words <= 5)
    mark[plain] |= role_kernels.NAME


def _mark_shown(
    lines: Lines, rows: Array, head: Array, octets: Array, titles: pl.Series, twins: _Twins, mark: Array
) -> None:
    """Marks what the words of the lines `rows` say, and which lines of the head are wordings of one headline."""
    if rows.size == 0:
        return
    shown = cut_lines(octets, lines, rows)
    folded = fold_bytes(*shown)
    plain = texts_of(*cut_folded(folded))
    said = line_marks.mark_lines(texts_of(*shown), folded, plain)
    mark[rows] |= said
    mark[rows[said & role_kernels.AUTHOR > 0]] &= ~role_kernels.WIDGET  # "AP" is no widget
    addressed = np.diff(folded.tokens.bounds) == 0
    mark[rows[addressed]] |= role_kernels.WIDGET  # an address and nothing else
    wanted = strings_of(fold_bytes(*octets_of(titles)))
    candidates = head[rows] & (lines.words[rows] >= 1) & (lines.flags[rows] & line_kernels.CDATA == 0)
    candidates &= (mark[rows] & role_kernels.BESIDE) == 0
    doc = lines.doc[rows]
    titled = np.array([bool(title) for title in wanted])[doc]
    like = candidates & (lines.words[rows] >= 3) & (lines.words[rows] <= 2 * role_kernels.TITLE_HIGH)
    like &= titled | (lines.ending[rows] != line_kernels.STOP)
    several = np.bincount(doc[like], minlength=len(titles))[doc] > 1
    at = np.flatnonzero((like & several) | (candidates & titled))
    _mark_titles(rows[at], plain.gather(at).to_list(), doc[at], wanted, twins, mark)


def _mark_titles(rows: Array, strings: list[str], docs: Array, wanted: list[str], twins: _Twins, mark: Array) -> None:
    """Marks TITLED, and joins the twins, of lines that are like the title field or like each other."""
    seen: list[tuple[int, str]] = []
    owner = -1
    for row, string, doc in zip(rows.tolist(), strings, docs.tolist(), strict=True):
        if doc != owner:
            owner, seen, title = doc, [], wanted[doc]
        if title and (string == title or alike(string, title)):
            mark[row] |= role_kernels.TITLED
        for before, other in seen:
            if string != other and alike(string, other):
                twins.join(before, row)
                break
        if len(seen) < HEADLINES_TRIED and string.count(" ") >= 2:
            seen.append((row, string))


def alike(one: str, two: str) -> bool:
    """Whether two folded strings are wordings of one headline: nearly equal, or one is the other and a site's name.

    >>> alike("us spying on hashd al shaabi", "us spying on hashd al shaabi islamic invitation turkey")
    True
    """
    short, long = (one, two) if len(one) <= len(two) else (two, one)
    if short.count(" ") < 3:
        return False
    if long.startswith(short + " ") or long.endswith(" " + short):
        return True
    if 5 * len(short) < 4 * len(long):
        return False
    return float(fuzz.ratio(one, two, score_cutoff=LIKE)) > 0


# -- from lines to passages ------------------------------------------------------------------------------


def _emit(
    lines: Lines, quotes: Quotes, role: Array, octets: Array, titles: pl.Series
) -> tuple[Array, Array, Array, Array]:
    """Lines with roles -> passages: lines that hold several are taken apart, quotations are added."""
    parts, taken = _take_apart(lines, role, octets, titles)
    plain = np.ones(lines.doc.size, np.bool_)
    plain[taken] = False
    pulled = role == PULLED
    role[pulled] = PARAGRAPH
    kept = np.flatnonzero(plain)
    long = np.flatnonzero((quotes.words >= QUOTE_WORDS) & plain[quotes.line] & (role[quotes.line] == PARAGRAPH))
    long = long[~pulled[quotes.line[long]]]
    again = np.flatnonzero(pulled & plain)
    said = quotes.line[long]
    extra = np.array(parts, np.int64).reshape(-1, 4)
    return (
        np.concatenate([lines.doc[kept], lines.doc[said], lines.doc[again], extra[:, 0]]),
        np.concatenate([lines.start[kept], quotes.start[long], lines.start[again], extra[:, 1]]),
        np.concatenate([lines.end[kept], quotes.end[long], lines.end[again], extra[:, 2]]),
        np.concatenate([role[kept], np.full(said.size + again.size, QUOTE), extra[:, 3]]).astype(np.uint8),
    )


def _take_apart(
    lines: Lines, role: Array, octets: Array, titles: pl.Series
) -> tuple[list[tuple[int, int, int, int]], list[int]]:
    """The few lines that hold a feed's header or its marks -> their passages, and the rows of these lines."""
    codes = {name: code for code, name in enumerate(tables.ROLES)}
    odd = (lines.flags & (line_kernels.CDATA | line_kernels.ADDRESS) > 0) & (lines.words > 0)
    odd |= (lines.ending == line_kernels.CUT) & (role == codes["teaser"])
    parts: list[tuple[int, int, int, int]] = []
    taken = []
    for i in np.flatnonzero(odd).tolist():
        doc, start = int(lines.doc[i]), int(lines.start[i])
        line = octets[lines.low[i] : lines.high[i]].tobytes().decode()
        found: list[Part] | None = None
        if lines.flags[i] & line_kernels.ADDRESS:
            found = feed_lines.split_feed_line(line, titles[doc] or None)
        found = found or feed_lines.split_cut_line(line)
        if found:
            taken.append(i)
            parts += [(doc, start + part.start, start + part.end, codes[part.role]) for part in found]
    return parts, taken


assert tables.ROLES[HEADLINE] == "headline"
assert tables.ROLES[QUOTE] == "quote"
