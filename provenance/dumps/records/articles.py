"""Records (JSON objects, rows of a table) -> articles: which field holds what, and what is no article."""

from __future__ import annotations

import re
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

from provenance.dumps.intake import Found, Intake
from provenance.dumps.labels.columns import (
    ABOUT,
    ASKED,
    DATED,
    MOST_DEPTH,
    MOST_FIELDS,
    NAMES,
    PAGE_ADDRESS,
    PUBLISHERS,
    Columns,
    choose_columns,
    first_half,
    holds_markup,
    is_perhaps_date,
)
from provenance.dumps.web.markup import is_fragment, is_page, plain_text
from provenance.dumps.web.web_pages import ask_page
from provenance.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import polars as pl

    from provenance.dumps.workers import Question

_FIELDS = ("id", "published", "outlet", "title", "url", "byline", "language", "updated")
#: What stands between the paragraphs of a text that is given as their list.
PARTED = "\n\n"
#: What Telegram's export calls the parts of a message (tdesktop, export_output_json.cpp).
_RUNS = (
    "bank_card", "blockquote", "bold", "bot_command", "cashtag", "code", "custom_emoji", "email", "hashtag", "italic",
    "link", "mention", "mention_name", "phone", "plain", "pre", "spoiler", "strikethrough", "text_link", "underline",
    "unknown",
)  # fmt: skip
#: Where a block of an article has its text, and a picture its caption; Arc's have `content`, feedparser's `value`.
_SAID = ("text", "content", "caption", "value")
#: Where a block says what it is, and where it has others.
_KINDS = ("type", "_type", "nodeType", "blockType")
_INSIDE = ("children", "content", "nodes", "data", "items", "blocks")
#: Nodes of an editor's text in each other; what is deeper is not read.
MOST_LEVELS = 20
#: How a document store exports a value that JSON has no type for.
_TYPED = ("$oid", "$date", "$numberLong")


class Records:
    """Takes records one by one, hands those with a text to an intake, and notes there why it did not take others."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self._chosen: dict[tuple[str, ...], Columns] = {}
        self._seen: dict[str, None] = {}
        self._pages: list[Question] = []
        settings = intake.settings
        self._asked = {name: getattr(settings, name) for name in ASKED if getattr(settings, name) is not None}
        self._dotted = any("." in name for name in self._asked.values())

    def add(self, record: int, value: object, channel: str | None = None) -> None:
        """Take a parsed JSON value as a record; `channel` is who published it, unless it says so itself."""
        if not isinstance(value, dict):
            self.intake.reject(
                record, "not_a_record", f"a JSON {kind_of_value(value)} where an object with a text is due"
            )
            return
        columns = self._columns(tuple(value))
        nested = isinstance(value.get(columns.of.get("text", "")), dict)
        if (columns.problem or nested or self._dotted) and any(isinstance(inner, dict) for inner in value.values()):
            value = flattened(value)
            columns = self._columns(tuple(value))
        elif any(isinstance(value.get(name), dict) for name in ABOUT):
            value = {**value, **flattened({name: value[name] for name in ABOUT if isinstance(value.get(name), dict)})}
            columns = self._columns(tuple(value))
        if columns.problem:
            self.intake.reject(record, *columns.problem)
            return
        columns = choose_filled(value, columns, self._columns, self.intake.settings)
        text = value[columns.of["text"]]
        if _is_empty(text):
            text = None
        if isinstance(text, list):
            text = text_of_parts(text)
        before = first_half(columns.of["text"], value, self.intake.settings)
        if before and text and isinstance(text, str) and isinstance(value[before], str) and value[before].strip():
            text = joined([value[before], text])
        marked_up = holds_markup(columns.of["text"])
        if isinstance(text, str) and not marked_up and is_fragment(text):
            text = plain_text(text)
        if text is not None and not isinstance(text, str):
            found = f"column {columns.of['text']!r} holds a {kind_of_value(text)}, not a text"
            self.intake.reject(record, "not_text", found)
        elif not text or text.isspace():
            self.intake.reject(record, "blank", "no text")
        else:
            cells: dict[str, Any] = {name: cell(value[columns.of[name]]) for name in _FIELDS if name in columns.of}
            cells["outlet"] = cells.get("outlet") or channel
            if channel and cells.get("byline") == channel:  # a channel signs its messages with its own name
                cells["byline"] = None
            dated = columns.of.get("published", "")
            if is_perhaps_date(dated) and not (isinstance(value[dated], str) and re.match(DATED, value[dated])):
                cells["published"] = None
            article = Found(text, record, cells.pop("id", None), **cells)
            if marked_up or is_page(text):
                self._pages += ask_record(article, self.intake)
            else:
                self.intake.add(article)

    def full(self) -> Iterator[pl.DataFrame | Question]:
        """The pages among the records taken, and articles once they are many."""
        pages, self._pages = self._pages, []
        yield from pages
        yield from self.intake.full()

    def _columns(self, keys: tuple[str, ...]) -> Columns:
        columns = self._chosen.get(keys)
        if columns is None:
            if len(self._seen) < MOST_FIELDS:
                self._seen |= dict.fromkeys(keys)
                self.intake.see(keys)
            columns = choose_columns(keys, self._lenient(keys))
            if len(self._chosen) < 1000:
                self._chosen[keys] = columns
        return columns

    def _lenient(self, keys: tuple[str, ...]) -> Settings:
        """The settings without columns that this record lacks: in JSON a field may be left out; the text may not."""
        if all(name in keys or field == "text" for field, name in self._asked.items()):
            return self.intake.settings
        return Settings(**{field: name for field, name in self._asked.items() if name in keys or field == "text"})

    def finish(self) -> None:
        """Note once for the file which column no record had, in place of a note for each record."""
        problem = choose_columns(list(self._seen), self.intake.settings).problem if self._seen else None
        if problem is not None:
            self.intake.forget("no_column", "no_text_column")
            self.intake.reject(None, *problem, "partial" if self.intake.documents else "skipped")


def choose_filled(
    value: dict[str, Any], columns: Columns, choose: Callable[[tuple[str, ...]], Columns], settings: Settings
) -> Columns:
    """The columns of a record of which none is empty where another of the usual names holds something.

    news-please writes an empty `text` beside `maintext`. A text that was asked for by name is not looked for elsewhere.
    trafilatura calls the article's own address its `source`: that is no publisher's name.
    """
    source = columns.of.get("outlet")
    moved = None
    if source is not None and source != settings.outlet and "url" not in columns.of and _is_page(value[source]):
        moved = source
    if moved is None and not any(_is_empty(value[column]) for column in columns.of.values()):
        return columns
    names = (name for name, inner in value.items() if name != moved and not _is_empty(inner))
    filled = choose(tuple(names) if settings.text is None else (settings.text, *names))
    if filled.problem:
        return columns
    return filled if moved is None or "url" in filled.of else filled._replace(of={**filled.of, "url": moved})


def _is_page(value: object) -> bool:
    """Whether a value is the address of a page, and not of a whole site."""
    return isinstance(value, str) and re.match(PAGE_ADDRESS, value.strip()) is not None


def _is_empty(value: object) -> bool:
    if isinstance(value, float):
        return not isfinite(value)
    return value in (None, [], {}) or (isinstance(value, str) and not value.strip())


def ask_record(found: Found, intake: Intake) -> Iterator[Question]:
    """A record whose text is a page's source -> the question to a worker which article is on it."""
    labels = found._replace(text="", title=plain_text(found.title) if found.title else None)
    return ask_page(found.text.encode("utf-8", "replace"), intake, labels, "utf-8", trusted=True)


def flattened(value: dict[str, Any]) -> dict[str, Any]:
    """A record -> a flat one: the fields of its inner objects become its own, named by their path, outer ones first.

    An object stays as it is where it has a name to show, or is a value with its type ({"$date": ...}).

    >>> flattened({"id": 1, "article": {"body": "A text", "site": {"name": "Q"}}})
    {'id': 1, 'article.body': 'A text', 'article.site': {'name': 'Q'}, 'article.site.name': 'Q'}
    """
    flat = {name: inner for name, inner in value.items() if _is_value(name, inner)}
    level = [(name, inner) for name, inner in value.items() if isinstance(inner, dict)]
    for _ in range(MOST_DEPTH):
        deeper = []
        for path, item in level:
            for name, inner in item.items():
                if len(flat) < MOST_FIELDS and _is_value(name, inner):
                    flat.setdefault(f"{path}.{name}", inner)
                if isinstance(inner, dict):
                    deeper.append((f"{path}.{name}", inner))
        level = deeper
    return flat


def joined(paragraphs: Iterable[str]) -> str:
    """A text that is given as a list of its paragraphs -> the text."""
    return PARTED.join(paragraphs)


def text_of_parts(parts: list[Any]) -> object:
    r"""A text that is given as a list -> the text; the list itself where it is neither of paragraphs nor of runs.

    Strings alone are paragraphs. Objects with a `text` among them are runs of a line, joined as they stand, if they are
    called so, as in Telegram's export, or if white space stands at a border: runs bring it along, paragraphs do not.
    Objects alone that are called something else are the blocks of a publishing system.

    >>> text_of_parts(["One.", "Two."]), text_of_parts(["One.", {"type": "image", "text": "A dredger"}, "Two."])
    ('One.\n\nTwo.', 'One.\n\nA dredger\n\nTwo.')
    >>> text_of_parts([{"type": "p", "text": "One."}, {"type": "image", "url": "x"}, {"type": "p", "text": "Two."}])
    'One.\n\nTwo.'
    >>> text_of_parts(["The ", {"type": "bold", "text": "second"}, " dredger"])
    'The second dredger'
    """
    if all(isinstance(part, str) for part in parts):
        return joined(parts)
    if (blocks := _texts_of_blocks(parts)) is not None:
        return joined(blocks) if blocks else parts
    runs: list[Any] = [part.get("text") if isinstance(part, dict) else part for part in parts]
    if not all(isinstance(run, str) for run in runs):
        return parts
    if all(part.get("type") in _RUNS for part in parts if isinstance(part, dict)):
        return "".join(runs)
    if not any(isinstance(part, str) for part in parts):
        return parts
    spaced = any(left[-1:].isspace() or right[:1].isspace() for left, right in pairwise(runs))
    return "".join(runs) if spaced else joined(runs)


def _texts_of_blocks(parts: list[Any]) -> list[str] | None:
    """A list -> the texts of its blocks, captions among them; None unless it is of objects whose type is no run's.

    A block without words, of a picture or a map, has no part in it; one that has some elsewhere is not known, so None.
    """
    texts = []
    for part in parts:
        kind = next((part[name] for name in _KINDS if name in part), None) if isinstance(part, dict) else None
        if not isinstance(kind, str) or kind in _RUNS:
            return None
        said = _text_of_node(part, MOST_LEVELS)
        if said is None and _has_words(part, MOST_LEVELS):
            return None
        if said and not said.isspace():
            texts.append(plain_text(said) if is_fragment(said) else said)
    return texts


def _text_of_node(node: Any, levels: int) -> str | None:
    """A node of an editor's tree -> its text: that of leaves in one piece, of blocks apart; None if it has none.

    The trees of ProseMirror, Slate, Lexical, Editor.js, Draft.js, Contentful and Sanity.
    """
    if isinstance(node, str):
        return node
    if not isinstance(node, dict) or not levels:
        return None
    said = next((name for name in _SAID if isinstance(node.get(name), str)), None)
    if said is not None:
        return str(node[said])
    inner = next((node[name] for name in _INSIDE if isinstance(node.get(name), list | dict)), None)
    if not isinstance(inner, list):
        return _text_of_node(inner, levels - 1)
    texts = [text for one in inner if (text := _text_of_node(one, levels - 1)) is not None]
    is_line = any(isinstance(one, dict) and any(isinstance(one.get(name), str) for name in _SAID) for one in inner)
    return ("" if is_line else PARTED).join(texts) if texts else None


def _has_words(value: Any, levels: int) -> bool:
    """Whether there may be words in a value, and not only names and addresses: what is too deep to be read has some."""
    if isinstance(value, str):
        return len(value.split()) >= 4  # a name has three
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(inner) and (not levels or any(_has_words(one, levels - 1) for one in inner))


def _is_value(name: str, inner: object) -> bool:
    if not isinstance(inner, dict) or "name" in inner or any(kind in inner for kind in _TYPED):
        return True
    return name in PUBLISHERS and isinstance(inner.get("title"), str)  # that of an article is its headline


def kind_of_value(value: object) -> str:
    """A parsed JSON value -> what JSON calls it."""
    names = {dict: "object", list: "list", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")


def cell(value: object) -> str | None:
    """A JSON value of a field -> text; of an object its name (`{"id": ..., "name": ...}`), of a list its texts.

    Of a typed value its value: `{"$date": {"$numberLong": "1583319600000"}}`, as a document store exports it.
    """
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, float) and not isfinite(value):  # Python writes NaN, which JSON has not
        return None
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if isinstance(value, dict):
        typed = next((value[kind] for kind in _TYPED if kind in value), None)
        if typed is not None:
            return cell(typed)
        inner = next((value[name] for name in NAMES if value.get(name)), None)
        return inner if isinstance(inner, str) else None
    if isinstance(value, list):
        return ", ".join(item for item in map(cell, value) if item) or None
    return None
