"""Records by line and by row: a broken one is left out alone, and no other is changed, stripped or split."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

from provenance.dumps.intake import Intake, Shelf
from provenance.dumps.rejects import is_partial
from provenance.settings import Settings
from tests.dumps import BODY, PARAGRAPHS, TEXT, page, scan, write

if TYPE_CHECKING:
    from pathlib import Path


def test_a_broken_line_is_left_out_alone(tmp_path: Path) -> None:
    lines: list[tuple[str | bytes, str | None]] = [
        (json.dumps({"id": "g", "text": TEXT}), None),
        ('{"id": 1, "text": "cut', "broken_json"),
        ("", None),
        (b'{"text": "\xff\xfe"}', "undecodable"),
        ("[1]", "not_a_record"),
        ('{"text": 5}', "not_text"),
        ('{"text": " \\n"}', "blank"),
        ('{"text": null}', "blank"),
        (json.dumps({"id": "h", "text": "Drågen øl"}, ensure_ascii=False), None),
        ('{"text": "\\ud800 half"}', "undecodable"),
        ("{" * 5000, "broken_json"),
    ]
    octets = [line if isinstance(line, bytes) else line.encode() for line, _ in lines]
    found = scan(write(tmp_path, "x.jsonl", b"\n".join(octets)))
    reasons = {number: reason for number, (_, reason) in enumerate(lines) if reason}
    assert dict(found.rejects.select("record", "reason").rows()) == reasons
    assert found.documents["text"].to_list() == [TEXT, "Drågen øl", "\ufffd half"]
    assert is_partial(found.rejects)
    assert not is_partial(found.rejects.filter(pl.col("reason") == "blank"))


def test_a_record_is_never_stripped_or_split(tmp_path: Path) -> None:
    text = f"  {TEXT}\r\n\r\n{TEXT}\u2028 \n"
    assert scan(write(tmp_path, "x.jsonl", json.dumps({"text": text}))).documents["text"].to_list() == [text]
    table = f'text\n"{text}"\n'
    assert scan(write(tmp_path, "x.csv", table)).documents["text"].to_list() == [text]


def test_ragged_and_unclosed_rows_of_a_table(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "x.csv",
        b'id,text\n1,good one\n2,too,many\n3\n4,caf\xe9\n5,"fine\nlines"\n6,"never closed\n7,not lost\n8,"nor"\n',
    )
    found = scan(path)
    assert found.documents["text"].to_list() == ["good one", "fine\nlines", "not lost", "nor"]
    assert dict(found.rejects.select("record", "reason").rows()) == {
        1: "ragged",
        2: "ragged",
        3: "undecodable",
        5: "broken_csv",
    }
    found = scan(write(tmp_path, "y.csv", 'id,text\n1,"never closed\n2,not lost\n'))
    assert found.documents["text"].to_list() == ["not lost"]
    assert found.rejects["reason"].to_list() == ["broken_csv"]


def test_dialects_of_tables(tmp_path: Path) -> None:
    expected = [("1", 'one, "two"; three'), ("2", "four\nfive")]
    for content in (
        'sep=;\nid;text\n1;"one, ""two""; three"\n2;"four\nfive"\n',
        "'id','text'\n'1','one, \"two\"; three'\n'2','four\nfive'\n".replace('\\"', '"'),
        'id|text\r\n1|one, "two"; three\r\n2|"four\nfive"\r\n',
        'id,text\n1,"one, \\"two\\"; three"\n2,"four\nfive"\n',
        'id\ttext\n1\t"one, ""two""; three"\n2\t"four\nfive"\n',
    ):
        found = scan(write(tmp_path, "x.csv", content))
        assert found.documents.select("doc_id", "text").rows() == expected, content
    plain = scan(write(tmp_path, "x.tsv", 'id\ttext\n1\t"Quoted" it begins\n2\tand " in it\n'))
    assert plain.documents["text"].to_list() == ['"Quoted" it begins', 'and " in it']


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "x.jsonl", "x.json", "x.arrow"])
def test_a_record_that_holds_a_page_is_read_as_one(tmp_path: Path, name: str) -> None:
    rows = [
        {"id": "a", "headline": "As the record says", "html": page(BODY)},
        {"id": "b", "headline": None, "html": page(BODY)},
    ]
    frame, path = pl.DataFrame(rows), tmp_path / name
    if name == "x.json":
        path.write_text(json.dumps(rows))
    else:
        writer = {"parquet": "write_parquet", "csv": "write_csv", "jsonl": "write_ndjson", "arrow": "write_ipc"}
        getattr(frame, writer[name[2:]])(path)
    found = scan(path)
    assert found.documents["text"].to_list() == ["\n".join(PARAGRAPHS)] * 2
    assert found.documents["title"].to_list() == ["As the record says", "Second dredger for the harbour"]
    assert not found.rejects.height


def test_a_publishing_systems_answers_are_records_of_pages(tmp_path: Path) -> None:
    answer = [
        {
            "id": 7,
            "date": "2020-03-04T11:00:00",
            "title": {"rendered": "It&#8217;s dredged"},
            "content": {"rendered": BODY},
        }
    ]
    (row,) = scan(write(tmp_path, "x.json", json.dumps(answer))).documents.to_dicts()
    assert (row["doc_id"], row["title"], row["text"]) == ("7", "It’s dredged", "\n".join(PARAGRAPHS))


def test_markup_in_a_text_stays_as_it_stands(tmp_path: Path) -> None:
    text = " <b>One</b> of the words "
    assert scan(write(tmp_path, "x.jsonl", json.dumps({"text": text}))).documents["text"].to_list() == [text]


def test_what_is_said_of_broken_json_and_a_table_without_a_header(tmp_path: Path) -> None:
    broken = scan(write(tmp_path, "a.jsonl", '{"text": "A text"}\n{"text": "A text that goes\n'))
    assert broken.rejects["detail"].to_list() == [
        'Unterminated string starting at character 9: {"text": "A text that goes'
    ]
    bare = scan(write(tmp_path, "b.csv", f'1,2024-03-04,Echo,"{TEXT * 3}"\n2,2024-03-05,Echo,"{TEXT}"\n'))
    assert bare.rejects["detail"].to_list() == ["its first line is a row and no header: write one above it"]
    intake = Intake("a", Settings(), Shelf())
    intake.leave("image/png")
    assert intake.close()[0].detail == "1 record that is no article: 1 image/png"
