"""Whatever is given as input is read, or becomes a reject that says why; nothing aborts and nothing is lost."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.dumps.intake import Intake, Shelf
from provenance.dumps.labels import language
from provenance.dumps.labels.columns import choose_columns
from provenance.dumps.labels.identity import name_documents
from provenance.dumps.labels.language import detect_languages, tell_languages
from provenance.dumps.labels.published import parse_published
from provenance.dumps.pieces import find_list
from provenance.dumps.reading import read, read_frame
from provenance.dumps.records import json_files
from provenance.dumps.records.articles import text_of_parts
from provenance.dumps.rejects import is_partial
from provenance.dumps.sources.decode import decode_text
from provenance.errors import InputError, UsageError
from provenance.settings import Settings
from provenance.text.folding import fold_all
from tests.dumps import BODY, PARAGRAPHS, page, scan, write

TEXT = "The council of the harbour town agreed on Tuesday to buy a second dredger.\nIt was late."
ROWS = [
    {"id": "a1", "Body": TEXT, "pub_date": "2020-03-04T11:00:00Z", "source": "Quay Post", "headline": "One", "link": "https://q.example/1"},
    {"id": 7, "Body": "Drågen – øl, \"quoted\" and, comma\nand line", "pub_date": "Wed, 04 Mar 2020 11:00:00 +0000", "source": "Quay Post", "headline": "Two", "link": None},
    {"id": None, "Body": "\u0000nul and \u200fright to left", "pub_date": "soon", "source": None, "headline": None, "link": None},
]  # fmt: skip


def rows_as(form: str) -> bytes:
    if form == "jsonl":
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode()
    if form == "json":
        return json.dumps({"status": "ok", "articles": ROWS}, indent=1).encode()
    frame = pl.DataFrame(
        [{name: value if value is None else str(value) for name, value in row.items()} for row in ROWS]
    )
    out = io.BytesIO()
    if form == "parquet":
        frame.write_parquet(out)
    else:
        frame.write_csv(out, separator="\t" if form == "tsv" else ",")
    return out.getvalue()


PACK = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}


@pytest.mark.parametrize("packed", PACK)
@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "tsv", "parquet"])
def test_every_format_gives_the_same_documents(tmp_path: Path, form: str, packed: str) -> None:
    path = write(tmp_path, f"rows.{form}{packed}", PACK[packed](rows_as(form)))
    found = scan(path)
    documents = found.documents.sort("doc_id")
    assert not found.rejects.height
    assert set(documents["doc_id"]) == {"a1", "7", f"{path}#3"}
    by_id = {row["doc_id"]: row for row in documents.to_dicts()}
    assert [by_id[name]["text"] for name in ("a1", "7", f"{path}#3")] == [row["Body"] for row in ROWS]
    assert by_id["a1"]["published"] == by_id["7"]["published"] == datetime(2020, 3, 4, 11, tzinfo=UTC)
    assert (by_id["a1"]["title"], by_id["a1"]["url"], by_id["a1"]["outlet"]) == (
        "One",
        "https://q.example/1",
        "Quay Post",
    )
    assert by_id[f"{path}#3"]["published"] is None
    assert documents["start"].is_null().all()
    (fact,) = found.inputs.to_dicts()
    assert (fact["format"], fact["bytes"], len(fact["xxh3_128"])) == (form + packed, path.stat().st_size, 32)


def test_a_broken_line_is_left_out_alone(tmp_path: Path) -> None:
    good = json.dumps({"id": "g", "text": TEXT})
    lines = [good, '{"id": 1, "text": "cut', "", b'{"text": "\xff\xfe"}', "[1]", '{"text": 5}', '{"text": " \\n"}', '{"text": null}',
             json.dumps({"id": "h", "text": "Drågen øl"}, ensure_ascii=False), '{"text": "\\ud800 half"}', "{" * 5000]  # fmt: skip
    path = write(tmp_path, "x.jsonl", b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    found = scan(path)
    assert {row["record"]: row["reason"] for row in found.rejects.to_dicts()} == {
        1: "broken_json", 3: "undecodable", 4: "not_a_record", 5: "not_text", 6: "blank", 7: "blank", 9: "undecodable", 10: "broken_json"
    }  # fmt: skip
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


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.parquet"])
def test_without_a_text_column_the_columns_and_the_option_are_named(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame({"number": ["1", "2"], "remark": ["x", "y"]})
    path = tmp_path / name
    {"x.csv": frame.write_csv, "x.jsonl": frame.write_ndjson, "x.parquet": frame.write_parquet}[name](path)
    (row,) = scan(path).rejects.to_dicts()
    assert (row["reason"], row["record"], row["action"]) == ("no_text_column", None, "skipped")
    assert "number, remark" in row["detail"]
    assert "--text" in row["detail"]
    assert scan(path, text="remark", id="number").documents["doc_id"].to_list() == ["1", "2"]
    with pytest.raises(UsageError, match=r"no input has a column 'words' \(--text\): there are columns number, remark"):
        scan(path, text="words")


@pytest.mark.parametrize(
    ("columns", "asked", "chosen"),
    [
        (["text"], {"id": "text"}, None),
        (["text", "body"], {"id": "text"}, {"text": "body", "id": "text"}),
        (
            ["body", "source", "publisher"],
            {"title": "source"},
            {"text": "body", "outlet": "publisher", "title": "source"},
        ),
        (["body", "id"], {"text": "id"}, {"text": "id"}),
    ],
)
def test_a_column_asked_for_as_one_thing_is_not_guessed_to_be_another(
    columns: list[str], asked: dict[str, str], chosen: dict[str, str] | None
) -> None:
    found = choose_columns(columns, Settings(**asked))
    assert found.of == (chosen or {})
    assert (found.problem is None) == (chosen is not None), "without a text there is a problem to tell"


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        (["body", "bodyText", "pubtime"], {"text": "bodyText", "published": "pubtime"}),
        (["versioncreated", "firstcreated", "body_text"], {"text": "body_text", "published": "firstcreated"}),
        (["headline", "versionCreated", "body"], {"text": "body", "title": "headline", "published": "versionCreated"}),
        (
            ["ID", "post_date", "post_content", "post_title"],
            {"id": "ID", "published": "post_date", "text": "post_content", "title": "post_title"},
        ),
        (["timestamp", "published_time", "text"], {"text": "text", "published": "published_time"}),
        (["time", "text"], {"text": "text"}),
    ],
)
def test_usual_names_of_texts_and_dates(columns: list[str], chosen: dict[str, str]) -> None:
    assert choose_columns(columns, Settings()).of == chosen


def test_a_column_that_some_inputs_have_is_a_reject_of_the_others(tmp_path: Path) -> None:
    one = write(tmp_path, "a.csv", "words,text\nfirst,one\n")
    other = write(tmp_path, "b.csv", "remark,text\nsecond,two\n")
    plain = write(tmp_path, "c.txt", TEXT)
    found = read([str(one), str(other), str(plain)], Settings(text="words"))
    assert found.documents["text"].to_list()[0] == "first"
    (row,) = found.rejects.to_dicts()
    assert (row["path"], row["reason"], "'words'" in row["detail"]) == (str(other), "no_column", True)
    assert read([str(plain)], Settings(text="words")).documents.height == 1
    for field in ("id", "published", "outlet", "title", "url"):
        with pytest.raises(UsageError, match=rf"'words2' \(--{field}\)"):
            read([str(one), str(other), str(plain)], Settings(**{field: "words2"}))


def test_a_json_field_may_be_left_out_but_not_by_all(tmp_path: Path) -> None:
    path = write(tmp_path, "x.jsonl", '{"text": "one", "key": "k"}\n{"text": "two"}\n')
    assert scan(path, id="key").documents["doc_id"].to_list() == ["k", f"{path}#2"]
    with pytest.raises(UsageError, match=r"'nokey' \(--id\): there are columns text, key"):
        scan(path, id="nokey")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8"),
        ("\ufeff" + TEXT, "utf-16-le"),
        (TEXT, "utf-16-be"),
        (
            "Le conseil a décidé, très tôt, d’acheter une drague supplémentaire à l’été : voilà qui était prévu. " * 5,
            "cp1252",
        ),
        (
            "Rada města se v úterý rozhodla koupit druhý bagr, protože první stál celou zimu nečinně v přístavu. " * 5,
            "cp1250",
        ),
        (
            "Совет портового города решил купить второй земснаряд, потому что первый стоял всю зиму. " * 5,
            "cp1251",
        ),
    ],
)
def test_encodings(tmp_path: Path, content: bytes | str, encoding: str) -> None:
    octets = content if isinstance(content, bytes) else content.encode(encoding)
    found = scan(write(tmp_path, "x.txt", octets))
    expected = (content if isinstance(content, str) else TEXT).removeprefix("\ufeff").strip()
    assert found.documents["text"].to_list() == [expected]
    assert not found.rejects.height


@pytest.mark.parametrize("control", ["\0", "\x01", "\x07", "\x1f\x7f"])
def test_a_stray_control_character_does_not_make_text_chinese(tmp_path: Path, control: str) -> None:
    """Two letters of ASCII are a Chinese one in UTF-16, and text in that has bytes below the space."""
    for at, size in ((0, 800), (7, 800), (500, 801)):
        text = (f"{PARAGRAPHS[0]} {PARAGRAPHS[1]} {PARAGRAPHS[2]} " * 3)[:size]
        name = write(tmp_path, "x.txt", (text[:at] + control + text[at:]).encode())
        assert scan(name).documents["text"].to_list() == [(text[:at] + control + text[at:]).strip()]
    spaced = write(tmp_path, "y.txt", text.replace(" ", "\0").encode())
    assert scan(spaced).rejects["reason"].to_list() == ["binary"]


def test_a_table_in_an_eight_bit_encoding(tmp_path: Path) -> None:
    lines = "".join(f"{at},été à la côte où l’on mangeait des pâtes {at}\n" for at in range(40))
    found = scan(write(tmp_path, "x.csv", f"id,text\n{lines}".encode("cp1252")))
    assert found.documents["text"][0] == "été à la côte où l’on mangeait des pâtes 0"


def test_a_few_bad_bytes_leave_the_rest(tmp_path: Path) -> None:
    found = scan(write(tmp_path, "x.txt", ("Drågen øl på bænken. " * 20).encode() + b"\xff end"))
    assert found.documents["text"][0].endswith("\ufffd end")
    assert found.rejects.select("reason", "action").rows() == [("undecodable", "partial")]


def binary(size: int = 4000) -> bytes:
    return random.Random(1).randbytes(size)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("empty.jsonl", b"", "empty"),
        ("blank.txt", b" \n\t\n", "empty"),
        ("blank.jsonl", b"\n\n", "empty"),
        ("head.csv", b"id,text\n", "empty"),
        ("old.csv", b"id,text\r1,one\r2,two\r", "broken_csv"),
        ("b.txt", binary(), "binary"),
        ("b.jsonl", binary(), "binary"),
        ("b.csv", binary(), "binary"),
        ("b.dat", b"\x7fELF" + bytes(4000), "binary"),
        ("b.parquet", binary(), "damaged"),
        ("c.parquet", b"PAR1" + binary() + b"PAR1", "damaged"),
        ("b.json", b'{"text": "cut', "broken_json"),
        ("b.json", b'[{"text": "cut', "broken_json"),
        ("page.html", b"<html><script>x</script></html>", "empty"),
        ("page.html", b"\x00\x01\x02" * 100, "binary"),
        ("x.pdf", b"%PDF-1.4", "format"),
        ("sitemap.xml", b"<?xml version='1.0'?><urlset/>", "format"),
        ("cut.txt.gz", gzip.compress(binary() + TEXT.encode())[:200], "damaged"),
        ("bad.txt.gz", b"\x1f\x8b" + binary(100), "damaged"),
        ("bad.txt.zst", b"\x28\xb5\x2f\xfd" + binary(100), "damaged"),
        ("none.txt.gz", gzip.compress(b"", mtime=0), "empty"),
    ],
)
def test_what_cannot_be_read_is_a_reject(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    good = write(tmp_path, "good.txt", TEXT)
    path = write(tmp_path, name, content)
    found = scan(path, good)
    assert found.documents["path"].to_list() == [str(good)]
    assert found.rejects["reason"].to_list() == [reason]
    assert found.rejects["path"].to_list() == [str(path)]
    assert is_partial(found.rejects)


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_a_cut_compressed_file_gives_what_came_and_says_so(tmp_path: Path, packed: str) -> None:
    lines = "\n".join(json.dumps({"id": str(at), "text": f"{binary(60).hex()} {at * 7919}"}) for at in range(20_000))
    octets = PACK[packed](lines.encode())
    found = scan(write(tmp_path, f"x.jsonl{packed}", octets[: len(octets) * 2 // 3]))
    assert 0 < found.documents.height < 20_000
    assert ("damaged", "partial") in found.rejects.select("reason", "action").rows()


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_a_bomb_is_not_expanded(tmp_path: Path, packed: str) -> None:
    octets = PACK[packed](b"a " * (100 << 20))
    found = scan(write(tmp_path, f"x.jsonl{packed}", octets))
    assert "expands" in found.rejects["reason"].to_list()


def test_several_members_are_one_file(tmp_path: Path) -> None:
    for packed in (".gz", ".zst"):
        octets = PACK[packed](b'{"text": "one"}\n') + PACK[packed](b'{"text": "two"}\n')
        assert scan(write(tmp_path, f"x.jsonl{packed}", octets)).documents["text"].to_list() == ["one", "two"]


def test_missing_inputs_are_a_usage_error(tmp_path: Path) -> None:
    for name in ("nowhere.txt", "no*.txt", "a\0b", ""):
        with pytest.raises(UsageError):
            scan(tmp_path / name if name and "\0" not in name else name)
    with pytest.raises(UsageError):
        scan()


def test_folders_globs_and_links(tmp_path: Path) -> None:
    write(tmp_path, "b/two.txt", "Two words here")
    one = write(tmp_path, "a.txt", "One word here")
    write(tmp_path, ".hidden.txt", "hidden")
    write(tmp_path, ".git/x.txt", "hidden")
    write(tmp_path, "README.md", "about")
    write(tmp_path, "gold/spans.parquet", b"x")
    write(tmp_path, "gold/edges.parquet", b"x")
    write(tmp_path, "gold/groups.parquet", b"x")
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    found = scan(tmp_path, one, one)
    assert found.documents["text"].to_list() == ["One word here", "Two words here"]
    assert [Path(path).name for path in found.rejects["path"]] == ["README.md", "loop", "gold", "pipe.txt"]
    assert set(found.rejects["reason"]) == {"left_out"}
    assert not is_partial(found.rejects)
    assert scan(tmp_path / "**" / "two.*").documents["path"].to_list() == [f"{tmp_path}/b/two.txt"]


@pytest.mark.parametrize(
    "content",
    [
        b'{"id": "x", "text": "one"}\n',
        gzip.compress(b'{"id": "x", "text": "one"}\n'),
        b'[{"id": "x", "text": "one"}]',
    ],
    ids=["jsonl", "gzip", "array"],
)
def test_standard_input_is_sniffed(content: bytes) -> None:
    found = scan("-", stdin=content)
    assert found.documents.select("doc_id", "path", "text").rows() == [("x", "-", "one")]


def test_standard_input_of_text() -> None:
    found = scan("-", stdin=TEXT.encode())
    assert found.documents.select("doc_id", "start", "end").rows() == [("-", 0, len(TEXT))]


def test_ids(tmp_path: Path) -> None:
    first = write(tmp_path, "a.jsonl", '{"id": "x", "text": "one"}\n{"id": "y", "text": "two"}\n')
    second = write(tmp_path, "b.jsonl", '{"id": "x", "text": "three"}\n{"id": "x", "text": "four"}\n{"text": "five"}\n')
    expected = [f"{first}:x", "y", f"{second}:x#1", f"{second}:x#2", f"{second}#3"]
    for order in ([first, second], [second, first]):
        assert scan(*order).documents["doc_id"].to_list() == expected


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["", "a", "b", "a:a", "a#1", "a:a#1", "a#2"])),
        max_size=12,
    )
)
def test_ids_are_unique_whatever_they_are(rows: list[tuple[str, str]]) -> None:
    numbers = {"a": 0, "b": 0}
    table = []
    for path, own in rows:
        table.append((path, numbers[path], own or None))
        numbers[path] += 1
    schema = {"path": pl.String(), "number": pl.Int64(), "own": pl.String()}
    named = name_documents(pl.DataFrame(table, schema=schema, orient="row"))
    turned = name_documents(pl.DataFrame(table[::-1], schema=schema, orient="row"))
    assert named.is_unique().all()
    assert named.to_list() == turned.to_list()[::-1]


def test_frames() -> None:
    frame = pl.DataFrame(
        {"text": ["one", None, " "], "id": [1.0, 2.0, 3.0], "date": [datetime(2020, 3, 4, tzinfo=UTC), None, None]}
    )
    found = read_frame(frame.lazy(), Settings())
    assert found.documents.select("doc_id", "path", "published").rows() == [
        ("1", "frame", datetime(2020, 3, 4, tzinfo=UTC))
    ]
    assert found.rejects["record"].to_list() == [1, 2]
    with pytest.raises(UsageError):
        read_frame(frame.drop("text"), Settings())


def test_a_column_that_is_no_label_costs_no_article() -> None:
    frame = pl.DataFrame({"text": ["one"], "id": [timedelta(1)], "title": [timedelta(2)], "date": [timedelta(3)]})
    found = read_frame(frame, Settings())
    assert found.documents.select("text", "title", "published").rows() == [("one", None, None)]


def test_published_columns() -> None:
    moment = datetime(2020, 3, 4, 11, tzinfo=UTC)
    texts = [
        "2020-03-04T11:00:00Z",
        "2020-03-04 11:00:00",
        "2020-03-04T12:00:00+0100",
        "Wed, 04 Mar 2020 11:00:00 GMT",
        "1583319600",
        " 4 March 2020 11:00 ",
    ]
    assert parse_published(pl.Series(texts)).to_list() == [moment] * len(texts)
    assert parse_published(pl.Series(["03/04/2020", "now", "0001-01-01", "2020-02-31", None])).null_count() == 5
    assert parse_published(pl.Series([1583319600, None])).to_list() == [moment, None]
    assert parse_published(pl.Series([1583319600.25, float("nan"), 2020.5])).to_list() == [moment, None, None]
    assert parse_published(pl.Series(["1583319600.25", "1583319600000.5", "2020.5"])).to_list() == [
        moment,
        moment,
        None,
    ]
    assert parse_published(pl.Series([{"a": 1}])).null_count() == 1


def test_languages() -> None:
    texts = [
        TEXT * 3,
        "Le conseil de la ville a décidé mardi d’acheter une deuxième drague pour son port.",
        "قرر مجلس المدينة يوم الثلاثاء شراء حفارة ثانية للميناء بعد شتاء طويل",
        "TT 20",
        "",
    ]
    told = ["en", "fr", "ar", None, None]
    assert detect_languages(pl.Series(texts)).to_list() == told
    fields = ["de", None, None, "nl", None]
    documents = pl.DataFrame({"text": texts, "language": fields})
    assert tell_languages(documents)["language"].to_list() == ["de", "fr", "ar", "nl", None]
    assert documents["language"].to_list() == fields
    assert tell_languages(documents.fill_null("xx"))["language"].to_list() == ["de", "xx", "xx", "nl", "xx"]


@given(
    texts=st.lists(
        st.lists(st.sampled_from(["the", "de", "nicht", "said", "he", "x", "h", "www", "http://", "https://", "_", "7", " "])
                 | st.sampled_from(["\n", "\x1f", "\x7f", "\u00a0", "\u2003", "\u200d", "\u00e9", "\u00d7", "\u0142", "\u2019", "\u2014"])
                 | st.sampled_from(["\u00aa", "\u0436", "\u3002", "\u00b7", "/", ".", "The"]), max_size=12).map("".join),
        max_size=5,
    )
)  # fmt: skip
def test_words_are_counted_as_expressions_do(texts: list[str]) -> None:
    series = pl.Series(texts, dtype=pl.String)
    counted = language.count_words(series).T.tolist()
    plain = series.str.replace_all(r"https?://\S+|[\x00-\x1f\x7f]", " ")
    listed = (rf"\b(?:{words.replace(' ', '|')})\b" for words in (language.ENGLISH, language.FOREIGN))
    assert counted == [plain.str.count_matches(expression).to_list() for expression in (" ", *listed)]


def test_what_begins_with_captions_is_told_by_what_follows() -> None:
    caption, prose = (
        "Storm Storm. Photo: AP. ",
        "The harbour master said that the ship had been in the port for three days. ",
    )
    texts = pl.Series([caption * 26 + prose * 3, caption * 20, None, ""])
    assert detect_languages(texts).to_list() == ["en", None, None, None]


@settings(max_examples=120)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(str.encode),
        st.lists(st.sampled_from([b'{"text": "a b"}', b'{"text"', b"\n", b"\r", b",", b'"', b"text", b"\xff", b"\0", b"[", b"]", b"a,b"])).map(b"".join),
    ),
    st.sampled_from(["txt", "jsonl", "json", "csv", "tsv", "parquet", "bin", "jsonl.gz", "csv.zst"]),
)  # fmt: skip
def test_no_bytes_make_a_reader_fail(tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
    path.write_bytes(content)
    found = scan(path)
    assert found.documents.height + found.rejects.height > 0


@given(st.binary(max_size=400))
def test_no_bytes_make_decoding_fail(content: bytes) -> None:
    decoded = decode_text(content)
    assert decoded.encoding is not None or decoded.text == ""


def test_a_run_stops_when_more_is_broken_than_allowed(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", TEXT)
    write(tmp_path, "b.bin", binary())
    write(tmp_path, "c.jsonl", "{\n" * 3)
    assert scan(tmp_path, max_errors=4).documents.height == 1
    for most in (0, 3):
        with pytest.raises(
            InputError, match=f"could not be read, more than max_errors {most}; the last: .*[bc]"
        ) as raised:
            scan(tmp_path, max_errors=most)
        assert raised.value.exit_code == 3


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "wrapped", [lambda rows: rows, lambda rows: {"a": 1, "b": {"docs": rows}}, lambda rows: {"x": rows}]
)
def test_json_of_any_shape_gives_its_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrapped: Any, indent: int | None
) -> None:
    rows = [{"id": f"{at}", "article": {"body": f"{TEXT} {at}", "meta": {"title": f"T{at}"}}} for at in range(50)]
    path = write(tmp_path, "x.json", json.dumps(wrapped(rows), indent=indent))
    expected = [(row["id"], row["article"]["body"], row["article"]["meta"]["title"]) for row in rows]
    for limit in (32 << 20, 2000):  # the second is too small for the whole value: lists are read element by element
        monkeypatch.setattr(json_files, "MOST_LINE", limit)
        found = scan(path)
        assert found.documents.select("doc_id", "text", "title").rows() == expected
        assert not found.rejects.height
    cut = write(tmp_path, "y.json", path.read_bytes()[:4000])
    found = scan(cut)
    assert found.rejects.select("reason", "action").rows() == [("broken_json", "partial")]
    assert 0 < found.documents.height < 50
    named = scan(path, text="article.body", title="id")
    assert named.documents["title"].to_list() == [row["id"] for row in rows]


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


def test_marks_of_byte_order_where_files_were_joined(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + b'{"text": "one"}\n' + b"\xef\xbb\xbf" + b'{"text": "two"}\n'
    assert scan(write(tmp_path, "x.jsonl", content)).documents["text"].to_list() == ["one", "two"]
    assert scan(write(tmp_path, "x.json", content)).documents["text"].to_list() == ["one", "two"]


ENCODINGS = {
    "English": ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso8859-1", "mac-roman"),
    "Russian": ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r"),
    "Japanese": ("utf-8", "utf-16-le", "shift_jis", "euc_jp", "iso2022_jp"),
    "Chinese": ("utf-8", "utf-16-be", "gb18030", "big5"),
    "Arabic": ("utf-8", "utf-16-le", "cp1256"),
    "Polish": ("utf-8", "cp1250", "iso8859-2"),
}
# ruff: noqa: E501  a sentence in each language
SPOKEN = {
    "English": "The café’s owner, Zoë, said the council’s “naïve” plan – 5 % more – would cost the harbour town its façade. ",
    "Russian": "Совет портового города решил во вторник купить второй земснаряд, потому что первый всю зиму простоял. ",
    "Japanese": "港町の議会は火曜日、二隻目の船を購入することを決めた。市長は資金があると述べた。漁師たちは喜んでいる。",
    "Chinese": "港口城市議會週二決定購買第二艘船，因為第一艘整個冬天都閒置著，市長說資金已經到位。漁民們很高興。",
    "Arabic": "قرر مجلس المدينة يوم الثلاثاء شراء سفينة ثانية للميناء بعد شتاء طويل، وقال رئيس البلدية إن المال موجود. ",
    "Polish": "Rada miasta portowego zdecydowała we wtorek o zakupie drugiej pogłębiarki, ponieważ pierwsza stała całą zimę. ",
}


@pytest.mark.parametrize("language", ENCODINGS)
def test_one_article_in_many_encodings_is_one_text(tmp_path: Path, language: str) -> None:
    text = (SPOKEN[language] * 12).strip()
    for encoding in ENCODINGS[language]:
        if encoding.startswith("iso8859-1"):
            octets = text.translate({0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-"}).encode(encoding)
        else:
            octets = text.encode(encoding)
        write(tmp_path, f"{encoding}.txt", octets)
    found = scan(tmp_path)
    assert not found.rejects.height
    words = {" ".join(fold_all([text])) for text in found.documents["text"]}
    assert words == {fold_all([text])[0]}
    assert found.inputs.filter(found.inputs["decided"] != "statistics")["certainty"].unique().to_list() == [1.0]


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


@pytest.mark.parametrize("name", ["uu", "hex", "rot13", "base64", "idna", "no-such-thing"])
def test_a_codec_that_is_no_encoding_is_not_believed(name: str) -> None:
    told = decode_text("Le maire a décidé hier soir d'acheter un bateau.".encode("cp1252"), name)
    assert (told.text[11:17], told.decided) == ("décidé", "statistics")


A_TEXT, B_TEXT, C_TEXT = (f"{at} the council of the harbour agreed to pay for a second dredger" for at in range(3))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"n": [1, 2], "top": [{"id": "a", "text": A_TEXT}], "more": {"list": [{"id": "b", "text": B_TEXT}]}}, "ab"),
        ({"x": {"text": A_TEXT, "title": "A"}, "y": {"text": B_TEXT}, "z": {"id": "c", "text": C_TEXT}}, "xyc"),
        ({"data": {"x": {"text": A_TEXT}, "y": {"text": B_TEXT}}, "count": 2}, "xy"),
        ({"id": "a", "page": {"body": A_TEXT, "by": {"name": "Q"}}, "comments": [{"id": "b", "text": B_TEXT}]}, "ab"),
        ({"id": "a", "text": A_TEXT, "comments": [{"text": B_TEXT}]}, "a"),
    ],
)  # fmt: skip
def test_no_record_in_an_object_is_left_out_without_a_word(
    tmp_path: Path, value: dict[str, object], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = json.dumps(value)
    found = scan(write(tmp_path, "x.json", whole))
    assert sorted(found.documents["doc_id"]) == sorted(told)
    assert found.rejects.rows() == []
    if "id" not in value and "n" not in value:  # too long to be held: its members are looked at one by one
        monkeypatch.setattr(json_files, "MOST_LINE", 300)
        found = scan(write(tmp_path, "y.json", whole[0] + " " * (1 << 20) + whole[1:]))
        assert sorted(found.documents["doc_id"]) == sorted(told)


def test_labels_that_are_objects_and_a_text_of_paragraphs(tmp_path: Path) -> None:
    labels = {"headline": {"main": "A dredger"}, "byline": {"original": "By Ann Lee"}}
    lines = [json.dumps({**labels, name: ["One.", "Two."]}) for name in ("content", "paragraphs")]
    found = scan(write(tmp_path, "a.jsonl", "\n".join([*lines, json.dumps({"content": ["One.", 2]})])))
    assert found.documents.select("title", "byline", "text").rows() == [("A dredger", "By Ann Lee", "One.\n\nTwo.")] * 2
    assert found.rejects["reason"].to_list() == ["not_text"]


def test_a_text_of_runs_is_joined_as_it_stands(tmp_path: Path) -> None:
    """Telegram's export has a message with anything bold or linked in it as a list: it was a reject."""
    texts: list[Any] = [
        [
            "The council bought a ",
            {"type": "bold", "text": "second"},
            " dredger.\n\n",
            {"type": "hashtag", "text": "#q"},
        ],
        ["", {"type": "text_link", "text": "A dredger", "href": "https://q.example"}],
        [{"type": "custom_emoji", "text": "!", "document_id": "1"}, {"type": "bold", "text": "Bought"}],
        [{"type": "paragraph", "text": "One."}, {"type": "paragraph", "text": "Two."}],
        ["One ", {"type": ["bold"]}],
        [{"type": ["bold"], "text": "One"}],
    ]
    service = {"id": 0, "type": "service", "date": "2024-03-04T09:00:00", "text": ""}
    messages = [
        {"id": number, "type": "message", "date": "2024-03-04T10:00:00", "text": text, "text_entities": []}
        for number, text in enumerate(texts, 1)
    ]
    export = {"name": "Quay Post", "type": "public_channel", "id": 7, "messages": [service, *messages]}
    found = scan(write(tmp_path, "result.json", json.dumps(export)))
    told = ["The council bought a second dredger.\n\n#q", "A dredger", "!Bought"]
    assert found.documents.select("doc_id", "text").rows() == list(zip("123", told, strict=True))
    assert found.rejects["reason"].to_list() == ["blank", "not_text", "not_text", "not_text"]


def test_a_picture_among_paragraphs_is_no_part_of_their_lines() -> None:
    """Of strings and one object all were joined without a space between them."""
    parts = [PARAGRAPHS[0], {"type": "image", "text": "A dredger at work"}, PARAGRAPHS[1]]
    assert text_of_parts(parts) == "\n\n".join((PARAGRAPHS[0], "A dredger at work", PARAGRAPHS[1]))
    assert text_of_parts(["The ", {"text": "second"}, " dredger"]) == "The second dredger"


@pytest.mark.parametrize("chats", [1, 3])
def test_messages_of_several_chats_are_read_wherever_their_list_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chats: int
) -> None:
    """Telegram's export of all chats has them in a list of chats: it was one reject."""
    told = [f"{chat}: {paragraph}" for chat in range(chats) for paragraph in PARAGRAPHS]
    held = [
        {
            "name": f"Chat {chat}",
            "id": chat,
            "messages": [{"id": f"{chat}-{at}", "text": f"{chat}: {text}"} for at, text in enumerate(PARAGRAPHS)],
        }
        for chat in range(chats)
    ]
    whole = json.dumps({"about": "An export", "chats": {"about": "Chats", "list": held}})
    found = scan(write(tmp_path, "result.json", whole))
    assert sorted(found.documents["text"]) == told
    assert found.rejects.rows() == []
    places = find_list(whole, Settings())
    assert (places is not None) == (chats == 1)
    assert places is None or [place.value["text"] for place in places] == told
    for most in (900, 400):  # the list of chats is too long to be held; each chat is
        monkeypatch.setattr(json_files, "MOST_LINE", most)
        long = scan(write(tmp_path, "long.json", whole[0] + " " * (1 << 20) + whole[1:]))
        assert sorted(long.documents["text"]) == told


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


@pytest.mark.parametrize(
    ("header", "outlet"),
    [
        ("Überschrift;Erscheinungsdatum;Medium;Verfasser;Artikeltext;Link", "Hafenpost"),
        ("Título;Fecha de publicación;Medio;Autor;Contenido;Enlace", "Hafenpost"),
        ("Titre;Date de publication;Source;Auteur;Texte;Lien", "Hafenpost"),
        ("Título;Data de publicação;Jornal;Autor;Conteúdo;Link", "Hafenpost"),
    ],
)
def test_columns_are_known_by_names_with_accents(tmp_path: Path, header: str, outlet: str) -> None:
    """A spreadsheet's export in Windows-1252: letters with accents were dropped from names before they were compared."""
    row = f'"Zweiter Bagger – für den Hafen";06.03.2024;{outlet};Ann Lee;"Der Rat beschloss, für 5 € zu kaufen."'
    table = "\r\n".join([header, *(f"{row};https://h.example/{at}" for at in range(2))])
    found = scan(write(tmp_path, "a.csv", table.encode("cp1252")))
    article, *others = found.documents.rows(named=True)
    assert len(others) == 1  # the last without an end of line
    assert (article["title"], article["outlet"], article["byline"]) == (
        "Zweiter Bagger – für den Hafen",
        outlet,
        "Ann Lee",
    )
    assert article["published"] == datetime(2024, 3, 6, tzinfo=UTC)
    assert article["url"] == "https://h.example/0"


def test_a_publisher_with_a_title_is_called_by_it(tmp_path: Path) -> None:
    """Its domain was taken in place of its name."""
    item = {"content": TEXT, "title": "A dredger", "publisher": {"title": "Tidewatch", "domain": "t.example"}}
    found = scan(write(tmp_path, "a.jsonl", json.dumps({"_source": item})))
    assert found.documents.select("outlet", "title").rows() == [("Tidewatch", "A dredger")]
