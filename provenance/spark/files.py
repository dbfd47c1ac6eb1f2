"""What the command line scans over Spark: Parquet from any path Spark reads, anything else through this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from pyspark.sql import functions as F  # noqa: N812  as all of Spark's own pages call it

from provenance.dumps import reading
from provenance.errors import OutputError, UsageError
from provenance.spark.intake import NUMBER, PATH
from provenance.spark.scanning import SparkRun, open_flow, ordered, scan_documents, scan_frames
from provenance.spark.session import open_session
from provenance.spark.storage import exists, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame, SparkSession

    from provenance.settings import Settings


def scan_files(inputs: Sequence[str], settings: Settings, output: str, master: str) -> SparkRun:
    """Inputs -> SparkRun, written to the folder `output`, run.json last.

    Parquet is read and written by the executors. Other dumps are read here, and must fit this machine's memory.
    """
    session = open_session(master)
    flow = open_flow(session, settings, f"{output.rstrip('/')}/_work")
    if exists(session, f"{output.rstrip('/')}/run.json"):
        raise OutputError(f"{output}: holds a run already; move it or give another folder")
    if all(place.rstrip("/").endswith(".parquet") for place in inputs):
        run = scan_frames(flow, [_read(session, place) for place in inputs], settings)
    else:
        read = reading.read(list(inputs), settings)
        frame = session.createDataFrame(read.documents.to_arrow(compat_level=pl.CompatLevel.oldest()))
        run = scan_documents(flow, ordered(flow, frame), settings)
        run.tables["rejects"] = session.createDataFrame(read.rejects.to_arrow(compat_level=pl.CompatLevel.oldest()))
    run.write(output)
    facts = {**run.facts, "files": {f"{name}.parquet": {} for name in run.tables}}
    write_text(session, f"{output.rstrip('/')}/run.json", json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    return run


def _read(session: SparkSession, place: str) -> DataFrame:
    """A Parquet file or folder -> its rows, each with the path as given and its place in its file."""
    if "://" not in place and not Path(place).exists():
        raise UsageError(f"{place}: is not there")
    found = session.read.parquet(place)
    path = F.col("_metadata.file_path")
    if "://" not in place:
        # file:/ or file:///, whichever this Spark writes; a plus is a plus there, and no space
        told = F.regexp_replace(F.url_decode(F.replace(path, F.lit("+"), F.lit("%2B"))), "^file:/+", "/")
        path = F.replace(told, F.lit(str(Path(place).resolve())), F.lit(place.rstrip("/")))
    return found.select("*", path.alias(PATH), F.col("_metadata.row_index").alias(NUMBER))
