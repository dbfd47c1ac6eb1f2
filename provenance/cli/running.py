"""What commands that read dumps share: saying that kernels compile, counting, the lines on what was not read."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl


@contextmanager
def at_work(quiet: bool, what: str) -> Iterator[Callable[[int], None]]:
    """A function to tell how many more are done; it counts on a terminal, and says once if kernels compile."""
    from provenance.cli.kernels import NEEDED_BY, watch_kernels

    def say_compiling() -> None:
        if not quiet:
            click.echo("compiling kernels, once after an installation: about twenty seconds", err=True)

    with _counter(quiet, what) as count, watch_kernels(say_compiling, lambda _stage: None) as progress:
        progress(NEEDED_BY)
        yield count


@contextmanager
def _counter(quiet: bool, what: str) -> Iterator[Callable[[int], None]]:
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _more: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    # the total is not known before the input ends: a count, and no bar that stands at 100 %
    columns = SpinnerColumn(), TextColumn(what + " {task.completed:,.0f}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda more: bar.update(task, advance=more)


def say_rejects(rejects: pl.DataFrame, shown: int = 10) -> None:
    """Rejects, on stderr: what, where, why."""
    from provenance.reports.escaping import terminal

    for row in rejects.head(shown).iter_rows(named=True):
        where = row["path"] if row["record"] is None else f"{row['path']}, record {row['record']}"
        click.echo(terminal(f"{row['action']}: {where}: {row['detail'] or row['reason']}"), err=True)
    if rejects.height > shown:
        click.echo(f"{rejects.height - shown:,} more were not read", err=True)


def count_rejects(rejects: pl.DataFrame) -> int:
    """How many inputs and records were not read; what was left out on purpose is none of them."""
    return rejects.filter(rejects["reason"] != "left_out").height
