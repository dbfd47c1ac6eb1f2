"""What an earlier run of `clean` wrote: that alone is written over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from provenance import tables
from provenance.dumps.columnar.trying import FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: In a folder of cleaned files, the file with their names. Hidden, so that nobody reads it as part of the dump.
NAMES = ".provenance-cleaned.json"


def written_before(folder: Path) -> set[str]:
    """The names of files in `folder` that were written by `clean`, by their paths in it."""
    try:
        facts = json.loads((folder / NAMES).read_text(encoding="utf-8"))
        names = facts["files"] if facts["program"] == "provenance" else ()
        return {name for name in names if (folder / name).is_file()}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


def write_names(names: Iterable[str], place: Path) -> None:
    """Write these names as `written_before` reads them."""
    place.write_text(json.dumps({"program": "provenance", "files": sorted(names)}, indent=1) + "\n", encoding="utf-8")


def is_list(place: Path) -> bool:
    """Whether a file is a list of what went."""
    try:
        return pl.read_parquet_schema(place) == tables.REMOVALS
    except FAILURES:
        return False
