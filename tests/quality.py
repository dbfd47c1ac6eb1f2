"""`python -m tests.quality`: how good the matching is, on text that nobody here wrote, against pinned floors.

PROVENANCE_SHARED=../shared python -m tests.quality              all groups; writes reports/measured/quality.md
PROVENANCE_SHARED=../shared python -m tests.quality pan13        one group, printed only
... --check      exit 1 if a figure is under its floor or a corpus is not the one the floors were pinned on
... --raise      pin every floor that was passed at what was measured, and the fingerprints
... --lower GROUP/FIGURE --because "..."      the only way down: leaves a line in CHANGELOG.md
... --ablation   channels and steps of the aligner switched off one at a time; writes reports/measured/ablation.md
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from tests import floors
from tests.figures import GROUPS, Figure

MEASURED = floors.ROOT / "reports" / "measured"
PAGE, ABLATION = MEASURED / "quality.md", MEASURED / "ablation.md"
SCANNED = ("reuters", "bbc", "two-events", "twentynews")
WITHOUT_CORPORA = ("sample", "hot-passage", "headline")


class Measured(NamedTuple):
    """The figures of one group and the seconds that they took."""

    group: str
    figures: list[Figure]
    seconds: float


def measure(groups: list[str], corpora: Path) -> list[Measured]:
    """Measure groups one after another, telling which on stderr."""
    measured = []
    for group in groups:
        began = time.perf_counter()
        found = list(GROUPS[group](corpora))
        measured.append(Measured(group, found, time.perf_counter() - began))
        print(f"{group}: {measured[-1].seconds:.1f} s", file=sys.stderr)
    return measured


def command_of(group: str) -> str:
    """How anyone can see the figures of a group."""
    own = f"`python -m tests.quality {group}`"
    folder = {"pan13": "pan13-train", "pan13-exact": "pan13-train"}.get(group, group)
    if group not in SCANNED and folder == group:
        return own
    flags = {"pan13-exact": " --rewritten off"}.get(group, "")
    place = f"$PROVENANCE_SHARED/corpora/{folder}"
    scan = f"provenance scan {place}/documents.parquet -o RUN{flags}"
    return f"{own}, or `{scan}` and `provenance evaluate RUN --gold {place}`"


def show(value: float | None, count: bool = False) -> str:
    """A figure of a table, a count or a share; nothing for none."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value == int(value) and (count or value != 1) else f"{value:.4f}"


def table(measured: Measured, wanted: dict[tuple[str, str], floors.Wanted]) -> str:
    """One group -> a Markdown table."""
    lines = ["| figure | measured | floor | must | aim | published | judged |", "|---|--:|--:|--:|--:|--:|--:|"]
    for figure in measured.figures:
        want = wanted.get((measured.group, figure.name))
        name, value = figure.name, show(figure.value)
        limits = ["", "", "", ""]
        if want:
            sign = ">=" if want.at_least else "<="
            count = not want.at_least and want.must is not None and want.must == int(want.must)
            limits = [show(limit, count) for limit in (want.floor, want.must, want.aim, want.published)]
            limits[0] = f"{sign} {limits[0]}"
            if not want.holds(figure.value):
                value += " **under its floor**"
            elif want.must is not None and not want.holds(figure.value, want.must):
                value += " (short)"
        lines.append(f"| {name} | {value} | {' | '.join(limits)} | {figure.cases:,} |")
    return "\n".join(lines)


def about(command: str, known: dict[str, str]) -> str:
    """The first paragraph of a page: the command, when, where, on what."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=floors.ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    files = "\n".join(f"- {name}: {digest}" for name, digest in sorted(known.items()))
    return (
        f"Written by `{command}` on {dt.datetime.now(dt.UTC):%Y-%m-%d}, at or after commit {commit or 'unknown'}:"
        f" {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}. Every"
        " corpus is scanned whole under the default settings; its labels are looked at afterwards. The corpora are not"
        f" part of this repository; xxh3-128 of the files:\n\n{files}"
    )


def page(measured: list[Measured], known: dict[str, str]) -> str:
    """All groups -> reports/measured/quality.md."""
    explained = (
        "`floor` is what the check fails under (tests/quality_floors.toml), `must` and `aim` what was set out to be"
        " reached, `published` the best figure known of others: on PAN 2013 Sanchez-Perez 2014 and the shared task's"
        " baseline, on the other half of that corpus; on pairs and clusters the packaged peers. No allowance was made"
        " for pairs at the border of a threshold."
    )
    parts = ["# Quality", about("PROVENANCE_SHARED=../shared python -m tests.quality", known), explained]
    wanted = floors.read().wanted
    for one in measured:
        title = (GROUPS[one.group].__doc__ or "").strip()
        head = f"## {one.group}\n\n{title} {command_of(one.group)}; {one.seconds:.0f} s."
        parts.append(f"{head}\n\n{table(one, wanted)}")
    return "\n\n".join(parts) + "\n"


def failures(measured: list[Measured], known: dict[str, str]) -> list[str]:
    """What is under its floor, missing, or measured on other files; one line each."""
    pinned = floors.read()
    wrong = []
    for one in measured:
        found = {figure.name: figure.value for figure in one.figures}
        for (group, name), want in pinned.wanted.items():
            if group != one.group:
                continue
            if name not in found:
                wrong.append(f"{group}/{name}: was not measured")
            elif not want.holds(found[name]):
                sign = "at least" if want.at_least else "at most"
                wrong.append(f"{group}/{name}: {found[name]:.5g}, and must be {sign} {want.floor:g}")
    for name, digest in known.items():
        if pinned.fingerprints.get(name) != digest:
            wrong.append(f"{name}: is not the file that the floors were pinned on (xxh3-128 {digest})")
    return wrong


def raise_floors(measured: list[Measured], known: dict[str, str]) -> None:
    """Pin what was measured where it is better than the floor, and the fingerprints of what was read."""
    text = floors.PATH.read_text("utf-8")
    wanted = floors.read(text).wanted
    for one in measured:
        for figure in one.figures:
            want = wanted.get((one.group, figure.name))
            if not want or want.budget:
                continue
            floor = want.floor_of(figure.value)
            if want.holds(floor) and floor != want.floor:
                text = floors.with_floor(text, one.group, figure.name, floor)
                print(f"{one.group}/{figure.name}: {want.floor:g} -> {floor:g}")
    floors.PATH.write_text(floors.with_fingerprints(text, floors.read(text).fingerprints | known), "utf-8")


def lower_floors(names: list[str], because: str, corpora: Path) -> None:
    """Pin figures at what is measured now, though that is worse, and say so in CHANGELOG.md."""
    wanted = floors.read().wanted
    for what in names:
        if tuple(what.split("/", 1)) not in wanted:
            sys.exit(f"{what}: no such floor; tests/quality_floors.toml names them all, as GROUP/FIGURE")
    day = dt.datetime.now(dt.UTC).date()
    measured = measure(sorted({what.split("/", 1)[0] for what in names}), corpora)
    values = {f"{one.group}/{figure.name}": figure.value for one in measured for figure in one.figures}
    for what in names:
        group, name = what.split("/", 1)
        want = wanted[group, name]
        floor = want.floor_of(values[what])
        if want.holds(values[what]):
            sys.exit(f"{what}: is {values[what]:.5g} and holds its floor of {want.floor:g}; nothing to lower")
        line = floors.lowering(group, name, want.floor, floor, because, day)
        floors.PATH.write_text(floors.with_floor(floors.PATH.read_text("utf-8"), group, name, floor), "utf-8")
        floors.CHANGELOG.write_text(floors.note(floors.CHANGELOG.read_text("utf-8"), line), "utf-8")
        print(line, end="")


def write_ablation(corpora: Path) -> None:
    """Every variant of tests/ablation.py -> reports/measured/ablation.md, line by line; ten minutes on two cores."""
    from tests import ablation  # noqa: PLC0415  it loads every kernel, and no other command needs them

    known = floors.fingerprints(corpora, ablation.CORPORA)
    head = about("PROVENANCE_SHARED=../shared python -m tests.quality --ablation", known)
    MEASURED.mkdir(parents=True, exist_ok=True)
    ABLATION.write_text(f"# Ablation\n\n{head}\n\n{ablation.EXPLAINED}\n\n", "utf-8")
    for line in ablation.lines(list(ablation.VARIANTS), corpora):
        print(line, flush=True)
        with ABLATION.open("a", encoding="utf-8") as page:
            page.write(f"{line}\n")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser("python -m tests.quality", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all if none is named")
    parser.add_argument("--check", action="store_true", help="exit 1 under a floor, or on other files")
    parser.add_argument("--raise", dest="lift", action="store_true", help="pin every floor that was passed")
    parser.add_argument("--lower", metavar="GROUP/FIGURE", action="append", help="pin a figure though it got worse")
    parser.add_argument("--because", metavar="REASON", help="why; goes to CHANGELOG.md")
    parser.add_argument("--ablation", action="store_true", help="switch channels and steps off one at a time")
    given = parser.parse_args()
    unknown = set(given.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    if bool(given.lower) != bool(given.because):
        parser.error('--lower GROUP/FIGURE needs --because "...", and the other way round')
    return given


def main() -> None:
    """Measure, print, and do what the flags say."""
    given = arguments()
    groups = given.groups or list(GROUPS)
    place = os.environ.get("PROVENANCE_SHARED")
    if not place and set(groups) - set(WITHOUT_CORPORA):
        sys.exit("PROVENANCE_SHARED is not set: it names the folder that holds corpora/")
    corpora = Path(place or "") / "corpora"
    if given.lower:
        lower_floors(given.lower, given.because, corpora)
        return
    if given.ablation:
        write_ablation(corpora)
        return
    measured = measure(groups, corpora)
    known = floors.fingerprints(corpora, groups) if place else {}
    if given.lift:
        raise_floors(measured, known)
    text = page(measured, known)
    print(text)
    if not given.groups:
        MEASURED.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, "utf-8")
    wrong = failures(measured, known) if given.check else []
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
