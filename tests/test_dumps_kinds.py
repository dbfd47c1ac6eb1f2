"""What a file is, told by its beginning: files that are called text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provenance.dumps.sources.kinds import kind_of
from tests.dumps import scan, write

if TYPE_CHECKING:
    from pathlib import Path

MAIL = "From: Ann Lee <ann@q.example>\nTo: all@q.example\nSubject: A dredger\nMIME-Version: 1.0\n\nThe council pays.\n"
ROWS = (
    "id{0}headline{0}pub_date{0}body",
    "1{0}A dredger{0}2020-03-04{0}The council pays.",
    "2{0}Two{0}2020-03-05{0}All is well.",
)
TABLE = "\n".join(ROWS) + "\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ('{"id": 1, "text": "The council pays."}\n{"id": 2, "text": "All is well."}\n', "jsonl"),
        ('[{"id": 1, "text": "The council pays."}]', "json"),
        ('{\n "articles": [{"text": "The council pays."}]}', "json"),
        (f"From ann@q.example Wed Mar  4 11:00:00 2020\n{MAIL}", "mbox"),
        (TABLE.format("\t"), "tsv"),
        (TABLE.format(";"), "csv"),
        (TABLE.format(","), "csv"),
        (TABLE.format("\t") + "3\tToo few\n", "tsv"),
        (TABLE.format(",") + "3,too few\n", "csv"),
        (TABLE.format(",") + "3,too few\n" * 2, "text"),
        ("Date, time, place and text of the talks\nwere agreed, they said, on, Tuesday\n", "text"),
        ("{{Infobox person}}\nA dredger was bought.\n", "text"),
        ('{"Whoever" would have thought it}\nA dredger was bought.\n', "text"),
        ('{"id": 1, "text": "The council pays."}\nThat is how they send it.\n', "text"),
        (MAIL, "text"),
    ],
)
def test_a_file_called_text_is_what_it_certainly_is(tmp_path: Path, content: str, kind: str) -> None:
    found = scan(write(tmp_path, "a.txt", content))
    assert found.inputs["format"].to_list() == [kind]
    assert found.documents.height > 0
    assert found.rejects["reason"].to_list() == (["ragged"] if kind != "text" and "oo few" in content else [])


def test_a_look_that_ends_within_a_record_tells_records() -> None:
    rows = b"".join(b'{"text": "%s"}\n' % (b"a" * 30) for _ in range(4))
    assert {kind_of("a.txt", rows[:end])[0] for end in range(len(rows) // 4 + 1, len(rows))} == {"jsonl"}


@pytest.mark.parametrize("name", ["a.sql", "a.txt"])
@pytest.mark.parametrize(
    "begins",
    ["-- MySQL dump 10.13  Distrib 8.0\n", "--\n-- PostgreSQL database dump\n--\n", "INSERT INTO `posts` VALUES ("],
)
def test_a_database_written_out_is_no_article(tmp_path: Path, name: str, begins: str) -> None:
    """It was read as one article, of commands and brackets."""
    found = scan(write(tmp_path, name, f"{begins}(1,'The council pays.','2020-03-04');\n"))
    (row,) = found.rejects.to_dicts()
    assert (row["reason"], row["detail"][:4], found.documents.height) == ("format", "SQL:", 0)
    assert scan(write(tmp_path, "b.txt", "-- MySQL dumped for a dredger\n\nThe council pays.")).documents.height == 1
