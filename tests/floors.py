"""The floors of `python -m tests.quality`: tests/quality_floors.toml, read, compared with, raised and lowered."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from provenance.reports.writing import checksum

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
PATH = ROOT / "tests" / "quality_floors.toml"
CHANGELOG = ROOT / "CHANGELOG.md"
DIGITS = 4  # a floor has so many decimals
# The rewritten channel samples pairs of words by their hashes: when words came to be hashed otherwise, plagdet moved by
# .0007 and the recall of candidates by .005. Whole numbers (all, none, a count) are pinned as they are.
SLACK = 0.005
TOLERANCE = 1e-9


class Wanted(NamedTuple):
    """What a figure must reach: `floor` fails the check, the others are shown beside it."""

    floor: float
    at_least: bool
    must: float | None
    aim: float | None
    published: float | None
    budget: bool = False  # a floor that is not tightened to what was measured

    def holds(self, value: float, limit: float | None = None) -> bool:
        """Whether a value is as good as the floor, or as another limit."""
        bound = self.floor if limit is None else limit
        return value >= bound - TOLERANCE if self.at_least else value <= bound + TOLERANCE

    def floor_of(self, value: float) -> float:
        """The floor that a measured value gives."""
        if value == int(value):
            return value
        value += -SLACK if self.at_least else SLACK
        cut = math.floor if self.at_least else math.ceil
        return cut(round(value * 10**DIGITS, 3)) / 10**DIGITS


class Floors(NamedTuple):
    """Wanted figures by group and name, and the fingerprints of the files that they were measured on."""

    wanted: dict[tuple[str, str], Wanted]
    fingerprints: dict[str, str]


def read(text: str | None = None) -> Floors:
    """The floors as they stand, or as `text` gives them."""
    tables: dict[str, dict[str, Any]] = tomllib.loads(text if text is not None else PATH.read_text("utf-8"))
    fingerprints = tables.pop("fingerprints", {})
    wanted = {}
    for group, figures in tables.items():
        for name, row in figures.items():
            (kind,) = {"least", "most", "budget"} & set(row)
            shown = [row.get(other) for other in ("must", "aim", "published")]
            wanted[group, name] = Wanted(row[kind], kind == "least", *shown, budget=kind == "budget")
    return Floors(wanted, fingerprints)


def fingerprints(corpora: Path, groups: Iterable[str]) -> dict[str, str]:
    """The folder of corpora -> the fingerprint of each Parquet file of those that `groups` read."""
    folders = {"pan13": "pan13-train", "pan13-exact": "pan13-train"}
    names = sorted({folders.get(group, group) for group in groups})
    files = [path for name in names for path in sorted((corpora / name).glob("*.parquet"))]
    return {path.relative_to(corpora).as_posix(): checksum(path) for path in files}


def with_floor(text: str, group: str, name: str, floor: float) -> str:
    """The floors' file with another floor for one figure."""
    begin = text.index(f"\n[{group}]\n")
    quoted = re.escape(name.replace("\\", "\\\\"))
    line = re.compile(rf'^("{quoted}" = \{{ (?:least|most|budget) = )[\d.]+', re.MULTILINE)
    changed, count = line.subn(rf"\g<1>{floor:g}", text[begin:], count=1)
    if not count:
        raise KeyError(f"{group}/{name}: no such floor")
    return text[:begin] + changed


def with_fingerprints(text: str, known: dict[str, str]) -> str:
    """The floors' file with other fingerprints."""
    head, _, rest = text.partition("[fingerprints]")
    title, _, rest = rest.partition("\n")
    lines = "".join(f'"{name}" = "{digest}"\n' for name, digest in sorted(known.items()))
    return f"{head}[fingerprints]{title}\n{lines}\n{rest[rest.index('[') :]}"


def lowering(group: str, name: str, old: float, new: float, because: str, day: dt.date) -> str:
    """The line that CHANGELOG.md gets for a floor made easier to reach."""
    return f"- Quality floor lowered on {day}: `{group}/{name}` from {old:g} to {new:g}, because {because}\n"


def note(changelog: str, line: str) -> str:
    """A changelog with a line more at the end of its first section."""
    sections = list(re.finditer(r"^## ", changelog, re.MULTILINE))
    end = sections[1].start() if len(sections) > 1 else len(changelog)
    return f"{changelog[:end].rstrip()}\n{line}" + (f"\n{changelog[end:]}" if end < len(changelog) else "")
