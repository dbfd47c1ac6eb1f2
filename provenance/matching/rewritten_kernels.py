"""Kernels of the rewritten channel, second half: sentence vectors and token edges decide.

`ids` are dense word numbers (int32, flat like TOKENS; -1 is a word that does not count: of a notice, a headline, a
teaser), `cuts` the bounds of sentences in words, and those of document d are cuts[of[d]:of[d + 1] + 1]. The method
is Sanchez-Perez, Sidorov and Gelbukh 2014 (PAN text alignment, section 2) with four changes that were measured on
PAN13: candidates by skip-pairs, inverse sentence frequency over the two documents of the pair, edges trimmed on
tokens, and one best counterpart a stretch.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.align_kernels import _grow
from provenance.text.kernels import ADDRESS

COSINE, DICE = 0.25, 0.25  # two sentences seed a passage; flat within .003 of plagdet from .20 to .35
VALID = 0.30  # cosine of two whole fragments
GAP = 4  # sentences between seeds of one passage; 2 to 8 differ by less than .003
SMOOTH = 30.0  # sentences' worth of corpus frequency in a pair's; 1 degenerates on one-sentence documents
WIDEN = 12  # words by which a fragment's edges may grow
DROP = 20.0  # x-drop: a segment ends where its score falls this far below its peak
SCORE = 25.0  # least segment score of either side; 20 to 30 alike
ROUNDS = 5  # alternations of the edges of the two sides


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def seed_sentences(ids, cuts, a_low, a_high, b_low, b_high, isf, head, scratch, seeds):
    """Sentences of two documents -> seeds (sentence of a, of b) with cosine > COSINE and dice > DICE; count.

    `head` (int32 a word, all -1) is left as found. scratch = (entry sentence, entry tf, entry next, entry word,
    accumulated dot, common types, squared norms of a, types of a).
    """
    entry_of, entry_tf, entry_next, entry_word, dot, common, norm, types = scratch
    entries = 0
    for s in range(a_low, a_high):
        norm[s - a_low], types[s - a_low] = 0.0, 0
        first = entries
        for w in range(cuts[s], cuts[s + 1]):
            t = ids[w]
            if t < 0:
                continue
            e = head[t]
            if e != -1 and entry_of[e] == s - a_low:
                entry_tf[e] += 1.0
                continue
            entry_of[entries], entry_tf[entries], entry_next[entries] = s - a_low, 1.0, e
            entry_word[entries] = t
            head[t] = entries
            entries += 1
        for e in range(first, entries):
            norm[s - a_low] += (entry_tf[e] * isf[entry_word[e]]) ** 2
            types[s - a_low] += 1
    count = 0
    for s in range(b_low, b_high):
        for m in range(a_high - a_low):
            dot[m], common[m] = 0.0, 0
        square, kinds = 0.0, 0
        for w in range(cuts[s], cuts[s + 1]):
            t = ids[w]
            if t < 0:
                continue
            seen, tf = False, 0.0
            for v in range(cuts[s], cuts[s + 1]):
                if ids[v] == t:
                    seen = seen or v < w
                    tf += 1.0
            if seen:
                continue
            weight = isf[t] * isf[t]
            square += tf * tf * weight
            kinds += 1
            e = head[t]
            while e != -1:
                dot[entry_of[e]] += entry_tf[e] * tf * weight
                common[entry_of[e]] += 1
                e = entry_next[e]
        for m in range(a_high - a_low):
            if common[m] == 0 or 2.0 * common[m] <= DICE * (types[m] + kinds):
                continue
            if dot[m] * dot[m] > COSINE * COSINE * norm[m] * square:
                if count == seeds.shape[0]:
                    seeds = _grow(seeds)
                seeds[count, 0], seeds[count, 1] = a_low + m, s
                count += 1
    for e in range(entries):
        head[entry_word[e]] = -1
    return seeds, count


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _cut_once(seeds, low, high, side, apart):
    """Sort seeds[low:high] by `side` -> the first place where more than `apart` sentences lie between, or high."""
    for i in range(low + 1, high):
        x, y = seeds[i, 0], seeds[i, 1]
        j = i
        while j > low and seeds[j - 1, side] > (x if side == 0 else y):
            seeds[j, 0], seeds[j, 1] = seeds[j - 1, 0], seeds[j - 1, 1]
            j -= 1
        seeds[j, 0], seeds[j, 1] = x, y
    for i in range(low + 1, high):
        if seeds[i, side] - seeds[i - 1, side] > apart + 1:
            return i
    return high


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def fragment_cosine(ids, a_first, a_last, b_first, b_last, isf, one, two):
    """The cosine of two stretches of words, tf x isf; `one` and `two` (float64 a word, zero) are left as found."""
    for w in range(a_first, a_last):
        if ids[w] >= 0:
            one[ids[w]] += 1.0
    for w in range(b_first, b_last):
        if ids[w] >= 0:
            two[ids[w]] += 1.0
    dot, left, right = 0.0, 0.0, 0.0
    for w in range(a_first, a_last):
        t = ids[w]
        if t >= 0 and one[t] > 0:
            weight = isf[t] * isf[t]
            left += one[t] * one[t] * weight
            dot += one[t] * two[t] * weight
            one[t] = 0.0
    for w in range(b_first, b_last):
        t = ids[w]
        if t >= 0 and two[t] > 0:
            right += two[t] * two[t] * isf[t] * isf[t]
            two[t] = 0.0
    return dot / np.sqrt(left * right) if left * right > 0 else 0.0


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def trim(ids, gap, low, high, isf, there, theta):
    """Words low:high -> (first, last, score, matched share) of the best segment, x-drop DROP.

    A word scores isf * (1 if it stands in the other fragment else 0, less theta); no address lies inside.
    """
    best_first, best_last, best = low, low, 0.0
    first, score, peak = low, 0.0, 0.0
    for w in range(low, high):
        if gap[w] == ADDRESS:
            first, score, peak = w, 0.0, 0.0
        if ids[w] < 0:
            continue
        score += isf[ids[w]] * ((1.0 if there[ids[w]] else 0.0) - theta)
        if score <= 0.0 or score < peak - DROP:
            first, score, peak = w + 1, 0.0, 0.0
        elif score > peak:
            peak = score
            if score > best:
                best_first, best_last, best = first, w + 1, score
    held, all_weight = 0.0, 0.0
    for w in range(best_first, best_last):
        if ids[w] < 0:
            continue
        all_weight += isf[ids[w]]
        if there[ids[w]]:
            held += isf[ids[w]]
    return best_first, best_last, best, held / all_weight if all_weight > 0 else 0.0


@njit(inline="always")
def _note(ids, first, last, there, value):
    for w in range(first, last):
        if ids[w] >= 0:
            there[ids[w]] = value


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def fit_edges(ids, gap, a, b, a_range, b_range, isf, there):
    """Two fragments (first, last) within documents' ranges -> (a first, a last, b first, b last, score)."""
    a_first, a_last = a
    b_first, b_last = b
    theta_a, theta_b, score_a, score_b = 0.3, 0.3, 0.0, 0.0
    for _ in range(ROUNDS):
        before = (a_first, a_last, b_first, b_last)
        _note(ids, b_first, b_last, there, True)
        x, y, score_a, rho = trim(
            ids, gap, max(a_range[0], a_first - WIDEN), min(a_range[1], a_last + WIDEN), isf, there, theta_a
        )
        _note(ids, b_first, b_last, there, False)
        theta_a = min(0.6, max(0.25, (rho + 0.1) / 2))
        a_first, a_last = x, y
        _note(ids, a_first, a_last, there, True)
        x, y, score_b, rho = trim(
            ids, gap, max(b_range[0], b_first - WIDEN), min(b_range[1], b_last + WIDEN), isf, there, theta_b
        )
        _note(ids, a_first, a_last, there, False)
        theta_b = min(0.6, max(0.25, (rho + 0.1) / 2))
        b_first, b_last = x, y
        if (a_first, a_last, b_first, b_last) == before or a_first == a_last or b_first == b_last:
            break
    return a_first, a_last, b_first, b_last, min(score_a, score_b)


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def pair_isf(ids, cuts, of, a, b, frequency, sentences, stamp, mark, counts, isf):
    """Set isf[t] of every word t of documents a and b -> the next free mark.

    isf(t) = ln((n + K) / (sentences of the pair with t + K * share of all sentences with t)), n sentences in the
    pair: over the pair, so that the words of a shared topic weigh nothing.
    """
    n = of[a + 1] - of[a] + of[b + 1] - of[b]
    for d in (a, b):
        for s in range(of[d], of[d + 1]):
            mark += 1
            for w in range(cuts[s], cuts[s + 1]):
                t = ids[w]
                if t >= 0 and stamp[t] != mark:
                    stamp[t] = mark
                    counts[t] += 1
    for d in (a, b):
        for w in range(cuts[of[d]], cuts[of[d + 1]]):
            t = ids[w]
            if t >= 0 and counts[t] > 0:
                isf[t] = np.log((n + SMOOTH) / (counts[t] + SMOOTH * frequency[t] / sentences))
                counts[t] = 0
    return mark


@njit(cache=True, nogil=True)
def align_rewritten(ids, gap, bounds, cuts, of, frequency, left, right, spans, scores):
    """Pairs of documents -> (spans, scores, their number).

    spans[m] (int64) = pair, first and last word of left and of right in the whole of TOKENS; scores[m] (float64)
    is the lesser of the two sides' segment scores.
    """
    words = frequency.size
    longest_sentences, longest = 1, 1
    for d in range(bounds.size - 1):
        longest_sentences = max(longest_sentences, of[d + 1] - of[d])
        longest = max(longest, bounds[d + 1] - bounds[d])
    head, stamp = np.full(words, -1, np.int32), np.zeros(words, np.int64)
    counts, isf = np.zeros(words, np.int32), np.zeros(words)
    one, two, there = np.zeros(words), np.zeros(words), np.zeros(words, np.bool_)
    scratch = (
        np.empty(longest, np.int32),
        np.empty(longest),
        np.empty(longest, np.int32),
        np.empty(longest, np.int32),
        np.empty(longest_sentences),
        np.empty(longest_sentences, np.int32),
        np.empty(longest_sentences),
        np.empty(longest_sentences, np.int32),
    )
    seeds = np.empty((256, 2), np.int64)
    stack = np.empty((1024, 3), np.int64)
    mark, count = np.int64(0), 0
    sentences = cuts.size - 1
    for p in range(left.size):
        a, b = left[p], right[p]
        mark = pair_isf(ids, cuts, of, a, b, frequency, sentences, stamp, mark, counts, isf)
        seeds, found = seed_sentences(ids, cuts, of[a], of[a + 1], of[b], of[b + 1], isf, head, scratch, seeds)
        depth = 0
        if found:
            stack[0, 0], stack[0, 1], stack[0, 2], depth = 0, found, GAP, 1
        while depth:
            depth -= 1
            low, high, apart = stack[depth, 0], stack[depth, 1], stack[depth, 2]
            cut = _cut_once(seeds, low, high, 0, apart)
            if cut == high:
                cut = _cut_once(seeds, low, high, 1, apart)
            if cut < high:
                if depth + 2 >= stack.shape[0]:
                    stack = _grow(stack)
                stack[depth, 0], stack[depth, 1], stack[depth, 2] = cut, high, apart
                stack[depth + 1, 0], stack[depth + 1, 1], stack[depth + 1, 2] = low, cut, apart
                depth += 2
                continue
            a_low, a_high = seeds[low, 0], seeds[low, 0] + 1
            b_low, b_high = seeds[low, 1], seeds[low, 1] + 1
            for m in range(low + 1, high):
                a_low, a_high = min(a_low, seeds[m, 0]), max(a_high, seeds[m, 0] + 1)
                b_low, b_high = min(b_low, seeds[m, 1]), max(b_high, seeds[m, 1] + 1)
            like = fragment_cosine(ids, cuts[a_low], cuts[a_high], cuts[b_low], cuts[b_high], isf, one, two)
            if like <= VALID:
                if apart > 0:
                    stack[depth, 0], stack[depth, 1], stack[depth, 2] = low, high, apart - 1
                    depth += 1
                continue
            af, al, bf, bl, score = fit_edges(
                ids,
                gap,
                (cuts[a_low], cuts[a_high]),
                (cuts[b_low], cuts[b_high]),
                (bounds[a], bounds[a + 1]),
                (bounds[b], bounds[b + 1]),
                isf,
                there,
            )
            if score > SCORE:
                if count == spans.shape[0]:
                    spans = _grow(spans)
                    more = np.empty(spans.shape[0])
                    for m in range(count):
                        more[m] = scores[m]
                    scores = more
                spans[count, 0], scores[count] = p, score
                spans[count, 1], spans[count, 2], spans[count, 3], spans[count, 4] = af, al, bf, bl
                count += 1
    return spans, scores, count
