"""Which column is the text, the id, a label: asked for by name, known by its usual name, or a mistake that is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from provenance.dumps.labels.columns import choose_columns
from provenance.dumps.labels.published import parse_published
from provenance.dumps.reading import read, read_frame
from provenance.errors import UsageError
from provenance.settings import Settings
from tests.dumps import TEXT, scan, write

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


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


def test_labels_that_are_objects_and_a_text_of_paragraphs(tmp_path: Path) -> None:
    labels = {"headline": {"main": "A dredger"}, "byline": {"original": "By Ann Lee"}}
    lines = [json.dumps({**labels, name: ["One.", "Two."]}) for name in ("content", "paragraphs")]
    found = scan(write(tmp_path, "a.jsonl", "\n".join([*lines, json.dumps({"content": ["One.", 2]})])))
    assert found.documents.select("title", "byline", "text").rows() == [("A dredger", "By Ann Lee", "One.\n\nTwo.")] * 2
    assert found.rejects["reason"].to_list() == ["not_text"]


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
    """A spreadsheet's export in Windows-1252: letters with accents were dropped from names, which then matched none."""
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


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_an_empty_column_makes_room_for_the_next_usual_one(tmp_path: Path, name: str) -> None:
    """news-please writes `text` and leaves it empty: each of its records was a reject."""
    rows = [
        {
            "text": None,
            "maintext": TEXT,
            "source": " ",
            "source_domain": "q.example",
            "author": "",
            "authors": "Lee",
        },
        {"text": "Another dredger.", "maintext": TEXT, "source": "Quay Post", "source_domain": "q.example"},
    ]
    jsonl = "\n".join(map(json.dumps, rows)) + "\n"
    path = write(tmp_path, name, jsonl if name == "a.jsonl" else pl.DataFrame(rows).write_csv())
    found = scan(path)
    assert found.documents.select("text", "outlet", "byline").rows() == [
        (TEXT, "q.example", "Lee"),
        ("Another dredger.", "Quay Post", None),
    ]
    assert found.rejects.is_empty()
    (row,) = scan(path, text="text").rejects.to_dicts()
    assert (row["record"], row["reason"]) == (0, "blank"), "a text that was asked for is not looked for elsewhere"


def test_a_source_that_is_the_address_of_the_article_is_no_publisher(tmp_path: Path) -> None:
    """As trafilatura writes it."""
    address = "https://quay.example/2024/dredger"
    rows = [
        {"source": address, "hostname": "quay.example", "source-hostname": "Quay Post", "raw_text": "x", "text": TEXT},
        {"source": "https://quay.example/", "text": TEXT},
        {"source": address, "url": "https://q.example/1", "text": TEXT},
    ]
    found = scan(write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows))))
    assert found.documents.select("outlet", "url").rows()[0] == ("Quay Post", address)
    assert found.documents["url"].to_list()[1:] == [None, "https://q.example/1"]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Заголовок;Текст;Источник;Дата публикации;Ссылка;Автор", "05.03.2024 08:15"),
        ("العنوان;نص الخبر;المصدر;تاريخ النشر;الرابط;الكاتب", "2024-03-05 08:15"),
        ("عنوان;متن;خبرگزاری;تاریخ انتشار;لینک;نویسنده", "2024-03-05 08:15"),
        ("标题;正文;来源;发布时间;链接;作者", "2024-03-05 08:15:00"),
        ("見出し;本文;媒体名;掲載日;リンク;記者", "2024年3月5日 08:15"),
        ("제목;본문;언론사;일자;링크;기자", "2024-03-05 08:15"),
        ("Τίτλος;Κείμενο;Πηγή;Ημερομηνία;Σύνδεσμος;Συντάκτης", "2024-03-05 08:15"),
        ("media title;text;Media_Name;dateTime;url;Author", "2024-03-05 08:15"),
    ],
)
def test_columns_are_known_by_names_in_other_scripts(tmp_path: Path, header: str, row: str) -> None:
    """Only letters of the Latin alphabet counted: such a table had no column of texts."""
    found = scan(
        write(tmp_path, "a.csv", f'\ufeff{header}\nA dredger;"{TEXT}";Quay Post;{row};https://q.example/1;Lee\n')
    )
    (article,) = found.documents.rows(named=True)
    assert (article["text"], article["outlet"], article["byline"]) == (TEXT, "Quay Post", "Lee")
    assert (article["url"], article["published"]) == ("https://q.example/1", datetime(2024, 3, 5, 8, 15, tzinfo=UTC))


def test_a_date_with_its_hour_goes_before_the_day_beside_it() -> None:
    """Event Registry gives both."""
    assert choose_columns(["date", "time", "dateTime", "body"], Settings()).of["published"] == "dateTime"


def test_a_body_as_feedparser_gives_it(tmp_path: Path) -> None:
    parts = [{"type": "text/html", "language": None, "value": "<p>One &amp; two.</p><p>Three.</p>"}]
    found = scan(write(tmp_path, "a.jsonl", json.dumps({"summary": "One", "content": parts})))
    assert found.documents["text"].to_list() == ["One & two.\nThree."]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
@pytest.mark.parametrize("nothing", ["nan", "None", "NaN", "null", "\\N"])
def test_a_program_s_word_for_none_is_no_label(tmp_path: Path, name: str, nothing: str) -> None:
    """All articles without a publisher were those of one that was called `nan`."""
    rows = [{"text": TEXT, "source": nothing, "author": nothing, "title": nothing, "date": nothing, "url": nothing}]
    rows += [{"text": f"Another. {TEXT}", "source": "Nan News", "author": "Ann", "title": "None of it", "date": ""}]
    frame = pl.DataFrame(rows)
    path = tmp_path / name
    {"a.jsonl": frame.write_ndjson, "a.csv": frame.write_csv, "a.parquet": frame.write_parquet}[name](path)
    found = scan(path)
    labels = found.documents.select("outlet", "byline", "title", "published").rows()
    assert labels == [(None, None, None, None), ("Nan News", "Ann", "None of it", None)]
    assert found.inputs["undated"].to_list() == [0]


def test_a_number_that_is_none_is_no_label_and_no_text(tmp_path: Path) -> None:
    """Python writes NaN into JSON, where there is none."""
    lines = [f'{{"text": NaN, "body": "{at} dredgers", "source": NaN, "title": NaN}}' for at in range(2)]
    found = scan(write(tmp_path, "a.jsonl", "\n".join([*lines, '{"text": NaN}'])))
    assert found.documents.select("text", "outlet", "title").rows() == [
        (f"{at} dredgers", None, None) for at in range(2)
    ]
    assert found.rejects["reason"].to_list() == ["blank"]


def test_an_object_in_a_table_is_called_as_one_in_json(tmp_path: Path) -> None:
    """A newspaper's archive has its headline in `main`: as Parquet, its articles had no titles."""
    rows = [
        {"headline": {"main": "A dredger", "kicker": ""}, "source": {"name": "Quay Post"}, "body": TEXT},
        {"headline": {"main": "", "kicker": "x"}, "source": {"name": None}, "body": TEXT},
    ]
    pl.DataFrame(rows).write_parquet(tmp_path / "a.parquet")
    jsonl = write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows)))
    for path in (tmp_path / "a.parquet", jsonl):
        assert scan(path).documents.select("title", "outlet").rows() == [("A dredger", "Quay Post"), (None, None)]


def tables_of(rows: list[dict[str, Any]], folder: Path) -> list[Path]:
    """The same records as JSON lines, Parquet and Arrow."""
    frame = pl.DataFrame(rows, infer_schema_length=None)
    folder.mkdir(exist_ok=True)
    frame.write_parquet(folder / "a.parquet")
    frame.write_ipc(folder / "a.arrow")
    return [write(folder, "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows)), *sorted(folder.glob("a.[ap]*"))]


FIELDS = ("text", "title", "outlet", "byline", "url", "published")


@pytest.mark.parametrize(
    "rows",
    [
        [
            {"text": None, "maintext": TEXT, "source": " ", "source_domain": "q.example", "title": "", "headline": "A"},
            {"text": "Another.", "maintext": TEXT, "source": "Post", "source_domain": "q.example", "title": "B"},
        ],
        [{"text": "", "html": f"<p>{TEXT}</p>"}, {"text": "Another.", "html": "<p>Not this.</p>"}],
        [{"text": "One.", "source": "https://q.example/2020/a"}, {"text": "Two.", "source": "Quay Post"}],
        [
            {"body": ["One.", "Two."], "published": None, "date": "2020-03-05"},
            {"body": ["Three."], "published": "2020"},
        ],
        [{"body": [{"type": "p", "text": "One."}, {"type": "p", "text": "Two."}]}],
        [{"id": 1, "article": {"body": TEXT, "site": {"name": "Quay Post"}, "headline": {"main": "A dredger"}}}],
        [{"id": 1, "content": {"paragraphs": ["One.", "Two."], "lang": "en"}, "author": {"name": "Lee"}}],
    ],
)
def test_a_table_is_read_as_the_same_records_in_json(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    said, *others = [
        (found.documents.select(FIELDS).rows(), found.rejects.drop("path").rows())
        for found in map(scan, tables_of(rows, tmp_path))
    ]
    assert len(said[0]) == len(rows)
    assert others == [said, said]
    frame = pl.read_parquet(tmp_path / "a.parquet")
    of_frame = read_frame(frame, Settings()).documents.select(FIELDS).rows()
    assert of_frame == said[0] or "html" in frame.columns, "the texts of frames are what they are"


def test_of_what_a_table_has_in_no_column_only_that_row_is_lost(tmp_path: Path) -> None:
    rows = [{"text": "", "body": ""}, {"text": None, "body": TEXT}, {"text": "Another.", "body": None}]
    for path in tables_of(rows, tmp_path):
        found = scan(path)
        assert found.documents["text"].to_list() == [TEXT, "Another."]
        assert found.rejects.select("record", "reason").rows() == [(0, "blank")]
        assert scan(path, text="text").documents["text"].to_list() == ["Another."], "asked for by name"


@pytest.mark.parametrize(
    ("cells", "day"),
    [
        (["2024-03-05", "26/03/2024"], [5, 26]),
        (["5 marzo 2024", None], [5, None]),
        (["[1, 2024]", "a payload"], [None, None]),
        ([{"kind": "payload", "name": "2 of 2024"}, {"kind": "payload", "name": "x"}], [None, None]),
        ([7, 2024], [None, None]),
    ],
)
def test_data_is_a_date_where_it_is_one(tmp_path: Path, cells: list[Any], day: list[int | None]) -> None:
    """As Italians, Portuguese and Poles call it; what anybody else calls so is no date that could not be read."""
    rows = [{"titolo": "A dredger", "testo": TEXT, "data": cell} for cell in cells]
    for path in tables_of(rows, tmp_path):
        found = scan(path)
        assert found.documents["published"].dt.day().to_list() == day, path
        assert found.inputs["undated"].sum() == 0
    (tmp_path / "b.json").write_text(json.dumps({"data": [{"text": TEXT, "data": "5"}]}), encoding="utf-8")
    assert scan(tmp_path / "b.json").documents["published"].to_list() == [None]
