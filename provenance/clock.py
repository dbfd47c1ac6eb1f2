"""Where the time of a run goes, and how much memory it takes."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from provenance import room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Clock:
    """Seconds by stage; tells `progress` the stage that begins."""

    def __init__(self, progress: Callable[[str], None] | None) -> None:
        self.started = time.perf_counter()
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one stage."""
        if self._progress:
            self._progress(name)
        room.trim()
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 3)

    def finish(self) -> dict[str, float]:
        """Seconds of each stage, and of all."""
        return {**self.seconds, "total": round(time.perf_counter() - self.started, 3)}


def peak_memory() -> int | None:
    """The most memory this process has held, in MB of 10^6 bytes; None where the system does not say."""
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 10**6
