"""A worker looks through a table before it is read; here it is asked to, early, while the rest of the program loads.

What comparing articles needs takes one core a second to import. So none of that is imported here.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from provenance.dumps.labels.columns import ASKED
from provenance.dumps.sources.suffixes import SUFFIXES
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
    """A table that a worker was asked to look through; its texts come in the memory of `descriptor`, if it has one."""

    question: Question
    descriptor: int | None
    answer: Future[dict[str, Any] | Lost]

    def close(self) -> None:
        """Free the memory, but for what is mapped of it."""
        if self.descriptor is not None:
            os.close(self.descriptor)


#: What was asked early, by the kind that the name suggests (the first bytes may tell another) and the place.
Ahead = dict[tuple[str, str | None], Asked]


def ask_table(
    workers: Workers, kind: str, place: str | None, content: bytes, size: int, settings: Settings, most: int
) -> Asked:
    """Have a worker call trying.try_columns on a file, and hand its texts over if they have at most `most` bytes."""
    known: dict[str, Any] = {"kind": kind, "place": place, "asked": {name: getattr(settings, name) for name in ASKED}}
    descriptor = None
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("texts", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        known |= {"into": f"/proc/{os.getpid()}/fd/{descriptor}", "most": most}
    question = Question("columns", known, content, size=size)
    return Asked(question, descriptor, workers.begin(question))


@contextmanager
def asked_ahead(inputs: Sequence[str], settings: Settings, most: int) -> Iterator[Ahead]:
    """Inputs by name -> what was asked of the first table among them; whoever takes an Asked out of it closes it.

    Only the first is asked of, because each holds texts in memory; the others are asked of in their turn.
    """
    with Workers(count=1) as workers:
        asked: Ahead = {}
        for path in map(Path, inputs):
            kind = SUFFIXES.get(path.suffix.lower())
            if kind in TABLES and os.path.isfile(path):  # noqa: PTH113  where a name is too long, Path's own raises
                place = os.fspath(path)  # as walk.py has it, which leaves `..` behind a link alone
                one = ask_table(workers, kind, place, b"", path.stat().st_size, settings, most)
                # the worker's memory is not needed while articles are compared
                one.answer.add_done_callback(lambda _answer: workers.end())
                asked[kind, place] = one
                break
        try:
            yield asked
        finally:
            for one in asked.values():
                one.close()
