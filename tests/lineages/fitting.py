"""Fits with signs fixed in advance: no weight falls under 0, and each is drawn towards where it was before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from provenance.arrays import Array

STEPS = 3000


def fit_directions(strengths: Array, counts: Array, prior: Array, pull: float) -> Array:
    """Signs of pairs whose direction is known, all turned to run forth -> weights >= 0, one a feature.

    Minimises -sum(counts * log sigmoid(strengths @ w)) + pull * |w - prior|^2 by accelerated projected gradient.
    """

    def slope(weights: Array) -> Array:
        wrong = 1 / (1 + np.exp(np.clip(strengths @ weights, -30, 30)))
        result: Array = -(strengths * (wrong * counts)[:, None]).sum(0) + 2 * pull * (weights - prior)
        return result

    steepest = 0.25 * np.linalg.norm(strengths * np.sqrt(counts)[:, None], 2) ** 2 + 2 * pull
    return descend(slope, prior.copy(), 1 / steepest, np.zeros(len(prior)))


def descend(slope: Any, start: Array, step: float, least: Array) -> Array:
    """Nesterov's accelerated gradient, projected on what is at least `least`."""
    here, ahead = start, start.copy()
    for number in range(STEPS):
        new = np.maximum(ahead - step * slope(ahead), least)
        ahead = new + number / (number + 3) * (new - here)
        here = new
    return here
