"""The rewritten channel: its kernels against slow twins, and what it claims."""

from __future__ import annotations

import naive
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import provenance
from provenance import Settings
from provenance.matching import rewritten_kernels, stretch_kernels
from provenance.text.kernels import ADDRESS

KINDS = 8  # distinct words: few, so that bags overlap
SIDE = st.lists(st.integers(0, KINDS - 1), min_size=1, max_size=14)
WEIGHTS = st.lists(st.floats(0.3, 2.0), min_size=KINDS, max_size=KINDS)  # so light that no x-drop ends a walk


class Pair:
    """Two documents, one after the other, as the kernels want them."""

    def __init__(self, one: list[int], two: list[int], isf: list[float]) -> None:
        self.words = [*one, *two]
        self.ids = np.array(self.words, np.int32)
        self.gap = np.zeros(self.ids.size + 1, np.uint8)
        self.isf = np.array(isf)
        self.weights = dict(enumerate(isf))
        self.ranges = (0, len(one), len(one), len(self.words))

    def counted(self, box: naive.Box) -> tuple[np.ndarray, np.ndarray]:
        """The counts of both sides of a box."""
        sides = self.ids[box[0] : box[1]], self.ids[box[2] : box[3]]
        one, two = (np.bincount(side, minlength=KINDS).astype(np.int32) for side in sides)
        return one, two


@st.composite
def pairs_with_box(draw: st.DrawFn) -> tuple[Pair, naive.Box]:
    pair = Pair(draw(SIDE), draw(SIDE), draw(WEIGHTS))
    ends = []
    for low, high in (pair.ranges[:2], pair.ranges[2:]):
        first = draw(st.integers(low, high - 1))
        ends += [first, draw(st.integers(first + 1, high))]
    return pair, (ends[0], ends[1], ends[2], ends[3])


@given(pairs_with_box())
def test_weights_of_a_box_are_those_of_its_bags(case: tuple[Pair, naive.Box]) -> None:
    pair, box = case
    shared, left, right = stretch_kernels.weigh(pair.ids, pair.isf, *pair.counted(box), np.array(box))
    one, two = pair.words[box[0] : box[1]], pair.words[box[2] : box[3]]
    assert shared == pytest.approx(naive.shared_weight(one, two, pair.weights))
    assert (left, right) == pytest.approx((naive.weight(one, pair.weights), naive.weight(two, pair.weights)))


@given(pairs_with_box())
def test_each_edge_moves_to_its_best_place(case: tuple[Pair, naive.Box]) -> None:
    pair, box = case
    low, high = pair.ranges[:2]
    mine, theirs = pair.words[box[0] : box[1]], pair.words[box[2] : box[3]]
    arguments = pair.ids, pair.gap, pair.isf, *pair.counted(box)
    end = stretch_kernels.move_edge(*arguments, box[1], high, box[0] + 1, 1)
    expected = naive.best_edge(mine, pair.words[box[1] : high], theirs, pair.weights, stretch_kernels.EDGE)
    assert end == box[1] + expected
    assert arguments[3].tolist() == np.bincount(pair.ids[box[0] : end], minlength=KINDS).tolist()
    arguments = pair.ids, pair.gap, pair.isf, *pair.counted(box)
    start = stretch_kernels.move_edge(*arguments, box[0], low, box[1] - 1, -1)
    before = pair.words[low : box[0]][::-1]
    assert start == box[0] - naive.best_edge(mine[::-1], before, theirs, pair.weights, stretch_kernels.EDGE)


@given(pairs_with_box(), st.data())
def test_a_box_takes_in_what_pays_and_leaves_no_trace_of_what_does_not(
    case: tuple[Pair, naive.Box], data: st.DataObject
) -> None:
    pair, box = case
    wider = []
    for low, high in (pair.ranges[:2], pair.ranges[2:]):
        first = data.draw(st.integers(low, high - 1))
        wider += [first, data.draw(st.integers(first + 1, high))]
    union = (min(box[0], wider[0]), max(box[1], wider[1]), min(box[2], wider[2]), max(box[3], wider[3]))
    pays = stretch_kernels.PAYS
    gain = naive.box_value(pair.words, union, pair.weights, pays) - naive.box_value(pair.words, box, pair.weights, pays)
    ours, theirs = pair.counted(box)
    held = np.array(box)
    taken = stretch_kernels.absorb(pair.ids, pair.gap, pair.isf, ours, theirs, held, *wider)
    if abs(gain) > 1e-9:
        assert taken == (gain > 0)
    expected = union if taken else box
    assert held.tolist() == list(expected)
    for counted, known in zip((ours, theirs), pair.counted(expected), strict=True):
        assert counted.tolist() == known.tolist()


@given(pairs_with_box(), st.data())
def test_the_rest_of_a_box_is_scored_without_what_lies_inside(
    case: tuple[Pair, naive.Box], data: st.DataObject
) -> None:
    pair, box = case
    inner = []
    for low, high in ((box[0], box[1]), (box[2], box[3])):
        first = data.draw(st.integers(low, high - 1))
        inner += [first, data.draw(st.integers(first + 1, high))]
    one = pair.words[box[0] : inner[0]] + pair.words[inner[1] : box[1]]
    two = pair.words[box[2] : inner[2]] + pair.words[inner[3] : box[3]]
    heavier = max(naive.weight(one, pair.weights), naive.weight(two, pair.weights))
    expected = naive.shared_weight(one, two, pair.weights) - stretch_kernels.PAYS * heavier
    ours, theirs = np.zeros(KINDS, np.int32), np.zeros(KINDS, np.int32)
    rest = stretch_kernels.score_rest(pair.ids, pair.isf, ours, theirs, np.array(box), np.array([inner]))
    assert rest == pytest.approx(expected)
    assert not ours.any()
    assert not theirs.any()


@given(st.lists(SIDE, min_size=1, max_size=4), st.lists(SIDE, min_size=1, max_size=4))
def test_seeds_are_the_sentences_that_are_alike(one: list[list[int]], two: list[list[int]]) -> None:
    sentences = one + two
    ids = np.array([word for sentence in sentences for word in sentence], np.int32)
    cuts = np.cumsum([0, *map(len, sentences)])
    of = np.array([0, len(one), len(sentences)])
    frequency = np.array([sum(word in sentence for sentence in sentences) for word in range(KINDS)], np.int32)
    isf = np.zeros(KINDS)
    scratch = np.zeros(KINDS, np.int64), np.int64(0), np.zeros(KINDS, np.int32)
    rewritten_kernels.pair_isf(ids, cuts, of, 0, 1, frequency, len(sentences), *scratch, isf)
    weights = naive.pair_isf(sentences, sentences, rewritten_kernels.SMOOTH)
    assert {word: isf[word] for word in weights} == pytest.approx(weights)
    room = (np.empty(99, np.int32), np.empty(99), np.empty(99, np.int32), np.empty(99, np.int32))
    room += (np.empty(9), np.empty(9, np.int32), np.empty(9), np.empty(9, np.int32))
    head = np.full(KINDS, -1, np.int32)
    seeds, _, count = rewritten_kernels.seed_sentences(
        ids,
        cuts,
        0,
        len(one),
        len(one),
        len(sentences),
        isf,
        head,
        scratch[2],
        room,
        np.empty((1, 2), np.int64),
        np.empty(1),
    )
    found = {(int(a), int(b)) for a, b in seeds[:count]}
    assert count == len(found)
    assert (head == -1).all()
    assert not scratch[2].any()
    telling = [[word for word in sentence if isf[word] >= rewritten_kernels.FAINT] for sentence in sentences]
    for a in range(len(one)):
        for b in range(len(one), len(sentences)):
            like = naive.cosine(telling[a], telling[b], weights) - rewritten_kernels.COSINE
            kinds = naive.dice(telling[a], telling[b]) - rewritten_kernels.DICE
            if min(abs(like), abs(kinds)) > 1e-9:
                assert ((a, b) in found) == (like > 0 and kinds > 0)


def test_half_a_sentence_inside_is_a_whole_one_and_an_address_is_not_crossed() -> None:
    cuts = np.array([0, 10, 20, 30])
    gap = np.zeros(31, np.uint8)
    assert stretch_kernels.whole_sentences(gap, cuts, 0, 3, 5, 14) == (0, 14)
    assert stretch_kernels.whole_sentences(gap, cuts, 0, 3, 6, 25) == (6, 30)
    gap[3], gap[27] = ADDRESS, ADDRESS
    assert stretch_kernels.whole_sentences(gap, cuts, 0, 3, 5, 25) == (3, 27)


@given(SIDE, SIDE, WEIGHTS, st.data())
def test_a_stretch_grown_from_a_seed_scores_what_its_bags_do(
    one: list[int], two: list[int], isf: list[float], data: st.DataObject
) -> None:
    pair = Pair(one, two, isf)
    middle = data.draw(st.integers(1, len(one)))
    cuts = np.array(sorted({0, middle, len(one), len(pair.words)}))
    halves = int(np.searchsorted(cuts, len(one)))
    seeds = np.array([[a, halves] for a in range(halves)])
    ours, theirs, box = np.zeros(KINDS, np.int32), np.zeros(KINDS, np.int32), np.empty(4, np.int64)
    sentences = (0, halves, halves, halves + 1)
    arguments = pair.ids, pair.gap, pair.isf, ours, theirs, cuts, seeds, halves
    score = stretch_kernels.grow(*arguments, 0, 4, pair.ranges, sentences, box)
    assert not ours.any()
    assert not theirs.any()
    a_first, a_last, b_first, b_last = box.tolist()
    assert 0 <= a_first < a_last <= len(one) <= b_first < b_last <= len(pair.words)
    # sentences made whole are not in the score, so they can only have lowered it or left it
    start = (0, int(cuts[1]), len(one), len(pair.words))
    assert score >= naive.box_score(pair.words, start, pair.weights, 1.0) - 1e-9


def test_a_paragraph_that_one_article_has_alone_parts_those_that_it_stands_between() -> None:
    """It was taken for rewriting that came with the sentence before it, and `clean --passages drop` deleted it."""
    head = (
        "A farmer in the hills above Kendal has trained a herd of nine alpacas to guard his lambs against foxes, and"
        " says he has not lost one since April."
    )
    own = (
        "Mr Hodge sells wool from the animals at the Saturday market in Kirkby Lonsdale, where a jumper costs ninety"
        " pounds and the waiting list runs to two years."
    )
    rest = (
        "Brian Hodge, 61, bought the first two animals at an auction in Penrith. They hate anything that looks like a"
        " dog, he said. My own collie will not go into the field, and the National Sheep Association said it was"
        " spreading."
    )
    articles = pl.DataFrame({"id": ["one", "two"], "text": [f"{head}\n\n{rest}", f"{head}\n\n{own}\n\n{rest}"]})
    run = provenance.scan(articles, Settings(rewritten="on", until="matches"))
    spans = [articles["text"][1][start:end] for start, end in run.spans.select("right_start", "right_end").iter_rows()]
    assert spans == [head, rest]
    gone = provenance.clean(articles, keep="first", passages="drop")
    assert gone["text"].to_list() == [articles["text"][0], own]
