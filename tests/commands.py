"""The command as tests call it: in this process, or as one of its own with pipes; and a small dump to call it on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from click.testing import CliRunner, Result

from provenance.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "provenance"]
VOTE = (
    "The harbour board voted on Tuesday evening to close the northern quay for repairs until the first week of May, "
    "and asked the ferry company to move its boats to the old fish market for as long as the work goes on."
)
FROST = (
    "Growers in the valley expect the late frost to cost them a third of this year's cherries, although the trees on "
    "the southern slopes came through the cold nights without any damage that could be seen from the road."
)


def call(*words: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, words, input=given, prog_name="provenance")


def write_lines(path: str, *records: object) -> None:
    Path(path).write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def two_alike() -> None:
    """A dump of three articles in the working folder, of which two share a sentence."""
    write_lines(
        "dump.jsonl",
        {"id": "one", "text": f"{VOTE} It was the first vote of the year."},
        {"id": "two", "text": f"{VOTE} Nobody spoke against it."},
        {"id": "three", "text": FROST},
    )


def said(result: Result) -> list[str]:
    """What went to stderr, with seconds as S and without the line on compiling, which depends on the cache."""
    lines = re.sub(r"[\d.]+ s$", "S s", result.stderr, flags=re.MULTILINE).splitlines()
    return [line for line in lines if not line.startswith("compiling kernels")]


def piped(*words: str) -> subprocess.Popen[bytes]:
    """The command as a process of this tree, in the working folder, with a pipe at each of its three ends."""
    around = os.environ | {"PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen([*COMMAND, *words], stdin=pipe, stdout=pipe, stderr=pipe, env=around)


@contextmanager
def conversing(*words: str) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]]:
    """The same while it lives -> it, its standard input and its standard output."""
    with piped(*words) as process:
        assert process.stdin
        assert process.stdout
        yield process, process.stdin, process.stdout
