"""Kernels of shared runs: winnowed postings, and the pairs of documents that share them.

Words are the uint64 hashes of TOKENS, flat; document d holds words bounds[d]:bounds[d + 1].
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.pairs.kernels import BASE, mix, order_by_key, push, repeated, shingle_hashes
from provenance.matching.pairs.memory_kernels import lent, prefetch

AHEAD = 12  # postings whose words are prefetched before they are looked at
KNOWN_BITS = 18
KNOWN = 1 << KNOWN_BITS  # pairs: 2 MB
SHARED = np.uint8(128)  # a bit of a step, which is at most 64 (settings.window)


@njit(inline="always")
def part_of(key, parts):
    """Which of `parts` equal ranges holds the lower half of this hash; the upper half is left to sort by."""
    return np.int64(((key & np.uint64(0xFFFFFFFF)) * np.uint64(parts)) >> np.uint64(32))


@njit(inline="always")
def _least_of_windows(hashes, n, width, behind, ahead, chosen):
    """hashes[:n] -> chosen: the places that have the least hash, the rightmost of equals, of some `width` in a row.

    A place has if that many stand around it, itself included, of which those behind are no less and those ahead are
    greater. To count these takes no branch, so that several places are looked at at once: a fifth quicker than to carry
    a window's least on from place to place. Returns how many.
    """
    for i in range(n):
        behind[i], ahead[i] = np.uint64(0), np.uint64(0)
    for t in range(1, width):
        further, size = hashes[t:n], np.uint64(n - t)
        before, after = behind[t:n], np.uint64(t - 1)
        for i in range(size):
            before[i] += np.uint64((before[i] == after) & (hashes[i] >= further[i]))
            ahead[i] += np.uint64((ahead[i] == after) & (further[i] > hashes[i]))
    count, others = 0, np.uint64(max(width, 1) - 1)
    for i in range(n):
        chosen[count] = i
        count += behind[i] + ahead[i] >= others
    return count


@njit(cache=True, nogil=True)
def winnow(word, bounds, wanted, low, high, k, window, many, steps, met):
    """Winnow documents low:high that are `wanted` -> how many shingles were chosen; many[d] (int32) of document d.

    In every `window` consecutive shingles the smallest hash is chosen (the rightmost of equals), so any run of
    k + window - 1 equal words shares one (Schleimer, Wilkerson, Aiken 2003, section 3); in all, about
    2 / (window + 1) of the shingles. steps[m] (uint8, at most `window`) is how many words the m-th stands after the one
    before it in its document. `met` (uint64 [slots, 2], or empty) marks hashes that occur (column 0), and again (1).
    """
    longest = 1
    for d in range(low, high):
        longest = max(longest, bounds[d + 1] - bounds[d])
    hashes, chosen = np.empty(longest, np.uint64), np.empty(longest, np.int32)
    behind, ahead = np.empty(longest, np.uint64), np.empty(longest, np.uint64)
    total, slots = 0, met.shape[0]
    for d in range(low, high):
        n = shingle_hashes(word, bounds[d], bounds[d + 1], k, hashes) if wanted[d] else 0
        count = _least_of_windows(hashes, n, min(window, n), behind, ahead, chosen)
        many[d], before = count, 0
        for m in range(count):
            steps[total + m] = chosen[m] - before
            before = chosen[m]
            if slots:
                prefetch(met, _slot(hashes[before], slots)[0])
        if slots:
            for m in range(count):
                at, bit = _slot(hashes[chosen[m]], slots)
                met[at, 1] |= met[at, 0] & bit
                met[at, 0] |= bit
        total += count
    return total


@njit(inline="always")
def _slot(key, slots):
    """The row and the bit of `met`, in winnow, that stand for this hash."""
    at = ((key >> np.uint64(32)) * np.uint64(64 * slots)) >> np.uint64(32)
    return at >> np.uint64(6), np.uint64(1) << (at & np.uint64(63))


@njit(inline="always")
def _shingle(word, at, end, k):
    """The hash of words at:at + k, or of at:end if there are fewer, as shingle_hashes has it."""
    value, first = np.uint64(0), np.uint64(at)
    for w in range(np.uint64(min(k, end - at))):
        value = value * BASE + word[first + w]
    return mix(value)


@njit(cache=True, nogil=True)
def count_shared(word, bounds, low, high, k, many, steps, met, counts):
    """SHARED into the steps of what winnow chose of documents low:high and met twice; counts[p] of them, by parts."""
    most = 1
    for d in range(low, high):
        most = max(most, many[d])
    keys, slots, total = np.empty(most, np.uint64), met.shape[0], 0
    for d in range(low, high):
        at = bounds[d]
        for m in range(many[d]):
            at += steps[total + m]
            keys[m] = _shingle(word, at, bounds[d + 1], k)
            prefetch(met, _slot(keys[m], slots)[0])
        for m in range(many[d]):
            row, bit = _slot(keys[m], slots)
            again = np.uint8((met[row, 1] & bit) != np.uint64(0))
            steps[total + m] |= SHARED * again
            counts[part_of(keys[m], counts.size)] += again
        total += many[d]


@njit(cache=True, nogil=True)
def write_postings(word, bounds, low, high, k, many, steps, mask, cursor, key, owner, place):
    """What winnow chose of documents low:high -> postings by parts of the hash range, where steps & mask == mask.

    A posting is key (uint64), owner (int32, the document) and place (int32, the shingle's first word in it). One of
    part p is written at cursor[p], which moves on.
    """
    total = 0
    for d in range(low, high):
        at = bounds[d]
        for m in range(total, total + many[d]):
            at += steps[m] & ~SHARED
            if steps[m] & mask == mask:
                value = _shingle(word, at, bounds[d + 1], k)
                part = part_of(value, cursor.size)
                here = cursor[part]
                key[here], owner[here], place[here] = value, d, at - bounds[d]
                cursor[part] += 1
        total += many[d]


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _next_group(keys, order, begin, least):
    """The next group of at least `least` equal keys from `begin` on, as bounds in `order`; (n, n) after the last.

    A function of its own because numba counts references to `pairs`, which grows, on each turn of a loop that hands it
    on: over 16 million postings, four in five of them single, that took 40 % of pair_postings.
    """
    while begin < order.size:
        end, first = begin + 1, keys[order[begin]]
        while end < order.size and keys[order[end]] == first:
            end += 1
        if end - begin >= least:
            return begin, end
        begin = end
    return begin, begin


@njit(inline="always")
def _run_reaches(word, bounds, hot, left, right, i, j, k, anchor, reach):
    """Whether the equal run through words i of left and j of right (k known equal) is worth comparing.

    It is if it has `anchor` words, and half as many of them are not `hot`. At most `reach` words on either side of the
    k are looked at, so that a posting with so many words around it is enough to decide.
    """
    a, b = bounds[left] + i, bounds[right] + j
    length, cold, needed = 0, 0, anchor // 2
    for t in range(k):  # equal hashes are not yet equal words
        if a + t >= bounds[left + 1] or b + t >= bounds[right + 1]:
            break  # a text of fewer words than k
        if word[a + t] != word[b + t]:
            return False
        length, cold = length + 1, cold + (not hot[a + t])
    back = 1
    while (
        (length < anchor or cold < needed)
        and back <= reach
        and i >= back
        and j >= back
        and word[a - back] == word[b - back]
    ):
        length, cold, back = length + 1, cold + (not hot[a - back]), back + 1
    ahead = k
    while (
        (length < anchor or cold < needed)
        and ahead < k + reach
        and a + ahead < bounds[left + 1]
        and b + ahead < bounds[right + 1]
        and word[a + ahead] == word[b + ahead]
    ):
        length, cold, ahead = length + 1, cold + (not hot[a + ahead]), ahead + 1
    return length >= anchor and cold >= needed


@njit(inline="always")
def _ask(word, bounds, hot, d, at, k, wide):
    """Prefetch what runs_of and _run_reaches read around shingle `at` of document d."""
    first = max(bounds[d], bounds[d] + at - wide + 1)
    prefetch(word, first)
    prefetch(word, min(first + k + 2 * wide - 3, word.size - 1))
    prefetch(hot, bounds[d] + at)


@njit(cache=True, nogil=True)
def runs_of(word, bounds, order, owner, place, low, high, k, anchor, hot, marking):
    """Postings order[low:high] of one shingle -> (key, posting, first word) of runs of `anchor` words that it heads.

    It heads a run if its hash is the run's smallest (the rightmost of equals). That shingle is a posting wherever the
    run stands, so every document that holds the run is among these postings, and a run comes under one shingle only.
    Unless `marking`, runs whose words are mostly `hot` are left out.
    """
    wide = anchor - k + 1
    size = (high - low) * wide
    key, which, where = np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.int64)
    n, word, hot = 0, lent(word), lent(hot)
    near = np.empty(2 * wide, np.uint64)
    for m in range(low, high):
        if m + AHEAD < high:
            _ask(word, bounds, hot, owner[order[m + AHEAD]], place[order[m + AHEAD]], k, wide)
        d = owner[order[m]]
        at, end = bounds[d] + place[order[m]], bounds[d + 1]
        cold = 0
        for t in range(at, min(at + k, end)):
            cold += not hot[t]
        if not marking and 2 * (cold + wide - 1) < anchor:
            continue
        first, stop = max(bounds[d], at - wide + 1), min(end, at + wide - 1 + k)
        shingles = max(stop - first - k + 1, 1)
        for i in range(shingles):  # shingle_hashes of so few takes longer to begin than to do
            near[i] = _shingle(word, first + i, stop, k)
        mine = at - first
        for begin in range(max(0, mine - wide + 1), min(mine, shingles - wide) + 1):
            least = begin
            for i in range(begin + 1, begin + wide):
                if near[i] <= near[least]:
                    least = i
            if least == mine:
                key[n] = _shingle(word, first + begin, end, anchor)
                which[n], where[n] = order[m], first + begin
                n += 1
    return key[:n], which[:n], where[:n]


@njit(inline="always")
def _pair(left, right):
    return (np.int64(left) << 32) | np.int64(right)


@njit(inline="always")
def _known_at(left, right):
    """The slot of `known`, a cache of KNOWN pairs, in which this one would be."""
    return (np.uint64(_pair(left, right)) * BASE) >> np.uint64(64 - KNOWN_BITS)


@njit(inline="always")
def _is_known(known, left, right):
    """Whether this pair is in the cache `known`; it is put there if not."""
    at = _known_at(left, right)
    was = known[at] == _pair(left, right)
    known[at] = _pair(left, right)
    return was


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _pair_runs(word, bounds, order, owner, place, low, high, k, anchor, cap, hot, marking, known, pairs, count):
    """A shingle with more than `cap` postings, paired by the runs around it instead -> (pairs, count, runs over `cap`).

    With `marking`, runs in more than `cap` documents: their words become `hot`, and each document is linked with the
    previous and the first. Without, all pairs of the other runs, at least half of whose words are not hot.
    """
    key, which, where = runs_of(word, bounds, order, owner, place, low, high, k, anchor, hot, marking)
    who = owner[which]
    by_run = order_by_key(key)
    over, begin, n = np.int64(0), 0, by_run.size
    while begin < n:
        end = begin + 1
        while end < n and key[by_run[end]] == key[by_run[begin]]:
            end += 1
        if (end - begin > cap) != marking:
            begin = end
            continue
        head, cold = where[by_run[begin]], 0
        for t in range(anchor):
            cold += not hot[head + t]
        over += marking
        for i in range(begin if marking else begin + 1, end):
            mine = np.int64(who[by_run[i]])
            if marking:
                prefetch(hot, where[by_run[min(i + AHEAD, end - 1)]])
                for t in range(anchor):
                    hot[where[by_run[i]] + t] = True
            elif 2 * cold < anchor:
                break
            for j in range(max(begin, i - 1) if marking else begin, i):
                if who[by_run[j]] != mine and not _is_known(known, who[by_run[j]], mine):
                    pairs, count = push(pairs, count, np.int64(who[by_run[j]]), mine)
            if marking and who[by_run[begin]] != mine and not _is_known(known, who[by_run[begin]], mine):
                pairs, count = push(pairs, count, np.int64(who[by_run[begin]]), mine)
        begin = end
    return pairs, count, over


@njit(cache=True, nogil=True)
def pair_postings(word, bounds, parts, key, owner, place, k, anchor, reach, cap, hot, marking, pairs):
    """Postings of parts[p]:parts[p + 1] -> pairs (left << 32 | right, left < right) that share a run of `anchor` words.

    To be called first with `marking`, for runs in more than `cap` documents, which are linked and marked in `hot`
    (bool [words]); then without, for all others. A hot run and the chance words next to it make runs that hundreds of
    documents share, and that are no passages of their own: so half of a run must not be hot, within `reach` words of
    its shingle. A part's postings come document by document. Returns (pairs, count, runs over `cap`).
    """
    count, over = np.int64(0), np.int64(0)
    known = np.full(KNOWN, -1, np.int64)  # the last pairs found: a passage in common shows at each of its shingles
    for part in range(parts.size - 1):
        low, high = parts[part], parts[part + 1]
        some = repeated(key[low:high])  # those that stand alone need no sorting
        keys, owners, places = key[low:high][some], owner[low:high][some], place[low:high][some]
        order, least = order_by_key(keys), cap + 1 if marking else 2
        begin, end = _next_group(keys, order, np.int64(0), least)
        asked = begin
        while begin < end:
            if end - begin > cap:
                pairs, count, more = _pair_runs(
                    word, bounds, order, owners, places, begin, end, k, anchor, cap, hot, marking, known, pairs, count
                )
                over += more
            else:
                for m in range(max(asked, begin), min(end + AHEAD, order.size)):
                    _ask(word, bounds, hot, owners[order[m]], places[order[m]], k, anchor - k + 1)
                asked = end + AHEAD
                for i in range(begin + 1, end):
                    right = owners[order[i]]
                    for j in range(begin, i):
                        left = owners[order[j]]
                        if left == right or known[_known_at(left, right)] == _pair(left, right):
                            continue
                        if _run_reaches(
                            word, bounds, hot, left, right, places[order[j]], places[order[i]], k, anchor, reach
                        ):
                            known[_known_at(left, right)] = _pair(left, right)
                            pairs, count = push(pairs, count, np.int64(left), np.int64(right))
            begin, end = _next_group(keys, order, end, least)
    return pairs, count, over


@njit(cache=True, nogil=True)
def pair_sharing(key, owner, order, documents, pairs):
    """Postings in `order` of key -> every pair of documents that share a key, each once; for small dumps.

    Cost: all pairs of each key; memory: a byte for each pair of documents, 4 MB for 2,000.
    """
    seen = np.zeros((documents, documents), np.bool_)
    count = np.int64(0)
    begin, n = np.int64(0), order.size
    owners = np.empty(documents, np.int32)
    while begin < n:
        # each document once: one text of a hundred thousand equal words would pair its own places with each other
        owners[0], many, end = owner[order[begin]], np.int64(1), begin + 1
        while end < n and key[order[end]] == key[order[begin]]:
            if owner[order[end]] != owners[many - 1]:  # a key's postings come document by document
                owners[many] = owner[order[end]]
                many += 1
            end += 1
        for i in range(1, many):
            right = owners[i]
            for j in range(i):
                left = owners[j]
                if not seen[left, right]:
                    seen[left, right] = True
                    pairs, count = push(pairs, count, np.int64(left), np.int64(right))
        begin = end
    return pairs, count
