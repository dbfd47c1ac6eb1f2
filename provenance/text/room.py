"""Room for what grows with the text: memory, or for a large dump files that the system takes out of memory at need."""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

#: Bytes of text up to which everything is held in memory: 1 GB of text takes 2.5 GB with its words.
MOST_HELD = 1_000_000_000


def room(shape: tuple[int, ...], dtype: Any, text_bytes: int) -> Array:
    """An array without content, for a dump of so much text.

    What is never written takes no memory and no disk, so a bound may be generous. A mapped file has no name and
    vanishes with the array. Raises OSError where the temporary folder takes no file.
    """
    if text_bytes <= MOST_HELD:
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile(prefix="provenance-") as file:  # the mapping keeps it
        return np.memmap(file, dtype, "w+", shape=shape).view(np.ndarray)
