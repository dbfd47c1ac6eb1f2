"""Web pages: the article, its captions and its labels; and what is no page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

import provenance
from provenance.dumps.labels.publishers import spells
from provenance.dumps.web.markup import plain_text
from provenance.dumps.web.pages import read_page
from provenance.text.passages import find_passages
from tests.dumps import BODY, PARAGRAPHS, page, scan, write

if TYPE_CHECKING:
    from pathlib import Path

LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "Quay Post"},
        {
            "@type": ["NewsArticle"],
            "headline": "Second dredger for the harbour",
            "datePublished": "2020-03-04T12:00:00+01:00",
            "author": [{"@type": "Person", "name": "Ann Lee"}, {"@type": "Person", "name": "Bo Ray"}],
            "publisher": {"@type": "Organization", "name": "Agence X"},
        },
    ],
}
OPEN_GRAPH = """<meta property="og:site_name" content="Quay Post">
<meta property="og:title" content="Second dredger for the harbour - Quay Post">
<meta property="article:published_time" content="2020-03-04T11:00:00Z">
<meta name="author" content="By Ann Lee, Bo Ray">
<link rel="canonical" href="https://www.quaypost.example/news/dredger">"""
CANONICAL = "<link rel=canonical href='https://www.quaypost.example/news/dredger'>"


CHINESE = (
    "港口市议会周二决定购买第二艘挖泥船，因为第一艘整个冬天都闲置着，船队无法在低潮时离开港口。市长说，渔船队再也不能出海。",
    "两名议员投了反对票，并问为什么旧机器从未由建造它的船厂修理。市长没有回答这个问题，他说会议将在下个月继续举行。",
    "渔民协会的代表说，他们对这个决定感到满意，但希望新船能在夏天之前到达港口，否则渔季就会受到影响。",
)


@pytest.mark.parametrize(
    ("tail", "outlet"),
    [
        ("-新华网", "新华网"),
        ("--国际--人民网", "人民网"),
        ("|港口_新浪新闻", "新浪新闻"),
        (" | 共同通信", "共同通信"),
        ("", None),
    ],
)
@pytest.mark.parametrize(
    "info", ["2024年03月05日 10:20:33 | 来源：{}", "<b>2024年3月5日</b> <i>10時20分</i>", "2024-03-05"]
)
@pytest.mark.parametrize("heading", ["港口城市购买第二艘挖泥船以清理航道", "港口城市买挖泥船"])
def test_a_chinese_page_says_who_printed_it_and_when(tail: str, outlet: str | None, info: str, heading: str) -> None:
    """It is two or three words to whoever counts spaces: its menu was taken for a part of the article."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in CHINESE)
    markup = (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{heading}{tail}</title></head><body><div class='nav'>"
        f"<a href='/'>首页</a><a href='/news'>新闻</a></div><h1>{heading}</h1><div class='info'>{info.format(outlet)}"
        f"</div><div class='article'>{body}</div><div class='footer'>版权所有</div></body></html>"
    )
    answer = read_page(markup.encode())
    assert (answer["labels"]["title"], answer["labels"]["outlet"]) == (heading, outlet)
    assert answer["labels"]["published"] == "2024-03-05"
    assert answer["text"].split() == list(CHINESE)


@pytest.mark.parametrize(
    ("under", "day"),
    [
        ("<p>الثلاثاء 5 مارس 2024</p>", "2024-03-05"),
        ("<div>5 марта 2024</div>", "2024-03-05"),
        ("<script>'2024年3月5日'</script><p>Halven</p>", None),
        (
            "<p>In the winter of the year before, as the town was told on 5 марта 2024, nobody had seen it at sea.</p>",
            None,
        ),
    ],
)
def test_a_date_is_looked_for_between_heading_and_article(under: str, day: str | None) -> None:
    assert read_page(page(under + BODY).encode())["labels"]["published"] == day


@pytest.mark.parametrize(
    "head",
    [
        f"<script type='application/ld+json'>{json.dumps(LD)}</script>{CANONICAL}",
        OPEN_GRAPH,
    ],
    ids=["json-ld", "open graph"],
)
def test_a_page_gives_its_article_and_its_labels(tmp_path: Path, head: str) -> None:
    found = scan(write(tmp_path, "dredger.html", page(BODY, head)))
    (row,) = found.documents.to_dicts()
    assert row["text"].split("\n") == list(PARAGRAPHS)
    assert (row["title"], row["outlet"], row["byline"]) == (
        "Second dredger for the harbour",
        "Quay Post",
        "Ann Lee, Bo Ray",
    )
    assert row["published"] == datetime(2020, 3, 4, 11, tzinfo=UTC)
    assert (row["url"], row["language"]) == ("https://www.quaypost.example/news/dredger", "en")
    assert (row["start"], row["end"]) == (None, None)
    assert not found.rejects.height
    (fact,) = found.inputs.to_dicts()
    assert (fact["format"], fact["encoding"], fact["decided"], fact["certainty"]) == ("html", "utf-8", "valid", 1)


def test_a_caption_is_kept_as_one_in_its_place(tmp_path: Path) -> None:
    figure = "<figure><img src=a.jpg><figcaption>The old dredger at the quay in January</figcaption></figure>"
    body = BODY.replace("</p>", f"</p>{figure}", 1)
    found = scan(write(tmp_path, "x.html", page(body)))
    (text,) = found.documents["text"]
    assert text.split("\n") == [PARAGRAPHS[0], "", "Photo: The old dredger at the quay in January", "", *PARAGRAPHS[1:]]
    passages = find_passages(found.documents)
    (caption,) = passages.filter(passages["role"] == "caption").to_dicts()
    assert text[caption["start"] : caption["end"]] == "Photo: The old dredger at the quay in January"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", "<meta charset=windows-1252>"),
        ("cp1252", "<meta charset='iso-8859-1'>"),
        ("cp1250", "<meta http-equiv=content-type content='text/html; charset=windows-1250'>"),
    ],
)
def test_a_page_is_read_in_the_encoding_it_declares(tmp_path: Path, encoding: str, declared: str) -> None:
    body = BODY.replace("dredger", "dredger „Žaluzie“ – ú š")
    body = body if encoding != "cp1252" else BODY.replace("dredger", "dredger “Été” – é")
    found = scan(write(tmp_path, "x.html", page(body, declared).encode(encoding)))
    assert plain_text(body) == found.documents["text"][0]
    (fact,) = found.inputs.to_dicts()
    assert fact["encoding"] == {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    how = "declared" if declared else "valid" if encoding == "utf-8" else "bom"
    assert fact["decided"] == how


def test_titles_lose_the_name_of_the_site_and_nothing_else(tmp_path: Path) -> None:
    titles = {
        "The Quay Post view: a harbour on the brink": "The Quay Post view: a harbour on the brink",
        "Dredgers - and how to buy them - Quay Post": "Dredgers - and how to buy them",
        "Quay Post: Dredgers and how to buy them": "Dredgers and how to buy them",
        "Dredgers | Opinion": "Dredgers | Opinion",
    }
    for given, expected in titles.items():
        head = f'<meta property="og:site_name" content="Quay Post"><meta property="og:title" content="{given}">'
        text = page(BODY, head).replace("<h1>Second dredger for the harbour</h1>", "")
        assert scan(write(tmp_path, "x.html", text)).documents["title"].to_list() == [expected]


@pytest.mark.parametrize(
    ("title", "url", "outlet"),
    [
        ("Alpacas stand guard over lambs | Lakeland Courier", "", "Lakeland Courier"),
        ("Alpacas stand guard over lambs - Farms - Lakeland Courier", "", "Lakeland Courier"),
        ("Alpacas stand guard over lambs: why they do it", "", None),
        ("Alpacas in Cumbria | Lakeland Courier", "", None),
        ("Alpacas stand guard over lambs | Reuters", "https://post.example/1", "post.example"),
    ],
)
def test_a_site_is_named_behind_the_heading_in_the_title(
    tmp_path: Path, title: str, url: str, outlet: str | None
) -> None:
    said = "<p>A farmer above Kendal has trained nine alpacas to guard his lambs, and has not lost one since.</p>"
    head = f'<title>{title}</title><link rel="canonical" href="{url}">'
    text = f"<html><head>{head}</head><body><h1>Alpacas stand guard over lambs</h1>{said * 3}</body></html>"
    assert scan(write(tmp_path, "page.html", text)).documents["outlet"].to_list() == [outlet]


def test_hosts_spell_names() -> None:
    for name, host in {
        "The New York Times": "nytimes.com",
        "Sky News": "news.sky.com",
        "CBS Detroit": "detroit.cbslocal.com",
        "BBC News": "bbc.co.uk",
        "The Washington Post": "washingtonpost.com",
    }.items():
        assert spells(name, host), name
    for name, host in {"Associated Press": "sfgate.com", "Reuters": "lemonde.fr", "The Sun": "theguardian.com"}.items():
        assert not spells(name, host), name


@pytest.mark.parametrize("depth", [150, 300, 5000, 1_000_000])
@pytest.mark.parametrize("tag", ["div", "b"])
def test_nesting_loses_no_text_in_silence(tmp_path: Path, tag: str, depth: int) -> None:
    deep = f"<{tag}>" * depth + f"<p>{PARAGRAPHS[1]}</p>" + f"</{tag}>" * depth
    found = scan(write(tmp_path, "x.html", page(f"<p>{PARAGRAPHS[0]}</p>{deep}<p>{PARAGRAPHS[2]}</p>")))
    text = "\n".join(found.documents["text"])
    if depth > 200:
        assert found.rejects["reason"].to_list() in (["too_complex"], ["too_long"])
    if depth < 1_000_000:
        assert all(paragraph in text for paragraph in PARAGRAPHS)


@pytest.mark.parametrize(
    "content",
    [
        "<html>",
        "<html></html>",
        "<!DOCTYPE html><!--",
        "<!DOCTYPE html><script>",
        "<html><body><p>x",
        "<html>" + "<table><tr><td>" * 150,
        "<?xml version='1.0' encoding='nonsense'?><html><p>A page with a wrong declaration of its encoding",
        "<html><p>\x00\x01\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        "<html><frameset><frame src=a></frameset>",
        "<html><meta charset=hex><p>one two three four five six",
        "<html><script type='application/ld+json'>" + "[" * 100_000 + "</script><p>one two three four five six",
    ],
)
def test_a_page_that_is_hardly_one_is_read_or_said_to_be_none(tmp_path: Path, content: str) -> None:
    found = scan(write(tmp_path, "x.html", content))
    assert found.documents.height + found.rejects.height > 0


def test_tags_are_taken_out_in_one_pass() -> None:
    assert plain_text("a<br>b<!-- c -->d<script>e</script>f&lt;g") == "a\nbdf<g"
    assert plain_text("<p>never <!-- closed</p>") == "never closed"
    assert plain_text("2 < 3 and 4 > 3") == "2 < 3 and 4 > 3"


def test_a_text_that_only_scripts_show_is_read_where_the_page_states_it() -> None:
    told = "The council of Orle agreed to pay for a dredger &amp; a crane.\n\nThe fishermen did not object on Friday."
    stated = json.dumps({"@graph": [{"@type": "NewsArticle", "headline": "Dredger", "articleBody": told}]})
    for shown, text in (
        ("<p>Please enable JavaScript to read this.</p>", told.replace("&amp;", "&")),
        (f"<article><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></article>", f"{PARAGRAPHS[0]}\n{PARAGRAPHS[1]}"),
    ):
        page = f'<html><head><script type="application/ld+json">{stated}</script></head><body>{shown}</body></html>'
        assert read_page(page.encode())["text"] == text


def test_pages_saved_into_one_file_are_articles_each(tmp_path: Path) -> None:
    texts = [f"Report {at}: the council of Orle agreed to pay for a dredger." for at in range(5)]
    pages = [f"<!DOCTYPE html>\n<HTML><body><article><p>{text}</p></article></body></HTML>" for text in texts]
    found = scan(write(tmp_path, "x.html", "\n\n".join(pages)))
    assert found.documents.select("doc_id", "text").rows() == [
        (f"{tmp_path}/x.html#{at}", text) for at, text in enumerate(texts, 1)
    ]
    long = "\n".join(page.replace("<body>", f"<body>{' ' * (1 << 21)}") for page in pages)  # 10 MB
    assert scan(write(tmp_path, "y.html", long)).documents["text"].to_list() == texts
    quoted = pages[0].replace("agreed", "wrote &lt;/html&gt; &lt;html&gt; and agreed")
    assert scan(write(tmp_path, "z.html", quoted)).documents["doc_id"].to_list() == [f"{tmp_path}/z.html"]


def test_a_column_of_markup_is_read_as_its_text(tmp_path: Path) -> None:
    """Publishing systems store articles so; a copy without tags shared no words with the tags between its own."""
    markup = f"<p>{PARAGRAPHS[0].replace('&', '&amp;')}</p>\n<div class='x'><b>{PARAGRAPHS[1]}</b></div>"
    blocks = f"<!-- wp:paragraph -->\n<p>{PARAGRAPHS[0]}</p>\n<!-- /wp:paragraph -->\n"
    cells = [markup, blocks, "<p></p>", f"<p> {PARAGRAPHS[0]}", f"<i>{PARAGRAPHS[0]}</i>", f"{PARAGRAPHS[0]} </p>"]
    texts = [f"{PARAGRAPHS[0]}\n{PARAGRAPHS[1]}", PARAGRAPHS[0], *cells[3:]]
    frame = pl.DataFrame({"body": cells})
    frame.write_parquet(tmp_path / "x.parquet")
    frame.write_csv(tmp_path / "x.csv")
    frame.write_ndjson(tmp_path / "x.jsonl")
    for name in ("x.parquet", "x.csv", "x.jsonl"):
        found = scan(str(tmp_path / name))
        assert found.documents["text"].to_list() == texts, name
        assert found.rejects["reason"].to_list() == ["blank"], name
    assert provenance.scan(frame).documents["text"].to_list() == cells  # whose places are asked for in these very texts


def test_a_live_blog_that_only_scripts_show_is_one_article_of_all_its_posts(tmp_path: Path) -> None:
    """Its headline was all that was read."""
    posts = [
        {"@type": "BlogPosting", "headline": f"Post {at}", "datePublished": f"2024-03-06T1{at}", "articleBody": text}
        for at, text in enumerate(PARAGRAPHS)
    ]
    stated = {
        "@type": "LiveBlogPosting", "headline": "Storm hits the coast: live", "datePublished": "2024-03-06T08:00:00Z",
        "dateModified": "2024-03-06T20:00:00Z", "liveBlogUpdate": posts,
    }  # fmt: skip
    script = f'<script type="application/ld+json">{json.dumps(stated)}</script>'
    found = scan(write(tmp_path, "a.html", page("<div id=app></div>", script, "Storm hits the coast: live")))
    (row,) = found.documents.rows(named=True)
    assert row["text"] == "\n\n".join(f"Post {at}\n\n{text}" for at, text in enumerate(PARAGRAPHS))
    assert (row["title"], row["published"].isoformat()) == ("Storm hits the coast: live", "2024-03-06T08:00:00+00:00")
