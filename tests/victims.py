"""Processes that tests of faults fork, give work to and kill.

They are forked from one that has imported everything and started no thread, and one that lives through its trial takes
the next, so that a trial costs half a second and not three.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenance.errors import ProvenanceError

if TYPE_CHECKING:
    from collections.abc import Callable


def in_child(work: Callable[[], int | None] | Callable[[], None]) -> int:
    """Run `work` in a forked process -> its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(start(lambda: work() or 0), 0)[1])


def start(work: Callable[[], int]) -> int:
    """Run `work` in a forked process, which ends with what it gives or an error's exit code -> its number."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        code = work()
    except ProvenanceError as error:
        code = error.exit_code
    except BaseException:  # noqa: BLE001  a child must not come back
        traceback.print_exc()
    finally:
        os._exit(code)


class Worker:
    """A forked process that does `work` with the paths it is given, again and again; made anew when it was killed."""

    def __init__(self, work: Callable[[Path, Path], Any]) -> None:
        self._work, self.pid = work, 0

    def start(self) -> int:
        """Make sure that there is one -> its number."""
        if not self.pid:
            (read_tasks, self._tasks), (self._answers, write_answers) = os.pipe(), os.pipe()
            self.pid = start(lambda: self._serve(read_tasks, write_answers))
            os.close(read_tasks)
            os.close(write_answers)
        return self.pid

    def _serve(self, tasks: int, answers: int) -> int:
        for line in os.fdopen(tasks):
            try:
                answer = self._work(*map(Path, json.loads(line)))
            except ProvenanceError as error:
                answer = error.exit_code
            os.write(answers, json.dumps(answer).encode() + b"\n")
        return 0

    def give(self, *paths: Path) -> None:
        """Let it begin."""
        self.start()
        os.write(self._tasks, json.dumps([str(path) for path in paths]).encode() + b"\n")

    def answer(self) -> Any:
        """Wait for it -> what `work` gave, the exit code of an error of ours, or minus the signal that ended it."""
        said = b""
        while not said.endswith(b"\n"):
            block = os.read(self._answers, 1 << 16)
            if not block:
                return self.end(signal.SIGKILL)
            said += block
        return json.loads(said)

    def is_busy(self, seconds: float) -> bool:
        """Whether it has not answered after so long."""
        return not select.select([self._answers], [], [], seconds)[0]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it -> minus the signal that it ended with."""
        if not self.pid:
            return 0
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        os.close(self._tasks)
        os.close(self._answers)
        ended, self.pid = os.waitpid(self.pid, 0)[1], 0
        return os.waitstatus_to_exitcode(ended)
