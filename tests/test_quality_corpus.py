"""The sample dumps against their gold: what must not get worse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from provenance.evaluation.places import locate, pair_documents, unify
from tests import quality
from tests.figures import judge, sample_figures

if TYPE_CHECKING:
    from pathlib import Path

    from provenance.reports.runs import Run


@pytest.fixture(scope="module")
def measured(corpus: Path, corpus_run: Run) -> quality.Measured:
    return quality.Measured("sample", list(sample_figures(judge(corpus_run, corpus / "gold"))), 0)


def test_no_figure_is_under_its_floor(measured: quality.Measured) -> None:
    assert quality.failures([measured], {}) == []


def test_every_article_of_the_gold_is_an_article_of_the_scan(corpus: Path, corpus_run: Run) -> None:
    gold = locate(pl.read_parquet(corpus / "gold" / "documents.parquet"))
    found = locate(corpus_run.documents)
    found = found.with_columns(pl.col("key").replace(unify(found["key"], gold["key"])))
    pairs = pair_documents(found, gold)
    assert found.height == gold.height == len(set(pairs.values()))
    # page furniture between two articles may be reckoned to either
    ours = {row["doc_id"]: row for row in found.iter_rows(named=True)}
    for row in gold.iter_rows(named=True):
        other = ours[pairs[row["doc_id"]]]
        ends = [min(one["offset"] + one["length"] for one in (row, other)), max(row["offset"], other["offset"])]
        assert ends[0] - ends[1] >= 0.85 * row["length"], row["doc_id"]


def test_all_pairs_of_a_cluster_are_matches(corpus_run: Run) -> None:
    members = corpus_run.clusters.filter(pl.col("level") == "document").select("cluster_id", "doc_id")
    pairs = members.join(members, on="cluster_id", suffix="_right").filter(pl.col("doc_id") < pl.col("doc_id_right"))
    held = corpus_run.matches.select(doc_id="left_doc", doc_id_right="right_doc")
    assert pairs.join(held, on=["doc_id", "doc_id_right"], how="anti").height == 0
