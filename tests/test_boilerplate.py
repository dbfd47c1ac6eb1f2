"""Page furniture is told from news: by lexicon, by place, by frequency; and news is left alone."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import tables
from provenance.matching.boilerplate import mark_boilerplate
from provenance.text import furniture
from provenance.text.passages import find_passages
from provenance.text.tokens import fold_batch, tokenize
from tests import strategies
from tests.articles import BODY, MORE, check_cover, documents, hostile


def mark(frame: pl.DataFrame) -> pl.DataFrame:
    marked = mark_boilerplate(frame, find_passages(frame), tokenize(frame["text"]))
    return tables.check(marked, tables.PASSAGES, "passages")


def furniture_of(frame: pl.DataFrame) -> set[str]:
    texts = dict(zip(frame["doc_id"], frame["text"], strict=True))
    rows = mark(frame).filter(pl.col("role") == "boilerplate").iter_rows()
    return {texts[doc_id][start:end] for doc_id, start, end, _ in rows}


# -- lexicon ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "Related Videos",
        "Related News",
        "Editor Picks",
        "Back to top button",
        "Also read in Arabic\u00a0here",
        "%d bloggers like this:",
        "12 Comments",
        "Get a short url",
        "More here",
        "Read more: Divers find cracks in the piles",
        "The full text of this article is available to subscribers.",
        "Please login or register to request subscription information from THE GULL",
        "Follow us on Twitter and Facebook for more of this",
        "© 2022 The Gull. All rights reserved.",
        "Copyright 2022 The Gull",
        "Your email address will not be published. Required fields are marked *",
        "5.2k SHARES Facebook Twitter",
        "À lire aussi : Des fissures dans les pieux du quai",
        "Todos los derechos reservados",
        "Lesen Sie auch: Risse in den Pfählen",
        "اقرأ أيضا: شقوق في الركائز",
        "Читайте также: Трещины в сваях",
        "相关新闻",
    ],
)
def test_furniture_by_its_words(line: str) -> None:
    assert line in furniture_of(documents(f"Ferry Company Stops Evening Boats\n\n{BODY}\n\n{line}"))


@pytest.mark.parametrize("line", ["Back to top button.", "Related News.", "Also read about the cracks in the piles."])
def test_furniture_amid_the_text_that_ends_as_sentences_do(line: str) -> None:
    """Of such a line passages do not look at the words."""
    text = f"Ferry Company Stops Evening Boats\n\n{BODY}\n\n{line}\n\n{MORE}"
    assert find_passages(documents(text))["role"].to_list() == ["headline"] + ["paragraph"] * 3
    assert furniture_of(documents(text)) == {line}


@pytest.mark.parametrize(
    "line",
    [
        "“More here is at stake than a quay,” said the mayor, who has not sailed for years.",
        "The company said that its subscribers had read the newsletter and would share it with their friends.",
        "In terms of trade, the harbour has done well.",
        "He was told to follow us on to the quay, and he did so at once, as everybody there could see.",
        "Copyright law does not cover the shape of a boat, a court in the capital ruled on Tuesday of 2022.",
        "What happens next",
        "A privacy policy is what the ferry company needs, and a tidy quay as well.",
    ],
)
def test_news_is_no_furniture(line: str) -> None:
    assert line not in furniture_of(documents(f"Ferry Company Stops Evening Boats\n\n{BODY}\n\n{line}\n\n{MORE}"))


@pytest.mark.parametrize(
    "offer",
    [
        "This report is now a free offering from the Gull’s Monitor. For Monitor subscription information, click here.",
        "This report is now an add-on to the Gull’s Monitor. For Monitor subscription information, Click here.",
    ],
)
def test_a_notice_is_cut_off_the_head_of_a_paragraph_and_stays_in_a_teaser(offer: str) -> None:
    alone = documents(f"{offer}\n\n{BODY}\n\n{MORE}")
    assert furniture_of(alone) == {offer}
    teaser = documents(
        f"Boats stop https://a.example/x Thu, 02 Jun 2022 07:00:00 GMT {offer} {BODY[:90]} […]]]>\n{BODY}"
    )
    assert "teaser" in mark(teaser)["role"].to_list()
    assert not any(offer in shown for shown in furniture_of(teaser))


@pytest.mark.parametrize(
    "notice", ["Click here to subscribe to our newsletter.", "(Subscribe to our newsletter here.)"]
)
def test_a_notice_at_the_end_of_a_long_paragraph_is_cut_off_it(notice: str) -> None:
    said = '"We shall not sail before the quay is safe again," the company wrote.'
    text = f"{BODY} {MORE} {said} {notice}"
    assert furniture_of(documents(text)) == {notice}
    check_cover(mark(documents(text)), {"d000": text})


def test_a_long_paragraph_without_a_notice_stays_whole() -> None:
    text = f"{BODY} {MORE}"
    assert mark(documents(text)).rows() == [("d000", 0, len(text), "paragraph")]


def test_links_to_other_articles_behind_the_text() -> None:
    links = ["Divers Find Cracks in Eleven Piles", "Fishermen want their ramp back"]
    for headline in ("Ferry Company Stops Evening Boats\n\n", ""):
        text = f"{headline}{BODY}\n\nRelated Articles\n" + "\n".join(links)
        assert furniture_of(documents(text)) == {"Related Articles", *links}
    # the same words at the head of the next article are its headline
    text = f"Related Articles\n\n{links[0]}\n\n{BODY}\n\n{MORE}"
    assert furniture_of(documents(text)) == {"Related Articles"}


# -- frequency -------------------------------------------------------------------------------------------


def articles(count: int, line: str, outlets: int = 1, body: str = "") -> pl.DataFrame:
    """`count` different articles that all hold `line`, by `outlets` outlets in turn."""
    texts = [
        f"Harbour story number {number}\n\n{body or f'In week {number} {BODY}'}\n\n{line}\n\nThe end of {number}."
        for number in range(count)
    ]
    names = [f"outlet {number % outlets}" for number in range(count)]
    return documents(*texts).with_columns(outlet=pl.Series(names))


def test_a_line_in_many_articles_of_one_outlet() -> None:
    line = "The Gull – harbour, coast, islands"
    assert furniture_of(articles(3, line)) == set()
    assert furniture_of(articles(4, line)) == {line}
    assert furniture_of(articles(4, "Harbourwatch")) == {"Harbourwatch"}, "of one word, too"


def test_lines_of_more_than_forty_words_are_text_however_often_they_stand() -> None:
    line = " ".join([f"{sign}word" for sign in "abcdefghijklmnopqrst"] * 2)
    for shown, found in ((line, {line}), (f"{line} more", set())):
        texts = [f"Harbour story number {number}\n\nIn week {number} {BODY} {MORE}\n\n{shown}" for number in range(12)]
        assert furniture_of(documents(*texts).with_columns(outlet=pl.lit("The Gull"))) == found


def test_without_frequency_each_article_is_judged_by_itself() -> None:
    frame = articles(4, "The Gull – harbour, coast, islands")
    passages, tokens = find_passages(frame), tokenize(frame["text"])
    assert mark_boilerplate(frame, passages, tokens, frequency=False).equals(passages)


def test_copies_of_one_article_are_one_article() -> None:
    assert furniture_of(articles(8, "The Gull – harbour, coast, islands", body=BODY)) == set()


def test_an_agencys_sentence_in_eight_outlets_is_syndication() -> None:
    sentence = "The harbour was built in 1931 and has been closed twice since then, both times after winter storms."
    assert furniture_of(articles(8, sentence, outlets=8)) == set()
    assert furniture_of(articles(8, sentence)) == set()
    assert furniture_of(articles(12, sentence)) == {sentence}  # every page of one outlet: its own notice


def test_a_short_line_in_many_outlets_is_their_publishing_systems() -> None:
    assert furniture_of(articles(5, "Turn the page", outlets=5)) == {"Turn the page"}
    assert furniture_of(articles(4, "Turn the page", outlets=4)) == set()
    assert furniture_of(articles(5, "Turn the page.", outlets=5)) == set(), "a sentence of five papers"


def test_repeats_inside_one_article_are_no_furniture() -> None:
    caption = "A ferry at the northern quay"
    head = f"Boats Stop At Last Tonight\n\n{caption}\n{caption}\n\n"
    text = f"{head}{head}{BODY}"
    assert furniture_of(documents(text)) == set()


# -- whatever comes --------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(st.lists(hostile | strategies.texts(), min_size=1, max_size=5))
def test_marking_keeps_the_cover_and_is_the_same_in_any_order(texts: list[str]) -> None:
    frame = documents(*texts)
    marked = mark(frame)
    check_cover(marked, dict(zip(frame["doc_id"], frame["text"], strict=True)))
    passages, backwards = find_passages(frame), frame.reverse()
    assert mark_boilerplate(backwards, passages, tokenize(backwards["text"])).equals(marked)


def test_no_documents() -> None:
    assert mark(documents()).height == 0
    assert mark(documents("", " \n ")).height == 0


def test_the_lexicon_holds_what_it_says() -> None:
    keys, wordings = furniture.load()
    assert keys.size > 1000
    assert (wordings.last - wordings.first >= 2).all()
    lengths = fold_batch(furniture_rows("whole")).tokens.bounds
    assert (lengths[1:] - lengths[:-1]).max() <= furniture.LONGEST_WHOLE


def furniture_rows(scope: str) -> list[str]:
    table = pl.read_csv(furniture.__file__.replace(".py", ".tsv"), separator="\t", quote_char=None)
    assert table.select(pl.struct("scope", "words").is_duplicated().any()).item() is False
    assert set(table["scope"]) == set(furniture.SCOPES)
    return table.filter(pl.col("scope") == scope)["words"].to_list()
