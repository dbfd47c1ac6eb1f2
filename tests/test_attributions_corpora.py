"""Wire credits and datelines on labelled news, against floors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.tables import DOCUMENTS, PASSAGES, empty
from provenance.tracing.statements.attributions import find_attributions

if TYPE_CHECKING:
    from pathlib import Path


def corpus(folder: Path, *filled: str) -> pl.DataFrame:
    """The texts of a corpus, and of its labels only the ones named: the others are what is to be found."""
    rows = pl.read_parquet(folder / "documents.parquet")
    if "published" in filled:
        moment = pl.col("published").cast(pl.String).str.slice(0, 19).str.to_datetime()
        rows = rows.with_columns(published=moment.dt.replace_time_zone("UTC"))
    known = {"doc_id", "text", *filled}
    return rows.select(
        pl.col(name).cast(dtype) if name in known else pl.lit(None, dtype).alias(name)
        for name, dtype in DOCUMENTS.items()
    )


def test_wire_credit_on_polnear(shared: Path) -> None:
    folder = shared / "corpora" / "polnear"
    gold = pl.read_parquet(folder / "documents.parquet").filter(pl.col("wire").fill_null("") != "NA")
    table = find_attributions(corpus(folder), empty(PASSAGES))
    wires = ["Associated Press", "Reuters", "United Press International", "Agence France-Presse"]
    credit = pl.col("kind").is_in(["dateline", "credit", "byline"]) & (pl.col("scope") == "article")
    said = set(table.filter(credit & pl.col("source").is_in(wires))["doc_id"]) & set(gold["doc_id"])
    true = set(gold.filter(pl.col("wire").is_not_null())["doc_id"])
    right = len(said & true)
    assert 2 * right / (len(said) + len(true)) >= 0.96


def test_datelines_on_reuters(shared: Path) -> None:
    folder = shared / "corpora" / "reuters"
    gold = pl.read_parquet(folder / "datelines.parquet").drop_nulls("start")
    documents = corpus(folder, "published")
    table = (
        find_attributions(documents, empty(PASSAGES))
        .filter(pl.col("kind") == "dateline")
        .unique("doc_id", keep="first")
    )
    both = gold.join(table, on="doc_id", how="left").with_columns(
        words=pl.col("dateline").str.strip_chars_end(" -\n").str.len_chars().cast(pl.Int64)
    )
    exact = both.filter(
        (pl.col("start") == pl.col("start_right")) & (pl.col("start") + pl.col("words") == pl.col("end_right"))
    )
    assert 2 * exact.height / (gold.height + table.height) >= 0.985
    assert both.filter(pl.col("day") == pl.col("day_right").dt.day()).height / gold.height >= 0.985
