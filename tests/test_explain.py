"""What `explain` says of pairs that no match names: which channel, and which threshold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance import pipeline
from provenance.matching.aligning import rewritten
from provenance.reports.explaining import explain_article, explain_pair
from provenance.settings import Settings

if TYPE_CHECKING:
    import pytest

SETTINGS = Settings(until="matches", rewritten="off")
RANDOM = np.random.default_rng(3)


def words(count: int) -> str:
    return " ".join(f"word{number}" for number in RANDOM.integers(99_999, size=count).tolist())


def explained(texts: list[str], one: int, two: int, settings: Settings) -> list[str]:
    ids = [f"d{number:03}" for number in range(len(texts))]
    run = pipeline.scan(pl.DataFrame({"id": ids, "text": texts}), settings)
    pair = (pl.col("left_doc") == ids[one]) & (pl.col("right_doc") == ids[two])
    assert run.matches.filter(pair).is_empty()
    return list(explain_pair(run, ids[one], ids[two]))[2:]


def test_a_passage_over_the_link_cap() -> None:
    shared = words(20)
    texts = [f"{words(60)} {shared} {words(60)}" for _ in range(30)]
    lines = explained(texts, 7, 19, replace(SETTINGS, link_cap=4, exhaustive_documents=0))
    assert lines == [
        "not matched",
        f"  jaccard {16 / 256:.3f}: 16 of 256 different runs of 5 words stand in both; a match needs 0.3, or a span",
        lines[2],
        (
            "  longest run of equal words: 20; runs of 8 are always seen; a span needs 15, or a whole headline, "
            "caption, teaser or notice"
        ),
        f"  it is: {shared}",
        "  rewritten passages: not looked for, as rewritten is off",
        f"  compared alone, they match: overlap, jaccard {16 / 256:.3f}, spans: 1 exact",
        (
            "  in this dump they share a passage with more than 4 articles (link_cap): each of those is compared with "
            "the one before it and with the first"
        ),
    ]
    assert lines[2].startswith("  sketches: ")
    assert lines[2].endswith(" permutations are equal; a pair is compared from 1 and 23 on")


def test_a_day_is_printed_without_an_hour() -> None:
    run = pipeline.scan(
        pl.DataFrame({"id": ["a", "b"], "date": ["2024-05-01", "2024-05-01T07:30:00Z"], "text": [f"{words(60)}."] * 2})
    )
    headed = [next(explain_article(run, name)) for name in "ab"]
    assert headed == ["a: without title (2024-05-01)", "b: without title (2024-05-01 07:30)"]


def test_a_run_too_short_for_a_span() -> None:
    shared = words(12)
    lines = explained([f"{words(50)} {shared} {words(50)}" for _ in range(2)], 0, 1, SETTINGS)
    assert "longest run of equal words: 12; runs of 8 are always seen; a span needs 15" in lines[3]
    assert lines[-1] == "  compared alone, they do not match either: none of these thresholds is reached"


def test_a_rewritten_pair_that_was_not_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    retold = [sentence.split() for sentence in (words(12) for _ in range(20))]
    salad = [list(RANDOM.permutation(sentence)) for sentence in retold]
    texts = [". ".join(" ".join(sentence) for sentence in side) for side in (retold, salad)]
    none = np.empty(0, np.int32)
    propose = rewritten.propose
    monkeypatch.setattr(rewritten, "propose", lambda *_: (none, none))
    ids = ["a", "b"]
    run = pipeline.scan(pl.DataFrame({"id": ids, "text": texts}), replace(SETTINGS, rewritten="on"))
    assert run.matches.is_empty()
    monkeypatch.setattr(rewritten, "propose", propose)
    lines = list(explain_pair(run, *ids))
    assert "  rewritten passages: looked for" in lines
    assert lines[-2].startswith("  compared alone, they match: contain")
    assert lines[-2].endswith("spans: 1 rewritten")
    assert lines[-1] == (
        "  in this dump too few of their rare words stand near each other in both for them to be compared"
    )


def test_whole_documents_have_no_spans_to_speak_of() -> None:
    texts = [words(50), words(50)]
    lines = explained(texts, 0, 1, replace(SETTINGS, level="document", rewritten="auto"))
    assert "  longest run of equal words: 0" in lines
    assert "  rewritten passages: not looked for, as level is document" in lines
    assert lines[-1] == "  compared alone, they do not match either: none of these thresholds is reached"


def test_a_pair_that_was_matched_says_what_the_channels_see() -> None:
    text = words(40)
    frame = pl.DataFrame({"id": ["a", "b"], "text": [text, f"{text} {words(3)}"]})
    lines = list(explain_pair(pipeline.scan(frame, replace(SETTINGS, exhaustive_documents=0)), "a", "b"))
    assert lines[2] == "matched: near_duplicate, jaccard 0.923, 1 span"
    assert "  jaccard 0.923: 36 of 39 different runs of 5 words stand in both; a match needs 0.3, or a span" in lines
    assert any(line.startswith("  longest run of equal words: 40;") for line in lines)


def test_a_title_that_is_a_text_is_cut() -> None:
    run = pipeline.scan(pl.DataFrame({"id": ["a"], "text": ["A ferry ran aground."], "title": ["word " * 1280]}))
    (headed, *_) = explain_article(run, "a")
    assert headed == f"a: {('word ' * 1280)[:199]}…"


def test_equal_texts_without_a_span_are_not_said_to_share_nothing() -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "text": ["Rain stopped play."] * 2})
    lines = list(explain_pair(pipeline.scan(frame, SETTINGS), "a", "b"))[2:]
    assert lines[:2] == [
        "matched: duplicate, jaccard 1.000, 0 spans",
        "  no stretch that both have is long enough for a span",
    ]
    assert "0% of the words" not in "\n".join(lines)


def test_whole_articles_are_told_by_what_was_compared() -> None:
    text = words(30)
    frame = pl.DataFrame({"id": ["a", "b"], "text": [text, f"{text} {words(10)}"]})
    lines = list(explain_pair(pipeline.scan(frame, replace(SETTINGS, level="document", shingle_words=3)), "a", "b"))
    assert "  100% of the runs of 3 words of a stand in b" in lines
