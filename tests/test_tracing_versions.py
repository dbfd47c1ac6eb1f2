"""An outlet's versions of one article, and what others take from them, scanned whole."""

from __future__ import annotations

import pytest

from tests.test_tracing_newsroom import scanned, told

FIRST = (
    "A freight train carrying ethanol derailed near the town of Colby, Kansas, early on Friday, and officials ordered "
    "people within a mile of the tracks to leave their homes.\n\n"
    "At least 14 cars left the rails at about 3:40 a.m., the county sheriff, Ron Beckett, said. Two of them were "
    "burning. No injuries have been reported.\n\n"
    '"We are asking folks to get out now and ask questions later," Beckett said.'
)
LATER = FIRST.replace("14 cars", "22 cars").replace("Two of", "Five of").replace(
    "No injuries have been reported.", "One firefighter was treated for smoke inhalation."
) + (
    "\n\nThe railroad, Plains Western, said the train had 81 cars and was bound from Goodland to Kansas City. Crews "
    "were building a dam of earth to keep ethanol out of Prairie Dog Creek.\n\n"
    "Schools in the county were closed for the day, and a shelter was opened at the fairgrounds, where about 300 "
    "people had gathered by noon."
)  # fmt: skip


def test_a_version_of_before_is_no_later_version() -> None:
    """The first report was "a later version of the same outlet's" one of seven hours later, "likely"."""
    run = scanned(
        {"id": "one", "outlet": "Kansas Plainsman", "published": "2025-03-07T11:02:00Z", "text": FIRST},
        {"id": "two", "outlet": "Kansas Plainsman", "published": "2025-03-07T18:30:00Z", "text": LATER},
        {
            "id": "three", "outlet": "Kansas Plainsman", "published": "2025-03-08T01:10:00Z",
            "text": f"{LATER}\n\nCorrection: An earlier version misspelled the first name of the sheriff.",
        },
    )  # fmt: skip
    order = ["one", "two", "three"]
    edges = run.edges.select("from_id", "to_id", "kind").rows()
    assert {kind for *_, kind in edges} == {"revision"}
    assert all(order.index(source) < order.index(copy) for source, copy, _ in edges)
    assert told(run)["one"]["origin_id"] == "one"


def test_a_first_report_that_knew_less_is_no_version_of_the_next() -> None:
    """That it had "at least 14 cars" made it, of an hour and a half before, "a later version" of the next, "possible";
    and with an agency's dateline each of the two stood for itself.
    """
    first = FIRST.replace("At least 14 cars", "At least ten cars").replace("Ron Beckett", "Beckett")
    versions = [first, FIRST.replace("At least 14", "Exactly 14"), LATER.replace("At least 22", "Exactly 22")]
    for outlet, line in (("Kansas Plainsman", ""), ("Associated Press", "COLBY, Kan. (AP) — ")):
        clock = ("11:00", "12:30", "18:30")
        given = zip("abc", versions, clock, strict=True)
        run = scanned(
            *(
                {"id": name, "outlet": outlet, "published": f"2025-03-07T{hour}:00Z", "text": line + text}
                for name, text, hour in given
            )
        )
        found = told(run)
        assert [found[name]["kind"] for name in "abc"] == ["itself", "document", "document"]
        assert found["b"]["origin_id"] == "a"
        assert "undetermined" not in {row["verdict"] for row in found.values()}


def test_of_two_undated_versions_the_other_is_named_by_its_title() -> None:
    """Of both was said that they and the Beacon, whose they are, share text."""
    said = FIRST.split("\n\n")
    run = scanned(
        {"id": "a", "outlet": "Wichita Beacon", "title": "Train derails", "text": "\n\n".join(said[:2])},
        {"id": "b", "outlet": "Wichita Beacon", "title": "Train burns", "text": FIRST},
    )
    assert [told(run)[one]["reason"] for one in "ab"] == [
        f"It and the same outlet’s “{other}” share text, and too little tells which was first."
        for other in ("Train burns", "Train derails")
    ]


MARKET = (
    "Shares in Tallinn closed {way} on {day}, with the index {way} by {points} percent at {index} points, as "
    "investors looked to the central bank.\n\n"
    "The biggest gainer was {up}, which rose {rise} percent. Turnover was in line with the average of the "
    "past thirty sessions, brokers said.\n\n"
    "Brent crude traded at {oil} dollars a barrel. The exchange opens again at ten in the morning, and the figures in "
    "this report are those of the exchange and may be revised."
)  # fmt: skip
NAMES = ("day", "way", "points", "index", "up", "rise", "oil")
DAYS = [
    dict(zip(NAMES, row.split(), strict=True))
    for row in (
        "Monday higher 0.4 1,802.4 Merko 2.1 71.2", "Tuesday lower 0.7 1,789.9 Elekter 1.4 70.1",
        "Wednesday higher 0.1 1,791.0 Vesi 0.9 69.4", "Thursday higher 1.1 1,811.3 LHV 3.4 69.9",
    )
]  # fmt: skip


def report(number: int, **columns: str) -> dict[str, str]:
    text = MARKET.format(**DAYS[number])
    day = {"id": f"d{number}", "outlet": "Baltic Wire", "published": f"2025-03-0{3 + number}T16:30:00Z", "text": text}
    return day | columns


def test_daily_reports_of_one_form_are_no_versions_of_the_first() -> None:
    run = scanned(*(report(number) for number in range(4)))
    assert run.matches.height == 6
    assert run.edges.is_empty()
    assert all(row["origin_id"] == doc_id for doc_id, row in told(run).items())


FORECAST = (
    "{day}: low {low}, high {high}.\n\n"
    "Clouds come in from the west during the morning, with a few showers over the hills, and it brightens up along the "
    "coast in the afternoon. Winds are light and variable, and back to the south-west at the end of the day."
)


def test_forecasts_of_one_form_are_told_by_figures_around_their_words() -> None:
    """In the words that they share they have none: each was "a later version of" the first, "likely"."""
    days = (("Monday", 3, 11), ("Tuesday", 4, 12), ("Wednesday", 2, 9))
    rows = [
        {
            "id": f"d{at}", "outlet": "Baltic Wire", "published": f"2025-03-0{3 + at}T05:00:00Z",
            "text": FORECAST.format(day=day, low=low, high=high),
        }
        for at, (day, low, high) in enumerate(days)
    ]  # fmt: skip
    run = scanned(*rows)
    assert run.matches.height == 3
    assert run.edges.is_empty()
    again = rows[0] | {"id": "d9", "published": "2025-03-09T05:00:00Z", "text": f"{rows[0]['text']} It is cold."}
    assert scanned(rows[0], again).edges.select("from_id", "to_id", "kind").rows() == [("d0", "d9", "revision")]


@pytest.mark.parametrize(
    "changed",
    [
        {"outlet": "Quay Post"},  # nobody else prints its form
        {"published": "2025-03-03T18:30:00Z"},  # the numbers of one day may be revised
        {"text": MARKET.format(**DAYS[0] | {"points": "0.5", "index": "1,803.9"})},
    ],
)
def test_other_figures_in_the_same_words_are_a_copy_otherwise(changed: dict[str, str]) -> None:
    run = scanned(report(0), report(1, **changed))
    assert run.edges.select("from_id", "to_id").rows() == [("d0", "d1")]


def test_a_copy_of_one_of_several_reports_of_one_form_has_that_for_its_source() -> None:
    copy = report(2, id="copy", outlet="Quay Post", published="2025-03-05T19:00:00Z")
    run = scanned(*(report(number) for number in range(4)), copy | {"text": f"{copy['text']} Our coast slept well."})
    assert told(run)["copy"]["origin_id"] == "d2"


CASE = (
    "{who}, {age}, of {street}, was found guilty of driving without insurance. Fined £{fine}, with a surcharge of "
    "£{more} and costs of £85. The licence was endorsed with six points."
)
LISTS = (
    (("Ann Lee", 34, "Mill Road", 660, 264), ("Paul Orr", 51, "Quay End", 330, 132), ("Tom Reed", 22, "By", 400, 160)),
    (("Ida Marsh", 41, "Dock Lane", 120, 48), ("Sam Hale", 29, "Old Walk", 550, 220), ("Jo Finn", 63, "Park", 210, 84)),
)  # fmt: skip


def court(number: int, **columns: str) -> dict[str, str]:
    cases = [
        CASE.format(**dict(zip(("who", "age", "street", "fine", "more"), case, strict=True))) for case in LISTS[number]
    ]
    return {"id": f"d{number}", "text": "\n\n".join(["From the magistrates' court", *cases])} | columns


@pytest.mark.parametrize(
    "of",
    [
        (
            {"outlet": "Halden Herald", "published": "2025-03-04"},
            {"outlet": "Brevin Herald", "published": "2025-03-05"},
        ),
        (
            {"outlet": "Halden Herald", "published": "2025-03-04"},
            {"outlet": "Halden Herald", "published": "2025-03-04"},
        ),
        ({"outlet": "Halden Herald"}, {"outlet": "Halden Herald"}),
        ({}, {}),
    ],
)
def test_the_same_words_of_other_names_and_figures_are_no_copy_whosever_and_whenever(
    of: tuple[dict[str, str], ...],
) -> None:
    """A chain's papers were said to copy from each other; of one outlet without dates one list was a later version."""
    run = scanned(*(court(number, **columns) for number, columns in enumerate(of)))
    assert run.matches.height == 1
    assert min(run.matches.row(0, named=True)[f"{side}_containment"] for side in ("left", "right")) > 0.5
    assert run.edges.is_empty()


@pytest.mark.parametrize("change", [{"£": "about £"}, dict(zip("0134568", "5249781", strict=True))])
def test_a_list_with_the_names_of_another_is_its_copy_whatever_the_figures(change: dict[str, str]) -> None:
    first = court(0, outlet="Halden Herald", published="2025-03-04")
    copy = first | {"id": "copy", "outlet": "Brevin Herald", "published": "2025-03-05"}
    run = scanned(first, copy | {"text": copy["text"].translate(str.maketrans(change))})
    assert run.edges.select("from_id", "to_id").rows() == [("d0", "copy")]
