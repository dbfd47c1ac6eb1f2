"""Kernels of readings: runs of words that some documents of one story have and others lack.

`word` and `start` are of TOKENS (uint64 hashes; int32 code points), those of document d at bounds[d]:bounds[d + 1].
"""

from __future__ import annotations

import numpy as np
from numba import njit

MIXER = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True, nogil=True)
def compare_stories(word, start, bounds, size, witnesses, stories, rows, child, parent, first, last):
    """compare_runs of many stories; those of story s are documents stories[s]:stories[s + 1], rows rows[s]:rows[s + 1].

    A call for each took 40 us, as long as to compare the runs of two articles.
    """
    found, private = np.zeros((5, child.size), np.int64), np.zeros(bounds.size - 1, np.int64)
    for s in range(stories.size - 1):
        low, high, at, end = stories[s], stories[s + 1], rows[s], rows[s + 1]
        of = slice(bounds[low], bounds[high])
        ends = bounds[low : high + 1] - bounds[low]
        pairs = child[at:end], parent[at:end], first[at:end], last[at:end]
        found[:, at:end], private[low:high] = compare_runs(word[of], start[of], ends, size, witnesses, *pairs)
    return found, private


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def compare_runs(word, start, bounds, size, witnesses, child, parent, first, last):
    """Rows (child, parent), of whose parent code points first:last are shared -> found (int64 [5, rows]), private.

    `found` is missing, more, beyond, both and all, where both / all is `alike`: see readings.Readings. private (int64
    [documents]) is 0 in stories of fewer than `witnesses` documents. A run is `size` words. Cost: the words of each
    row's two documents; memory: a byte for each document and distinct run.
    """
    run, edges, columns = _number_runs(word, bounds, size)
    documents = bounds.size - 1
    has, count = np.zeros((documents, columns), np.bool_), np.zeros(columns, np.int64)
    fresh = np.zeros(run.size, np.bool_)  # whether it is the first of its number in its document
    for d in range(documents):
        for at in range(edges[d], edges[d + 1]):
            fresh[at] = not has[d, run[at]]
            count[run[at]] += fresh[at]
            has[d, run[at]] = True
    found = np.zeros((5, child.size), np.int64)
    missing, more, beyond, both, every = found[0], found[1], found[2], found[3], found[4]
    for row in range(child.size):
        one, other = has[child[row]], has[parent[row]]
        for at in range(edges[child[row]], edges[child[row] + 1]):
            held = other[run[at]]
            both[row] += held
            missing[row] += fresh[at] and not held and count[run[at]] > 1
            every[row] += 1
        for at in range(edges[parent[row]], edges[parent[row] + 1]):
            place = start[bounds[parent[row]] + at - edges[parent[row]]]
            if place < first[row] or place >= last[row]:
                beyond[row] += 1
            elif not one[run[at]]:
                every[row] += 1
                more[row] += 2 * count[run[at]] <= documents
    private = np.zeros(documents, np.int64)
    for d in range(documents if documents >= witnesses else 0):
        between, alone = 0, 0  # whether a shared run came before; runs of its own since the last shared one
        for at in range(edges[d], edges[d + 1]):
            if count[run[at]] > 1:
                private[d] += alone
                between, alone = 1, 0
            else:
                alone += between
    return found, private


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _number_runs(word, bounds, size):
    """Words -> the number of each run, equal for equal runs; the bounds of each document's runs; how many numbers.

    A run's hash is a polynomial of the hashes of its words, modulo 2^64. In a document of fewer than `size` words each
    word is a run.
    """
    documents, capacity = bounds.size - 1, 16
    while capacity < 2 * word.size:
        capacity *= 2
    known, number = np.empty(capacity, np.uint64), np.full(capacity, -1, np.int32)
    run, edges = np.empty(word.size, np.int32), np.zeros(documents + 1, np.int64)
    count = done = 0
    for d in range(documents):
        length = size if bounds[d + 1] - bounds[d] >= size else 1
        for begin in range(bounds[d], bounds[d + 1] - length + 1):
            mixed = np.uint64(0)
            for step in range(length):
                mixed = mixed * MIXER + word[begin + step]
            at = np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(capacity - 1))
            while number[at] >= 0 and known[at] != mixed:
                at = (at + 1) & (capacity - 1)
            if number[at] < 0:
                known[at], number[at] = mixed, count
                count += 1
            run[done] = number[at]
            done += 1
        edges[d + 1] = done
    return run, edges, count
