"""A scan from the command line: exact output, exit codes, and mistakes that are one line."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import polars as pl
import pytest

import provenance
from provenance.reports import writing
from provenance.tables import WRITTEN
from tests.commands import FROST, VOTE, call, said, two_alike, write_lines

pytestmark = pytest.mark.usefixtures("bare_folder")


def test_scan_writes_every_table_and_says_what_it_read() -> None:
    two_alike()
    result = call("scan", "dump.jsonl", "-o", "out")
    assert (result.exit_code, result.stdout) == (0, "")
    assert said(result) == [
        "passages repeated: 0 inside one article, 1 between two",
        "report: out/report.html",
        "read 3, unique 1, repeated 2, rejected 0, S s",
    ]
    assert {path.name for path in Path("out").iterdir()} == set(writing.NAMES)
    for name, schema in WRITTEN.items():
        assert pl.read_parquet_schema(f"out/{name}.parquet") == schema, name
    facts = json.loads(Path("out/run.json").read_text(encoding="utf-8"))
    assert facts["version"] == provenance.__version__
    assert facts["inputs"][0]["path"] == "dump.jsonl"
    assert facts["inputs"][0]["bytes"] == Path("dump.jsonl").stat().st_size
    assert facts["settings"]["near_duplicate"] == 0.7
    assert facts["counts"]["rows"]["documents"] == 3
    assert {"schema_version", "fingerprint", "recall", "seconds", "files"} <= set(facts)
    assert sorted(pl.read_parquet("out/origins.parquet")["doc_id"]) == ["one", "three", "two"]


def test_two_scans_give_the_same_bytes() -> None:
    two_alike()
    for name in ("one", "two"):
        assert call("scan", "dump.jsonl", "-o", name, "-q").exit_code == 0
    for name in (name for name in writing.NAMES if name != "run.json"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes(), name

    def facts(name: str) -> dict[str, object]:
        read = json.loads(Path(name, "run.json").read_text(encoding="utf-8"))
        return {key: value for key, value in read.items() if key not in ("seconds", "peak_memory_mb")}

    assert facts("one") == facts("two")


def test_standard_input_and_compressed_files_and_columns_by_name() -> None:
    write_lines("dump.jsonl", {"key": "k1", "story": VOTE}, {"key": "k2", "story": FROST})
    plain = Path("dump.jsonl").read_bytes()
    Path("dump.jsonl.gz").write_bytes(gzip.compress(plain))
    options = ("--text", "story", "--id", "key", "--quiet", "--no-report")
    assert call("scan", "-", "-o", "piped", *options, given=plain).exit_code == 0
    assert call("scan", "dump.jsonl.gz", "-o", "packed", *options).exit_code == 0
    piped, packed = (pl.read_parquet(f"{name}/documents.parquet") for name in ("piped", "packed"))
    assert piped["path"].unique().to_list() == ["-"]
    assert piped.drop("path").equals(packed.drop("path"))
    assert packed["doc_id"].to_list() == ["k1", "k2"]


@pytest.mark.parametrize(
    ("until", "missing"),
    [
        ("matches", {"clusters", "attributions", "dates", "edges", "origins", "outlets"}),
        ("clusters", {"attributions", "dates", "edges", "origins", "outlets"}),
        ("origins", set()),
    ],
)
def test_until_leaves_later_tables_out(until: str, missing: set[str]) -> None:
    two_alike()
    assert call("scan", "dump.jsonl", "-o", "out", "--until", until, "-q").exit_code == 0
    assert {path.stem for path in Path("out").glob("*.parquet")} == set(WRITTEN) - missing
    assert Path("out/report.html").exists()


def test_level_document_leaves_passages_and_spans_out() -> None:
    two_alike()
    result = call("scan", "dump.jsonl", "-o", "out", "--level", "document")
    assert result.exit_code == 0
    assert {path.stem for path in Path("out").glob("*.parquet")} == set(WRITTEN) - {"passages", "spans"}
    matches = pl.read_parquet("out/matches.parquet").to_dicts()
    assert [(row["left_doc"], row["right_doc"], row["spans"]) for row in matches] == [("one", "two", 0)]
    assert said(result)[-1] == "read 3, unique 1, repeated 2, rejected 0, S s"


@pytest.mark.parametrize(("gate", "code"), [("duplicate", 0), ("near_duplicate", 1), ("contained", 1), ("overlap", 1)])
def test_fail_on(gate: str, code: int) -> None:
    two_alike()
    assert call("scan", "dump.jsonl", "-o", "out", "-q", "--fail-on", gate).exit_code == code
    assert Path("out/run.json").exists()


def test_dates_that_are_none_are_counted() -> None:
    rows = ["03/04/2025,One thing.", "2025-04-03,Another thing.", ",No date.", "02/03/2025,A third."]
    Path("news.csv").write_text("\n".join(["date,text", *rows]), encoding="utf-8")
    Path("more.jsonl").write_text('{"text": "A fourth.", "date": "yesterday\\u001b[2J"}\n', encoding="utf-8")
    result = call("scan", "more.jsonl", "news.csv", "-o", "out", "--no-report")
    told = "dates not read: 3, such as 'yesterday [2J' in more.jsonl; these articles count as undated"
    assert (result.exit_code, told in result.stderr) == (0, True), result.stderr
    facts = json.loads(Path("out/run.json").read_text(encoding="utf-8"))
    assert facts["counts"]["undated"] == 3
    assert [(fact["undated"], fact["undated_as"]) for fact in facts["inputs"]][1] == (2, "02/03/2025")


BAD_INPUTS = {
    "empty.txt": (b"", "empty"),
    "binary.txt": (bytes(range(256)) * 40, "binary"),
    "broken.jsonl": (b'{"text": "' + VOTE.encode() + b'"}\n{"text": "cut of\n', "broken_json"),
    "nothing.csv": (b"a,b\n1,2\n", "no_text_column"),
    "damaged.jsonl.gz": (gzip.compress(json.dumps({"text": VOTE}).encode())[:-12], "damaged"),
}


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_a_bad_input_is_a_reject_and_exit_code_3(name: str) -> None:
    two_alike()
    content, reason = BAD_INPUTS[name]
    Path(name).write_bytes(content)
    result = call("scan", "dump.jsonl", name, "-o", "out", "--fail-on", "overlap")
    rejects = pl.read_parquet("out/rejects.parquet").to_dicts()
    assert {row["path"] for row in rejects} == {name}
    assert reason in {row["reason"] for row in rejects}
    assert result.exit_code == 3, "3 wins over 1"
    assert any(name in line for line in said(result))
    assert {"one", "two", "three"} <= set(pl.read_parquet("out/documents.parquet")["doc_id"])


def test_undecodable_bytes_are_read_or_rejected_but_never_lost() -> None:
    Path("latin.txt").write_bytes(VOTE.replace("quay", "quai élevé").encode("latin-1"))
    result = call("scan", "latin.txt", "-o", "out", "-q")
    read, rejects = (pl.read_parquet(f"out/{name}.parquet") for name in ("documents", "rejects"))
    assert read.height + rejects.height >= 1
    assert result.exit_code == (3 if rejects.height else 0)


def test_the_broken_record_is_named() -> None:
    Path("broken.jsonl").write_bytes(BAD_INPUTS["broken.jsonl"][0])
    result = call("scan", "broken.jsonl", "-o", "out")
    assert said(result)[0].startswith("skipped: broken.jsonl, record 1: ")
    assert said(result)[-1] == "read 1, unique 1, repeated 0, rejected 1, S s"


MISTAKES = {
    ("scan", "none.txt", "-o", "out"): "input none.txt is not there: check the path (nothing was read)",
    ("scan", "no*.txt", "-o", "out"): "input no*.txt matches no file: check the path (nothing was read)",
    ("scan", "-o", "out"): "Missing argument 'INPUT...'; see `provenance scan --help`",
    ("scan", "dump.jsonl"): "Missing option '-o' / '--output'; see `provenance scan --help`",
    ("scan", "dump.jsonl", "-o", "out", "--near-duplicate", "7"): (
        "setting near_duplicate: 7.0 is not between 0.3 and 1 jaccard"
    ),
    ("scan", "dump.jsonl", "-o", "dump.jsonl"): (
        "dump.jsonl: cannot be written (not a directory); give another folder with -o"
    ),
    ("report", "out"): "out: holds no run.json; give the folder that `provenance scan -o` wrote",
    ("fly",): "No such command 'fly'; see `provenance --help`",
}


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_a_mistake_is_one_line_and_exit_code_2(words: tuple[str, ...]) -> None:
    two_alike()
    result = call(*words)
    assert (result.exit_code, result.stdout, said(result)) == (2, "", [f"provenance: error: {MISTAKES[words]}"])
    assert [path.name for path in Path().iterdir()] == ["dump.jsonl"]


def test_a_foreign_file_stops_the_scan_before_it_reads() -> None:
    two_alike()
    Path("out").mkdir()
    Path("out/spans.parquet").write_text("mine")
    result = call("scan", "dump.jsonl", "-o", "out")
    assert result.exit_code == 2
    assert said(result) == [
        (
            "provenance: error: out/spans.parquet: was not written by a run of this folder, and is not overwritten; "
            "move it or give another folder"
        )
    ]


def test_hostile_names_do_not_reach_the_terminal() -> None:
    result = call("scan", "a\x1b[2Jb", "-o", "out")
    assert "\x1b" not in result.stderr
    assert "a<U+001B>[2Jb" in result.stderr


def test_an_internal_error_is_one_line_and_debug_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division\nby zero")

    two_alike()
    monkeypatch.setattr("provenance.pipeline.scan", broken)
    result = call("scan", "dump.jsonl", "-o", "out")
    assert result.exit_code == 4
    assert said(result) == [
        (
            "provenance: error: internal error, ZeroDivisionError: division; "
            "run `provenance --debug ...` and report what it prints"
        )
    ]
    assert isinstance(call("--debug", "scan", "dump.jsonl", "-o", "out").exception, ZeroDivisionError)
    assert not Path("out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("scan", "dump.jsonl", "-o", "out"),
        ("clean", "dump.jsonl", "-o", "out.jsonl"),
        ("check", "dump.jsonl", "--index", "seen.sqlite", "--add"),
        ("index", "add", "dump.jsonl", "--index", "seen.sqlite"),
    ],
)
def test_a_column_that_no_input_has_is_a_mistake_and_earlier_results_stand(words: tuple[str, ...]) -> None:
    two_alike()
    assert call(*words, "-q").exit_code in (0, 1)
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file() and path.suffix != ".sqlite"}
    result = call(*words, "--text", "nope")
    assert (result.exit_code, said(result)) == (
        2,
        ["provenance: error: no input has a column 'nope' (--text): there are columns id, text"],
    )
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    "words",
    [
        ("scan", "-", "-o", "out"),
        ("clean", "-", "-o", "-"),
        ("clean", "-", "-o", "-", "--keep", "first"),
        ("check", "-", "--index", "seen.sqlite", "--add"),
        ("index", "add", "-", "--index", "seen.sqlite"),
    ],
)
def test_a_column_that_a_stream_has_nowhere_is_a_mistake(words: tuple[str, ...]) -> None:
    two_alike()
    result = call(*words, "--text", "nope", given=Path("dump.jsonl").read_bytes())
    assert (result.exit_code, said(result)) == (
        2,
        ["provenance: error: no input has a column 'nope' (--text): there are columns id, text"],
    )
    later = b'{"id": "x", "nope": "A text of its own."}\n'
    assert call(*words, "--text", "nope", given=Path("dump.jsonl").read_bytes() + later).exit_code == 3


def test_help_and_version() -> None:
    result = call("--help")
    assert result.exit_code == 0
    for name in ("scan", "explain", "report", "export", "evaluate", "settings"):
        assert re.search(rf"^  {name} ", result.stdout, re.MULTILINE)
        assert call(name, "--help").exit_code == 0
    assert call("--version").stdout == f"provenance {provenance.__version__}\n"
    assert call().exit_code == 2


@pytest.mark.parametrize(
    "line", [("scan", "a.txt", "-o"), ("clean", "a.txt", "-o"), ("export", "out", "--format", "csv", "-o"), ("report",)]
)
def test_an_empty_name_is_not_the_current_folder(line: tuple[str, ...]) -> None:
    Path("a.txt").write_text("A text.", encoding="utf-8")
    result = call(*line, "")
    assert (result.exit_code, "an empty name, as of a variable that is not set" in result.stderr) == (2, True)
    assert [path.name for path in Path().iterdir()] == ["a.txt"]


def test_help_shows_what_changes_what_a_command_does() -> None:
    for name, shown in (("scan", {"level", "until", "rewritten"}), ("clean", {"rewritten"}), ("check", set())):
        offered = call(name, "--help").stdout
        assert {option for option in ("level", "until", "rewritten") if f"--{option} " in offered} == shown, name
    assert "..." not in call("index", "--help").stdout.split("Commands:")[1]
