"""The one base error, and the exit codes of the command line."""

from __future__ import annotations

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_PARTIAL = 3
EXIT_INTERNAL = 4
EXIT_NO_INDEX = 10
EXIT_LOCKED = 11
EXIT_OTHER_SETTINGS = 12
EXIT_DAMAGED = 13
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143  # as a shell reports SIGTERM


class Terminated(KeyboardInterrupt):
    """SIGTERM came: all ends as after Ctrl-C, and whoever cleans up after that need not know of it."""


class ProvenanceError(Exception):
    """A mistake that the user can mend; its message is shown to the user as it is.

    The message is one line that says what went wrong, where, and what to do.
    """

    exit_code = EXIT_USAGE


class UsageError(ProvenanceError):
    """A setting, an argument or a named input is wrong; nothing was read."""


class InputError(ProvenanceError):
    """More inputs could not be read than the user allows."""

    exit_code = EXIT_PARTIAL


class OutputError(ProvenanceError):
    """The output folder cannot take the results."""


class MissingIndexError(ProvenanceError):
    """There is no index where one is named."""

    exit_code = EXIT_NO_INDEX


class LockedIndexError(ProvenanceError):
    """Another process writes to the index, and did not end in time."""

    exit_code = EXIT_LOCKED


class OtherSettingsError(ProvenanceError):
    """The index was made with other settings, by another method, in another format, or is none."""

    exit_code = EXIT_OTHER_SETTINGS


class DamagedIndexError(ProvenanceError):
    """Something in the index is not as it was written; no finding is made from it."""

    exit_code = EXIT_DAMAGED
