"""What to do when numba compiles: say so, and compile the matching half in a second process meanwhile.

It is the one wait that nothing else explains: 85 s of processor time for all of a scan, 55 for level `document`.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

#: numba loads scipy's BLAS, where it is installed, for products of matrices; no kernel of ours has one. It takes .15 s.
_HIDDEN = "scipy" not in sys.modules
if _HIDDEN:
    sys.modules["scipy"] = None  # type: ignore[assignment]
import numba.np.arraymath  # noqa: E402, F401  which looks for it
from numba.core import event  # noqa: E402

if _HIDDEN:
    del sys.modules["scipy"]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The stage before which the second process must have ended, lest both compile the same. What candidates
#: and recall need this process compiles meanwhile, where they are sought beside other stages.
NEEDED_BY = "spans"


class _First(event.Listener):  # type: ignore[misc]  # numba is untyped to mypy, see pyproject.toml
    """Calls `say` at the first compilation; a kernel taken from numba's cache is none."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say: Callable[[], None] | None = say

    def on_start(self, event: Any) -> None:  # noqa: ARG002  numba's signature
        """A dispatcher did not find its kernel in the cache."""
        say, self._say = self._say, None
        if say:
            say()

    def on_end(self, event: Any) -> None:
        """Nothing: the line stays."""


@contextmanager
def watch_kernels(say: Callable[[], None], progress: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
    """Within the block, call `say` once if any kernel has to be compiled -> the progress to use instead."""
    helpers: list[subprocess.Popen[bytes]] = []

    def begin() -> None:
        say()
        command = [sys.executable, "-P", "-m", "provenance.matching.warming"]  # -P: not the clone we may stand in
        helpers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))  # noqa: S603  ours

    def tell(stage: str) -> None:
        if stage == NEEDED_BY and helpers:
            for helper in helpers:
                helper.wait()
        progress(stage)

    try:
        with event.install_listener("numba:compile", _First(begin)):
            yield tell
    finally:
        for helper in helpers:
            helper.terminate()
            helper.wait()
