"""The part of the README that commands write. `python -m tests.readme` writes it anew."""

from __future__ import annotations

import re
from pathlib import Path

import click
from click.testing import CliRunner

from provenance.cli import COMMANDS, main

PATH = Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- help: [^\n]*-->\n).*?(<!-- end of help -->)", re.DOTALL)


def help_text() -> str:
    """The help of the program and of `scan` in full, and the usage line of every other command."""
    runner = CliRunner()

    def ask(*words: str) -> str:
        return runner.invoke(main, [*words, "--help"], prog_name="provenance", terminal_width=100).output.rstrip()

    usages = [ask(name).split("\n")[0].removeprefix("Usage: ") for name in COMMANDS if name != "scan"]
    parts = [f"$ provenance --help\n{ask()}", f"$ provenance scan --help\n{ask('scan')}", "\n".join(usages)]
    return "```text\n{}\n```\n".format("\n\n".join(parts))


def with_help(text: str) -> str:
    """The README's text with the help of now."""
    assert BLOCK.search(text), "README.md: the markers of the help are gone"
    return BLOCK.sub(lambda found: found.group(1) + help_text() + found.group(2), text)


if __name__ == "__main__":
    PATH.write_text(with_help(PATH.read_text(encoding="utf-8")), encoding="utf-8")
    click.echo(f"{PATH.name} written")
