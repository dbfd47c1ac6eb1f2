"""Styles of dumps composed last of all, in two more rounds: see `tests.splitting_later` for those before.

Boundary F1 of FOURTH as it was first found, on bbc, reuters and polnear: .402, .401, .444; then what stands before a
headline on its line or behind it, headlines between two rulers and datelines with a day were learnt from it. Of FIFTH,
composed after that: .873, .874, .801 (and before it: .873, .874, .795); then any sign before a headline.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.splitting import NAMES, PLACES, SECTIONS, Style, clock, day, host, slug

if TYPE_CHECKING:
    import random

    from tests.splitting import Piece


def _short(piece: Piece) -> str:
    return f"{piece.day:%b} {piece.day.day}, {piece.day.year}"


def _agency(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{piece.title}\n\n{chance.choice(PLACES)}, {piece.day:%b}. {piece.day.day} (QNA) -- "


def _export(piece: Piece, chance: random.Random, _paper: str) -> str:
    at = f"{piece.day:%m/%d/%Y} 09:{chance.randint(10, 59)}:00 AM"
    return f"AUTHOR: {chance.choice(NAMES)}\nTITLE: {piece.title}\nSTATUS: Publish\nDATE: {at}\n-----\nBODY:\n"


def _printed(piece: Piece, chance: random.Random, paper: str) -> str:
    head = f"{paper} — {piece.day:%A}, {piece.day:%B} {piece.day.day}, {piece.day.year} — Page A{chance.randint(1, 30)}"
    return f"{head}\n{piece.title.upper()}\nBy {chance.choice(NAMES)}, Staff Writer\n\n"


def _listed(piece: Piece, _chance: random.Random, _paper: str) -> str:
    return f"{piece.number}. {piece.title}\n\n"


def _alert(piece: Piece, _chance: random.Random, paper: str) -> str:
    return f"{piece.title}\n{paper} - {day(piece)}\n<https://www.{host(paper)}/{slug(piece)}>\n\n"


def _of_site(piece: Piece, _chance: random.Random, paper: str) -> str:
    return f"{piece.title} | {paper}\n\n"


def _keys(piece: Piece, chance: random.Random, _paper: str) -> str:
    return (
        f'{{\n  "headline": "{piece.title}",\n  "author": "{chance.choice(NAMES)}",\n'
        f'  "date": "{piece.day:%Y-%m-%d}",\n  "body": "'
    )


def _framed(piece: Piece, _chance: random.Random, _paper: str) -> str:
    return f"{'=' * 70}\n{piece.title}\n{'=' * 70}\n\n"


def _section(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{chance.choice(SECTIONS).upper()}: {piece.title}\n\n"


def _ticker(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{clock(chance)} GMT | {piece.title}\n\n"


def _minutes(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"{piece.title}\n{chance.choice(NAMES)} · {_short(piece)} · {chance.randint(2, 9)} min read\n\n"


def _free(piece: Piece, _chance: random.Random, paper: str) -> str:
    return f"{piece.title}\n\nFrom {paper}, the free news source\n\n{piece.day:%A}, {_short(piece)}\n\n"


FOURTH = {
    "agency, place and day under title": Style(_agency),
    "export of a blog": Style(_export, lambda *_: "\n-----\n--------", "\n"),
    "print edition": Style(_printed),
    "numbered list": Style(_listed),
    "alert by mail": Style(_alert),
    "title and site": Style(_of_site),
    "lines of JSON": Style(_keys, lambda *_: '"\n},', "\n"),
    "framed titles": Style(_framed),
    "section and title, stars between": Style(_section, between="\n\n*****\n\n"),
    "section and title": Style(_section),
    "time and title": Style(_ticker),
    "minutes to read": Style(_minutes),
    "free news source": Style(_free),
    "copyright under each": Style(
        lambda piece, *_: f"{piece.title}\n\n", lambda piece, _chance, paper: f"\n\n© {piece.day.year} {paper}"
    ),
}


def _trec(piece: Piece, chance: random.Random, _paper: str) -> str:
    number = f"QNA{piece.day:%Y%m%d}.{chance.randint(0, 9999):04}"
    return f"<DOC>\n<DOCNO> {number} </DOCNO>\n<HEADLINE>\n{piece.title}\n</HEADLINE>\n<TEXT>\n<P>\n"


def _front_matter(piece: Piece, chance: random.Random, _paper: str) -> str:
    fields = f"layout: post\ntitle: {piece.title}\nauthor: {chance.choice(NAMES)}\ndate: {piece.day:%Y-%m-%d}"
    return f"---\n{fields}\ncategories: [{', '.join(chance.sample(SECTIONS, 2)).lower()}]\n---\n\n"


def _message(piece: Piece, chance: random.Random, paper: str) -> str:
    return f"{paper}, [{piece.day:%d.%m.%y} {clock(chance)}]\n{piece.title}\n\n"


def _anpa(piece: Piece, chance: random.Random, _paper: str) -> str:
    words = re.findall("[A-Z][a-z]{3,}", piece.title)[:2] or ["News"]
    head = f"BC-{'-'.join(words)},{chance.randint(100, 999):04}<\n^{piece.title}<\n^By {chance.choice(NAMES).upper()}="
    return f"{head}\n^QNA Writer=\n   {chance.choice(PLACES)} (QNA) _ "


def _browser(piece: Piece, chance: random.Random, paper: str) -> str:
    links = "   ".join(f"[{at}]{name}" for at, name in enumerate(chance.sample(SECTIONS, 4), chance.randint(1, 9)))
    return f"   #[0]{paper}\n\n   {links}\n\n{piece.title}\n\n   {chance.choice(NAMES)}\n   {day(piece)}\n\n"


def _mailed(piece: Piece, chance: random.Random, paper: str) -> str:
    at = f"{piece.day:%a, %d %b %Y} {clock(chance)}:00 +0000"
    return f"From: {paper} <news@{host(paper)}>\nDate: {at}\nSubject: {piece.title}\nMIME-Version: 1.0\n\n"


def _starred(piece: Piece, chance: random.Random, paper: str) -> str:
    return f"★ {piece.title} ({paper}, {piece.day:%Y-%m-%d} {clock(chance)})\n\n"


def _outline(piece: Piece, chance: random.Random, _paper: str) -> str:
    return f"* {piece.title}  :{chance.choice(SECTIONS).lower()}:\n  <{piece.day:%Y-%m-%d %a}>\n\n"


FIFTH = {
    "TREC": Style(_trec, lambda *_: "\n</P>\n</TEXT>\n</DOC>", "\n", "\n</P>\n<P>\n"),
    "front matter": Style(_front_matter),
    "channel of messages": Style(_message),
    "ANPA wire": Style(_anpa, paragraphs="\n   "),
    "page as a terminal shows it": Style(_browser, width=72),
    "mail, wrapped": Style(_mailed, width=72),
    "reader's stars": Style(_starred),
    "outline": Style(_outline),
}
