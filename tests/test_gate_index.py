"""The index from the command line: what it holds and gives back, and every way to be refused."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import polars as pl
import pytest

from provenance.index import Index
from provenance.index.making import method
from tests.cleaning import ONE, OTHER
from tests.commands import call, said, write_lines
from tests.gate import INDEX, incoming, old

pytestmark = pytest.mark.usefixtures("bare_folder")


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
            assert not Path("seen.sqlite").exists(), "an empty index was left behind"
    assert call("index", "add", "nowhere.jsonl", *INDEX).exit_code == 2
    assert not Path("seen.sqlite").exists()
    old()
    assert call("index", "add", "new.jsonl", *INDEX, "--id", "idd", "-q").exit_code == 2
    with Index.open("seen.sqlite") as index:
        assert index.info()["documents"] == 2
    result = call("index", "add", "new.jsonl", *INDEX, "--outlet", "papr", "-q")
    assert (result.exit_code, "--outlet" in result.stderr) == (2, True)


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


def test_an_index_in_the_folder_that_is_read_is_no_news() -> None:
    old()
    incoming()
    Path("foreign.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    assert call("check", ".", *INDEX, "--add", "-q").exit_code == 3
    Path("foreign.db").unlink()
    result = call("check", ".", *INDEX, "--exit-zero")
    assert (result.exit_code, "rejected 0" in result.stderr) == (0, True), result.stderr


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
