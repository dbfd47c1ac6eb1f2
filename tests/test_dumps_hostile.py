"""Random, broken and hostile inputs: read or said why not, within bounds. `python -m tests.hostile` runs many more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provenance.dumps.plain_text import text_files
from provenance.dumps.records import lines
from tests.bombs import TEXT, bombs_of_places, markup_bombs
from tests.broken import BARE, SUMMED, read_broken
from tests.dumps import PARAGRAPHS, scan, write
from tests.hostile import broken_seeds, read_random, seeds, snapshot

FINDS = Path(__file__).parent / "finds"


def test_random_bytes_through_every_reader(tmp_path: Path) -> None:
    counts = read_random(400, tmp_path)
    assert counts["neither"] == 0
    assert counts["articles"] > 100


def test_every_seed_is_sound(tmp_path: Path) -> None:
    for name, content in seeds().items():
        found = scan(write(tmp_path, name, content))
        assert not found.rejects.height, name
        assert found.documents.height in (1, 5, 20), name


@pytest.mark.parametrize("bits", [False, True])
def test_files_under_checksums_change_or_lose_nothing_in_silence(tmp_path: Path, *, bits: bool) -> None:
    counts = read_broken(20 * len(SUMMED), tmp_path, broken_seeds(), bits=bits)
    assert counts["reported"] >= (0.85 if bits else 0.97) * counts["files"]
    # A letter of an address or of a date in the head of a WARC that is not packed has no checksum.
    assert counts.get("changed", 0) <= 0.02 * counts["files"] * bits
    assert not {"lost", "changed, seen by others"} & counts.keys()


@pytest.mark.parametrize("bits", [False, True])
def test_what_others_see_of_files_without_checksums_is_reported(tmp_path: Path, *, bits: bool) -> None:
    counts = read_broken(10 * len(BARE), tmp_path, broken_seeds(), BARE, bits=bits)
    assert not {"lost, seen by others", "changed, seen by others"} & counts.keys()


def test_a_file_that_polars_dies_of_costs_itself(tmp_path: Path) -> None:
    octets = bytearray(broken_seeds()["x.arrow"])
    octets[448:456] = b"\x70" * 8  # a length: 8 * 10^18 bytes are asked for, and Rust ends the process
    after = write(tmp_path, "z.txt", TEXT)
    found = scan(write(tmp_path, "x.arrow", bytes(octets)), after)
    assert found.documents["text"].to_list() == [TEXT]
    assert found.rejects["reason"].item() in ("crashed", "damaged")


@pytest.mark.parametrize("what", ["entity of a file", "billion laughs", "100000 nested div", "unclosed scripts"])
def test_a_markup_bomb_is_refused_or_read_within_bounds(tmp_path: Path, what: str) -> None:
    cases = {}
    for name, path in markup_bombs(lambda name, content: write(tmp_path, name, content)):
        cases[name] = path
        if name == what:
            break
    found = scan(cases[what])
    assert found.rejects.height
    assert "root:" not in "".join(found.documents["text"])


def test_places_that_are_no_files_do_not_hold_a_run_up(tmp_path: Path) -> None:
    small = write(tmp_path, "small.txt", TEXT)
    for what, path in bombs_of_places(tmp_path, lambda name, content: write(tmp_path, name, content)):
        before = snapshot(tmp_path)
        if path.is_dir() or path == Path("/dev/zero"):
            found = scan(path, small)
            assert small.name in found.documents["path"].str.join("").item(), what
        else:
            assert scan(path).documents.height == 1, what
        assert snapshot(tmp_path) == before, what
    found = scan(tmp_path / "tree")
    assert found.documents["text"].to_list() == [TEXT]
    told = dict(found.rejects.select("path", "reason").rows())
    assert {Path(path).name: reason for path, reason in told.items()} == {
        "fifo.txt": "left_out", "loop": "left_out", "zero.txt": "left_out",
        "gone.txt": "unreadable", "self.txt": "unreadable",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["x.txt", "x.jsonl", "x.csv"])
def test_a_line_that_is_too_long_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for module in (lines, text_files):
        for limit in ("MOST_LINE", "WINDOW", "MOST_ARTICLE"):
            if hasattr(module, limit):
                monkeypatch.setattr(module, limit, 1 << 20)
    sound = {"x.txt": PARAGRAPHS[0], "x.jsonl": '{"text": "one two"}', "x.csv": "1,one two"}[name]
    head = "id,text\n" if name == "x.csv" else ""
    content = f"{head}{sound}\n" + "a " * (5 << 20) + f"\n{sound}\n"
    found = scan(write(tmp_path, name, content))
    assert found.documents.height >= 1
    assert found.rejects.height
    assert found.documents["text"].str.len_chars().max() < 1 << 20


def test_finds_of_fuzzing_stay_found() -> None:
    for path in sorted(FINDS.glob("*")):
        found = scan(path)
        assert found.documents.height + found.rejects.height > 0, path.name


def test_a_pipe_that_a_glob_matches_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    write(tmp_path, "x.txt", "The council of Orle agreed to pay for a dredger.")
    found = scan(f"{tmp_path}/*.txt")
    assert found.documents["path"].to_list() == [f"{tmp_path}/x.txt"]
    assert found.rejects.select("path", "reason").rows() == [(f"{tmp_path}/pipe.txt", "left_out")]
