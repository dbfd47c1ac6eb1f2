"""Kernels that grow one rewritten stretch: two ranges of words that share as much weight as they can.

A stretch is `box` (int64) = (first, last of a, first, last of b), words of the whole of TOKENS; `ours` and `theirs`
(int32, by word number) count the words of its two sides. Words are matched one to one in any order: the shared weight
is the sum of isf x the lesser of the two counts, so that a word of the topic pays no more often than it stands on the
other side. That, and edges that give way late, raised plagdet on PAN13's salads and translations by .03 to .05.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.kernels import ADDRESS

PAYS = 0.3  # share of a side's weight that must be matched for a sentence to be taken in, and in a score
EDGE = 0.2  # the same at an edge, word by word; a theta that followed the matched share cut true ones short
DROP = 20.0  # x-drop: an edge stops where the value falls this far below its peak
ALONE = 15  # words of a passage that parts what stands around it, as many as a span has
ROUNDS = 5  # alternations of the edges of the two sides


@njit(cache=True, nogil=True)
def take(ids, isf, ours, theirs, low, high, sign):
    """Put words low:high into a side (sign 1) or take them out (-1) -> changes of the shared and of its own weight."""
    shared, own = 0.0, 0.0
    for w in range(low, high):
        t = ids[w]
        if sign < 0:
            ours[t] -= 1
        if ours[t] < theirs[t]:
            shared += sign * isf[t]
        if sign > 0:
            ours[t] += 1
        own += sign * isf[t]
    return shared, own


@njit(cache=True, nogil=True)
def absorb(ids, gap, isf, ours, theirs, box, walls, a_low, a_high, b_low, b_high):
    """Widen the box to hold a_low:a_high and b_low:b_high too, if that adds to its value -> whether it did."""
    a_low, a_high = min(a_low, box[0]), max(a_high, box[1])
    b_low, b_high = min(b_low, box[2]), max(b_high, box[3])
    for w in walls:
        if a_low < w < a_high or b_low < w < b_high:
            return False
    for w in range(a_low + 1, a_high):
        if gap[w] == ADDRESS:
            return False
    for w in range(b_low + 1, b_high):
        if gap[w] == ADDRESS:
            return False
    value = 0.0
    for sign in (1, -1):
        for low, high in ((a_low, box[0]), (box[1], a_high)):
            shared, own = take(ids, isf, ours, theirs, low, high, sign)
            value += 2 * shared - PAYS * own
        for low, high in ((b_low, box[2]), (box[3], b_high)):
            shared, own = take(ids, isf, theirs, ours, low, high, sign)
            value += 2 * shared - PAYS * own
        if sign > 0 and value > 0:
            box[0], box[1], box[2], box[3] = a_low, a_high, b_low, b_high
            return True
    return False


@njit(cache=True, nogil=True)
def move_edge(ids, gap, isf, ours, theirs, at, out, inside, way):
    """The best place of one edge of a side, which now stands before word `at`, between `out` and `inside`.

    `way` is 1 for the end of a side, -1 for its start. The edge moves out as long as words pay, or else in as long as
    they do not; it stops DROP below the best value on its way.
    """
    for turn in (1, -1):
        step, limit = way * turn, out if turn > 0 else inside
        here, best, value, peak = at, at, 0.0, 0.0
        while here != limit:
            w = here if step > 0 else here - 1
            if turn > 0 and gap[w if step > 0 else here] == ADDRESS:
                break
            t = ids[w]
            if turn < 0:
                ours[t] -= 1
            matched = ours[t] < theirs[t]
            if turn > 0:
                ours[t] += 1
            value += turn * isf[t] * ((1.0 if matched else 0.0) - EDGE)
            here += step
            if value > peak:
                best, peak = here, value
            elif value < peak - DROP:
                break
        while here != best:
            here -= step
            ours[ids[here if step > 0 else here - 1]] -= turn
        if best != at:
            return best
    return at


@njit(cache=True, nogil=True)
def weigh(ids, isf, ours, theirs, box):
    """The box -> (shared weight, weight of a, weight of b)."""
    shared, left, right = 0.0, 0.0, 0.0
    for w in range(box[0], box[1]):
        t = ids[w]
        left += isf[t]
        shared += isf[t] * min(ours[t], theirs[t]) / ours[t]
    for w in range(box[2], box[3]):
        right += isf[ids[w]]
    return shared, left, right


@njit(cache=True, nogil=True)
def pays(ids, isf, ours, theirs, low, high, others, other_high):
    """Whether words others:other_high match PAYS of the weight of words low:high; the counts are left as found."""
    take(ids, isf, theirs, ours, others, other_high, 1)
    shared, own = take(ids, isf, ours, theirs, low, high, 1)
    take(ids, isf, ours, theirs, low, high, -1)
    take(ids, isf, theirs, ours, others, other_high, -1)
    return shared >= PAYS * own


@njit(cache=True, nogil=True)
def find_walls(ids, isf, ours, theirs, cuts, seeds, count, ranges, sentences, passages, first, last, seeded):
    """Words (int64) that no stretch of two documents may cross: both ends of each passage that only one of them has.

    Such a passage has ALONE words or more, no sentence of it is in a seed, and it does not pay even against the whole
    of the other document. `sentences` and `passages` are the bounds of the two documents among all sentences, and among
    the passages first:last. `seeded` (bool [sentences], all False) is left as found. Cost: the words of both documents
    for each passage without a seed.
    """
    walls = np.empty(2 * (passages[1] - passages[0] + passages[3] - passages[2]), np.int64)
    for m in range(count):
        seeded[seeds[m, 0]], seeded[seeds[m, 1]] = True, True
    found = 0
    for side in (0, 2):
        for p in range(passages[side], passages[side + 1]):
            if last[p] - first[p] < ALONE:
                continue
            s, own = sentence_of(cuts, sentences[side], sentences[side + 1], first[p]), True
            while own and s < sentences[side + 1] and cuts[s] < last[p]:
                own = not seeded[s]
                s += 1
            if own and not pays(ids, isf, ours, theirs, first[p], last[p], ranges[2 - side], ranges[3 - side]):
                walls[found], walls[found + 1] = first[p], last[p]
                found += 2
    for m in range(count):
        seeded[seeds[m, 0]], seeded[seeds[m, 1]] = False, False
    return walls[:found]


@njit(cache=True, nogil=True)
def within(walls, ranges, box):
    """How far the four edges of a box may move: to the ends of the documents, or to the next walls."""
    low, high, b_low, b_high = ranges
    for w in walls:
        if w <= box[0]:
            low = max(low, w)
        if w <= box[2]:
            b_low = max(b_low, w)
        if w >= box[1]:
            high = min(high, w)
        if w >= box[3]:
            b_high = min(b_high, w)
    return low, high, b_low, b_high


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def fit_edges(ids, gap, isf, ours, theirs, box, ranges):
    """Move the four edges of the box within `ranges` until none moves any more, ROUNDS times at most -> its score."""
    for _ in range(ROUNDS):
        before = (box[0], box[1], box[2], box[3])
        box[1] = move_edge(ids, gap, isf, ours, theirs, box[1], ranges[1], box[0] + 1, 1)
        box[0] = move_edge(ids, gap, isf, ours, theirs, box[0], ranges[0], box[1] - 1, -1)
        box[3] = move_edge(ids, gap, isf, theirs, ours, box[3], ranges[3], box[2] + 1, 1)
        box[2] = move_edge(ids, gap, isf, theirs, ours, box[2], ranges[2], box[3] - 1, -1)
        if before == (box[0], box[1], box[2], box[3]):
            break
    shared, left, right = weigh(ids, isf, ours, theirs, box)
    return shared - PAYS * max(left, right)


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def sentence_of(cuts, low, high, word):
    """The sentence in low:high that holds a word."""
    while high - low > 1:
        middle = (low + high) // 2
        if cuts[middle] <= word:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def whole_sentences(gap, cuts, low, high, first, last):
    """A side first:last of a stretch -> the same with sentences of low:high that are half inside made whole.

    Whole sentences are copied, and the words at their ends are replaced like any others.
    """
    head, tail = sentence_of(cuts, low, high, first), sentence_of(cuts, low, high, last - 1)
    start = cuts[head] if 2 * (first - cuts[head]) <= cuts[head + 1] - cuts[head] else first
    end = cuts[tail + 1] if 2 * (cuts[tail + 1] - last) <= cuts[tail + 1] - cuts[tail] else last
    for w in range(first, start, -1):
        if gap[w] == ADDRESS:
            start = w
            break
    for w in range(last, end):
        if gap[w] == ADDRESS:
            end = w
            break
    return start, end


@njit(cache=True, nogil=True)
def grow(ids, gap, isf, ours, theirs, cuts, seeds, count, start, apart, walls, ranges, sentences, box):
    """Grow a stretch from seed `start` into `box` -> its score.

    Other seeds at most `apart` sentences away on both sides are taken in where they pay. `ranges` and `sentences` are
    the bounds of the two documents, in words and in sentences.
    """
    box[0], box[1] = cuts[seeds[start, 0]], cuts[seeds[start, 0] + 1]
    box[2], box[3] = cuts[seeds[start, 1]], cuts[seeds[start, 1] + 1]
    take(ids, isf, ours, theirs, box[0], box[1], 1)
    take(ids, isf, theirs, ours, box[2], box[3], 1)
    a_low, a_high, b_low, b_high = seeds[start, 0], seeds[start, 0], seeds[start, 1], seeds[start, 1]
    going = True
    while going:
        going = False
        for m in range(count):
            a, b = seeds[m, 0], seeds[m, 1]
            if a_low <= a <= a_high and b_low <= b <= b_high:
                continue
            if a < a_low - apart - 1 or a > a_high + apart + 1 or b < b_low - apart - 1 or b > b_high + apart + 1:
                continue
            if absorb(ids, gap, isf, ours, theirs, box, walls, cuts[a], cuts[a + 1], cuts[b], cuts[b + 1]):
                a_low, a_high, b_low, b_high = min(a_low, a), max(a_high, a), min(b_low, b), max(b_high, b)
                going = True
    score = fit_edges(ids, gap, isf, ours, theirs, box, within(walls, ranges, box))
    take(ids, isf, ours, theirs, box[0], box[1], -1)
    take(ids, isf, theirs, ours, box[2], box[3], -1)
    box[0], box[1] = whole_sentences(gap, cuts, sentences[0], sentences[1], box[0], box[1])
    box[2], box[3] = whole_sentences(gap, cuts, sentences[2], sentences[3], box[2], box[3])
    return score


@njit(cache=True, nogil=True)
def score_rest(ids, isf, ours, theirs, box, inside):
    """The score of a box without the stretches inside it, which are rows like it."""
    shared, left, right = 0.0, 0.0, 0.0
    for turn in (1, 0):
        for side in (0, 2):
            for w in range(box[side], box[side + 1]):
                t, covered = ids[w], False
                for m in range(inside.shape[0]):
                    covered = covered or inside[m, side] <= w < inside[m, side + 1]
                if covered:
                    continue
                if turn and side == 0:
                    ours[t] += 1
                    left += isf[t]
                elif turn:
                    theirs[t] += 1
                    right += isf[t]
                    shared += isf[t] if theirs[t] <= ours[t] else 0.0
                elif side == 0:
                    ours[t] = 0
                else:
                    theirs[t] = 0
    return shared - PAYS * max(left, right)
