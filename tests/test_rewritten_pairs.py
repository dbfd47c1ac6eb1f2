"""The rewritten channel: which documents are compared, and which of its stretches replace exact ones."""

from __future__ import annotations

import naive_rewritten as naive
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.matching.aligning import rewritten, skip_kernels
from provenance.matching.aligning.rewritten import Inside, choose, find_inside, number_sentences, propose
from provenance.matching.aligning.rewritten_kernels import SCORE
from provenance.matching.aligning.stretches import Aligned
from provenance.matching.pairs import postings
from provenance.text.tokens import Tokens, tokenize


def test_skip_pairs_propose_the_retold_pair_among_many() -> None:
    random = np.random.default_rng(11)
    vocabulary = np.array([f"word{i}" for i in range(3000)])
    texts = [". ".join(" ".join(random.choice(vocabulary, 12)) for _ in range(20)) for _ in range(150)]
    shuffled = texts[7].split(". ")
    texts[120] = ". ".join(" ".join(random.permutation(sentence.split())) for sentence in shuffled)
    tokens = tokenize(pl.Series(texts))
    left, right = propose(tokens, number_sentences(tokens, tokens.gap))
    pairs = set(zip(left.tolist(), right.tolist(), strict=True))
    assert (7, 120) in pairs
    assert len(pairs) <= 10 * len(texts)


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=30), min_size=2, max_size=7), st.integers(1, 3))
def test_pairs_are_proposed_exactly_when_the_twin_says_so(texts: list[list[str]], threads: int) -> None:
    tokens = tokenize(pl.Series([" ".join(words) for words in texts], dtype=pl.String))
    small = {"ALL_PAIRS": 0, "CONTENT": -9.0, "ONE_IN": 1, "SPAN": 2, "CAP": 3, "NEAR": 4, "NEED": 2, "SHARES": 3}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in small.items():
            patch.setattr(rewritten, name, value)
        patch.setattr(postings, "PART", 5)
        left, right = propose(tokens, number_sentences(tokens, tokens.gap), threads)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == sorted(naive.skip_partners(texts, 2, 3, 4, 2))


@given(st.lists(st.integers(0, 2**64 - 1) | st.sampled_from([0, 1 << 16, 1 << 17, 2**64 - 1]), max_size=60))
def test_equal_words_and_no_others_get_one_number(words: list[int]) -> None:
    ids = np.empty(len(words), np.int32)
    count = skip_kernels.number_words(np.array(words, np.uint64), ids)
    seen = list(dict.fromkeys(words))
    assert count == len(seen)
    assert ids.tolist() == [seen.index(word) for word in words]


def test_more_words_than_the_first_table_holds_are_numbered_too() -> None:
    words = np.random.default_rng(3).permutation(300_000).astype(np.uint64)
    ids = np.empty(2 * words.size, np.int32)
    assert skip_kernels.number_words(np.concatenate([words, words[::-1]]), ids) == words.size
    numbers = np.arange(words.size)
    assert np.array_equal(ids, np.concatenate([numbers, numbers[::-1]]))


def test_a_rewritten_stretch_replaces_exact_ones_only_if_the_rest_of_it_is_rewriting() -> None:
    def stretches(*rows: tuple[int, int, int, int]) -> Aligned:
        columns = np.array(rows, np.int64).reshape(-1, 4).T
        zero = np.zeros(columns.shape[1], np.int32)
        return Aligned(zero, zero + 1, *columns, zero)

    exact = stretches((0, 20, 0, 20), (100, 140, 100, 140))
    found = stretches((0, 60, 0, 60), (98, 142, 98, 142), (300, 350, 300, 350), (310, 340, 400, 430))
    inside = Inside(np.array([0, 1]), np.array([0, 1]), np.array([12.0, -1.0, 2.0, 1.0]))
    stays, chosen = choose(exact, found, np.array([4.0, 3.0, 2.0, 1.0]), inside)
    assert stays.tolist() == [False, True]
    assert chosen.tolist() == [True, False, True, False]


def test_what_exact_stretches_leave_of_a_rewritten_one_is_scored() -> None:
    words = np.arange(200).astype(np.uint64)
    words[100:200] = words[:100]
    words[120:130] = np.arange(500, 510)
    nothing = np.zeros(200, np.int32)
    tokens = Tokens(np.array([0, 100, 200]), words, nothing, nothing.astype(np.uint8), nothing.astype(np.uint8))
    sentences = number_sentences(tokens, tokens.gap)

    def stretches(*rows: tuple[int, int, int, int]) -> Aligned:
        zero = np.zeros(len(rows), np.int32)
        return Aligned(zero, zero + 1, *np.array(rows, np.int64).T, zero)

    exact = stretches((0, 20, 100, 120), (30, 90, 130, 190), (92, 100, 192, 200))
    found = stretches((0, 91, 100, 191), (30, 90, 130, 190), (91, 96, 191, 196))
    inside = find_inside(sentences, tokens.gap, exact, found, np.array([90.0, 80.0, 70.0]))
    assert list(zip(inside.found.tolist(), inside.exact.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1)]
    assert inside.worth[1:].tolist() == [0.0, 70.0]
    assert SCORE - 20 < inside.worth[0] < SCORE  # ten words that differ; one short stretch beside a long one is spared
