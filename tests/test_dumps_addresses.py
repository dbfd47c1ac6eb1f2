"""Inputs by address: a web server of the standard library's and a real S3 protocol (moto), both on this machine."""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import io
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import obstore
import polars as pl
import pytest

from provenance.dumps.reading import read
from provenance.dumps.sources import addresses, downloads
from provenance.dumps.sources.addresses import fetch, find_addresses
from provenance.dumps.sources.walk import find_sources
from provenance.errors import UsageError
from provenance.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = Settings()
READ_IT = "from provenance.dumps.sources.addresses import fetch; fetch('s3://news/a.txt')"
TEXT = "The council of the harbour agreed on Tuesday to pay for a second dredger, and the fishermen did not object."
PAGE = f"<html><head><title>Second dredger</title></head><body><article><p>{TEXT}</p></article></body></html>"


#: Answers as a server of another mind gives them: a length of 5,000 digits, a part of the file, nothing.
ANSWERS = {
    "/digits.txt": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n" + TEXT.encode(),
    "/chunks.txt": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6b\r\n" + TEXT.encode() + b"\r\n0\r\n\r\n",
    "/cut.txt": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6b\r\n" + TEXT.encode() + b"\r\n",
    "/part.txt": b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-106/999\r\nContent-Length: 107\r\n\r\n"
    + TEXT.encode(),
    "/none.txt": b"HTTP/1.1 204 Nothing\r\n\r\n",
}
SENT: list[int] = []
RUSSIAN = "Совет гавани согласился заплатить за вторую драгу, и рыбаки не возражали."
for name, media, content in (
    ("/export?as=table", "text/csv; charset=utf-8", f'id,text\n007,"{TEXT}"\n'.encode()),
    ("/answer", "text/csv", f'{{"text": "{TEXT}"}}\n{{"text": "{TEXT}"}}'.encode()),
    ("/story", "text/html;charset=windows-1251", f"<p>{RUSSIAN}</p>".encode("cp1251")),
    ("/old.txt", "text/plain; charset=KOI8-R", RUSSIAN.encode("koi8_r")),
    ("/odd.txt", "text/plain; charset=" + "x" * 9000, TEXT.encode()),
):
    ANSWERS[name] = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n\r\n".encode() + content


class Server(http.server.SimpleHTTPRequestHandler):
    """A folder over HTTP; /short/ breaks off, /loop leads to itself, /to/ elsewhere, /wordy says much on the way."""

    def do_GET(self) -> None:
        if self.path.startswith("/short/"):
            self.path = self.path.removeprefix("/short")
            octets = Path(self.directory, self.path[1:]).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets[: len(octets) // 2])
        elif self.path == "/loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.end_headers()
        elif self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        elif self.path in ANSWERS:
            self.wfile.write(ANSWERS[self.path])
        elif self.path == "/wordy":
            self.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /a.txt\r\n\r\n")
            with contextlib.suppress(OSError):
                for _ in range(64):
                    self.wfile.write(bytes(1 << 20))
                    SENT.append(1 << 20)
        else:
            super().do_GET()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(Server, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def files(folder: Path) -> dict[str, str]:
    """Files of many kinds that all hold TEXT -> what they are read as."""
    frame = pl.DataFrame({"id": ["007"], "text": [TEXT]})
    frame.write_parquet(folder / "a.parquet")
    frame.write_ipc(folder / "a.arrow")
    frame.write_csv(folder / "a.csv")
    frame.write_ndjson(folder / "a.jsonl")
    (folder / "a b.jsonl.gz").write_bytes(gzip.compress((folder / "a.jsonl").read_bytes()))
    (folder / "a.html").write_text(PAGE)
    (folder / "a.txt").write_text(TEXT)
    return {
        "a.parquet": "parquet", "a.arrow": "arrow", "a.csv": "csv", "a.jsonl": "jsonl", "a%20b.jsonl.gz": "jsonl.gz",
        "a.html": "html", "a.txt": "text", "a.csv?day=3&of=1": "csv",
    }  # fmt: skip


def test_every_kind_of_file_is_read_from_a_web_server(web: str, tmp_path: Path) -> None:
    kinds = files(tmp_path / "served")
    run = read([f"{web}/{name}" for name in kinds], SETTINGS)
    assert run.documents["text"].to_list() == [TEXT] * len(kinds)
    assert dict(run.inputs.select("path", "format").rows()) == {f"{web}/{name}": kind for name, kind in kinds.items()}
    assert run.documents.filter(pl.col("path") == f"{web}/a.html")["url"].to_list() == [f"{web}/a.html"]
    assert run.rejects.height == 0
    assert run.inputs.filter(pl.col("path").str.ends_with("a.txt")).select("bytes", "xxh3_128").row(0) == (
        read([str(tmp_path / "served" / "a.txt")], SETTINGS).inputs.select("bytes", "xxh3_128").row(0)
    )


def test_what_does_not_come_whole_is_a_reject(web: str, tmp_path: Path) -> None:
    files(tmp_path / "served")
    (tmp_path / "served" / "long.txt").write_text(f"{TEXT}\n" * 1000)
    told = {
        f"{web}/short/long.txt": "it breaks off: 54,000 of 108,000 bytes came",
        f"{web}/nowhere.txt": "the server says 404 File not found",
        f"{web}/none.txt": "the server gives no file or a part of one: it says 204",
        f"{web}/part.txt": "the server gives no file or a part of one: it says 206",
        f"{web}/cut.txt": "not fetched: IncompleteRead",
        f"{web}/\udcff.txt": "the server says 404 File not found",
        f"{web}/loop": "the server says 302 The HTTP server returned a redirect error",
        f"{web}/to/file:///etc/hostname": "the server says 302 Found - Redirection to url 'file:///etc/hostname'",
        f"{web}/to/ftp://127.0.0.1/a.txt": "not fetched: it redirects to ftp://127.0.0.1/a.txt",
        "http://127.0.0.1:1/x.txt": "not fetched: <urlopen error [Errno 111] Connection refused>",
        "http://[q/x.txt": "not fetched: Invalid IPv6 URL",
    }
    run = read([*told, f"{web}/a.txt"], SETTINGS)
    assert run.documents["path"].to_list() == [f"{web}/a.txt"]
    found = dict(run.rejects.filter(reason="unreadable").select("path", "detail").rows())
    told = {path.replace("\udcff", "\\udcff"): detail for path, detail in told.items()}
    assert found.keys() == told.keys()
    assert [path for path in told if not found[path].startswith(told[path])] == []


def test_what_a_server_says_of_its_answer_is_not_trusted(web: str, tmp_path: Path) -> None:
    files(tmp_path / "served")
    SENT.clear()
    for name in ("digits.txt", "chunks.txt", "to//a.txt", "wordy"):
        with fetch(f"{web}/{name}").file as file:
            assert file.read() == TEXT.encode()
    assert sum(SENT) < 64 << 20, "what came with a redirection was read to its end"


def test_what_a_server_says_of_a_file_is_heard_where_its_name_says_nothing(web: str) -> None:
    run = read([f"{web}/{name}" for name in ("export?as=table", "answer", "story", "old.txt", "odd.txt")], SETTINGS)
    assert run.rejects.rows() == []
    assert dict(run.inputs.select(pl.col("path").str.split("/").list.last(), "format").rows()) == {
        "export?as=table": "csv", "answer": "jsonl", "story": "html", "old.txt": "text", "odd.txt": "text",
    }  # fmt: skip
    told = dict(run.documents.select(pl.col("path").str.split("/").list.last(), "text").rows())
    assert told == {"export?as=table": TEXT, "answer": TEXT, "story": RUSSIAN, "old.txt": RUSSIAN, "odd.txt": TEXT}
    assert "007" in run.documents["doc_id"]


def test_a_server_that_trickles_is_given_up(web: str, tmp_path: Path, monkeypatch: Any) -> None:
    files(tmp_path / "served")
    monkeypatch.setattr(downloads, "time", SimpleNamespace(monotonic=itertools.count(0, 45).__next__))
    with fetch(f"{web}/a.txt").file as file:
        assert file.read() == TEXT.encode()  # whole before its minute has passed
    monkeypatch.setattr(downloads, "_BLOCK", 10)
    with pytest.raises(OSError, match="too slow: 10 bytes came in 90 seconds"):
        fetch(f"{web}/a.txt")


def test_an_address_with_a_password_is_refused_without_showing_it() -> None:
    for name in ("https://me:hush@quay.example/a.txt?x=@", "s3://me:hu@sh@news/", "http://:hush@[::1]/"):
        with pytest.raises(UsageError, match="holds a password") as caught:
            find_sources([name])
        assert "hush" not in str(caught.value)
        assert "sh@" not in str(caught.value)
    plain = ["abfss://box@account.dfs.core.windows.net/a.txt", "https://quay.example/at:12/me@home.txt"]
    assert [source.path for source in find_sources(plain)[0]] == plain


def test_a_damaged_parquet_is_tried_by_a_worker_wherever_it_lies(web: str, tmp_path: Path) -> None:
    whole = io.BytesIO()
    pl.DataFrame({"text": [f"{TEXT} {at}" for at in range(2000)]}).write_parquet(whole, compression="uncompressed")
    chance = random.Random(7)
    for at in range(6):
        octets = bytearray(whole.getvalue())
        for _ in range(3):
            octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
        octets[-chance.randrange(9, 200)] ^= 64  # in the footer, where lengths stand
        (tmp_path / "served" / f"{at}.parquet").write_bytes(octets)
        near = read([str(tmp_path / "served" / f"{at}.parquet")], SETTINGS)
        far = read([f"{web}/{at}.parquet"], SETTINGS)
        assert far.rejects.drop("path").rows() == near.rejects.drop("path").rows()
        assert far.documents["text"].equals(near.documents["text"])


def test_a_server_that_never_stops_does_not_fill_the_disk(web: str, tmp_path: Path, monkeypatch: Any) -> None:
    files(tmp_path / "served")
    monkeypatch.setattr(addresses, "_LOOK_EVERY", 64)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 29))
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    with pytest.raises(OSError, match=f"less than 1 GiB left beside it in {spool}"):
        fetch(f"{web}/a.txt")
    assert list(spool.iterdir()) == []


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # noqa: PLC0415  a second of imports that only these tests need

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_REGION", "us-east-1")
        urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/news", method="PUT")).close()
        yield "s3://news"
    server.stop()


def put(bucket: str, name: str, octets: bytes) -> None:
    obstore.put(addresses._store(bucket), name, octets)


def test_a_bucket_is_read_by_address_folder_and_glob(bucket: str, tmp_path: Path) -> None:
    files(tmp_path)
    for name in ("a.parquet", "a.txt", "a b.jsonl.gz"):
        put(bucket, f"2020/{name}", (tmp_path / name).read_bytes())
    put(bucket, "2020/05/b.txt", TEXT.encode())
    put(bucket, "2020/.hidden.txt", TEXT.encode())
    run = read([f"{bucket}/2020/"], SETTINGS)
    every = [f"{bucket}/2020/{name}" for name in ("05/b.txt", "a b.jsonl.gz", "a.parquet", "a.txt")]
    assert sorted(run.documents["path"]) == every
    assert set(run.documents["text"]) == {TEXT}
    assert find_addresses(f"{bucket}/2020/*.txt") == [every[3]]
    assert find_addresses(f"{bucket}/*/**/*.txt") == [every[0], every[3]]
    assert find_addresses(f"{bucket}/202[01]/a.p*") == [every[2]]
    with pytest.raises(UsageError, match=r"input s3://news/1999/\* matches no file"):
        find_sources([f"{bucket}/1999/*"])


def test_names_that_mean_something_to_globs_and_queries_are_names(bucket: str, tmp_path: Path) -> None:
    files(tmp_path)
    for name in ("who?.csv", "[a].txt", "a*.txt", "a%20b.txt", "a b#.txt", "ü%.txt"):
        put(bucket, f"odd/{name}", (tmp_path / ("a.csv" if name.endswith(".csv") else "a.txt")).read_bytes())
    marker = f"{os.environ['AWS_ENDPOINT_URL']}/news/odd/folder/"  # as a console makes one
    urllib.request.urlopen(urllib.request.Request(marker, b"", method="PUT")).close()
    put(bucket, "odd/empty.txt", b"")
    run = read([f"{bucket}/odd/"], SETTINGS)
    assert set(run.documents["text"]) == {TEXT}
    assert run.documents.height == 6
    assert run.inputs.filter(format="csv")["path"].to_list() == [f"{bucket}/odd/who?.csv"]
    assert run.rejects.select("path", "reason").rows() == [(f"{bucket}/odd/empty.txt", "empty")]
    assert find_addresses(f"{bucket}/odd/[a].txt") == [f"{bucket}/odd/[a].txt"]
    assert find_addresses(f"{bucket}/odd/a*.txt") == [f"{bucket}/odd/a*.txt"]
    assert set(find_addresses(f"{bucket}/odd/")) < set(find_addresses(bucket))


def test_what_a_bucket_does_not_give_is_a_reject_in_one_line(bucket: str) -> None:
    run = read([f"{bucket}/none.txt", "s3://nobodys/", "s3://nobodys/x.txt"], SETTINGS)
    told = dict(run.rejects.select("path", "detail").rows())
    assert run.rejects["reason"].to_list() == ["unreadable"] * 3
    assert told[f"{bucket}/none.txt"] == "not there; the address of a folder ends in /"
    assert all("\n" not in detail and len(detail) < 300 for detail in told.values())


def test_a_store_that_hangs_can_be_interrupted() -> None:
    asked = threading.Event()

    class Silent(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            done.wait()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    done = threading.Event()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        store = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", "AWS_REGION": "us-east-1"}
        keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "testing")
        command = [sys.executable, "-c", READ_IT]
        with subprocess.Popen(command, env=os.environ | store | keys, stderr=subprocess.PIPE, text=True) as running:
            assert asked.wait(30)
            running.send_signal(signal.SIGINT)
            try:
                told = running.communicate(timeout=20)[1]
            finally:
                running.kill()
                done.set()
                server.shutdown()
                thread.join()
    assert told.splitlines()[-1] == "KeyboardInterrupt"


def test_an_address_of_a_file_is_the_file(tmp_path: Path) -> None:
    files(tmp_path)
    run = read([f"file://{tmp_path}/a%20b.jsonl.gz", f"file://{tmp_path}/a.t*"], SETTINGS)
    assert sorted(run.documents["path"]) == [f"{tmp_path}/a b.jsonl.gz", f"{tmp_path}/a.txt"]
    with pytest.raises(UsageError, match="is not there"):
        read([f"file://{tmp_path}/none.parquet"], SETTINGS)
    with pytest.raises(UsageError, match="is not the name of a file"):
        read(["file:///a%00.txt"], SETTINGS)
