"""What the runners share: whole Parquet in, labels out. Runs in each peer's own environment, which has polars."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

THREADS = 2
THRESHOLD, PERMUTATIONS, WORDS = 0.7, 128, 5
BANDS, ROWS = 14, 9  # what datasketch's optimiser takes for this threshold and 128 permutations


def read() -> tuple[list[str], list[str]]:
    """Ids and texts of the Parquet file named first on the command line."""
    frame = pl.read_parquet(sys.argv[1], columns=["id", "text"])
    return frame["id"].to_list(), frame["text"].to_list()


def label(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Pairs of 0 .. count - 1 -> the smallest member of each one's component."""
    parent = list(range(count))

    def find(one: int) -> int:
        while parent[one] != one:
            parent[one] = one = parent[parent[one]]
        return one

    for left, right in pairs:
        a, b = find(left), find(right)
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    return [find(one) for one in range(count)]


def write(ids: Sequence[str], column: str, values: Sequence[int] | Sequence[bool]) -> None:
    """Parquet with the ids and `cluster` (a label), `later` (repeats one before it) or `repeated` (has a like)."""
    pl.DataFrame({"id": ids, column: values}).write_parquet(sys.argv[2])
