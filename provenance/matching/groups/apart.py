"""Groups -> groups in which no two nodes stand together that editors parted."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from provenance.matching.groups.agglomeration import STEPS
from provenance.matching.groups.components import DENSE, Groups, Links, direct, split, sum_weights

if TYPE_CHECKING:
    from provenance.arrays import Array


def keep_apart(groups: Groups, links: Links, size: Array, floor: float, one: Array, other: Array) -> Groups:
    """Groups, the links they were made of, and pairs of nodes that are to be apart -> groups.

    Only a group that holds such a pair changes. It is cut into parts, and each part is grouped anew by the links inside
    it, so that what only a node that left held together falls apart too. In Python, over the links of those groups.
    """
    torn = (groups.label[one] == groups.label[other]) & (groups.label[one] >= 0)
    if not torn.any():
        return groups
    again = np.isin(groups.label, groups.label[one[torn]])
    inside = again[links.left] & (groups.label[links.left] == groups.label[links.right])
    part = _parts(np.flatnonzero(again), links.take(np.flatnonzero(inside)), size, one[torn], other[torn])
    kept = links.take(np.flatnonzero(inside & (part[links.left] == part[links.right])))
    anew = split(len(size), kept, size, floor, direct, DENSE)
    return Groups(*(np.where(again, new, old) for new, old in zip(anew, groups, strict=True)))


def _parts(nodes: Array, links: Links, size: Array, one: Array, other: Array) -> Array:
    """Nodes of groups and the links inside them -> a number for each node, different for those to be apart; int64.

    Nodes that are to be apart from some other come first, then the rest; of either those with the greatest sum of
    weights first. Each joins, of the parts that hold nobody it is to be apart from, the one to whose members it has the
    greatest mean weight.
    """
    near: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for left, right, weight in zip(*(column.tolist() for column in links[:3]), strict=True):
        step = round(weight * STEPS)  # whole numbers add up alike in any order
        near[left].append((right, step))
        near[right].append((left, step))
    foes: dict[int, set[int]] = defaultdict(set)
    for left, right in zip(one.tolist(), other.tolist(), strict=True):
        foes[left].add(right)
        foes[right].add(left)
    total = sum_weights(links, size).tolist()
    part = np.arange(len(size))
    placed: set[int] = set()
    members: dict[int, int] = {}  # of each part, a node as often as it has documents
    for node in sorted(nodes.tolist(), key=lambda at: (at not in foes, -total[at], at)):
        shared: dict[int, int] = defaultdict(int)
        for neighbour, step in near[node]:
            if neighbour in placed:
                shared[int(part[neighbour])] += step * int(size[neighbour])
        barred = {int(part[foe]) for foe in foes[node] if foe in placed}
        open_ = [(-weight / members[number], number) for number, weight in shared.items() if number not in barred]
        part[node] = min(open_)[1] if open_ else node
        placed.add(node)
        members[int(part[node])] = members.get(int(part[node]), 0) + int(size[node])
    return part
