"""The gate from the command line: exact output, and exit codes that no format changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provenance.errors import UsageError
from provenance.reports.findings import FORMATS, as_annotation, fingerprint, read_baseline, sentence
from provenance.tables import FINDINGS
from tests.cleaning import ONE, OTHER
from tests.commands import call, conversing, said, write_lines
from tests.gate import HALF, INDEX, incoming, old
from tests.strategies import SENTENCES

pytestmark = pytest.mark.usefixtures("bare_folder")


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


def test_a_share_is_never_rounded_to_all_or_to_nothing() -> None:
    about = {"verdict": "recycled", "matched_doc": "old", "matched_outlet": None, "matched_published": None}
    record = about | {"already_indexed": False, "recycled_share": 0.996, "left_containment": 0.004}
    assert sentence(record) == "over 99% of its words recycled, under 1% from old"


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


def test_an_article_that_hides_something_is_told_and_not_rejected() -> None:
    write_lines("new.jsonl", {"id": "hidden", "text": ONE.replace("e", "e\u200b")})
    for command in (("scan", "new.jsonl", "-o", "out"), ("check", "new.jsonl", *INDEX, "--add"),
                    ("clean", "new.jsonl", "-o", "out.jsonl")):  # fmt: skip
        result = call(*command)
        assert (result.exit_code, result.stderr.count("flagged: ")) == (0, 1), result.stderr
        assert "rejected 0" in result.stderr


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
