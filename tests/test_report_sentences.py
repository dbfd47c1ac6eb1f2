"""What the page says in a real Chromium of runs that did not look for everything, and of texts too short for a span."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from provenance import pipeline
from provenance.settings import Settings
from tests import browser
from tests.runs import SHARED, hand_made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from provenance.reports.runs import Run

pytestmark = pytest.mark.skipif(browser.missing() is not None, reason=browser.missing() or "")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.launched() as one:
        yield one


def shown(chromium: Browser, folder: Path, *views: str) -> list[str]:
    """The text of each view, on one line."""
    watched = browser.Watched(chromium, folder).open()
    found = []
    for view in views:
        watched.go(view)
        found.append(" ".join(watched.page.inner_text("#view").split()))
    assert watched.alarms == []
    watched.page.close()
    return found


def alike(**settings: Any) -> Run:
    """Two of one text, a third with a sentence more, and two of three words each, read with these settings."""
    texts = [SHARED, SHARED, f"{SHARED} It rained all night.", "Rain stopped play.", "Rain stopped play."]
    frame = pl.DataFrame({"id": ["a", "b", "c", "d", "e"], "outlet": list("VWXYZ"), "text": texts})
    return pipeline.scan(frame, Settings(rewritten="off", **settings))


def test_what_was_not_looked_for_is_not_said_to_be_nowhere(chromium: Browser, tmp_path: Path) -> None:
    """A page of whole articles said "nothing of it stands elsewhere" and "0 %" of everything that it had matched."""
    views = ("#/", "#/articles", "#/article/a", "#/pair/a/c")
    folder = browser.put(alike(level="document", shingle_words=3), tmp_path / "whole")
    summary, articles, article, pair = shown(chromium, folder, *views)
    assert "Of its text" not in summary
    assert "passages that stand more than once" not in summary
    assert "nothing of it stands elsewhere" not in articles
    assert "matches 2 articles" in articles
    assert "passages were not looked for" in article
    assert "100 % of the runs of 3 words of A stand in B" in pair
    folder = browser.put(alike(until="matches"), tmp_path / "matches")
    summary, articles, article, _ = shown(chromium, folder, *views)
    assert "groups of articles" not in summary
    assert "passages that stand more than once" not in summary
    assert "100 % of the text stands in another article" in article
    assert "No passage of this text" not in article


def test_equal_texts_too_short_for_a_span_are_said_to_be_equal(chromium: Browser, tmp_path: Path) -> None:
    """Two were a group on the page, "unique" above it, and "0 % of the words of A stand in B" in their comparison."""
    run = alike()
    assert run.facts["counts"] == run.facts["counts"] | {"unique": 0, "repeated": 5}
    views = ("#/articles", "#/article/d", "#/pair/d/e")
    articles, article, pair = shown(chromium, browser.put(run, tmp_path), *views)
    assert articles.count("100 % stands elsewhere") == 4
    assert "100 % of the text stands in another article" in article
    assert " 0 % " not in article + pair
    assert "no stretch that both have is long enough" in pair


def test_a_share_of_less_than_all_is_not_100_percent(chromium: Browser, tmp_path: Path) -> None:
    """A confidence of .995 stood as 100 %, and an article as the runner-up of its own origin."""
    run = hand_made()
    surest = pl.when(pl.col("doc_id") == "b").then(0.995).otherwise("confidence").cast(pl.Float32)
    itself = pl.when(pl.col("doc_id") == "b").then(pl.lit("b")).otherwise("runner_up")
    origins = run.origins.with_columns(confidence=surest, runner_up=itself)
    lag = [("The Post", "Other", 1, 0, dt.timedelta(hours=-2))]
    outlets = pl.DataFrame(lag, schema=run.outlets.schema, orient="row")
    folder = browser.put(replace(run, origins=origins, outlets=outlets), tmp_path)
    article, summary = shown(chromium, folder, "#/article/b", "#/")
    assert "confidence over 99 %" in article
    assert "Runner-up: no other source" in article
    assert "article from The Post, 2 h earlier" in summary
    assert "2024-05-01 · " in summary
    assert "2024-05-01 to 2024-05-01" not in summary
