"""How every file is written: aside in its folder, flushed to the disk, and renamed into place with those beside it.

A lock tells what killed runs left aside (leftovers.py). The folder of a run adds what is its own: writing.py.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import polars as pl

from provenance.errors import OutputError, UsageError
from provenance.outputs import both, place_of
from provenance.reports.leftovers import ASIDE, claim, remove_leftovers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provenance.reports.leftovers import Claim

#: How Polars ends a message about an error of the system.
OS_ERROR = re.compile(r"\(os error (\d+)\)")


class Unfinished:
    """Files while they are written; `finish` makes all of them appear, in the order in which they were begun.

    Nothing is written over one of `inputs`, nor outside `folder` where that is given. Leaving the block without
    `finish` leaves all as it was; raises OutputError for what cannot be written.
    """

    def __init__(self, inputs: Sequence[Path] = (), folder: Path | None = None) -> None:
        self._inputs = inputs
        self._folder = folder
        self._begun: dict[Path, tuple[Path, str]] = {}  # where it belongs -> where it is written, and of what
        self._unwanted: set[Path] = set()  # of which there is to be no file
        self._made: list[Path] = []  # folders that were not there
        self._claims: dict[Path, Claim] = {}  # of the folders in or below which something is written
        self._cleared: set[Path] = set()  # folders without leftovers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.close()
        cause = system_error(error)
        if cause is not None and not isinstance(cause, BrokenPipeError):
            raise self._refused(cause) from None

    def close(self) -> None:
        """Remove all that was not finished, and let go of what is held."""
        for aside, _ in self._begun.values():
            with suppress(OSError):  # a disk that cannot be written has none
                aside.unlink(missing_ok=True)
        for held in self._claims.values():
            held.release()
        for place in reversed(self._made):
            with suppress(OSError):  # not empty: finished, or someone else's now
                place.rmdir()

    def begin(
        self, place: Path, of: str, *, inside: bool = False, ours: Callable[[Path], bool] = lambda _place: True
    ) -> Path:
        """Where to write what belongs to `place`, made of the input `of`.

        `inside`: `folder` is not to be left. `ours` tells of what stands there whether it may be written over.
        """
        if inside and self._folder is not None and not place.resolve().is_relative_to(self._folder.resolve()):
            raise UsageError(f"{place}: a link leads out of {self._folder}, where nothing is written; remove it")
        final = place_of(place)
        if final in self._begun:
            raise both(final, self._begun[final][1], of)
        if final.exists() and any(path.exists() and path.samefile(final) for path in self._inputs):
            raise UsageError(f"{final}: is an input itself; give another place")
        if final.exists() and not ours(place):
            raise OutputError(
                f"{place}: was not written by this command, and is not overwritten; move it or name another"
            )
        return self.put(final, of, self._folder if inside and self._folder is not None else final.parent)

    def put(self, final: Path, of: str, home: Path) -> Path:
        """Where to write what takes the place of `final`, whatever stands there; `home` is held meanwhile."""
        if final.parent not in self._cleared:
            self._make(final.parent)
        held = self._claim(home)
        if final.parent not in self._cleared:
            remove_leftovers(final.parent)
            self._cleared.add(final.parent)
        # a number and not the name, which may be as long as names can be
        aside = final.with_name(f"{held.place.name}-{len(self._begun)}")
        self._begun[final] = aside, of
        return aside

    def leave_out(self, place: Path) -> None:
        """Let no file appear at `place`, begun or not, and let none stay."""
        self.remove(place_of(place))

    def remove(self, final: Path) -> None:
        """Let nothing stay at `final` once the others have appeared; of a link, its target stays."""
        self._unwanted.add(final)

    def finish(self) -> None:
        """Let all files appear, once all of them are on the disk."""
        wanted = {final: aside for final, (aside, _) in self._begun.items() if final not in self._unwanted}
        for aside in wanted.values():
            sync(aside)
        with uninterrupted():
            for final, aside in wanted.items():
                aside.replace(final)
                del self._begun[final]  # or `close` would look for it aside, one of hundreds
            for final in self._unwanted:
                final.unlink(missing_ok=True)
        for folder in dict.fromkeys(final.parent for final in wanted):
            with suppress(OSError):  # all stand there; not every folder can be opened, nor flushed
                sync(folder)

    def _claim(self, home: Path) -> Claim:
        if home not in self._claims:
            self._claims[home] = claim(home, Path.touch)
        return self._claims[home]

    def _make(self, folder: Path) -> None:
        made = [place for place in (*reversed(folder.parents), folder) if not place.exists()]
        self._made += made
        for place in made:
            place.mkdir(exist_ok=True)
        folder.mkdir(exist_ok=True)  # says what is wrong with one that is there and no folder

    def _refused(self, error: OSError) -> OutputError:
        begun = next(reversed(self._begun), "output")  # what was being written last
        named = Path(str(error.filename or self._folder or begun))
        if named.name.startswith(ASIDE):
            named = named.parent
        return OutputError(f"{named}: cannot be written ({(error.strerror or str(error)).lower()}); give another place")


def system_error(error: BaseException | None) -> OSError | None:
    """What the system said where an error comes from it, also where Polars wrapped it in one of its own.

    Of a full disk Polars says `ComputeError: parquet: File out of specification: ... (os error 28)`, and a scan ended
    with 4 and "internal error".
    """
    known = isinstance(error, OSError) and error.errno is not None
    told = None if known or not isinstance(error, OSError | pl.exceptions.ComputeError) else OS_ERROR.search(str(error))
    if told:
        return OSError(int(told[1]), os.strerror(int(told[1])))
    return error if isinstance(error, OSError) else None


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # a folder cannot be opened there
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back for the milliseconds of the renames: old and new files never stand mixed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[int] = []
    held = [
        (number, signal.signal(number, lambda came, _frame: pending.append(came)))
        for number in (signal.SIGINT, signal.SIGTERM)
    ]
    try:
        yield
    finally:
        for number, before in held:
            signal.signal(number, before or signal.SIG_DFL)
        if pending:
            signal.raise_signal(pending[0])
