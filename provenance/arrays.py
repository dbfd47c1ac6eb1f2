"""The type of arrays of any elements, in annotations; a field that always holds one type says NDArray[np.int64]."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
