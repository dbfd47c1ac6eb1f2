"""What databases of news export as text is cut at their own marks, and their fields are read."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import pytest

from provenance.dumps.plain_text import text_files
from provenance.dumps.plain_text.articles import split_articles
from tests.dumps import PARAGRAPHS, scan, write
from tests.test_dumps_plain import checked, story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Story(NamedTuple):
    at: int
    of: int
    title: str
    outlet: str
    author: str
    day: date

    @property
    def body(self) -> str:
        return f"{story(self.at)}{PARAGRAPHS[self.at % 3]} That was all of story {self.at}."

    @property
    def printed(self) -> str:
        return f"{self.day:%B} {self.day.day}, {self.day.year}"


def stories(many: int) -> list[Story]:
    titles = ("Council Buys Dredger After Long Winter", "Ferry stops for a month", "Schools in the valley to close")
    outlets = ("The New York Times", "The Guardian (London)", "Daily Echo")
    authors = ("ANN LEE", "Peter Quill", "Ruth Cole")
    return [
        Story(at + 1, many, titles[at % 3], outlets[at % 3], authors[at % 3], date(2020, 3, 4 + at % 20))
        for at in range(many)
    ]


def lexis(one: Story) -> str:
    return (
        f"\n\n                    {one.at} of {one.of} DOCUMENTS\n\n\n                    {one.outlet}\n\n"
        f"                    {one.printed} {one.day:%A}\n                    Late Edition - Final\n\n{one.title}\n\n"
        f"BYLINE: By {one.author}\n\nSECTION: Section A; Pg. {one.at}\n\nLENGTH: 1,543 words\n\n{one.body}\n\n"
        f"LOAD-DATE: April 9, 2020\n\nLANGUAGE: ENGLISH\n\n        Copyright 2020 {one.outlet}\n"
        "        All Rights Reserved\n\n"
    )


def older_lexis(one: Story) -> str:
    first, _, rest = one.title.partition(" to ") if " to " in one.title else (one.title, "", "")
    return (
        f"\n\n                    {one.at} of {one.of} DOCUMENTS\n\n       Copyright 2020 {one.outlet} Company\n"
        f"                    {one.outlet}\n\n                    {one.printed} {one.day:%A}\n\n"
        f"SECTION: Section A; Pg. {one.at}\n\nLENGTH: 543 words\n\nHEADLINE: {first}{' to' if rest else ''}\n"
        f"{rest}{chr(10) if rest else ''}\nBYLINE: {one.author}\n\nBODY:\n{one.body}\n\nLOAD-DATE: April 9, 2020\n"
    )


def nexis(one: Story) -> str:
    return (
        f"{one.title}\n{one.outlet}\n{one.printed} {one.day:%A} 9:15 PM GMT\n\nCopyright 2020 {one.outlet}\n\n"
        f"Section: NEWS; Pg. {one.at}\nLength: 543 words\nByline: {one.author}\nBody\n\n{one.body}\n\n"
        "Classification\n\nLanguage: ENGLISH\n\nSubject: HARBORS & PORTS (90%)\n\nLoad-Date: April 9, 2020\n\n"
        "End of Document\n\n\n"
    )


def nexis_with_list(one: Story) -> str:
    titles = "".join(f"{each.at}. {each.title}\nClient/Matter: -None-\n" for each in stories(one.of))
    date = "Date and Time: Thursday, April 2, 2020 10:11:00 AM\nJob Number: 113355\n"
    return (f"User Name: lee\n{date}Documents ({one.of})\n{titles}\n\n" if one.at == 1 else "") + nexis(one)


def factiva(one: Story) -> str:
    return (
        f"Metro\n{one.title}\n\nBy {one.author}\n1,543 words\n{one.day.day} {one.day:%B %Y}\n09:15 GMT\n{one.outlet}\n"
        f"NYTF\nLate Edition\n{one.at}\nEnglish\nCopyright 2020 {one.outlet}. All Rights Reserved.\n\n{one.body}\n\n"
        f"Document NYTF0000{one.day:%Y%m%d}eg3400{one.at:03}\n\n\n"
    )


def factiva_by_codes(one: Story) -> str:
    return (
        f"SE\nForeign Desk; SECTA\nHD\n{one.title}\nBY\nBy {one.author}\nWC\n543 words\nPD\n{one.day.day} "
        f"{one.day:%B %Y}\nSN\n{one.outlet}\nSC\nNYTF\nLA\nEnglish\n\nLP\n\n{one.body}\n\nNS\ngcat : News\nAN\n"
        f"Document NYTF0000{one.day:%Y%m%d}eg3400{one.at:03}\n\n\n"
    )


def factiva_by_codes_on_their_lines(one: Story) -> str:
    """As a table that was saved as text: the number, too, stands behind its code."""
    return re.sub(r"(?m)^(SE|HD|BY|WC|PD|SN|SC|LA|NS|AN)\n", "\\1\t", factiva_by_codes(one))


def factiva_in_german(one: Story) -> str:
    """For a reader who set it to German: the count and the number were in no language that was known together."""
    text = factiva(one).replace("1,543 words", "1.543 Wörter").replace("\nDocument ", "\nDokument ")
    return text.replace(f"{one.day:%B}", "März")


def proquest_by_titles(one: Story) -> str:
    return proquest(one).replace(f"\n\nTitle: {one.title}", "")


def proquest(one: Story) -> str:
    foot = "\n\nContact us at: http://www.proquest.com/go/contact\n\nTerms and Conditions\n" if one.at == one.of else ""
    return (
        f"{'_' * 60}\n\nDocument {one.at} of {one.of}\n\n{one.title}\n\nAuthor: {one.author}\n\nProQuest document link"
        f"\n\nFull text: {one.body}\n\nSubject: Harbors\n\nTitle: {one.title}\n\nPublication title: {one.outlet}, Late "
        f"Edition (East Coast); New York, N.Y.\n\nPublication year: 2020\n\nPublication date: {one.day:%b} "
        f"{one.day.day}, 2020\n\nProQuest document ID: 23700{one.at}\n\nLast updated: 2020-04-09\n\n{foot}"
    )


def newsbank(one: Story) -> str:
    return (
        f"{one.title}\n\n{one.printed} | {one.outlet}\nAuthor: {one.author} | Section: NEWS | 1543 Words\n"
        f"Page: {one.at}\n\n{one.body}\n\nRecord Number: 17A2B3C4D5E6F70{one.at}\nCopyright (c) 2020 {one.outlet}\n\n"
    )


def europresse(one: Story) -> str:
    """Under the headline a second one, and a name; the first was the paper's with the number of the issue."""
    second = "\n\nA second headline for it" if one.at % 2 else ""
    return (
        f"{one.outlet}, no. 2451{one.at}\nNews, {one.day:%A}, {one.printed} 1543 words, p. {one.at}\n\n"
        f"{one.title}{second}\n\n{one.author}\n\n{one.body}\n\n"
        f"© 2020 {one.outlet}. All rights reserved.\nCertificate issued on April 9, 2020.\n"
        f"news·{one.day:%Y%m%d}·QP·00{one.at}\n\n"
    )


def pressreader(one: Story) -> str:
    return (
        f"{one.outlet}\n{one.day:%Y-%m-%d}\nHARBOUR\n{one.title}\nBy {one.author}\n\n{one.body}\n\n"
        f"Article Name:{one.title}\nPublication:{one.outlet}\nSection:HARBOUR\nAuthor:By {one.author}\n"
        f"Start Page:{one.at}\nEnd Page:{one.at}\n\n"
    )


FORMS = [
    lexis, older_lexis, nexis, nexis_with_list, factiva, factiva_by_codes, factiva_by_codes_on_their_lines,
    factiva_in_german, proquest, proquest_by_titles, newsbank, europresse, pressreader,
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("many", [1, 2, 3, 9])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_export_is_cut_at_its_marks_and_its_fields_are_read(
    form: Callable[[Story], str], many: int, end: str
) -> None:
    wanted = stories(many)
    text = "".join(map(form, wanted)).replace("\n", end)
    articles = checked(text)
    heads = [article.head for article in articles]
    assert [(head.title, head.outlet, head.byline, head.published and head.published.date()) for head in heads] == [
        (one.title, one.outlet, one.author, one.day) for one in wanted
    ]
    for article, one in zip(articles, wanted, strict=True):
        assert one.body.replace("\n", end) in text[article.start : article.end]


@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_cut_alike_a_window_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Callable[[Story], str]
) -> None:
    text = "".join(map(form, stories(9)))
    whole = scan(write(tmp_path, "a.txt", text)).documents
    monkeypatch.setattr(text_files, "WINDOW", 5000)
    monkeypatch.setattr(text_files, "MOST_ARTICLE", 10_000)
    columns = ["start", "end", "title", "outlet", "byline", "published", "text"]
    assert scan(write(tmp_path, "a.txt", text)).documents.select(columns).equals(whole.select(columns))
    assert whole.height == 9


def test_marks_without_the_fields_of_a_database_are_left_to_the_lines_around_them() -> None:
    for mark in (
        "End of Document",
        "Document XY 2020",
        "ProQuest document ID: 12",
        "The 2 of 3 DOCUMENTS",
        "Record Number: 17A2B3C4",
        "news·20240305·CR·001",
        "End Page: 4",
    ):
        assert len(checked(f"Town buys a dredger at last\n\n{story(1)}{mark}\n\n{story(2)}")) == 1


@pytest.mark.parametrize("count", ["Document {} of {}", "Article {} of {}", "{} of {} DOCUMENTS"])
def test_articles_that_are_counted_up_come_apart_and_the_count_is_no_headline(count: str) -> None:
    text = "\n\n".join(f"{count.format(one.at, one.of)}\n\n{one.title}\n\n{one.body}" for one in stories(2))
    assert [article.head.title for article in checked(text)] == [one.title for one in stories(2)]


def test_the_articles_of_a_treaty_and_a_count_that_begins_anew_part_nothing() -> None:
    assert len(split_articles("".join(f"Article {at}\n\n{story(at)}" for at in range(1, 6)))) == 1
    assert len(split_articles("".join(f"Document {at} of 2\n\n{story(at)}" for at in (1, 2, 1)))) == 1
