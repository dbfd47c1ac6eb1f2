"""Rounds run by Spark: pieces shuffled by bucket, one Python call a bucket, results on storage that all share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812  as all of Spark's own pages call it

from provenance.spark import components
from provenance.spark.pieces import unpack
from provenance.spark.plan import SCHEMAS, Part
from provenance.spark.routing import label_all
from provenance.spark.storage import delete, exists, write_text
from provenance.spark.workers import PIECES, arrow_schema, as_columns, as_pieces, by_bucket, by_piece, over
from provenance.tables import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import Column, SparkSession
    from pyspark.sql.types import StructType

    from provenance.spark.plan import Plan
    from provenance.spark.workers import Round

Made = TypeVar("Made")
BESIDE = 4  # rounds of a run that may go on beside the first
#: Pieces are compressed already, no two are alike, and nobody looks for the least: so Parquet's own means are off.
OPAQUE = {
    "compression": "uncompressed",
    "parquet.enable.dictionary": "false",
    "parquet.column.statistics.enabled": "false",
}


class Flow:
    """A run's rounds over Spark; each leaves its pieces in a folder, and is not run again if they are there."""

    def __init__(self, session: SparkSession, plan: Plan, work: str) -> None:
        self.session, self.plan, self.work = session, plan, work.rstrip("/")
        self._beside = ThreadPoolExecutor(BESIDE)
        self._has: set[Part] = set()

    def later(self, step: Callable[..., Made], *given: Any) -> Callable[[], Made]:
        """Begin some rounds beside those that go on here -> a function that waits for their result.

        At the end of a round most cores wait for its last task; rounds beside it use them.
        """
        return self._beside.submit(step, *given).result

    def enter(self, *names: object) -> None:
        """Have the rounds to come leave their results in a folder named by what they depend on, inside the present one.

        So no result of other input, another number of buckets or another version is taken for one of theirs.
        """
        self.work = f"{self.work}/{'-'.join(str(name) for name in names)}"

    def path(self, name: str) -> str:
        """Where the round of that name leaves its pieces."""
        return f"{self.work}/{name}"

    def is_made(self, path: str) -> bool:
        """Whether a folder was written to its end."""
        return exists(self.session, f"{path}/_SUCCESS")

    def has(self, part: Part) -> bool:
        """Whether a round made any row of a table."""
        part = part._replace(bucket=None)
        if part not in self._has and exists(self.session, _folder(part)):
            self._has.add(part)
        return part in self._has

    def forget(self, *parts: Part) -> None:
        """Delete tables that no later round asks for: a run's folder with all of them is 15 times the text."""
        for part in parts:
            delete(self.session, _folder(part))
            self._has.discard(part._replace(bucket=None))

    def pieces(self, part: Part) -> DataFrame:
        """One table's pieces. Only its own folder is read: listing all that a round made takes longer than a round."""
        if not self.has(part):
            return self.session.createDataFrame([], PIECES)
        found = self.session.read.schema("bucket long, data binary").parquet(_folder(part))
        found = found.select("bucket", F.lit(part.table).alias("table"), "data")
        return found if part.bucket is None else found.withColumn("bucket", F.lit(part.bucket).cast("long"))

    def round(
        self, name: str, round_: Round, *parts: Part, deal: Round | None = None, asked: Part | None = None
    ) -> str:
        """Run a round over the buckets of some tables -> the folder with what it made. One shuffle, by bucket.

        `deal` is a round over each single piece where it lies, which says to what bucket its rows go. `asked` is a
        table without which a bucket makes nothing: where it has no rows, those of the others do not travel.
        """
        path = self.path(name)
        if self.is_made(path):
            return path
        whole = [self.pieces(part) for part in parts if self.has(part)]
        if not whole:
            write_text(self.session, f"{path}/_SUCCESS", "")
            return path
        rows = whole[0]
        for more in whole[1:]:
            rows = rows.unionAll(more)
        if deal:
            rows = over(rows, by_piece(deal, self.plan), PIECES)
        if asked:
            rows = rows.join(F.broadcast(self.pieces(asked).select("bucket").distinct()), "bucket", "left_semi")
        grouped = rows.repartition("bucket").sortWithinPartitions("bucket")
        return self.keep(name, over(grouped, by_bucket(round_, self.plan), PIECES))

    def keep(self, name: str, pieces: DataFrame) -> str:
        """Write pieces to the folder of that name."""
        self.session.sparkContext.setJobDescription(name)
        pieces.write.mode("overwrite").options(**OPAQUE).partitionBy("table").parquet(self.path(name))
        self.session.sparkContext.setJobDescription("")
        return self.path(name)

    def frame(self, part: Part) -> DataFrame:
        """One table as columns."""
        return self._as_columns([part], SCHEMAS[part.table])

    def _as_columns(self, parts: list[Part], schema: pl.Schema) -> DataFrame:
        """Some columns of one table that is in several parts."""
        rows = reduce(DataFrame.unionAll, (self.pieces(part).select("data") for part in parts))
        return over(rows, as_columns(parts[0].table, schema), spark_schema(schema))

    def union(self, parts: list[Part]) -> DataFrame:
        """One table that is in several parts, with the columns that `scan` writes."""
        name = {"named": "documents", "keyed": "attributions"}.get(parts[0].table, parts[0].table)
        return self._as_columns(parts, WRITTEN[name])

    def send(self, name: str, table: str, frame: DataFrame, bucket: Column) -> str:
        """Columns -> pieces of a table in a folder of that name."""
        path = self.path(name)
        if self.is_made(path):
            return path
        return self.keep(name, _as_pieces(table, frame, bucket))

    def label(self, name: str, parts: list[Part]) -> Part:
        """LINKS -> LABELS by row, and CROWDS. Up to LINKS_AT_ONCE in one task, more by stars over the cluster."""
        path = self.path(name)
        if self.is_made(path):
            return Part(path, "labels")
        counted = [(part, self.frame(part)) for part in parts]
        if sum(frame.count() for _, frame in counted) <= self.plan.links_at_once:
            return Part(self.round(name, label_all, *(part._replace(bucket=0) for part in parts)), "labels")
        links = counted[0][1]
        for _, frame in counted[1:]:
            links = links.unionAll(frame)
        labels = components.label(links, lambda step, frame: self.store(f"{name}-{step}", frame))
        most = labels.groupBy("label").count().where(F.col("count") > self.plan.crowd)
        found = _as_pieces("labels", labels, F.expr(f"row % {self.plan.keys}"))
        return Part(self.keep(name, found.unionAll(_as_pieces("crowds", most, F.lit(0)))), "labels")

    def store(self, name: str, frame: DataFrame) -> DataFrame:
        """Columns -> the same, read from a folder of that name: what comes after does not make them again."""
        path = self.path(name)
        if not self.is_made(path):
            frame.write.mode("overwrite").parquet(path)
        return self.session.read.parquet(path)

    def costs(self, name: str) -> DataFrame:
        """COSTS of the round of that name, a row for each of its tasks."""
        return self.frame(Part(self.path(name), "costs"))

    def rows(self, part: Part) -> pl.DataFrame:
        """One table, of bounded size, here."""
        found = self.pieces(part).select("data").toArrow()["data"].to_pylist()
        return unpack((part.table, data) for data in found).get(part.table, pl.DataFrame(schema=SCHEMAS[part.table]))

    def total(self, path: str, name: str) -> int:
        """The sum of the counts of that name that a round made; 0 where nothing came to it, so that it did not run.

        Raises LookupError where it ran, and none of its buckets counted that.
        """
        if not any(self.has(Part(path, made)) for made in ("counts", "costs")):  # who runs leaves its costs
            return 0
        frame = self.frame(Part(path, "counts")).where(F.col("name") == name)
        found = frame.agg(F.sum("count")).first()[0]  # type: ignore[index]
        if found is None:
            raise LookupError(f"{path}: no bucket counted {name}")
        return int(found)


def _as_pieces(table: str, frame: DataFrame, bucket: Column) -> DataFrame:
    return over(frame.withColumn("_bucket", bucket), as_pieces(table), PIECES)


def _folder(part: Part) -> str:
    return f"{part.path}/table={part.table}"


def spark_columns(schema: pl.Schema) -> StructType:
    """A table's schema in Spark's own types."""
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415  its home says nothing of pandas inside

    return from_arrow_schema(arrow_schema(schema))


def spark_schema(schema: pl.Schema) -> str:
    """A table's schema as Spark spells it."""
    return str(spark_columns(schema).simpleString()).removeprefix("struct<").removesuffix(">")
