"""`provenance clean`: dumps without their duplicates."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from provenance.cli.options import Place, settings_options, take_settings, verdicts_option
from provenance.errors import EXIT_PARTIAL

#: As in cleaning/choosing.py, known here so that --help loads none of it.
KEEP = ("origin", "earliest", "longest", "first")
PASSAGES = ("keep", "mark", "drop")


@click.command("clean")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    type=Place(str),
    metavar="OUT",
    help="A file for one input, a folder for several, - for standard output.",
)
@click.option("--keep", type=click.Choice(KEEP), default="origin", show_default=True, help="Which of several stays.")
@click.option(
    "--passages",
    type=click.Choice(PASSAGES),
    default="keep",
    show_default=True,
    help="Passages that repeat in what stays, and notices: keep them, mark them in a column `passages`, drop them.",
)
@click.option(
    "--drop", multiple=True, type=click.Choice(("contained",)), help="Leave out also what lies whole inside another."
)
@click.option("--removals", type=Place(), metavar="FILE", help="Where to list what went, as Parquet.")
@verdicts_option
@click.option("--dry-run", is_flag=True, help="Write nothing; print what would go.")
@settings_options("rewritten")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def command(
    inputs: tuple[str, ...],
    output: str | None,
    keep: str,
    passages: str,
    drop: tuple[str, ...],
    removals: Path | None,
    verdicts: Path | None,
    dry_run: bool,
    quiet: bool,
    **settings: Any,
) -> int:
    """Leave duplicates and near duplicates out of a dump, and list all that went.

    A document goes only for one that stays. What stays is written in its own format, in its order, and byte for byte
    as it stood; each removal stands in OUT's name with .removals.parquet, with the reason, the document that stays, and
    the record itself, so that nothing is lost. Passages count that stand in what stays word for word, or nearly;
    rewritten ones, and with them whatever was written between them, only with --rewritten on.

    Which of several stays: the origin (then the earliest, the longest, the first), or what --keep says. From - to -
    only --keep first gives each line on as it comes; the others read everything before.
    """
    began = time.perf_counter()
    chosen = take_settings(settings).settings
    if not dry_run and output is None:
        raise click.UsageError("name the output with -o, or give --dry-run")
    from provenance.cleaning.choosing import Policy
    from provenance.cleaning.files import clean_files, write_list
    from provenance.cleaning.stream import clean_stream
    from provenance.cleaning.targets import refuse_other_kind
    from provenance.cli.running import at_work, say_rejects
    from provenance.dumps.rejects import count_rejects, is_partial
    from provenance.dumps.verdicts import find_log, read_verdicts
    from provenance.reports.escaping import terminal

    refuse_other_kind(removals)
    said = read_verdicts(find_log(folder_of(output), verdicts))
    policy = Policy(keep, passages, drop, said)
    with at_work(quiet, "cleaned") as count:
        if not dry_run and (*inputs, output, keep, passages, *drop) == ("-", "-", "first", "keep"):
            done = clean_stream(sys.stdin.buffer, sys.stdout.buffer, chosen, listed=removals is not None, verdicts=said)
            if removals is not None:
                write_list(done.removals, removals)
        else:
            done = clean_files(
                inputs, None if dry_run else output, policy, chosen, removals=removals, stdin=sys.stdin.buffer
            )
        count(done.documents)
    if dry_run:
        for row in done.removals.iter_rows(named=True):
            place = "" if row["start"] is None else f" {row['start']}:{row['end']}"
            other = f" of {row['counterpart']}" if row["counterpart"] else ""
            click.echo(terminal(f"{row['path']}: {row['doc_id']}{place}: {row['reason']}{other}"))
    if not quiet:
        say_rejects(done.rejects, "like these")
        told = ", ".join(f"{reason.replace('_', ' ')} {count:,}" for reason, count in sorted(done.gone.items()))
        removed, cut = sum(done.gone.values()), done.removals["start"].is_not_null().sum()
        click.echo(
            f"read {done.documents:,}, kept {done.documents - removed:,}, removed {removed:,}"
            f"{f' ({told})' if told else ''}{f', passages cut {cut:,}' if cut else ''}"
            f"{f', files left out {done.emptied:,}' if done.emptied else ''}, "
            f"rejected {count_rejects(done.rejects):,}, {time.perf_counter() - began:.1f} s",
            err=True,
        )
    return EXIT_PARTIAL if is_partial(done.rejects) else 0


def folder_of(output: str | None) -> Path | None:
    """The folder that OUT is or lies in; none without one, or where it is standard output."""
    if output is None or output == "-":
        return None
    return Path(output) if Path(output).is_dir() else Path(output).parent
