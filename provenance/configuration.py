"""Where settings come from: flags, then PROVENANCE_* variables, then a file of the working folder, then defaults."""

from __future__ import annotations

import tomllib
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenance.errors import UsageError
from provenance.settings import Settings, check_value, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "PROVENANCE_"
#: Variables under our prefix that are not settings: the tests' place of shared corpora.
NOT_SETTINGS = frozenset({"PROVENANCE_SHARED"})
KNOWN: dict[str, Field[Any]] = {item.name: item for item in fields(Settings)}


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of a run, and for each of them where its value came from, in words."""

    settings: Settings
    sources: dict[str, str]


def load_settings(
    flags: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Configuration:
    """Flags (None means not given), variables and the working folder's file -> the settings in force.

    Raises UsageError for a key that is not a setting, naming the nearest one, and for a value out of range.
    """
    values: dict[str, Any] = {}
    sources = dict.fromkeys(KNOWN, "default")
    layers: tuple[dict[str, tuple[str, Any]], ...] = (
        _from_file(),
        _from_environment(environment or {}),
        {name: ("flag", value) for name, value in (flags or {}).items() if value is not None},
    )
    for layer in layers:
        for name, (source, value) in layer.items():
            try:
                check_value(KNOWN[name], value)
            except UsageError as error:
                raise UsageError(f"{source}: {error}" if source != "flag" else str(error)) from None
            values[name] = value
            sources[name] = source
    return Configuration(Settings(**values), sources)


def _from_file() -> dict[str, tuple[str, Any]]:
    own, project = Path("provenance.toml"), Path("pyproject.toml")
    if own.is_file():
        table, source = _parse(own), own.name
    elif project.is_file():
        tools, source = _parse(project).get("tool", {}), "pyproject.toml [tool.provenance]"
        table = tools.get("provenance", {}) if isinstance(tools, dict) else {}
    else:
        return {}
    if not isinstance(table, dict):
        raise UsageError(f"{source}: is not a table of settings; write name = value lines")
    for name in table:
        refuse_unknown(name, source)
    return {name: (source, value) for name, value in table.items()}


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Windows' editors begin a file with a BOM
    except (OSError, ValueError, RecursionError) as error:  # ValueError: also a number of more than 4,300 digits
        raise UsageError(f"{path.name}: cannot be read as TOML ({error}); mend it or remove it") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    found: dict[str, tuple[str, Any]] = {}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        name = variable.removeprefix(PREFIX).lower()
        refuse_unknown(name, "environment", PREFIX)
        found[name] = (f"environment {variable}", _number(KNOWN[name], environment[variable]))
    return found


def _number(item: Field[Any], text: str) -> object:
    """`text` as the type of the setting's default; `text` itself where it is not one, for check_value to refuse."""
    if isinstance(item.default, int | float):
        try:
            return type(item.default)(text)
        except ValueError:
            return text
    return text
