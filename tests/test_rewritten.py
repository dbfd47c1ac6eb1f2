"""The rewritten channel: its kernels against slow twins, and what it claims."""

from __future__ import annotations

import naive_rewritten as naive
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import provenance
from provenance import Settings
from provenance.matching.aligning import rewritten_kernels, stretch_kernels
from provenance.text.kernels import ADDRESS

KINDS = 8  # distinct words: few, so that bags overlap
SIDE = st.lists(st.integers(0, KINDS - 1), min_size=1, max_size=14)
NO_WALLS = np.empty(0, np.int64)
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
    taken = stretch_kernels.absorb(pair.ids, pair.gap, pair.isf, ours, theirs, held, NO_WALLS, *wider)
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


@given(st.data())
def test_walls_stand_at_both_ends_of_passages_without_a_seed(data: st.DataObject) -> None:
    # two documents of one passage or more each, of one sentence or more each, of one word or more each
    shape = st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=3), min_size=1, max_size=4)
    documents = data.draw(shape), data.draw(shape)
    cuts, first, last, seedable, counts = [0], [], [], [], []
    for passages in documents:
        seedable.append([])
        for passage in passages:
            first.append(cuts[-1])
            for words in passage:
                seedable[-1].append(len(cuts) - 1)
                cuts.append(cuts[-1] + words)
            last.append(cuts[-1])
        counts.append(len(passages))
    seeds = data.draw(st.lists(st.tuples(*(st.sampled_from(side) for side in seedable)), max_size=4))
    held = {sentence for seed in seeds for sentence in seed}
    expected = []
    for low, high in zip(first, last, strict=True):
        own = not any(low <= cuts[s] < high for s in held)
        expected += [low, high] if own and high - low >= stretch_kernels.ALONE else []
    halves = len(seedable[0])
    nothing = np.zeros(cuts[-1], np.int32), np.zeros(cuts[-1], np.int32)
    walls = stretch_kernels.find_walls(
        np.arange(cuts[-1]).astype(np.int32),  # no word stands in both
        np.ones(cuts[-1]),
        *nothing,
        np.array(cuts),
        np.array(seeds, np.int64).reshape(-1, 2),
        len(seeds),
        (0, cuts[halves], cuts[halves], cuts[-1]),
        (0, halves, halves, len(cuts) - 1),
        (0, counts[0], counts[0], sum(counts)),
        np.array(first),
        np.array(last),
        np.zeros(len(cuts), np.bool_),
    )
    assert not nothing[0].any()
    assert not nothing[1].any()
    assert walls.tolist() == expected


@given(pairs_with_box())
def test_a_passage_pays_by_the_words_that_stand_in_the_other_document_too(case: tuple[Pair, naive.Box]) -> None:
    pair, box = case
    counts = np.zeros(KINDS, np.int32), np.zeros(KINDS, np.int32)
    found = stretch_kernels.pays(pair.ids, pair.isf, *counts, *box[:2], *pair.ranges[2:])
    passage, other = pair.words[box[0] : box[1]], pair.words[pair.ranges[2] :]
    paid = naive.shared_weight(passage, other, pair.weights)
    due = stretch_kernels.PAYS * naive.weight(passage, pair.weights)
    if abs(paid - due) > 1e-9:
        assert found == (paid > due)
    assert not counts[0].any()
    assert not counts[1].any()


@given(pairs_with_box(), st.lists(st.integers(0, 28), max_size=4))
def test_no_wall_is_crossed(case: tuple[Pair, naive.Box], places: list[int]) -> None:
    pair, box = case
    walls = np.array(sorted({w for w in places if not (box[0] < w < box[1] or box[2] < w < box[3])}), np.int64)
    low, high, b_low, b_high = stretch_kernels.within(walls, pair.ranges, np.array(box))
    assert low == max([pair.ranges[0], *(w for w in walls if w <= box[0])])
    assert high == min([pair.ranges[1], *(w for w in walls if w >= box[1])])
    assert b_low == max([pair.ranges[2], *(w for w in walls if w <= box[2])])
    assert b_high == min([pair.ranges[3], *(w for w in walls if w >= box[3])])
    held = np.array(box)
    everything = pair.ranges
    taken = stretch_kernels.absorb(pair.ids, pair.gap, pair.isf, *pair.counted(box), held, walls, *everything)
    crossed = any(everything[0] < w < everything[1] or everything[2] < w < everything[3] for w in walls)
    assert not (taken and crossed)


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
    score = stretch_kernels.grow(*arguments, 0, 4, NO_WALLS, pair.ranges, sentences, box)
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


def test_a_paragraph_of_one_side_is_no_part_of_what_stands_around_it_however_its_lead_was_edited() -> None:
    """Both were taken for wholly contained in each other, and `clean --passages drop` deleted what only one had.

    As pages are read: paragraphs are lines, and nothing but passages tells their ends from those of sentences.
    """
    lead = "The railway will cut thirty trains from its winter timetable, as drivers and carriages are short"
    shared = (
        "Lines in Thuringia, Saxony-Anhalt and along the North Sea coast lose most of them, the operator said, and"
        " travellers who hold tickets may have their money back or take a later train.\n"
    )
    last = (
        "The passengers' association called the plans a disgrace for everybody who lives in the east, and the state"
        " government in Erfurt wants to invite the minister to a meeting this week."
    )
    one = "“We would rather run fewer trains, and those on time,” a member of the board told reporters in Berlin.\n"
    two = "Jena's mayor heard of it on the radio, he says above the market, and calls it a slap in the face.\n"
    texts = [
        f"{lead}. It announced this on Monday in Berlin.\n{shared}{one}{last}",
        f"Erfurt. {lead}. Jena and Saalfeld lose their last direct ones to Leipzig.\n{shared}{two}{last}",
    ]
    articles = pl.DataFrame({"id": ["one", "two"], "text": texts})
    run = provenance.scan(articles, Settings(rewritten="on", until="matches"))
    for side, (text, own) in zip(("left", "right"), zip(texts, (one, two), strict=True), strict=True):
        place = text.index(own)
        for start, end in run.spans.select(f"{side}_start", f"{side}_end").iter_rows():
            assert end <= place or start >= place + len(own.strip())
    assert run.spans.height == 2
    kept = provenance.clean(articles, keep="first", passages="drop")["text"].to_list()
    assert one in kept[0]
    assert two.strip() in kept[1]
