"""Whatever is given as input is read, or becomes a reject that says why; nothing aborts and nothing is lost."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.dumps.labels.identity import name_documents
from provenance.dumps.reading import read_frame
from provenance.dumps.rejects import is_partial
from provenance.errors import InputError, UsageError
from provenance.settings import Settings
from tests.dumps import TEXT, scan, write

LABELS = ("id", "Body", "pub_date", "source", "headline", "link")
QUOTED = 'Drågen – øl, "quoted" and, comma\nand line'
ROWS = [
    dict(zip(LABELS, row, strict=True))
    for row in (
        ("a1", TEXT, "2020-03-04T11:00:00Z", "Quay Post", "One", "https://q.example/1"),
        (7, QUOTED, "Wed, 04 Mar 2020 11:00:00 +0000", "Quay Post", "Two", None),
        (None, "\u0000nul and \u200fright to left", "soon", None, None, None),
    )
]


def rows_as(form: str) -> bytes:
    if form == "jsonl":
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode()
    if form == "json":
        return json.dumps({"status": "ok", "articles": ROWS}, indent=1).encode()
    frame = pl.DataFrame(
        [{name: value if value is None else str(value) for name, value in row.items()} for row in ROWS]
    )
    out = io.BytesIO()
    if form == "parquet":
        frame.write_parquet(out)
    else:
        frame.write_csv(out, separator="\t" if form == "tsv" else ",")
    return out.getvalue()


PACK = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}


@pytest.mark.parametrize("packed", PACK)
@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "tsv", "parquet"])
def test_every_format_gives_the_same_documents(tmp_path: Path, form: str, packed: str) -> None:
    path = write(tmp_path, f"rows.{form}{packed}", PACK[packed](rows_as(form)))
    found = scan(path)
    documents = found.documents.sort("doc_id")
    assert not found.rejects.height
    assert set(documents["doc_id"]) == {"a1", "7", f"{path}#3"}
    by_id = {row["doc_id"]: row for row in documents.to_dicts()}
    assert [by_id[name]["text"] for name in ("a1", "7", f"{path}#3")] == [row["Body"] for row in ROWS]
    assert by_id["a1"]["published"] == by_id["7"]["published"] == datetime(2020, 3, 4, 11, tzinfo=UTC)
    assert (by_id["a1"]["title"], by_id["a1"]["url"], by_id["a1"]["outlet"]) == (
        "One",
        "https://q.example/1",
        "Quay Post",
    )
    assert by_id[f"{path}#3"]["published"] is None
    assert documents["start"].is_null().all()
    (fact,) = found.inputs.to_dicts()
    assert (fact["format"], fact["bytes"], len(fact["xxh3_128"])) == (form + packed, path.stat().st_size, 32)


def binary(size: int = 4000) -> bytes:
    return random.Random(1).randbytes(size)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("empty.jsonl", b"", "empty"),
        ("blank.txt", b" \n\t\n", "empty"),
        ("blank.jsonl", b"\n\n", "empty"),
        ("head.csv", b"id,text\n", "empty"),
        ("old.csv", b"id,text\r1,one\r2,two\r", "broken_csv"),
        ("b.txt", binary(), "binary"),
        ("b.jsonl", binary(), "binary"),
        ("b.csv", binary(), "binary"),
        ("b.dat", b"\x7fELF" + bytes(4000), "binary"),
        ("b.parquet", binary(), "damaged"),
        ("c.parquet", b"PAR1" + binary() + b"PAR1", "damaged"),
        ("b.json", b'{"text": "cut', "broken_json"),
        ("b.json", b'[{"text": "cut', "broken_json"),
        ("page.html", b"<html><script>x</script></html>", "empty"),
        ("page.html", b"\x00\x01\x02" * 100, "binary"),
        ("x.pdf", b"%PDF-1.4", "format"),
        ("sitemap.xml", b"<?xml version='1.0'?><urlset/>", "format"),
        ("cut.txt.gz", gzip.compress(binary() + TEXT.encode())[:200], "damaged"),
        ("bad.txt.gz", b"\x1f\x8b" + binary(100), "damaged"),
        ("bad.txt.zst", b"\x28\xb5\x2f\xfd" + binary(100), "damaged"),
        ("none.txt.gz", gzip.compress(b"", mtime=0), "empty"),
    ],
)
def test_what_cannot_be_read_is_a_reject(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    good = write(tmp_path, "good.txt", TEXT)
    path = write(tmp_path, name, content)
    found = scan(path, good)
    assert found.documents["path"].to_list() == [str(good)]
    assert found.rejects["reason"].to_list() == [reason]
    assert found.rejects["path"].to_list() == [str(path)]
    assert is_partial(found.rejects)


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_a_cut_compressed_file_gives_what_came_and_says_so(tmp_path: Path, packed: str) -> None:
    lines = "\n".join(json.dumps({"id": str(at), "text": f"{binary(60).hex()} {at * 7919}"}) for at in range(20_000))
    octets = PACK[packed](lines.encode())
    found = scan(write(tmp_path, f"x.jsonl{packed}", octets[: len(octets) * 2 // 3]))
    assert 0 < found.documents.height < 20_000
    assert ("damaged", "partial") in found.rejects.select("reason", "action").rows()


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_a_bomb_is_not_expanded(tmp_path: Path, packed: str) -> None:
    octets = PACK[packed](b"a " * (100 << 20))
    found = scan(write(tmp_path, f"x.jsonl{packed}", octets))
    assert "expands" in found.rejects["reason"].to_list()


def test_several_members_are_one_file(tmp_path: Path) -> None:
    for packed in (".gz", ".zst"):
        octets = PACK[packed](b'{"text": "one"}\n') + PACK[packed](b'{"text": "two"}\n')
        assert scan(write(tmp_path, f"x.jsonl{packed}", octets)).documents["text"].to_list() == ["one", "two"]


def test_missing_inputs_are_a_usage_error(tmp_path: Path) -> None:
    for name in ("nowhere.txt", "no*.txt", "a\0b", ""):
        with pytest.raises(UsageError):
            scan(tmp_path / name if name and "\0" not in name else name)
    with pytest.raises(UsageError):
        scan()


def test_folders_globs_and_links(tmp_path: Path) -> None:
    write(tmp_path, "b/two.txt", "Two words here")
    one = write(tmp_path, "a.txt", "One word here")
    write(tmp_path, ".hidden.txt", "hidden")
    write(tmp_path, ".git/x.txt", "hidden")
    write(tmp_path, "README.md", "about")
    write(tmp_path, "gold/spans.parquet", b"x")
    write(tmp_path, "gold/edges.parquet", b"x")
    write(tmp_path, "gold/groups.parquet", b"x")
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    found = scan(tmp_path, one, one)
    assert found.documents["text"].to_list() == ["One word here", "Two words here"]
    assert [Path(path).name for path in found.rejects["path"]] == ["README.md", "loop", "gold", "pipe.txt"]
    assert set(found.rejects["reason"]) == {"left_out"}
    assert not is_partial(found.rejects)
    assert scan(tmp_path / "**" / "two.*").documents["path"].to_list() == [f"{tmp_path}/b/two.txt"]


@pytest.mark.parametrize(
    "content",
    [
        b'{"id": "x", "text": "one"}\n',
        gzip.compress(b'{"id": "x", "text": "one"}\n'),
        b'[{"id": "x", "text": "one"}]',
    ],
    ids=["jsonl", "gzip", "array"],
)
def test_standard_input_is_sniffed(content: bytes) -> None:
    found = scan("-", stdin=content)
    assert found.documents.select("doc_id", "path", "text").rows() == [("x", "-", "one")]


def test_standard_input_of_text() -> None:
    found = scan("-", stdin=TEXT.encode())
    assert found.documents.select("doc_id", "start", "end").rows() == [("-", 0, len(TEXT))]


def test_ids(tmp_path: Path) -> None:
    first = write(tmp_path, "a.jsonl", '{"id": "x", "text": "one"}\n{"id": "y", "text": "two"}\n')
    second = write(tmp_path, "b.jsonl", '{"id": "x", "text": "three"}\n{"id": "x", "text": "four"}\n{"text": "five"}\n')
    expected = [f"{first}:x", "y", f"{second}:x#1", f"{second}:x#2", f"{second}#3"]
    for order in ([first, second], [second, first]):
        assert scan(*order).documents["doc_id"].to_list() == expected


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["", "a", "b", "a:a", "a#1", "a:a#1", "a#2"])),
        max_size=12,
    )
)
def test_ids_are_unique_whatever_they_are(rows: list[tuple[str, str]]) -> None:
    numbers = {"a": 0, "b": 0}
    table = []
    for path, own in rows:
        table.append((path, numbers[path], own or None))
        numbers[path] += 1
    schema = {"path": pl.String(), "number": pl.Int64(), "own": pl.String()}
    named = name_documents(pl.DataFrame(table, schema=schema, orient="row"))
    turned = name_documents(pl.DataFrame(table[::-1], schema=schema, orient="row"))
    assert named.is_unique().all()
    assert named.to_list() == turned.to_list()[::-1]


def test_frames() -> None:
    frame = pl.DataFrame(
        {"text": ["one", None, " "], "id": [1.0, 2.0, 3.0], "date": [datetime(2020, 3, 4, tzinfo=UTC), None, None]}
    )
    found = read_frame(frame.lazy(), Settings())
    assert found.documents.select("doc_id", "path", "published").rows() == [
        ("1", "frame", datetime(2020, 3, 4, tzinfo=UTC))
    ]
    assert found.rejects["record"].to_list() == [1, 2]
    with pytest.raises(UsageError):
        read_frame(frame.drop("text"), Settings())


#: Pieces of lines, lists and tables.
BITS = [b'{"text": "a b"}', b'{"text"', b"\n", b"\r", b",", b'"', b"text", b"\xff", b"\0", b"[", b"]", b"a,b"]


@settings(max_examples=120)
@given(
    st.binary(max_size=300) | st.text(max_size=200).map(str.encode) | st.lists(st.sampled_from(BITS)).map(b"".join),
    st.sampled_from(["txt", "jsonl", "json", "csv", "tsv", "parquet", "bin", "jsonl.gz", "csv.zst"]),
)
def test_no_bytes_make_a_reader_fail(tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
    path.write_bytes(content)
    found = scan(path)
    assert found.documents.height + found.rejects.height > 0


def test_a_run_stops_when_more_is_broken_than_allowed(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", TEXT)
    write(tmp_path, "b.bin", binary())
    write(tmp_path, "c.jsonl", "{\n" * 3)
    assert scan(tmp_path, max_errors=4).documents.height == 1
    for most in (0, 3):
        with pytest.raises(
            InputError, match=f"could not be read, more than max_errors {most}; the last: .*[bc]"
        ) as raised:
            scan(tmp_path, max_errors=most)
        assert raised.value.exit_code == 3


def test_a_folder_without_a_file_is_told(tmp_path: Path) -> None:
    """A disk that was not mounted read as a day without news: exit 0, and not a word."""
    (tmp_path / "bare" / "inner").mkdir(parents=True)
    write(tmp_path / "hidden", ".news.txt", TEXT)
    write(tmp_path / "about", "README.md", "What this is.")
    found = scan(tmp_path / "bare", tmp_path / "hidden", tmp_path / "about")
    told = [(path.removeprefix(str(tmp_path)), *row) for path, *row in found.rejects.drop("record", "action").rows()]
    assert told == [
        ("/about/README.md", "left_out", "about the folder, no news"),
        ("/bare", "empty", "no file in this folder"),
        ("/hidden", "empty", "no file in this folder but 1 hidden"),
    ]
    assert is_partial(found.rejects)
