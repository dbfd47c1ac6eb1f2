"""Files that grow, nest, repeat, lead elsewhere or never end: about 120 cases, each with what it is."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import zstandard

from tests.dumps import PARAGRAPHS, record, tarred, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

Put = Callable[[str, bytes], Path]
TEXT = "\n\n".join(PARAGRAPHS)


def quine() -> bytes:
    """A gzip member that holds itself over and over as far as stored blocks go: its packings never end."""
    content = b"a"
    for _ in range(40):
        content = gzip.compress(content, mtime=0)
    return content


def _sparse_tar(size: int) -> bytes:
    """A tar whose one member claims `size` bytes, nearly all of them holes that take no room."""
    info = tarfile.TarInfo("x.txt")
    info.type, info.size = b"S", 0
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[386:398], header[483:495] = b"%011o\0" % (size - 1), b"%011o\0" % size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


def bombs(folder: Path) -> Iterator[tuple[str, Path]]:
    """What each is, and where it lies; a few are folders."""

    def put(name: str, content: bytes) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    yield from bombs_of_places(folder, put)
    yield from markup_bombs(put)
    yield from _long_bombs(put)
    yield from _archive_bombs(put)
    yield from _packed_bombs(put)


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda octets: gzip.compress(octets, 9, mtime=0),
    "bz2": bz2.compress,
    "xz": lambda octets: lzma.compress(octets, preset=1),
    "zst": zstandard.ZstdCompressor(level=9).compress,
}


def _packed_bombs(put: Put) -> Iterator[tuple[str, Path]]:
    for packed, pack in PACKS.items():
        size = (30 if packed == "bz2" else 200) << 20
        for what, octets in (("zeroes", pack(bytes(size))), ("words", pack(b" a" * (size // 2)))):
            for kind in ("txt", "jsonl", "html", "csv", "xml", "warc"):
                yield f"{packed} of {what} as {kind}", put(f"{packed}-{what}.{kind}.{packed}", octets)
            yield f"{packed} of {what} in zip", put(f"{packed}-{what}.zip", zipped({f"x.txt.{packed}": octets}))
            yield f"{packed} of {what} in {packed}", put(f"{packed}-{what}-twice.txt.{packed}", pack(octets))
            yield f"{packed} of {what} in tar", put(f"{packed}-{what}.tar", tarred({f"x.txt.{packed}": octets}))
        deep = b"a"
        for _ in range(30):
            deep = pack(deep)
        yield f"{packed} 30 deep", put(f"{packed}-deep", deep)


def _archive_bombs(put: Put) -> Iterator[tuple[str, Path]]:
    zeroes = bytes(300 << 20)
    yield "zip of zeroes", put("zeroes.zip", zipped({"x.txt": zeroes}))
    yield "zip of many zeroes", put("many.zip", zipped({f"{at}.txt": zeroes[: 20 << 20] for at in range(40)}))
    nested = zipped({"x.txt": zeroes})
    del zeroes
    for level in range(8):
        nested = zipped({f"{at}.zip": nested for at in range(8 if level < 3 else 1)})
    yield "zip in zip, eight levels", put("nested.zip", nested)
    yield "overlapping zip", put("overlap.zip", _overlapping())
    yield "gzip in itself", put("quine.gz", quine())
    yield "zip of 200,000 empty members", put("members.zip", zipped({f"{at}": b"" for at in range(200_000)}))
    yield "tar of 50,000 empty members", put("members.tar", tarred({f"{at}.txt": b"" for at in range(50_000)}))
    yield "sparse tar", put("sparse.tar", _sparse_tar(1 << 38))
    yield "tar that breaks off in a long header", put("long.tar", _long_header())


def _overlapping() -> bytes:
    """A zip whose list names the same megabytes a thousand times (Fifield 2019)."""
    whole = zipped({"x.txt": bytes(40 << 20)})
    start = whole.rindex(b"PK\x01\x02")
    entry = whole[start : whole.rindex(b"PK\x05\x06")]
    entries = b"".join(entry[:46] + f"{at % 10}.txt".encode() + entry[51:] for at in range(1000))
    end = bytearray(whole[whole.rindex(b"PK\x05\x06") :])
    end[8:12], end[12:16] = (1000).to_bytes(2, "little") * 2, len(entries).to_bytes(4, "little")
    return whole[:start] + entries + bytes(end)


def _long_header() -> bytes:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 1 << 33
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(4096)


def markup_bombs(put: Put) -> Iterator[tuple[str, Path]]:
    """Pages, feeds and JSON that nest, repeat or refer."""
    laughs = "".join(f"<!ENTITY l{at} '{f'&l{at - 1};' * 10}'>" for at in range(1, 12))
    yield (
        "billion laughs",
        put("laughs.xml", f"<!DOCTYPE r [<!ENTITY l0 'ha'>{laughs}]><rss><channel>&l11;</channel></rss>".encode()),
    )
    long = "<!DOCTYPE r [<!ENTITY a '" + "a" * 100_000 + "'>]><rss><channel>" + "&a;" * 30_000 + "</channel></rss>"
    yield "quadratic entities", put("quadratic.xml", long.encode())
    secret = "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss><channel><item><title>&x;</title></item></channel></rss>"
    yield "entity of a file", put("entity.xml", secret.encode())
    yield (
        "DTD of a file",
        put("dtd.xml", b"<!DOCTYPE rss SYSTEM 'file:///etc/passwd'><rss version='2.0'><channel></channel></rss>"),
    )
    yield "feed of one comment", put("comment.xml", b"<rss><!--" + b"a" * (15 << 20) + b"--></rss>")
    for tag in ("div", "b", "table><tr><td", "ul><li", "font", "a href=x"):
        for depth in (1000, 100_000, 1_000_000):
            name = tag.split(">")[0].split(" ")[0]
            yield (
                f"{depth} nested {name}",
                put(f"deep-{name}-{depth}.html", b"<html>" + f"<{tag}>".encode() * depth + b"end of it all"),
            )
    yield "a million siblings", put("siblings.html", b"<html><body>" + b"<p>a</p>" * 1_000_000)
    yield "a million attributes", put("attributes.html", b"<html><p " + b"a=1 " * 1_000_000 + b">text</p>")
    yield "unclosed comment", put("unclosed.html", b"<html><!--" + b"a " * 3_000_000)
    yield "unclosed scripts", put("scripts.html", b"<html>" + b"<script>" * 900_000)
    yield "a million entities", put("entities.html", b"<html><p>" + b"&amp;" * 1_000_000)
    yield "nested JSON", put("nested.json", b"[" * 5_000_000)
    yield "nested JSON objects", put("objects.json", b'{"a":' * 1_000_000)
    yield (
        "nested JSON-LD",
        put("ld.html", b"<html><script type='application/ld+json'>" + b'{"a":[' * 500_000 + b"</script><p>text"),
    )


def _long_bombs(put: Put) -> Iterator[tuple[str, Path]]:
    yield (
        "a million columns",
        put("columns.csv", b",".join(b"c%d" % at for at in range(1_000_000)) + b"\n" + b"," * 999_999),
    )
    yield "quotation marks", put("quotes.csv", b"id,text\n" + b'1,"a\n' * 300_000)
    yield "one cell", put("cell.csv", b'id,text\n1,"' + b"a " * (40 << 20))
    yield "one line of JSON", put("line.jsonl", b'{"text": "' + b"a " * (40 << 20))
    yield "one word", put("word.txt", b"a" * (80 << 20))
    yield "line ends", put("ends.txt", b"\n" * (40 << 20))
    yield "short lines", put("short.txt", b"a\n" * (10 << 20))
    yield "a mailbox of headers", put("headers.mbox", b"From a 12:00 2020\n" + b"A: b\n" * 1_500_000)
    yield "mail in mail", put("mail.eml", b"Content-Type: message/rfc822\n\n" * 100_000)
    yield (
        "parts without end",
        put("parts.eml", b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 500_000),
    )
    yield "web archive of heads", put("heads.warc", b"WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n\r\n" * 200_000)
    yield (
        "a record that claims much",
        put("claims.warc", b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 9999999999\r\n\r\nabc"),
    )
    crafted = zlib.compress(b"a" * (200 << 20), 9)
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: deflate\r\n\r\n" + crafted
    yield (
        "a page packed 1,000 times",
        put("deflate.warc", record("response", "https://q.example", http, "application/http; msgtype=response")),
    )


def bombs_of_places(folder: Path, put: Put) -> Iterator[tuple[str, Path]]:
    """Pipes, loops, devices, and names that lead elsewhere."""
    tree = folder / "tree"
    put("tree/a.txt", TEXT.encode())
    os.mkfifo(tree / "fifo.txt")
    (tree / "loop").symlink_to(tree)
    (tree / "gone.txt").symlink_to("/nowhere/at/all")
    (tree / "zero.txt").symlink_to("/dev/zero")
    (tree / "self.txt").symlink_to("self.txt")
    yield "a folder of pipes, loops and devices", tree
    yield "an endless device", Path("/dev/zero")
    for name in (
        "../../escape.txt",
        "/tmp/escape.txt",
        "..\\..\\escape.txt",
        "a/../../escape.txt",
        "C:\\escape.txt",
        "\x00a",
        "a\nb",
    ):
        safe = "".join(letter if letter.isalnum() else "_" for letter in name)
        yield f"zip with {name!r}", put(f"zip{safe}.zip", zipped({name.replace("\x00", "0"): TEXT.encode()}))
        yield f"tar with {name!r}", put(f"tar{safe}.tar", tarred({name: TEXT.encode()}))
