"""Words found in texts, against a search by bytes, one place after another."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.text.tokens import octets_of
from provenance.tracing.statements import literal_kernels
from provenance.tracing.statements.literal_kernels import SHORT
from provenance.tracing.statements.literals import Literals

WORDS = st.lists(st.text("abc \u00e9\U0001f600", min_size=1, max_size=9), max_size=8)
TEXTS = st.lists(st.text("abc \u00e9\U0001f600", max_size=60), max_size=5)


@given(texts=TEXTS, words=WORDS, one=WORDS, other=WORDS)
def test_of_words_at_one_place_the_longest_is_found(
    texts: list[str], words: list[str], one: list[str], other: list[str]
) -> None:
    words, one, other = (
        [word for word in dict.fromkeys(those) if len(word.encode()) >= SHORT] for those in (words, one, other)
    )
    texts = [*texts, "".join(words), "ab".join(one)]
    literals = Literals(words, one, other)
    hits = literals.find(*octets_of(pl.Series(texts, dtype=pl.String)))
    assert [column.dtype.name for column in hits] == ["int64", "int64", "int32", "uint8"]
    for number, text in enumerate(texts):
        places, at, octets = [], 0, text.encode()
        while at < len(octets):
            here = max((word for word in words if octets.startswith(word.encode(), at)), key=len, default="")
            places += [(at, here)] if here else []
            at += len(here.encode()) or 1
        own = slice(hits.ends[number], hits.ends[number + 1])
        assert list(zip(hits.place[own].tolist(), [literals.words[n] for n in hits.word[own]], strict=True)) == places
        assert hits.flags[number] == any(word in text for word in one) + 2 * any(word in text for word in other)


def test_words_are_found_over_the_edges_of_what_is_marked_at_a_time() -> None:
    text = "\u00a9" * literal_kernels.BLOCK + "a word" * literal_kernels.BLOCK
    hits = Literals(["\u00a9", "a word"]).find(*octets_of(pl.Series([text, text])))
    assert hits.ends.tolist() == [0, 2 * literal_kernels.BLOCK, 4 * literal_kernels.BLOCK]


def test_a_word_too_short_to_be_found_is_refused() -> None:
    with pytest.raises(ValueError, match="less than 2 bytes"):
        Literals(["ab", "c"])
    with pytest.raises(ValueError, match="less than 2 bytes"):
        Literals(["ab"], ["c"])
