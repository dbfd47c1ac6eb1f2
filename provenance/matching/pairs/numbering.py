"""Tables with row numbers of DOCUMENTS in the place of ids, as stages hand them on within one process.

Where DOCUMENTS is sorted by doc_id, row numbers have the order of the ids, and are sorted, joined and grouped in a
fifth of the time: 400,000 spans and as many matches took 2 s of processor more with ids. Stages take either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from provenance.arrays import Array

ROW = pl.UInt32()
IDS = ("doc_id", "left_doc", "right_doc")  # the columns that hold either


def number_documents(documents: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS sorted by doc_id -> the same with row numbers for ids."""
    return documents.with_columns(doc_id=pl.int_range(pl.len(), dtype=ROW))


def number_rows(ids: pl.Series, column: pl.Series) -> pl.Series:
    """Sorted ids, and a column of ids in which equal ones stand together -> the row of each among `ids`."""
    runs = column.rle().struct.unnest()
    rows = np.repeat(ids.search_sorted(runs["value"]).to_numpy(), runs["len"].to_numpy())
    return pl.Series(column.name, rows.astype(np.uint32))


def row_numbers(column: pl.Series, ids: pl.Series) -> Array:
    """Document ids -> their rows in `ids`, which holds them all; int64."""
    rows = ids.alias("id").to_frame().with_row_index("row")
    found = column.alias("id").to_frame().join(rows, on="id", how="left", maintain_order="left")["row"]
    assert not found.null_count(), f"{column.name}: a document that DOCUMENTS does not hold"
    return found.cast(pl.Int64).to_numpy()


def rows_of(column: pl.Series, ids: pl.Series) -> Array:
    """A column of ids -> their rows in `ids`, which holds them all; int64. Where `ids` are rows, so is the column."""
    if ids.dtype.is_integer() and np.array_equal(ids.to_numpy(), np.arange(len(ids))):
        return column.cast(pl.Int64).to_numpy()
    return row_numbers(column, ids)


def name_rows(table: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """A table with rows for ids -> the same with the ids."""
    return table.with_columns(
        ids.gather(table[column].cast(ROW)).alias(column) for column in IDS if column in table.columns
    )
