"""Arrow in either of its formats -> a lazy frame: the file, with an index at its end, and the stream, which has none.

Polars reads a stream only as a whole, and data sets come as streams of 500 MB under the name of a file
(`data-00000-of-00001.arrow`, as the library `datasets` writes them). So that one batch is held at a time, it is read by
nanoarrow.
"""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import polars as pl
from polars.io.plugins import register_io_source

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_FILE = b"ARROW1"


def scan_arrow(content: BinaryIO) -> pl.LazyFrame:
    """A file that can seek -> its table. Raises one of trying.FAILURES where it is none."""
    is_file = content.read(len(_FILE)) == _FILE
    content.seek(0)
    return pl.scan_ipc(content) if is_file else _scan_stream(content)


def _scan_stream(content: BinaryIO) -> pl.LazyFrame:
    with contextlib.closing(_batches(_anew(content))) as begun:
        first = next(begun, None)
    schema = first.schema if first is not None else pl.read_ipc_stream(_anew(content)).schema

    def batches(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        left = rows
        for batch in _batches(_anew(content)):
            some = batch if left is None else batch.head(left)
            left = None if left is None else left - some.height
            some = some if predicate is None else some.filter(predicate)
            yield some if columns is None else some.select(columns)
            if left == 0:
                return

    return register_io_source(batches, schema=schema)


def _anew(content: BinaryIO) -> BinaryIO:
    """The same content, from its beginning and with a place of its own: two may read it at once."""
    name = getattr(content, "name", None)
    return open(name, "rb") if isinstance(name, str) else io.BytesIO(cast("io.BytesIO", content).getvalue())  # noqa: PTH123


def _batches(content: BinaryIO) -> Generator[pl.DataFrame, None, None]:
    import nanoarrow  # noqa: PLC0415  a worker that reads none does without
    from nanoarrow.ipc import InputStream  # noqa: PLC0415  as above

    with content, InputStream.from_readable(content) as stream:
        for batch in nanoarrow.c_array_stream(stream):
            frame = pl.DataFrame(nanoarrow.Array(batch))
            # what is imported is taken for UTF-8 unseen, and Polars dies of what is none; a cast from bytes looks at it
            octets = pl.Schema({name: _with_octets(dtype) for name, dtype in frame.schema.items()})
            yield frame.cast(octets).cast(frame.schema)


def _with_octets(dtype: pl.DataType) -> pl.DataType:
    """A type -> the same with bytes in the place of texts, inside lists and structs, too."""
    if isinstance(dtype, pl.Struct):
        return pl.Struct({field.name: _with_octets(_instance(field.dtype)) for field in dtype.fields})
    if isinstance(dtype, pl.List):
        return pl.List(_with_octets(_instance(dtype.inner)))
    if isinstance(dtype, pl.Array):
        return pl.Array(_with_octets(_instance(dtype.inner)), dtype.shape[0])
    return pl.Binary() if dtype == pl.String else dtype


def _instance(dtype: Any) -> pl.DataType:
    found: pl.DataType = dtype() if isinstance(dtype, type) else dtype
    return found
