"""Kernels of runs: equal words in a row, in two documents or in two places of one.

A run (i, j, length) is maximal: words i:i + length of a equal words j:j + length of b, no address parts them, and
neither end can be moved. Positions are counted from a0 and b0, the first words of the two documents in `word` (uint64)
and `gap` (uint8), which are one a word of all documents. Runs are rows of an int32 array [*, 3].

Runs are sought from shared shingles: every run of k words or more holds one. How many places of a shingle are looked at
(CHAIN_CAP) and how many words are compared (COMPARED) is bounded, so that one word over and over costs no square.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.aligning.choose_kernels import move
from provenance.matching.pairs.memory_kernels import lent
from provenance.text.kernels import ADDRESS, INLINE, NOTHING

CHAIN_CAP = 16  # occurrences of one shingle in one document that are looked at: "the of the of" has thousands
#: Words compared for runs, per word of the pair: a paragraph pasted 4,000 times into one text stays under.
COMPARED = 1024


@njit(inline="always")
def _parted(one, other):
    """Whether an address parts the words that follow these two gaps of equal runs from those before.

    One that has a line of its own does, unless the other text has one inside a line there: then lines were only
    wrapped anew, as around 6 of 1,252 verbatim copies of PAN13.
    """
    return (one == ADDRESS and other != INLINE) or (other == ADDRESS and one != INLINE)


@njit(inline="always")
def _same(word, gap, a0, b0, i, j, low_i):
    """Whether words i and j are equal and no address parts them from the run that is walked from low_i on.

    What stands between two words is the gap of the later one: ahead of low_i that is word i's own, before it that of
    word i + 1. Word low_i itself is in the run whatever stands before it.
    """
    if word[a0 + i] != word[b0 + j]:
        return False
    ahead = 0 if i > low_i else 1
    return i == low_i or not _parted(gap[a0 + i + ahead], gap[b0 + j + ahead])


@njit(inline="always")
def _same_inside(word, gap, segment, a0, i, j, low_i, low_j):
    """As _same, of one document, where a run also stays in its two segments."""
    if segment[a0 + i] != segment[a0 + low_i] or segment[a0 + j] != segment[a0 + low_j]:
        return False
    return _same(word, gap, a0, a0, i, j, low_i)


@njit(inline="always")
def _add_run(runs, count, i, j, length):
    """The run (i, j, length) put into its place of runs[:count], in order of j -> the new count, -1 without room.

    Runs come nearly in order, so few are moved.
    """
    if count == runs.shape[0]:
        return -1
    at = count
    while at > 0 and runs[at - 1, 1] > j:
        move(runs, at - 1, runs, at)
        at -= 1
    runs[at, 0], runs[at, 1], runs[at, 2] = i, j, length
    return count + 1


@njit(inline="always")
def _walk_back(word, gap, a0, b0, here, j, looked):
    """From equal words here and j to the start of their run, or to its first shingle seen before -> (words, seen).

    looked[j] is the last place of a at which shingle j was looked at: a run that began at or before it is known.
    """
    back, known = 0, False
    while back < here and back < j and not known:
        before = back + 1
        if not _same(word, gap, a0, b0, here - before, j - before, here):
            break
        back, known = before, here - before <= looked[j - before]
    return back, known


@njit(cache=True, nogil=True)
def find_runs(word, gap, a0, na, b0, nb, k, heads, following, met, place, slot, looked, runs):
    """Two documents of na and nb words, whose first ones are a0 and b0 -> the number of their runs, in order of j.

    heads and following (int32) are a's table of shingles of k words; `met` shingles of b stand in it (meet_shingles:
    place, slot). Shorter runs than k words count where one of the documents is shorter. One word or line over and over
    would cost the square of its length: of a pair that needs more than COMPARED comparisons a word, the runs found
    until then are taken. A run is found at the first of its shingles that is looked at, so one that begins with a line
    that stands more than CHAIN_CAP times is not lost. -1 says that `runs` has no room: it is not grown here, for numba
    then counts references to it at each step. `looked` (int32, one a shingle of b) is written only.
    """
    looked, runs = lent(looked), lent(runs)
    count, left_to_compare = 0, np.int64(COMPARED) * (na + nb)
    shift, reach = np.int64(0), np.int64(0)  # of the last run: how far apart its sides are, and where it ends in b
    for m in range(met):
        j, i = np.int64(place[m]), np.int64(heads[slot[m]])
        if j < reach and i == j + shift and following[i] == -1 and looked[j - 1] == na:
            looked[j] = na  # as below: all places of the shingle before were looked at, so the run is known
            continue
        seen, here = 0, np.int64(-1)
        looked[j] = na  # the last place of a that shingle j was looked at, na where that was all of them
        while i != -1 and seen < CHAIN_CAP and left_to_compare > 0:
            seen += 1
            here = i
            i = np.int64(following[i])
            back, known = _walk_back(word, gap, a0, b0, here, j, looked)
            left_to_compare -= max(0, back - 1)
            if known:
                continue  # inside a run that was found before
            length, most = 0, min(na - here, nb - j)
            while length < most and _same(word, gap, a0, b0, here + length, j + length, here):
                length += 1
            left_to_compare -= length
            shift, reach = here - j, j + length
            if length + back >= min(k, na, nb):
                count = _add_run(runs, count, here - back, j - back, length + back)
                if count == -1:
                    return -1
        if i != -1:
            looked[j] = here
    return count


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _add_copies(gap, a0, runs, count, begin, end, period, least):
    """Words begin:end, which are `period` words over and over, cut into copies of at least `least` -> the new count.

    A copy is as many whole periods as make `least` words, and a run with the next. They begin where a sentence or line
    does, if one does before the second copy would be cut into; else the words before the row that are the end of a
    copy, by chance, would shift all. What is left at the end is the end of a last copy that overlaps the one before.
    """
    shift = (least + period - 1) // period * period
    first = begin
    for at in range(begin, begin + (end - begin) % period + 1):
        if gap[a0 + at] != NOTHING:
            first = at
            break
    while first + 2 * shift <= end:
        count = _add_run(runs, count, first, first + shift, shift)
        if count == -1:
            return -1
        first += shift
    if first + shift < end and begin + 2 * shift <= end:
        count = _add_run(runs, count, end - 2 * shift, end - shift, shift)
    return count


@njit(cache=True, nogil=True)
def find_repeats(word, gap, segment, a0, na, shingles, k, least, following, runs):
    """A document of na words, the first of them a0 -> the number of its runs (i, j, length), i < j, in order of j.

    `shingles` is how many it has of k words, `following` where each occurs next; `segment` (uint8, one a word) changes
    where no run may go on; `least` is as of _add_copies. As find_runs, but of a shingle's places before it the last
    CHAIN_CAP are looked at, the nearest first: the first ones would leave the thirtieth copy of a passage without a
    partner. The two sides of a run do not overlap. Where they would, the same words stand over and over in a row: these
    are cut into copies, and nothing else is sought inside them. -1 as of find_runs.
    """
    count, left_to_compare = 0, np.int64(COMPARED) * 2 * na
    low, high = np.int64(0), np.int64(0)  # the last words over and over in a row
    preceding = np.full(shingles, -1, np.int32)
    reached = np.zeros(na, np.int32)  # of each distance of the two sides: where the last run at that distance ends
    for i in range(shingles):
        if following[i] != -1:
            preceding[following[i]] = i
    for j in range(shingles):
        i, seen = np.int64(preceding[j]), 0
        while i != -1 and seen < CHAIN_CAP and left_to_compare > 0:
            seen, shift = seen + 1, j - i
            if j >= reached[shift] and (i < low or j >= high):
                begin, end = i, i + 1
                while begin > 0 and _same_inside(word, gap, segment, a0, begin - 1, begin - 1 + shift, i, j):
                    begin -= 1
                while end + shift < na and _same_inside(word, gap, segment, a0, end, end + shift, i, j):
                    end += 1
                left_to_compare -= end - begin
                reached[shift] = end + shift
                if end - begin > shift:
                    if end + shift > high:
                        low, high = begin, end + shift
                    count = _add_copies(gap, a0, runs, count, begin, end + shift, shift, least)
                elif end - begin >= min(k, na):
                    count = _add_run(runs, count, begin, begin + shift, end - begin)
                if count == -1:
                    return -1
            i = np.int64(preceding[i])
    return count
