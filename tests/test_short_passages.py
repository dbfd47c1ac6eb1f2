"""Short passages that are equal or alike, and the order of spans, against slow twins."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from provenance.matching.aligning.layout import CODE
from provenance.matching.aligning.short_passages import Occurrences, cross_likes, link_equal
from provenance.matching.aligning.spans import order_spans
from provenance.matching.aligning.stretches import Aligned, in_order

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
