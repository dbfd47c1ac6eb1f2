"""Dates are read strictly: full ones, in many languages, never from today's clock."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.text import calendar
from provenance.text.calendar import find_dates, parse_date

MARCH_4 = datetime(2020, 3, 4, tzinfo=UTC)
MARCH_4_11 = datetime(2020, 3, 4, 11, tzinfo=UTC)
#: Of which dates in all forms are made, and what is nearly one.
PIECES = [
    "2020", "1066", "2020-03-04", "2020/3/4", "3", "04", "12", "26", "4th", "1er", "March", "mars", "Mar.", "März",
    "de", "of", "Wed", "Wednesday,", "11:00", "11:00:00", "GMT", "a.m.", " ", " ", "  ", "\u00a0", "\n", ",", ".", "-",
    "/", "年", "月", "日", "مارس", "٤", "٢٠٢٠", "e\u0301", "T", "\x1f",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value", "weekday"),
    [
        ("Wednesday, 4 March, 2020 - 11:00", MARCH_4_11, True),
        ("Thursday, 4 March 2020", MARCH_4, False),
        ("Wed, 04 Mar 2020 13:00:00 +0200", MARCH_4_11, True),
        ("Wed, 04 Mar 2020 06:00 EST", MARCH_4_11, True),
        ("March 4th, 2020, 11:00 a.m.", MARCH_4_11, None),
        ("Wed Mar 04 11:00:00 +0000 2020", MARCH_4_11, True),
        ("2020-03-04T12:00:00+01:00", MARCH_4_11, None),
        ("2020-03-04", MARCH_4, None),
        ("04.03.2020", MARCH_4, None),
        ("26/08/2020", datetime(2020, 8, 26, tzinfo=UTC), None),
        ("08/26/2020", datetime(2020, 8, 26, tzinfo=UTC), None),
        ("11:00 GMT 04.03.2020", MARCH_4_11, None),
        ("mercredi 4 mars 2020", MARCH_4, True),
        ("4 de marzo de 2020", MARCH_4, None),
        ("Mittwoch, 4. März 2020 um 11:00", MARCH_4_11, True),
        ("4 mars 2020 à 11h00", MARCH_4_11, None),
        ("4 de março de 2020 às 11h00", MARCH_4_11, None),
        ("Wed 4 Mar 2020 11.00 GMT", MARCH_4_11, True),
        ("4 March 2020 11.00am", MARCH_4_11, None),
        ("04.03.2020 um 11.00 Uhr", MARCH_4_11, None),
        ("March 4, 2020 / 6:00 AM EST", MARCH_4_11, None),
        ("11:00-4 مارس 2020", MARCH_4_11, None),
        ("4 Mart 2020", MARCH_4, None),
        ("4 марта 2020", MARCH_4, None),
        ("الأربعاء 4 مارس 2020", MARCH_4, True),
        ("٤ آذار/مارس ٢٠٢٠", MARCH_4, None),
        ("2020年3月4日", MARCH_4, None),
        ("2020年3月4日 11:00", MARCH_4_11, None),
        ("2020년 3월 4일 11:00", MARCH_4_11, None),
        ("Mar 4, 2020 • 6:00 AM EST", MARCH_4_11, None),
    ],
)
def test_a_full_date_is_found_whole(text: str, value: datetime, weekday: bool | None) -> None:
    (found,) = find_dates(f"(x) {text}; y")
    assert (found.value, found.weekday_agrees) == (value, weekday)
    assert f"(x) {text}; y"[found.start : found.end] == text
    assert found.precision == ("second" if value == MARCH_4_11 else "day")
    if weekday is not False:
        assert parse_date(f" {text} ") == (value, found.precision)


@given(text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_form_is_left_out_for_want_of_its_cue(text: str) -> None:
    found = list(calendar._all_forms(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calendar, "_CUES", (re.compile(""),) * len(calendar._FORMS))
        assert list(calendar._all_forms(text)) == found


def test_each_form_is_searched_for_by_its_cue_and_few_others() -> None:
    texts = ["2020-03-04", "4 March 2020", "March 4, 2020", "Wed Mar 04 11:00:00 2020", "04.03.2020", "2020年3月4日"]
    for number, (text, form) in enumerate(zip(texts, calendar._FORMS, strict=True)):
        assert form.search(text)
        told = [at for at, cue in enumerate(calendar._CUES) if cue.search(text)]
        assert number in told
        assert len(told) <= 2


@pytest.mark.parametrize(
    "text",
    [
        "TT 20", "1,215 people", "IS kills 3 militiamen", "May 10", "on Wednesday", "03/04/2020", "02-06-2022", "May 2020",  # noqa: E501
        "page 4\nMarch 2020", "31 February 2020", "10.12.2020.4", "v1.2.2020", "In May 10 2000 people came",
        "4 Foo 2020", "4 March 1066", "13.13.2020", "$4 March 2020", "2020-13-01",
    ],
)  # fmt: skip
def test_what_is_no_full_date_is_not_read(text: str) -> None:
    assert find_dates(text) == []


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("2020", datetime(2020, 1, 1, tzinfo=UTC), "year"),
        ("2020-03", datetime(2020, 3, 1, tzinfo=UTC), "month"),
        ("March 2020", datetime(2020, 3, 1, tzinfo=UTC), "month"),
        ("20200304", MARCH_4, "day"),
        ("20200304110000", MARCH_4_11, "second"),
        ("20200304T110000Z", MARCH_4_11, "second"),
        ("20200304T120000+0100", MARCH_4_11, "second"),
        ("2020-03-04T11:00:00Z[UTC]", MARCH_4_11, "second"),
        ("2020-03-04T12:00:00+01:00[Europe/Paris]", MARCH_4_11, "second"),
        ("2020-03-04 11:00:00+00", MARCH_4_11, "second"),
        ("2020-03-04 06:00:00.000-05", MARCH_4_11, "second"),
        ("Wed Mar 04 2020 12:00:00 GMT+0100 (Central European Standard Time)", MARCH_4_11, "second"),
        ("2020.03.04. 11:00", MARCH_4_11, "second"),
        ("2020. 3. 4.", MARCH_4, "day"),
        ("2020.03.04. 오전 11:00", MARCH_4_11, "second"),
        ("2020.03.03. 오후 11:00", datetime(2020, 3, 3, 23, tzinfo=UTC), "second"),
        ("4 Mart 2020 Çarşamba", MARCH_4, "day"),
        ("Publié le 4 mars 2020 à 11h00", MARCH_4_11, "second"),
        ("Publicado el 4 de marzo de 2020", MARCH_4, "day"),
        ("Veröffentlicht: 4. März 2020", MARCH_4, "day"),
        ("Published: March 4, 2020", MARCH_4, "day"),
        ("Updated 4 March 2020, 11:00 GMT", MARCH_4_11, "second"),
        ("last updated on 2020-03-04 11:00", MARCH_4_11, "second"),
        (str(int(MARCH_4_11.timestamp())), MARCH_4_11, "second"),
        (str(int(MARCH_4_11.timestamp()) * 1000), MARCH_4_11, "second"),
    ],
)
def test_a_field_may_say_less(text: str, value: datetime, precision: str) -> None:
    assert parse_date(text) == (value, precision)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("ET", 14), ("CT", 15), ("PT", 17), ("EST", 14), ("BST", 8), ("CET", 8), ("EET", 7), ("MSK", 6), ("JST", 0),
        ("SGT", 1), ("PKT", 4), ("GST", 5), ("GMT+1", 8), ("UTC-05:30", 14), ("-0500", 14), ("Uhr", 9), ("et", 9),
    ],
)  # fmt: skip
def test_a_zone_is_read_where_its_name_is_one_zone_s_alone(zone: str, hour: int) -> None:
    moment = datetime(2024, 3, 5, hour, 30 if zone == "UTC-05:30" else 0, tzinfo=UTC)
    assert parse_date(f"March 5, 2024 9:00 AM {zone}") == (moment, "second")


def test_a_place_s_clock_goes_by_the_summer_time_of_its_day() -> None:
    assert parse_date("July 5, 2024 9:00 AM ET") == (datetime(2024, 7, 5, 13, tzinfo=UTC), "second")
    assert parse_date("9:00 PT, 1 November 1990") == (datetime(1990, 11, 1, 17, tzinfo=UTC), "second")


@pytest.mark.parametrize("zone", ["IST", "AST", "XYZT", "UK"])
def test_of_a_zone_that_nobody_knows_the_day_is_kept(zone: str) -> None:
    assert parse_date(f"5 March 2024, 23:30 {zone}") == (datetime(2024, 3, 5, tzinfo=UTC), "day")
    (found,) = find_dates(f"23:30 {zone} 5 March 2024")
    assert (found.value, found.precision) == (datetime(2024, 3, 5, tzinfo=UTC), "day")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1215",
        "now",
        "yesterday",
        "03/04/2020",
        "20201304",
        "4 March 2020 and more",
        "5 Mart 2020 Çarşamba",
        "2020.13.04.",
    ],
)
def test_a_field_that_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_a_field_s_order_is_taken_where_it_is_told() -> None:
    assert parse_date("04/03/2020 11:00 GMT", day_first=True) == (MARCH_4_11, "second")
    assert parse_date("03-04-2020", day_first=False) == (MARCH_4, "day")
    for day_first in (True, False):
        for text in ("26/08/2020", "08/26/2020", "2020-03-04", "04.03.2020", "4 March 2020"):
            assert parse_date(text, day_first=day_first) == parse_date(text)


@given(st.integers(-2208988800, 4133894400))
def test_round_trip(seconds: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert parse_date(moment.isoformat()) == (moment, "second")
    (found,) = find_dates(moment.strftime("said on %A, %-d %B %Y."))
    assert (found.value.date(), found.weekday_agrees) == (moment.date(), True)


@given(st.text(st.sampled_from("0123456789 :.,/-TZ+MarchmaymercrediاربعاءGMT\n٤年"), max_size=200))
def test_any_text_gives_sound_places(text: str) -> None:
    end = 0
    for found in find_dates(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end


@pytest.mark.parametrize(
    "piece",
    [
        "A ",
        "4 ",
        "12:00 ",
        "May 4 ",
        "1",
        "a",
        "4 March ",
        "monday ",
        "1-",
        "2020 ",
        "4 de ",
        "é",
        "12:00 GMT ",
    ],
)
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    text = "2020 " + piece * (100_000 // len(piece))
    started = time.perf_counter()
    find_dates(text)
    assert time.perf_counter() - started < 2  # 0.1 s here; quadratic cost would be minutes
