"""Borders of articles that only their heads, buttons, sign-offs and spacing tell."""

from __future__ import annotations

import pytest

from provenance.dumps.plain_text.articles import split_articles
from provenance.dumps.plain_text.line import line_date
from tests.test_dumps_plain import BODY, MORE, checked, pieces, story

LEAD = "The dredger came in at dawn.\nIts master had not slept for two nights, he said.\nNobody on the quay cheered."
TITLES = ("Council buys a second dredger", "Timber dues will rise in spring", "Lamp comes home by post")


def firsts(text: str) -> list[str]:
    """The first line of each article."""
    return [piece.partition("\n")[0] for piece in pieces(text)]


@pytest.mark.parametrize("buttons", ["Share", "Share on Facebook\nShare on X", "Share\nSave\nPrint", "Advertisement"])
@pytest.mark.parametrize("line", ["By Ann Lee", "Published: 3 March 2025, 18:40"])
def test_buttons_inside_a_head_end_no_article(buttons: str, line: str) -> None:
    text = "\n\n".join(f"{title}\n{line}\n{buttons}\n\n{story(at).strip()}" for at, title in enumerate(TITLES[:2]))
    assert firsts(text) == list(TITLES[:2])


def test_buttons_and_links_under_an_article_are_its_own() -> None:
    text = (
        f"{TITLES[0]}\n\n{story(1)}Read Next\nIsland ferries stay in port\nOil slips again\n\n"
        f"{TITLES[1]}\n3 March 2025\nShare\n\n{story(2)}"
    )
    assert firsts(text) == list(TITLES[:2])
    assert "Oil slips again" in pieces(text)[0]


@pytest.mark.parametrize("box", ["Related Articles", "Share", "Also read: Why the quay has not been mended for a year"])
def test_a_box_between_two_paragraphs_parts_nothing(box: str) -> None:
    assert len(checked(f"{TITLES[0]}\n\n{BODY}\n\n{box}\n\n{MORE}\n\n{box}\n\n{story(2)}")) == 1


def test_a_headline_over_buttons_alone_is_a_link() -> None:
    assert len(checked(f"{TITLES[0]}\n\n{BODY}\n\n\n\nIsland ferries stay in port\n\nAdvertisement\n\n{MORE}")) == 1


@pytest.mark.parametrize(
    "foot",
    [
        "(Reporting by Ann Lee; Editing by Bo Ek)",
        "Reporting by Ann Lee; Writing by Bo Ek;",
        "Associated Press writer Bo Ek in Halven contributed to this report.",
    ],
)
def test_a_sign_off_and_a_headline_part_articles(foot: str) -> None:
    assert firsts(f"{TITLES[0]}\n\n{story(1)}{foot}\n\n{TITLES[1]}\n\n{story(2)}") == list(TITLES[:2])
    assert len(checked(f"{TITLES[0]}\n\n{story(1)}{TITLES[1]}\n\n{story(2)}")) == 1  # it could be a sub-heading


def test_a_byline_over_a_dateline_needs_no_headline() -> None:
    text = f"{story(1)}May 30, 2019\n\nBy Ann Lee\n\nHALVEN (Reuters) - {story(2)}"
    assert firsts(text) == [BODY + " That was vote 1.", "May 30, 2019"]
    assert len(checked(f"{story(1)}By Ann Lee\n\n{story(2)}")) == 1


@pytest.mark.parametrize("site", ["Halven Courier", "20 Minutes", "euronews", "q.example"])
def test_the_title_of_a_web_page_begins_an_article(site: str) -> None:
    text = f"{TITLES[0]}\n\n{story(1)}{TITLES[1]} | {site}\n\n{story(2)}"
    assert firsts(text) == [TITLES[0], f"{TITLES[1]} | {site}"]
    formula = f"{story(1)}so that we have for all P(x | A) = P(x | B) ==>\n\n{story(2)}"
    assert len(checked(formula)) == 1


def test_one_empty_line_more_than_usual_parts_articles_and_no_sections() -> None:
    articles = [f"{title}\n\n{BODY}\n\n{MORE}\n\n{BODY} It was vote {at}." for at, title in enumerate(TITLES)]
    assert firsts("\n\n\n".join(articles)) == list(TITLES)
    assert len(checked("\n\n".join(articles))) == 1
    sections = [article.replace(title, "What now?") for article, title in zip(articles[1:], TITLES[1:], strict=True)]
    assert len(checked("\n\n\n".join([articles[0], *sections]))) == 1
    short = [f"{title}\n\n{BODY}" for title in TITLES]
    assert len(checked("\n\n\n".join(short))) == 1


def test_paragraphs_of_one_short_sentence_are_body() -> None:
    paper = LEAD + (
        "\nThe harbour master asked them to move the boat before noon, and they did so at last."
        "\nBy the evening three families had sent bread, and a fourth had sent a lamp for the cabin."
        "\nThere will be a meeting on Thursday in the net store, with tea and the plans on a wall."
    )
    text = f"{TITLES[0]}\n\n{story(1)}{TITLES[1]}\n3 March 2025\nEmily Rook\n{paper}"
    assert firsts(text) == [TITLES[0], TITLES[1]]


def test_a_notice_under_every_article_is_no_body() -> None:
    foot = "The Courier goes to every house.\nIt is free there.\nTo have it elsewhere write to Saltness 4, please."
    text = "\n\n".join(f"{title}\n\n{BODY} It was vote {at}.\n\n{MORE}\n\n{foot}" for at, title in enumerate(TITLES))
    assert firsts(text) == list(TITLES)


@pytest.mark.parametrize(
    "line",
    [
        "Publié le 3 mars 2025 à 18h20, modifié le 3 mars 2025 à 19h05",
        "نُشر: 18:20-3 مارس 2025 م ـ 04 رَمضان 1446 هـ",
        "Опубликовано 3 марта 2025 г.",
        "First published on Mon 3 Mar 2025 18.20 GMT",
        "Updated on: March 3, 2025 / 1:20 PM EST / CBS News",
    ],
)
def test_a_line_that_dates_an_article_in_the_manner_of_its_country(line: str) -> None:
    found = line_date(line)
    assert found is not None
    assert found.value.day == 3
    assert found.precision == "day" or (found.value.hour, found.value.minute) == (18, 20)


def test_heads_of_several_sites_are_no_template() -> None:
    """Each has a date, but over the first stand more lines than over the others."""
    over = f"Halven\nNews\nSport\n{TITLES[0]}", *TITLES[1:]
    ends = "Four of them said yes, and three no.", "Nobody was there to ask.", "It lay on the quay all night."
    parts = [
        f"{head}\n{at + 3} March 2025\n\n{story(at).strip()}\n\n{end}"
        for at, (head, end) in enumerate(zip(over, ends, strict=True))
    ]
    assert firsts("\n\n".join(parts)) == ["Halven", *TITLES[1:]]


@pytest.mark.parametrize(
    ("under", "outlet"),
    [
        ("The Daily Levant\nPublished: 3 March 2025, 18:40", "The Daily Levant"),
        ("3 March 2025\nShare\nSave\nEmily Rook\nHalven News", "Halven News"),
        ("By Ann Lee\nThe Associated Press", None),  # an agency, which wrote it and did not print it
        ("إسطنبول: «الشرق الأوسط»\n3 March 2025", "الشرق الأوسط"),
        ("Breaking News\n3 March 2025", None),
        ("World News\n3 March 2025", None),
        ("The Daily Levant", None),  # without a date or a byline beside it, it may be a sub-heading
    ],
)
def test_a_paper_named_alone_under_the_title_is_the_publisher(under: str, outlet: str | None) -> None:
    (article,) = checked(f"{TITLES[0]}\n{under}\n\n{story(1)}")
    assert (article.head.title, article.head.outlet) == (TITLES[0], outlet)


def test_a_slogan_over_the_sections_of_a_site_is_no_title() -> None:
    menu = "Skip to main content\nAll that the island talks about\nWorld\nBusiness\nMarkets"
    (article,) = checked(f"{menu}\n\n{TITLES[0]}\n\nBy Ann Lee\n\n{story(1)}")
    assert article.head.title == TITLES[0]
    (article,) = checked(f"{TITLES[0]}\nHalven\n\nA lamp on the quay at dawn\n\nBy Ann Lee\n\n{story(1)}")
    assert article.head.title == TITLES[0]


SPACED = [
    ("Freight train derails near the border", "BODY", "BODY"),
    ("Driver hurt as wagons leave the track", "BODY"),
    ("In court", "A man of 44 was fined."),
    ("Short", "Rain stopped play."),
    ("Library to close after stormy meeting", "BODY", "BODY", "BODY"),
]


def spaced(between: str, *articles: tuple[str, ...]) -> str:
    text = between.join("\n\n".join(article) for article in articles)
    pieces_ = text.split("BODY")
    return "".join(f"{piece}{BODY} It was vote {at}." for at, piece in enumerate(pieces_[:-1])) + pieces_[-1]


@pytest.mark.parametrize("between", ["\n\n\n", "\n\n\n\n\n"])
def test_articles_are_set_apart_by_space_alone(between: str) -> None:
    text = spaced(between, *SPACED)
    found = [text[article.start : article.end].split("\n")[0] for article in split_articles(text)]
    assert found == [article[0] for article in SPACED]


def test_sub_headings_and_lists_set_apart_by_space_begin_no_article() -> None:
    long = [("Freight train derails near the border", "BODY"), ("The cause", "BODY"), ("What now", "BODY")]
    asked = [*long[:1], ("What was it that went wrong?", "BODY"), ("When will the trains run again?", "BODY")]
    assert [len(split_articles(spaced("\n\n\n", *articles))) for articles in (long, asked)] == [1, 1]
    of_five = [*long[:1], ("What the drivers now want", "BODY"), ("How the track was mended", "BODY")]
    assert len(split_articles(spaced("\n\n\n", *of_five))) == 1
    of_many = [("Freight train derails near the border\nBy Ann Lee\nMarch 5, 2024", "BODY"), *SPACED[1:]]
    assert len(split_articles(spaced("\n\n\n", *of_many))) == 1
    listed = [*SPACED[:2], ("More about trains and what they carry", "Wagons of the north and south")]
    assert len(split_articles(spaced("\n\n\n", *listed))) < 3
