"""Addresses -> the files that lie there, fetched whole before they are read.

A file on disk can be tried by a worker, sought in and checked against its checksums; what comes over a network as it is
asked for can not. So every reader reads files only, and an address costs the room of its file in the temporary folder.
"""

from __future__ import annotations

import contextlib
import fnmatch
import re
import shutil
import tempfile
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar, cast

from provenance.dumps.rejects import single_line
from provenance.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Addresses of object stores; their settings come from the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ...).
_STORE = re.compile(r"(?:s3a?|gs|az|azure|adl|abfss?)://.", re.IGNORECASE)
_WEB = re.compile(r"https?://.", re.IGNORECASE)
#: Between // and the first / stands the host, and a name and password for it before an @.
_PASSWORD = re.compile(r"([^:]*://)[^/?#@]*:[^/?#]*@")
_BLOCK = 1 << 20
#: What is left free of the disk, and after how many bytes it is looked at: a server that never stops must not fill it.
_ROOM_LEFT, _LOOK_EVERY = 1 << 30, 64 << 20
#: Seconds after which Ctrl-C is heard while an object store is asked.
_HEARD_AFTER = 0.2

_Thing = TypeVar("_Thing")


def is_address(name: str) -> bool:
    """Whether an input's name is an address and not that of a file.

    >>> is_address("s3://bucket/news.parquet"), is_address("s3/news.parquet")
    (True, False)
    """
    return bool(_STORE.match(name) or _WEB.match(name))


def is_web(name: str) -> bool:
    """Whether an input's name is an address of the web, where a query may follow the file's name."""
    return bool(_WEB.match(name))


def find_addresses(name: str) -> list[str]:
    """An address -> itself; of an object store's folder (it ends in /) or glob, the addresses of the files there.

    As with files, names that begin with a point are left out, `*` stops at a / and `**` does not, and a file of the
    very name is taken before those that a glob matches. Raises OSError if the store does not answer, and UsageError for
    an address that holds a password: it would stand in every table.
    """
    if secret := _PASSWORD.match(name):
        shown = f"{secret[1]}...@{name[secret.end() :]}"
        raise UsageError(
            f"input {shown} holds a password, which would stand in every table: fetch it yourself, as by "
            "curl ADDRESS | provenance scan -"
        )
    if _WEB.match(name):
        return [name]  # a web server lists nothing, and its ? begins a query
    if name.count("/") == 2:
        name += "/"  # the whole bucket
    start = re.split(r"[*?\[]", name)[0]
    if start == name and not name.endswith("/"):
        return [name]
    folder = start.rpartition("/")[0]
    inside = name[len(folder) + 1 :]
    keys, wanted = sorted(_keys(folder)), (inside or "**").split("/")
    named = [inside] if inside in keys else [key for key in keys if _matches(key.split("/"), wanted)]
    return [f"{folder}/{key}" for key in named]


def _matches(parts: list[str], wanted: list[str]) -> bool:
    if not wanted or not parts:
        return not parts and (not wanted or wanted == ["**"])
    if parts[0].startswith(".") and not wanted[0].startswith("."):
        return False
    if wanted[0] == "**":
        return _matches(parts, wanted[1:]) or _matches(parts[1:], wanted)
    return fnmatch.fnmatchcase(parts[0], wanted[0]) and _matches(parts[1:], wanted[1:])


class Fetched(NamedTuple):
    """A file with what lies at an address, at its beginning; it is gone from the disk once it is closed."""

    file: BinaryIO
    media: str  # what it is, as its server says: `text/csv; charset=utf-8`; empty if it does not


def fetch(address: str) -> Fetched:
    """An address -> what lies there.

    Raises OSError, with one line in words, where there is nothing, where it breaks off and where it is too much.
    """
    folder = tempfile.gettempdir()
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  without a name: however this ends, nothing stays of it
    length = looked = 0

    def take(block: bytes) -> None:
        nonlocal length, looked
        file.write(block)
        length += len(block)
        if length - looked >= _LOOK_EVERY:
            looked = length
            if shutil.disk_usage(folder).free < _ROOM_LEFT:
                raise OSError(None, f"less than {_ROOM_LEFT >> 30} GiB left beside it in {folder}")

    try:
        if _WEB.match(address):
            from provenance.dumps.sources.downloads import download  # noqa: PLC0415  40 ms, for addresses only

            media = download(address, take)
        else:
            media = _stored(address, take)
        file.flush()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return Fetched(cast("BinaryIO", file), media)


def _stored(address: str, take: Callable[[bytes], None]) -> str:
    import obstore  # noqa: PLC0415  for addresses only

    folder, _, name = address.rpartition("/")
    found = _asked(lambda: obstore.get(_store(folder), name))
    blocks = _asked(lambda: iter(found.stream(min_chunk_size=_BLOCK)))
    while block := _asked(lambda: next(blocks, None)):
        take(bytes(block))
    return str(found.attributes.get("Content-Type", ""))


def _keys(folder: str) -> Iterator[str]:
    import obstore  # noqa: PLC0415

    store = _asked(lambda: _store(folder))
    pages = _asked(lambda: iter(obstore.list(store)))
    while page := _asked(lambda: next(pages, None)):
        for entry in page:
            if entry["size"] or _is_there(store, entry["path"]):
                yield entry["path"]


def _is_there(store: Any, name: str) -> bool:
    """Whether an object without content is a file: consoles make one for a folder, and its name ends in /."""
    import obstore  # noqa: PLC0415

    with contextlib.suppress(FileNotFoundError):
        return bool(name) and _asked(lambda: obstore.head(store, name)) is not None
    return False


def _asked(call: Callable[[], _Thing]) -> _Thing:
    """What a call of the library of object stores gives; what it raises, as OSError in one line.

    It is called in another thread, since it does not hear Ctrl-C while it waits for its server, which may take minutes.
    """
    from obstore.exceptions import BaseError  # noqa: PLC0415

    given: Future[_Thing] = Future()

    def answer() -> None:
        try:
            given.set_result(call())
        except BaseException as error:  # noqa: BLE001  raised below
            given.set_exception(error)

    asking = threading.Thread(target=answer, daemon=True)
    asking.start()
    while not given.done():
        asking.join(_HEARD_AFTER)  # the library also has system calls go on after a signal: nothing would wake us
    error = given.exception()
    if isinstance(error, FileNotFoundError):
        raise FileNotFoundError(None, "not there; the address of a folder ends in /") from error
    if isinstance(error, BaseError | OSError | ValueError) or not isinstance(error, Exception | None):
        # it tells its whole inside; a panic of its Rust is no Exception
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise OSError(None, f"not fetched: {single_line(first, 240)}") from error
    if error is not None:
        raise error
    return given.result()


def _store(folder: str) -> Any:
    from obstore.store import from_url  # noqa: PLC0415

    from provenance.dumps.sources.downloads import SILENCE  # noqa: PLC0415

    return from_url(
        folder,
        # a store of one's own may well be without TLS; half a minute for a whole file is the library's own limit
        client_options={"allow_http": True, "timeout": "7days", "read_timeout": f"{SILENCE}s"},
        retry_config={"max_retries": 3},
    )
