"""SIGTERM ends a command as Ctrl-C does: in processes of their own, sent where something is half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from provenance.reports.leftovers import ASIDE
from tests.commands import COMMAND, ROOT, call, write_lines
from tests.runs import hand_made
from tests.strategies import SENTENCES

pytestmark = pytest.mark.usefixtures("bare_folder")

TOLD = "provenance: error: interrupted; earlier results stand as they were"
ONE = f"{SENTENCES[0]} {SENTENCES[1]}"
#: Runs the command with a function that says that it was called, and never comes to an end.
STUCK = """
import sys, threading
import {module} as home

def stuck(*given, **named):
    if {writes}:
        given[1].write_bytes(b"half")
    print("here", flush=True)
    threading.Event().wait()

{place} = stuck
from provenance.__main__ import run
sys.argv = ["provenance", *sys.argv[1:]]
run()
"""


def begun(command: list[str]) -> subprocess.Popen[bytes]:
    around = os.environ | {"PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=around, start_new_session=True)


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """The exit code, and the last line of stderr."""
    _, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors.decode()
    return process.returncode, errors.decode().splitlines()[-1]


def snapshot() -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in Path().rglob("*")}


@pytest.mark.parametrize(
    ("words", "module", "place", "writes"),
    [
        (("scan", "a.jsonl", "-o", "out"), "provenance.reports.runs", "home.Run.finish", False),
        (
            ("clean", "a.jsonl", "b.jsonl", "-o", "new/out"),
            "provenance.reports.placing",
            "home.Unfinished.finish",
            False,
        ),
        (
            ("export", "run", "--format", "csv", "-o", "new"),
            "provenance.reports.exporting",
            "home.FORMATS['csv']",
            True,
        ),
        (
            ("index", "export", "--index", "seen.sqlite", "-o", "out.parquet"),
            "polars",
            "home.LazyFrame.sink_parquet",
            True,
        ),
    ],
)
def test_what_is_half_written_is_removed(words: tuple[str, ...], module: str, place: str, writes: bool) -> None:
    """Twice, as `timeout` does: the second breaks nothing off."""
    for name in ("a", "b"):
        write_lines(f"{name}.jsonl", {"id": name, "text": ONE}, {"id": f"{name}2", "text": SENTENCES[2]})
    if words[0] == "scan":
        assert call("scan", "b.jsonl", "-o", "out", "-q").exit_code == 0
    if words[0] == "export":
        hand_made().write("run")
    if words[0] == "index":
        assert call("index", "add", "a.jsonl", "--index", "seen.sqlite", "-q").exit_code == 0
    before = snapshot()
    with begun([sys.executable, "-c", STUCK.format(module=module, place=place, writes=writes), *words]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n", process.stderr.read() if process.stderr else ""
        assert any(ASIDE in name or "unfinished" in name for name in snapshot())
        for _ in range(2):
            process.send_signal(signal.SIGTERM)
        assert ended(process) == (143, TOLD)
    assert snapshot() == before


@pytest.mark.parametrize(
    "words", [("scan", "+page.html", "-", "-o", "out"), ("index", "add", "-", "--index", "seen.sqlite")]
)
def test_while_reading_and_with_workers_alive(words: tuple[str, ...]) -> None:
    """The pipe takes 64 KB by itself: once more than that is written, the process is reading it.

    The signal goes to all of the group, as from `timeout` and systemd; a page is parsed in a process of its own.
    """
    Path("+page.html").write_text(f"<html><body><p>{ONE}</p></body></html>", encoding="utf-8")
    line = json.dumps({"text": ONE}).encode() + b"\n"
    with begun([*COMMAND, *words]) as process:
        assert process.stdin is not None
        process.stdin.write(line * (1 + (1 << 20) // len(line)))
        process.stdin.flush()
        os.killpg(process.pid, signal.SIGTERM)
        assert ended(process) == (143, TOLD)
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
    assert not Path("out").exists()
    if words[0] == "index":  # none is made before the first documents are read
        assert call("index", "verify", "--index", "seen.sqlite").exit_code == (
            0 if Path("seen.sqlite").exists() else 10
        )
