"""Source files in a small markup -> articles whose every copied stretch is known.

A source file makes one dump. It reads like the dump, with these marks:

    @dump NAME [crlf] [bom]       the file to write; @fields COLUMN=WHAT ... names a record's columns
    @article key=K outlet="..."   an article starts; also published= url= id= lang= title= byline=
    @from K KIND                  it was copied from article K (syndicated, copied, revision, excerpt, quoted)
    @source copied|cites NAME [KIND]    a source that is not in the dump
    @why SENTENCE                 the reason, for the gold table
    {+story.3: ...}               the passage story.3 stands here first
    {=story.2-5,7 OPTIONS}        those passages again, word for word
    {~story.3: ...}               story.3 in other words; {~story.3>other.3: ...} names the new wording
    {@KIND SOURCE; PLACE; SCOPE: ...}   a credit; it travels with the passage that it stands in

The letter after a label's dot says its role: h headline, c caption, t teaser, b boilerplate, y byline, q quote,
a digit paragraph. OPTIONS: words=FROM:TO (words of the run), flat / line (joined by a space / a line break
instead of a blank line), as=ROLE, and styles, which change characters but never the number of words:
straight, curly, nbsp, us, bare, upper.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROLES = {"h": "headline", "c": "caption", "t": "teaser", "b": "boilerplate", "y": "byline", "q": "quote"}
SEPARATORS = {"flat": " ", "line": "\n"}
AMERICAN = {"harbour": "harbor", "metre": "meter", "centre": "center", "labour": "labor", "colour": "color"}
AMERICAN |= {"neighbour": "neighbor", "favour": "favor", "programme": "program", "honour": "honor"}


@dataclass(frozen=True)
class Credit:
    """A source named in a text; positions are code points of the text that it stands in."""

    start: int
    end: int
    kind: str
    source: str
    place: str
    scope: str


@dataclass(frozen=True)
class Piece:
    """A passage as it was first written; `parent` is the one that it rewords."""

    label: str
    text: str
    credits: tuple[Credit, ...]
    parent: str = ""


@dataclass(frozen=True)
class Occurrence:
    """A stretch of an article that repeats words `first`, `first + 1`, ... of the piece `label`."""

    label: str
    role: str
    first: int
    tokens: tuple[tuple[int, int], ...]  # code points of each word; as many as are repeated

    @property
    def start(self) -> int:
        return self.tokens[0][0]

    @property
    def end(self) -> int:
        return self.tokens[-1][1]


@dataclass
class Article:
    """One article of one dump, composed."""

    key: str
    dump: str
    about: dict[str, str]
    origin: list[tuple[str, ...]] = field(default_factory=list)  # (key, kind) or ("source", relation, NAME, kind)
    why: str = ""
    text: str = ""
    raw: str = ""
    start: int = 0
    occurrences: list[Occurrence] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    doc_id: str = ""


@dataclass
class Dump:
    """One file to write: its articles in order and how they are stored."""

    name: str
    newline: str
    bom: bool
    fields: dict[str, str]
    articles: list[Article]


def words_of(text: str) -> list[tuple[int, int]]:
    """The places of what stands between white space."""
    return [match.span() for match in re.finditer(r"\S+", text)]


def split_marks(body: str) -> Iterator[tuple[str, str]]:
    """A text -> ("", plain text) and (mark, inside) in order; marks are + = ~ @."""
    at = 0
    while (opening := body.find("{", at)) >= 0:
        depth, closing = 1, opening
        while depth:
            closing += 1
            depth += {"{": 1, "}": -1}.get(body[closing], 0)
        if opening > at:
            yield "", body[at:opening]
        yield body[opening + 1], body[opening + 2 : closing]
        at = closing + 1
    if at < len(body):
        yield "", body[at:]


def read_credits(body: str) -> tuple[str, tuple[Credit, ...]]:
    """A passage with {@...} marks -> its text and its credits."""
    text, found = "", []
    for mark, inside in split_marks(body):
        if mark == "":
            text += inside
            continue
        assert mark == "@", f"only credits may stand inside a passage: {inside[:60]}"
        head, shown = inside.split(": ", 1)
        kind, _, rest = head.partition(" ")
        source, place, scope = [*(part.strip() for part in rest.split(";")), "", "", ""][:3]
        found.append(Credit(len(text), len(text) + len(shown), kind, source, place, scope or "article"))
        text += shown
    return text, tuple(found)


def collect_pieces(body: str, pieces: dict[str, Piece]) -> None:
    """Add every passage that `body` defines to `pieces`."""
    for mark, inside in split_marks(body):
        if mark not in {"+", "~"}:
            continue
        head, text = inside.split(": ", 1)
        parent, _, label = head.partition(">") if mark == "~" else ("", "", head)
        label = label or f"{parent}~{inside}"
        assert label not in pieces, f"{label} is defined twice"
        pieces[label] = Piece(label, *read_credits(text), parent)


def american(word: str) -> str:
    """A word in another house's spelling."""
    for british, other in AMERICAN.items():
        word = word.replace(british, other).replace(british.capitalize(), other.capitalize())
    return word


STYLES: dict[str, Callable[[str], str]] = {
    "straight": lambda word: word.translate(str.maketrans("’‘“”", "''\"\"")),
    "curly": lambda word: word.replace("'", "’"),
    "us": american,
    "bare": lambda word: "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)),
    "upper": str.upper,
}


def expand(labels: str) -> list[str]:
    """`story.2-4,7` -> story.2 story.3 story.4 story.7."""
    story, _, places = labels.partition(".")
    found = []
    for place in places.split(","):
        low, _, high = place.partition("-")
        found += [f"{story}.{n}" for n in range(int(low), int(high) + 1)] if high else [f"{story}.{place}"]
    return found


def role_of(label: str) -> str:
    """The role that a label's letter stands for."""
    return ROLES.get(label.partition(".")[2][0], "paragraph")


class Composer:
    """Writes one article's text and notes where each passage came to stand."""

    def __init__(self, pieces: dict[str, Piece], newline: str) -> None:
        self.pieces, self.newline = pieces, newline
        self.text = ""
        self.occurrences: list[Occurrence] = []
        self.credits: list[Credit] = []

    def add_body(self, body: str) -> None:
        for mark, inside in split_marks(body):
            if mark == "":
                self.text += inside.replace("\n", self.newline)
            elif mark == "@":
                self.add_credits(*read_credits("{@" + inside + "}"))
            elif mark == "=":
                self.add_copy(inside)
            else:
                head = inside.split(": ", 1)[0]
                parent, _, label = head.partition(">") if mark == "~" else ("", "", head)
                label = label or f"{parent}~{inside}"
                self.add_piece(self.pieces[label], 0, None, [], role_of(label))

    def add_credits(self, text: str, found: tuple[Credit, ...]) -> None:
        at = len(self.text)
        self.text += text
        self.credits += [Credit(at + c.start, at + c.end, c.kind, c.source, c.place, c.scope) for c in found]

    def add_copy(self, inside: str) -> None:
        labels, *options = inside.split()
        separator = next((SEPARATORS[o] for o in options if o in SEPARATORS), "\n\n")
        role = next((o.removeprefix("as=") for o in options if o.startswith("as=")), "")
        cut = next((o.removeprefix("words=") for o in options if o.startswith("words=")), ":")
        low, high = (int(n) if n else None for n in cut.split(":"))
        styles = [o for o in options if o in STYLES or o == "nbsp"]
        skip, left, begun = low or 0, high, False
        for label in expand(labels):
            size = len(words_of(self.pieces[label].text))
            first, last = min(skip, size), size if left is None else min(size, left)
            skip, left = skip - first, None if left is None else left - last
            if last <= first:
                continue
            if begun:
                self.text += separator.replace("\n", self.newline)
            self.add_piece(self.pieces[label], first, last, styles, role or role_of(label))
            begun = True

    def add_piece(self, piece: Piece, first: int, last: int | None, styles: list[str], role: str) -> None:
        places = words_of(piece.text)[first:last]
        shift: dict[int, tuple[int, int]] = {}
        tokens, previous = [], places[0][0]
        for number, (start, end) in enumerate(places):
            space, word = piece.text[previous:start], piece.text[start:end]
            for style in styles:
                word = STYLES[style](word) if style != "nbsp" else word
            if "nbsp" in styles and number == len(places) - 1:
                space = "\u00a0"
            self.text += space + word
            tokens.append((len(self.text) - len(word), len(self.text)))
            shift[start], previous = tokens[-1], end
        self.occurrences.append(Occurrence(piece.label, role, first, tuple(tokens)))
        for credit in piece.credits:
            inside = [(s, e) for s, e in places if s < credit.end and e > credit.start]
            if inside and inside[0][0] <= credit.start and inside[-1][1] >= credit.end:
                start = shift[inside[0][0]][0] + credit.start - inside[0][0]
                end = shift[inside[-1][0]][0] + credit.end - inside[-1][0]
                self.credits.append(Credit(start, end, credit.kind, credit.source, credit.place, credit.scope))


def shifted(article: Article, composer: Composer) -> None:
    """Give `article` the composed text without outer white space, and its places moved accordingly."""
    article.raw = composer.text
    by = len(composer.text) - len(composer.text.lstrip())
    article.text = composer.text.strip()
    article.occurrences = [
        Occurrence(o.label, o.role, o.first, tuple((s - by, e - by) for s, e in o.tokens)) for o in composer.occurrences
    ]
    headline = next((o for o in article.occurrences if o.role == "headline"), None)
    if headline:
        article.about.setdefault("title", article.text[headline.start : headline.end])
    article.credits = [Credit(c.start - by, c.end - by, c.kind, c.source, c.place, c.scope) for c in composer.credits]


def read_source(path: Path) -> tuple[Dump, dict[str, str]]:
    """A source file -> its dump, not yet composed, and the marked body of each article."""
    dump, bodies = Dump("", "\n", bom=False, fields={}, articles=[]), {}
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "@dump":
            dump.name, *flags = rest.split()
            dump.newline, dump.bom = "\r\n" if "crlf" in flags else "\n", "bom" in flags
        elif mark == "@fields":
            dump.fields = dict(pair.split("=") for pair in rest.split())
        elif mark == "@article":
            about = dict(part.split("=", 1) for part in shlex.split(rest))
            dump.articles.append(Article(about.pop("key"), dump.name, about))
            lines = []
        elif mark == "@from":
            dump.articles[-1].origin.append(tuple(rest.split()))
        elif mark == "@source":
            relation, _, name = rest.partition(" ")
            name, _, kind = name.partition(" / ")
            dump.articles[-1].origin.append(("source", relation, name, kind or "copied"))
        elif mark == "@why":
            dump.articles[-1].why = rest
        elif dump.articles:
            lines.append(line)
            bodies[dump.articles[-1].key] = "\n".join(lines)
    return dump, bodies


def read_sources(folder: Path) -> tuple[list[Dump], dict[str, Piece]]:
    """All source files -> the dumps, composed, and every passage by its label."""
    read = [read_source(path) for path in sorted(folder.glob("*.txt"))]
    pieces: dict[str, Piece] = {}
    for _, bodies in read:
        for body in bodies.values():
            collect_pieces(body, pieces)
    for dump, bodies in read:
        for article in dump.articles:
            composer = Composer(pieces, dump.newline)
            composer.add_body(bodies[article.key] + "\n")
            shifted(article, composer)
    return [dump for dump, _ in read], pieces
