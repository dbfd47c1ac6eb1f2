"""VERDICTS -> the rows that stand: neither undone nor superseded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from provenance.tables import VERDICTS, check
from provenance.verdicts.subjects import check_row, group_of, row_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from provenance.verdicts.subjects import Subject

Row = dict[str, Any]


class Standing(NamedTuple):
    """A row that stands."""

    key: str
    subject: Subject
    row: Row


def order_rows(verdicts: pl.DataFrame) -> pl.DataFrame:
    """VERDICTS, each row once, by subject: the order of the export, in which what two editors add falls apart."""
    return check(verdicts, VERDICTS, "verdicts").unique().sort("subject", "decided", "verdict", "editor", "note")


def fingerprint(verdicts: pl.DataFrame) -> str:
    """16 hex digits that change with any row, and not with their order or number."""
    digest = hashlib.blake2b(digest_size=8)
    for key in sorted(row_key(row) for row in order_rows(verdicts).iter_rows(named=True)):
        digest.update(key.encode())
    return digest.hexdigest()


def not_undone(rows: Iterable[Row]) -> dict[str, Row]:
    """Rows -> those that stand, by key, the oldest first: a row does not stand if one that stands undoes it.

    Rows that undo are among them. Each names the row that it undoes, so that two logs in which editors undo at the same
    time give one result, whichever is read first. There can be no circle, because a row's key is a hash of the row.
    """
    by_key = {row_key(row): row for row in rows}
    waiting = dict.fromkeys(by_key, 0)  # rows that may yet undo this one
    undoes: dict[str, str] = {}
    for key, row in by_key.items():
        target = row["subject"].removeprefix("decision:")
        if row["verdict"] == "undo" and target in by_key:
            undoes[key] = target
            waiting[target] += 1
    gone: set[str] = set()
    known = [key for key, count in waiting.items() if not count]
    while known:
        key = known.pop()
        target = undoes.get(key, "")
        if not target:
            continue
        if key not in gone:
            gone.add(target)
        waiting[target] -= 1
        if not waiting[target]:
            known.append(target)
    kept = [(row["decided"], key) for key, row in by_key.items() if key not in gone]
    return {key: by_key[key] for _, key in sorted(kept)}


def find_standing(verdicts: pl.DataFrame) -> list[Standing]:
    """VERDICTS -> the decisions that hold, the oldest first: every note, else the latest of a group on one subject."""
    latest: dict[tuple[str, ...], Standing] = {}
    for key, row in not_undone(order_rows(verdicts).iter_rows(named=True)).items():
        if row["verdict"] == "undo":
            continue
        subject = check_row(row)
        about = subject.left if subject.kind == "edge" else (row["subject"],)  # a text has one origin
        group = group_of(row["verdict"]) or key
        place = (subject.kind, group, *about)
        latest.pop(place, None)
        latest[place] = Standing(key, subject, row)
    return list(latest.values())
