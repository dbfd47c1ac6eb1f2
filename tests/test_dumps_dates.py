"""Dates that come with articles are taken as far as they are known."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

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
