"""Files as bytes -> expanded, decoded: what is compressed, which encoding, and what cannot be text."""

from __future__ import annotations

import codecs
import io
import re
import zlib
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK = 1 << 16
#: A compressed file may grow this many times once it is past the free allowance. Text shrinks 3 to 20 times,
#: templates 50; a gzip bomb grows 1,000 times, a zstd bomb 30,000.
MOST_GROWTH, FREE_BYTES = 200, 64 << 20
#: Longest text file and longest line held in memory at once.
MOST_BYTES = 1 << 30

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_GUESSED = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "iso8859_2",
    "iso8859_9", "iso8859_15", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip

_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859_2", "iso8859_9", "iso8859_15")
#: Best first: of two that fit alike the earlier is taken. cp1252 holds all of Latin-1.
_LATIN_LETTERS = {
    "cp1252": frozenset("àáâäãåæçèéêëìíîïñòóôöõøœùúûüß"),
    "cp1250": frozenset("ąćęłńóśźżáčďéěíňřšťúůýžöőüűâăîşţđäôëçß"),
    "cp1254": frozenset("çğıöşüâîûi̇"),
    "cp1257": frozenset("āčēģīķļņšūžąęėįųõäöü"),
}
_MARKS = frozenset("«»“”„‘’‚–—…•·§©®°£€™¿¡\u00a0")


class Decoded(NamedTuple):
    """A file's text without its BOM, newlines as they stand; or why there is none.

    `encoding` is None where the bytes are no text. `bad_bytes` were replaced by U+FFFD, one for each run.
    """

    text: str
    encoding: str | None
    bad_bytes: int = 0
    first_bad: int = 0


class Expanded(io.RawIOBase):
    """A stream of gzip, zstd or plain bytes as the bytes inside.

    It never raises for what the bytes hold: it ends early, and `problem` says why (a reject's reason and detail).
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self.problem: tuple[str, str] | None = None
        self.kind = ""
        head = stream.read(4)
        stream.seek(-len(head), io.SEEK_CUR)
        expand: Callable[[BinaryIO], Iterator[bytes]] = _as_is
        if head[:2] == b"\x1f\x8b":
            self.kind, expand = ".gz", _gunzip
        elif head == b"\x28\xb5\x2f\xfd":
            self.kind, expand = ".zst", _unzstd
        self._source = stream
        self._blocks = expand(stream)
        self._left = memoryview(b"")
        self._out = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` with what comes next; 0 at the end."""
        while not self._left:
            block = self._next()
            if block is None:
                return 0
            self._left = memoryview(block)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def _next(self) -> bytes | None:
        import zstandard  # noqa: PLC0415  10 ms, and only compressed input needs it

        if self.problem:
            return None
        try:
            block = next(self._blocks, None)
        except EOFError:
            self.problem = ("damaged", f"the {self.kind} data breaks off: fetch the file again")
            return None
        except (zlib.error, zstandard.ZstdError) as error:
            self.problem = ("damaged", f"the {self.kind} data is damaged ({error}): fetch the file again")
            return None
        except OSError as error:
            self.problem = ("unreadable", error.strerror or str(error))
            return None
        if block is None:
            return None
        self._out += len(block)
        if self.kind and self._out > FREE_BYTES and self._out > MOST_GROWTH * self._source.tell():
            self.problem = (
                "expands",
                f"it grows more than {MOST_GROWTH} times: expand it yourself if you trust it",
            )
            return None
        return block


def _as_is(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


def _gunzip(stream: BinaryIO) -> Iterator[bytes]:
    engine = zlib.decompressobj(31)
    fresh, waiting = True, b""
    while True:
        if not waiting:
            waiting = stream.read(BLOCK)
            if not waiting:
                break
        if engine.eof:
            # Zeroes pad tapes and block devices; anything else that is no member is left as gzip does.
            waiting = waiting.lstrip(b"\0")
            if not waiting:
                continue
            engine, fresh = zlib.decompressobj(31), True
        block = engine.decompress(waiting, 1 << 20)
        waiting = engine.unused_data if engine.eof else engine.unconsumed_tail
        fresh = False
        if block:
            yield block
    if not engine.eof and not fresh:
        raise EOFError


def _unzstd(stream: BinaryIO) -> Iterator[bytes]:
    import zstandard  # noqa: PLC0415

    def engine() -> zstandard.ZstdDecompressionObj:
        return zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()

    working, fresh, waiting = engine(), True, b""
    # A frame of zeroes grows 30,000 times, and this interface has no limit on its output: feed it little.
    while waiting or (waiting := stream.read(1 << 12)):
        if working.eof:
            working, fresh = engine(), True
        block = working.decompress(waiting)
        waiting = working.unused_data if working.eof else b""
        fresh = False
        if block:
            yield block
    if not working.eof and not fresh:
        raise EOFError


def decode_text(content: bytes) -> Decoded:
    """Bytes -> text: by BOM, strict UTF-8, UTF-8 with a few bad bytes, UTF-16 without BOM, then by statistics."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _replacing(content[len(bom) :], encoding)
    wide = _wide_encoding(content)
    if wide:
        return _replacing(content, wide)
    if is_binary(content):
        return Decoded("", None)
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    damaged = _replacing(content, "utf-8")
    accented = sum(byte >= 0xC0 for byte in content[: 1 << 20])
    # Broken UTF-8 still has sound sequences by the dozen; an eight-bit encoding has next to none.
    if damaged.bad_bytes * 10 <= accented:
        return damaged
    return _by_statistics(content)


def is_binary(content: bytes) -> bool:
    """Whether the first 64 kB hold more control characters than any text would (1 in 50)."""
    head = content[:BLOCK]
    return len(_CONTROL.findall(head)) * 50 > len(head)


def _wide_encoding(content: bytes) -> str | None:
    head = content[: 1 << 12]
    if len(head) < 8 or len(content) % 2:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd * 10 > half * 7 and even * 20 < half:
        return "utf-16-le"
    return "utf-16-be" if even * 10 > half * 7 and odd * 20 < half else None


def _replacing(content: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(content.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        text = content.decode(encoding, "replace")
        return Decoded(text, encoding, max(1, text.count("\ufffd")), error.start)


def _by_statistics(content: bytes) -> Decoded:
    from charset_normalizer import from_bytes  # noqa: PLC0415  40 ms that UTF-8 never pays

    best = from_bytes(content[: 1 << 18], cp_isolation=_GUESSED, threshold=0.15).best()
    if best is None:
        return Decoded("", None)
    encoding = _likeliest_latin(content) if best.encoding in _LATIN else best.encoding
    try:
        return Decoded(content.decode(encoding), encoding)
    except UnicodeDecodeError:
        return Decoded("", None)


def _likeliest_latin(content: bytes) -> str:
    """Of the Latin encodings the one under which most accented letters are such as its languages write.

    The detector's figures for these are equal, and it then takes cp1250: "trčs" for "très".
    """
    shares: dict[str, float] = {}
    for encoding, letters in _LATIN_LETTERS.items():
        text = content[: 1 << 18].decode(encoding, "replace").lower()
        accented = [letter for letter in text if letter >= "\u00aa" and letter not in _MARKS]
        shares[encoding] = sum(letter in letters for letter in accented) / max(1, len(accented))
    return max(shares, key=lambda encoding: shares[encoding])
