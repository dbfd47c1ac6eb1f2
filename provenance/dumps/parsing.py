"""The parsers of hostile formats by name: what a worker can be asked. Each takes bytes and gives what JSON holds."""

# ruff: noqa: PLC0415  half a second each: a worker loads the libraries of what it meets, and no others

from __future__ import annotations

from typing import Any


def _page(content: bytes, **known: Any) -> dict[str, Any]:
    from provenance.dumps.pages import read_page

    return read_page(content, **known)


PARSERS = {"page": _page}
