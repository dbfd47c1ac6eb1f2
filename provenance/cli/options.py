"""Settings as options: derived from the fields of Settings, so that no parameter stands twice."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import Field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provenance.configuration import Configuration, load_settings
from provenance.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provenance.index import Index

#: The settings that --help of every command shows that reads dumps. All are options; `provenance settings` lists them.
SHOWN = ("text", "id", "published", "outlet", "title", "url", "max_errors")


class Place(click.Path):
    """A path that is not empty: where a script never set a variable it is, and would mean the current folder."""

    def __init__(self, kind: type[str | Path] = Path) -> None:
        super().__init__(path_type=kind)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Ends with a usage error where it is empty."""
        if not value:
            self.fail("an empty name, as of a variable that is not set", param, ctx)
        return super().convert(value, param, ctx)


def settings_options(*more: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: one option for each setting, None where it is not given, so that other sources count.

    --help shows SHOWN, and `more`: settings that change what this command does.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for item in reversed(fields(Settings)):
            command = _option(item, hidden=item.name not in (*SHOWN, *more))(command)
        return command

    return decorate


def _option(item: Field[Any], *, hidden: bool) -> Callable[[Any], Any]:
    about = item.metadata
    kind: click.ParamType[Any] | type = str
    if "choices" in about:
        kind = click.Choice(about["choices"])
    elif not about.get("input"):
        kind = type(item.default)
    shown = f"{about['reason']} [{item.default}]" if "choices" in about else about["reason"]
    return click.option(
        f"--{item.name.replace('_', '-')}",
        f"setting_{item.name}",
        type=kind,
        default=None,
        metavar="COLUMN" if about.get("input") else None if "choices" in about else "N",
        hidden=hidden,
        help=shown[0].upper() + shown[1:] + ("" if shown.endswith("...") else "."),
    )


def take_settings(parameters: dict[str, Any]) -> Configuration:
    """Take the options for settings out of a command's parameters -> the settings in force, and where each is from."""
    flags = {item.name: parameters.pop(f"setting_{item.name}") for item in fields(Settings)}
    return load_settings(flags, os.environ)


#: Decorator: which log of decisions to heed.
verdicts_option = click.option(
    "--verdicts",
    type=Place(),
    metavar="FILE",
    help="What editors decided: a log of `provenance review`, or its export. Default: verdicts.sqlite in the output"
    " folder (of check: beside the index), if there is one.",
)


def index_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: which index, and how long to wait for another process that writes to it."""
    named = click.option("--index", required=True, type=Place(), metavar="FILE", help="The file of the index.")
    patience = click.option(
        "--wait",
        type=click.FloatRange(0),
        default=30.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait while another process writes to it.",
    )
    return named(patience(command))


@contextmanager
def open_index(path: Path, chosen: Configuration | None, wait: float, *, create: bool) -> Iterator[Index]:
    """The index at `path`, with its own settings; raises an error if others were asked for."""
    from provenance.index import Index
    from provenance.index.making import MATTER

    asked = [name for name in MATTER if chosen and chosen.sources[name] != "default"]
    with Index.open(path, chosen.settings if chosen else None, create=create, timeout=wait, asked=asked) as index:
        yield index
