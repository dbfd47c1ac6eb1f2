"""Kernels of sketching: shingle hashes, MinHash, buckets of bands; and sorting by hash.

Words are the uint64 hashes of TOKENS, flat; document d holds words bounds[d]:bounds[d + 1]. A shingle of k words
is hashed as a polynomial in its word hashes.
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

    A text of 1 to k - 1 words is one shingle; a text without words has none. Cost: .7 ns a shingle of 5 words. A
    rolling hash took 2.5: each waited for the one before it, where now the processor makes several at once.
    """
    n = end - begin
    if n <= 0:
        return 0
    width = min(k, n)
    text, made = word[begin:end], out[: n - width + 1]
    size, odd = np.uint64(made.size), np.uint64(width & 1)
    for i in range(size):
        made[i] = text[i] * odd
    for j in range(width & 1, width, 2):  # two words at a time: each pass writes and reads all hashes
        one, two = text[j:], text[j + 1 :]
        for i in range(size):
            made[i] = (made[i] * BASE + one[i]) * BASE + two[i]
    for i in range(size):
        made[i] = mix(made[i])
    return made.size


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


@njit(inline="always")
def _share(value, parts):
    """A hash's high half -> one of 0 .. parts - 1, without a division (Lemire 2019)."""
    return ((value >> np.uint64(32)) * parts) >> np.uint64(32)


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def minhash_shingles(hashes, n, factors, own, signature):
    """hashes[:n] of a document's shingles -> its `signature`, as `minhash_words` says; `own` is scratch of its size."""
    perms, nothing = own.size, np.uint32(0xFFFFFFFF)
    for p in range(perms):
        own[p] = nothing
    for f in range(factors.size):
        factor, begin = factors[f], np.uint64(f * perms // factors.size)
        parts = np.uint64((f + 1) * perms // factors.size) - begin
        for i in range(n):
            value = hashes[i] * factor
            p = begin + _share(value, parts)
            own[p] = min(own[p], np.uint32(value & np.uint64(0xFFFFFFFF)))
        for p in range(begin, begin + parts):
            value, tries = own[p], np.uint64(0)
            while value == nothing and n > 0:
                tries += np.uint64(1)
                value = own[begin + _share(mix(np.uint64(p) * BASE + tries), parts)]
            signature[p] = value


@njit(cache=True, nogil=True)
def minhash_words(word, bounds, k, factors, signatures):
    """Words -> signatures[d] (uint32): num_perm minima in factors.size (uint64, odd) permutations, each cut in parts.

    One-permutation hashing (Li, Owen, Zhang 2012): a permutation sends a shingle into one of its parts, which keeps the
    least value that it gets, so a shingle costs a step for each permutation and not for each value. An empty part takes
    the value of another, the same one in every document (Shrivastava 2017), so that each value of two documents is
    equal with the probability of their jaccard. A document without words keeps 2^32 - 1. Cost: some 5 ns a shingle
    with two permutations.
    """
    hashes = np.empty(longest_document(bounds), np.uint64)
    own = np.empty(signatures.shape[1], np.uint32)
    for d in range(bounds.size - 1):
        n = shingle_hashes(word, bounds[d], bounds[d + 1], k, hashes)
        minhash_shingles(hashes, n, factors, own, signatures[d])


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def sort_keys(key, order, spare, low, high):
    """Sort order[low:high] by key[order[...]], stable: insertion sort of runs of 12, then bottom-up merges."""
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

    One counting pass over the top bits moves keys and places into buckets of about eight, which are insertion-sorted; a
    large bucket (mostly of equal keys) is merge-sorted. Cost: 12 ns a key of 32,768, 26 of 2 million, where numpy's
    stable argsort takes 217.
    """
    n = key.size
    bits = 1
    while (np.int64(1) << bits) * 8 < n and bits < 20:
        bits += 1
    shift = np.uint64(64 - bits)
    edges = np.zeros((np.int64(1) << bits) + 1, np.int32)
    for i in range(n):
        edges[np.int64(key[i] >> shift) + 1] += 1
    for i in range(1, edges.size):
        edges[i] += edges[i - 1]
    order, moved = np.empty(n, np.int32), np.empty(n, np.uint64)
    at = edges[:-1].copy()
    for i in range(n):
        bucket = np.int64(key[i] >> shift)
        order[at[bucket]], moved[at[bucket]] = i, key[i]
        at[bucket] += 1
    spare = np.empty(0, np.int32)
    for bucket in range(edges.size - 1):
        low, high = edges[bucket], edges[bucket + 1]
        if high - low > 64:
            if spare.size == 0:
                spare = np.empty(n, np.int32)
            sort_keys(key, order, spare, low, high)
            continue
        for i in range(low + 1, high):
            item, place, j = moved[i], order[i], i
            while j > low and moved[j - 1] > item:
                moved[j], order[j] = moved[j - 1], order[j - 1]
                j -= 1
            moved[j], order[j] = item, place
    return order


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def push(pairs, count, left, right):
    """Append left << 32 | right to `pairs`, growing it -> (pairs, count)."""
    if count == pairs.size:
        grown = np.empty(2 * pairs.size, np.int64)
        for i in range(count):
            grown[i] = pairs[i]
        pairs = grown
    pairs[count] = (left << 32) | right
    return pairs, count + 1


@njit(cache=True, nogil=True)
def band_keys(signatures, owner, first, rows, key):
    """Signatures (uint32 [documents, num_perm]) -> key[b, d] (uint64): `rows` values of document owner[d].

    They are those of band first + b. All bands in one pass over the signatures, which may lie in a file.
    """
    for d in range(owner.size):
        signature, at = signatures[owner[d]], np.uint64(first * rows)
        for b in range(key.shape[0]):
            value = np.uint64(0)
            for _ in range(rows):
                value = value * BASE + np.uint64(signature[at])
                at += np.uint64(1)
            key[b, d] = mix(value)


@njit(cache=True, nogil=True)
def repeated(key):
    """key (uint64, well mixed) -> the places (int32, in order) of all that occur more than once, and of few others.

    For each value of a key's first n bits one bit says that it came, and a second that it came again. Cost: 4 ns a key,
    a fifth of what sorting them all takes.
    """
    bits = 6
    while (np.int64(1) << bits) < 8 * key.size:
        bits += 1
    shift, six, low, one = np.uint64(64 - bits), np.uint64(6), np.uint64(63), np.uint64(1)
    once, again = np.zeros(1 << (bits - 6), np.uint64), np.zeros(1 << (bits - 6), np.uint64)
    for i in range(key.size):
        at = key[i] >> shift
        bit = one << (at & low)
        again[at >> six] |= once[at >> six] & bit
        once[at >> six] |= bit
    places, count = np.empty(key.size + 1, np.int32), np.uint64(0)
    for i in range(key.size):
        at = key[i] >> shift
        places[count] = i
        count += (again[at >> six] >> (at & low)) & one
    return places[:count]


@njit(cache=True, nogil=True)
def pair_buckets(signatures, owner, key, order, cap, need, pairs):
    """One band's buckets -> pairs with `need` equal permutations; owner[d] is the document of key[d].

    A bucket of more than `cap` is linked, each member to the previous and the first: never all with all.
    Returns (pairs, count, buckets of more than `cap`).
    """
    count, over = 0, np.int64(0)
    perms = signatures.shape[1]
    begin, n = np.int64(0), order.size
    while begin < n:
        end = begin + 1
        while end < n and key[order[end]] == key[order[begin]]:
            end += 1
        large = end - begin > cap
        for i in range(begin + 1, end):
            one = owner[order[i]]
            for j in range(i - 1 if large else begin, i + (large and i > begin + 1)):
                two = owner[order[j] if j < i else order[begin]]
                equal = 0
                for p in range(perms):
                    equal += signatures[one, p] == signatures[two, p]
                if equal >= need:
                    pairs, count = push(pairs, count, np.int64(two), np.int64(one))
        over += large
        begin = end
    return pairs, count, over


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def range_key(word, first, last):
    """Words first:last -> two independent hashes of them (uint64): 128 bits, as good as equality."""
    odd = np.uint64(0xD6E8FEB86659FD93)
    x, y = np.uint64(last - first), np.uint64(0)
    for w in range(first, last):
        x = x * BASE + word[w]
        y = (y + word[w]) * odd
    return mix(x), mix(y)


@njit(cache=True, nogil=True)
def range_keys(word, first, last, one, two):
    """Ranges first[r]:last[r] of words -> the `range_key` of each."""
    for r in range(first.size):
        one[r], two[r] = range_key(word, first[r], last[r])


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def with_room(rows):
    """The same rows with room for as many again; copied by a loop, as assigning a slice takes 2 s more to compile."""
    grown = np.empty((2 * rows.shape[0], rows.shape[1]), rows.dtype)
    for r in range(rows.shape[0]):
        for c in range(rows.shape[1]):
            grown[r, c] = rows[r, c]
    return grown
