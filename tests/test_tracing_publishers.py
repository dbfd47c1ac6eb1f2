"""Publishers: told by a title, an address, first-party wording; never by what one page cites."""

from __future__ import annotations

import pytest

from tests.tracing import STORY, origin, trace


def test_publishers_are_completed() -> None:
    _, origins, named = trace(
        [
            {"doc_id": "told", "text": f"{STORY} “It rained,” he told Asharq Al-awsat."},
            {"doc_id": "for", "text": f"Written by A. Person exclusively for SouthFront\n\n{STORY}"},
            {"doc_id": "case", "text": STORY, "outlet": "Middle east eye"},
            {"doc_id": "wire", "text": f"TEHRAN (FNA)- {STORY} It rained, he told FNA."},
            {"doc_id": "none", "text": STORY},
        ],
        [],
    )
    outlets = dict(named.select("doc_id", "outlet").iter_rows())
    expected = {
        "told": "Asharq Al-Awsat",
        "for": "South Front",
        "case": "Middle East Eye",
        "wire": None,
        "none": None,
    }
    assert outlets == expected
    assert origin(origins, "told")["origin_id"] == "told"
    assert origin(origins, "for")["kind"] == "itself"
    assert origin(origins, "wire")["origin_id"] == "source:Fars News Agency"


@pytest.mark.parametrize("printed", [True, False])
@pytest.mark.parametrize(
    ("name", "url", "outlet"),
    [
        ("Lakeland Courier", None, "Lakeland Courier"),
        ("Lakeland Courier", "https://www.lakelandcourier.example/news/1", "Lakeland Courier"),
        ("Lakeland Courier", "https://news.example/1", "Lakeland Courier"),
        ("Reuters", None, "Reuters"),
        ("Reuters", "https://reuters.example/1", "Reuters"),
        ("Reuters", "https://www.lakelandcourier.example/news/1", None),
        ("Reuters", "https://www.bbc.co.uk/news/1", "BBC"),
        ("Lakeland Courier", "https://www.bbc.co.uk/news/1", "BBC"),
    ],
)
def test_the_name_behind_a_title_is_the_publishers_unless_the_address_is_anothers(
    name: str, url: str | None, outlet: str | None, printed: bool
) -> None:
    title = f"Lemons float in the harbour again | {name}"
    text = f"{title}\n\n{STORY}" if printed else STORY
    _, origins, named = trace([{"doc_id": "a", "text": text, "title": title, "url": url}], [])
    assert named["outlet"].to_list() == [outlet]
    assert origin(origins, "a")["origin_id"] == ("a" if outlet == name else f"source:{name}")


@pytest.mark.parametrize(
    ("outlet", "url", "expected"),
    [
        ("Reuters World", None, "Reuters"),
        ("Reuters: Top News", None, "Reuters"),
        ("AP News", None, "Associated Press"),
        ("World News", "https://www.reuters.com/world/1", "Reuters"),
        ("World News", "https://www.bbc.co.uk/news/1", "World News"),
        ("World News", None, "World News"),
        ("Daily Echo", "https://www.reuters.com/world/1", "Daily Echo"),
        ("Sky News", None, "Sky News"),
        ("CNS News", None, "CNS News"),
        ("AIP News", None, "AIP News"),
        ("AFP World", None, "Agence France-Presse"),
        ("Reuters Foundation", None, "Reuters Foundation"),
    ],
)
def test_a_section_of_an_agency_is_the_agency(outlet: str, url: str | None, expected: str) -> None:
    text = f"LONDON (Reuters) - {STORY}"
    given = {"doc_id": "a", "text": text, "outlet": outlet, "url": url}
    _, origins, named = trace([given, {"doc_id": "b", "text": STORY, "outlet": None}], [])
    assert named["outlet"].to_list() == [expected, None]
    assert origin(origins, "a")["origin_id"] == ("a" if expected == "Reuters" else "source:Reuters")


def test_first_party_wording_of_one_page_is_not_the_publisher_of_a_dump() -> None:
    told = f"It rained, he told the Harbour Gazette. {STORY}"
    pages = [
        {"doc_id": f"f#{at}", "path": "f", "start": at, "text": text} for at, text in enumerate([told] + [STORY] * 3)
    ]
    _, origins, named = trace(pages, [])
    assert named["outlet"].to_list() == [None] * 4
    assert origin(origins, "f#0")["origin_id"] == "source:Harbour Gazette"
    pages[1]["text"] = f"{STORY} “More lemons,” she told the Harbour Gazette."
    assert trace(pages, [])[2]["outlet"].to_list() == ["Harbour Gazette"] * 2 + [None] * 2
    pages[2]["text"] = pages[3]["text"] = f"{STORY} “Fewer lemons,” she told Kurdistan 24."
    assert trace(pages, [])[2]["outlet"].to_list() == [None] * 4


def test_a_name_over_a_file_is_the_publisher_of_all_its_articles_and_one_under_a_headline_of_that_alone() -> None:
    texts = ["Harbour Gazette | News of the lower town\nLemons afloat\n", "Lemons again\n", "No lemons\n"]
    pages = [{"doc_id": f"f#{at}", "path": "f", "start": at, "text": text + STORY} for at, text in enumerate(texts)]
    pages[0]["outlet"] = "Harbour Gazette"
    assert trace(pages, [])[2]["outlet"].to_list() == ["Harbour Gazette"] * 3
    pages[0]["text"] = f"Lemons afloat\nHarbour Gazette\n3 March 2025\n{STORY}"
    assert trace(pages, [])[2]["outlet"].to_list() == ["Harbour Gazette", None, None]


def test_an_agency_that_was_told_something_did_not_print_the_article() -> None:
    """Its own page has a dateline: `told Reuters` without one made Reuters' story the copy of its copy."""
    text = f"It rained, he told Reuters. {STORY}"
    page = {"doc_id": "a", "text": text}
    _, origins, named = trace([page], [])
    assert (named["outlet"].to_list(), origin(origins, "a")["origin_id"]) == ([None], "source:Reuters")
    page["text"] = text.replace("Reuters", "the Harbour Gazette")
    assert trace([page], [])[2]["outlet"].to_list() == ["Harbour Gazette"]
