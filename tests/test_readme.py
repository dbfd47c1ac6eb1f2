"""The README tells the truth: its two commands, its command line, its names, its length."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING

from provenance.settings import Settings
from provenance.tables import WRITTEN
from tests.readme import PATH, SECONDS, block, excerpt, help_text

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TEXT = PATH.read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def test_at_most_300_lines() -> None:
    assert TEXT.count("\n") <= 300


def test_the_command_line_is_what_help_says() -> None:
    assert block("help", TEXT).rstrip("\n") == help_text(), "run `python -m tests.readme`"


def test_the_excerpt_is_what_the_commands_print() -> None:
    shown, now = (SECONDS.sub("S s", text) for text in (block("excerpt", TEXT).rstrip("\n"), excerpt()))
    assert shown == now, "run `python -m tests.readme`"
    assert len(now.splitlines()) >= 8


def test_the_first_two_commands_are_whole() -> None:
    first, second = blocks("bash")[:2]
    assert "python3 -m venv .venv" in first
    assert "pip install" in first
    assert "provenance scan corpus/ -o reports/" in first
    assert "python3 -m venv .venv" in second
    assert "'.[test]'" in second
    assert "pytest" in second
    after = TEXT.split(first, 1)[1]
    assert "report.html" in after.split("```bash", 1)[0]


def test_every_table_is_listed() -> None:
    for name in WRITTEN:
        assert f"| `{name}` |" in TEXT


def test_settings_named_are_settings_with_these_defaults() -> None:
    section = TEXT.split("## Settings", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \|", section, re.MULTILINE)
    known = {item.name: item.default for item in fields(Settings)}
    assert rows
    for name, shown in rows:
        default = known[name]
        assert (float(shown) if isinstance(default, int | float) else shown) == default, name


def test_the_python_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "corpus").symlink_to(PATH.parent / "corpus")
    monkeypatch.chdir(tmp_path)
    examples = [code for code in blocks("python") if "airflow" not in code]
    assert examples
    for code in examples:
        exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "reports" / "report.html").exists()


def test_links_lead_to_files() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (PATH.parent / target).exists(), target
