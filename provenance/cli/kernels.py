"""Whether numba must compile before work can begin."""

from __future__ import annotations

import os
from pathlib import Path

import provenance


def kernels_cold() -> bool:
    """Whether any kernels module has no compiled copy that is as new as itself.

    Reads names and times only: numba keeps an index file (.nbi) for each function beside the module, or under
    NUMBA_CACHE_DIR.
    """
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return False
    package = Path(provenance.__file__).parent
    return any(_cold(module) for module in package.glob("*/*kernels.py"))


def _cold(module: Path) -> bool:
    elsewhere = os.environ.get("NUMBA_CACHE_DIR")
    if elsewhere:
        indexes = list(Path(elsewhere).glob(f"{module.parent.name}_*/{module.stem}.*.nbi"))
    else:
        indexes = list((module.parent / "__pycache__").glob(f"{module.stem}.*.nbi"))
    return max((index.stat().st_mtime for index in indexes), default=0) < module.stat().st_mtime
