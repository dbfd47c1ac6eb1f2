"""Which of the chains of a pair of documents become its spans, against what the docstrings say, word by word."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from provenance.matching.aligning import choose_kernels

Chain = tuple[int, int, int, int, int]  # both sides, half-open, and the equal words

WIDTH = 30  # words of each document


@st.composite
def chain_lists(draw: st.DrawFn) -> list[Chain]:
    """Chains that often lie over each other."""
    side = st.tuples(st.integers(0, WIDTH - 1), st.integers(1, 12)).map(lambda at: (at[0], min(WIDTH, sum(at))))
    drawn = draw(st.lists(st.tuples(side, side, st.integers(1, 6)), max_size=9))
    return [(*left, *right, equal) for left, right, equal in drawn]


@njit
def choose(chains, apart, words, least):  # type: ignore[no-untyped-def]
    """The rows that are kept, in order: of two documents where `apart` is below 0."""
    kept = np.empty_like(chains)
    order = choose_kernels.longest_first(chains, chains.shape[0], apart)
    if apart < 0:
        return kept[: choose_kernels.choose_chains(chains, order, kept)]
    return kept[: choose_kernels.choose_inside(chains, order, kept, words, least)]


def chosen(chains: list[Chain], apart: int, least: int = 5) -> list[Chain]:
    rows = np.array([(*chain, 0) for chain in chains], np.int32).reshape(-1, 6)
    found: Any = choose(rows, apart, WIDTH, least)
    return [tuple(row[:5]) for row in found.tolist()]


@given(chain_lists())
@example([(0, 10, 0, 10, 6), (5, 15, 20, 30, 5), (4, 14, 15, 25, 4)])  # half of the second lies in the first
@example([(0, 10, 0, 10, 6), (20, 30, 4, 14, 5), (15, 25, 5, 15, 4)])
@example([(0, 10, 0, 10, 6), (20, 30, 20, 30, 6), (6, 24, 11, 19, 5)])  # four words in each of two
def test_of_two_documents_a_chain_mostly_under_longer_ones_is_dropped(chains: list[Chain]) -> None:
    kept: list[Chain] = []
    for chain in sorted(chains, key=lambda one: -one[4]):
        sides = [
            sum(len({*range(*chain[at : at + 2])} & {*range(*other[at : at + 2])}) for other in kept) for at in (0, 2)
        ]
        if all(2 * under <= chain[at + 1] - chain[at] for under, at in zip(sides, (0, 2), strict=True)):
            kept.append(chain)
    assert chosen(chains, -1) == kept


@given(chain_lists(), st.integers(0, 3), st.integers(1, 8))
@example([(0, 6, 20, 26, 6), (0, 6, 8, 14, 3), (3, 9, 12, 18, 4)], 2, 4)  # sides as near as two words come first
@example([(0, 6, 20, 26, 6), (10, 16, 22, 28, 6), (1, 7, 12, 18, 6)], 0, 4)  # and of equals the nearest
def test_inside_a_document_what_adds_too_little_is_dropped(chains: list[Chain], apart: int, least: int) -> None:
    chains = [chain for chain in chains if chain[0] < chain[2]]
    kept: list[Chain] = []
    seen: set[int] = set()  # words of any side
    later: set[int] = set()  # of right sides

    def turn(chain: Chain) -> tuple[bool, int, int]:
        beside = chain[2] - chain[1] <= apart
        return not beside, 0 if beside else -chain[4], chain[2] - chain[0]

    for chain in sorted(chains, key=turn):
        left, right = {*range(*chain[:2])}, {*range(*chain[2:4])}
        fresh = (left - seen, left), (right - later, right)
        if all(len(new) < least and 2 * len(new) < len(side) for new, side in fresh):
            continue
        kept.append(chain)
        seen |= left | right
        later |= right
    assert chosen(chains, apart, least) == kept
