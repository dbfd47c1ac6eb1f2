"""Kernels of the rewritten channel, first half: sentences, and skip-pairs that propose which documents to compare.

Words are numbered densely (`ids`, int32, flat like TOKENS).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.pairs.kernels import BASE, mix, order_by_key, push
from provenance.matching.pairs.posting_kernels import part_of
from provenance.text.kernels import ADDRESS


@njit(cache=True, nogil=True)
def number_words(word, ids):
    """word (uint64) -> ids (int32), 0, 1, ... in order of first appearance, equal for equal words; how many there are.

    A table with open addressing, at most half full. Cost: 14 ns a word, where sorting 43 million took 206.
    """
    size, count = 1 << 16, 0
    known, number = np.empty(size, np.uint64), np.full(size, -1, np.int32)
    for i in range(word.size):
        at = np.int64(word[i] & np.uint64(size - 1))
        while number[at] >= 0 and known[at] != word[i]:
            at = (at + 1) & (size - 1)
        if number[at] < 0:
            known[at], number[at] = word[i], count
            count += 1
            ids[i] = count - 1
            if 2 * count >= size:
                known, number, size = _widened(known, number)
        else:
            ids[i] = number[at]
    return count


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _widened(known, number):
    """A table with open addressing -> the same in one of four times its size, and that size."""
    size = 4 * known.size
    wider, numbers = np.empty(size, np.uint64), np.full(size, -1, np.int32)
    for old in range(known.size):
        if number[old] >= 0:
            at = np.int64(known[old] & np.uint64(size - 1))
            while numbers[at] >= 0:
                at = (at + 1) & (size - 1)
            wider[at], numbers[at] = known[old], number[old]
    return wider, numbers, size


@njit(cache=True, nogil=True)
def cut_sentences(bounds, gap, least, most, cuts, of):
    """What stands before each word (gap > 0: a sentence begins) -> how many sentences there are.

    Sentence s is words cuts[s]:cuts[s + 1], document d has sentences of[d]:of[d + 1]; both int64. A sentence of under
    `least` words is joined to the next, one of over `most` is cut. Documents without words have none.
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
def skip_pairs(ids, word, bounds, low, high, content, span, one_in, parts, cursor, key, owner, place):
    """Postings of skip-pairs of documents low:high: unordered pairs of content words, at most `span` of these apart.

    One hash in `one_in`, a power of two, is kept. A posting is key (uint64), owner (int32, the document) and place
    (int32, the first of the two words in it). One of part p is written at cursor[p], which moves on; with an empty
    `key` it is only counted there.
    """
    longest = 1
    for d in range(low, high):
        longest = max(longest, bounds[d + 1] - bounds[d])
    before, where = np.empty(longest, np.uint64), np.empty(longest, np.int32)
    dropped = np.uint64(one_in - 1)
    for d in range(low, high):
        held = 0
        for w in range(bounds[d], bounds[d + 1]):
            if not content[ids[w]]:
                continue
            mine = word[w]
            for r in range(max(held - span, 0), held):
                value = mix(min(mine, before[r]) * BASE + max(mine, before[r]))
                if value & dropped == np.uint64(0) and mine != before[r]:
                    part = part_of(value, parts)
                    if key.size:
                        at = cursor[part]
                        key[at], owner[at], place[at] = value, d, where[r]
                    cursor[part] += 1
            before[held], where[held] = mine, w - bounds[d]
            held += 1


@njit(cache=True, nogil=True)
def keep_shared(parts, key, owner, place, cap, back, kept):
    """Keep postings whose key is in 2 to `cap` documents, and in 2 * cap postings at most: kept[p], first in part p.

    They are sorted by key, and back[m] (uint8) is how many postings of its key stand before posting m.
    """
    for part in range(parts.size - 1):
        low, high = parts[part], parts[part + 1]
        order = order_by_key(key[low:high])
        keys, owners, places = key[low:high].copy(), owner[low:high].copy(), place[low:high].copy()
        begin, at = 0, low
        while begin < order.size:
            end, documents = begin + 1, 1
            while end < order.size and keys[order[end]] == keys[order[begin]]:
                documents += owners[order[end]] != owners[order[end - 1]]
                end += 1
            if 2 <= documents <= cap and end - begin <= 2 * cap:
                for m in range(begin, end):
                    owner[at], place[at], back[at] = owners[order[m]], places[order[m]], m - begin
                    at += 1
            begin = end
        kept[part] = at - low


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _by_document(parts, kept, owner, low, high):
    """Kept postings of documents low:high -> (their positions sorted by document, bounds of each document's)."""
    bounds = np.zeros(high - low + 1, np.int64)
    for part in range(kept.size):
        for at in range(parts[part], parts[part] + kept[part]):
            if low <= owner[at] < high:
                bounds[owner[at] - low + 1] += 1
    for d in range(high - low):
        bounds[d + 1] += bounds[d]
    positions, free = np.empty(bounds[high - low], np.int64), bounds[:-1].copy()
    for part in range(kept.size):
        for at in range(parts[part], parts[part] + kept[part]):
            if low <= owner[at] < high:
                positions[free[owner[at] - low]] = at
                free[owner[at] - low] += 1
    return positions, bounds


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _seeds(positions, owner, place, back, partner, theirs, ours, many):
    """One document's postings -> the number of its seeds: skip-pairs that it shares with an earlier document.

    A seed is the other document (partner), its place there and its place here; many[partner] counts them. A skip-pair
    makes one seed with a document, however often it occurs: a repeated name is no evidence.
    """
    count = 0
    for at in positions:
        if back[at] and owner[at - 1] == owner[at]:
            continue
        first = at - back[at]
        for other in range(first, at):
            if other > first and owner[other - 1] == owner[other]:
                continue
            partner[count], theirs[count], ours[count] = owner[other], place[other], place[at]
            many[owner[other]] += 1
            count += 1
    return count


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _gather(partner, count, many, need, first, order):
    """The seeds of partners with at least `need`, grouped by partner -> how many; `order` holds them.

    first[partner] becomes the end of that partner's.
    """
    total = 0
    for m in range(count):
        other = partner[m]
        if many[other] >= need:
            if first[other] < 0:
                first[other] = total
                total += many[other]
            order[first[other]] = m
            first[other] += 1
    return total


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _is_dense(theirs, ours, seeds, window, need):
    """Whether `need` of these seeds lie within `window` words of one of them, in both documents."""
    for m in seeds:
        near = 0
        for n in seeds:
            near += theirs[m] <= theirs[n] <= theirs[m] + window and abs(ours[n] - ours[m]) <= window
            if near >= need:
                return True
    return False


@njit(cache=True, nogil=True)
def dense_pairs(parts, kept, owner, place, back, documents, low, high, window, need, pairs):
    """Kept postings -> pairs (left << 32 | right) of documents low:high with earlier ones; their number.

    A pair is proposed if `need` of the skip-pairs that the two share lie within `window` words in both. `documents` is
    how many there are in all. Seeds are sorted document by document: all at once, a scan of 246 MB of text took 4.9 GB
    instead of 1.5.
    """
    positions, bounds = _by_document(parts, kept, owner, low, high)
    most = 0
    for d in range(high - low):
        room = 0
        for at in positions[bounds[d] : bounds[d + 1]]:
            room += back[at]
        most = max(most, room)
    partner, theirs, ours = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    order, many, first = np.empty(most, np.int32), np.zeros(documents, np.int32), np.full(documents, -1, np.int32)
    made = np.int64(0)
    for d in range(high - low):
        count = _seeds(positions[bounds[d] : bounds[d + 1]], owner, place, back, partner, theirs, ours, many)
        total = _gather(partner, count, many, need, first, order)
        begin = 0
        while begin < total:
            other = partner[order[begin]]
            if _is_dense(theirs, ours, order[begin : first[other]], window, need):
                pairs, made = push(pairs, made, np.int64(other), np.int64(d + low))
            begin = np.int64(first[other])
        for m in range(count):
            many[partner[m]], first[partner[m]] = 0, -1
    return pairs, made
