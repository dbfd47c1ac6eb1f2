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
from tests.dumps import BODY, PARAGRAPHS, page, scan, write

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
