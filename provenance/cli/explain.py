"""`provenance explain`: why two articles were, or were not, matched; or one article's origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provenance.cli.options import Place

if TYPE_CHECKING:
    from pathlib import Path


@click.command("explain")
@click.argument("folder", metavar="DIR", type=Place())
@click.argument("first", metavar="A")
@click.argument("second", metavar="[B]", required=False)
def command(folder: Path, first: str, second: str | None) -> None:
    """Why A and B were, or were not, matched; or where A came from: evidence, edges and runner-up.

    DIR is a scan's folder, A and B are ids of its documents.
    """
    from provenance.reports.escaping import terminal
    from provenance.reports.explaining import explain_article, explain_pair
    from provenance.reports.runs import Run

    run = Run.read(folder)
    lines = explain_pair(run, first, second) if second is not None else explain_article(run, first)
    for line in lines:
        click.echo(terminal(line))
