"""A file without what repeats: what stays and what went together are the input, to the byte, in its own format."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
import zstandard

from provenance import tables
from provenance.dumps.pieces import split_lines, split_table
from tests.cleaning import FORMATS, ONE, OTHER, PLAIN, RECORDS
from tests.commands import call, said, write_lines
from tests.strategies import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("bare_folder")


def as_json() -> bytes:
    return ("[\n  " + ",\n  ".join(json.dumps(record) for record in RECORDS) + "\n]\n").encode()


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_record_file_is_rebuilt_to_the_byte(name: str, packed: str) -> None:
    octets = FORMATS[name]
    pack: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}
    unpack: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.decompress, ".zst": zstandard.decompress}
    Path(f"{name}{packed}").write_bytes(pack[packed](octets))
    out = f"clean{Path(name).suffix}{packed}"
    # a row of too few cells and a line that is no JSON are rejects, and pass as they are
    assert call("clean", f"{name}{packed}", "-o", out, "--keep", "first", "-q").exit_code == 3
    raw = Path(out).read_bytes()
    clean = zstandard.ZstdDecompressor().decompressobj().decompress(raw) if packed == ".zst" else unpack[packed](raw)
    gone = pl.read_parquet("clean.removals.parquet")
    assert gone.schema == tables.REMOVALS
    assert gone.select("doc_id", "reason", "counterpart").rows() == [
        ("c", "near_duplicate", "a"),
        ("d", "duplicate", "a"),
    ]
    lost = dict(gone.select("row", "record").iter_rows())
    suffix = Path(name).suffix[1:]
    file = io.BytesIO(octets)
    pieces = list(split_lines(file) if suffix == "jsonl" else split_table(file, "utf-8", suffix, PLAIN)[1])
    assert b"".join(piece.octets for piece in pieces) == octets
    assert clean == b"".join(piece.octets for piece in pieces if piece.record not in lost)
    assert all(piece.octets == lost[piece.record] for piece in pieces if piece.record in lost)
    assert call("clean", out, "-o", f"again{Path(name).suffix}", "--keep", "first", "-q").exit_code == 3
    assert pl.read_parquet("again.removals.parquet").is_empty()


def test_json_lists_and_parquet_keep_their_records() -> None:
    Path("d.json").write_bytes(as_json())
    assert call("clean", "d.json", "-o", "clean.json", "--keep", "first", "-q").exit_code == 0
    kept = json.loads(Path("clean.json").read_bytes())
    assert kept == [record for record in RECORDS if record["id"] not in "cd"]
    gone = pl.read_parquet("clean.removals.parquet")
    assert [json.loads(record) for record in gone["record"]] == RECORDS[2:4]
    whole = pl.DataFrame({name: [record[name] for record in RECORDS] for name in ("id", "text")}).with_row_index("n")
    whole.write_parquet("d.parquet")
    assert call("clean", "d.parquet", "-o", "rows.parquet", "--keep", "first", "-q").exit_code == 0
    assert pl.read_parquet("rows.parquet").equals(whole.filter(~pl.col("id").is_in(["c", "d"])))
    gone = pl.read_parquet("rows.removals.parquet")
    assert pl.concat([pl.read_ipc_stream(io.BytesIO(record)) for record in gone["record"]]).equals(whole[2:4])


TEXTS = (
    "The Orle Post\n\nQuay to close until May\n\nBy Jo Doe\n2024-05-01\n\n{}\n\n\n\n"
    "Mayor goes home\n\nBy Al Roe\n2024-05-02\n\n{}\n\n\n\n"
    "Quay to close until May\n\nBy Jo Doe\n2024-05-01\n\n{}\n"
)


def test_of_a_json_file_the_records_go_and_nothing_else() -> None:
    twice = [{"id": "a", "text": ONE}, {"id": "b", "text": ONE}, {"id": "c", "text": OTHER}]
    value = {"tags": [1, 2, 3, 4], "data": {"list": twice}, "list": [{"n": 1}, {"n": 2}, {"n": 3}]}
    for whole in (value, twice):
        Path("a.json").write_text(json.dumps(whole))
        assert call("clean", "a.json", "-o", "out.json", "--keep", "first", "-q").exit_code == 0
        left = json.loads(Path("out.json").read_text())
        assert left == json.loads(json.dumps(whole).replace(json.dumps(twice), json.dumps([twice[0], twice[2]])))
    Path("b.json").write_text(json.dumps({"some": twice[:1], "more": twice[1:]}))
    refused = call("clean", "b.json", "-o", "two.json", "--keep", "first")
    assert refused.exit_code == 2
    told = "two.json: would hold jsonl, as which b.json (records in several places) is written; name it two.jsonl"
    assert told in refused.stderr
    assert call("clean", "b.json", "-o", "two.jsonl", "--keep", "first", "-q").exit_code == 0
    assert [json.loads(line)["doc_id"] for line in Path("two.jsonl").read_text().splitlines()] == ["a", "c"]
    Path("c.json").write_text(json.dumps(twice[0], indent=1) + "\n")
    assert call("clean", "a.json", "c.json", "-o", "both", "--keep", "first", "-q").exit_code == 0
    assert not Path("both", "c.json").exists()


def test_records_in_a_file_called_text_stay_in_one() -> None:
    rows = "".join(json.dumps({"id": number, "text": SENTENCES[0]}) + "\n" for number in range(3))
    Path("rows.txt").write_text(rows)
    call("clean", "rows.txt", "-o", "kept.txt")
    assert Path("kept.txt").read_text() == rows.splitlines(keepends=True)[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_dump_is_rebuilt_to_the_byte(encoding: str) -> None:
    long = f"{ONE} {SENTENCES[3]} Été à Orle, déjà vu."
    octets = TEXTS.format(long, f"{OTHER} {SENTENCES[2]} Été.", long).encode(encoding)
    Path("d.txt").write_bytes(octets)
    assert call("clean", "d.txt", "-o", "clean.txt", "--keep", "first", "-q").exit_code == 0
    gone = pl.read_parquet("clean.removals.parquet")
    assert gone.select("doc_id", "row", "reason", "counterpart").rows() == [("d.txt#3", 2, "near_duplicate", "d.txt#1")]
    clean = Path("clean.txt").read_bytes()
    assert clean + gone["record"][0] == octets


@pytest.mark.parametrize(
    ("suffix", "unpack"), [(".bz2", bz2.decompress), (".xz", lzma.decompress), (".gz", gzip.decompress)]
)
def test_what_is_named_packed_is_packed(suffix: str, unpack: Callable[[bytes], bytes]) -> None:
    write_lines("a.jsonl", {"id": "a", "text": ONE}, {"id": "b", "text": ONE})
    kept = Path("a.jsonl").read_bytes().splitlines(keepends=True)[0]
    assert call("clean", "a.jsonl", "-o", f"out.jsonl{suffix}", "--keep", "first").exit_code == 0
    assert unpack(Path(f"out.jsonl{suffix}").read_bytes()) == kept
    assert call("clean", f"out.jsonl{suffix}", "-o", "again", "--keep", "first").exit_code == 0
    assert Path("again").read_bytes() == kept


def test_a_file_without_an_article_is_written_as_it_is() -> None:
    """Whoever takes OUT up must not find yesterday's."""
    write_lines("blank.jsonl", {"id": "a", "text": None}, {"id": "b", "text": "  "})
    Path("empty.jsonl").write_bytes(b"")
    Path("header.csv").write_bytes(b"id,text\r\n")
    Path("white.txt").write_bytes(b"\n \n")
    Path("empty.json").write_bytes(b"[]\n")
    for passages in ("keep", "drop"):
        for path in sorted(Path().iterdir()):
            Path("out").mkdir(exist_ok=True)
            result = call("clean", path.name, "-o", f"out/{path.name}", "--passages", passages)
            assert result.exit_code == (0 if path.name == "blank.jsonl" else 3), result.stderr
            assert Path("out", path.name).read_bytes() == path.read_bytes(), (path.name, passages)
        shutil.rmtree("out")
    frame = pl.DataFrame({"text": [None, None], "n": [1, 2]}, schema={"text": pl.String, "n": pl.Int64})
    frame.write_parquet("blank.parquet")
    Path("other.csv").write_bytes(b"name,age\nx,1\n")
    assert call("clean", "blank.parquet", "empty.jsonl", "other.csv", "-o", "out").exit_code == 3
    assert {path.name for path in Path("out").glob("[!.]*")} == {"blank.parquet", "empty.jsonl"}
    assert pl.read_parquet("out/blank.parquet").equals(frame)


def test_a_dump_of_many_formats_is_clean_after_one_run(corpus: Path) -> None:
    assert call("clean", str(corpus), "-o", "out", "-q").exit_code == 0
    result = call("clean", "out", "-o", "again")
    assert said(result)[-1].startswith("read 64, kept 64, removed 0,")
    for path in Path("out").iterdir():
        if path.suffix != ".parquet":
            assert path.read_bytes() == Path("again", path.name).read_bytes(), path.name
