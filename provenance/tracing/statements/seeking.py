"""DOCUMENTS, PASSAGES -> CUED: which articles may hold which kinds of credit.

Searches over whole texts, which need no lock: a scan makes them while it compares words.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.text.tokens import LARGE_BATCH, octets_of, slices
from provenance.tracing.statements import bylines, citations, credit_lines, names, notices
from provenance.tracing.statements.datelines import JAPANESE
from provenance.tracing.statements.literals import Literals
from provenance.tracing.statements.seeking_kernels import DATELINE, LINE, PICTURE, TITLE, hash_names, mark_texts
from provenance.tracing.statements.titles import TITLED

if TYPE_CHECKING:
    from collections.abc import Callable

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
_NO_BREAK = "[\u00a0\u2007\u202f]"
LINKED = "http"
#: How a text may end in whose tail read_tail finds something, and how where an agency signs on a line of its own.
_TRAILING = (
    r"[.!?”\"»)] ?[A-Z]{2,5}\.?$"
    r"|(?:[-–—=|/][ \t]*[^\n().]{2,40}\.?|\([^()\n]{2,40}\)\.?|[（【][^（）【】\n]{2,40}[）】]\.?)$"
    r"|\([^()\n]{2,30}\)[ \t]*\n\s{0,4}[^\n.!?]{3,40}(?:\n\s{0,4}[^\n.!?]{1,40}){0,2}$"  # over who wrote it
    r"|\A[ \t]{40}"  # a dash may stand before so much white space
)
_SIGNED_OFF = r"\n\s{0,4}(\p{L}[^\n.]{1,24})\.?$"
LAST = 90  # code points, before white space, in which a text ends so
SEARCHED = 1 << 26  # bytes that Polars searches at a time: each time it compiles the expression, for 3 ms

#: Which credits a document may hold, by the expression or the words that tell.
FLAGS = ("dateline", "head", "cue", "tail", "picture", "end", "signed", "links")


class Cued(NamedTuple):
    """Which documents may hold a credit, and the words found in them."""

    documents: pl.DataFrame  # row in DOCUMENTS, FLAGS, body_end, and its words, [first, last) of those below
    place: NDArray[np.int64]  # in bytes of the text
    word: NDArray[np.int32]  # the word's number in list_words


def find_cued(documents: pl.DataFrame, passages: pl.DataFrame) -> Cued:
    """DOCUMENTS, PASSAGES -> CUED, in their order. *map*. Cost: 4 ns a byte of text, on one core."""
    wanted = documents.select("doc_id", "text").with_row_index("row")
    wanted = wanted.join(_body_ends(passages), on="doc_id", how="left", maintain_order="left")
    tables, places, words, shift, at = [], [], [], 0, 0
    # at least one, if it is empty: then the columns are there
    for size in [len(texts) for texts in slices(wanted["text"], LARGE_BATCH)] or [0]:
        table, place, word = _flag(wanted["text"].slice(at, size))
        at += size
        tables.append(table.with_columns(pl.col("first", "last") + shift))
        places.append(place)
        words.append(word)
        shift += place.size
    table = pl.concat([wanted.select("row", "body_end"), pl.concat(tables)], how="horizontal")
    table = table.with_columns(
        tail=_signs_off(wanted),
        end=_ends_in_site(documents, table["end"]),
        signed=_agencies(documents["byline"], bylines.read_byline),
    )
    cued = table.filter(pl.any_horizontal(FLAGS) | (pl.col("first") < pl.col("last")))
    return Cued(cued, np.concatenate(places), np.concatenate(words))


def plain_spaces(texts: pl.Series) -> pl.Series:
    """Texts with plain spaces for no-break ones, which occur in names and after cues; one for one, so places stay.

    Where there are none no text is copied: to look for them takes a third of the time.
    """
    return texts.str.replace_all(_NO_BREAK, " ") if texts.str.contains(_NO_BREAK).any() else texts


def _flag(texts: pl.Series) -> Cued:
    """Some texts -> what is found in their bytes: flags, of which `end` is only that of a mark, and words."""
    texts = plain_spaces(texts)
    octets, bounds = octets_of(texts)
    hits = list_words().find(octets, bounds)
    marks = mark_texts(octets, bounds, texts.str.head(HEAD).str.len_bytes().to_numpy(), list_credits())
    flags = {
        "dateline": marks & DATELINE,
        "head": marks & LINE | hits.flags & 4,
        "picture": marks & PICTURE,
        "end": marks & TITLE,
    }
    flags |= {"cue": hits.flags & 1, "links": hits.flags & 2}
    told = [pl.Series(name, flag, dtype=pl.Boolean) for name, flag in flags.items()]
    return Cued(pl.DataFrame([*told, pl.Series("first", hits.ends[:-1]), pl.Series("last", hits.ends[1:])]), *hits[1:3])


def _ends_in_site(documents: pl.DataFrame, marked: pl.Series) -> pl.Series:
    """DOCUMENTS, which have a mark in their first lines -> which may have the name of a site behind a headline."""
    heads = documents["text"].filter(marked).str.head(TITLED)
    found = marked.scatter(marked.arg_true(), _search(heads, lambda some: some.str.contains(_SUFFIXED)))
    return found | documents["title"].str.contains(_TITLE_SUFFIXED).fill_null(value=False)


def _signs_off(wanted: pl.DataFrame) -> pl.Series:
    """Rows with text and body_end -> which may name at their end who wrote them."""
    text = pl.col("text")
    end = pl.col("body_end").fill_null(text.str.len_chars())
    tail = text.str.slice((end - notices.TAIL).clip(0), pl.min_horizontal(end, notices.TAIL))
    tails = wanted.select(tail.str.strip_chars_end().str.tail(LAST))["text"]
    trailing = _search(tails, lambda some: some.str.contains(_TRAILING))
    return trailing | _agencies(_search(tails, lambda some: some.str.extract(_SIGNED_OFF)), credit_lines.agency_of)


def _search(texts: pl.Series, search: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """What a search gives for texts with plain spaces."""
    parts = [*slices(texts, SEARCHED)] or [texts]  # at least one
    return pl.concat([search(plain_spaces(part)) for part in parts])


def _agencies(said: pl.Series, read: Callable[[str], str | None]) -> pl.Series:
    """What is said of authors, null where nothing is -> whether it names an agency, by what `read` finds in each."""
    unique = said.drop_nulls().unique()
    wires = unique.filter(pl.Series([read(one) is not None for one in unique], dtype=pl.Boolean))
    return said.is_in(wires.implode()).fill_null(value=False)


def _body_ends(passages: pl.DataFrame) -> pl.DataFrame:
    """PASSAGES -> by document the end of the last that is not boilerplate: an agency signs there, above menus."""
    said = passages.lazy().filter(~pl.col("role").is_in(["boilerplate", "quote"]))  # no other column is filtered so
    return said.group_by("doc_id").agg(body_end=pl.col("end").max()).collect()


@cache
def list_words() -> Literals:
    """The words to look for: cues and names; and as flags, cues of a notice, and addresses."""
    words = {*citations.FOLLOW, *led_cues(), *citations.AROUND, *JAPANESE, *names.lexicon().spellings, *voiced_names()}
    return Literals(sorted(words), (*notices.CUES, *bylines.CUES), [LINKED], _openings())


def _openings() -> list[str]:
    """How lines begin that name an agency and more: `Publié le 3 mars par AFP`, `Reuters in London`."""
    wires = [name for name in names.lexicon().agencies if name[0].isascii()]
    return ["ublié le ", *(f"\n{name} {then} " for name in wires for then in ("in", "and", "with"))]


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
def voiced_names() -> dict[str, str]:
    """Initials of an outlet with a word behind that only an outlet or its people have (`CNN said`) -> the initials.

    Agencies' are left out: PTI, AAP and AFP are parties and an army, too, which say things; and what is no initials
    (The Sun, Bloomberg) is a word or a person.
    """
    table = names.lexicon()
    short = {word for full, ways in table.exact.items() if table.kinds[table.cued[full]] == "outlet" for word in ways}
    initials = {word for word in short if len(word) >= 3 and word.isascii() and word.isupper()}
    return {f"{word} {voice}": word for word in initials for voice in citations.VOICES}


def credit_names() -> set[str]:
    """The names that credit a text where they stand alone on a line, or among places, days and desks."""
    wires = set(names.lexicon().agencies) - credit_lines.NOT_ALONE
    told = {f"{name} staff" for name in wires} | {f"{lead} {name}" for lead in credit_lines.LEADS for name in wires}
    return {*wires, *told, *(word for ways in names.lexicon().exact.values() for word in ways)}


@cache
def list_credits() -> Array:
    """Hashes of credit_names, as mark_texts has them: hash_name takes small and capital letters of ASCII for one."""
    known = credit_names()
    letters = [name for name in known if not name.isascii()]
    written = [way.encode() for way in (*known, *map(str.lower, letters), *map(str.upper, letters))]
    sizes = np.array([len(way) for way in written])
    hashes = hash_names(np.frombuffer(b"".join(written), np.uint8), np.cumsum(sizes))
    return np.concatenate([sizes.max(keepdims=True).astype(np.uint64), np.unique(hashes)])
