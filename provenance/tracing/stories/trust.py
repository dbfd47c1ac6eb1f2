"""How far the dates of a dump, and of each document, are to be believed: the text may contradict them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.tables import PAIR
from provenance.tracing.statements.facts import is_believed
from provenance.tracing.stories.graphs import sum_trees
from provenance.tracing.stories.undated import share_backward, weigh_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provenance.arrays import Array
    from provenance.tracing.stories.graphs import Layout
    from provenance.tracing.stories.undated import Undated

#: Share of false dates that is taken for granted, and as how many documents that counts.
WRONG, PRIOR_DOCUMENTS = 0.03, 10
NEVER_SURER = 0.02  # even of two good clocks: a text may be printed late and sent early
ROUNDS = 8  # of weighing trees and dates in turn; the share moves by less than .001 after seven
CERTAIN = 30.0  # log odds beyond which nothing changes
SMALLEST = 1e-13  # chance whose logarithm is taken
#: A copy's delay has the density 1 / (1 + days / DELAY) ** 2: 1, 1/4, 1/9 of that at once after 0, 1.5 and 3 days. The
#: tail is heavy, for what is old is printed anew.
DELAY = 1.5
#: Log of how much less likely a copy is dated before its source than on any one day of the story, if both are true.
BACKWARD = float(np.log(1e-3))
#: Of two dates that say nothing, half stand in the order of source and copy. Without this, dates that nothing speaks
#: against told nothing for themselves, and the share of false ones crept up to .075 in a dump with none.
FORWARD = float(np.log(2))
#: Share of false dates from which claims have a curve of their own: .001 to .01 is found in grown lineages with true
#: dates, .07 to .18 where 30 % were moved, many of them to where they might be true; .03 where nothing tells.
DOUBTED = 0.05
UNDATED = ", undated"  # how the name of the curve ends for documents without a date


class Clocks(NamedTuple):
    """What dates tell about each row of choices."""

    child: Array  # by row, the document that chooses
    parent: Array  # by row, the source, or -1
    fit: Array  # by row, log odds of the two dates if both are true, against dates that tell nothing
    counted: Array  # by document, whether it has a date and is in the sample that tells how many dates are false
    undated: Undated | None = None  # what may be said of the days of documents without a date
    own: Array | None = None  # by row, whether both are of one outlet, and so dated by one clock


def fit_lags(lag: Array, daily: Array, order: Array, component: Array) -> Array:
    """Days from source to copy, whether `daily`, `order`, components -> `fit` of Clocks.

    `lag` is NaN where a date is not known. `order` is from 1 (the copy is surely the later one) to -1 (its source is).
    The lag is weighed against any one day of the story: the sooner after its source, the likelier is a copy; a copy
    long after its source is evidence against neither date, and its being after, for both.
    """
    span = np.zeros(int(component.max(initial=0)) + 1)
    known = ~np.isnan(lag)
    np.maximum.at(span, component[known], np.abs(lag[known]))
    after = np.maximum(np.nan_to_num(lag), 0)
    near = np.where(daily, _within_days(after), 1 / DELAY / (1 + after / DELAY) ** 2)
    after = np.where(known, np.log(np.maximum((span[component] + 1) * near, 1)), 0)
    result: Array = np.where(order < 0, -order * BACKWARD, after + np.maximum(order, 0) * FORWARD)
    return result


def _within_days(lag: Array) -> Array:
    """Days from source to copy -> density of that lag, if each may be printed at any hour of its day.

    The day after is likelier than the same day: half of the same day's hours are before the source.
    """
    early, here, late = (np.maximum(lag + step, 0) for step in (-1, 0, 1))
    # the density of a lag, integrated twice: its second difference is the mean over the hours of both days
    sums = [days - DELAY * np.log1p(days / DELAY) for days in (early, here, late)]
    result: Array = sums[0] - 2 * sums[1] + sums[2]
    return result


class _Pairs(NamedTuple):
    """Rows of choices as `believe` works with them; one value a row unless said otherwise."""

    group: Array  # of the rows of one child, of which one is taken
    copy: Array
    source: Array  # 0 for none
    turned: Array  # the row in which the two have changed places, or -1
    fixed: Array  # whether it says nothing of the dates: no source, or one clock that runs backward
    whose: Array  # by group, the document that it is of
    size: int  # documents


class _Told(NamedTuple):
    """What choices tell of dates: log odds that they are true."""

    copy: Array  # by group, all of its rows together
    but: Array  # by row, its group without it
    source: Array  # by row


def believe(
    layout: Layout, score: Array, clocks: Clocks, shares: Sequence[float] | None = None
) -> tuple[Array, Array, list[float]]:
    """Scores of the text, what dates say -> scores of both, each document's chance of a false date, their share.

    A date is true, or says nothing. All trees are weighed, with each pair of dates believed as far as all other pairs
    let it be; then each pair tells how likely its two dates are, as far as the trees let it count; and so on in turn:
    sum-product messages with the sum over trees as one factor (Smith and Eisner, Dependency Parsing by Belief
    Propagation, 2008, section 4). After each round the documents of the sample together tell the share of false dates;
    the last share is what was found. *gather*, unless `shares` are given: with these each component is weighed by
    itself. Documents without a date have hidden days, which are weighed after the dates of each round; in the first
    they say nothing.
    """
    pairs, hidden = _bind(layout, clocks), clocks.undated
    fit = np.where(clocks.parent >= 0, clocks.fit, 0)
    # a day that nobody printed is not false
    bare = np.isin(np.arange(pairs.size), hidden.documents[hidden.free.any(1)] if hidden else [])
    told = _Told(np.zeros(layout.size), np.zeros(fit.size), np.zeros(fit.size))
    found: list[float] = []
    share, odds = WRONG, _hear(pairs, told, bare, WRONG)
    for number in range(ROUNDS):
        copy, source = _without(pairs, told, bare, odds)
        gain = np.exp(fit)
        weight = _mix(pairs, gain, copy * source)
        chance, _ = sum_trees(layout, score + np.log(weight))
        told = _tell(pairs, gain, chance / weight, copy, source)
        wrong = 1 - _chance(_hear(pairs, told, bare, share))
        share = shares[number] if shares else _share(wrong[clocks.counted])
        found.append(share)
        odds = _hear(pairs, told, bare, share)
        if hidden:
            rows = hidden.rows
            beside = np.stack([1 - wrong[pairs.source[rows]], 1 - wrong[pairs.copy[rows]]], 1)
            hidden = weigh_days(hidden, BACKWARD * chance[rows, None] * beside)
            backward = share_backward(hidden)
            fit[rows] = np.log(1 - backward + backward * np.exp(BACKWARD))
    copy, source = _without(pairs, told, bare, odds)
    return score + np.log(_mix(pairs, np.exp(fit), copy * source)), 1 - _chance(odds), found


def _bind(layout: Layout, clocks: Clocks) -> _Pairs:
    """The rows of choices, and which of them are of the same two documents."""
    inner, size = clocks.parent >= 0, len(clocks.counted)
    # what is wrong with an outlet's clock is wrong with both dates: a version is not of before what it is a version of
    backward = np.zeros(inner.size, bool) if clocks.own is None else clocks.own & (clocks.fit < 0)
    copy, source = clocks.child, np.maximum(clocks.parent, 0)
    forth, back = np.where(inner, copy * size + source, -1), source * size + copy
    order = np.argsort(forth, kind="stable")
    at = order[np.minimum(np.searchsorted(forth[order], back), inner.size - 1)]
    whose = np.zeros(layout.size, np.int64)
    whose[layout.own] = copy
    turned = np.where(inner & (forth[at] == back), at, -1)
    return _Pairs(layout.own, copy, source, turned, backward | ~inner, whose, size)


def _hear(pairs: _Pairs, told: _Told, bare: Array, share: float) -> Array:
    """What all rows tell, the share of false dates -> by document, log odds that its date is true."""
    total = np.bincount(pairs.whose, told.copy, pairs.size) + np.bincount(pairs.source, told.source, pairs.size)
    result: Array = np.where(bare, CERTAIN, np.log((1 - share) / share) + total)
    return result


def _without(pairs: _Pairs, told: _Told, bare: Array, odds: Array) -> tuple[Array, Array]:
    """By row, the chance that the copy's date is true, and the source's, as far as others than these two tell."""
    there, turned = pairs.turned >= 0, np.maximum(pairs.turned, 0)
    copy = told.copy[pairs.group] + np.where(there, told.source[turned], 0)
    source = told.source + np.where(there, told.copy[pairs.group[turned]] - told.but[turned], 0)
    sides = ((pairs.copy, copy), (pairs.source, source))
    one, other = (_chance(np.where(bare[side], CERTAIN, odds[side] - own)) for side, own in sides)
    return one, other


def _mix(pairs: _Pairs, gain: Array, true: Array) -> Array:
    """By row, what dates multiply its weight by: `gain` so far as they are true, else 1."""
    result: Array = np.where(pairs.fixed, gain, 1 - true + true * gain)
    return result


def _tell(pairs: _Pairs, gain: Array, free: Array, copy: Array, source: Array) -> _Told:
    """By row, its chance without what its own dates say, and how far each of them is believed -> _Told."""
    group, groups = pairs.group, len(pairs.whose)
    true, false = free * _mix(pairs, gain, source), free * np.where(pairs.fixed, gain, 1)
    all_true, all_false = (np.bincount(group, one, groups) for one in (true, false))
    rest = np.bincount(group, free * _mix(pairs, gain, copy * source), groups)[group]
    rest -= free * _mix(pairs, gain, copy * source)
    said = _ratio(rest + free * _mix(pairs, gain, copy), rest + free)
    return _Told(
        _ratio(all_true, all_false),
        _ratio(all_true[group] - true, all_false[group] - false),
        np.where(pairs.fixed, 0, said),
    )


def _ratio(one: Array, other: Array) -> Array:
    result: Array = np.log(np.maximum(one, SMALLEST) / np.maximum(other, SMALLEST))
    return result


def _chance(odds: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-np.clip(odds, -CERTAIN, CERTAIN)))
    return result


def _share(wrong: Array) -> float:
    """Chances of false dates -> their share. Summed in whole numbers of 2^-40, so that no order changes it."""
    total = int(np.rint(wrong * 2.0**40).astype(np.int64).sum()) / 2.0**40
    return (total + WRONG * PRIOR_DOCUMENTS) / (wrong.size + PRIOR_DOCUMENTS)


def how_dated(dates: pl.DataFrame, false_dates: float) -> pl.DataFrame:
    """DATES, the share of false ones -> doc_id, curve: the ending of the curve's name for a document's claims.

    Without a date, or among many false ones, claims are right less often than they seem. Documents that are not listed
    have the ending UNDATED.
    """
    curve = pl.lit(", doubted" if false_dates > DOUBTED else "")
    return dates.filter(is_believed()).select("doc_id", curve=curve).unique("doc_id")


def told_by(one: Array, other: Array) -> Array:
    """Two documents' chances of a false date -> log odds that their dates are in the true order."""
    off = np.clip((1 - (1 - one) * (1 - other)) / 2, NEVER_SURER, 0.5)
    result: Array = np.log((1 - off) / off)
    return result


def weigh_dates(evidence: pl.DataFrame, wrong: dict[str, float], share: float) -> pl.DataFrame:
    """EVIDENCE, documents' chances of a false date, the chance of all others -> EVIDENCE with dates in log odds."""
    dated = evidence.filter(pl.col("feature") == "date")
    if dated.is_empty():
        return evidence
    off = (
        dated[side].replace_strict(wrong, default=share, return_dtype=pl.Float64).to_numpy()
        if wrong
        else np.full(dated.height, share)
        for side in PAIR
    )
    # in their places: a pair has one date at most, so no order changes
    sure = np.ones(evidence.height)
    sure[(evidence["feature"] == "date").to_numpy()] = told_by(*off)
    return evidence.with_columns(strength=pl.col("strength") * pl.Series(sure))
