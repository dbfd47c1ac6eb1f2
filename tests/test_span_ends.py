"""Where spans end and what lies between their words: marks, digits, addresses, read sign by sign."""

from __future__ import annotations

import naive
import numpy as np
import polars as pl
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from provenance.matching.aligning import place_kernels, sequence_kernels
from provenance.matching.aligning.layout import weigh_digits
from provenance.matching.aligning.places import cut_out
from provenance.matching.aligning.spans import snap


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("“Hello there.” He", 1, 12, "“Hello there.”"),
        ("(see) word, next", 6, 10, "word,"),
        ("one […] two", 0, 3, "one"),
        ("tail...", 0, 4, "tail..."),
        ("a»b c", 2, 3, "b"),
    ],
)
def test_ends_take_their_punctuation_along(text: str, start: int, end: int, expected: str) -> None:
    low, high = snap(pl.Series([text]), np.zeros(1, np.int32), np.array([start]), np.array([end]))
    assert text[low.item() : high.item()] == expected


@given(st.lists(strategies.marked, min_size=1, max_size=4), st.data())
def test_ends_are_snapped_as_sign_by_sign(texts: list[str], data: st.DataObject) -> None:
    asked = [
        (row, *sorted(data.draw(st.tuples(*[st.integers(0, len(texts[row]))] * 2))))
        for row in data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=12))
    ]
    row, start, end = np.array(asked, np.int64).reshape(-1, 3).T
    low, high = snap(pl.Series(texts, dtype=pl.String), row, start, end)
    assert list(zip(low, high, strict=True)) == [naive.snapped(texts[r], a, b) for r, a, b in asked]


@given(st.lists(strategies.marked, min_size=1, max_size=4), st.data())
def test_digits_are_weighed_as_sign_by_sign(texts: list[str], data: st.DataObject) -> None:
    asked = [
        (row, *sorted(data.draw(st.tuples(*[st.integers(0, len(texts[row]))] * 2))))
        for row in data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=12))
    ]
    row, start, end = np.array(asked, np.int64).reshape(-1, 3).T
    found = weigh_digits(pl.Series(texts, dtype=pl.String), row, start, end)
    for at, (r, a, b) in enumerate(asked):
        inside = texts[r][a:b]
        known = all(ord(sign) < place_kernels.KNOWN for sign in inside)
        assert found[at] == (naive.mostly_digits(inside) if known else -1)


def test_an_end_among_signs_beyond_ascii_is_read_whole() -> None:
    many = ["é" * 40 + "»… x", "plain, text"] * 3  # a wrong byte in one of several texts would show in the others
    row, place = np.array([4, 1, 0]), np.array([40, 5, 40])
    low, high = snap(pl.Series(many), row, place - 1, place)
    assert (low.tolist(), high.tolist()) == ([39, 4, 39], [42, 6, 42])


@pytest.mark.parametrize(
    ("low", "high", "found"), [(0, 1, False), (0, 2, True), (2, 4, True), (4, 1, True), (2, 1, False)]
)
def test_an_address_between_two_words_is_found(low: int, high: int, found: bool) -> None:
    gap, out = np.array([0, 0, 7, 0, 0], np.uint8), np.zeros(1, np.bool_)
    sequence_kernels.find_between(gap, np.array([low]), np.array([high]), 7, out)
    addresses = np.flatnonzero(gap == 7)  # what it stands for
    assert found == (np.searchsorted(addresses, low) != np.searchsorted(addresses, high, side="right"))
    assert out.item() == found


def test_stretches_are_cut_out_in_the_order_asked_for() -> None:
    texts = pl.Series(["Größe 𝔄 zählt", "", "二つ目の文"])
    row, start, end = np.array([2, 0, 0, 2, 1]), np.array([0, 6, 0, 3, 0]), np.array([2, 7, 5, 99, 4])
    assert cut_out(texts, row, start, end).to_list() == ["二つ", "𝔄", "Größe", "の文", ""]
    assert cut_out(texts, row[:0], start[:0], end[:0]).to_list() == []
