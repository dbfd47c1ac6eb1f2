"""`python -m tests.bench FOLDER`: speed and memory, ours and the peers', written to reports/measured/speed.md.

FOLDER keeps the corpora (a million articles are 1.6 GB as Parquet), the peers' environments and results.json, in which
each section of a later call replaces its own: `--only peers` measures that section anew. `--quick` takes two minutes,
small dumps and one turn, and prints the page without writing it. Set PROVENANCE_SHARED for the mixture of real text and
the five real dumps. This process stays small, for a child's peak memory counts what its parent held.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench import ROOT, SEED, THREADS, page
from tests.bench.contests import Contestant, contest, ours, peers, warm
from tests.bench.processes import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "reports" / "measured" / "speed.md"
SECTIONS = ("limits", "peers", "mixture", "growth", "hard", "small")
SIZES = (10_000, 100_000, 300_000)
GROWTH = (10_000, 100_000, 1_000_000)
MIXTURE = 85  # MB, under the limit of rewritten=auto
Section = dict[str, Any]


class Bench:
    """What all sections need: the folder, the turns, and whether this is a quick look."""

    def __init__(self, store: Path, rounds: int, quick: bool, sizes: list[int]) -> None:
        self.store, self.rounds, self.quick, self.sizes = store, rounds, quick, sizes
        self.folder = store / "quick" if quick else store
        self.folder.mkdir(parents=True, exist_ok=True)
        self.shared = os.environ.get("PROVENANCE_SHARED")
        self._peers: tuple[list[Contestant], dict[str, str]] | None = None

    def corpus(self, name: str, size: int) -> dict[str, Any]:
        """The corpus, made where it is not there."""
        print(f"{name}, {size:,}", file=sys.stderr)
        return ask("tests.bench.corpora", str(self.store / "corpora"), name, str(size))

    def peers(self) -> tuple[list[Contestant], dict[str, str]]:
        """The peers, installed and warm."""
        if self._peers is None:
            self._peers = peers(self.store, ("text-dedup", "datasketch") if self.quick else ())
            warm(self.folder, self.corpus("news", 2_500), self._peers[0])
        return self._peers

    def warm(self) -> None:
        """Our kernels, compiled."""
        warm(self.folder, self.corpus("news", 2_500), ours("document", "passages", "rewritten", "full"))


def limits(bench: Bench) -> Iterator[Section]:
    """What the machine can do, and `sketch()` alone."""
    corpus = bench.corpus("news", 2_500 if bench.quick else 100_000)
    yield {
        "corpora": [corpus],
        "rates": ask("tests.bench.limits", corpus["path"]),
        "sketch": ask("tests.bench.sketching", corpus["path"], threads=1),
    }


def against_peers(bench: Bench) -> Iterator[Section]:
    """The news-like dump in several sizes, ours and the peers in turns."""
    others, versions = bench.peers()
    for found in _contests(bench, [("news", size) for size in bench.sizes], [*ours("document", "passages"), *others]):
        yield found | {"versions": versions}


def mixture(bench: Bench) -> Iterator[Section]:
    """Real text, ours in all four ways and the peers."""
    if not bench.shared:
        yield {"missing": "PROVENANCE_SHARED is not set"}
        return
    others, versions = bench.peers()
    size = 8 if bench.quick else MIXTURE
    entered = [*ours("document", "passages", "rewritten", "full"), *others]
    for found in _contests(bench, [("mixture", size)], entered):
        yield found | {"versions": versions}


def growth(bench: Bench) -> Iterator[Section]:
    """Our time and memory over two powers of ten."""
    sizes = (2_500, 10_000) if bench.quick else GROWTH
    yield from _contests(bench, [("news", size) for size in sizes], ours("document", "passages"))


def hard(bench: Bench) -> Iterator[Section]:
    """Everything alike, one notice everywhere, a headline with one word changed, a passage in many articles."""
    top = 2_500 if bench.quick else 100_000
    sizes = [size for size in (top // 100, top // 10, top) if size > 100]
    both = [(name, size) for name in ("alike", "notice") for size in sizes]
    planted = [("headlines", top), ("passages", max(top, 12_000))]
    found: Section = {"corpora": [], "tables": []}
    for name, size in [*both, *planted]:
        corpus = bench.corpus(name, size)
        entered = ours("document", "passages") if (name, size) in both else ours("passages")
        rows = contest(bench.folder, corpus, entered, 1)
        for row in rows:
            if "failed" not in row:
                row["found"] = ask("tests.bench.findings", name, corpus["path"], corpus["truth"] or "", row["out"])
        found["corpora"].append(corpus)
        found["tables"].append(rows)
        yield found | {"rounds": 1}


def small(bench: Bench) -> Iterator[Section]:
    """What a user meets first: the help, the sample dumps, the five real ones, and these with kernels not compiled."""
    provenance = (sys.executable, "-m", "provenance")
    entered = [
        Contestant("provenance --help", (*provenance, "--help")),
        Contestant("scan corpus/", (*provenance, "scan", "corpus/", "-o", "OUT")),
    ]
    if bench.shared:
        dumps = (*provenance, "scan", f"{bench.shared}/dumps", "-o", "OUT")
        entered.append(Contestant("scan of the five real dumps", dumps))
        cold = ("env", "NUMBA_CACHE_DIR=OUT-cold", "sh", "-c", 'rm -rf OUT-cold; exec "$@"', "sh", *dumps)
        entered.append(Contestant("the same, kernels not yet compiled", cold))
    nothing = {"name": "small", "path": "", "truth": None, "documents": 0, "bytes": 0}
    yield {"corpora": [], "tables": [contest(bench.folder, nothing, entered, bench.rounds)]}


def _contests(bench: Bench, corpora: list[tuple[str, int]], entered: list[Contestant]) -> Iterator[Section]:
    """The same contestants on one corpus after the other; what is there so far after each."""
    found: Section = {"corpora": [], "tables": []}
    for name, size in corpora:
        corpus = bench.corpus(name, size)
        found["corpora"].append(corpus)
        found["tables"].append(contest(bench.folder, corpus, entered, bench.rounds))
        yield found


MEASURES = {
    "limits": limits, "peers": against_peers, "mixture": mixture, "growth": growth, "hard": hard, "small": small
}  # fmt: skip


def machine() -> dict[str, str]:
    """This machine and the libraries under us, in words."""
    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{one} {version(one)}" for one in ("polars", "numpy", "numba", "datasketch", "xxhash"))
    return {
        "machine": f"{name}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}",
        "libraries": f"Python {platform.python_version()}, {libraries}",
    }


def stamp() -> dict[str, str]:
    """When, at which commit and how busy the machine was before we began."""
    commit = subprocess.check_output(["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True).strip()
    busy = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return {"date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M}", "commit": commit, "load": busy}


def main() -> None:
    """Measure the sections asked for, keep them, write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path(tempfile.gettempdir()) / "provenance-bench")
    parser.add_argument("--sizes", help="articles of the dumps on which the peers are met, with commas")
    parser.add_argument("--only", help=f"sections, with commas: {', '.join(SECTIONS)}")
    parser.add_argument("--rounds", type=int, default=3, help="turns of every contestant [3]")
    parser.add_argument("--quick", action="store_true", help="two minutes: small dumps, one turn, nothing is written")
    chosen = parser.parse_args()
    sizes = [5_000] if chosen.quick else [*SIZES]
    if chosen.sizes:
        sizes = [int(size) for size in chosen.sizes.split(",")]
    wanted = chosen.only.split(",") if chosen.only else [*SECTIONS]
    if unknown := set(wanted) - set(SECTIONS):
        parser.error(f"--only: no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    bench = Bench(chosen.folder.resolve(), 1 if chosen.quick else chosen.rounds, chosen.quick, sizes)
    kept = bench.folder / "results.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    results |= machine() | {"seed": SEED, "threads": THREADS}
    bench.warm()
    for section in wanted:
        begun = stamp()
        for found in MEASURES[section](bench):  # kept as it grows: a section can take an hour
            results[section] = begun | {"rounds": bench.rounds} | found
            kept.write_text(json.dumps(results, indent=1))
    text = page.render(results)
    if not chosen.quick:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text)
    print(text)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
