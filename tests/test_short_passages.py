"""Short passages that are equal or alike, and the order of spans, against slow twins."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import naive
import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provenance.matching.aligning import sequence_kernels
from provenance.matching.aligning.layout import CODE
from provenance.matching.aligning.short_passages import (
    Occurrences,
    cross_likes,
    distinct_texts,
    group_occurrences,
    link_equal,
)
from provenance.matching.aligning.spans import order_spans
from provenance.matching.aligning.stretches import Aligned, in_order
from provenance.text.tokens import tokenize

SMALL = st.integers(0, 2)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=14),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4, unique=True),
    st.integers(1, 4),
)
def test_short_passages_are_linked_as_by_a_slow_twin(
    places: list[tuple[int, int]], alike: list[tuple[int, int]], cap: int
) -> None:
    """Passages (text, document) of five words each, one after the other; like texts share words 1 to 4."""
    texts = sorted({text for text, _ in places})
    rows = sorted((texts.index(text), document, 5 * at) for at, (text, document) in enumerate(places))
    text, document, first = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    found = Occurrences(text, document, first, first + 5, np.full(text.size, CODE["headline"], np.uint8))
    likes = [(one, other) for one, other in alike if one < other < len(texts)]

    def sided(one: int, two: int, low: int = 0, high: int = 5) -> tuple[int, ...]:
        (left, begin), (right, after) = sorted(rows[at][1:] for at in (one, two))
        return left, right, begin + low, begin + high, after + low, after + high

    equal, like = set(), set()
    for number in range(len(texts)):
        own = [at for at, row in enumerate(rows) if row[0] == number]
        equal |= {sided(one, two) for one, two in pairwise(own) if rows[one][1] == rows[two][1]}
        heads = [at for at in own if at == own[0] or rows[at - 1][1] != rows[at][1]]
        pairs = (
            combinations(heads, 2) if len(heads) <= cap else [*pairwise(heads), *((heads[0], at) for at in heads[1:])]
        )
        equal |= {sided(*pair) for pair in pairs}
    for numbers in likes:
        ones, twos = ([at for at, row in enumerate(rows) if row[0] == number] for number in numbers)
        whole = len(ones) * len(twos) <= cap * cap
        like |= {sided(a, b, 1, 4) for a in ones for b in twos if whole or a == ones[0] or b == twos[0]}
    ends = np.array([[*pair, 1, 4, 1, 4, 3] for pair in likes], np.int64).reshape(-1, 7)
    for made, wanted in ((link_equal(found, cap), equal), (cross_likes(found, ends, cap), like)):
        assert set(zip(*(column.tolist() for column in made[:6]), strict=True)) == {
            (left, right, *ends) for left, right, *ends in wanted
        }


@pytest.mark.parametrize(
    ("size", "role", "tied"),
    [(2, "boilerplate", True), (3, "headline", False), (3, "caption", False), (4, "headline", True)],
)
def test_of_fewer_than_four_words_only_notices_tie_two_documents(size: int, role: str, tied: bool) -> None:
    """The same words twice in one document, and once in another."""
    words = "a b c d"[: 2 * size - 1]
    tokens = tokenize(pl.Series([f"before {words} {words}", words]))
    document, first = np.array([0, 0, 1]), 1 + size * np.arange(3)
    role_of = np.full(3, CODE[role], np.uint8)
    found = group_occurrences(tokens, document, first, first + size, role_of)
    made = link_equal(found, 4)
    pairs = set(zip(made.left.tolist(), made.right.tolist(), strict=True))
    assert pairs == {(0, 0), (0, 1)} if tied else pairs == {(0, 0)}
    texts, number = distinct_texts(tokens, found)
    assert (texts.word.size, number.size) == ((size, 1) if size >= 4 else (0, 0)), "shorter ones are like no others"


LIKE, FEWEST_LIKE, FEWEST = 0.75, 5, 3


def stretch_alike(one: list[int], two: list[int]) -> list[int]:
    """Words of both texts that are alike, and how many are equal; all 0 where the texts are not alike."""
    short, long = sorted((one, two), key=len)
    size = len(short)
    windows = [naive.common_subsequence(short, long[at : at + size]) for at in range(len(long) - size + 1)]
    equal, begin, whole = max(windows), windows.index(max(windows)), naive.common_subsequence(short, long)
    if whole > equal and whole >= LIKE * len(long):
        equal, begin, size = whole, 0, len(long)
    alike = equal == size or (equal >= LIKE * size and len(short) >= FEWEST_LIKE)
    if not alike or len(short) < FEWEST:
        return [0] * 5
    sides = [0, len(short), begin, begin + size]
    return [*(sides if len(one) <= len(two) else sides[2:] + sides[:2]), equal]


@st.composite
def like_texts(draw: st.DrawFn) -> list[list[int]]:
    """Texts of a few words, of which some are one text with words changed, put in or gone."""
    stem = draw(st.lists(st.integers(0, 9), min_size=1, max_size=9, unique=True))
    texts = []
    for _ in range(draw(st.integers(2, 4))):
        text = list(stem)
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(text)))
            text[at : at + draw(st.integers(0, 1))] = draw(st.lists(st.integers(0, 12), max_size=2))
        texts.append(text or [0])
    return texts


@given(like_texts())
@example([[1, 2, 3, 4], [1, 2, 3, 9], [9, 1, 2, 3], [1, 2]])  # of so few words all must be equal, and two are no text
@example([[1, 2, 3, 4, 5, 6], [1, 2, 3, 9, 4, 5, 6], [7, 8, 1, 2, 3, 4, 5, 6, 7], [1, 2, 9, 8, 7, 6]])
@example([[1, 2, 3, 4, 5, 6], [1, 2, 7, 8, 3, 4, 5, 6]])  # six of eight: the whole of the longer one counts
@example([[1, 2, 3, 4, 5, 6], [1, 2, 7, 8, 9, 3, 4, 5, 6]])  # six of nine do not
def test_short_texts_are_aligned_as_by_a_slow_twin(texts: list[list[int]]) -> None:
    pairs = [(one, two) for one in range(len(texts)) for two in range(len(texts))]
    left, right = np.array(pairs, np.int32).T.copy()
    word = np.array([sign for text in texts for sign in text], np.uint64)
    found = np.full((len(pairs), 5), 99, np.int64)
    bounds = np.cumsum([0, *map(len, texts)])
    sequence_kernels.align_short(word, bounds, left, right, LIKE, FEWEST_LIKE, FEWEST, found)
    assert found.tolist() == [stretch_alike(texts[one], texts[two]) for one, two in pairs]


@given(like_texts(), st.sampled_from([1, 6, 30, 200]))
def test_equal_words_of_stretches_too_long_for_one_table_are_counted_in_pieces(
    texts: list[list[int]], cells: int
) -> None:
    one, two = texts[0], texts[1]
    word = np.array([*one, *two], np.uint64)
    ends = [np.array([end]) for end in (0, len(one), len(one), len(word))]
    counted = np.zeros(1, np.int32)
    sequence_kernels.count_equal(word, *ends, cells, counted)
    pieces = 1 + math.isqrt(len(one) * len(two) // cells)
    cut = [
        [text[p * len(text) // pieces : (p + 1) * len(text) // pieces] for p in range(pieces)] for text in (one, two)
    ]
    assert counted.item() == sum(map(naive.common_subsequence, *cut))


@given(st.lists(st.tuples(SMALL, SMALL, SMALL, SMALL, SMALL, SMALL), max_size=12))
def test_spans_are_sorted_by_ids_and_then_by_starts_and_ends(places: list[tuple[int, ...]]) -> None:
    ids = pl.Series(["b", "c", "a"])  # rows of documents that are in another order
    left, right = (np.array([row[side : side + 3] for row in places], np.int64).reshape(-1, 3) for side in (0, 3))
    order = order_spans(ids, tuple(left.T.copy()), tuple(right.T.copy()))
    asked = [(ids[row[0]], row[1], ids[row[3]], row[4], row[2], row[5]) for row in places]
    assert [asked[at] for at in order.tolist()] == sorted(asked)


@given(st.lists(st.tuples(SMALL, SMALL, SMALL, SMALL), max_size=8))
def test_stretches_are_put_in_order_if_they_are_not(rows: list[tuple[int, ...]]) -> None:
    left, right, first, last = np.array(rows, np.int64).reshape(-1, 4).T
    made = in_order(Aligned(left, right, first, first + 1, last, last + 1, np.arange(left.size)))
    found = [(int(a), int(b), int(c), int(d), int(at)) for a, b, c, _, d, _, at in zip(*made, strict=True)]
    assert found == sorted((*row, at) for at, row in enumerate(rows))
