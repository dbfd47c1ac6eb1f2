"""The quick part of `python -m tests.quality` against its floors, and the floors' own rules."""

from __future__ import annotations

import datetime as dt
import subprocess
import tomllib
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests import floors, quality
from tests.figures import GROUPS, Figure

if TYPE_CHECKING:
    from pathlib import Path

QUICK = ("two-events", "bbc", "paraphrases", "polnear")  # a second or so each; the others take ten


@pytest.mark.parametrize("group", QUICK)
def test_no_figure_is_under_its_floor(group: str, shared: Path) -> None:
    corpora = shared / "corpora"
    known = floors.fingerprints(corpora, [group])
    if any(floors.read().fingerprints.get(name) != digest for name, digest in known.items()):
        pytest.skip(f"{group} is not the corpus that the floors were pinned on")
    assert quality.failures(quality.measure([group], corpora), known) == []


def test_a_passage_in_many_documents_is_found_in_all() -> None:
    assert quality.failures(quality.measure(["hot-passage"], floors.ROOT), {}) == []


# -- the floors' own rules -------------------------------------------------------------------------------


def test_every_group_with_floors_can_be_measured() -> None:
    assert {group for group, _ in floors.read().wanted} == set(GROUPS)


def test_floors_leave_what_was_measured_some_slack_and_whole_numbers_none() -> None:
    pinned = floors.read('[x]\n"up" = { least = 0.9 }\n"down" = { most = 1.1 }\n').wanted
    up, down = pinned["x", "up"], pinned["x", "down"]
    assert (up.floor_of(0.98765), up.floor_of(1.0), down.floor_of(1.00001), down.floor_of(2)) == (0.9826, 1, 1.0051, 2)
    assert up.holds(0.9)
    assert not up.holds(0.8999)
    assert down.holds(1.1)
    assert not down.holds(1.11)


def test_a_figure_under_its_floor_a_missing_one_and_another_file_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[fingerprints]\n"x/a.parquet" = "00"\n\n[x]\n"one" = { least = 0.5 }\n"two" = { most = 2 }\n'
    pinned = floors.read(text)
    monkeypatch.setattr(floors, "read", lambda _text=None: pinned)
    measured = [quality.Measured("x", [Figure("one", 0.4999, 7)], 0.1)]
    assert quality.failures(measured, {"x/a.parquet": "01"}) == [
        "x/one: 0.4999, and must be at least 0.5",
        "x/two: was not measured",
        "x/a.parquet: is not the file that the floors were pinned on (xxh3-128 01)",
    ]


def test_a_floor_and_the_fingerprints_are_rewritten_in_place() -> None:
    text = floors.PATH.read_text("utf-8")
    changed = floors.with_floor(text, "twentynews", "near_duplicate precision, \\w", 0.25)
    assert floors.read(changed).wanted["twentynews", "near_duplicate precision, \\w"].floor == 0.25
    before, after = (floors.read(version).wanted for version in (text, changed))
    assert {key for key in before if before[key] != after[key]} == {("twentynews", "near_duplicate precision, \\w")}
    assert tomllib.loads(floors.with_fingerprints(text, {"a/b.parquet": "ff"}))["fingerprints"] == {"a/b.parquet": "ff"}


def test_a_lowered_floor_is_a_line_of_the_changelog() -> None:
    line = floors.lowering("x", "one", 0.9, 0.8, "the corpus had an error.", dt.date(2026, 1, 2))
    assert line == "- Quality floor lowered on 2026-01-02: `x/one` from 0.9 to 0.8, because the corpus had an error.\n"
    changelog = "# Changes\n\n## 0.2 (not released)\n\n- One.\n\n## 0.1\n\n- Two.\n"
    assert floors.note(changelog, line) == f"# Changes\n\n## 0.2 (not released)\n\n- One.\n{line}\n## 0.1\n\n- Two.\n"


def test_no_floor_was_ever_lowered_in_silence() -> None:
    """Each version of the floors against the one before it, as far as this clone's history goes."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=floors.ROOT, capture_output=True, text=True, check=False).stdout

    name = floors.PATH.relative_to(floors.ROOT).as_posix()
    commits = git("log", "--format=%H", "--reverse", "--", name).split()
    texts = [git("show", f"{commit}:{name}") for commit in commits] + [floors.PATH.read_text("utf-8")]
    if len(texts) == 1:
        pytest.skip("the floors have no history here: not a git checkout")
    versions = [floors.read(text).wanted for text in texts if text]
    said = floors.CHANGELOG.read_text("utf-8")
    for before, after in pairwise(versions):
        for (group, figure), old in before.items():
            new = after.get((group, figure))
            assert f"`{group}/{figure}` from" in said or (new is not None and old.holds(new.floor)), (group, figure)
