"""Nothing half-written, nothing lost: what a run leaves behind when something goes wrong."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from provenance.errors import OutputError, UsageError
from provenance.reports import writing
from provenance.reports.exporting import FORMATS, export
from provenance.reports.leftovers import ASIDE, claim
from provenance.reports.placing import Unfinished
from provenance.reports.runs import Run
from provenance.tables import WRITTEN
from tests.runs import hand_made

if TYPE_CHECKING:
    from collections.abc import Callable


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    run = hand_made()
    run.write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(writing.NAMES)
    again = Run.read(tmp_path)
    for name in WRITTEN:
        assert again.table(name).equals(run.table(name)), name
    assert again.facts == run.facts


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        hand_made().write(tmp_path / name)
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_failure_while_writing_leaves_the_old_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    hand_made().write(tmp_path)
    before = snapshot(tmp_path)

    def fail(frame: pl.DataFrame, path: Path, **_: object) -> None:
        path.write_bytes(b"half")
        if "cohesion" in frame.columns:
            raise failure

    monkeypatch.setattr(pl.DataFrame, "write_parquet", fail)
    with pytest.raises(OutputError if isinstance(failure, OSError) else KeyboardInterrupt):
        hand_made().write(tmp_path)
    assert snapshot(tmp_path) == before


def test_an_interrupt_between_two_renames_waits_for_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_made().write(tmp_path, report=False)
    rename = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        signal.raise_signal(signal.SIGINT)
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        hand_made().write(tmp_path)
    assert Run.read(tmp_path).facts["counts"] == hand_made().facts["counts"]
    assert {path.name for path in tmp_path.iterdir()} == set(writing.NAMES)


def test_run_json_is_renamed_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    rename = Path.replace

    def watched(self: Path, target: Path) -> Path:
        order.append(target.name)
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    hand_made().write(tmp_path)
    assert order == list(writing.NAMES)


@pytest.mark.parametrize("write", [Run.write, partial(export, kind="csv")], ids=["a run", "an export"])
def test_a_file_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Run, Path], object]
) -> None:
    synced: set[int] = set()
    rename, sync = Path.replace, os.fsync

    def watched(self: Path, target: Path) -> Path:
        assert self.stat().st_ino in synced, target
        return rename(self, target)

    def noted(descriptor: int) -> None:
        sync(descriptor)
        synced.add(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(Path, "replace", watched)
    monkeypatch.setattr(os, "fsync", noted)
    write(hand_made(), tmp_path)
    assert {path.stat().st_ino for path in (tmp_path, *tmp_path.iterdir())} <= synced


def test_a_table_that_a_later_run_does_not_make_goes(tmp_path: Path) -> None:
    run = hand_made()
    run.write(tmp_path)
    fewer = ["documents", "rejects", "matches"]
    Run.of({name: run.table(name) for name in fewer}, run.facts | {"tables": fewer}).write(tmp_path, report=False)
    assert {path.name for path in tmp_path.iterdir()} == {"run.json", *(f"{name}.parquet" for name in fewer)}


def test_files_of_others_stay(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "measured").mkdir()
    hand_made().write(tmp_path)
    hand_made().write(tmp_path)
    assert (tmp_path / "README.md").read_text() == "mine"
    assert (tmp_path / "measured").is_dir()


@pytest.mark.parametrize("name", ["spans.parquet", "report.html", "run.json"])
def test_a_foreign_file_under_our_name_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("somebody else's")
    for attempt in (writing.check_folder, hand_made().write):
        with pytest.raises(OutputError, match=rf"{re.escape(name)}: was not written by a run of this folder"):
            attempt(tmp_path)
    assert snapshot(tmp_path) == {name: b"somebody else's"}


def test_a_foreign_file_beside_a_run_is_an_error(tmp_path: Path) -> None:
    hand_made().write(tmp_path, report=False)
    (tmp_path / "report.html").write_text("somebody else's")
    with pytest.raises(OutputError, match=r"report\.html"):
        hand_made().write(tmp_path)


def test_what_a_killed_run_left_aside_is_removed_and_a_live_one_s_is_not(tmp_path: Path) -> None:
    live = claim(tmp_path, Path.mkdir)
    dead = tmp_path / f"{ASIDE}0123"
    dead.mkdir()
    for place in (dead, live.place):
        (place / "spans.parquet").write_bytes(b"half")
    hand_made().write(tmp_path)
    assert [place for place in tmp_path.iterdir() if place.name.startswith(ASIDE)] == [live.place]
    live.release()
    assert not live.place.exists()


def test_files_that_a_killed_run_left_in_folders_are_removed_and_a_live_one_s_are_not(tmp_path: Path) -> None:
    """A run over a folder of folders holds one place, above all that it writes."""
    holding = (
        "import sys; from pathlib import Path; from provenance.reports.placing import Unfinished\n"
        "root = Path(sys.argv[1])\n"
        "with Unfinished(folder=root) as one:\n"
        "    for name in ('a', 'deep/er/b'):\n"
        "        one.begin(root / name, name, inside=True).write_bytes(b'half')\n"
        "    print('here', flush=True); sys.stdin.read()\n"
    )
    root, below = tmp_path / "out", tmp_path / "out" / "deep" / "er"
    command = [sys.executable, "-c", holding, str(root)]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, stdin=pipe, stdout=pipe) as live,
        subprocess.Popen(command, stdin=pipe, stdout=pipe) as dead,
    ):
        for process in (live, dead):
            assert process.stdout is not None
            assert process.stdout.readline() == b"here\n"
        places = {*root.glob(f"{ASIDE}*"), *below.glob(f"{ASIDE}*")}
        assert len(places) == 6
        dead.kill()
        dead.wait()
        for folder, left in ((below, 5), (root, 3)):
            with Unfinished() as one:
                one.begin(folder / "mine", "mine").write_bytes(b"whole")
                one.finish()
            assert len({*root.glob(f"{ASIDE}*"), *below.glob(f"{ASIDE}*")}) == left
        assert live.stdin is not None
        live.stdin.close()
        assert live.wait() == 0
    assert snapshot(root) == {"mine": b"whole", "deep/er/mine": b"whole"}


def test_what_has_appeared_is_not_looked_for_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large page is hundreds of files: each was removed once more under the name that it was written by."""
    looked: list[Path] = []
    unlink = Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda path, **how: (looked.append(path), unlink(path, **how)))
    with Unfinished() as one:
        for name in ("mine", "unwanted"):
            one.begin(tmp_path / name, name).write_bytes(b"whole")
        one.leave_out(tmp_path / "unwanted")
        (held,) = tmp_path.glob(f"{ASIDE}????????????????")
        one.finish()
    assert looked == [tmp_path / "unwanted", tmp_path / f"{held.name}-1", held]
    assert snapshot(tmp_path) == {"mine": b"whole"}


def test_without_locks_nothing_is_taken_for_a_leftover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    left = tmp_path / f"{ASIDE}0123"
    left.touch()
    monkeypatch.setattr("fcntl.flock", refuse)
    with Unfinished() as one:
        one.begin(tmp_path / "mine", "mine").write_bytes(b"whole")
        one.finish()
    assert snapshot(tmp_path) == {"mine": b"whole", left.name: b""}


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_a_folder_that_cannot_be(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("a file")
    for attempt in (writing.check_folder, hand_made().write):
        with pytest.raises(OutputError, match=r"cannot be written \((file exists|not a directory)\); give another"):
            attempt(tmp_path / where)
    assert snapshot(tmp_path) == {"file": b"a file"}


def test_asking_whether_a_folder_will_do_leaves_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    make = Path.mkdir

    def watched(self: Path, *given: Any, **named: Any) -> None:
        made.append(self)
        make(self, *given, **named)

    monkeypatch.setattr(Path, "mkdir", watched)
    writing.check_folder(tmp_path / "deep" / "er")
    assert list(tmp_path.iterdir()) == []
    # a folder made and removed again would vanish under another run that asks at the same time
    assert [place.name.startswith(ASIDE) for place in made] == [True]


def test_a_folder_s_name_that_is_too_long_or_leads_nowhere_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for name in ("n" * 300, "nowhere"):
        with pytest.raises(OutputError, match="cannot be written"):
            writing.check_folder(tmp_path / name)


def test_changed_and_broken_tables_are_not_read(tmp_path: Path) -> None:
    hand_made().write(tmp_path)
    octets = bytearray((tmp_path / "spans.parquet").read_bytes())
    octets[len(octets) // 2] ^= 1
    (tmp_path / "spans.parquet").write_bytes(octets)
    with pytest.raises(
        UsageError, match=r"spans\.parquet: is not the file that run\.json lists; run `provenance scan`"
    ):
        Run.read(tmp_path)
    (tmp_path / "spans.parquet").unlink()
    with pytest.raises(UsageError, match=r"spans\.parquet: cannot be read"):
        Run.read(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", json.dumps({"program": "another"})])
def test_a_run_json_that_is_not_ours_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(UsageError, match=r"run\.json"):
        Run.read(tmp_path)
    with pytest.raises(OutputError, match=r"run\.json"):
        hand_made().write(tmp_path)


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError("disk full")])
def test_a_failure_while_exporting_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail(frame: pl.DataFrame, path: Path, **_: object) -> None:
        path.write_bytes(b"half")
        if "identity" in frame.columns:
            raise failure

    monkeypatch.setitem(FORMATS, "csv", fail)
    with pytest.raises((OutputError, KeyboardInterrupt), match=r"\(disk full\)|^$"):
        export(hand_made(), tmp_path / "new", "csv", ["rejects", "spans"])
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_export_takes_the_place_of_an_export_and_of_nothing_else(tmp_path: Path, kind: str) -> None:
    for _ in range(2):
        export(hand_made(), tmp_path, kind)
    before = snapshot(tmp_path)
    (tmp_path / f"spans.{kind}").write_text('{"mine": 1}\n', encoding="utf-8")
    with pytest.raises(OutputError, match=rf"spans\.{kind}: was not written by this command"):
        export(hand_made(), tmp_path, kind)
    assert snapshot(tmp_path) == before | {f"spans.{kind}": b'{"mine": 1}\n'}
