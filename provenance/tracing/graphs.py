"""Scores of each document's possible sources -> chances and the best tree.

Chances sum over all trees by the directed matrix-tree theorem; the best tree is a maximum arborescence.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import networkx as nx
import numpy as np

Array = np.ndarray[Any, Any]

#: Documents that may be each other's sources in a circle: the sums over all trees are cubic in them. In a greater
#: component each document's own shares stand for its chances.
EXACT = 250
STEEPEST = 60.0  # a score this far under the best is impossible; beyond it exponentials lose their digits
SURE = 1e-26  # the least chance that a logarithm is taken of


class Solved(NamedTuple):
    """By row."""

    chance: Array  # that this is the direct source; a child's sum to 1
    ancestor: Array  # that this is a source, directly or through others
    chosen: Array  # whether it is in the best tree


def solve(child: Array, parent: Array, component: Array, score: Array, most: int = EXACT) -> Solved:
    """Rows of choices sorted by child (parent -1: none here), their components and scores -> Solved.

    A child that is nobody's parent may be a further part of a document. Components of more than `most` are not summed.
    """
    solved = Solved(np.zeros(len(child)), np.zeros(len(child)), np.zeros(len(child), bool))
    order = np.argsort(component, kind="stable")
    borders = np.flatnonzero(np.diff(component[order])) + 1
    for rows in np.split(order, borders) if len(order) else []:
        part = _component(child[rows], parent[rows], score[rows], most)
        for whole, piece in zip(solved, part, strict=True):
            whole[rows] = piece
    return solved


def _component(child: Array, parent: Array, score: Array, most: int) -> Solved:
    names, own = np.unique(child, return_inverse=True)
    size = len(names)
    above = np.where(parent >= 0, np.searchsorted(names, parent), -1)
    top = np.full(size, -np.inf)
    np.maximum.at(top, own, score)
    weight = np.exp(np.maximum(score - top[own], -STEEPEST))
    if size == 1:
        return Solved(np.ones(len(child)), np.zeros(len(child)), np.ones(len(child), bool))
    if size > most:
        chance, chosen = _large(own, above, weight, size)
        return Solved(chance, chance, chosen)
    laplacian = np.zeros((size, size))
    np.add.at(laplacian, (own, own), weight)
    inner = above >= 0
    np.add.at(laplacian, (above[inner], own[inner]), -weight[inner])
    inverse = np.linalg.inv(laplacian)
    diagonal = inverse[own, own]
    chance = weight * np.where(inner, diagonal - inverse[own, np.where(inner, above, 0)], diagonal)
    chance = np.clip(chance, 0, 1)
    chance /= np.bincount(own, chance)[own]
    return Solved(chance, _ancestors(own, above, chance, size), _tree(own, above, chance, size))


def _ancestors(own: Array, above: Array, chance: Array, size: int) -> Array:
    """Chances of direct sources -> of sources at any remove: visits of a walk from source to source."""
    step = np.zeros((size, size))
    inner = above >= 0
    np.add.at(step, (own[inner], above[inner]), chance[inner])
    visits = np.linalg.inv(np.eye(size) * (1 + 1e-9) - step)
    reach = np.clip(visits / np.maximum(np.diag(visits)[None, :], 1), 0, 1)
    return np.where(inner, np.maximum(reach[own, np.where(inner, above, 0)], chance), 0)


def _tree(own: Array, above: Array, chance: Array, size: int) -> Array:
    """The likeliest source of each; only where these run in a circle, the maximum arborescence of the chances."""
    best = _likeliest(own, above, chance, size)
    chosen = np.zeros(len(own), bool)
    if not _has_circle(above[best]):
        chosen[best] = True
        return chosen
    graph: Any = nx.DiGraph()
    for row in range(len(own)):
        # Every arborescence has as many edges: adding the same to each changes no order and keeps weights over 0.
        weight = float(np.log(max(chance[row], SURE)) - 2 * np.log(SURE))
        graph.add_edge(int(above[row]), int(own[row]), weight=weight, row=row)
    tree = nx.maximum_spanning_arborescence(graph, preserve_attrs=True)
    chosen[[attributes["row"] for *_, attributes in tree.edges(data=True)]] = True
    return chosen


def _likeliest(own: Array, above: Array, chance: Array, size: int) -> Array:
    """The row of each child's likeliest source; of equals the first."""
    order = np.lexsort((above, -chance, own))
    best: Array = order[np.searchsorted(own[order], np.arange(size))]
    return best


def _has_circle(above: Array) -> bool:
    """Whether following each one's source comes back to where it began."""
    return bool(_circles(above)[1].any())


def _circles(above: Array) -> tuple[Array, Array]:
    """Each one's source or -1 -> the circle in which its sources end, by its least member, or -1; who is in one."""
    at, least = above, np.where(above >= 0, above, len(above))
    for _ in range(int(np.ceil(np.log2(len(above) + 1))) + 1):
        onward = np.maximum(at, 0)
        least = np.where(at >= 0, np.minimum(least, least[onward]), least)
        at = np.where(at >= 0, at[onward], -1)
    # after more steps than there are documents, whoever is still on the way has come to a circle, and all of it is met
    inside = np.zeros(len(above), bool)
    inside[at[at >= 0]] = True
    return np.where(at >= 0, least[np.maximum(at, 0)], -1), inside


def _large(own: Array, above: Array, weight: Array, size: int) -> tuple[Array, Array]:
    """A component too large for exact sums: own shares, and the likeliest sources with every circle cut once.

    A circle is cut where that costs least: one of its documents takes its likeliest source that does not lead back,
    and never again the one it had. Having no source always remains.
    """
    chance = weight / np.bincount(own, weight, minlength=size)[own]
    best = _likeliest(own, above, chance, size)
    loss = np.log(np.maximum(chance[best][own], SURE)) - np.log(np.maximum(chance, SURE))
    closed = np.zeros(len(own), bool)
    while (found := _circles(above[best]))[1].any():
        end, inside = found
        leads_to = np.where(above >= 0, end[np.maximum(above, 0)], -1)
        ways = np.flatnonzero(inside[own] & (leads_to != end[own]) & ~closed)
        ways = ways[np.lexsort((ways, loss[ways], end[own[ways]]))]
        _, first = np.unique(end[own[ways]], return_index=True)
        taken = ways[first]
        closed[best[own[taken]]] = True
        best[own[taken]] = taken
    chosen = np.zeros(len(own), bool)
    chosen[best] = True
    return chance, chosen
