"""A stream of bytes -> its lines, decoded alike, none of them longer than can be held."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO

from provenance.dumps.sources.decode import Decoded, decode_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.dumps.intake import Intake

#: The longest line, record or cell that is read: parsed, it takes nine times as much memory.
MOST_LINE = 32 << 20
_BLOCK = 1 << 20


def read_lines(stream: BinaryIO, intake: Intake) -> tuple[str | None, Iterator[bytes | None]]:
    """The encoding of a stream and its lines without line ends, None for one that is too long.

    Wide encodings are turned into UTF-8. The encoding is None where the stream is no text.
    """
    head = stream.read(_BLOCK)
    whole = head if len(head) < _BLOCK else head[: head.rfind(b"\n") + 1]
    told = record_encoding(whole or head)
    intake.decoded(told._replace(bad_bytes=0))  # bad bytes cost their line, and are told there
    if told.encoding is None:
        return None, iter(())
    if told.encoding.startswith(("utf-16", "utf-32")):
        return "utf-8", _split(_narrowed(head, stream, told.encoding))
    if head.startswith(codecs.BOM_UTF8):
        head = head[3:]
    return told.encoding, _split(_blocks(head, stream))


def record_encoding(head: bytes) -> Decoded:
    """The encoding of a file of records, by its first lines.

    One broken line neither condemns a file whose other lines are sound nor changes how they are read: an
    eight-bit encoding is believed only if most lines that are not ASCII are no UTF-8, or all of several.
    """
    lines = [line for line in head.split(b"\n") if not line.isascii()]
    broken = sum(not _is_utf8(line) for line in lines)
    most = broken == len(lines) > 1 or (broken * 2 > len(lines) and broken > 2)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or most:
        return decode_text(head)
    sound = b"\n".join(line for line in head.split(b"\n") if _is_utf8(line))
    return decode_text(sound if sound.strip() or not head.strip() else head)


def without_comma(line: str) -> str:
    r"""A line of JSON -> its record, without the comma behind it where a list is written a record a line.

    >>> without_comma('{"n": 1},\n'), without_comma('{"n": 1}\n'), without_comma("1,")
    ('{"n": 1}', '{"n": 1}\n', '1,')
    """
    stripped = line.rstrip()
    return stripped[:-1] if stripped.endswith("},") else line


def is_bracket(line: str) -> bool:
    """Whether a line only begins or ends such a list."""
    return len(line) < 100 and line.strip() in ("[", "]", "],")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _blocks(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    block = head
    while block:
        yield block
        block = stream.read(_BLOCK)


def _narrowed(head: bytes, stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    first = True
    for block in _blocks(head, stream):
        text = decoder.decode(block)
        yield (text.removeprefix("\ufeff") if first else text).encode("utf-8", "replace")
        first = False
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _split(blocks: Iterator[bytes]) -> Iterator[bytes | None]:
    parts: list[bytes] = []
    held = 0
    for block in blocks:
        lines = block.split(b"\n")
        if held <= MOST_LINE:
            parts.append(lines[0])
        held += len(lines[0])
        if len(lines) > 1:
            yield b"".join(parts) if held <= MOST_LINE else None
            yield from lines[1:-1]
            parts, held = [lines[-1]], len(lines[-1])
        elif held > MOST_LINE:
            parts = []
    if held:
        yield b"".join(parts) if held <= MOST_LINE else None
