"""`python -m tests.bench.corpora FOLDER NAME SIZE`: one corpus as Parquet, its truth beside it, its facts as JSON.

A command of its own, so that whoever measures stays small. What is there already is not made again.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import xxhash
from polars.io.plugins import register_io_source

from provenance.reports.writing import checksum
from tests.bench import SEED, hard, mixture, news, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    Rows = list[tuple[int, str | None, str]]

SCHEMA = {
    "id": pl.String,
    "outlet": pl.String,
    "title": pl.String,
    "text": pl.String,
    "published": pl.Datetime("us", "UTC"),
}
ROWS = 10_000  # a row group: 25 MB of text, which a reader that streams can hold
FIRST_DAY = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1e6)
TRUTH = {
    "news": {"left": pl.Int64, "right": pl.Int64, "jaccard": pl.Float64, "kind": pl.String},
    "headlines": {
        "left": pl.Int64, "right": pl.Int64, "place": pl.Int64, "left_end": pl.Int64, "right_end": pl.Int64
    },
    "passages": {"passage": pl.String, "number": pl.Int64, "start": pl.Int64, "end": pl.Int64},
}  # fmt: skip


def written(size: int, seed: int, truth: list[tuple[object, ...]]) -> Iterator[Rows]:
    """The first `size` articles of the newsroom."""
    room = news.Newsroom(seed)
    for start in range(0, size, 1_000):
        block = list(room.block())[: size - start]
        titles = room.language.write([title for _, title, _ in block])
        texts = room.language.write([forms for _, _, forms in block])
        yield [
            (outlet, title.strip(" ,.”“"), text)
            for (outlet, _, _), title, text in zip(block, titles, texts, strict=True)
        ]
    truth.extend(row for row in room.truth if row[1] < size)


KINDS = {
    "news": written,
    "alike": hard.alike,
    "notice": hard.notice,
    "headlines": hard.headlines,
    "passages": hard.passages,
}


MAKERS = (hard, mixture, news, words, sys.modules[__name__])


def name_of(number: int) -> str:
    """The id of the article of this number."""
    return f"n{number:07d}"


def write(blocks: Iterator[Rows], path: Path) -> None:
    """Blocks of articles -> Parquet, row group by row group: no more than a few blocks are held."""

    def frames(columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
        number = 0
        for block in blocks:
            count = len(block)
            yield pl.DataFrame(
                {
                    "id": [name_of(number + i) for i in range(count)],
                    "outlet": [f"Outlet {row[0] % hard.OUTLETS}" for row in block],
                    "title": [row[1] for row in block],
                    "text": [row[2] for row in block],
                    "published": [FIRST_DAY + (number + i) * 60_000_000 for i in range(count)],
                },
                schema_overrides=SCHEMA,
            ).select(columns or list(SCHEMA))
            number += count

    aside = path.with_suffix(".partial")
    register_io_source(frames, schema=SCHEMA).sink_parquet(aside, row_group_size=ROWS)
    aside.replace(path)


def make(folder: Path, name: str, size: int, seed: int = SEED) -> dict[str, object]:
    """Write the corpus unless it is there -> its facts: path, truth, documents, bytes of text, seed, xxh3-64."""
    stem = folder / f"{name}-{size}-{seed}"
    facts_file = stem.with_suffix(".json")
    if facts_file.exists():
        facts: dict[str, object] = json.loads(facts_file.read_text())
        if facts.get("source") == source():
            return facts
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    path, truth_path = stem.with_suffix(".parquet"), stem.with_suffix(".truth.parquet")
    truth: list[tuple[object, ...]] = []
    if name == "mixture":
        mixture.write(Path(os.environ["PROVENANCE_SHARED"]), path, truth_path, size * 1_000_000)
    else:
        write(KINDS[name](size, seed, truth), path)
        if name in TRUTH:
            pl.DataFrame(truth, schema=TRUTH[name], orient="row").write_parquet(truth_path)
    about = pl.scan_parquet(path).select(pl.len(), pl.col("text").str.len_bytes().sum()).collect(engine="streaming")
    facts = {
        "source": source(),
        "name": name,
        "path": str(path),
        "truth": str(truth_path) if truth_path.exists() else None,
        "documents": about.item(0, 0),
        "bytes": about.item(0, 1),
        "seed": seed,
        "xxh3_128": checksum(path),
        "seconds": round(time.perf_counter() - began, 1),
    }
    facts_file.write_text(json.dumps(facts))
    return facts


def source() -> str:
    """xxh3-64 of the code that makes the dumps: what another version wrote is made anew."""
    return xxhash.xxh3_64_hexdigest(b"".join(Path(str(module.__file__)).read_bytes() for module in MAKERS))


if __name__ == "__main__":
    print(json.dumps(make(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
