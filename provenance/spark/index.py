"""An index on tables of Parquet that all executors reach, for what one file of SQLite cannot hold.

Postings lie in folders by prefix of their key. Executors look keys up where the postings lie, and only what has one of
these keys comes to the process that compares texts: batch by batch, as an index in one file is read.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812  as all of Spark's own pages call it

from provenance import tables
from provenance.dumps.reading import read_frame
from provenance.dumps.streaming import stream_frame
from provenance.dumps.verdicts import read_verdicts
from provenance.errors import DamagedIndexError, MissingIndexError, OutputError, UsageError
from provenance.index import batches
from provenance.index.checking import Asked, check_aside
from provenance.index.making import MATTER, check_method
from provenance.index.manifest import Manifest
from provenance.index.storage import DOCUMENT_COLUMNS
from provenance.settings import Settings, or_default
from provenance.spark.flow import spark_columns
from provenance.spark.index_rounds import (
    PREFIX_BITS,
    as_one_part,
    cut_blobs,
    describe,
    divide,
    find_met,
    keep_home,
)
from provenance.spark.intake import number_rows, read_frames
from provenance.spark.plan import HOME_BITS, SCHEMAS, Part
from provenance.spark.scanning import open_flow
from provenance.spark.storage import exists, read_text, write_text
from provenance.spark.workers import over

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from pyspark.sql import SparkSession

    from provenance.arrays import Array
    from provenance.index.candidates import Blobs
    from provenance.index.manifest import Segment

CHUNK_BITS = 14  # 16,384 documents a folder: 20 MB of compressed news
TABLES = ("postings", "names")  # by the number of their segment


def build(frame: DataFrame, path: str, settings: Settings | None = None, *, work: str | None = None) -> Manifest:
    """A frame with a column of texts -> an index of them in the folder `path`, numbered in the order of its rows.

    Each round leaves its result in `work`, as in `scan`; the manifest is written last. Raises UsageError where an id
    occurs more than once, OutputError where an index is there.
    """
    settings, session = or_default(settings), frame.sparkSession
    if exists(session, f"{path}/manifest.json"):
        raise OutputError(f"{path}: holds an index already; give another folder")
    flow = open_flow(session, replace(settings, until="matches"), work)
    arrived = read_frames(flow, [number_rows(frame)], replace(settings, until="matches"))
    if arrived.clash:
        raise UsageError("frame: ids occur more than once; give each document an id of its own")
    numbered = arrived.documents.select("number", *tables.DOCUMENTS).withColumn("row", F.col("number") + 1)
    home = Part(flow.send("numbered", "documents", numbered, F.shiftright("row", HOME_BITS)), "documents")
    kept = flow.round("kept", keep_home, home)
    sizes = {name: flow.total(kept, name) for name in ("entries", "names")}
    bits = {name: divide(size) for name, size in sizes.items()}
    cut = flow.round("blobs", partial(cut_blobs, bits), Part(kept, "entries"), Part(kept, "names"))
    for table, made, name in zip(TABLES, ("blobs", "name_blobs"), bits, strict=True):
        blobs = flow.frame(Part(cut, made)).withColumn("prefix", F.shiftright("part", bits[name] - PREFIX_BITS))
        blobs.write.mode("overwrite").partitionBy("prefix").parquet(f"{path}/{table}")
    stored = flow.frame(Part(kept, "stored")).withColumn("chunk", F.shiftright("number", CHUNK_BITS))
    stored.write.mode("overwrite").partitionBy("chunk").parquet(f"{path}/documents")
    last = int((stored.agg(F.max("number")).first() or (0,))[0] or 0)
    houses = flow.frame(Part(kept, "houses")).groupBy("outlet").agg(F.sum("articles")).sort("outlet")
    outlets = {str(outlet): int(articles) for outlet, articles in houses.collect()}
    manifest = describe(settings, sizes, outlets, (arrived.many, flow.total(kept, "characters"), last))
    write_text(session, f"{path}/manifest.json", manifest.dumps() + "\n")
    return manifest


def check(
    frame: DataFrame | pl.DataFrame | pl.LazyFrame,
    path: str,
    session: SparkSession,
    *,
    since: dt.datetime | None = None,
    origins: bool = True,
    settings: Settings | None = None,
    verdicts: pl.DataFrame | str | Path | None = None,
) -> pl.DataFrame:
    """Incoming texts -> FINDINGS in their order, against the index in the folder `path` and those before them.

    The same as `Index.check` gives. A frame of Spark is brought here first: incoming texts are no archive.
    """
    stored = ParquetIndex(session, path)
    manifest = stored.read_manifest()
    made = {name: value for name, value in manifest.settings.items() if name in MATTER}
    settings = replace(or_default(settings), **made)
    check_method(Path(path), manifest, settings)
    asked = Asked(since, read_verdicts(verdicts), origins)
    if isinstance(frame, DataFrame):
        frame = pl.DataFrame(pl.from_arrow(frame.toArrow()))
    plain = replace(settings, until="matches")
    bits = stream_frame(frame, plain) if isinstance(frame, pl.LazyFrame) else [_documents(frame, plain)]
    found = check_aside((batch for bit in bits for batch in batches(bit)), stored, settings, asked)
    return pl.concat([tables.empty(tables.FINDINGS), *found])


def _documents(frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    return frame if frame.schema == tables.DOCUMENTS else read_frame(frame, settings).documents


class ParquetIndex:
    """The tables of an index, as `index.seen` reads them."""

    def __init__(self, session: SparkSession, path: str) -> None:
        self.session, self.path = session, path.rstrip("/")
        if not exists(session, f"{self.path}/manifest.json"):
            raise MissingIndexError(f"{path}: no index is there; make one with provenance.spark.build")

    def reading(self) -> nullcontext[None]:
        """Nothing is ever changed here."""
        return nullcontext()

    def read_manifest(self) -> Manifest:
        """What the index says of itself."""
        return Manifest.loads(read_text(self.session, f"{self.path}/manifest.json"))

    def blobs(self, segments: Sequence[Segment], keys: Array) -> Iterator[Blobs]:
        """The postings of these keys, as one part: looked up by executors in the folders of their prefixes."""
        for segment in segments:
            raw = self._look_up(TABLES[segment.number], segment.bits, np.unique(keys))
            yield 0, partial(as_one_part, raw)

    def _look_up(self, table: str, bits: int, keys: Array) -> Array:
        prefixes = np.unique(keys >> np.uint32(32 - PREFIX_BITS)).tolist()
        if not prefixes:
            return np.empty((3, 0), np.uint32)
        schema = spark_columns(SCHEMAS["blobs"]).add("prefix", "integer")
        blobs = self.session.read.schema(schema).parquet(f"{self.path}/{table}").where(F.col("prefix").isin(prefixes))
        asked = self.session.sparkContext.broadcast(keys.tobytes())
        met = over(
            blobs.select("part", "content", "checksum"),
            find_met(lambda: np.frombuffer(asked.value, np.uint32), bits, f"{self.path}/{table}"),
            "part long, content binary",
        )
        found = pl.DataFrame(pl.from_arrow(met.toArrow())).sort("part")
        asked.destroy()
        columns = [np.frombuffer(content, "<u4").reshape(3, -1) for content in found["content"]]
        return np.concatenate([np.empty((3, 0), np.uint32), *columns], axis=1)

    def read_documents(self, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        """Ascending numbers -> their rows of DOCUMENT_COLUMNS."""
        return self._by_number(numbers, DOCUMENT_COLUMNS)

    def read_texts(self, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        """Ascending numbers -> (number, compressed text)."""
        return [(number, content) for number, content in self._by_number(numbers, ("number", "content"))]

    def _by_number(self, numbers: Sequence[int], columns: Sequence[str]) -> list[tuple[Any, ...]]:
        if not numbers:
            return []
        chunks = sorted({number >> CHUNK_BITS for number in numbers})
        schema = spark_columns(SCHEMAS["stored"]).add("chunk", "integer")
        stored = self.session.read.schema(schema).parquet(f"{self.path}/documents").where(F.col("chunk").isin(chunks))
        wanted = self.session.createDataFrame(pa.table({"number": pa.array(numbers, pa.int64())}))
        found = stored.select(*columns).join(F.broadcast(wanted), "number").select(*columns).toArrow().sort_by("number")
        if found.column("number").to_pylist() != list(numbers):
            raise DamagedIndexError(f"{self.path}: damaged (numbers of table documents); make it anew")
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))
