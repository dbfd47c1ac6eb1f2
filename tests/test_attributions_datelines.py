"""Datelines: where they end, what place, day and agency they name, and what only looks like one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from provenance.tables import PASSAGES, empty
from provenance.tracing.statements.attributions import find_attributions
from provenance.tracing.statements.datelines import read_dateline
from tests.attributions import BODY, found, frame


@pytest.mark.parametrize(
    ("line", "words", "place", "source"),
    [
        ("TEHRAN (FNA)- Two bridges were closed.", "TEHRAN (FNA)", "TEHRAN", "Fars News Agency"),
        (
            "WASHINGTON, DC (Kurdistan 24) – On Monday",
            "WASHINGTON, DC (Kurdistan 24)",
            "WASHINGTON, DC",
            "Kurdistan 24",
        ),
        ("NEW YORK (AP) — The", "NEW YORK (AP)", "NEW YORK", "Associated Press"),
        ("TIKRIT: Three people", "TIKRIT", "TIKRIT", None),
        ("Beirut – In the wake", "Beirut", "Beirut", None),
        ("LAGOS, March 3 (Xinhua) -- Rain", "LAGOS, March 3 (Xinhua)", "LAGOS", "Xinhua"),
        ("PARIS, 3 mars (AFP) — Le maire", "PARIS, 3 mars (AFP)", "PARIS", "Agence France-Presse"),
        ("    SALVADOR, Feb 26 - Showers", "SALVADOR, Feb 26", "SALVADOR", None),
        ("بغداد (رويترز) - قال مسؤول", "بغداد (رويترز)", "بغداد", "Reuters"),
        ("QUILLBRIDGE, N.H. — A moose", "QUILLBRIDGE, N.H.", "QUILLBRIDGE, N.H.", None),
        ("Washington (CNN)", "Washington (CNN)", "Washington", "CNN"),
        ("Madrid, 4 mar (EFE).- El Gobierno", "Madrid, 4 mar (EFE)", "Madrid", "EFE"),
        ("Wien, 04. März 2024 (APA/dpa) - Die", "Wien, 04. März 2024 (APA/dpa)", "Wien", "Austria Press Agency"),
        ("МОСКВА, 4 марта. /ТАСС/. Правительство", "МОСКВА, 4 марта. /ТАСС/", "МОСКВА", "TASS"),
        ("МОСКВА, 4 мар — РИА Новости. Власти", "МОСКВА, 4 мар — РИА Новости", "МОСКВА", "RIA Novosti"),
        ("SEATTLE--(BUSINESS WIRE)--Robots", "SEATTLE--(BUSINESS WIRE)", "SEATTLE", "Business Wire"),
        ("SEATTLE, May 4, 2024 /PRNewswire/ -- Robots", "SEATTLE, May 4, 2024 /PRNewswire/", "SEATTLE", "PR Newswire"),
        ("New Delhi, Mar 4 (PTI) The minister", "New Delhi, Mar 4 (PTI)", "New Delhi", "Press Trust of India"),
        ("بغداد/واع/ قال مسؤول", "بغداد/واع/", "بغداد", "Iraqi News Agency"),
        ("Moscow, March 4 - Reuters reported on Monday. The", "Moscow, March 4", "Moscow", None),
        ("Madrid (EFE). El ministro dimitió", "Madrid (EFE)", "Madrid", "EFE"),
        (f"(EFE) {BODY}", "(EFE)", None, "EFE"),
        (f"(CNN) {BODY}", "(CNN)", None, "CNN"),
        ("Berne, ATS - Le Conseil fédéral", "Berne, ATS", "Berne", "Keystone-SDA"),
        ("Bern (sda) - Der Bundesrat", "Bern (sda)", "Bern", "Keystone-SDA"),
        ("Philadelphia, PA - A moose", "Philadelphia, PA", "Philadelphia, PA", None),
        ("AFP, Paris — Le maire", "AFP, Paris", "Paris", "Agence France-Presse"),
        (
            "ABU DHABI, 5th March, 2025 (WAM) -- Rain",
            "ABU DHABI, 5th March, 2025 (WAM)",
            "ABU DHABI",
            "Emirates News Agency",
        ),
        (
            "Port-au-Prince, 5 mars 2025 (AFP) — Le",
            "Port-au-Prince, 5 mars 2025 (AFP)",
            "Port-au-Prince",
            "Agence France-Presse",
        ),
        (
            "New Delhi [India], March 5 (ANI): Rain",
            "New Delhi [India], March 5 (ANI)",
            "New Delhi",
            "Asian News International",
        ),
        (
            "Mumbai (Maharashtra) [India], March 5 (ANI): Rain",
            "Mumbai (Maharashtra) [India], March 5 (ANI)",
            "Mumbai",
            "Asian News International",
        ),
        ("تهران - ایرنا - وزیر روز", "تهران - ایرنا", "تهران", "Islamic Republic News Agency"),
        ("عمان 5 آذار (بترا) - قال مسؤول", "عمان 5 آذار (بترا)", "عمان", "Petra"),
        ("دمشق/ 5 آذار/ سانا - قال مسؤول", "دمشق/ 5 آذار/ سانا", "دمشق", "Syrian Arab News Agency"),
        (f"القاهرة - قال مسؤول {BODY}", "القاهرة", "القاهرة", None),
        (
            "Saint-Hilaire-des-Bois (AFP) - Le",
            "Saint-Hilaire-des-Bois (AFP)",
            "Saint-Hilaire-des-Bois",
            "Agence France-Presse",
        ),
        ("(ANSA) - ROMA, 05 MAR - Il ministro", "(ANSA) - ROMA, 05 MAR", "ROMA", "ANSA"),
        ("Warszawa, 5.03.2024 (PAP) - Minister", "Warszawa, 5.03.2024 (PAP)", "Warszawa", "Polish Press Agency"),
        (f"AGI - Il ministro. {BODY}", "AGI", None, "AGI"),
    ],
)
def test_datelines_end_before_their_dash(line: str, words: str, place: str | None, source: str | None) -> None:
    assert found(f"{line}\n\n{BODY}")[:1] == [("dateline", source, "article")]
    dateline = read_dateline(line)
    assert dateline is not None
    assert (line[dateline.start : dateline.end], dateline.place, dateline.source) == (words, place, source)


@pytest.mark.parametrize(
    "line",
    [
        "The Senate (Reuters) Today", "Smith (AP) He said", "and/or/maybe this", "Jane Doe/AFP/Getty Images in Paris",
        "Chapter 4 (PA) The", "Profits rose 4 (PA) The", "CANADIAN PACIFIC (CP) CONFIRMS EARNINGS",
        "(Reuters) A short line, as under a picture", "(Smith) The mayor of the town opened the new bridge on Sunday.",
    ],
)  # fmt: skip
def test_an_agency_between_brackets_or_slashes_is_no_dateline_without_a_place(line: str) -> None:
    assert read_dateline(line) is None


@pytest.mark.parametrize(
    ("text", "place", "day", "source"),
    [
        ("新华社北京3月4日电（记者王立彬）国家统计局发布数据。", "北京", date(2024, 3, 4), "Xinhua"),
        ("路透社北京3月4日电 国家统计局发布数据。", "北京", date(2024, 3, 4), "Reuters"),
        ("新华社记者在北京采访了三位专家，他们说三月四日来电很多。", None, None, None),
    ],
)
def test_chinese_datelines_begin_with_their_agency(
    text: str, place: str | None, day: date | None, source: str | None
) -> None:
    given = frame(f"就业形势\n{text}", published=datetime(2024, 3, 5, tzinfo=UTC))
    datelines = find_attributions(given, empty(PASSAGES)).filter(pl.col("kind") == "dateline")
    assert datelines.select("place", "day", "source").rows() == ([(place, day, source)] if source else [])


@pytest.mark.parametrize(
    "line",
    [
        "BREAKING: The bridge is closed",
        "EXCLUSIVE – The mayor speaks",
        "FILE - In this May 1, 2018 photo a man waves",
        "Rep. Ann Example (R-S.C.): this is not a place",
        "Yup – so it is",
        "HARBOUR SUBSIDY WILL END JULY 1 - BOARD",
        "Smith (12) – the youngest of three",
        "NEW JERSEY: Elizabeth has a mayor",
        "AP, The law - it is late",
        "Smith [Ann], March 5 (Holt): no",
        "Smith, 5.13.2024 (PAP) - no",
        f"AA - meetings are held on Tuesdays. {BODY}",
        "AFP - a short line",
        "LONDON (  ) - The minister said that nothing had been decided",
        "(\u00a0\u00a0) LONDON - The minister said that nothing had been decided",
    ],
)
def test_what_is_not_a_dateline(line: str) -> None:
    assert read_dateline(line) is None


def test_a_day_in_numbers_is_read_before_its_month() -> None:
    table = find_attributions(frame(f"Warszawa, 5.03.2024 (PAP) - {BODY}"), empty(PASSAGES))
    assert table["day"].to_list() == [date(2024, 3, 5)]


def test_a_dateline_takes_its_year_from_the_publication_date() -> None:
    text = f"VIENNA, Dec 31 (Reuters) - {BODY}"
    table = find_attributions(frame(text, published=datetime(2021, 1, 1, 3, tzinfo=UTC)), empty(PASSAGES))
    assert table["day"].to_list() == [date(2020, 12, 31)]
    assert find_attributions(frame(text), empty(PASSAGES))["day"].to_list() == [None]
