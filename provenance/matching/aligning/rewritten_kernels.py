"""Kernels of the rewritten channel, second half: sentences that are alike are the seeds from which stretches grow.

`ids` are dense word numbers (int32, flat like TOKENS), `cuts` (int64) the bounds of sentences in words; those of
document d are cuts[of[d]:of[d + 1] + 1]. Seeds and weights are those of Sanchez-Perez, Sidorov and Gelbukh 2014 (PAN
text alignment, section 2), with inverse sentence frequency over the two documents of the pair. How a stretch grows
from a seed stands in stretch_kernels. Their way, clusters of seeds that are split until they hold, accounted for half
of the passages missed on PAN13: one chance likeness between two true ones, and the whole cluster was dropped.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.aligning.stretch_kernels import find_walls, grow, score_rest
from provenance.matching.pairs.kernels import with_room

COSINE, DICE = 0.2, 0.2  # two sentences seed a stretch; .15 to .25 differ by .001 of plagdet
FAINT = 1.5  # isf; lighter words are in half of the sentences, cost most of the time here and choose no seed
GAP = 4  # sentences between seeds of one stretch; 3 to 6 differ by .001
SMOOTH = 30.0  # sentences' worth of corpus frequency in a pair's; 1 degenerates on one-sentence documents
SCORE = 25.0  # least score of a stretch; at 20, 2.3 % of mere paraphrases score as copies, at 25 .15 %
THIN = 0.25  # least score a word; thinner is a topic spread over many sentences, and at .3 true ones fall too
TRIES = 64  # seeds of a pair from which a stretch is grown
NO_WALLS = np.empty(0, np.int64)
MOST_SEEDS = 1 << 14  # of a pair; one line over and over would have the square of its number


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _index_sentences(ids, cuts, low, high, isf, head, scratch):
    """Sentences low:high of a -> how many entries their inverted index has; `scratch` as in seed_sentences.

    head[t] becomes the last entry of word t, from which entry_next leads to those before it.
    """
    entry_of, entry_tf, entry_next, entry_word, _, _, norm, types = scratch
    entries = 0
    for s in range(low, high):
        norm[s - low], types[s - low] = 0.0, 0
        first = entries
        for w in range(cuts[s], cuts[s + 1]):
            t = ids[w]
            if isf[t] < FAINT:
                continue
            e = head[t]
            if e != -1 and entry_of[e] == s - low:
                entry_tf[e] += 1.0
                continue
            entry_of[entries], entry_tf[entries], entry_next[entries] = s - low, 1.0, e
            entry_word[entries] = t
            head[t] = entries
            entries += 1
        for e in range(first, entries):
            norm[s - low] += (entry_tf[e] * isf[entry_word[e]]) ** 2
            types[s - low] += 1
    return entries


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _meet_sentence(ids, begin, end, isf, head, tally, scratch):
    """A sentence of b, words begin:end -> its squared norm and its types; with each sentence of a: dot and common.

    `scratch` as in seed_sentences; `dot` and `common` come as zeros. `tally` is all 0 before and after.
    """
    entry_of, entry_tf, entry_next, _, dot, common, _, _ = scratch
    square, kinds = 0.0, 0
    for w in range(begin, end):
        tally[ids[w]] += isf[ids[w]] >= FAINT
    for w in range(begin, end):
        t = ids[w]
        if isf[t] < FAINT:
            continue
        tf = float(tally[t])
        if tf == 0.0:
            continue
        tally[t] = 0
        weight = isf[t] * isf[t]
        square += tf * tf * weight
        kinds += 1
        e = head[t]
        while e != -1:
            dot[entry_of[e]] += entry_tf[e] * tf * weight
            common[entry_of[e]] += 1
            e = entry_next[e]
    return square, kinds


@njit(cache=True, nogil=True)
def seed_sentences(ids, cuts, a_low, a_high, b_low, b_high, isf, head, tally, scratch, seeds, strength):
    """Sentences a_low:a_high and b_low:b_high -> (seeds, strength, count): pairs with cosine > COSINE and dice > DICE.

    seeds[m] (int64) is a sentence of a and one of b, strength[m] their dot product. `head` (int32 [words], all -1) and
    `tally` (int32 [words], all 0) are left as found. `scratch`: of each entry of an inverted index of a its sentence,
    tf, next entry and word; by sentence of a the dot product and common types so far, squared norm and types.
    """
    _, _, _, entry_word, dot, common, norm, types = scratch
    entries = _index_sentences(ids, cuts, a_low, a_high, isf, head, scratch)
    count = 0
    for s in range(b_low, b_high):
        for m in range(a_high - a_low):
            dot[m], common[m] = 0.0, 0
        square, kinds = _meet_sentence(ids, cuts[s], cuts[s + 1], isf, head, tally, scratch)
        for m in range(a_high - a_low):
            if common[m] == 0 or 2.0 * common[m] <= DICE * (types[m] + kinds):
                continue
            if dot[m] * dot[m] > COSINE * COSINE * norm[m] * square:
                if count == MOST_SEEDS:
                    break
                if count == seeds.shape[0]:
                    seeds, strength = with_room(seeds), _lengthen(strength)
                seeds[count, 0], seeds[count, 1] = a_low + m, s
                strength[count] = dot[m]
                count += 1
    for e in range(entries):
        head[entry_word[e]] = -1
    return seeds, strength, count


@njit(inline="always")
def strongest(strength, count):
    """The seed with the greatest strength, or -1 where all are used up."""
    best, at = 0.0, -1
    for m in range(count):
        if strength[m] > best:
            best, at = strength[m], m
    return at


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def use_up(cuts, seeds, strength, count, box, good):
    """Set the strength of seeds inside the box to 0: inside on both sides, or on either side of a good box."""
    for m in range(count):
        if strength[m] == 0.0:
            continue
        a_low, a_high = max(cuts[seeds[m, 0]], box[0]), min(cuts[seeds[m, 0] + 1], box[1])
        b_low, b_high = max(cuts[seeds[m, 1]], box[2]), min(cuts[seeds[m, 1] + 1], box[3])
        inside_a = 2 * (a_high - a_low) > cuts[seeds[m, 0] + 1] - cuts[seeds[m, 0]]
        inside_b = 2 * (b_high - b_low) > cuts[seeds[m, 1] + 1] - cuts[seeds[m, 1]]
        if (inside_a and inside_b) or (good and (inside_a or inside_b)):
            strength[m] = 0.0


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _lengthen(values):
    """The same values with room for as many again."""
    longer = np.empty(2 * values.size)
    for m in range(values.size):
        longer[m] = values[m]
    return longer


@njit(cache=True, nogil=True)
def pair_isf(ids, cuts, of, a, b, frequency, sentences, stamp, mark, counts, isf):
    """Set isf[t] of every word t of documents a and b -> the next free mark.

    isf(t) = ln((n + K) / (sentences of the pair with t + K * share of all sentences with t)), with n sentences in the
    pair and K = SMOOTH: over the pair, so that the words of a shared topic weigh nothing.
    """
    n = of[a + 1] - of[a] + of[b + 1] - of[b]
    for d in (a, b):
        for s in range(of[d], of[d + 1]):
            mark += 1
            for w in range(cuts[s], cuts[s + 1]):
                t = ids[w]
                if stamp[t] != mark:
                    stamp[t] = mark
                    counts[t] += 1
    for d in (a, b):
        for w in range(cuts[of[d]], cuts[of[d + 1]]):
            t = ids[w]
            if counts[t] > 0:
                isf[t] = np.log((n + SMOOTH) / (counts[t] + SMOOTH * frequency[t] / sentences))
                counts[t] = 0
    return mark


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _room(bounds, of):
    """Scratch of seed_sentences, large enough for the longest document."""
    longest_sentences, longest = 1, 1
    for d in range(bounds.size - 1):
        longest_sentences = max(longest_sentences, of[d + 1] - of[d])
        longest = max(longest, bounds[d + 1] - bounds[d])
    return (
        np.empty(longest, np.int32),
        np.empty(longest),
        np.empty(longest, np.int32),
        np.empty(longest, np.int32),
        np.empty(longest_sentences),
        np.empty(longest_sentences, np.int32),
        np.empty(longest_sentences),
        np.empty(longest_sentences, np.int32),
    )


@njit(cache=True, nogil=True)
def align_rewritten(ids, gap, bounds, cuts, of, frequency, passage_of, first, last, left, right, copied, spans, scores):
    """Pairs of documents -> (spans, scores, their number).

    spans[m] (int64) is the pair, and first:last of left and of right in words of the whole of TOKENS. Stretches grow
    from the strongest seed that is left, one after another, so that one chance likeness does not spoil others.

    The passages of document d are first[p]:last[p], p in passage_of[d]:passage_of[d + 1]. copied[p]: pair p has
    whole passages in common. Then a paragraph that only one side has was not retold, and no stretch crosses it.
    """
    words = frequency.size
    scratch = _room(bounds, of)
    head, stamp = np.full(words, -1, np.int32), np.zeros(words, np.int64)
    counts, isf = np.zeros(words, np.int32), np.zeros(words)
    ours, theirs, box = np.zeros(words, np.int32), np.zeros(words, np.int32), np.empty(4, np.int64)
    seeds, strength, seeded = np.empty((256, 2), np.int64), np.empty(256), np.zeros(cuts.size, np.bool_)
    mark, count = np.int64(0), 0
    for p in range(left.size):
        a, b = left[p], right[p]
        mark = pair_isf(ids, cuts, of, a, b, frequency, cuts.size - 1, stamp, mark, counts, isf)
        seeds, strength, found = seed_sentences(
            ids, cuts, of[a], of[a + 1], of[b], of[b + 1], isf, head, counts, scratch, seeds, strength
        )
        ranges = (bounds[a], bounds[a + 1], bounds[b], bounds[b + 1])
        sentences = (of[a], of[a + 1], of[b], of[b + 1])
        passages = (passage_of[a], passage_of[a + 1], passage_of[b], passage_of[b + 1])
        walls = NO_WALLS
        if copied[p]:
            about = (ids, isf, ours, theirs, cuts, seeds, found)
            walls = find_walls(*about, ranges, sentences, passages, first, last, seeded)
        for _ in range(TRIES):
            start = strongest(strength, found)
            if start < 0:
                break
            score = grow(ids, gap, isf, ours, theirs, cuts, seeds, found, start, GAP, walls, ranges, sentences, box)
            strength[start] = 0.0
            good = score > max(SCORE, THIN * max(box[1] - box[0], box[3] - box[2]))
            use_up(cuts, seeds, strength, found, box, good)
            if good:
                if count == spans.shape[0]:
                    spans, scores = with_room(spans), _lengthen(scores)
                spans[count, 0], scores[count] = p, score
                for side in range(4):
                    spans[count, side + 1] = box[side]
                count += 1
    return spans, scores, count


@njit(cache=True, nogil=True)
def rest_scores(ids, cuts, of, frequency, left, right, boxes, inside, begins, scores):
    """scores[m] = the score of stretch boxes[m] without the exact ones inside it, inside[begins[m]:begins[m + 1]]."""
    words = frequency.size
    stamp, counts, isf = np.zeros(words, np.int64), np.zeros(words, np.int32), np.zeros(words)
    ours, theirs = np.zeros(words, np.int32), np.zeros(words, np.int32)
    mark = np.int64(0)
    for m in range(left.size):
        mark = pair_isf(ids, cuts, of, left[m], right[m], frequency, cuts.size - 1, stamp, mark, counts, isf)
        scores[m] = score_rest(ids, isf, ours, theirs, boxes[m], inside[begins[m] : begins[m + 1]])
