"""Local means local: requests from other sites, under other names, without the token are all refused."""

from __future__ import annotations

import contextlib
import json
import socket
from typing import TYPE_CHECKING

import pytest

from tests.serving import Browser, Server, reviewing, write_run

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("uvicorn", reason="the review page's libraries are not installed: pip install '.[review]'")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with reviewing(write_run(tmp_path_factory.mktemp("run"))) as running:
        yield running


@pytest.fixture(scope="module")
def browser(server: Server) -> Browser:
    return Browser(server)


DECISION = json.dumps({"verdict": "same", "about": [["pair", "again", "ferry"]], "editor": "Mallory"}).encode()
PORT, OTHER = "{port}", "{other}"

#: Names under which a site of somebody else's would reach us: DNS rebinding.
HOSTS = [
    "evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "evil.example:127.0.0.1:{port}",
    "127.0.0.1", "127.0.0.1:{other}", "127.0.0.1:{port}.evil.example", "0.0.0.0:{port}", "[::1]:{port}", "[::]:{port}",
    "localhost", "localhost.:{port}", "localhost.evil.example:{port}", "LOCALHOST@evil.example:{port}", "127.1:{port}",
    "2130706433:{port}", "0x7f000001:{port}", "0177.0.0.1:{port}", "127.0.0.2:{port}", "", " ",
    "127.0.0.1:{port}@evil.example", "127.0.0.1:{port}/", "evil.example#127.0.0.1:{port}",
    "127.0.0.1:{port}, evil.example", "xn--localhost-.example:{port}",
]  # fmt: skip
#: Pages of others that send a decision: CSRF.
ORIGINS = [
    "http://evil.example", "https://127.0.0.1:{port}", "http://127.0.0.1", "http://127.0.0.1:{other}", "null", "",
    "http://localhost:{other}", "http://127.0.0.1:{port}.evil.example", "http://evil.example:{port}", "file://",
    "http://[::1]:{port}", "http://user@127.0.0.1:{port}", "http://127.0.0.1:{port}/", "chrome-extension://abcdef",
    "http://127.0.0.1:{port} http://evil.example",
]  # fmt: skip
TYPES = [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/json",
    "application/jsonp", "application/json, text/plain", "text/plain; application/json",
]  # fmt: skip
SITES = ["cross-site", "same-site", "none, cross-site", ""]
TOKENS = [None, "", "x", "null", "{short}", "{long}", "{cookie}", "{entry}"]
COOKIES = [None, "", "provenance=x", "provenance-{port}=", "provenance-{port}=x", "provenance-{other}={known}",
           "x={known}", "provenance-{port}={known}x", "provenance-{port}={known}; provenance-{port}=x"]  # fmt: skip
METHODS = ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "post", "PROPFIND"]


def refused_requests(browser: Browser) -> Iterator[tuple[str, str, str, dict[str, str], bytes | None]]:
    """Name, method, path, headers and body of every attempt; each would be answered but for what its name says."""
    port = browser.server.port
    known = browser.cookie.partition("=")[2]
    fill = {"port": port, "other": port + 1, "known": known, "cookie": known, "entry": browser.server.entry,
            "short": browser.token[:-1], "long": browser.token + "x"}  # fmt: skip
    own = browser.headers

    def without(*names: str) -> dict[str, str]:
        return {name: value for name, value in own.items() if name not in names}

    for host in HOSTS:
        said = host.format(**fill)
        yield f"read as {host!r}", "GET", "/state", {"Host": said, "Cookie": browser.cookie}, None
        yield f"write as {host!r}", "POST", "/decide", {**own, "Host": said, "Origin": f"http://{said}"}, DECISION
    for origin in ORIGINS:
        yield f"origin {origin!r}", "POST", "/decide", {**own, "Origin": origin.format(**fill)}, DECISION
    yield "no origin", "POST", "/decide", without("Origin"), DECISION
    for kind in TYPES:
        yield f"type {kind!r}", "POST", "/decide", {**own, "Content-Type": kind}, DECISION
    yield "no type", "POST", "/decide", without("Content-Type"), DECISION
    for site in SITES:
        yield f"site {site!r}", "POST", "/decide", {**own, "Sec-Fetch-Site": site}, DECISION
        yield f"read from {site!r}", "GET", "/state", {"Cookie": browser.cookie, "Sec-Fetch-Site": site}, None
    for token in TOKENS:
        given = {} if token is None else {"X-Provenance-Token": token.format(**fill)}
        yield f"token {token!r}", "POST", "/decide", {**without("X-Provenance-Token"), **given}, DECISION
    for cookie in COOKIES:
        given = {} if cookie is None else {"Cookie": cookie.format(**fill)}
        yield f"cookie {cookie!r}", "POST", "/decide", {**without("Cookie"), **given}, DECISION
        yield f"read with cookie {cookie!r}", "GET", "/state", given, None
    for method in METHODS:
        yield f"method {method}", method, "/decide", own, DECISION if method not in ("GET", "HEAD") else None
    for path in ("/enter", "/undo", "/preview"):
        yield f"GET {path}", "GET", path, own, None
    query = "/decide?verdict=same&about=pair&editor=Mallory"
    yield "a decision in an address", "GET", query, own, None
    yield "entering with the wrong token", "POST", "/enter", own, json.dumps({"token": browser.token}).encode()
    yield "entering with no token", "POST", "/enter", own, b"{}"
    yield "entering with a number", "POST", "/enter", own, b'{"token": 1}'
    yield (
        "entering from elsewhere",
        "POST",
        "/enter",
        {**own, "Origin": "http://evil.example"},
        json.dumps({"token": browser.server.entry}).encode(),
    )
    overridden = {**own, "X-HTTP-Method-Override": "POST"}
    yield "method override", "GET", "/decide", overridden, None
    forwarded = {
        **own,
        "Host": "evil.example",
        "X-Forwarded-Host": f"127.0.0.1:{port}",
        "Forwarded": f"host=127.0.0.1:{port}",
    }
    yield "forwarded host", "POST", "/decide", forwarded, DECISION


def test_every_attempt_of_another_site_is_refused_and_changes_nothing(browser: Browser) -> None:
    before = browser.server.log()
    attempts = list(refused_requests(browser))
    assert len(attempts) >= 55
    answered = {}
    for name, method, path, headers, body in attempts:
        answer = browser.server.ask(method, path, headers, body)
        if not 400 <= answer.status < 500:
            answered[name] = answer.status
        assert b"ferry" not in answer.body, name
        assert "set-cookie" not in answer.headers, name
        assert "access-control-allow-origin" not in answer.headers, name
    print(f"{len(attempts) - len(answered)} of {len(attempts)} refused")
    assert not answered
    assert browser.server.log() == before
    assert browser.get("/rows").json() == {"rows": 0}
    # the same request with nothing wrong in it is answered, or the above proves nothing
    assert browser.post("/preview", json.loads(DECISION)).status == 200


def raw(server: Server, request: bytes) -> bytes:
    """What comes back for bytes that no client library would send."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        parts = []
        # It hung up before all was sent: reset while sending, or no longer connected when the end is to be told.
        with contextlib.suppress(OSError):
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    "request_line",
    [
        "GET http://evil.example/state HTTP/1.1", "GET //evil.example/state HTTP/1.1", "GET /state/ HTTP/1.1",
        "GET /../state HTTP/1.1", "GET /%2e%2e/etc/passwd HTTP/1.1", "GET /..%2f..%2fetc/passwd HTTP/1.1",
        "GET /state%00 HTTP/1.1", "GET /verdicts.sqlite HTTP/1.1", "GET /documents.parquet HTTP/1.1",
        "GET \\state HTTP/1.1", "GET /static/../../run.json HTTP/1.1", "get /state HTTP/1.1", "BREW / HTTP/1.1",
    ],
)  # fmt: skip
def test_no_path_leads_elsewhere(browser: Browser, request_line: str) -> None:
    host = f"Host: 127.0.0.1:{browser.server.port}"
    head = f"{request_line}\r\n{host}\r\nCookie: {browser.cookie}\r\nConnection: close\r\n\r\n"
    answer = raw(browser.server, head.encode())
    status = int(answer.split(b" ", 2)[1])
    assert 400 <= status < 500, answer[:200]
    assert b"location:" not in answer.lower()


def test_two_hosts_no_host_and_smuggled_bodies_are_refused(browser: Browser) -> None:
    port, cookie = browser.server.port, browser.cookie
    own = "".join(f"{name}: {value}\r\n" for name, value in browser.headers.items())
    for head in (
        f"GET /state HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example\r\nCookie: {cookie}\r\n\r\n",
        f"GET /state HTTP/1.1\r\nCookie: {cookie}\r\n\r\n",
        f"GET /state HTTP/1.0\r\nCookie: {cookie}\r\n\r\n",
        f"POST /decide HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{own}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{{}}",
        f"POST /decide HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{own}Content-Length: -1\r\n\r\n{{}}",
        f"POST /decide HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{own}Transfer-Encoding: gzip\r\n\r\n{{}}",
        f"GET /state HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX: {'x' * 200_000}\r\n\r\n",
        "\r\n\r\n",
    ):
        answer = raw(browser.server, head.encode())
        assert not answer or 400 <= int(answer.split(b" ", 2)[1]) < 500, answer[:200]
    assert browser.get("/rows").json() == {"rows": 0}


WRONG = [
    b"", b"[]", b"nonsense", b"[" * 100_000, b"\xff", b'{"verdict": 1}', b'{"verdict": "same", "about": "x"}',
    b'{"verdict": "same", "about": [[1]], "editor": "x"}', b'{"verdict": "same", "about": [], "editor": "x"}',
    b'{"verdict": "undo", "about": [["pair", "ferry", "again"]], "editor": "x"}',
    b'{"verdict": "same", "about": [["pair", "ferry", "again"]], "editor": ""}',
    b'{"verdict": "same", "about": [["pair", "ferry", "again"]], "editor": "\\ud800"}',
]  # fmt: skip


def test_bodies_have_a_limit_said_and_unsaid(browser: Browser) -> None:
    large = b'{"note": "' + b"x" * (1 << 20) + b'"}'
    with contextlib.suppress(ConnectionError):  # it may hang up while the rest is still being sent
        assert browser.server.ask("POST", "/decide", browser.headers, large).status == 413
    chunks = b"".join(b"10000\r\n" + b"x" * 0x10000 + b"\r\n" for _ in range(20)) + b"0\r\n\r\n"
    own = "".join(f"{name}: {value}\r\n" for name, value in browser.headers.items())
    head = f"POST /decide HTTP/1.1\r\nHost: 127.0.0.1:{browser.server.port}\r\n{own}Transfer-Encoding: chunked\r\n\r\n"
    answer = raw(browser.server, head.encode() + chunks)
    assert not answer or b" 413 " in answer.split(b"\r\n")[0]
    for body in WRONG:
        assert browser.server.ask("POST", "/decide", browser.headers, body).status == 400, body
    assert browser.get("/rows").json() == {"rows": 0}


def test_answers_say_what_browsers_are_to_heed(browser: Browser) -> None:
    for answer in (browser.get("/"), browser.get("/state"), browser.server.ask("GET", "/"), browser.get("/none")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
    door = browser.server.ask("GET", "/")
    assert b"ferry" not in door.body
    assert browser.token.encode() not in door.body
    assert b"unsafe" not in door.body


def test_the_cookie_is_for_this_site_alone(server: Server) -> None:
    own = {"Origin": server.origin, "Content-Type": "application/json"}
    entered = server.ask("POST", "/enter", own, json.dumps({"token": server.entry}).encode())
    flags = entered.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=strict" in flags
    assert "domain" not in flags


def test_nothing_listens_on_another_address(server: Server) -> None:
    """127.0.0.2 is this machine too, and what listens everywhere answers there."""
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", server.port), timeout=5).close()
