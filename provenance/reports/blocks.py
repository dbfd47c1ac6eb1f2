"""Tables -> blocks of the page: JSON, deflated, in base64; the page inflates a block when a view asks for it."""

from __future__ import annotations

import base64
import io
import zlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

#: Characters of JSON in a block, about: a browser inflates and parses as much in some 30 ms.
BLOCK = 1_000_000
THREADS = 2  # zlib lets go of the interpreter; more threads would hold more blocks in memory at once


class Block(NamedTuple):
    """A part of the page's data: base64 (ASCII) of a zlib stream of UTF-8 JSON."""

    name: str
    content: str


def pack(parts: Iterable[tuple[str, bytes]]) -> Iterator[Block]:
    """Named JSON -> blocks, in order. Level 1: a third larger than level 6 on news, and four times as fast."""

    def squeeze(part: tuple[str, bytes]) -> Block:
        name, text = part
        return Block(name, base64.b64encode(zlib.compress(text, 1)).decode("ascii"))

    waiting: deque[Future[Block]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for part in parts:  # pool.map would take them all at once, .16 GB of JSON for 100,000 articles
            waiting.append(pool.submit(squeeze, part))
            if len(waiting) > 2 * THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def unpack(content: str) -> bytes:
    """A block's content -> its JSON."""
    return zlib.decompress(base64.b64decode(content))


def cut(weights: pl.Series) -> list[int]:
    """How much each row weighs -> the first row of every block, so that a block weighs about BLOCK."""
    if weights.is_empty():
        return []
    numbers = (weights.cum_sum() - weights) // BLOCK
    return [*numbers.ne_missing(numbers.shift(1)).arg_true().to_list()]


def rows(name: str, frame: pl.DataFrame, starts: list[int]) -> Iterator[tuple[str, bytes]]:
    """A frame -> JSON of its rows from each start to the next, as NAME-0, NAME-1, ..."""
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else frame.height
        yield f"{name}-{number}", json_of(frame[start:end])


def json_of(frame: pl.DataFrame) -> bytes:
    """JSON of a frame's rows."""
    text = io.BytesIO()  # without one it is copied twice, into a string and out of it
    frame.write_json(text)
    return text.getvalue()


def share(name: str) -> pl.Expr:
    """A column of shares to three digits: what a page shows, and half the characters of a 32-bit float."""
    return pl.col(name).cast(pl.Float64).round(3)


def thousandth(name: str) -> pl.Expr:
    """A column of shares as whole thousandths, for lists of whole numbers."""
    return (pl.col(name) * 1000).round().cast(pl.Int64)


def seconds(name: str) -> pl.Expr:
    """A column of moments as seconds since 1970."""
    return pl.col(name).dt.epoch("s")
