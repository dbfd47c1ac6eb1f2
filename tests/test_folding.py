"""Folding against its slow twin, and its places in the text."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import naive
import nanoarrow
import numpy as np
import polars as pl
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st
from numba import config

from provenance.text import fold_table, kernels, word_kernels
from provenance.text.folding import fold, fold_all
from provenance.text.tokens import BEHIND, Hasher, fold_batch, octets_of, tokenize

HOSTILE = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("’'`ʼ\u00a0\u200b\u200f\u202e\ufeff\u0640\u064b\u0301\x00\r\n\u2028 .!?؟。中あ한กﷺ½Ⅷ㎏İıßŒﬁ٣۴"),
        st.sampled_from("http:/ws. "),
    ),
    max_size=80,
)


def twin(text: str) -> list[tuple[str, int, int]]:
    return naive.fold_words(text)


@given(HOSTILE)
def test_words_and_places_equal_the_twin(text: str) -> None:
    folded = fold_batch([text])
    expected = twin(text)
    assert fold(text) == " ".join(word for word, _, _ in expected)
    assert folded.tokens.start.tolist() == [start for _, start, _ in expected]
    assert folded.tokens.ends(np.arange(len(expected))).tolist() == [end for _, _, end in expected]
    assert folded.tokens.word.tolist() == [naive.hash_word(word.encode()) for word, _, _ in expected]
    assert all(
        (one == two).all() for one, two in zip(folded.tokens, fold_batch([text], keep=False).tokens, strict=True)
    )


@given(st.lists(HOSTILE, max_size=6))
def test_a_batch_is_its_texts_one_by_one(texts: list[str]) -> None:
    assert fold_all(texts) == [fold(text) for text in texts]
    tokens = tokenize(pl.Series("text", texts, pl.String))
    assert np.diff(tokens.bounds).tolist() == [len(twin(text)) for text in texts]


@given(st.lists(HOSTILE, max_size=6), st.sampled_from([1, 2, 5, word_kernels.BLOCK]))
def test_words_without_places_are_those_with_them(texts: list[str], block: int) -> None:
    column = pl.Series("text", texts, pl.String)
    folded = tokenize(column)
    with pytest.MonkeyPatch.context() as patch:
        if config.DISABLE_JIT:  # compiled, the constant is in the code
            patch.setattr(word_kernels, "BLOCK", block)
        words = Hasher().hash(column)
    assert words.bounds.tolist() == folded.bounds.tolist()
    assert words.word.tolist() == folded.word.tolist()


@pytest.mark.parametrize("filler", ["a", " ", "’", "Aé", "中", "http://a.b/", "www. 'o", "x" * 255 + "y "])
@pytest.mark.parametrize("before", range(-3, 4))
def test_a_word_goes_on_where_a_block_ends(filler: str, before: int) -> None:
    size = word_kernels.BLOCK + before
    texts = [(filler * size)[:size] + " on and on", (f"One {filler}two’s " * size)[: 3 * size]]
    column = pl.Series("text", texts, pl.String)
    words, folded = Hasher().hash(column), tokenize(column)
    assert words.bounds.tolist() == folded.bounds.tolist()
    assert (words.word == folded.word).all()


@given(HOSTILE)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    if naive.fold_words(once) == [] or "http" in once or "www" in once:
        return
    assert fold(once) == once


@given(st.binary(max_size=200))
def test_xxh64_equals_the_library(octets: bytes) -> None:
    array = np.frombuffer(octets + b"\0", np.uint8)
    assert int(kernels.xxh64(array, 0, len(octets))) == xxhash.xxh64_intdigest(octets)


def test_the_shipped_table_is_the_one_this_code_makes() -> None:
    if unicodedata.unidata_version != "14.0.0":
        pytest.skip(f"the table is of Unicode 14.0.0, this Python has {unicodedata.unidata_version}")
    shipped, made = fold_table.load(), fold_table.build()
    assert (shipped.kind == made.kind).all()
    assert (shipped.length == made.length).all()
    assert (shipped.pool == made.pool).all()
    wide = shipped.length > 0
    assert (shipped.first[wide] == made.first[wide]).all()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Hashd Al-Sha'abi Along Iraq-Syria", "Hashd Al-Sha’abi Along Iraq–Syria"),
        ("المُسيّرات اليمنية", "المسيرات اليمنية"),
        ("no\u00a0break", "no break"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("ＦＵＬＬ　ｗｉｄｔｈ", "full width"),
        ("Straße ŒUVRE ﬁn", "strasse œuvre fin"),
        ("١٢٣ ۴۵", "123 45"),
        ("before https://example.org/a/b?c=d after", "before after"),
        ("مـــحمد", "محمد"),
    ],
)
def test_what_differs_only_in_writing_folds_alike(one: str, two: str) -> None:
    assert fold(one) == fold(two)


def test_scripts_without_spaces_are_a_word_a_character() -> None:
    assert fold("新聞 ไทย").split() == ["新", "聞", "ไ", "ท", "ย"]


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("one two", [0, 0]),
        ("one. Two", [0, 1]),
        ("one.two", [0, 0]),
        ("one\ntwo", [0, 0]),
        ("one\nTwo", [0, 2]),
        ("one.\ntwo", [0, 1]),
        ("one\r\nДва", [0, 2]),
        ("one\r\nдва", [0, 0]),
        ("one\n \ntwo", [0, 3]),
        ("one” said.\n\n“Two", [0, 0, 3]),
        ("什。么", [0, 1]),
        ("see https://a.b then", [0, 5]),
        ("see. https://a.b\nthen", [0, 5]),
        ("see\nhttps://a.b\nthen", [0, 4]),
    ],
)
def test_what_stands_before_a_word(text: str, gaps: list[int]) -> None:
    assert fold_batch([text]).tokens.gap.tolist() == gaps


def test_folding_grows_its_buffer_for_scripts_that_fold_long() -> None:
    text = "한국어뉴스 " * 3000 + "ﷺ" * 2000
    assert fold(text) == " ".join(word for word, _, _ in twin(text))


def test_a_word_longer_than_any_language_has_is_cut() -> None:
    text = "x" * 600 + " y"
    tokens = fold_batch([text]).tokens
    assert tokens.start.tolist() == [0, 255, 510, 601]
    assert tokens.size.tolist() == [255, 255, 90, 1]
    assert [word for word, _, _ in twin(text)] == fold(text).split()


def _octets(texts: pl.Series) -> list[str]:
    octets, bounds = octets_of(texts)
    assert not octets.flags.writeable  # kernels are compiled for one kind of array
    assert octets.size >= bounds[-1] + BEHIND
    assert bounds[0] == 0
    return [octets[low:high].tobytes().decode() for low, high in pairwise(bounds.tolist())]


@given(st.lists(st.lists(HOSTILE, max_size=6), max_size=4), st.integers(0, 8), st.integers(0, 12))
def test_octets_are_those_of_the_texts_however_these_lie(parts: list[list[str]], first: int, count: int) -> None:
    whole = pl.concat([pl.Series("text", [], pl.String), *(pl.Series("text", part, pl.String) for part in parts)])
    for texts in (whole, whole.rechunk(), whole.reverse()):
        some = texts.slice(first, count)
        assert _octets(some) == some.to_list()


def test_texts_that_lie_one_after_another_are_not_copied() -> None:
    texts = [f"Text {at} of the ferry and its captain." for at in range(100)]
    lying = np.frombuffer("".join(texts).encode(), np.uint8)
    bounds = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
    array = nanoarrow.c_array_from_buffers(nanoarrow.large_string(), len(texts), [None, bounds, lying], null_count=0)
    series = pl.Series(array)
    for some in (series[:99], series[20:70], series[98:99]):
        assert _octets(some) == some.to_list()
        assert np.shares_memory(octets_of(some)[0], lying)
    for some in (series, series.reverse()):  # behind the last text nothing may be read: it is no part of the column
        assert _octets(some) == some.to_list()
        assert not np.shares_memory(octets_of(some)[0], lying)
