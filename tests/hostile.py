"""Inputs that mean harm, or were harmed: random and mutated bytes, broken files, bombs. Seeded.

python -m tests.hostile [CASES]    10,000 random inputs, 1,000 broken files, 100 bombs; prints what came of them
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import zstandard

from provenance.dumps.reading import read
from provenance.dumps.rejects import REASONS
from provenance.settings import Settings
from tests.dumps import BODY, PARAGRAPHS, page, record, response, tarred, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXT = "\n\n".join(PARAGRAPHS)
ROWS = [{"id": f"r{at}", "text": f"{at} {TEXT}", "title": f"Title {at}", "date": "2020-03-04"} for at in range(20)]
RSS = "<?xml version='1.0'?><rss version='2.0'><channel><title>Q</title>{}</channel></rss>".format(
    "".join(f"<item><title>{row['title']}</title><description>{row['text']}</description></item>" for row in ROWS)
)


def _columns(form: str) -> bytes:
    out = io.BytesIO()
    getattr(pl.DataFrame(ROWS), form)(out)
    return out.getvalue()


def seeds() -> dict[str, bytes]:
    """A sound file of every kind, each with 20 articles where it can have several, by its name."""
    lines = "\n".join(map(json.dumps, ROWS)).encode()
    wet = [record("conversion", f"https://q.example/{at}", row["text"].encode()) for at, row in enumerate(ROWS)]
    warc = [
        response(f"https://q.example/{at}", page(f"<p>{at} {PARAGRAPHS[at % 3]}</p>{BODY}").encode()) for at in range(5)
    ]
    mail = (
        "From a@q.example Wed Mar  4 12:00:00 2020\nFrom: a@q.example\nSubject: {title}\nDate: 4 Mar 2020\n\n{text}\n\n"
    )
    members = {f"{row['id']}.txt": row["text"].encode() for row in ROWS}
    return {
        "x.txt": "\n\n\n\n".join(f"{row['title']} of the paper\n\n{row['text']}" for row in ROWS).encode(),
        "x.jsonl": lines,
        "x.json": json.dumps({"a": {"docs": ROWS}}).encode(),
        "x.csv": _columns("write_csv"),
        "x.tsv": _columns("write_csv").replace(b",", b"\t"),
        "x.parquet": _columns("write_parquet"),
        "x.arrow": _columns("write_ipc"),
        "x.html": page(BODY).encode(),
        "x.rss": RSS.encode(),
        "x.wet": b"".join(wet),
        "x.warc": b"".join(warc),
        "x.warc.gz": b"".join(map(gzip.compress, wet)),
        "x.mbox": "".join(mail.format(**row) for row in ROWS).encode(),
        "x.zip": zipped(members),
        "x.tar": tarred(members),
        "x.tgz": gzip.compress(tarred(members)),
        "x.jsonl.gz": gzip.compress(lines),
        "x.jsonl.bz2": bz2.compress(lines),
        "x.jsonl.xz": lzma.compress(lines),
        "x.jsonl.zst": zstandard.compress(lines),
    }


# -- random and mutated bytes ----------------------------------------------------------------------------
TOKENS = [
    b"<", b">", b"</p>", b"<p>", b"<table>", b"<!--", b"]]>", b"<![CDATA[", b"&#x110000;", b"\0", b"\xff\xfe", b'"',
    b'""', b"{", b"}", b"[", b"]", b",", b"\r\n\r\n", b"\n", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08", b"WARC/1.0\r\n", b"Content-Length: 99999999999\r\n",
    b"From a 12:00 2020\n", b"-1", b"9" * 40, b"\\ud800",
]  # fmt: skip


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A sound file with a few things done to it."""
    octets = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(octets) + 1)
        kind = chance.randrange(6)
        if kind == 0 and octets:
            octets[at % len(octets)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            octets[at:at] = chance.choice(TOKENS)
        elif kind == 2:
            del octets[at : at + chance.choice((1, 4, 60, 2000))]
        elif kind == 3:
            octets[at:at] = octets[at : at + chance.choice((4, 60, 2000))]
        elif kind == 4:
            octets[at : at + 8] = chance.randbytes(8)
        elif chance.random() < 0.3:
            del octets[at:]
    return bytes(octets)


def random_inputs(count: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Names and contents: a fifth random bytes, a fifth random tokens, else mutated sound files."""
    sound = list(seeds().items())
    for at in range(count):
        name, content = sound[at % len(sound)]
        if at % 5 == 0:
            content = chance.randbytes(chance.choice((1, 10, 300, 5000)))
        elif at % 5 == 1:
            content = b"".join(chance.choices(TOKENS, k=chance.choice((2, 20, 400))))
        else:
            content = mutated(content, chance)
        yield f"{at:06}{name[1:] if at % 3 else ''}", content


def read_random(count: int, folder: Path, seed: int = 1) -> dict[str, int]:
    """Random inputs through every reader -> how many files gave articles, rejects, or neither (there must be none)."""
    chance = random.Random(seed)
    names = []
    for name, content in random_inputs(count, chance):
        (folder / name).write_bytes(content)
        names.append(str(folder / name))
    found = read(names, Settings(until="matches"))
    assert set(found.rejects["reason"]) <= set(REASONS)
    with_articles = {path.split("!/")[0] for path in found.documents["path"]}
    with_rejects = {path.split("!/")[0] for path in found.rejects["path"]}
    neither = [name for name in names if name not in with_articles | with_rejects]
    return {"files": count, "articles": len(with_articles), "rejects": len(with_rejects), "neither": len(neither)}


# -- broken files ----------------------------------------------------------------------------------------
BROKEN = ("x.wet", "x.warc.gz", "x.jsonl.gz", "x.jsonl.zst", "x.jsonl.xz", "x.jsonl.bz2", "x.zip", "x.tgz", "x.parquet")


def read_broken(count: int, folder: Path, seed: int = 2) -> dict[str, int]:
    """Truncated and overwritten archives -> how many were reported, gave all articles all the same, or lost some."""
    chance = random.Random(seed)
    sound = seeds()
    whole = {}
    for name in BROKEN:
        (folder / name).write_bytes(sound[name])
        whole[name] = sorted(read([str(folder / name)], Settings(until="matches")).documents["text"])
    names = {}
    for at in range(count):
        name = BROKEN[at % len(BROKEN)]
        content = bytearray(sound[name])
        if at % 2:
            del content[chance.randrange(1, len(content)) :]
        else:
            place = chance.randrange(len(content) - 32)
            content[place : place + 32] = chance.randbytes(32)
        path = folder / f"{at:05}{name[1:]}"
        path.write_bytes(content)
        names[str(path)] = name
    found = read(list(names), Settings(until="matches"))
    reported = {path.split("!/")[0] for path in found.rejects["path"] if path}
    texts: dict[str, list[str]] = {path: [] for path in names}
    for path, text in found.documents.select("path", "text").rows():
        texts[path.split("!/")[0]].append(text)
    silent = [path for path in names if path not in reported]
    intact = [path for path in silent if sorted(texts[path]) == whole[names[path]]]
    changed = [path for path in silent if path not in intact and len(texts[path]) >= len(whole[names[path]])]
    lost = [path for path in silent if path not in intact and path not in changed]
    return {
        "files": count,
        "reported": len(reported),
        "whole all the same": len(intact),
        "changed text (no check sum in the format)": len(changed),
        "silent loss": len(lost),
    }


# -- bombs, links, devices -------------------------------------------------------------------------------
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
    zeroes, spaces = bytes(300 << 20), b" a" * (100 << 20)
    packs = {
        "gz": lambda octets: gzip.compress(octets, 9, mtime=0),
        "bz2": bz2.compress,
        "xz": lzma.compress,
        "zst": zstandard.ZstdCompressor(level=19).compress,
    }

    def put(name: str, content: bytes) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    for packed, pack in packs.items():
        inner = {
            what: pack(octets[: (30 << 20 if packed == "bz2" else None)])
            for what, octets in (("zeroes", zeroes), ("words", spaces))
        }
        for what, octets in inner.items():
            for kind in ("txt", "jsonl", "html", "csv", "xml", "warc"):
                yield f"{packed} of {what} as {kind}", put(f"{packed}-{what}.{kind}.{packed}", octets)
            yield f"{packed} of {what} in zip", put(f"{packed}-{what}.zip", zipped({f"x.txt.{packed}": octets}))
            yield f"{packed} of {what} in {packed}", put(f"{packed}-{what}-twice.txt.{packed}", pack(octets))
            yield f"{packed} of {what} in tar", put(f"{packed}-{what}.tar", tarred({f"x.txt.{packed}": octets}))
        deep = b"a"
        for _ in range(30):
            deep = pack(deep)
        yield f"{packed} 30 deep", put(f"{packed}-deep", deep)
    del spaces
    yield "zip of zeroes", put("zeroes.zip", zipped({"x.txt": zeroes}))
    yield "zip of many zeroes", put("many.zip", zipped({f"{at}.txt": zeroes[: 40 << 20] for at in range(40)}))
    nested = zipped({"x.txt": zeroes})
    for level in range(8):
        nested = zipped({f"{at}.zip": nested for at in range(8 if level < 3 else 1)})
    yield "zip in zip, eight levels", put("nested.zip", nested)
    yield "overlapping zip", put("overlap.zip", _overlapping())
    yield "gzip in itself", put("quine.gz", quine())
    yield "zip of 200,000 empty members", put("members.zip", zipped({f"{at}": b"" for at in range(200_000)}))
    yield "tar of 50,000 empty members", put("members.tar", tarred({f"{at}.txt": b"" for at in range(50_000)}))
    yield "sparse tar", put("sparse.tar", _sparse_tar(1 << 38))
    yield "tar that breaks off in a long header", put("long.tar", _long_header())
    yield from markup_bombs(put)
    yield from _long_bombs(put)
    yield from bombs_of_places(folder, put)


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


def markup_bombs(put: Callable[[str, bytes], Path]) -> Iterator[tuple[str, Path]]:
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


def _long_bombs(put: Callable[[str, bytes], Path]) -> Iterator[tuple[str, Path]]:
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


def bombs_of_places(folder: Path, put: Callable[[str, bytes], Path]) -> Iterator[tuple[str, Path]]:
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


def snapshot(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")} if folder.exists() else set()


CHILD = """
import resource, sys, time
from provenance.dumps.reading import read
from provenance.settings import Settings
import polars, zstandard
read([sys.argv[1]], Settings(until="matches"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
found = read([sys.argv[2]], Settings(until="matches"))
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
reasons = sorted(set(found.rejects["reason"]))
print(time.process_time() - began, own / 1024, found.documents.height, found.rejects.height, *reasons)
"""


def run_bomb(path: Path, small: Path, seconds: float = 120) -> tuple[float, float, list[str]]:
    """A bomb in a process of its own -> processor seconds, MB over the baseline, what was said; raises if it dies."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(small), str(path)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{path.name}: status {done.returncode}: {done.stderr[-400:]}")
    took, memory, articles, rejects, *reasons = done.stdout.split()
    assert int(articles) + int(rejects) > 0, path.name
    return float(took), float(memory), reasons


def main() -> None:
    """Run all of it and print a table."""
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1
    print("| what | result |\n|---|---|")
    for title, job, count in (("random inputs", read_random, 10_000), ("broken files", read_broken, 1000)):
        with tempfile.TemporaryDirectory() as name:
            began = time.perf_counter()
            counts = job(int(count * scale), Path(name))
            listed = ", ".join(f"{value:,} {key}" for key, value in counts.items())
            print(f"| {title} | {listed}; {time.perf_counter() - began:.0f} s |", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "bombs"
        folder.mkdir()
        small = folder / "small.txt"
        small.write_text(TEXT)
        worst: list[tuple[float, float, str]] = []
        count = 0
        for what, path in bombs(folder):
            before = snapshot(Path(name))
            count += 1
            try:
                took, memory, reasons = run_bomb(path, small)
            except (RuntimeError, subprocess.TimeoutExpired, AssertionError) as error:
                print(f"| **{what}** | FAILED: {str(error)[-300:]} |", flush=True)
                continue
            assert snapshot(Path(name)) == before, what
            worst.append((took, memory, what))
            if took > 10 or memory > 200 or "-v" in sys.argv:
                print(f"| {what} | {took:.1f} s, {memory:.0f} MB, {' '.join(reasons)} |", flush=True)
            if path.is_file() and str(path).startswith(name):
                path.unlink()
        slow, big = max(worst), max(worst, key=lambda row: row[1])
        print(f"| bombs | {count} cases; slowest {slow[0]:.1f} s ({slow[2]}), most memory {big[1]:.0f} MB ({big[2]}) |")


if __name__ == "__main__":
    main()
