"""Commands measured as whole processes. Imports nothing heavy: a child's peak memory begins with its parent's."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import ROOT, THREADS

THREAD_NAMES = ("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "DAFT_NUM_THREADS")
QUIET = {"DO_NOT_TRACK": "1", "DAFT_ANALYTICS_ENABLED": "0", "HF_HUB_OFFLINE": "1"}  # nobody calls home
LIMIT = 3600  # seconds after which a contestant is stopped, and its line says so


@dataclass(frozen=True)
class Cost:
    """What one process took: wall and CPU seconds, peak memory in MB of 10^6 bytes, exit code."""

    seconds: float
    cpu: float
    memory: float
    code: int


def run(
    command: list[str], log: Path, threads: int = THREADS, given: Path | str = os.devnull, **environment: str
) -> Cost:
    """Run a command to its end, with the file `given` for its standard input; what it says goes to `log`."""
    with log.open("wb") as said, Path(given).open("rb") as read:
        began = time.perf_counter()
        around = _around(threads) | environment
        process = subprocess.Popen(_held(command, threads), cwd=ROOT, env=around, stdin=read, stdout=said, stderr=said)
        # wait4, for only the kernel's account of the child has its peak; the alarm ends what never ends
        timer = threading.Timer(LIMIT, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    per_unit = 1e6 if sys.platform == "darwin" else 1e6 / 1024
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / per_unit, process.returncode)


def ask(*module: str, threads: int = THREADS) -> dict[str, Any]:
    """A module of the benchmark as a process of its own -> the JSON it prints."""
    command = _held([sys.executable, "-m", *module], threads)
    said = subprocess.run(command, cwd=ROOT, env=_around(threads), check=True, stdout=subprocess.PIPE)
    return dict(json.loads(said.stdout))


def _around(threads: int) -> dict[str, str]:
    """The environment, in which every library that asks is told the number of threads.

    What an installer does for the peers' modules, keep them compiled, is not forbidden for ours: .3 s of each run.
    """
    around = os.environ | QUIET | dict.fromkeys(THREAD_NAMES, str(threads))
    around.pop("PYTHONDONTWRITEBYTECODE", None)
    return around


def _held(command: list[str], threads: int) -> list[str]:
    """The command, held to `threads` cores where the machine has more and knows how."""
    if not hasattr(os, "sched_getaffinity"):
        return command
    cores = sorted(os.sched_getaffinity(0))
    return command if len(cores) <= threads else ["taskset", "-c", ",".join(map(str, cores[:threads])), *command]


def summary(costs: list[Cost]) -> dict[str, float]:
    """Medians over the runs, and the range of the wall time."""
    seconds = [cost.seconds for cost in costs]
    return {
        "runs": len(costs),
        "seconds": statistics.median(seconds),
        "least": min(seconds),
        "most": max(seconds),
        "cpu": statistics.median(cost.cpu for cost in costs),
        "memory": statistics.median(cost.memory for cost in costs),
    }
