"""The command line by exact output and exit code."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import provenance
from provenance.reports import writing
from provenance.tables import WRITTEN
from tests.commands import COMMAND, ROOT, call, piped, said, write_lines
from tests.runs import hand_made

SPEECH = (
    "The harbour board voted on Tuesday evening to close the northern quay for repairs until the first week of May, "
    "and asked the ferry company to move its boats to the old fish market for as long as the work goes on."
)
OTHER = (
    "Growers in the valley expect the late frost to cost them a third of this year's cherries, although the trees on "
    "the southern slopes came through the cold nights without any damage that could be seen from the road."
)
pytestmark = pytest.mark.usefixtures("bare_folder")


def two_alike() -> None:
    write_lines(
        "dump.jsonl",
        {"id": "one", "text": f"{SPEECH} It was the first vote of the year."},
        {"id": "two", "text": f"{SPEECH} Nobody spoke against it."},
        {"id": "three", "text": OTHER},
    )


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
    write_lines("dump.jsonl", {"key": "k1", "story": SPEECH}, {"key": "k2", "story": OTHER})
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
    "broken.jsonl": (b'{"text": "' + SPEECH.encode() + b'"}\n{"text": "cut of\n', "broken_json"),
    "nothing.csv": (b"a,b\n1,2\n", "no_text_column"),
    "damaged.jsonl.gz": (gzip.compress(json.dumps({"text": SPEECH}).encode())[:-12], "damaged"),
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
    Path("latin.txt").write_bytes(SPEECH.replace("quay", "quai élevé").encode("latin-1"))
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


def test_interrupted_while_reading() -> None:
    """The pipe takes 64 KB by itself: once more than that is written, the process is reading it."""
    two_alike()
    assert call("scan", "dump.jsonl", "-o", "out", "-q").exit_code == 0
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    process = piped("scan", "-", "-o", "out")
    assert process.stdin is not None
    line = json.dumps({"text": SPEECH}).encode() + b"\n"
    process.stdin.write(line * (1 + (1 << 20) // len(line)))
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.decode().splitlines()[-1] == "provenance: error: interrupted; earlier results stand as they were"
    assert "Traceback" not in errors.decode()
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    hand_made().write("out")
    process = subprocess.Popen([*COMMAND, "explain", "out", "a"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 141


def test_a_reader_that_leaves_the_help_alone_gets_no_finding() -> None:
    with piped("--help") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 141


def test_ctrl_c_is_heard_while_the_command_line_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    around = os.environ | {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    done = subprocess.run([*COMMAND, "settings"], capture_output=True, check=False, env=around)
    assert done.returncode == 130
    assert done.stderr == b"provenance: error: interrupted; earlier results stand as they were\n"


@pytest.mark.skipif(os.name == "nt", reason="a shell that closes streams")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing(closed: str) -> None:
    two_alike()
    line = f'"$@" scan dump.jsonl -o out -q {closed}'
    done = subprocess.run(["sh", "-c", line, "sh", *COMMAND], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert {path.name for path in Path("out").iterdir()} == set(writing.NAMES)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*COMMAND, "settings"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "provenance: error: output cannot be written (no space left on device); make room and run again\n"
    )


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


def test_a_file_in_the_place_of_a_runs_folder_is_told_so() -> None:
    Path("a.txt").write_text("A text.", encoding="utf-8")
    result = call("explain", "a.txt", "x")
    assert (result.exit_code, "a.txt: holds no run.json; give the folder" in result.stderr) == (2, True)


def test_help_shows_what_changes_what_a_command_does() -> None:
    for name, shown in (("scan", {"level", "until", "rewritten"}), ("clean", {"rewritten"}), ("check", set())):
        offered = call(name, "--help").stdout
        assert {option for option in ("level", "until", "rewritten") if f"--{option} " in offered} == shown, name
    assert "..." not in call("index", "--help").stdout.split("Commands:")[1]


def test_help_comes_in_150_milliseconds() -> None:
    def once() -> float:
        """Its CPU time: what it waits for on a busy machine is none of its doing."""
        before = os.times()
        subprocess.run([*COMMAND, "--help"], check=True, capture_output=True)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(once() for _ in range(5)) < 0.15


# -- settings ------------------------------------------------------------------------------------------------


def settings_lines(*words: str) -> dict[str, str]:
    lines = call("settings", *words).stdout.splitlines()
    return {line.split()[0]: line for line in lines if line and not line.startswith(" ")}


def test_settings_come_from_flags_then_variables_then_files_then_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_lines()["near_duplicate"].split()[1:3] == ["0.7", "default"]
    Path("pyproject.toml").write_text("[tool.provenance]\nnear_duplicate = 0.75\ncontained = 0.9\n")
    assert settings_lines()["near_duplicate"].split()[1:3] == ["0.75", "pyproject.toml"]
    Path("provenance.toml").write_text("near_duplicate = 0.8\n")
    assert settings_lines()["near_duplicate"].split()[1:3] == ["0.8", "provenance.toml"]
    assert settings_lines()["contained"].split()[1] == "0.8", "one file speaks, the nearer one"
    monkeypatch.setenv("PROVENANCE_NEAR_DUPLICATE", "0.85")
    assert "0.85       environment PROVENANCE_NEAR_DUPLICATE" in settings_lines()["near_duplicate"]
    two_alike()
    assert call("scan", "dump.jsonl", "-o", "out", "-q", "--near-duplicate", "0.9").exit_code == 0
    assert json.loads(Path("out/run.json").read_text())["settings"]["near_duplicate"] == 0.9


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("near_duplicat = 1", "provenance.toml: near_duplicat is not a setting; did you mean near_duplicate?"),
        ("xyzzy = 1", "provenance.toml: xyzzy is not a setting; see `provenance settings`"),
        ('link_cap = "many"', "provenance.toml: setting link_cap: 'many' is not a whole number (documents)"),
        ("level = 'page'", "provenance.toml: setting level: 'page' is not one of passage, document"),
        ("level = ", "provenance.toml: cannot be read as TOML"),
    ],
)
def test_a_wrong_file_is_one_line(content: str, message: str) -> None:
    Path("provenance.toml").write_text(content)
    result = call("settings")
    assert result.exit_code == 2
    assert len(said(result)) == 1
    assert said(result)[0].startswith(f"provenance: error: {message}")


def test_a_wrong_variable_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVENANCE_LINK_CAPS", "7")
    assert said(call("settings")) == [
        "provenance: error: environment: PROVENANCE_LINK_CAPS is not a setting; did you mean PROVENANCE_LINK_CAP?"
    ]


def test_one_and_one_point_zero_are_one_setting() -> None:
    two_alike()
    fingerprints = set()
    for value in ("1", "1.0"):
        call("scan", "dump.jsonl", "-o", "out", "-q", "--near-duplicate", value)
        fingerprints.add(json.loads(Path("out/run.json").read_text())["fingerprint"])
    Path("provenance.toml").write_text("near_duplicate = 1\n")
    call("scan", "dump.jsonl", "-o", "out", "-q")
    fingerprints.add(json.loads(Path("out/run.json").read_text())["fingerprint"])
    assert len(fingerprints) == 1


def test_settings_prints_the_recall_curve() -> None:
    assert re.search(r"^ +0\.3  0\.99\d\d #+$", call("settings").stdout, re.MULTILINE)


# -- what reads a run ----------------------------------------------------------------------------------------


def test_report_is_written_anew() -> None:
    run = hand_made()
    run.write("out")
    page = Path("out/report.html").read_bytes()
    run.write("out", report=False)
    assert not Path("out/report.html").exists()
    result = call("report", "out")
    assert (result.exit_code, result.stdout) == (0, "out/report.html\n")
    assert Path("out/report.html").read_bytes() == page


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


def test_explain_a_pair_that_was_not_matched() -> None:
    write_lines(
        "dump.jsonl",
        {"id": "one", "text": SPEECH},
        {"id": "two", "text": f"{OTHER} The harbour board voted on Tuesday."},
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


def test_numba_does_not_load_scipy_for_us_and_others_can(tmp_path: Path) -> None:
    """A stub: what loads it finds it there, whether or not scipy is installed."""
    blas = tmp_path / "scipy" / "linalg" / "cython_blas.py"
    blas.parent.mkdir(parents=True)
    for place in (tmp_path / "scipy" / "__init__.py", blas.parent / "__init__.py", blas):
        place.write_text("", encoding="utf-8")
    program = (
        "import sys, provenance.cli.compiling; assert not [name for name in sys.modules if name.startswith('scipy')]; "
        "import scipy.linalg.cython_blas; print(scipy.__file__)"
    )
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "scipy" / "__init__.py")
