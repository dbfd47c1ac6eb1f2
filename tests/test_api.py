"""The Python API: frames in, frames out, and every example in a docstring."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import polars as pl
import pytest

import provenance as pv
from provenance import tables

ROOT = Path(__file__).resolve().parent.parent
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


def test_a_frame_without_texts_is_a_mistake() -> None:
    with pytest.raises(pv.ProvenanceError, match="frame: "):
        pv.scan(FRAME.select("id"))


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
