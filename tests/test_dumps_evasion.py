"""Copies hidden behind characters that no reader sees: found all the same, told, and honest text left alone."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import provenance as pv
from provenance.dumps.labels.manipulation import find_signs
from provenance.dumps.reading import read
from provenance.dumps.rejects import is_partial
from provenance.settings import Settings
from provenance.text.folding import fold_all
from tests import naive
from tests.dumps import scan, write
from tests.evasion import ATTACKS, HONEST, RATES


@pytest.mark.parametrize("language", HONEST)
def test_honest_text_is_not_called_manipulated(language: str) -> None:
    text = f"{HONEST[language]} " * 8
    forms = [text, unicodedata.normalize("NFD", text), text.replace(" ", "\n")]
    assert find_signs(pl.Series(forms)).to_list() == [None] * 3


@pytest.fixture(scope="module")
def texts() -> list[str]:
    corpus = Path(__file__).parent.parent / "corpus"
    found = read([str(corpus)], Settings(until="matches")).documents
    english = found.filter(
        (pl.col("text").str.len_chars() > 1500)
        & pl.col("text").str.contains(" the ")
        & ~pl.col("text").str.contains("http")
    )
    return english.unique("text", maintain_order=True).sort("doc_id")["text"].to_list()[:10]


@pytest.mark.parametrize("rate", RATES)
def test_hidden_copies_are_matched_and_told(texts: list[str], rate: float) -> None:
    chance = random.Random(1)
    rows = [{"id": f"{at} ~plain", "text": text} for at, text in enumerate(texts)]
    rows += [
        {"id": f"{at} {name}", "text": attack(text, rate, chance)}
        for name, attack in ATTACKS.items()
        for at, text in enumerate(texts)
    ]
    run = pv.scan(pl.DataFrame(rows), pv.Settings(until="matches"))
    pairs = run.matches.with_columns(
        left=pl.col("left_doc").str.extract(r"^(\d+)"), right=pl.col("right_doc").str.extract(r"^(\d+)")
    ).filter((pl.col("left") == pl.col("right")) & pl.col("right_doc").str.ends_with("~plain"))
    covered = dict(pairs.select("left_doc", pl.min_horizontal("left_containment", "right_containment")).rows())
    told = set(run.rejects["record"])
    for name in ATTACKS:
        hidden = [f"{at} {name}" for at in range(len(texts))]
        assert sum(covered.get(doc_id, 0) for doc_id in hidden) / len(hidden) >= 0.95, (name, covered)
        places = [number for number, row in enumerate(rows) if row["id"] in hidden]
        assert len(told.intersection(places)) >= 0.8 * len(hidden), name
    assert not told.intersection(range(len(texts)))
    assert set(run.rejects["reason"]) == {"manipulated"}
    assert not is_partial(run.rejects)
    # Every place still is one of the text as it stands: what lies there folds to what lies on the other side.
    text_of = {row["id"]: row["text"] for row in rows}
    for span in run.spans.filter(pl.col("kind") == "exact").head(200).iter_rows(named=True):
        left = text_of[span["left_doc"]][span["left_start"] : span["left_end"]]
        right = text_of[span["right_doc"]][span["right_start"] : span["right_end"]]
        assert fold_all([left]) == fold_all([right])


@given(st.lists(st.text("aboexpc аоехрсв αοεχρνμ օսո éß-'\u0301\u200b", max_size=12), max_size=6).map(" ".join))
def test_words_of_two_scripts_fold_as_their_twin_in_plain_python(text: str) -> None:
    assert fold_all([text])[0] == " ".join(word for word, _, _ in naive.fold_words(text))


def test_a_word_of_one_script_stays_in_it() -> None:
    words = ["москва", "ελλαδα", "спор", "council"]
    assert fold_all(words) == words
    assert fold_all(["соuncil", "cοuncil", "мoсква"]) == ["council", "council", "москва"]


def test_a_manipulated_record_is_told_by_its_number(tmp_path: Path) -> None:
    text = "The cou\u200bncil of the har\u200bbour town agr\u200beed on Tuesday to buy a second dredger."
    path = write(tmp_path, "x.csv", f"id,text\n1,plain words\n2,{text}\n")
    found = scan(path)
    assert found.documents.height == 2
    (row,) = found.rejects.to_dicts()
    assert (row["record"], row["reason"], row["action"]) == (1, "manipulated", "flagged")
    assert row["detail"] == "3 hidden characters in words"
