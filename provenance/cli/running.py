"""What commands that read dumps share: the line while kernels compile, the count, the lines on what was not read."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import polars as pl

SHOWN = 10  # rejects told one by one


@contextmanager
def at_work(quiet: bool, what: str) -> Iterator[Callable[[int], None]]:
    """A function to call with how many more are done, for the count on a terminal. A line tells if kernels compile."""
    from provenance.cli.compiling import NEEDED_BY, watch_kernels

    say = (lambda: None) if quiet else say_compiling
    with _counter(quiet, what) as count, watch_kernels(say, lambda _stage: None) as progress:
        progress(NEEDED_BY)
        yield count


def begun(documents: Iterable[pl.DataFrame], index: Path) -> Iterator[pl.DataFrame]:
    """DOCUMENTS bit by bit -> the same, the first of them read already where there is no index yet.

    What is wrong with the inputs or their columns is told before one is made: a refused `index add` left an empty file.
    """
    bits = iter(documents)
    return bits if index.exists() else chain(list(islice(bits, 1)), bits)


def is_shown(quiet: bool) -> bool:
    """Whether to show progress: somebody watches a terminal, and did not ask for quiet."""
    return not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def _counter(quiet: bool, what: str) -> Iterator[Callable[[int], None]]:
    if not is_shown(quiet):
        yield lambda _more: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    # the total is not known before the input ends, so a count and no bar
    columns = SpinnerColumn(), TextColumn(what + " {task.completed:,.0f}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda more: bar.update(task, advance=more)


def print_in_utf8() -> None:
    """Print UTF-8 from here on, whatever the terminal's encoding: programs read this, and an escape is no JSON."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def say_compiling() -> None:
    """Say on stderr why nothing happens for a while."""
    click.echo("compiling kernels, once after an installation: a minute or two", err=True)


def say_rejects(rejects: pl.DataFrame, rest: str) -> None:
    """Say on stderr what the first rejects are, where, and why; `rest` are the words for all others."""
    from provenance.reports.escaping import terminal

    for row in rejects.head(SHOWN).iter_rows(named=True):
        where = row["path"] if row["record"] is None else f"{row['path']}, record {row['record']}"
        click.echo(terminal(f"{row['action']}: {where}: {row['detail'] or row['reason']}"), err=True)
    if rejects.height > SHOWN:
        click.echo(f"{rejects.height - SHOWN:,} more {rest}", err=True)
