"""A group that does not hold together -> the groups that do, built from its closest members upwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from provenance.arrays import Array

#: Shares are summed as multiples of 2 ** -24, the step of a float32 below 1: sums of whole numbers do not depend on the
#: order.
STEPS = float(1 << 24)


def agglomerate(weight: Array, strong: Array, size: Array, floor: float) -> Array:
    """Weights of all pairs (float64, 0 to 1, symmetric), which of these join -> each node's group's first node; int64.

    Again and again the two groups with the greatest mean weight are joined (average linkage), if a strong link ties
    them and the union holds together: no member's weight to the centre, the member with the greatest sum, is under
    `floor`. Cutting around the centre of the whole instead would let a page that pastes two stories together keep both
    and lose what only one of them ties. A node stands for `size` members, whose weight to each other is 1. Of equals
    the first node counts. Cost: nodes squared, and for each join one row of the matrix; callers bound the nodes.
    """
    nodes = len(size)
    members = [np.array([node]) for node in range(nodes)]
    steps = np.rint(weight * STEPS)
    shared = steps * size[:, None] * size[None, :]  # what two groups share in all; whole numbers add up exactly
    inside = (size - 1) * STEPS  # each node's sum to the others of its group
    tied, counts = strong.copy(), size.astype(np.float64)
    mean = np.where(tied, steps, -1.0)
    np.fill_diagonal(mean, -1.0)
    best = mean.argmax(axis=1) if nodes else np.empty(0, np.int64)
    while nodes:
        one = int(mean[np.arange(nodes), best].argmax())
        other = int(best[one])
        if mean[one, other] < 0:
            break
        one, other = min(one, other), max(one, other)
        union, sums = join(members[one], members[other], inside, steps, size)
        centre = union[sums.argmax()]
        row = weight[centre][union]
        if (row[union != centre] < floor).any():
            mean[one, other] = mean[other, one] = -1.0
            best[[one, other]] = mean[[one, other]].argmax(axis=1)
            continue
        inside[union] = sums
        members[one], members[other] = union, union[:0]
        counts[one] += counts[other]
        for matrix, add in ((shared, np.add), (tied, np.logical_or)):
            matrix[one] = add(matrix[one], matrix[other])
            matrix[:, one] = matrix[one]
        tied[other] = tied[:, other] = False
        alone = tied[one] & (np.arange(nodes) != one)
        mean[one] = np.where(alone, shared[one] / (counts[one] * counts), -1.0)
        mean[:, one] = mean[one]
        mean[other] = mean[:, other] = -1.0
        stale = np.flatnonzero((best == one) | (best == other) | (mean[one] >= mean[np.arange(nodes), best]))
        stale = np.union1d(stale, [one, other])
        best[stale] = mean[stale].argmax(axis=1)
    label = np.arange(nodes)
    for group in members:
        label[group] = group.min(initial=nodes)
    return label


def join(one: Array, other: Array, inside: Array, steps: Array, size: Array) -> tuple[Array, Array]:
    """Two groups -> the nodes of both in order, and each one's sum of weights to the rest of them."""
    between = steps[np.ix_(one, other)]
    sums = np.concatenate([inside[one] + between @ size[other], inside[other] + size[one] @ between])
    union = np.concatenate([one, other])
    order = np.argsort(union)
    return union[order], sums[order]
