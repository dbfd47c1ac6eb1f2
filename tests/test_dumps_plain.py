"""Text dumps and flattened feeds are cut into articles where a reader would cut them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.dumps.plain_text.articles import Article, split_articles
from provenance.dumps.plain_text.layout import read_lines
from provenance.dumps.plain_text.line import line_date
from provenance.text.calendar import parse_date
from tests.dumps import PARAGRAPHS

if TYPE_CHECKING:
    from pathlib import Path

BODY = (
    "The council of the harbour town agreed on Tuesday to buy a second dredger, after a winter in which the first one "
    "stood idle for nine weeks while its only pump was mended in another country."
)
MORE = (
    "Members of the opposition asked who would pay for it, and were told that the dues on timber would rise by a tenth "
    "from the first day of the coming quarter, as they had done twice before in ten years."
)


def pieces(text: str) -> list[str]:
    return [text[article.start : article.end] for article in checked(text)]


def checked(text: str) -> list[Article]:
    """The articles of a text, once it is sure that they hold every character that is not white space."""
    articles = split_articles(text)
    end = 0
    for article in articles:
        assert not text[end : article.start].strip()
        assert end <= article.start < article.end
        end = article.end
    assert not text[end:].strip()
    return articles


def story(number: int) -> str:
    return f"{BODY} That was vote {number}.\n\n{MORE} It was the {number}th time.\n\n"


def test_doubled_headlines_part_articles() -> None:
    head = "Harbour Town Buys A Second Dredger After Long Winter"
    other = "Timber Merchants Protest Against Higher Harbour Dues"
    text = "".join(
        f"{name}\n\nA dredger at sea\nA dredger at sea\nTT\n20\n\n{name}\n\n{story(at)}"
        for at, name in enumerate([head, other])
    )
    assert [piece.split("\n")[0] for piece in pieces(text)] == [head, other]
    assert [article.head.title for article in checked(text)] == [head, other]


def test_buttons_between_a_headline_and_its_double_belong_to_the_head() -> None:
    head = "{0}\n\nA quay\nA quay\nShare\n4 min\n\n{0}\n\nA quay\nA quay\n\n"
    second = head.format("Ferries stay in port as the pump breaks again")
    cut = pieces(head.format("Town buys dredger after long winter") + BODY + "\n\n\n\n" + second + MORE)
    assert [piece.split("\n")[0] for piece in cut] == [
        "Town buys dredger after long winter",
        "Ferries stay in port as the pump breaks again",
    ]


def test_separators_with_a_site_line_part_articles() -> None:
    text = "".join(
        f"North Coast\n\nHeadline number {at} of the day says something\n\n{story(at)}Related Videos\n\nRelated News\n\n"  # noqa: E501
        for at in range(3)
    )
    articles = checked(text)
    assert [article.head.outlet for article in articles] == ["North Coast"] * 3
    assert all(text[article.start :].startswith("North Coast") for article in articles)


def test_a_blog_that_pastes_articles_is_cut_at_headline_and_byline() -> None:
    text = "".join(
        f"Some headline of story {at} in the paper\n\nBy Ann Lee, Evening Paper\n\n{at + 1} March 2020\n\n{story(at)}"
        for at in range(4)
    )
    articles = checked(text)
    assert len(articles) == 4
    assert {article.head.byline for article in articles} == {"Ann Lee"}
    assert [article.head.published for article in articles] == [
        datetime(2020, 3, at + 1, tzinfo=UTC) for at in range(4)
    ]


def test_an_agency_dateline_under_a_title_starts_an_article() -> None:
    text = f"First story of the page here\n\n{story(1)}Second story of the page here\n\nHALVEN (ABC)- {story(2)}"
    assert len(pieces(text)) == 2


def test_another_script_under_its_own_doubled_headline_is_an_article() -> None:
    title = "الميناء يشتري حفارة ثانية بعد شتاء طويل"
    text = f"First story of the page here\n\n{story(1)}\n\n\n{title}\n\n{title}\n\nصورة\n"
    assert len(pieces(text)) == 2


def test_a_repeated_footer_and_wider_space_part_articles() -> None:
    foot = "The Gazette is posted to every house. Write to Quay 4 for it."
    text = "".join(
        f"Nine {name} go out\n\n{story(at)}{foot}\n\n\n" for at, name in enumerate(["votes", "boats", "lamps"])
    )
    assert len(pieces(text)) == 3


@pytest.mark.parametrize(
    "between",
    [
        "The Battle Over Dues\n\n",
        "\nWhat comes next for the town?\n\n",
        "Related Stories\n\nTimber dues explained in brief\n\n",
        "• Iraq\n• Oman\n• Peru\n\nIn short\n\n",
        "A dredger at sea in March\nA dredger at sea in March\n\n",
        "“We cannot pay for this and we will not pay”\n\n",
        "Nobody asked me about any of this\n\n— Ann Lee (@annlee) March 4, 2020\n\n",
        "Photo: AFP\n\n",
        "* * *\n\n",
        "Advertisement\n\n",
    ],
)
def test_what_stands_inside_an_article_does_not_cut_it(between: str) -> None:
    text = "".join(
        f"{'' if at else 'Town buys a dredger at last' + chr(10) * 2}{story(at)}{between}" for at in range(4)
    )
    assert len(pieces(text)) == 1


def test_a_page_title_names_the_site() -> None:
    text = f"Town buys a second dredger - Harbour Morning News\nTowns\n\nTown buys a second dredger\n\n{story(1)}"
    (article,) = checked(text)
    assert (article.head.title, article.head.outlet) == ("Town buys a second dredger", "Harbour Morning News")


def test_who_said_it_is_no_site() -> None:
    (article,) = checked(f"Town buys a second dredger for the port – Foreign Ministry\n\n{story(1)}")
    assert article.head.outlet is None


@pytest.mark.parametrize(
    "header",
    ["Quay Post | News from the harbour", "Quay Post English News and Views from Quay Post Newspaper"],
)
def test_a_header_names_the_publisher_and_is_no_title(header: str) -> None:
    (article,) = checked(f"{header}\n\nTown buys a second dredger\n\nWednesday, 4 March, 2020 - 11:00\n\n{story(1)}")
    assert (article.head.title, article.head.outlet) == ("Town buys a second dredger", "Quay Post")
    assert article.head.published == datetime(2020, 3, 4, 11, tzinfo=UTC)


HEADER = "Ports – Quay Post https://quay.example/ Thu, 02 Jun 2022 07:00:00 +0000 en-US hourly 1 https://wordpress.org/?v=6 32 32 "  # noqa: E501


def feed_item(at: int, form: str) -> tuple[str, str, str]:
    title, url = f"Vote {at} on the dredger’s pump: who pays?", f"https://quay.example/vote-{at}/"
    date = f"{('Wed', 'Thu', 'Fri', 'Sat')[at]}, {at + 1:02} Jun 2022 07:00:00 +0000"
    iso = f"2022-06-{at + 1:02}T07:00:00Z"
    body = f"{BODY}\n\n{MORE}\n"
    fields = {
        "wordpress": f"{title} {url} {date} {url} {BODY[:80]} […]]]>\n\n{body}\n]]>\n",
        "no teaser": f"{title} {url} {date} tag:quay.example,2022:{at} {body}]]>\n",
        "atom": f"{title}\n{url}\n{iso}\n{iso}\nAnn Lee\n{body}\n",
        "author": f"{title}\n{url}\nAnn Lee\n{date}\n{url}\n{body}\n",
        "last": f"{title}\n{BODY}\n{url}\n{url}\n{date}\n",
        "guid after": f"{title}\n{url}\n{BODY}\n{date}\n{url}\n\n",
    }
    return fields[form], title, url


@pytest.mark.parametrize("form", ["wordpress", "no teaser", "atom", "author", "last", "guid after"])
@pytest.mark.parametrize("header", ["", HEADER])
def test_a_flattened_feed_gives_every_title_link_and_date(form: str, header: str) -> None:
    if header and form == "last":
        header = "Ports – Quay Post\nhttps://quay.example/\nThu, 02 Jun 2022 07:00:00 +0000\nen-US\n"
    items = [feed_item(at, form) for at in range(4)]
    text = header + "".join(item[0] for item in items)
    articles = checked(text)
    assert [article.head.title for article in articles] == [item[1] for item in items]
    assert [article.head.url for article in articles] == [item[2] for item in items]
    assert [article.head.published for article in articles] == [
        datetime(2022, 6, at + 1, 7, tzinfo=UTC) for at in range(4)
    ]
    assert articles[0].start == 0
    assert {article.head.outlet for article in articles} == ({"Quay Post"} if header else {None})


def test_links_in_prose_make_no_feed() -> None:
    text = (
        f"Town buys a dredger\n\n{BODY} https://quay.example/a\n\n{MORE} See https://quay.example/b of 2 June 2022.\n"
    )
    (article,) = checked(text)
    assert article.head.url is None


LINES = st.sampled_from(
    ["", "", BODY, MORE, "North Coast", "A headline of some words", "By Ann Lee", "Related News", "4 March 2020", "TT", "20",  # noqa: E501
     "https://a.example/x Thu, 02 Jun 2022 07:00:00 +0000", "]]>", "\u00a0", "\u200fقال", "\x00", "--------", "[…]]]>"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(LINES, max_size=60), st.sampled_from(["\n", "\r\n", " ", "\n\n"]))
def test_every_character_is_in_one_article(lines: list[str], end: str) -> None:
    checked(end.join(lines))


@settings(max_examples=200)
@given(st.text(max_size=400))
def test_any_text_is_cut_without_loss(text: str) -> None:
    checked(text)


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "A. ",
        "A\n",
        "\n",
        "http://a.bc ",
        "x" * 50,
        "North\n\n",
        "4 ",
        "By A\n",
        "]]>\n",
        "Thu, 02 Jun 2022 07:00:00 +0000 ",
    ],
)
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    started = time.perf_counter()
    split_articles(piece * (100_000 // len(piece)))
    assert time.perf_counter() - started < 5  # 0.4 s at most here


def test_real_dumps(shared: Path) -> None:
    gold = json.loads((shared / "gold/dumps.json").read_text(encoding="utf-8"))["articles"]
    for dump in gold:
        text = (shared / "dumps" / dump["file"]).read_bytes().decode("utf-8")
        articles = checked(text)
        assert len(articles) == dump["articles"], dump["file"]
        for article, start in zip(articles, dump.get("starts", []), strict=False):
            assert text[article.start :].startswith(start)
        if "titles" in dump:
            assert [article.head.title for article in articles] == dump["titles"]
            assert [article.head.url for article in articles] == dump["urls"]
            assert [(article.head.published, "second") for article in articles] == [
                parse_date(date) for date in dump["published"]
            ]


@pytest.mark.parametrize("end", ["\r", "\u2028", "\x85", "\f"])
def test_lines_end_as_old_systems_end_them(end: str) -> None:
    body = "The council of the harbour town agreed on Tuesday to buy a second dredger. " * 5
    text = "\n\n\n\n".join(f"Story {name} of the quay\n\n{body}\n\n{body}" for name in ("one", "two", "three"))
    ends = [(article.start, article.end) for article in split_articles(text)]
    assert len(ends) == 3
    assert [(article.start, article.end) for article in split_articles(text.replace("\n", end))] == ends


@pytest.mark.parametrize(
    ("before", "behind"),
    [("Title: ", ""), ("headline = ", ""), ("<HEADLINE> ", " </HEADLINE>"), ("# ", ""), ("## ", " ##"), ("== ", " ==")],
)
def test_what_a_program_writes_around_a_title_is_none_of_it(before: str, behind: str) -> None:
    titles = [f"Council {at} agrees to pay for a dredger" for at in range(6)]
    text = "\n\n".join(
        f"{before}{title}{behind}\n{day} March 2020\n\n{story(day)}" for day, title in enumerate(titles, 1)
    )
    assert [article.head.title for article in checked(text)] == titles


@pytest.mark.parametrize(
    ("line", "dated"),
    [
        ("Le Courrier du Rhône | 2025-03-05", True),
        ("5 March 2025 | The Evening Post of Aldermouth", True),
        ("It ran aground off Bergen on 5 March 2025", False),
        ("Who said that the boat that ran aground in the fog was old | 5 March 2025", False),
    ],
)
def test_a_bar_parts_a_date_from_the_name_of_a_paper(line: str, dated: bool) -> None:
    """Of a paper whose name has four words the date was not read, with three it was."""
    assert (line_date(line) is not None) == dated


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("By Ann Lee | Quay Post | March 5, 2025 8:15 am", ("Ann Lee", datetime(2025, 3, 5, 8, 15, tzinfo=UTC))),
        ("By Ann Lee • 5 March 2025 • 4 min read", ("Ann Lee", datetime(2025, 3, 5, tzinfo=UTC))),
        ("By Ann Lee Posted on March 5, 2025", ("Ann Lee", datetime(2025, 3, 5, tzinfo=UTC))),
        ("By Ann Lee | Updated March 5, 2025", ("Ann Lee", None)),
        ("By Ann Lee | Published 5 March 2025 | Updated 6 March 2025", ("Ann Lee", datetime(2025, 3, 5, tzinfo=UTC))),
        ("The fair of March 5, 2025 in the old harbour town", (None, None)),
    ],
)
def test_a_byline_says_when(line: str, told: tuple[str | None, datetime | None]) -> None:
    """Only of lines that say little else the date was read."""
    (article,) = checked(f"A second dredger for the harbour\n{line}\n\n{BODY}\n\n{MORE}")
    assert (article.head.byline, article.head.published) == told


def test_a_day_of_the_week_between_link_and_date_signs_nothing() -> None:
    stamps = ("Wed 04 Mar 2020 09:15", "Thu 05 Mar 2020 10:30", "Fri 06 Mar 2020 11:45")
    text = "\n\n".join(
        f"Council {at} agrees to pay for a dredger\nhttps://q.example/{at}/dredger\n{stamp}\n\n{story(at)}"
        for at, stamp in enumerate(stamps)
    )
    heads = [article.head for article in checked(text)]
    assert [(head.byline, head.published and head.published.day) for head in heads] == [(None, 4), (None, 5), (None, 6)]


@pytest.mark.parametrize("ruler", ["=" * 60, "-" * 10, "*" * 20, "_" * 40, "#" * 12, "~" * 30])
@pytest.mark.parametrize("blank", ["\n", "\n\n"])
@pytest.mark.parametrize("titled", [False, True])
def test_lines_drawn_across_the_page_part_articles(ruler: str, blank: str, titled: bool) -> None:
    heads = [f"Council {at} pays for a dredger\n\n" if titled else "" for at in range(3)]
    text = f"{blank}{ruler}{blank}".join(f"{head}{story(at)}\n\nThat was all that anybody in the harbour town "
                                         f"said of it on day {at}." for at, head in enumerate(heads))  # fmt: skip
    assert len(checked(text)) == 3


def test_lines_drawn_inside_a_letter_part_nothing() -> None:
    one = "Where would you place your beliefs, and would you say that you came to them early in your life or late?"
    text = f"\n\n{'-' * 15}\n\n".join([f"{story(1)}\n\n{one}", f"{one} {one}", f"{story(2)}\n\n{one}"])
    assert len(checked(text)) == 1


def test_two_articles_that_a_database_counts() -> None:
    text = "\n\n".join(
        f"{at} of 2 DOCUMENTS\n\nThe Echo\n\nMarch {at}, 2024 Monday\n\nThe council pays for dredger {at}\n\n"
        f"BYLINE: By Ruth Cole\n\nLENGTH: 120 words\n\n{story(at)}\n\nLOAD-DATE: March 9, 2024"
        for at in (1, 2)
    )
    heads = [article.head for article in checked(text)]
    assert [(head.title, head.byline, head.published and head.published.day) for head in heads] == [
        ("The council pays for dredger 1", "Ruth Cole", 1),
        ("The council pays for dredger 2", "Ruth Cole", 2),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ukraine-conflict-energy,2ndlead-WRAP", "Quay-harbour-dredger"),
        ("UKRAINE-CRISIS/ENERGY (UPDATE 2, PIX)", "QUAY-HARBOUR/"),
    ],
)
def test_an_agency_s_keywords_open_an_article_and_are_not_its_title(first: str, second: str) -> None:
    """Reuters' were taken for the headline, and AFP's for the end of the article before them."""
    body = " ".join(PARAGRAPHS)
    titles = ("Kyiv buys a second dredger for its river port", "Quay sells its old crane")
    takes = [
        f"{line}\n\n{title}\n\n{place}, March 6, 2024 (AFP) -\n\n{words} {body}\n\n{words} too. {body}\n\nbur/ach/gil\n"
        for line, title, place, words in zip((first, second), titles, ("Kyiv", "Quay"), ("One", "Two"), strict=True)
    ]
    articles = split_articles("\n".join(takes))
    assert [article.head.title for article in articles] == list(titles)
    text = "\n".join(takes)
    assert [text[article.start : article.end].split("\n")[0] for article in articles] == [first, second]


@pytest.mark.parametrize("line", ["Spider-Man (2002)", "Self-driving", "COVID-19: a guide", "Stop-and-go"])
def test_headlines_with_hyphens_are_no_keywords(line: str) -> None:
    (first, *_) = read_lines(f"{line}\n\n{PARAGRAPHS[0]}\n")
    assert not first.is_keywords
