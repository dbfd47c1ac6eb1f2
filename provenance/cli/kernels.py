"""Tells when numba compiles: it is the one wait of some seconds that nothing else explains."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from numba.core import event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _First(event.Listener):
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
def watch_kernels(say: Callable[[], None]) -> Iterator[None]:
    """Within the block, call `say` once if any kernel has to be compiled."""
    with event.install_listener("numba:compile", _First(say)):
        yield
