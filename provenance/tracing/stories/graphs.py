"""Scores of each document's possible sources -> the chance of each, and the best tree.

Chances sum over all trees by the directed matrix-tree theorem; the best tree is a maximum arborescence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from provenance.arrays import Array

#: Documents that may be each other's sources in a circle: the sums over all trees are cubic in them. In a greater
#: component each document's own shares stand for its chances.
EXACT = 250
STEEPEST = 60.0  # a score this far under the best is impossible; beyond it exponentials lose their digits
SURE = 1e-26  # the least chance that a logarithm is taken of
#: A document has no source in the best tree only if that is likelier than that it has one: several that share the
#: chance of it are not outvoted by none. Else none is the last resort, where its sources run in a circle.
HALF, LAST_RESORT = 0.5, 1e-3
CELLS = 1 << 20  # of the matrices that are inverted at once: 8 MB
#: Rows of matrices up to which linear algebra takes one thread: two gave other last digits than one, and took 3.5 ms of
#: processor time for 136 rows on an idle machine and 130 on a busy one, where one takes .6.
BLOCK = 64


class Layout(NamedTuple):
    """Choices laid out for fast sums: who may have whom as source, components of one size together."""

    own: Array  # by row, the child's place among all children
    above: Array  # by row, the parent's; -1 for none here
    size: int  # children
    batches: list[Batch]
    large: list[Array]  # rows of each component of too many documents


class Batch(NamedTuple):
    """Components with the same number of children."""

    rows: Array
    which: Array  # by row, the component's number in the batch
    own: Array  # by row, the child's place in its component
    above: Array
    components: int
    size: int


class Solved(NamedTuple):
    """What is found, one value a row."""

    chance: Array  # that this is the direct source; a child's sum to 1
    first: Array  # that this, or the child itself where it has no source, is where the child's text began
    ancestor: Array  # that this is a source, directly or through others
    chosen: Array  # whether it is in the best tree


def lay_out(child: Array, parent: Array, component: Array) -> Layout:
    """Rows of choices, sorted by child (parent -1: none in the dump), and their components -> Layout.

    A child may be a further part of a document. Components of more than EXACT are not summed.
    """
    names, own = np.unique(child, return_inverse=True)
    above = np.where(parent >= 0, np.searchsorted(names, parent), -1)
    _, group = np.unique(component, return_inverse=True)
    of_child = np.zeros(len(names), np.int64)
    of_child[own] = group
    members = np.bincount(of_child)
    order = np.argsort(of_child, kind="stable")
    place = np.zeros(len(names), np.int64)
    place[order] = np.arange(len(names)) - np.repeat(np.cumsum(members) - members, members)
    inner = np.maximum(above, 0)
    by_group = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[by_group], np.arange(len(members) + 1))
    large = [by_group[starts[one] : starts[one + 1]] for one in np.flatnonzero(members > EXACT)]
    batches = []
    for size in np.unique(members[members <= EXACT]).tolist():
        same = np.flatnonzero(members == size)
        step = max(1, CELLS // (size * size))
        for begin in range(0, len(same), step):
            part = same[begin : begin + step]
            number = np.full(len(members), -1)
            number[part] = np.arange(len(part))
            rows = np.flatnonzero(number[group] >= 0)
            local = np.where(above[rows] >= 0, place[inner[rows]], -1)
            batches.append(Batch(rows, number[group[rows]], place[own[rows]], local, len(part), size))
    return Layout(own, above, len(names), batches, large)


def weigh(layout: Layout, score: Array) -> Array:
    """Scores -> weights, 1 for the best of each child."""
    top = np.full(layout.size, -np.inf)
    np.maximum.at(top, layout.own, score)
    weight: Array = np.exp(np.maximum(score - top[layout.own], -STEEPEST))
    return weight


def sum_trees(layout: Layout, score: Array) -> tuple[Array, Array]:
    """Scores -> `chance` and `first` of Solved. Cost: cubic in a component's documents, many components at once.

    The chance that a text began at r is that of a walk from source to source to end there, as Wilson's algorithm (1996)
    draws trees: r's weight of having no source, times the entry of the inverse Laplacian from r to the text.
    """
    weight = weigh(layout, score)
    chance, first = np.zeros(len(score)), np.zeros(len(score))
    for rows, which, own, above, count, size in layout.batches:
        inner, up, mine = above >= 0, np.maximum(above, 0), weight[rows]
        laplacian = np.zeros((count, size, size))
        np.add.at(laplacian, (which, own, own), mine)
        np.add.at(laplacian, (which[inner], above[inner], own[inner]), -mine[inner])
        inverse = invert(laplacian)
        diagonal = inverse[which, own, own]
        chance[rows] = np.clip(mine * (diagonal - np.where(inner, inverse[which, own, up], 0)), 0, 1)
        free = np.zeros((count, size))
        free[which[~inner], own[~inner]] = mine[~inner]
        begun = np.where(inner, up, own)
        first[rows] = np.clip(free[which, begun] * inverse[which, begun, own], 0, 1)
    for rows in layout.large:
        own, above = layout.own[rows], layout.above[rows]
        chance[rows] = weight[rows] / np.bincount(own, weight[rows], layout.size)[own]
        alone = np.zeros(layout.size)
        alone[own[above < 0]] = chance[rows[above < 0]]
        first[rows] = np.where(above < 0, 1, alone[np.maximum(above, 0)]) * chance[rows]
    total = np.bincount(layout.own, chance, minlength=layout.size)
    return chance / np.maximum(total, SURE)[layout.own], first


def invert(matrices: Array) -> Array:
    """Diagonally dominant matrices [count, size, size] -> their inverses, BLOCK rows and columns at a time.

    Gauss-Jordan elimination by blocks (Golub and Van Loan, Matrix Computations, 3.2.11), without pivots: where the
    diagonal outweighs the rest of each column, or of each row, it does so after each step too.
    """
    count, size, _ = matrices.shape
    if size <= BLOCK:
        return np.linalg.inv(matrices)
    many = -(-size // BLOCK)
    side = -(-size // many)
    padded = np.zeros((count, many * side, many * side))
    padded[:] = np.eye(many * side)
    padded[:, :size, :size] = matrices
    blocks = padded.reshape(count, many, side, many, side).transpose(0, 1, 3, 2, 4).copy()
    for at in range(many):
        rest = np.arange(many) != at
        pivot = np.linalg.inv(blocks[:, at, at])
        row = pivot[:, None] @ blocks[:, at, rest]
        column = blocks[:, rest, at]
        blocks[:, at, rest] = row
        blocks[np.ix_(range(count), rest, rest)] -= column[:, :, None] @ row[:, None]
        blocks[:, rest, at] = -column @ pivot[:, None]
        blocks[:, at, at] = pivot
    result: Array = blocks.transpose(0, 1, 3, 2, 4).reshape(padded.shape)[:, :size, :size]
    return result


def solve(layout: Layout, score: Array) -> Solved:
    """Choices and their scores -> Solved."""
    chance, first = sum_trees(layout, score)
    ancestor, chosen = np.zeros(len(score)), np.zeros(len(score), bool)
    told = np.where((layout.above < 0) & (chance <= HALF), chance * LAST_RESORT, chance)
    best = _likeliest(layout.own, layout.above, told, layout.size)
    chosen[best] = True
    circular = np.zeros(len(score), bool)
    circular[best] = _circles(layout.above[best])[1]
    around = [np.empty(0, np.int64)]  # rows of components in which likeliest sources run in a circle
    for batch in layout.batches:
        rows = batch.rows
        ancestor[rows] = _ancestors(batch, chance[rows])
        around.append(rows[np.isin(batch.which, batch.which[circular[rows]])])
    trees = [(rows, _cut_circles) for rows in layout.large] + [(np.sort(np.concatenate(around)), _best_tree)]
    for rows, choose in trees:
        names, own = np.unique(layout.own[rows], return_inverse=True)
        above = np.where(layout.above[rows] >= 0, np.searchsorted(names, layout.above[rows]), -1)
        chosen[rows] = False
        chosen[rows[choose(own, above, told[rows], len(names))]] = True
    for rows in layout.large:
        ancestor[rows] = chance[rows]
    return Solved(chance, first, ancestor, chosen)


def _ancestors(batch: Batch, chance: Array) -> Array:
    """Chances of direct sources -> chances of sources over any number of steps, by walks from source to source."""
    _, which, own, above, count, size = batch
    step = np.zeros((count, size, size))
    inner, up = above >= 0, np.maximum(above, 0)
    np.add.at(step, (which[inner], own[inner], above[inner]), chance[inner])
    visits = invert(np.eye(size) * (1 + 1e-9) - step)
    reach = np.clip(visits[which, own, up] / np.maximum(visits[which, up, up], 1), 0, 1)
    result: Array = np.where(inner, np.maximum(reach, chance), 0)
    return result


def _losses(own: Array, chance: Array, best: Array) -> Array:
    """By how much each row's log chance is below that of its child's best row."""
    result: Array = np.log(np.maximum(chance[best][own], SURE)) - np.log(np.maximum(chance, SURE))
    return result


def _best_tree(own: Array, above: Array, chance: Array, size: int) -> Array:
    """The rows of the maximum arborescence of some components."""
    return _least_loss(own, above, -np.log(np.maximum(chance, SURE)), size)


def _least_loss(own: Array, above: Array, loss: Array, size: int) -> Array:
    """The rows that give each of `size` documents one source without circles, with the least sum of losses.

    Each document takes its best row; a circle of these is contracted to one node, whose incoming rows cost what they
    lose against the row they replace, and so on until no circle is left (Chu and Liu, 1965; Edmonds, 1967). All
    components at once.
    """
    best = _likeliest(own, above, -loss, size)
    end, inside = _circles(above[best])
    if not inside.any():
        return best
    _, made_one = np.unique(np.where(inside, end, np.arange(size)), return_inverse=True)
    to = np.where(above >= 0, made_one[np.maximum(above, 0)], -1)
    rows = np.flatnonzero(to != made_one[own])
    entered = own[rows]
    over = loss[rows] - np.where(inside[entered], loss[best[entered]], 0)
    taken = rows[_least_loss(made_one[entered], to[rows], over, int(made_one.max()) + 1)]
    best[own[taken]] = taken
    return best


def _likeliest(own: Array, above: Array, chance: Array, size: int) -> Array:
    """The row of each child's likeliest source; of equals the first."""
    order = np.lexsort((above, -chance, own))
    best: Array = order[np.searchsorted(own[order], np.arange(size))]
    return best


def _circles(above: Array) -> tuple[Array, Array]:
    """Each document's source or -1 -> the circle that its sources end in (its least member) or -1; which are in one."""
    at, least = above, np.where(above >= 0, above, len(above))
    for _ in range(int(np.ceil(np.log2(len(above) + 1))) + 1):
        onward = np.maximum(at, 0)
        least = np.where(at >= 0, np.minimum(least, least[onward]), least)
        at = np.where(at >= 0, at[onward], -1)
    # after more steps than documents, a walk that goes on is in a circle and has met all of it
    inside = np.zeros(len(above), bool)
    inside[at[at >= 0]] = True
    return np.where(at >= 0, least[np.maximum(at, 0)], -1), inside


def _cut_circles(own: Array, above: Array, chance: Array, size: int) -> Array:
    """The rows of the likeliest sources of a component too large for exact sums, with every circle cut once.

    A circle is cut where that costs least: one of its documents takes its likeliest source that does not lead back into
    the circle, and never again the one it had. Having no source is always possible.
    """
    best = _likeliest(own, above, chance, size)
    loss = _losses(own, chance, best)
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
    return best
