"""Finds every repeated or syndicated passage in news dumps and traces each article to its likely source.

The public names, each resolved on first use, so that `import provenance` loads nothing heavy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance.cleaning import clean, removals
    from provenance.errors import ProvenanceError
    from provenance.index import Index
    from provenance.pipeline import scan
    from provenance.reports.runs import Run
    from provenance.settings import Settings
    from provenance.signatures import fill_lsh, minhashes, sketch

__version__ = "0.1.0"
__all__ = [
    "Index",
    "ProvenanceError",
    "Run",
    "Settings",
    "__version__",
    "clean",
    "fill_lsh",
    "minhashes",
    "removals",
    "scan",
    "sketch",
]

_HOMES = {
    "Index": "provenance.index",
    "ProvenanceError": "provenance.errors",
    "Run": "provenance.reports.runs",
    "Settings": "provenance.settings",
    "clean": "provenance.cleaning",
    "fill_lsh": "provenance.signatures",
    "minhashes": "provenance.signatures",
    "removals": "provenance.cleaning",
    "scan": "provenance.pipeline",
    "sketch": "provenance.signatures",
}


def __getattr__(name: str) -> object:
    """The public name `name`, imported now (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'provenance' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
