"""A worker hands the texts of a table over in memory, so that they are decoded once. The reader's side is taking.py.

Texts are written as UTF-8 one after another, and their lengths behind all of them. Nothing slow is imported here.
"""

from __future__ import annotations

import contextlib
from array import array
from io import FileIO

import polars as pl

NULL = -1  # the length that stands for a null
PIECE = 1 << 20  # bytes written at a time, from memory that is used again: for 20 MB it was mapped anew each time
STEP = 8  # bytes of a length, and what lengths are aligned to


class Giver:
    """The worker's side: texts are written into the memory at `place` as they come."""

    def __init__(self, place: str, most: int) -> None:
        """`most` is how many bytes of text are taken; more are not handed over."""
        self._stream: FileIO | None = FileIO(place, "r+")
        self._most, self._bytes = most, 0
        self._sizes = array("q")

    def give(self, texts: pl.Series) -> None:
        """Write the next texts. Gives up, and hands nothing over, if these are no strings or all together too many."""
        if self._stream is None:
            return
        if texts.dtype != pl.String:
            self._stop()
            return
        sizes = texts.str.len_bytes().cast(pl.Int64)
        more = int(sizes.sum())
        self._bytes += more
        self._sizes.extend(sizes.fill_null(NULL).to_list())
        if self._bytes > self._most:
            self._stop()
        else:
            for some in texts.to_frame().iter_slices(1 + len(texts) * PIECE // max(more, 1)):
                self._write(some.to_series().str.join("").cast(pl.Binary).item())

    def done(self) -> int | None:
        """Write the lengths -> how many bytes of text there are; None where they were not handed over."""
        self._write(bytes(-self._bytes % STEP) + self._sizes.tobytes())
        if self._stream is None:
            return None
        with self._stream:
            self._stream.truncate()  # a worker that died over the same file may have written more
        return self._bytes

    def _write(self, octets: bytes) -> None:
        rest = memoryview(octets)
        try:
            while rest and self._stream is not None:
                rest = rest[self._stream.write(rest) :]
        except OSError:  # there is no memory; the table may still be read
            self._stop()

    def _stop(self) -> None:
        if self._stream is not None:
            stream, self._stream = self._stream, None
            with contextlib.suppress(OSError), stream:
                stream.truncate(0)
