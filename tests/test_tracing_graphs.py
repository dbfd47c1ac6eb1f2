"""Chances over all trees and the best tree, against every tree there is."""

from __future__ import annotations

import itertools
import random
from typing import Any

import networkx as nx
import numpy as np
import pytest

from provenance.tracing.stories.graphs import lay_out, solve

Tree = dict[int, int]


def by_hand(weights: dict[int, dict[int, float]]) -> tuple[dict[int, dict[int, float]], dict[Any, float]]:
    """Every choice of one parent or none (-1) for each child that has no circle, weighed and summed."""
    children = sorted(weights)
    chances = {child: dict.fromkeys(weights[child], 0.0) for child in children}
    trees: dict[Any, float] = {}
    for choice in itertools.product(*[sorted(weights[child]) for child in children]):
        graph = nx.DiGraph([(parent, child) for child, parent in zip(children, choice, strict=True) if parent >= 0])
        if nx.is_directed_acyclic_graph(graph):
            weight = float(np.prod([weights[child][parent] for child, parent in zip(children, choice, strict=True)]))
            trees[choice] = weight
            for child, parent in zip(children, choice, strict=True):
                chances[child][parent] += weight
    total = sum(trees.values())
    return {child: {name: one / total for name, one in row.items()} for child, row in chances.items()}, trees


def beginnings(trees: dict[tuple[int, ...], float]) -> dict[tuple[int, int], float]:
    """Trees and their weights -> for each child and document the chance that its text began there."""
    total, found = sum(trees.values()), {}
    for choice, weight in trees.items():
        for child in range(len(choice)):
            at = child
            while choice[at] >= 0:
                at = choice[at]
            found[child, at] = found.get((child, at), 0.0) + weight / total
    return found


def solve_by_names(weights: dict[int, dict[int, float]]) -> tuple[Tree, dict[int, dict[int, float]], Any]:
    rows = [(child, parent, weight) for child in sorted(weights) for parent, weight in sorted(weights[child].items())]
    child, parent = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    score = np.log([row[2] for row in rows])
    solved = solve(lay_out(child, parent, np.zeros(len(rows), np.int64)), score)
    chances: dict[int, dict[int, float]] = {}
    for (one, other, _), chance in zip(rows, solved.chance, strict=True):
        chances.setdefault(one, {})[other] = float(chance)
    tree = {one: other for (one, other, _), chosen in zip(rows, solved.chosen, strict=True) if chosen}
    return tree, chances, solved


@pytest.mark.parametrize("seed", range(12))
def test_chances_equal_the_sum_over_all_trees_and_the_best_tree_is_one_of_them(seed: int) -> None:
    draw = random.Random(seed)
    weights = {
        child: {-1: 1.0}
        | {parent: draw.uniform(1.2, 9) for parent in range(5) if parent != child and draw.random() < 0.5}
        for child in range(5)
    }
    chances, trees = by_hand(weights)
    tree, found, solved = solve_by_names(weights)
    for child, row in chances.items():
        assert found[child] == pytest.approx(row)
    assert tuple(tree[child] for child in range(5)) in trees
    told = {
        child: {name: one if name >= 0 or one > 0.5 else one / 1000 for name, one in row.items()}
        for child, row in chances.items()
    }
    likeliest = {child: max(sorted(row), key=lambda name: (row[name], -name)) for child, row in told.items()}
    if tuple(likeliest.values()) in trees:
        assert tree == likeliest
    begun = beginnings(trees)
    rows = [(child, parent) for child in sorted(weights) for parent in sorted(weights[child])]
    for (child, parent), first in zip(rows, solved.first, strict=True):
        assert first == pytest.approx(begun.get((child, parent if parent >= 0 else child), 0)), (child, parent)
    assert (solved.ancestor <= 1).all()


def test_a_source_of_a_source_is_an_ancestor() -> None:
    tree, _, solved = solve_by_names({0: {-1: 1.0}, 1: {-1: 0.01, 0: 1.0}, 2: {-1: 0.01, 0: 0.1, 1: 1.0}})
    assert tree == {0: -1, 1: 0, 2: 1}
    assert solved.ancestor[4] == pytest.approx(1, abs=0.05)  # 0 of 2, by way of 1


def test_several_likely_sources_are_not_outvoted_by_none() -> None:
    tree, _, _ = solve_by_names({0: {-1: 9.0}, 1: {-1: 9.0, 0: 1.0}, 2: {-1: 2.0, 0: 1.5, 1: 1.4}})
    assert tree == {0: -1, 1: -1, 2: 0}


def test_components_are_summed_apart() -> None:
    rows = np.array([(0, -1), (1, -1), (1, 0), (2, -1), (2, 3), (3, -1), (3, 2), (4, -1), (4, 2)])
    score = np.log([1.0, 1, 2, 1, 3, 1, 5, 1, 2])
    component = np.array([0, 0, 0, 1, 1, 1, 1, 1, 1])
    both = solve(lay_out(rows[:, 0], rows[:, 1], component), score)
    for part in (slice(0, 3), slice(3, 9)):
        alone = solve(lay_out(rows[part, 0], rows[part, 1], component[part]), score[part])
        for whole, piece in zip(both, alone, strict=True):
            assert whole[part] == pytest.approx(piece)


def test_a_huge_circle_ends() -> None:
    size = 3000
    tree, _, _ = solve_by_names({n: {-1: 1.0, (n + 1) % size: 3.0} for n in range(size)})
    graph = nx.DiGraph([(parent, child) for child, parent in tree.items() if parent >= 0])
    assert nx.is_directed_acyclic_graph(graph)
