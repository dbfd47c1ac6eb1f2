"""`python -m tests.bench`: what the whole command takes, written to reports/measured/speed.md.

Whole processes on this machine, the median of RUNS; the dump of 100,000 documents is made once in the folder given
(about 110 MB as Parquet, 250 MB of text). This process stays small, for a child's peak memory counts what its parent
held. Set PROVENANCE_SHARED to time the five real dumps as well.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from tests.bench import SEED

RUNS = 3
ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "reports" / "measured" / "speed.md"


def run(command: list[str], **environment: str) -> tuple[float, float, int]:
    """One command -> (seconds, peak memory in MB, exit code)."""
    began = time.perf_counter()
    process = subprocess.Popen(  # our own command
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    per_unit = 1e6 if sys.platform == "darwin" else 1e3
    return time.perf_counter() - began, usage.ru_maxrss / per_unit, os.waitstatus_to_exitcode(status)


def measure(name: str, command: list[str], runs: int = RUNS, cold: bool = False) -> str:
    """A line of the table: medians over `runs`, after one run that is not counted (unless `cold`)."""
    seconds, memory = [], []
    for number in range(runs if cold else runs + 1):
        with tempfile.TemporaryDirectory() as folder:
            environment = {"NUMBA_CACHE_DIR": folder} if cold else {}
            took, peak, code = run([part.replace("OUT", folder + "/out") for part in command], **environment)
        if code not in (0, 3):
            sys.exit(f"{name}: exit code {code}")
        if cold or number:
            seconds.append(took)
            memory.append(peak)
    spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
    print(f"{name}: {statistics.median(seconds):.2f} s", file=sys.stderr)
    return f"| {name} | {statistics.median(seconds):.2f} | {spread} | {statistics.median(memory):.0f} |"


def main(folder: Path) -> None:
    """Measure everything and write the page."""
    provenance = [sys.executable, "-m", "provenance"]
    made = subprocess.check_output([sys.executable, "-m", "tests.bench.dumps", str(folder), "100000"], cwd=ROOT)
    dump = json.loads(made)
    size = dump["bytes"] / 1e6
    lines = [measure("`provenance --help`", [*provenance, "--help"], runs=9)]
    lines.append(measure("`scan corpus/`", [*provenance, "scan", "corpus/", "-o", "OUT"]))
    shared = os.environ.get("PROVENANCE_SHARED")
    if shared:
        five = [*provenance, "scan", f"{shared}/dumps", "-o", "OUT"]
        lines.append(measure("`scan` of the five real dumps", five))
        lines.append(measure("the same, kernels not yet compiled", five, cold=True))
    lines.append(
        measure(f"`scan` of 100,000 documents, {size:.0f} MB of text", [*provenance, "scan", dump["path"], "-o", "OUT"])
    )
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    about = (
        f"Whole processes, wall time, medians of {RUNS} (9 for `--help`), written by `python -m tests.bench FOLDER`"
        f" on {dt.datetime.now(dt.UTC):%Y-%m-%d} at commit {commit}: {os.cpu_count()} cores,"
        f" {memory:.0f} GiB, {platform.system()} {platform.machine()}, Python {platform.python_version()}, polars"
        f" {version('polars')}, numba {version('numba')}. The large dump is `tests/bench/dumps.py`, seed {SEED},"
        f" xxh3-64 {dump['xxh3_64']}."
    )
    head = "| what | seconds | range | peak MB |\n|---|---|---|---|"
    PAGE.write_text(f"# Speed and memory\n\n{about}\n\n{head}\n" + "\n".join(lines) + "\n")
    print(PAGE.read_text())


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "provenance-bench")
