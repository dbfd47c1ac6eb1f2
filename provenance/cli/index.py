"""`provenance index`: what was ingested before."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from provenance.cli.options import Place, index_options, open_index, settings_options, take_settings
from provenance.errors import EXIT_DAMAGED, EXIT_PARTIAL, EXIT_USAGE

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


@click.group("index")
def command() -> None:
    """Fill, inspect and mend an index: one SQLite file with everything ingested before.

    It holds the texts (compressed), what they are found by, and the settings it was made with. One process writes at a
    time, any number read meanwhile.
    """


@command.command("add", short_help="Add documents, without comparing them; makes the index.")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@index_options
@settings_options()
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def add(inputs: tuple[str, ...], index: Path, wait: float, quiet: bool, **settings: Any) -> int:
    """Add documents to an index, without comparing them with it; makes the index.

    A document that is there already, same id and same text, is left alone; another text under a known id is kept beside
    it as a version. What was added before an interruption stays, and running again adds the rest.
    """
    began = time.perf_counter()
    chosen = take_settings(settings)
    from provenance.cli.running import at_work, begun, say_rejects
    from provenance.dumps.rejects import count_rejects, is_partial
    from provenance.dumps.streaming import Streamed

    with at_work(quiet, "added") as count:
        found = Streamed(inputs, chosen.settings, sys.stdin.buffer)
        documents = begun(found, index)
        with open_index(index, chosen, wait, create=True) as opened:
            added = opened.add_each(documents, tell=count)
    if not quiet:
        say_rejects(found.rejects, "like these")
        click.echo(
            f"read {added.read:,}, added {added.added:,}, known {added.known:,}, "
            f"rejected {count_rejects(found.rejects):,}, {time.perf_counter() - began:.1f} s",
            err=True,
        )
    return EXIT_PARTIAL if is_partial(found.rejects) else 0


@command.command("info")
@index_options
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="How to print."
)
def info(index: Path, wait: float, form: str) -> None:
    """What an index holds, and the settings it was made with."""
    with open_index(index, None, wait, create=False) as opened:
        facts = opened.info()
    if form == "json":
        from provenance.tables import SCHEMA_VERSION

        click.echo(json.dumps({"schema_version": SCHEMA_VERSION} | facts, indent=1))
        return
    from provenance.reports.escaping import terminal

    made = facts.pop("settings")
    for name, value in (facts | made).items():
        click.echo(terminal(f"{name:<16} {value:,}" if isinstance(value, int) else f"{name:<16} {value}"))


@command.command("verify", short_help="Read all of an index and compare its checksums.")
@index_options
def verify(index: Path, wait: float) -> int:
    """Read everything in an index and compare it with its checksums.

    Prints what is not as it was written, and exits with 13 if anything is.
    """
    from provenance.reports.escaping import terminal

    with open_index(index, None, wait, create=False) as opened:
        problems = opened.verify()
        held = opened.manifest().documents
    for problem in problems:
        click.echo(terminal(problem))
    if problems:
        click.echo(terminal(f"{index}: damaged; restore a copy, or make it anew"), err=True)
        return EXIT_DAMAGED
    click.echo(terminal(f"{index}: sound, {held:,} documents"), err=True)
    return 0


@command.command("remove", short_help="Delete documents by id, or all before a date, for good.")
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option(
    "--before", type=click.DateTime(("%Y-%m-%d",)), metavar="DATE", help="All published before a day: 2025-04-03."
)
@index_options
def remove(ids: tuple[str, ...], before: dt.datetime | None, index: Path, wait: float) -> int:
    """Delete documents by id, or all that were published before a date; nothing of them stays in the file.

    Prints the ids that went. A version is named with its hash, as check names it. Documents without a date stay.
    """
    import datetime as dt

    from provenance.reports.escaping import terminal

    if not ids and before is None:
        raise click.UsageError("name ids, or a date with --before")
    moment = before.replace(tzinfo=dt.UTC) if before else None
    with open_index(index, None, wait, create=False) as opened:
        gone = opened.remove(ids, before=moment)
    for doc_id in gone:
        click.echo(terminal(doc_id))
    missing = [doc_id for doc_id in ids if doc_id not in set(gone)]
    for doc_id in missing:
        click.echo(terminal(f"not in the index: {doc_id}"), err=True)
    click.echo(f"removed {len(gone):,}", err=True)
    return EXIT_USAGE if missing and not gone else 0


@command.command("export", short_help="Write all documents as Parquet, oldest first.")
@index_options
@click.option("-o", "--output", required=True, type=Place(), metavar="FILE", help="A Parquet file.")
def export(index: Path, wait: float, output: Path) -> None:
    """Write all documents of an index as Parquet, in the order in which they came in.

    The file can be added to another index, or scanned.
    """
    with open_index(index, None, wait, create=False) as opened:
        written = opened.export(output)
    click.echo(f"wrote {written:,} documents", err=True)
