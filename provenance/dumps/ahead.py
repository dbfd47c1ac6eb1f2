"""The question that is asked of a table, and asking it early: a worker looks through it while the program loads.

What a program needs to compare articles takes a second to import, on one core. Nothing of it is imported here.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from provenance.dumps.columns import ASKED
from provenance.dumps.suffixes import SUFFIXES
from provenance.dumps.workers import Question, Workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from typing import Any

    from provenance.dumps.workers import Lost
    from provenance.settings import Settings

#: Kinds of files that are read by columns (trying.SCANS).
TABLES = ("parquet", "arrow")


class Asked(NamedTuple):
    """A table that a worker was asked to look through; its texts come in the memory behind `descriptor`, if any."""

    question: Question
    descriptor: int | None
    answer: Future[dict[str, Any] | Lost]

    def close(self) -> None:
        """Let the memory go, but for what is mapped of it."""
        if self.descriptor is not None:
            os.close(self.descriptor)


#: What was asked before, by the kind that it was taken for (its first bytes may tell another) and its place.
Ahead = dict[tuple[str, str | None], Asked]


def ask_table(
    workers: Workers, kind: str, place: str | None, content: bytes, size: int, settings: Settings, most: int
) -> Asked:
    """Ask what trying.try_columns finds in a file; up to `most` bytes of its texts are to be handed over."""
    known: dict[str, Any] = {"kind": kind, "place": place, "asked": {name: getattr(settings, name) for name in ASKED}}
    descriptor = None
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("texts", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        known |= {"into": f"/proc/{os.getpid()}/fd/{descriptor}", "most": most}
    question = Question("columns", known, content, size=size)
    return Asked(question, descriptor, workers.begin(question))


@contextmanager
def asked_ahead(inputs: Sequence[str], settings: Settings, most: int) -> Iterator[Ahead]:
    """Ask of the first table among inputs by name -> what was asked; whoever takes it out closes it.

    Of the first only: each holds texts in memory, and the next one is asked of while nothing else waits.
    """
    with Workers(count=1) as workers:
        asked: Ahead = {}
        for path in map(Path, inputs):
            kind = SUFFIXES.get(path.suffix.lower())
            if kind in TABLES and os.path.isfile(path):  # noqa: PTH113  where a name is too long, Path's own raises
                place = os.fspath(path)  # as walk.py has it, which leaves `..` behind a link alone
                one = ask_table(workers, kind, place, b"", path.stat().st_size, settings, most)
                # what it holds is not needed while articles are compared
                one.answer.add_done_callback(lambda _answer: workers.end())
                asked[kind, place] = one
                break
        try:
            yield asked
        finally:
            for one in asked.values():
                one.close()
