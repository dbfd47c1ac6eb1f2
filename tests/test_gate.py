"""The gate from the command line: exact output, exit codes that no format changes, and every way to be refused."""

from __future__ import annotations

import io
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenance.dumps.streaming import Streamed
from provenance.errors import InputError, UsageError
from provenance.index import Index
from provenance.index.making import method
from provenance.reports.findings import FORMATS, as_annotation, fingerprint, read_baseline
from provenance.settings import Settings
from provenance.tables import FINDINGS
from tests.commands import call, conversing, said, write_lines
from tests.strategies import SENTENCES

ONE = f"{SENTENCES[0]} {SENTENCES[1]}"
HALF = f"{SENTENCES[0]} {SENTENCES[3]}"
OTHER = "Nothing of the kind was ever heard of in the whole of Orle, said the mayor, and went home."
INDEX = ("--index", "seen.sqlite")

pytestmark = pytest.mark.usefixtures("bare_folder")


def old() -> None:
    write_lines(
        "old.jsonl",
        {"id": "old", "text": ONE, "outlet": "The Post", "published": "2024-05-01T12:00:00Z"},
        {"id": "else", "text": OTHER},
    )
    assert call("index", "add", "old.jsonl", *INDEX, "-q").exit_code == 0


def incoming() -> None:
    write_lines(
        "new.jsonl",
        {"id": "copy", "text": ONE},
        {"id": "near", "text": f"{ONE} It rained."},
        {"id": "half", "text": HALF},
        {
            "id": "own",
            "text": "A storm took the roof off the fish hall on Monday night, and the auction moved outdoors.",
        },
    )


def test_check_in_words() -> None:
    old()
    incoming()
    result = call("check", "new.jsonl", *INDEX)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "new.jsonl: copy: duplicate of old (The Post, 2024-05-01)",
        "new.jsonl: near: near duplicate of old (The Post, 2024-05-01), jaccard 0.94",
        "new.jsonl: half: 50% of its words recycled, 50% from old (The Post, 2024-05-01)",
    ]
    assert said(result) == ["read 4, new 1, duplicate 1, near duplicate 1, recycled 1, failing 3, rejected 0, S s"]


def records(form: str, *options: str) -> tuple[list[dict[str, Any]], int]:
    result = call("check", "new.jsonl", *INDEX, "--format", form, "-q", *options)
    if form == "jsonl":
        return [json.loads(line) for line in result.stdout.splitlines()], result.exit_code
    if form == "json":
        whole = json.loads(result.stdout)
        assert whole["schema_version"] == 1
        return whole["findings"], result.exit_code
    return [found["properties"] for found in json.loads(result.stdout)["runs"][0]["results"]], result.exit_code


def test_every_format_says_the_same() -> None:
    old()
    incoming()
    lines, code = records("jsonl")
    assert code == 1
    assert [line["verdict"] for line in lines] == ["duplicate", "near_duplicate", "recycled", "new"]
    assert set(FINDINGS) < set(lines[0])
    assert all(line["schema_version"] == 1 for line in lines)
    assert [line["fails"] for line in lines] == [True, True, True, False]
    assert records("json") == (lines, 1)
    assert records("sarif") == (lines[:3], 1)
    notes = call("check", "new.jsonl", *INDEX, "--format", "github", "-q")
    assert notes.exit_code == 1
    assert notes.stdout.splitlines()[0] == (
        "::error file=new.jsonl,title=provenance duplicate::copy: duplicate of old (The Post, 2024-05-01)"
    )


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--exit-zero",), 0),
        (("--max-recycled", "0.6"), 0),
        (("--max-recycled", "0.4"), 1),
        (("--fail-on", "near_duplicate"), 0),
    ],
)
def test_exit_codes_do_not_depend_on_the_format(form: str, options: tuple[str, ...], code: int) -> None:
    old()
    write_lines("new.jsonl", {"id": "half", "text": HALF}, {"id": "own", "text": OTHER[::-1]})
    assert call("check", "new.jsonl", *INDEX, "--format", form, *options).exit_code == code
    with Path("new.jsonl").open("a", encoding="utf-8") as file:
        file.write("no JSON\n")
    assert call("check", "new.jsonl", *INDEX, "--format", form, *options).exit_code == 3


def test_new_documents_alone_are_clean() -> None:
    old()
    write_lines("new.jsonl", {"id": "own", "text": SENTENCES[3]})
    result = call("check", "new.jsonl", *INDEX)
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_baseline_marks_what_is_known_and_hides_nothing() -> None:
    old()
    incoming()
    for form in ("json", "jsonl", "sarif"):
        Path("known").write_text(call("check", "new.jsonl", *INDEX, "--format", form, "-q").stdout, encoding="utf-8")
        lines, code = records("jsonl", "--baseline", "known")
        assert code == 0
        assert [line["known"] for line in lines] == [True, True, True, False]
        assert not any(line["fails"] for line in lines)
    result = call("check", "new.jsonl", *INDEX, "--baseline", "known", "-q")
    assert result.stdout.startswith("new.jsonl: copy: known: duplicate of old")
    states = json.loads(call("check", "new.jsonl", *INDEX, "--baseline", "known", "--format", "sarif").stdout)
    assert {found["baselineState"] for found in states["runs"][0]["results"]} == {"unchanged"}
    with Path("new.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "late", "text": ONE}) + "\n")
    assert records("jsonl", "--baseline", "known")[1] == 1


@pytest.mark.parametrize("content", ["[1]", "not JSON", '{"findings": 3}', '{"verdict": "duplicate"}'])
def test_what_is_no_baseline_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "b").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read as a baseline"):
        read_baseline(tmp_path / "b")


def test_a_fingerprint_names_document_verdict_and_match() -> None:
    row = {"doc_id": "a", "verdict": "duplicate", "matched_doc": "b"}
    marks = {fingerprint(row | change) for change in ({}, {"doc_id": "c"}, {"verdict": "new"}, {"matched_doc": None})}
    assert len(marks) == 4


def test_check_add_makes_the_index_and_checks_against_what_came_before() -> None:
    incoming()
    assert call("check", "new.jsonl", *INDEX).exit_code == 10
    lines, code = records("jsonl", "--add")
    assert code == 1
    assert [line["verdict"] for line in lines] == ["new", "near_duplicate", "recycled", "new"]
    before = Path("seen.sqlite").read_bytes()
    again, code = records("jsonl", "--add")
    assert code == 1
    assert {(line["verdict"], line["already_indexed"]) for line in again} == {("duplicate", True)}
    assert Path("seen.sqlite").read_bytes() == before
    assert json.loads(call("index", "info", *INDEX, "--format", "json").stdout)["documents"] == 4


def test_since_looks_back_only_so_far() -> None:
    old()
    write_lines("new.jsonl", {"id": "copy", "text": ONE})
    assert call("check", "new.jsonl", *INDEX, "--since", "2024-05-01").exit_code == 1
    assert call("check", "new.jsonl", *INDEX, "--since", "2024-05-02").exit_code == 0
    assert call("check", "new.jsonl", *INDEX, "--since", "May").exit_code == 2


def test_hostile_names_neither_move_the_cursor_nor_end_a_command() -> None:
    old()
    write_lines("new.jsonl", {"id": "x\x1b[31m::error::\r\n%0A", "text": ONE})
    for form in ("text", "github"):
        shown = call("check", "new.jsonl", *INDEX, "--format", form, "-q").stdout
        assert "\x1b" not in shown
        assert len(shown.splitlines()) == 1
    assert "x<U+001B>[31m::error::<U+000D> %250A" in shown


def test_index_commands() -> None:
    old()
    result = call("index", "add", "old.jsonl", *INDEX)
    assert (result.exit_code, said(result)) == (0, ["read 2, added 0, known 2, rejected 0, S s"])
    shown = call("index", "info", *INDEX).stdout.splitlines()
    assert shown[2] == "documents        2"
    assert "near_duplicate   0.7" in shown
    assert said(call("index", "verify", *INDEX)) == ["seen.sqlite: sound, 2 documents"]
    assert said(call("index", "export", *INDEX, "-o", "all.parquet")) == ["wrote 2 documents"]
    assert pl.read_parquet("all.parquet")["doc_id"].to_list() == ["old", "else"]
    assert call("index", "add", "all.parquet", "--index", "again.sqlite", "-q").exit_code == 0
    gone = call("index", "remove", "old", "nobody", *INDEX)
    assert (gone.exit_code, gone.stdout, said(gone)) == (0, "old\n", ["not in the index: nobody", "removed 1"])
    assert call("index", "remove", "nobody", *INDEX).exit_code == 2
    assert call("index", "remove", *INDEX).exit_code == 2
    assert call("index", "remove", "--before", "2030-01-01", *INDEX).stdout == ""


def test_an_id_column_that_no_record_has_is_refused_before_anything_is_kept() -> None:
    """Articles stood in the index under their places, for good: `--id urll` was said at the end, as a reject."""
    write_lines("new.jsonl", {"id": "a", "text": ONE}, {"id": "b", "text": OTHER})
    told = "provenance: error: no input has a column 'idd' (--id): there are columns id, text"
    given = Path("new.jsonl").read_bytes()
    for words in (("index", "add"), ("check", "--add")):
        for source, standard in (("new.jsonl", None), ("-", given)):
            result = call(*words, source, *INDEX, "--id", "idd", "-q", given=standard)
            assert (result.exit_code, said(result), result.stdout) == (2, [told], "")
            with Index.open("seen.sqlite") as index:
                assert index.info()["documents"] == 0
    result = call("index", "add", "new.jsonl", *INDEX, "--outlet", "papr", "-q")
    assert (result.exit_code, "--outlet" in result.stderr) == (2, True)


def test_the_first_line_of_a_pipe_may_lack_a_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.dumps.streaming._more_at_once", lambda _: False)
    pipe = Pipe(*lines_of(ONE), b'{"text": "Another.", "paper": "Post"}\n')
    monkeypatch.setattr(pipe, "peek", lambda _: b"{", raising=False)
    found = list(Streamed(["-"], Settings(outlet="paper"), pipe))
    assert [frame["outlet"].item() for frame in found] == [None, "Post"]


def test_no_index() -> None:
    write_lines("new.jsonl", {"id": "copy", "text": ONE})
    for command in (("check", "new.jsonl"), ("index", "info"), ("index", "verify"), ("index", "remove", "a")):
        result = call(*command, *INDEX)
        assert result.exit_code == 10
        assert said(result) == [
            "provenance: error: seen.sqlite: no index is there; make one with `provenance index add` or check --add"
        ]
    assert not Path("seen.sqlite").exists()
    Path("folder").mkdir()
    assert call("index", "info", "--index", "folder").exit_code == 10


def test_other_settings_and_other_files_are_refused() -> None:
    old()
    incoming()
    result = call("check", "new.jsonl", *INDEX, "--shingle-words", "4", "--near-duplicate", "0.7")
    assert result.exit_code == 12
    told = "was made with shingle_words 5 and not 4; leave these settings as the index has them, or make another"
    assert said(result) == [f"provenance: error: seen.sqlite: {told}"]
    for statement, words in (
        ("PRAGMA user_version = 7", "has format 7 and this program reads format 2; update the program"),
        ("PRAGMA user_version = 0", "has format 0 and this program reads format 2; write it out with the program"),
        ("PRAGMA application_id = 5", "is no index of provenance"),
    ):
        Path("other.sqlite").write_bytes(Path("seen.sqlite").read_bytes())
        with sqlite3.connect("other.sqlite") as connection:
            connection.execute(statement)
        connection.close()
        for command in (("check", "new.jsonl", "--add"), ("index", "add", "new.jsonl"), ("index", "info")):
            result = call(*command, "--index", "other.sqlite")
            assert (result.exit_code, words in result.stderr) == (12, True), result.stderr
    Path("text.sqlite").write_text("Once upon a time there was no index here, but a text.\n" * 100, encoding="utf-8")
    for command in (("check", "new.jsonl", "--add"), ("index", "info")):
        assert call(*command, "--index", "text.sqlite").exit_code == 13
    assert Path("text.sqlite").read_text(encoding="utf-8").startswith("Once upon a time")


def test_an_index_may_have_any_name() -> None:
    incoming()
    for name in (":memory:", "file:x.sqlite?mode=memory", "a b?mode=ro#x%20", "-dash", "é\n"):
        assert call("index", "add", "new.jsonl", f"--index={name}", "-q").exit_code == 0
        assert Path(name).is_file()
        result = call("check", "new.jsonl", f"--index={name}", "-q")
        assert (result.exit_code, result.stdout.count("already indexed")) == (1, 4)


def test_nothing_is_exported_over_the_index_or_into_a_folder() -> None:
    old()
    Path("link.sqlite").symlink_to("seen.sqlite")
    os.mkfifo("pipe")
    before = Path("seen.sqlite").read_bytes()
    for output, words in (
        ("seen.sqlite", "is the index itself"),
        ("link.sqlite", "is the index"),
        (".", "is a folder"),
        ("pipe", "is a device, a pipe or a socket"),
    ):
        result = call("index", "export", *INDEX, "-o", output)
        assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
    assert Path("seen.sqlite").read_bytes() == before


def test_an_article_that_hides_something_is_told_and_not_rejected() -> None:
    write_lines("new.jsonl", {"id": "hidden", "text": ONE.replace("e", "e\u200b")})
    for command in (("scan", "new.jsonl", "-o", "out"), ("check", "new.jsonl", *INDEX, "--add"),
                    ("clean", "new.jsonl", "-o", "out.jsonl")):  # fmt: skip
        result = call(*command)
        assert (result.exit_code, result.stderr.count("flagged: ")) == (0, 1), result.stderr
        assert "rejected 0" in result.stderr


def test_an_index_in_the_folder_that_is_read_is_no_news() -> None:
    old()
    incoming()
    Path("foreign.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    assert call("check", ".", *INDEX, "--add", "-q").exit_code == 3
    Path("foreign.db").unlink()
    result = call("check", ".", *INDEX, "--exit-zero")
    assert (result.exit_code, "rejected 0" in result.stderr) == (0, True), result.stderr


@pytest.mark.parametrize("form", ["text", "github", "json", "jsonl", "sarif"])
def test_an_output_that_is_not_utf_8_has_every_finding(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """Text with escapes for what the terminal lacks; what programs read is UTF-8 whatever it speaks."""
    write_lines("old.jsonl", {"id": "été 東京", "text": ONE})
    assert call("index", "add", "old.jsonl", *INDEX, "-q").exit_code == 0
    write_lines("new.jsonl", {"id": "copié", "text": ONE})
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with conversing("check", "new.jsonl", *INDEX, "--format", form, "-q") as (process, _, stdout):
        said = stdout.read()
        assert process.wait() == 1
    if form == "text":
        assert said == b"new.jsonl: copi\\xe9: duplicate of \\xe9t\\xe9 \\u6771\\u4eac\n"
    else:
        assert "été 東京" in said.decode("utf-8")


def test_a_path_in_an_annotation_cannot_steer_a_terminal() -> None:
    finding = {
        "verdict": "duplicate",
        "fails": True,
        "doc_id": "a",
        "path": "x\x1b[2J\u202e,y.jsonl",
        "matched_doc": "b",
    }
    finding |= {"matched_outlet": None, "matched_published": None, "already_indexed": False}
    said = as_annotation(finding)
    assert said == "::error file=x<U+001B>[2J<U+202E>%2Cy.jsonl,title=provenance duplicate::a: duplicate of b"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folders that may not be written to")
def test_an_index_is_read_where_nothing_can_be_written_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a medium mounted read only: there SQLite finds no place for its lock."""
    Path("far").mkdir()
    write_lines("old.jsonl", {"id": "old", "text": ONE})
    far = ("--index", "far/s een#1.sqlite")
    assert call("index", "add", "old.jsonl", *far, "-q").exit_code == 0
    write_lines("new.jsonl", {"id": "copy", "text": ONE})
    writable = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "far" and writable(path, mode))
    if os.geteuid():
        Path("far").chmod(0o555)
    assert call("check", "new.jsonl", *far).stdout == "new.jsonl: copy: duplicate of old\n"
    assert call("index", "verify", *far).exit_code == 0
    with Index.open("far/s een#1.sqlite") as index:
        assert index.info()["documents"] == 1
    refused = call("check", "new.jsonl", *far, "--add")
    assert (refused.exit_code, "cannot be read or written" in refused.stderr) == (2, True)
    assert [path.name for path in Path("far").iterdir()] == ["s een#1.sqlite"]
    Path("far").chmod(0o755)


def test_damage_is_told_of_the_file_that_has_it() -> None:
    old()
    incoming()
    with sqlite3.connect("seen.sqlite") as connection:
        connection.execute("DROP TABLE texts")
    connection.close()
    write_lines("copy.jsonl", {"id": "copy", "text": ONE})
    result = call("check", "copy.jsonl", *INDEX)
    assert (result.exit_code, "error: seen.sqlite: damaged" in result.stderr) == (13, True), result.stderr


def test_settings_are_taken_from_the_index() -> None:
    write_lines("old.jsonl", {"id": "old", "text": ONE})
    assert call("index", "add", "old.jsonl", *INDEX, "--shingle-words", "4", "-q").exit_code == 0
    write_lines("new.jsonl", {"id": "copy", "text": ONE})
    assert call("check", "new.jsonl", *INDEX).exit_code == 1


def test_a_method_that_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    old()
    incoming()
    monkeypatch.setattr("provenance.index.making.SAMPLE", "Words that another version would fold otherwise.")
    method.cache_clear()
    for command in (("check", "new.jsonl"), ("index", "add", "new.jsonl")):
        result = call(*command, *INDEX)
        assert result.exit_code == 12
        assert "which reads words otherwise" in result.stderr
    # what the message says to do can be done
    assert call("index", "export", *INDEX, "-o", "all.parquet").exit_code == 0
    assert call("index", "add", "all.parquet", "--index", "anew.sqlite").exit_code == 0
    method.cache_clear()


def test_a_locked_index_is_waited_for_and_then_said() -> None:
    old()
    incoming()
    holder = sqlite3.connect("seen.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    result = call("check", "new.jsonl", *INDEX, "--add", "--wait", "0.1")
    assert result.exit_code == 11
    assert "another process is writing to it" in result.stderr
    # readers never wait
    assert call("check", "new.jsonl", *INDEX).exit_code == 1
    assert call("index", "verify", *INDEX).exit_code == 0
    holder.execute("ROLLBACK")
    holder.close()
    assert call("check", "new.jsonl", *INDEX, "--add").exit_code == 1


class Pipe(io.BytesIO):
    """A stream that gives what it was made of block by block, and pauses behind each."""

    def __init__(self, *blocks: bytes) -> None:
        super().__init__()
        self.blocks = list(blocks)

    def read1(self, _size: int | None = -1) -> bytes:
        return self.blocks.pop(0) if self.blocks else b""


def lines_of(*texts: str) -> list[bytes]:
    return [json.dumps({"text": text}).encode() + b"\n" for text in texts]


def test_a_blank_line_by_which_a_pipe_is_kept_open_is_no_empty_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.dumps.streaming._more_at_once", lambda _: False)
    one, two = lines_of(ONE, OTHER)
    pipe = Pipe(b"\n", one, b"\n \n", two, b"\n")
    streamed = Streamed(["-"], Settings(), pipe)
    bits = list(streamed.bits(pipe))
    assert b"".join(line for bit in bits for line in bit.lines) == b"\n" + one + b"\n \n" + two + b"\n"
    assert pl.concat([bit.documents for bit in bits])["doc_id"].to_list() == ["-#2", "-#5"]
    assert streamed.rejects.is_empty()


def test_a_broken_line_that_comes_alone_is_no_article(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at by itself it is plain text."""
    monkeypatch.setattr("provenance.dumps.streaming._more_at_once", lambda _: False)
    pipe = Pipe(*lines_of(ONE), b"no JSON\n", b"<html>\n", *lines_of(OTHER))
    streamed = Streamed(["-"], Settings(), pipe)
    assert pl.concat([bit.documents for bit in streamed.bits(pipe)])["doc_id"].to_list() == ["-#1", "-#4"]
    assert streamed.rejects.select("record", "reason").rows() == [(1, "broken_json"), (2, "broken_json")]
    pretty = json.dumps([{"text": ONE}, {"text": OTHER}], indent=1).encode()
    whole = Streamed(["-"], Settings(), io.BytesIO(b'{"articles":\n' + pretty + b"}\n"))
    assert pl.concat(list(whole))["text"].to_list() == [ONE, OTHER]


def test_errors_are_counted_over_the_whole_of_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.dumps.streaming._more_at_once", lambda _: False)
    bad = b"no JSON\n"
    for blocks in ((bad, *lines_of(ONE), bad), (bad + bad,)):
        pipe = Pipe(*blocks)
        with pytest.raises(InputError, match="2 inputs or records could not be read, more than max_errors 1"):
            list(Streamed(["-"], Settings(max_errors=1), pipe).bits(pipe))


def test_findings_of_a_stream_do_not_wait_for_its_end() -> None:
    old()
    with conversing("check", "-", *INDEX, "--format", "jsonl", "-q") as (process, stdin, stdout):
        for text, verdict in ((ONE, "duplicate"), (SENTENCES[3], "new"), (SENTENCES[3], "duplicate")):
            stdin.write(json.dumps({"text": text}).encode() + b"\n")
            stdin.flush()
            found = json.loads(stdout.readline())
            assert found["verdict"] == verdict
        assert (found["doc_id"], found["matched_doc"]) == ("-#3", "-#2")
        stdin.close()
        assert process.wait() == 1


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    write_lines("new.jsonl", *({"id": f"d{number}", "text": f"{ONE} {number}"} for number in range(300)))
    with conversing("check", "new.jsonl", *INDEX, "--add", "--format", "jsonl", "-q") as (process, _, stdout):
        stdout.read(10)
        stdout.close()
        assert process.stderr
        said_at_end = process.stderr.read().decode()
        assert process.wait() == 141, said_at_end
    assert "Traceback" not in said_at_end
    with Index.open("seen.sqlite", create=False) as index:
        assert index.verify() == []
