"""`python -m provenance` is the command line."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import NoReturn

from provenance.errors import EXIT_INTERRUPTED


def run() -> NoReturn:
    """The command line as a program, which leaves to the system what ends with the process anyhow.

    Freeing one module after another took .35 s at the end of a run, and looking for garbage while they were imported
    .1 s: together a third of what a scan of 2,500 articles takes.
    """
    gc.set_threshold(100_000, 50, 50)
    # A kernel that ends waits so long for the interpreter's lock while another thread reads credits in Python: with the
    # usual 5 ms a scan of 10,000 stories took 5.9 s and not 5.1 (medians of seven, in turns).
    sys.setswitchinterval(0.0005)
    try:
        from provenance.cli import main  # noqa: PLC0415  so that Ctrl-C during the import ends below

        main(prog_name="provenance")
    except KeyboardInterrupt:  # before there was a command line to catch it
        sys.stderr.write("provenance: error: interrupted; earlier results stand as they were\n")
        os._exit(EXIT_INTERRUPTED)
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        atexit._run_exitfuncs()  # noqa: SLF001  what libraries registered for the end still runs; there is no public name
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):  # nobody reads any more: the interpreter knows what to do
            raise end from None
        os._exit(end.code)
    raise AssertionError("main always exits")


if __name__ == "__main__":
    run()
