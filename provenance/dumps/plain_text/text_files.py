"""A file of plain text -> the articles in it, a window at a time."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO

from provenance.dumps.intake import Found
from provenance.dumps.plain_text.articles import split_articles
from provenance.dumps.rejects import NOT_TEXT
from provenance.dumps.sources.decode import decode_text, is_binary

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from provenance.dumps.intake import Intake
    from provenance.dumps.plain_text.articles import Article
    from provenance.dumps.sources.decode import Decoded

#: Longer files are split a window at a time; the last article of each waits for the next. Lines take six times as
#: much memory as their text while they are looked at.
WINDOW = 8 << 20
#: A window has no more lines than this: ten million lines of one letter would take 4 GB.
MOST_LINES = 300_000
#: No article is longer: a stretch in which none begins is cut at a line.
MOST_ARTICLE = 2 * WINDOW


def read_text(stream: BinaryIO, intake: Intake) -> Iterator[pl.DataFrame]:
    """Plain text -> its articles; a file with several numbers them from 0."""
    octets = stream.read(WINDOW)
    decoded = decode_text(octets, intake.charset)
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
    lines = octets.count(b"\n")
    size = WINDOW if lines <= MOST_LINES else max(1 << 16, WINDOW * MOST_LINES // lines)
    blocks, most = _blocks(octets, stream, size), MOST_ARTICLE * size // WINDOW
    first_block, more = next(blocks, b""), next(blocks, b"")
    if not more:
        intake.decoded(decoded)
        yield decoded.text, 0, split_articles(decoded.text)
        return
    decoder = codecs.getincrementaldecoder(decoded.encoding or "utf-8")("replace")
    text, first, bad = decoder.decode(first_block).removeprefix("\ufeff"), 0, 0
    del octets, first_block
    while True:
        articles = split_articles(text)
        if not more:
            yield text, first, articles
            break
        if not articles:
            cut = len(text)
        elif len(articles) > 1:
            cut = articles[-1].start
            yield text, first, articles[:-1]
        elif len(text) > most:
            cut = text.rfind("\n", most // 2) + 1
            long = f"{most:,} characters"
            if cut:
                intake.reject(None, "too_long", f"no article begins within {long}: cut at a line", "partial")
                yield text, first, split_articles(text[:cut])
            else:
                intake.reject(None, "too_long", f"a line of more than {long}: split it", "partial")
                more, skipped = _skip_line(decoder, more, blocks)
                first, text, cut = first + len(text) + skipped, "", 0
        else:
            cut = 0
        fresh = decoder.decode(more)
        bad += fresh.count("\ufffd")
        first, text = first + cut, text[cut:] + fresh
        more = next(blocks, b"")
    intake.decoded(decoded._replace(bad_bytes=decoded.bad_bytes + bad))


def _blocks(held: bytes, stream: BinaryIO, size: int) -> Iterator[bytes]:
    """What was read already and what follows, in pieces."""
    for start in range(0, len(held), size):
        yield held[start : start + size]
    if len(held) == WINDOW:
        while block := stream.read(size):
            yield block


def _skip_line(decoder: codecs.IncrementalDecoder, block: bytes, blocks: Iterator[bytes]) -> tuple[bytes, int]:
    """Read on to the end of a line -> what follows it, and how many characters were left out."""
    skipped = 0
    while block:
        at = block.find(b"\n")
        if at >= 0:
            return block[at:], skipped + len(decoder.decode(block[:at]))
        skipped += len(decoder.decode(block))
        block = next(blocks, b"")
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
        published=head.stated or (head.published.isoformat() if head.published is not None else None),
        url=head.url,
    )
