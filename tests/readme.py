"""The parts of the README that commands write. `python -m tests.readme` writes them anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import click
from click.testing import CliRunner

from provenance.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parent.parent
PATH = ROOT / "README.md"
SHOWN = "ls-4470"  # an article of the sample dumps whose explanation fits ten lines
WIDE = 116
SECONDS = re.compile(r"[\d.]+ s$", re.MULTILINE)


def help_text() -> str:
    """The help of the program and of `scan` in full, and the usage line of every other command."""
    runner = CliRunner()

    def ask(*words: str) -> str:
        return runner.invoke(main, [*words, "--help"], prog_name="provenance", terminal_width=100).output.rstrip()

    usages = [ask(name).split("\n")[0].removeprefix("Usage: ") for name in COMMANDS if name != "scan"]
    parts = [f"$ provenance --help\n{ask()}", f"$ provenance scan --help\n{ask('scan')}", "\n".join(usages)]
    return "\n\n".join(parts)


def excerpt() -> str:
    """What the first command prints, and what `explain` says of one article."""
    with tempfile.TemporaryDirectory() as folder:

        def ask(*words: str) -> list[str]:
            command = [sys.executable, "-m", "provenance", *words]
            own = {name: value for name, value in os.environ.items() if not name.startswith("PROVENANCE_")}
            done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=True)
            return (done.stderr + done.stdout).splitlines()

        scanned = [line for line in ask("scan", "corpus/", "-o", folder) if line.startswith(("read ", "passages "))]
        told = [line for line in ask("explain", folder, SHOWN) if " cluster " not in line]
    lines = ["$ provenance scan corpus/ -o reports/", *scanned, f"$ provenance explain reports/ {SHOWN}", *told]
    return "\n".join(line if len(line) <= WIDE else f"{line[:WIDE]}…" for line in lines)


def block(name: str, text: str) -> str:
    """The block of that name in a README's text, without its fences."""
    found = re.search(rf"<!-- {name}: [^\n]*-->\n```text\n(.*?)```\n<!-- end of {name} -->", text, re.DOTALL)
    assert found, f"README.md: the markers of {name} are gone"
    return found.group(1)


if __name__ == "__main__":
    readme = PATH.read_text(encoding="utf-8")
    for part, written in (("help", help_text()), ("excerpt", excerpt())):
        old = block(part, readme)
        readme = readme.replace(
            f"```text\n{old}```\n<!-- end of {part}", f"```text\n{written}\n```\n<!-- end of {part}"
        )
    PATH.write_text(readme, encoding="utf-8")
    click.echo(f"{PATH.name} written")
