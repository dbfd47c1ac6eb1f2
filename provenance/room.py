"""Room for what may not fit into memory: arrays and texts that lie in files without a name, mapped into memory.

The system writes their pages out and reads them again as it must, so that a dump larger than memory takes longer and
does not crash. Nothing is left of a file without a name when the process ends, however it ends. What is small stays in
memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mmap
import os
import tempfile
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import nanoarrow
import numpy as np
import polars as pl

from provenance.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

    from provenance.arrays import Array

SMALL = 32 << 20  # bytes; what has no more stays in memory, where it is made twice as fast
HELD = 500 * 10**6  # bytes of text that stay in memory, where no limit was given
PIECE = 1 << 20  # bytes copied at a time, through memory that is used again: for 20 MB it was mapped anew each time
WATCHED = 0.005  # seconds between looks at how much is resident: 300 MB of a file came within .02


class _Area(mmap.mmap):
    """A mapping that can be found again."""


_libc = ctypes.CDLL(None) if os.name == "posix" else None
_areas: weakref.WeakSet[_Area] = weakref.WeakSet()
_listing = threading.Lock()  # a set cannot be listed while another thread adds to it
_in_hand: list[_Area] = []  # the areas that are read here and there now
_limits: list[int] = []  # bytes that the process is to keep to; the last one holds
_folders: list[Path] = []  # where files lie; the last one holds; without any, where the system puts its own


def zeros(count: int, dtype: Any) -> Array:
    """An array of zeros, mapped from a file unless it is small."""
    kind = np.dtype(dtype)
    if count * kind.itemsize <= SMALL:
        return np.zeros(count, kind)
    with _file() as file, _told(count * kind.itemsize):
        if hasattr(os, "posix_fallocate"):  # a page of a sparse file that finds the disk full kills the process
            os.posix_fallocate(file.fileno(), 0, count * kind.itemsize)
        else:
            file.truncate(count * kind.itemsize)
        return np.frombuffer(_map(file), kind)


class Column:
    """An array that grows: rows of `shape`, appended bit by bit, written to a file once they are many."""

    def __init__(self, dtype: Any, *shape: int) -> None:
        self._parts: list[Array] = [np.empty((0, *shape), dtype)]
        self._file: BinaryIO | None = None
        self._bytes = 0
        self._shape = shape

    def append(self, rows: Array) -> None:
        """Take rows, which may be overwritten afterwards."""
        self._bytes += rows.nbytes
        if self._file is None and self._bytes <= SMALL:
            self._parts.append(rows.copy())
            return
        with _told(self._bytes):
            if self._file is None:
                self._file = _file()
                for part in self._parts:
                    self._file.write(part.data)
                del self._parts[1:]
            self._file.write(np.ascontiguousarray(rows).data)

    def done(self) -> Array:
        """All rows; nothing can be appended any more."""
        if self._file is None:
            return np.concatenate(self._parts)
        with self._file as file, _told(self._bytes):
            file.flush()
            return np.frombuffer(_map(file), self._parts[0].dtype).reshape(-1, *self._shape)


class Texts:
    """Texts that are put away one batch after another, and come back as one String column.

    They stay in memory as they came; once they are many they go into a file, and the column's strings lie there.
    """

    def __init__(self) -> None:
        self._held: list[pl.Series] = []
        self._octets: Column | None = None
        self._ends = [np.zeros(1, np.int64)]
        self._bytes = 0
        self._most = most_text()

    def put(self, texts: pl.Series) -> None:
        """Take texts, none of them null."""
        sizes = texts.str.len_bytes().to_numpy()
        self._ends.append(self._bytes + np.cumsum(sizes, dtype=np.int64))
        self._bytes = int(self._ends[-1][-1]) if len(texts) else self._bytes
        self._held.append(texts)
        if self._octets is not None or self._bytes > self._most:
            self._octets = self._octets or Column(np.uint8)
            for some in self._held:
                self._write(some, self._octets)
            self._held.clear()

    @staticmethod
    def _write(texts: pl.Series, octets: Column) -> None:
        rows = 1 + len(texts) * PIECE // max(int(texts.str.len_bytes().cast(pl.Int64).sum()), 1)
        for first in range(0, len(texts), rows):
            joined: bytes = texts.slice(first, rows).str.join("").cast(pl.Binary).item()
            octets.append(np.frombuffer(joined, np.uint8))

    def series(self, rows: Array) -> pl.Series:
        """Texts by number, as they were put away -> a column, whose strings stay in the file if they are there."""
        if self._octets is None:
            column = pl.concat([pl.Series("text", [], pl.String), *self._held], rechunk=False)
            if np.array_equal(rows, np.arange(len(column))):  # else gathering would copy every text
                return column
            return column.gather(rows.astype(np.uint32)).alias("text")
        bounds = np.concatenate(self._ends)
        parts = [None, bounds, self._octets.done()]
        mapped = nanoarrow.c_array_from_buffers(nanoarrow.large_string(), bounds.size - 1, parts, null_count=0)
        return pl.Series(mapped).alias("text").gather(rows.astype(np.uint32))


@contextlib.contextmanager
def within(megabytes: int, folder: Path | None = None) -> Iterator[None]:
    """Files lie in `folder`, and their pages leave this process's memory whenever it holds more than `megabytes`.

    The pages stay in the system's cache as long as it has room; to have them back costs a fault for every 64 KB.
    """
    stop = threading.Event()
    watch = threading.Thread(target=_watch, args=(megabytes * 10**6, stop), name="room", daemon=True)
    if folder is not None:
        _folders.append(folder)
    _limits.append(megabytes * 10**6)
    watch.start()
    try:
        yield
    finally:
        stop.set()
        watch.join()
        _limits.remove(megabytes * 10**6)
        if folder is not None:
            _folders.remove(folder)


def most_text() -> int:
    """Bytes of text that stay in memory: half of the limit, for tables need the other half."""
    return _limits[-1] // 2 if _limits else HELD


def release() -> None:
    """Let the pages of all files leave this process's memory."""
    _advise(_every_area(), "MADV_DONTNEED")


@contextlib.contextmanager
def scattered(*arrays: Array) -> Iterator[None]:
    """Within the block `arrays` are read here and there (without any: all that lies in files), each piece by itself.

    Else the system also reads what lies around each piece, 8 MB here: so it read 80 GB of a file of .6 in 3 minutes.
    """
    areas = [area for area in map(_area_of, arrays) if area is not None] if arrays else _every_area()
    _advise(areas, "MADV_RANDOM")
    in_hand = areas if arrays else []
    _in_hand.extend(in_hand)
    if in_hand and _limits:  # what was read before makes room now: between two looks of _watch 300 MB may come
        _release_others()
    try:
        yield
    finally:
        for area in in_hand:
            _in_hand.remove(area)
        if _limits:
            _advise(in_hand, "MADV_DONTNEED")
        _advise(areas, "MADV_NORMAL")


def trim() -> None:
    """Give what was freed in small pieces back to the system: after a stage a fifth of what glibc holds is free."""
    if _libc is not None and hasattr(_libc, "malloc_trim"):
        _libc.malloc_trim(0)


def held() -> int:
    """Bytes of all files that are mapped."""
    return sum(len(area) for area in _every_area())


def _watch(limit: int, stop: threading.Event) -> None:
    """Release whenever more than `limit` bytes are resident, and files have more than a third of the limit.

    Shared memory that stays when all files are released is not our files, but libraries and texts that a worker handed
    over, 370 MB of 1,000. When these were counted as files, so little was left for the files that 100,000 articles were
    released 234 times, and read again. For the same reason what is read here and there is not released while it has no
    more than half of the limit, and the process is no more than a fifth over it.
    """
    page = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
    try:
        statm = Path("/proc/self/statm").open("rb", buffering=0)  # noqa: SIM115  closed below
    except OSError:
        return  # no Linux: the system decides alone
    stays = None
    with statm:
        while not stop.wait(WATCHED):
            resident, shared = _pages(statm)
            files = max(shared - (stays or 0), 0) * page
            # Where other memory leaves no room, files still get a third: with less they would be read all the time.
            if files <= max(limit - (resident * page - files), limit // 3) or not _areas:
                continue
            kept = 0 < sum(map(len, list(_in_hand))) <= limit // 2 and resident * page <= limit + limit // 5
            if stays is not None and kept:
                _release_others()
                continue
            release()
            left = _pages(statm)[1]  # more than what stays where other threads read on
            stays = left if stays is None else min(stays, left)


def _release_others() -> None:
    """Let the pages of files leave this process's memory, but for the files that are read here and there now."""
    in_hand = list(_in_hand)
    _advise([area for area in _every_area() if area not in in_hand], "MADV_DONTNEED")


def _pages(statm: FileIO) -> tuple[int, int]:
    """/proc/self/statm -> how many pages are resident, and how many of them are shared or of files."""
    statm.seek(0)
    _, resident, shared, *_ = map(int, statm.read(256).split())
    return resident, shared


def _advise(areas: list[_Area], name: str) -> None:
    """Tell the system how mappings are used, where it can be told."""
    if hasattr(mmap, name):
        for area in areas:
            with contextlib.suppress(ValueError, OSError):  # closed meanwhile
                area.madvise(getattr(mmap, name))


def _area_of(array: Array) -> _Area | None:
    base: Any = array
    while base is not None and not isinstance(base, _Area):
        base = getattr(base, "base", None) if isinstance(base, np.ndarray) else getattr(base, "obj", None)
    return base


def _file() -> BinaryIO:
    try:
        return cast("BinaryIO", tempfile.TemporaryFile(dir=_folders[-1] if _folders else None))
    except OSError as error:
        raise OutputError(f"{_place()}: takes no working files ({error.strerror}); give another folder") from None


def _place() -> str:
    return str(_folders[-1]) if _folders else tempfile.gettempdir()


def _map(file: BinaryIO) -> _Area:
    area = _Area(file.fileno(), 0)
    with _listing:
        _areas.add(area)
    return area


def _every_area() -> list[_Area]:
    with _listing:
        return list(_areas)


@contextlib.contextmanager
def _told(size: int) -> Iterator[None]:
    """Say how much room is wanted where the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        need = f"has no room for {size >> 20:,} MB of working files"
        raise OutputError(f"{_place()}: {need}; free some, or give another folder") from None
