"""Sources -> streams that can seek, or files, for those who read them more than once."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from typing import TYPE_CHECKING, BinaryIO, cast

from provenance.dumps.rejects import Reject, single_line
from provenance.dumps.sources.addresses import Fetched, fetch
from provenance.dumps.sources.walk import STANDARD_INPUT, Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: Standard input up to this size stays in memory.
SPOOL = 64 << 20
#: Devices that never end.
_ENDLESS = ("/dev/zero", "/dev/random", "/dev/urandom", "/dev/full")


def open_source(source: Source, stdin: BinaryIO | None) -> Fetched:
    """A stream that can seek, and its media type.

    Pipes and standard input are spooled, past 64 MB to disk, and addresses fetched there.

    Raises OSError for what cannot be read.
    """
    if source.place is None and source.path != STANDARD_INPUT:
        return fetch(source.path)
    if source.place is not None:
        mode = source.place.stat().st_mode
        if stat.S_ISREG(mode):
            return Fetched(source.place.open("rb"), source.media)
        if stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and os.path.realpath(source.place) in _ENDLESS):
            raise OSError(None, "a device, no file")
        with source.place.open("rb") as given:
            return _spooled(given)
    return _spooled(stdin or sys.stdin.buffer)


def _spooled(given: BinaryIO) -> Fetched:
    spool = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=SPOOL))  # noqa: SIM115  the caller closes it
    while block := given.read(1 << 20):
        spool.write(block)
    spool.seek(0)
    return Fetched(spool, "")


def unopened(source: Source, error: OSError) -> Reject:
    """What is said of a source that cannot be read."""
    return Reject(source.path, None, "unreadable", single_line(error.strerror or str(error)))


def keep_sources(sources: Iterable[Source], stdin: BinaryIO | None, folder: Path) -> tuple[list[Source], list[Reject]]:
    """Sources -> the same, of which what can be read once only (standard input, pipes, addresses) lies in `folder`."""
    kept: list[Source] = []
    rejects: list[Reject] = []
    for number, source in enumerate(sources):
        place = folder / str(number)
        try:
            if source.place is not None and stat.S_ISREG(source.place.stat().st_mode):
                kept.append(source)
                continue
            stream, media = open_source(source, stdin)
            with stream, place.open("wb") as into:
                shutil.copyfileobj(stream, into, 1 << 20)
            kept.append(source._replace(place=place, media=media))
        except OSError as error:
            rejects.append(unopened(source, error))
    return kept, rejects
