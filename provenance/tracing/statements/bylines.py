"""Bylines -> the agency whose copy an article is: beside a person, or on a line of its own beside the paper."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from provenance.tracing.statements import names
from provenance.tracing.statements.cues import match_lines
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
CUES = (
    "vec AFP", "vec l'AFP", "vec l’AFP", "vec Reuters", "vec ATS", "vec Belga", "vec Keystone", "vec AP", "it dpa",
    "it Material ", "it Agenturmaterial ", "it AFP", "it Reuters", "it APA", "on informaci", "om Lusa", "om informa",
    "om Reuters", "om AFP", "ith inputs from", "ith files from", "ith reporting from", "ith AAP", "ith AFP", "ith AP",
    "ith PTI", "ith ANI", "ith IANS", "ith Reuters", "о материалам", "о информации",
)  # fmt: skip


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
    for match in match_lines(_WITH, text, CUES):
        parts = (names.resolve(part.strip()) for part in _AND.split(match["name"]))
        if found := next((hit for hit in parts if hit and names.is_agency(hit)), None):
            scope = "passage" if match["some"] else "article"
            yield Found(base + match.start("name"), base + match.end("name"), found, "credit", scope)
