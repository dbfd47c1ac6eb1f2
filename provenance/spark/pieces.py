"""Frames as pieces that travel: rows of (bucket, table, data), where data is Arrow's own stream of a table's rows.

Spark sorts and moves pieces by bucket and never looks into them, so no type is translated and no row becomes a
Python object on the way.
"""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.text.tokens import Tokens, tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from provenance.arrays import Array

#: Bytes of a piece, about. A worker holds a batch of pieces besides the tables of one bucket.
PIECE = 4 << 20


class Tables(dict[str, pl.DataFrame]):
    """One bucket's tables by name."""

    _read: tuple[pl.DataFrame, Tokens] | None = None

    def read(self) -> tuple[pl.DataFrame, Tokens]:
        """DOCUMENTS by row, and their TOKENS: made once, however many rounds run together."""
        if self._read is None:
            documents = self["documents"].sort("row")
            self._read = documents, tokenize(documents["text"], threads=1)
        return self._read


class Sent(NamedTuple):
    """Rows of a table and where they go."""

    table: str
    rows: pl.DataFrame
    bucket: Array | int  # int64, one a row, or one for all


class Piece(NamedTuple):
    """Some rows of one table for one bucket."""

    bucket: int
    table: str
    data: bytes


def pack(sent: Sent) -> Iterator[Piece]:
    """Rows -> pieces by bucket, in the order of the rows."""
    if sent.rows.is_empty():
        return
    if isinstance(sent.bucket, int):
        groups: Iterable[tuple[int, pl.DataFrame]] = [(sent.bucket, sent.rows)]
    else:
        order = np.argsort(sent.bucket, kind="stable")
        ordered, rows = sent.bucket[order], sent.rows[order]
        edges = np.append(np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1)), ordered.size).tolist()
        groups = ((int(ordered[low]), rows[low:high]) for low, high in itertools.pairwise(edges))
    for bucket, frame in groups:
        step = max(1, frame.height * PIECE // max(int(frame.estimated_size()), 1))
        for part in frame.iter_slices(step):
            stream = io.BytesIO()
            # a view of strings inside a list or struct is written with all the strings it is a slice of: ten rows of
            # 4,000 took 71 KB, and 1 KB without views
            part.write_ipc_stream(stream, compression="lz4", compat_level=pl.CompatLevel.oldest())
            yield Piece(bucket, sent.table, stream.getvalue())


def unpack(pieces: Iterable[tuple[str, bytes]]) -> Tables:
    """Pieces (table, data) of one bucket -> its tables."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for table, data in pieces:
        parts.setdefault(table, []).append(pl.read_ipc_stream(io.BytesIO(data)))
    return Tables((table, pl.concat(frames, rechunk=True)) for table, frames in parts.items())


def run_round(round_: Callable[[int, Tables], Iterable[Sent]], bucket: int, tables: Tables) -> Iterator[Piece]:
    """One bucket's tables -> the pieces that a round makes of them."""
    for sent in round_(bucket, tables):
        yield from pack(sent)


def in_turns(sizes: Array, most: int) -> list[Array]:
    """Sizes of what rows become -> the rows in portions of about `most`; a row that is more is one by itself."""
    return np.split(np.arange(sizes.size), np.flatnonzero(np.diff(np.cumsum(sizes) // most)) + 1)
