"""Sketching, winnowing, pairing and aligning against their slow twins."""

from __future__ import annotations

import itertools
import sys
import time
from collections import Counter
from dataclasses import fields
from itertools import pairwise

import naive
import numba
import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from provenance.matching.aligning import place_kernels, run_kernels, sequence_kernels
from provenance.matching.aligning.alignment import align
from provenance.matching.aligning.layout import Layout, lay_out
from provenance.matching.pairs import kernels, memory_kernels, posting_kernels, postings, shingle_kernels
from provenance.matching.pairs.candidates import bucket_pairs, find_candidates
from provenance.matching.pairs.equal_texts import digest, group_equal
from provenance.matching.pairs.postings import all_postings, shared_postings
from provenance.matching.pairs.sketches import choose_bands, expected_recall, proposed_share, sketcher, word_sketcher
from provenance.settings import Settings
from provenance.tables import PASSAGES, empty
from provenance.text.tokens import Tokens, fold_batch, tokenize

# A vocabulary of few words makes repeats, overlaps and periodic texts common.
WORD = st.sampled_from(list("abcdefgh"))
WORDS = st.lists(WORD, max_size=40)
TEXTS = st.lists(WORDS.map(" ".join), min_size=2, max_size=5)
SETTINGS = Settings()
WIDEST = next(int(field.metadata["high"]) for field in fields(Settings) if field.name == "window")


def tokens_of(texts: list[str]) -> Tokens:
    return tokenize(pl.Series("text", texts, pl.String))


@given(st.lists(WORDS.map(" ".join), min_size=1, max_size=4), st.integers(1, 6), st.sampled_from([16, 64]))
def test_signatures_equal_datasketch_bit_for_bit(texts: list[str], k: int, num_perm: int) -> None:
    settings = Settings(shingle_words=max(k, 2), num_perm=num_perm, seed=7)
    made = sketcher(settings)(fold_batch(texts))
    expected = [naive.minhash(text.split(), settings.shingle_words, num_perm, 7) for text in texts]
    assert made.tolist() == expected


@given(WORDS, st.integers(2, 6))
def test_shingle_hashes_are_equal_exactly_where_shingles_are(words: list[str], k: int) -> None:
    tokens = tokens_of([" ".join(words)])
    out = np.empty(len(words) + 1, np.uint64)
    n = kernels.shingle_hashes(tokens.word, 0, len(words), k, out)
    width = min(k, len(words))
    expected = [tuple(words[i : i + width]) for i in range(len(words) - width + 1)] if words else []
    assert n == len(expected)
    for i, j in itertools.combinations(range(n), 2):
        assert (out[i] == out[j]) == (expected[i] == expected[j])
    known = tokens.word.tolist()
    assert out[:n].tolist() == [naive.shingle_hash(known[i : i + width]) for i in range(n)]


@njit
def add_up(given: np.ndarray) -> int:
    total, array = np.int64(0), memory_kernels.lent(given)
    for i in range(array.size):
        total += array[i]
    return total


def test_what_is_lent_to_a_kernel_is_what_was_given() -> None:
    given = np.arange(1000)
    before = sys.getrefcount(given)
    assert [add_up(given[::step]) for step in (1, 3)] == [given.sum(), given[::3].sum()]
    assert sys.getrefcount(given) == before


@given(WORDS, st.integers(1, 6))
def test_winnowing_takes_the_smallest_of_every_window(words: list[str], window: int) -> None:
    tokens = tokens_of([" ".join(words)])
    hashes = np.empty(len(words) + 1, np.uint64)
    n = kernels.shingle_hashes(tokens.word, 0, len(words), 3, hashes)
    place = all_postings(tokens, np.ones(1, np.bool_), 3, window).place
    assert place.tolist() == sorted(naive.winnowed(hashes[:n].tolist(), window))


@given(TEXTS, st.integers(1, 5), st.integers(1, 3), st.sampled_from([0, 22]))
def test_parts_of_the_hash_range_hold_what_stands_twice(texts: list[str], part: int, threads: int, slots: int) -> None:
    tokens = tokens_of(texts)
    wanted = np.ones(len(texts), np.bool_)
    whole = all_postings(tokens, wanted, 3, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "PART", part)
        patch.setattr(postings, "MOST_SLOTS", slots)
        parted = shared_postings(tokens, wanted, 3, 4, threads)
    pieces = list(zip(*(column.tolist() for column in parted[:3]), strict=True))
    every = list(zip(*(column.tolist() for column in whole[:3]), strict=True))
    assert len(set(pieces)) == len(pieces)
    assert set(pieces) <= set(every)
    standing = Counter(key for key, *_ in every)
    assert {piece for piece in every if standing[piece[0]] > 1} <= set(pieces)
    last = -1
    for low, high in itertools.pairwise(parted.parts.tolist()):
        assert parted.owner[low:high].tolist() == sorted(parted.owner[low:high].tolist())
        lower = [key % 2**32 for key in parted.key[low:high].tolist()]
        assert last < min(lower, default=2**32)
        last = max(lower, default=last)


@pytest.mark.parametrize("window", [1, 4, WIDEST])
def test_places_hold_with_the_widest_window(window: int) -> None:
    """A step from one posting to the next is a byte, of which one bit is taken."""
    texts = [" ".join(f"word{number * step % 997}" for step in range(900)) for number in (1, 1, 3)]
    tokens, wanted = tokens_of(texts), np.ones(3, np.bool_)
    found = shared_postings(tokens, wanted, 3, window, 2)
    hashes = np.empty(900, np.uint64)
    for row in (0, 1):
        n = kernels.shingle_hashes(tokens.word, tokens.bounds[row], tokens.bounds[row + 1], 3, hashes)
        places = sorted(found.place[found.owner == row].tolist())
        assert places == sorted(naive.winnowed(hashes[:n].tolist(), window))
        assert window == 1 or max(np.diff(places)) > window // 2


def test_postings_that_stand_alone_are_left_out() -> None:
    texts = [" ".join(f"word{50 * number + step}" for step in range(50)) for number in range(40)]
    tokens, wanted = tokens_of([*texts, texts[7]]), np.ones(41, np.bool_)
    every, found = all_postings(tokens, wanted, 3, 4), shared_postings(tokens, wanted, 3, 4, 2)
    alike = np.isin(every.owner, [7, 40]).sum()
    assert alike <= found.key.size < every.key.size // 2  # a few bits meet by chance


@given(st.lists(st.integers(0, 2**64 - 1) | st.sampled_from([0, 5, 2**64 - 1]), max_size=400))
def test_order_by_key_is_a_stable_sort(keys: list[int]) -> None:
    key = np.array(keys, np.uint64)
    assert kernels.order_by_key(key).tolist() == np.argsort(key, kind="stable").tolist()


@given(TEXTS, st.sampled_from([4, 32]))
@example(["a b c d e f g h " * 3] * 6, 4)
def test_pairs_share_a_run_exactly_when_the_twin_says_so(texts: list[str], cap: int) -> None:
    settings = Settings(link_cap=cap)
    found = find_candidates(tokens_of(texts), None, settings)
    pairs = set(zip(found.left[found.linked].tolist(), found.right[found.linked].tolist(), strict=True))
    words = [text.split() for text in texts]
    for i, j in itertools.combinations(range(len(texts)), 2):
        reached = naive.longest_run(words[i], words[j]) >= 8 or (words[i] == words[j] != [])
        if (i, j) in pairs:
            assert reached
        elif cap == 32:
            assert not reached


@given(TEXTS)
def test_every_pair_that_shares_a_shingle_is_compared_in_a_small_dump(texts: list[str]) -> None:
    found = find_candidates(tokens_of(texts), None, SETTINGS)
    pairs = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    words = [text.split() for text in texts]
    for i, j in itertools.combinations(range(len(texts)), 2):
        assert ((i, j) in pairs) == bool(naive.shingles(words[i], 5) & naive.shingles(words[j], 5))


def test_one_document_of_a_word_again_and_again_is_no_pairs() -> None:
    many = 200_000
    key, order = np.zeros(many, np.uint64), np.arange(many, dtype=np.int32)
    began = time.process_time()
    owner = (order >= many // 2).astype(np.int32)
    pairs, count = posting_kernels.pair_sharing(key, owner, order, 2, np.empty(16, np.int64))
    assert pairs[:count].tolist() == [1]
    assert time.process_time() - began < 4  # all pairs of places: 15 s


def test_a_run_in_many_documents_links_each_to_the_previous_and_the_first() -> None:
    texts = [f"own{i} words{i} before{i} the run of nine words that all of them share after{i}" for i in range(200)]
    found = find_candidates(tokens_of(texts), None, Settings(link_cap=10, exhaustive_documents=0))
    pairs = set(zip(found.left[found.linked].tolist(), found.right[found.linked].tolist(), strict=True))
    assert {(i - 1, i) for i in range(1, 200)} <= pairs
    assert {(0, i) for i in range(1, 200)} <= pairs
    key = all_postings(tokens_of(texts), np.ones(200, np.bool_), 5, 4).key
    _, held = np.unique(key, return_counts=True)
    assert len(pairs) <= 3 * held[held > 10].sum()
    assert found.over_cap > 0


@given(TEXTS)
def test_equal_texts_are_grouped(texts: list[str]) -> None:
    groups = group_equal(digest(tokens_of(texts)))
    for i, text in enumerate(texts):
        assert groups.first[i] == texts.index(text)
        assert bool(groups.wanted[i]) == (texts.index(text) == i and bool(text))


def pairs_of(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.triu_indices(len(texts), 1)
    return left.astype(np.int32), right.astype(np.int32)


def lay_out_plain(tokens: Tokens) -> Layout:
    ids = [f"{row}" for row in range(tokens.bounds.size - 1)]
    return lay_out(pl.DataFrame({"doc_id": ids, "text": [""] * len(ids)}), empty(PASSAGES), tokens)


def aligned(texts: list[str], settings: Settings = SETTINGS):
    tokens = tokens_of(texts)
    return align(tokens, lay_out_plain(tokens), *pairs_of(texts), settings), tokens


@given(TEXTS)
def test_jaccard_is_exact(texts: list[str]) -> None:
    found, _ = aligned(texts)
    for left, right, jaccard in zip(found.left.tolist(), found.right.tolist(), found.jaccard.tolist(), strict=True):
        assert jaccard == pytest.approx(naive.jaccard(texts[left].split(), texts[right].split(), 5), abs=1e-6)


@given(TEXTS)
def test_exact_stretches_really_are_equal_words(texts: list[str]) -> None:
    found, tokens = aligned(texts, Settings(min_span_words=5))
    stretches = found.aligned
    for row, identity in enumerate(stretches.identity().tolist()):
        left = tokens.word[stretches.left_first[row] : stretches.left_last[row]].tolist()
        right = tokens.word[stretches.right_first[row] : stretches.right_last[row]].tolist()
        assert (identity == 1) == (left == right)
        assert naive.common_subsequence(left, right) >= stretches.equal[row]
        assert stretches.equal[row] >= 8 or left == right


@given(WORDS, WORDS)
def test_swapping_the_sides_mirrors_the_longest_stretch(one: list[str], two: list[str]) -> None:
    ours, _ = aligned([" ".join(one), " ".join(two)])
    theirs, _ = aligned([" ".join(two), " ".join(one)])
    assert ours.jaccard.tolist() == theirs.jaccard.tolist()
    assert max(ours.aligned.equal.tolist(), default=0) == max(theirs.aligned.equal.tolist(), default=0)


@given(WORDS, WORDS)
@example([*"abcdefghijklm"], [*"abcdefxhijklm"])  # two runs, whose sides are as far apart
def test_runs_are_maximal(one: list[str], two: list[str]) -> None:
    tokens = tokens_of([" ".join(one), " ".join(two)])
    a1, b1 = len(one), len(one) + len(two)
    hashes = np.empty(64, np.uint64)
    n = kernels.shingle_hashes(tokens.word, 0, a1, 5, hashes)
    slots, heads, following = np.empty(256, np.uint64), np.empty(256, np.int32), np.empty(64, np.int32)
    shingle_kernels.index_shingles(hashes, n, slots, heads, following)
    shingles = hashes[:n].copy()
    n = kernels.shingle_hashes(tokens.word, a1, b1, 5, hashes)
    bits, met = np.empty(32, np.uint64), np.full(256, -1, np.int32)
    shingle_kernels.mark_bits(shingles, shingles.size, bits)
    place, slot, looked = (np.empty(64, np.int32) for _ in range(3))
    many, distinct = shingle_kernels.meet_shingles(hashes, n, bits, slots, heads, met, 0, place, slot)
    assert distinct == len(naive.shingles(one, 5) & naive.shingles(two, 5))
    runs = np.empty((1, 3), np.int32)
    while True:
        count = run_kernels.find_runs(
            *(tokens.word, tokens.gap, 0, len(one), a1, len(two)),
            *(5, heads, following, many, place, slot, looked, runs),
        )
        if count >= 0:
            break
        runs = np.empty((2 * len(runs), 3), np.int32)
    found = {tuple(row) for row in runs[:count].tolist()}
    expected = naive.maximal_runs(one, two, 5)
    assert found <= expected | {(0, 0, len(one))}
    assert {run for run in expected if looked_at(one, run, 5)} <= found


def looked_at(words: list[str], run: tuple[int, int, int], k: int) -> bool:
    """Whether a run holds a shingle that stands fewer than CHAIN_CAP times before it."""
    start, _, length = run
    every = [words[at : at + k] for at in range(len(words))]
    return any(every[:at].count(every[at]) < run_kernels.CHAIN_CAP for at in range(start, start + length - k + 1))


def test_a_copy_is_found_that_begins_with_a_line_of_every_entry() -> None:
    line = "click here for the full blog post"
    story = "a story of some twenty words that stands in one entry of this long page and again elsewhere in full"
    page = " ".join(f"{line} entry {number} says nothing" for number in range(30)) + f" {line} {story}"
    other = f"something else before it {line} {story}"
    for texts in ([page, other], [other, page]):
        found, _ = aligned(texts)
        assert len(line.split()) + len(story.split()) in found.aligned.equal.tolist()


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="forty million steps")
def test_one_word_over_and_over_does_not_cost_its_square() -> None:
    many = 20_000
    tokens = tokens_of(["word " * many])
    began = time.process_time()
    rows = np.zeros(1, np.int32)
    found = align(tokens, lay_out_plain(tokens), rows, rows, SETTINGS)
    assert time.process_time() - began < 4  # all runs, each carried on to the text's end: 7 s
    assert found.aligned.left_first.tolist() == list(range(0, many - 2 * 15 + 1, 15))


@given(WORDS, WORDS)
def test_common_subsequence_equals_the_twin(one: list[str], two: list[str]) -> None:
    tokens = tokens_of([" ".join(one), " ".join(two)])
    found = sequence_kernels.common_subsequence(tokens.word, 0, len(one), len(one), len(two))
    assert found == naive.common_subsequence(one, two)


def test_an_edit_near_the_end_does_not_cut_the_span() -> None:
    shared = "the minister said on Tuesday that the harbour would open again before the winter storms"
    texts = [f"{shared} reach the northern coast", f"{shared} hit the northern coast"]
    found, _ = aligned(texts)
    assert found.aligned.equal.tolist() == [18]
    assert found.aligned.left_last.tolist() == [19]


def test_the_bands_meet_the_recall_they_promise() -> None:
    bands, rows = choose_bands(SETTINGS)
    assert expected_recall(SETTINGS.match_jaccard, bands, rows) >= SETTINGS.recall_target
    assert expected_recall(SETTINGS.match_jaccard, SETTINGS.num_perm // (rows + 1), rows + 1) < SETTINGS.recall_target


def test_the_curve_promises_no_more_than_the_sketches_propose() -> None:
    random = np.random.default_rng(7)
    pairs, perms = 2000, SETTINGS.num_perm
    for jaccard in (0.2, 0.3, 0.4):
        signatures = random.integers(0, 2**32, (pairs, 2, perms), np.uint32)
        signatures[:, 1] = np.where(random.random((pairs, perms)) < jaccard, signatures[:, 0], signatures[:, 1])
        found, _ = bucket_pairs(signatures.reshape(-1, perms), np.ones(2 * pairs, np.bool_), SETTINGS)
        share = np.count_nonzero((found >> 32) + 1 == (found & 0xFFFFFFFF)) / pairs
        assert share >= proposed_share(jaccard, SETTINGS) - 3 * (share * (1 - share) / pairs) ** 0.5
    assert proposed_share(SETTINGS.match_jaccard, SETTINGS) >= SETTINGS.recall_target


@pytest.mark.parametrize("shingles", [10, 40, 400])
def test_sketches_of_words_propose_pairs_of_texts_of_any_length(shingles: int) -> None:
    random, pairs, jaccard, k = np.random.default_rng(11), 1000, SETTINGS.match_jaccard, SETTINGS.shingle_words
    words = random.integers(0, 1 << 63, (pairs, 2, shingles + k - 1)).astype(np.uint64)
    shared = int(np.ceil(2 * shingles * jaccard / (1 + jaccard)))
    words[:, 1, : shared + k - 1] = words[:, 0, : shared + k - 1]
    bounds = np.arange(2 * pairs + 1) * (shingles + k - 1)
    signatures = word_sketcher(SETTINGS)(Tokens(bounds, words.reshape(-1), *[np.empty(0)] * 3))
    equal, truth = (signatures[::2] == signatures[1::2]).mean(1), shared / (2 * shingles - shared)
    assert abs(equal.mean() - truth) < 0.005
    assert equal.std() < 1.2 * (truth * (1 - truth) / SETTINGS.num_perm) ** 0.5
    found, _ = bucket_pairs(signatures, np.ones(2 * pairs, np.bool_), SETTINGS)
    assert np.count_nonzero((found >> 32) + 1 == (found & 0xFFFFFFFF)) / pairs >= SETTINGS.recall_target


@pytest.mark.parametrize("perms", [16, 25, 128])
def test_sketches_of_words_equal_the_twin(perms: int) -> None:
    random = np.random.default_rng(12)
    counts = [0, 1, 3, 5, 6, 9, 30, 300, 0]
    words = random.integers(0, 1 << 63, sum(counts)).astype(np.uint64)
    bounds = np.cumsum([0, *counts])
    factors = random.integers(0, 1 << 63, 2).astype(np.uint64) | np.uint64(1)
    signatures = np.empty((len(counts), perms), np.uint32)
    kernels.minhash_words(words, bounds, 5, factors, signatures)
    hashes = np.empty(400, np.uint64)
    for row, (low, high) in enumerate(pairwise(bounds.tolist())):
        n = kernels.shingle_hashes(words, low, high, 5, hashes)
        assert signatures[row].tolist() == naive.minhash_in_parts(hashes[:n].tolist(), factors.tolist(), perms)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), min_size=1, max_size=12), st.integers(0, 60), st.data()
)
def test_the_role_that_covers_most_is_the_twins(ranges: list[tuple[int, int]], begin: int, data: st.DataObject) -> None:
    kinds, sizes = zip(*ranges, strict=True)
    last = np.cumsum(np.array(sizes, np.int64))
    end = begin + data.draw(st.integers(1, 40))
    held = [kind for kind, size in zip(kinds, sizes, strict=True) for _ in range(size)][begin:end]
    out = np.empty(1, np.uint8)
    place_kernels.most_of(
        last - np.array(sizes), last, np.array(kinds, np.uint8), np.array([begin]), np.array([end]), 7, out
    )
    assert held.count(int(out[0])) == max(map(held.count, range(7)))
    assert all(held.count(kind) < held.count(int(out[0])) for kind in range(int(out[0])))


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(0, 1))
def test_of_what_stands_once_little_is_kept_and_of_the_rest_all(numbers: list[int], step: int) -> None:
    keys = np.array(
        [(number * 0x9E3779B97F4A7C15) % (1 << 64) if step else number << 58 for number in numbers], np.uint64
    )
    kept = kernels.repeated(keys).tolist()
    assert kept == sorted(set(kept))
    assert {place for place, number in enumerate(numbers) if numbers.count(number) > 1} <= set(kept)


def test_most_keys_that_stand_once_are_left_out() -> None:
    keys = np.random.default_rng(17).integers(0, 1 << 64, 10_000, np.uint64)
    assert kernels.repeated(keys).size < 1_500
    assert kernels.repeated(np.concatenate([keys, keys[:1000]])).size < 4_000
