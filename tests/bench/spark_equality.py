"""The same input through both engines -> how many rows of each table differ. `rejects` is a table like others."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl

from provenance import pipeline
from provenance.settings import Settings
from tests.bench import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession


def place_of(name: str) -> Path:
    """The sample dumps, or a corpus of the shared material."""
    from pathlib import Path  # noqa: PLC0415

    if name == "corpus":
        return ROOT / "corpus"
    return Path(os.environ["PROVENANCE_SHARED"]) / "corpora" / name / "documents.parquet"


def compare_engines(folder: Path, name: str, session: SparkSession) -> dict[str, dict[str, int]]:
    """A corpus -> for each table its rows, and the rows that only one of the engines has."""
    from provenance.spark.files import scan_files  # noqa: PLC0415

    place, settings = str(place_of(name)), Settings()
    shutil.rmtree(folder, ignore_errors=True)
    scan_files([place], settings, str(folder), session.sparkContext.master)
    return rows_that_differ(pipeline.scan([place], settings), folder)


def rows_that_differ(run: Any, folder: Path) -> dict[str, dict[str, int]]:
    """A run of this machine and the folder of one over Spark -> rows of each table, and those without their equal."""
    found = {}
    for name in run.facts["tables"]:
        wanted = run.table(name)
        got = pl.read_parquet(str(folder / f"{name}.parquet" / "*.parquet")).select(wanted.columns).cast(wanted.schema)
        counts = [_counted(frame) for frame in (wanted, got)]
        both = counts[0].join(counts[1], on="row", how="full", coalesce=True).fill_null(0)
        differ = int((both["len"].cast(pl.Int64) - both["len_right"].cast(pl.Int64)).abs().sum())
        found[name] = {"rows": wanted.height, "differ": differ}
    return found


def _counted(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows, each spelt out whole, and how often it stands."""
    spelt = [str(row) for row in frame.iter_rows()]
    return pl.DataFrame({"row": spelt}, schema={"row": pl.String}).group_by("row").len()
