"""Dates: where they are read, which are an event's or an amendment's, and which are not believed."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import provenance
from provenance.tables import (
    PASSAGES,
    empty,
)
from provenance.tracing.statements.attributions import find_attributions
from provenance.tracing.statements.dates import find_dates
from tests.tracing import DAY, STORY, documents


def dates_of(*rows: dict[str, Any]) -> pl.DataFrame:
    given = documents(*rows)
    return find_dates(given, find_attributions(given, empty(PASSAGES)))


def test_dates_from_field_address_head_and_dateline() -> None:
    text = f"Quay closed\n\nUpdated 7 May 2024, 10:00\n\nTuesday, 7 May 2024\n\nROME, May 7 (Reuters) - {STORY}"
    table = dates_of({"doc_id": "a", "text": text, "published": DAY, "url": "https://x.example/2024/05/06/quay"})
    rows = table.select(
        "kind", "precision", pl.col("start").is_null(), pl.col("value").dt.date().cast(pl.String)
    ).rows()
    assert sorted(rows) == sorted(
        [
            ("published", "second", True, "2024-05-06"),
            ("published", "day", True, "2024-05-06"),
            ("updated", "second", False, "2024-05-07"),
            ("published", "day", False, "2024-05-07"),
            ("published", "day", False, "2024-05-07"),
        ]
    )
    for start, end in table.drop_nulls("start").select("start", "end").rows():
        assert "May 7" in text[start:end] or "7 May" in text[start:end]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("This article was amended on 6 March 2024 to correct a name.", "updated"),
        ("Correction, March 6, 2024: An earlier version named another yard.", "updated"),
        ("March 6, 2024: This story has been updated with the yard's statement.", "updated"),
        ("Zuletzt aktualisiert am 6. März 2024", "updated"),
        ("Updated 9:10 GMT, posted 6 March 2024", "published"),
        ("Wednesday, 6 March 2024", "published"),
    ],
)
def test_the_day_of_an_amendment_is_not_that_of_the_article(line: str, kind: str) -> None:
    """It was believed as the day of publication where its line was short."""
    table = dates_of({"doc_id": "a", "text": f"Quay closed\n\n{line}\n\n{STORY}"})
    assert table["kind"].to_list() == [kind]


def test_midnight_to_the_second_is_a_day() -> None:
    midnight = DAY.replace(hour=0, minute=0)
    moments = [midnight, midnight + timedelta(seconds=1), midnight + timedelta(hours=1)]
    table = dates_of(*({"doc_id": f"d{at}", "text": STORY, "published": moment} for at, moment in enumerate(moments)))
    assert table.sort("doc_id")["precision"].to_list() == ["day", "second", "second"]


def test_lies_are_not_trusted() -> None:
    rows = [{"doc_id": f"s{n}", "text": STORY, "published": DAY, "outlet": "Scraper"} for n in range(12)]
    rows += [
        {"doc_id": "epoch", "text": STORY, "published": datetime(1970, 1, 1, tzinfo=UTC)},
        {"doc_id": "future", "text": STORY, "published": datetime(2999, 1, 1, tzinfo=UTC)},
        {"doc_id": "good", "text": STORY, "published": DAY, "outlet": "Other"},
        {"doc_id": "weekday", "text": f"Monday, 7 May 2024\n\n{STORY}"},
    ]
    table = dates_of(*rows)
    assert table.filter("trusted")["doc_id"].to_list() == ["good"]


def test_a_date_in_prose_is_an_event() -> None:
    table = dates_of(
        {
            "doc_id": "a",
            "text": f"It all began, as many of those who were there remember, on 3 March 2020. {STORY}",
        }
    )
    assert table["kind"].to_list() == ["event"]


DAYS = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(366)]  # of a leap year


@pytest.mark.parametrize("form", ["%A, {day} %B %Y", "%B {day}, %Y", "{day} %b %Y", "%Y-%m-%d", "%d.%m.%Y"])
def test_each_day_of_the_year_is_read_as_printed(form: str) -> None:
    rows = [
        {"doc_id": f"{day:%m%d}", "text": f"Quay closed\n\n{day.strftime(form).format(day=day.day)}\n\n{STORY}"}
        for day in DAYS
    ]
    found = dates_of(*rows)
    told = dict(found.filter("trusted").select("doc_id", "value").iter_rows())
    # 01.02.2024 may be either day: it is no date that can be trusted to one
    asked = [day for day in DAYS if form != "%d.%m.%Y" or day.day > 12]
    assert [told.get(f"{day:%m%d}") for day in asked] == asked


def test_each_day_of_the_year_is_read_from_addresses() -> None:
    rows = [{"doc_id": f"{day:%m%d}", "text": STORY, "url": f"https://x.example/{day:%Y/%m/%d}/quay"} for day in DAYS]
    assert dates_of(*rows).sort("doc_id")["value"].to_list() == DAYS


def test_dates_do_not_hang_on_the_day_of_the_run() -> None:
    """No module that reads dates asks what day it is."""
    package = Path(provenance.__file__).parent
    for module in [*(package / "tracing").glob("*.py"), *(package / "text").glob("*.py")]:
        called = {
            node.attr for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Attribute)
        }
        assert not called & {"now", "today", "utcnow", "localtime", "gmtime"}, module.name
