"""Dates that come with articles are taken as far as they are known."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance import clean
from provenance import scan as scan_all
from provenance.dumps.labels.day_order import DAY_FIRST, MONTH_FIRST, tell_order
from provenance.dumps.labels.published import parse_published
from provenance.dumps.reading import read_frame
from provenance.settings import Settings
from provenance.text.calendar import parse_date
from tests.dumps import BODY, PARAGRAPHS, TEXT, page, scan, write

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = datetime(2024, 3, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize("date", [{"$date": "2024-03-05T10:00:00Z"}, {"$date": {"$numberLong": "1709632800000"}}])
def test_a_document_store_s_export_is_dated(tmp_path: Path, date: dict[str, Any]) -> None:
    flat = {"_id": {"$oid": "65e6"}, "text": PARAGRAPHS[0], "date": date}
    nested = {"_id": {"$oid": "65e7"}, "date": date, "page": {"text": PARAGRAPHS[1]}}
    found = scan(write(tmp_path, "a.jsonl", f"{json.dumps(flat)}\n{json.dumps(nested)}\n"))
    assert found.documents["doc_id"].to_list() == ["65e6", "65e7"]
    assert found.documents["published"].to_list() == [MOMENT] * 2


@pytest.mark.parametrize(
    ("times", "published"),
    [
        (("2024-03-05T12:00:00+02:00",), MOMENT),
        (("2024-03-05T12:00:00+02:00", "2024-03-05T15:00:00+02:00"), MOMENT.replace(hour=0)),
        (("2024-03-05",), MOMENT.replace(hour=0)),
    ],
)
def test_a_page_s_one_time_of_its_day_is_kept(tmp_path: Path, times: tuple[str, ...], published: datetime) -> None:
    printed = "".join(f'<p><time datetime="{time}">5 March 2024</time></p>' for time in times)
    found = scan(write(tmp_path, "a.html", page(printed + BODY)))
    assert found.documents["published"].to_list() == [published]


AMENDED = "<p>This article was amended on 6 March 2024 to correct the name of the yard.</p>"
CHANGED = {"@type": "NewsArticle", "headline": "A dredger", "dateModified": "2024-03-06T10:00:00Z"}


@pytest.mark.parametrize(
    ("head", "over", "under"),
    [
        ("", "", AMENDED),
        ("", "", '<p class="date">Correction, March 6, 2024: an earlier version named another yard.</p>'),
        ("", "", '<p class="date">March 6, 2024: This story has been updated with a statement of the yard.</p>'),
        ("", "<p>Last updated on 6 March 2024</p>", ""),
        ("", '<p>Updated: <time datetime="2024-03-06T10:00:00Z">yesterday</time></p>', ""),
        ("", '<p class="date">Zuletzt aktualisiert am <span>6. März 2024</span></p>', ""),
        ('<meta property="article:modified_time" content="2024-03-06T10:00:00Z">', "", ""),
        ('<meta itemprop="dateModified" content="2024-03-06T10:00:00Z">', "", ""),
        (f'<script type="application/ld+json">{json.dumps(CHANGED)}</script>', "", ""),
    ],
)
def test_a_page_that_says_only_when_it_was_changed_has_no_date_and_it_is_told(
    tmp_path: Path, head: str, over: str, under: str
) -> None:
    """They were read as the day of publication, and the source looked later than its copies."""
    found = scan(write(tmp_path, "a.html", page(over + BODY + under, head)))
    assert found.documents["published"].to_list() == [None]
    assert found.inputs["undated"].to_list() == [1]
    assert re.fullmatch(
        r"updated: .*(?:2024-03-06|6 March 2024|March 6, 2024|6. März 2024).*", found.inputs["undated_as"][0]
    )


@pytest.mark.parametrize(
    "over",
    [
        '<p class="date">5 March 2024</p>',
        "<p>Updated: 6 March 2024 | Published: 5 March 2024</p>",
        '<p>Published <time datetime="2024-03-05">Tuesday</time>, updated <time datetime="2024-03-06">today</time></p>',
        '<p><time class="updated" datetime="2024-03-05">5 March 2024</time></p>',  # so themes print when it appeared
    ],
)
def test_a_page_s_day_is_read_beside_that_of_a_change(tmp_path: Path, over: str) -> None:
    found = scan(write(tmp_path, "a.html", page(over + BODY + AMENDED)))
    assert found.documents["published"].to_list() == [MOMENT.replace(hour=0)]
    assert found.inputs["undated"].to_list() == [0]


@pytest.mark.parametrize(("name", "last"), [("a.jsonl", ""), ("a.csv", ""), ("a.parquet", "06/03/2024")])
def test_when_a_record_was_changed_is_told_where_nothing_says_when_it_was_published(
    tmp_path: Path, name: str, last: str
) -> None:
    rows = [
        {"id": "a", "text": PARAGRAPHS[0], "published": "2024-03-05", "updated_at": "2024-03-06"},
        {"id": "b", "text": PARAGRAPHS[1], "published": None, "updated_at": "2024-03-06"},
        {"id": "c", "text": PARAGRAPHS[2], "published": None, "updated_at": last},
    ]
    frame = pl.DataFrame(rows)
    path = tmp_path / name
    {"a.jsonl": frame.write_ndjson, "a.csv": frame.write_csv, "a.parquet": frame.write_parquet}[name](path)
    found = scan(path)
    assert found.documents["published"].to_list() == [MOMENT.replace(hour=0), None, None]
    assert found.inputs["undated"].to_list() == [1 + bool(last)]
    assert found.inputs["undated_as"][0].startswith("updated: ")


def test_a_field_that_says_updated_is_no_date_of_publication(tmp_path: Path) -> None:
    dates = ("Updated: 6 March 2024", "5 March 2024")
    rows = [{"text": text, "date": date} for text, date in zip(PARAGRAPHS[:2], dates, strict=True)]
    found = scan(write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows))))
    assert found.documents["published"].to_list() == [None, MOMENT.replace(hour=0)]
    assert found.inputs["undated_as"].to_list() == ["Updated: 6 March 2024"]


def test_plain_text_is_not_dated_by_its_last_update(tmp_path: Path) -> None:
    body = "\n\n".join(PARAGRAPHS)
    one = f"Second dredger for the harbour\n\nLast updated 6 March 2024 at 10:00 GMT\n\n{body}\n"
    both = f"Second dredger for the harbour\n\nUpdated 6 March 2024\n\nPublished 5 March 2024\n\n{body}\n"
    for text, day in ((one, None), (both, MOMENT.replace(hour=0))):
        assert scan(write(tmp_path, "a.txt", text)).documents["published"].to_list() == [day]


@pytest.mark.parametrize("date", ["2024", 2024, "2024-03", "March 2024", "202403"])
def test_a_date_without_a_day_is_none_and_is_told(tmp_path: Path, date: str | int) -> None:
    found = scan(write(tmp_path, "a.jsonl", json.dumps({"text": PARAGRAPHS[0], "date": date})))
    assert found.documents["published"].to_list() == [None]
    assert found.inputs.select("undated", "undated_as").row(0) == (1, str(date))
    assert parse_published(pl.Series([date])).to_list() == [None]


@pytest.mark.parametrize("date", ["2024", "2024-01"])
def test_a_date_without_a_day_is_not_the_first(date: str) -> None:
    """It became the first day of its year, and the article of the 15th a copy of it."""
    text = "\n\n".join(PARAGRAPHS)
    rows = {"id": ["late", "first"], "source": ["Late Post", "First Post"], "date": [date, "2024-01-15T08:00:00Z"]}
    frame = pl.DataFrame({**rows, "text": [text, text]})
    assert clean(frame, keep="earliest")["id"].to_list() == ["first"]
    assert dict(scan_all(frame).origins.select("doc_id", "origin_id").iter_rows()).get("first") != "late"


def test_a_page_s_year_does_not_hide_its_day(tmp_path: Path) -> None:
    head = '<meta name="dc.date" content="2024"><meta name="displaydate" content="2024-03-05T10:00:00Z">'
    assert scan(write(tmp_path, "a.html", page(BODY, head))).documents["published"].to_list() == [MOMENT]


#: A date that can be read in two ways, beside others of its field -> the day that it is.
SETTLED = [
    (["03/04/2024", "26/03/2024"], datetime(2024, 4, 3, tzinfo=UTC)),
    (["03/04/2024", "03/26/2024"], datetime(2024, 3, 4, tzinfo=UTC)),
    (["3-4-2024 10:15", "26-3-2024 9:00"], datetime(2024, 4, 3, 10, 15, tzinfo=UTC)),
    (["3/4/2024 5:30 PM", "3/26/2024 9:00 AM"], datetime(2024, 3, 4, 17, 30, tzinfo=UTC)),
    (["Published: 03/04/2024", "Published: 26/03/2024"], datetime(2024, 4, 3, tzinfo=UTC)),
    (["03/04/2024", "26.03.2024"], None),  # dots have the day first by custom, and say nothing of strokes
    (["03/04/2024", "26/03/2024", "03/26/2024"], None),
    (["03/04/2024", "05/06/2024"], None),
    (["03/04/2024", "26/13/2024"], None),
]


@pytest.mark.parametrize(("dates", "day"), SETTLED)
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_the_other_dates_of_a_field_tell_where_the_day_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dates: list[str], day: datetime | None, kind: str
) -> None:
    monkeypatch.setattr("provenance.dumps.intake.BATCH_ROWS", 1)
    monkeypatch.setattr("provenance.dumps.columnar.table_files.BATCH_ROWS", 1)
    for name, rows in (("one", dates), ("other", dates[::-1])):
        frame = pl.DataFrame({"id": rows, "date": rows, "text": [f"{row}: {PARAGRAPHS[0]}" for row in rows]})
        into = tmp_path / f"{name}.{kind}"
        {"csv": frame.write_csv, "jsonl": frame.write_ndjson, "parquet": frame.write_parquet}[kind](into)
        found = scan(into)
        assert dict(found.documents.select("doc_id", "published").iter_rows())[dates[0]] == day
        assert found.inputs["undated"].to_list() == [found.documents["published"].null_count()]
        assert read_frame(frame, Settings()).documents["published"].to_list() == [
            dict(found.documents.select("doc_id", "published").iter_rows())[row] for row in rows
        ]


def test_a_field_of_another_input_tells_nothing(tmp_path: Path) -> None:
    tables = [write(tmp_path, f"{day}.csv", f"id,date,text\n{day},{day}/04/2024,Text.\n") for day in ("03", "26")]
    found = scan(*tables)
    days = dict(found.documents.select("doc_id", "published").iter_rows())
    assert [days["03"], days["26"]] == [None, datetime(2024, 4, 26, tzinfo=UTC)]
    assert found.inputs["undated"].to_list() == [1, 0]


@given(
    st.lists(st.sampled_from(["", " ", "Mon, ", "11:00 ", "\n", "26", "08", "3", "13", "/", "-", "2024", "1066", "é"]))
)
def test_a_date_of_one_order_alone_is_told_as_what_it_is(pieces: list[str]) -> None:
    date = "".join(pieces)
    told = tell_order(pl.Series([date])).item()
    assert re.search(DAY_FIRST, date) is None or re.search(MONTH_FIRST, date) is None
    first, second = parse_date(date, day_first=True), parse_date(date, day_first=False)
    if first != second:
        assert parse_date(date) is None
        assert told is None


@pytest.mark.parametrize(
    ("dates", "read"),
    [
        (("45000", "45001"), ("2023-03-15 00:00", "2023-03-16 00:00")),
        (("45000.75", "", "45001"), ("2023-03-15 18:00", None, "2023-03-16 00:00")),
        (("45000", "2023-03-16"), (None, "2023-03-16 00:00")),
        (("45000", "12"), (None, None)),
        (("45000", "99999"), (None, None)),
    ],
)
def test_a_day_is_a_number_where_a_sheet_was_saved_as_text(
    tmp_path: Path, dates: tuple[str, ...], read: tuple[str | None, ...]
) -> None:
    rows = "".join(f'{given};"{TEXT}"\n' for given in dates)
    found = scan(write(tmp_path, "sheet.csv", f"date;text\n{rows}"))
    assert tuple(found.documents["published"].dt.to_string("%Y-%m-%d %H:%M")) == read
    unread = sum(bool(day) and at is None for day, at in zip(dates, read, strict=True))
    assert found.inputs["undated"].to_list() == [unread]
    lines = "".join(json.dumps({"date": given, "text": TEXT}) + "\n" for given in ("45000", "45001"))
    assert scan(write(tmp_path, "a.jsonl", lines)).documents["published"].null_count() == 2
