"""`provenance report`: the HTML report of a scan anew."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("report")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write DIR/report.html anew from the tables of a scan."""
    from provenance.reports.runs import Run

    Run.read(folder).write(folder)
    click.echo(str(folder / "report.html"))
