"""How far dates are believed: the sums by hand, and trees and dates weighed in turn by a slow twin."""

from __future__ import annotations

import math
import random

import numpy as np
import polars as pl
import pytest

from provenance.tracing.stories import trust
from provenance.tracing.stories.graphs import lay_out
from tests.test_tracing_graphs import by_hand

NAN = float("nan")


def density(days: float) -> float:
    """Of a copy's delay."""
    return 0.0 if days < 0 else 1 / trust.DELAY / (1 + days / trust.DELAY) ** 2


def fit_of(lag: float, *, daily: bool, order: float, beside: float) -> float:
    """The fit of one pair's dates, in a component where another pair's lag is `beside`."""
    columns = [lag, beside, 30.0], [daily, False, False], [order, 1.0, 1.0], [0, 0, 1]
    return float(trust.fit_lags(*map(np.array, columns))[0])


@pytest.mark.parametrize("lag", [0.0, 0.25, 1.0, 3.0, 11.0])
def test_a_lag_is_weighed_against_any_one_day_of_its_story(lag: float) -> None:
    for beside in (2.0, -20.0):
        days = max(lag, abs(beside)) + 1
        expected = max(0, math.log(days * density(lag)))
        assert fit_of(lag, daily=False, order=1, beside=beside) == pytest.approx(expected)
    hours = (np.arange(2000) + 0.5) / 1000 - 1  # between the hours at which both were printed; near 0 is likeliest
    mean = sum(density(lag + one) * (1 - abs(one)) for one in hours) / 1000
    assert fit_of(lag, daily=True, order=1, beside=20) == pytest.approx(max(0, math.log(21 * mean)), rel=1e-3)


def test_dates_in_the_wrong_order_tell_as_much_as_the_order_is_sure() -> None:
    assert fit_of(-3.0, daily=False, order=-1, beside=5) == trust.BACKWARD
    assert fit_of(-0.5, daily=True, order=-0.25, beside=5) == trust.BACKWARD / 4
    assert fit_of(NAN, daily=False, order=0, beside=5) == 0


def weigh_in_turn(
    rows: list[tuple[int, int, float, float, bool]], counted: list[bool], shares: list[float] | None = None
) -> tuple[list[float], list[float], list[float]]:
    """Rows (child, parent, score, fit, one outlet) -> what `believe` gives."""
    size, share, told = len(counted), trust.WRONG, []
    wrong = [share] * size

    def both(row: tuple[int, int, float, float, bool]) -> float:
        child, parent, score, fit, own = row
        sure = 1 if own and fit < 0 else (1 - wrong[child]) * (1 - wrong[parent])
        return score + (sure * fit if parent >= 0 else 0)

    for number in range(trust.ROUNDS):
        weights: dict[int, dict[int, float]] = {}
        for row in rows:
            weights.setdefault(row[0], {})[row[1]] = math.exp(both(row))
        chances, _ = by_hand(weights)
        odds = [math.log((1 - share) / share)] * size
        for child, parent, _, fit, own in rows:
            if parent >= 0 and not (own and fit < 0):
                odds[child] += chances[child][parent] * fit * (1 - wrong[parent])
                odds[parent] += chances[child][parent] * fit * (1 - wrong[child])
        wrong = [1 / (1 + math.exp(one)) for one in odds]
        some = [one for one, is_counted in zip(wrong, counted, strict=True) if is_counted]
        prior = trust.WRONG * trust.PRIOR_DOCUMENTS
        share = shares[number] if shares else (sum(some) + prior) / (len(some) + trust.PRIOR_DOCUMENTS)
        told.append(share)
    return [both(row) for row in rows], wrong, told


@pytest.mark.parametrize("seed", range(6))
def test_trees_and_dates_are_weighed_in_turn_as_by_a_slow_twin(seed: int) -> None:
    draw = random.Random(seed)
    rows = []
    for child in range(4):
        rows.append((child, -1, 0.0, 0.0, False))
        for parent in range(4):
            if parent != child and draw.random() < 0.7:
                fit = draw.choice([0.0, trust.BACKWARD, draw.uniform(0, 3)])
                rows.append((child, parent, draw.uniform(-1, 3), fit, draw.random() < 0.3))
    counted = [draw.random() < 0.7 for _ in range(4)]
    child, parent, score, fit, own = (np.array(column) for column in zip(*rows, strict=True))
    layout = lay_out(child, parent, np.zeros(len(rows), np.int64))
    clocks = trust.Clocks(child, parent, fit, np.array(counted), own=own)
    for shares in (None, [0.02 + number / 100 for number in range(trust.ROUNDS)]):
        for found, expected in zip(
            trust.believe(layout, score, clocks, shares), weigh_in_turn(rows, counted, shares), strict=True
        ):
            assert list(found) == pytest.approx(expected, abs=1e-9)


def test_the_order_of_two_dates_is_as_sure_as_both_are() -> None:
    one, other = np.array([0.1, 0.0, 1.0, 1.0]), np.array([0.2, 0.0, 0.0, 1.0])
    # of 28 in 100 one is false, and half of those stand in the right order by chance
    expected = [math.log(0.86 / 0.14), math.log((1 - trust.NEVER_SURER) / trust.NEVER_SURER), 0, 0]
    assert trust.told_by(one, other) == pytest.approx(expected)


def test_only_dates_are_weighed_by_how_far_they_are_believed() -> None:
    rows = [("a", "b", "date", 1.0), ("a", "b", "credit", 2.0), ("b", "c", "date", -1.0)]
    evidence = pl.DataFrame(rows, schema=["left_doc", "right_doc", "feature", "strength"], orient="row")
    sure = math.log(0.86 / 0.14)
    weighed = trust.weigh_dates(evidence, {"a": 0.1, "b": 0.2}, 0.1)["strength"]
    assert weighed.to_list() == pytest.approx([sure, 2, -sure])
    alike = trust.weigh_dates(evidence, {}, 0.2)["strength"]
    assert alike.to_list() == pytest.approx([math.log(0.82 / 0.18), 2, -math.log(0.82 / 0.18)])
    none = evidence.filter(pl.col("feature") != "date")
    assert trust.weigh_dates(none, {}, 0.2).equals(none)
