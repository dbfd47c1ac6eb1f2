"""The commands that read a run: report, export, explain."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import polars as pl
import pytest

from provenance.errors import UsageError
from provenance.reports.runs import Run
from provenance.tables import WRITTEN
from tests.commands import FROST, VOTE, call, said, write_lines
from tests.runs import hand_made

pytestmark = pytest.mark.usefixtures("bare_folder")


def test_a_file_in_the_place_of_a_runs_folder_is_told_so() -> None:
    Path("a.txt").write_text("A text.", encoding="utf-8")
    result = call("explain", "a.txt", "x")
    assert (result.exit_code, "a.txt: holds no run.json; give the folder" in result.stderr) == (2, True)


def test_report_is_written_anew() -> None:
    run = hand_made()
    run.write("out")
    page = Path("out/report.html").read_bytes()
    run.write("out", report=False)
    assert not Path("out/report.html").exists()
    result = call("report", "out")
    assert (result.exit_code, result.stdout) == (0, "out/report.html\n")
    assert Path("out/report.html").read_bytes() == page


def test_a_report_anew_leaves_the_tables_as_they_stand() -> None:
    hand_made().write("out", report=False)
    tables = {path: path.stat().st_ino for path in Path("out").glob("*.parquet")}
    listed = json.loads(Path("out/run.json").read_text())["files"]
    assert call("report", "out").exit_code == 0
    assert {path: path.stat().st_ino for path in Path("out").glob("*.parquet")} == tables
    files = json.loads(Path("out/run.json").read_text())["files"]
    assert list(files) == [*listed, "report.html"]
    assert files.items() > listed.items()
    assert Run.read("out").made == list(WRITTEN)


def test_a_report_is_not_put_beside_the_tables_of_another_run() -> None:
    hand_made().write("out")
    run = Run.read("out")
    dataclasses.replace(run, facts=run.facts | {"seconds": {"total": 9.9}}).write("out")
    before = {path: path.read_bytes() for path in Path("out").iterdir()}
    with pytest.raises(UsageError, match="another run was written there meanwhile"):
        run.write_page("out")
    assert {path: path.read_bytes() for path in Path("out").iterdir()} == before


def test_export_csv_is_safe_and_jsonl_whole() -> None:
    hand_made().write("out")
    result = call("export", "out", "--format", "csv", "-o", "csv")
    assert result.stdout.splitlines() == [f"csv/{name}.csv" for name in WRITTEN]
    documents = pl.read_csv("csv/documents.csv")
    assert documents["path"].to_list() == ["dump/x.txt", "'=y.txt", "z.jsonl"]
    assert json.loads(pl.read_csv("csv/edges.csv")["evidence"][0])[0]["text"] == "a day before"
    result = call("export", "out", "--format", "jsonl", "--table", "origins", "--table", "outlets")
    assert result.stdout.splitlines() == ["out/origins.jsonl", "out/outlets.jsonl"]
    rows = [json.loads(line) for line in Path("out/origins.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["doc_id"] for row in rows] == ["a", "b", "c"]
    assert json.loads(Path("out/outlets.jsonl").read_text())["median_lag"] == 7200
    os.mkfifo("csv/pipe")
    Path("csv/origins.csv").unlink()
    Path("csv/pipe").rename("csv/origins.csv")
    result = call("export", "out", "--format", "csv", "-o", "csv")
    assert (result.exit_code, "which a file would replace" in result.stderr) == (2, True)
    result = call("export", "out", "--format", "jsonl", "--table", "tables")
    assert (result.exit_code, said(result)[0].split(";")[0]) == (
        2,
        "provenance: error: tables: is not a table of this run",
    )


def test_explain_a_pair_that_was_matched() -> None:
    hand_made().write("out")
    lines = call("explain", "out", "b", "a").stdout.splitlines()
    assert lines[0] == "a: Quay to <b>close</b> (The Post, 2024-05-01 12:00)"
    assert lines[2:5] == [
        "matched: contains, jaccard 0.500, 1 span",
        "  60% of the words of a stand in b",
        "  90% of the words of b stand in a",
    ]
    assert "b copied from a: copied, likely, confidence 0.90" in lines
    assert "  +0.50 dates: a day before [a]" in lines
    assert lines[-2:] == ["both in document cluster d:1", "both in passage cluster p:2"]


def test_words_of_rewritten_passages_are_not_said_to_stand_there_as_they_are() -> None:
    run = hand_made()
    kinds = pl.lit("rewritten", run.spans["kind"].dtype)
    dataclasses.replace(run, spans=run.spans.with_columns(kind=kinds)).write("out")
    lines = call("explain", "out", "b", "a").stdout.splitlines()
    assert lines[3] == "  60% of the words of a stand in b, some of them rewritten"


def test_explain_a_pair_that_was_not_matched() -> None:
    write_lines(
        "dump.jsonl",
        {"id": "one", "text": VOTE},
        {"id": "two", "text": f"{FROST} The harbour board voted on Tuesday."},
    )
    assert call("scan", "dump.jsonl", "-o", "out", "-q").exit_code == 0
    assert call("explain", "out", "one", "two").stdout.splitlines()[2:] == [
        "not matched",
        "  jaccard 0.026: 2 of 77 different runs of 5 words stand in both; a match needs 0.3, or a span",
        "  sketches: not used; in dumps of up to 2,000 articles every pair that shares 5 words in a row is compared",
        (
            "  longest run of equal words: 6; runs of 8 are always seen; a span needs 15, or a whole headline, "
            "caption, teaser or notice"
        ),
        "  it is: the harbour board voted on tuesday",
        "  rewritten passages: looked for",
        "  compared alone, they do not match either: none of these thresholds is reached",
    ]


def test_explain_one_article_and_an_unknown_one() -> None:
    hand_made().write("out")
    lines = call("explain", "out", "b").stdout.splitlines()
    assert lines[1:4] == [
        "origin: a (likely, confidence 0.90)",
        "  All but its headline is in a.",
        "  runner-up: source:Reuters",
    ]
    assert "credit at 0:8: Reuters (article)" in lines
    assert call("explain", "out", "a", "a").stdout.splitlines()[1] == "repeats itself 1 time"
    result = call("explain", "out", "1234")
    assert (result.exit_code, said(result)) == (
        2,
        ["provenance: error: 1234: is not an id of this run; see documents.parquet"],
    )
