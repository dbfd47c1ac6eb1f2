"""Letters that came in a wrong encoding, or escaped, are told, and stay as they came."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

from provenance.dumps.labels.garbling import find_garbled
from provenance.dumps.reading import read_frame
from provenance.dumps.rejects import count_rejects, is_partial
from provenance.settings import Settings
from tests.dumps import PARAGRAPHS, scan, write

if TYPE_CHECKING:
    from pathlib import Path

WORDS = (
    "the café closed", "it’s “over” – no…", "a fee of £5m and 5 °C", "Škoda, Łódź, Čapek", "über Größe", "niño señor",
    "привет мир", "καλημέρα", "صباح الخير", "בוקר טוב", "नमस्ते", "สวัสดี", "你好世界", "こんにちは", "안녕하세요",
)  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_text_that_was_read_in_a_wrong_encoding_is_told(words: str, encoding: str) -> None:
    """Five bytes are nothing in Windows-1252; what reads it takes them as ISO 8859-1 does."""
    garbled = "".join(
        bytes([octet]).decode(encoding if octet not in b"\x81\x8d\x8f\x90\x9d" else "latin-1")
        for octet in words.encode()
    )
    told = find_garbled(pl.Series([words, garbled])).to_list()
    assert told[0] is None
    assert told[1] is not None


@pytest.mark.parametrize(
    "text",
    [
        "Au CAFÉ» et à la FOLHA DA MANHÃ” de São Paulo", "«À» l’été, «Île», “É” – „Ä“", "Å“ und “Ã” – “Ñ”",
        "Ørsted’s Æ”",
        "AT&T and B&B; R&D & co", "NÃO! CORAÇÃO. ÃO", "10×5 – ×“", "Ð and Þ: Ðe, Þe", "Größe, Ärger, Ölüm, Çay, Îlot",
    ],
)  # fmt: skip
def test_letters_beside_signs_are_not_taken_for_garbled_ones(text: str) -> None:
    assert find_garbled(pl.Series([text])).to_list() == [None]


def test_a_garbled_record_is_told_by_its_number_and_stays_as_it_came(tmp_path: Path) -> None:
    wrong = f"The mayorâ€™s cafÃ© is closed. {PARAGRAPHS[0]}"
    twice = f"Boats &amp;amp; bars &amp;quot;closed&amp;quot;. {PARAGRAPHS[1]}"
    frame = pl.DataFrame({"text": [PARAGRAPHS[2], wrong, twice]})
    dump = write(tmp_path, "a.jsonl", "".join(json.dumps(row) + "\n" for row in frame.rows(named=True)))
    for found in (scan(dump), read_frame(frame, Settings())):
        assert found.documents["text"].to_list() == [PARAGRAPHS[2], wrong, twice]
        assert found.rejects.select("record", "reason", "detail", "action").rows() == [
            (1, "garbled", "2 letters read in a wrong encoding", "flagged"),
            (2, "garbled", "3 characters left escaped", "flagged"),
        ]
        assert not is_partial(found.rejects)
        assert count_rejects(found.rejects) == 0


def test_a_slip_in_a_long_text_is_not_told(tmp_path: Path) -> None:
    slip = f"Boats &amp; bars. {' '.join(PARAGRAPHS * 10)}"
    assert not scan(write(tmp_path, "a.jsonl", json.dumps({"text": slip}))).rejects.height


def test_flags_of_a_file_are_counted_beyond_the_most_that_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.dumps.flags.MOST_REJECTS", 2)
    rows = "".join(json.dumps({"text": f"The cafÃ© number {at} closed."}) + "\n" for at in range(5))
    found = scan(write(tmp_path, "a.jsonl", rows))
    assert found.documents.height == 5
    assert found.rejects.select("record", "detail").rows() == [
        (None, "3 more records of this file"),
        (0, "1 letters read in a wrong encoding"),
        (1, "1 letters read in a wrong encoding"),
    ]
