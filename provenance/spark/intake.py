"""A frame of Spark with a column of texts -> DOCUMENTS and REJECTS, by the reader that frames of Polars go through."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import xxhash
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812  as all of Spark's own pages call it

from provenance import tables
from provenance.dumps.columnar import table_files
from provenance.dumps.flags import Flags
from provenance.dumps.intake import Intake, Shelf
from provenance.dumps.labels.columns import ABOUT, choose_columns
from provenance.dumps.labels.day_order import DAY_FIRST, MONTH_FIRST, settle_dates
from provenance.dumps.labels.identity import name_documents, own_names
from provenance.dumps.reading import documents_of
from provenance.dumps.rejects import reject_frame
from provenance.errors import UsageError
from provenance.spark.pieces import Piece, Sent, pack
from provenance.spark.plan import SCHEMAS, Part, count
from provenance.spark.workers import PIECES, batch_pieces, over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from provenance.settings import Settings
    from provenance.spark.flow import Flow

PATH, NUMBER = "_path", "_number"


def number_rows(frame: DataFrame) -> DataFrame:
    """A frame -> the same with its rows' places from 0, in the order of its partitions, and `frame` as their path.

    One pass counts the rows of each partition; the driver sees a number a partition.
    """
    placed = frame.withColumn("_id", F.monotonically_increasing_id())
    counts = placed.groupBy(F.shiftright("_id", 33).alias("part")).count().orderBy("part").collect()
    base, bases = 0, []
    for part, many in counts:
        bases.append((part, base))
        base += many
    if not bases:
        return frame.withColumn(NUMBER, F.lit(0).cast("long")).withColumn(PATH, F.lit("frame"))
    first = F.create_map(*(F.lit(value) for pair in bases for value in pair))[F.shiftright("_id", 33)]
    number = first + F.col("_id").bitwiseAND((1 << 33) - 1)
    return placed.withColumn(NUMBER, number.cast("long")).drop("_id").withColumn(PATH, F.lit("frame"))


def enter_contents(flow: Flow, frames: list[DataFrame], dates: Sequence[str | None] = ()) -> dict[str, bool]:
    """Have a flow leave its results under the contents of its input: a hash of all rows. One pass of the executors.

    `dates` names a column of each frame, of which the same pass finds what day_order.find_orders does: the driver gets
    the paths whose dates tell the order of day and month.
    """
    found: list[object] = []
    told: list[set[str]] = [set(), set()]
    for frame, column in zip(frames, dates or [None] * len(frames), strict=True):
        whole = F.xxhash64(*(F.col(f"`{name}`").cast("string") for name in frame.columns))
        forms = (DAY_FIRST, MONTH_FIRST) if column else ()
        told_by = (F.collect_set(F.when(F.col(f"`{column}`").rlike(form), F.col(PATH))) for form in forms)
        row = tuple(frame.agg(F.count("*"), F.bit_xor(whole), *told_by).first() or ())
        found += row[:2]
        for paths, more in zip(told, row[2:], strict=False):
            paths |= set(more)
    flow.enter(xxhash.xxh3_64_hexdigest(repr(found).encode()))
    days, months = told
    return dict.fromkeys(days - months, True) | dict.fromkeys(months - days, False)


class Arrived(NamedTuple):
    """DOCUMENTS as a frame, each id once, how many and of how many bytes of text, and where REJECTS are."""

    documents: DataFrame
    ids: DataFrame  # doc_id
    many: int
    size: int
    rejects: list[Part]
    parts: list[Part]  # where the documents are as pieces, if they are
    clash: bool = False  # whether ids occurred more than once, and were told apart


def read_frames(flow: Flow, frames: list[DataFrame], settings: Settings) -> Arrived:
    """Frames with _path and _number -> what arrived.

    Raises UsageError where one has no column of texts.
    """
    taken, dates = [], []
    for frame in frames:
        columns = choose_columns([name for name in frame.columns if name not in (PATH, NUMBER)], settings)
        if columns.problem:
            raise UsageError(f"frame: {columns.problem[1]}")
        read = dict.fromkeys([*columns.all(), *(name for name in frame.columns if name in ABOUT)])
        taken.append(frame.select(*(F.col(f"`{column}`") for column in read), PATH, NUMBER))
        date = columns.of.get("published")
        dates.append(date if dict(frame.dtypes).get(date or "") == "string" else None)
    orders = enter_contents(flow, taken, dates)
    paths = [flow.path(f"read-{number}") for number in range(len(taken))]
    for number, chosen in enumerate(taken):
        if not flow.is_made(paths[number]):
            flow.keep(f"read-{number}", over(chosen, _read(settings, orders), PIECES))
    documents, ids = (
        reduce(DataFrame.unionAll, (flow.frame(Part(path, table)) for path in paths)) for table in ("arrived", "ids")
    )
    clash = ids.groupBy("doc_id").count().where("count > 1").limit(1).count()
    if clash:
        alone = ids.select("path", "number", "own").repartition(1)
        named = flow.store("names", over(alone, _named, "path string, number long, name string"))
        documents = documents.join(named, ["path", "number"]).withColumn("doc_id", F.col("name")).drop("name")
    many, size = (sum(flow.total(path, name) for path in paths) for name in ("documents", "bytes"))
    ids = documents.select("doc_id") if clash else ids.select("doc_id")
    parts = [] if clash else [Part(path, "arrived") for path in paths]
    return Arrived(documents, ids, many, size, [Part(path, "rejects") for path in paths], parts, clash=bool(clash))


def _read(
    settings: Settings, orders: Mapping[str, bool]
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Batches of the frame -> pieces of ARTICLES with the ids that they came with, and REJECTS. *map*."""

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        def made() -> Iterator[Piece]:
            for batch in batches:
                whole = pl.DataFrame(pl.from_arrow(batch))
                # a batch may hold the end of one file and the beginning of the next
                run_of = (pl.col(PATH) != pl.col(PATH).shift()) | (pl.col(NUMBER) != pl.col(NUMBER).shift() + 1)
                runs = whole.with_columns(_run=run_of.fill_null(value=True).cum_sum())
                for part in runs.partition_by("_run", maintain_order=True, include_key=False):
                    yield from _read_run(part, settings, orders)

        yield from batch_pieces(made())

    return run


def _read_run(rows: pl.DataFrame, settings: Settings, orders: Mapping[str, bool]) -> Iterator[Piece]:
    first, path = int(rows[NUMBER][0]), str(rows[PATH][0])
    intake = Intake(path, settings, Shelf())
    frames = [
        settle_dates(frame, orders).with_columns(pl.col("number") + first)
        for frame in table_files.read_frame(rows.drop(PATH, NUMBER).lazy(), intake)
    ]
    told = [
        reject._replace(record=None if reject.record is None else reject.record + first) for reject in intake.close()
    ]
    problem = next((reject for reject in told if reject.record is None), None)
    if problem is not None:
        raise UsageError(f"{path}: {problem.detail}")
    flags = Flags()
    rejects = [*told, *(row for frame in frames for row in flags.raised(frame))]
    yield from pack(Sent("rejects", reject_frame(rejects), 0))
    if frames:
        ours = pl.concat(frames).sort("path", "number", nulls_last=False, maintain_order=True).select("number", "own")
        documents = documents_of(frames, settings, own_names).with_columns(ours)
        yield from pack(Sent("arrived", documents, 0))
        yield from pack(Sent("ids", documents.select(list(SCHEMAS["ids"])), 0))
        yield from pack(Sent("counts", count("documents", documents.height), 0))
        yield from pack(Sent("counts", count("bytes", int(documents["text"].str.len_bytes().cast(pl.Int64).sum())), 0))


def _named(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """All rows (path, number, own) -> their names. In one task: 100 bytes a document, and only where ids clash."""
    frames = [pl.DataFrame(pl.from_arrow(batch)) for batch in batches]
    if frames:
        whole = pl.concat(frames).sort("path", "number")
        named = whole.select("path", "number", name=name_documents(whole))
        yield from named.to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches()


def plain_documents(frame: DataFrame) -> bool:
    """Whether a frame is DOCUMENTS already."""
    return set(tables.DOCUMENTS) <= set(frame.columns)
