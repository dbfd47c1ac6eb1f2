"""The command line: parse, call one function, print. Only click is imported before a command is chosen."""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click

from provenance.errors import (
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    EXIT_TERMINATED,
    EXIT_USAGE,
    ProvenanceError,
    Terminated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What the system says when a disk or a quota is full.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
EXIT_PIPE = 141  # what a shell reports for a program ended by SIGPIPE; a gate must not read it as clean

#: How long Polars' allocator keeps what was freed, which it reads as it is loaded. By default 10 s, and then it holds
#: 170 MB of 2 GB. Not 0 s: each batch needs what the last one freed, and to get it anew took .5 s of 7 for 100,000
#: articles.
KEEP_FREED = ("_RJEM_MALLOC_CONF", "dirty_decay_ms:250,muzzy_decay_ms:0")

#: Command -> its line in --help, which stands here so that --help need not load the command.
COMMANDS = {
    "scan": "Find what repeats in news dumps, and where it came from.",
    "check": "The gate: which incoming documents repeat what was seen before.",
    "clean": "Leave duplicates out of a dump, and list what went.",
    "index": "Fill, inspect and mend an index of what was ingested.",
    "explain": "Why two articles were, or were not, matched; or one article's origin.",
    "report": "Write the HTML report of a scan anew.",
    "review": "Show the report on a local page on which editors decide.",
    "export": "Write the tables of a scan as CSV or JSON lines.",
    "evaluate": "Measure a scan against gold.",
    "settings": "Every parameter, its value and where it came from.",
}


class Commands(click.Group):
    """Commands that are loaded when called; any mistake of the user ends as one line on stderr and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The names, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, from the module of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"provenance.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, from COMMANDS alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the arguments. Ends quietly if nobody reads --help any more, where click would exit with 1."""
        try:
            return super().make_context(*args, **kwargs)
        except BrokenPipeError:
            _silence_stdout()
            sys.exit(EXIT_PIPE)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Ends quietly if nobody reads its output any more."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _silence_stdout()
            ctx.exit(EXIT_PIPE)
        else:
            return result

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """The command line from arguments to exit code."""
        kwargs["standalone_mode"] = False
        _open_streams()
        os.environ.setdefault(*KEEP_FREED)
        try:
            with _terminated():
                code = super().main(*args, **kwargs)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            sys.exit(EXIT_USAGE)
        except click.ClickException as error:
            _fail(_one_line(error), EXIT_USAGE)
        except (click.Abort, KeyboardInterrupt) as error:
            ended = Terminated in (type(error), type(error.__cause__))
            _fail("interrupted; earlier results stand as they were", EXIT_TERMINATED if ended else EXIT_INTERRUPTED)
        except ProvenanceError as error:
            _fail(str(error), error.exit_code)
        except OSError as error:
            if error.errno not in FULL:
                _fail_inside(error, args, kwargs)
            _silence_stdout()
            _fail(f"output cannot be written ({(error.strerror or '').lower()}); make room and run again", EXIT_USAGE)
        except Exception as error:  # noqa: BLE001  whatever it is, the user reads one line
            _fail_inside(error, args, kwargs)
        sys.exit(code if isinstance(code, int) else 0)


@contextmanager
def _terminated() -> Iterator[None]:
    """Within the block SIGTERM ends the command as Ctrl-C does, unless the caller had it ignored.

    Only the first time, and then it is ignored: `timeout` sends it twice, and the second would stop the cleaning up.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) == signal.SIG_IGN:
        yield
        return

    def end(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is end:
            signal.signal(signal.SIGTERM, before)


def _fail_inside(error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> NoReturn:
    """End with one line that tells of an internal error, or with the traceback if --debug asks for it."""
    if "--debug" in sys.argv or "--debug" in (kwargs.get("args") or args or ()):
        raise error
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    _fail(f"internal error, {what}; run `provenance --debug ...` and report what it prints", EXIT_INTERNAL)


def _open_streams() -> None:
    """Standard streams that the caller closed become the null device; else a table opened next would get their number.

    Letters that an output in another encoding than UTF-8 cannot hold are escaped; JSON asks for UTF-8 (running.py).
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  until the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _silence_stdout() -> None:
    # else what is still buffered would fail again, and loudly, when the interpreter ends
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(error: click.ClickException) -> str:
    text = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    return f"{text.rstrip('.')}; see `{context.command_path} --help`" if context else text


def _fail(message: str, code: int) -> NoReturn:
    from provenance.reports.escaping import terminal

    with contextlib.suppress(OSError):  # nobody listens: the exit code still speaks
        click.echo(f"provenance: error: {terminal(message)}", err=True)
    sys.exit(code)


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from provenance import __version__

        click.echo(f"provenance {__version__}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="The version.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an internal error.")
def main() -> None:
    """Find every repeated or syndicated passage in news dumps, and trace each article to its likely source."""
