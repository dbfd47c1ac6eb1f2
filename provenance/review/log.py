"""Decisions -> the log: an SQLite file to which rows are added, and in which none is changed or deleted.

WAL and synchronous=FULL, as the index: what was answered as written is on disk, and two who write at once wait for each
other. Its reader stands in dumps/verdicts.py.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import polars as pl

from provenance.dumps.verdicts import APPLICATION_ID, COLUMNS, FORMAT, check_format, microseconds, read_rows, to_line
from provenance.errors import OutputError, UsageError
from provenance.reports.placing import Unfinished
from provenance.tables import VERDICTS
from provenance.verdicts.standing import order_rows
from provenance.verdicts.subjects import check_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

WAIT = 30.0  # seconds for another writer, whose transaction takes milliseconds

SCHEMA = f"""
CREATE TABLE verdicts (
    number INTEGER PRIMARY KEY, subject TEXT NOT NULL, verdict TEXT NOT NULL, editor TEXT NOT NULL,
    decided INTEGER NOT NULL, note TEXT NOT NULL, UNIQUE (decided, subject, verdict, editor, note)
) STRICT;
CREATE TRIGGER never_changed BEFORE UPDATE ON verdicts BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END;
CREATE TRIGGER never_deleted BEFORE DELETE ON verdicts BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
"""


class Decision(NamedTuple):
    """What an editor said of one subject."""

    subject: str
    verdict: str
    note: str = ""


class Log:
    """The log in one file; to be used in a `with` block, and by one thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._connection = path, connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """The log at `path`, made if it is not there. Raises UsageError where another file stands there."""
        try:
            connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
        except sqlite3.Error as error:
            raise _refused(path, error) from None
        try:
            with _failing(path):
                connection.execute("PRAGMA synchronous = FULL")
                with _writing(connection):
                    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                        for statement in _statements(SCHEMA):
                            connection.execute(statement)
                check_format(connection, path)
                connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
        return cls(path, connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, decisions: Iterable[Decision], editor: str, now: dt.datetime | None = None) -> list[dict[str, Any]]:
        """Decisions of one editor, made at once -> their rows; all of them are on disk, or none.

        Each is later than every row before it, also where the clock went back: of two words the last written holds.
        """
        with _failing(self.path), _writing(self._connection):
            last = self._connection.execute("SELECT max(decided) FROM verdicts").fetchone()[0] or 0
            moment = max(microseconds(now or dt.datetime.now(dt.UTC)), last + 1)
            rows = []
            for at, one in enumerate(decisions):
                decided = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=moment + at)
                values = (one.subject, one.verdict, editor, decided, one.note)
                rows.append(dict(zip(COLUMNS, values, strict=True)))
                check_row(rows[-1])
            self._write(rows)
        return rows

    def take_in(self, verdicts: pl.DataFrame) -> int:
        """VERDICTS from elsewhere -> how many the log did not have; all of those are on disk, or none."""
        with _failing(self.path), _writing(self._connection):
            before = self._connection.total_changes
            self._write(order_rows(verdicts).iter_rows(named=True))
            return self._connection.total_changes - before

    def read(self) -> pl.DataFrame:
        """VERDICTS in the order in which they were written."""
        return pl.DataFrame(read_rows(self.path), schema=VERDICTS, orient="row")

    def count(self) -> int:
        """How many rows there are: what has grown was written to, perhaps by another process."""
        with _failing(self.path):
            return int(self._connection.execute("SELECT count(*) FROM verdicts").fetchone()[0])

    def _write(self, rows: Iterable[dict[str, Any]]) -> None:
        values = [[microseconds(row[name]) if name == "decided" else row[name] for name in COLUMNS] for row in rows]
        marks = ", ".join("?" * len(COLUMNS))
        self._connection.executemany(f"INSERT OR IGNORE INTO verdicts ({', '.join(COLUMNS)}) VALUES ({marks})", values)  # noqa: S608


def export_lines(verdicts: pl.DataFrame) -> Iterator[str]:
    """VERDICTS -> JSON lines, one a decision, sorted: the same rows are the same bytes, in whatever order they came."""
    for row in order_rows(verdicts).iter_rows(named=True):
        yield to_line(row) + "\n"


def export_to(verdicts: pl.DataFrame, path: Path) -> None:
    """VERDICTS -> a file of JSON lines that appears whole, or not at all."""
    with Unfinished() as unfinished:
        with unfinished.begin(path, "the decisions").open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(export_lines(verdicts))
        unfinished.finish()


@contextlib.contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextlib.contextmanager
def _failing(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _refused(path, error) from None


def _refused(path: Path, error: sqlite3.Error) -> Exception:
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return UsageError(f"{path}: is not a log of decisions; move it or name another with --verdicts")
    return OutputError(f"{path}: cannot be written ({error}); give another file with --verdicts")


def _statements(script: str) -> list[str]:
    """executescript would end the transaction that keeps two who make the file at once apart."""
    found, part = [], ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found
