"""A file of plain text -> the articles in it, a window at a time."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO

from provenance.dumps.decode import decode_text, is_binary
from provenance.dumps.intake import Found
from provenance.dumps.lines import NOT_TEXT
from provenance.dumps.plain import split_articles

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from provenance.dumps.decode import Decoded
    from provenance.dumps.intake import Intake
    from provenance.dumps.plain import Article

#: Longer files are split a window at a time; the last article of each waits for the next. Lines take six times as
#: much memory as their text while they are looked at.
WINDOW = 16 << 20
#: No article is longer: a stretch in which none begins is cut at a line.
MOST_ARTICLE = 2 * WINDOW


def read_text(stream: BinaryIO, intake: Intake) -> Iterator[pl.DataFrame]:
    """Plain text -> its articles; a file with several numbers them from 0."""
    octets = stream.read(WINDOW)
    decoded = decode_text(octets)
    if decoded.encoding is None:
        problem = NOT_TEXT if is_binary(octets) or not octets else ("undecodable", "no encoding fits: save it as UTF-8")
        intake.reject(None, *problem)
        return
    number = 0
    waiting: Found | None = None
    for text, first, articles in _windows(octets, decoded, stream, intake):
        for article in articles:
            if waiting is not None:
                intake.add(waiting._replace(number=number))
                number += 1
                yield from intake.full()
            waiting = _found(text, first, article)
    if waiting is not None:
        intake.add(waiting._replace(number=number or None))


def _windows(
    octets: bytes, decoded: Decoded, stream: BinaryIO, intake: Intake
) -> Iterator[tuple[str, int, list[Article]]]:
    """Stretches of a file: the text, its place in the file, and the articles that end in it."""
    more = stream.read(WINDOW) if len(octets) == WINDOW else b""
    if not more:
        intake.decoded(decoded)
        yield decoded.text, 0, split_articles(decoded.text)
        return
    decoder = codecs.getincrementaldecoder(decoded.encoding or "utf-8")("replace")
    text, first, bad = decoder.decode(octets).removeprefix("\ufeff"), 0, 0
    del octets
    while True:
        articles = split_articles(text)
        if not more:
            yield text, first, articles
            break
        if len(articles) > 1:
            cut = articles[-1].start
            yield text, first, articles[:-1]
        elif len(text) > MOST_ARTICLE:
            cut = text.rfind("\n", MOST_ARTICLE // 2) + 1
            size = f"{MOST_ARTICLE >> 20} million characters"
            if cut:
                intake.reject(None, "too_long", f"no article begins within {size}: cut at a line", "partial")
                yield text, first, split_articles(text[:cut])
            else:
                intake.reject(None, "too_long", f"a line of more than {size}: split it", "partial")
                more, skipped = _skip_line(decoder, more, stream)
                first, text, cut = first + len(text) + skipped, "", 0
        else:
            cut = 0
        fresh = decoder.decode(more)
        bad += fresh.count("\ufffd")
        first, text = first + cut, text[cut:] + fresh
        more = stream.read(WINDOW)
    intake.decoded(decoded._replace(bad_bytes=decoded.bad_bytes + bad))


def _skip_line(decoder: codecs.IncrementalDecoder, block: bytes, stream: BinaryIO) -> tuple[bytes, int]:
    """Read on to the end of a line -> what follows it, and how many characters were left out."""
    skipped = 0
    while block:
        at = block.find(b"\n")
        if at >= 0:
            return block[at:], skipped + len(decoder.decode(block[:at]))
        skipped += len(decoder.decode(block))
        block = stream.read(WINDOW)
    return b"", skipped


def _found(text: str, first: int, article: Article) -> Found:
    head = article.head
    return Found(
        text[article.start : article.end],
        start=first + article.start,
        end=first + article.end,
        outlet=head.outlet,
        title=head.title,
        byline=head.byline,
        published=head.published.isoformat() if head.published is not None else None,
        url=head.url,
    )
