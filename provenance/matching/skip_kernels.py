"""Kernels of the rewritten channel, first half: sentences, and skip-pairs that propose pairs of documents.

Words are numbered densely (`ids`, int32, flat like TOKENS).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.kernels import BASE, mix, with_room
from provenance.text.kernels import ADDRESS


@njit(cache=True, nogil=True)
def number_words(word, order, ids):
    """word (uint64) and the order that sorts it -> ids (int32), dense, the same for equal words; their number."""
    count = -1
    for i in range(order.size):
        if i == 0 or word[order[i]] != word[order[i - 1]]:
            count += 1
        ids[order[i]] = count
    return count + 1


@njit(cache=True, nogil=True)
def cut_sentences(bounds, gap, least, most, cuts, of):
    """Words with what stands before them (gap > 0 ends a sentence) -> cuts (int64), of (int64 [documents + 1]).

    A sentence of under `least` words is joined to the next, one of over `most` is cut. Returns their number;
    cuts[number] is the end of the last. Documents without words have no sentence.
    """
    count = 0
    for d in range(bounds.size - 1):
        of[d] = count
        begin = bounds[d]
        for w in range(bounds[d], bounds[d + 1]):
            ends = w + 1 == bounds[d + 1] or gap[w + 1] == ADDRESS or w + 1 - begin >= most
            ends = ends or (gap[w + 1] > 0 and w + 1 - begin >= least)
            if ends:
                cuts[count] = begin
                count += 1
                begin = w + 1
    of[bounds.size - 1] = count
    cuts[count] = bounds[bounds.size - 1]
    return count


@njit(cache=True, nogil=True)
def sentence_frequency(ids, cuts, sentences, frequency):
    """frequency[t] = the number of sentences that hold word t."""
    last = np.full(frequency.size, -1, np.int64)
    for s in range(sentences):
        for w in range(cuts[s], cuts[s + 1]):
            if last[ids[w]] != s:
                last[ids[w]] = s
                frequency[ids[w]] += 1


@njit(cache=True, nogil=True)
def skip_pairs(ids, word, bounds, content, span, one_in, key, owner, place, fill):
    """Unordered pairs of content words at most `span` content words apart, one in `one_in` -> postings; count."""
    count = 0
    recent = np.empty(span, np.int64)
    for d in range(bounds.size - 1):
        held = 0
        for w in range(bounds[d], bounds[d + 1]):
            if not content[ids[w]]:
                continue
            for r in range(min(held, span)):
                other = recent[(held - 1 - r) % span]
                x, y = min(word[w], word[other]), max(word[w], word[other])
                value = mix(x * BASE + y)
                if x != y and value % np.uint64(one_in) == np.uint64(0):
                    if fill:
                        key[count], owner[count], place[count] = value, d, other - bounds[d]
                    count += 1
            recent[held % span] = w
            held += 1
    return count


@njit(cache=True, nogil=True)
def pair_skips(key, owner, place, order, cap, seeds):
    """Postings in 2 to `cap` documents -> seeds (left << 32 | right, left word << 32 | right word); count."""
    count, begin, n = 0, 0, order.size
    while begin < n:
        end, documents = begin + 1, 1
        while end < n and key[order[end]] == key[order[begin]]:
            documents += owner[order[end]] != owner[order[end - 1]]
            end += 1
        if 2 <= documents <= cap and end - begin <= 2 * cap:
            for i in range(begin + 1, end):
                for j in range(begin, i):
                    left, right = owner[order[j]], owner[order[i]]
                    if left == right:
                        continue
                    if j > begin and owner[order[j - 1]] == left:
                        continue  # one seed a document and skip-pair: a repeated name is no evidence
                    if owner[order[i - 1]] == right:
                        continue
                    if count == seeds.shape[0]:
                        seeds = with_room(seeds)
                    seeds[count, 0] = (np.int64(left) << 32) | right
                    seeds[count, 1] = (np.int64(place[order[j]]) << 32) | place[order[i]]
                    count += 1
        begin = end
    return seeds, count


@njit(cache=True, nogil=True)
def dense_pairs(pair, place, order, window, need, keep):
    """Seeds in order of pair -> keep[m] = pair m has `need` seeds within `window` words on both sides; pairs."""
    begin, n, made = 0, order.size, 0
    while begin < n:
        end = begin + 1
        while end < n and pair[order[end]] == pair[order[begin]]:
            end += 1
        dense = False
        for i in range(begin, end):
            if dense or end - i < need:
                break
            near = 0
            a, b = place[order[i]] >> 32, place[order[i]] & 0xFFFFFFFF
            for j in range(begin, end):
                x, y = place[order[j]] >> 32, place[order[j]] & 0xFFFFFFFF
                near += a <= x <= a + window and abs(y - b) <= window
            dense = near >= need
        keep[made] = pair[order[begin]] if dense else -1
        made += 1
        begin = end
    return made
