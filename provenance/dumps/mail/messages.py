"""A mail as bytes -> its text and labels. Runs in a worker."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from provenance.dumps.sources.decode import Decoded, decode_text
from provenance.dumps.web.markup import plain_text
from provenance.dumps.web.pages import read_page, said_of

#: A head takes thirty times its length in memory; that of a mail that went through many hands has 20 kB.
MOST_HEAD = 1 << 19
#: What is read where it is attached, beside mails; other texts are cards, calendars, tables and programs.
_READ = ("text/plain", "text/html", "text/markdown")
_HEAD_END = re.compile(rb"\r?\n\r?\n")


def read_message(content: bytes) -> dict[str, Any]:
    """The bytes of a mail (RFC 5322, MIME) -> its text, best its plain part, and labels."""
    head = _HEAD_END.search(content)
    if (head.start() if head else len(content)) > MOST_HEAD:
        return {"problem": ["too_complex", f"a mail whose head has more than {MOST_HEAD >> 10} kB: cut it"]}
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    page = _saved_page(message)
    if page is not None:
        return {**page, "attached": [], "left": []}
    found = _read(message)
    attached, left = [], []
    for part in message.walk():
        if part is message or part.get_content_disposition() != "attachment":
            continue
        inner = part.get_payload(0) if part.get_content_type() == "message/rfc822" else part
        if isinstance(inner, EmailMessage) and (inner is not part or part.get_content_type() in _READ):
            one = _read(inner)
            one["labels"]["title"] = one["labels"]["title"] or part.get_filename()
            attached.append(one)
        elif inner is part:
            left.append(f"attachments: {part.get_content_type()}")
    return {**found, "attached": attached, "left": left}


def _read(message: EmailMessage) -> dict[str, Any]:
    """A mail, or a part of one that is text -> its text and labels."""
    part = message if message.get_content_disposition() == "attachment" else message.get_body(("plain", "html"))
    found = _decoded(part) if isinstance(part, EmailMessage) else Decoded("", None)
    text = found.text
    if isinstance(part, EmailMessage) and part.get_content_type() == "text/html":
        text = plain_text(text)
    name, address = parseaddr(_header(message, "from") or "")
    return {
        "text": text.replace("\r\n", "\n"),
        "labels": {
            "title": _header(message, "subject"),
            "byline": name or address or None,
            "published": _header(message, "date"),
            "own": (_header(message, "message-id") or "").strip("<> \t") or None,
        },
        "decoded": said_of(found),
        "problem": None if text.strip() else ["blank", "a mail without text"],
    }


def _saved_page(message: EmailMessage) -> dict[str, Any] | None:
    """The page that a browser saved as a mail (RFC 2557), by the address it had; None for what was sent.

    The head's date is the day of the saving, its sender the browser.
    """
    body = message.get_body(("html",)) if message.get_content_type() in ("multipart/related", "text/html") else None
    if not isinstance(body, EmailMessage):
        return None
    url = _header(message, "snapshot-content-location") or _header(message, "content-location")
    url = url or _header(body, "content-location")
    payload = body.get_payload(decode=True)
    if not (url and url.startswith(("http://", "https://")) and isinstance(payload, bytes)):
        return None
    page = read_page(payload, body.get_content_charset(), url)
    labels = page.get("labels") or {}
    return {**page, "labels": {**labels, "title": labels.get("title") or _header(message, "subject"), "url": url}}


def _decoded(part: EmailMessage) -> Decoded:
    payload = part.get_payload(decode=True)
    return decode_text(payload, part.get_content_charset()) if isinstance(payload, bytes) else Decoded("", None)


def _header(message: EmailMessage, name: str) -> str | None:
    try:
        value = message[name]
    except (ValueError, IndexError, AttributeError, TypeError, KeyError):  # headers that the parser cannot take
        return None
    return " ".join(str(value).split())[:600] or None if value is not None else None
