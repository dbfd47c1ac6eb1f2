"""Kernels of choosing: which of the overlapping chains of a pair of documents are kept as its spans.

A chain is a row of LEFT_START .. LONGEST: half-open ranges of words on both sides, the equal words, the longest run.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.pairs.kernels import sort_keys

LEFT_START, LEFT_END, RIGHT_START, RIGHT_END, EQUAL, LONGEST = range(6)


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def move(rows, into, kept, at):
    """kept[at] = rows[into], column by column."""
    for c in range(rows.shape[1]):
        kept[at, c] = rows[into, c]


@njit(inline="always")
def _covered(kept, count, low, high, start, end):
    """Words of low:high that lie in the spans kept[:count] on the side whose columns are start and end."""
    total = 0
    for m in range(count):
        total += max(0, min(high, kept[m, end]) - max(low, kept[m, start]))
    return total


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def longest_first(chains, count, apart):
    """The rows of chains[:count] (int32), most equal words first; equals stay in order.

    `apart` below 0: two documents. Else one, and chains whose sides have at most `apart` words between them come before
    all others, the nearest sides first, so that of copies in a row each is tied to the next, and not eight of them to
    the next eight. Among the others, equals are ordered by the distance of their sides.
    """
    order, spare = np.arange(count).astype(np.int32), np.empty(count, np.int32)
    key = np.empty(count, np.uint64)
    for c in range(count):
        fewer = (1 << 31) - np.int64(chains[c, EQUAL])
        if apart < 0:
            key[c] = np.uint64(fewer)
            continue
        beside = chains[c, RIGHT_START] - chains[c, LEFT_END] <= apart
        farther = np.uint64(chains[c, RIGHT_START] - chains[c, LEFT_START])
        key[c] = farther if beside else np.uint64(fewer) << np.uint64(32) | farther
    sort_keys(key, order, spare, np.int64(0), np.int64(count))
    return order


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def choose_chains(chains, order, kept):
    """Chains, longest first by `order` -> how many are kept, written to `kept`: one counterpart for each stretch.

    A chain is dropped where longer ones cover over half of either side: it is the same passage again elsewhere in the
    other document, which is found as a repeat inside that document. Cost: chains times those kept.
    """
    count = 0
    for c in order:
        low, high = chains[c, LEFT_START], chains[c, LEFT_END]
        if 2 * _covered(kept, count, low, high, LEFT_START, LEFT_END) > high - low:
            continue
        low, high = chains[c, RIGHT_START], chains[c, RIGHT_END]
        if 2 * _covered(kept, count, low, high, RIGHT_START, RIGHT_END) > high - low:
            continue
        move(chains, c, kept, count)
        count += 1
    return count


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def choose_inside(chains, order, kept, words, least):
    """Chains of one document of `words` words, by `order` -> how many are kept, written to `kept`.

    A chain is dropped if chains kept before it cover nearly all of it: its right side by their right sides, its left
    side by any of their sides, and of each side fewer than `least` words, and less than half of it, are left. So of
    copies of one length each but the first keeps its tie to an earlier one, and all are tied together. Cost: the words
    of the chains.
    """
    later, told = np.zeros(words, np.bool_), np.zeros(words, np.bool_)
    count = 0
    for c in order:
        a, a_end, b, b_end = chains[c, LEFT_START], chains[c, LEFT_END], chains[c, RIGHT_START], chains[c, RIGHT_END]
        fresh_left, fresh_right = a_end - a - told[a:a_end].sum(), b_end - b - later[b:b_end].sum()
        if fresh_left < min(least, (a_end - a + 1) // 2) and fresh_right < min(least, (b_end - b + 1) // 2):
            continue
        told[a:a_end], told[b:b_end], later[b:b_end] = True, True, True
        move(chains, c, kept, count)
        count += 1
    return count
