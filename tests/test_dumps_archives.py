"""Packings and archives: their members are read where they lie, and nothing grows without end."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
from typing import TYPE_CHECKING

import pytest
import zstandard

from provenance.dumps.sources.archives import label
from tests.dumps import BODY, PARAGRAPHS, page, scan, tarred, write, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = "The council of the harbour town agreed on Tuesday to buy a second dredger."
PACK = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard.compress}
MEMBERS = {
    "news/a.txt": TEXT.encode(),
    "b.jsonl": json.dumps({"id": "b", "text": TEXT}).encode(),
    "c.html": page(BODY).encode(),
    "d.txt.gz": gzip.compress(TEXT.encode()),
}


ARCHIVES = {
    "x.zip": zipped,
    "x.tar": tarred,
    **{f"x.tar{packed}": lambda members, pack=pack: pack(tarred(members)) for packed, pack in PACK.items()},
    "y.tgz": lambda members: gzip.compress(tarred(members)),
    "x.zip.gz": lambda members: gzip.compress(zipped(members)),
    "z.tar": lambda members: tarred({"inner.zip": zipped(members)}),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_members_are_documents(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, ARCHIVES[name](MEMBERS))
    found = scan(path)
    inside = f"{path}!/inner.zip" if name == "z.tar" else str(path)
    assert dict(found.documents.select("path", "text").rows()) == {
        f"{inside}!/news/a.txt": TEXT,
        f"{inside}!/b.jsonl": TEXT,
        f"{inside}!/c.html": "\n".join(PARAGRAPHS),
        f"{inside}!/d.txt.gz": TEXT,
    }
    assert not found.rejects.height
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("packed", PACK)
def test_packings_are_told_by_their_bytes(tmp_path: Path, packed: str) -> None:
    found = scan(write(tmp_path, "x.txt", PACK[packed](TEXT.encode())))
    assert found.documents["text"].to_list() == [TEXT]
    assert found.inputs["format"].to_list() == ["text" + packed]
    twice = scan(write(tmp_path, "y.txt", PACK[packed](PACK[packed](TEXT.encode()))))
    assert twice.documents["text"].to_list() == [TEXT]


def test_a_text_that_begins_like_a_packing_is_a_text(tmp_path: Path) -> None:
    found = scan(write(tmp_path, "x.txt", "BZhao said on Tuesday that he would buy a second dredger."))
    assert found.documents.height == 1


@pytest.mark.parametrize("packed", PACK)
def test_a_packed_file_that_breaks_off_is_said_to(tmp_path: Path, packed: str) -> None:
    whole = PACK[packed](
        "\n".join(json.dumps({"id": at, "text": f"{TEXT} {at * 7919}"}) for at in range(3000)).encode()
    )
    for cut in (len(whole) // 2, len(whole) - 1, 12):
        found = scan(write(tmp_path, f"x.jsonl{packed}", whole[:cut]))
        assert "damaged" in found.rejects["reason"].to_list()


@pytest.mark.parametrize("packed", PACK)
def test_a_bomb_stops(tmp_path: Path, packed: str) -> None:
    octets = PACK[packed](b"a " * (6 << 20))
    for name, content in {
        f"x.jsonl{packed}": octets,
        "x.zip": zipped({f"x.jsonl{packed}": octets}),
        "y.zip": zipped({f"{at}.txt": bytes(4 << 20) for at in range(20)}),
        "x.tar": tarred({"x.zip": zipped({f"x.jsonl{packed}": octets})}),
    }.items():
        assert "expands" in scan(write(tmp_path, name, content)).rejects["reason"].to_list()
    deep = b"a"
    for _ in range(8):
        deep = PACK[packed](deep)
    assert scan(write(tmp_path, "deep", deep)).rejects["reason"].to_list() == ["expands"]


def test_members_that_are_no_files_are_left_out_by_name(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"../../etc/{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("/abs/a.txt")
        info.size = len(TEXT)
        archive.addfile(info, io.BytesIO(TEXT.encode()))
    path = write(tmp_path, "x.tar", out.getvalue())
    found = scan(path)
    assert found.documents["path"].to_list() == [f"{path}!/abs/a.txt"]
    assert set(found.rejects["reason"]) == {"left_out"}
    assert found.rejects["path"].to_list() == [f"{path}!/etc/{kind}" for kind in "1236"]


def test_names_of_members_are_labels() -> None:
    assert label("../../etc/passwd") == "etc/passwd"
    assert label("/abs/../a.txt") == "abs/a.txt"
    assert label("C:\\news\\a.txt") == "C:/news/a.txt"
    assert label("a\x1b[31m\n.txt") == "a [31m .txt"
    assert label("..") == "unnamed"


def test_a_cut_or_changed_archive_is_said_to_be(tmp_path: Path) -> None:
    for name in ("x.zip", "x.tar", "y.tgz"):
        whole = ARCHIVES[name]({f"{at}.txt": f"{TEXT} {at}".encode() for at in range(30)})
        for cut in range(1, 10):
            found = scan(write(tmp_path, name, whole[: len(whole) * cut // 10]))
            assert found.rejects.height or found.documents.height == 30, (name, cut)  # a tar ends in padding
    whole = bytearray(ARCHIVES["x.zip"](MEMBERS))
    whole[60] ^= 255
    assert "damaged" in scan(write(tmp_path, "x.zip", bytes(whole))).rejects["reason"].to_list()


def test_what_stands_behind_an_archive_and_its_checksum_is_told(tmp_path: Path) -> None:
    tarball = tarred(MEMBERS)
    for name, content in {
        "a.zip": zipped(MEMBERS) + b"PK more",
        "b.tar": tarball + tarball,  # joined with cat: the library stops at the end of the first
        "c.tgz": gzip.compress(tarball)[:-8] + bytes(8),  # its checksum stands behind all that the library reads
        "d.gz": gzip.compress(gzip.compress(TEXT.encode()))[:-8] + bytes(8),
    }.items():
        found = scan(write(tmp_path, name, content))
        assert set(found.rejects["reason"]) == {"damaged"}, name
        if name[-2:] != "gz":  # of a file this small zlib gives nothing once its checksum is wrong
            assert (found.documents.height, found.rejects["action"].to_list()) == (4, ["partial"]), name
    padded = scan(write(tmp_path, "e.tgz", gzip.compress(tarball + bytes(5000)) + bytes(512)))
    assert (padded.documents.height, padded.rejects.height) == (4, 0)


def test_a_zip_that_counts_more_members_than_it_lists_is_damaged(tmp_path: Path) -> None:
    octets = bytearray(zipped(MEMBERS))
    entry = octets.rindex(b"PK\x01\x02", 0, octets.rindex(b"PK\x01\x02"))
    octets[entry + 32] = 60  # a comment that swallows the next entry of the list
    found = scan(write(tmp_path, "x.zip", bytes(octets)))
    assert found.documents.height == 3
    assert found.rejects["detail"].to_list() == ["its end counts 4 members, its list 3: fetch the file again"]


def test_archives_that_are_no_dumps_are_refused(tmp_path: Path) -> None:
    office = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:t>text</w:t>"})
    assert scan(write(tmp_path, "x.docx", office)).rejects["reason"].to_list() == ["format"]
    assert scan(write(tmp_path, "x.zip", zipped({}))).rejects["reason"].to_list() == ["empty"]
    assert scan(write(tmp_path, "x.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50))).rejects["reason"].to_list() == ["format"]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_readme_in_an_archive_is_left_out_as_one_in_a_folder_is(
    tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    """It was an article."""
    members = {"README.txt": b"These are news.", "news/LICENSE": b"Free.", "news/a.txt": PARAGRAPHS[0].encode()}
    found = scan(write(tmp_path, "a.bin", pack(members)))
    assert found.documents["text"].to_list() == [PARAGRAPHS[0]]
    assert found.rejects["reason"].to_list() == ["left_out"] * 2
    assert [path.rpartition("!/")[2] for path in found.rejects["path"]] == ["README.txt", "news/LICENSE"]
