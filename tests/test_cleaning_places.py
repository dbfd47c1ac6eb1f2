"""Where `clean` writes: by which names, over what, and never anywhere else."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from pathlib import Path

import polars as pl
import pytest

from provenance.cleaning import files
from provenance.cleaning.targets import Targets
from provenance.dumps.sources.walk import Source, find_sources
from tests.cleaning import ONE, OTHER
from tests.commands import call, said, write_lines
from tests.strategies import SENTENCES

pytestmark = pytest.mark.usefixtures("bare_folder")


def below(folder: str) -> set[str]:
    """What is in a folder, but for what is hidden."""
    paths = {path.relative_to(folder).as_posix() for path in Path(folder).rglob("*")}
    return {path for path in paths if not path.startswith(".")}


def days(name: str = "in") -> None:
    """A folder a day, each with a file of one name, and what repeats from one day to the next."""
    for day, texts in (("2024-01-01", (ONE,)), ("2024-01-02", (ONE, OTHER))):
        Path(name, day).mkdir(parents=True)
        write_lines(f"{name}/{day}/articles.jsonl", *({"id": f"{day} {text[:9]}", "text": text} for text in texts))


def test_what_was_found_in_a_folder_keeps_its_path_inside() -> None:
    days()
    Path("in/2024-01-02/more").mkdir()
    write_lines("in/2024-01-02/more/a\nb.jsonl", {"id": "late", "text": SENTENCES[3]})
    with zipfile.ZipFile("in/2024-01-01/wire.zip", "w") as archive:
        archive.writestr("../../escaped.txt", SENTENCES[2])
    result = call("clean", "in", "-o", "out", "--keep", "first")
    assert result.exit_code == 0, result.stderr
    assert said(result) == ["read 5, kept 4, removed 1 (duplicate 1), rejected 0, S s"]
    assert below("out") == {
        "2024-01-01",
        "2024-01-01/articles.jsonl",
        "2024-01-01/wire.jsonl",
        "2024-01-02",
        "2024-01-02/articles.jsonl",
        "2024-01-02/more",
        "2024-01-02/more/a\nb.jsonl",
    }
    assert {path.name for path in Path().iterdir()} == {"in", "out", "out.removals.parquet"}
    assert OTHER in Path("out/2024-01-02/articles.jsonl").read_text(encoding="utf-8")


def test_a_folder_of_one_file_makes_a_folder_unless_a_file_is_named() -> None:
    Path("in/day").mkdir(parents=True)
    write_lines("in/day/a.jsonl", {"id": "a", "text": ONE})
    assert call("clean", "in", "-o", "out", "-q").exit_code == 0
    assert call("clean", "in", "-o", "out.jsonl.gz", "-q").exit_code == 0
    assert call("clean", "in/day/a.jsonl", "-o", "plain", "-q").exit_code == 0
    assert below("out") == {"day", "day/a.jsonl"}
    assert Path("out.jsonl.gz").is_file()
    assert Path("plain").is_file()


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        (("in/2024-01-01/articles.jsonl", "in/2024-01-02/articles.jsonl"), "articles.jsonl"),
        (("in/2024-01-01", "in/2024-01-02"), "articles.jsonl"),
        (("packed",), "all.jsonl"),
    ],
)
def test_two_inputs_of_one_name_are_refused_by_name_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, inputs: tuple[str, ...], told: str
) -> None:
    days()
    Path("packed").mkdir()
    for name in ("all.tar.gz", "all.zip"):
        Path("packed", name).write_bytes(b"of which not a byte is looked at")
    first, second = [source.path for source in find_sources(inputs)[0]]
    monkeypatch.setattr(files, "Reading", None)
    result = call("clean", *inputs, "-o", "out")
    assert (result.exit_code, said(result)) == (
        2,
        [
            (
                f"provenance: error: out/{told}: both {first} and {second} would be written there; "
                "rename one, or give the folder that holds both"
            )
        ],
    )
    assert {path.name for path in Path().iterdir()} == {"in", "packed"}


def test_a_clash_that_names_do_not_tell_is_refused_and_leaves_nothing() -> None:
    """A page without a suffix is written as JSON lines."""
    Path("in").mkdir()
    write_lines("in/a.jsonl", {"id": "b", "text": ONE})
    Path("in/a").write_text("<html><body><p>" + OTHER * 3 + "</p></body></html>", encoding="utf-8")
    result = call("clean", "in", "-o", "new/out")
    assert (result.exit_code, "both in/a and in/a.jsonl" in result.stderr) == (2, True), result.stderr
    assert {path.name for path in Path().iterdir()} == {"in"}


def test_no_name_and_no_link_leads_out_of_the_folder() -> None:
    days()
    Path("elsewhere").mkdir()
    Path("out").mkdir()
    Path("out/2024-01-02").symlink_to("../elsewhere")
    result = call("clean", "in", "-o", "out")
    assert (result.exit_code, said(result)) == (
        2,
        [
            (
                "provenance: error: out/2024-01-02/articles.jsonl: a link leads out of out, "
                "where nothing is written; remove it"
            )
        ],
    )
    assert not any(Path("elsewhere").iterdir())
    assert below("out") == {"2024-01-02"}
    paths = ["http://a.test/b/..", "http://b.test/.", "http://c.test/", "http://d.test/x?to=/etc/passwd"]
    for path in paths:
        (target,) = [Targets([Source(path, None)], "out", "keep").of(path, "text")]
        assert target in {Path("out/index"), Path("out/passwd")}


def test_names_as_long_as_names_can_be_are_written() -> None:
    Path("in").mkdir()
    for letter in "ab":
        write_lines(f"in/{letter * 249}.jsonl", {"id": letter, "text": SENTENCES["ab".index(letter)]})
    assert call("clean", "in", "-o", "out", "-q").exit_code == 0
    assert below("out") == below("in")


def test_what_another_wrote_is_not_written_over() -> None:
    """But for files that were named; what clean wrote before is."""
    days()
    for name in ("out/2024-01-01/articles.jsonl", "own.removals.parquet", "named.jsonl", "named.parquet"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("mine", encoding="utf-8")
    for out, name in (("out", "out/2024-01-01/articles.jsonl"), ("own", "own.removals.parquet")):
        result = call("clean", "in", "-o", out, "--keep", "first")
        told = f"{name}: was not written by this command, and is not overwritten; move it or name another"
        assert (result.exit_code, said(result)) == (2, [f"provenance: error: {told}"])
        assert Path(name).read_text(encoding="utf-8") == "mine"
    assert not Path("own").exists()
    assert not Path("out/2024-01-02").exists()
    one = "in/2024-01-02/articles.jsonl"
    assert call("clean", one, "-o", "named.jsonl", "--removals", "named.parquet", "-q").exit_code == 0
    assert OTHER in Path("named.jsonl").read_text(encoding="utf-8")
    for _ in range(2):  # two runs into one folder, and each again
        assert call("clean", "in/2024-01-01", "-o", "new", "-q").exit_code == 0
        Path("other.jsonl").write_bytes(Path(one).read_bytes())
        assert call("clean", "other.jsonl", "-o", "new", "-q").exit_code == 0
    assert below("new") == {"articles.jsonl", "other.jsonl"}
    assert {path.name for path in Path("new").iterdir()} - below("new") == {".provenance-cleaned.json"}


def test_a_name_that_does_not_fit_is_told_with_what_the_input_is() -> None:
    Path("a.html").write_text(f"<html><body><p>{ONE}</p></body></html>", encoding="utf-8")
    result = call("clean", "a.html", "-o", "b.html")
    told = "b.html: would hold jsonl, as which a.html (html) is written; name it b.jsonl"
    assert (result.exit_code, said(result)) == (2, [f"provenance: error: {told}"])
    write_lines("a.jsonl", {"id": "a", "text": ONE})
    result = call("clean", "a.jsonl", "-o", "b.csv")
    told = "b.csv: would hold jsonl, as a.jsonl does; name it b.jsonl"
    assert (result.exit_code, said(result)) == (2, [f"provenance: error: {told}"])


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder here in which not even root may write")
def test_a_folder_that_takes_no_files_is_named_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    days()
    monkeypatch.setattr(files, "Reading", None)
    for words in (("in", "-o", "/proc"), ("in/2024-01-01/articles.jsonl", "-o", "/proc/a.jsonl")):
        result = call("clean", *words)
        told = "/proc: cannot be written (no such file or directory); give another folder with -o"
        assert (result.exit_code, said(result)) == (2, [f"provenance: error: {told}"])


def test_of_what_went_whole_there_is_no_file_and_none_of_before() -> None:
    """What `clean` leaves empty `scan` would not read."""
    Path("in").mkdir()
    write_lines("in/a.jsonl", {"id": "a", "text": ONE})
    for name, content in (
        ("b.jsonl", json.dumps({"id": "b", "text": ONE}) + "\n\n"),
        ("c.csv", f'id,text\nc,"{ONE}"\n'),
        ("d.json", json.dumps([{"id": "d", "text": ONE}], indent=1)),
        ("e.txt", ONE + "\n"),
    ):
        Path("in", name).write_text(content, encoding="utf-8")
    pl.DataFrame({"id": ["f"], "text": [ONE]}).write_parquet("in/f.parquet")
    Path("in/kept.jsonl").write_text(json.dumps({"id": "k", "text": ONE}) + "\n{\n", encoding="utf-8")
    Path("in/kept.json").write_text(json.dumps({"day": 1, "articles": [{"id": "l", "text": ONE}]}), encoding="utf-8")
    Path("in/kept.csv").write_text(f'id,text\nm,"{ONE}"\nn,\n', encoding="utf-8")
    assert call("clean", "in/b.jsonl", "-o", "out", "-q").exit_code == 0
    Path("out").unlink()
    Path("out").mkdir()
    assert call("clean", "in/b.jsonl", "-o", "out", "-q").exit_code == 0
    assert below("out") == {"b.jsonl"}
    result = call("clean", "in", "-o", "out", "--keep", "first")
    assert result.exit_code == 3, result.stderr
    assert ", files left out 5, rejected 2," in result.stderr
    assert below("out") == {"a.jsonl", "kept.jsonl", "kept.json", "kept.csv"}
    assert Path("out/kept.jsonl").read_bytes() == b"{\n"
    gone = pl.read_parquet("out.removals.parquet")
    assert set(gone["doc_id"]) == {*"bcdfklm", "in/e.txt"}
    for name in ("kept.jsonl", "kept.json", "kept.csv"):
        Path("in", name).unlink()
        Path("out", name).unlink()
    assert call("clean", "in", "-o", "out", "--keep", "first", "-q").exit_code == 0
    assert call("scan", "out", "-o", "run", "-q").exit_code == 0


def test_several_inputs_make_a_folder_and_one_a_file() -> None:
    write_lines("a.jsonl", {"id": "a", "text": ONE}, {"id": "b", "text": OTHER})
    write_lines("b.jsonl", {"id": "c", "text": ONE})
    result = call("clean", "a.jsonl", "b.jsonl", "-o", "out", "--keep", "first")
    assert result.exit_code == 0
    assert said(result) == ["read 3, kept 2, removed 1 (duplicate 1), files left out 1, rejected 0, S s"]
    assert sorted(path.name for path in Path("out").glob("[!.]*")) == ["a.jsonl"]
    gone = pl.read_parquet("out.removals.parquet")
    assert gone.select("doc_id", "path", "row", "record").row(0) == (
        "c",
        "b.jsonl",
        0,
        Path("b.jsonl").read_bytes(),
    )


@pytest.mark.parametrize("removals", [(), ("--removals", "gone.parquet")])
def test_a_folder_that_cannot_be_written_is_a_mistake_of_the_user(
    monkeypatch: pytest.MonkeyPatch, removals: tuple[str, ...]
) -> None:
    """On a disk that is read only even removing a file that is not there is an error."""
    write_lines("a.jsonl", {"id": "a", "text": ONE})

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setattr(pl.DataFrame, "write_parquet", lambda _, path, **__: refuse(path))
    result = call("clean", "a.jsonl", "-o", "out.jsonl", *removals)
    assert (result.exit_code, "cannot be written (read-only file system)" in result.stderr) == (2, True), result.stderr


def test_a_dry_run_writes_nothing() -> None:
    write_lines("a.jsonl", {"id": "a", "text": ONE}, {"id": "b", "text": ONE})
    result = call("clean", "a.jsonl", "--dry-run", "-o", "out.jsonl", "--keep", "first")
    assert (result.exit_code, result.stdout) == (0, "a.jsonl: b: duplicate of a\n")
    assert [path.name for path in Path().iterdir()] == ["a.jsonl"]
    assert call("clean", "a.jsonl").exit_code == 2


def test_what_cannot_be_written_is_refused_and_leaves_nothing() -> None:
    write_lines("a.jsonl", {"id": "a", "text": ONE}, {"id": "b", "text": ONE})
    before = Path("a.jsonl").read_bytes()
    for out in ("a.jsonl", "a.csv", "a.jsonl/x.jsonl"):
        result = call("clean", "a.jsonl", "-o", out)
        assert result.exit_code == 2, result.stderr
    assert [path.name for path in Path().iterdir()] == ["a.jsonl"]
    assert Path("a.jsonl").read_bytes() == before
    write_lines("b.jsonl", {"id": "c", "text": ONE})
    assert call("clean", "a.jsonl", "b.jsonl", "-o", "-").exit_code == 2


def test_nothing_is_written_over_an_input() -> None:
    for name in ("a.jsonl", "b.jsonl"):
        write_lines(name, {"id": name, "text": ONE}, {"id": f"{name}2", "text": ONE})
    pl.DataFrame({"id": ["c", "d"], "text": [ONE, ONE]}).write_parquet("c.removals.parquet")
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    for arguments in (
        ("a.jsonl", "-o", "a.jsonl"),
        ("a.jsonl", "-o", "out.jsonl", "--removals", "a.jsonl"),
        ("a.jsonl", "-o", str(Path.cwd())),
        ("a.jsonl", "-o", "."),
        ("a.jsonl", "b.jsonl", "-o", str(Path.cwd())),
        ("a.jsonl", "b.jsonl", "-o", "out", "--removals", "b.jsonl"),
        ("c.removals.parquet", "-o", "c.parquet"),
    ):
        result = call("clean", *arguments, "--keep", "first")
        assert (result.exit_code, "is an input itself" in result.stderr) == (2, True), (arguments, result.stderr)
        assert {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()} == before


def test_nothing_but_a_file_is_written_over_and_a_link_leads_to_one() -> None:
    """A file that is written aside takes its place: as root /dev/full became one, and any program's /dev/null could."""
    write_lines("d.jsonl", {"text": ONE}, {"text": ONE})
    os.mkfifo("pipe.jsonl")
    for options in (("-o", "pipe.jsonl"), ("-o", "out.jsonl", "--removals", "pipe.jsonl")):
        result = call("clean", "d.jsonl", *options, "-q")
        assert (result.exit_code, said(result)) == (
            2,
            ["provenance: error: pipe.jsonl: is a device, a pipe or a socket, which a file would replace; name a file"],
        )
    assert Path("pipe.jsonl").is_fifo()
    assert {path.name for path in Path().iterdir()} == {"d.jsonl", "pipe.jsonl"}
    Path("kept").mkdir()
    Path("link.jsonl").symlink_to("kept/real.jsonl")
    assert call("clean", "d.jsonl", "-o", "link.jsonl", "--keep", "first", "-q").exit_code == 0
    assert Path("link.jsonl").is_symlink()
    assert len(Path("kept/real.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize("keep", ["first", "origin"])
def test_a_stream_without_a_byte_leaves_an_empty_file_under_any_name_of_lines(keep: str) -> None:
    """A nightly `... | clean - -o FILE` ended in "would hold text" on a night without news."""
    for name in ("clean.jsonl", "clean.csv", "clean.txt"):
        result = call("clean", "-", "-o", name, "--keep", keep, given=b"")
        assert (result.exit_code, said(result)[0]) == (3, "skipped: -: the file holds nothing")
        assert Path(name).read_bytes() == b""
    assert call("clean", "-", "-o", "clean.csv", given=b'{"text": "One."}\n{"text": "Two."}\n').exit_code == 2
    assert call("clean", "-", "-o", "clean.parquet", given=b"").exit_code == 2  # no file of no bytes is Parquet


def test_an_empty_folder_is_cleaned_to_nothing() -> None:
    Path("in").mkdir()
    result = call("clean", "in", "-o", "out")
    told = ["skipped: in: no file in this folder", "read 0, kept 0, removed 0, rejected 1, S s"]
    assert (result.exit_code, said(result)) == (3, told)
    assert pl.read_parquet("out.removals.parquet").is_empty()


def test_the_list_of_what_went_is_not_called_what_it_is_not() -> None:
    write_lines("a.jsonl", {"text": ONE}, {"text": ONE})
    for words in (("a.jsonl", "-o", "b.jsonl"), ("-", "-o", "-", "--keep", "first")):
        result = call("clean", *words, "--removals", "gone.csv", given=Path("a.jsonl").read_bytes())
        assert (result.exit_code, said(result)) == (
            2,
            ["provenance: error: gone.csv: would hold Parquet; name it gone.parquet"],
        )
        assert call("clean", *words, "--removals", "gone", given=Path("a.jsonl").read_bytes()).exit_code == 0


def test_the_list_of_another_output_is_not_written_over() -> None:
    """`a.json` and `a.csv` have lists of one name: what went of the first was lost with the second."""
    write_lines("in.jsonl", {"text": ONE}, {"text": ONE})
    Path("in.csv").write_text(f'text\n"{OTHER}"\n"{OTHER}"\n')
    assert call("clean", "in.jsonl", "-o", "a.jsonl").exit_code == 0
    before = Path("a.removals.parquet").read_bytes()
    result = call("clean", "in.csv", "-o", "a.csv")
    told = "provenance: error: a.removals.parquet: lists what went of a.jsonl; name another list with --removals"
    assert (result.exit_code, said(result)) == (2, [told])
    assert (Path("a.removals.parquet").read_bytes(), Path("a.csv").exists()) == (before, False)
    assert call("clean", "in.csv", "-o", "a.csv", "--removals", "csv.parquet").exit_code == 0
    assert call("clean", "in.jsonl", "-o", "a.jsonl").exit_code == 0  # again
    Path("a.jsonl").rename("b.jsonl")
    assert call("clean", "in.csv", "-o", "a.csv").exit_code == 0
