"""Weighted links between nodes -> groups in which no member shares too little with the centre."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.arrays import Array
from provenance.matching.groups import component_kernels
from provenance.matching.groups.agglomeration import STEPS, agglomerate
from provenance.matching.pairs.kernels import BASE
from provenance.matching.pairs.pair_keys import unique

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Groups of more nodes are not built anew from their members, which takes a matrix of all pairs.
DENSE = 1000
#: Groups of more nodes are cut around many centres at once; around one after another, a long chain takes hours.
LARGE = 100


class Links(NamedTuple):
    """Undirected links between nodes, none from a node to itself, each once."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    weight: NDArray[np.float64]  # 0 to 1: what a member shares with another
    strong: NDArray[np.bool_]  # whether the link alone joins its ends

    def take(self, rows: Array) -> Links:
        """Some of the links."""
        return Links._make(column[rows] for column in self)


class Groups(NamedTuple):
    """Groups of two nodes or more."""

    label: NDArray[np.int64]  # [nodes]: the smallest node of the group; -1: in none
    centre: NDArray[np.int64]  # [nodes]: the centre of the group; -1: in none
    cohesion: NDArray[np.float64]  # [nodes]: the node's to the centre; 1 for the centre itself


#: Links inside groups, the centre of each node's group -> each node's cohesion to it.
Reach = Callable[[Links, Array], Array]


def label_components(nodes: int, left: Array, right: Array) -> Array:
    """Links between the nodes 0 .. nodes - 1 -> for each node the smallest of its component; int64."""
    label = np.arange(nodes)
    component_kernels.find_firsts(*(np.array(side, np.int64) for side in (left, right)), label)
    return label


def direct(links: Links, centre: Array) -> Array:
    """Cohesion as the weight of the node's own link to the centre; 0 without one."""
    cohesion: Array = (centre == np.arange(len(centre))).astype(np.float64)
    for node, other in ((links.left, links.right), (links.right, links.left)):
        rows = np.flatnonzero(other == centre[node])
        cohesion[node[rows]] = links.weight[rows]
    return cohesion


def best_path(links: Links, centre: Array) -> Array:
    """Cohesion as the greatest product of weights along any path from the centre.

    For groups whose members are linked to only some of the others (a caption printed a thousand times). Rounding never
    raises a product, so the greatest over all paths does not depend on the order of the links. Cost: as many rounds as
    the longest best path has steps, each over the links of the nodes that rose in the round before.
    """
    nodes = len(centre)
    source = np.concatenate([links.left, links.right])
    order = np.argsort(source, kind="stable")
    target = np.concatenate([links.right, links.left])[order]
    weight = np.concatenate([links.weight, links.weight])[order]
    bounds = np.searchsorted(source[order], np.arange(nodes + 1))
    cohesion: Array = (centre == np.arange(nodes)).astype(np.float64)
    rising = np.flatnonzero(cohesion)
    while len(rising):
        counts = bounds[rising + 1] - bounds[rising]
        rows = np.repeat(bounds[rising] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        reached, product = target[rows], np.repeat(cohesion[rising], counts) * weight[rows]
        better = product > cohesion[reached]
        reached = reached[better]
        np.maximum.at(cohesion, reached, product[better])
        rising = unique(reached)
    return cohesion


def split(nodes: int, links: Links, size: Array, floor: float, reach: Reach, dense: int = 0) -> Groups:
    """Links -> components of the strong ones, split until no node's cohesion to its centre is under `floor`.

    The centre is the node with the greatest sum of weights to the others of its group (a node stands for `size`
    members, whose weight to each other is 1); of equals the first. Of a group that fails, the nodes under the floor and
    those over it are each grouped anew, because the latter may now have another centre. Most inputs take one round;
    each round parts every group that failed. With `dense`, groups of up to so many nodes that fail are built anew from
    their members instead (agglomeration.py). Groups of more than LARGE nodes are cut into stars.
    """
    result = Groups(np.full(nodes, -1), np.full(nodes, -1), np.zeros(nodes))
    part = np.zeros(nodes, np.int64)  # nodes of different parts are never joined again
    alive = np.arange(nodes)
    while len(alive):
        place = np.full(nodes, -1)
        place[alive] = np.arange(len(alive))
        links = links.take(np.flatnonzero(part[links.left] == part[links.right]))
        near = Links(place[links.left], place[links.right], links.weight, links.strong)
        label = label_components(len(alive), near.left[near.strong], near.right[near.strong])
        near = near.take(np.flatnonzero(label[near.left] == label[near.right]))
        centre = find_centres(label, near, size[alive])
        cohesion = reach(near, centre)
        fails = cohesion < floor
        failed = np.zeros(len(alive), bool)
        failed[label[fails]] = True
        failed = failed[label]
        members = np.bincount(label, weights=size[alive], minlength=len(alive))[label]
        done = ~failed & (members > 1)
        result.label[alive[done]] = alive[label[done]]
        result.centre[alive[done]] = alive[centre[done]]
        result.cohesion[alive[done]] = cohesion[done]
        part[alive] = -1 - alive  # a part of its own, unless its group failed and goes on
        part[alive[failed]] = 2 * alive[label[failed]] + fails[failed]
        large = failed & (np.bincount(label, minlength=len(label))[label] > LARGE)
        if large.any():
            inner = near.take(np.flatnonzero(large[near.left]))
            around = stars(label, inner, size[alive], floor)
            part[alive[large]] = 2 * alive[around[large]]
        for nodes_, groups in regroup(label, near, size[alive], failed, floor, dense):
            part[alive[nodes_]] = 2 * alive[groups]
        dense = 0  # what was built anew holds together
        links = links.take(np.flatnonzero(failed[place[links.left]] & failed[place[links.right]]))
        alive = alive[failed]
    return result


def lead(order: Array, left: Array, right: Array) -> Array:
    """The order in which nodes may lead, and links -> for each node the one that leads it, or itself; int64.

    The same as if the first free node were taken again and again, together with all free nodes linked to it. Here in
    rounds: a free node leads as soon as no free node before it is linked to it.
    """
    nodes = len(order)
    rank = np.empty(nodes, np.int64)
    rank[order] = np.arange(nodes)
    turn = rank[left] > rank[right]
    ahead, behind = np.where(turn, right, left), np.where(turn, left, right)
    leader = np.full(nodes, -1)
    free = np.ones(nodes, bool)
    while free.any():
        waits = np.zeros(nodes, bool)
        waits[behind] = True
        leads = free & ~waits
        leader[leads] = np.flatnonzero(leads)
        free &= ~leads
        led = leads[ahead]
        best = np.full(nodes, nodes)
        np.minimum.at(best, behind[led], rank[ahead[led]])
        joins = free & (best < nodes)
        leader[joins] = order[best[joins]]
        free &= ~joins
        open_ = free[ahead] & free[behind]
        ahead, behind = ahead[open_], behind[open_]
    return leader


def stars(label: Array, links: Links, size: Array, floor: float) -> Array:
    """Links -> for each node the node that it gathers around, those with the greatest sums of weights first; int64.

    No two of these are linked by `floor` or more. Between equals a hash of the node's place in its component decides,
    because a chain of 100,000 equal links would otherwise be cut link by link. Its place there, and not among all
    nodes, so that other components do not matter.
    """
    nodes = len(size)
    order = np.argsort(label, kind="stable")
    place = np.empty(nodes, np.uint64)
    place[order] = np.arange(nodes) - np.searchsorted(label[order], label[order])
    mixed = place * BASE
    near = links.take(np.flatnonzero(links.weight >= floor))
    return lead(np.lexsort((mixed, -sum_weights(links, size))), near.left, near.right)


def regroup(
    label: Array, links: Links, size: Array, failed: Array, floor: float, dense: int
) -> Iterator[tuple[Array, Array]]:
    """Components that failed, of up to `dense` nodes -> the nodes of each, and their new groups' first nodes."""
    counts = np.bincount(label, minlength=len(label))
    again = failed & (counts[label] <= dense)
    nodes = np.flatnonzero(again)
    nodes = nodes[np.argsort(label[nodes], kind="stable")]
    place = np.zeros(len(label), np.int64)
    inner = links.take(np.flatnonzero(again[links.left]))
    inner = inner.take(np.argsort(label[inner.left], kind="stable"))
    firsts = np.unique(label[nodes])
    cuts = [np.searchsorted(label[of], np.append(firsts, len(label))) for of in (nodes, inner.left)]
    for number in range(len(firsts)):
        own_nodes = nodes[cuts[0][number] : cuts[0][number + 1]]
        own = inner.take(np.arange(cuts[1][number], cuts[1][number + 1]))
        place[own_nodes] = np.arange(len(own_nodes))
        weight, strong = np.zeros((len(own_nodes),) * 2), np.zeros((len(own_nodes),) * 2, bool)
        for one, other in ((own.left, own.right), (own.right, own.left)):
            weight[place[one], place[other]] = own.weight
            strong[place[one], place[other]] = own.strong
        yield own_nodes, own_nodes[agglomerate(weight, strong, size[own_nodes], floor)]


def find_centres(label: Array, links: Links, size: Array) -> Array:
    """Groups and the links inside them -> for each node the centre of its group; int64."""
    nodes = len(label)
    order = np.lexsort((np.arange(nodes), -sum_weights(links, size), label))
    first = np.concatenate([np.ones(min(nodes, 1), bool), label[order][1:] != label[order][:-1]])
    centre = np.empty(nodes, np.int64)
    centre[label[order[first]]] = order[first]
    return centre[label]


def sum_weights(links: Links, size: Array) -> Array:
    """Links -> for each node the sum of its weights to other members, in STEPS."""
    steps = np.rint(links.weight * STEPS)
    total: Array = (size - 1) * STEPS
    for node, other in ((links.left, links.right), (links.right, links.left)):
        total = total + np.bincount(node, weights=steps * size[other], minlength=len(size))
    return total
