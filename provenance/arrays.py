"""The type of arrays of any elements, in annotations; a field that always holds one type says NDArray[np.int64]."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]  # as NDArray[Any], without what numpy.typing imports
