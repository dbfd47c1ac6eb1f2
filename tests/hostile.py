"""Inputs that mean harm, or were harmed: random bytes, broken files (`tests.broken`), bombs (`tests.bombs`). Seeded.

python -m tests.hostile [SHARE [LOG]]    10,000 random inputs, 2,600 broken files (or a share of them) and the bombs;
                                         all of them make reports/measured/inputs_hostile.md; with LOG, a run that
                                         was cut goes on behind the rows that are there
"""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import json
import lzma
import os
import platform
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import zstandard

from provenance.dumps.reading import read
from provenance.dumps.rejects import REASONS
from provenance.settings import Settings
from tests.bombs import TEXT, bombs
from tests.broken import BARE, SUMMED, bare, read_broken
from tests.dumps import BODY, PARAGRAPHS, page, record, response, tarred, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPORT = Path(__file__).resolve().parent.parent / "reports" / "measured" / "inputs_hostile.md"
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
        "x.jsonl.zst": zstandard.ZstdCompressor(write_checksum=True).compress(lines),  # as the zstd tool does
    }


def broken_seeds() -> dict[str, bytes]:
    """The sound files that `tests.broken` breaks."""
    sound = seeds()
    return {**sound, **bare(sound, ROWS)}


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


# -- bombs -----------------------------------------------------------------------------------------------
#: The most that one may take: processor seconds, workers counted, and MB over what sound small files take.
MOST_SECONDS, MOST_MB = 10, 200


def snapshot(folder: Path) -> set[str]:
    """Everything below a folder by name."""
    return {str(path) for path in folder.rglob("*")} if folder.exists() else set()


#: Reads sound files, so that all libraries are loaded here and in both workers, then the bomb. What the kernel calls
#: the high water mark is of one process since it began; ru_maxrss would count what the parent of this one held.
CHILD = """
import os, resource, sys
from provenance.dumps import workers
from provenance.dumps.reading import Reading
from provenance.settings import Settings

def peak(number):
    with open(f"/proc/{number}/status") as status:
        return next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)

most = {}
class Worker(workers._Worker):
    def end(self, *, kill=False):
        process = self._process
        if process is not None:
            try:
                most[process.pid] = peak(process.pid)
            except FileNotFoundError:  # it died, and the clock that came to end it has taken it from the kernel
                most[process.pid] = 0
            process.kill()
            if process.returncode is None:
                _, status, _ = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            # Of those that have died the kernel tells only this, which is no less than their parent held at first.
            most[process.pid] = most[process.pid] or resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        super().end(kill=kill)
workers._Worker = Worker

def read(names):
    most.clear()
    reading = Reading(names, Settings(until="matches"))
    count = sum(frame.height for frame in reading)
    return count, reading.rejects, peak("self"), max(most.values(), default=0)

*small, bomb = sys.argv[1:]
_, _, own, worker = read(small)
before = sum(os.times()[:4])
count, rejects, own_after, worker_after = read([bomb])
spent = sum(os.times()[:4]) - before
reasons = sorted({reject.reason for reject in rejects})
print(spent, (own_after - own) / 1024, max(0, worker_after - worker) / 1024, count, len(rejects), *reasons)
"""


class Cost(NamedTuple):
    """What a bomb took: processor seconds with the workers', MB over the baseline here and in a worker, and its end."""

    seconds: float
    own: float
    worker: float
    told: list[str]


def run_bomb(path: Path, small: list[Path], seconds: float = 120) -> Cost:
    """A bomb in a process of its own -> what it took; raises if that dies or says nothing."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, small), str(path)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"status {done.returncode}: {done.stderr[-300:]}")
    took, own, worker, articles, rejects, *reasons = done.stdout.split()
    assert int(articles) + int(rejects) > 0, "neither an article nor a reject"
    return Cost(float(took), float(own), float(worker), [f"{articles} articles", *reasons])


def row_of(what: str, path: Path, small: list[Path], outside: list[Path]) -> str:
    """A bomb -> its row: what it took, or how it failed; one that writes a file fails."""
    before = snapshot(path.parent)
    try:
        seconds, own, worker, told = run_bomb(path, small)
        if snapshot(path.parent) != before or any(one.exists() for one in outside):
            return f"| {what} | FAILED: a file was written | | |"
    except (RuntimeError, subprocess.TimeoutExpired, AssertionError) as error:
        return f"| {what} | FAILED: {type(error).__name__}: {str(error)[-200:]} | | |"
    return f"| {what} | {', '.join(told)} | {seconds:.1f} | {own:.0f} + {worker:.0f} |"


def read_bombs(folder: Path, done: dict[str, str]) -> Iterator[str]:
    """The row of each bomb, as `done` has it or made now."""
    place = folder / "bombs"
    place.mkdir()
    sound = seeds()
    small = []
    for at, name in enumerate(("x.txt", "x.csv", "x.html", "x.rss", "x.warc", "x.mbox", "x.html", "x.html")):
        small.append(folder / f"{at}{name}")
        small[-1].write_bytes(sound[name])
    # Where the traversal names of some lead: nothing may be there afterwards.
    outside = [Path("/tmp/escape.txt"), folder / "escape.txt", folder.parent / "escape.txt"]
    for what, path in bombs(place):
        yield done.get(what) or row_of(what, path, small, outside)
        if path.is_file() and path.is_relative_to(place):
            path.unlink()


#: What is read by the thousand: as what, how, and how many.
JOBS: tuple[tuple[str, Callable[[int, Path], dict[str, int]], int], ...] = (
    ("random inputs", read_random, 10_000),
    ("files under checksums, broken", lambda count, place: read_broken(count, place, broken_seeds()), 1000),
    ("one bit flipped in them", lambda count, place: read_broken(count, place, broken_seeds(), bits=True), 600),
    ("files without, broken", lambda count, place: read_broken(count, place, broken_seeds(), BARE), 500),
    ("one bit flipped in those", lambda count, place: read_broken(count, place, broken_seeds(), BARE, bits=True), 500),
)


def is_over(row: str) -> bool:
    """Whether a bomb's row says that it took too much."""
    seconds, memory = (cell.strip() for cell in row.split("|")[3:5])
    return float(seconds or 0) > MOST_SECONDS or any(float(part) > MOST_MB for part in memory.split("+") if part)


def main() -> None:
    """Run all of it, print it and, if it was all, write the report."""
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1
    log = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(os.devnull)
    told = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    done = {row.split(" | ")[0].removeprefix("| "): row for row in told if row.startswith("| ")}
    held = f" Of the rows, {len(done)} are from earlier runs, as their log has them." if done else ""

    def keep(row: str) -> str:
        if row not in told:
            with log.open("a", encoding="utf-8") as into:
                into.write(row + "\n")
        print(row, flush=True)
        return row

    rows = []
    for title, job, count in JOBS:
        if title not in done:
            with tempfile.TemporaryDirectory() as name:
                began = sum(os.times()[:4])
                counts = job(int(count * scale), Path(name))
                listed = ", ".join(f"{value:,} {key}" for key, value in counts.items())
                done[title] = f"| {title} | {listed} | {sum(os.times()[:4]) - began:.0f} |"
        rows.append(keep(done[title]))
    with tempfile.TemporaryDirectory() as name:
        cases = [keep(row) for row in read_bombs(Path(name), done)]
    failed = [row.split(" | ")[0][2:] for row in cases if "| FAILED" in row]
    over = [row.split(" | ")[0][2:] for row in cases if "| FAILED" not in row and is_over(row)]
    lines = [
        "# Hostile and broken inputs", "",
        f"Written by `python -m tests.hostile` on {dt.datetime.now(dt.UTC):%Y-%m-%d}.",
        f"Python {platform.python_version()}, {os.cpu_count()} shared cores.{held}", "",
        "| what | came of it | processor s |", "|---|---|---|", *rows, "",
        f"Under checksums: {', '.join(SUMMED)}.",
        f"Without: {', '.join(BARE)}.",
        "Broken is cut off, 32 bytes written over, 300 taken out, or strange bytes behind. What was not reported is",
        "`whole` if every text and label is as it was (nobody reads the time in a gzip's head, the date of a zip's",
        "member, the least value that a Parquet file notes of a column), `lost` if there are fewer articles, else",
        "`changed`; `seen by others` are those that the format's usual reader takes for broken (fastwarc with digests,",
        "gzip, zipfile, tarfile, zstandard, lzma, bz2, pyarrow with checksums). What no sum covers nobody can see: a",
        "letter of an address or a date in the head of a WARC that is not packed, any letter of a tar, a text, an",
        "Arrow file, or a Parquet file whose writer left the checksums of pages out.", "",
        "## Bombs", "",
        f"{len(cases)} cases, each in a process of its own: processor seconds with those of the parsers' processes,",
        "and MB over what small sound files take, here and in the largest parser's process. No file was written.",
        f"Over {MOST_SECONDS} s or {MOST_MB} MB: {', '.join(over) or 'none'}.",
        f"Failed: {', '.join(failed) or 'none'}.", "",
        "| what | came of it | s | MB |", "|---|---|---|---|", *cases, "",
    ]  # fmt: skip
    if scale == 1:
        REPORT.write_text("\n".join(lines), encoding="utf-8")
    print(f"{len(cases)} bombs, {len(over)} over the limits, {len(failed)} failed")


if __name__ == "__main__":
    main()
