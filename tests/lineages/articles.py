"""Seed articles, and an article in the pieces that editors change."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    import random

HERE = Path(__file__).parent
CORPUS = HERE.parent.parent / "corpus" / "gold"
SHORTEST, LONGEST = 110, 900  # words of a seed: less cannot be edited much, more is slow to grow and to compare
_SENTENCE = re.compile(r"(?<=[.!?”\"]) +(?=[“\"A-Z])")
_HEAD = re.compile(r"^(?:[A-Z][\w.,’' -]{2,40})(?: \([^()]{2,30}\))? ?[—–-]+ ")
_AGENCY = re.compile(r"^\([A-Z][\w. ]{1,28}\) ?(?:[—–-]+ )?")
#: A line that says who wrote a seed; not one of provenance's own expressions.
_WRITTEN = re.compile(r"^\W*(?:Additional reporting|Reporting|Editing|Writing|Source|Copyright|©|By [A-Z])\b.{0,300}$")
#: The same at a paragraph's end: an agency's sign, reporters between brackets.
_SIGNED = re.compile(
    r"(?:\s+reuters?(?:\.\.\.)?|\s*\((?:Additional reporting|Reporting|Editing|Writing) by [^()]{1,300}\))$",
    re.IGNORECASE,
)
SHARED = 12  # runs of five words: two texts that share as many would tie two lineages together
PARAGRAPH = 3  # sentences to a paragraph of a seed that came as one line


class Article(NamedTuple):
    """One article of a lineage; every field may be changed by an operator, the parent's stay as they are."""

    outlet: str
    title: str
    paragraphs: tuple[str, ...]
    place: str | None = None  # of the dateline
    agency: str | None = None  # of the dateline
    month_day: str | None = None
    foot: tuple[str, ...] = ()  # credits and notices under the text
    typos: tuple[tuple[str, str], ...] = ()  # wrong word, right word

    def text(self) -> str:
        """The article as it is printed."""
        parts = list(self.paragraphs)
        if self.place:
            day = f", {self.month_day}" if self.month_day else ""
            agency = f" ({self.agency})" if self.agency else ""
            parts[0] = f"{self.place}{day}{agency} — {parts[0]}"
        return "\n\n".join([*parts, *self.foot])


@cache
def wordings(kind: str) -> list[tuple[str, str]]:
    """The pairs of one list of wordings.tsv."""
    rows = (line.split("\t") for line in (HERE / "wordings.tsv").read_text("utf-8").splitlines()[1:])
    return [(one, other) for name, one, other in rows if name == kind]


def own_texts() -> pl.DataFrame:
    """The English articles of corpus/ that were copied from nowhere."""
    documents = pl.read_parquet(CORPUS / "documents.parquet").filter(pl.col("language") == "en")
    itself = pl.read_parquet(CORPUS / "origins.parquet").filter(pl.col("origin_id") == pl.col("doc_id"))
    return documents.join(itself.select("doc_id").unique(), on="doc_id", how="semi").sort("doc_id")


def seeds_of(documents: pl.DataFrame, random: random.Random, most: int) -> list[list[str]]:
    """A documents table -> the paragraphs of at most `most` of its texts, in an order drawn by `random`.

    Texts that share a passage with one drawn before are left out: they would tie two lineages together.
    """
    texts = sorted(set(documents["text"].drop_nulls()))
    random.shuffle(texts)
    found: list[list[str]] = []
    seen: set[tuple[str, ...]] = set()
    for text in texts:
        paragraphs = split(text)
        words = re.findall(r"\w+", " ".join(paragraphs).lower())
        runs = {tuple(words[at : at + 5]) for at in range(len(words) - 4)}
        if SHORTEST <= len(words) <= LONGEST and len(paragraphs) >= 3 and len(runs & seen) < SHARED:
            found.append(paragraphs)
            seen |= runs
        if len(found) == most:
            break
    return found


def split(text: str) -> list[str]:
    """A text -> its paragraphs, without short lines and credits; one in one piece is cut every PARAGRAPH sentences.

    A dateline or a line of reporters would credit somebody else with what is to be a root.
    """
    lines = [" ".join(line.split()) for line in re.split(r"\n\s*\n", text)]
    lines = [_AGENCY.sub("", _HEAD.sub("", line)).lstrip(",;:-–— ") for line in lines if len(line.split()) >= 8]
    lines = [_SIGNED.sub("", line) for line in lines if not _WRITTEN.match(line)]
    if len(lines) >= 3:
        return lines
    said = sentences(" ".join(lines))
    return [" ".join(said[at : at + PARAGRAPH]) for at in range(0, len(said), PARAGRAPH)]


def sentences(paragraph: str) -> list[str]:
    """A paragraph -> its sentences."""
    return _SENTENCE.split(paragraph)
