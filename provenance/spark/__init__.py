"""The same stages in the same order over Spark: for what does not fit one machine (extra `spark`).

A stage is a function from tables to a table; those that need more than one row are called here with the rows of one
key at a time, and give the same rows as on one machine. See provenance/README.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance.spark.cleaned import SparkCleaned, clean
    from provenance.spark.index import build, check
    from provenance.spark.scanning import SparkRun, scan

__all__ = ["SparkCleaned", "SparkRun", "build", "check", "clean", "scan"]


def __getattr__(name: str) -> object:
    """The public name `name`, imported now: the rounds themselves need no Spark."""
    if name not in __all__:
        raise AttributeError(f"module 'provenance.spark' has no attribute {name!r}")
    from provenance.spark import cleaned, index, scanning  # noqa: PLC0415

    return next(getattr(module, name) for module in (cleaned, scanning, index) if name in vars(module))
