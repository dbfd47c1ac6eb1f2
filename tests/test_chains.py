"""How runs become chains, chains are carried on, and which of them become spans, against slow twins."""

from __future__ import annotations

from typing import Any, NamedTuple

import naive
import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from provenance.matching.aligning import align_kernels, choose_kernels
from provenance.text.kernels import ADDRESS

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


class Texts(NamedTuple):
    """Two documents, or one twice: words, what stands before each, and inside one its segments."""

    words: tuple[list[int], list[int]]
    gaps: tuple[list[int], list[int]]
    segments: tuple[list[int], list[int]]
    inner: bool


@st.composite
def pairs_of_texts(draw: st.DrawFn) -> Texts:
    """Texts of a few kinds of words, the second one the first with words changed, put in and gone."""
    stem = draw(st.lists(st.integers(0, 5), min_size=4, max_size=24))
    other = list(stem)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(other)))
        other[at : at + draw(st.integers(0, 3))] = draw(st.lists(st.integers(0, 9), max_size=3))
    inner = draw(st.booleans())
    words = (stem + other,) * 2 if inner else (stem, [*draw(st.lists(st.integers(0, 9), max_size=3)), *other])
    gaps, segments = [], []
    for text in words:
        ends = draw(st.lists(st.integers(0, len(text)), max_size=1)) if text else []
        gaps.append([ADDRESS if at in ends else 0 for at in range(len(text))])
        cut = draw(st.sampled_from([0, 0, len(stem)]))
        segments.append([int(at >= cut) for at in range(len(text))])
    if inner:
        gaps[1], segments[1] = gaps[0], segments[0]
    return Texts(words, (gaps[0], gaps[1]), (segments[0], segments[1]), inner)


def runs_of(texts: Texts) -> list[tuple[int, int, int]]:
    """Runs of two words or more, as they stand in the second text."""
    named = [[str(word) for word in text] for text in texts.words]
    found = naive.maximal_runs(named[0], named[1], 2)
    return sorted(
        (run for run in found if not texts.inner or run[0] + run[2] <= run[1]), key=lambda run: (run[1], run[0])
    )


@njit
def join(word, gap, segment, inner, b0, ends, runs, apart, identity):  # type: ignore[no-untyped-def]
    """Runs -> their chains, and these carried on."""
    start = np.empty((1, 6), np.int32)  # grown
    chains, made = align_kernels.chain_runs(
        word, gap, segment, inner, 0, b0, runs, runs.shape[0], apart, identity, start
    )
    carried = chains[:made].copy()
    for c in range(made):
        align_kernels.carry_on(word, gap, segment, inner, 0, ends[0], b0, ends[1], carried, c)
    return chains[:made], carried


def join_slowly(texts: Texts, runs: list[tuple[int, int, int]], apart: int, identity: float) -> list[list[int]]:
    """Runs -> chains: both sides, equal words, the longest run."""
    (one, two), chains = texts.words, []
    for i, j, length in runs:
        near = []
        for chain in chains:
            left, right = i - chain[1], j - chain[3]
            if max(0, -left, -right) >= length or max(abs(left), abs(right), abs(left - right)) > apart:
                continue
            if ADDRESS in texts.gaps[0][chain[1] : i + 1] + texts.gaps[1][chain[3] : j + 1]:
                continue
            places = (i, chain[0]), (j, chain[2])
            same = all(texts.segments[side][a] == texts.segments[side][b] for side, (a, b) in enumerate(places))
            if texts.inner and (i + length > chain[2] or not same):
                continue
            near.append((max(left, right), len(near), chain))
        if near:
            chain = min(near)[2]
            twice = max(0, chain[1] - i, chain[3] - j)
            between = 0 if twice else naive.common_subsequence(one[chain[1] : i], two[chain[3] : j])
            equal = chain[4] + length - twice + between
            if equal >= identity * max(i + length - chain[0], j + length - chain[2]):
                chain[1], chain[3], chain[4], chain[5] = i + length, j + length, equal, max(chain[5], length)
                continue
        chains.append([i, i + length, j, j + length, length, length])
    return chains


def carry_on_slowly(texts: Texts, chain: list[int]) -> list[int]:
    """A chain -> the same with both ends carried on over edits that twice as many equal words and one repay."""
    left, left_end, right, right_end, equal, longest = chain
    one, two = texts.words
    for way in (1, -1):
        while True:
            i, j = (left_end, right_end) if way > 0 else (left - 1, right - 1)
            limits = [(0, len(one)), (0, len(two))]
            if texts.inner:
                limits = [(0, right), limits[1]] if way > 0 else [limits[0], (left_end, len(two))]
                if 0 <= i < len(one) and 0 <= j < len(two) and one[i] == two[j]:
                    break

            def is_open(side: int, at: int, way: int = way, limits: list[tuple[int, int]] = limits) -> bool:
                if not limits[side][0] <= at < limits[side][1]:
                    return False
                segment = texts.segments[side]
                parted = texts.inner and segment[at] != segment[at - way]
                return texts.gaps[side][at if way > 0 else at + 1] != ADDRESS and not parted

            edits = [
                (max(a, b), -min(a, b), b > a, a, b)
                for a in range(align_kernels.LOOK + 1)
                for b in range(align_kernels.LOOK + 1)
                if a or b
            ]
            for size, _, _, a, b in sorted(edits):
                ours = (is_open(0, i + way * step) for step in range(a))
                if not all(ours) or not all(is_open(1, j + way * step) for step in range(b)):
                    continue
                more, x, y = 0, i + way * a, j + way * b
                while is_open(0, x) and is_open(1, y) and one[x] == two[y]:
                    more, x, y = more + 1, x + way, y + way
                if more > 2 * size:
                    break
            else:
                break
            left_end, right_end = (x, y) if way > 0 else (left_end, right_end)
            left, right = (left, right) if way > 0 else (x + 1, y + 1)
            equal += more
    return [left, left_end, right, right_end, equal, longest]


def plain(one: list[int], two: list[int], address: int | None = None) -> Texts:
    """Two texts, perhaps with an address before a word of the first."""
    gaps = [ADDRESS if at == address else 0 for at in range(len(one))], [0] * len(two)
    return Texts((one, two), gaps, ([0] * len(one), [0] * len(two)), inner=False)


@given(pairs_of_texts(), st.integers(0, 3), st.sampled_from([0.5, 0.6, 0.75]))
@example(plain([1, 2, 3, 9, 9, 4, 5, 6], [1, 2, 3, 7, 7, 4, 5, 6]), 2, 0.75)  # three in four, and no fewer, are equal
@example(plain([1, 2, 3, 4, 9, 5, 6, 7], [1, 2, 3, 4, 0, 5, 6, 7], 5), 2, 0.5)  # where the later run begins
@example(plain([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 8, 8, 4, 5, 6, 7]), 2, 0.5)  # one back and two ahead: three apart
@example(plain([1, 2, 3, 3], [1, 2, 3, 3, 3]), 3, 0.75)  # a run that lies in the chain whole
def test_runs_are_joined_and_carried_on_as_by_slow_twins(texts: Texts, apart: int, identity: float) -> None:
    runs = runs_of(texts)
    one, two = texts.words
    columns = [texts.words[0], texts.gaps[0], texts.segments[0]]
    if not texts.inner:
        columns = [
            [*first, *second] for first, second in zip(columns, (two, texts.gaps[1], texts.segments[1]), strict=True)
        ]
    word, gap, segment = (
        np.array(column, kind) for column, kind in zip(columns, (np.uint64, np.uint8, np.uint8), strict=True)
    )
    rows = np.array(runs, np.int32).reshape(-1, 3)
    ends, b0 = (len(one), len(two)), 0 if texts.inner else len(one)
    chains, carried = join(word, gap, segment, texts.inner, b0, ends, rows, apart, identity)
    expected = join_slowly(texts, runs, apart, identity)
    assert chains.tolist() == expected
    assert carried.tolist() == [carry_on_slowly(texts, chain) for chain in expected]
