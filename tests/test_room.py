"""Arrays and texts in files without a name: what comes back is what went in, small or large."""

from __future__ import annotations

import errno
import itertools
import os
import threading
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from provenance import room
from provenance.cli.scan import say_needs
from provenance.errors import OutputError
from provenance.pipeline import Needs, find_needs, scan
from provenance.settings import Settings

only_linux = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(),
    reason="only Linux tells a process how much of it is resident (/proc/self/statm)",
)

TEXTS = ["", "é", "a text", "twelve bytes", "thirteen byte", "\0", "long " * 5_000, "😀" * 3_000]


@pytest.fixture(params=[0, room.SMALL], ids=["in files", "in memory"])
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How much stays in memory."""
    monkeypatch.setattr(room, "SMALL", request.param)
    monkeypatch.setattr(room, "HELD", request.param)
    return int(request.param)


def test_a_column_is_what_was_appended(small: int) -> None:
    column = room.Column(np.uint32, 3)
    parts = [np.arange(12, dtype=np.uint32).reshape(-1, 3) + step for step in range(5)]
    for part in parts:
        column.append(part)
    before = room.held()
    found = column.done()
    assert found.tolist() == np.concatenate(parts).tolist()
    assert (room.held() > before) == (small == 0)
    found[0] = 7  # kernels are compiled for arrays that can be written to
    assert found[0].tolist() == [7, 7, 7]


def test_an_empty_column_has_its_type(small: int) -> None:
    assert room.Column(np.int32).done().dtype == np.int32
    assert room.Column(np.int32, 4).done().shape == (0, 4)
    assert room.zeros(0, np.int64).size == 0
    assert small >= 0


def test_zeros_are_zeros_and_keep_what_is_written(small: int) -> None:
    array = room.zeros(10_000, np.int32)
    assert not array.any()
    array[:] = np.arange(10_000)
    room.release()
    assert array.tolist() == list(range(10_000))
    assert small >= 0


def test_what_is_read_here_and_there_is_found_by_any_part_of_it(small: int) -> None:
    array = room.zeros(10_000, np.int32)
    part = array.reshape(-1, 10)[7:, 1]
    assert (room._area_of(part) is not None) == (small == 0)
    with room.scattered(part), room.scattered():
        part[:] = 3
    assert array.sum() == 3 * part.size


@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_texts_come_back_in_any_order(small: int, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PIECE", piece)
    texts = room.Texts()
    texts.put(pl.Series(TEXTS[:3]))
    texts.put(pl.Series([], dtype=pl.String))
    texts.put(pl.Series(TEXTS[3:]))
    rows = np.random.default_rng(1).permutation(len(TEXTS))
    series = texts.series(rows)
    room.release()
    assert series.name == "text"
    assert series.to_list() == [TEXTS[row] for row in rows]
    assert series.sort().to_list() == sorted(TEXTS)
    assert small >= 0


def test_no_texts_are_no_texts() -> None:
    assert room.Texts().series(np.empty(0, np.int64)).to_list() == []


def test_files_have_no_name_and_lie_where_they_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SMALL", 0)
    if not os.path.isdir("/proc/self/fd"):  # noqa: PTH112  only Linux lists them
        pytest.skip("this system does not list open files")
    with room.within(1_000, tmp_path):
        array = room.zeros(10, np.int64)
        open_files = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]  # noqa: PTH208
        assert any(name.startswith(str(tmp_path)) for name in open_files)
        assert list(tmp_path.iterdir()) == []
    assert array.tolist() == [0] * 10


def test_a_full_disk_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(room, "SMALL", 0)
    monkeypatch.setattr(os, "posix_fallocate", full)
    with room.within(1_000, tmp_path), pytest.raises(OutputError, match=r"no room for 8 MB of working files"):
        room.zeros(1 << 20, np.int64)


def test_a_folder_that_takes_no_files_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SMALL", 0)
    with room.within(1_000, tmp_path / "none"), pytest.raises(OutputError, match="takes no working files"):
        room.zeros(10, np.int64)


@only_linux
def test_pages_leave_memory_when_it_holds_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(room, "SMALL", 0)
    monkeypatch.setattr(room, "release", released.set)
    array = room.zeros(1 << 20, np.uint8)
    array[:] = 1
    with room.within(1):
        assert released.wait(30)
    assert array.all()


@only_linux
@pytest.mark.parametrize(("over", "stays"), [(1.1, True), (1.4, False)])
def test_what_is_read_here_and_there_stays(over: float, stays: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, told = threading.Event(), list[list[room._Area]]()
    page, looks = os.sysconf("SC_PAGE_SIZE"), itertools.count()

    def advise(areas: list[room._Area], name: str) -> None:
        if name == "MADV_DONTNEED":
            told.append(list(areas))

    def pages(_: object) -> tuple[int, int]:
        if not (room._in_hand and told):  # before and behind what is looked at
            return 0, 0
        look = next(looks)
        if look > 6:
            looked.set()
        resident = int(over * 10**8) // page
        return resident, 0 if look == 1 else resident - 1  # nothing is shared when all is released

    monkeypatch.setattr(room, "SMALL", 0)
    monkeypatch.setattr(room, "_advise", advise)
    monkeypatch.setattr(room, "_pages", pages)
    one, two = room.zeros(1 << 20, np.uint8), room.zeros(1 << 20, np.uint8)
    areas = [room._area_of(one), room._area_of(two)]
    with room.within(100), room.scattered(one):
        assert looked.wait(30)
    first, *later, last = [[area in some for area in areas] for some in told if any(area in some for area in areas)]
    assert first == [False, True]  # to make room for what is taken in hand
    assert later[0] == [True, True]  # once all, to learn what stays
    assert {tuple(some) for some in later[1:]} == {(not stays, True)}
    assert last == [True, False]  # and what was in hand when that is done with
    assert not room._in_hand


def test_a_scan_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SMALL", 1_000)
    frame = pl.DataFrame({"text": [f"{number} " + "some words of no great length. " * 20 for number in range(10)]})
    told: list[Needs] = []
    run = scan(frame, needing=told.append)
    assert told[0].documents == 10
    assert run.facts["needs"]["memory_mb"] == told[0].memory == 250
    assert find_needs(frame, Settings(level="document")).files <= told[0].files
    line = say_needs(Needs(3_000_000, 7_000, 12_000, 36_000), Path("/there"), 35_000)
    assert line == (
        "3,000,000 articles, 7,000 MB of text: needs about 12,000 MB of memory and 36,000 MB for working files in "
        "/there, where only 35,000 MB are free"
    )


@pytest.mark.parametrize(
    ("level", "most", "needs"),
    [
        ("passage", 0, Needs(100_000, 6, 250 + 400, 29 + 51)),
        ("passage", 6 * 10**6, Needs(100_000, 6, 250 + 400 + 6, 29 + 51 - 6)),
        ("passage", 6 * 10**6 - 1, Needs(100_000, 6, 250 + 400, 29 + 51)),
        ("document", 0, Needs(100_000, 6, 250 + 50, 6 + 51)),
        ("document", 6 * 10**6, Needs(100_000, 6, 250 + 50 + 6, 51)),
    ],
)
def test_needs_are_reckoned_by_the_article_and_by_the_word(
    monkeypatch: pytest.MonkeyPatch, level: str, most: int, needs: Needs
) -> None:
    """4 KB of memory an article (.5 of whole ones), 23 bytes of files a word; text waits in files or is held."""
    monkeypatch.setattr(room, "most_text", lambda: most)
    frame = pl.DataFrame({"text": ["words " * 10] * 100_000})
    monkeypatch.setattr(room, "SMALL", 6 * 10**6 - 1)
    assert find_needs(frame, Settings(level=level, num_perm=128)) == needs
    monkeypatch.setattr(room, "SMALL", 6 * 10**6)
    assert find_needs(frame, Settings(level=level, num_perm=128)) == needs._replace(files=0)


@pytest.mark.parametrize("level", ["document", "passage"])
def test_files_change_no_result(level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Path(__file__).resolve().parent.parent / "corpus"
    settings = Settings(level=level, exhaustive_documents=0)
    before = scan([str(corpus)], settings)
    monkeypatch.setattr(room, "SMALL", 0)
    monkeypatch.setattr(room, "most_text", lambda: 0)
    with room.within(100, tmp_path):
        after = scan([str(corpus)], settings)
    for name in before.made:
        assert before.table(name).equals(after.table(name)), name
