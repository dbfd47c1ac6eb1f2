"""Kernels of sketching and of candidate pairs: shingle hashes, MinHash, winnowed postings, grouping.

Words are the uint64 hashes of TOKENS, flat; document d holds words bounds[d]:bounds[d + 1]. A shingle of k words
is hashed as a polynomial in its word hashes, so that the next one costs two multiplications.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.kernels import xxh64

BASE = np.uint64(0x9E3779B97F4A7C15)  # an odd multiplier with well mixed bits


@njit(inline="always")
def mix(value):
    """The finalizer of MurmurHash3 (64 bits), a bijection."""
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@njit(cache=True, nogil=True)
def shingle_hashes(word, begin, end, k, out):
    """word[begin:end] -> out[i] = the mixed hash of words i .. i + k - 1; returns how many.

    A text of 1 to k - 1 words is one shingle; a text without words has none.
    """
    n = end - begin
    if n <= 0:
        return 0
    width = min(k, n)
    top = np.uint64(1)
    for _ in range(width - 1):
        top *= BASE
    value = np.uint64(0)
    for i in range(width):
        value = value * BASE + word[begin + i]
    out[0] = mix(value)
    for i in range(1, n - width + 1):
        value = (value - word[begin + i - 1] * top) * BASE + word[begin + i + width - 1]
        out[i] = mix(value)
    return n - width + 1


@njit(inline="always")
def longest_document(bounds):
    """The most words of any document, at least 1."""
    longest = 1
    for d in range(bounds.size - 1):
        longest = max(longest, bounds[d + 1] - bounds[d])
    return longest


@njit(inline="always")
def _fmix32(x):
    """The finalizer of MurmurHash3 (32 bits)."""
    x ^= x >> np.uint32(16)
    x = np.uint32(x * np.uint32(0x85EBCA6B))
    x ^= x >> np.uint32(13)
    x = np.uint32(x * np.uint32(0xC2B2AE35))
    return x ^ (x >> np.uint32(16))


@njit(inline="always")
def _permute(hashes, n, a, b, row):
    """row[p] (uint32) = min over hashes[:n] of a[p] * hash + b[p] mod 2^32; 2^32 - 1 if n is 0."""
    for p in range(a.size):  # outside, so that the inner loop keeps its minimum in a register: three times as fast
        least, factor, offset = np.uint32(0xFFFFFFFF), a[p], b[p]
        for i in range(n):
            least = min(least, np.uint32(factor * hashes[i] + offset))
        row[p] = least


@njit(cache=True, nogil=True)
def minhash(octets, first_byte, bounds, k, a, b, signatures):
    """Folded words' bytes -> signatures[d] (uint32): `_permute` of fmix32 of the low half of each shingle's xxh64.

    This is datasketch 2's scheme "affine32", bit for bit. A document without words keeps 2^32 - 1, as an empty
    datasketch.MinHash does. Cost: num_perm steps a shingle, eight or sixteen at a time; about 250 MB/s a core.
    """
    hashes = np.empty(longest_document(bounds), np.uint32)
    for d in range(bounds.size - 1):
        low, high = bounds[d], bounds[d + 1]
        n = max(high - low - k + 1, min(1, high - low))
        for i in range(n):
            end = first_byte[min(low + i + k, high)] - 1
            hashes[i] = _fmix32(np.uint32(xxh64(octets, first_byte[low + i], end) & np.uint64(0xFFFFFFFF)))
        _permute(hashes, n, a, b, signatures[d])


@njit(cache=True, nogil=True)
def minhash_words(word, bounds, k, a, b, signatures):
    """Words -> signatures[d] (uint32): `_permute` of the low half of each shingle's hash; twice as fast as minhash."""
    longest = longest_document(bounds)
    wide, hashes = np.empty(longest, np.uint64), np.empty(longest, np.uint32)
    for d in range(bounds.size - 1):
        n = shingle_hashes(word, bounds[d], bounds[d + 1], k, wide)
        for i in range(n):
            hashes[i] = np.uint32(wide[i] & np.uint64(0xFFFFFFFF))
        _permute(hashes, n, a, b, signatures[d])


@njit(cache=True, nogil=True)
def winnow(word, bounds, wanted, k, window, part, counts, key, owner, place):
    """The wanted documents' winnowed shingles -> counts[p] of each part of the hash range, and one part's postings.

    In every `window` consecutive shingles the smallest hash is taken (the rightmost of equals), so any run of
    k + window - 1 equal words shares a posting (Schleimer, Wilkerson, Aiken 2003, section 3); density is
    2 / (window + 1) of the words. Postings (key, owner, place) of `part` are written if it is not negative.
    Returns their number.
    """
    written = 0
    hashes = np.empty(longest_document(bounds), np.uint64)
    parts = np.uint64(counts.size)
    for d in range(bounds.size - 1):
        if not wanted[d]:
            continue
        n = shingle_hashes(word, bounds[d], bounds[d + 1], k, hashes)
        chosen = -1
        for i in range(n):
            if i + 1 < window and i + 1 < n:
                continue
            begin = max(0, i - window + 1)
            if chosen >= begin and chosen != -1:
                best = i if hashes[i] <= hashes[chosen] else chosen
            else:
                best = begin
                for j in range(begin + 1, i + 1):
                    if hashes[j] <= hashes[best]:
                        best = j
            if best != chosen:
                chosen = best
                into = np.int64((hashes[best] >> np.uint64(40)) % parts)
                if part < 0:
                    counts[into] += 1
                elif into == part:
                    key[written], owner[written], place[written] = hashes[best], d, best
                    written += 1
    return written


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def sort_keys(key, order, spare, low, high):
    """Sort order[low:high] by key[order[...]], stable: bottom-up merges over runs of insertion-sorted 12."""
    step = 12
    for begin in range(low, high, step):
        for i in range(begin + 1, min(begin + step, high)):
            item = order[i]
            j = i
            while j > begin and key[order[j - 1]] > key[item]:
                order[j] = order[j - 1]
                j -= 1
            order[j] = item
    while step < high - low:
        for begin in range(low, high, 2 * step):
            middle, end = min(begin + step, high), min(begin + 2 * step, high)
            i, j = begin, middle
            for out in range(begin, end):
                if i < middle and (j >= end or key[order[i]] <= key[order[j]]):
                    spare[out] = order[i]
                    i += 1
                else:
                    spare[out] = order[j]
                    j += 1
        for i in range(low, high):
            order[i] = spare[i]
        step *= 2


@njit(cache=True, nogil=True)
def order_by_key(key):
    """key (uint64) -> int32 order that sorts it, stable.

    One counting pass over the top bits makes cache-sized buckets, each then sorted by merges: about 6 times
    faster than numpy's stable argsort on 20 million keys.
    """
    n = key.size
    bits = 1
    while (np.int64(1) << bits) * 128 < n and bits < 20:
        bits += 1
    shift = np.uint64(64 - bits)
    edges = np.zeros((np.int64(1) << bits) + 1, np.int64)
    for i in range(n):
        edges[np.int64(key[i] >> shift) + 1] += 1
    for i in range(1, edges.size):
        edges[i] += edges[i - 1]
    order, spare = np.empty(n, np.int32), np.empty(n, np.int32)
    at = edges[:-1].copy()
    for i in range(n):
        bucket = np.int64(key[i] >> shift)
        order[at[bucket]] = i
        at[bucket] += 1
    for bucket in range(edges.size - 1):
        if edges[bucket + 1] - edges[bucket] > 1:
            sort_keys(key, order, spare, edges[bucket], edges[bucket + 1])
    return order


@njit(inline="always")
def _run_reaches(word, bounds, left, right, i, j, k, anchor):
    """Whether the maximal equal run through words i of left and j of right (k known equal) has `anchor` words."""
    a, b = bounds[left] + i, bounds[right] + j
    length = k
    back = 1
    while length < anchor and i - back >= 0 and j - back >= 0 and word[a - back] == word[b - back]:
        length += 1
        back += 1
    ahead = k
    while (
        length < anchor
        and a + ahead < bounds[left + 1]
        and b + ahead < bounds[right + 1]
        and word[a + ahead] == word[b + ahead]
    ):
        length += 1
        ahead += 1
    if length < anchor:
        return False
    for t in range(k):  # equal hashes are not yet equal words
        if a + t < bounds[left + 1] and b + t < bounds[right + 1] and word[a + t] != word[b + t]:
            return False
    return True


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _push(pairs, count, left, right):
    """Append left << 32 | right to `pairs`, growing it -> (pairs, count)."""
    if count == pairs.size:
        grown = np.empty(2 * pairs.size, np.int64)
        for i in range(count):
            grown[i] = pairs[i]
        pairs = grown
    pairs[count] = (left << 32) | right
    return pairs, count + 1


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _link_large(word, bounds, order, owner, place, low, high, k, anchor, cap, pairs, count):
    """One shingle in more than `cap` postings: the same, anew, by each run of `anchor` words around it.

    Postings of one such run are paired all with all up to `cap`, else each with the previous and the first.
    Returns (pairs, count, runs that stood in more than `cap` postings).
    """
    size = high - low
    wide = anchor - k + 1
    key = np.empty(size * wide, np.uint64)
    who = np.empty(size * wide, np.int32)
    n = 0
    window = np.empty(1, np.uint64)
    for m in range(low, high):
        d = owner[order[m]]
        for back in range(wide):
            begin = place[order[m]] - back
            if begin >= 0 and bounds[d] + begin + anchor <= bounds[d + 1]:
                shingle_hashes(word, bounds[d] + begin, bounds[d] + begin + anchor, anchor, window)
                key[n], who[n] = window[0], d
                n += 1
    by_run = order_by_key(key[:n])
    over = np.int64(0)
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and key[by_run[end]] == key[by_run[begin]]:
            end += 1
        over += end - begin > cap
        for i in range(begin + 1, end):
            mine = who[by_run[i]]
            for j in range(begin if end - begin <= cap else i - 1, i):
                if who[by_run[j]] != mine:
                    pairs, count = _push(pairs, count, np.int64(who[by_run[j]]), np.int64(mine))
            if end - begin > cap and who[by_run[begin]] != mine:
                pairs, count = _push(pairs, count, np.int64(who[by_run[begin]]), np.int64(mine))
        begin = end
    return pairs, count, over


@njit(cache=True, nogil=True)
def pair_postings(word, bounds, key, owner, place, order, k, anchor, cap, pairs):
    """Postings in `order` of key -> pairs (left << 32 | right, left < right) that share a run of `anchor` words.

    Returns (pairs, count, runs that stood in more than `cap` postings and were linked, not paired).
    """
    count, over = np.int64(0), np.int64(0)
    begin, n = np.int64(0), order.size
    while begin < n:
        end = begin + 1
        while end < n and key[order[end]] == key[order[begin]]:
            end += 1
        if end - begin > cap:
            pairs, count, more = _link_large(
                word, bounds, order, owner, place, begin, end, k, anchor, cap, pairs, count
            )
            over += more
        else:
            for i in range(begin + 1, end):
                right = owner[order[i]]
                for j in range(begin, i):
                    left = owner[order[j]]
                    if left != right and _run_reaches(
                        word, bounds, left, right, place[order[j]], place[order[i]], k, anchor
                    ):
                        pairs, count = _push(pairs, count, np.int64(left), np.int64(right))
        begin = end
    return pairs, count, over


@njit(cache=True, nogil=True)
def pair_sharing(key, owner, order, documents, pairs):
    """Postings in `order` of key -> every pair of documents that shares a key, each once; for small dumps.

    A bit a pair of documents: 2,000 documents take 4 MB.
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
                    pairs, count = _push(pairs, count, np.int64(left), np.int64(right))
        begin = end
    return pairs, count


@njit(cache=True, nogil=True)
def band_keys(signatures, band, rows, key):
    """Signatures (uint32 [documents, num_perm]) -> key[d] (uint64) of one band of `rows` values."""
    for d in range(signatures.shape[0]):
        value = np.uint64(0)
        for r in range(rows):
            value = value * BASE + np.uint64(signatures[d, band * rows + r])
        key[d] = mix(value)


@njit(cache=True, nogil=True)
def pair_buckets(signatures, owner, key, order, cap, floor, pairs):
    """One band's buckets -> pairs whose estimated jaccard is at least `floor`; owner[d] is the document of row d.

    A bucket of more than `cap` is linked, each member to the previous and the first: never all with all.
    Returns (pairs, count, buckets of more than `cap`).
    """
    count, over = 0, np.int64(0)
    perms = signatures.shape[1]
    need = np.int64(np.ceil(floor * perms))
    begin, n = np.int64(0), order.size
    while begin < n:
        end = begin + 1
        while end < n and key[order[end]] == key[order[begin]]:
            end += 1
        large = end - begin > cap
        for i in range(begin + 1, end):
            one = order[i]
            for j in range(begin, i):
                if large and begin < j < i - 1:
                    continue
                two = order[j]
                equal = 0
                for p in range(perms):
                    equal += signatures[one, p] == signatures[two, p]
                if equal >= need:
                    pairs, count = _push(pairs, count, np.int64(owner[two]), np.int64(owner[one]))
        over += large
        begin = end
    return pairs, count, over


@njit(cache=True, nogil=True)
def range_keys(word, first, last, one, two):
    """Ranges first[r]:last[r] of words -> two independent hashes of each (uint64): 128 bits, as good as equality."""
    odd = np.uint64(0xD6E8FEB86659FD93)
    for r in range(first.size):
        x, y = np.uint64(last[r] - first[r]), np.uint64(0)
        for w in range(first[r], last[r]):
            x = x * BASE + word[w]
            y = (y + word[w]) * odd
        one[r], two[r] = mix(x), mix(y)
