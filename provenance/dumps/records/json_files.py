"""JSON lines and JSON of any shape -> records, one after another, so that what is broken is left out alone."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from provenance.dumps.labels.columns import choose_columns
from provenance.dumps.records.articles import Records, flattened, text_of_parts
from provenance.dumps.records.lines import MOST_LINE, is_bracket, read_lines, record_encoding, without_comma
from provenance.dumps.rejects import NOT_TEXT, single_line
from provenance.dumps.sources.kinds import ASSIGNED
from provenance.dumps.web.markup import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import polars as pl

    from provenance.dumps.intake import Intake
    from provenance.dumps.workers import Question
    from provenance.settings import Settings

_SPACE = re.compile(r"[\s\ufeff]*")
#: What a bulk request says of a document beside it (Elasticsearch, OpenSearch).
_OF_ACTIONS = {"_index", "_id", "_type", "routing", "_routing", "pipeline", "require_alias", "version", "version_type"}
#: JSON that is given to a name, as in the archive of an account of Twitter's: `window.YTD.tweets.part0 = [`.
_ASSIGNED = re.compile(ASSIGNED)
#: Where in a file's value its records are looked for: {"response": {"docs": [...]}}.
_MOST_DEPTH = 6


def read_json_lines(stream: BinaryIO, intake: Intake) -> Iterator[pl.DataFrame | Question]:
    """A stream of JSON lines -> articles. Record numbers are line numbers from 0."""
    encoding, lines = read_lines(stream, intake)
    if encoding is None:
        intake.reject(None, *NOT_TEXT)
        return
    records = Records(intake)
    named: str | None = None  # by the line before
    for record, line in enumerate(lines):
        if line is None:
            intake.reject(record, "too_long", f"a line of more than {MOST_LINE >> 20} MB: split it")
            continue
        try:
            # A mark of the byte order stands in the middle where files were joined.
            text = line.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            intake.reject(record, "undecodable", f"no {encoding} at byte {error.start} of the line: mend its encoding")
            continue
        if text.isspace() or not text:
            continue
        if is_bracket(text):
            continue
        try:
            value = json.loads(without_comma(text))
        except (ValueError, RecursionError) as error:
            intake.reject(record, "broken_json", f"{_said(error)}: {single_line(text, 60)}")
            continue
        if _is_action(value):
            intake.leave("lines that say what to do with the next")
            [act] = value.values()
            named = act.get("_id")
            continue
        records.add(record, value | {"_id": named} if named is not None and isinstance(value, dict) else value)
        named = None
        yield from records.full()
    records.finish()


def _is_action(value: Any) -> bool:
    """Whether a line is one of those between the documents of a bulk request: `{"index": {"_index": …, "_id": …}}`.

    Of each such export, as elasticdump and search engines' own tools write it, half the lines were rejects.
    """
    [(name, said)] = value.items() if isinstance(value, dict) and len(value) == 1 else [(None, None)]
    return name in ("index", "create", "update") and isinstance(said, dict) and not said.keys() - _OF_ACTIONS


def read_json(stream: BinaryIO, intake: Intake) -> Iterator[pl.DataFrame | Question]:
    """A JSON file -> articles: a list of records, one record, an object with a list of them somewhere, several values.

    The file is read value by value; only a single record must fit in memory.
    """
    head = stream.read(1 << 20)
    told = record_encoding(head)
    if told.encoding is None:
        intake.reject(None, *NOT_TEXT)
        return
    values = _Values(head, stream, told.encoding)
    records = Records(intake)
    number = 0
    try:
        for value in values.all(intake):
            records.add(number, value, values.channel)
            number += 1
            yield from records.full()
    except (ValueError, RecursionError) as error:
        intake.reject(
            number or None, "broken_json", f"{_said(error)}: no JSON from there on", "partial" if number else "skipped"
        )
    intake.decoded(told._replace(bad_bytes=values.replaced, first_bad=0))
    records.finish()


def _message(error: json.JSONDecodeError) -> str:
    return error.msg.removesuffix(" at").removesuffix(":")  # "Unterminated string starting at", "Invalid \\escape: "


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{_message(error)} at character {error.pos}"
    return "nested too deeply" if isinstance(error, RecursionError) else single_line(str(error), 80)


class _Values:
    """The JSON values in a stream: a window of decoded text that grows until it holds the next value whole."""

    def __init__(self, head: bytes, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._text = self._decoder.decode(head)
        assigned = _ASSIGNED.match(self._text.removeprefix("\ufeff"))
        self._at = assigned.end() if assigned else 0
        self._before = 0  # characters that the window has left behind
        self._ended = False
        self._scan = json.JSONDecoder().raw_decode
        self.channel: str | None = None  # in which the last record stands
        self.replaced = self._text.count("\ufffd")

    def all(self, intake: Intake) -> Iterator[Any]:
        """The records: the elements of a list, what an object holds, or values one after another."""
        while self._next():
            if self._next() == "[":
                yield from self._elements()
                self._at += self._next() == ";"
                continue
            value = self._value()
            if value is self:
                yield from self._inside(intake, 0)
            else:
                for self.channel, record in _records_in(value, intake):
                    yield record
            if self._next() in (",", ";"):  # some join records so, and a statement ends so
                self._at += 1

    def _next(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _more(self) -> bool:
        if self._ended:
            return False
        # As much again as is held: a value is parsed anew a few times only, however long.
        block = self._stream.read(max(1 << 20, len(self._text) - self._at))
        text = self._decoder.decode(block, final=not block)
        self.replaced += text.count("\ufffd")
        self._before += self._at
        self._text, self._at = self._text[self._at :] + text, 0
        self._ended = not block
        return True

    def _value(self) -> Any:
        """The next value, or `self` where it is too long to be held."""
        self._next()
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > MOST_LINE:
                    return self
                if not self._more():
                    message = _message(error) if error.pos < len(self._text) else "the file breaks off"
                    raise _BrokenError(message, self._before + error.pos) from error
                continue
            # A number or word at the very end of the window may go on.
            if end < len(self._text) or not self._more():
                self._at = end
                return value

    def _elements(self, intake: Intake | None = None, depth: int = 0, around: str | None = None) -> Iterator[Any]:
        """The elements of a list; inside an object, of an `intake`, those of lists in them where they have no texts.

        `around` is the channel of the object around the list.
        """
        self._at += 1
        if self._next() == "]":
            self._at += 1
            return
        while True:
            self._next()  # a list is often written line by line
            value = self._value()
            if value is not self:
                for channel, record in _grouped(value, intake.settings) if intake else ((None, value),):
                    self.channel = channel or around
                    yield record
            elif intake:
                yield from self._inside(intake, depth + 1)
            else:
                raise _BrokenError(f"a record of more than {MOST_LINE >> 20} MB", self._before + self._at)
            mark = self._next()
            self._at += 1
            if mark == "]":
                return
            if mark != ",":
                message = "Expecting ',' or ']'" if mark else "the file breaks off"
                raise _BrokenError(message, self._before + self._at - 1)

    def _inside(self, intake: Intake, depth: int) -> Iterator[Any]:
        """The records in an object too long to be held: the elements of its lists, and objects with texts."""
        if self._next() != "{" or depth > _MOST_DEPTH:
            raise _BrokenError(f"a value of more than {MOST_LINE >> 20} MB", self._before + self._at)
        self._at += 1
        said: dict[str, Any] = {}
        while self._next() != "}":
            key = self._value()
            if self._next() != ":":
                raise _BrokenError("Expecting ':'", self._before + self._at)
            self._at += 1
            if self._next() == "[":
                yield from self._elements(intake, depth, _channel(said))
            elif (value := self._value()) is self:
                yield from self._inside(intake, depth + 1)
            elif isinstance(value, dict):
                for place in find_records(value, intake.settings):
                    if place.records and has_text(place.records[0], intake.settings):
                        named = place._replace(keys=(str(key), *place.keys))
                        for record in place.records:
                            self.channel = place.channel
                            yield _named(record, named)
            elif isinstance(value, str):
                said[str(key)] = value
            if self._next() == ",":
                self._at += 1
        self._at += 1


class _BrokenError(ValueError):
    def __init__(self, message: str, at: int) -> None:
        super().__init__(f"{message} at character {at}")


def _records_in(value: Any, intake: Intake) -> Iterator[tuple[str | None, Any]]:
    """The records in a value that is no list, each with its channel."""
    if not isinstance(value, dict):
        yield None, value
        return
    for place in find_records(value, intake.settings):
        for record in place.records:
            yield place.channel, _feed_item(record, value) if _is_feed(value) else _named(record, place)


def _channel(outer: dict[str, Any]) -> str | None:
    """The name of a channel whose messages an object holds: it is their publisher, as a group of people is not.

    As Telegram exports it (tdesktop, export_output_json.cpp).
    """
    name = outer.get("name")
    return name if str(outer.get("type")) in ("public_channel", "private_channel") and isinstance(name, str) else None


class Place(NamedTuple):
    """Where in an object records lie: the keys that lead to a list of them, or to one."""

    keys: tuple[str | int, ...]  # a number in a list, or of a row
    records: list[Any]
    is_list: bool
    channel: str | None = None


def find_records(value: dict[str, Any], settings: Settings) -> list[Place]:
    """An object -> its records: a JSON feed's items; itself, if it has a text; else all lists of objects with texts.

    A table that was written by columns is its rows. Beside the lists, or without any, several objects with texts are
    each a record ({"id": {"text": ...}, ...}), and one is what the whole object is about. In records nothing more is
    looked for. Of lists whose objects have no texts the lists in these are taken, else one alone, to say so.
    """
    if _is_feed(value):
        items = value.get("items")
        return [Place(("items",), items, is_list=True)] if isinstance(items, list) else []
    if rows := _rows_of(value, settings):
        return [Place((number,), [row], is_list=False) for number, row in enumerate(rows)]
    whole = Place((), [value], is_list=False)
    if not choose_columns(_fields(value), settings).problem:
        return [whole]
    lists: list[Place] = []
    textless: list[Place] = []
    objects: list[Place] = []
    texts: set[str] = set()
    level: list[tuple[tuple[str | int, ...], dict[str, Any]]] = [((), value)]
    for _ in range(_MOST_DEPTH):
        deeper = []
        for keys, outer in level:
            for key, inner in outer.items():
                path = (*keys, key)
                if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                    kept = lists if has_text(inner[0], settings) else textless
                    kept.append(Place(path, inner, is_list=True, channel=_channel(outer)))
                elif isinstance(inner, dict):
                    columns = choose_columns(_fields(inner), settings)
                    if columns.problem:
                        deeper.append((path, inner))
                    else:
                        objects.append(Place(path, [inner], is_list=False))
                        texts.add(columns.of["text"])
        level = deeper
    if len(objects) > 1 and len(texts) == 1:
        return lists + objects
    if not choose_columns(_fields(flattened(value)), settings).problem:
        return [*lists, whole]
    groups = [group for place in textless for group in _lists_in(place, settings)] if not lists else []
    return lists or groups or (textless if len(textless) == 1 else [whole])


def _rows_of(table: dict[str, Any], settings: Settings) -> list[dict[str, Any]]:
    """A table that was written by columns, as pandas does unless it is told otherwise -> its rows; else nothing.

    `{"text": {"0": …, "1": …}, "url": {"0": …, …}}`, or with its names apart: `{"columns": […], "data": [[…], …]}`.
    """
    names, lines = table.get("columns"), table.get("data")
    if isinstance(names, list) and isinstance(lines, list) and all(isinstance(name, str) for name in names):
        whole = bool(lines) and all(isinstance(line, list) and len(line) == len(names) for line in lines)
        return [dict(zip(names, line, strict=True)) for line in lines] if whole and _names_text(names, settings) else []
    columns = list(table.values())
    first = columns[0] if columns else None
    if not isinstance(first, dict) or not first or not all(key.isdecimal() for key in first):
        return []
    if not all(isinstance(column, dict) and column.keys() == first.keys() for column in columns):
        return []
    return [{name: table[name][key] for name in table} for key in first] if _names_text(table, settings) else []


def _names_text(names: Iterable[str], settings: Settings) -> bool:
    return not choose_columns(list(names), settings).problem


def has_text(record: Any, settings: Settings) -> bool:
    """Whether a value is an object in which a field, its own or an inner one's, is called as a text is."""
    return isinstance(record, dict) and not choose_columns(_fields(flattened(record)), settings).problem


def _fields(record: dict[str, Any]) -> list[str]:
    """The fields of an object that may hold a text; a list of other objects is none, whatever it is called."""
    return [
        name
        for name, value in record.items()
        if not (isinstance(value, list) and value and isinstance(value[0], dict) and text_of_parts(value) is value)
    ]


def _lists_in(place: Place, settings: Settings) -> Iterator[Place]:
    """The lists of objects with texts in the objects of a list: messages of each of several chats."""
    for number, group in enumerate(place.records):
        for found in find_records(group, settings) if isinstance(group, dict) else ():
            if found.is_list and found.records and has_text(found.records[0], settings):
                yield found._replace(keys=(*place.keys, number, *found.keys))


def _grouped(value: Any, settings: Settings) -> Iterator[tuple[str | None, Any]]:
    """A value of a list -> itself, or the records in its lists where it has no text, each with its channel."""
    groups = [] if has_text(value, settings) else list(_lists_in(Place((), [value], is_list=True), settings))
    yield from ((group.channel, record) for group in groups for record in group.records) if groups else ((None, value),)


def _is_feed(value: dict[str, Any]) -> bool:
    return str(value.get("version", "")).startswith(("https://jsonfeed.org/", "http://jsonfeed.org/"))


def _named(record: Any, place: Place) -> Any:
    """A record by its place: an object among others without an id of its own is called by its key."""
    if place.is_list or not place.keys or isinstance(place.keys[-1], int):
        return record
    return {"id": place.keys[-1]} | record


def _feed_item(item: Any, feed: dict[str, Any]) -> Any:
    """An item of a JSON feed (version 1.1) -> a record: its summary and its content, so that teasers are seen."""
    if not isinstance(item, dict):
        return item
    content = item.get("content_text")
    if not content and isinstance(item.get("content_html"), str):
        content = plain_text(item["content_html"])
    parts = [part.strip() for part in (item.get("summary"), content) if isinstance(part, str) and part.strip()]
    return {
        "id": item.get("id"),
        "url": item.get("url") or item.get("external_url"),
        "title": item.get("title"),
        "text": "\n\n".join(dict.fromkeys(parts)),
        "published": item.get("date_published"),
        "byline": item.get("authors") or item.get("author") or feed.get("authors") or feed.get("author"),
        "outlet": feed.get("title"),
        "language": item.get("language") or feed.get("language"),
    }
