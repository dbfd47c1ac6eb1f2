"""Fits with signs fixed in advance: no weight falls under 0, and each is drawn towards where it was before."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
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


def fit_choices(features: Array, held: Array, chooser: Array, chosen: Array, prior: Array, pull: float) -> Array:
    """Candidates' features, a held score, whose choice each row is (in order), which was taken -> weights >= 0."""
    starts = np.flatnonzero(np.r_[True, chooser[1:] != chooser[:-1]])
    sizes = np.diff(np.r_[starts, len(chooser)])

    def slope(weights: Array) -> Array:
        score = held + features @ weights
        score = np.exp(score - np.repeat(np.maximum.reduceat(score, starts), sizes))
        share = score / np.repeat(np.add.reduceat(score, starts), sizes)
        result: Array = features.T @ (share - chosen) + 2 * pull * (weights - prior)
        return result

    steepest = 0.5 * np.linalg.norm(features, 2) ** 2 + 2 * pull
    return descend(slope, prior.copy(), 1 / steepest, np.zeros(len(prior)))


def descend(slope: Any, start: Array, step: float, least: Array) -> Array:
    """Nesterov's accelerated gradient, projected on what is at least `least`."""
    here, ahead = start, start.copy()
    for number in range(STEPS):
        new = np.maximum(ahead - step * slope(ahead), least)
        ahead = new + number / (number + 3) * (new - here)
        here = new
    return here
