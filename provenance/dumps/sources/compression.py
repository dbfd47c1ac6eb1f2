"""gzip, bzip2, xz and zstd streams -> the bytes inside, block by block, and why they end early."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK = 1 << 16
#: A file may grow this many times once it is past the free allowance. Text shrinks 3 to 20 times, templates 50;
#: a gzip bomb grows 1,000 times, a zstd bomb 30,000.
MOST_GROWTH, FREE_BYTES = 200, 10 << 20
#: The dictionary of an xz or zstd stream is held in memory: `xz -9` needs 64 MB, `zstd --long` 128 MB.
MOST_MEMORY = 1 << 27


class Problem(NamedTuple):
    """Why something was not read, or not whole: a reject's reason and detail."""

    reason: str
    detail: str


class Allowance:
    """How many bytes a file may grow to, in all layers together: archives in archives share that of the outermost file.

    `size` is the length of that file in bytes.
    """

    def __init__(self, size: int) -> None:
        self.left = max(FREE_BYTES, MOST_GROWTH * size)

    def take(self, count: int) -> Problem | None:
        """Count `count` expanded bytes; the problem once they are too many."""
        self.left -= count
        if self.left >= 0:
            return None
        return Problem("expands", f"it grows more than {MOST_GROWTH} times: expand it yourself if you trust it")


class Expanded(io.RawIOBase):
    """A stream of gzip, bzip2, xz, zstd or plain bytes as the bytes inside.

    It never raises for what the bytes hold: it ends early, and `problem` says why.
    """

    def __init__(self, stream: BinaryIO, allowance: Allowance, *, member: bool = False) -> None:
        super().__init__()
        self.problem: Problem | None = None
        self._source, self._allowance, self._member = stream, allowance, member
        self._held = self._first()
        self.kind, expand = _packing(self._held)
        self._blocks = expand(self._more)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """Whether it can be read: it can."""
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

    def _more(self, count: int) -> bytes:
        """The next packed bytes; first those that were read already, to tell the packing."""
        held, self._held = self._held, b""
        block = held + self._source.read(max(0, count - len(held)))
        if self._member:
            self.problem = self.problem or self._allowance.take(len(block))
        return b"" if self.problem else block

    def _first(self) -> bytes:
        try:
            return self._source.read(10)
        except Exception as error:  # noqa: BLE001  as below
            self.problem = problem_of(error, "")
            return b""

    def _next(self) -> bytes | None:
        if self.problem:
            return None
        try:
            block = next(self._blocks, None)
        except Exception as error:  # noqa: BLE001  archives and packings raise half a dozen kinds for bad bytes
            self.problem = self.problem or problem_of(error, self.kind)
            return None
        if block is not None and self.kind:
            self.problem = self._allowance.take(len(block))
        return None if self.problem else block


def problem_of(error: Exception, kind: str) -> Problem:
    """What was raised while a packed file or a member was read -> what is said of it."""
    what = f"the {kind} data" if kind else "the member"
    if isinstance(error, EOFError):
        return Problem("damaged", f"{what} breaks off: fetch the file again")
    # bz2 raises a bare OSError for bad data; one of the system has a number.
    if isinstance(error, OSError) and error.errno:
        return Problem("unreadable", error.strerror or str(error))
    if isinstance(error, NotImplementedError):  # how zipfile says that it does not know a member's packing
        return Problem("format", f"{what} is packed in a way that is not read ({error}): unpack it yourself")
    return Problem("damaged", f"{what} is damaged ({error}): fetch the file again")


def is_packed(head: bytes) -> bool:
    """Whether a file that begins so is packed."""
    return _packing(head)[0] != ""


def _packing(head: bytes) -> tuple[str, Callable[[Callable[[int], bytes]], Iterator[bytes]]]:
    for magic, kind, expand in _PACKINGS:
        if head.startswith(magic) and (kind != ".bz2" or head[4:10] in _BZIP2_BLOCKS):
            return kind, expand
    return "", _as_is


def _as_is(more: Callable[[int], bytes]) -> Iterator[bytes]:
    while block := more(BLOCK):
        yield block


def _gunzip(more: Callable[[int], bytes]) -> Iterator[bytes]:
    engine = zlib.decompressobj(31)
    fresh, waiting = True, b""
    while waiting or (waiting := more(BLOCK)):
        if engine.eof:
            # Zeroes pad tapes and block devices; anything else behind a member must be another.
            waiting = waiting.lstrip(b"\0")
            if not waiting:
                continue
            engine = zlib.decompressobj(31)
        block = engine.decompress(waiting, 1 << 20)
        waiting = engine.unused_data if engine.eof else engine.unconsumed_tail
        fresh = False
        if block:
            yield block
    if not engine.eof and not fresh:
        raise EOFError


def _unpack(
    more: Callable[[int], bytes], engine: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor]
) -> Iterator[bytes]:
    working, fresh, waiting = engine(), True, b""
    while True:
        if working.eof:
            waiting = (working.unused_data + (b"" if working.unused_data else more(BLOCK))).lstrip(b"\0")
            if not waiting:
                return
            working = engine()
        elif working.needs_input:
            waiting = more(BLOCK)
            if not waiting:
                break
        block = working.decompress(waiting, 1 << 20)
        waiting, fresh = b"", False
        if block:
            yield block
    if not fresh:
        raise EOFError


def _bunzip(more: Callable[[int], bytes]) -> Iterator[bytes]:
    return _unpack(more, bz2.BZ2Decompressor)


def _unxz(more: Callable[[int], bytes]) -> Iterator[bytes]:
    return _unpack(more, lambda: lzma.LZMADecompressor(memlimit=MOST_MEMORY))


def _unzstd(more: Callable[[int], bytes]) -> Iterator[bytes]:
    import zstandard  # noqa: PLC0415  10 ms, and only zstd needs it

    def engine() -> zstandard.ZstdDecompressionObj:
        return zstandard.ZstdDecompressor(max_window_size=MOST_MEMORY).decompressobj()

    working, fresh, waiting = engine(), True, b""
    # A frame of zeroes grows 30,000 times, and this interface has no limit on its output: feed it little.
    while waiting or (waiting := more(1 << 10)):
        if working.eof:
            working = engine()
        try:
            block = working.decompress(waiting)
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from error
        waiting = working.unused_data if working.eof else b""
        fresh = False
        if block:
            yield block
    if not working.eof and not fresh:
        raise EOFError


#: A file of text may begin with BZh as well: the digits of pi, or of its root, follow in one that is packed.
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
_PACKINGS: tuple[tuple[bytes, str, Callable[[Callable[[int], bytes]], Iterator[bytes]]], ...] = (
    (b"\x1f\x8b", ".gz", _gunzip),
    (b"BZh", ".bz2", _bunzip),
    (b"\xfd7zXZ\x00", ".xz", _unxz),
    (b"\x28\xb5\x2f\xfd", ".zst", _unzstd),
)
