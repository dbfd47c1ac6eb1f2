"""Places of a run and of its gold, which may have cut the same files otherwise, or name them otherwise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from provenance.errors import UsageError
from provenance.evaluation.gold import read_gold
from provenance.evaluation.places import align, locate, order_sides, rename, shift, stand_in

if TYPE_CHECKING:
    from pathlib import Path

SPAN = ("left_doc", "left_start", "left_end", "right_doc", "right_start", "right_end")


def spans(*rows: tuple[str, int, int, str, int, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(SPAN), orient="row")


def slices(*rows: tuple[str, str, int | None, str]) -> pl.DataFrame:
    """Ids, paths, places in the file (none of a record) and texts -> documents."""
    cut = [(doc_id, path, at, None if at is None else at + len(text), text) for doc_id, path, at, text in rows]
    kinds = {"doc_id": pl.String, "path": pl.String, "start": pl.Int64, "end": pl.Int64, "text": pl.String}
    return pl.DataFrame(cut, schema=kinds, orient="row")


def test_articles_lie_in_their_file_and_records_in_themselves() -> None:
    located = locate(slices(("a#1", "a", 7, "one"), ("r", "rows.jsonl", None, "three")))
    assert located.rows() == [("a#1", "a", 7, 3), ("r", "r", 0, 5)]
    bare = pl.DataFrame({"doc_id": ["r"], "text": ["three"]})
    assert locate(bare).rows() == [("r", "r", 0, 5)]


def test_places_are_moved_into_their_file_and_unknown_documents_stay() -> None:
    located = locate(slices(("a#1", "a", 7, "one")))
    moved = shift(spans(("a#1", 0, 2, "x", 3, 4)), located, (SPAN[:3], SPAN[3:]))
    assert moved.rows() == [("a", 7, 9, "x", 3, 4)]


def test_sides_are_turned_by_document_and_inside_one_by_place() -> None:
    given = spans(("b", 1, 2, "a", 5, 6), ("a", 8, 9, "a", 1, 2), ("a", 5, 6, "b", 1, 2), ("a", 1, 2, "a", 8, 9))
    assert order_sides(given).rows() == [("a", 5, 6, "b", 1, 2), ("a", 1, 2, "a", 8, 9)] * 2


def test_a_match_whose_documents_are_renamed_is_seen_from_the_other_side() -> None:
    shares = {"left_containment": [0.25], "right_containment": [1.0], "relation": ["contains"]}
    match = pl.DataFrame({"left_doc": ["a"], "right_doc": ["b"], **shares})
    assert rename(match, {"a": "z"}).rows() == [("b", "z", 1.0, 0.25, "contained")]
    assert rename(match, {"b": "z"}).rows() == [("a", "z", 0.25, 1.0, "contains")]


def test_the_article_that_holds_a_place_stands_for_it() -> None:
    located = locate(slices(("a#1", "a", 0, "one"), ("a#2", "a", 3, "two")))
    places = pl.DataFrame({"path": ["a"] * 4 + ["b"], "within": [6, 3, 2, 0, 0]})
    assert stand_in(places, located)["doc_id"].to_list() == [None, "a#2", "a#1", "a#1", None]


def test_gold_and_run_may_cut_one_file_at_other_places() -> None:
    run = {"documents": slices(("x/f#1", "x/f", 0, "a" * 10), ("x/f#2", "x/f", 10, "b" * 30)),
           "spans": spans(("x/f#2", 2, 5, "x/f#2", 12, 15))}  # fmt: skip
    gold = {"documents": slices(("f#1", "f", 0, "c" * 12), ("f#2", "f", 12, "d" * 28)),
            "spans": spans(("f#2", 0, 3, "f#2", 10, 13))}  # fmt: skip
    aligned = align(run, gold)
    assert aligned.run["spans"].rows() == aligned.gold["spans"].rows() == [("f", 12, 15, "f", 22, 25)]
    assert (aligned.documents, aligned.scanned) == (2, 2)


def repeats_of(file: str) -> dict[str, Any]:
    spans_ = {"file": file, "kind": "caption", "spans": [[0, 3], [5, 8]]}
    origin = {"file": file, "within": 6, "sources": ["South Front"], "kind": "cited"}
    return {"repeats": [spans_], "origins": [origin], "articles": [{"file": file, "articles": 2}]}


def test_several_files_of_json_are_one_gold_standard(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps(repeats_of(f"{name}.txt")))
    (tmp_path / "note.json").write_text(json.dumps({"scores": []}))
    gold = read_gold(tmp_path)
    assert gold["groups"]["doc_id"].to_list() == ["one.txt"] * 2 + ["two.txt"] * 2
    assert gold["groups"]["group_id"].n_unique() == 2
    assert gold["places"]["path"].to_list() == ["one.txt", "two.txt"]
    assert gold["articles"].rows() == [("one.txt", 2), ("two.txt", 2)]


@pytest.mark.parametrize("content", ["{", "7", '{"repeats": 1, "origins": []}', "[" * 10_000])
def test_json_that_is_no_gold_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "gold.json").write_text(content)
    with pytest.raises(UsageError, match=r"gold\.json: is not JSON with repeats and origins"):
        read_gold(tmp_path)
