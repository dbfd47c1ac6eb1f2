"""XML and SGML of any shape: the field's corpora, exports of databases and wikis, and what is none of these."""

from __future__ import annotations

import gzip
import io
import random
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.dumps.intake import Intake, Shelf
from provenance.dumps.records import elements
from provenance.dumps.records.elements import read_elements
from provenance.dumps.web.markup import plain_text
from provenance.settings import Settings
from tests.dumps import BODY, PARAGRAPHS, scan, write

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO, THREE = PARAGRAPHS
LINES = f"{ONE}\n{TWO}"
DAY, MINUTE = datetime(2004, 5, 12, tzinfo=UTC), datetime(1987, 2, 26, 15, 1, 1, 790000, tzinfo=UTC)


def of_gigaword(number: int, source: str = "AFP") -> str:
    wrapped = TWO.replace(" said", "\nsaid")
    return (
        f'<DOC id="{source}_ENG_20040512.{number:04d}" type="story" >\n<HEADLINE>\nHarbour &AMP; port\n</HEADLINE>\n'
        f"<DATELINE>\nPARIS, May 12 (AFP)\n</DATELINE>\n<TEXT>\n<P>\n{ONE}\n</P>\n<P>\n{wrapped}\n</P>\n"
        "</TEXT>\n</DOC>\n"
    )


SHAPES = {
    "gigaword": (
        "afp_eng_200405",
        of_gigaword(7) + of_gigaword(8),
        ("AFP_ENG_20040512.0007", "Agence France-Presse", "Harbour & port", DAY, None),
        f"PARIS, May 12 (AFP) - {LINES}",
    ),
    "reuters-21578": (
        "reut2-000.sgm",
        (
            '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n'
            f'<REUTERS NEWID="4"><DATE>26-FEB-1987 15:01:01.79</DATE><PLACES><D>usa</D></PLACES><TEXT>&#2;\n'
            f"<TITLE>HARBOUR &lt;PORT></TITLE>\n<DATELINE>    LONDON, Feb 26 - </DATELINE><BODY>{LINES}\n Reuter\n"
            '&#3;</BODY></TEXT>\n</REUTERS>\n<REUTERS NEWID="5"><TEXT><TITLE>X</TITLE><BODY>B</BODY></TEXT></REUTERS>'
        ),
        ("4", "Reuters", "HARBOUR <PORT>", MINUTE, None),
        f"LONDON, Feb 26 - {LINES}\n Reuter",
    ),
    "trec": (
        "la010189.txt",
        (
            f"<DOC>\n<DOCNO> LA010189-0001 </DOCNO>\n<HEADLINE>\n<P>\nHARBOUR\n</P>\n</HEADLINE>\n<TEXT>\n"
            f"<P>\n{ONE}\n</P>\n<P>\n{TWO}\n</P>\n</TEXT>\n</DOC>\n"
            "<DOC>\n<DOCNO> 2 </DOCNO>\n<TEXT>\nB\n</TEXT>\n</DOC>\n"
        ),
        ("LA010189-0001", None, "HARBOUR", None, None),
        LINES,
    ),
    "rcv1": (
        "2286newsML.xml",
        (
            '<?xml version="1.0" encoding="iso-8859-1" ?>\n<newsitem itemid="2286" id="root" date="2004-05-12">'
            f"<title>UK: Harbour</title><headline>Harbour</headline><dateline>LONDON 2004-05-12</dateline><text>"
            f"<p>{ONE}</p>"
            f"<p>{TWO}</p></text>"
            '<metadata><dc element="dc.publisher" value="Reuters Holdings Plc"/></metadata></newsitem>'
        ),
        ("2286", "Reuters Holdings Plc", "UK: Harbour", DAY, None),
        f"LONDON 2004-05-12 - {LINES}",
    ),
    "articles": (
        "export.xml",
        (
            "<?xml version='1.0'?><!-- <article> --><articles><article id='7'><title>Port</title><lead/>"
            f"<source url='x'>Quay Post</source><date>2004-05-12</date><url>https://q.example/7</url><body>{LINES}</body></article>"
            "<article id='8'><body>B</body></article></articles>"
        ),
        ("7", "Quay Post", "Port", DAY, "https://q.example/7"),
        LINES,
    ),
    "one article": (
        "one.xml",
        (
            f"<articles><article><id>7</id><headline>Port</headline><body><para>{ONE}</para><para>{TWO}</para></body>"
            "<authors><author>A</author><author>B</author></authors></article></articles>"
        ),
        ("7", None, "Port", None, None),
        f"{ONE}\n\n{TWO}",
    ),
    "escaped and in CDATA": (
        "escaped.xml",
        (
            f"<news><item2><guid>7</guid><content><![CDATA[{BODY}]]></content></item2>"
            f"<item2><guid>8</guid><content>{escape(BODY)}</content></item2></news>"
        ),
        ("7", None, None, None, None),
        "\n".join(PARAGRAPHS),
    ),
    "mediawiki": (
        "wiki.xml",
        (
            '<mediawiki xmlns="http://www.mediawiki.org/xml/" xml:lang="en"><siteinfo><sitename>W</sitename></siteinfo>'
            f"<page><title>Port</title><id>7</id><revision><id>90</id><timestamp>2004-05-12T00:00:00Z</timestamp>"
            f'<text xml:space="preserve">{LINES}</text></revision></page><page><title>P</title><id>8</id><revision>'
            "<text>B</text></revision></page></mediawiki>"
        ),
        ("7", None, "Port", DAY, None),
        LINES,
    ),
    "extracted wiki": (
        "wiki_00",
        f'<doc id="7" url="https://w.example/7" title="Port">\n{LINES}\n</doc>\n<doc id="8" title="P">\nB\n</doc>\n',
        ("7", None, "Port", None, "https://w.example/7"),
        LINES,
    ),
    "mysqldump": (
        "dump.xml",
        (
            '<?xml version="1.0"?><mysqldump><database name="n"><table_data name="a"><row><field name="id">7</field>'
            f'<field name="title">Port</field><field name="published_at">2004-05-12</field>'
            f'<field name="body">{LINES}</field></row><row>'
            '<field name="id">8</field><field name="body">B</field></row></table_data></database></mysqldump>'
        ),
        ("7", None, "Port", DAY, None),
        LINES,
    ),
}


@pytest.mark.parametrize(("name", "content", "labels", "text"), SHAPES.values(), ids=SHAPES)
def test_articles_are_found_in_elements_of_any_shape(
    tmp_path: Path, name: str, content: str, labels: tuple[object, ...], text: str
) -> None:
    found = scan(write(tmp_path, name, content))
    first = found.documents.row(0, named=True)
    assert tuple(first[column] for column in ("doc_id", "outlet", "title", "published", "url")) == labels
    assert first["text"] == text
    assert found.inputs["format"].to_list() == ["xml"]
    assert found.documents.height == (1 if "one" in name or "newsML" in name else 2)
    assert found.rejects.is_empty()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("prose.txt", f"<3 from the harbour\n\n{LINES}", "text"),
        ("tag.txt", f"<b>Harbour</b>\n\n{LINES}", "text"),
        ("open.txt", f"<Harbour>\n\n{LINES}", "text"),
        ("linked.txt", f'<a href="x">Harbour</a>\n\n{LINES}', "text"),
        ("rss.xml", "<rss version='2.0'><channel><item><description>B</description></item></channel></rss>", "feed"),
        ("page.xml", f"<?xml version='1.0'?><html><body>{BODY}</body></html>", "html"),
    ],
)
def test_what_only_begins_like_an_element_is_none(tmp_path: Path, name: str, content: str, kind: str) -> None:
    assert scan(write(tmp_path, name, content)).inputs["format"].to_list() == [kind]


@pytest.mark.parametrize(
    "content",
    [
        "<?xml version='1.0'?><config><a>1</a><b x='2'/></config>",
        "<urlset><url><loc>https://q.example/1</loc></url><url><loc>https://q.example/2</loc></url></urlset>",
        "<?xml version='1.0'?>",
    ],
)
def test_xml_without_texts_is_rejected_as_a_whole(tmp_path: Path, content: str) -> None:
    found = scan(write(tmp_path, "other.xml", content))
    assert found.documents.is_empty()
    assert found.rejects.select("record", "reason", "action").rows() == [(None, "format", "skipped")]


def test_of_a_file_that_breaks_off_the_whole_records_are_read(tmp_path: Path) -> None:
    content = (of_gigaword(7) + of_gigaword(8))[:-60]
    found = scan(write(tmp_path, "cut.sgml", content))
    assert found.documents["doc_id"].to_list() == ["AFP_ENG_20040512.0007"]
    assert found.rejects.select("record", "reason", "action").rows() == [(None, "damaged", "partial")]


def test_entities_of_a_files_own_are_not_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE n [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    body = f"{ONE} &b; &f; &eacute;"
    found = scan(write(tmp_path, "bomb.xml", f"<?xml version='1.0'?>{bomb}<news><story>{body}</story></news>"))
    assert found.documents["text"].to_list() == [f"{ONE} &b; &f; é"]


def test_the_declared_encoding_holds_and_packed_files_are_read(tmp_path: Path) -> None:
    content = f"<?xml version='1.0' encoding='iso-8859-7'?><news><story>Αθήνα. {ONE}</story></news>".encode("iso8859_7")
    found = scan(write(tmp_path, "greek.xml.gz", gzip.compress(content)))
    assert found.documents["text"].to_list() == [f"Αθήνα. {ONE}"]


def test_a_dateline_that_the_text_has_is_not_put_before_it_again(tmp_path: Path) -> None:
    content = of_gigaword(7).replace("<P>\nThe", "<P>\nParis, May 12 (AFP) -- The", 1)
    (text,) = scan(write(tmp_path, "afp.sgml", content)).documents["text"]
    assert text == f"Paris, May 12 (AFP) -- {LINES}"


def read(content: bytes) -> list[tuple[str, str]]:
    shelf = Shelf()
    intake = Intake("a.xml", Settings(), shelf)
    frames = [*read_elements(io.BytesIO(content), intake), *shelf.rest()]
    return [row for frame in frames for row in frame.select("own", "text").rows()]  # type: ignore[union-attr]


def test_a_window_may_end_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "".join(of_gigaword(number) + "<!-- <DOC> -->" for number in range(4)).encode()
    whole = read(content)
    assert len(whole) == 4
    monkeypatch.setattr(elements, "_LOOKED_AT", len(content) // 4)
    for block in (1, 7, 64, 501):
        monkeypatch.setattr(elements, "_BLOCK", block)
        assert read(content) == whole


def test_a_record_too_long_to_be_held_is_left_out_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "MOST_LINE", 4000)
    monkeypatch.setattr(elements, "_LOOKED_AT", 1000)
    monkeypatch.setattr(elements, "_BLOCK", 100)
    long = of_gigaword(8).replace(ONE, ONE * 90)
    found = scan(write(tmp_path, "long.sgml", of_gigaword(7) + long + of_gigaword(9)))
    assert found.documents["doc_id"].to_list() == ["AFP_ENG_20040512.0007", "AFP_ENG_20040512.0009"]
    assert found.rejects.select("record", "reason").rows() == [(1, "too_long")]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(str.strip)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.booleans())
def test_texts_come_back_as_they_were_escaped(texts: list[str], cdata: bool) -> None:
    def held(text: str) -> str:
        return f"<![CDATA[{text.replace(']]>', '')}]]>" if cdata else escape(text)

    stories = "".join(f"<story><id>{at}</id><text>{held(text)}</text></story>" for at, text in enumerate(texts))
    expected = [text.replace("]]>", "") if cdata else text for text in texts]
    found = read(f"<?xml version='1.0' encoding='utf-8'?><news>{stories}</news>".encode())
    assert found == [(str(at), text.strip()) for at, text in enumerate(expected) if text.strip()]


@pytest.mark.parametrize(
    "pump", ["<!--", "<![CDATA[", "<a1>x", "<a1>", "</b></c>", "<x", '<DOC id="1">', "&amp;", 'a="1" ', "<x/>", "<![x]"]
)
def test_hostile_repetition_is_looked_at_a_few_times_only(pump: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0

    def text_of(inner: str, whole: object = elements._text_of) -> str:
        nonlocal looked
        looked += len(inner)
        return whole(inner)  # type: ignore[operator, no-any-return]

    monkeypatch.setattr(elements, "_text_of", text_of)
    content = f'<DOC id="1"><TEXT>{pump * 3000}</TEXT></DOC>'
    read(content.encode())
    assert looked <= 3 * len(content)


def test_runs_of_white_space_in_markup_are_one_space() -> None:
    chance = random.Random(7)
    for _ in range(500):
        text = "".join(chance.choice([" ", "  ", "\t", "\r", "\u00a0", "a", "B", "<b>"]) for _ in range(12))
        assert plain_text(f"<p>{text}</p>") == re.sub("[ \t\r\u00a0]+", " ", text.replace("<b>", "")).strip()


def of_alto(*blocks: tuple[str, ...]) -> str:
    """A page of a newspaper as libraries scan it: blocks of lines; `har|harbour` begins a word parted there."""
    lines, space = [], '<SP WIDTH="9"/>'
    for block in blocks:
        lines.append('<TextBlock ID="b" HPOS="1"><Shape/>')
        for line in block:
            words = []
            for word in line.split():
                part, _, whole = word.partition("|")
                kind = "HypPart2" if part.startswith("~") else "HypPart1"
                subs = f' SUBS_TYPE="{kind}" SUBS_CONTENT="{whole}"' if whole else ""
                words.append(f'<String ID="s" CONTENT="{escape(part.lstrip("~"))}" WC="0.9"{subs}/>')
                words += ['<HYP CONTENT="-"/>'] * (bool(whole) and kind == "HypPart1")
            lines.append(f"<TextLine>{space.join(words)}</TextLine>")
        lines.append("</TextBlock>")
    page = f'<Page ID="P1"><PrintSpace>{"".join(lines)}</PrintSpace></Page>'
    return f'<?xml version="1.0"?><alto xmlns="http://www.loc.gov/standards/alto/ns-v2#"><Layout>{page}</Layout></alto>'


def test_words_of_a_scanned_page_are_its_text(tmp_path: Path) -> None:
    content = of_alto(("HARBOUR &", "PORT"), ("The council of the har|harbour", "~bour|harbour town agreed."))
    found = scan(write(tmp_path, "page.xml", content))
    assert found.documents["text"].to_list() == ["HARBOUR & PORT\nThe council of the harbour town agreed."]
    assert found.rejects.is_empty()


def test_words_of_a_corpus_are_its_text(tmp_path: Path) -> None:
    head = '<teiHeader><title>Guardian</title><date value="1989-11-10">1989-11-10</date></teiHeader>'
    words = '<s n="1"><w pos="VERB">Do</w><w>n\'t </w><mw><w>of </w><w>course</w></mw><c c5="PUN">.</c></s>'
    body = f"<wtext><div><head><s><w>HARBOUR </w><w>NEWS</w></s></head><p>{words}{words}</p></div></wtext>"
    bnc = f'<bncDoc xml:id="A1E">{head}{body}</bncDoc>'
    found = scan(write(tmp_path, "A1E.xml", f"<?xml version='1.0'?>{bnc}")).documents
    assert found["text"].to_list() == ["HARBOUR NEWS\nDon't of course. Don't of course."]
    assert found.select("doc_id", "title").rows() == [("A1E", "Guardian")]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<head>Port</head><s><w>It</w><w>was</w><w>late</w><pc>.</pc></s><s><w>So</w></s>", "Port\nIt was late. So"),
        ("<p><w>It</w>\n<w>was</w>\n<w>late</w><pc>.</pc></p>", "It was late."),
        ("<p>One<lb/>line and an<lb break='no'/>other</p><list><item>A</item><item>B</item></list>",
         "One line and another\nA\nB"),
    ],
)  # fmt: skip
def test_words_come_apart_where_no_space_was_kept(tmp_path: Path, inner: str, text: str) -> None:
    content = f"<?xml version='1.0'?><TEI><text><body><div>{inner}</div></body></text></TEI>"
    assert scan(write(tmp_path, "tei.xml", content)).documents["text"].to_list() == [text]


def test_a_list_of_a_newspaper_s_pages_is_left_out(tmp_path: Path) -> None:
    content = '<mets:mets xmlns:mets="http://www.loc.gov/METS/" LABEL="Post"><mets:fileSec/></mets:mets>'
    found = scan(write(tmp_path, "mets.xml", f"<?xml version='1.0'?>{content}"))
    assert found.rejects.select("reason", "action").rows() == [("left_out", "skipped")]


def test_a_note_of_evernote_s_is_its_text(tmp_path: Path) -> None:
    note = f"<?xml version='1.0'?><!DOCTYPE en-note SYSTEM 'x'><en-note><div>{ONE}</div><div>{TWO}</div></en-note>"
    labels = "<created>20240305T100000Z</created><note-attributes><author>Ann Lee</author></note-attributes>"
    content = f"<note><title>Port</title>{labels}<content><![CDATA[{note}]]></content></note>"
    whole = f"<?xml version='1.0'?><!DOCTYPE en-export SYSTEM 'y'><en-export>{content * 2}</en-export>"
    found = scan(write(tmp_path, "notes.enex", whole)).documents
    assert found["text"].to_list() == [LINES, LINES]
    assert found.select("title", "byline").rows() == [("Port", "Ann Lee")] * 2
