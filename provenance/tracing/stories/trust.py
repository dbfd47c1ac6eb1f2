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
ROUNDS = 8  # of weighing trees and dates in turn; the share moves by less than .002 after seven
#: A copy's delay has the density 1 / (1 + days / DELAY) ** 2: 1, 1/4, 1/9 of that at once after 0, 1.5 and 3 days. The
#: tail is heavy, for what is old is printed anew.
DELAY = 1.5
#: Log of how much less likely a copy is dated before its source than on any one day of the story, if both are true.
BACKWARD = float(np.log(1e-3))


#: Share of false dates from which claims have a curve of their own: .01 to .03 is found in grown lineages with true
#: dates, .12 to .22 where 30 % were moved, of which a third are moved to where they might be true.
DOUBTED = 0.07
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
    long after its source is evidence against neither date.
    """
    span = np.zeros(int(component.max(initial=0)) + 1)
    known = ~np.isnan(lag)
    np.maximum.at(span, component[known], np.abs(lag[known]))
    after = np.maximum(np.nan_to_num(lag), 0)
    near = np.where(daily, _within_days(after), 1 / DELAY / (1 + after / DELAY) ** 2)
    after = np.where(known, np.log(np.maximum((span[component] + 1) * near, 1)), 0)
    result: Array = np.where(order < 0, -order * BACKWARD, after)
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


def believe(
    layout: Layout, score: Array, clocks: Clocks, shares: Sequence[float] | None = None
) -> tuple[Array, Array, list[float]]:
    """Scores of the text, what dates say -> scores of both, each document's chance of a false date, their share.

    A date is true, or says nothing. All trees are weighed with each date believed as far as it is so far, then each
    date by how well it fits the trees, and so on in turn (mean fields of trees and dates). After each round the
    documents of the sample together tell the share of false dates; the last share is what was found. *gather*, unless
    `shares` are given: with these each component is weighed by itself. Documents without a date have hidden days, which
    are weighed after the dates of each round; in the first they say nothing.
    """
    inner = clocks.parent >= 0
    child, parent, fit = clocks.child, np.maximum(clocks.parent, 0), np.where(inner, clocks.fit, 0)
    # what is wrong with an outlet's clock is wrong with both dates: a version is not of before what it is a version of
    backward = np.zeros(fit.size, bool) if clocks.own is None else clocks.own & (fit < 0)
    size, hidden = len(clocks.counted), clocks.undated
    share, wrong = WRONG, np.full(size, WRONG)
    told: list[float] = []
    for number in range(ROUNDS):
        both = np.where(backward, 1, (1 - wrong[child]) * (1 - wrong[parent]))
        chance, _ = sum_trees(layout, score + both * fit)
        said = np.where(backward, 0, chance * fit)
        total = np.bincount(child, said * (1 - wrong[parent]), size) + np.bincount(
            parent, said * (1 - wrong[child]), size
        )
        wrong = 1 / (1 + np.exp(np.clip(total + np.log((1 - share) / share), -30, 30)))
        share = shares[number] if shares else _share(wrong[clocks.counted])
        told.append(share)
        if hidden:
            rows = hidden.rows
            # a day that nobody printed is not false
            wrong[hidden.documents[hidden.free.any(1)]] = 0
            beside = np.stack([1 - wrong[parent[rows]], 1 - wrong[child[rows]]], 1)
            hidden = weigh_days(hidden, BACKWARD * chance[rows, None] * beside)
            fit[rows] = BACKWARD * share_backward(hidden)
    both = np.where(backward, 1, (1 - wrong[child]) * (1 - wrong[parent]))
    return score + both * fit, wrong, told


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
