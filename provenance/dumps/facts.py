"""INPUTS: what is known of each file and member that was read, row by row while it is, and as a table."""

from __future__ import annotations

from typing import Any, BinaryIO

import polars as pl
import xxhash

from provenance import tables
from provenance.dumps.labels.day_numbers import find_numbered, settle_numbers
from provenance.dumps.labels.day_order import find_orders, settle_dates
from provenance.dumps.rejects import single_line


def fingerprint(stream: BinaryIO) -> tuple[int, str]:
    """How many bytes a file has, and their xxh3-128. Cost: it is read to its end once more than its reader does."""
    digest = xxhash.xxh3_128()
    size = 0
    while block := stream.read(1 << 20):
        digest.update(block)
        size += len(block)
    stream.seek(0)
    return size, digest.hexdigest()


def blank_fact(path: str) -> dict[str, Any]:
    """A row of INPUTS for a file that is not read yet."""
    return {**dict.fromkeys(tables.INPUTS), "path": path, "format": "", "documents": 0, "replaced": 0, "undated": 0}


def settle(frames: list[pl.DataFrame], facts: dict[str, dict[str, Any]]) -> list[pl.DataFrame]:
    """All ARTICLES of some inputs -> the same, settled; dates that are still none are added to the facts."""
    orders = find_orders(frames)
    tables_of_text = [path for path, fact in facts.items() if str(fact["format"]).split(".")[0] in ("csv", "tsv")]
    numbered = find_numbered(frames, tables_of_text)
    settled = [settle_dates(frame, orders) for frame in frames]
    settled = [settle_numbers(frame, numbered) for frame in settled] if numbered else settled
    for frame in settled:
        _count_undated(frame, facts)
    return settled


def _count_undated(articles: pl.DataFrame, facts: dict[str, dict[str, Any]]) -> None:
    """Count the dates of ARTICLES that are no full ones in the facts of their inputs, by path; the least is shown."""
    given = articles.select("path", "undated").drop_nulls()
    for path, many, least in given.group_by("path").agg(pl.len(), pl.col("undated").min().alias("least")).rows():
        fact = facts[path]
        fact["undated"] += many
        fact["undated_as"] = min(single_line(least, 40), fact["undated_as"] or chr(0x10FFFF))


def input_frame(inputs: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows -> INPUTS."""
    return pl.DataFrame(inputs, schema=tables.INPUTS, orient="row")
