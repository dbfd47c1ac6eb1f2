"""XML in which each word is an element of its own -> the same with words in a row, as they were printed.

Scanned newspapers (ALTO, versions 1 to 4: schema of the Library of Congress), and corpora whose words have a part of
speech each (the British National Corpus, and whatever follows TEI P5, chapters 17 and 18).
"""

from __future__ import annotations

import re

from provenance.dumps.web.markup import is_page

#: A page of ALTO, to its end or that of what is held of a file; and what stands on it: words, spaces, hyphens, borders.
_PAGE = re.compile(r"(<(?:\w{1,20}:)?Page(?:\s[^<>]*)?>)(.*?)(</(?:\w{1,20}:)?Page>|\Z)", re.DOTALL)
_ON_PAGE = re.compile(r"<(/?)(?:\w{1,20}:)?(String|SP|HYP|TextLine|TextBlock)(\s[^<>]*)?>")
_STRING = re.compile(r"<(?:\w{1,20}:)?String\s")
_SAID = re.compile(r"""\s(CONTENT|SUBS_CONTENT|SUBS_TYPE)\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')""")
#: Words and marks of TEI, and of the BNC those of several (`of course`).
_WORD = "(?:w|c|pc|mw|tok)"
_BETWEEN = re.compile(rf"(</{_WORD}>)(?=<(?:w|mw|tok)[\s>])")
_SPACED = re.compile(rf"\s</{_WORD}>|</{_WORD}>\s{{1,99}}<{_WORD}[\s>]")
_SENTENCE = re.compile(r"</s>")
#: Blocks of TEI that HTML does not know, or knows as something that is not shown.
_BLOCK = re.compile(r"<(/?)(?:head|item|ab|l)(?=[\s>])")
_LINE = re.compile(r"<lb(?=[\s/])([^<>]*)>")
_PARTS_WORD = re.compile(r"""break\s{0,9}=\s{0,9}["']no""")


def spelled_pages(raw: str) -> str:
    """Elements as they stand -> the same, each page of ALTO as one text, a paragraph for each of its blocks.

    A word that is parted at the end of a line is given whole, where the file has it so.
    """
    if not _STRING.search(raw):
        return raw
    return _PAGE.sub(lambda page: f"{page[1]}<text>{_printed(page[2])}</text>{page[3]}", raw)


def _printed(page: str) -> str:
    pieces = []
    for match in _ON_PAGE.finditer(page):
        closes, name = match[1], match[2]
        if name == "TextBlock":
            pieces.append("</p>" if closes else "<p>")
        elif name == "TextLine":
            pieces.append("" if closes else "\n")
        elif name == "SP":
            pieces.append(" ")
        else:
            said = {key: one or two for key, one, two in _SAID.findall(match[3] or "")}
            pieces.append(_word(name, said))
    return "".join(pieces)


def _word(name: str, said: dict[str, str]) -> str:
    """A word of ALTO, or the hyphen behind one that goes on in the next line -> what is read of it."""
    if name == "HYP":
        return ""  # the word before it is whole, or has said where it goes on
    part = said.get("SUBS_TYPE")
    if part == "HypPart1":
        return said.get("SUBS_CONTENT") or said.get("CONTENT", "") + "-"
    return "" if part == "HypPart2" and "SUBS_CONTENT" in said else said.get("CONTENT", "")


def spelled_words(inner: str) -> str:
    """What stands in an element that is a text -> the same, its words and sentences apart, its blocks as HTML's.

    Where white space stands nowhere, in words or between them, it was left out; else it is where it was printed.

    >>> spelled_words("<s><w>It</w><w>was</w><pc>.</pc></s>"), spelled_words("<w>do</w><w>n't </w><w>go</w>")
    ('<s><w>It </w><w>was</w><pc>.</pc></s> ', "<w>do</w><w>n't </w><w>go</w>")
    """
    if is_page(inner):
        return inner
    if not _SPACED.search(inner):
        inner = _BETWEEN.sub(r" \1", inner)
    inner = _LINE.sub(lambda line: "" if _PARTS_WORD.search(line[1]) else " ", inner)
    return _BLOCK.sub(r"<\1p", _SENTENCE.sub("</s> ", inner))
