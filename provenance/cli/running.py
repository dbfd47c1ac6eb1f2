"""What commands that read dumps share: saying that kernels compile, counting, the lines on what was not read."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

SHOWN = 10  # rejects told one by one


@contextmanager
def at_work(quiet: bool, what: str) -> Iterator[Callable[[int], None]]:
    """A function to tell how many more are done; it counts on a terminal, and says once if kernels compile."""
    from provenance.cli.kernels import NEEDED_BY, watch_kernels

    say = (lambda: None) if quiet else say_compiling
    with _counter(quiet, what) as count, watch_kernels(say, lambda _stage: None) as progress:
        progress(NEEDED_BY)
        yield count


def is_shown(quiet: bool) -> bool:
    """Whether somebody watches who wants to see how it goes on."""
    return not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def _counter(quiet: bool, what: str) -> Iterator[Callable[[int], None]]:
    if not is_shown(quiet):
        yield lambda _more: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    # the total is not known before the input ends: a count, and no bar that stands at 100 %
    columns = SpinnerColumn(), TextColumn(what + " {task.completed:,.0f}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda more: bar.update(task, advance=more)


def print_in_utf8() -> None:
    """What programs read is UTF-8, whatever the terminal speaks: an escape of a letter is no JSON."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def say_compiling() -> None:
    """Why nothing happens for a while: on stderr."""
    click.echo("compiling kernels, once after an installation: a minute or two", err=True)


def say_rejects(rejects: pl.DataFrame, rest: str) -> None:
    """The first rejects, on stderr: what, where, why; `rest` says what of the others."""
    from provenance.reports.escaping import terminal

    for row in rejects.head(SHOWN).iter_rows(named=True):
        where = row["path"] if row["record"] is None else f"{row['path']}, record {row['record']}"
        click.echo(terminal(f"{row['action']}: {where}: {row['detail'] or row['reason']}"), err=True)
    if rejects.height > SHOWN:
        click.echo(f"{rejects.height - SHOWN:,} more {rest}", err=True)
