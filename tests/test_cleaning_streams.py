"""What can be read once only, a stream or a pipe, is cleaned as it comes, and gives the same."""

from __future__ import annotations

import http.server
import json
import os
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.cleaning import FORMATS, ONE, OTHER, RECORDS, as_json_lines
from tests.commands import call, conversing, said
from tests.strategies import SENTENCES

pytestmark = pytest.mark.usefixtures("bare_folder")


@pytest.mark.parametrize("listed", [(), ("--removals", "gone.parquet")])
def test_a_stream_says_how_many_went_whether_or_not_they_are_listed(listed: tuple[str, ...]) -> None:
    given = "".join(
        json.dumps({"id": name, "text": text}) + "\n" for name, text in (("a", ONE), ("b", ONE), ("c", OTHER))
    )
    result = call("clean", "-", "-o", "-", "--keep", "first", *listed, given=given.encode())
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a", "c"]
    assert said(result) == ["read 3, kept 2, removed 1 (duplicate 1), rejected 0, S s"]


def test_a_stream_is_rebuilt_to_the_byte_and_gives_on_what_has_come() -> None:
    octets = as_json_lines()
    result = call("clean", "-", "-o", "-", "--keep", "first", "--removals", "gone.parquet", "-q", given=octets)
    assert result.exit_code == 3
    gone = pl.read_parquet("gone.parquet")
    assert gone.select("doc_id", "reason", "counterpart").rows() == [
        ("c", "near_duplicate", "a"),
        ("d", "duplicate", "a"),
    ]
    lost = dict(gone.select("row", "record").iter_rows())
    lines = octets.splitlines(keepends=True)
    assert result.stdout_bytes == b"".join(line for number, line in enumerate(lines) if number not in lost)
    assert all(lines[number] == record for number, record in lost.items())
    # nothing waits for the end of the input
    with conversing("clean", "-", "-o", "-", "--keep", "first", "-q") as (process, stdin, stdout):
        for record in (RECORDS[0], RECORDS[3], RECORDS[1]):
            stdin.write(json.dumps(record).encode() + b"\n")
            stdin.flush()
            if record is not RECORDS[3]:
                assert json.loads(stdout.readline())["id"] == record["id"]
        stdin.close()
        assert stdout.read() == b""
        assert process.wait() == 0


def test_a_list_that_cannot_be_written_is_said_and_leaves_nothing() -> None:
    Path("file").write_text("here already", encoding="utf-8")
    given = (json.dumps({"id": "a", "text": SENTENCES[0]}) + "\n").encode()
    result = call("clean", "-", "-o", "-", "--keep", "first", "--removals", "file/gone.parquet", "-q", given=given)
    assert result.exit_code == 2
    assert "file: cannot be written (file exists)" in result.stderr
    assert [path.name for path in Path().iterdir()] == ["file"]


def test_what_can_be_read_once_only_is_cleaned_in_its_own_format() -> None:
    octets = FORMATS["d.csv"]
    Path("d.csv").write_bytes(octets)
    assert call("clean", "d.csv", "-o", "whole.csv", "--keep", "first", "-q").exit_code == 3

    os.mkfifo("pipe.csv")
    writing = threading.Thread(target=Path("pipe.csv").write_bytes, args=(octets,))
    writing.start()
    assert call("clean", "pipe.csv", "-o", "piped.csv", "--keep", "first", "-q").exit_code == 3
    writing.join()

    served: list[str] = []

    class Once(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if self.path in served or self.path == "/none/" else 200)
            served.append(self.path)
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Once) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        web = f"http://127.0.0.1:{server.server_port}"
        assert call("clean", f"{web}/d.csv", "-o", "fetched.csv", "--keep", "first", "-q").exit_code == 3
        assert call("clean", f"{web}/e.csv", f"{web}/none/", "-o", "both", "--keep", "first", "-q").exit_code == 3
        server.shutdown()
        thread.join()
    whole = Path("whole.csv").read_bytes()
    assert len(whole) < len(octets)
    assert [Path(name).read_bytes() for name in ("piped.csv", "fetched.csv", "both/e.csv")] == [whole] * 3
