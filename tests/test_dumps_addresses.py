"""Inputs by address: a web server of the standard library's and a real S3 protocol (moto), both on this machine."""

from __future__ import annotations

import functools
import gzip
import http.server
import io
import random
import shutil
import tempfile
import threading
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import obstore
import polars as pl
import pytest

from provenance.dumps import addresses
from provenance.dumps.addresses import fetch, find_addresses
from provenance.dumps.reading import read
from provenance.dumps.walk import find_sources
from provenance.errors import UsageError
from provenance.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = Settings()
TEXT = "The council of the harbour agreed on Tuesday to pay for a second dredger, and the fishermen did not object."
PAGE = f"<html><head><title>Second dredger</title></head><body><article><p>{TEXT}</p></article></body></html>"


class Server(http.server.SimpleHTTPRequestHandler):
    """A folder over HTTP; under /short/ what is there breaks off, and /loop goes on for ever."""

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
        elif self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            self.end_headers()
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
    assert run.rejects.height == 0
    assert run.inputs.filter(pl.col("path").str.ends_with("a.txt")).select("bytes", "xxh3_128").row(0) == (
        read([str(tmp_path / "served" / "a.txt")], SETTINGS).inputs.select("bytes", "xxh3_128").row(0)
    )


def test_what_does_not_come_whole_is_a_reject(web: str, tmp_path: Path) -> None:
    files(tmp_path / "served")
    (tmp_path / "served" / "long.txt").write_text(f"{TEXT}\n" * 1000)
    told = {
        f"{web}/short/long.txt": "it breaks off: 54,000 of 108,000 bytes came",
        f"{web}/none.txt": "the server says 404 File not found",
        f"{web}/loop": "the server says 302 The HTTP server returned a redirect error",
        f"{web}/elsewhere": "the server says 302 Found - Redirection to url 'file:///etc/hostname'",
        "http://127.0.0.1:1/x.txt": "not fetched: <urlopen error [Errno 111] Connection refused>",
        "http://[q/x.txt": "not fetched: Invalid IPv6 URL",
    }
    run = read([*told, f"{web}/a.txt"], SETTINGS)
    assert run.documents["path"].to_list() == [f"{web}/a.txt"]
    found = dict(run.rejects.filter(reason="unreadable").select("path", "detail").rows())
    assert found.keys() == told.keys()
    assert [path for path in told if not found[path].startswith(told[path])] == []


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
        assert far.documents["text"].equals(near.documents["text"])
        assert far.rejects.drop("path").equals(near.rejects.drop("path"))


def test_a_server_that_never_stops_does_not_fill_the_disk(web: str, tmp_path: Path, monkeypatch: Any) -> None:
    files(tmp_path / "served")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 29))
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    with pytest.raises(OSError, match=f"less than 1 GiB left beside it in {spool}"):
        fetch(f"{web}/a.txt")
    assert list(spool.iterdir()) == []


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    moto = pytest.importorskip("moto.server", reason="moto is not installed: pip install 'moto[s3,server]'")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
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


def test_what_a_bucket_does_not_give_is_a_reject_in_one_line(bucket: str) -> None:
    run = read([f"{bucket}/none.txt", "s3://nobodys/", "s3://nobodys/x.txt"], SETTINGS)
    told = dict(run.rejects.select("path", "detail").rows())
    assert run.rejects["reason"].to_list() == ["unreadable"] * 3
    assert told[f"{bucket}/none.txt"].startswith("not fetched: Object at location none.txt not found")
    assert all("\n" not in detail and len(detail) < 300 for detail in told.values())


def test_an_address_of_a_file_is_the_file(tmp_path: Path) -> None:
    files(tmp_path)
    run = read([f"file://{tmp_path}/a%20b.jsonl.gz", f"file://{tmp_path}/a.t*"], SETTINGS)
    assert sorted(run.documents["path"]) == [f"{tmp_path}/a b.jsonl.gz", f"{tmp_path}/a.txt"]
    with pytest.raises(UsageError, match="is not there"):
        read([f"file://{tmp_path}/none.parquet"], SETTINGS)
