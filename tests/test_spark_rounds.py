"""The rounds of the Spark engine give, bucket by bucket and in any order of pieces, what one machine gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from polars.testing import assert_frame_equal

from provenance import pipeline
from provenance.cleaning import Policy
from provenance.cleaning.choosing import choose, needed
from provenance.dumps import reading
from provenance.matching.rewritten import is_on
from provenance.settings import Settings
from provenance.spark import plan as plans
from provenance.spark import steps
from provenance.spark.plan import Plan
from tests.rounds import Rounds

if TYPE_CHECKING:
    from pathlib import Path

#: All ways through the rounds: exhaustive or by bands, with hot runs, with and without the rewritten channel.
WAYS: list[dict[str, Any]] = [
    {},
    {"exhaustive_documents": 0, "link_cap": 4, "rewritten": "off"},
    {"level": "document", "until": "clusters"},
    {"level": "document", "exhaustive_documents": 0, "link_cap": 4},
]


@pytest.fixture(autouse=True)
def _small_homes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "HOME_BITS", 4)


def compare(place: Path, keys: int, **changed: Any) -> None:
    settings = Settings(**changed)
    run = pipeline.scan([str(place)], settings)
    documents = reading.read([str(place)], settings).documents
    small = documents.height <= settings.exhaustive_documents
    rewritten = settings.level == "passage" and is_on(settings, documents)
    rounds = Rounds(Plan(settings, keys, small, rewritten))
    made = steps.scan(rounds, rounds.put(documents))  # type: ignore[arg-type]
    for name in run.facts["tables"]:
        if name != "rejects":
            wanted = getattr(run, name)
            found = rounds.frame(made.tables[name]).select(wanted.columns)
            by = [column for column in wanted.columns if column != "evidence"]
            assert_frame_equal(found.sort(by), wanted.sort(by), check_exact=True)
    assert made.counts["over_cap"] == run.facts["recall"]["over_the_link_cap"]
    assert made.counts["implied_pairs"] == run.facts["implied_pairs"]


@pytest.mark.parametrize(("keep", "drop"), [("origin", ()), ("longest", ("contained",)), ("first", ())])
def test_rounds_leave_out_what_clean_leaves_out(corpus: Path, keep: str, drop: tuple[str, ...]) -> None:
    policy = Policy(keep, "keep", drop)
    settings = needed(Settings(), keep, "keep", drop)
    documents = reading.read([str(corpus)], settings).documents
    rounds: Any = Rounds(Plan(settings, 5, exhaustive=True, rewritten=settings.level == "passage"))
    home = rounds.put(documents)
    gone = rounds.frame([steps.choose(rounds, home, steps.scan(rounds, home), policy)])
    wanted = choose(pipeline.scan([str(corpus)], settings), documents["doc_id"], keep, "keep", drop).gone
    assert wanted.height
    assert_frame_equal(gone.select(wanted.columns).sort("doc_id"), wanted.sort("doc_id"))


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_rounds_give_what_one_machine_gives(corpus: Path, way: dict[str, Any]) -> None:
    compare(corpus, 5, **way)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_rounds_on_two_events(shared: Path, way: dict[str, Any]) -> None:
    compare(shared / "corpora" / "two-events" / "documents.parquet", 3, **way)
