"""Who is run on what, in which order: in turns, A, B, C, A, B, C, so that a slow minute hits all alike."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.environments import PEERS, RUNNERS, prepare
from tests.bench.processes import LIMIT, Cost, ask, run, summary

CLUSTERS = ("--until", "clusters", "--no-report")
#: Our contestants: name -> options of `provenance scan`.
OURS = {
    "document": ("--level", "document", *CLUSTERS),
    "passages": (*CLUSTERS, "--rewritten", "off"),
    "rewritten": (*CLUSTERS, "--rewritten", "on"),
    "full": (),
}
Corpus = dict[str, Any]


@dataclass(frozen=True)
class Contestant:
    """A name, and the command with CORPUS and OUT in it."""

    name: str
    command: tuple[str, ...]
    limit: int = sys.maxsize
    why: str = ""


def ours(*names: str) -> list[Contestant]:
    """Our own contestants of these names."""
    scan = (sys.executable, "-m", "provenance", "scan", "CORPUS", "-o", "OUT", "-q")
    return [Contestant(f"provenance, {name}", (*scan, *OURS[name])) for name in names]


def peers(folder: Path, without: tuple[str, ...] = ()) -> tuple[list[Contestant], dict[str, str]]:
    """The peers that can be installed, and for each peer its versions or why it is not there."""
    found, said = [], {}
    for peer in PEERS:
        if peer.name in without:
            said[peer.name] = "left out of a quick run"
            continue
        python, said[peer.name] = prepare(peer, folder)
        if python:
            command = (python, str(RUNNERS / peer.runner), "CORPUS", "OUT")
            found.append(Contestant(peer.name, command, peer.limit, peer.why))
        else:
            said[peer.name] = f"not installed: {said[peer.name]}"
    return found, said


def contest(folder: Path, corpus: Corpus, contestants: list[Contestant], rounds: int) -> list[dict[str, Any]]:
    """Run all in turns -> a row for each: medians, what it found where the truth is known, stages where it tells."""
    entered = [one for one in contestants if corpus["documents"] <= one.limit]
    costs: dict[str, list[Cost]] = {one.name: [] for one in entered}
    failed: dict[str, str] = {}
    for turn in range(rounds):
        for one in entered:
            if one.name in failed:
                continue
            out = _out(folder, one)
            log = folder / "logs" / f"{out.name}.log"
            log.parent.mkdir(exist_ok=True)
            _settle(Path(corpus["path"]))
            cost = run([part.replace("CORPUS", corpus["path"]).replace("OUT", str(out)) for part in one.command], log)
            print(f"{corpus['name']} {corpus['documents']:,}, turn {turn + 1}, {one.name}: {cost}", file=sys.stderr)
            if cost.code not in (0, 3):
                stopped = f"stopped after {LIMIT} s" if cost.seconds >= LIMIT else f"exit code {cost.code}"
                failed[one.name] = f"{stopped}: {_last_line(log)}"
            costs[one.name].append(cost)
    rows = []
    for one in contestants:
        row: dict[str, Any] = {"name": one.name, "ours": one.name.startswith("provenance"), "command": said(one)}
        if one not in entered:
            row["failed"] = f"not run over {one.limit:,} documents: {one.why}"
        elif one.name in failed:
            row["failed"] = failed[one.name]
        else:
            out = _out(folder, one)
            row |= {"out": str(out)} | summary(costs[one.name]) | _about(out, corpus)
            row["mb"] = corpus["bytes"] / 1e6 / row["seconds"]
        rows.append(row)
    return rows


def _settle(dump: Path) -> None:
    """Have all that was written on the disk, and the dump in memory: whoever came next waited 6 to 8 s for both."""
    os.sync()
    with dump.open("rb") as whole:
        while whole.read(1 << 24):
            pass


def said(one: Contestant) -> str:
    """The contestant's command as a reader would type it."""
    return " ".join("python" if Path(part).name.startswith("python") else Path(part).name for part in one.command)


def _out(folder: Path, one: Contestant) -> Path:
    """Where the contestant writes; every turn writes over the last."""
    return folder / "out" / one.name.replace(", ", "-").replace(" ", "-")


def _about(out: Path, corpus: Corpus) -> dict[str, Any]:
    """Score and stages of the last run of a contestant."""
    found: dict[str, Any] = {}
    if corpus["truth"] and corpus["name"] in ("news", "mixture"):
        found["score"] = ask("tests.bench.scoring", corpus["path"], corpus["truth"], str(out))
    if out.is_dir():
        facts = json.loads((out / "run.json").read_text())
        found |= {"stages": facts["seconds"], "rows": facts["counts"]["rows"]}
    return found


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "it said nothing"


def warm(folder: Path, corpus: Corpus, contestants: list[Contestant]) -> None:
    """Everybody once on a small dump: compiled kernels, compiled modules and libraries lie in the cache afterwards."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "out").mkdir(parents=True)
    contest(folder, corpus | {"truth": None}, contestants, rounds=1)
