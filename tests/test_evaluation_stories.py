"""Whole stories: who was first and who took it from whom, reckoned by hand on three stories of a few articles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from provenance import tables
from provenance.evaluation import stories

#: Story A begins with a1, of which a2 is a copy; a3 has the words of a2, and a4 was copied from it. B begins outside
#: the dump. Of E nothing was matched. C has one article, D two of the same words.
TEXTS = {
    "a1": "The ferry sank at dawn, and nobody was hurt.",
    "a2": "The ferry sank at dawn",
    "a3": "the FERRY sank at dawn.",
    "a4": "The ferry sank today",
    "b1": "Bread is dearer",
    "b2": "Bread is dearer now",
    "c1": "Alone",
    "d1": "The same",
    "d2": "the SAME",
    "e1": "A short one",
    "e2": "A longer one of these",
}
ORIGINS = {"a1": "a1", "a2": "a1", "a3": "a1", "a4": "a1", "b1": "source:Wire", "b2": "source:The Wire"}
ALONE = {name: name for name in ("c1", "d1", "d2", "e1")} | {"e2": "e1"}
PARENTS = (("a1", "a2"), ("a2", "a3"), ("a2", "a4"), ("source:Wire", "b1"), ("b1", "b2"), ("e1", "e2"))
DAYS = {"a1": 2, "a2": 1, "a4": 3, "b1": 3, "b2": 4, "e1": 1, "e2": 2}


def filled(schema: pl.Schema, **columns: list[object]) -> pl.DataFrame:
    """A table with these columns, and null in all others."""
    size = len(next(iter(columns.values())))
    rows = {name: columns.get(name, [None] * size) for name in schema}
    return pl.DataFrame(rows, schema=schema)


def dates_of(days: dict[str, int]) -> pl.DataFrame:
    values = [datetime(2024, 1, day, tzinfo=UTC) for day in days.values()]
    same = {"precision": ["day"] * len(days), "kind": ["published"] * len(days), "trusted": [True] * len(days)}
    return filled(tables.DATES, doc_id=list(days), value=values, **same)


@pytest.fixture
def truth() -> stories.Truth:
    gold = {
        "clusters": pl.DataFrame({"cluster_id": [name[0] for name in TEXTS], "doc_id": list(TEXTS)}).with_columns(
            level=pl.lit("document")
        ),
        "origins": pl.DataFrame(list((ORIGINS | ALONE).items()), schema=["doc_id", "origin_id"], orient="row"),
        "edges": pl.DataFrame(PARENTS, schema=["from_id", "to_id"], orient="row").with_columns(
            relation=pl.lit("copied_from")
        ),
    }
    return stories.find_truth(filled(tables.DOCUMENTS, doc_id=list(TEXTS), text=list(TEXTS.values())), gold)


@pytest.fixture
def run() -> dict[str, pl.DataFrame]:
    matches = [("a1", "a2", 0.5), ("a1", "a3", 0.25), ("a1", "a4", 0.25), ("a2", "a3", 1), ("b1", "b2", 0.5)]
    left, right, jaccard = (list(column) for column in zip(*matches, strict=True))
    said = [
        ("a1", "a1", "itself", None, 0.75, "established", "a2"),
        ("a2", "a1", "document", "copied_from", 0.875, "likely", "a2"),
        ("a3", "a3", "itself", None, 0.25, "likely", "a1"),
        ("a4", "a1", "document", "copied_from", 0.5, "likely", "a2"),
        ("b1", None, "unknown", None, 0.5, "likely", "b1"),
        ("b2", "b1", "document", "copied_from", 0.625, "likely", "source:Wire"),
        ("c1", "c1", "itself", None, 0.25, "established", None),
        ("e1", "source:Mail", "external", "cites", 0.9375, "likely", None),  # it only cites: its words are its own
        ("e2", "e2", "itself", None, 0.875, "established", None),
    ]
    names = ("doc_id", "origin_id", "kind", "relation", "confidence", "verdict", "runner_up")
    edges = [
        ("a1", "a2", "copied_from", "copied", 0.9),
        ("a1", "a3", "copied_from", "copied", 0.7),
        ("a2", "a3", "copied_from", "copied", 0.99),  # equal texts: no source of each other
        ("a1", "a4", "copied_from", "excerpt", 0.6),
        ("a2", "a4", "copied_from", "copied", 0.5),
        ("source:Wire", "b1", "copied_from", "syndicated", 0.95),
        ("b1", "b2", "copied_from", "copied", 0.7),
        ("a1", "b2", "copied_from", "quoted", 0.9),
        ("a2", "b2", "cites", "copied", 0.9),
        ("e2", "e1", "copied_from", "copied", 0.4),
    ]
    parts = ("from_id", "to_id", "relation", "kind", "confidence")
    return {
        "documents": filled(tables.DOCUMENTS, doc_id=list(TEXTS), text=list(TEXTS.values())),
        "dates": dates_of(DAYS),
        "matches": filled(tables.MATCHES, left_doc=left, right_doc=right, jaccard=jaccard),
        "origins": filled(tables.ORIGINS, **dict(zip(names, map(list, zip(*said, strict=True)), strict=True))),
        "edges": filled(tables.EDGES, **dict(zip(parts, map(list, zip(*edges, strict=True)), strict=True))),
    }


def test_equal_texts_are_one_and_stories_of_one_text_are_none(truth: stories.Truth) -> None:
    assert truth.same == {name: {"a3": "a2", "d2": "d1"}.get(name, name) for name in TEXTS}
    assert sorted(truth.members.rows()) == [
        ("a", "a1"), ("a", "a2"), ("a", "a4"), ("b", "b1"), ("b", "b2"), ("e", "e1"), ("e", "e2")
    ]  # fmt: skip
    assert sorted(truth.roots.rows()) == [("a", "a1"), ("b", stories.ABSENT), ("e", "e1")]
    assert sorted(truth.parents.rows()) == [("a1", "a2"), ("a2", "a4"), ("b1", "b2"), ("e1", "e2")]
    assert sorted(truth.origins.rows()) == [
        ("a1", "a1"), ("a2", "a1"), ("a4", "a1"), ("b1", ""), ("b2", ""), ("e1", "e1"), ("e2", "e1")
    ]  # fmt: skip


def test_what_is_told_of_stories_is_reckoned_by_hand(run: dict[str, pl.DataFrame], truth: stories.Truth) -> None:
    ours = stories.tell(run, truth)
    assert ours.roots.filter(rank=1).sort("cluster_id").rows() == [("a", "a1", 1), ("b", "", 1), ("e", "e1", 1)]
    assert ours.roots.filter(rank=2).sort("cluster_id").rows() == [("a", "a2", 2), ("b", "b1", 2), ("e", "e2", 2)]
    assert sorted(ours.parents.rows()) == [("a1", "a2"), ("a1", "a4"), ("b1", "b2"), ("e2", "e1")]
    found = {(name, part): (value, cases) for name, part, value, cases in stories.measure_traced("x", run, truth)}
    for method, first, second, sources in (
        ("provenance", 1, 1, 0.5),
        ("earliest date", 0.5, 1, 0.75),  # a2 before a1
        ("longest text", 0.5, 1, 0.25),  # b2 before b1, e2 before e1
        ("medoid", 1, 1, 0.75),
        ("passim's rule", 0.5, 1, 0.5),  # a2, a1, a4, each from the one before
    ):
        assert found["root, x", method] == (first, 2), method
        assert found["root in first two, x", method] == (second, 2), method
        assert found["direct source F1, x", method] == (pytest.approx(sources), 4), method
    assert found["orientation, x", "direct sources"] == (pytest.approx(2 / 3), 3)
    assert found["ancestry F1, x", "all sources"] == (pytest.approx(2 / 3), 5)
    assert found["absent root, x", "precision"] == found["absent root, x", "recall"] == (1, 1)


def test_origins_are_calibrated_over_the_articles_of_stories(
    run: dict[str, pl.DataFrame], truth: stories.Truth
) -> None:
    judged = stories.judged_origins(run["origins"], truth).sort("doc_id", "confidence")
    assert judged.select("doc_id", "said", "confidence", "right").rows() == [
        ("a1", "a1", 0.75, True),
        ("a2", "a2", 0.25, False),  # what a3 says of itself
        ("a2", "a1", 0.875, True),
        ("a4", "a1", 0.5, True),
        ("b1", "", 0.5, True),
        ("b2", "b1", 0.625, False),
        ("e1", "e1", 0.9375, True),
        ("e2", "e2", 0.875, False),
    ]
    found = {(name, part): (value, cases) for name, part, value, cases in stories.measure_traced("x", run, truth)}
    assert found["origins, x", "Brier score"] == (pytest.approx(0.22509765625), 8)
    assert found["origins, x", "calibration error"] == (pytest.approx(0.3671875), 8)
    for share, value in (("50%", 0.75), ("80%", 2 / 3), ("100%", 0.625)):
        assert found["origins, x", f"accuracy, {share} answered"] == (pytest.approx(value), 8)
    assert found["origins, x", "established that are right"] == (0.5, 2)


def test_three_in_ten_dates_are_moved_by_days_either_way() -> None:
    dates = dates_of({f"d{number}": 1 + number % 28 for number in range(500)})
    dates = pl.concat([dates, dates.with_columns(pl.col("value") + pl.duration(hours=1))])  # two of each document
    false = stories.falsify(dates)
    assert false.drop("value").equals(dates.drop("value"))
    shifts = false["value"] - dates["value"]
    assert shifts[:500].equals(shifts[500:])
    moved = shifts.filter(shifts != timedelta())
    assert 0.25 < moved.len() / shifts.len() < 0.35
    assert timedelta(days=-10) <= moved.min() < timedelta(days=-9)  # type: ignore[operator]
    assert timedelta(days=9) < moved.max() <= timedelta(days=10)  # type: ignore[operator]
    assert stories.falsify(dates[::-1])[::-1].equals(false)
