"""Named inputs -> the files to read, in an order that does not depend on the file system."""

from __future__ import annotations

import glob
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from provenance.dumps.rejects import Reject
from provenance.dumps.sources.addresses import find_addresses, is_address
from provenance.errors import UsageError
from provenance.tables import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Sequence

STANDARD_INPUT = "-"
#: Names of our tables; a folder that holds two of them holds a run, or gold, and is no dump.
_TABLES = frozenset(WRITTEN) - {"documents", "rejects"} | {"findings", "removals", "verdicts"}
_TABLE_SUFFIXES = frozenset({".parquet", ".csv", ".tsv", ".jsonl", ".json", ".sqlite"})
_BESIDE_TABLES = frozenset({"documents", "rejects", "run", "report"})
#: What SQLite's files are called, and those that it puts beside them.
_STORE_SUFFIXES, _BESIDE_STORES = (".sqlite", ".sqlite3", ".db"), ("-wal", "-shm", "-journal")
#: The application_id in the head of an index and of a log of decisions: index/storage.py, verdicts.py.
_STORES = (b"PROV", b"PROD")
_SPECIAL = "a pipe, socket or device"
#: Why such a file is not read.
ABOUT = ("left_out", "about the folder, no news")
_ABOUT = frozenset({"readme", "license", "licence", "changelog", "copying", "notice"})


class Source(NamedTuple):
    """A file to read: its path as given, with `/`, and where it lies (None for standard input and addresses).

    `media` is its media type, if a server said it; `inside` its path in the folder that was given, if one was.
    """

    path: str
    place: Path | None
    media: str = ""
    inside: str = ""


def find_sources(inputs: Sequence[str | Source]) -> tuple[list[Source], list[Reject]]:
    """Files, folders, globs, addresses and `-` -> files to read, each once, in order of paths, and what was left out.

    Folders are read whole but for hidden names; links to folders are not followed, and pipes, sockets and devices in a
    folder are left alone. A Source among the inputs stays as it is. Raises UsageError for an input that is not there.
    """
    sources: list[Source] = []
    rejects: list[Reject] = []
    if not inputs:
        raise UsageError("no input: name files, folders or globs, or - for standard input")
    for name in inputs:
        if isinstance(name, Source):
            sources.append(name)
            continue
        for path in _expand(name, rejects):
            if path == STANDARD_INPUT or is_address(path):
                sources.append(Source(_shown(path), None))
            elif os.path.isdir(path):  # noqa: PTH112
                _walk(path, sources, rejects)
            else:
                sources.append(Source(_shown(path), Path(path)))
    return _each_once(sources), rejects


def _expand(name: str, rejects: list[Reject]) -> list[str]:
    if name == STANDARD_INPUT:
        return [name]
    if name.startswith("file://"):
        from urllib.request import url2pathname  # noqa: PLC0415  20 ms, and such a name is rare

        name = url2pathname(name.removeprefix("file://").removeprefix("localhost"))
    if "\0" in name or not name:
        raise UsageError(f"{name!r} is not the name of a file, a folder or a glob")
    if is_address(name):
        try:
            found = find_addresses(name)
        except OSError as error:
            rejects.append(Reject(_shown(name), None, "unreadable", error.strerror or str(error)))
            return []
    elif os.path.lexists(name):
        return [name]
    else:  # not under one root
        found = sorted(glob.glob(name, recursive=True)) if glob.has_magic(name) else []  # noqa: PTH207
        special = {path for path in found if _is_special(path)}  # a pipe that nobody writes to would be waited for
        rejects += [Reject(_shown(path), None, "left_out", f"{_SPECIAL}, no file") for path in sorted(special)]
        found = [path for path in found if path not in special]
    if not found:
        what = "matches no file" if glob.has_magic(name) else "is not there"
        raise UsageError(f"input {name} {what}: check the path (nothing was read)")
    return found


def _is_special(path: str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)  # noqa: PTH110, PTH112, PTH113


def _shown(path: str) -> str:
    # A name in bytes that are no UTF-8 comes with lone surrogates, which no table can hold.
    return path.replace(os.sep, "/").encode("utf-8", "backslashreplace").decode()


def _walk(folder: str, sources: list[Source], rejects: list[Reject]) -> None:
    """Add what a folder holds, at any depth; one of which nothing is to be read or told is told as empty."""
    waiting, before, hidden = [folder], len(sources) + len(rejects), 0
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as found:
                all_names = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            rejects.append(Reject(_shown(here), None, "unreadable", error.strerror or str(error)))
            continue
        entries = [entry for entry in all_names if not entry.name.startswith(".")]
        hidden += len(all_names) - len(entries)
        waiting += [entry.path for entry in reversed(entries) if entry.is_dir(follow_symlinks=False)]
        files = []
        for entry in entries:
            if _is_regular(entry):
                files.append(entry)
            elif not entry.is_dir(follow_symlinks=False):
                what = "a link to a folder" if entry.is_dir() else _SPECIAL
                rejects.append(Reject(_shown(entry.path), None, "left_out", f"{what}, no file"))
        ours = _own_tables(files)
        if ours:
            rejects.append(Reject(_shown(here), None, "left_out", f"tables, no news: {', '.join(sorted(ours))}"))
        stores = _own_stores(files)
        for entry in files:
            if entry.name in ours:
                continue
            if entry.name in stores:
                rejects.append(Reject(_shown(entry.path), None, "left_out", "an index or a log of decisions, no news"))
            elif is_about(entry.name):
                rejects.append(Reject(_shown(entry.path), None, *ABOUT))
            else:
                inside = _shown(os.path.relpath(entry.path, folder))
                sources.append(Source(_shown(entry.path), Path(entry.path), inside=inside))
    if len(sources) + len(rejects) == before:  # as a file that holds nothing: a disk that is not there looks so
        told = "no file in this folder" + (f" but {hidden:,} hidden" if hidden else "")
        rejects.append(Reject(_shown(folder), None, "empty", told))


def _is_regular(entry: os.DirEntry[str]) -> bool:
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        # A dangling link, or a folder we may not search: reading it will say so.
        return entry.is_symlink()


def is_about(name: str) -> bool:
    """Whether a file is called as those are that speak of the files around them.

    >>> is_about("README.md"), is_about("news/LICENSE"), is_about("read_me_first.txt")
    (True, True, False)
    """
    return _stem(name.rpartition("/")[2]) in _ABOUT


def _stem(name: str) -> str:
    return name.split(".", 1)[0].lower()


def _own_tables(files: list[os.DirEntry[str]]) -> set[str]:
    named = {entry.name for entry in files if Path(entry.name).suffix in _TABLE_SUFFIXES}
    tables = {name for name in named if _stem(name) in _TABLES or name.endswith(".removals.parquet")}
    if len({_stem(name) for name in tables}) < 2:
        return set()
    if "run.json" not in {entry.name for entry in files}:
        # Gold: whatever table stands there belongs to it. A run's folder may hold files of others.
        return named
    return tables | {entry.name for entry in files if _stem(entry.name) in _BESIDE_TABLES}


def _own_stores(files: list[os.DirEntry[str]]) -> set[str]:
    named = {entry.name for entry in files if entry.name.endswith(_STORE_SUFFIXES) and _is_store(entry.path)}
    return named | {name + suffix for name in named for suffix in _BESIDE_STORES}


def _is_store(path: str) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123  a name may be bytes that are no UTF-8
            head = file.read(72)
    except OSError:
        return False  # reading it will say so
    return head.startswith(b"SQLite format 3\0") and head[68:] in _STORES


def _each_once(sources: list[Source]) -> list[Source]:
    """Of several names for one file the least by `_rank`, whatever the order of the inputs; sorted by path."""
    kept: dict[str, Source] = {}
    for source in sorted(sources, key=_rank):
        kept.setdefault(os.path.realpath(source.place) if source.place is not None else source.path, source)
    return sorted(kept.values(), key=lambda source: source.path)


def _rank(source: Source) -> tuple[int, str, int]:
    """The shorter name first, for a glob may run round a link to its own folder; then that in the outermost folder."""
    return source.path.count("/"), source.path, -len(source.inside)
