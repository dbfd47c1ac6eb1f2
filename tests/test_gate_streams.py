"""The gate in a pipe: findings as articles come, errors counted over the whole, readers that go away."""

from __future__ import annotations

import io
import json

import polars as pl
import pytest

from provenance.dumps.streaming import Streamed
from provenance.errors import InputError
from provenance.index import Index
from provenance.settings import Settings
from tests.cleaning import ONE, OTHER
from tests.commands import conversing, write_lines
from tests.gate import INDEX, old
from tests.strategies import SENTENCES

pytestmark = pytest.mark.usefixtures("bare_folder")


class Pipe(io.BytesIO):
    """A stream that gives what it was made of block by block, and pauses behind each."""

    def __init__(self, *blocks: bytes) -> None:
        super().__init__()
        self.blocks = list(blocks)

    def read1(self, _size: int | None = -1) -> bytes:
        return self.blocks.pop(0) if self.blocks else b""


def lines_of(*texts: str) -> list[bytes]:
    return [json.dumps({"text": text}).encode() + b"\n" for text in texts]


def test_the_first_line_of_a_pipe_may_lack_a_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.dumps.streaming._more_at_once", lambda _: False)
    pipe = Pipe(*lines_of(ONE), b'{"text": "Another.", "paper": "Post"}\n')
    monkeypatch.setattr(pipe, "peek", lambda _: b"{", raising=False)
    found = list(Streamed(["-"], Settings(outlet="paper"), pipe))
    assert [frame["outlet"].item() for frame in found] == [None, "Post"]


def test_a_blank_line_by_which_a_pipe_is_kept_open_is_no_empty_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.dumps.streaming._more_at_once", lambda _: False)
    one, two = lines_of(ONE, OTHER)
    pipe = Pipe(b"\n", one, b"\n \n", two, b"\n")
    streamed = Streamed(["-"], Settings(), pipe)
    bits = list(streamed.bits(pipe))
    assert b"".join(line for bit in bits for line in bit.lines) == b"\n" + one + b"\n \n" + two + b"\n"
    assert pl.concat([bit.documents for bit in bits])["doc_id"].to_list() == ["-#2", "-#5"]
    assert streamed.rejects.is_empty()


def test_a_broken_line_that_comes_alone_is_no_article(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at by itself it is plain text."""
    monkeypatch.setattr("provenance.dumps.streaming._more_at_once", lambda _: False)
    pipe = Pipe(*lines_of(ONE), b"no JSON\n", b"<html>\n", *lines_of(OTHER))
    streamed = Streamed(["-"], Settings(), pipe)
    assert pl.concat([bit.documents for bit in streamed.bits(pipe)])["doc_id"].to_list() == ["-#1", "-#4"]
    assert streamed.rejects.select("record", "reason").rows() == [(1, "broken_json"), (2, "broken_json")]
    pretty = json.dumps([{"text": ONE}, {"text": OTHER}], indent=1).encode()
    whole = Streamed(["-"], Settings(), io.BytesIO(b'{"articles":\n' + pretty + b"}\n"))
    assert pl.concat(list(whole))["text"].to_list() == [ONE, OTHER]


def test_errors_are_counted_over_the_whole_of_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.dumps.streaming._more_at_once", lambda _: False)
    bad = b"no JSON\n"
    for blocks in ((bad, *lines_of(ONE), bad), (bad + bad,)):
        pipe = Pipe(*blocks)
        with pytest.raises(InputError, match="2 inputs or records could not be read, more than max_errors 1"):
            list(Streamed(["-"], Settings(max_errors=1), pipe).bits(pipe))


def test_findings_of_a_stream_do_not_wait_for_its_end() -> None:
    old()
    with conversing("check", "-", *INDEX, "--format", "jsonl", "-q") as (process, stdin, stdout):
        for text, verdict in ((ONE, "duplicate"), (SENTENCES[3], "new"), (SENTENCES[3], "duplicate")):
            stdin.write(json.dumps({"text": text}).encode() + b"\n")
            stdin.flush()
            found = json.loads(stdout.readline())
            assert found["verdict"] == verdict
        assert (found["doc_id"], found["matched_doc"]) == ("-#3", "-#2")
        stdin.close()
        assert process.wait() == 1


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    write_lines("new.jsonl", *({"id": f"d{number}", "text": f"{ONE} {number}"} for number in range(300)))
    with conversing("check", "new.jsonl", *INDEX, "--add", "--format", "jsonl", "-q") as (process, _, stdout):
        stdout.read(10)
        stdout.close()
        assert process.stderr
        said_at_end = process.stderr.read().decode()
        assert process.wait() == 141, said_at_end
    assert "Traceback" not in said_at_end
    with Index.open("seen.sqlite", create=False) as index:
        assert index.verify() == []
