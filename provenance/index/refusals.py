"""What SQLite says of an index's file -> what went wrong with it, and what to do."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from provenance.errors import DamagedIndexError, LockedIndexError, OutputError

if TYPE_CHECKING:
    from pathlib import Path


def refusal(path: Path, error: sqlite3.Error) -> Exception:
    """What SQLite says -> an error of ours: what, where, what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    said = str(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LockedIndexError(f"{path}: another process is writing to it; wait for it, or give it longer with --wait")
    if code == sqlite3.SQLITE_FULL:
        return OutputError(f"{path}: the disk is full; make room and run again (what was added before is safe)")
    if code == sqlite3.SQLITE_CANTOPEN and not path.parent.is_dir():
        return OutputError(f"{path}: there is no folder {path.parent}; make it, or name another file")
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM,
                sqlite3.SQLITE_AUTH, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL):  # fmt: skip
        return OutputError(f"{path}: cannot be read or written ({said}); mend that and run again")
    if code == sqlite3.SQLITE_INTERRUPT:
        return OutputError(f"{path}: interrupted; run again")
    return DamagedIndexError(
        f"{path}: damaged, or no SQLite file ({said}); see `provenance index verify`, restore a copy or make it anew"
    )
