"""The Python API: frames in, frames out, and every example in a docstring."""

from __future__ import annotations

import doctest
import importlib
import io
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from datasketch import MinHashLSH

import provenance as pv
import provenance.frames
from provenance import pipeline, tables
from tests import naive

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
UP_TO = pv.Settings(until="matches", rewritten="off")
SENTENCE = "the harbour board voted on tuesday evening to close the northern quay for repairs until the first of may"
FRAME = pl.DataFrame({"body": [SENTENCE, f"{SENTENCE} at last", "nothing of the kind"], "id": ["one", "two", "three"]})


@pytest.mark.parametrize("frame", [FRAME, FRAME.lazy()], ids=["eager", "lazy"])
def test_a_frame_in_and_frames_out(frame: pl.DataFrame | pl.LazyFrame) -> None:
    run = pv.scan(frame)
    for name, schema in tables.WRITTEN.items():
        assert run.table(name).schema == schema
    assert run.documents["doc_id"].to_list() == ["one", "three", "two"]
    assert run.matches.select("left_doc", "right_doc").rows() == [("one", "two")]
    assert run.facts["counts"]["repeated"] == 2
    assert repr(run).startswith("Run(documents: 3, rejects: 0, passages: 3, spans: 1, matches: 1, clusters: ")


def test_a_run_is_written_and_read(tmp_path: Path) -> None:
    run = pv.scan(FRAME, pv.Settings(until="clusters"))
    run.write(tmp_path)
    again = pv.Run.read(tmp_path)
    assert again.made == run.made == ["documents", "rejects", "passages", "spans", "matches", "clusters"]
    for name in tables.WRITTEN:
        assert again.table(name).equals(run.table(name))
    assert again.origins.is_empty()


def test_rows_in_another_order_give_the_same_tables() -> None:
    one, two = pv.scan(FRAME), pv.scan(FRAME.reverse())
    for name in tables.WRITTEN:
        assert one.table(name).equals(two.table(name)), name


def test_nothing_in_nothing_out() -> None:
    run = pv.scan(FRAME.clear())
    assert all(run.table(name).is_empty() for name in tables.WRITTEN)


def test_one_name_is_one_input_and_not_its_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ab", "a", "b"):
        (tmp_path / name).write_text("The ferry ran aground on the bar at dawn.", encoding="utf-8")
    for inputs in ("ab", Path("ab"), ["ab"], ("ab",)):
        assert pv.scan(inputs, UP_TO).documents["doc_id"].to_list() == ["ab"]
    for wrong in (None, 3, b"ab", {"ab": "a"}, FRAME["body"], FRAME["id"].to_numpy()):
        with pytest.raises(pv.ProvenanceError, match="is neither a Polars frame nor names of files"):
            pv.scan(wrong)  # type: ignore[arg-type]
    for file in (io.StringIO("ab\na\n"), io.BytesIO(b"ab\n")):
        with pytest.raises(
            pv.ProvenanceError, match="is an open file, and names of files are due; give its name, or its"
        ):
            pv.scan(file)  # type: ignore[arg-type]


@pytest.mark.parametrize("row", [{"text": SENTENCE}, b"ab", 3, ("ab",)])
def test_rows_are_no_names(row: Any) -> None:
    with pytest.raises(pv.ProvenanceError, match=r"^scan: \w+ among the inputs is no name .* pl\.DataFrame\(rows\)$"):
        pv.scan([row])


def test_names_that_can_be_gone_through_once(tmp_path: Path) -> None:
    """They were gone through before they were read: "no input"."""
    (tmp_path / "a.txt").write_text("The ferry ran aground on the bar at dawn.", encoding="utf-8")
    assert pv.scan(tmp_path.glob("*.txt"), UP_TO).documents.height == 1


@pytest.mark.parametrize("wrong", [{"text": "body"}, "document", 0])
def test_settings_that_are_none_are_a_mistake(wrong: Any, tmp_path: Path) -> None:
    calls = (
        lambda: pv.scan(FRAME, wrong),
        lambda: pv.sketch(FRAME, settings=wrong),
        lambda: pv.minhashes(tables.empty(tables.SIGNATURES), wrong),
        lambda: pv.clean(FRAME, settings=wrong),
        lambda: pv.clean(FRAME.lazy(), settings=wrong),
        lambda: pv.removals(FRAME, settings=wrong),
        lambda: pv.Index.open(tmp_path / "seen.sqlite", wrong),
    )
    for call in calls:
        with pytest.raises(pv.ProvenanceError, match=r"^settings: .* is no Settings; write Settings\(text='body'"):
            call()
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_no_setting_is_told_the_one_that_was_meant() -> None:
    hints = {"near_duplicat": "did you mean near_duplicate[?]", "zzzzzzzz": "see `provenance settings`"}
    for name, hint in hints.items():
        with pytest.raises(pv.ProvenanceError, match=f"^Settings: {name} is not a setting; {hint}$"):
            pv.Settings(**dict.fromkeys([name], 0.9))
    assert pv.Settings(near_duplicate=0.9).near_duplicate == 0.9


def test_whole_and_broken_numbers_of_one_value_are_one_setting() -> None:
    assert pv.Settings(near_duplicate=1) == pv.Settings(near_duplicate=1.0)
    assert pv.Settings(near_duplicate=1).fingerprint() == pv.Settings(near_duplicate=1.0).fingerprint()


def test_an_index_takes_numbers_for_ids_and_says_that_it_was_closed(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": [1, 2], "text": ["The ferry ran aground.", "Quite another thing."]})
    with pv.Index.open(tmp_path / "seen.sqlite") as index:
        index.add(frame)
        assert index.remove([2]) == ["2"]
    for call in (index.info, lambda: index.check(frame), lambda: index.add(frame), lambda: index.remove("1")):
        with pytest.raises(pv.ProvenanceError, match="was closed; open it again"):
            call()


def test_an_index_in_a_folder_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(pv.ProvenanceError, match=r"seen.sqlite: there is no folder .*none; make it, or name another"):
        pv.Index.open(tmp_path / "none" / "seen.sqlite")
    assert not list(tmp_path.iterdir())


def test_columns_are_named_as_on_the_command_line(tmp_path: Path) -> None:
    """The message said `text=`, which scan did not take."""
    named = {"text": "words", "id": "key", "published": "when", "outlet": "who", "title": "head", "url": "place"}
    row = {
        "words": SENTENCE, "text": "No.", "key": "one", "when": "2020-03-05", "who": "Quay Post", "head": "A dredger",
        "place": "https://q.example/1",
    }  # fmt: skip
    frame = pl.DataFrame([row])
    frame.write_parquet(tmp_path / "a.parquet")
    runs = (
        pv.scan(frame, UP_TO, **named),  # type: ignore[arg-type]
        pv.scan(frame.lazy(), replace(UP_TO, **named)),  # type: ignore[arg-type]
        pv.scan(tmp_path / "a.parquet", UP_TO, **named),  # type: ignore[arg-type]
        frame.provenance.scan(UP_TO, **named),  # type: ignore[attr-defined]
    )
    for run in runs:
        (found,) = run.documents.select("text", "doc_id", "outlet", "title", "url").rows()
        assert found == (SENTENCE, "one", "Quay Post", "A dredger", "https://q.example/1")
        assert run.documents["published"].dt.day().to_list() == [5]
    with pytest.raises(pv.ProvenanceError, match="no column 'word'"):
        pv.scan(frame, text="word")


def test_a_frame_without_texts_is_a_mistake() -> None:
    for read in (pv.scan, pv.sketch, pv.clean, lambda frame: pv.clean(frame.lazy()).collect()):
        with pytest.raises(pv.ProvenanceError, match=r"^frame: it has columns id: .* the text with text=$"):
            read(FRAME.select("id"))


@pytest.mark.parametrize("frame", [FRAME, FRAME.lazy()], ids=["eager", "lazy"])
def test_a_sketch_is_datasketchs_own(frame: pl.DataFrame | pl.LazyFrame) -> None:
    settings = pv.Settings(num_perm=64, seed=7)
    signatures = pv.sketch(frame, text="body", settings=settings)
    assert signatures.schema == tables.SIGNATURES
    texts = dict(FRAME.select("id", "body").iter_rows())
    assert signatures["doc_id"].to_list() == sorted(texts)
    for doc_id, values in signatures.iter_rows():
        assert values == naive.minhash(texts[doc_id].split(), settings.shingle_words, 64, 7)


@pytest.mark.parametrize("ask", [pv.minhashes, lambda frame: pv.fill_lsh(MinHashLSH(), frame)])
def test_texts_are_no_signatures(ask: Callable[[pl.DataFrame], object]) -> None:
    with pytest.raises(pv.ProvenanceError, match="have no column doc_id; give what sketch makes"):
        ask(pl.DataFrame({"text": ["the ferry ran aground"]}))


WRONG_SIGNATURES = [
    None,
    pl.DataFrame({"doc_id": ["a"], "signature": [[1] * 128]}).lazy(),
    pl.DataFrame({"doc_id": ["a"], "signature": [[1] * 64]}),  # were taken, and alike to none
    pl.DataFrame({"doc_id": ["a", "b"], "signature": [[1] * 128, [1]]}),
    pl.DataFrame({"doc_id": ["a"], "signature": [[-1] * 128]}),
    pl.DataFrame({"doc_id": ["a"], "signature": [None]}),
    pl.DataFrame({"doc_id": ["a"], "signature": [[None] * 128]}),
    pl.DataFrame({"doc_id": ["a"], "signature": ["1"]}),
]


@pytest.mark.parametrize("wrong", WRONG_SIGNATURES, ids=range(len(WRONG_SIGNATURES)))
def test_signatures_of_another_kind_or_length_are_a_mistake(wrong: Any) -> None:
    for ask in (pv.minhashes, lambda frame: pv.fill_lsh(MinHashLSH(num_perm=128), frame)):
        with pytest.raises(pv.ProvenanceError, match=r"^signatures: .*; give "):
            ask(wrong)
    with pytest.raises(pv.ProvenanceError, match=r"^signatures: str is no Polars DataFrame"):
        pv.fill_lsh(MinHashLSH(num_perm=128), {"a": wrong})  # type: ignore[arg-type]  what minhashes gives


def test_an_lsh_says_how_many_permutations_it_takes() -> None:
    signatures = pv.sketch(FRAME, settings=pv.Settings(num_perm=64))
    assert pv.fill_lsh(MinHashLSH(num_perm=64), signatures) == 3
    with pytest.raises(pv.ProvenanceError, match="have 64 permutations, and 128 are due"):
        pv.fill_lsh(MinHashLSH(num_perm=128), signatures)


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    assert pv.Settings(num_perm=np.int64(64), seed=np.uint8(3)) == pv.Settings(num_perm=64, seed=3)  # type: ignore[arg-type]
    assert pv.Settings(num_perm=np.int64(64)).fingerprint() == pv.Settings(num_perm=64).fingerprint()  # type: ignore[arg-type]
    for wrong in (True, np.bool_(1), np.float64(64)):
        with pytest.raises(pv.ProvenanceError, match="is not a whole number"):
            pv.Settings(num_perm=wrong)  # type: ignore[arg-type]


def test_what_names_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty one, as of a variable that is not set, made 13 files in the current folder."""
    monkeypatch.chdir(tmp_path)
    for call in (pv.Index.open, pv.scan(FRAME, UP_TO).write):
        with pytest.raises(pv.ProvenanceError, match="an empty name, as of a variable that is not set"):
            call("")
    assert not list(tmp_path.iterdir())


def test_minhashes_go_on_where_the_sketch_ended() -> None:
    frame = pl.DataFrame({"body": [SENTENCE], "url": ["a"]})
    grown = pv.minhashes(pv.sketch(frame, text="body", id="url"))["a"]
    grown.update(b"five words more like these")
    kept = naive.shingles(SENTENCE.split(), 5) | {("five", "words", "more", "like", "these")}
    assert [int(value) for value in grown.hashvalues] == naive.sketch(kept, 128, 1)


def test_a_sketch_of_nothing_has_no_rows() -> None:
    assert pv.sketch(FRAME.clear(), text="body").equals(tables.empty(tables.SIGNATURES))
    with pytest.raises(pv.ProvenanceError, match="frame: "):
        pv.sketch(FRAME, text="headline")


@pytest.mark.parametrize("level", ["passage", "document"])
@pytest.mark.parametrize("until", ["matches", "clusters", "origins"])
def test_each_large_table_is_told_of_once_it_is_final(corpus: Path, level: str, until: str) -> None:
    told: list[tuple[str, pl.DataFrame]] = []
    settings = pv.Settings(level=level, until=until)
    run = pipeline.scan(str(corpus), settings, finished=lambda *table: told.append(table))
    large = {"documents", "matches"} | ({"passages", "spans"} if level == "passage" else set())
    large |= {"attributions", "dates", "edges"} if until == "origins" else set()
    assert sorted(name for name, _ in told) == sorted(large)
    assert all(frame.equals(run.table(name)) for name, frame in told)


def test_what_failed_beside_is_raised_where_it_is_asked_for() -> None:
    held, begun = threading.Event(), threading.Event()
    first, second, third = pipeline._beside(lambda: 1 // 0, lambda: 3, lambda: begun.set() or held.wait())
    with pytest.raises(ZeroDivisionError):
        first()
    assert second() == 3
    assert begun.wait(60)
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "beside")  # no end waits for it
    held.set()
    assert third()


def test_progress_hears_of_every_stage() -> None:
    heard: list[str] = []
    run = pv.scan(FRAME, progress=heard.append)
    assert heard == [name for name in run.facts["seconds"] if name != "total"]
    from provenance.pipeline import STEPS  # noqa: PLC0415

    assert len(heard) == STEPS


def with_examples() -> list[str]:
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / "provenance").rglob("*.py"))
        if ">>>" in path.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("module", with_examples())
def test_examples_in_docstrings_hold(module: str) -> None:
    results = doctest.testmod(importlib.import_module(module))
    assert results.attempted > 0
    assert results.failed == 0
