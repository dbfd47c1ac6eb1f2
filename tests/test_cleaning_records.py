"""Records whose passages were cut out or marked: the rest of each record stays as it was written."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import provenance as pv
import provenance.frames
from provenance.cleaning.edits import cut_parts
from provenance.cleaning.rewriting import edit_record
from provenance.dumps.pieces import with_member
from provenance.errors import UsageError
from tests.cleaning import ONE, OTHER
from tests.commands import call, write_lines
from tests.dumps import scan
from tests.strategies import SENTENCES


@pytest.mark.usefixtures("bare_folder")
def test_passages_are_cut_and_marked_in_their_format() -> None:
    long = f"{SENTENCES[3]} {SENTENCES[1]}"
    records: list[dict[str, Any]] = [
        {"id": "a", "text": f"{ONE} {SENTENCES[2]}", "n": 1.50, "published": "2024-05-01"},
        {"id": "b", "n": 2.00, "text": f"{long} Été.", "published": "2024-05-02"},
    ]
    write_lines("d.jsonl", *records)
    pl.DataFrame(records).write_csv("d.csv")
    pl.DataFrame(records).write_parquet("d.parquet")
    Path("d.json").write_text(json.dumps({"made": "today", "articles": records}), encoding="utf-8")
    for suffix in ("jsonl", "json", "csv", "parquet"):
        kept = {}
        for passages in ("drop", "mark"):
            out = f"{suffix}-{passages}.{suffix}"
            assert (
                call("clean", f"d.{suffix}", "-o", out, "--keep", "first", "--passages", passages, "-q").exit_code == 0
            )
            kept[passages] = rows_of(out)
        assert kept["drop"][0]["text"] == records[0]["text"]
        gone = pl.read_parquet(f"{suffix}-drop.removals.parquet")
        assert gone.select("doc_id", "row", "reason", "counterpart").rows() == [("b", 1, "repeated", "a")]
        start, end, text = gone.select("start", "end", "text").row(0)
        assert records[1]["text"][start:end] == text == SENTENCES[1]
        assert kept["drop"][1]["text"] == records[1]["text"][:start] + records[1]["text"][end:]
        marks = kept["mark"][1]["passages"]
        marks = json.loads(marks) if isinstance(marks, str) else marks
        assert marks == [{"start": start, "end": end, "reason": "repeated", "counterpart": "a"}]
        assert kept["mark"][1]["text"] == records[1]["text"]
        assert kept["mark"][0]["passages"] in ([], "[]")
        assert pl.read_parquet(f"{suffix}-mark.removals.parquet").is_empty()
    assert b'"n": 1.5, ' in Path("jsonl-drop.jsonl").read_bytes()


@pytest.mark.usefixtures("bare_folder")
@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_passage_is_cut_from_the_column_that_holds_the_text_of_its_record(suffix: str) -> None:
    second = f"{SENTENCES[3]} {SENTENCES[1]} Été."
    records = [{"id": "a", "text": ONE, "maintext": ""}, {"id": "b", "text": "", "maintext": second}]
    write_lines("d.jsonl", *records)
    pl.DataFrame(records).write_csv("d.csv")
    assert call("clean", f"d.{suffix}", "-o", f"e.{suffix}", "--keep", "first", "--passages", "drop").exit_code == 0
    first, kept = rows_of(f"e.{suffix}")
    assert first["text"] == ONE
    assert (kept["text"] or "", kept["maintext"]) == ("", second.replace(SENTENCES[1], ""))


@pytest.mark.usefixtures("bare_folder")
@pytest.mark.parametrize("name", ["news.jsonl", "news.json"])
def test_a_list_of_paragraphs_stays_one(name: str) -> None:
    """It became one string, and a reader of the cleaned dump that took `body[0]` for the lead got a letter."""
    first, second = [ONE, OTHER], [f"{OTHER} ", "Only here was it said that the mayor has a dog.", ONE, "So it was."]
    records = [{"id": "a", "body": first}, {"id": "b", "body": second}, {"id": "c", "body": [ONE]}]
    lines = [json.dumps(record) for record in records]
    Path(name).write_text(f"[{','.join(lines)}]" if name.endswith("json") else "".join(f"{line}\n" for line in lines))
    call("clean", name, "--keep", "first", "--passages", "drop", "-o", f"out/{name}")
    kept = json.loads(Path(f"out/{name}").read_text()) if name.endswith("json") else rows_of(f"out/{name}")
    assert {row["id"]: row["body"] for row in kept} == {"a": first, "b": second[1::2], "c": []}
    assert call("clean", f"out/{name}", "--keep", "first", "--passages", "drop", "-o", f"again/{name}").exit_code == 0
    assert Path(f"again/{name}").read_bytes() == Path(f"out/{name}").read_bytes()


@pytest.mark.usefixtures("bare_folder")
@pytest.mark.parametrize("name", ["news.jsonl", "result.json"])
def test_places_in_a_text_of_runs_are_places_in_what_it_says(name: str) -> None:
    only = "Only here was it said that the mayor has a "
    parts = [f"{OTHER[:20]}", {"type": "bold", "text": OTHER[20:]}, f"\n\n{only}", {"type": "link", "text": "dog"}, "."]
    records = [{"id": "a", "text": OTHER}, {"id": "b", "text": parts}]
    lines = [json.dumps(record) for record in records]
    Path(name).write_text(f"[{','.join(lines)}]" if name.endswith("json") else "".join(f"{line}\n" for line in lines))
    kept = {}
    for passages in ("drop", "mark"):
        call("clean", name, "--keep", "first", "--passages", passages, "-o", f"{passages}/{name}")
        out = Path(f"{passages}/{name}").read_text()
        kept[passages] = json.loads(out) if name.endswith("json") else [json.loads(line) for line in out.splitlines()]
    assert [row["text"].strip() for row in kept["drop"]] == [OTHER, f"{only}dog."]
    (marked,) = kept["mark"][1]["passages"]
    assert (kept["mark"][1]["text"], (marked["start"], marked["end"])) == (parts, (0, len(OTHER)))


@given(
    parts=st.lists(st.text("ab \n", max_size=5), max_size=5),
    cuts=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6))),
)
def test_paragraphs_lose_what_the_text_loses(parts: list[str], cuts: list[tuple[int, int]]) -> None:
    text = "\n\n".join(parts)
    gone = {at for low, size in cuts for at in range(low, min(low + size, len(text)))}
    places = [(at, at + 1) for at in sorted(gone)]
    kept = cut_parts(text, parts, places)
    left = "".join(letter for at, letter in enumerate(text) if at not in gone)
    assert "".join("".join(kept).split()) == "".join(left.split())
    assert len(kept) <= len(parts)
    if not gone:
        assert kept == list(parts)


def rows_of(name: str) -> list[dict[str, Any]]:
    if name.endswith("jsonl"):
        return [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()]
    if name.endswith("json"):
        whole = json.loads(Path(name).read_text(encoding="utf-8"))
        assert whole["made"] == "today"
        return list(whole["articles"])
    return (pl.read_csv(name) if name.endswith("csv") else pl.read_parquet(name)).to_dicts()


@given(
    value=st.dictionaries(
        st.text(max_size=4), st.one_of(st.none(), st.text(), st.floats(allow_nan=False), st.lists(st.integers()))
    ),
    key=st.text(max_size=2),
    spaces=st.sampled_from(["", " ", "\n\t"]),
)
def test_one_member_of_an_object_is_set_and_the_rest_stays(value: dict[str, Any], key: str, spaces: str) -> None:
    text = spaces + json.dumps(value, separators=(f"{spaces},{spaces}", f"{spaces}:{spaces}")) + spaces
    changed = with_member(text, key, "new")
    assert json.loads(changed) == value | {key: "new"}
    assert list(json.loads(changed)) == list(value | {key: "new"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("lead", ["", "sep=;\r\n"])
@pytest.mark.usefixtures("bare_folder")
def test_marks_and_cuts_leave_lines_between_rows_and_broken_rows_alone(encoding: str, lead: str) -> None:
    rows = ["a;" + ONE, "b;" + ONE, "", "c;" + OTHER, "d;" + ONE + ";9", "e;", "f;" + OTHER + " " + ONE]
    octets = (lead + "\r\n".join(["id;text", *rows, ""])).encode(encoding)
    Path("a.csv").write_bytes(octets)
    assert call("clean", "a.csv", "-o", "b.csv", "--keep", "first", "--passages", "mark").exit_code == 3
    assert call("clean", "a.csv", "-o", "c.csv", "--keep", "first", "--passages", "drop").exit_code == 3
    plain = octets.decode(encoding).splitlines()
    bom = "\ufeff" if encoding == "utf-8-sig" else ""
    head = len(plain) - len(rows)
    marked, cut = (Path(name).read_text(encoding="utf-8").splitlines() for name in ("b.csv", "c.csv"))
    want = [bom + plain[0], *plain[1:head], rows[0], *rows[2:]]  # without b
    assert [line.split(";[")[0].split(';"[')[0].removesuffix(";passages") for line in marked] == want
    assert marked[-3].endswith(";9")  # no record, and no cell is added to it
    assert cut[:-1] == want[:-1]
    assert len(cut[-1]) < len(want[-1])


@pytest.mark.usefixtures("bare_folder")
def test_marks_take_the_place_of_earlier_marks_and_of_nothing_else() -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "text": [f"{ONE} {OTHER}", f"{OTHER} {ONE[:40]} and another end."]})
    once = pv.clean(frame, passages="mark")
    assert once["passages"].list.len().sum()
    assert pv.clean(once, passages="mark").equals(once)
    own = frame.with_columns(passages=pl.lit("mine"))
    lazily = pv.clean(own.lazy(), passages="mark")
    for read in (partial(pv.clean, own, passages="mark"), lazily.collect):
        with pytest.raises(UsageError, match="column `passages` of its own"):
            read()
    for name, write in (("csv", own.write_csv), ("jsonl", own.write_ndjson), ("parquet", own.write_parquet)):
        write(f"own.{name}")
        result = call("clean", f"own.{name}", "-o", f"out.{name}", "--passages", "mark")
        assert (result.exit_code, "column `passages` of its own" in result.stderr) == (2, True)
    frame.write_csv("a.csv")
    for unmarked, made in (("a.csv", "b.csv"), ("b.csv", "c.csv")):
        assert call("clean", unmarked, "-o", made, "--passages", "mark").exit_code == 0
    assert Path("b.csv").read_text(encoding="utf-8") == Path("c.csv").read_text(encoding="utf-8")


def test_a_passage_of_a_page_in_a_record_is_dropped_from_its_article() -> None:
    cut = {"start": 3, "end": 7, "reason": "repeated", "counterpart": None}
    record = '{"id": 1, "html": "<html><p>one two three</p></html>"}'
    assert edit_record(record, [cut], "one two three", "drop", pv.Settings()) == '{"id": 1, "html": "one three"}'
    nested = '{"id": 1, "item": {"body": "one two three"}}'
    assert json.loads(edit_record(nested, [cut], "one two three", "drop", pv.Settings()))["text"] == "one three"


@pytest.mark.usefixtures("bare_folder")
@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_an_article_in_two_halves_is_one(suffix: str) -> None:
    """Joomla parts an article where its author set "read more": its beginning was lost, and a short one a reject."""
    rows = [("a", ONE, ""), ("b", SENTENCES[3], f"{SENTENCES[1]} Été.")]
    records = [{"id": own, "introtext": first, "fulltext": second} for own, first, second in rows]
    write_lines("d.jsonl", *records)
    pl.DataFrame(records).write_csv("d.csv")
    texts = scan(f"d.{suffix}").documents["text"].to_list()
    assert texts == [ONE, f"{SENTENCES[3]}\n\n{SENTENCES[1]} Été."]
    assert scan(f"d.{suffix}", text="fulltext").documents["text"].to_list() == [f"{SENTENCES[1]} Été."]
    assert call("clean", f"d.{suffix}", "-o", f"e.{suffix}", "--keep", "first", "--passages", "drop").exit_code == 0
    assert scan(f"e.{suffix}").documents["text"].to_list() == [ONE, f"{SENTENCES[3]}\n\n Été."]


@pytest.mark.usefixtures("bare_folder")
def test_a_list_written_a_record_a_line_stays_one() -> None:
    records = [{"id": "a", "text": ONE}, {"id": "b", "text": f"{SENTENCES[3]} {SENTENCES[1]} Été."}]
    Path("d.jsonl").write_text("[\n" + ",\n".join(map(json.dumps, records)) + ",\n]\n")
    for passages in ("mark", "drop"):
        out = f"{passages}.jsonl"
        assert call("clean", "d.jsonl", "-o", out, "--keep", "first", "--passages", passages).exit_code == 0
        lines = Path(out).read_text().splitlines()
        assert (lines[0], lines[-1], [line[-2:] for line in lines[1:-1]]) == ("[", "]", ["},", "},"])
        assert scan(out).rejects.is_empty()
    assert scan("drop.jsonl").documents["text"].to_list() == [ONE, f"{SENTENCES[3]}  Été."]
