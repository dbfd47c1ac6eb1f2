"""A feed in XML as bytes -> its items: teaser and content both, so that the repetition is seen. Runs in a worker."""

from __future__ import annotations

import calendar
import io
import re
import warnings
from datetime import UTC, datetime
from typing import Any

import feedparser

from provenance.dumps.labels.publishers import host_of, without_slogan
from provenance.dumps.sources.decode import decode_text, xml_charset
from provenance.dumps.web.markup import plain_text
from provenance.dumps.web.news_items import is_of_agency, read_news_items
from provenance.dumps.web.pages import said_of

#: A feed's own declarations are how a kilobyte becomes a gigabyte, and how a file of ours gets into a text.
_DECLARES = re.compile(r"<!ENTITY|<!DOCTYPE[^<>\[]{0,500}\[")
_ITEM = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
_END = re.compile(r"</(?:\w{1,20}:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
#: What Blogger's export calls its templates and settings, which stand among the posts as they do.
_NO_POST = re.compile(r"http://schemas\.google\.com/blogger/2008/kind#(?:template|settings)")
_DECLARATION = re.compile(r"^\s*<\?xml[^<>]{0,300}\?>")


def read_feed(content: bytes) -> dict[str, Any]:
    """The bytes of an RSS, RDF or Atom feed, or of a news agency's XML -> its items, labelled as articles are.

    `problem` says where it is not whole.
    """
    decoded = decode_text(content, xml_charset(content))
    if decoded.encoding is None:
        return {"problem": ["binary", "no text: is it compressed, or of another format?"]}
    text = decoded.text.replace("\0", " ")
    if _DECLARES.search(text):
        return {"problem": ["format", "a feed that declares entities of its own: expand them if you trust it"]}
    if is_of_agency(text):
        return {**read_news_items(_DECLARATION.sub("", text, count=1)), "decoded": said_of(decoded)}
    octets = _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = feedparser.parse(
            io.BytesIO(octets),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    items = [_item(entry, found.feed) for entry in found.entries]
    begun = len(_ITEM.findall(text))
    problem = None
    if not _END.search(text[-2000:]) or begun > len(items):
        problem = ["damaged", f"the feed breaks off or is no sound XML: {len(items)} of {begun} items were read"]
    elif not items:
        problem = ["empty", "a feed without items"] if found.get("version") else ["format", "XML that is no feed"]
    return {"items": items, "decoded": said_of(decoded), "problem": problem}


def _item(entry: Any, feed: Any) -> dict[str, str | None]:
    """An item -> its labels and text: the teaser, then the content; without either, the title.

    In WordPress' exports, which are feeds too, what has only a title is a picture's file or a menu's line.
    Blogger's say what is no post.
    """
    link = entry.get("link") or entry.get("id") or ""
    parts = [
        plain_text(entry.get("summary") or ""),
        *(plain_text(part.value or "") for part in entry.get("content", ())),
    ]
    title = _SPACE.sub(" ", plain_text(entry.get("title") or "")) or None
    is_export = "wp_post_type" in entry
    if any(_NO_POST.fullmatch(tag.get("term") or "") for tag in entry.get("tags", ())):
        parts, is_export = [], True
    # A collector of other feeds says whose item it is.
    outlet = (entry.get("source") or {}).get("title") or feed.get("title")
    host = host_of(link if link.startswith("http") else feed.get("link") or "")
    return {
        "text": "\n\n".join(dict.fromkeys(part for part in parts if part)) or (not is_export and title) or "",
        "own": entry.get("id") or None,
        "title": title,
        "byline": ", ".join(dict.fromkeys(name for one in entry.get("authors", ()) if (name := one.get("name"))))
        or None,
        "published": _time(entry, "published") or _time(entry, "updated"),
        "url": link if link.startswith("http") else None,
        "outlet": without_slogan(plain_text(outlet), host) if outlet else host or None,
        "language": entry.get("language") or feed.get("language"),
    }


def _time(entry: Any, name: str) -> str | None:
    parsed = entry.get(f"{name}_parsed")
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC).isoformat() if parsed else entry.get(name)
    except (ValueError, OverflowError, OSError):
        return None
