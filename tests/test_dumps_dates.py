"""Dates that come with articles are taken as far as they are known."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from provenance import clean
from provenance import scan as scan_all
from provenance.dumps.published import parse_published
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
