"""`provenance settings`: every parameter, its value, and where it came from."""

from __future__ import annotations

import os
from dataclasses import fields
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from provenance.settings import Settings


@click.command("settings")
def command() -> None:
    """Every parameter: value, where it came from, unit, range and reason; then the recall curve of the bands.

    A parameter is set by a flag (--near-duplicate 0.8), by a variable (PROVENANCE_NEAR_DUPLICATE=0.8), or by a
    line in provenance.toml or under [tool.provenance] in pyproject.toml (near_duplicate = 0.8), in that order.
    """
    from provenance.configuration import load_settings
    from provenance.settings import Settings

    here = load_settings(environment=os.environ)
    for item in fields(Settings):
        about = item.metadata
        value = getattr(here.settings, item.name)
        limits = ", ".join(about["choices"]) if "choices" in about else about["unit"]
        if "low" in about:
            limits = f"{about['low']} to {about['high']} {about['unit']}".rstrip()
        click.echo(f"{item.name:<21} {'-' if value is None else value!s:<10} {here.sources[item.name]:<12} {limits}")
        click.echo(f"{'':<21} {about['reason']}")
    click.echo()
    for line in recall_lines(here.settings):
        click.echo(line)


def recall_lines(settings: Settings) -> list[str]:
    """The expected recall of the bands in force, by jaccard."""
    from provenance.matching.pairs.sketches import choose_bands, least_equal, proposed_share

    bands, rows = choose_bands(settings)
    lines = [
        f"bands: {bands} of {rows} rows, used in dumps of more than {settings.exhaustive_documents:,} documents;",
        f"a pair is compared if a band and {least_equal(settings)} of {settings.num_perm} permutations are equal",
        "jaccard  expected recall, at least",
    ]
    for tenth in range(1, 11):
        share = proposed_share(tenth / 10, settings)
        lines.append(f"    {tenth / 10:.1f}  {share:.4f} {'#' * round(40 * share)}".rstrip())
    reach = settings.shingle_words + settings.window - 1
    lines.append(f"passages: every run of {reach} equal words is seen, in dumps of any size")
    return lines
