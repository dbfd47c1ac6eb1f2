"""What Spark's Python processes do: pieces in, one call of a round a bucket, pieces out, and what that cost."""

from __future__ import annotations

import gc
import time
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from provenance.clock import peak_memory
from provenance.spark.pieces import Piece, Sent, pack, run_round, unpack
from provenance.spark.plan import SCHEMAS
from provenance.text.tokens import fold_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyspark.sql import DataFrame

    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan

    Round = Callable[[Plan, int, Tables], Iterable[Sent]]
    Batches = Iterable[pa.RecordBatch]
    Task = Callable[[Batches], Iterator[pa.RecordBatch]]

PIECES = "bucket long, table string, data binary"
_ARROW = pa.schema([("bucket", pa.int64()), ("table", pa.string()), ("data", pa.binary())])
#: Bytes handed to Spark at a time.
BATCH = 8 << 20


def over(frame: DataFrame, task: Task, columns: str) -> DataFrame:
    """What a task makes of the batches of each partition of a frame.

    Spark's processes collect garbage after each task, and looked through the some 200,000 objects of loaded modules:
    .11 s each time, 58 % of all that Python did in a scan of 10,000 articles. What is frozen as a task begins is not
    looked through.
    """

    def run(batches: Batches) -> Iterator[pa.RecordBatch]:
        _load_kernels()
        gc.freeze()
        yield from task(batches)

    return frame.mapInArrow(run, columns)


@cache
def _load_kernels() -> None:
    """Load the kernels that fold, once a process: .4 s of whichever task is first, and no cost of a bucket's."""
    fold_batch([""])


def by_bucket(round_: Round, plan: Plan) -> Task:
    """A round -> what Spark calls with one partition's pieces, sorted by bucket. Holds one bucket at a time."""

    def run(batches: Batches) -> Iterator[pa.RecordBatch]:
        meter = Meter()

        def made() -> Iterator[Piece]:
            for bucket, pieces in _buckets(batches):
                yield from meter.watch(pieces, partial(run_round, partial(round_, plan), bucket))
            yield from pack(Sent("costs", meter.row(), 0))

        yield from batch_pieces(made())

    return run


def by_piece(round_: Round, plan: Plan) -> Task:
    """A round -> what Spark calls with pieces in any order, to run it over each alone."""

    def run(batches: Batches) -> Iterator[pa.RecordBatch]:
        def made() -> Iterator[Piece]:
            for batch in batches:
                for bucket, table, data in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    yield from run_round(lambda at, given: round_(plan, at, given), bucket, unpack([(table, data)]))

        yield from batch_pieces(made())

    return run


def _buckets(batches: Batches) -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    """Batches of pieces sorted by bucket -> each bucket with its pieces (table, data)."""
    held: list[tuple[str, bytes]] = []
    current = 0
    for batch in batches:
        for bucket, table, data in zip(*(batch.column(i).to_pylist() for i in range(3)), strict=True):
            if held and bucket != current:
                yield current, held
                held = []
            current = bucket
            held.append((table, data))
    if held:
        yield current, held


class Meter:
    """What one task of a round cost: bytes of pieces, processor time of Python, and the most it held."""

    def __init__(self) -> None:
        with suppress(OSError):  # a worker goes from task to task: what it held in the last one does not count in this
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self.buckets = self.read = self.made = self.largest = self.spent = self.slowest = 0

    def watch(self, pieces: list[tuple[str, bytes]], make: Callable[[Tables], Iterable[Piece]]) -> Iterator[Piece]:
        """What a round makes of one bucket, counted on its way, from unpacking on."""
        began, size = time.process_time_ns(), sum(len(data) for _, data in pieces)
        for piece in make(unpack(pieces)):
            self.made += len(piece.data)
            yield piece
        spent = (time.process_time_ns() - began) // 1000
        self.buckets, self.read, self.spent = self.buckets + 1, self.read + size, self.spent + spent
        self.largest, self.slowest = max(self.largest, size), max(self.slowest, spent)

    def row(self) -> pl.DataFrame:
        """One row of COSTS."""
        numbers = (
            self.buckets,
            self.read,
            self.made,
            self.largest,
            self.spent,
            self.slowest,
            1_000_000 * (peak_memory() or 0),
        )
        return pl.DataFrame([numbers], schema=SCHEMAS["costs"], orient="row")


def batch_pieces(pieces: Iterable[Piece]) -> Iterator[pa.RecordBatch]:
    """Pieces -> batches of about BATCH bytes."""
    held: list[Piece] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece.data)
        if size >= BATCH:
            yield _batch(held)
            held, size = [], 0
    if held:
        yield _batch(held)


def _batch(pieces: list[Piece]) -> pa.RecordBatch:
    bucket, table, data = zip(*pieces, strict=True)
    numbers = pa.Array.from_buffers(pa.int64(), len(bucket), [None, pa.py_buffer(np.array(bucket, np.int64))])
    columns = [numbers, _joined([name.encode() for name in table], pa.string()), _joined(data, pa.binary())]
    return pa.RecordBatch.from_arrays(columns, schema=_ARROW)


def _joined(values: Sequence[bytes], kind: pa.DataType) -> pa.Array:
    """Values as a column. From a list Arrow would make it, too, but import pandas first: .35 s in each process."""
    ends = np.cumsum([0, *map(len, values)])
    if ends[-1] > np.iinfo(np.int32).max:
        raise OverflowError(f"a piece of {max(map(len, values)):,} bytes, more than Spark takes")
    parts = [None, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(b"".join(values))]
    return pa.Array.from_buffers(kind, len(values), parts)


def arrow_schema(schema: pl.Schema) -> pa.Schema:
    """A table's schema in the types of Arrow that Spark knows: none of 64-bit offsets."""
    wide = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    return pa.schema([pa.field(field.name, _narrow(field.type)) for field in wide])


def _narrow(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind):
        return pa.string()
    if pa.types.is_large_binary(kind):
        return pa.binary()
    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        return pa.list_(_narrow(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(part.name, _narrow(part.type)) for part in kind])
    return kind


def as_columns(table: str, schema: pl.Schema) -> Task:
    """Pieces of a table -> its columns."""
    target = arrow_schema(schema)

    def run(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for data in batch.column(0).to_pylist():
                frame = unpack([(table, data)])[table].select(list(schema))
                yield from frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(target).to_batches()

    return run


def as_pieces(table: str) -> Task:
    """Columns of a table, and `_bucket` -> its pieces."""
    schema = SCHEMAS[table]

    def run(batches: Batches) -> Iterator[pa.RecordBatch]:
        def made() -> Iterator[Piece]:
            for batch in batches:
                frame = pl.DataFrame(pl.from_arrow(batch))
                rows = frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
                yield from pack(Sent(table, rows, frame["_bucket"].to_numpy()))

        yield from batch_pieces(made())

    return run
