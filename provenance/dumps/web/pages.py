"""A web page as bytes -> the article on it: its text, captions in their places, and its labels. Runs in a worker."""

from __future__ import annotations

import re
from html import unescape
from typing import Any, NamedTuple

import lxml.html
from lxml import etree
from trafilatura import bare_extraction

from provenance.dumps.plain_text.line import WIDE
from provenance.dumps.sources.decode import Decoded, decode_text, xml_charset
from provenance.dumps.web.markup import plain_text
from provenance.dumps.web.page_labels import read_labels, read_stated, stated_text

#: Pages nest 20 to 60 deep. The parser drops what is deeper than 2,048 without a word, and the extractor's time
#: grows with the square: 200 tables in each other take .1 s, 1,000 take 3 s.
MOST_DEPTH = 200
_TOO_DEEP = etree.XPath(f"boolean(/*{'/*' * MOST_DEPTH})")
#: A tag takes a kilobyte in the tree. 181 news pages hold 138 to 3,229.
MOST_TAGS = 50_000
_CHARSET = re.compile(rb"<meta[^<>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_XML = re.compile(r"^\s*<\?xml[^<>]{0,300}\?>")
#: Stands before a caption on its way through the extractor, which knows no captions and drops what is not printable.
_MARK = "\u29c9\u2e18\u29c9"
#: How a caption begins in an article's text.
CAPTION = re.compile(r"(?:photo|image|picture|foto|bild)[^:]{0,20}:", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
#: Control characters, as such and as references: the parser lets them through, the extractor fails on them.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]"
    r"|&#(?:0{0,6}(?:[0-8]|1[124-9]|2\d|3[01])(?!\d)|[xX]0{0,6}(?:[0-8bBcCeEfF]|1[0-9a-fA-F])(?![0-9a-fA-F]));?"
)


class Page(NamedTuple):
    """What a page holds."""

    text: str
    labels: dict[str, str | None]
    problem: tuple[str, str] | None = None


def read_page(content: bytes, charset: str | None = None, url: str | None = None) -> dict[str, Any]:
    """The bytes of a page, what its server said of them -> text, labels, encoding; `problem` where it is not whole."""
    decoded = decode_text(content, charset or declared_charset(content))
    if decoded.encoding is None:
        return {"problem": ["binary", "no text: is it compressed, or of another format?"]}
    page = extract(decoded.text, url)
    return {"text": page.text, "labels": page.labels, "problem": page.problem, "decoded": said_of(decoded)}


def said_of(decoded: Decoded) -> list[Any]:
    """What is told of a decoding: everything but the text."""
    return list(decoded[1:])


def declared_charset(content: bytes) -> str | None:
    """The encoding that a page names in its first 4 kB."""
    match = _CHARSET.search(content[:4096])
    return xml_charset(content) or (match[1].decode() if match else None)


def extract(markup: str, url: str | None) -> Page:
    """A page -> its article; where nothing looks like one, all its text."""
    markup = _XML.sub("", _CONTROL.sub(" ", markup), count=1)
    if not markup.strip():
        return Page("", {})
    if markup.count("<") > MOST_TAGS:
        return Page(plain_text(markup), {}, ("too_complex", f"more than {MOST_TAGS:,} tags: all its text was taken"))
    parser = lxml.html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return Page(plain_text(markup), {})
    if _TOO_DEEP(tree):
        return Page(
            plain_text(markup), {}, ("too_complex", f"nested more than {MOST_DEPTH} deep: all its text was taken")
        )
    try:
        return _article(tree, markup, url)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  the extractor raises whatever for trees that nobody thought of
        told = f"no article could be told from the rest ({type(error).__name__}): all its text was taken"
        return Page(plain_text(markup), {}, ("damaged", told))


def _article(tree: Any, markup: str, url: str | None) -> Page:
    objects = read_stated(tree)
    labels, stated = read_labels(tree, url, objects), stated_text(objects)
    _mark_captions(tree)
    found = bare_extraction(tree, url=url, include_comments=False, favor_precision=True, with_metadata=False)
    text: str = getattr(found, "text", None) or ""
    if _count_words(text) < 5:
        text = max(text, plain_text(markup), key=len)
    if _count_words(stated) > 2 * _count_words(text):  # a script shows it, or who pays: the page has a teaser at most
        text = plain_text(stated) if "</" in stated else unescape(stated).strip()
    return Page(_without_title(_unmark(text), labels.title), labels._asdict())


def _count_words(text: str) -> int:
    """Words, and half of the letters of scripts that have no spaces between words."""
    return len(text.split()) + len(WIDE.findall(text)) // 2


def _without_title(text: str, title: str | None) -> str:
    """The text without its title as first line: the extractor leaves it there on some pages and not on others."""
    first, _, rest = text.partition("\n")
    return rest.lstrip("\n") if title and rest.strip() and _SPACE.sub(" ", first).strip() == title else text


def _mark_captions(tree: Any) -> None:
    """Make paragraphs of the captions: the extractor throws figures away with all they hold.

    A caption is what HTML calls one, or the commonest publishing system did before HTML had the word.
    """
    for caption in list(tree.iter("figcaption", "p", "dd")):
        if caption.tag != "figcaption" and "wp-caption-text" not in _classes(caption):
            continue
        text = _SPACE.sub(" ", caption.text_content()).strip()
        around = (one for one in caption.iterancestors() if one.tag == "figure" or "wp-caption" in _classes(one))
        figure = next(around, caption)
        parent = figure.getparent()
        if parent is None or not text or len(text.split()) < 3:
            continue
        paragraph = tree.makeelement("p")
        paragraph.text = f"{_MARK}{text}"
        paragraph.tail, figure.tail = figure.tail, None
        parent.replace(figure, paragraph)


def _classes(element: Any) -> list[str]:
    return (element.get("class") or "").split()


def _unmark(text: str) -> str:
    """The text with each caption on a line of its own, named as one: what the page's markup said, the text must say."""
    lines = []
    for line in text.split("\n"):
        caption = line.replace(_MARK, "").strip()
        if line.lstrip().startswith(_MARK):
            lines.append(f"\n{caption if CAPTION.match(caption) else f'Photo: {caption}'}\n")
        else:
            lines.append(line.replace(_MARK, ""))
    return "\n".join(lines).strip("\n")
