"""DOCUMENTS, PASSAGES -> CUED: which articles may hold which kinds of credit.

Searches over whole texts, which need no lock: a scan makes them while it compares words.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from provenance.tracing import citations, names, notices
from provenance.tracing.literals import Literals
from provenance.tracing.titles import TITLED

Array = np.ndarray[Any, Any]
BATCH = 8192  # documents whose bytes are held at once
HEAD = 3000  # code points in which a dateline may begin; a feed's title, link and teaser come first
_DATELINE_LIKE = r"(?m)^[^\n]{2,110}?(?:--|[–—―]|[ )\d.]-|:)|\) ?[-–—]|[)][\p{Lu}“\n]|/ [\p{Lu}][^\n]{2,60}[-–—:]"
_GAP, _BLANK = r"[\s\x1c-\x1f]", r"[\s\x1c-\x1f&&[^\n]]"  # of Python's strip and split, as the other engine writes it
_MARKED = rf"[^\n]*{_BLANK}[-–—|•·:»]{_BLANK}*"  # a line to the mark before a site's name
_SITE = r"(?:[^\sa-z\x1c-\x1f][^\s\x1c-\x1f]*|of|the|and|al|de)"  # a word of one that no table need have
#: What read_suffix may find something in: the first line that is not blank, the second, where it wants such words; and
#: a title. Of 10,000 stories of a wire, whose second line is `NEW YORK, March 2 - The bank said`, 1,500 have one of
#: these, and 8,100 any mark near the end of a line.
_SUFFIXED = (
    rf"\A{_GAP}*(?:{_MARKED}[^\n|–—•»]{{2,}}"
    rf"|[^\s\x1c-\x1f][^\n]*\n{_GAP}*{_MARKED}(?:{_SITE}{_BLANK}*){{1,6}})(?:\n|\z)"
)
_TITLE_SUFFIXED = rf"{_GAP}[-–—|•·:»]{_GAP}*[^|–—•»]{{2,}}\z"
LINKED = "http"
_TAIL_LIKE = (
    r"[.!?”\"»)] ?\p{Lu}{2,5}\.?\s*$|"
    r"\n\s{0,4}\p{L}[\w -]{1,24}\.?\s*$|(?:[-–—|/][ \t]*[^\n().]{2,40}\.?|\([^()\n]{2,40}\)\.?)[ \t\n]*$"
)
_PICTURE_LIKE = (
    r"(?m)\([^()\n]{2,70}\)[ \t]*$|(?i:photo|picture|image|credit)[^\n]{0,20}[:/]|/ ?[\p{Lu}][\w .-]{1,24}[ \t]*$"
)
_SHORT_NAME_LINE = (
    r"(?mi)^[ \t*•|/–—-]*(?:by[ \t:][^\n]{2,90}|from [^\n:]{3,100}:[^\n]{0,20}|par [^\n]{2,90}|(?:the )?(?:%s))[ \t.]*$"
)

#: What a document's row tells: what it may hold, by the expression or the words that say so.
FLAGS = ("dateline", "head", "cue", "tail", "picture", "end", "links")


class Cued(NamedTuple):
    """Documents that may hold a credit, and the words found in them."""

    documents: pl.DataFrame  # row in DOCUMENTS, FLAGS, body_end, and its words, [first, last) of those below
    place: Array  # int64, in bytes of the text
    word: Array  # int32, the word's number in list_words


def find_cued(documents: pl.DataFrame, passages: pl.DataFrame) -> Cued:
    """DOCUMENTS, PASSAGES -> CUED, in their order. *map*. Cost: 10 to 15 ns a byte of text, on one core."""
    wanted = documents.select("doc_id", "text", "title").with_row_index("row")
    wanted = wanted.join(_body_ends(passages), on="doc_id", how="left", maintain_order="left")
    tables, places, words, shift = [], [], [], 0
    # at least one, if it is empty: then the columns are there
    for batch in [*wanted.iter_slices(BATCH)] or [wanted]:
        table, place, word = _flag(batch)
        tables.append(table.with_columns(pl.col("first", "last") + shift))
        places.append(place)
        words.append(word)
        shift += place.size
    return Cued(pl.concat(tables), np.concatenate(places), np.concatenate(words))


def plain_spaces() -> pl.Expr:
    """Texts with plain spaces for no-break ones, which stand in names and after cues; one for one, so places hold."""
    return pl.col("text").str.replace_all("[\u00a0\u2007\u202f]", " ")


def _flag(batch: pl.DataFrame) -> Cued:
    batch = batch.with_columns(plain_spaces())
    hits = list_words().find(batch["text"])
    noticed, linked = (pl.Series(hits.flags & bit, dtype=pl.Boolean) for bit in (1, 2))
    text, head = pl.col("text"), pl.col("text").str.head(HEAD)
    tail = text.str.head(pl.col("body_end").fill_null(text.str.len_chars())).str.tail(notices.TAIL)
    titled = text.str.head(TITLED).str.contains(_SUFFIXED)
    table = batch.select(
        "row",
        "body_end",
        dateline=head.str.contains(_DATELINE_LIKE),
        head=head.str.contains(_SHORT_NAME_LINE % _agency_lines()),
        cue=noticed,
        tail=tail.str.contains(_TAIL_LIKE),
        picture=text.str.contains(_PICTURE_LIKE),
        end=titled | pl.col("title").str.contains(_TITLE_SUFFIXED).fill_null(value=False),
        links=linked,
        first=hits.ends[:-1],
        last=hits.ends[1:],
    )
    return Cued(table.filter(pl.any_horizontal(FLAGS) | (pl.col("first") < pl.col("last"))), hits.place, hits.word)


def _body_ends(passages: pl.DataFrame) -> pl.DataFrame:
    """Document -> where its last passage ends that is not boilerplate: an agency signs there, above the menus."""
    said = passages.filter(~pl.col("role").is_in(["boilerplate", "quote"]))
    return said.group_by("doc_id").agg(body_end=pl.col("end").max())


@cache
def list_words() -> Literals:
    """Cues and names; and whether a text has a cue of a notice, or an address."""
    words = {*citations.FOLLOW, *led_cues(), *citations.AROUND, *names.lexicon().spellings}
    return Literals(sorted(words), notices.CUES, [LINKED])


@cache
def led_cues() -> dict[str, str]:
    """What leads a word of AROUND, and a cue that begins with that word (` reported by `) -> the cue.

    The search reports what begins first: `reported by ` alone would be hidden by ` reported`.
    """
    led: dict[str, str] = {}
    for word in citations.AROUND:
        bare = word.lstrip(" ,")
        led |= {word.removesuffix(bare) + cue: cue for cue in citations.FOLLOW if cue.startswith(bare)}
    return led


@cache
def _agency_lines() -> str:
    table = names.lexicon()
    words = {name for name, kind in table.kinds.items() if kind == "agency"}
    short = {word for ways in table.exact.values() for word in ways} | {
        "reuters", "associated press", "agence france presse", "sputnik", "xinhua", "bloomberg news"
    }  # fmt: skip
    return "|".join(sorted(re.escape(word) for word in words | short))
