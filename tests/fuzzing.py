"""Coverage-guided fuzzing of the readers and of folding (needs atheris, which no test does).

    python -m tests.fuzzing SECONDS FOLDER [TARGET ...]

fuzzes each target (all unless named) for so long, one after another, each in a process of its own that stops at the
first input that makes it raise, and writes reports/measured/fuzzing.md from what FOLDER holds of this and earlier runs.
Inputs that broke something stay in tests/finds, where `test_dumps_hostile` reads them again.
"""

# ruff: noqa: PLC0415  what is imported under atheris is what it watches

from __future__ import annotations

import datetime as dt
import importlib
import io
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "reports" / "measured" / "fuzzing.md"
#: Inputs of at most this many bytes, 20 s and 4 GB: what is slow on more is measured by `tests.hostile`.
OPTIONS = ("-max_len=20000", "-timeout=20", "-rss_limit_mb=4000")
WATCHED = ["provenance", "email", "feedparser", "trafilatura", "zipfile", "tarfile", "csv", "json"]


def _reader(kind: str) -> Callable[[bytes], None]:
    from provenance.dumps.intake import Intake, Shelf
    from provenance.dumps.reading import READERS
    from provenance.settings import Settings

    settings = Settings()

    def target(content: bytes) -> None:
        intake = Intake("x", settings, Shelf())
        for _ in READERS[kind](io.BufferedReader(io.BytesIO(content)), intake):  # type: ignore[arg-type]
            pass
        intake.close()

    return target


def _columnar(kind: str) -> Callable[[bytes], None]:
    from provenance.dumps import workers
    from provenance.dumps.columnar.table_files import read_columnar
    from provenance.dumps.intake import Intake, Shelf
    from provenance.settings import Settings

    workers.MOST_WAIT = 5  # Polars dies of some files and waits for ever on others, and there it may
    pool = workers.Workers(count=1)

    def target(content: bytes) -> None:
        intake = Intake("x", Settings(), Shelf())
        for _ in read_columnar(kind, io.BytesIO(content), intake, pool, {}):
            pass
        intake.close()

    return target


def _archive(kind: str) -> Callable[[bytes], None]:
    from provenance.dumps.reading import ARCHIVES
    from provenance.dumps.sources.compression import Allowance, Expanded

    def target(content: bytes) -> None:
        for member in ARCHIVES[kind](io.BytesIO(content)):
            if member.stream is not None:
                io.BufferedReader(Expanded(member.stream, Allowance(len(content)), member=True)).read()

    return target


def _packed(content: bytes) -> None:
    from provenance.dumps.sources.compression import Allowance, Expanded

    io.BufferedReader(Expanded(io.BytesIO(content), Allowance(len(content)))).read()


def _decoded(content: bytes) -> None:
    from provenance.dumps.sources.decode import decode_text
    from provenance.dumps.sources.kinds import kind_of

    decode_text(content, content[:12].decode("latin-1"))
    kind_of("x", content)


def _parser(name: str) -> Callable[[bytes], None]:
    from provenance.dumps.parsing import PARSERS

    def target(content: bytes) -> None:
        PARSERS[name](content)

    return target


def _folded(content: bytes) -> None:
    from provenance.text.folding import fold_all
    from tests import naive

    text = content.decode("utf-8", "ignore")
    assert fold_all([text])[0] == " ".join(word for word, _, _ in naive.fold_words(text))


READ = ("text", "jsonl", "json", "csv", "tsv", "warc", "mbox")
PARSED = ("page", "feed", "mail", "capture")
TARGETS: dict[str, Callable[[], Callable[[bytes], None]]] = {
    **{kind: lambda kind=kind: _reader(kind) for kind in READ},  # type: ignore[misc]
    **{kind: lambda kind=kind: _columnar(kind) for kind in ("parquet", "arrow")},  # type: ignore[misc]
    **{kind: lambda kind=kind: _archive(kind) for kind in ("zip", "tar")},  # type: ignore[misc]
    **{name: lambda name=name: _parser(name) for name in PARSED},  # type: ignore[misc]
    "packed": lambda: _packed,
    "decode": lambda: _decoded,
    # Compiled code tells nothing of its branches; as plain Python it does, and what that finds the compiled one gets.
    "fold as plain Python": lambda: _folded,
    "fold": lambda: _folded,
}


def seeds_of(target: str) -> list[bytes]:
    """Sound inputs of a target to begin with."""
    from tests.evasion import HONEST
    from tests.hostile import seeds

    sound = seeds()
    if target.startswith("fold"):
        return [text.encode() for text in HONEST.values()]
    if target == "decode":
        return [text.encode(name, "ignore") for text in HONEST.values() for name in ("utf-8", "utf-16", "cp1251")]
    if target == "packed":
        return [content for name, content in sound.items() if name.endswith(("gz", "bz2", "xz", "zst"))]
    kinds = {"page": ("html",), "feed": ("rss",), "mail": ("mbox",), "capture": ("warc", "wet"), "text": ("txt",)}
    return [content for name, content in sound.items() if name.split(".")[1] in kinds.get(target, (target,))]


def fuzz(name: str, seconds: str, folder: Path) -> None:
    """Fuzz one target in this process, which ends with it."""
    import atheris  # type: ignore[import-not-found, unused-ignore]

    if "plain" not in name:  # numba cannot compile what atheris has changed
        importlib.import_module("provenance.text.tokens")

    with atheris.instrument_imports(include=WATCHED):
        target: Any = TARGETS[name]()
        target(seeds_of(name)[0])  # what is imported late is watched too
    place = folder / name
    options = [sys.argv[0], str(place), f"-max_total_time={seconds}", *OPTIONS, f"-artifact_prefix={place}.find-"]
    atheris.Setup(options, target)
    atheris.Fuzz()


def fuzz_in_a_process(name: str, seconds: str, folder: Path) -> None:
    """Fuzz one target in a process of its own; its words go to FOLDER/TARGET.log."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    for at, content in enumerate(seeds_of(name)):
        (place / f"seed{at}").write_bytes(content)
    if name == "fold":
        for path in (folder / "fold as plain Python").glob("*"):
            (place / path.name).write_bytes(path.read_bytes())
    with (folder / f"{name}.log").open("wb") as log:
        subprocess.run(
            [sys.executable, "-m", "tests.fuzzing", seconds, str(folder), name, "--here"],
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env={**os.environ, "NUMBA_DISABLE_JIT": "1" if "plain" in name else "0"},
            check=False,
        )


def row_of(log: Path) -> str:
    """A run's log -> a row of the report."""
    told = log.read_text(encoding="utf-8", errors="replace")
    steps = re.findall(r"^#(\d+)\s+\S+\s+cov: (\d+)", told, re.MULTILINE)
    done = re.search(r"Done (\d+) runs in (\d+) second", told)
    runs, edges = (done[1] if done else steps[-1][0], steps[-1][1]) if steps else ("0", "0")
    raised = re.findall(r"^ === Uncaught Python exception: ===\n(.*)", told, re.MULTILINE)
    died = "died" if "ERROR: libFuzzer" in told else "nothing until it was cut off"
    broken = "" if done else [died, *raised][-1]
    return f"| {log.stem} | {done[2] if done else ''} | {int(runs):,} | {edges} | {broken or 'nothing'} |"


def main() -> None:
    """Fuzz what is asked for and write the report."""
    seconds, folder, *names = sys.argv[1:]
    if "--here" in names:
        fuzz(names[0], seconds, Path(folder))
        return
    for name in names or TARGETS:
        began = time.monotonic()
        fuzz_in_a_process(name, seconds, Path(folder))
        print(row_of(Path(folder) / f"{name}.log"), f"{time.monotonic() - began:.0f} s", flush=True)
        write_report(seconds, Path(folder))


def write_report(seconds: str, folder: Path) -> None:
    """What the folder holds of this and earlier runs -> the report; of other targets the report keeps what it says."""
    logs = {name: folder / f"{name}.log" for name in TARGETS}
    said = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
    kept = {row.split(" | ")[0].removeprefix("| "): row for row in said.splitlines() if row.startswith("| ")}
    rows = [row_of(log) if log.exists() else kept.get(name) for name, log in logs.items()]
    finds = sorted(path.name for path in (ROOT / "tests" / "finds").glob("*"))
    today = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    lines = [
        "# Fuzzing", "",
        f"Written by `python -m tests.fuzzing {seconds} FOLDER [TARGET ...]`, last on {today}.",
        f"Python {platform.python_version()}, atheris; inputs of at most 20,000 bytes, 20 s each.", "",
        "| target | seconds | inputs | branches seen | broke |", "|---|---|---|---|---|",
        *filter(None, rows), "",
        f"Inputs that broke something once and are read again by the tests: {', '.join(finds)}.", "",
    ]  # fmt: skip
    REPORT.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
