"""Tables -> CSV (safe in a spreadsheet) or JSON lines."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from provenance.errors import UsageError
from provenance.reports.escaping import FORMULA, plain_values
from provenance.reports.placing import Unfinished

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from provenance.reports.runs import Run

ROWS = 20_000  # rows a block: Python objects of one block at a time


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """One table -> CSV: lists as JSON, durations as seconds, and no cell that a spreadsheet would run."""
    frame.select(_csv_column(frame, name) for name in frame.columns).write_csv(path)


def _csv_column(frame: pl.DataFrame, name: str) -> pl.Expr | pl.Series:
    dtype = frame.schema[name]
    if isinstance(dtype, pl.List):
        return pl.Series(name, [_json_list(value) for value in frame[name]], pl.String)
    if isinstance(dtype, pl.Duration):
        return pl.col(name).dt.total_seconds()
    if dtype == pl.String:
        return pl.when(pl.col(name).str.contains(FORMULA.pattern)).then("'" + pl.col(name)).otherwise(name).alias(name)
    return pl.col(name)


def _json_list(value: pl.Series | None) -> str | None:
    if value is None:
        return None
    return json.dumps([plain_values(item) for item in value.to_list()], ensure_ascii=False)


def write_jsonl(frame: pl.DataFrame, path: Path) -> None:
    """One table -> JSON lines in UTF-8: times as ISO 8601 with Z, durations as seconds."""
    with path.open("w", encoding="utf-8") as stream:
        for block in frame.iter_slices(ROWS):
            stream.writelines(
                json.dumps(plain_values(row), ensure_ascii=False) + "\n" for row in block.iter_rows(named=True)
            )


FORMATS = {"csv": write_csv, "jsonl": write_jsonl}


def _is_export(columns: Sequence[str], place: Path) -> bool:
    """Whether a file begins as an export of a table with these columns does."""
    with place.open("rb") as file:
        first = file.readline(1 << 24)
    if place.suffix == ".csv":
        return first.rstrip() == ",".join(columns).encode()
    try:
        return not first or list(json.loads(first)) == list(columns)
    except (ValueError, TypeError, RecursionError):
        return False


def export(run: Run, folder: Path, kind: str, names: Sequence[str] = ()) -> list[Path]:
    """Write the run's tables, or those named, into `folder` as NAME.csv or NAME.jsonl -> the files, in order.

    Raises UsageError for a table that the run does not hold, OutputError where the folder cannot be written,
    or holds a file of such a name that no export wrote.
    """
    for name in names:
        if name not in run.made:
            raise UsageError(f"{name}: is not a table of this run; it has {', '.join(run.made)}")
    places = {name: folder / f"{name}.{kind}" for name in names or run.made}
    with Unfinished(folder=folder) as aside:
        for name, place in places.items():
            frame = run.table(name)
            FORMATS[kind](frame, aside.begin(place, name, ours=partial(_is_export, frame.columns)))
        aside.finish()
    return list(places.values())
