"""From chances to words: calibration, rounding, and the verdict on an edge."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from provenance.tables import ATTRIBUTIONS, DOCUMENTS
from provenance.tracing.conclusions import claims
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
    said_of, chance, families = (pl.Series(column) for column in zip(*rows, strict=True))
    right, least = model.calibrate_all(said_of, chance)
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


#: Credits of one source: kind, place, whether in the lead -> how sure that is, how many kinds, and what is said.
MENTIONS = [
    ([("cited", 90, False)], claims.FURTHER_DOWN, 1, "It cites The Wire further down: cited 90."),
    ([("first_party", 90, False)], claims.FURTHER_DOWN, 1, "It cites The Wire further down: first_party 90."),
    (
        [("first_party", 90, False), ("first_party", 20, False)],
        claims.TOLD_OFTEN,
        1,
        "It says 2 times that its speakers told The Wire: first_party 20.",
    ),
    ([("cited", 3, True)], claims.IN_LEAD, 1, "What its lead reports is cited from The Wire: cited 3."),
    (
        [("cited", 3, True), ("cited", 1, True)],
        claims.IN_LEAD + claims.TWICE,
        1,
        "What its lead reports is cited from The Wire: cited 1.",
    ),
    (
        [("cited", 3, True), ("first_party", 90, False)],
        claims.IN_LEAD + claims.TOLD_TO + claims.TWICE,
        2,
        "What its lead reports was told to The Wire: first_party 90.",
    ),
    (
        [("first_party", 3, True), ("first_party", 90, False)],
        claims.IN_LEAD + claims.TOLD_TO + claims.TWICE,
        1,
        "What its lead reports was told to The Wire: first_party 3.",
    ),
]


@pytest.mark.parametrize(("mentions", "confidence", "families", "reason"), MENTIONS)
def test_a_citation_is_as_sure_as_it_stands_near_the_beginning(
    mentions: list[tuple[str, int, bool]], confidence: float, families: int, reason: str
) -> None:
    items = [claims._Credit(kind, at, at + 4, f"{kind} {at}", lead) for kind, at, lead in mentions]
    in_lead = [item for item in items if item.lead]
    found = claims._claim("source:The Wire", "cites", 0.9, items, in_lead)
    assert found == ("source:The Wire", "cites", pytest.approx(confidence), families, reason, [])


def test_of_two_sources_in_one_lead_neither_is_the_one_that_it_cites() -> None:
    text = "The ferry sank, the Daily Wire reported, and the Evening Mail said that nobody was hurt. Rain fell."
    documents = pl.DataFrame({"doc_id": ["a", "b"], "text": [text] * 2}, schema_overrides=dict(DOCUMENTS)).with_columns(
        pl.lit(None, kind).alias(name) for name, kind in DOCUMENTS.items() if name not in ("doc_id", "text")
    )
    places = [("a", "Daily Wire"), ("a", "Evening Mail"), ("b", "Daily Wire")]
    credits_ = pl.DataFrame(
        [(one, text.index(name), text.index(name) + len(name), name, "cited", "article") for one, name in places],
        schema=["doc_id", "start", "end", "source", "kind", "scope"], orient="row",
    ).with_columns(place=pl.lit(None, pl.String), day=pl.lit(None, pl.Date))  # fmt: skip
    edges = pl.DataFrame(
        [(f"source:{name}", one, "cites", 0.7) for one, name in places],
        schema=["from_id", "to_id", "relation", "confidence"], orient="row",
    )  # fmt: skip
    found = claims.find_claims(documents, edges, credits_.select(list(ATTRIBUTIONS))).sort("doc_id", "origin")
    assert found.select("doc_id", "origin", "confidence").rows() == [
        ("a", "source:Daily Wire", claims.ONE_OF_SEVERAL),
        ("a", "source:Evening Mail", claims.ONE_OF_SEVERAL),
        ("b", "source:Daily Wire", claims.IN_LEAD),
    ]
