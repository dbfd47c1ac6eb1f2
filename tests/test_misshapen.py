"""Files that stand beside the input, hostile or edited by hand: told in one line, or none of ours; never a crash."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from provenance.index.checksums import checksum
from provenance.reports.writing import checksum as file_checksum
from tests.commands import call, said, two_alike
from tests.runs import hand_made

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("bare_folder")
DEEP = b'{"a": [' * 100_000
HOSTILE = {
    "deep": DEEP,
    "number": b'{"program": ' + b"9" * 5_000 + b"}",
    "list": b'{"program": "provenance", "files": [1]}',
}


@pytest.mark.parametrize(
    "settings",
    [b"seed = " + b"9" * 5_000, b"seed = " + b"[" * 100_000, b"seed = " + b"{a=" * 100_000],
    ids=["number", "lists", "tables"],
)
def test_a_settings_file_that_cannot_be_read_is_a_mistake(settings: bytes, bare_folder: Path) -> None:
    for name, head in (("provenance.toml", b""), ("pyproject.toml", b"[tool.provenance]\n")):
        (bare_folder / name).write_bytes(head + settings)
        result = call("settings")
        assert result.exit_code == 2
        assert [line.partition(" (")[0] for line in said(result)] == [
            f"provenance: error: {name}: cannot be read as TOML"
        ]
        (bare_folder / name).unlink()


@pytest.mark.parametrize("line", ["tool = 3", "[[tool]]\nprovenance = {}"])
def test_a_project_without_a_table_of_tools_has_no_settings(line: str, bare_folder: Path) -> None:
    (bare_folder / "pyproject.toml").write_text(line)
    assert call("settings").exit_code == 0


def test_a_settings_file_may_begin_with_a_bom(bare_folder: Path) -> None:
    (bare_folder / "provenance.toml").write_bytes(b"\xef\xbb\xbfseed = 7\r\n")
    assert "provenance.toml" in call("settings").stdout


def test_a_setting_far_from_all_names_is_not_told_one(bare_folder: Path) -> None:
    (bare_folder / "provenance.toml").write_text("foo = 1\n")
    assert said(call("settings")) == [
        "provenance: error: provenance.toml: foo is not a setting; see `provenance settings`"
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_only_looks_like_an_earlier_run_is_none(name: str, bare_folder: Path) -> None:
    """A folder whose run.json, names or export are not ours: what we would write there is refused, or written anew."""
    two_alike()
    for beside, words in (
        ("run.json", ("scan", "dump.jsonl", "-o", "out", "--until", "matches", "--no-report")),
        (".provenance-cleaned.json", ("clean", "dump.jsonl", "-o", "out")),
    ):
        (bare_folder / "out").mkdir()
        (bare_folder / "out" / beside).write_bytes(HOSTILE[name])
        result = call(*words)
        assert result.exit_code == (2 if beside == "run.json" else 0), result.stderr
        shutil.rmtree(bare_folder / "out")


def test_an_export_over_a_file_of_endless_lists_is_refused(bare_folder: Path) -> None:
    hand_made().write("run")
    (bare_folder / "documents.jsonl").write_bytes(DEEP)
    result = call("export", "run", "--format", "jsonl", "-o", ".")
    assert result.exit_code == 2
    assert (bare_folder / "documents.jsonl").read_bytes() == DEEP


def test_gold_of_endless_lists_is_a_mistake(bare_folder: Path) -> None:
    hand_made().write("run")
    (bare_folder / "gold.json").write_bytes(DEEP)
    result = call("evaluate", "run", "--gold", "gold.json")
    assert result.exit_code == 2
    assert "gold.json: is not JSON with repeats and origins (RecursionError" in result.stderr


WRONG: list[dict[str, Any]] = [
    {"settings": None},
    {"settings": [1]},
    {"settings": {"link_containment": "x"}},
    {"tables": None},
    {"tables": 5},
    {"inputs": 5},
    {"inputs": [5]},
    {"counts": []},
    {"recall": "x"},
    {"files": {"documents.parquet": 5}},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_run_json_of_another_shape_is_a_mistake(wrong: dict[str, Any], bare_folder: Path) -> None:
    hand_made().write("run")
    place = bare_folder / "run" / "run.json"
    facts = json.loads(place.read_text(encoding="utf-8"))
    place.write_text(json.dumps(facts | wrong), encoding="utf-8")
    for words in (("report", "run"), ("explain", "run", "a"), ("explain", "run", "a", "b"), ("export", "run")):
        result = call(*words, *(("--format", "csv", "-o", "csv") if words[0] == "export" else ()))
        assert result.exit_code == 2, result.stderr
        assert said(result)[0].startswith("provenance: error: run/run.json: cannot be read (")


def test_a_run_json_nested_without_end_is_a_mistake(bare_folder: Path) -> None:
    hand_made().write("run")
    (bare_folder / "run" / "run.json").write_bytes(DEEP)
    result = call("explain", "run", "a")
    assert (result.exit_code, "run.json: cannot be read (maximum recursion depth" in result.stderr) == (2, True)


FORGED: list[tuple[str, Any]] = [
    ("settings", None),
    ("segments", 5),
    ("segments", [1]),
    ("names", [{"number": 1, "bits": 4_000, "postings": 1, "first": 1, "last": 1}]),
    ("outlets", 5),
    ("documents", "x"),
    ("following", -5),
    ("following", 1 << 40),
    ("program", None),
    ("more", 1),
]


@pytest.mark.parametrize(("name", "value"), [*FORGED, ("", None)], ids=str)
def test_a_forged_manifest_is_damage(name: str, value: Any, bare_folder: Path) -> None:
    """With the checksum of what it holds, as whoever forges it would write: each was an internal error."""
    two_alike()
    call("index", "add", "dump.jsonl", "--index", "seen.sqlite")
    with contextlib.closing(sqlite3.connect(bare_folder / "seen.sqlite")) as store, store:
        (content,) = store.execute("SELECT content FROM manifest").fetchone()
        forged = json.dumps(json.loads(content) | {name: value}) if name else DEEP.decode()
        store.execute("UPDATE manifest SET content = ?, checksum = ?", (forged, checksum(forged)))
    for words in (("index", "info"), ("index", "verify"), ("check", "dump.jsonl"), ("index", "remove", "one")):
        result = call(*words, "--index", "seen.sqlite")
        assert (result.exit_code, "seen.sqlite: damaged (its manifest)" in result.stderr) == (13, True), words


TAMPERED: list[tuple[str, str, Any, str]] = [
    ("documents", "text", None, "column text has rows without a value"),
    ("documents", "doc_id", None, "column doc_id has rows without a value"),
    ("documents", "doc_id", "one", "column doc_id has an id twice"),
    ("documents", "published", 1 << 62, "column published has dates beyond the years 1 to 9999"),
    ("documents", "published", -(1 << 61), "column published has dates beyond the years 1 to 9999"),
    ("matches", "jaccard", float("nan"), "column jaccard has values that are no numbers"),
    ("matches", "left_containment", float("inf"), "column left_containment has values that are no numbers"),
    ("matches", "relation", "kin", "column relation has other words than duplicate, boilerplate, "),
    ("spans", "kind", None, "column kind has other words than exact, edited, rewritten"),
]


@pytest.mark.parametrize(("table", "column", "value", "why"), TAMPERED)
def test_a_forged_table_is_told_in_one_line(
    table: str, column: str, value: Any, why: str, hand: Path, tmp_path: Path
) -> None:
    """With its checksum in run.json; the page, `explain` and `evaluate` ended in internal errors."""
    folder = tmp_path / "forged"
    shutil.copytree(hand, folder)
    place = folder / f"{table}.parquet"
    frame = pl.read_parquet(place)
    dtype = frame.schema[column]
    plain = pl.Int64() if isinstance(dtype, pl.Datetime) else dtype
    frame.with_columns(pl.lit(value, dtype=plain).cast(dtype).alias(column)).write_parquet(place)
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    facts["files"][place.name]["xxh3_128"] = file_checksum(place)
    (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    for words in (("report", "forged"), ("explain", "forged", "a"), ("evaluate", "forged", "--gold", "forged")):
        result = call(*words)
        assert result.exit_code == 2, (words, result.stderr)
        assert f"{place.name}: cannot be used ({why}" in result.stderr


def test_a_table_of_other_types_is_no_run_to_evaluate(hand: Path, tmp_path: Path) -> None:
    shutil.copytree(hand, tmp_path / "forged")
    place = tmp_path / "forged" / "spans.parquet"
    pl.read_parquet(place).with_columns(pl.col("left_start").cast(pl.String)).write_parquet(place)
    result = call("evaluate", "forged", "--gold", "forged")
    assert (result.exit_code, "column left_start is String, not Int64" in result.stderr) == (2, True)


@pytest.fixture(scope="module")
def hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hand")
    hand_made().write(folder, report=False)
    return folder
