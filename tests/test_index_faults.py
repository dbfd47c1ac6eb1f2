"""The short form of `python -m tests.faults`: what it does to an index, a few times each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Each part in a process of its own: victims are forked, and this one has threads.
PARTS = {
    "kills": "kills(folder, 6)",
    "system calls": "syscalls(folder, 10)",
    "full disks": "full_disks(folder, range(1, 3))",
    "two writers and four readers": "crowds(folder, 16)",
    "flipped bits": "flips(folder, 60)",
}


@pytest.mark.parametrize("part", PARTS)
def test_no_fault_damages_an_index(tmp_path: Path, part: str) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.faults import *\n"
        f"folder = Path(sys.argv[1]); print({PARTS[part]})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if "left out" in done.stdout:
        pytest.skip(done.stdout.strip())
    assert "WRONG" not in done.stdout, done.stdout
    assert "sound" in done.stdout or "found" in done.stdout
