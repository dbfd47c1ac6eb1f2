"""A dump file -> its bytes piece by piece, each with its record, so that it can be written again without some.

The pieces of a file one after another are the file, to the byte; so are what `clean` keeps and what it lists as gone.
"""

from __future__ import annotations

import csv
import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from provenance.dumps.intake import Intake, Shelf
from provenance.dumps.records.delimited import SAMPLE, Lines, find_dialect, split_rows
from provenance.dumps.records.json_files import find_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provenance.settings import Settings


#: JSON's white space (RFC 8259, section 2).
_SPACE = re.compile(r"[ \t\r\n]*")


class Piece(NamedTuple):
    """Some bytes of a file; `record` counts records from 0 and is None for what is none: a header, an empty line."""

    record: int | None
    octets: bytes


def split_lines(stream: BinaryIO) -> Iterator[Piece]:
    """JSON lines -> a piece a line, with its end; blank lines are no records but count, as rejects count them."""
    for number, line in enumerate(stream):
        yield Piece(None if not line.strip() else number, line)


def split_table(
    stream: BinaryIO, encoding: str, kind: str, settings: Settings
) -> tuple[type[csv.Dialect], Iterator[Piece]]:
    """CSV or TSV -> its dialect, and a piece a row, however many lines it takes, as the reader takes them.

    The header is no record. What stands before a row (blank lines, `sep=;`) comes with it.
    """
    raw: list[bytes] = []

    def pulled() -> Iterator[bytes]:
        for line in stream:
            raw.append(line)
            yield line.removesuffix(b"\n")

    lines = Lines(pulled(), encoding)
    asked = re.fullmatch(r"sep=(.)\s*", "".join(lines.ahead(1)).removeprefix("\ufeff"))
    if asked:
        next(lines)
    delimiter = asked[1] if asked else "\t" if kind == "tsv" else None
    dialect = find_dialect(lines.ahead(SAMPLE), delimiter, settings)

    def taken() -> bytes:
        """What was read since the last call, and is not to be read again."""
        count = len(raw) - lines.waiting()
        octets = b"".join(raw[:count])
        del raw[:count]
        return octets

    def pieces() -> Iterator[Piece]:
        width = len(next(csv.reader(lines, dialect), []))
        yield Piece(None, taken())
        for record, _ in enumerate(split_rows(lines, dialect, width, Intake("", settings, Shelf()))):
            yield Piece(record, taken())
        yield Piece(None, taken())

    return dialect, pieces()


def split_text(text: str, places: Iterable[tuple[int, int]], encoding: str) -> Iterator[Piece]:
    """A decoded file and the places of its articles -> a piece an article, with the white space behind it."""
    starts = [start for start, _ in places]
    if not starts:
        yield Piece(None, text.encode(encoding, "surrogatepass"))
        return
    if starts[0]:
        yield Piece(None, text[: starts[0]].encode(encoding, "surrogatepass"))
    for number, (start, end) in enumerate(pairwise([*starts, len(text)])):
        yield Piece(number, text[start:end].encode(encoding, "surrogatepass"))


# -- JSON ------------------------------------------------------------------------------------------------


class Member(NamedTuple):
    """A value inside a JSON object or list: where it stands in the text."""

    key: str | None  # None in a list
    start: int
    end: int
    value: Any


def members(text: str, at: int) -> tuple[list[Member], int]:
    """Valid JSON with an object or a list at `at` -> its members, and where its closing bracket stands.

    The standard decoder says where each value ends, so that one can be replaced and no other byte is touched; no
    library that is quicker tells places.
    """
    decode = json.JSONDecoder().raw_decode
    found: list[Member] = []
    is_object = text[at] == "{"
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        key = None
        if is_object:
            key, at = decode(text, at)
            at = _skip(text, _skip(text, at) + 1)  # over the colon
        value, end = decode(text, at)
        found.append(Member(key, at, end, value))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found, at


def _skip(text: str, at: int) -> int:
    """The place behind white space, which `raw_decode` does not step over by itself."""
    match = _SPACE.match(text, at)
    return match.end() if match else at


def with_member(text: str, key: str, value: object) -> str:
    """A JSON object as text -> the same with `key` set to `value`, the rest of it as it stood.

    >>> with_member('{"a": 1.50, "b" : "x"}', "b", "é"), with_member('{"a": 1}', "c", [2])
    ('{"a": 1.50, "b" : "é"}', '{"a": 1, "c": [2]}')
    """
    start = _skip(text, 0)
    found, end = members(text, start)
    written = json.dumps(value, ensure_ascii=False)
    same = [member for member in found if member.key == key]
    if same:  # of a key that stands twice the last counts
        return text[: same[-1].start] + written + text[same[-1].end :]
    comma = ", " if found else ""
    return f"{text[:end]}{comma}{json.dumps(key, ensure_ascii=False)}: {written}{text[end:]}"


def find_list(text: str, settings: Settings) -> list[Member] | None:
    """A JSON file that is a list of records, or an object with one list of them, or one record -> the records' places.

    None where they lie in several places.
    """
    start = _skip(text, 0)
    if text[start : start + 1] != "{":
        return members(text, start)[0] if text[start : start + 1] == "[" else None
    places = find_records(json.loads(text), settings)
    if len(places) != 1 or (places[0].keys and not places[0].is_list):
        return None
    end = len(text.rstrip())
    for key in places[0].keys:
        inside = members(text, start)[0]
        # of a key that stands twice the last counts
        found = inside[key] if isinstance(key, int) else [member for member in inside if member.key == key][-1]
        start, end = found.start, found.end
    return members(text, start)[0] if places[0].is_list else [Member(None, start, end, None)]
