"""The one base error, and the exit codes of the command line."""

from __future__ import annotations

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_PARTIAL = 3
EXIT_INTERNAL = 4
EXIT_INTERRUPTED = 130


class ProvenanceError(Exception):
    """A mistake that the user can mend; its message is shown to the user as it is.

    The message is one line that says what went wrong, where, and what to do.
    """

    exit_code = EXIT_USAGE


class UsageError(ProvenanceError):
    """A setting, an argument or a named input is wrong; nothing was read."""


class OutputError(ProvenanceError):
    """The output folder cannot take the results."""
