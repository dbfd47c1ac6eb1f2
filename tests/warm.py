"""Parsing processes that tests hand on to each other: each imports for a second before it parses its first page."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from provenance.dumps import workers

if TYPE_CHECKING:
    import subprocess

    from provenance.dumps.workers import Lost, Question

MOST_IDLE = 4  # processes; each holds some 100 MB, and few tests ask more than two at once

#: Processes that wait for a question, the latest last, each with all that it was started with.
_IDLE: list[tuple[object, subprocess.Popen[bytes]]] = []
_MOVING = threading.Lock()  # workers start and end in threads of their own


class WarmWorker(workers._Worker):
    """A worker whose process, if it owes no answer when it is let go, serves the next one of its kind."""

    def __init__(self, parsers: str) -> None:
        super().__init__(parsers)
        setting = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        self._kind = (parsers, setting, Path.cwd())
        self._asked = False

    def answer(self, question: Question) -> dict[str, object] | Lost:
        self._asked = True
        found = super().answer(question)
        self._asked = False
        return found

    def _started(self) -> subprocess.Popen[bytes]:
        with self._starting, _MOVING:
            for at, (kind, process) in enumerate(_IDLE):
                if self._process is None and not self._ended and kind == self._kind and process.poll() is None:
                    self._process = process
                    del _IDLE[at]
                    break
        return super()._started()

    def end(self, *, kill: bool = False) -> None:
        with self._starting, _MOVING:
            if not kill and not self._asked and self._process is not None:
                _IDLE.append((self._kind, self._process))
                self._process = None
        super().end(kill=kill)
        let_go(MOST_IDLE)


def let_go(most: int = 0) -> None:
    """End the processes that have waited longest, until `most` are left."""
    with _MOVING:
        gone = [_IDLE.pop(0)[1] for _ in range(len(_IDLE) - most)]
    for process in gone:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
