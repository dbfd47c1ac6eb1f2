"""CANDIDATES with scores: what is weighed, and how it is laid out for sums over all trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.tracing.signs.model import weights
from provenance.tracing.stories.candidates import FIXED, PARENT, ROOT
from provenance.tracing.stories.graphs import lay_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.tracing.stories.candidates import Candidates
    from provenance.tracing.stories.graphs import Layout


class Choices(NamedTuple):
    """CANDIDATES with a score instead of features, for weighing all trees; one value a row unless said otherwise."""

    child: Array
    parent: Array
    owner: Array  # by row
    component: Array
    score: Array
    share: Array
    families: Array
    lag: Array
    daily: Array
    order: Array
    time: Array  # of the owner
    private: Array  # of the owner
    signed: NDArray[np.bool_]  # of the owner
    own: NDArray[np.bool_]
    counted: Array  # by document

    @classmethod
    def of(cls, found: Candidates) -> Choices:
        """Candidates, scored by the fitted weights."""
        known = weights()
        score = np.zeros(len(found.child))
        for column, name in enumerate((*PARENT, FIXED, *ROOT)):  # one by one: a row's sum is alike in any company
            score += found.features[:, column] * known[name]
        return cls(
            found.child, found.parent, found.owner[found.child], found.component, score, found.share, found.families,
            found.lag, found.daily, found.order, found.time[found.owner[found.child]],
            found.private[found.owner[found.child]],
            found.signed[found.owner[found.child]], found.own, found.counted,
        )  # fmt: skip


def lay_choices(choices: Choices) -> Layout:
    """Choices -> their Layout, in which the source of a compiled article's source is that of the part that was taken.

    The article and a source of one of its parts were each other's source where the part was nobody's: "likely" twice.
    """
    child, parent, owner = choices.child, choices.parent, choices.owner
    size = int(max(owner.max(initial=0), parent.max(initial=0))) + 1
    inner = np.flatnonzero(parent >= 0)
    taken, order = parent[inner] * size + owner[inner], np.argsort(owner[inner] * size + parent[inner])
    held = (owner[inner] * size + parent[inner])[order]
    at = np.minimum(np.searchsorted(held, taken), max(held.size - 1, 0))
    above = parent.copy()
    above[inner] = np.where(held[at] == taken, child[inner][order][at], parent[inner])
    return lay_out(child, above, choices.component)
