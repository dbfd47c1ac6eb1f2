"""Reading for the tests of dumps: every table that comes out is checked on the way."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

from provenance import tables
from provenance.dumps.reading import read
from provenance.dumps.rejects import REASONS
from provenance.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from provenance.tables import Read


def scan(*inputs: Path | str, stdin: bytes | None = None, **options: Any) -> Read:
    found = read(
        [str(name) for name in inputs],
        Settings(**options),
        stdin=io.BytesIO(stdin) if stdin is not None else None,
    )
    tables.check(found.documents, tables.DOCUMENTS, "documents")
    tables.check(found.rejects, tables.REJECTS, "rejects")
    tables.check(found.inputs, tables.INPUTS, "inputs")
    assert found.documents["doc_id"].is_unique().all()
    assert set(found.rejects["reason"]) <= set(REASONS)
    assert all("\n" not in detail for detail in found.rejects["detail"])
    assert found.inputs["documents"].sum() == found.documents.height
    return found


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def page(body: str, head: str = "", title: str = "Second dredger for the harbour") -> str:
    """A small news page."""
    menu = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
    return (
        f"<!DOCTYPE html><html lang='en-GB'><head><title>{title} | Quay Post</title>{head}</head><body>{menu}"
        f"<article><h1>{title}</h1>{body}</article><footer>All rights reserved. Quay Post 2020.</footer></body></html>"
    )


PARAGRAPHS = (
    "The council of the harbour town agreed on Tuesday to buy a second dredger, because the first lay idle all winter.",
    "The mayor said that the boats of the fishing fleet could no longer leave at low tide, and that there was money.",
    "Two members voted against it and asked why the old machine had never been mended by the yard that built it.",
)
TEXT = "The council of the harbour town agreed on Tuesday to buy a second dredger.\nIt was late."
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def record(kind: str, uri: str, body: bytes, mark: str = "text/plain") -> bytes:
    digest = f"sha1:{base64.b32encode(hashlib.sha1(body).digest()).decode()}"
    fields = {
        "WARC-Type": kind, "WARC-Target-URI": uri, "WARC-Date": "2021-05-06T07:08:09Z", "WARC-Block-Digest": digest,
        "Content-Type": mark,
    }  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"WARC/1.0\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n\r\n"


def response(
    uri: str, body: bytes, kind: str = "text/html; charset=utf-8", status: str = "200 OK", **head: str
) -> bytes:
    fields = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in head.items())
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{fields}\r\n".encode() + body
    return record("response", uri, http, "application/http; msgtype=response")
