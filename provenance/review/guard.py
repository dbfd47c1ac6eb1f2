"""What reaches the page: requests of this machine's own browser, from the page itself, with the token that we printed.

A page of another site may send requests to 127.0.0.1 (CSRF), and may let its own name lead there (DNS rebinding). So
the Host must be ours, the Origin of whatever changes something must be ours and be said, what changes something is a
POST of JSON with a token that no other page can read, and nothing is shown without a cookie that no other site's
request carries.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 1 << 20  # of a request's body: 2,000 members of a cluster with long ids are half of it
PATIENCE = 10.0  # seconds for a request's body
JSON = b"application/json"
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
#: Besides what the page's own policy says: other answers are no pages, and nobody frames ours.
POLICY = (b"content-security-policy", b"frame-ancestors 'none'")


class Secrets(NamedTuple):
    """What a browser must know: the first opens the page, the second reads, the third writes."""

    entry: str  # in the fragment of the address that is printed, which no request carries
    cookie: str
    token: str  # in the page, sent back as a header

    @classmethod
    def fresh(cls) -> Secrets:
        """Three that nobody guesses."""
        return cls(*(secrets.token_urlsafe(32) for _ in cls._fields))


class Refusal(Exception):  # noqa: N818  an answer, and no fault of ours
    """A request that is not answered, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class Guard:
    """An ASGI application that lets only our own requests through to another."""

    def __init__(self, app: ASGIApp, port: int, known: Secrets) -> None:
        self.app, self.known = app, known
        self.hosts = {f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost")}
        self.cookie = f"provenance-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                more = [header for header in (*HEADERS, POLICY) if header[0] not in names]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        try:
            body = await self.check(scope, receive)
        except Refusal as refusal:
            await _refuse(refusal, answer)
            return
        given = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return given.pop() if given else await receive()

        await self.app(scope, replay, answer)

    async def check(self, scope: Scope, receive: Receive) -> bytes:
        """A request -> its body. Raises Refusal for whatever is not from our page."""
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        hosts = headers.get(b"host", [])
        host = hosts[0].lower() if len(hosts) == 1 else b""
        if host not in self.hosts:
            raise Refusal(421, "this name does not lead here; open the address that `provenance review` printed")
        method = scope["method"]
        if method not in ("GET", "HEAD", "POST"):
            raise Refusal(405, "only GET and POST are answered")
        origins = headers.get(b"origin", [])
        if any(origin != b"http://" + host for origin in origins) or len(origins) > 1:
            raise Refusal(403, "the request comes from another page")
        site = headers.get(b"sec-fetch-site", [b"none"])
        if site not in ([b"same-origin"], [b"none"]):
            raise Refusal(403, "the request comes from another site")
        entering = scope["path"] == "/enter"
        if method == "POST":
            if not origins:
                raise Refusal(403, "the request does not say from which page it comes")
            kind = headers.get(b"content-type", [b""])
            if len(kind) != 1 or kind[0].split(b";")[0].strip().lower() != JSON:
                raise Refusal(415, "an answer is JSON")
            if not entering and not _same(headers.get(b"x-provenance-token", []), self.known.token):
                raise Refusal(403, "the request lacks the token of this page; load the page anew")
        elif entering:
            raise Refusal(405, "entering is a POST")
        if not entering and scope["path"] != "/" and not self.knows(scope):
            raise Refusal(403, "open the address that `provenance review` printed")
        return await _read(headers, receive) if method == "POST" else b""

    def knows(self, scope: Scope) -> bool:
        """Whether a request carries our cookie."""
        said = [value for name, value in scope["headers"] if name.lower() == b"cookie"]
        crumbs = [crumb.strip().partition(b"=") for value in said for crumb in value.split(b";")]
        return _same([value for name, _, value in crumbs if name == self.cookie.encode()], self.known.cookie)


def _same(given: list[bytes], known: str) -> bool:
    return len(given) == 1 and hmac.compare_digest(given[0], known.encode())


async def _read(headers: dict[bytes, list[bytes]], receive: Receive) -> bytes:
    """The body of a request, up to MOST_BYTES and for PATIENCE seconds."""
    said = headers.get(b"content-length", [b"0"])[0]
    if not said.isdigit() or int(said) > MOST_BYTES:
        raise Refusal(413, f"an answer has at most {MOST_BYTES:,} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(400, "the request ended before its body did")
                body += message.get("body", b"")
                if len(body) > MOST_BYTES:
                    raise Refusal(413, f"an answer has at most {MOST_BYTES:,} bytes")
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise Refusal(408, "the request did not come to an end") from None


async def _refuse(refusal: Refusal, send: Send) -> None:
    body = f"{refusal.why}\n".encode()
    size = (b"content-length", str(len(body)).encode())
    headers = [(b"content-type", b"text/plain; charset=utf-8"), size, (b"connection", b"close")]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
