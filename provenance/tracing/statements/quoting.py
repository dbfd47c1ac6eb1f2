"""Passages that one text sets off as another's words -> EVIDENCE: marks before lines, a line that announces them.

Mail, forums and newsgroups quote so (RFC 3676, section 4.5): each line begins with > or another mark, as often as it
was quoted, and the line above says who wrote it. These are signs of one passage, so they count however little of a
document it is. Places are code points of documents.text, as in SPANS.
"""

from __future__ import annotations

import re
from functools import partial

import polars as pl

from provenance.tables import EVIDENCE, PAIR, SIDES
from provenance.tracing.statements.cues import search_where

PLACES = ("left_start", "left_end", "right_start", "right_end")
READ = 1500  # code points of a passage whose lines are looked at
BEFORE = 400  # code points before it in which it is announced
LINES = 4  # of these only the last are read
#: A feature is a sign where one side has so much more of it; quoting marks are counted as the mean of a line.
LEAST = {"quoted": 0.5, "announced": 1, "introduced": 1, "reply": 1}
SHORTEST_NAME = 5  # characters; a shorter name may stand in a text by chance
#: Marks that mail and forums put before quoted lines; with initials, too.
MARKS = re.compile(r"^[ \t]{0,9}(?:[A-Za-z]{0,3}[>|}:][ \t]?){1,8}")
_ANNOUNCED = re.compile(
    r"\b(?:writes?|wrote|says|said|schrieb|écrit)[ \t]{0,4}:[ \t]{0,9}$|\bIn article\b", re.IGNORECASE
)
_REPLY = r"(?i)^\s*(?:re|fwd?|aw|tr)\s*:"
_MARKED = r"[ \t]*[A-Za-z]{0,3}[>|}]"
_SAID = r"(?mi)\b(?:writes?|wrote|says|said|schrieb|écrit)[ \t]*:[ \t]*$"
#: What every text has in which an expression matches, and that expression.
_LIKELY = (
    (r"[>|}]", rf"\A{_MARKED}"),
    (r"[>|}]", rf"\n{_MARKED}"),
    (r"(?m):[ \t]*$", _SAID),
    (r"(?i)in article ", r"(?i)\bin article "),
)
#: Addresses (64 characters before the sign at most, RFC 5321, 4.5.3.1.1) and what stands in brackets.
_NAMES = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}+@[\w.-]{1,99}+|\(([^()]{1,99}+)\)")


def find_quoting(spans: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """SPANS, DOCUMENTS -> EVIDENCE of quoting, by the longest span of each pair. *gather*.

    A row for each feature of LEAST that one side has so much more of; its strength is 1 where the right one has, and so
    is the copy, or else -1. Sorted by pair and feature. Cost: four searches over all texts of pairs; only those that
    have marked lines, announce something or are titled as a reply are read line by line, each passage once.
    """
    shared = spans.filter((pl.col("role") != "boilerplate") & (pl.col("left_doc") != pl.col("right_doc")))
    documents = documents.filter(pl.col("doc_id").is_in(pl.concat([shared["left_doc"], shared["right_doc"]]).implode()))
    replies = documents["title"].str.contains(_REPLY).fill_null(value=False)
    likely = documents.filter(may_quote(documents["text"]) | replies)
    ids = likely["doc_id"].implode()
    shared = shared.filter(pl.col("left_doc").is_in(ids) | pl.col("right_doc").is_in(ids))
    if shared.is_empty():
        return pl.DataFrame(schema=EVIDENCE)
    longest = _longest(shared, documents)
    pairs = _add_sides(longest, _read_passages(longest, likely), likely)
    named = [_introducing(pairs, documents, side, other) for side, other in SIDES]
    for side, found in zip(("left", "right"), named, strict=True):
        pairs = pairs.join(found, on=PAIR, how="left", maintain_order="left")
        pairs = pairs.with_columns(pl.col(f"{side}_introduced").fill_null(0.0))
    return pl.concat([_signs(pairs, feature, least) for feature, least in LEAST.items()]).sort(*PAIR, "feature")


def may_quote(texts: pl.Series) -> pl.Series:
    """Texts -> which have marked lines or announce something."""
    found = pl.repeat(value=False, n=len(texts), dtype=pl.Boolean, eager=True)
    for needed, expression in _LIKELY:
        found |= search_where(texts.str.contains(needed), texts, partial(_contain, expression))
    return found


def _contain(expression: str, texts: pl.Series) -> pl.Series:
    return texts.str.contains(expression)


def _longest(shared: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """SPANS -> the longest of each pair, the same one whichever of the two is called left."""
    ends, starts = (pl.col(f"left_{end}") + pl.col(f"right_{end}") for end in ("end", "start"))
    for side, _ in SIDES:
        text = documents.select("doc_id", pl.col("text").alias(side))
        shared = shared.join(text, left_on=f"{side}_doc", right_on="doc_id", how="left")
    own = pl.when(pl.col("left") > pl.col("right")).then("right_start").otherwise("left_start")
    longest = shared.sort(*PAIR, starts - ends, starts, own, "left_start")
    return longest.unique(PAIR, keep="first", maintain_order=True).select(*PAIR, *PLACES)


def _read_passages(longest: pl.DataFrame, likely: pl.DataFrame) -> pl.DataFrame:
    """Places of pairs, DOCUMENTS -> doc_id, start, end of each of these documents' passages, and what is read there.

    `quoted`: how deep its lines are quoted. `announced`: whether the lines before it announce it. `before`: these
    lines, folded to compare names. `begin`: where its first line begins.
    """
    sides = [longest.select(doc_id=f"{one}_doc", start=f"{one}_start", end=f"{one}_end") for one, _ in SIDES]
    places = pl.concat(sides).unique().join(likely.select("doc_id", "text"), on="doc_id").sort("doc_id", "start", "end")
    rows = []
    for start, end, text in places.select("start", "end", "text").iter_rows():
        before = _before(text, start)
        announced = float(any(_ANNOUNCED.search(line) for line in before))
        rows.append((depth(text, start, end), announced, "\n".join(before).casefold(), text.rfind("\n", 0, start) + 1))
    kinds = {"quoted": pl.Float64, "announced": pl.Float64, "before": pl.String, "begin": pl.Int64}
    return places.drop("text").hstack(pl.DataFrame(rows, schema=kinds, orient="row"))


def _add_sides(longest: pl.DataFrame, passages: pl.DataFrame, likely: pl.DataFrame) -> pl.DataFrame:
    """Pairs with places -> the same with what is known of either passage and title; zeros where a text was not read."""
    reply = pl.col("title").str.contains(_REPLY).fill_null(value=False).cast(pl.Float64)
    titles = likely.select("doc_id", "title", reply=reply)
    for side, _ in SIDES:
        on = [f"{side}_doc", f"{side}_start", f"{side}_end"]
        for frame, keys in ((passages, ["doc_id", "start", "end"]), (titles, ["doc_id"])):
            renamed = frame.rename({name: f"{side}_{name}" for name in frame.columns if name not in keys})
            longest = longest.join(renamed, left_on=on[: len(keys)], right_on=keys, how="left", maintain_order="left")
        measured = pl.col(f"{side}_quoted", f"{side}_announced", f"{side}_reply")
        longest = longest.with_columns(measured.fill_null(0.0))
    return longest


def _introducing(pairs: pl.DataFrame, documents: pl.DataFrame, side: str, other: str) -> pl.DataFrame:
    """Pairs -> those where the lines before one side's passage name who published the other: PAIR, SIDE_introduced."""
    read = pairs.filter(pl.col(f"{side}_before") != "").select(*PAIR, f"{side}_before")
    owners = documents.join(read.select(doc_id=f"{other}_doc").unique(), on="doc_id", how="semi")
    owners = owners.select("doc_id", "outlet").drop_nulls()
    rows = [(outlet, name) for outlet in owners["outlet"].unique().sort() for name in _names(outlet)]
    names = pl.DataFrame(rows, schema={"outlet": pl.String, "name": pl.String}, orient="row")
    told = read.join(owners.join(names, on="outlet"), left_on=f"{other}_doc", right_on="doc_id")
    told = told.filter(pl.col(f"{side}_before").str.contains(pl.col("name"), literal=True))
    return told.select(PAIR).unique().with_columns(pl.lit(1.0).alias(f"{side}_introduced"))


def _signs(pairs: pl.DataFrame, feature: str, least: float) -> pl.DataFrame:
    """Pairs with both sides -> EVIDENCE of one feature, where one side has so much more of it than the other."""
    more = pl.col(f"right_{feature}") - pl.col(f"left_{feature}")
    whole = feature == "reply"

    def later(name: str) -> pl.Expr:
        return pl.when(more > 0).then(f"right_{name}").otherwise(f"left_{name}")

    rows = pairs.filter(more.abs() >= least).select(
        *PAIR,
        feature=pl.lit(feature),
        strength=more.sign(),
        doc_id=later("doc"),
        start=None if whole else later("begin"),
        end=None if whole else later("end"),
        text=later("title") if whole else None,
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in EVIDENCE.items())


def depth(text: str, start: int, end: int) -> float:
    """How many quoting marks stand before the lines of a passage, in the mean; blank lines do not count.

    The first line is read from where it begins, though the passage may begin inside it. Cost: the first READ code
    points of the passage.
    """
    begin = text.rfind("\n", 0, start) + 1
    lines = [line for line in text[begin : min(end, start + READ)].split("\n") if line.strip()]
    marks = "".join([mark.group() for line in lines if (mark := MARKS.match(line))])
    return sum(map(marks.count, ">|}:")) / max(len(lines), 1)


def _before(text: str, start: int) -> list[str]:
    """The last LINES lines that are not blank before the one in which a passage starts, of BEFORE code points."""
    begin = text.rfind("\n", 0, start) + 1
    lines = [line for line in text[max(0, begin - BEFORE) : begin].split("\n") if line.strip()]
    return lines[-LINES:]


def _names(outlet: str) -> list[str]:
    """By what names, folded, the lines before a passage may tell who published the other text."""
    found = [match.group(1) or match.group() for match in _NAMES.finditer(outlet)] or [outlet]
    return [name.casefold() for name in found if len(name) >= SHORTEST_NAME]
