"""zip and tar files -> their members as streams, one after another; nothing is ever unpacked to disk.

Members' names are labels and nothing more: no file is opened or made by them.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from provenance.dumps.rejects import single_line
from provenance.dumps.sources.compression import Problem, problem_of

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The list of a zip's members takes ten times its length in memory.
MOST_LIST = 16 << 20
#: How a zip says that it has too many members for its end to count.
_MORE = 0xFFFF
#: No header of a tar is longer; a bomb's claims to be.
MOST_HEADER = 1 << 20
#: What the two libraries raise for what the bytes hold. zipfile has no error of its own for a packing that it does not
#: know (NotImplementedError) and for a member under a password (RuntimeError); struct and zlib errors come through it.
_ERRORS = (
    zipfile.BadZipFile, tarfile.TarError, OSError, ValueError, EOFError, OverflowError, struct.error, zlib.error,
    NotImplementedError, RuntimeError,
)  # fmt: skip
#: Office documents and the like are zip files too.
_PACKAGES = frozenset(("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml"))


#: Said at once: a bomb holds members of nothing by the hundred thousand.
_EMPTY = Problem("empty", "the file holds nothing")


class Member(NamedTuple):
    """A file in an archive; `problem` says why it has no stream, or of the archive itself (without a name)."""

    name: str
    stream: BinaryIO | None
    problem: Problem | None = None


def read_zip(stream: BinaryIO) -> Iterator[Member]:
    """A zip file that can seek -> its members in order of their names."""
    end = _end_of(stream)
    if end.list_size > MOST_LIST:
        yield Member("", None, Problem("expands", "its list of members is too long: unpack it yourself"))
        return
    try:
        archive = zipfile.ZipFile(stream)
    except _ERRORS as error:
        yield Member("", None, _damaged("zip", error))
        return
    members = sorted(enumerate(archive.infolist()), key=lambda item: (item[1].filename, item[0]))
    if any(member.filename in _PACKAGES for _, member in members):
        yield Member("", None, Problem("format", "an office document or program, no dump: save its text"))
        return
    for _, member in members:
        name = label(member.filename)
        if member.filename.endswith("/") or _is_hidden(name):
            continue
        if not member.file_size:
            yield Member(name, None, _EMPTY)
            continue
        if member.flag_bits & 1:
            yield Member(name, None, Problem("format", "it is encrypted: unpack it yourself"))
            continue
        try:
            opened = archive.open(member)
        except _ERRORS as error:
            yield Member(name, None, problem_of(error, ""))
            continue
        with opened:
            yield Member(name, cast("BinaryIO", opened))
    if end.members not in (len(members), _MORE):  # the library takes what it finds for all there is
        missing = f"its end counts {end.members:,} members, its list {len(members):,}: fetch the file again"
        yield Member("", None, Problem("damaged", missing))
    if end.behind:
        yield Member("", None, Problem("damaged", f"{end.behind:,} bytes behind its end: fetch the file again"))


class _End(NamedTuple):
    """What the end of a zip says: the length of its list of members, how many there are, and bytes behind it all."""

    list_size: int = 0
    members: int = _MORE
    behind: int = 0


def _end_of(stream: BinaryIO) -> _End:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - (1 << 16) - 22))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if not 0 <= at <= len(tail) - 22:
        return _End()
    members, list_size, _, comment = struct.unpack_from("<HIIH", tail, at + 10)
    return _End(list_size, members, len(tail[at + 22 + comment :].strip(b"\0")))  # zeroes pad the last block of a disk


def read_tar(stream: BinaryIO) -> Iterator[Member]:
    """A stream of a tar file -> its members in the order in which they lie; links and devices are problems."""
    forward = _Forward(stream)
    try:
        archive = tarfile.TarFile.taropen("", "r", cast("Any", forward))  # noqa: SIM115  it has nothing of its own to close
        while (member := archive.next()) is not None:
            cast("Any", archive).members = []  # it keeps them all
            name = label(member.name)
            if member.isdir() or _is_hidden(name):
                continue
            if not member.isreg():
                yield Member(name, None, Problem("left_out", "a link or a device, no file"))
                continue
            opened = archive.extractfile(member) if member.size else None
            if opened is None:
                yield Member(name, None, _EMPTY)
            else:
                yield Member(name, cast("BinaryIO", opened))
    except _ERRORS as error:
        yield Member("", None, _damaged("tar", error))
        return
    # The library takes a header that is cut or no header for the end, which is in truth two blocks of zeroes.
    if not forward.ends_in_zeroes():
        yield Member("", None, Problem("damaged", "the tar data breaks off: fetch the file again"))
    # What is behind its end must be read: there the library stops, and the checksum of a .tar.gz has not been seen.
    elif behind := forward.rest():
        told = f"{behind:,} bytes behind its end, another archive perhaps: unpack it yourself"
        yield Member("", None, Problem("damaged", told))


class _Forward(io.RawIOBase):
    """A stream that cannot seek as one that can seek forwards, which is all that reading members in order needs."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream, self._at, self._last = stream, 0, b""

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        assert whence == io.SEEK_SET
        if offset < self._at:
            raise tarfile.ReadError("a member that lies before the one before it")
        while self._at < offset and self._take(min(1 << 16, offset - self._at)):
            pass
        return self._at

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MOST_HEADER:
            raise tarfile.ReadError("a header without end")
        parts = []
        while size > 0 and (part := self._take(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _take(self, size: int) -> bytes:
        part = self._stream.read(size)
        self._at += len(part)
        self._last = (self._last + part)[-tarfile.BLOCKSIZE :]
        return part

    def ends_in_zeroes(self) -> bool:
        return len(self._last) == tarfile.BLOCKSIZE and not any(self._last)

    def rest(self) -> int:
        """Read to the end -> how many bytes there are behind the zeroes that fill the last block of a tape."""
        behind = 0
        while part := self._stream.read(1 << 16):
            behind += len(part) if behind else len(part.lstrip(b"\0"))
        return behind


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def label(name: str) -> str:
    r"""A member's name as part of a path: no way out of the archive, no control characters.

    >>> label("../../etc/passwd"), label("C:\\news\\a.txt")
    ('etc/passwd', 'C:/news/a.txt')
    """
    parts = [single_line(part, 255) for part in name.replace("\\", "/").split("/")]
    return "/".join(part for part in parts if part.strip(". ")) or "unnamed"


def _damaged(kind: str, error: Exception) -> Problem:
    return Problem("damaged", f"no sound {kind} ({single_line(str(error), 120)}): fetch the file again")
