"""A web address -> the bytes that lie there, and what its server says that they are.

The library of the standard is asked for little: what a server sends with a redirection is not read, which may never
end, and its bytes are counted here.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import IO, TYPE_CHECKING

from provenance.dumps.rejects import single_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds without a byte after which a server is given up; and the least that must come in as many: a modem of 1995
#: brings six times that, and a server that sends a byte now and then must not hold a run for a year.
SILENCE, LEAST = 60, 1 << 15
_BLOCK = 1 << 20


class _Redirections(urllib.request.HTTPRedirectHandler):
    """Redirections to the web only, whose own content is not read: the library reads all of it into memory."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        """The request to follow with."""
        fp.close()
        if not newurl.lower().startswith(("http://", "https://")):
            raise ValueError(f"it redirects to {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(address: str, take: Callable[[bytes], object]) -> str:
    """An address of the web -> its media type (`text/csv; charset=utf-8`); `take` gets its bytes, block by block.

    Raises OSError, with one line in words, where there is nothing, where it breaks off and where it does not go on.
    """
    opener = urllib.request.build_opener(_Redirections)
    try:
        quoted = urllib.parse.quote(address, safe="%/:=&?~#+!$,;'@()*[]")
        request = urllib.request.Request(quoted, headers={"User-Agent": "provenance", "Accept-Encoding": "identity"})  # noqa: S310
        with opener.open(request, timeout=SILENCE) as answer:
            if answer.status != http.client.OK:
                raise OSError(None, f"the server gives no file or a part of one: it says {answer.status}")
            for block in _blocks(answer):
                take(block)
            return str(answer.headers.get("Content-Type") or "")
    except urllib.error.HTTPError as error:
        error.close()
        raise OSError(None, f"the server says {error.code} {single_line(error.reason or '', 60)}".rstrip()) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) and not error.errno and error.strerror else None
        raise OSError(None, told or f"not fetched: {single_line(str(error), 160)}") from error


def _blocks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    told, length = answer.length, 0
    since, before = time.monotonic(), 0
    while told is None or length < told:
        now = time.monotonic()
        if now - since >= SILENCE:
            if length - before < LEAST:
                raise OSError(None, f"too slow: {length - before:,} bytes came in {now - since:.0f} seconds")
            since, before = now, length
        block = answer.read1(_BLOCK if told is None else min(_BLOCK, told - length))
        if not block:
            break
        length += len(block)
        yield block
    if told is not None and length < told:
        raise OSError(None, f"it breaks off: {length:,} of {told:,} bytes came")
