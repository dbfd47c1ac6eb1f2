"""DOCUMENTS, PASSAGES -> CUED: which articles may hold which kinds of credit.

Searches over whole texts, which need no lock: a scan makes them while it compares words.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.text.tokens import LARGE_BATCH, octets_of, slices
from provenance.tracing import bylines, citations, names, notices
from provenance.tracing.datelines import JAPANESE
from provenance.tracing.literals import Literals
from provenance.tracing.seeking_kernels import DATELINE, LINE, PICTURE, hash_name, mark_texts
from provenance.tracing.titles import TITLED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array

HEAD = 3000  # code points in which a dateline may begin; a feed's title, link and teaser come first
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
    r"\n\s{0,4}\p{L}[\w -]{1,24}\.?\s*$|(?:[-–—|/][ \t]*[^\n().]{2,40}\.?|\([^()\n]{2,40}\)\.?"
    r"|（[^（）\n]{2,30}）)[ \t\n]*$"
)

#: Which credits a document may hold, by the expression or the words that tell.
FLAGS = ("dateline", "head", "cue", "tail", "picture", "end", "signed", "links")


class Cued(NamedTuple):
    """Which documents may hold a credit, and the words found in them."""

    documents: pl.DataFrame  # row in DOCUMENTS, FLAGS, body_end, and its words, [first, last) of those below
    place: NDArray[np.int64]  # in bytes of the text
    word: NDArray[np.int32]  # the word's number in list_words


def find_cued(documents: pl.DataFrame, passages: pl.DataFrame) -> Cued:
    """DOCUMENTS, PASSAGES -> CUED, in their order. *map*. Cost: 4 ns a byte of text, on one core."""
    wanted = documents.select("doc_id", "text", "title", "byline").with_row_index("row")
    wanted = wanted.join(_body_ends(passages), on="doc_id", how="left", maintain_order="left")
    tables, places, words, shift, at = [], [], [], 0, 0
    # at least one, if it is empty: then the columns are there
    for size in [len(texts) for texts in slices(wanted["text"], LARGE_BATCH)] or [0]:
        table, place, word = _flag(wanted.slice(at, size))
        at += size
        tables.append(table.with_columns(pl.col("first", "last") + shift))
        places.append(place)
        words.append(word)
        shift += place.size
    return Cued(pl.concat(tables), np.concatenate(places), np.concatenate(words))


def plain_spaces() -> pl.Expr:
    """Texts with plain spaces for no-break ones, which occur in names and after cues; one for one, so places stay."""
    return pl.col("text").str.replace_all("[\u00a0\u2007\u202f]", " ")


def _flag(batch: pl.DataFrame) -> Cued:
    batch = batch.with_columns(plain_spaces())
    octets, bounds = octets_of(batch["text"])
    hits = list_words().find(octets, bounds)
    marks = mark_texts(octets, bounds, batch["text"].str.head(HEAD).str.len_bytes().to_numpy(), credit_lines())
    noticed, linked = (pl.Series(hits.flags & bit, dtype=pl.Boolean) for bit in (1, 2))
    dateline, head, picture = (pl.Series(marks & bit, dtype=pl.Boolean) for bit in (DATELINE, LINE, PICTURE))
    text = pl.col("text")
    tail = text.str.head(pl.col("body_end").fill_null(text.str.len_chars())).str.tail(notices.TAIL)
    titled = text.str.head(TITLED).str.contains(_SUFFIXED)
    table = batch.select(
        "row",
        "body_end",
        dateline=dateline,
        head=head,
        cue=noticed,
        tail=tail.str.contains(_TAIL_LIKE),
        picture=picture,
        end=titled | pl.col("title").str.contains(_TITLE_SUFFIXED).fill_null(value=False),
        signed=_signed(batch["byline"]),
        links=linked,
        first=hits.ends[:-1],
        last=hits.ends[1:],
    )
    return Cued(table.filter(pl.any_horizontal(FLAGS) | (pl.col("first") < pl.col("last"))), hits.place, hits.word)


def _signed(authors: pl.Series) -> pl.Series:
    """Bylines -> whether each names an agency."""
    unique = authors.drop_nulls().unique()
    wires = unique.filter(pl.Series([bylines.read_byline(one) is not None for one in unique], dtype=pl.Boolean))
    return authors.is_in(wires.implode()).fill_null(value=False)


def _body_ends(passages: pl.DataFrame) -> pl.DataFrame:
    """PASSAGES -> by document the end of the last that is not boilerplate: an agency signs there, above menus."""
    said = passages.filter(~pl.col("role").is_in(["boilerplate", "quote"]))
    return said.group_by("doc_id").agg(body_end=pl.col("end").max())


@cache
def list_words() -> Literals:
    """The words to look for: cues and names; and as flags, cues of a notice, and addresses."""
    words = {*citations.FOLLOW, *led_cues(), *citations.AROUND, *JAPANESE, *names.lexicon().spellings}
    return Literals(sorted(words), (*notices.CUES, *bylines.CUES), [LINKED])


@cache
def led_cues() -> dict[str, str]:
    """What leads a word of AROUND, and a cue that begins with that word (` reported by `) -> the cue.

    The search reports the word that begins first: `reported by ` alone would be hidden by ` reported`.
    """
    led: dict[str, str] = {}
    for word in citations.AROUND:
        bare = word.lstrip(" ,")
        led |= {word.removesuffix(bare) + cue: cue for cue in citations.FOLLOW if cue.startswith(bare)}
    return led


@cache
def credit_lines() -> Array:
    """Hashes of the names that credit a text where they stand alone on a line, as mark_texts has them."""
    table = names.lexicon()
    every = {name for name, kind in table.kinds.items() if kind == "agency"}
    every |= {word for ways in table.exact.values() for word in ways} | {
        "reuters", "associated press", "agence france presse", "sputnik", "xinhua", "bloomberg news"
    }  # fmt: skip
    written = [way.encode() for name in every for way in (name, name.lower(), name.upper())]
    hashes = {hash_name(np.frombuffer(way, np.uint8)) for way in written}
    return np.array([max(map(len, written)), *sorted(hashes)], np.uint64)
