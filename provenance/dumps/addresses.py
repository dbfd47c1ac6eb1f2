"""Addresses -> the files that lie there, fetched whole before they are read.

A file on disk can be tried by a worker, sought in and checked against its checksums; what comes over a network as it is
asked for can not. So every reader reads files only, and an address costs the room of its file in the temporary folder.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import re
import shutil
import tempfile
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from provenance.dumps.rejects import single_line

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Addresses of object stores; their settings come from the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ...).
_STORE = re.compile(r"(?:s3a?|gs|az|azure|adl|abfss?)://.", re.IGNORECASE)
_WEB = re.compile(r"https?://.", re.IGNORECASE)
#: Seconds without a byte after which a server is given up.
_SILENCE = 60
_BLOCK = 1 << 20
#: What is left free of the disk: a server that never stops must not fill it.
_ROOM_LEFT = 1 << 30


def is_address(name: str) -> bool:
    """Whether an input's name is an address and not that of a file.

    >>> is_address("s3://bucket/news.parquet"), is_address("s3/news.parquet")
    (True, False)
    """
    return bool(_STORE.match(name) or _WEB.match(name))


def find_addresses(name: str) -> list[str]:
    """An address -> itself; of an object store's folder (it ends in /) or glob, the addresses of the files there.

    As with files, names that begin with a point are left out, `*` stops at a / and `**` does not. Raises OSError if the
    store does not answer.
    """
    start = re.split(r"[*?\[]", name)[0]
    if _WEB.match(name) or (start == name and not name.endswith("/")):
        return [name]  # a web server lists nothing, and its ? begins a query
    folder = start.rpartition("/")[0]
    wanted = (name[len(folder) + 1 :] or "**").split("/")
    return [f"{folder}/{key}" for key in sorted(_keys(folder)) if _matches(key.split("/"), wanted)]


def _matches(parts: list[str], wanted: list[str]) -> bool:
    if not wanted or not parts:
        return not parts and (not wanted or wanted == ["**"])
    if parts[0].startswith(".") and not wanted[0].startswith("."):
        return False
    if wanted[0] == "**":
        return _matches(parts, wanted[1:]) or _matches(parts[1:], wanted)
    return fnmatch.fnmatchcase(parts[0], wanted[0]) and _matches(parts[1:], wanted[1:])


def fetch(address: str) -> BinaryIO:
    """An address -> a file with what lies there, at its beginning; it is gone from the disk once it is closed.

    Raises OSError, with one line in words, where there is nothing, where it breaks off and where it is too much.
    """
    file = tempfile.NamedTemporaryFile(prefix="provenance-")  # noqa: SIM115  the caller closes it
    try:
        for number, block in enumerate(_web(address) if _WEB.match(address) else _stored(address)):
            if number % 64 == 0 and shutil.disk_usage(file.name).free < _ROOM_LEFT:
                raise OSError(None, f"less than {_ROOM_LEFT >> 30} GiB left beside it in {os.path.dirname(file.name)}")  # noqa: PTH120
            file.write(block)
        file.flush()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return cast("BinaryIO", file)


def _web(address: str) -> Iterator[bytes]:
    import http.client  # noqa: PLC0415  for addresses only, as all below
    import urllib.error  # noqa: PLC0415
    import urllib.parse  # noqa: PLC0415
    import urllib.request  # noqa: PLC0415

    quoted = urllib.parse.quote(address, safe="%/:=&?~#+!$,;'@()*[]")
    try:
        request = urllib.request.Request(quoted, headers={"User-Agent": "provenance", "Accept-Encoding": "identity"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=_SILENCE) as answer:  # noqa: S310  its scheme is http or https
            told, length = answer.headers.get("Content-Length"), 0
            while block := answer.read(_BLOCK):
                length += len(block)
                yield block
    except urllib.error.HTTPError as error:
        raise OSError(None, f"the server says {error.code} {single_line(error.reason or '', 60)}".rstrip()) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OSError(None, f"not fetched: {single_line(str(error), 160)}") from error
    if told is not None and told.isdecimal() and length < int(told):  # reading by blocks, the library does not tell
        raise OSError(None, f"it breaks off: {length:,} of {int(told):,} bytes came")


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    """What the library of object stores raises, as OSError in one line: it tells its whole inside."""
    from obstore.exceptions import BaseError  # noqa: PLC0415

    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise OSError(None, f"not fetched: {single_line(first, 240)}") from error


def _stored(address: str) -> Iterator[bytes]:
    folder, _, name = address.rpartition("/")
    import obstore  # noqa: PLC0415

    with _plainly():
        for block in obstore.get(_store(folder), name).stream(min_chunk_size=_BLOCK):
            yield bytes(block)


def _keys(folder: str) -> Iterator[str]:
    import obstore  # noqa: PLC0415

    with _plainly():
        for found in obstore.list(_store(folder)):
            for entry in found:
                yield entry["path"]


def _store(folder: str) -> Any:
    from obstore.store import from_url  # noqa: PLC0415

    return from_url(
        folder,
        # a store of one's own may well be without TLS; half a minute for a whole file is the library's own limit
        client_options={"allow_http": True, "timeout": "7days", "read_timeout": f"{_SILENCE}s"},
        retry_config={"max_retries": 3},
    )
