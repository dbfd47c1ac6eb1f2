"""A parsed page -> what it says of itself: title, byline, date, publisher, address, language.

Read from where publishers put it for machines: JSON-LD (schema.org), Open Graph and other meta elements, microdata.
What they leave out is asked of trafilatura and htmldate, which look at the page's layout.
"""

from __future__ import annotations

import contextlib
import json
import re
from functools import cached_property
from html import unescape
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin

from htmldate import find_date
from trafilatura import metadata
from trafilatura.settings import set_date_params

from provenance.dumps.labels.publishers import MARK, host_of, letters_of, spells, without_slogan
from provenance.dumps.plain_text.line import EAST_ASIAN
from provenance.dumps.web.page_dates import clean, stated_date, under_heading, with_hour, without_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

#: schema.org types of articles; their fields are believed before those of the page around them.
_ARTICLE = re.compile(r"Article|Posting|Report|Review|WebPage|Recipe|VideoObject|LiveBlog", re.IGNORECASE)
_TITLES = ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title", "headline", "hdl")
_SITES = (
    "og:site_name",
    "al:ios:app_name",
    "application-name",
    "cre",
    "twitter:app:name:iphone",
    "publisher",
    "dc.publisher",
)
_AUTHORS = (
    "author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "byl",
    "dcterms.creator",
)
#: What is no publisher's name, and what is too long for one.
_NO_NAME = re.compile(r"https?:|@|copyright\b|©", re.IGNORECASE)
_SLOGAN = 80
LONGEST_NAME = 6  # words of a site's name that nothing but its place tells
#: What stands between a title and its site's name, where EAST_ASIAN letters have no spaces beside it.
_WIDE_MARK = re.compile(r"\s?[-_|｜—–]{1,3}\s?")


class Labels(NamedTuple):
    """What a page says of itself; None where it says nothing."""

    title: str | None = None
    byline: str | None = None
    published: str | None = None
    outlet: str | None = None
    url: str | None = None
    language: str | None = None
    updated: str | None = None  # if nothing says when it was published


class _Layout:
    """What trafilatura and htmldate read from a page's layout, each once it is asked for.

    Its `extract_metadata` reads all of it, with tags and licences, which takes a quarter of a page's time.
    """

    def __init__(self, tree: Any, url: str | None) -> None:
        self._tree, self._url = tree, url

    @cached_property
    def _said(self) -> Any:
        said = metadata.examine_meta(self._tree)
        if said.author and " " not in said.author:  # a handle, or "admin"
            said.author = None
        with contextlib.suppress(Exception):  # as there: its reading of JSON-LD fails on some
            said = metadata.extract_meta_json(self._tree, said)
        return said

    @cached_property
    def title(self) -> str | None:
        return self._said.title or metadata.extract_title(self._tree)

    @cached_property
    def author(self) -> str | None:
        return self._said.author or metadata.extract_author(self._tree)

    @cached_property
    def url(self) -> str | None:
        return self._said.url or metadata.extract_url(self._tree, self._url)

    @cached_property
    def _unchanged(self) -> tuple[Any, list[str]]:
        return without_changes(self._tree)

    @cached_property
    def date(self) -> str | None:
        day = find_date(self._unchanged[0], **set_date_params(extensive=False), url=self.url)
        return with_hour(self._unchanged[0], day or under_heading(self._unchanged[0]))

    @property
    def updated(self) -> str | None:
        return next(iter(self._unchanged[1]), None)

    @cached_property
    def sitename(self) -> str | None:
        name = (self._said.sitename or metadata.extract_sitename(self._tree) or "").lstrip("@")
        return name if "." in name or name[:1].isupper() else name.title() or None


def read_labels(tree: Any, url: str | None, stated: list[dict[str, Any]]) -> Labels:
    """A tree of a page, its address if known, what it states for machines -> its labels."""
    layout = _Layout(tree, url)
    meta = _meta(tree)
    articles = sorted(stated, key=lambda item: not _ARTICLE.search(_types(item)))
    own = next((found for found in (_canonical(tree), meta.get("og:url")) if found), None)
    address = url or (urljoin(own, own) if own and own.startswith("http") else None)
    host = host_of(address or own or "")
    names = _names(meta, articles, layout) or _behind_heading(tree, host)
    title = _title(tree, meta, articles, layout, names, host)
    authors = _author(articles) or next((meta[name] for name in _AUTHORS if name in meta), None) or layout.author
    if authors and authors.startswith("http"):
        authors = layout.author
    published = with_hour(tree, stated_date(tree, meta, articles)) or layout.date
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or meta.get("og:locale")
    return Labels(
        title=title,
        byline=clean(re.sub(r"^[Bb][Yy] ", "", authors).replace("; ", ", ")) if authors else None,
        published=published,
        outlet=_site(names, host),
        url=address or layout.url,
        language=language if language and re.match(r"[a-zA-Z]{2}(?:[-_]|$)", language) else None,
        updated=None if published else layout.updated,
    )


def stated_text(stated: list[dict[str, Any]]) -> str:
    """The longest text that a page states for machines as an article's; empty if it states none.

    That of a live blog is its posts one behind the other, in their order.
    """
    articles = [item for item in stated if _ARTICLE.search(_types(item))]
    bodies = [body for item in articles if isinstance(body := item.get("articleBody"), str)]
    return max([*bodies, *map(_posts, articles)], key=len, default="")


def _posts(item: dict[str, Any]) -> str:
    posts = item.get("liveBlogUpdate")
    parts = [
        part.strip()
        for post in (posts if isinstance(posts, list) else [posts])
        if isinstance(post, dict)
        for part in (post.get("headline"), post.get("articleBody"))
        if isinstance(part, str)
    ]
    return "\n\n".join(filter(None, parts))


def _meta(tree: Any) -> dict[str, str]:
    """The first content of each meta element by its lower-case name, property or itemprop."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = clean(element.get("content"))
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = element.get(attribute)
            if name and content:
                found.setdefault(name.strip().lower(), content)
    return found


def read_stated(tree: Any) -> list[dict[str, Any]]:
    """The objects of a page's JSON-LD, inner ones behind those that hold them."""
    found: list[dict[str, Any]] = []
    for element in tree.iter("script"):
        if (element.get("type") or "").strip().lower() != "application/ld+json":
            continue
        text = (element.text or "").strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        found += _inner(value)
    return found[:200]


def _inner(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value[:50]:
            yield from _inner(item, depth + 1)
    elif isinstance(value, dict) and depth < 6:
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement"):
            if isinstance(value.get(name), list | dict):
                yield from _inner(value[name], depth + 1)


def _types(item: dict[str, Any]) -> str:
    kind = item.get("@type")
    return " ".join(map(str, kind)) if isinstance(kind, list) else str(kind or "")


def _canonical(tree: Any) -> str | None:
    for element in tree.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split():
            return clean(element.get("href"))
    return None


def _name(value: Any) -> str | None:
    if isinstance(value, list):
        names = [name for name in map(_name, value[:20]) if name]
        return ", ".join(dict.fromkeys(names)) or None
    return clean(value.get("name")) if isinstance(value, dict) else clean(value)


def _author(articles: list[dict[str, Any]]) -> str | None:
    for item in articles:
        if _ARTICLE.search(_types(item)) and (name := _name(item.get("author"))) and not name.startswith("http"):
            return name
    return None


def _names(meta: dict[str, str], articles: list[dict[str, Any]], layout: Any) -> list[str]:
    """What the page calls its publisher, the likeliest first."""
    sites = [name for item in articles if "WebSite" in _types(item) and (name := clean(item.get("name")))]
    publishers = [name for item in articles if (name := _name(item.get("publisher")))]
    given = [meta.get(_SITES[0]), *sites, *publishers, *(meta.get(name) for name in _SITES[1:]), layout.sitename]
    return [name for name in dict.fromkeys(given) if name and len(name) <= _SLOGAN and not _NO_NAME.match(name)]


def _site(names: list[str], host: str) -> str | None:
    """The publisher: of its names the first that the host spells, else the first, else the host.

    A page that prints another's copy may name that one as well.
    """
    short = [without_slogan(name, host) for name in names]
    spelt = next((name for name in short if host and spells(name, host)), None)
    return spelt or next(iter(short), None) or host or None


def _title(
    tree: Any, meta: dict[str, str], articles: list[dict[str, Any]], layout: Any, names: list[str], host: str
) -> str | None:
    """The headline that a reader sees: of those given to machines one that the page prints, else its only heading."""

    def tidy(text: str) -> str:
        return _without_site(clean(unescape(text)) or "", names, host)  # careless templates escape twice

    heads = [tidy(text) for element in tree.iter("h1") if (text := clean("".join(element.itertext())))]
    heads = [head for head in heads if head and not _is_site(head, names, host)]
    page = clean(next((element.text_content() for element in tree.iter("title")), None))
    given = [
        *(name for item in articles if "Article" in _types(item) and (name := clean(item.get("headline")))),
        *(meta[name] for name in _TITLES if name in meta),
        *([page] if page else []),
    ]
    tidied = [title for title in map(tidy, given) if title]
    printed = {letters_of(head) for head in heads}
    seen = next((title for title in tidied if letters_of(title) in printed), None)
    long = [head for head in heads if len(head.split()) >= 3 or len(head) + len(EAST_ASIAN.findall(head)) >= 12]
    # A lone heading that shares no words with the titles belongs to a box of the page.
    only = long[0] if len(set(long)) == 1 and (not tidied or _shared(long[0], tidied) >= 2) else None
    return seen or only or next(iter(tidied), None) or next(iter(heads), None) or clean(layout.title)


def _behind_heading(tree: Any, host: str) -> list[str]:
    """What `<title>` has behind the page's heading and a mark, of several parts the last: the site's name, if any.

    Where the host is known and spells another it may be whom the article credits.
    """
    page = clean(next((element.text_content() for element in tree.iter("title")), None)) or ""
    heads = {letters_of(text) for element in tree.iter("h1") if (text := "".join(element.itertext()).strip())}
    kind = _WIDE_MARK if EAST_ASIAN.search(page) else MARK
    marks = [mark for mark in kind.finditer(page) if not mark.group().startswith(":")]
    if not any(letters_of(page[: mark.start()]) in heads for mark in marks):
        return []
    name = page[marks[-1].end() :].strip()
    named = name[:1].isupper() or (EAST_ASIAN.match(name) and len(name) <= 2 * LONGEST_NAME)
    fits = named and len(name.split()) <= LONGEST_NAME and (not host or spells(name, host))
    return [name] if fits else []


def _shared(head: str, titles: list[str]) -> int:
    """How many words of a heading stand in titles; one that stands there whole may be one word, without spaces."""
    words = set(re.findall(r"\w{3,}", head.lower())) or set(head)
    whole = 2 * (letters_of(head) in letters_of(titles[0]))
    return max(len(words & set(re.findall(r"\w{3,}", " ".join(titles).lower()))), whole)


def _is_site(part: str, names: list[str], host: str) -> bool:
    """Whether a part of a title names the publisher: as it calls itself, or with no letter that its host has not."""
    letters = letters_of(part)
    if not letters or any(letters == letters_of(name) for name in names):
        return True
    return len(letters) > 2 and letters.removeprefix("the") in letters_of(host)


def _without_site(title: str, names: list[str], host: str) -> str:
    """A title without the publisher's name before or behind it."""
    marks = list(MARK.finditer(title))
    for mark in marks:
        if mark.start() > 0 and not mark.group().startswith(":") and _is_site(title[mark.end() :], names, host):
            return title[: mark.start()].strip()
    for mark in reversed(marks):
        if _is_site(title[: mark.start()], names, host) and title[mark.end() :].strip():
            return title[mark.end() :].strip()
    return title
