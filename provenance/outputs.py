"""The name of a file to write -> the file that is going to be replaced: whatever is written is renamed into place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provenance.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def place_of(path: Path) -> Path:
    """The file that a name stands for, links followed. Raises UsageError where it stands for something else.

    To root any name is replaceable: /dev/full once became a file of JSON lines, for every program of the machine.
    """
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is a device, a pipe or a socket, which a file would replace; name a file")
    return path.resolve() if path.is_symlink() else path


def both(target: Path, first: str, second: str) -> UsageError:
    """The error that says that two inputs would be written to one file."""
    return UsageError(
        f"{target}: both {first} and {second} would be written there; rename one, or give the folder that holds both"
    )
