"""What an earlier run of `clean` wrote: that alone is written over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from provenance import tables
from provenance.dumps.columnar.trying import FAILURES
from provenance.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: In a folder of cleaned files, the file with their names. Hidden, so that nobody reads it as part of the dump.
NAMES = ".provenance-cleaned.json"
#: In a list of what went, the name of the output beside which it was written.
OUTPUT = "provenance_output"


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


def refuse_list_of_other(place: Path, output: Path) -> None:
    """Raise OutputError where the list beside `output` holds what went of another output that is still there.

    `a.json` and `a.csv` have lists of one name: what went of the first was lost when the second was written.
    """
    if not place.exists() or not is_list(place) or pl.scan_parquet(place).select(pl.len()).collect().item() == 0:
        return  # of what is no list that is said when it is to be written over
    other = pl.read_parquet_metadata(place).get(OUTPUT, output.name)
    if other != output.name and "/" not in other and (place.parent / other).exists():
        raise OutputError(f"{place}: lists what went of {other}; name another list with --removals")
