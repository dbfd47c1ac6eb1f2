"""Articles joined to text dumps in the ways in which people and programs join them, and how well they come apart again.

python -m tests.splitting FOLDER    bbc, reuters and polnear of a folder of corpora: boundary F1 by corpus and style
"""

from __future__ import annotations

import random
import re
import sys
import textwrap
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from provenance.dumps.plain_text.articles import split_articles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NAMES = (
    "Ann Lee",
    "Bo Ray",
    "Carla Mendes",
    "Dmitri Orlov",
    "Emma van Dijk",
    "Farid Haddad",
    "Greta Holm",
    "Hugo Marti",
)
PLACES = ("PORT HALVEN", "LONDON", "BREVIN", "Washington", "CAIRO")
PAPERS = ("The Quay Post", "Brevin Courier", "Harbour Times", "Coast Daily News")
SECTIONS = ("News", "Business", "World", "Sport", "Opinion", "Politics")


class Piece(NamedTuple):
    """An article to be joined to others."""

    title: str
    paragraphs: list[str]
    day: date
    number: int = 0  # its place in the dump, from 1


class Joined(NamedTuple):
    """A dump; `gaps[k]` is where the border behind its article k may lie: behind its body, before the next title."""

    text: str
    gaps: list[tuple[int, int]]


class Style(NamedTuple):
    """How a dump is laid out: what stands before and behind each article, and between them."""

    head: Callable[[Piece, random.Random, str], str]
    foot: Callable[[Piece, random.Random, str], str] = lambda _piece, _chance, _paper: ""
    between: str = "\n\n"
    paragraphs: str = "\n\n"
    #: Characters of a line of the body, where lines are wrapped.
    width: int = 0


def _long(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _doubled(piece: Piece, chance: random.Random, paper: str) -> str:
    when = f"{day(piece)} - {chance.randint(10, 23)}:{chance.randint(10, 59)}"
    return f"{piece.title}\n\n{piece.title}\n\nBy {chance.choice(NAMES)}\n{when}\n\n{paper}\n\n"


def clock(chance: random.Random) -> str:
    """An hour and its minute."""
    return f"{chance.randint(0, 23):02}:{chance.randint(10, 59)}"


def day(piece: Piece) -> str:
    return f"{piece.day.day} {piece.day:%B %Y}"


def _related(_piece: Piece, chance: random.Random, paper: str) -> str:
    year = chance.randint(2010, 2020)
    return f"\n\nRelated Articles\n\nShare this\nFacebook\nTwitter\n\n© {year} {paper}. All rights reserved."


def _wire(piece: Piece, chance: random.Random, _paper: str) -> str:
    slug = "-".join(re.findall(r"[A-Za-z]{4,}", piece.title.upper())[:2]) or "BRIEF"
    number = f"{chance.randint(0, 9999):04}"
    return (
        f"BC-{slug} {number}\n{piece.title.upper()}\n\n    {chance.choice(PLACES)}, {piece.day:%B} {piece.day.day} - "
    )


def _archive(piece: Piece, chance: random.Random, paper: str) -> str:
    words = sum(len(paragraph.split()) for paragraph in piece.paragraphs)
    return (
        f"{paper}\n\n{_long(piece.day)} {piece.day:%A}\n\n{piece.title}\n\nBYLINE: {chance.choice(NAMES).upper()}\n\n"
        f"SECTION: {chance.choice(SECTIONS).upper()}; Pg. {chance.randint(1, 40)}\n\nLENGTH: {words} words\n\n\n"
    )


def _load_date(piece: Piece, _chance: random.Random, paper: str) -> str:
    return (
        f"\n\nLOAD-DATE: {_long(piece.day)}\n\nLANGUAGE: ENGLISH\n\nPUBLICATION-TYPE: Newspaper\n\n\n"
        f"Copyright {piece.day.year} {paper}\nAll Rights Reserved"
    )


def host(paper: str) -> str:
    """A paper -> its site, under a name that nobody can register."""
    return "".join(re.findall("[a-z]", paper.lower())) + ".example"


def slug(piece: Piece) -> str:
    """A piece -> its title as addresses have it."""
    return "-".join(re.findall("[a-z]+", piece.title.lower())[:6])


def _database(piece: Piece, chance: random.Random, paper: str) -> str:
    words = sum(len(paragraph.split()) for paragraph in piece.paragraphs)
    name, year = chance.choice(NAMES), piece.day.year
    return f"{piece.title}\nBy {name}\n{words} words\n{day(piece)}\n{paper}\nEnglish\n(c) {year} {paper}\n\n"


def _document(_piece: Piece, chance: random.Random, paper: str) -> str:
    code = "".join(re.findall("[A-Z]", paper)) * 2
    return f"\n\nDocument {code}0000{chance.randint(10**9, 10**10)}"


def _blog(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{piece.title}\nPosted by {chance.choice(NAMES)} on {_long(piece.day)}\n\n"


def _comments(_piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"\n\nPosted in {chance.choice(SECTIONS)} | {chance.randint(2, 40)} Comments »"


def _plain(piece: Piece, _chance: random.Random, _paper: str) -> str:
    return f"{piece.title}\n\n"


def _dated(piece: Piece, _chance: random.Random, _paper: str) -> str:
    return f"{piece.title}\n{day(piece)}\n\n"


def _page(piece: Piece, chance: random.Random, paper: str) -> str:
    return (
        f"Home News Sport Business Opinion Contact\n\n{piece.title} | {paper}\n\n{piece.title}\n\n"
        f"By {chance.choice(NAMES)}, {paper}\nPublished: {piece.day:%Y-%m-%d} {chance.randint(10, 23)}:15\n\nShare\n\n"
    )


def _furniture(_piece: Piece, chance: random.Random, paper: str) -> str:
    lines = ["Advertisement", "Read more", "Sign up for our newsletter", "Most read", "Leave a comment", "Print this"]
    return "\n\n" + "\n".join(chance.sample(lines, 3)) + f"\n\nCopyright © {paper}. Terms of use | Privacy policy"


def _fields(piece: Piece, chance: random.Random, paper: str) -> str:
    return f"Title: {piece.title}\nDate: {piece.day:%Y-%m-%d}\nAuthor: {chance.choice(NAMES)}\nSource: {paper}\n\n"


def _linked(piece: Piece, _chance: random.Random, paper: str) -> str:
    return f"{piece.title}\nhttps://www.{host(paper)}/{piece.day:%Y/%m/%d}/{slug(piece)}\n\n"


def _feed(piece: Piece, chance: random.Random, paper: str) -> str:
    """An item of a feed by a generator that is not WordPress: id, title, link, dates, author, without tags."""
    at = f"{piece.day:%Y-%m-%d}T{chance.randint(10, 23)}:00:00Z"
    link = f"https://{host(paper)}/{chance.randint(10**6, 10**7)}"
    return f"{piece.title}\n{link}\n{at}\n{chance.choice(NAMES)}\n"


def _rfc_feed(piece: Piece, chance: random.Random, paper: str) -> str:
    at = f"{piece.day:%a, %d %b %Y} {chance.randint(10, 23)}:00:00 GMT"
    return f"{piece.title} https://{host(paper)}/news/{chance.randint(10**6, 10**7)} {at} "


STYLES = {
    "doubled headlines": Style(_doubled, _related),
    "doubled headlines, spaced": Style(_doubled, between="\n\n\n\n"),
    "newswire with slugs": Style(_wire, lambda *_: "\n REUTER", paragraphs="\n    "),
    "newswire, -30-": Style(_wire, lambda *_: "\n\n-30-", paragraphs="\n    "),
    "archive print": Style(_archive, _load_date, "\n\n\n"),
    "archive print without foot": Style(_archive, between="\n\n\n\n"),
    "database export": Style(_database, _document, "\n\n"),
    "pasted blog": Style(_blog, _comments),
    "pasted blog without foot": Style(_blog),
    "wide space": Style(_plain, between="\n\n\n\n"),
    "ruler": Style(_plain, between="\n\n----------\n\n"),
    "stars": Style(_plain, between="\n\n* * *\n\n"),
    "dated": Style(_dated),
    "whole pages": Style(_page, _furniture),
    "named fields": Style(_fields),
    "linked": Style(_linked),
    "flattened Atom": Style(_feed, between="\n"),
    "flattened RSS": Style(_rfc_feed, between="\n", paragraphs=" "),
}


def join(pieces: list[Piece], style: Style, chance: random.Random) -> Joined:
    """Articles -> a dump in one style, with the gaps in which its borders lie."""
    paper = chance.choice(PAPERS)
    text, ends, titles = "", [], []
    for at, piece in enumerate(pieces):
        text += style.between if at else ""
        head = style.head(piece._replace(number=at + 1), chance, paper)
        first = min(place for form in (piece.title, piece.title.upper()) if (place := head.find(form)) >= 0)
        titles.append(len(text) + first)
        body = [textwrap.fill(part, style.width) if style.width else part for part in piece.paragraphs]
        text += head + style.paragraphs.join(body)
        ends.append(len(text))
        text += style.foot(piece, chance, paper)
    return Joined(text, list(zip(ends[:-1], titles[1:], strict=True)))


def score(joined: Joined) -> tuple[int, int, int]:
    """A dump -> borders found in their gaps, borders found, borders there are."""
    starts = [article.start for article in split_articles(joined.text)][1:]
    hit = sum(any(low <= start <= high for start in starts) for low, high in joined.gaps)
    return hit, len(starts), len(joined.gaps)


def f1(counts: Iterable[tuple[int, int, int]]) -> float:
    hit, found, there = (sum(column) for column in zip(*counts, strict=True))
    return 2 * hit / (found + there) if found + there else 1.0


def pieces_of(frame: pl.DataFrame, chance: random.Random) -> list[Piece]:
    """Articles whose first line is their title -> pieces with made-up days where they have none."""
    pieces = []
    for text in frame["text"]:
        first, _, rest = text.strip().partition("\n\n" if "\n\n" in text else "\n")
        body = re.sub(r"&\\t|\s*REUTER\s*$", "\n", rest)
        body = re.sub(r"^\s*[A-Z ,/]+, [A-Z][a-z]+ \d+ - ", "", body)
        parts = re.split(r"\n\s*\n|\n(?=\s{4})", body) if "&\\t" not in rest else body.split("\n\n")
        paragraphs = [" ".join(part.split()) for part in parts if part.strip()]
        head = " ".join(first.split()).rstrip(".")
        if paragraphs and 3 <= len(head.split()) <= 20 and sum(len(part.split()) for part in paragraphs) >= 40:
            pieces.append(Piece(head, paragraphs, date(2004, 1, 1) + timedelta(chance.randrange(5000))))
    return pieces


def measure(
    folder: Path, styles: dict[str, Style] = STYLES, dumps: int = 4, articles: int = 20
) -> dict[str, dict[str, float]]:
    """Corpora -> boundary F1 by corpus and style."""
    table: dict[str, dict[str, float]] = {}
    for name in ("bbc", "reuters", "polnear"):
        chance = random.Random(f"splitting {name}")
        pieces = pieces_of(pl.read_parquet(folder / name / "documents.parquet"), chance)
        table[name] = {
            name: f1(score(join(chance.sample(pieces, articles), style, chance)) for _ in range(dumps))
            for name, style in styles.items()
        }
    return table


def rows(table: dict[str, dict[str, float]]) -> list[str]:
    """Boundary F1 by corpus and style -> a table's rows, means last."""
    styles = list(next(iter(table.values())))
    means = " | ".join(f"{sum(column.values()) / len(column):.3f}" for column in table.values())
    return [
        "| style | " + " | ".join(table) + " |",
        "|---|" + "---|" * len(table),
        *(f"| {style} | " + " | ".join(f"{column[style]:.3f}" for column in table.values()) + " |" for style in styles),
        f"| mean | {means} |",
    ]


def main() -> None:
    """Print boundary F1 by corpus and style, of these styles and of those composed later."""
    from tests.splitting_last import FIFTH, FOURTH  # noqa: PLC0415  they need this module
    from tests.splitting_later import SECOND, THIRD  # noqa: PLC0415

    for styles in (STYLES, SECOND, THIRD, FOURTH, FIFTH):
        print("\n".join(rows(measure(Path(sys.argv[1]), styles))))


if __name__ == "__main__":
    main()
