"""`provenance check`: the gate."""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from provenance.cli.options import Place, index_options, open_index, settings_options, take_settings, verdicts_option
from provenance.errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_PARTIAL
from provenance.reports.findings import FORMATS, LADDER, Gate, read_baseline, to_records

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@click.command("check")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@index_options
@click.option("--add", is_flag=True, help="Ingest what is checked, in the same transaction; makes the index.")
@click.option(
    "--since", type=click.DateTime(("%Y-%m-%d",)), metavar="DATE", help="Look back only so far, as to 2025-04-03."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to print.")
@click.option(
    "--fail-on",
    type=click.Choice(LADDER),
    default="recycled",
    show_default=True,
    help="Exit with 1 on this verdict or a closer one.",
)
@click.option(
    "--max-recycled",
    type=click.FloatRange(0, 1),
    default=Gate.max_recycled,
    show_default=True,
    metavar="SHARE",
    help="From this share of its words on, a recycled document fails.",
)
@verdicts_option
@click.option("--no-origins", is_flag=True, help="Leave out the likely origins: half the time.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option(
    "--baseline",
    type=Place(),
    metavar="FILE",
    help="An earlier output (json, jsonl, sarif): its findings are marked as known and do not fail.",
)
@settings_options()
@click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only.")
def command(
    inputs: tuple[str, ...],
    index: Path,
    wait: float,
    add: bool,
    since: dt.datetime | None,
    form: str,
    fail_on: str,
    max_recycled: float,
    verdicts: Path | None,
    no_origins: bool,
    exit_zero: bool,
    baseline: Path | None,
    quiet: bool,
    **settings: Any,
) -> int:
    """Say of each incoming document what of it was seen before: in the index, or earlier in the input.

    new, duplicate, near_duplicate, or recycled (a share of its words, with spans); the older documents with outlet and
    date, the share of each one's words in the other, the likely origin. Findings go to stdout, everything else to
    stderr; json and jsonl have every document, the new ones included.

    Exit codes, in every format: 0 clean, 1 findings at or over the gate, 2 usage, 3 some inputs could not be read,
    4 internal error, 10 no index, 11 index locked, 12 index made with other settings, 13 index damaged,
    130 interrupted, 143 by SIGTERM.
    """
    import datetime as dt

    began = time.perf_counter()
    chosen = take_settings(settings)
    from provenance.cli.running import at_work, begun, say_rejects
    from provenance.dumps.rejects import count_rejects, is_partial
    from provenance.dumps.streaming import Streamed
    from provenance.dumps.verdicts import find_log, read_verdicts

    gate = Gate(fail_on, max_recycled, read_baseline(baseline) if baseline else frozenset())
    moment = since.replace(tzinfo=dt.UTC) if since else None
    said = read_verdicts(find_log(index.parent, verdicts))
    counts: Counter[str] = Counter()
    with at_work(quiet, "checked") as count:
        found = Streamed(inputs, chosen.settings, sys.stdin.buffer)
        documents = begun(found, index) if add else iter(found)
        with open_index(index, chosen, wait, create=add) as opened:

            def records() -> Iterator[dict[str, Any]]:
                with closing(
                    opened.check_each(documents, add=add, since=moment, origins=not no_origins, verdicts=said)
                ) as each:
                    for findings in each:
                        for record in to_records(findings, gate):
                            counts[record["verdict"]] += 1
                            counts["fails"] += record["fails"]
                            yield record
                        count(findings.height)
                        counts["read"] += findings.height

            write(records(), form)
    if not quiet:
        say_rejects(found.rejects, "like these")
        click.echo(
            f"read {counts['read']:,}, new {counts['new']:,}, duplicate {counts['duplicate']:,}, "
            f"near duplicate {counts['near_duplicate']:,}, recycled {counts['recycled']:,}, "
            f"failing {counts['fails']:,}, rejected {count_rejects(found.rejects):,}, "
            f"{time.perf_counter() - began:.1f} s",
            err=True,
        )
    if is_partial(found.rejects):
        return EXIT_PARTIAL
    return EXIT_FINDINGS if counts["fails"] and not exit_zero else EXIT_CLEAN


def write(records: Iterable[dict[str, Any]], form: str) -> None:
    """Print findings in a format, each as soon as it is known."""
    from provenance import __version__
    from provenance.cli.running import print_in_utf8
    from provenance.reports import findings

    if form != "text":
        print_in_utf8()
    by_line = {"text": findings.as_text, "jsonl": findings.as_json_line, "github": findings.as_annotation}
    if form in by_line:
        pieces: Iterable[str] = (line + "\n" for line in map(by_line[form], records) if line is not None)
    elif form == "json":
        pieces = findings.as_json(records, {"version": __version__})
    else:
        pieces = findings.as_sarif(records, __version__)
    for piece in pieces:
        sys.stdout.write(piece)
        sys.stdout.flush()  # whoever reads a pipe has each finding once it is known
