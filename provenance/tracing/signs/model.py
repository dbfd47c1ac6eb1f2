"""EVIDENCE -> the chances that of a pair the right is a copy of the left, the left of the right, or both of a third.

Weights stand in weights.tsv and calibration.tsv, which `python -m tests.lineages fit` writes. Their signs are fixed in
advance: a free model learns the habits of the texts it was trained on and is wrong on others (measured by a
forerunner: .885 on texts like these, .714 on others; with fixed signs .817 and .774).
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.tables import PAIR

if TYPE_CHECKING:
    from provenance.arrays import Array

#: The most log odds of one family: signs of one kind occur together, and are not independent.
CAP = 4.0
DIRECT = ("quoted", "introduced")  # signs that the writer of one had the other at hand, however little he took
HALF = 0.5  # share of its words from which an article is a copy, even if all of them stand between quotation marks
APART = 0.2  # share of either's words under which two documents hardly touch
SUREST = 0.995  # the greatest chance, however many signs there are
NEAR_HALF = 1e-6  # so near to a half that a product with a power of ten may be rounded to either side
SPEAKS = 0.6  # log odds from which a family counts as speaking for a direction; an outlet's habit alone has less


@cache
def weights() -> dict[str, float]:
    """The fitted weights by name."""
    return {name: float(weight) for name, _, weight in _table()}


@cache
def families() -> dict[str, str]:
    """Feature -> the family that it belongs to."""
    return {name: family for name, family, _ in _table()} | {"date": "date", "shared_credit": "common"}


class Point(NamedTuple):
    """A point of a curve of calibration."""

    chance: float  # as computed
    right: float  # the share of such claims that was right
    least: float  # of all claims as sure or surer, the lower limit of the share that is right (19 in 20 sure)


NOTHING = Point(0.0, 0.0, 0.0)


@cache
def curves() -> dict[str, list[Point]]:
    """What was claimed -> the points of its curve, rising; see calibration.tsv."""
    text = resources.files("provenance.tracing.signs").joinpath("calibration.tsv").read_text("utf-8")
    found: dict[str, list[Point]] = {}
    for line in text.splitlines()[1:]:
        claim, *numbers = line.split("\t")
        found.setdefault(claim, []).append(Point(*map(float, numbers)))
    return found


def calibrate(claim: str, chance: float) -> tuple[float, float]:
    """A computed chance -> the share of such claims that is right, and its lower limit; linear between points."""
    points = curves().get(claim)
    if not points:
        return chance, chance
    after = bisect_left(points, (chance,))
    # below the first point a line goes down to 0: else the nearly impossible would count as the unlikely
    below, above = points[after - 1] if after else NOTHING, points[min(after, len(points) - 1)]
    part = (chance - below.chance) / (above.chance - below.chance) if above.chance > below.chance else 0.0
    right, least = below.right + part * (above.right - below.right), below.least + part * (above.least - below.least)
    return min(right, SUREST), min(least, SUREST)


def calibrate_all(claims: pl.Series, chances: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Claims and computed chances, row by row -> `calibrate` of each, the share to 4 digits."""
    right = chances.to_numpy().copy()
    least = right.copy()
    for claim in claims.unique():
        if claim not in curves():
            continue
        rows = (claims == claim).arg_true().to_numpy()
        points = np.array([NOTHING, *curves()[claim]])
        chance = right[rows]
        after = np.searchsorted(points[1:, 0], chance)
        below, above = points[after], points[np.minimum(after + 1, len(points) - 1)]
        gap = above[:, 0] - below[:, 0]
        part = np.divide(chance - below[:, 0], gap, out=np.zeros(len(rows)), where=gap > 0)[:, None]
        right[rows], least[rows] = np.minimum(below[:, 1:] + part * (above[:, 1:] - below[:, 1:]), SUREST).T
    return pl.Series(round_all(right, 4)), pl.Series(least)


def round_all(values: Array, digits: int) -> Array:
    """Numbers under 10^6 -> what Python's round makes of each, which goes by the exact value of the binary number.

    A product may come to lie on the other side of a half, so what is near one is left to Python: half of the time that
    edges took went into rounding one number after another.
    """
    scale = 10.0**digits
    scaled = values * scale
    found: Array = np.rint(scaled) / scale
    near = np.flatnonzero(np.abs(scaled - np.floor(scaled) - 0.5) < NEAR_HALF)
    found[near] = [round(one, digits) for one in values[near].tolist()]
    return found


@cache
def _table() -> list[list[str]]:
    text = resources.files("provenance.tracing.signs").joinpath("weights.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]


def sum_families(evidence: pl.DataFrame) -> pl.DataFrame:
    """EVIDENCE -> left_doc, right_doc, family, forth, back: log odds either way, capped."""
    known = weights()
    evidence = evidence.filter(pl.col("feature") != "shared_credit")  # speaks for neither
    weight = pl.col("feature").replace_strict(known, default=1.0, return_dtype=pl.Float64)
    family = pl.col("feature").replace_strict(families(), return_dtype=pl.String)
    value = pl.col("strength") * weight
    return (
        evidence.group_by(*PAIR, family=family, maintain_order=True)
        .agg(forth=value.clip(0, None).sum().clip(0, CAP), back=(-value).clip(0, None).sum().clip(0, CAP))
        .sort(*PAIR, "family")
    )


def add_odds(pairs: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """Pairs, sums of families -> pairs with `odds` (log odds of left to right), `conflict`, `forth`, `back` counts.

    `conflict` is the evidence against the better direction: signs both ways mean a common source.
    """
    total = sums.group_by(PAIR).agg(
        odds=(pl.col("forth") - pl.col("back")).sum(),
        forth=pl.col("forth").sum(),
        back=pl.col("back").sum(),
        credit_forth=pl.col("forth").filter(pl.col("family") == "attribution").sum(),
        credit_back=pl.col("back").filter(pl.col("family") == "attribution").sum(),
        conflict=pl.min_horizontal(pl.col("forth").sum(), pl.col("back").sum()),
        speak_forth=(pl.col("forth") - pl.col("back") >= SPEAKS).sum().cast(pl.Int32),
        speak_back=(pl.col("back") - pl.col("forth") >= SPEAKS).sum().cast(pl.Int32),
    )
    joined = pairs.join(total, on=PAIR, how="left", maintain_order="left")
    return joined.with_columns(
        pl.col(
            "credit_forth", "credit_back", "odds", "forth", "back", "conflict", "speak_forth", "speak_back"
        ).fill_null(0)
    )


def add_common(pairs: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """Pairs with odds, EVIDENCE -> the same with `common`: log odds of a third source against even chances."""
    known = weights()
    third = evidence.filter(pl.col("feature") == "shared_credit").select(*PAIR, third=pl.lit(1.0)).unique()
    quoted = evidence.filter(pl.col("feature").is_in(DIRECT)).select(*PAIR, direct=pl.lit(0.0)).unique()
    most = pl.max_horizontal("left_containment", "right_containment")
    apart, quotes = most < APART, pl.col("quotes") & (most < HALF)
    joined = pairs.join(third, on=PAIR, how="left", maintain_order="left")
    joined = joined.join(quoted, on=PAIR, how="left", maintain_order="left").with_columns(pl.col("direct").fill_null(1))
    return joined.with_columns(
        common=known["pair_bias"]
        + known["pair_conflict"] * pl.col("conflict")
        + known["pair_credit"] * pl.col("third").fill_null(0)
        + pl.col("direct") * known["pair_quotes"] * quotes.cast(pl.Float64)
        + pl.col("direct") * known["pair_apart"] * apart.cast(pl.Float64)
    ).drop("third", "direct")


def chance_of(toward: pl.Expr) -> pl.Expr:
    """Log odds of one direction against the other, and `common` -> the chance of that direction among the three."""
    better = (toward / 2).exp()
    return better / (better + 1 / better + pl.col("common").exp())
