"""The best tree of a story whose likeliest sources run in a circle, against every tree there is."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from provenance.tracing import graphs


def best_tree(parents: list[list[int]], chances: list[list[float]]) -> list[list[int]]:
    """Each document's possible sources (-1 for none) and their chances -> the best trees, as sources in order."""
    trees = []
    for tree in itertools.product(*parents):
        for start in range(len(tree)):
            at, steps = start, 0
            while at >= 0 and steps <= len(tree):
                at, steps = tree[at], steps + 1
            if at >= 0:
                break
        else:
            total = sum(np.log(chances[k][parents[k].index(source)]) for k, source in enumerate(tree))
            trees.append((total, list(tree)))
    most = max(total for total, _ in trees)
    return [tree for total, tree in trees if total > most - 1e-12]


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[list[int]], list[list[float]]]:
    size = draw(st.integers(2, 5))
    others = st.integers(0, size - 1)
    parents = [sorted({-1, *draw(st.lists(others, max_size=4))} - {own}) for own in range(size)]
    some = st.integers(1, 60).map(lambda part: part / 64)  # exact, and at times equal
    return parents, [draw(st.lists(some, min_size=len(those), max_size=len(those))) for those in parents]


@given(story=stories())
def test_a_circle_is_cut_as_in_the_best_tree(story: tuple[list[list[int]], list[list[float]]]) -> None:
    parents, chances = story
    own = np.repeat(np.arange(len(parents)), [len(those) for those in parents])
    above, chance = np.concatenate(parents), np.concatenate(chances)
    best = best_tree(parents, chances)
    told = graphs._cut_each(own, above, chance, len(parents))
    if told is not None:
        assert [above[told].tolist()] == best
    assert above[graphs._tree(own, above, chance)].tolist() in best


def test_one_circle_is_cut_where_that_costs_least() -> None:
    parents, chances = [[-1, 1], [-1, 0, 2], [-1]], [[0.1, 0.9], [0.05, 0.55, 0.4], [1.0]]
    own, above, chance = np.array([0, 0, 1, 1, 1, 2]), np.concatenate(parents), np.concatenate(chances)
    told = graphs._cut_each(own, above, chance, 3)
    assert told is not None
    assert [above[told].tolist()] == best_tree(parents, chances) == [[1, 2, -1]]


def test_two_ways_out_as_good_as_each_other_are_left_to_the_library() -> None:
    own, above, chance = np.array([0, 0, 1, 1]), np.array([-1, 1, -1, 0]), np.array([0.25, 0.75, 0.25, 0.75])
    assert graphs._cut_each(own, above, chance, 2) is None
    assert graphs._tree(own, above, chance).sum() == 2
