"""Cleaning of frames, lazy or not, by functions and by the namespace: columns stay as they are."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import provenance as pv
import provenance.frames
from provenance import tables
from provenance.cleaning.choosing import KEEP
from provenance.errors import UsageError
from tests.cleaning import ONE, OTHER, PLAIN, frame
from tests.commands import call
from tests.strategies import SENTENCES, dumps


@settings(max_examples=12)
@given(texts=dumps(), keep=st.sampled_from(KEEP), passages=st.sampled_from(["keep", "mark", "drop"]))
def test_lazy_gives_what_eager_gives(texts: dict[str, str], keep: str, passages: str) -> None:
    whole = frame(texts)
    eager = pv.clean(whole, text="body", keep=keep, passages=passages, settings=PLAIN)
    lazy = pv.clean(whole.lazy(), text="body", keep=keep, passages=passages, settings=PLAIN)
    assert lazy.collect_schema() == eager.schema
    assert lazy.collect().equals(eager)
    assert (
        lazy.select("n")
        .filter(pl.col("n") > 0)
        .head(2)
        .collect()
        .equals(eager.select("n").filter(pl.col("n") > 0).head(2))
    )


def test_a_lazy_frame_is_not_read_before_it_is_sunk(tmp_path: Path) -> None:
    asked = []

    def noted(part: pl.DataFrame) -> pl.DataFrame:
        asked.append(part.height)
        return part

    whole = frame({"a": ONE, "b": ONE})
    lazy = whole.lazy().map_batches(noted, schema=whole.schema)
    cleaned = lazy.provenance.clean(text="body", keep="first").with_columns(m=pl.col("n") * 2)  # type: ignore[attr-defined]
    gone = lazy.provenance.removals(text="body", keep="first")  # type: ignore[attr-defined]
    assert cleaned.collect_schema().names() == [*whole.columns, "m"]
    assert gone.collect_schema() == tables.REMOVALS
    assert not asked
    cleaned.sink_parquet(tmp_path / "clean.parquet")
    assert asked
    assert pl.read_parquet(tmp_path / "clean.parquet")["id"].to_list() == ["a", "blank"]
    assert gone.collect()["doc_id"].to_list() == ["b"]


def test_the_namespace_is_on_both_kinds_of_frames() -> None:
    whole = frame({"a": ONE, "b": ONE})
    assert whole.provenance.clean(text="body", keep="first").equals(pv.clean(whole, text="body", keep="first"))  # type: ignore[attr-defined]
    assert whole.provenance.sketch(text="body", id="id")["doc_id"].to_list() == ["a", "b"]  # type: ignore[attr-defined]
    assert whole.lazy().provenance.scan().matches.height == 1  # type: ignore[attr-defined]
    assert whole.pipe(pv.clean, text="body", keep="first").height == 2


@pytest.mark.usefixtures("bare_folder")
def test_a_fixed_list_of_texts_cannot_be_cut() -> None:
    texts = pl.Series("text", [ONE, f"{ONE} {OTHER}"], dtype=pl.Enum([ONE, f"{ONE} {OTHER}"]))
    frame = texts.to_frame()
    assert pv.clean(frame, keep="first", passages="mark", settings=PLAIN).schema["text"] == texts.dtype
    frame.write_parquet("enum.parquet")
    with pytest.raises(UsageError, match="is an Enum"):
        pv.clean(frame, passages="drop", settings=PLAIN)
    result = call("clean", "enum.parquet", "-o", "out.parquet", "--passages", "drop")
    assert (result.exit_code, "is an Enum" in result.stderr) == (2, True), result.stderr
    assert [path.name for path in Path().iterdir()] == ["enum.parquet"]


@pytest.mark.usefixtures("bare_folder")
def test_columns_of_any_name_are_left_as_they_are() -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "text": [ONE, ONE], "row": [7, 8], "start": [1, 2], "path": ["x", "y"]})
    frame.write_parquet("a.parquet")
    result = call("clean", "a.parquet", "-o", "out.parquet", "--keep", "first")
    assert result.exit_code == 0, result.stderr
    assert pl.read_parquet("out.parquet").equals(frame[:1])
    for passages in ("keep", "mark", "drop"):
        eager = pv.clean(frame, keep="first", passages=passages)
        lazy = pv.clean(frame.lazy(), keep="first", passages=passages).collect()
        assert eager.select(frame.columns).equals(frame[:1])
        assert lazy.equals(eager)


def test_what_a_lazy_result_is_asked_for_is_what_it_gives() -> None:
    texts = [SENTENCES[at % len(SENTENCES)] for at in range(3 * len(SENTENCES))]
    frame = pl.DataFrame({"n": range(len(texts)), "text": texts})
    for made in (pv.clean, pv.removals):
        eager, lazy = made(frame, keep="first"), made(frame.lazy(), keep="first")
        odd = pl.col(eager.columns[0]).cast(pl.String).str.contains("[13579]$")
        assert lazy.head(3).filter(odd).collect().equals(eager.head(3).filter(odd))
        assert lazy.filter(odd).head(3).collect().equals(eager.filter(odd).head(3))
        assert lazy.slice(1, 2).select(pl.last()).collect().equals(eager.slice(1, 2).select(pl.last()))


def test_what_is_no_frame_is_refused_at_once() -> None:
    for made in (pv.clean, pv.removals, pv.sketch):
        with pytest.raises(UsageError, match="frame: list is no Polars frame"):
            made([{"text": ONE}])
    assert pv.clean(pl.DataFrame({"text": [ONE]}), drop="contained").height == 1


@pytest.mark.usefixtures("bare_folder")
def test_the_page_of_the_python_api_runs() -> None:
    page = (Path(provenance.frames.__file__).parent / "README.md").read_text(encoding="utf-8")
    program = page.split("```python\n", 1)[1].split("```", 1)[0]
    exec(compile(program, "README", "exec"), {})
    assert {path.name for path in Path().iterdir()} == {"news.parquet", "clean.parquet", "seen.sqlite"}


@pytest.mark.parametrize("passages", ["keep", "mark", "drop"])
def test_a_text_is_cut_where_it_stands(passages: str) -> None:
    """In the next usual column where the first is empty, and in a list of paragraphs."""
    one, two = (" ".join(SENTENCES[at : at + 3]) for at in (2, 5))
    whole = pl.DataFrame(
        {
            "text": [f"{ONE}\n\n{OTHER}", None, f"{ONE}\n\n{one}", None],
            "body": [None, [ONE, OTHER], ["unread"], [ONE, two]],
        }
    )
    cleaned = pv.clean(whole, keep="first", passages=passages, settings=PLAIN)
    assert cleaned.select(whole.columns).rows() == [
        (f"{ONE}\n\n{OTHER}", None),
        (one if passages == "drop" else f"{ONE}\n\n{one}", ["unread"]),
        (None, [two] if passages == "drop" else [ONE, two]),
    ]
    assert pv.clean(whole.lazy(), keep="first", passages=passages, settings=PLAIN).collect().equals(cleaned)
    gone = pv.removals(whole, keep="first", passages=passages, settings=PLAIN)
    assert gone.row(0, named=True)["text"] == f"{ONE}\n\n{OTHER}"


def test_texts_inside_structs_are_cleaned_and_cannot_be_cut() -> None:
    whole = pl.DataFrame({"id": [1, 2, 3], "article": [{"body": ONE}, {"body": ONE}, {"body": OTHER}]})
    cleaned = pv.clean(whole, keep="first", settings=PLAIN)
    assert cleaned.equals(whole[[0, 2]])
    assert pv.clean(whole.lazy(), keep="first", settings=PLAIN).collect().equals(cleaned)
    assert pv.removals(whole, keep="first", settings=PLAIN)["text"].to_list() == [ONE]
    with pytest.raises(UsageError, match="make a column of texts"):
        pv.clean(whole, passages="drop", settings=PLAIN)
