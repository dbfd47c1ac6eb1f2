"""Checksums of Parquet's pages, against pyarrow, which writes them and looks at them."""

from __future__ import annotations

import io
import os
import random
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from provenance.dumps.columnar import parquet_format, table_files
from provenance.dumps.columnar.parquet_bounds import Bounds, Extremes, stated_bounds
from provenance.dumps.columnar.parquet_format import column_chunks
from provenance.dumps.columnar.parquet_sums import wrong_pages
from provenance.dumps.reading import read
from provenance.dumps.sources import opening
from provenance.settings import Settings
from tests.dumps import PARAGRAPHS, scan, write

ROWS = [{"id": str(at), "text": f"{at} {PARAGRAPHS[at % 3]}", "tags": ["a", str(at)]} for at in range(60)]
WAYS: list[dict[str, Any]] = [
    {"compression": "none"},
    {"compression": "snappy", "data_page_version": "2.0", "row_group_size": 25},
    {"compression": "zstd", "use_dictionary": False, "data_page_size": 300, "write_batch_size": 2},
    {"compression": "none", "use_dictionary": False, "row_group_size": 7},
]


def wrong(stream: BinaryIO) -> set[tuple[int, str]]:
    return wrong_pages(stream, column_chunks(stream))


def stated(stream: BinaryIO) -> list[Bounds]:
    return stated_bounds(stream, column_chunks(stream))


def written(**options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), out, **options)
    return out.getvalue()


@pytest.mark.parametrize("way", WAYS)
def test_a_page_is_wrong_where_pyarrow_says_so(way: dict[str, Any]) -> None:
    sound = written(write_page_checksum=True, **way)
    assert not list(wrong(io.BytesIO(sound)))
    chance = random.Random(str(way))
    seen = 0
    for _ in range(60):
        octets = bytearray(sound)
        octets[chance.randrange(4, len(octets) * 3 // 4)] ^= 1 << chance.randrange(8)
        ours = list(wrong(io.BytesIO(bytes(octets))))
        try:
            pq.ParquetFile(io.BytesIO(bytes(octets)), page_checksum_verification=True).read()
            theirs = False
        except (OSError, pa.ArrowInvalid) as error:
            theirs = "CRC" in str(error)
        assert bool(ours) >= theirs
        seen += theirs
    assert seen >= 10


def test_a_changed_letter_is_told_with_its_column_and_the_texts_are_read(tmp_path: Path) -> None:
    sound = written(write_page_checksum=True, compression="none", use_dictionary=False, row_group_size=20)
    at = sound.index(b"45 The council") + 8
    found = scan(write(tmp_path, "x.parquet", sound[:at] + b"k" + sound[at + 1 :]))
    assert found.documents.height == 60
    (told,) = found.rejects.to_dicts()
    assert (told["reason"], told["action"]) == ("damaged", "partial")
    assert "column 'text' in row group 2" in told["detail"]


def test_a_file_without_checksums_or_of_another_format_has_no_wrong_page() -> None:
    plain = written(compression="none")
    for octets in (
        plain,
        plain.replace(b"council", b"councik"),
        b"",
        b"PAR1",
        plain[:-9],
        b"x" * 5000 + b"PAR1",
        b"\xff" * 99,
    ):
        assert not list(wrong(io.BytesIO(octets)))


def test_what_lies_over_each_other_or_holds_nothing_does_not_run_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = written(write_page_checksum=True)
    monkeypatch.setattr(parquet_format, "MOST_PAGES", 2)
    at = sound.index(b"council")
    assert len(list(wrong(io.BytesIO(sound[:at] + b"k" + sound[at + 1 :])))) <= 1


def extremes(octets: bytes, rows: int) -> list[tuple[int, str]]:
    """The wrong bounds of a file that is read in batches of so many rows."""
    frame = pl.read_parquet(io.BytesIO(octets))
    found = Extremes(stated(io.BytesIO(octets)), {name: name for name in frame.columns})
    for batch in frame.iter_slices(rows):
        found.add(batch)
    return sorted(found.wrong())


@pytest.mark.parametrize("way", [*WAYS, {"write_page_index": True}, {"write_statistics": ["id"]}])
@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_bounds_that_pyarrow_states_are_those_of_the_texts(way: dict[str, Any], rows: int) -> None:
    octets = written(**way)
    assert stated(io.BytesIO(octets))
    assert extremes(octets, rows) == []


def test_bounds_of_polars_nulls_and_empty_texts_are_those_of_the_texts() -> None:
    frame = pl.DataFrame({"text": [None, "", "ü", "\U0010ffff", "z", None, None, None, "a"] * 5, "x": [None] * 45})
    out = io.BytesIO()
    frame.write_parquet(out, statistics="full", row_group_size=4, data_page_size=1)
    assert len(stated(out)) > 2 * 45 // 4
    assert extremes(out.getvalue(), 4) == extremes(out.getvalue(), 3) == []


@pytest.mark.parametrize("group", [1, 2])
@pytest.mark.parametrize("end", ["least", "greatest"])
@pytest.mark.parametrize("find", [bytes.find, bytes.rfind])  # a page's header, which stands first, and the footer
def test_a_bound_written_over_is_told_with_its_column(tmp_path: Path, group: int, end: str, find: Any) -> None:
    sound = written(compression="snappy", row_group_size=20, use_dictionary=False, write_page_checksum=True)
    said = [one for one in stated(io.BytesIO(sound)) if (one.row_group, one.column) == (group, "text")]
    assert len(said) == 2
    place = find(sound, getattr(said[0], end)) + 4
    octets = sound[:place] + b"k" + sound[place + 1 :]
    assert octets != sound
    assert pl.read_parquet(io.BytesIO(octets)).equals(pl.read_parquet(io.BytesIO(sound)))
    found = scan(write(tmp_path, "x.parquet", octets))
    assert found.documents.height == 60
    (told,) = found.rejects.to_dicts()
    assert (told["reason"], told["action"]) == ("damaged", "partial")
    assert f"text stated of column 'text' in row group {group}" in told["detail"]


def test_a_bound_that_was_cut_off_holds_where_it_says_that_it_is_not_a_text() -> None:
    bounds = Bounds(0, 0, 2, "text", b"bc", b"y", least_is_exact=False, greatest_is_exact=False)
    for change, is_wrong in (
        ({}, False),
        ({"least": b"bb"}, False),
        ({"least": b"bd"}, True),
        ({"least": b"bb", "least_is_exact": True}, True),
        ({"greatest": b"\xff"}, False),
        ({"greatest": b"x"}, True),
        ({"greatest": b"z", "greatest_is_exact": True}, True),
    ):
        found = Extremes([bounds._replace(**change)], {"body": "text"})
        found.add(pl.DataFrame({"body": ["bc", "y", "outside"]}))
        assert bool(found.wrong()) == is_wrong, change


def test_of_a_file_that_fails_behind_its_first_rows_those_are_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    frame = pl.DataFrame({"text": [f"{at} {PARAGRAPHS[at % 3]}" for at in range(40_000)]})
    frame.write_parquet(out, compression="zstd", row_group_size=20_000)
    octets = bytearray(out.getvalue())
    octets[len(octets) * 6 // 10 : len(octets) * 7 // 10] = random.Random(1).randbytes(len(octets) // 10)
    found = scan(write(tmp_path, "x.parquet", bytes(octets)))
    (told,) = found.rejects.to_dicts()
    assert told["reason"] == "damaged"
    assert found.documents["text"].to_list() == frame["text"].head(found.documents.height).to_list()
    assert told["action"] == ("partial" if found.documents.height else "skipped")


def test_a_file_without_a_name_is_read_as_one_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "MOST_SENT", 100)
    found = scan("-", stdin=written())
    assert found.documents.height == 60
    assert not found.rejects.height


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_name_that_means_something_to_polars_is_a_name(tmp_path: Path, kind: str) -> None:
    frame = pl.DataFrame({"id": ["1"], "text": ["The council agreed on Tuesday to pay for a second dredger."]})
    octets = io.BytesIO()
    frame.write_parquet(octets) if kind == "parquet" else frame.write_ipc(octets)
    names = (b"a[1]", b"a*", b"a?", b"{a}", b"file:", b"[2020]/a", b"id=5/a", b"~", b"$HOME", b"b\xff")
    for name in names:
        place = tmp_path / os.fsdecode(name + b"." + kind.encode())
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(octets.getvalue())
        run = read([str(place)], Settings())
        assert (run.documents["doc_id"].to_list(), run.rejects.rows()) == (["1"], []), name
    assert read([str(tmp_path)], Settings()).documents.height == len(names)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system has no names for files without one")
def test_what_came_through_a_pipe_is_neither_copied_nor_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Report {at} of the council: it agreed to pay for a second dredger." for at in range(1000)]
    pl.DataFrame({"text": texts}).write_parquet(tmp_path / "a.parquet")
    monkeypatch.setattr(opening, "SPOOL", 1000)
    monkeypatch.setattr(table_files, "MOST_SENT", 1000)
    monkeypatch.setattr(table_files.shutil, "copyfileobj", None)
    with (tmp_path / "a.parquet").open("rb") as stdin:
        run = read(["-"], Settings(), stdin)
    assert run.documents["text"].to_list() == texts
    assert run.rejects.height == 0


@pytest.mark.parametrize("compression", [None, "zstd"])
def test_a_stream_of_arrow_is_read_under_the_name_of_a_file(tmp_path: Path, compression: str | None) -> None:
    """As data sets come: each was a reject, "its first bytes are wrong"."""
    table, out = pa.Table.from_pylist([{**row, "meta": {"url": "https://q.example"}} for row in ROWS]), io.BytesIO()
    with pa.ipc.new_stream(out, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as stream:
        for batch in table.to_batches(max_chunksize=7):
            stream.write_batch(batch)
    whole = write(tmp_path, "data-00000-of-00001.arrow", out.getvalue())
    found = scan(whole)
    assert found.documents.sort(pl.col("doc_id").cast(pl.Int64))["text"].to_list() == [row["text"] for row in ROWS]
    assert found.documents["url"].unique().to_list() == ["https://q.example"]
    assert found.rejects.is_empty()
    inside = found.documents.drop("path")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.write(whole, "a.arrow")
    assert scan(tmp_path / "a.zip").documents.drop("path").equals(inside)
    broken = scan(write(tmp_path, "b.arrow", out.getvalue()[: len(out.getvalue()) * 2 // 3]))
    assert broken.rejects["reason"].to_list() == ["damaged"]


@pytest.mark.parametrize("where", ["url", "tags", "meta"])
def test_a_stream_of_arrow_with_what_is_no_utf_8_is_damaged(tmp_path: Path, where: str) -> None:
    """Polars takes what is imported for UTF-8: the scan died of such an address, without a line of its own."""
    rows = [{**row, "url": "https://~", "tags": ["~"], "meta": {"section": "~"}} for row in ROWS]
    rows = [{name: value for name, value in row.items() if name in ("text", where)} for row in rows]
    table, out = pa.Table.from_pylist(rows), io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    assert b"~" in out.getvalue()
    found = scan(write(tmp_path, "a.arrow", out.getvalue().replace(b"~", b"\xff")))
    assert found.rejects["reason"].to_list() == ["damaged"]
    assert found.documents.is_empty()
