"""Neighbouring stretches that are one, against a slow twin that joins two at a time."""

from __future__ import annotations

import naive
import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from provenance.matching.aligning.stretches import Aligned, join_neighbours
from provenance.settings import Settings
from provenance.text.kernels import ADDRESS
from provenance.text.tokens import Tokens

SETTINGS = Settings(max_gap_words=2, min_span_words=5)
WORDS = 60  # of each document

Stretch = tuple[int, ...]  # left and right document, words of the left, words of the right, equal words


@st.composite
def rows_of_stretches(draw: st.DrawFn) -> list[Stretch]:
    """Stretches of two pairs, most of which begin near where the one before them ends."""
    found = []
    for pair in draw(st.lists(st.sampled_from([(0, 1), (0, 2), (1, 2), (1, 1)]), max_size=3, unique=True)):
        left, right = (draw(st.integers(0, 5)) for _ in range(2))
        for _ in range(draw(st.integers(1, 6))):
            size = draw(st.integers(2, 8))
            wide = size + draw(st.sampled_from([0, 0, 0, 1, 3]))
            equal = draw(st.integers(max(1, size - 3), size))
            if max(left + size, right + wide) > WORDS:
                break
            found.append((*pair, left, left + size, right, right + wide, equal))
            between = draw(st.integers(-3, 6))
            left += max(1, size + between)
            right += max(1, wide + between + draw(st.sampled_from([0, 0, 1, -2, 2, 3])))
    return draw(st.permutations(found))


def are_one(one: Stretch, two: Stretch, gap: list[int]) -> bool:
    most, left, right = SETTINGS.max_gap_words, two[2] - one[3], two[4] - one[5]
    if one[:2] != two[:2] or one[0] == one[1] or abs(left - right) > most or min(left, right) < -most:
        return False
    if two[3] <= one[3] or two[5] <= one[5]:
        return False
    for low, high, base in ((one[3], two[2], WORDS * one[0]), (one[5], two[4], WORDS * one[1])):
        if ADDRESS in gap[base + min(low, high + 1) : base + max(low, high + 1)]:
            return False
    longer = max(two[3] - one[2], two[5] - one[4])
    equal = one[6] + two[6] - max(0, -left, -right)
    fewer = max(left, right) < min(one[6], two[6], SETTINGS.min_span_words)
    if fewer and equal >= SETTINGS.min_identity * longer:
        return True
    least = min(np.float32(each[6] / max(each[3] - each[2], each[5] - each[4])) for each in (one, two))
    return max(left, right) <= most and bool(least < SETTINGS.min_identity)


def join_slowly(rows: list[Stretch], words: list[int], gap: list[int]) -> list[Stretch]:
    rows = sorted(rows, key=lambda row: (*row[:3], row[4]))
    while True:
        made, at, joined = [], 0, False
        while at < len(rows):
            one, two = rows[at], rows[at + 1] if at + 1 < len(rows) else None
            if two is None or not are_one(one, two, gap):
                made.append(one)
                at += 1
                continue
            ours = words[WORDS * one[0] + one[3] : WORDS * one[0] + max(one[3], two[2])]
            theirs = words[WORDS * one[1] + one[5] : WORDS * one[1] + max(one[5], two[4])]
            twice = max(0, one[3] - two[2], one[5] - two[4])
            equal = one[6] + two[6] - twice + naive.common_subsequence(ours, theirs)
            made.append((*one[:3], two[3], one[4], two[5], equal))
            at, joined = at + 2, True
        if not joined:
            return rows
        rows = sorted(made, key=lambda row: (*row[:3], row[4]))


@given(rows_of_stretches(), st.lists(st.integers(0, 3 * WORDS - 1), max_size=4), st.randoms(use_true_random=False))
@example([(0, 1, 0, 6, 0, 6, 6), (0, 1, 4, 9, 4, 9, 5)], [], None)  # two words of both are in common
@example([(0, 1, 0, 6, 0, 6, 6), (0, 1, 3, 9, 3, 9, 6)], [], None)  # and three, which are too many
@example([(0, 1, 0, 6, 0, 6, 6), (0, 1, 5, 6, 6, 12, 1)], [], None)  # it ends where the one before ends
@example([(0, 1, 0, 6, 0, 6, 6), (0, 1, 6, 12, 5, 6, 1)], [], None)
@example([(0, 1, at, at + 6, at, at + 6, 6) for at in range(0, 50, 7)], [], None)  # eight in a row
@example([(0, 1, 0, 6, 0, 6, 6), (0, 1, 10, 16, 10, 16, 6)], [], None)
@example([(0, 1, 0, 10, 0, 10, 6), (0, 1, 10, 20, 10, 20, 6)], [], None)  # six words of ten are enough
@example([(0, 1, 0, 10, 0, 10, 6), (0, 1, 8, 18, 8, 18, 6)], [], None)  # but not with two counted twice
@example([(0, 1, 0, 8, 0, 8, 8), (0, 1, 7, 15, 9, 17, 8)], [], None)  # in common on one side, apart on the other
@example([(0, 1, 0, 6, 0, 6, 6), (0, 1, 11, 17, 11, 17, 6)], [], None)  # as many words as a span has
def test_neighbours_are_joined_as_by_a_slow_twin(rows: list[Stretch], addresses: list[int], drawn: object) -> None:
    words = [drawn.randrange(3) if drawn else at for at in range(3 * WORDS)]  # type: ignore[attr-defined]
    gap = [ADDRESS if at in addresses else 0 for at in range(3 * WORDS)]
    nothing = np.empty(0, np.uint8)
    tokens = Tokens(WORDS * np.arange(4), np.array(words, np.uint64), np.empty(0, np.int32), nothing, nothing)
    columns = np.array(rows, np.int64).reshape(-1, 7).T
    places = [column + WORDS * columns[side] for side, column in zip((0, 0, 1, 1), columns[2:6], strict=True)]
    given_ = Aligned(*columns[:2].astype(np.int32), *places, columns[6].astype(np.int32))
    found = join_neighbours(tokens, np.array(gap, np.uint8), given_, SETTINGS)
    made = np.array(join_slowly(rows, words, gap), np.int64).reshape(-1, 7).T
    wanted = [*made[:2], *(column + WORDS * made[side] for side, column in zip((0, 0, 1, 1), made[2:6], strict=True))]
    for name, ours, theirs in zip(Aligned._fields, found, [*wanted, made[6]], strict=True):
        assert ours.tolist() == theirs.tolist(), name
