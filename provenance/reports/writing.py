"""The folder of a run: its files are written aside in it, and renamed into place together, run.json last.

Other files, each with a place of its own, are written by placing.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import xxhash

from provenance.errors import OutputError
from provenance.reports.leftovers import claim, remove_leftovers
from provenance.tables import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future

    from provenance.reports.leftovers import Claim

RUN = "run.json"
PAGE = "report.html"
#: Every name that a run may write beside the blocks of its page, run.json last.
NAMES = (*(f"{name}.parquet" for name in WRITTEN), PAGE, RUN)
BLOCKS = "report_files"  # what browsers call it, so that whoever moves the page moves its folder
#: A block of the page that lies beside it, named by its content.
BLOCK = re.compile(rf"{BLOCKS}/[0-9a-f]{{16}}\.js")


def check_folder(folder: Path) -> Path:
    """The folder itself or what is there above it. Raises OutputError now if it could not take a run's files later."""
    check_names(folder)
    return check_place(folder)


def check_place(folder: Path) -> Path:
    """The folder itself or what is there above it. Raises OutputError now if no file could be written there later.

    Nothing stays behind, and a folder that is not there yet is not made to find out: another run that waits for it
    would see it vanish.
    """
    try:
        there = next((place for place in (folder, *folder.parents) if place.exists() or place.is_symlink()), folder)
        claim(there, Path.mkdir).release()
        return there
    except OSError as error:
        raise _refused(folder, error) from None


def check_names(folder: Path) -> None:
    """Raise OutputError if `folder` holds a file under one of our names that its run.json does not list."""
    present = [name for name in NAMES if os.path.lexists(folder / name)]
    if not present:
        return
    ours = listed(folder)
    for name in present:
        if name not in ours or not (folder / name).is_file():
            raise OutputError(
                f"{folder / name}: was not written by a run of this folder, and is not overwritten; "
                "move it or give another folder"
            )


def listed(folder: Path) -> set[str]:
    """The names that the folder's run.json says it wrote, itself included; none if it is not one of ours."""
    try:
        facts = json.loads((folder / RUN).read_text(encoding="utf-8"))
        return {RUN, *facts["files"]} if facts["program"] == "provenance" else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


class Aside:
    """Files of a run while they are written, in a folder inside `folder`; `finish` makes all of them appear.

    A file may be begun as soon as what it holds is final; it is written in a thread while the run goes on. Leaving
    the block without `finish` leaves `folder` as it was.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._claim: Claim | None = None
        self._made: list[Path] = []  # folders that were not there
        self._pool = ThreadPoolExecutor(1)
        self._begun: dict[str, Future[dict[str, Any]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        if self._claim is not None:
            self._claim.release()
        for place in reversed(self._made):
            with contextlib.suppress(OSError):  # not empty: finished, or someone else's now
                place.rmdir()

    def begin(self, name: str, write: Callable[[Path], None]) -> None:
        """Write the file `name` by `write`, in a thread, once. Raises OutputError where the folder takes no files."""
        if name in self._begun:
            return
        if not self._begun:
            self._open()
        self._begun[name] = self._pool.submit(self._write, name, write)

    def finish(self, writers: Mapping[str, Callable[[Path], None]], facts: dict[str, Any]) -> None:
        """Write each file that is not begun yet by its writer, and run.json after them; then all appear.

        `facts` gains `files`: for each name its bytes and its xxh3-128 checksum. Our own files of an earlier run
        that this one does not make are removed: a stale table beside new ones would be read as theirs.
        """
        for name, write in writers.items():
            self.begin(name, write)
        try:
            facts["files"] = {name: self._begun[name].result() for name in writers}
            text = json.dumps(facts, indent=1, ensure_ascii=False)
            (self._place / RUN).write_text(text + "\n", encoding="utf-8")
            _sync(self._place / RUN)
            stale = listed(self.folder) - {*writers, RUN}
            with uninterrupted():
                for name in (*writers, RUN):
                    (self.folder / name).parent.mkdir(exist_ok=True)
                    (self._place / name).replace(self.folder / name)
                for name in stale:
                    if name in NAMES or BLOCK.fullmatch(name):
                        (self.folder / name).unlink(missing_ok=True)
                with contextlib.suppress(OSError):  # not there, or not empty
                    (self.folder / BLOCKS).rmdir()
                _sync(self.folder)
        except OSError as error:
            raise _refused(self.folder, error) from None

    @property
    def _place(self) -> Path:
        assert self._claim is not None  # something was begun
        return self._claim.place

    def _open(self) -> None:
        try:
            self._made = [place for place in (*reversed(self.folder.parents), self.folder) if not place.exists()]
            self.folder.mkdir(parents=True, exist_ok=True)
            check_names(self.folder)
            remove_leftovers(self.folder)
            self._claim = claim(self.folder, Path.mkdir)
        except OSError as error:
            raise _refused(self.folder, error) from None

    def _write(self, name: str, write: Callable[[Path], None]) -> dict[str, Any]:
        path = self._place / name
        path.parent.mkdir(exist_ok=True)
        write(path)
        _sync(path)
        return {"bytes": path.stat().st_size, "xxh3_128": checksum(path)}


def checksum(path: Path) -> str:
    """The xxh3-128 of a file's bytes: Parquet alone let 7 % of corrupted files through as wrong values."""
    digest = xxhash.xxh3_128()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # a folder cannot be opened there
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
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


def _refused(folder: Path, error: OSError) -> OutputError:
    why = (error.strerror or str(error)).lower()
    return OutputError(f"{folder}: cannot be written ({why}); give another folder with -o")
