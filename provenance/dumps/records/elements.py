"""XML and SGML of any shape -> records, one after another: news corpora, archives' exports, wikis.

Which element holds an article is told by the first of them, as in JSON. No declaration is followed and no entity
expanded but HTML's, so nothing in a file can make it grow.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any, BinaryIO

from provenance.dumps.labels.columns import choose_columns, field_of
from provenance.dumps.records.articles import Records, flattened
from provenance.dumps.records.json_files import find_records, has_text
from provenance.dumps.records.lines import MOST_LINE
from provenance.dumps.records.spelled import spelled_pages, spelled_words
from provenance.dumps.rejects import NOT_TEXT
from provenance.dumps.sources.decode import decode_text, xml_charset
from provenance.dumps.web.markup import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from provenance.dumps.intake import Intake
    from provenance.dumps.workers import Question
    from provenance.settings import Settings

#: As much of a file is looked at to tell which elements are its records.
_LOOKED_AT = 1 << 20
_BLOCK = 1 << 20
COMMENT, CDATA = "<!--", "<![CDATA["
_MARK = rf"{COMMENT}|{re.escape(CDATA)}"
#: Elements in each other; what is deeper is text.
MOST_DEPTH = 40
_TAG = re.compile(rf"{_MARK}|<(/?)([A-Za-z_][\w.:-]{{0,60}})((?:[\s/][^<>]{{0,4000}})?)>|<[!?][^<>]{{0,4000}}>")
_BORDER = re.compile(rf"{_MARK}|<(/?)([A-Za-z_][\w.:-]{{0,60}})(?=[\s/>])[^<>]*>")
_SECTION = re.compile(_MARK)
_ATTRIBUTE = re.compile(r"""\s([A-Za-z_][\w.:-]{0,60})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'<>/]+))""")
#: Elements of a text, which are no fields: what holds them is a text with markup.
_OF_TEXT = frozenset(
    "p br b i em strong u a span div img h1 h2 h3 h4 h5 h6 ul ol li blockquote pre sup sub small font hr".split()  # noqa: SIM905  as in web.markup
)
#: Attributes of an element without content that say what it is, and what is so.
_NAMES, _VALUES = ("name", "property", "element", "key"), ("value", "content")
#: Elements of databases' exports (MySQL, phpMyAdmin, Solr) that an attribute names.
_CALLED = ("field", "column", "str", "date", "arr")
#: How a library's list of what belongs to an issue begins (METS).
_OF_METS = re.compile(r"<(?:\w{1,20}:)?mets[\s>]")
#: How the LDC's Gigaword corpora call a story: source, language, day, number. Codes: README of LDC2011T07.
_GIGAWORD = re.compile(r"(AFP|APW|CNA|LTW|NYT|WPB|XIN)_[A-Z]{3}_(\d{4})(\d\d)(\d\d)\.\d{4}")
_CODES = {
    "AFP": "Agence France-Presse", "APW": "Associated Press", "CNA": "Central News Agency",
    "LTW": "Los Angeles Times-Washington Post News Service", "NYT": "The New York Times",
    "WPB": "Washington Post/Bloomberg News Service", "XIN": "Xinhua",
}  # fmt: skip


def read_elements(stream: BinaryIO, intake: Intake) -> Iterator[pl.DataFrame | Question]:
    """A file of XML or SGML that is neither page nor feed -> articles. Records are counted from 0.

    It is read element by element; only one record must fit in memory.
    """
    head = stream.read(_LOOKED_AT)
    told = decode_text(head, xml_charset(head))
    if told.encoding is None:
        intake.reject(None, *NOT_TEXT)
        return
    window = _Window(head, stream, told.encoding)
    names = _names_of_records(window.text, intake.settings)
    if not names and _OF_METS.search(window.text[:4096]):
        intake.reject(None, "left_out", "METS, a list of pages: their text is in other files")
        return
    if not names:
        intake.reject(None, "format", "XML in which no element holds an article's text: extract its text first")
        return
    records = Records(intake)
    for number, raw in enumerate(window.elements(names)):
        if raw is None:
            intake.reject(number, "too_long", f"an element of more than {MOST_LINE >> 20} MB: split it")
            continue
        records.add(number, _as_record(raw, intake.settings))
        yield from records.full()
    if window.problem:
        intake.reject(None, "damaged", window.problem, "partial" if intake.documents else "skipped")
    intake.decoded(told._replace(bad_bytes=window.replaced, first_bad=0))
    records.finish()


class _Window:
    """What is held of a file, decoded: it grows until it holds the next record whole."""

    def __init__(self, head: bytes, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self.text = self._decoder.decode(head)
        self.problem = ""
        self.replaced = self.text.count("\ufffd")

    def elements(self, names: frozenset[str]) -> Iterator[str | None]:
        """The elements with these names as they stand, one after another, None for one that is too long."""
        at = 0
        while True:
            begin, end = _next_element(self.text, at, names)
            if end >= 0:
                yield self.text[begin:end]
                at = end
                continue
            if begin >= 0 and len(self.text) - begin > MOST_LINE:
                yield None
                begin = len(self.text)
            elif begin < 0:  # nothing is begun but, maybe, a tag that the window cuts
                cut = max(self.text.rfind("<"), at)
                begin = cut if self.text.find(">", cut) < 0 else len(self.text)
            if not self._more(begin):
                break
            at = 0
        if _next_element(self.text, 0, names)[0] >= 0:
            self.problem = "the file breaks off within a record"

    def _more(self, begin: int) -> bool:
        # As much again as is held: a record is looked through anew a few times only, however long.
        block = self._stream.read(max(_BLOCK, len(self.text) - begin))
        text = self._decoder.decode(block, final=not block)
        self.replaced += text.count("\ufffd")
        self.text = self.text[begin:] + text
        return bool(block)


def _next_element(text: str, at: int, names: frozenset[str]) -> tuple[int, int]:
    """Where in a text from `at` on the next element of one of the names begins and where it ends, -1 where it does not.

    Of elements in each other of one name the outermost is meant. A comment that is not closed may hold one.
    """
    begin, name, depth = -1, "", 0
    while match := _BORDER.search(text, at):
        at = match.end()
        if match[2] is None:
            at = _behind_mark(text, match)
            if at < 0:
                return (begin if begin >= 0 else match.start()), -1
            continue
        called = match[2].rsplit(":", 1)[-1]
        if begin < 0 and not match[1] and called in names:
            begin, name = match.start(), called
        if begin >= 0 and called == name:
            depth += 0 if match.group().endswith("/>") else -1 if match[1] else 1
            if depth <= 0:
                return begin, at
    return begin, -1


def _behind_mark(text: str, match: re.Match[str]) -> int:
    """A comment or a CDATA section that begins there -> where it ends, -1 where it does not."""
    end = text.find("-->" if match.group() == COMMENT else "]]>", match.end())
    return end + 3 if end >= 0 else -1


# -- an element as a record ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Element:
    """An element of a text: places are those of what stands between its tags."""

    name: str
    said: dict[str, str]  # its attributes
    begin: int
    end: int = -1
    fields: list[_Element] = field(default_factory=list)
    is_text: bool = False  # it holds text of its own, or markup


def _records_of(raw: str) -> list[tuple[str, Any]]:
    """Elements as they stand -> the name and the value of each; of a text with attributes its attributes and `text`."""
    found = []
    raw = spelled_pages(raw)
    for element in _parse(raw).fields:
        name, value = _field(element, raw)
        if isinstance(value, str) and element.said:  # <doc id="12" title="Harbours">A text</doc>
            value = {**element.said, "text": value}
        found.append((name, value))
    return found


def _parse(raw: str) -> _Element:
    """Elements as they stand -> one that holds them. As in SGML, what is never closed ends with what it stands in."""
    outer = _Element("", {}, 0)
    opened, at = [outer], 0
    while match := _TAG.search(raw, at):
        inner = opened[-1]
        inner.is_text = inner.is_text or _says(raw[at : match.start()])
        at = match.end()
        if match.group() in (COMMENT, CDATA):
            inner.is_text |= match.group() == CDATA
            if (at := _behind_mark(raw, match)) < 0:
                break
        elif match[2] is not None:
            name = match[2].rsplit(":", 1)[-1]
            if name.lower() in _OF_TEXT or (not match[1] and len(opened) > MOST_DEPTH):
                inner.is_text = True
            elif not match[1]:
                element = _Element(name, _attributes(match[3]), at, at)
                inner.fields.append(element)
                opened += [element] * (not match[3].endswith("/"))
            elif any(one.name == name for one in opened[1:]):
                while (done := opened.pop()).name != name:
                    done.end = match.start()
                done.end = match.start()
    for element in opened:
        element.end = len(raw)
    return outer


def _says(between: str) -> bool:
    """Whether there is text between two tags; Reuters-21578 has &#2; between elements."""
    return bool(between) and not between.isspace() and ("&" not in between or bool(unescape(between).strip()))


def _attributes(tag: str) -> dict[str, str]:
    """What stands in a tag behind its name -> its attributes, without the prefixes of namespaces."""
    found = _ATTRIBUTE.findall(tag)
    return {key.rsplit(":", 1)[-1]: unescape(one or two or bare) for key, one, two, bare in found}


def _field(element: _Element, raw: str) -> tuple[str, Any]:
    """An element -> what it is called as a field, and its value."""
    if element.name in _CALLED and "name" in element.said:  # <field name="title">Harbours</field>
        return element.said["name"], _value(element, raw)
    named = next((element.said[key] for key in _NAMES if key in element.said), None)
    told = next((element.said[key] for key in _VALUES if key in element.said), None)
    if named and told and not element.fields and not element.is_text:  # <meta name="date" content="2021-03-04"/>
        return named.rsplit(".", 1)[-1], told
    return element.name, _value(element, raw)


def _value(element: _Element, raw: str) -> Any:
    """An element -> its text, a list of texts, its fields by name, or its attributes where it is empty."""
    if element.is_text:
        return _text_of(raw[element.begin : element.end])
    if not element.fields:
        return dict(element.said) or ""
    values = _by_name([_field(inner, raw) for inner in element.fields])
    if len(values) == 1:  # <body><para>One.</para><para>Two.</para></body>
        [(name, only)] = values.items()
        texts = only if isinstance(only, list) else [only]
        if field_of(name) is None and all(isinstance(text, str) for text in texts):
            return texts
    return {**element.said, **values}


def _by_name(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """Fields -> them by name; those of one name as a list."""
    values: dict[str, list[Any]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    return {name: found if len(found) > 1 else found[0] for name, found in values.items()}


def _text_of(inner: str) -> str:
    """What stands in an element that is a text: a line for each block of its markup; without any, as it stands."""
    pieces, at, tags = [], 0, False
    while match := _SECTION.search(inner, at):
        end = inner.find("-->" if match.group() == COMMENT else "]]>", match.end())
        if end < 0:
            break
        tags |= _TAG.search(inner, at, match.start()) is not None
        pieces += [unescape(inner[at : match.start()]), inner[match.end() : end] if match.group() == CDATA else ""]
        at = end + 3
    if tags or _TAG.search(inner, at):
        return plain_text(spelled_words(inner))
    return "".join([*pieces, unescape(inner[at:])]).strip()


def _names_of_records(text: str, settings: Settings) -> frozenset[str]:
    """The beginning of a file -> the names of the elements that hold an article each; none, if there is no text."""
    outer = _by_name(_records_of(text))
    names = set()
    for place in find_records(outer, settings):
        if place.records and has_text(place.records[0], settings):
            called = [key for key in place.keys if isinstance(key, str)]
            names |= {called[-1]} if called else set(outer)
    return frozenset(names)


def _as_record(raw: str, settings: Settings) -> dict[str, Any]:
    """An element as it stands -> a flat record, its dateline before its text, as it was printed."""
    (name, value), *_ = _records_of(raw)
    record = flattened(value) if isinstance(value, dict) else {name: value}
    columns = _columns(tuple(record), settings)
    record |= {field: said for field, said in _told_by_corpus(name, record, columns).items() if field not in columns}
    line = next((record[key] for key in record if key.rsplit(".", 1)[-1].lower() == "dateline"), None)
    text = record.get(columns.get("text", ""))
    if isinstance(line, str) and isinstance(text, str) and line.strip():
        line = line.strip().rstrip(" -–—")
        if line.partition(",")[0].casefold() not in text[: len(line) + 20].casefold():
            record[columns["text"]] = f"{line} - {text}"
    return record


@lru_cache(maxsize=100)
def _columns(names: tuple[str, ...], settings: Settings) -> dict[str, str]:
    """The columns of an element's fields; those of one file have few sets of them, and some 6,000 elements a second."""
    return choose_columns(names, settings).of


def _told_by_corpus(name: str, record: dict[str, Any], columns: dict[str, str]) -> dict[str, str]:
    """A story's name in its corpus -> whose it is, of Gigaword's the day, too; REUTERS is of Lewis's Reuters-21578."""
    story = _GIGAWORD.fullmatch(str(record.get(columns.get("id", ""), "")))
    if story:
        return {"outlet": _CODES[story[1]], "published": "-".join(story.groups()[1:])}
    return {"outlet": "Reuters"} if name == "REUTERS" else {}
