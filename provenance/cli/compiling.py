"""While numba compiles: the user is told, and a second process compiles the kernels of matching meanwhile.

Compiling is the one wait that nothing else explains: 85 s of processor time for all of a scan, 55 for level `document`.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

#: Where scipy is installed, numba loads its BLAS for products of matrices, of which our kernels have none: .15 s. So
#: scipy is hidden while numba looks for it.
_HIDDEN = "scipy" not in sys.modules
if _HIDDEN:
    sys.modules["scipy"] = None  # type: ignore[assignment]
import numba.np.arraymath  # noqa: E402, F401  this looks for scipy
from numba.core import event  # noqa: E402

if _HIDDEN:
    del sys.modules["scipy"]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The stage that waits for the second process to end, lest both compile the same kernels. Meanwhile this process
#: compiles those of candidates and recall, which are sought beside other stages.
NEEDED_BY = "spans"


class _First(event.Listener):  # type: ignore[misc]  # numba is untyped to mypy, see pyproject.toml
    """Calls `say` at the first compilation; to load a kernel from numba's cache is none."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say: Callable[[], None] | None = say

    def on_start(self, event: Any) -> None:  # noqa: ARG002  numba's signature
        """A dispatcher did not find its kernel in the cache."""
        say, self._say = self._say, None
        if say:
            say()

    def on_end(self, event: Any) -> None:
        """Nothing: what was said stays on the screen."""


@contextmanager
def watch_kernels(say: Callable[[], None], progress: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
    """Within the block `say` is called once if a kernel has to be compiled -> what to call in place of `progress`."""
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
