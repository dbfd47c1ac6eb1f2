"""The folder of a run: which names are its, their checksums, and its files begun while the run goes on, run.json last.

How a file is written is placing.py's.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import xxhash

from provenance.errors import OutputError
from provenance.reports.leftovers import claim
from provenance.reports.placing import Unfinished, sync, system_error, uninterrupted
from provenance.tables import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

RUN = "run.json"
PAGE = "report.html"
TABLES = tuple(f"{name}.parquet" for name in WRITTEN)
#: Every name that a run may write beside the blocks of its page, run.json last.
NAMES = (*TABLES, PAGE, RUN)
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
        ours = facts["program"] == "provenance" and isinstance(facts["files"], dict)
        return {RUN, *facts["files"]} if ours else set()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


class Aside:
    """Files of a run while they are written; `finish` makes all of them appear in `folder`.

    A file may be begun as soon as what it holds is final; it is written in a thread while the run goes on. Leaving
    the block without `finish` leaves `folder` as it was.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = Unfinished()
        self._pool = ThreadPoolExecutor(1)
        self._begun: dict[str, Future[dict[str, Any]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._files.close()

    def begin(self, name: str, write: Callable[[Path], None]) -> None:
        """Write the file `name` by `write`, in a thread, once. Raises OutputError where the folder takes no files."""
        if name in self._begun:
            return
        try:
            if not self._begun:
                check_names(self.folder)
            aside = self._files.put(self.folder / name, name, self.folder)
        except OSError as error:
            raise _refused(self.folder, error) from None
        self._begun[name] = self._pool.submit(_write, aside, write)

    def finish(
        self, names: Sequence[str], facts: dict[str, Any], kept: Mapping[str, dict[str, Any]] | None = None
    ) -> None:
        """Wait for the files `names`, all begun; write run.json after them; then all appear.

        `facts` gains `files`: for each name its bytes and its xxh3-128 checksum; those of `kept` stand in `folder` and
        stay. Our own other files of an earlier run are removed: a stale table beside new ones would be read as theirs.
        """
        try:
            facts["files"] = dict(kept or {}) | {name: self._begun[name].result() for name in names}
            text = json.dumps(facts, indent=1, ensure_ascii=False)
            self._files.put(self.folder / RUN, RUN, self.folder).write_text(text + "\n", encoding="utf-8")
            for name in listed(self.folder) - {*facts["files"], RUN}:
                if name in NAMES or BLOCK.fullmatch(name):
                    self._files.remove(self.folder / name)
            with uninterrupted():
                self._files.finish()
                with contextlib.suppress(OSError):  # not there, or not empty
                    (self.folder / BLOCKS).rmdir()
        except Exception as error:
            cause = system_error(error)
            if cause is None:
                raise
            raise _refused(self.folder, cause) from None


def _write(aside: Path, write: Callable[[Path], None]) -> dict[str, Any]:
    write(aside)
    sync(aside)  # beside the run, so that its end need not wait for the disk
    return {"bytes": aside.stat().st_size, "xxh3_128": checksum(aside)}


def checksum(path: Path) -> str:
    """The xxh3-128 of a file's bytes: Parquet alone let 7 % of corrupted files through as wrong values."""
    digest = xxhash.xxh3_128()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _refused(folder: Path, error: OSError) -> OutputError:
    why = (error.strerror or str(error)).lower()
    return OutputError(f"{folder}: cannot be written ({why}); give another folder with -o")
