"""Passages that one text sets off as another's words -> EVIDENCE: marks before lines, a line that announces them.

These are signs of one passage, so they count however little of a document it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from provenance.tables import EVIDENCE
from provenance.tracing.twins import PAIR

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = ("left_start", "left_end", "right_start", "right_end")
READ = 1500  # code points of a passage whose lines are looked at
BEFORE = 400  # code points before it in which it is announced
LINES = 4  # of them the last ones
DEEPER = 0.5  # marks a line, in the mean, by which one side quotes the other
SHORTEST_NAME = 5  # characters; of shorter ones a text holds one by chance
#: Marks that mail and forums put before quoted lines; with initials, too.
MARKS = re.compile(r"^[ \t]{0,9}(?:[A-Za-z]{0,3}[>|}:][ \t]?){1,8}")
_ANNOUNCED = re.compile(
    r"\b(?:writes?|wrote|says|said|schrieb|écrit)[ \t]{0,4}:[ \t]{0,9}$|\bIn article\b", re.IGNORECASE
)
_REPLY = re.compile(r"^\s{0,9}(?:re|fwd?|aw|tr)\s{0,4}:", re.IGNORECASE)
_NAMES = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,99}|\(([^()]{1,99})\)")


def find_quoting(spans: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """SPANS, DOCUMENTS -> EVIDENCE of quoting, by the longest span of each pair. *gather*.

    Only pairs of which either text has marked lines, announces something or is titled as a reply are looked at.
    """
    text, title = pl.col("text"), pl.col("title")
    marked = text.str.contains(r"(?m)^[ \t]*[A-Za-z]{0,3}[>|}]") | title.str.contains(r"(?i)^\s*(?:re|fwd?|aw|tr)\s*:")
    announcing = text.str.contains(r"(?mi)(?:\b(?:writes?|wrote|says|said|schrieb|écrit)[ \t]*:[ \t]*$|\bIn article )")
    likely = documents.filter((marked | announcing).fill_null(value=False))["doc_id"]
    shared = spans.filter((pl.col("role") != "boilerplate") & (pl.col("left_doc") != pl.col("right_doc")))
    shared = shared.filter(
        pl.col("left_doc").is_in(likely.implode()) | pl.col("right_doc").is_in(likely.implode())
    ).with_columns(size=pl.col("left_end") - pl.col("left_start"))
    if shared.is_empty():
        return pl.DataFrame(schema=EVIDENCE)
    longest = shared.sort(*PAIR, "size", "left_start", descending=[False, False, True, False])
    longest = longest.unique(PAIR, keep="first", maintain_order=True)
    ids = pl.concat([longest["left_doc"], longest["right_doc"].alias("left_doc")]).unique()
    known = documents.filter(pl.col("doc_id").is_in(ids.implode())).select("doc_id", "text", "outlet", "title")
    facts = {row[0]: _Document.of(*row) for row in known.iter_rows()}
    rows: list[tuple[Any, ...]] = []
    for left, right, *places in longest.select(*PAIR, *PLACES).iter_rows():
        rows.extend((left, right, *sign) for sign in _signs(facts[left], facts[right], places))
    return pl.DataFrame(rows, schema=EVIDENCE, orient="row")


class _Passage(NamedTuple):
    """What stands before a passage and at the head of its lines."""

    quoted: float
    announced: float
    before: str  # the last lines before it, folded for comparing names

    def introduces(self, other: _Document) -> int:
        """Whether what stands before names who published the other text."""
        return int(bool(self.before) and any(name in self.before for name in other.names))


class _Document(NamedTuple):
    """What is known of a text; passages that many others share are read once."""

    doc_id: str
    text: str
    names: list[str]  # who published it, folded
    title: str | None
    reply: float
    read: dict[tuple[int, int], _Passage]

    @classmethod
    def of(cls, doc_id: str, text: str, outlet: str | None, title: str | None) -> _Document:
        """A row of DOCUMENTS."""
        names = [name.casefold() for name in _names(outlet) if len(name) >= SHORTEST_NAME]
        return cls(doc_id, text, names, title, float(bool(_REPLY.match(title or ""))), {})

    def passage(self, start: int, end: int) -> _Passage:
        """The passage at a place."""
        if (start, end) not in self.read:
            before = _before(self.text, start)
            announced = float(any(_ANNOUNCED.search(line) for line in before))
            told = _Passage(depth(self.text, start, end), announced, "\n".join(before).casefold())
            self.read[start, end] = told
        return self.read[start, end]


def _signs(one: _Document, two: _Document, places: list[int]) -> Iterator[tuple[Any, ...]]:
    """What either side's marks, lines before the passage and title say; a sign that both show is none.

    Rows of EVIDENCE from `feature` on.
    """
    ours, theirs = one.passage(places[0], places[1]), two.passage(places[2], places[3])
    differ = (
        ("quoted", theirs.quoted - ours.quoted, DEEPER),
        ("announced", theirs.announced - ours.announced, 1),
        ("introduced", theirs.introduces(one) - ours.introduces(two), 1),
        ("reply", two.reply - one.reply, 1),
    )
    for feature, more, least in differ:
        if abs(more) < least:
            continue
        later, start, end = (two, places[2], places[3]) if more > 0 else (one, places[0], places[1])
        begin = later.text.rfind("\n", 0, start) + 1
        place = (later.doc_id, begin, end) if feature != "reply" else (later.doc_id, None, None)
        yield feature, 1.0 if more > 0 else -1.0, *place, later.title if feature == "reply" else None


def depth(text: str, start: int, end: int) -> float:
    """How many quoting marks stand before the lines of a passage, in the mean."""
    begin = text.rfind("\n", 0, start) + 1
    lines = [line for line in text[begin : min(end, start + READ)].split("\n") if line.strip()]
    marks = [MARKS.match(line) for line in lines]
    return sum(sum(sign in ">|}:" for sign in mark.group()) for mark in marks if mark) / max(len(lines), 1)


def _before(text: str, start: int) -> list[str]:
    begin = text.rfind("\n", 0, start) + 1
    lines = [line for line in text[max(0, begin - BEFORE) : begin].split("\n") if line.strip()]
    return lines[-LINES:]


def _names(outlet: str | None) -> list[str]:
    """By what names the lines before a passage may tell who published the other text."""
    return [match.group(1) or match.group() for match in _NAMES.finditer(outlet or "")] or [outlet or ""]
