"""Pages in files or archives -> articles: the bytes go to a worker, what it finds comes back."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from provenance.dumps.intake import Found
from provenance.dumps.sources.addresses import is_web
from provenance.dumps.sources.decode import Decoded
from provenance.dumps.workers import Lost, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.dumps.intake import Intake


#: Longer pages are none: a news page has 100 to 500 kB, most of it scripts.
MOST_PAGE = 8 << 20
#: Where a page has ended and another begins: whoever saves pages may well save them into one file.
_NEXT_PAGE = re.compile(rb"(?<=</html>)\s*(?=<(?:!doctype\s|html[\s>]|\?xml\s))", re.IGNORECASE)


def read_page_file(stream: BinaryIO, intake: Intake) -> Iterator[Question]:
    """Web pages, one or one behind another -> their articles; several are numbered from 0."""
    url = intake.path if is_web(intake.path) and "!/" not in intake.path else None
    pages = _pages(stream)
    first = next(pages, None)
    for number, content in enumerate(pages, 1):
        if first is not None:
            yield from ask_page(first, intake, Found("", number=0, url=url), intake.charset)
            first = None
        yield from ask_page(content, intake, Found("", number=number, url=url), intake.charset)
    if first:
        yield from ask_page(first, intake, Found("", url=url), intake.charset)


def _pages(stream: BinaryIO) -> Iterator[bytes]:
    """The pages in a file; the last may be longer than any is, and is cut then."""
    held = b""
    while len(held) <= MOST_PAGE and (block := stream.read(MOST_PAGE + 1 - len(held))):
        *whole, held = _NEXT_PAGE.split(held + block)
        yield from whole
    yield held


def ask_page(
    content: bytes, intake: Intake, known: Found, charset: str | None, *, trusted: bool = False
) -> Iterator[Question]:
    """The bytes of a page and what is known of it -> the question for a worker; its answer goes to `intake`.

    What the page says of itself is believed before `known`, but for its address and its place; a record's fields are
    `trusted` before the page that it holds.
    """
    if len(content) > MOST_PAGE:
        intake.reject(known.number, "too_long", f"a page of more than {MOST_PAGE >> 20} MB: extract its text yourself")
        return
    asked = {"charset": charset, "url": known.url}
    yield Question("page", asked, content, partial(take_page, intake=intake, known=known, trusted=trusted))


def take_page(answer: dict[str, Any] | Lost, intake: Intake, known: Found, *, trusted: bool = False) -> None:
    """A worker's answer for a page -> an article in the intake, or a reject."""
    if isinstance(answer, Lost):
        intake.reject(known.number, *answer)
        return
    if answer.get("decoded"):
        intake.decoded(Decoded("", *answer["decoded"]), known.number)
    problem, text = answer.get("problem"), answer.get("text") or ""
    if problem:
        intake.reject(known.number, problem[0], problem[1], "partial" if text.strip() else "skipped")
    elif not text.strip():
        intake.reject(known.number, "blank" if known.number is not None else "empty", "a page without text")
    if text.strip():
        said = {name: value for name, value in answer["labels"].items() if value}
        told = {name: value for name, value in known._asdict().items() if value is not None and name != "text"}
        fixed = {name: told[name] for name in told if trusted or name in ("number", "own", "url")}
        intake.add(Found(text, **(told | said | fixed)))
