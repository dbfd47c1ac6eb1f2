"""How far dates are believed: the sums by hand, and trees and dates weighed in turn by a slow twin."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pytest

from provenance.tracing.stories import trust
from provenance.tracing.stories.graphs import lay_out, sum_trees
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
        expected = math.log(2) + max(0, math.log(days * density(lag)))
        assert fit_of(lag, daily=False, order=1, beside=beside) == pytest.approx(expected)
    hours = (np.arange(2000) + 0.5) / 1000 - 1  # between the hours at which both were printed; near 0 is likeliest
    mean = sum(density(lag + one) * (1 - abs(one)) for one in hours) / 1000
    expected = max(0, math.log(21 * mean))
    assert fit_of(lag, daily=True, order=0, beside=20) == pytest.approx(expected, rel=1e-3)
    assert fit_of(lag, daily=True, order=0.5, beside=20) == pytest.approx(expected + math.log(2) / 2, rel=1e-3)


def test_dates_in_the_wrong_order_tell_as_much_as_the_order_is_sure() -> None:
    assert fit_of(-3.0, daily=False, order=-1, beside=5) == trust.BACKWARD
    assert fit_of(-0.5, daily=True, order=-0.25, beside=5) == trust.BACKWARD / 4
    assert fit_of(NAN, daily=False, order=0, beside=5) == 0


class Row(NamedTuple):
    child: int
    parent: int
    score: float
    fit: float
    own: bool

    def weight(self, copy: float, source: float) -> float:
        """What dates multiply its weight by, if the two dates are true with these chances."""
        if self.parent < 0 or (self.own and self.fit < 0):
            return math.exp(self.fit)
        return 1 - copy * source + copy * source * math.exp(self.fit)


def believed(rows: list[Row], counted: list[bool], shares: list[float] | None = None) -> tuple[list[float], ...]:
    """What `believe` gives, message by message.

    Each child is told by its rows together, each source by one of them; what a pair is weighed with leaves out what
    these two documents themselves told of its dates.
    """
    size, told = len(counted), []
    to_copy: dict[tuple[int, int | None], float] = {}  # child, which of its sources is left out
    to_source: dict[tuple[int, int], float] = {}
    prior, share = trust.WRONG * trust.PRIOR_DOCUMENTS, trust.WRONG

    def odds(document: int, but: int | None = None, *, copies: bool = True) -> float:
        """Log odds of its date; without what `but` and it told of it, nor, if not `copies`, any of its sources."""
        found = math.log((1 - share) / share)
        if copies:
            found += to_copy.get((document, but), to_copy.get((document, None), 0))
        return found + sum(one for (_, of), one in to_source.items() if of == document and _ != but)

    def chance(odds: float) -> float:
        return 1 / (1 + math.exp(-odds))

    def sides(row: Row) -> tuple[float, float]:
        copy = odds(row.child, row.parent, copies=False)
        return chance(copy), chance(odds(row.parent, row.child)) if row.parent >= 0 else 1.0

    def of(child: int) -> list[Row]:
        return [row for row in rows if row.child == child]

    def ratio(one: float, other: float) -> float:
        return math.log(max(one, trust.SMALLEST) / max(other, trust.SMALLEST))

    for number in range(trust.ROUNDS):
        weights: dict[int, dict[int, float]] = {}
        for row in rows:
            weights.setdefault(row.child, {})[row.parent] = math.exp(row.score) * row.weight(*sides(row))
        chances, _ = by_hand(weights)
        free = {row[:2]: chances[row.child][row.parent] / row.weight(*sides(row)) for row in rows}
        new_copy, new_source = {}, {}
        for child in range(size):
            for but in (None, *(row.parent for row in of(child) if row.parent >= 0)):
                kept = [row for row in of(child) if row.parent != but or but is None]
                new_copy[child, but] = ratio(
                    *(sum(free[row[:2]] * row.weight(true, sides(row)[1]) for row in kept) for true in (1, 0))
                )
            for row in of(child):
                if row.parent >= 0:
                    rest = sum(free[one[:2]] * one.weight(*sides(one)) for one in of(child) if one != row)
                    here = (free[row[:2]] * row.weight(sides(row)[0], true) for true in (1, 0))
                    new_source[row[:2]] = ratio(*(rest + one for one in here))
        to_copy, to_source = new_copy, new_source
        wrong = [1 - chance(odds(one)) for one in range(size)]
        some = [one for one, is_counted in zip(wrong, counted, strict=True) if is_counted]
        share = shares[number] if shares else (sum(some) + prior) / (len(some) + trust.PRIOR_DOCUMENTS)
        told.append(share)
    scores = [row.score + math.log(row.weight(*sides(row))) for row in rows]
    return scores, [1 - chance(odds(one)) for one in range(size)], told


def clocks_of(rows: list[Row], counted: list[bool]) -> tuple[Any, np.ndarray[Any, Any], trust.Clocks]:
    """What `believe` takes."""
    child, parent, score, fit, own = (np.array(column) for column in zip(*rows, strict=True))
    clocks = trust.Clocks(child, parent, fit, np.array(counted), own=own)
    return lay_out(child, parent, np.zeros(len(rows), np.int64)), score, clocks


def complete(draw: random.Random, size: int, often: float = 1.0) -> list[Row]:
    """Each document with none or any other as its source, or some of them."""
    rows = []
    for child in range(size):
        rows.append(Row(child, -1, 0.0, 0.0, own=False))
        for parent in range(size):
            if parent != child and draw.random() < often:
                fit = draw.choice([0.0, trust.BACKWARD, draw.uniform(0, 3)])
                rows.append(Row(child, parent, draw.uniform(-1, 3), fit, own=draw.random() < 0.3))
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_trees_and_dates_are_weighed_in_turn_as_by_a_slow_twin(seed: int) -> None:
    draw = random.Random(seed)
    rows, counted = complete(draw, 4, 0.7), [draw.random() < 0.7 for _ in range(4)]
    for shares in (None, [0.02 + number / 100 for number in range(trust.ROUNDS)]):
        for found, expected in zip(
            trust.believe(*clocks_of(rows, counted), shares), believed(rows, counted, shares), strict=True
        ):
            assert list(found) == pytest.approx(expected, abs=1e-9)


def enumerated(rows: list[Row], size: int, share: float) -> tuple[list[float], dict[tuple[int, int], float]]:
    """All trees with all ways in which dates may be true -> each one's chance to be false, and that of each row."""
    wrong, chances, total = [0.0] * size, dict.fromkeys((row[:2] for row in rows), 0.0), 0.0
    for true in itertools.product((0, 1), repeat=size):
        weights: dict[int, dict[int, float]] = {}
        for row in rows:
            weight = math.exp(row.score) * row.weight(true[row.child], true[row.parent])
            weights.setdefault(row.child, {})[row.parent] = weight
        found, trees = by_hand(weights)
        weight = sum(trees.values()) * math.prod(1 - share if one else share for one in true)
        total += weight
        wrong = [so_far + weight * (not one) for so_far, one in zip(wrong, true, strict=True)]
        chances = {key: so_far + weight * found[key[0]][key[1]] for key, so_far in chances.items()}
    return [one / total for one in wrong], {key: one / total for key, one in chances.items()}


@pytest.mark.parametrize("seed", range(20))
def test_two_documents_are_weighed_as_if_all_ways_were_counted(seed: int) -> None:
    """Their trees exactly so; their dates nearly: that each cannot be the other's copy at once is not counted."""
    rows, share = complete(random.Random(seed), 2), 0.1
    layout, score, clocks = clocks_of(rows, [True, True])
    scores, wrong, _ = trust.believe(layout, score, clocks, [share] * trust.ROUNDS)
    expected, chances = enumerated(rows, 2, share)
    assert wrong.tolist() == pytest.approx(expected, abs=0.08)
    assert sum_trees(layout, scores)[0].tolist() == pytest.approx([chances[row[:2]] for row in rows])


@pytest.mark.parametrize("seed", range(20))
def test_three_documents_are_weighed_nearly_so(seed: int) -> None:
    rows, share = complete(random.Random(seed), 3), 0.1
    layout, score, clocks = clocks_of(rows, [True] * 3)
    scores, wrong, _ = trust.believe(layout, score, clocks, [share] * trust.ROUNDS)
    expected, chances = enumerated(rows, 3, share)
    assert wrong.tolist() == pytest.approx(expected, abs=0.1)
    assert sum_trees(layout, scores)[0].tolist() == pytest.approx([chances[row[:2]] for row in rows], abs=0.1)


def test_two_signs_of_a_text_and_its_date_are_weighed_not_chosen_between() -> None:
    """Of a text that its signs call the copy, e^4 to 1, but its date the source: neither is passed over."""
    rows = [Row(0, -1, 0, 0, own=False), Row(0, 1, 4.0, trust.BACKWARD, own=False)]
    rows += [Row(1, -1, 0, 0, own=False), Row(1, 0, 0.0, 0.5, own=False)]
    layout, score, clocks = clocks_of(rows, [True, True])
    scores, wrong, _ = trust.believe(layout, score, clocks, [0.03] * trust.ROUNDS)
    copied = sum_trees(layout, scores)[0][1]
    assert 0.3 < copied < 0.8
    assert wrong.tolist() == pytest.approx([0.3, 0.3], abs=0.2)


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
