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
    "kills": "kills(folder, range(6))",
    "system calls": "syscalls(folder, range(10))",
    "full disks": "full_disks(folder, range(2))",
    "two writers and four readers": "crowds(folder, range(16))",
    "flipped bits": "flips(folder, range(60))",
}


@pytest.mark.parametrize("part", PARTS)
def test_no_fault_damages_an_index(tmp_path: Path, part: str) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.faults import *\n"
        f"folder = Path(sys.argv[1]); print(sum({PARTS[part]}, Counter()))"
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
    for reason in ("no strace", "no mount allowed"):
        if f"left out: {reason}" in done.stdout:
            pytest.skip(f"{part}: {reason} here")
    assert "WRONG" not in done.stdout, done.stdout
    assert "sound" in done.stdout or "found" in done.stdout
