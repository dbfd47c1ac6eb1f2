"""News agencies' XML is read: NITF, NewsML 1 and NewsML-G2, as their standards have it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.dumps import PARAGRAPHS, scan, write

if TYPE_CHECKING:
    from pathlib import Path

BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
NITF = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "nitf-3-2.dtd">
<nitf><head><title>Second dredger</title><docdata><doc-id id-string="q-1"/>
<date.issue norm="20240306T101500Z"/></docdata>
<pubdata name="Quay Post" date.publication="20240306"/></head><body><body.head><hedline><hl1>Second dredger for the
harbour</hl1></hedline><byline>By <person>Ann Lee</person></byline></body.head><body.content><block>{BODY}</block>
<media><media-caption>A dredger at work &mdash; in winter.</media-caption></media></body.content></body></nitf>"""
G2_ITEM = f"""<newsItem guid="q-NUMBER" version="2"><itemMeta><versionCreated>2024-03-07T10:20:00Z</versionCreated>
<firstCreated>2024-03-06T10:15:00Z</firstCreated><provider literal="Quay Post"/></itemMeta><contentMeta>
<headline>Second dredger for the harbour</headline><by>Ann Lee</by></contentMeta><contentSet><inlineXML>
<html xmlns="http://www.w3.org/1999/xhtml"><body>{BODY}</body></html></inlineXML></contentSet></newsItem>"""
G2 = f"""<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header><sent>2024-03-08T10:15:00Z</sent></header>
<itemSet>{G2_ITEM.replace("NUMBER", "1")}{G2_ITEM.replace("NUMBER", "2")}</itemSet></newsMessage>"""
NEWSML = f"""<NewsML><NewsItem><Identification><NewsIdentifier><NewsItemId>q-1</NewsItemId></NewsIdentifier>
</Identification><NewsManagement><FirstCreated>20240306T101500Z</FirstCreated></NewsManagement><NewsComponent><NewsLines>
<HeadLine>Second dredger for the harbour</HeadLine><ByLine>By Ann Lee</ByLine></NewsLines><ContentItem><DataContent>
{BODY}</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"""
PREFIXED = f'<n:nitf xmlns:n="urn:q">{NITF.partition("<nitf>")[2].removesuffix("</nitf>")}</n:nitf>'


@pytest.mark.parametrize(
    ("content", "ids", "outlet", "more"),
    [
        (NITF, ["q-1"], "Quay Post", ["Photo: A dredger at work — in winter."]),
        (G2, ["q-1", "q-2"], "Quay Post", []),
        (NEWSML, ["q-1"], None, []),
        (PREFIXED, ["q-1"], "Quay Post", ["Photo: A dredger at work — in winter."]),
    ],
    ids=["NITF", "NewsML-G2", "NewsML 1", "with a prefix"],
)  # fmt: skip
def test_items_of_agencies_are_articles(
    tmp_path: Path, content: str, ids: list[str], outlet: str | None, more: list[str]
) -> None:
    """NITF and NewsML 1 were rejects; of NewsML-G2 the text was read, without headline, outlet and hour."""
    found = scan(write(tmp_path, "a.xml", content))
    assert found.documents["doc_id"].to_list() == ids
    assert not found.rejects.height
    for row in found.documents.rows(named=True):
        assert row["text"] == "\n".join([*PARAGRAPHS, *more])
        assert (row["title"], row["byline"], row["outlet"]) == ("Second dredger for the harbour", "Ann Lee", outlet)
        assert row["published"] == datetime(2024, 3, 6, 10, 15, tzinfo=UTC)


def test_an_item_that_breaks_off_is_told_and_one_without_text_is_blank(tmp_path: Path) -> None:
    cut = scan(write(tmp_path, "a.xml", G2[: G2.rindex("<p>")]))
    assert cut.documents["doc_id"].to_list() == ["q-1", "q-2"]
    assert cut.rejects.select("reason", "action").rows() == [("damaged", "partial")]
    bare = scan(write(tmp_path, "b.xml", "<nitf><head><title>A picture</title></head></nitf>"))
    assert bare.rejects["reason"].to_list() == ["blank"]


def test_a_file_of_ours_does_not_get_into_a_text(tmp_path: Path) -> None:
    secret = write(tmp_path, "secret.txt", "the yard's password")
    declares = f'<!DOCTYPE nitf [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
    body = "<nitf><body><body.content><p>&s;</p></body.content></body></nitf>"
    found = scan(write(tmp_path, "a.xml", f'<?xml version="1.0"?>{declares}{body}'))
    assert not found.documents.height
    assert found.rejects["reason"].to_list() == ["format"]
