"""The recall that a run measures of itself, against slow twins."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import naive
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance import pipeline, tables
from provenance.matching import recall
from provenance.matching.pairs.equal_texts import digest, group_equal
from provenance.matching.recall import Sampled, measured_recall, sample_pairs, take_sample, wilson
from provenance.settings import Settings
from provenance.text.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTINGS = Settings()
WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=30)
#: Texts that share a good part of another: a change in the middle, a notice at the end, the same again.
DUMPS = st.lists(WORDS, min_size=1, max_size=6).flatmap(
    lambda some: st.lists(
        st.tuples(st.sampled_from(some), st.integers(0, 30), WORDS).map(
            lambda row: " ".join([*row[0][: row[1]], *row[2][:3], *row[0][row[1] :]])
        ),
        min_size=1,
        max_size=12,
    )
)


def sampled_of(texts: Sequence[str], threads: int = 2) -> Sampled:
    column = pl.Series(list(texts), dtype=pl.String)
    tokens = tokenize(column)
    return sample_pairs(column, tokens, group_equal(digest(tokens)), SETTINGS, threads)


def true_pairs(texts: Sequence[str]) -> dict[tuple[str, str], np.float32]:
    """Every pair of different folded texts whose jaccard is match_jaccard or more, by the texts."""
    folded = sorted({" ".join(word for word, _, _ in naive.fold_words(text)) for text in texts} - {""})
    pairs = {}
    for one, two in itertools.combinations(folded, 2):
        jaccard = np.float32(naive.jaccard(one.split(), two.split(), 5))
        if jaccard >= np.float32(SETTINGS.match_jaccard):
            pairs[one, two] = jaccard
    return pairs


def named(sampled: Sampled, texts: Sequence[str]) -> dict[tuple[str, str], np.float32]:
    folded = [" ".join(word for word, _, _ in naive.fold_words(text)) for text in texts]
    pairs = zip(sampled.left.tolist(), sampled.right.tolist(), sampled.jaccard, strict=True)
    return {(min(folded[a], folded[b]), max(folded[a], folded[b])): jaccard for a, b, jaccard in pairs}


@given(DUMPS)
def test_a_sample_of_all_finds_every_true_pair(texts: list[str]) -> None:
    found = sampled_of(texts)
    assert named(found, texts) == true_pairs(texts)
    assert found.left.size == len(true_pairs(texts))
    distinct = {tuple(word for word, _, _ in naive.fold_words(text)) for text in texts} - {()}
    assert (found.documents, found.texts) == (len(distinct), len(distinct))


@given(DUMPS, st.randoms(use_true_random=False))
def test_the_sample_depends_on_no_order_and_no_thread(texts: list[str], random: object) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recall, "SAMPLE", 3)
        one = sampled_of(texts)
        shuffled = list(texts)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        other = sampled_of(shuffled, threads=1)
    assert one.documents == other.documents <= 3
    assert named(one, texts) == named(other, shuffled)
    truth = true_pairs(texts)
    assert all(truth[pair] == jaccard for pair, jaccard in named(one, texts).items())


def test_a_notice_under_every_text_does_not_shrink_the_sample_and_one_text_over_and_over_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recall, "FREE", 0)  # as in a large dump
    random = np.random.default_rng(5)
    words = [f"w{number}" for number in random.integers(9999, size=100 * 60)]
    notice = " ".join(f"n{number}" for number in range(10))
    texts = [f"{' '.join(words[60 * row : 60 * row + 60])} {notice}" for row in range(100)]
    assert take_sample(pl.Series(texts), SETTINGS).rows.size == 100
    same = [f"{' '.join(words[:60])} {row}" for row in range(100)]
    assert take_sample(pl.Series(same), SETTINGS).rows.size < 10
    assert sampled_of(same).left.size >= 99


def test_matched_implied_and_missed_pairs_are_told_apart() -> None:
    ids = pl.Series(["a", "b", "c", "d"])
    jaccard = np.array([0.9, 0.8, 0.4], np.float32)
    sampled = Sampled(2, 4, np.array([0, 0, 2]), np.array([1, 2, 3]), jaccard)
    matches = pl.DataFrame([("a", "b", 0, 0.9, 1.0, 1.0, "near_duplicate")], schema=dict(tables.MATCHES), orient="row")
    clusters = pl.DataFrame(
        [("x", "document", name, None, None, None, 1.0, None) for name in "abc"],
        schema=dict(tables.CLUSTERS),
        orient="row",
    )
    found = measured_recall(sampled, ids, matches, clusters, SETTINGS)
    assert found == {
        "documents": 2,
        "compared_with": 4,
        "by_jaccard": [
            {"jaccard": 0.3, "pairs": 3, "matched": 1, "implied": 1, "recall": 0.6667, "interval": [0.2077, 0.9385]},
            {"jaccard": 0.7, "pairs": 2, "matched": 1, "implied": 1, "recall": 1.0, "interval": [0.3424, 1.0]},
        ],
    }
    alone = measured_recall(sampled, ids, matches, None, SETTINGS)["by_jaccard"]
    assert [row["implied"] for row in alone] == [0, 0]


def test_a_sample_without_a_true_pair_claims_nothing() -> None:
    empty = np.empty(0, np.int64)
    sampled = Sampled(5, 9, empty, empty, np.empty(0, np.float32))
    found = measured_recall(sampled, pl.Series(["a"]), tables.empty(tables.MATCHES), None, SETTINGS)
    assert found["by_jaccard"][0] == {"jaccard": 0.3, "pairs": 0, "matched": 0, "implied": 0}


def test_wilson_against_published_values() -> None:
    """Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20."""
    for hits, cases, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)):
        assert wilson(hits, cases) == pytest.approx((low, high), abs=5e-5)
    assert wilson(0, 0) == (0, 1)


@pytest.mark.parametrize("level", ["passage", "document"])
@pytest.mark.parametrize("exhaustive", [0, 2000])
def test_a_run_says_what_it_measured(level: str, exhaustive: int) -> None:
    texts = [" ".join(f"{chr(97 + row % 4)}{at}" for at in range(40 + row)) for row in range(12)]
    frame = pl.DataFrame({"id": [f"{row:02}" for row in range(12)], "text": texts})
    run = pipeline.scan(frame, Settings(level=level, exhaustive_documents=exhaustive, until="clusters"))
    said = run.facts["recall"]["measured"]
    assert (said["documents"], said["compared_with"]) == (12, 12)
    row = said["by_jaccard"][0]
    assert row["pairs"] == len(true_pairs(texts)) == 12
    assert row["recall"] == 1


@pytest.mark.parametrize("jaccard", [0.3, 0.5, 0.7, 1.0])
def test_what_a_pair_must_share_is_the_least_that_a_copy_of_some_of_it_does(jaccard: float) -> None:
    """A text holds s of another's n shingles and no others: jaccard s / n, and no pair that shares s has more."""
    sizes = np.arange(1, 300)
    least = [next(s for s in range(1, n + 1) if np.float32(s / n) >= np.float32(jaccard)) for n in sizes]
    assert recall.must_share(sizes, jaccard).tolist() == least
