"""`provenance export`: tables for programs that read no Parquet."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--format", "kind", type=click.Choice(("csv", "jsonl")), required=True, help="What to write.")
@click.option("--table", "tables", multiple=True, metavar="NAME", help="Only this table; may be given again.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Another folder for the files.")
def command(folder: Path, kind: str, tables: tuple[str, ...], output: Path | None) -> None:
    """Write each table of the scan in DIR as CSV or JSON lines.

    Cells that a spreadsheet would run as a formula begin with an apostrophe. Prints the files written.
    """
    from provenance.reports.exporting import export
    from provenance.reports.runs import Run

    for path in export(Run.read(folder), output or folder, kind, tables):
        click.echo(str(path))
