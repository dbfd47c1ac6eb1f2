"""`provenance evaluate`: a run against gold tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from provenance.cli.options import Place

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


@click.command("evaluate")
@click.argument("run", metavar="RUN", type=Place())
@click.option(
    "--gold",
    required=True,
    metavar="FOLDER",
    type=Place(),
    help="The folder of gold tables, or a log of `provenance review`.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
def command(run: Path, gold: Path, form: str) -> None:
    """Measure RUN, a folder that scan wrote or a Parquet file of spans, against the gold tables in a folder.

    Spans by characters and by plagdet, matches by true Jaccard, clusters by adjusted Rand index and B-cubed F1,
    edges and origins by accuracy and calibration: whatever both sides hold.

    A log of decisions, or its export, is gold too: how far the run says what editors did. Of a run that heeded them
    that tells nothing, and the first row says so.

    Example: provenance evaluate reports/ --gold corpus/gold
    """
    from provenance.cli.running import print_in_utf8
    from provenance.evaluation import evaluate

    measures = evaluate(run, gold)
    if form == "json":
        print_in_utf8()
    click.echo(as_json(measures) if form == "json" else as_text(measures))


def as_json(measures: pl.DataFrame) -> str:
    """MEASURES -> one JSON object."""
    from provenance.tables import SCHEMA_VERSION

    document: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "measures": measures.to_dicts()}
    return json.dumps(document, indent=1, ensure_ascii=False)


def as_text(measures: pl.DataFrame) -> str:
    """MEASURES -> lines in columns, a measure's name at its first line only."""
    rows = [("measure", "part", "value", "cases")]
    last = ""
    for name, part, value, cases in measures.rows():
        figure = f"{value:.0f}" if value == int(value) and value > 1 else f"{value:.5f}"
        rows.append(("" if name == last else name, part, figure, str(cases)))
        last = name
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{one:<{wide[0]}}  {two:<{wide[1]}}  {three:>{wide[2]}}  {four:>{wide[3]}}" for one, two, three, four in rows
    )
