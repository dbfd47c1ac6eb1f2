"""Settings from flags, variables and files: which wins, and what is said of one that is none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.commands import call, said, two_alike

pytestmark = pytest.mark.usefixtures("bare_folder")


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
