"""A real `provenance review` for tests: a process of its own, reached over real sockets."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import provenance as pv
from tests.editors import ASIDE, CHERRIES, FERRY, QUAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

ROOT = Path(__file__).resolve().parent.parent
AGAIN = f"{FERRY} The owner would not say more."
ARABIC = (
    "أعلنت هيئة الميناء مساء الثلاثاء إغلاق الرصيف الشمالي حتى الأسبوع الأول من شهر أيار لإجراء الإصلاحات اللازمة، "
    "وطلبت من شركة العبارات نقل قواربها إلى سوق السمك القديم طوال فترة العمل، وقالت إن الصيادين لن يتأثروا بذلك كثيرا."
)


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class Server(NamedTuple):
    """A running review."""

    folder: Path
    port: int
    entry: str
    process: subprocess.Popen[str]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"{self.origin}/#{self.entry}"

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            given = {"Host": f"127.0.0.1:{self.port}", **(headers or {})}
            if body is not None and "Content-Length" not in given and "Transfer-Encoding" not in given:
                given["Content-Length"] = str(len(body))
            for name, value in given.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def log(self) -> bytes:
        """What the log says, as its export does."""
        command = [sys.executable, "-m", "provenance", "review", str(self.folder), "--export", "-"]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout


class Browser:
    """An editor's browser, as far as the protocol goes: knows the cookie and the token of the page."""

    def __init__(self, server: Server, editor: str = "Ann") -> None:
        self.server, self.editor = server, editor
        own = {"Origin": server.origin, "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
        entered = server.ask("POST", "/enter", own, json.dumps({"token": server.entry}).encode())
        assert entered.status == 200, entered.body
        self.cookie = entered.headers["set-cookie"].partition(";")[0]
        page = server.ask("GET", "/", {"Cookie": self.cookie}).body.decode()
        self.token = page.partition('data-token="')[2].partition('"')[0]
        self.headers = {**own, "Cookie": self.cookie, "X-Provenance-Token": self.token}

    def get(self, path: str) -> Answer:
        return self.server.ask("GET", path, {"Cookie": self.cookie})

    def post(self, path: str, said: object, **headers: str) -> Answer:
        return self.server.ask("POST", path, {**self.headers, **headers}, json.dumps(said).encode())

    def decide(self, verdict: str, *about: list[str], **more: object) -> Answer:
        return self.post("/decide", {"verdict": verdict, "about": about, "editor": self.editor, **more})


def stories() -> pl.DataFrame:
    """Two groups of articles, one of them in Arabic, a notice that repeats, and an article alone."""
    import polars as pl  # noqa: PLC0415

    texts = {
        "ferry": FERRY, "again": AGAIN, "third": f"{FERRY} It was her second accident this year.",
        "quay": f"{QUAY}\n\n{ASIDE}", "cherries": f"{CHERRIES}\n\n{ASIDE}", "arabic": ARABIC,
        "arabic2": f"{ARABIC} انتهى.",
    }  # fmt: skip
    outlets = ["Post", "Herald", "Herald", "Post", "Mail", "صدى", "الخبر"]
    days = [f"2026-01-0{day}T10:00:00Z" for day in range(1, 8)]
    return pl.DataFrame({"id": list(texts), "text": list(texts.values()), "outlet": outlets, "published": days})


@cache
def stories_run() -> pv.Run:
    """Scanned once for all tests of a process."""
    return pv.scan(stories())


def write_run(folder: Path) -> Path:
    stories_run().write(folder)
    return folder


@contextmanager
def reviewing(folder: Path, *words: str) -> Iterator[Server]:
    """A review of the run in `folder` while the block runs."""
    command = [sys.executable, "-m", "provenance", "review", str(folder), "--editor", "Ann", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("review: http://127.0.0.1:"), line or process.stderr.read()
        address = urlsplit(line.split()[1])
        yield Server(folder, address.port or 0, address.fragment, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()
