"""A log of decisions, SQLite or JSON lines -> VERDICTS."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.errors import UsageError
from provenance.tables import VERDICTS, check
from provenance.verdicts.subjects import check_row

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "verdicts.sqlite"
APPLICATION_ID = 0x50524F44  # "PROD", in the file's header: an index has another
FORMAT = 1  # user_version
COLUMNS = tuple(VERDICTS)
MAGIC = b"SQLite format 3\0"
LONGEST_LINE = 64 << 20  # bytes: a cluster of a million texts has a key of 25 MB
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def find_log(output: Path | None, named: Path | None) -> Path | None:
    """The log that a command is to read: the one named, else the one in its output folder, if there is one."""
    if named is not None:
        return named
    return output / NAME if output is not None and (output / NAME).is_file() else None


def read_verdicts(source: pl.DataFrame | str | Path | None) -> pl.DataFrame | None:
    """A log's file, or VERDICTS themselves -> VERDICTS in the order in which they were written; None of None.

    Raises UsageError where the file is not there, is none, or holds a row that says nothing we know.
    """
    if source is None:
        return None
    if isinstance(source, pl.DataFrame):
        for row in check(source, VERDICTS, "verdicts").iter_rows(named=True):
            check_row(row)
        return source
    path = Path(source)
    try:
        with path.open("rb") as stream:
            rows = read_rows(path) if stream.read(len(MAGIC)) == MAGIC else list(read_lines(path))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{path}: cannot be read ({why}); give a log of `provenance review`") from None
    return pl.DataFrame(rows, schema=VERDICTS, orient="row")


def read_rows(path: Path) -> list[tuple[Any, ...]]:
    """The rows of a log in SQLite; whoever writes to it meanwhile is not waited for."""
    try:
        # as_uri quotes what would be a query: a folder may be named `a?mode=rwc`
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)
        try:
            check_format(connection, path)
            rows = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM verdicts ORDER BY number").fetchall()  # noqa: S608
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise UsageError(f"{path}: cannot be read ({error}); give a log of `provenance review`") from None
    return [_checked(dict(zip(COLUMNS, row, strict=True)), f"{path}, row {at}") for at, row in enumerate(rows, 1)]


def check_format(connection: sqlite3.Connection, path: Path) -> None:
    """Raise UsageError where a database is not a log of decisions, or one of a later version."""
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if not ours:
        raise UsageError(f"{path}: is not a log of decisions; give one that `provenance review` wrote")
    if version != FORMAT:
        raise UsageError(f"{path}: is a log of format {version}, and this program reads {FORMAT}; use a later one")


def read_lines(path: Path) -> Iterator[tuple[Any, ...]]:
    """The rows of an export, line by line; equal lines are one decision, and their order says nothing."""
    with path.open("rb") as stream:
        at = 0
        while line := stream.readline(LONGEST_LINE):
            at += 1
            where = f"{path}, line {at}"
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8"))
            except (ValueError, RecursionError):
                raise UsageError(f"{where}: is not JSON; give what `provenance review --export` wrote") from None
            if not isinstance(row, dict) or set(row) != set(COLUMNS):
                raise UsageError(f"{where}: is not an object of {', '.join(COLUMNS)}")
            yield _checked(row | {"decided": _microseconds(row["decided"], where)}, where)


def to_line(row: dict[str, Any]) -> str:
    """A row of VERDICTS -> one line of JSON, always the same."""
    moment = row["decided"].astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return json.dumps(row | {"decided": moment}, ensure_ascii=False, sort_keys=True)


def microseconds(moment: dt.datetime) -> int:
    """A time -> microseconds since 1970: what the log holds."""
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


def _microseconds(text: object, where: str) -> int:
    try:
        moment = dt.datetime.fromisoformat(text if isinstance(text, str) else "")
        return microseconds(moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
    except (ValueError, OverflowError):
        raise UsageError(f"{where}: {str(text)[:40]!r} is not a time such as 2026-05-01T12:00:00Z") from None


def _checked(row: dict[str, Any], where: str) -> tuple[Any, ...]:
    """A row as it was read -> its values in order, after the checks that keep a hostile log from doing harm."""
    for column, value in row.items():
        if not isinstance(value, int if column == "decided" else str) or isinstance(value, bool):
            raise UsageError(f"{where}: {column} is not what an export holds")
        if isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise UsageError(f"{where}: {column} holds half a character")
    try:
        decided = EPOCH + dt.timedelta(microseconds=row["decided"])
        check_row(row | {"decided": decided})
    except OverflowError:
        raise UsageError(f"{where}: decided is no time") from None
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
    return tuple(decided if column == "decided" else row[column] for column in COLUMNS)
