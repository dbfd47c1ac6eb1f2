"""What must not change a scan: the order of the dump, other documents, sides, threads, a second run."""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import pipeline
from provenance.matching.aligning.spans import find_spans
from provenance.matching.groups.clusters import find_clusters
from provenance.matching.groups.completion import match_documents
from provenance.matching.pairs.numbering import name_rows, number_documents, number_rows
from provenance.matching.whole_documents import find_alike
from provenance.settings import Settings
from provenance.tables import WRITTEN
from provenance.text.folding import fold
from provenance.text.passages import find_passages
from provenance.text.tokens import tokenize, tokenize_and
from tests.strategies import SENTENCES, dumps

if TYPE_CHECKING:
    from provenance.reports.runs import Run

#: Compared pair by pair, and by candidates only: small dumps must come out alike on both sides of that size.
BOTH = {"exhaustive": Settings(rewritten="off"), "by candidates": Settings(rewritten="off", exhaustive_documents=0)}
both_sides = pytest.mark.parametrize("how", BOTH)
few = settings(max_examples=15)
KEPT = ("exact", "edited")


def scan(texts: dict[str, str], how: Settings) -> Run:
    return pipeline.scan(pl.DataFrame({"id": list(texts), "text": list(texts.values())}), how)


def same(one: Run, other: Run) -> None:
    for name in WRITTEN:
        first, second = one.table(name), other.table(name)
        assert first.equals(second), name


@both_sides
@few
@given(texts=dumps(), seed=st.integers(0, 5))
def test_permuting_the_dump_changes_nothing(how: str, texts: dict[str, str], seed: int) -> None:
    ids = list(texts)
    random.Random(seed).shuffle(ids)
    same(scan(texts, BOTH[how]), scan({name: texts[name] for name in ids}, BOTH[how]))


@both_sides
@few
@given(texts=dumps(), noise=dumps(prefix="noise"))
def test_other_documents_change_no_exact_or_edited_span(how: str, texts: dict[str, str], noise: dict[str, str]) -> None:
    alone, among = scan(texts, BOTH[how]), scan(texts | noise, BOTH[how])
    # a role tells boilerplate apart by its frequency in the collection, which noise may change
    columns = [name for name in alone.spans.columns if name != "role"]
    ours = pl.col("left_doc").is_in(list(texts)) & pl.col("right_doc").is_in(list(texts))
    kept = pl.col("kind").is_in(KEPT)
    assert alone.spans.filter(kept).select(columns).rows() == among.spans.filter(kept & ours).select(columns).rows()
    # two articles that share nothing are a match only where others make them one cluster
    matched = (pl.col("spans") > 0) | (pl.col("jaccard") >= pl.lit(BOTH[how].match_jaccard, pl.Float32))
    pairs = [run.matches.filter(matched).select("left_doc", "right_doc", "jaccard") for run in (alone, among)]
    assert pairs[0].rows() == pairs[1].filter(ours).rows()


@few
@given(texts=dumps(), noise=dumps(prefix="noise"))
def test_both_ways_to_find_pairs_agree(texts: dict[str, str], noise: dict[str, str]) -> None:
    one, other = (scan(texts | noise, how) for how in BOTH.values())
    assert one.spans.equals(other.spans)


@few
@given(texts=dumps())
def test_swapping_sides_mirrors(texts: dict[str, str]) -> None:
    # the ids are turned round, so that every left document becomes a right one
    turned = {name: f"{len(texts) - at:03}" for at, name in enumerate(sorted(texts))}
    back = {new: old for old, new in turned.items()}
    one = scan(texts, BOTH["exhaustive"]).spans.filter(pl.col("left_doc") != pl.col("right_doc"))
    other = scan({turned[name]: text for name, text in texts.items()}, BOTH["exhaustive"]).spans
    other = other.filter(pl.col("left_doc") != pl.col("right_doc"))
    sides = [(f"left_{part}", f"right_{part}") for part in ("doc", "start", "end")]
    swap = dict(sides) | {right: left for left, right in sides}
    mirrored = other.rename(swap).with_columns(pl.col("left_doc", "right_doc").replace(back)).select(one.columns)
    assert sorted(one.rows()) == sorted(mirrored.rows())


@both_sides
@few
@given(texts=dumps())
def test_exact_spans_are_the_same_words(how: str, texts: dict[str, str]) -> None:
    for row in scan(texts, BOTH[how]).spans.filter(pl.col("kind") == "exact").iter_rows(named=True):
        left = texts[row["left_doc"]][row["left_start"] : row["left_end"]]
        right = texts[row["right_doc"]][row["right_start"] : row["right_end"]]
        assert fold(left) == fold(right) != ""
        assert row["identity"] == 1


@few
@given(texts=dumps())
def test_one_thread_equals_two(texts: dict[str, str]) -> None:
    documents = scan(texts, BOTH["exhaustive"]).documents
    passages = find_passages(documents)
    found = []
    for threads in (1, 2):
        tokens, _ = tokenize_and(documents["text"], None, threads)
        found.append(find_spans(documents, passages, tokens, None, BOTH["exhaustive"], threads))
    assert found[0].spans.equals(found[1].spans)
    assert found[0].jaccards.equals(found[1].jaccards)


@few
@given(texts=dumps())
def test_stages_take_rows_for_ids(texts: dict[str, str]) -> None:
    how = BOTH["exhaustive"]
    documents = scan(texts, how).documents
    passages, tokens, ids = find_passages(documents), tokenize(documents["text"]), documents["doc_id"]

    def made(documents: pl.DataFrame, passages: pl.DataFrame, names: pl.Series | None) -> list[pl.DataFrame]:
        found = find_spans(documents, passages, tokens, None, how)
        spans, matches = match_documents(documents, passages, tokens, found, how)
        clusters = find_clusters(spans, matches, how, names)
        alike = find_alike(documents, how).matches
        return [clusters, *(table if names is None else name_rows(table, names) for table in (spans, matches, alike))]

    numbered = passages.with_columns(number_rows(ids, passages["doc_id"]))
    for named, other in zip(
        made(documents, passages, None), made(number_documents(documents), numbered, ids), strict=True
    ):
        assert named.equals(other)


def test_two_runs_of_the_corpus_are_identical(corpus: object, corpus_run: Run) -> None:
    again = pipeline.scan([str(corpus)])
    same(corpus_run, again)


def test_the_order_of_inputs_changes_nothing(corpus_run: Run) -> None:
    files = sorted(set(corpus_run.documents["path"]), reverse=True)
    again = pipeline.scan(files)
    left_out = ("rejects",)  # the folder of gold is not among the inputs now
    for name in WRITTEN:
        if name not in left_out:
            assert corpus_run.table(name).equals(again.table(name)), name


def test_the_corpus_by_candidates_has_the_spans_of_the_corpus_pair_by_pair(corpus: object, corpus_run: Run) -> None:
    again = pipeline.scan([str(corpus)], dataclasses.replace(Settings(), exhaustive_documents=0))
    kept = pl.col("kind").is_in(KEPT)
    assert corpus_run.spans.filter(kept).equals(again.spans.filter(kept))


@both_sides
def test_all_pairs_of_a_story_over_the_link_cap_are_matches(how: str) -> None:
    story = SENTENCES[:4]
    texts = {
        f"d{n:02}": "\n\n".join([*story[: 2 + n % 3], f"Paragraph number {n} is of the paper's own."])
        for n in range(12)
    }
    run = scan(texts, dataclasses.replace(BOTH[how], link_cap=4))
    assert run.clusters.filter(pl.col("level") == "document").height == len(texts)
    assert run.matches.height == len(texts) * (len(texts) - 1) // 2
    assert (run.matches["spans"] > 0).all()
