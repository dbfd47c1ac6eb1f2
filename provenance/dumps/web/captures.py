"""A record of a web archive as bytes -> the page that was fetched: its HTTP head read, its body unpacked."""

from __future__ import annotations

import io
import re
from typing import Any

from fastwarc.warc import ArchiveIterator, WarcRecordType

from provenance.dumps.sources.decode import decode_text
from provenance.dumps.sources.kinds import charset_of
from provenance.dumps.web.feed_items import read_feed
from provenance.dumps.web.pages import read_page, said_of

#: A page is read up to this size, unpacked.
MOST_PAGE = 8 << 20
#: Kinds of content that are read; other pages of a crawl are pictures, styles and scripts.
_PAGES = ("text/html", "application/xhtml+xml", "application/xhtml")
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "text/xml", "application/xml")


def read_capture(content: bytes) -> dict[str, Any]:
    """A `response` or `resource` record with its head -> what its page holds; `left` where it is none."""
    every = WarcRecordType.response | WarcRecordType.resource
    try:
        record = next(
            ArchiveIterator(io.BytesIO(content), record_types=every, parse_http=True, auto_decode="all"), None
        )
    except OSError:  # its word for what it cannot read
        record = None
    if record is None:
        return {"problem": ["damaged", "no sound record"]}
    kind = record.headers.get("Content-Type") or ""
    if record.http_headers is not None:
        if record.http_headers.status_code not in (200, 203, None):
            return {"left": f"HTTP status {record.http_headers.status_code}"}
        kind = record.http_headers.get("Content-Type") or ""
    body = record.reader.read(MOST_PAGE + 1)
    if len(body) > MOST_PAGE:
        return {"problem": ["too_long", f"a page of more than {MOST_PAGE >> 20} MB: extract its text yourself"]}
    charset = charset_of(kind)
    kind = kind.split(";")[0].strip().lower()
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not body.strip():
        return {"left": "empty pages"}
    if kind in _FEEDS and re.search(rb"<(?:rss|feed|rdf:rdf)[\s>]", body[:4096].lower()):
        return read_feed(body)
    if kind in _PAGES or (not kind and start.startswith((b"<!doctype html", b"<html"))):
        return read_page(body, charset, record.headers.get("WARC-Target-URI"))
    if kind == "text/plain":
        decoded = decode_text(body, charset)
        return {"text": decoded.text, "labels": {}, "decoded": said_of(decoded)}
    return {"left": kind or "pages of unknown kind"}
