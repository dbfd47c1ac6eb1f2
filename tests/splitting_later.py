"""Styles of dumps that were composed after the splitter was done, to see how it does on what nobody had in mind.

Boundary F1 of SECOND as it was first found, on bbc, reuters and polnear: .769, .759, .776; then headings, underlined
titles, agency datelines and two more layouts of feeds were learnt from it. Of THIRD, composed after that: .846, .815,
.761; then feet without heads, long lines of fields and dates in figures. `tests.splitting` joins and scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.splitting import NAMES, PLACES, SECTIONS, Style, clock, day, host, slug

if TYPE_CHECKING:
    import random

    from tests.splitting import Piece

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


def _capitals(piece: Piece, _chance: random.Random, paper: str) -> str:
    return f"{piece.title.upper()}\n{paper}, {day(piece)}\n\n"


def _markdown(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"# {piece.title}\n\n*By {chance.choice(NAMES)}, {day(piece)}*\n\n"


def _underlined(piece: Piece, _chance: random.Random, _paper: str) -> str:
    return f"{piece.title}\n{'=' * len(piece.title)}\n\n"


def _updated(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{piece.title}\n\nLast updated {day(piece)} at {clock(chance)} GMT\n\nShare this page\n\n"


def _digest(piece: Piece, chance: random.Random, paper: str) -> str:
    return (
        f"From: news@{host(paper)}\nSent: {piece.day:%A}, {day(piece)} {clock(chance)}\n"
        f"To: readers@{host(paper)}\nSubject: {piece.title}\n\n"
    )


def _codes(piece: Piece, chance: random.Random, paper: str) -> str:
    words = sum(map(len, map(str.split, piece.paragraphs)))
    return (
        f"HD {piece.title}\nBY {chance.choice(NAMES)}\nWC {words} words\nPD {day(piece)}\nSN {paper}\n"
        f"LA English\nCY (c) {piece.day.year}\nLP\n"
    )


def _after_codes(_piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"\nAN Document QUAY0000{chance.randint(10**8, 10**9)}\n"


def _numbered(piece: Piece, chance: random.Random, paper: str) -> str:
    author, place = chance.choice(NAMES), chance.choice(PLACES)
    head = f"Document {chance.randint(1, 99)} of 100\n\n{piece.title}\n\n"
    return f"{head}{author}. {paper} [{place}] {day(piece)}.\n\nFull text:\n"


def _subjects(piece: Piece, chance: random.Random, paper: str) -> str:
    subjects, when = "; ".join(chance.sample(SECTIONS, 3)), f"{piece.day:%b} {piece.day.day}, {piece.day.year}"
    about = f"Subject: {subjects}\nPublication title: {paper}\nPublication date: {when}"
    return f"\n\n{about}\nCopyright: {paper} {piece.day.year}"


def _french(piece: Piece, chance: random.Random, paper: str) -> str:
    when = f"{piece.day.day} {MONTHS[piece.day.month - 1]} {piece.day.year} à {clock(chance).replace(':', 'h')}"
    return f"{piece.title}\n\nPar {chance.choice(NAMES)} - {paper}\nPublié le {when}\n\n"


def _german(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{piece.title}\nVon {chance.choice(NAMES)}\nStand: {piece.day:%d.%m.%Y}, {clock(chance)} Uhr\n\n"


def _blogger(piece: Piece, chance: random.Random, _paper: str) -> str:
    number = chance.randint(10**17, 10**18)
    at = f"{piece.day:%Y-%m-%d}T{clock(chance)}:00.000-07:00"
    return f"tag:blogger.com,1999:blog-1234.post-{number} {at} {at} {piece.title} "


def _after_blogger(piece: Piece, chance: random.Random, paper: str) -> str:
    return f" https://{host(paper)}/{piece.day:%Y/%m}/{slug(piece)}.html {chance.choice(NAMES)} noreply@blogger.com"


def _drupal(piece: Piece, chance: random.Random, paper: str) -> str:
    return f"{piece.title} https://{host(paper)}/node/{chance.randint(1000, 9999)} "


def _after_drupal(piece: Piece, chance: random.Random, paper: str) -> str:
    at = f"{piece.day:%a, %d %b %Y} {clock(chance)}:00 +0000"
    return f" {at} {chance.choice(NAMES)} {chance.randint(1000, 9999)} at https://{host(paper)}"


def _sitemap(piece: Piece, chance: random.Random, paper: str) -> str:
    at = f"{piece.day:%Y-%m-%d}T{clock(chance)}:00+01:00"
    return f"https://{host(paper)}/{chance.choice(SECTIONS).lower()}/{slug(piece)}\n{at}\n{piece.title}\n\n"


def _social(piece: Piece, chance: random.Random, _paper: str) -> str:
    when = f"{piece.day:%b} {piece.day.day}, {piece.day.year}\n{chance.randint(2, 900)} shares"
    return f"{chance.choice(SECTIONS)}\n\n{piece.title}\n\n{chance.choice(NAMES)}\n{when}\n\n"


def _tags(_piece: Piece, chance: random.Random, paper: str) -> str:
    return (
        f"\n\nTags: {', '.join(chance.sample(SECTIONS, 3)).lower()}\n\nMore from {paper}\n\nSubscribe to our newsletter"
    )


def _dateline(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{piece.title}\n{chance.choice(PLACES)} (QNA) - "


def _forum(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{chance.choice(NAMES)}\nPosted: {day(piece)} {clock(chance)}    Post subject: {piece.title}\n\n"


def _counted(piece: Piece, chance: random.Random, paper: str) -> str:
    number = chance.randint(1, 99)
    return (
        f"{number} of 100 DOCUMENTS\n\n{paper}\n\n{piece.day:%B} {piece.day.day}, {piece.day.year}\n\n{piece.title}\n\n"
    )


def _spanish(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{piece.title}\n\n{chance.choice(NAMES)}\nMadrid - {piece.day:%d-%m-%Y} - {clock(chance)} CET\n\n"


def _piped(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{chance.randint(1000, 9999)} | {piece.title} | {chance.choice(SECTIONS)} | {piece.day:%Y-%m-%d}\n\n"


def _source_foot(piece: Piece, _chance: random.Random, paper: str) -> str:
    return f"\n[Source: {paper}, {day(piece)}]"


def _keys(piece: Piece, chance: random.Random, _paper: str) -> str:
    return (
        f"slug: {slug(piece)}\npublished_at: {piece.day:%Y-%m-%d}T{clock(chance)}:00.000Z\n"
        f"title: {piece.title}\nstatus: published\n\n"
    )


def _medium(piece: Piece, chance: random.Random, paper: str) -> str:
    number = f"{chance.randint(10**10, 10**11):x}"
    site, at = host(paper), f"{piece.day:%a, %d %b %Y} {clock(chance)}:00 GMT"
    topics, link = " ".join(chance.sample(SECTIONS, 2)).lower(), f"https://{site}/{slug(piece)}-{number}"
    return f"{piece.title} {link} https://{site}/p/{number} {topics} {chance.choice(NAMES)} {at} "


SECOND = {
    "capitals over name and date": Style(_capitals),
    "Markdown": Style(_markdown, between="\n\n---\n\n"),
    "Markdown without rulers": Style(_markdown),
    "underlined titles": Style(_underlined),
    "last updated": Style(_updated),
    "mail digest": Style(_digest),
    "two-letter fields": Style(_codes, _after_codes),
    "numbered library export": Style(_numbered, _subjects, "\n\n" + "_" * 60 + "\n\n"),
    "French page": Style(_french, lambda *_: "\n\nLire aussi\n\nPartager"),
    "German page": Style(_german),
    "agency dateline under title": Style(_dateline),
    "shares and tags": Style(_social, _tags),
    "address first": Style(_sitemap),
    "flattened Blogger": Style(_blogger, _after_blogger, between="\n", paragraphs=" "),
    "flattened Drupal": Style(_drupal, _after_drupal, between="\n", paragraphs=" "),
}
THIRD = {
    "forum": Style(_forum),
    "counted documents": Style(_counted),
    "Spanish page": Style(_spanish),
    "piped line over each": Style(_piped),
    "source in brackets under each": Style(lambda piece, *_: f"{piece.title}\n\n", _source_foot),
    "arrows under each": Style(lambda piece, *_: f"{piece.title}\n\n", lambda *_: "\n\n← Previous    Next →"),
    "fields of a publishing system": Style(_keys),
    "flattened Medium": Style(_medium, between="\n", paragraphs=" "),
}
