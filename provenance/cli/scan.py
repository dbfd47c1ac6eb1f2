"""`provenance scan`: dumps -> tables and the report."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from shutil import disk_usage
from typing import TYPE_CHECKING, Any

import click

from provenance.cli.options import Place, settings_options, take_settings, verdicts_option
from provenance.errors import EXIT_FINDINGS, EXIT_PARTIAL
from provenance.reports.findings import RELATIONS, failing_relations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import polars as pl

    from provenance.pipeline import Needs
    from provenance.reports.runs import Run
    from provenance.settings import Settings

#: MB. In so much a dump of any size is read; its tables alone need more from some 200,000 articles on.
MEMORY = 1000


@click.command("scan")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=Place(),
    metavar="DIR",
    help="Folder for the results.",
)
@settings_options("level", "until", "rewritten")
@verdicts_option
@click.option(
    "--memory",
    type=click.IntRange(100),
    default=MEMORY,
    show_default=True,
    metavar="MB",
    help="Memory to keep to; what is over it waits in files.",
)
@click.option("--scratch", type=Place(), metavar="DIR", help="Folder for these files; else beside the results.")
@click.option("--no-report", is_flag=True, help="Write the tables only.")
@click.option(
    "--fail-on",
    type=click.Choice(tuple(RELATIONS)),
    help="Exit with 1 if two articles are related so, or more closely.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("--engine", type=click.Choice(("local", "spark")), default="local", help="What runs the stages. [local]")
@click.option("--master", default="local[*]", metavar="URL", help="Spark's master. [local[*]]")
def command(
    inputs: tuple[str, ...],
    output: Path,
    verdicts: Path | None,
    memory: int,
    scratch: Path | None,
    no_report: bool,
    fail_on: str | None,
    quiet: bool,
    engine: str,
    master: str,
    **settings: Any,
) -> int:
    """Find what repeats in news dumps, and where it came from.

    INPUT is files, folders, globs, addresses (https, s3, gs, az) or - for standard input: text dumps, web pages, feeds,
    WARC and WET, XML and SGML, JSON, CSV, Parquet, Arrow, mail, each also in zip, tar, gzip, bzip2, xz or zstd. DIR
    gets one Parquet file a table, report.html and run.json.

    Columns are guessed from the usual names. Every parameter that `provenance settings` lists is an option as
    well, such as --near-duplicate 0.8.

    Exit codes: 0 clean, 1 findings (only with --fail-on), 2 usage, 3 some inputs could not be read,
    4 internal error, 130 interrupted, 143 by SIGTERM.
    """
    chosen = take_settings(settings).settings
    if engine == "spark":
        from provenance.dumps.verdicts import find_log
        from provenance.errors import UsageError

        if (log := find_log(output, verdicts)) is not None:
            raise UsageError(f"--engine spark does not heed decisions ({log}); scan with --engine local, or move them")
        return _over_spark(inputs, chosen, str(output), master, fail_on, quiet)
    from provenance.dumps.columnar.ahead import asked_ahead

    # A worker begins to read while all else is imported; it may hand over as much text as room.most_text() allows.
    with asked_ahead(inputs, chosen, memory * 10**6 // 2) as ahead:
        from provenance.cli.compiling import watch_kernels
        from provenance.cli.running import say_compiling
        from provenance.dumps.verdicts import find_log, read_verdicts
        from provenance.pipeline import scan
        from provenance.reports.runs import write_table
        from provenance.reports.writing import Aside, check_folder
        from provenance.room import within

        beside = check_folder(output)
        said = read_verdicts(find_log(output, verdicts))
        with (
            within(memory, scratch or beside),
            Aside(output) as aside,
            _progress(quiet) as shown,
            watch_kernels((lambda: None) if quiet else say_compiling, shown) as progress,
        ):

            def finished(name: str, frame: pl.DataFrame) -> None:
                aside.begin(f"{name}.parquet", partial(write_table, name, frame, chosen.level))

            def needing(needs: Needs) -> None:
                if needs.files and not quiet:
                    free = disk_usage(scratch or beside).free // 10**6
                    click.echo(say_needs(needs, scratch or beside, free), err=True)

            run = scan(
                inputs,
                chosen,
                verdicts=said,
                stdin=sys.stdin.buffer,
                progress=progress,
                finished=finished,
                needing=needing,
                ahead=ahead,
            )
            progress("write")
            run.finish(aside, report=not no_report)
    if not quiet:
        _say(run, output, report=not no_report)
    return exit_code(run, fail_on)


def _over_spark(
    inputs: tuple[str, ...], chosen: Settings, output: str, master: str, fail_on: str | None, quiet: bool
) -> int:
    """Scan over Spark; each table is a folder of Parquet files, and there is no report."""
    from provenance.dumps.rejects import HARMLESS, READ
    from provenance.errors import UsageError

    try:
        from provenance.spark.files import scan_files
    except ImportError as error:
        raise UsageError(
            f"--engine spark: {error.name} is not installed; pip install 'provenance-news[spark]'"
        ) from None
    output = output.replace(":/", "://", 1) if ":/" in output and "://" not in output else output  # as Path has it
    run = scan_files(inputs, chosen, output, master)
    reasons = run.tables["rejects"].groupBy("reason").count().collect() if "rejects" in run.tables else []
    if not quiet:
        rejected = sum(many for reason, many in reasons if reason not in READ)
        click.echo(f"read {run.facts['counts']['read']:,}, rejected {rejected:,}; tables: {output}", err=True)
    if any(reason not in HARMLESS for reason, _ in reasons):
        return EXIT_PARTIAL
    if fail_on:
        wanted = failing_relations(fail_on)
        relations = run.tables["matches"].select("relation").distinct().collect()
        return EXIT_FINDINGS if any(relation in wanted for (relation,) in relations) else 0
    return 0


def say_needs(needs: Needs, folder: Path, free: int) -> str:
    """What a scan is going to need, in one line, and how much is free where that is less."""
    from provenance.reports.escaping import terminal

    line = f"{needs.documents:,} articles, {needs.text:,} MB of text: needs about {needs.memory:,} MB of memory"
    line += f" and {needs.files:,} MB for working files in {terminal(str(folder))}"
    return line + (f", where only {free:,} MB are free" if free < needs.files else "")


def exit_code(run: Run, fail_on: str | None) -> int:
    """3 where an input could not be read, else 1 where the gate holds something back, else 0."""
    from provenance.dumps.rejects import is_partial

    if is_partial(run.rejects):
        return EXIT_PARTIAL
    if fail_on and run.matches["relation"].is_in(sorted(failing_relations(fail_on))).any():
        return EXIT_FINDINGS
    return 0


def say_verdicts(facts: dict[str, Any]) -> str:
    """What run.json says of the decisions that were heeded -> one line."""
    contradicted = f", {facts['contradicted']:,} contradicted by later ones" if facts["contradicted"] else ""
    return f"verdicts: {facts['standing']:,} stand of {facts['rows']:,} rows{contradicted}"


def say_undated(inputs: list[dict[str, Any]]) -> str:
    """What run.json says of inputs of which some gave dates that are no full ones -> one line, with the first such."""
    told = [fact for fact in inputs if fact["undated"]]
    many = sum(fact["undated"] for fact in told)
    first = f"{told[0]['undated_as']!r} in {told[0]['path']}"
    changed = (told[0]["undated_as"] or "").startswith("updated")
    hint = "when an article was updated is not when it appeared" if changed else "2025-04-03 is read anywhere"
    return f"dates not read: {many:,}, such as {first}; these articles count as undated ({hint})"


def _say(run: Run, output: Path, report: bool) -> None:
    from provenance.cli.running import say_rejects
    from provenance.reports.escaping import terminal

    counts, spans = run.facts["counts"], run.spans
    say_rejects(run.rejects, "rejects stand in rejects.parquet")
    if counts["undated"]:
        click.echo(terminal(say_undated(run.facts["inputs"])), err=True)
    if "spans" in run.made:
        inner = spans.filter(spans["left_doc"] == spans["right_doc"]).height
        click.echo(f"passages repeated: {inner:,} inside one article, {spans.height - inner:,} between two", err=True)
    if "verdicts" in run.facts:
        click.echo(say_verdicts(run.facts["verdicts"]), err=True)
    if report:
        click.echo(terminal(f"report: {output / 'report.html'}"), err=True)
    click.echo(
        f"read {counts['read']:,}, unique {counts['unique']:,}, repeated {counts['repeated']:,}, "
        f"rejected {counts['rejected']:,}, {run.facts['seconds']['total']:.1f} s",
        err=True,
    )


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """A function to tell the stage that begins; it shows a bar on a terminal and nothing elsewhere."""
    from provenance.cli.running import is_shown

    if not is_shown(quiet):
        yield lambda _stage: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from provenance.pipeline import STEPS

    columns = TextColumn("{task.description:<16}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=STEPS + 1)

        def tell(stage: str) -> None:
            bar.update(task, advance=1, description=stage)

        yield tell
