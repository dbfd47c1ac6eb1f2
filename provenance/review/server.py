"""The page of a run, served to this machine alone, with what an editor needs to decide."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from provenance.errors import ProvenanceError, UsageError
from provenance.reports.page import Served, render
from provenance.review.desk import Asked, Desk
from provenance.review.guard import Guard, Secrets
from provenance.review.log import Decision, export_lines
from provenance.verdicts import subjects
from provenance.verdicts.standing import not_undone

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from provenance.reports.runs import Run

ADDRESS = "127.0.0.1"  # and no other: whoever may reach another address may read the dump

ENTER = """
const token = window.location.hash.slice(1);
const said = document.getElementById("said");
if (/^[\\w-]{20,}$/.test(token)) {
  history.replaceState(null, "", "/");
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/enter", { method: "POST", headers, body: JSON.stringify({ token }) });
  if (answer.ok) window.location.reload();
  else said.textContent = "This address is of an earlier run of the command.";
}
"""
#: What a browser without our cookie sees: nothing of the dump.
DOOR = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>provenance review</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; connect-src 'self'; script-src 'sha256-{
    base64.b64encode(hashlib.sha256(ENTER.encode()).digest()).decode()
}'"></head>
<body><main><h1>provenance review</h1><p id="said" role="status">Open the address that the command printed, with all of
it behind the #.</p></main><script type="module">{ENTER}</script></body></html>
"""


class Review:
    """One run under review, as answers to requests."""

    def __init__(self, run: Run, desk: Desk, editor: str, known: Secrets) -> None:
        self.desk, self.known, self.door = desk, known, DOOR
        served = Served(
            scripts=("review.js",),
            styles=("review.css",),
            connect="'self'",
            values={"token": known.token, "editor": editor},
        )
        self.page = render(run, served)

    def app(self, port: int) -> ASGIApp:
        """The application behind its guard."""
        reads: dict[str, Callable[[Request], Any]] = {
            "/state": lambda _: JSONResponse(self.desk.state()),
            "/rows": lambda _: JSONResponse({"rows": self.desk.log.count()}),
            "/export": self.export,
        }
        writes = {"/enter": self.enter, "/preview": self.preview, "/decide": self.decide, "/undo": self.undo}
        routes = [Route("/", _answer(self.show), methods=["GET"])]
        routes += [Route(path, _answer(read), methods=["GET"]) for path, read in reads.items()]
        routes += [Route(path, _answer(write), methods=["POST"]) for path, write in writes.items()]
        inner = Starlette(routes=routes)
        inner.router.redirect_slashes = False  # an address that is not ours is answered with 404 and leads nowhere
        self.guard = Guard(inner, port, self.known)
        return self.guard

    # -- answers -----------------------------------------------------------------------------------------

    def show(self, request: Request) -> Response:
        """The page, or the door."""
        return HTMLResponse(self.page if self.guard.knows(request.scope) else self.door)

    def export(self, _: Request) -> Response:
        """The log as JSON lines."""
        headers = {"content-disposition": 'attachment; filename="verdicts.jsonl"'}
        lines = "".join(export_lines(self.desk.log.read()))
        return PlainTextResponse(lines, headers=headers)

    def enter(self, said: dict[str, Any]) -> Response:
        """The cookie, for the token that was printed."""
        if not isinstance(said.get("token"), str) or not _same(said["token"], self.known.entry):
            return _refused(403, "this address is of an earlier run of the command")
        answer = JSONResponse({})
        answer.set_cookie(self.guard.cookie, self.known.cookie, httponly=True, samesite="strict", path="/")
        return answer

    def preview(self, said: dict[str, Any]) -> Response:
        """What an answer would do."""
        return JSONResponse(self.desk.preview(_asked(said)))

    def decide(self, said: dict[str, Any]) -> Response:
        """Add the rows of an answer. Of several, only if the page knows how many."""
        asked, editor = _asked(said), _text(said, "editor")
        rows = self.desk.decisions(asked)
        if len(rows) > 1 and said.get("expect") != len(rows):
            return _refused(409, f"this adds {len(rows):,} decisions, not {said.get('expect')}; look at the preview")
        # What others said since the page was drawn is kept, and told: nobody's word is lost by another's.
        others = [row for row in self.desk.preview(asked)["before"] if row["key"] not in (said.get("seen") or [])]
        written = self.desk.log.add(rows, editor)
        keys = [subjects.row_key(row) for row in written]
        return JSONResponse({"keys": keys, "conflict": others, "state": self.desk.state()})

    def undo(self, said: dict[str, Any]) -> Response:
        """Add a row that undoes one, which may itself have undone one."""
        key, editor = _text(said, "key"), _text(said, "editor")
        rows = not_undone(self.desk.log.read().iter_rows(named=True))
        if key not in rows:
            return _refused(409, "this decision no longer stands")
        self.desk.log.add([Decision(str(subjects.decision(rows[key])), "undo")], editor)
        return JSONResponse({"state": self.desk.state()})


def _answer(make: Callable[[Any], Response]) -> Callable[[Request], Any]:
    """An endpoint: what is read gets the request, what is written the JSON of its body."""

    async def endpoint(request: Request) -> Response:
        if request.method != "POST":
            return make(request)
        try:
            said = json.loads(await request.body())
        except (ValueError, RecursionError):
            return _refused(400, "this is no JSON")
        if not isinstance(said, dict):
            return _refused(400, "an answer is an object")
        try:
            return make(said)
        except ProvenanceError as error:
            return _refused(400, str(error))

    return endpoint


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status_code=status)


def _same(one: str, other: str) -> bool:
    return hashlib.blake2b(one.encode("utf-8", "replace")).digest() == hashlib.blake2b(other.encode()).digest()


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise UsageError(f"{name} is not text")
    return value


def _asked(said: dict[str, Any]) -> Asked:
    about = said.get("about")
    if not isinstance(about, list) or not all(
        isinstance(slot, list) and slot and all(isinstance(name, str) for name in slot) for slot in about
    ):
        raise UsageError("about is not a list of places of the page")
    return Asked(_text(said, "verdict"), tuple(map(tuple, about)), _text(said, "note"))


# -- serving ---------------------------------------------------------------------------------------------


def listen(port: int) -> socket.socket:
    """A socket on this machine's own address. Raises UsageError where the port is taken."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((ADDRESS, port))
        bound.listen(64)
    except OSError as error:
        bound.close()
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"port {port}: {why}; give another with --port, or 0 for any") from None
    return bound


def serve(app: ASGIApp, bound: socket.socket) -> None:
    """Answer requests until the process is interrupted."""
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", log_level="error", access_log=False, server_header=False,
        date_header=False, proxy_headers=False, timeout_keep_alive=5, limit_concurrency=64,
        h11_max_incomplete_event_size=1 << 16, timeout_graceful_shutdown=2,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[bound])
