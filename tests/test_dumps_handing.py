"""Texts that a worker hands over: they are those of the file, and a worker that lies is not believed."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from provenance.dumps.columnar import trying
from provenance.dumps.columnar.ahead import Asked, asked_ahead
from provenance.dumps.columnar.giving import Giver
from provenance.dumps.columnar.parquet_format import column_chunks
from provenance.dumps.columnar.taking import Handed
from provenance.dumps.reading import read
from provenance.dumps.workers import Question, Workers
from provenance.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="no memory can be handed over on this system"),
    pytest.mark.usefixtures("cold_workers"),
]

TEXTS = ["The harbour at Quay was closed on Monday.", None, "Ünïted — 港", "", "😀" * 40, "A dredger came by at noon."]
MOST = 1 << 20


@pytest.fixture
def memory() -> Iterator[int]:
    descriptor = os.memfd_create("texts", os.MFD_ALLOW_SEALING)
    yield descriptor
    os.close(descriptor)


def place(descriptor: int) -> str:
    return f"/proc/{os.getpid()}/fd/{descriptor}"


def table(path: Path) -> Path:
    texts = [text for at in range(50) for text in (f"{at} {TEXTS[0]}", *TEXTS[1:])]
    ids = [str(at) for at in range(len(texts))]
    pl.DataFrame({"id": ids, "text": texts}).write_parquet(path, row_group_size=64)
    return path


def test_texts_come_as_they_were_given(memory: int) -> None:
    os.write(memory, b"what a worker wrote that died over it" * 100)
    giver = Giver(place(memory), MOST)
    for batch in (TEXTS[:2], TEXTS[2:]):
        giver.give(pl.Series("text", batch, pl.String))
    size = giver.done()
    assert size == sum(len(text.encode()) for text in TEXTS if text)
    handed = Handed(memory, size, len(TEXTS))
    handed.take()
    assert handed.texts(0, len(TEXTS)).to_list() == TEXTS
    assert handed.texts(2, 5).to_list() == TEXTS[2:5]


@pytest.mark.parametrize("texts", [pl.Series([b"bytes"]), pl.Series(["x" * (MOST + 1)])], ids=["bytes", "too many"])
def test_what_is_not_handed_over_takes_no_memory(memory: int, texts: pl.Series) -> None:
    giver = Giver(place(memory), MOST)
    giver.give(pl.Series(["a text"]))
    giver.give(texts)
    giver.give(pl.Series(["a text"]))
    assert giver.done() is None
    assert os.fstat(memory).st_size == 0


def test_a_file_that_says_it_holds_too_much_is_not_written_to_find_out(
    memory: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, written = tmp_path / "news.parquet", []
    pl.DataFrame({"text": [f"{at:060}" for at in range(100)]}).write_parquet(path)
    with path.open("rb") as stream:
        sizes = sum(chunk.stated[trying.SIZE] for chunk in column_chunks(stream))
    assert 6_000 < sizes < 7_000
    give = Giver.give
    monkeypatch.setattr(Giver, "give", lambda giver, texts: (written.append(len(texts)), give(giver, texts))[1])
    for limit, texts in ((sizes - 1, None), (sizes, 6_000)):
        answer = trying.try_columns(path.read_bytes(), "parquet", None, {}, into=place(memory), most=limit)
        assert answer.get("texts") == texts
    assert written == [100]


def test_texts_for_which_there_is_no_memory_are_not_handed_over() -> None:
    giver = Giver("/dev/full", MOST)
    giver.give(pl.Series(["a text"]))
    assert giver.done() is None


@pytest.mark.parametrize(
    ("octets", "sizes", "size"),
    [
        (b"four", [4], 5),
        (b"four", [3], 4),
        (b"four", [5], 4),
        (b"four", [8, -4], 4),
        (b"four", [1 << 62, 1 << 62, 1 << 62, 1 << 62, 4], 4),
        (b"four", [], 4),
        (b"", [4], -4),
    ],
)
def test_lengths_that_do_not_add_up_are_refused(memory: int, octets: bytes, sizes: list[int], size: int) -> None:
    os.write(memory, octets + bytes(-len(octets) % 8) + np.array(sizes, np.int64).tobytes())
    with pytest.raises(ValueError, match="long as was said"):
        Handed(memory, size, len(sizes)).take()


@pytest.mark.parametrize("sizes", [[5], [2, 3]], ids=["no UTF-8", "cut inside a letter"])
def test_texts_that_are_no_utf_8_are_refused(memory: int, sizes: list[int]) -> None:
    octets = b"ab\xffcd" if len(sizes) == 1 else "aébc".encode()
    os.write(memory, octets + bytes(3) + np.array(sizes, np.int64).tobytes())
    handed = Handed(memory, 5, len(sizes))
    handed.take()
    with pytest.raises(pl.exceptions.PolarsError, match="utf8"):
        handed.texts(0, len(sizes))


def test_what_was_taken_cannot_be_changed(memory: int) -> None:
    giver = Giver(place(memory), MOST)
    giver.give(pl.Series(["a text"]))
    size = giver.done()
    assert size is not None
    with Path(place(memory)).open("r+b") as kept:
        mapped = mmap.mmap(kept.fileno(), 0)
        with pytest.raises(OSError, match="busy"):  # whoever could write it still holds it
            Handed(memory, size, 1).take()
        mapped.close()
        handed = Handed(memory, size, 1)
        handed.take()
        with pytest.raises(PermissionError):
            os.write(kept.fileno(), b"!")
    assert handed.texts(0, 1).to_list() == ["a text"]


def test_a_table_is_read_the_same_with_texts_handed_over_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, taken = str(table(tmp_path / "news.parquet")), []
    monkeypatch.setattr("provenance.dumps.columnar.table_files.BATCH_ROWS", 100)
    take = Handed.take
    monkeypatch.setattr(Handed, "take", lambda handed: (taken.append(handed.rows), take(handed))[1])
    handed = read([path], Settings())
    assert taken == [300]
    monkeypatch.delattr(os, "memfd_create")
    decoded = read([path], Settings())
    assert taken == [300]
    assert handed.documents.equals(decoded.documents)
    assert handed.rejects.equals(decoded.rejects)
    assert handed.documents.height == 200


def test_a_table_of_nothing_but_texts_is_read(tmp_path: Path) -> None:
    path = tmp_path / "news.parquet"
    pl.DataFrame({"text": TEXTS}).write_parquet(path)
    assert read([str(path)], Settings()).documents["text"].to_list() == [text for text in TEXTS if text]


def test_texts_in_memory_that_something_else_holds_are_read_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, held = str(table(tmp_path / "news.parquet")), []
    take = Handed.take

    def take_held(handed: Handed) -> None:
        with Path(place(handed._descriptor)).open("r+b") as kept, mmap.mmap(kept.fileno(), 0) as mapped:
            held.append(mapped)
            take(handed)

    monkeypatch.setattr(Handed, "take", take_held)
    found = read([path], Settings())
    assert len(held) == 1
    assert (found.documents.height, set(found.rejects["reason"])) == (200, {"blank"})


@pytest.mark.parametrize(
    "answer", [{"rows": 300, "texts": 10}, {"rows": 7, "texts": 0}, {"rows": -1, "texts": 1 << 70}]
)
def test_a_worker_that_lies_costs_the_file(tmp_path: Path, answer: dict[str, Any]) -> None:
    path = str(table(tmp_path / "news.parquet"))
    said: Future[Any] = Future()
    said.set_result(answer)
    asked = Asked(Question("columns", {"kind": "parquet"}, b""), os.memfd_create("texts", os.MFD_ALLOW_SEALING), said)
    found = read([path], Settings(), ahead={("parquet", path): asked})
    assert found.documents.height == 0
    assert found.rejects["reason"].to_list() == ["damaged"]


def test_the_first_table_is_asked_of_ahead_and_no_second_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = table(tmp_path / "b.parquet"), table(tmp_path / "a.pq")
    asked_of = []
    begin = Workers.begin
    monkeypatch.setattr(
        Workers, "begin", lambda self, question: (asked_of.append(question.known["place"]), begin(self, question))[1]
    )
    names = [str(tmp_path / "none.parquet"), f"{tmp_path}/./{first.name}", str(second)]
    with asked_ahead(names, Settings(), MOST) as ahead:
        assert list(ahead) == [("parquet", str(first))]
        documents = read(names[1:], Settings(), ahead=ahead).documents
        assert not ahead
    assert asked_of == [str(first), str(second)]
    assert documents.height == 400


@pytest.mark.parametrize(("suffix", "write"), [("arrow", "write_parquet"), ("parquet", "write_ipc")])
def test_a_table_under_the_name_of_another_kind_is_read_as_what_it_is(tmp_path: Path, suffix: str, write: str) -> None:
    path = tmp_path / f"news.{suffix}"
    getattr(pl.read_parquet(table(tmp_path / "table")), write)(path)
    with asked_ahead([str(path)], Settings(), MOST) as ahead:
        found = read([str(path)], Settings(), ahead=ahead)
    assert found.documents.height == 200
    assert set(found.rejects["reason"]) == {"blank"}


def test_whoever_looked_through_a_table_is_gone_when_it_has_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, end = threading.Event(), Workers.end
    seen: list[Workers] = []
    monkeypatch.setattr(Workers, "end", lambda workers: (end(workers), seen.append(workers), ended.set()))
    with asked_ahead([str(table(tmp_path / "a.parquet"))], Settings(), MOST):
        assert ended.wait(60)
        assert [worker._process for worker in seen[0]._all] == [None]


def test_a_table_is_looked_through_where_its_texts_cannot_be_handed_over(tmp_path: Path) -> None:
    content = table(tmp_path / "news.parquet").read_bytes()
    answer = trying.try_columns(content, "parquet", None, {}, into=str(tmp_path / "none"), most=MOST)
    assert answer == {"rows": 300, "pages": [], "bounds": []}


def test_what_nobody_took_is_closed(tmp_path: Path) -> None:
    with asked_ahead([str(table(tmp_path / "a.parquet"))], Settings(), MOST) as ahead:
        (asked,) = ahead.values()
    assert asked.descriptor is not None
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(asked.descriptor)


def loaded_by(module: str) -> set[str]:
    program = f"import sys, {module}; print(*sys.modules)"
    return {*subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()}


def test_asking_ahead_loads_nothing_that_takes_long() -> None:
    assert not loaded_by("provenance.dumps.columnar.ahead") & {"polars", "numpy", "numba", "nanoarrow"}


def test_a_worker_that_reads_tables_loads_no_numpy() -> None:
    assert not loaded_by("provenance.dumps.columnar.trying") & {"numpy", "numba", "nanoarrow"}
