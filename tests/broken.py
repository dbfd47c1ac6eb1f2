"""Sound files broken in the ways in which files break, and what a reader of each format could see of it. Seeded."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import re
import tarfile
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from fastwarc.warc import ArchiveIterator

from provenance.dumps.reading import read
from provenance.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Seeds of `tests.hostile` in which every byte of a text stands under a checksum or a digest.
SUMMED = (
    "x.wet", "x.warc", "x.warc.gz", "x.jsonl.gz", "x.tgz", "x.zip", "x.stored.zip", "x.sums.parquet", "x.jsonl.zst",
    "x.jsonl.xz", "x.jsonl.bz2",
)  # fmt: skip
#: And those in which none does: nobody can see one letter put for another.
BARE = ("x.bare.wet", "x.parquet", "x.flat.parquet", "x.arrow", "x.tar", "x.bare.jsonl.zst")


def bare(sound: dict[str, bytes], rows: list[dict[str, Any]]) -> dict[str, bytes]:
    """The sound files of `tests.hostile` and its rows -> those with sums or without that it has no other use for."""
    out: dict[str, io.BytesIO] = {name: io.BytesIO() for name in ("x.sums.parquet", "x.flat.parquet", "x.stored.zip")}
    pq.write_table(pa.Table.from_pylist(rows), out["x.sums.parquet"], compression="none", write_page_checksum=True)
    pl.DataFrame(rows).write_parquet(out["x.flat.parquet"], compression="uncompressed")
    with zipfile.ZipFile(out["x.stored.zip"], "w") as archive:
        for row in rows:
            archive.writestr(zipfile.ZipInfo(f"{row['id']}.txt"), row["text"])
    return {
        **{name: made.getvalue() for name, made in out.items()},
        "x.bare.wet": re.sub(rb"WARC-Block-Digest: [^\r]*\r\n", b"", sound["x.wet"]),
        "x.bare.jsonl.zst": zstandard.ZstdCompressor(write_checksum=False).compress(sound["x.jsonl"]),
    }


def _cut(octets: bytearray, chance: random.Random) -> None:
    del octets[chance.randrange(1, len(octets)) :]


def _overwritten(octets: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(octets) - 32)
    octets[place : place + 32] = chance.randbytes(32)


def _removed(octets: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(octets) - 300)
    del octets[place : place + 300]


def _followed(octets: bytearray, chance: random.Random) -> None:
    octets += b"\x01" + chance.randbytes(chance.choice((8, 300)))


def _flipped(octets: bytearray, chance: random.Random) -> None:
    octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)


#: What breaks off, is written over, lacks a stretch, or has something strange behind it.
DAMAGES = (_cut, _overwritten, _cut, _overwritten, _removed, _followed)


def _warc(content: bytes) -> bool:
    records = ArchiveIterator(io.BytesIO(content), parse_http=False)
    right = [record.verify_block_digest() for record in records if record.headers.get("WARC-Block-Digest")]
    return all(right)


def _tar(content: bytes) -> bool:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return all(archive.extractfile(member).read() is not None for member in archive)  # type: ignore[union-attr]


def _arrow(content: bytes) -> bool:
    pa.ipc.open_file(io.BytesIO(content)).read_all().validate(full=True)
    return True


def _parquet(content: bytes) -> bool:
    pq.ParquetFile(io.BytesIO(content), page_checksum_verification=True).read().validate(full=True)
    return True


#: By suffix the reader that everyone has: true if it reads all and finds every checksum right.
OTHERS: dict[str, Callable[[bytes], bool]] = {
    "wet": _warc,
    "warc": _warc,
    "gz": lambda content: bool(gzip.decompress(content)),
    "tgz": lambda content: _tar(gzip.decompress(content)),
    "zip": lambda content: zipfile.ZipFile(io.BytesIO(content)).testzip() is None,
    "tar": _tar,
    "zst": lambda content: bool(zstandard.ZstdDecompressor().decompressobj().decompress(content)),
    "xz": lambda content: bool(lzma.decompress(content)),
    "bz2": lambda content: bool(bz2.decompress(content)),
    "parquet": _parquet,
    "arrow": _arrow,
}


def others_see(name: str, content: bytes) -> bool:
    """Whether the format's usual reader sees that a file is broken."""
    try:
        return not OTHERS[name.rsplit(".", 1)[1]](content)
    except Exception:  # noqa: BLE001  whatever it raises, it saw something
        return True


def _said(frame: pl.DataFrame) -> list[Any]:
    """All that articles say: a label that is changed is a loss as well."""
    labels = frame.select("text", "title", "url", "byline", "outlet", pl.col("published").cast(pl.String))
    return sorted(labels.rows(), key=repr)


def read_broken(
    count: int, folder: Path, sound: dict[str, bytes], names: tuple[str, ...] = SUMMED, *, bits: bool = False
) -> dict[str, int]:
    """Broken files -> how many were reported, said all that they said before, or changed; and what others see of those.

    With `bits` one bit of each is flipped, without they are broken in the ways of DAMAGES.
    """
    chance = random.Random(2)
    whole, made = {}, {}
    for name in names:
        (folder / name).write_bytes(sound[name])
        assert not others_see(name, sound[name]), name
        whole[name] = _said(read([str(folder / name)], Settings(until="matches")).documents)
    for at in range(count):
        name = names[at % len(names)]
        content = bytearray(sound[name])
        (_flipped if bits else DAMAGES[at // len(names) % len(DAMAGES)])(content, chance)
        path = folder / f"{at:05}{name[1:]}"
        path.write_bytes(content)
        made[str(path)] = name
    found = read(list(made), Settings(until="matches"))
    reported = {path.split("!/")[0] for path in found.rejects["path"]}
    files = found.documents.with_columns(file=pl.col("path").str.split("!/").list.first())
    own = files.partition_by("file", as_dict=True)
    counts = Counter(files=count, reported=len(reported))
    for path, name in made.items():
        if path in reported:
            continue
        said = _said(own.get((path,), found.documents.clear()))
        kind = "whole" if said == whole[name] else "changed" if len(said) >= len(whole[name]) else "lost"
        counts[kind] += 1
        if others_see(name, (folder / path).read_bytes()):
            counts[f"{kind}, seen by others"] += 1
    return dict(counts)
