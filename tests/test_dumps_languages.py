"""Which language a text is in, where nothing says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from provenance.dumps.labels import language
from provenance.dumps.labels.language import detect_languages, tell_languages
from tests.dumps import TEXT

if TYPE_CHECKING:
    import pytest


def test_languages() -> None:
    texts = [
        TEXT * 3,
        "Le conseil de la ville a décidé mardi d’acheter une deuxième drague pour son port.",
        "قرر مجلس المدينة يوم الثلاثاء شراء حفارة ثانية للميناء بعد شتاء طويل",
        "TT 20",
        "",
    ]
    told = ["en", "fr", "ar", None, None]
    assert detect_languages(pl.Series(texts)).to_list() == told
    fields = ["de", None, None, "nl", None]
    documents = pl.DataFrame({"text": texts, "language": fields})
    assert tell_languages(documents)["language"].to_list() == ["de", "fr", "ar", "nl", None]
    assert documents["language"].to_list() == fields
    assert tell_languages(documents.fill_null("xx"))["language"].to_list() == ["de", "xx", "xx", "nl", "xx"]


#: Words of the lists, other words, and all that may stand between two of them.
WORDS = st.sampled_from(
    ["the", "The", "de", "nicht", "said", "he", "x", "h", "www", "bestuurt", "http://", "https://", "_", "7"]
)
GAPS = st.sampled_from(
    [" ", "\n", "\x1f", "\x7f", "\u00a0", "\u2003", "\u200d", "/", ".", "\u3002", "\u00b7", "\u2014"]
)
LETTERS = st.sampled_from(["\u00e9", "\u00d7", "\u0142", "\u2019", "\u00aa", "\u0436"])


@given(texts=st.lists(st.lists(WORDS | GAPS | LETTERS, max_size=12).map("".join), max_size=5))
@example(
    ["the{ the[ the@ the` the/ 9the the: the9 the_ Zthe zthe the ", "\u00e9the \u00e9 the", "the", " the", "the  the"]
)
@example(
    ["https://the said x", "xhttps://de said", "xhttp://said said", "http:// the", "bestuurthttp://the the", "http:the"]
)
@example(["bestuurt the bestuurtthe thebestuurt bestuur the", "bestuurhttp://de the", "the\u2019", "the\u2014the"])
def test_words_are_counted_as_expressions_do(texts: list[str]) -> None:
    series = pl.Series(texts, dtype=pl.String)
    counted = language.count_words(series).T.tolist()
    plain = series.str.replace_all(r"https?://\S+|[\x00-\x1f\x7f]", " ")
    listed = (rf"\b(?:{words.replace(' ', '|')})\b" for words in (language.ENGLISH, language.FOREIGN))
    assert counted == [plain.str.count_matches(expression).to_list() for expression in (" ", *listed)]


def test_what_begins_with_captions_is_told_by_what_follows() -> None:
    caption, prose = (
        "Storm Storm. Photo: AP. ",
        "The harbour master said that the ship had been in the port for three days. ",
    )
    texts = pl.Series([caption * 26 + prose * 3, caption * 20, None, ""])
    assert detect_languages(texts).to_list() == ["en", None, None, None]


def test_names_before_english_prose_need_no_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it hear of prose behind a head in another language that it is sure of."""
    names, prose = "Ann Lee, Jo Park, Quay Harbour Trust and ", TEXT * 6
    french = "Le conseil de la ville a décidé mardi d’acheter une deuxième drague pour son port. " * 9
    assert detect_languages(pl.Series([names * 20 + prose, french + prose])).to_list() == ["en", "fr"]
    asked: list[int] = []
    monkeypatch.setattr(language, "_detect", lambda some: asked.append(len(some)) or some)
    assert detect_languages(pl.Series([names * 20 + prose])).to_list() == ["en"]
    assert not any(asked)
