"""Weighted parents of each document -> its main parent and how sure that is."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

#: Components of more nodes take each node's own share: exact marginals are cubic, and so is a wrong guess rare.
EXACT = 250

Weights = dict[str, dict[str, float]]


def choose_parents(weights: Weights) -> tuple[dict[str, str], dict[str, dict[str, float]]]:
    """child -> parent -> weight (odds against being an original) -> main parents, and every parent's probability.

    The greatest parent of each child is the maximum arborescence, unless the choices run in a circle; only
    then Chu-Liu/Edmonds is asked. Probabilities sum over all arborescences by the directed matrix-tree
    theorem; without circles they equal each child's own shares, so the determinant is taken only with one.
    """
    weights = {child: dict(parents) for child, parents in weights.items()}
    circles = _circles(weights)
    chosen = {
        child: min(parents, key=lambda name: (-parents[name], name)) for child, parents in weights.items() if parents
    }
    chances = {
        child: {parent: weight / (1 + sum(parents.values())) for parent, weight in parents.items()}
        for child, parents in weights.items()
    }
    for component in circles:
        chosen_here, chances_here = _exact(component, weights)
        for child in component:
            chosen.pop(child, None)
        chosen.update(chosen_here)
        chances.update(chances_here)
    return chosen, chances


def _circles(weights: Weights) -> list[list[str]]:
    """Strongly connected sets of more than one document, small enough for exact sums; larger ones are broken up."""
    graph: Any = nx.DiGraph()
    for child, parents in weights.items():
        graph.add_edges_from((parent, child) for parent in parents)
    found = []
    for component in nx.strongly_connected_components(graph):
        if len(component) < 2:
            continue
        if len(component) > EXACT:
            _break(component, weights)
        else:
            found.append(sorted(component))
    return sorted(found)


def _break(component: set[str], weights: Weights) -> None:
    """Drop, in a circle too large for exact sums, every edge that runs against the order of total weight."""
    strength = {
        name: sum(weight for parent, weight in weights.get(name, {}).items() if parent in component)
        for name in component
    }
    rank = {name: number for number, name in enumerate(sorted(component, key=lambda name: (strength[name], name)))}
    for child in component:
        weights[child] = {
            parent: weight
            for parent, weight in weights.get(child, {}).items()
            if parent not in component or rank[parent] < rank[child]
        }


def _exact(component: list[str], weights: Weights) -> tuple[dict[str, str], dict[str, dict[str, float]]]:
    inside = set(component)
    index = {name: number for number, name in enumerate(component)}
    size = len(component)
    laplacian = np.zeros((size, size))
    graph: Any = nx.DiGraph()
    for child in component:
        column = index[child]
        laplacian[column, column] = 1 + sum(weights[child].values())
        outside = max([1.0, *(weight for parent, weight in weights[child].items() if parent not in inside)])
        graph.add_edge("", child, weight=float(np.log(outside)))
        for parent, weight in weights[child].items():
            if parent in inside:
                laplacian[index[parent], column] -= weight
                graph.add_edge(parent, child, weight=float(np.log(weight)))
    inverse = np.linalg.inv(laplacian)
    chances = {
        child: {
            parent: float(
                weight
                * (
                    inverse[index[child], index[child]]
                    - (inverse[index[child], index[parent]] if parent in inside else 0.0)
                )
            )
            for parent, weight in weights[child].items()
        }
        for child in component
    }
    lowest = min((edge["weight"] for *_, edge in graph.edges(data=True)), default=0.0)
    for *_, edge in graph.edges(data=True):
        edge["weight"] += 1.0 - lowest  # every arborescence has as many edges: a shift changes no order
    tree = nx.maximum_spanning_arborescence(graph)
    chosen = {}
    for parent, child in tree.edges():
        if parent:
            chosen[child] = parent
        else:
            outer = {name: weight for name, weight in weights[child].items() if name not in inside and weight > 1}
            if outer:
                chosen[child] = min(outer, key=lambda name: (-outer[name], name))
    return chosen, chances
