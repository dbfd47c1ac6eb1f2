"""Feeds, web archives and mail: items, records and messages, each with its labels."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from provenance.dumps.rejects import is_partial
from provenance.text.passages import find_passages
from tests.dumps import BODY, PARAGRAPHS, page, record, response, scan, write

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = datetime(2020, 3, 4, 11, tzinfo=UTC)
TEASER = " ".join(PARAGRAPHS[0].split()[:12]) + " […]"
RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Quay Post | News of the coast</title><link>https://www.quaypost.example/</link><language>en-gb</language>
<item><title>Second dredger &amp; more</title><link>https://www.quaypost.example/1</link><guid>q1</guid>
<dc:creator>Ann Lee</dc:creator><pubDate>Wed, 04 Mar 2020 12:00:00 +0100</pubDate>
<description><![CDATA[<p>{TEASER}</p>]]></description><content:encoded><![CDATA[{BODY}]]></content:encoded></item>
<item><title>Only a title of an item</title><link>https://www.quaypost.example/2</link></item>
<item><title>Copied</title><link>https://www.quaypost.example/3</link><description>{PARAGRAPHS[1]}</description>
<source url="https://wire.example/feed">Coast Wire</source></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Quay Post</title>
<entry><id>q1</id><title>Second dredger &amp; more</title><link href="https://www.quaypost.example/1"/>
<author><name>Ann Lee</name></author><published>2020-03-04T11:00:00Z</published><summary>{TEASER}</summary>
<content type="html"><![CDATA[{BODY}]]></content></entry></feed>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Quay Post",
        "home_page_url": "https://www.quaypost.example/",
        "items": [
            {
                "id": "q1",
                "url": "https://www.quaypost.example/1",
                "title": "Second dredger & more",
                "summary": TEASER,
                "content_html": BODY,
                "date_published": "2020-03-04T12:00:00+01:00",
                "authors": [{"name": "Ann Lee"}],
            }
        ],
    }
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.rss", RSS),
        ("x.xml", RSS),
        ("feed", RSS),
        ("x.atom", ATOM),
        ("feed", ATOM),
        ("x.json", JSON_FEED),
        ("feed", JSON_FEED),
    ],
)
def test_an_item_gives_teaser_and_content_with_its_labels(tmp_path: Path, name: str, content: str) -> None:
    found = scan(write(tmp_path, name, content))
    row = found.documents.filter(found.documents["doc_id"] == "q1").to_dicts()[0]
    assert row["text"] == "\n\n".join((TEASER, "\n".join(PARAGRAPHS)))
    assert (row["title"], row["byline"], row["outlet"]) == ("Second dredger & more", "Ann Lee", "Quay Post")
    assert (row["url"], row["published"]) == ("https://www.quaypost.example/1", MOMENT)
    assert not found.rejects.height
    roles = find_passages(found.documents.filter(found.documents["doc_id"] == "q1"))
    assert roles["role"].to_list()[0] == "teaser"


def test_items_without_content_and_of_other_feeds(tmp_path: Path) -> None:
    found = scan(write(tmp_path, "x.rss", RSS)).documents.sort("url")
    assert found["text"].to_list()[1:] == ["Only a title of an item", PARAGRAPHS[1]]
    assert found["outlet"].to_list()[1:] == ["Quay Post", "Coast Wire"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (RSS[: len(RSS) // 2], "damaged"),
        (RSS.replace("</item>", "", 1)[:-40], "damaged"),
        (
            "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'aaaaaaaa'>]><rss><channel><item>&a;</item></channel></rss>",
            "format",
        ),
        (
            "<!DOCTYPE rss SYSTEM 'file:///etc/passwd' [ <!ENTITY x SYSTEM 'file:///etc/passwd'> ]><rss>&x;</rss>",
            "format",
        ),
        ("<rss version='2.0'><channel><title>Quay</title></channel></rss>", "empty"),
        ("<?xml version='1.0'?><urlset><url><loc>x</loc></url></urlset>", "format"),
    ],
)
def test_a_feed_that_is_broken_or_hostile_says_so(tmp_path: Path, content: str, reason: str) -> None:
    found = scan(write(tmp_path, "x.xml", content))
    assert reason in found.rejects["reason"].to_list()
    assert is_partial(found.rejects)


def test_a_picture_s_file_in_an_export_of_wordpress_is_no_article(tmp_path: Path) -> None:
    posts = [
        ("post", "A dredger", f"<p>{PARAGRAPHS[0]}</p>"),
        ("attachment", "dredger.jpg", ""),
        ("nav_menu_item", "Home", " "),
    ]
    items = "".join(
        f"<item><title>{title}</title><guid>{title}</guid><content:encoded><![CDATA[{content}]]></content:encoded>"
        f"<wp:post_type><![CDATA[{kind}]]></wp:post_type></item>"
        for kind, title, content in posts
    )
    names = "".join(f' xmlns:{name}="http://{of}"' for name, of in (("wp", "wordpress.org/export/1.2/"),
                    ("content", "purl.org/rss/1.0/modules/content/")))  # fmt: skip
    found = scan(
        write(tmp_path, "a.xml", f'<rss version="2.0"{names}><channel><title>Q</title>{items}</channel></rss>')
    )
    assert found.documents["doc_id"].to_list() == ["A dredger"]
    assert found.rejects.select("record", "reason").rows() == [(1, "blank"), (2, "blank")]


def test_a_feed_in_another_encoding(tmp_path: Path) -> None:
    text = RSS.replace("utf-8", "windows-1251").replace("Second dredger", "Второй земснаряд для порта")
    found = scan(write(tmp_path, "x.xml", text.replace("…", "...").encode("cp1251")))
    assert "Второй земснаряд для порта & more" in found.documents["title"].to_list()
    assert found.inputs["encoding"].to_list() == ["cp1251"]


# -- web archives ----------------------------------------------------------------------------------------
PAGE = page(BODY).encode()
DATED = page(BODY, '<meta property="article:published_time" content="2020-03-04T11:00:00Z">').encode()
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)
RECORDS = [
    record("warcinfo", "", b"software: x\r\n", "application/warc-fields"),
    response("https://www.quaypost.example/p1", PAGE),
    response("https://www.quaypost.example/p2", DATED),
    response("https://www.quaypost.example/p3", gzip.compress(PAGE), Content_Encoding="gzip"),
    response("https://www.quaypost.example/p4", CHUNKED, Transfer_Encoding="chunked"),
    response("https://www.quaypost.example/a.png", b"\x89PNG", "image/png"),
    response("https://www.quaypost.example/gone", PAGE, status="404 Not Found"),
    response("https://www.quaypost.example/feed", RSS.encode(), "application/rss+xml"),
    record("conversion", "https://www.quaypost.example/p5", "\n".join(PARAGRAPHS).encode(), mark="text/plain"),
]
WARC = b"".join(RECORDS)
ZIPPED = b"".join(map(gzip.compress, RECORDS))


@pytest.mark.parametrize(("name", "content"), [("x.warc", WARC), ("x.warc.gz", ZIPPED), ("x.gz", ZIPPED)])
def test_every_page_of_a_web_archive_is_an_article(tmp_path: Path, name: str, content: bytes) -> None:
    found = scan(write(tmp_path, name, content))
    pages = {row["url"].rsplit("/", 1)[1]: row for row in found.documents.to_dicts() if row["doc_id"][0] == "/"}
    assert {pages[key]["text"] for key in ("p1", "p2", "p3", "p4", "p5")} == {"\n".join(PARAGRAPHS)}
    assert found.documents.height == 8
    assert pages["p2"]["published"] == MOMENT
    assert {pages[key]["published"] for key in ("p1", "p3", "p4", "p5")} == {datetime(2021, 5, 6, 7, 8, 9, tzinfo=UTC)}
    (left,) = found.rejects.to_dicts()
    assert left["reason"] == "left_out"
    assert left["detail"] == "2 records that are no articles: 1 HTTP status 404, 1 image/png"
    assert not is_partial(found.rejects)


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ("By Ann Lee\nMarch 4, 2020", ("Ann Lee", datetime(2020, 3, 4, tzinfo=UTC))),
        ("March 4, 2022", (None, datetime(2021, 5, 6, 7, 8, 9, tzinfo=UTC))),  # no page was printed after the crawl
        ("Share", (None, datetime(2021, 5, 6, 7, 8, 9, tzinfo=UTC))),
    ],
)
def test_a_page_without_its_markup_says_under_its_headline_who_wrote_it_and_when(
    tmp_path: Path, over: str, told: tuple[str | None, datetime]
) -> None:
    """Each page of a WET file had the day of the crawl."""
    menu = "Home\nMarch 3, 2020\nBy Bo Ray\nSport"
    title = "Second dredger for the harbour"
    text = "\n".join([f"{title} | Quay Post", menu, title, over, *PARAGRAPHS])
    whole = record("conversion", "https://q.example/1", text.encode(), mark="text/plain")
    (article,) = scan(write(tmp_path, "x.warc.wet", whole)).documents.rows(named=True)
    assert (article["byline"], article["published"]) == told
    assert article["text"] == text


def test_a_web_archive_that_breaks_off_is_said_to_wherever_it_does(tmp_path: Path) -> None:
    wet = [record("conversion", f"https://q.example/{at}", f"Article {at}. ".encode() * 30) for at in range(8)]
    ends = {0}
    for one in wet:
        ends.add(max(ends) + len(one))
    whole = b"".join(wet)
    for cut in range(5, len(whole), 97):
        found = scan(write(tmp_path, "x.warc", whole[:cut]))
        sound = sum(end <= cut + 4 for end in ends) - 1  # the last two line ends may be missing
        assert found.documents.height >= sound
        # At the border of two records nothing is missing that anyone could know of.
        assert found.rejects.height or any(cut <= end <= cut + 4 for end in ends), cut


def test_damage_in_a_web_archive_costs_its_record(tmp_path: Path) -> None:
    wet = [record("conversion", f"https://q.example/{at}", f"Article {at}. ".encode() * 30) for at in range(8)]
    wet[3] = wet[3].replace(b"WARC/1.", b"WRAC/1.")
    wet[5] = wet[5].replace(b"Content-Length", b"Content-Lenght")
    found = scan(write(tmp_path, "x.warc", b"".join(wet)))
    assert found.documents["url"].to_list() == [f"https://q.example/{at}" for at in (0, 1, 2, 4, 6, 7)]
    assert found.rejects["reason"].to_list().count("damaged") >= 2
    long = wet[0].replace(b"Content-Length: ", b"Content-Length: 9")
    assert scan(write(tmp_path, "y.warc", long)).rejects["reason"].to_list() == ["damaged"]


# -- mail ------------------------------------------------------------------------------------------------
MAIL = f"""From: Ann Lee <ann@quaypost.example>\r
Subject: =?utf-8?q?Second_dredger_=E2=80=93_more?=\r
Date: Wed, 4 Mar 2020 12:00:00 +0100\r
Message-ID: <q1@quaypost.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=b\r
\r
--b\r
Content-Type: text/html; charset=utf-8\r
\r
{BODY}\r
--b\r
Content-Type: text/plain; charset=iso-8859-1\r
Content-Transfer-Encoding: quoted-printable\r
\r
Caf=E9: {PARAGRAPHS[1]}\r
--b--\r
""".encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.eml", MAIL), ("mail", MAIL), ("x.mbox", b"From ann Wed Mar  4 12:00:00 2020\r\n" + MAIL)],
)
def test_a_mail_gives_its_plain_part_and_its_labels(tmp_path: Path, name: str, content: bytes) -> None:
    (row,) = scan(write(tmp_path, name, content)).documents.to_dicts()
    assert row["text"].strip() == f"Café: {PARAGRAPHS[1]}"
    assert (row["doc_id"], row["title"], row["byline"]) == ("q1@quaypost.example", "Second dredger – more", "Ann Lee")
    assert row["published"] == MOMENT


def test_a_mailbox_is_cut_where_mails_begin(tmp_path: Path) -> None:
    one = "From ann Wed Mar  4 12:00:00 2020\nFrom: a@q.example\nSubject: {0}\nDate: Wed, 4 Mar 2020 12:00:00 +0100\n\n"
    body = "From the harbour it was said in 2020 that\n\n>From now on mail {0} is short\n\n"
    found = scan(write(tmp_path, "x.mbox", "".join((one + body).format(at) for at in range(5))))
    assert found.documents["title"].to_list() == list("01234")
    assert found.documents["text"][3].startswith("From the harbour it was said in 2020 that\n\nFrom now on mail 3")
    html = "From: a@q.example\nMIME-Version: 1.0\nContent-Type: text/html\n\n<p>One</p><p>two"
    assert scan(write(tmp_path, "x.eml", html)).documents["text"].to_list() == ["One\ntwo"]


def test_a_record_whose_bytes_are_not_those_of_its_digest_is_told(tmp_path: Path) -> None:
    sound = record("conversion", "https://q.example/1", b"The council of the harbour agreed.")
    (told,) = scan(write(tmp_path, "x.wet", sound.replace(b"harbour", b"harvour"))).rejects.to_dicts()
    assert (told["record"], told["reason"], told["action"]) == (0, "damaged", "partial")
    hexed = re.sub(
        rb"sha1:\w+", b"SHA1:" + hashlib.sha1(b"The council of the harbour agreed.").hexdigest().encode(), sound
    )
    assert not scan(write(tmp_path, "y.wet", hexed)).rejects.height
    assert not scan(write(tmp_path, "z.wet", re.sub(rb"sha1:\w+", b"crc9:12", sound))).rejects.height


def test_a_head_that_cannot_be_as_it_was_written_is_told(tmp_path: Path) -> None:
    sound = record("conversion", "https://q.example/1", PARAGRAPHS[0].encode())
    for was, now in (
        (b"q.example/1", b"q.ex\xff\xfele/1"), (b"q.example/1", b"q.ex\x00mple/1"), (b"2021-05-06T", b"2021-05-x6T"),
        (b"WARC-Target-URI: ", b"WARC-Target-URI  "), (b"q.example", b"q.e ample"),
        (b"sha1:", b"sha1"), (b"sha1:", b"sha1:A"),
    ):  # fmt: skip
        found = scan(write(tmp_path, "x.wet", sound.replace(was, now)))
        assert found.documents["text"].to_list() == [PARAGRAPHS[0]]
        assert found.rejects.select("record", "reason", "action").rows() == [(0, "damaged", "partial")], (was, now)
    folded = sound.replace(b"Content-Type: text/plain", b"Content-Type: text/plain;\r\n\tcharset=utf-8\r\nX-My_Field:")
    assert not scan(write(tmp_path, "y.wet", folded)).rejects.height


def test_a_payload_is_checked_by_its_own_digest_and_a_page_cut_by_the_crawler_is_told(tmp_path: Path) -> None:
    digest = base64.b32encode(hashlib.sha1(PAGE).digest())
    fields = b"WARC-Payload-Digest: sha1:" + digest + b"\r\nContent-Type: application/http"
    plain = re.sub(rb"WARC-Block-Digest[^\r]+\r\n", b"", response("https://q.example/1", PAGE))
    sound = plain.replace(b"Content-Type: application/http", fields, 1)
    assert not scan(write(tmp_path, "x.warc", sound)).rejects.height
    (told,) = scan(write(tmp_path, "y.warc", sound.replace(b"harbour", b"harvour"))).rejects.to_dicts()
    assert (told["record"], told["reason"], told["action"]) == (0, "damaged", "partial")
    # Whether the digest of a chunked answer is that of what was sent or of what it means, tools do not agree.
    chunked = sound.replace(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n")
    length = int(re.search(rb"Content-Length: (\d+)", chunked)[1]) + 28
    chunked = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % length, chunked)
    assert not any("digest" in told for told in scan(write(tmp_path, "z.warc", chunked)).rejects["detail"])
    cut = plain.replace(b"WARC-Type", b"WARC-Truncated: length\r\nWARC-Type")
    (told,) = scan(write(tmp_path, "c.warc", cut)).rejects.to_dicts()
    assert told["detail"] == "the crawler cut this page (length): crawl it again"


def test_texts_attached_to_a_mail_are_articles_and_other_things_are_told(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = (
        "Ann Lee <a@q.example>",
        "Clippings",
        "4 Mar 2020 11:00 +0000",
    )
    message["Message-ID"] = "<m1@q.example>"
    message.set_content("See what is attached, please.")
    message.add_attachment(PARAGRAPHS[0], filename="one.txt")
    message.add_attachment(f"<html><body>{BODY}</body></html>", subtype="html", filename="two.html")
    message.add_attachment(b"\xff\xd8", "image", "jpeg", filename="three.jpg")
    message.add_attachment("BEGIN:VCARD\nFN:Ann Lee\nEND:VCARD\n", subtype="vcard", filename="ann.vcf")
    message.add_attachment("a,b\n1,2\n", subtype="csv", filename="boats.csv")
    inner = EmailMessage()
    inner["Subject"], inner["Message-ID"] = "Forwarded", "<m0@q.example>"
    inner.set_content(PARAGRAPHS[1])
    message.add_attachment(inner)
    found = scan(write(tmp_path, "x.eml", message.as_bytes()))
    rows = found.documents.select("doc_id", "title", "byline", "text").rows()
    assert {row[1]: row[3].strip() for row in rows} == {
        "Clippings": "See what is attached, please.", "one.txt": PARAGRAPHS[0], "two.html": "\n".join(PARAGRAPHS),
        "Forwarded": PARAGRAPHS[1],
    }  # fmt: skip
    assert {row[0] for row in rows} >= {"m1@q.example", "m0@q.example"}
    (told,) = found.rejects.to_dicts()
    assert (told["reason"], "1 attachments: image/jpeg" in told["detail"]) == ("left_out", True)
    assert not is_partial(found.rejects)


def test_a_page_saved_by_a_browser_has_its_address_and_no_sender(tmp_path: Path) -> None:
    head = (
        "From: <Saved by Blink>\nSnapshot-Content-Location: https://q.example/dredger\nSubject: Saved\n"
        "Date: Tue, 5 Mar 2024 10:00:00 -0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; type="text/html"; boundary="X"\n\n'
    )
    part = f"--X\nContent-Type: text/html; charset=utf-8\nContent-Location: https://q.example/dredger\n\n{page(BODY)}\n"
    row = scan(write(tmp_path, "a.mht", f"{head}{part}--X--\n")).documents.row(0, named=True)
    assert (row["url"], row["byline"], row["published"]) == ("https://q.example/dredger", None, None)
    assert row["title"] == "Second dredger for the harbour"
    assert PARAGRAPHS[0] in row["text"]
    assert "Home" not in row["text"]


def test_a_template_or_a_setting_in_an_export_of_blogger_is_no_article(tmp_path: Path) -> None:
    kind = "<category scheme='x#kind' term='http://schemas.google.com/blogger/2008/kind#{}'/>"
    entries = "".join(
        f"<entry><id>{name}</id>{kind.format(name)}<title>{name}</title><content type='text'>{text}</content></entry>"
        for name, text in (("template", "body { color: red }"), ("settings", "true"), ("post", PARAGRAPHS[0]))
    )
    feed = f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Q</title>{entries}</feed>"
    found = scan(write(tmp_path, "blog.xml", feed))
    assert found.documents["doc_id"].to_list() == ["post"]
    assert found.rejects.select("record", "reason").rows() == [(0, "blank"), (1, "blank")]
