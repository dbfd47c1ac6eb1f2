"""A dump of real text: every labelled corpus of the shared folder, filled up with chunks of legal codes.

Mail with quotations, wire copy, essays with planted passages, old codes full of reading errors: none of it was written
by a program, or for this benchmark. Its truth is computed: every pair of articles with a jaccard of .7 or more.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import xxhash

from tests.bench.words import jaccard, shingles

if TYPE_CHECKING:
    from pathlib import Path

FILLING = "civil-codes"  # as much text as all the others together
SLICE = 2_000  # texts cut into words at once


def write(shared: Path, path: Path, truth: Path, size: int) -> None:
    """The folder of shared corpora -> Parquet of up to `size` bytes of text, and the pairs alike in it."""
    frames = []
    for place in sorted((shared / "corpora").glob("*/documents.parquet")):
        frame = pl.read_parquet(place).filter(pl.col("text").is_not_null())
        frames.append(
            frame.select(
                pl.concat_str(pl.lit(f"{place.parent.name}/"), pl.col("doc_id").cast(pl.String)).alias("id"),
                pl.col("outlet", "title", "text").cast(pl.String),
                filling=pl.lit(place.parent.name == FILLING),
            )
        )
    all_of_them = pl.concat(frames)
    # by the hash of the id: some texts of every corpus and chunks of every code, whatever the size
    order = [xxhash.xxh3_64_intdigest(one.encode()) for one in all_of_them["id"].to_list()]
    mixed = all_of_them.with_columns(order=pl.Series(order, dtype=pl.UInt64)).sort("filling", "order")
    mixed = mixed.filter(pl.col("text").str.len_bytes().cum_sum() <= size).drop("filling", "order")
    mixed.write_parquet(path)
    alike(mixed["text"]).write_parquet(truth)


def alike(texts: pl.Series, least: float = 0.7) -> pl.DataFrame:
    """Texts -> every pair (left, right, jaccard) of at least `least`, by row; exact.

    Prefix filtering (Bayardo, Ma and Srikant 2007, section 3): of two sets with that jaccard, ordered by how rare
    their members are, the first n - ceil(least n) + 1 of each share one.
    """
    sets = _shingles_of(texts)
    every = np.concatenate(sets) if sets else np.zeros(0, np.uint64)
    values, counts = np.unique(every, return_counts=True)
    rows, keys = [], []
    for row, one in enumerate(sets):
        how_many = counts[np.searchsorted(values, one)]
        prefix = np.lexsort((one, how_many))[: one.size - int(np.ceil(least * one.size)) + 1]
        prefix = prefix[how_many[prefix] > 1]
        keys.append(one[prefix])
        rows.append(np.full(prefix.size, row))
    postings = pl.DataFrame({"key": np.concatenate(keys), "row": np.concatenate(rows)})
    pairs = (
        postings.lazy()
        .join(postings.lazy(), on="key", suffix="_other")
        .filter(pl.col("row") < pl.col("row_other"))
        .select("row", "row_other")
        .unique()
        .sort("row", "row_other")
        .collect(engine="streaming")
    )
    found = [(a, b, jaccard(sets[a], sets[b])) for a, b in pairs.iter_rows()]
    schema = {"left": pl.Int64, "right": pl.Int64, "jaccard": pl.Float64}
    return pl.DataFrame([row for row in found if row[2] >= least], schema=schema, orient="row")


def _shingles_of(texts: pl.Series) -> list[np.ndarray]:
    """The shingles of each text: words are \\w+ in small letters."""
    sets = []
    for start in range(0, texts.len(), SLICE):
        words = texts.slice(start, SLICE).str.to_lowercase().str.extract_all(r"\w+")
        bounds = np.concatenate([[0], words.list.len().to_numpy()]).cumsum()
        hashed = words.explode(empty_as_null=False).hash(1).to_numpy()
        sets += [shingles(hashed[a:b]) for a, b in pairwise(bounds)]
    return sets
