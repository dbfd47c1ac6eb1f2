"""Each peer in a fresh virtual environment of its own, or the reason why it has none."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

RUNNERS = Path(__file__).resolve().parent / "peers"
PATIENCE = 600  # seconds for one installation: text-dedup's takes 90


@dataclass(frozen=True)
class Peer:
    """What is installed, which script runs it, the most documents it is given, and why no more."""

    name: str
    packages: tuple[str, ...]
    runner: str
    limit: int = 1_000_000
    why: str = ""


SLOW = "minutes a run, and over 10 GB"
PEERS = (
    Peer("gaoya", ("gaoya", "polars"), "gaoya_runner.py"),
    Peer("daft", ("daft", "polars"), "daft_runner.py"),
    Peer("rensa", ("rensa", "polars", "numpy"), "rensa_runner.py"),
    Peer("rensa, words by polars", ("rensa", "polars", "numpy"), "rensa_flat_runner.py"),
    Peer("tors", ("tors", "polars"), "tors_runner.py"),
    Peer("datasketch", ("datasketch", "polars", "xxhash"), "datasketch_runner.py", 100_000, SLOW),
    Peer("text-dedup", ("text-dedup", "polars"), "text_dedup_runner.py", 100_000, SLOW),
)


def prepare(peer: Peer, folder: Path) -> tuple[str | None, str]:
    """The peer's Python and the versions that it runs with; or None and the reason."""
    place = folder / "peers" / peer.packages[0]
    python, reason = place / "bin" / "python", place / "reason"
    if not (place / "ready").exists():
        if reason.exists():
            return None, reason.read_text()
        print(f"installing {peer.packages[0]}", file=sys.stderr)
        said = _install(place, peer)
        if said:
            reason.write_text(said)
            return None, said
        (place / "ready").touch()
    return str(python), _versions(python, peer)


def _install(place: Path, peer: Peer) -> str:
    """Make the environment -> what went wrong, or nothing."""
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(place)],
        [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *peer.packages],
    )
    try:
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, timeout=PATIENCE, check=False)
            if done.returncode:
                lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [
                    f"exit {done.returncode}"
                ]
                return lines[-1].removeprefix("ERROR: ")[:200]
    except subprocess.TimeoutExpired:
        return f"pip did not finish in {PATIENCE} s"
    return ""


def _versions(python: Path, peer: Peer) -> str:
    asked = "import importlib.metadata, json, sys; print(json.dumps([*map(importlib.metadata.version, sys.argv[1:])]))"
    numbers = json.loads(subprocess.check_output([str(python), "-c", asked, *peer.packages]))
    return ", ".join(f"{name} {number}" for name, number in zip(peer.packages, numbers, strict=True))
