"""Texts that a worker handed over in memory (giving.py) -> columns that use them where they lie.

What a worker wrote is trusted no more than the file that it read: the memory is sealed before it is looked at, lengths
must add up to its size, and texts that are not UTF-8 are refused.
"""

from __future__ import annotations

import mmap
import os

import nanoarrow
import numpy as np
import polars as pl

from provenance.dumps.columnar.giving import NULL, STEP


class Handed:
    """The reader's side: what a worker says are `rows` texts of `size` bytes in all, in the memory `descriptor`."""

    def __init__(self, descriptor: int, size: int, rows: int) -> None:
        self._descriptor, self._size, self.rows = descriptor, size, rows
        self._octets, self._ends, self._sizes = np.empty(0, np.uint8), np.zeros(1, np.int64), np.empty(0, np.int64)

    def take(self) -> None:
        """Map the texts. Raises ValueError where they are not what was said, OSError where the memory is in use.

        From here on nobody can change them: a mapping that could still be written refuses the seal.
        """
        import fcntl  # noqa: PLC0415  not on Windows, where there is no such memory

        size, rows = self._size, self.rows
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(self._descriptor, fcntl.F_ADD_SEALS, seals)
        start = size + -size % STEP
        if size < 0 or rows <= 0 or os.fstat(self._descriptor).st_size != start + STEP * rows:
            raise ValueError("its texts are not as long as was said")
        whole = mmap.mmap(self._descriptor, 0, prot=mmap.PROT_READ)
        sizes = np.frombuffer(whole, np.int64, rows, start)
        ends = np.cumsum(np.maximum(sizes, 0))
        if sizes.min() < NULL or sizes.max() > size or ends[-1] != size:
            raise ValueError("a text is not as long as was said")
        self._octets, self._sizes = np.frombuffer(whole, np.uint8, size), sizes
        self._ends = np.concatenate([np.zeros(1, np.int64), ends])

    def texts(self, first: int, last: int) -> pl.Series:
        """The texts of rows first:last, which lie where the worker wrote them. Raises ComputeError for no UTF-8."""
        ends = self._ends[first : last + 1]
        octets = self._octets[ends[0] : ends[-1]]
        parts = [None, ends - ends[0], octets]
        mapped = nanoarrow.c_array_from_buffers(nanoarrow.large_binary(), last - first, parts, null_count=0)
        texts = pl.Series(mapped).cast(pl.String).alias("text")
        null = pl.Series(self._sizes[first:last] == NULL)
        return texts.set(null, None) if null.any() else texts
