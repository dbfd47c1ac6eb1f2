"""From chances to words: calibration, rounding, and the verdict on an edge."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from provenance.tracing.conclusions.absent import judge, verdict
from provenance.tracing.signs import model
from tests.tracing import SETTINGS


def test_verdict_words() -> None:
    words = [verdict(confidence, 2, SETTINGS) for confidence in (0.98, 0.97, 0.8, 0.79, 0.6, 0.59)]
    assert words == ["established", "likely", "likely", "possible", "possible", "undetermined"]
    assert verdict(0.99, 1, SETTINGS) == "likely"
    assert verdict(0.99, 2, SETTINGS, least=0.97) == "likely"
    assert verdict(0.97, 2, SETTINGS, least=0.98) == "likely"  # the page shows the 97 %, and the setting says 98


def test_of_many_edges_is_said_what_is_said_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [model.Point(0.2, 0.4, 0.3), model.Point(0.6, 0.8, 0.5), model.Point(0.9, 1.0, 0.99)]
    monkeypatch.setattr(model, "curves", lambda: {"edge": points})
    chances = [0.0, 0.1, 0.2, 0.4, 0.55, 0.6, 0.7, 0.85, 0.9, 0.95, 1.0]
    rows = [(claim, chance, families) for claim in ("edge", "other") for chance in chances for families in (1, 2)]
    claims, chance, families = (pl.Series(column) for column in zip(*rows, strict=True))
    right, least = model.calibrate_all(claims, chance)
    frame = pl.DataFrame({"confidence": right, "least": least, "families": families})
    words = frame.select(judge("confidence", "least", "families", SETTINGS)).to_series().to_list()
    for (claim, one, kinds), *said in zip(rows, right, least, words, strict=True):
        known = model.calibrate(claim, one)
        assert said == [
            round(known[0], 4),
            pytest.approx(known[1]),
            verdict(round(known[0], 4), kinds, SETTINGS, known[1]),
        ]
    assert len(set(words)) == 4


@pytest.mark.parametrize("digits", [3, 4])
def test_all_numbers_are_rounded_as_python_rounds_one(digits: int) -> None:
    """Every half of the last digit, and what lies next to it on either side."""
    exact = np.arange(-40_000, 40_000) / 2 / 10**digits
    values = np.concatenate([exact, np.nextafter(exact, 9), np.nextafter(exact, -9)])
    assert model.round_all(values, digits).tolist() == [round(one, digits) for one in values.tolist()]


def test_calibration_is_straight_between_points_from_nothing_on_and_level_beyond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = [model.Point(0.2, 0.4, 0.3), model.Point(0.6, 0.8, 0.5), model.Point(0.9, 1.0, 0.7)]
    monkeypatch.setattr(model, "curves", lambda: {"edge": points})
    assert model.calibrate("edge", 0.0) == (0.0, 0.0)
    assert model.calibrate("edge", 0.1) == pytest.approx((0.2, 0.15))
    assert model.calibrate("edge", 0.4) == pytest.approx((0.6, 0.4))
    assert model.calibrate("edge", 0.6) == pytest.approx((0.8, 0.5))
    assert model.calibrate("edge", 0.95) == (model.SUREST, 0.7)
    assert model.calibrate("another", 0.5) == (0.5, 0.5)
