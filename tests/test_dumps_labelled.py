"""Text dumps whose articles begin with their fields, a line each behind its name, or with front matter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from provenance.dumps.plain_text.articles import split_articles
from tests.dumps import PARAGRAPHS, TEXT, scan, write

if TYPE_CHECKING:
    from pathlib import Path

BODY = "\n\n".join(PARAGRAPHS)
#: Heads with a title, an outlet, an author and a day, and where there is one an address, as dumps have them.
HEADS = {
    "capitals": "TITLE: {0}\nSOURCE: {1}\nBYLINE: By {2}\nDATE: 2024-03-0{3}\nURL: https://q.example/{3}\n\n",
    "text named": "Headline: {0}\nByline: {2}\nSource: {1}\nPublished: March {3}, 2024\nText:\n",
    "address first": "url: https://q.example/{3}\ntitle: {0}\ndate: 2024-03-0{3}\nauthor: ['{2}']\nsource: {1}\ntext: ",
    "lines apart": "Title: {0}\n\nSource: {1}\n\nAuthor: {2}\n\nLength: 512 words\n\nDate: March {3}, 2024\n\n",
    "bold": "**Title:** {0}\n**Author:** {2}\n**Date:** March {3}, 2024\n**Source:** {1}\n\n",
    "Chinese": "标题：{0}\n来源：{1}\n作者：{2}\n发布时间：2024-03-0{3}\n\n",
    "Russian": "Заголовок: {0}\nИсточник: {1}\nАвтор: {2}\nДата: 0{3}.03.2024\n\n",
}


@pytest.mark.parametrize("style", HEADS)
@pytest.mark.parametrize("between", ["\n\n", "\n---\n", "\n\n" + "=" * 60 + "\n\n"])
def test_articles_under_named_fields(tmp_path: Path, style: str, between: str) -> None:
    """The publisher was called `SOURCE: Quay Post`, or `Text:`, and headlines ended up under other articles."""
    titles = ("A dredger for the harbour", "Ferry fares rise", "School bell rings again", "Two hens lost")
    heads = [HEADS[style].format(title, "Quay Post", "Ann Lee", at) for at, title in enumerate(titles, 1)]
    parts = [head + BODY.replace("The", f"{at}. The") for at, head in enumerate(heads)]
    found = scan(write(tmp_path, "a.txt", between.join(parts) + "\n"))
    assert found.documents["title"].to_list() == list(titles)
    assert found.documents["published"].to_list() == [datetime(2024, 3, at, tzinfo=UTC) for at in range(1, 5)]
    assert set(found.documents.select("outlet", "byline").rows()) == {("Quay Post", "Ann Lee")}
    assert all(text.startswith(head.strip()) for text, head in zip(found.documents["text"], heads, strict=True))
    if "q.example" in HEADS[style]:
        assert found.documents["url"].to_list() == [f"https://q.example/{at}" for at in range(1, 5)]


def test_front_matter(tmp_path: Path) -> None:
    fields = 'title: "A dredger: the second"\nauthor: Ann Lee\ndate: 2024-03-05\ntags:\n  - port\nsource: Quay Post\n'
    found = scan(write(tmp_path, "a.md", f"---\n{fields}---\n\n# A dredger\n\n{BODY}\n"))
    (article,) = found.documents.rows(named=True)
    told = ("A dredger: the second", "Ann Lee", "Quay Post", datetime(2024, 3, 5, tzinfo=UTC))
    assert tuple(article[name] for name in ("title", "byline", "outlet", "published")) == told
    assert article["text"].startswith("---\ntitle")


def test_what_fields_do_not_say_the_lines_under_them_do(tmp_path: Path) -> None:
    fields = "url: https://q.example/1\nsource: Quay Post\n\n"
    lines = "A second dredger for the harbour\n\nBy Ann Lee\nMarch 5, 2024\n\n"
    found = scan(write(tmp_path, "a.txt", fields + lines + BODY))
    (article,) = found.documents.rows(named=True)
    assert (article["title"], article["byline"]) == ("A second dredger for the harbour", "Ann Lee")
    assert (article["outlet"], article["published"]) == ("Quay Post", datetime(2024, 3, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        f"A second dredger for the harbour\n\n{BODY}\n\nTitle: A dredger\nSource: Reuters\nDate: March 5, 2024\n",
        f"Q: Why a dredger?\nA: Because of the date of the storm.\n\n{BODY}\n",
        f"Source: Reuters\n{TEXT}\n\n{BODY}\n",
    ],
)
def test_named_lines_elsewhere_are_no_head(tmp_path: Path, text: str) -> None:
    found = scan(write(tmp_path, "a.txt", text))
    assert found.documents["text"].to_list() == [text.strip()]
    assert "A dredger" not in found.documents["title"].to_list()


def test_a_field_that_an_article_says_again_does_not_cut_it(tmp_path: Path) -> None:
    """A title quoted alone in a text is no head; nor is a list of other fields under it."""
    text = (
        f"Title: A dredger\nDate: 2024-03-05\nSource: Quay Post\n\n{BODY}\n\nTitle: what is one?\n\n{BODY}\n\nDate: x\n"
    )
    assert scan(write(tmp_path, "a.txt", text)).documents["text"].to_list() == [text.strip()]


def test_the_order_of_a_field_s_dates_is_told_by_the_others(tmp_path: Path) -> None:
    parts = [f"TITLE : Dredger {at}\nDATE : {day}/03/2024\nTEXT : {BODY}" for at, day in enumerate(("05", "16", "06"))]
    found = scan(write(tmp_path, "a.txt", "\n\n".join(parts)))
    assert [day.day for day in found.documents["published"]] == [5, 16, 6]
    found = scan(write(tmp_path, "a.txt", "\n\n".join(parts[::2])))
    assert found.documents["published"].null_count() == 2
    assert found.inputs["undated"].to_list() == [2]


def test_a_field_under_a_headline_names_the_publisher_and_is_not_its_name(tmp_path: Path) -> None:
    """`Source: Quay Post` was, with all of its letters."""
    titles = ("A dredger for the harbour", "The ferry fares rise again", "The school bell rings again")
    parts = [
        f"{title}\nSource: Quay Post\nDate: March {at}, 2024\n\n{at}. {BODY}" for at, title in enumerate(titles, 1)
    ]
    found = scan(write(tmp_path, "a.txt", "\n\n".join(parts)))
    assert found.documents.select("title", "outlet").rows() == [(title, "Quay Post") for title in titles]


def test_a_file_that_ends_within_a_head_ends() -> None:
    """A head of one line at the end of a file was looked at for ever."""
    head = "Title: A dredger\nDate: 2024-03-05\n"
    for end in ("Title: The last", "Title: The last\nDate: 2024-03-06", head, "Title:"):
        text = f"{head}\n{BODY}\n\n{end}\n"
        articles = split_articles(text)
        assert " ".join(text[one.start : one.end] for one in articles).split() == text.split()
        assert (articles[0].start, articles[-1].end) == (0, len(text.rstrip()))


ONE, TWO, _ = PARAGRAPHS
CHATS = {
    "android": "{day}/03/2024, 21:{minute} - {who}: {said}",
    "ios": "\u200e[{day}/03/2024, 21:{minute}:00] {who}: {said}",
    "short years": "{day}.03.24, 21:{minute} - {who}: {said}",
    "american": "3/{day}/24, 9:{minute}\u202fPM - {who}: {said}",
}


@pytest.mark.parametrize("line", CHATS.values(), ids=CHATS)
def test_a_message_of_a_chat_is_an_article_of_its_sender(tmp_path: Path, line: str) -> None:
    """All messages of a chat were one article, without a date."""
    said = [("Harbour", "\u200eMessages are end-to-end encrypted."), ("Ann Lee", f"{ONE}\n\nIt was: late."),
            ("Bo", "<Media omitted>"), ("Bo", TWO), ("~\u202fCy", "ok")]  # fmt: skip
    lines = [line.format(day=12 + at, minute=15 + at, who=who, said=words) for at, (who, words) in enumerate(said)]
    found = scan(write(tmp_path, "chat.txt", "\n".join(lines))).documents
    assert found["byline"].to_list() == ["Ann Lee", "Bo", "Cy"]
    assert found["published"].dt.to_string("%Y-%m-%d %H:%M").to_list() == [
        "2024-03-13 21:16", "2024-03-15 21:18", "2024-03-16 21:19",
    ]  # fmt: skip
    assert found["text"].to_list() == ["\n".join(lines[:3]), lines[3], lines[4]]
    assert scan(write(tmp_path, "two.txt", "\n".join(lines[3:]))).documents.height == 1


@pytest.mark.parametrize("text", ["[12/03/2024, 21:15] It rained.", "12/03/2024, 21:15 - It rained: much."])
def test_a_time_over_an_article_makes_no_chat(tmp_path: Path, text: str) -> None:
    assert scan(write(tmp_path, "note.txt", f"{text}\n\n{ONE}\n\n{TWO}")).documents.height == 1
