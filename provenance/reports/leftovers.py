"""Whose unfinished files are: a run holds a lock on a place of its own as long as it lives, and no longer.

A number of a process tells less: in containers most have the same few, and one that ended may be another's now. The
lock (flock) ends with its process however that ends, and is seen from every container of a machine. Where there are no
such locks, nothing is taken for a leftover.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ASIDE = ".provenance-unfinished-"


class Claim(NamedTuple):
    """A place that is held: a file or folder, whose name begins those of all that its owner leaves in and below it."""

    place: Path
    descriptor: int | None  # None where there are no locks

    def release(self) -> None:
        """Remove the place, and then let go of it."""
        _remove(self.place)
        if self.descriptor is not None:
            os.close(self.descriptor)


def claim(folder: Path, make: Callable[[Path], None]) -> Claim:
    """Make a place in `folder` by `make` (Path.mkdir, Path.touch) and hold it. Raises OSError where it cannot."""
    while True:
        place = folder / f"{ASIDE}{secrets.token_hex(8)}"
        make(place)
        try:
            descriptor = _lock(place)
            if place.exists():
                return Claim(place, descriptor)
            if descriptor is not None:
                os.close(descriptor)
        except (BlockingIOError, FileNotFoundError):
            pass  # somebody who clears up came between the two


def remove_leftovers(folder: Path) -> None:
    """Remove what runs that are no more left aside in `folder`. The place that such a run held may be above it."""
    found: dict[str, list[Path]] = {}
    for left in folder.glob(f"{ASIDE}*"):
        found.setdefault(left.name.removeprefix(ASIDE).partition("-")[0], []).append(left)
    if not found:
        return
    whole = folder.resolve()
    for token, parts in found.items():
        held = (home / f"{ASIDE}{token}" for home in (whole, *whole.parents))
        with _abandoned(next(filter(os.path.lexists, held), None)) as abandoned:
            if abandoned:
                for left in parts:
                    _remove(left)


@contextmanager
def _abandoned(place: Path | None) -> Iterator[bool]:
    """Whether nobody holds a place; while that is asked, and what was left is removed, nobody else can."""
    try:
        descriptor = None if place is None else _lock(place)
    except FileNotFoundError:  # it was removed just now, as the last of what its owner had
        place = descriptor = None
    except OSError:
        yield False
        return
    try:
        yield place is None or descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(place: Path) -> int | None:
    """Hold a place; None where there are no locks. Raises BlockingIOError where another holds it."""
    if sys.platform == "win32":
        return None
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise
        return None
    return descriptor


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
        return
    with suppress(OSError):
        place.unlink(missing_ok=True)
