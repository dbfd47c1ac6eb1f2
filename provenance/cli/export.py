"""`provenance export`: tables for programs that read no Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provenance.cli.options import Place

if TYPE_CHECKING:
    from pathlib import Path


@click.command("export")
@click.argument("folder", metavar="DIR", type=Place())
@click.option("--format", "kind", type=click.Choice(("csv", "jsonl")), required=True, help="What to write.")
@click.option("--table", "tables", multiple=True, metavar="NAME", help="Only this table; may be given again.")
@click.option("-o", "--output", type=Place(), metavar="DIR", help="Another folder for the files.")
def command(folder: Path, kind: str, tables: tuple[str, ...], output: Path | None) -> None:
    """Write each table of the scan in DIR as CSV or JSON lines.

    Cells that a spreadsheet would run as a formula begin with an apostrophe. Prints the files written.
    """
    from provenance.reports.exporting import export
    from provenance.reports.runs import Run

    for path in export(Run.read(folder), output or folder, kind, tables):
        click.echo(str(path))
