"""`provenance report`: the HTML report of a scan anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provenance.cli.options import Place

if TYPE_CHECKING:
    from pathlib import Path


@click.command("report")
@click.argument("folder", metavar="DIR", type=Place())
def command(folder: Path) -> None:
    """Write DIR/report.html anew from the tables of a scan."""
    from provenance.reports.runs import Run

    Run.read(folder).write_page(folder)
    click.echo(str(folder / "report.html"))
