"""Passages that one text sets off as another's words -> EVIDENCE: marks before lines, a line that announces them.

These are signs of one passage, so they count however little of a document it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.tables import EVIDENCE
from provenance.tracing.twins import PAIR

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    facts = {doc_id: (text, outlet, title) for doc_id, text, outlet, title in known.iter_rows()}
    rows: list[tuple[Any, ...]] = []
    for row in longest.iter_rows(named=True):
        rows.extend(_signs(row, facts))
    return pl.DataFrame(rows, schema=EVIDENCE, orient="row")


def _signs(row: dict[str, Any], facts: dict[str, tuple[str, str | None, str | None]]) -> Iterator[tuple[Any, ...]]:
    """What either side's marks, lines before the passage and title say; a sign that both show is none."""
    sides = []
    for side, other in (("left", "right"), ("right", "left")):
        text, _, title = facts[row[f"{side}_doc"]]
        start, end = row[f"{side}_start"], row[f"{side}_end"]
        before = _before(text, start)
        sides.append(
            {
                "quoted": depth(text, start, end),
                "announced": float(any(_ANNOUNCED.search(line) for line in before)),
                "introduced": float(_names(facts[row[f"{other}_doc"]][1], before)),
                "reply": float(bool(_REPLY.match(title or ""))),
            }
        )
    left, right = sides
    for feature, least in (("quoted", DEEPER), ("announced", 1.0), ("introduced", 1.0), ("reply", 1.0)):
        more = right[feature] - left[feature]
        if abs(more) < least:
            continue
        later = "right" if more > 0 else "left"
        doc_id, start = row[f"{later}_doc"], row[f"{later}_start"]
        begin = facts[doc_id][0].rfind("\n", 0, start) + 1
        place = (doc_id, begin, row[f"{later}_end"]) if feature != "reply" else (doc_id, None, None)
        told = facts[doc_id][2] if feature == "reply" else None
        yield (row["left_doc"], row["right_doc"], feature, 1.0 if more > 0 else -1.0, *place, told)


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


def _names(outlet: str | None, before: list[str]) -> bool:
    """Whether the lines before a passage name who published the other text."""
    if not outlet:
        return False
    parts = [match.group(1) or match.group() for match in _NAMES.finditer(outlet)] or [outlet]
    told = "\n".join(before).casefold()
    return any(len(part) >= SHORTEST_NAME and part.casefold() in told for part in parts)
