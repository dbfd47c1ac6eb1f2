"""ARTICLES as they are read: in memory while they are few, then in files that are mapped into it."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from provenance.text import room

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Bytes of text to a file: a thousand files for a hundred gigabytes.
FILE_BYTES = 100_000_000


def hold(frames: Iterable[pl.DataFrame]) -> list[pl.DataFrame]:
    """Frames -> the same, those behind the first MOST_HELD bytes of text mapped from files in the temporary folder.

    The files vanish with the frames, for they are removed as soon as they are mapped (where the system allows it, else
    with the folder at the end). Raises OSError where the disk is full.
    """
    kept: list[pl.DataFrame] = []
    waiting: list[pl.DataFrame] = []
    held = size = 0
    folder: tempfile.TemporaryDirectory[str] | None = None
    for frame in frames:
        length = int(frame["text"].str.len_bytes().sum() or 0)
        if folder is None and held + length <= room.MOST_HELD:
            held += length
            kept.append(frame)
            continue
        folder = folder or tempfile.TemporaryDirectory(prefix="provenance-", ignore_cleanup_errors=True)
        waiting.append(frame)
        size += length
        if size >= FILE_BYTES:
            kept.append(_map(waiting, Path(folder.name) / f"{len(kept)}.arrow"))
            waiting, size = [], 0
    if waiting and folder is not None:
        kept.append(_map(waiting, Path(folder.name) / f"{len(kept)}.arrow"))
    return kept


def _map(frames: list[pl.DataFrame], path: Path) -> pl.DataFrame:
    pl.concat(frames).write_ipc(path)
    mapped = pl.read_ipc(path, memory_map=True)
    with contextlib.suppress(OSError):  # Windows keeps what is mapped
        path.unlink()
    return mapped
