"""`python -m tests.bench.larger FOLDER [ARTICLES [LIMIT]]`: a dump larger than memory, scanned inside a control group.

The dump is `news` of ARTICLES [1,250,000: 3.1 GB of text], made in FOLDER where it is not there; LIMIT is in MB of 2^20
bytes [1024]. All that the group is charged for counts: what the process holds, and the system's cache of the files that
it reads and writes, which the system takes back as it needs room. Without swap, a process that held more would be
killed. Writes reports/measured/larger.md. Needs a control group that can be written to (Linux, as root).
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench import ROOT
from tests.bench.processes import ask, run

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "reports" / "measured" / "larger.md"
ARTICLES, LIMIT = 1_250_000, 1024
WAYS = {
    "level document": ("--level", "document", "--until", "clusters", "--no-report"),
    "passages and spans": ("--until", "clusters", "--rewritten", "off", "--no-report"),
}
#: Where control groups are, and what the limit, the most that was charged and the kills are called there.
GROUPS = {
    "/sys/fs/cgroup/memory": ("memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control"),
    "/sys/fs/cgroup": ("memory.max", "memory.peak", "memory.events"),
}


class Group:
    """A control group with a limit, in which commands run one after another."""

    def __init__(self, place: Path, limit: int) -> None:
        parent = next((Path(name) for name in GROUPS if (Path(name) / "cgroup.procs").exists()), None)
        if parent is None:
            raise SystemExit("no control groups here: nothing to show")
        limiting, self._peak, self._kills = GROUPS[str(parent)]
        self.place = parent / place
        self.place.mkdir(exist_ok=True)
        with contextlib.suppress(OSError):  # without swap, where the system counts it
            (self.place / "memory.swap.max").write_text("0")
        (self.place / limiting).write_text(str(limit))

    def command(self, *words: str) -> list[str]:
        """The command as one that enters the group first."""
        return ["sh", "-c", f'echo $$ > {self.place}/cgroup.procs && exec "$@"', "sh", *words]

    def peak(self) -> float:
        """The most that was charged so far, in MB of 2^20 bytes."""
        return int((self.place / self._peak).read_text()) / 2**20

    def kills(self) -> int:
        """How many processes were killed for want of memory."""
        lines = (line.split() for line in (self.place / self._kills).read_text().splitlines())
        return sum(int(count) for name, count in lines if name == "oom_kill")


@contextlib.contextmanager
def limited(limit: int) -> Iterator[Group]:
    """A group for a while."""
    group = Group(Path("provenance-bench"), limit << 20)
    try:
        yield group
    finally:
        group.place.rmdir()


def measure(corpus: dict[str, Any], limit: int, ways: dict[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    """The corpus scanned in each way, each in a group of its own."""
    rows = []
    for name, options in ways.items():
        with tempfile.TemporaryDirectory(dir=Path(corpus["path"]).parent) as folder, limited(limit) as group:
            scan = ("-m", "provenance", "scan", corpus["path"], "-o", f"{folder}/out", "--memory", str(limit // 2))
            cost = run(group.command(sys.executable, *scan, *options), Path(folder) / "log")
            row = {"way": name, "cpu": cost.cpu, "seconds": cost.seconds, "code": cost.code, "resident": cost.memory}
            row |= {"charged": group.peak(), "kills": group.kills(), "said": (Path(folder) / "log").read_text()}
            if cost.code == 0:
                row["counts"] = json.loads((Path(folder) / "out" / "run.json").read_text())["counts"]
            rows.append(row)
            print(json.dumps(row), file=sys.stderr)
    return rows


def render(corpus: dict[str, Any], limit: int, rows: list[dict[str, Any]]) -> str:
    """The page."""
    about = (
        f"Written by `python -m tests.bench.larger` on {datetime.now(UTC):%Y-%m-%d}: `news` of tests/bench/corpora.py, "
        f"{corpus['documents']:,} articles, {corpus['bytes'] / 1e6:,.0f} MB of text, in a control group of {limit:,} "
        "MB without swap. What the group is charged for is what the process holds and the system's cache of the files "
        "that it reads and writes; the second is given up as the first needs room. Other work ran on the machine."
    )
    lines = ["# A dump larger than memory", "", about, ""]
    lines += ["| scan | exit | killed | CPU s | seconds | most charged MB | most resident MB | matches |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for row in rows:
        found = f"{row['counts']['rows']['matches']:,}" if "counts" in row else "none"
        lines.append(
            f"| {row['way']} | {row['code']} | {row['kills']} | {row['cpu']:.0f} | {row['seconds']:.0f} "
            f"| {row['charged']:,.0f} | {row['resident']:,.0f} | {found} |"
        )
    return "\n".join(lines) + "\n"


def main(folder: str, articles: int = ARTICLES, limit: int = LIMIT, *only: str) -> None:
    """Make, measure, write the page."""
    corpus = ask("tests.bench.corpora", folder, "news", str(articles))
    ways = {name: way for name, way in WAYS.items() if not only or name in only}
    text = render(corpus, limit, measure(corpus, limit, ways))
    PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:4]), *sys.argv[4:])
