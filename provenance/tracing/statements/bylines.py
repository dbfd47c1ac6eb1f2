"""Bylines -> whose copy an article is: an agency's beside a person or paper, or that of whom it was written for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from provenance.text.margins import trim
from provenance.tracing.statements import names
from provenance.tracing.statements.cues import match_lines
from provenance.tracing.statements.facts import OPEN
from provenance.tracing.statements.notices import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEFORE_NAME = re.compile(r"^(?:By|BY|Par|Von|Por|Source|Quelle|Fuente)[ :]+")
_AMONG = re.compile(r"[,|/;&•]| for | of | in | and | und | y | et | - | – |\(|\)")  # between the names of a byline
_AND = re.compile(r",|/| et | und | y | e | and ")
#: `Le Figaro avec AFP`, `mit dpa`, `(Con información de EFE)` on a line of their own.
_WITH = re.compile(
    r"^[ \t*(–—-]*(?:(?:(?:Par|Von|Por) )?(?:(?:La|Le|Notre|A|Da|La nostra) )?[^\W\d_][\w’'.]{1,15}"
    r"(?: [^\W\d_a-z][\w’'.]{1,15}){0,3},? )?(?:[Aa]vec|[Mm]it(?: (?:Agentur)?[Mm]aterial (?:von|der))?"
    r"|[Cc]on (?:información|informaciones|informes) de|[Cc]om(?: informações d[aeo]s?)?|По (?:материалам|информации)"
    r"|(?P<some>[Ww]ith(?: (?:inputs|files|reporting) (?:from|by)|(?= [A-Z]{2,}\b)))):? "
    r"(?:the |la |l['’])?(?P<name>[^\W_][^\n()]{1,60}?)(?: inputs)?\)?\.?[ \t]*$",
    re.MULTILINE,
)
#: Literal strings, one of which such a line holds: `avec` alone stands in every French text.
_SHARED = (
    "vec AFP", "vec l'AFP", "vec l’AFP", "vec Reuters", "vec ATS", "vec Belga", "vec Keystone", "vec AP", "it dpa",
    "it Material ", "it Agenturmaterial ", "it AFP", "it Reuters", "it APA", "on informaci", "om Lusa", "om informa",
    "om Reuters", "om AFP", "ith inputs from", "ith files from", "ith reporting from", "ith AAP", "ith AFP", "ith AP",
    "ith PTI", "ith ANI", "ith IANS", "ith Reuters", "о материалам", "о информации",
)  # fmt: skip
#: For whom somebody outside wrote it: `Special to The Denver Post`, alone or behind his name.
_SPECIAL = re.compile(
    r"^(?:[^\n.!?]{2,60}?[ \t]?[,/|–—-][ \t]?(?=s)|(?:[^\n.!?]{2,60}?[ \t]?[,/|–—-][ \t]?)?(?=S))"
    r"(?:[Ss]pecial (?:to|for)|SPECIAL (?:TO|FOR)) (?:[Tt]he |THE )?(?P<name>[A-Z][^\n.,;()|]{2,40}?)[ \t]*$",
    re.MULTILINE,
)
_SPECIALS = ("pecial to ", "pecial for ", "PECIAL TO ", "PECIAL FOR ")
#: Who wrote the words, beside whose pictures these are: `Text: dpa, Bild: privat`.
_WORDS_BY = re.compile(
    r"^[ \t(*]*(?:Text|Texte|Texto|Testo|Tekst) ?: ?(?P<name>[^\n(),;|/]{2,40}?)[ \t.)*]*(?=[,;|/]|$)", re.MULTILINE
)
_WORDS = ("Text:", "Text :", "Texte:", "Texte :", "Texto:", "Testo:", "Tekst:")
#: Whose staff took part: `— Washington Post staff writer Ann Lee contributed to this report.`
_STAFF = re.compile(
    r"^[ \t(*–—-]*(?P<name>[A-Z][^\n.,;()]{2,40}?)(?:['’]s?)? (?:staff )?(?:writer|reporter|correspondent)s? "
    r"[A-Z][^\n.;()]{2,80} contributed(?= (?:\w+ )?(?:to|reporting|from))",
    re.MULTILINE,
)
_STAFFS = ("contributed",)
#: Whose columnist wrote it: `Edith Crane is a columnist for The Ledger.`
_WRITES_FOR = re.compile(
    r"^[ \t(*–—-]*[A-Z][\w.’' -]{3,40} is an? (?:[\w-]{1,20} ){0,2}(?:columnist|staff writer|reporter|correspondent)"
    r" (?:for|at|with) (?P<name>[A-Z][^\n.,;()]{2,40}|the [A-Z][^\n.,;()]{2,40})(?=[.,;)]|$)",
    re.MULTILINE,
)
_WRITES = ("columnist ", "staff writer ", "reporter ", "correspondent ")
CUES = (*_SHARED, *_SPECIALS, *_WORDS, " columnist for ", " columnist at ", " columnist with ", "staff writer ")


@lru_cache(1 << 14)  # of a dump's authors most write more than once
def read_byline(byline: str) -> str | None:
    """A byline from a field -> the agency that it names, alone or beside a person; or None."""
    for part in _AMONG.split(byline[:200]):
        name = _BEFORE_NAME.sub("", part.strip()).removesuffix(" Staff")
        if (found := names.canonical(name) if name else "") in names.lexicon().kinds and names.is_agency(found):
            return found
    return None


def read_shared(text: str, base: int) -> Iterator[Found]:
    """A head or tail with a cue -> agencies that a line says helped to write it; their places moved by `base`."""
    for match in match_lines(_WITH, text, _SHARED):
        parts = (names.resolve(part.strip()) for part in _AND.split(match["name"]))
        if found := next((hit for hit in parts if hit and names.is_agency(hit)), None):
            scope = "passage" if match["some"] else "article"
            yield Found(base + match.start("name"), base + match.end("name"), found, "credit", scope)


def read_written(text: str, base: int) -> Iterator[Found]:
    """A head or tail with a cue -> for which paper or agency a line says that it was written; places moved by `base`.

    A paper's own reporter who wrote for another says so, and a paper's staff that `contributed` wrote the rest as well.
    """
    for expression, cues, kind, scope in (
        (_SPECIAL, _SPECIALS, "byline", "article"),
        (_WORDS_BY, _WORDS, "credit", "article"),
        (_STAFF, _STAFFS, "credit", "passage"),
        (_WRITES_FOR, _WRITES, "credit", "passage"),
    ):
        for match in match_lines(expression, text, cues):
            name = match["name"].strip().removeprefix("the ")
            source = names.resolve(name)
            whole = expression is _SPECIAL  # the line is no picture's, though it has a slash
            start, end = trim(text, match.start(), match.end()) if whole else match.span("name")
            if source and (expression is not _STAFF or not names.is_agency(source)):
                yield Found(base + start, base + end, source, kind, scope)
            elif not source and expression in (_SPECIAL, _WRITES_FOR):  # the paper's own short name, or one of the dump
                yield Found(base + start, base + end, name, kind, OPEN)
