"""Feeds in files or archives -> articles: the bytes go to a worker, the items come back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from provenance.dumps.intake import Found
from provenance.dumps.sources.decode import Decoded
from provenance.dumps.workers import Lost, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.dumps.intake import Intake

#: The parser's time grows with the square of its longest token: one comment of 16 MB takes 4 s.
MOST_FEED = 16 << 20


def read_feed_file(stream: BinaryIO, intake: Intake) -> Iterator[Question]:
    """A feed in XML -> its items, numbered from 0."""
    content = stream.read(MOST_FEED + 1)
    if len(content) > MOST_FEED:
        intake.reject(None, "too_long", f"a feed of more than {MOST_FEED >> 20} MB: split it")
    elif content:
        yield Question("feed", {}, content, partial(_take_feed, intake=intake))


def _take_feed(answer: dict[str, Any] | Lost, intake: Intake) -> None:
    if isinstance(answer, Lost):
        intake.reject(None, *answer)
        return
    if answer.get("decoded"):
        intake.decoded(Decoded("", *answer["decoded"]))
    items = answer.get("items") or []
    for number, item in enumerate(items):
        if item["text"].strip():
            intake.add(Found(**item, number=number))
        else:
            intake.reject(number, "blank", "an item without text")
    if answer.get("problem"):
        reason, detail = answer["problem"]
        intake.reject(None, reason, detail, "partial" if items else "skipped")
