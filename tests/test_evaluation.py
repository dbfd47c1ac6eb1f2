"""Measures by hand, against slow twins, and against the official scorer's figures."""

from __future__ import annotations

import json
import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from provenance import tables
from provenance.cli.evaluate import command
from provenance.errors import UsageError
from provenance.evaluation import evaluate, measure, origins, pairs, spans, stories
from provenance.evaluation.gold import read_gold, read_run
from provenance.evaluation.intervals import union_length
from tests.strategies import intervals

if TYPE_CHECKING:
    from pathlib import Path

Span = tuple[str, int, int, str, int, int]


def spans_of(*rows: Span) -> pl.DataFrame:
    names = ["left_doc", "left_start", "left_end", "right_doc", "right_start", "right_end"]
    types = [pl.String, pl.Int64, pl.Int64] * 2
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def groups_of(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(spans.NO_GROUPS.schema.items())[:4], orient="row")


def as_sets(span: Span) -> set[tuple[str, str, int]]:
    left, right = (span[:3], span[3:])
    return {(side, doc, at) for side, (doc, low, high) in (("l", left), ("r", right)) for at in range(low, high)}


def meets(one: Span, other: Span) -> bool:
    shared = as_sets(one) & as_sets(other)
    return {side for side, _, _ in shared} == {"l", "r"}


@st.composite
def span_lists(draw: st.DrawFn) -> list[Span]:
    one = st.tuples(st.sampled_from("abc"), intervals(20), st.sampled_from("xyz"), intervals(20))
    return [(a, *left, b, *right) for a, left, b, right in draw(st.lists(one, max_size=6))]


# -- spans -----------------------------------------------------------------------------------------------


@given(span_lists(), span_lists())
def test_plagdet_is_that_of_a_slow_twin(cases: list[Span], found: list[Span]) -> None:
    def covered(span: Span, others: list[Span]) -> float:
        shared = [as_sets(span) & as_sets(other) for other in others if meets(span, other)]
        return len(set().union(*shared)) / len(as_sets(span))

    recall = sum(covered(case, found) for case in cases) / max(len(cases), 1)
    precision = sum(covered(one, cases) for one in found) / max(len(found), 1)
    times = [hits for case in cases if (hits := sum(meets(case, one) for one in found))]
    granularity = sum(times) / len(times) if times else 1
    both = recall + precision
    plagdet = (2 * recall * precision / both if both else 0) / math.log2(1 + granularity)
    scores = spans.score_plagdet(spans_of(*cases), spans_of(*found))
    assert scores == pytest.approx((plagdet, recall, precision, granularity))


def test_what_is_shorter_than_any_case_can_be_left_out() -> None:
    cases = spans_of(("a", 0, 30, "b", 0, 25), ("a", 50, 80, "b", 50, 99))
    assert spans.shortest(cases) == 25
    found = spans_of(("a", 0, 30, "b", 0, 25), ("a", 100, 124, "b", 200, 290), ("a", 300, 340, "b", 300, 324))
    assert spans.as_long_as(found, spans.shortest(cases)).rows() == found[:1].rows()


def test_plagdet_reproduces_the_official_scores(shared: Path) -> None:
    folder = shared / "corpora" / "pan13-train"
    official = json.loads((folder / "baseline_scores.json").read_text("utf-8"))
    found = evaluate(folder / "baseline_detections.parquet", folder)
    ours = {(part, name): value for name, part, value, _ in found.rows()}
    for part, scores in official.items():
        for name, value in scores.items() if isinstance(scores, dict) else ():
            assert round(ours[part, name], 5) == value, (part, name)
    assert ours["01-no-plagiarism", "false detections"] == 1


@given(st.lists(st.tuples(st.integers(0, 2), intervals(20)), max_size=8))
def test_union_length_counts_each_character_once(rows: list[tuple[int, tuple[int, int]]]) -> None:
    columns = [np.array([row[0] for row in rows], np.int64)]
    columns += [np.array([row[1][end] for row in rows], np.int64) for end in (0, 1)]
    expected = [len({at for group, (low, high) in rows if group == of for at in range(low, high)}) for of in range(3)]
    assert union_length(*columns, 3).tolist() == expected


def test_repeats_inside_a_document_may_be_linked_in_any_way() -> None:
    chain = spans_of(("a", 0, 10, "a", 20, 30), ("a", 20, 30, "a", 40, 50))
    star = spans_of(("a", 0, 10, "a", 20, 30), ("a", 0, 10, "a", 40, 50))
    for gold, found in ((chain, star), (star, chain)):
        assert spans.span_recall(gold, found).share == 1
        assert spans.span_precision(gold, spans.NO_GROUPS, found).share == 1
    one = spans_of(("a", 0, 10, "a", 20, 30))
    assert spans.span_recall(chain, one) == (20, 30)
    assert spans.span_precision(one, spans.NO_GROUPS, chain) == (20, 40)


def test_across_documents_the_pair_must_be_found() -> None:
    gold = spans_of(("a", 0, 10, "b", 0, 10), ("a", 0, 10, "c", 0, 10))
    assert spans.span_recall(gold, spans_of(("a", 0, 10, "b", 5, 10))) == (15, 40)
    assert spans.span_recall(gold, spans_of(("b", 0, 10, "c", 0, 10))) == (0, 40)
    assert spans.span_precision(gold, spans.NO_GROUPS, spans_of(("a", 0, 20, "b", 0, 10))) == (20, 30)


def test_a_place_of_a_group_is_found_by_a_link_to_any_other() -> None:
    groups = groups_of(("g", "a", 0, 10), ("g", "b", 0, 10), ("g", "c", 0, 10), ("h", "a", 50, 60), ("h", "a", 70, 80))
    found = spans_of(("a", 0, 10, "c", 0, 10), ("a", 0, 10, "b", 0, 8), ("a", 50, 60, "b", 70, 80))
    assert spans.group_recall(groups, found) == (2 / 5, 0)
    assert spans.group_recall(groups, found, least=0.8) == (3 / 5, 1 / 2)


# -- pairs and clusters ----------------------------------------------------------------------------------


def matches_of(*rows: tuple[str, str, str, float]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["left_doc", "right_doc", "relation", "left_containment"], orient="row")
    frame = frame.with_columns(spans=1, jaccard=0.5, right_containment=0.0)
    return frame.select(pl.col(name).cast(dtype) for name, dtype in tables.MATCHES.items())


def clusters_of(groups: dict[str, str]) -> pl.DataFrame:
    rows = [(name, "document", doc, None, None, None, 1.0, None) for name, docs in groups.items() for doc in docs]
    return pl.DataFrame(rows, schema=tables.CLUSTERS, orient="row")


def jaccards_of(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["left_doc", "right_doc", "jaccard"], orient="row")


def test_candidates_implied_pairs_and_precision() -> None:
    true = jaccards_of(("a", "b", 0.9), ("a", "c", 0.5), ("b", "c", 0.6), ("d", "e", 0.3))
    matches = matches_of(("a", "b", "near_duplicate", 1), ("a", "c", "overlap", 1), ("d", "f", "duplicate", 1))
    assert pairs.candidate_recall(true, matches, 0.5) == (2 / 3, 3)
    assert pairs.candidate_recall(true, matches, 0.95) == (1.0, 0)
    assert pairs.implied_recall(true, matches, clusters_of({"x": "abc"}), 0.5) == (1 / 3, 3)
    assert pairs.pair_precision(true, matches, 0.7) == (1 / 2, 2)
    groups = pl.DataFrame({"group_id": [1, 1, 2, 2, 2], "doc_id": list("dfxyz")})
    assert pairs.duplicate_scores(groups, matches) == (1.0, 1 / 4)


labels = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), min_size=2, max_size=8)


@given(labels)
def test_cluster_scores_are_those_of_slow_twins(rows: list[tuple[str, str]]) -> None:
    true, found = (pl.Series([row[at] for row in rows]) for at in (0, 1))
    both = [(one[0] == other[0], one[1] == other[1]) for one, other in combinations(rows, 2)]
    one, other, shared = (sum(map(rule, both)) for rule in (lambda p: p[0], lambda p: p[1], all))
    expected = one * other / len(both)
    most = (one + other) / 2
    rand = 1.0 if most == expected else (shared - expected) / (most - expected)
    assert pairs.adjusted_rand(true, found) == pytest.approx(rand)
    precision = sum(rows.count(row) / sum(row[1] == peer[1] for peer in rows) for row in rows) / len(rows)
    recall = sum(rows.count(row) / sum(row[0] == peer[0] for peer in rows) for row in rows) / len(rows)
    f1 = 2 * precision * recall / (precision + recall)
    assert pairs.b_cubed(true, found) == pytest.approx((precision, recall, f1))


def test_documents_in_no_cluster_stand_alone() -> None:
    found = pairs.label_documents(clusters_of({"x": "ab"}), pl.Series(list("abcd")))
    assert found.n_unique() == 3


def test_the_chaining_guard_counts_from_matches_not_from_the_table() -> None:
    clusters = clusters_of({"x": "abc", "y": "de"})
    tied = (("a", "b", "overlap", 0.9), ("b", "c", "overlap", 0.1), ("a", "c", "boilerplate", 0.9))
    chain = matches_of(*tied, ("d", "e", "duplicate", 0.0))
    assert pairs.chaining_guard(clusters, chain, 0.3) == (2, 3, 1, 3)
    assert pairs.chaining_guard(clusters, chain, 0.1) == (2, 3, 0, 0)
    assert pairs.chaining_guard(clusters_of({}), chain, 0.3) == (0, 0, 0, 0)


# -- origins ---------------------------------------------------------------------------------------------


def origins_of(*rows: tuple[str, str | None, str | None, float]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["doc_id", "origin_id", "runner_up", "confidence"], orient="row")
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in tables.ORIGINS.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in tables.ORIGINS.items())


def edges_of(*rows: tuple[str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"from_id": pl.String, "to_id": pl.String}, orient="row")
    return frame.with_columns(relation=pl.lit("copied_from"))


def test_origins_are_judged_by_id_and_by_any_spelling_of_a_source() -> None:
    said = origins_of(
        ("a", "a", None, 1.0),
        ("b", "source:South Front", None, 0.9),
        ("c", "a", "b", 0.6),
        ("d", None, None, 0.1),
    )
    gold = pl.DataFrame({"doc_id": list("abcde"), "origin_id": ["a", "source:SouthFront", "b", "a", "a"]})
    judged = origins.judge(said, gold)
    assert judged["right"].to_list() == [True, True, False, False, False]
    assert judged["second"].to_list() == [True, True, True, False, False]
    assert judged["answered"].to_list() == [True, True, True, False, False]
    assert origins.accuracy(judged) == 2 / 5


def test_roots_are_ranked_by_the_confidence_of_the_members() -> None:
    said = origins_of(("a", "a", None, 0.9), ("b", "a", "b", 0.6), ("c", "d", "c", 0.8), ("d", "d", None, 0.5))
    gold = pl.DataFrame({"doc_id": list("abcd"), "origin_id": list("aacc")})
    assert origins.root_accuracy(said, clusters_of({"x": "ab", "y": "cd"}), gold) == (0.5, 1.0, 1.0, 2)


def test_equal_texts_are_as_likely_a_beginning_as_all_of_them_together() -> None:
    """Each of two is the first with half of the chance; which of them it was is nothing that the texts can tell."""
    rows = [("a", "a", "itself", 0.48, "b"), ("b", "b", "itself", 0.48, "a"), ("c", "a", "document", 0.9, "b")]
    columns = {"doc_id": pl.String, "origin_id": pl.String, "kind": pl.String, "confidence": pl.Float32}
    said = pl.DataFrame(rows, schema=columns | {"runner_up": pl.String}, orient="row")
    said = said.with_columns(
        relation=pl.when(pl.col("kind") == "document").then(pl.lit("copied_from")), verdict=pl.lit("")
    )
    true = pl.DataFrame({"doc_id": ["a", "c"], "true": ["a", "a"]})
    nothing = pl.DataFrame()
    judged = stories.judged_origins(
        said, stories.Truth(nothing, nothing, true, nothing, {"a": "a", "b": "a", "c": "c"})
    )
    assert judged["confidence"].round(3).to_list() == [0.96, 0.96, 0.9]
    assert judged["right"].all()


def test_edges_orientation_and_ancestry() -> None:
    true = edges_of(("a", "b"), ("b", "c"), ("source:X", "a"))
    found = edges_of(("a", "b"), ("c", "b"), ("a", "c"))
    copies = [origins.copies(edges) for edges in (true, found)]
    assert origins.overlap_scores(*copies) == pytest.approx((1 / 3, 1 / 2, 0.4))
    assert origins.orientation(*copies) == (1 / 2, 2)
    assert sorted(origins.ancestors(copies[0]).rows()) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert sorted(origins.ancestors(edges_of(("a", "b"), ("b", "a"))[["from_id", "to_id"]]).rows()) == [
        ("a", "b"),
        ("b", "a"),
    ]


def test_calibration_of_known_answers() -> None:
    confidence, right = np.array([0.9, 0.9, 0.6, 0.2]), np.array([1.0, 0.0, 1.0, 0.0])
    assert origins.brier(confidence, right) == pytest.approx((0.01 + 0.81 + 0.16 + 0.04) / 4)
    assert origins.calibration_error(confidence, right) == pytest.approx((0.8 + 0.4 + 0.2) / 4)
    assert origins.calibration_error(np.array([1.0, 0.9]), np.array([0.0, 1.0])) == pytest.approx(0.45)  # one bin
    assert origins.risk_coverage(confidence, right, 0.25) == 0.5
    assert origins.risk_coverage(confidence, right, 1.0) == 0.5
    assert origins.risk_coverage(np.array([0.9, 0.1]), np.array([1.0, 0.0]), 0.5) == 1


# -- runs, gold, the command -----------------------------------------------------------------------------


def document_of(doc_id: str, path: str, start: int | None, text: str) -> dict[str, object]:
    end = None if start is None else start + len(text)
    return {"doc_id": doc_id, "path": path, "start": start, "end": end, "outlet": None, "text": text}


def write(folder: Path, **frames: pl.DataFrame) -> Path:
    folder.mkdir()
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def full(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=tables.DOCUMENTS)


def test_places_agree_though_folder_and_split_differ(tmp_path: Path) -> None:
    text = "one two three\n\nfour five six"
    gold = write(
        tmp_path / "gold",
        documents=full([document_of("d.txt#1", "d.txt", 0, text[:13]), document_of("d.txt#2", "d.txt", 15, text[15:])]),
        spans=spans_of(("d.txt#1", 0, 7, "d.txt#2", 0, 9)),
        clusters=clusters_of({"x": ["d.txt#1", "d.txt#2"]}),
        origins=pl.DataFrame({"doc_id": ["d.txt#1", "d.txt#2"], "origin_id": ["d.txt#1", "d.txt#1"]}),
    )
    run = write(
        tmp_path / "run",
        documents=full(
            [document_of("in/d.txt#1", "in/d.txt", 0, text[:15]), document_of("in/d.txt#2", "in/d.txt", 14, text[14:])]
        ),
        spans=spans_of(("in/d.txt#1", 0, 7, "in/d.txt#2", 1, 10)),
        clusters=clusters_of({"y": ["in/d.txt#1", "in/d.txt#2"]}),
        origins=origins_of(("in/d.txt#1", "in/d.txt#1", None, 1.0), ("in/d.txt#2", "in/d.txt#1", None, 1.0)),
        matches=matches_of(("in/d.txt#1", "in/d.txt#2", "overlap", 0.9)),
    )
    found = {(name, part): value for name, part, value, _ in evaluate(run, gold).rows()}
    for key in (("span recall", "all"), ("span precision", "all"), ("cluster ARI", "documents")):
        assert found[key] == 1, key
    assert found["origin accuracy", "all"] == 1
    assert found["chained clusters", "share"] == 0
    result = CliRunner().invoke(command, [str(run), "--gold", str(gold), "--format", "json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["measures"][0] == {
        "measure": "span recall", "part": "all", "value": 1.0, "cases": 1
    }  # fmt: skip


def test_the_table_by_exact_output(tmp_path: Path) -> None:
    spans_of(("a", 0, 10, "b", 0, 10)).write_parquet(tmp_path / "found.parquet")
    gold = write(tmp_path / "gold", spans=spans_of(("a", 0, 10, "b", 0, 10), ("a", 20, 30, "c", 0, 10)))
    result = CliRunner().invoke(command, [str(tmp_path / "found.parquet"), "--gold", str(gold)])
    assert result.stdout == (
        "measure         part    value  cases\n"
        "span recall     all   0.50000      2\n"
        "span precision  all   1.00000      1\n"
    )


def test_json_gold_names_places_of_files(tmp_path: Path) -> None:
    repeats = [{"file": "d.txt", "kind": "doubled_headline", "spans": [[0, 3], [5, 8]]}]
    places = [{"file": "d.txt", "within": 6, "sources": ["South Front"], "kind": "cited"}]
    gold = tmp_path / "gold.json"
    gold.write_text(json.dumps({"repeats": repeats, "origins": places}))
    run = {
        "documents": full([document_of("x/d.txt", "x/d.txt", 0, "abc\n\nabc")]),
        "spans": spans_of(("x/d.txt", 0, 3, "x/d.txt", 5, 8)),
        "origins": origins_of(("x/d.txt", "source:SouthFront", None, 1.0)),
    }
    found = {(name, part): value for name, part, value, _ in measure(run, read_gold(gold)).rows()}
    assert found == {
        ("places of repeats found", "all"): 1,
        ("groups of repeats found", "all"): 1,
        ("origin accuracy", "all"): 1,
    }


def test_the_gold_of_another_dump_is_refused_and_of_a_larger_one_told(tmp_path: Path) -> None:
    texts = {name: document_of(name, name, None, "one two") for name in "abc"}
    gold = write(tmp_path / "gold", documents=full([texts["a"], texts["b"]]), spans=spans_of(("a", 0, 3, "b", 0, 3)))
    other = write(tmp_path / "other", documents=full([texts["c"]]), spans=spans_of())
    spans_of(("c", 0, 3, "d", 0, 3)).write_parquet(tmp_path / "spans.parquet")
    for run in (other, tmp_path / "spans.parquet"):
        with pytest.raises(UsageError, match="a: this document of the gold standard, and every other one"):
            evaluate(run, gold)
    part = write(tmp_path / "part", documents=full([texts["a"]]), spans=spans_of())
    assert evaluate(part, gold).row(0) == ("gold documents scanned", "share", 0.5, 2)


def test_labelled_pairs_are_measured_category_by_category(tmp_path: Path) -> None:
    spans_of(("a", 0, 10, "b", 0, 10), ("a", 0, 5, "c", 0, 5)).write_parquet(tmp_path / "found.parquet")
    labelled = [("b", "a", "copied"), ("c", "a", "none"), ("d", "a", "none")]
    gold = write(
        tmp_path / "gold",
        pairs=pl.DataFrame(labelled, schema=["derived", "original", "category"], orient="row"),
        spans=spans_of(("a", 0, 10, "b", 0, 10)).with_columns(category=pl.lit("copied")),
    )
    found = {row[:2]: row[2:] for row in evaluate(tmp_path / "found.parquet", gold).rows()}
    assert found["precision", "copied"] == (1, 1)
    assert found["recall", "copied"] == (1, 1)
    assert found["false detections", "none"] == (1, 2), "of two pairs without a case one has a span"
    assert found["precision", "entire"] == (0.5, 2), "the mean over detections, whatever their length"


def test_pairs_are_matched_whether_or_not_one_was_reused(tmp_path: Path) -> None:
    labelled = [("b", "a", 1), ("c", "a", 0), ("d", "a", 0), ("e", "a", 0)]
    gold = write(tmp_path / "gold", pairs=pl.DataFrame(labelled, schema=["derived", "original", "label"], orient="row"))
    rows = [("a", "b", "overlap", 0.9), ("a", "c", "boilerplate", 0.9), ("a", "d", "overlap", 0.9)]
    run = write(tmp_path / "run", matches=matches_of(*rows))
    found = {row[:2]: row[2:] for row in evaluate(run, gold).rows()}
    assert found["pairs matched", "reused"] == (1, 1)
    assert found["pairs matched", "not reused"] == (pytest.approx(1 / 3), 3), "boilerplate alone is no match"


def test_a_run_is_judged_by_its_own_settings(tmp_path: Path) -> None:
    gold = write(tmp_path / "gold", exact_jaccard=pl.DataFrame({"a": ["x"], "b": ["y"], "jaccard": [0.6]}))
    run = write(tmp_path / "run", matches=matches_of(("x", "y", "near_duplicate", 0.9)))
    precision = pl.col("measure") == "pair precision"
    assert evaluate(run, gold).filter(precision)["value"].item() == 0
    (run / "run.json").write_text(json.dumps({"settings": {"near_duplicate": 0.6, "of another version": 1}}))
    assert evaluate(run, gold).filter(precision)["value"].item() == 1


def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "not.parquet").write_text("no")
    for wrong, read in (
        (tmp_path / "none", read_run),
        (tmp_path / "empty", read_run),
        (tmp_path / "not.parquet", read_run),
        (tmp_path / "none", read_gold),
        (tmp_path / "empty", read_gold),
    ):
        with pytest.raises(UsageError, match=wrong.name) as caught:
            read(wrong)
        assert "\n" not in str(caught.value)
