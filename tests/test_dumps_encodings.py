"""Encodings: an article is one text in whichever it comes, and bytes that are none cost no more than themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.dumps.sources.decode import decode_text
from provenance.text.folding import fold_all
from tests.dumps import PARAGRAPHS, TEXT, scan, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8"),
        ("\ufeff" + TEXT, "utf-16-le"),
        (TEXT, "utf-16-be"),
        (
            "Le conseil a décidé, très tôt, d’acheter une drague supplémentaire à l’été : voilà qui était prévu. " * 5,
            "cp1252",
        ),
        (
            "Rada města se v úterý rozhodla koupit druhý bagr, protože první stál celou zimu nečinně v přístavu. " * 5,
            "cp1250",
        ),
        (
            "Совет портового города решил купить второй земснаряд, потому что первый стоял всю зиму. " * 5,
            "cp1251",
        ),
    ],
)
def test_encodings(tmp_path: Path, content: bytes | str, encoding: str) -> None:
    octets = content if isinstance(content, bytes) else content.encode(encoding)
    found = scan(write(tmp_path, "x.txt", octets))
    expected = (content if isinstance(content, str) else TEXT).removeprefix("\ufeff").strip()
    assert found.documents["text"].to_list() == [expected]
    assert not found.rejects.height


@pytest.mark.parametrize("control", ["\0", "\x01", "\x07", "\x1f\x7f"])
def test_a_stray_control_character_does_not_make_text_chinese(tmp_path: Path, control: str) -> None:
    """Two letters of ASCII are a Chinese one in UTF-16, and text in that has bytes below the space."""
    for at, size in ((0, 800), (7, 800), (500, 801)):
        text = (f"{PARAGRAPHS[0]} {PARAGRAPHS[1]} {PARAGRAPHS[2]} " * 3)[:size]
        name = write(tmp_path, "x.txt", (text[:at] + control + text[at:]).encode())
        assert scan(name).documents["text"].to_list() == [(text[:at] + control + text[at:]).strip()]
    spaced = write(tmp_path, "y.txt", text.replace(" ", "\0").encode())
    assert scan(spaced).rejects["reason"].to_list() == ["binary"]


def test_a_table_in_an_eight_bit_encoding(tmp_path: Path) -> None:
    lines = "".join(f"{at},été à la côte où l’on mangeait des pâtes {at}\n" for at in range(40))
    found = scan(write(tmp_path, "x.csv", f"id,text\n{lines}".encode("cp1252")))
    assert found.documents["text"][0] == "été à la côte où l’on mangeait des pâtes 0"


def test_a_few_bad_bytes_leave_the_rest(tmp_path: Path) -> None:
    found = scan(write(tmp_path, "x.txt", ("Drågen øl på bænken. " * 20).encode() + b"\xff end"))
    assert found.documents["text"][0].endswith("\ufffd end")
    assert found.rejects.select("reason", "action").rows() == [("undecodable", "partial")]


@given(st.binary(max_size=400))
def test_no_bytes_make_decoding_fail(content: bytes) -> None:
    decoded = decode_text(content)
    assert decoded.encoding is not None or decoded.text == ""


def test_marks_of_byte_order_where_files_were_joined(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + b'{"text": "one"}\n' + b"\xef\xbb\xbf" + b'{"text": "two"}\n'
    assert scan(write(tmp_path, "x.jsonl", content)).documents["text"].to_list() == ["one", "two"]
    assert scan(write(tmp_path, "x.json", content)).documents["text"].to_list() == ["one", "two"]


ENCODINGS = {
    "English": ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso8859-1", "mac-roman"),
    "Russian": ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r"),
    "Japanese": ("utf-8", "utf-16-le", "shift_jis", "euc_jp", "iso2022_jp"),
    "Chinese": ("utf-8", "utf-16-be", "gb18030", "big5"),
    "Arabic": ("utf-8", "utf-16-le", "cp1256"),
    "Polish": ("utf-8", "cp1250", "iso8859-2"),
}
#: A sentence in each language, with marks of its own.
SPOKEN = {
    "English": "The café’s owner, Zoë, said the council’s “naïve” plan – 5 % more – would cost the town its façade.",
    "Russian": "Совет портового города решил во вторник купить второй земснаряд, потому что первый всю зиму простоял.",
    "Japanese": "港町の議会は火曜日、二隻目の船の購入を決めた。市長は資金があると述べた。漁師たちは喜んでいる。",
    "Chinese": "港口城市議會週二決定購買第二艘船，因為第一艘整個冬天都閒置著，市長說資金已經到位。漁民們很高興。",
    "Arabic": "قرر مجلس المدينة يوم الثلاثاء شراء سفينة ثانية للميناء بعد شتاء طويل، وقال رئيس البلدية إن المال موجود.",
    "Polish": "Rada miasta portowego zdecydowała we wtorek o zakupie drugiej pogłębiarki, bo pierwsza stała całą zimę.",
}


@pytest.mark.parametrize("language", ENCODINGS)
def test_one_article_in_many_encodings_is_one_text(tmp_path: Path, language: str) -> None:
    text = " ".join([SPOKEN[language]] * 12)
    for encoding in ENCODINGS[language]:
        if encoding.startswith("iso8859-1"):
            octets = text.translate({0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-"}).encode(encoding)
        else:
            octets = text.encode(encoding)
        write(tmp_path, f"{encoding}.txt", octets)
    found = scan(tmp_path)
    assert not found.rejects.height
    words = {" ".join(fold_all([text])) for text in found.documents["text"]}
    assert words == {fold_all([text])[0]}
    assert found.inputs.filter(found.inputs["decided"] != "statistics")["certainty"].unique().to_list() == [1.0]


@pytest.mark.parametrize("name", ["uu", "hex", "rot13", "base64", "idna", "no-such-thing"])
def test_a_codec_that_is_no_encoding_is_not_believed(name: str) -> None:
    told = decode_text("Le maire a décidé hier soir d'acheter un bateau.".encode("cp1252"), name)
    assert (told.text[11:17], told.decided) == ("décidé", "statistics")
