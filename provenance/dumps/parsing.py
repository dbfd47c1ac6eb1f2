"""The parsers of hostile formats by name: what a worker can be asked. Each takes bytes and gives what JSON holds."""

# ruff: noqa: PLC0415  half a second each: a worker loads the libraries of what it meets, and no others

from __future__ import annotations

from typing import Any


def _page(content: bytes, **known: Any) -> dict[str, Any]:
    from provenance.dumps.web.pages import read_page

    return read_page(content, **known)


def _feed(content: bytes) -> dict[str, Any]:
    from provenance.dumps.web.feed_items import read_feed

    return read_feed(content)


def _mail(content: bytes, **known: Any) -> dict[str, Any]:
    from provenance.dumps.mail.messages import read_message

    return read_message(content, **known)


def _capture(content: bytes) -> dict[str, Any]:
    from provenance.dumps.web.captures import read_capture

    return read_capture(content)


def _columns(content: bytes, **known: Any) -> dict[str, Any]:
    from provenance.dumps.columnar.trying import try_columns

    return try_columns(content, **known)


PARSERS = {"page": _page, "feed": _feed, "mail": _mail, "capture": _capture, "columns": _columns}
