"""`provenance review`: the report as a local page on which editors decide."""

from __future__ import annotations

import contextlib
import getpass
import sys
from pathlib import Path

import click

from provenance.cli.options import Place


@click.command("review")
@click.argument("folder", metavar="DIR", type=Place())
@click.option("--editor", metavar="NAME", help="Who decides; the page can change it. [the name of the user]")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port, on 127.0.0.1. [any that is free]")
@click.option("--open", "show", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--verdicts",
    type=Place(),
    metavar="FILE",
    help="The log. [DIR/verdicts.sqlite, which the next scan into DIR reads]",
)
@click.option("--export", "target", metavar="FILE", help="Write the log as JSON lines, - for stdout, and end.")
@click.option("--import", "source", type=Place(), metavar="FILE", help="Add another log, and end.")
def command(
    folder: Path,
    editor: str | None,
    port: int,
    show: bool,
    verdicts: Path | None,
    target: str | None,
    source: Path | None,
) -> int:
    """Show the report of a scan on a local page on which editors decide.

    Every decision is added to a log, which nothing ever deletes, and holds in the next scan, check and clean. What each
    decision does stands in reports/README.md. The page is for this machine alone: it is opened by the address that
    is printed, and ends with Ctrl-C.

    Exported logs are JSON lines, one a decision, that git merges; importing one twice adds nothing.
    """
    from provenance.cli.running import print_in_utf8
    from provenance.dumps.verdicts import NAME, read_verdicts
    from provenance.review.log import Log, export_lines, export_to

    place = verdicts or folder / NAME
    if source is not None or target is not None:
        with Log.open(place) as log:
            if source is not None:
                said = read_verdicts(source)
                assert said is not None
                click.echo(f"{place}: {log.take_in(said):,} of {said.height:,} decisions were new", err=True)
            if target == "-":
                print_in_utf8()
                sys.stdout.writelines(export_lines(log.read()))
            elif target is not None:
                export_to(log.read(), Path(target))
                click.echo(f"{target}: {log.count():,} decisions", err=True)
        return 0
    return _serve(folder, place, editor, port, show=show)


def _serve(folder: Path, place: Path, editor: str | None, port: int, *, show: bool) -> int:
    from provenance.errors import UsageError
    from provenance.reports.runs import Run
    from provenance.review.log import Log

    try:
        from provenance.review.server import ADDRESS, Review, listen, serve
    except ImportError as error:
        raise UsageError(f"review: {error.name} is not installed; pip install 'provenance-news[review]'") from None
    from provenance.review.desk import Desk
    from provenance.review.guard import Secrets

    run = Run.read(folder)
    with Log.open(place) as log, listen(port) as bound:
        known = Secrets.fresh()
        review = Review(run, Desk(run, log), editor or _user(), known)
        number = bound.getsockname()[1]
        address = f"http://{ADDRESS}:{number}/#{known.entry}"
        click.echo(f"review: {address}")
        click.echo("for this machine alone; Ctrl-C ends it", err=True)
        sys.stdout.flush()
        if show:
            click.launch(address)
        with contextlib.suppress(KeyboardInterrupt):
            serve(review.app(number), bound)
        click.echo(f"{place}: {log.count():,} rows", err=True)
    return 0


def _user() -> str:
    try:
        return getpass.getuser()[:120] or "editor"
    except (KeyError, OSError):
        return "editor"
