"""News agencies' XML (IPTC's NITF 3, NewsML 1 and NewsML-G2) -> its items, labelled as a feed's are.

This runs in a worker. No declaration of a document's type is fetched.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from lxml import etree

from provenance.dumps.web.page_dates import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The first element of a file, behind its declarations, and what it is called in such a file.
_ROOT = re.compile(r"<(?:[A-Za-z0-9]{1,20}:)?([A-Za-z][\w.-]{0,40})")
_ROOTS = ("nitf", "NewsML", "newsItem", "newsMessage")
_ITEMS = (("newsItem", "NewsItem"), ("nitf",))  # NITF may stand inside the others
_BODIES = ("body.content", "DataContent", "inlineXML", "inlineData")
_CAPTIONS = ("media-caption", "figcaption")
_LINES = ("p", "li", "pre", "hl2", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", *_CAPTIONS)
#: HTML's names for characters, which no XML knows without the declarations that nobody fetches.
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,30};")
#: Field -> elements and their attributes (empty: the text) that hold it, the surest first.
_WHERE = {
    "own": (("", "guid"), ("doc-id", "id-string"), ("NewsItemId", "")),
    "title": (("headline", ""), ("HeadLine", ""), ("hl1", ""), ("title", "")),
    "byline": (("by", ""), ("ByLine", ""), ("byline", "")),
    "published": (
        ("firstCreated", ""), ("FirstCreated", ""), ("date.issue", "norm"), ("pubdata", "date.publication"),
        ("contentCreated", ""), ("versionCreated", ""), ("ThisRevisionCreated", ""),
    ),
    "outlet": (
        ("provider", "literal"), ("provider", ""), ("pubdata", "name"), ("copyrightHolder", "literal"),
        ("doc.copyright", "holder"),
    ),
    "language": (("language", "tag"), ("Language", "FormalName")),
}  # fmt: skip


def is_of_agency(text: str) -> bool:
    """Whether a file is an agency's XML, by its first element."""
    first = _ROOT.search(text[:4096])
    return first is not None and first[1] in _ROOTS


def read_news_items(text: str) -> dict[str, Any]:
    """A decoded file of news items -> them, and `problem` where it is not whole."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True, remove_pis=True
    )
    octets = _NAMED.sub(lambda match: unescape(match.group()), text).encode("utf-8", "replace")
    try:
        tree = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError:
        tree = None
    if tree is None:
        return {"items": [], "problem": ["damaged", "no sound XML"]}
    found = next(filter(None, (list(_named(tree, names)) for names in _ITEMS)), [])
    problem = None
    if any(error.type_name != "ERR_UNDECLARED_ENTITY" for error in parser.error_log):
        problem = ["damaged", f"no sound XML: {len(found)} items were read"]
    return {"items": [_item(item) for item in found], "problem": problem}


def _item(item: Any) -> dict[str, str | None]:
    said: dict[str, str | None] = {name: _label(item, where) for name, where in _WHERE.items()}
    said["byline"] = re.sub(r"^[Bb][Yy] ", "", said["byline"]) if said["byline"] else None
    body = next(_named(item, _BODIES), None)
    return {"text": "" if body is None else "\n".join(_lines(body)), "url": None, **said}


def _label(item: Any, where: tuple[tuple[str, str], ...]) -> str | None:
    for name, attribute in where:
        for element in [item] if not name else _named(item, (name,)):
            value = element.get(attribute) if attribute else " ".join(element.itertext())
            if found := clean(value):
                return found
    return None


def _lines(body: Any) -> Iterator[str]:
    """The paragraphs and captions of a body; all its text where it has none."""
    found = list(_named(body, _LINES))
    inner = {id(line) for outer in found for line in _named(outer, _LINES) if line is not outer}
    for line in found or [body]:
        text = " ".join("".join(line.itertext()).split())
        if text and id(line) not in inner:
            yield f"Photo: {text}" if _called(line) in _CAPTIONS and ":" not in text[:20] else text


def _called(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _named(element: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """An element and those in it that are called so, in whatever namespace."""
    return (one for one in element.iter() if _called(one) in names)
