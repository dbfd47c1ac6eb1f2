"""HTML as a string -> its text, by one pass over the tags: no tree, so no nesting is too deep for it."""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"<(?:!--|(/?)([a-zA-Z][a-zA-Z0-9:]*)[^<>]*>|[!?][^<>]*>)")
#: Tags whose content is no text.
_UNREAD = frozenset(("script", "style", "template", "noscript", "svg", "head", "iframe", "textarea", "select"))
#: Tags at which a line ends.
_BREAKS = frozenset(
    """address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul""".split()  # noqa: SIM905  a list would be four times as long to read
)
#: How a whole page begins, or a note of Evernote's, in Python's and in Polars' expressions alike.
PAGE_START = r"(?i)^\s*(?:<\?xml[^<>]{0,300}\?>\s*)?<(?:!doctype\s{1,9}(?:html|en-note)|html|en-note)[\s>]"
_PAGE_START = re.compile(PAGE_START)
_BLOCK, _COMMENTS = "(?:p|div|article|section|main|h[1-6]|figure|blockquote|[ou]l|table)", r"(?:\s*<!--[^<>]*-->)*\s*"
#: A piece of a page from its first block to its last, as publishing systems store an article.
FRAGMENT = rf"(?is)^{_COMMENTS}<{_BLOCK}(?:\s[^<>]*)?>.*</{_BLOCK}>{_COMMENTS}$"
_FRAGMENT = re.compile(FRAGMENT)
#: Spaces that are not one plain space: to match that, too, took a third of the time of all of `plain_text`.
_SPACE = re.compile(r"(?:[\t\r\f\v\u00a0]| (?=[ \t\r\f\v\u00a0]))[ \t\r\f\v\u00a0]*")


def is_page(text: str) -> bool:
    """Whether a text is the source of a whole page: nobody's article begins so.

    >>> is_page("<!DOCTYPE html><html><p>One</p></html>"), is_page("<p>One</p>")
    (True, False)
    """
    return text[:200].lstrip()[:1] == "<" and _PAGE_START.match(text) is not None


def is_fragment(text: str) -> bool:
    """Whether a text is the source of an article: who writes about `<p>` begins or ends otherwise.

    >>> is_fragment("<p>One</p> <p>two</p>"), is_fragment("<p> is a tag"), is_fragment("Close it with </p>")
    (True, False, False)
    """
    return text[:200].lstrip()[:1] == "<" and _FRAGMENT.match(text) is not None


def plain_text(markup: str) -> str:
    r"""A page or a piece of one -> its text, a line for each block; linear in its length.

    What follows a comment or a script that is never closed is kept: better too much than lost.

    >>> plain_text("<p>One &amp; <b>two</b></p><script>x()</script><p>three")
    'One & two\nthree'
    """
    pieces: list[str] = []
    lowered = ""
    unclosed: set[str] = set()  # what has no end behind here has none further on: looked for once
    at = 0

    def behind(closer: str, start: int) -> int:
        nonlocal lowered
        lowered = lowered or _lowered(markup)  # most markup has neither comments nor scripts
        found = lowered.find(closer, start) if closer not in unclosed else -1
        if found < 0:
            unclosed.add(closer)
        return found

    while match := _TAG.search(markup, at):
        pieces.append(markup[at : match.start()].replace("\n", " "))
        at = match.end()
        if match.group() == "<!--":
            close = behind("-->", at)
            at = close + 3 if close >= 0 else at
            continue
        name = (match[2] or "").lower()
        if name in _BREAKS:
            pieces.append("\n")
        elif name in _UNREAD and not match[1] and not match.group().endswith("/>"):
            close = behind(f"</{name}", at)
            at = close if close >= 0 else at
    pieces.append(markup[at:].replace("\n", " "))
    lines = (_SPACE.sub(" ", line).strip() for line in unescape("".join(pieces)).split("\n"))
    return "\n".join(line for line in lines if line)


def _lowered(markup: str) -> str:
    """Lower case of the same length: str.lower() makes two letters of some."""
    return re.sub("[A-Z]+", lambda match: match.group().lower(), markup)
