"""Mails and mailboxes -> articles: a mailbox is cut here, each mail goes to a worker."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from provenance.dumps.intake import Found
from provenance.dumps.web.web_pages import take_page
from provenance.dumps.workers import Lost, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.dumps.intake import Intake

#: Longer mails carry films and the like; as much of them as this is read.
MOST_MAIL = 8 << 20
#: The line before each mail of a mailbox (RFC 4155): the sender and a time.
_FROM = re.compile(rb"From \S+ .{0,60}\d\d:\d\d.{0,60}(?:19|20)\d\d")


def read_mail(stream: BinaryIO, intake: Intake) -> Iterator[Question]:
    """A mail -> an article."""
    content = stream.read(MOST_MAIL + 1)
    if content:
        yield from _ask(content, intake, None)


def read_mailbox(stream: BinaryIO, intake: Intake) -> Iterator[Question]:
    """A mailbox -> an article for each mail, numbered from 0."""
    number = 0
    mail = bytearray()
    blank = True
    while line := stream.readline(1 << 16):
        if blank and _FROM.match(line):
            if mail:
                yield from _ask(bytes(mail), intake, number)
                number += 1
            mail = bytearray()
        elif len(mail) <= MOST_MAIL:
            mail += line[1:] if line.startswith(b">From ") else line
        blank = not line.strip()
    if mail:
        yield from _ask(bytes(mail), intake, number)


def _ask(content: bytes, intake: Intake, number: int | None) -> Iterator[Question]:
    if len(content) > MOST_MAIL:
        size = f"{MOST_MAIL >> 20} MB"
        intake.reject(number, "too_long", f"a mail of more than {size}: only the first {size} were read", "partial")
    known = Found("", number=number)
    yield Question("mail", {}, content[:MOST_MAIL], partial(_take_mail, intake=intake, known=known))


def _take_mail(answer: dict[str, Any] | Lost, intake: Intake, known: Found) -> None:
    """A worker's answer for a mail -> articles: its text, and each that is attached; other attachments are counted."""
    if isinstance(answer, Lost) or answer.get("text") is None:
        take_page(answer, intake, known)
        return
    if answer["text"].strip() or not answer["attached"]:
        take_page(answer, intake, known)
    # What is attached is of the mail's date and sender unless it says otherwise.
    known = known._replace(byline=answer["labels"]["byline"], published=answer["labels"]["published"])
    for one in answer["attached"]:
        take_page(one, intake, known)
    for kind in answer["left"]:
        intake.leave(kind)
