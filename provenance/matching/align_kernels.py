"""Kernels of exact verification and alignment: a pair of documents -> its jaccard and its aligned spans.

Everything here depends on the two documents of a pair and on nothing else, in whatever company they come.
Word positions are relative to their document.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.kernels import shingle_hashes, sort_keys, with_room
from provenance.matching.sequence_kernels import common_subsequence
from provenance.matching.shingle_kernels import index_shingles, mark_bits, meet_shingles, table_size
from provenance.text.kernels import ADDRESS, INLINE

CHAIN_CAP = 16  # occurrences of one shingle in one document that are looked at: "the of the of" has thousands
COMPARED = (
    1024  # words compared for runs, per word of the pair: a paragraph pasted 4,000 times into one text stays under
)
LOOK = 3  # words skipped on a side when a span's end is carried on over an edit
LEFT_START, LEFT_END, RIGHT_START, RIGHT_END, EQUAL, LONGEST = range(6)


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _move(rows, into, kept, at):
    """kept[at] = rows[into], column by column."""
    for c in range(rows.shape[1]):
        kept[at, c] = rows[into, c]


@njit(inline="always")
def _parted(one, other):
    """Whether an address parts the words that follow these two gaps of equal runs from those before.

    One that has a line of its own does, unless the other text has one inside a line there: then lines were only
    wrapped anew, as around 6 of 1,252 verbatim copies of PAN13.
    """
    return (one == ADDRESS and other != INLINE) or (other == ADDRESS and one != INLINE)


@njit(inline="always")
def _same(word, gap, segment, inner, a0, b0, i, j, low_i, low_j):
    """Whether words i and j are equal and may follow on a run that began at low_i and low_j.

    No address may part them from it, and within one document the run stays in its segments.
    """
    if word[a0 + i] != word[b0 + j]:
        return False
    if i != low_i:
        ahead = 0 if i > low_i else 1
        if _parted(gap[a0 + i + ahead], gap[b0 + j + ahead]):
            return False
    if not inner:
        return True
    return segment[a0 + i] == segment[a0 + low_i] and segment[b0 + j] == segment[b0 + low_j]


@njit(inline="always")
def _walk_back(word, gap, segment, inner, a0, b0, here, j, looked):
    """From equal words here and j to the start of their run, or to its first shingle seen before -> (words, seen)."""
    back, known = 0, False
    while back < here and back < j and not known:
        before = back + 1
        if not _same(word, gap, segment, inner, a0, b0, here - before, j - before, here, j):
            break
        back, known = before, here - before <= looked[j - before]
    return back, known


@njit(cache=True, nogil=True)
def find_runs(word, gap, segment, inner, a0, a1, b0, b1, met, place, slot, k, heads, following, looked, runs):
    """Documents a0:a1 (indexed) and b0:b1, `met` shingles of which stand in a's table -> the number of runs, or -1.

    A run (i, j, length) is maximal: words i .. of a equal words j .. of b. In one document (inner) i < j and
    the two sides do not overlap. One word or line over and over would cost the square of its length: of a pair that
    needs more than COMPARED comparisons a word, the runs found until then are taken. A run is found at the first of
    its shingles that is looked at, so one that begins with a line that stands more than CHAIN_CAP times is not lost.
    -1 says that `runs` has no room: it is not grown here, for numba then counts references to it at each step.
    `looked` (int32, one a shingle of b) is written only.
    """
    count, na, nb = 0, a1 - a0, b1 - b0
    left_to_compare = np.int64(COMPARED) * (na + nb)
    for m in range(met):
        j, i = np.int64(place[m]), np.int64(heads[slot[m]])
        seen, here = 0, np.int64(-1)
        looked[j] = na  # the last place of a that shingle j was looked at, na where that was all of them
        while i != -1 and seen < CHAIN_CAP and left_to_compare > 0:
            seen += 1
            here = i
            i = np.int64(following[i])
            if inner and here >= j:
                break
            back, known = _walk_back(word, gap, segment, inner, a0, b0, here, j, looked)
            left_to_compare -= max(0, back - 1)
            if known:
                continue  # inside a run that was found before
            length = 0
            most = min(na - here, nb - j)
            if inner:
                most = min(most, j - here - back)
            while length < most and _same(word, gap, segment, inner, a0, b0, here + length, j + length, here, j):
                length += 1
            left_to_compare -= length
            if length + back >= min(k, na, nb):
                if count == runs.shape[0]:
                    return -1
                at = count
                while at > 0 and runs[at - 1, 1] > j - back:  # runs stay in order of j
                    _move(runs, at - 1, runs, at)
                    at -= 1
                runs[at, 0], runs[at, 1], runs[at, 2] = here - back, j - back, length + back
                count += 1
        if i != -1 and (i < j or not inner):
            looked[j] = here
    return count


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _address_between(gap, low, high):
    """Whether an address stands before any of the words low + 1 .. high."""
    for w in range(low, high):
        if gap[w] == ADDRESS:
            return True
    return False


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def chain_runs(word, gap, segment, inner, a0, b0, runs, count, apart, identity, chains):
    """Runs in order of j -> (chains, their number): runs joined over gaps of at most `apart` words on each side.

    A run joins the open chain with the smallest gap; the gaps of the two sides differ by at most `apart`, and the
    chain's share of equal words stays at least `identity`. Inside one document a chain stays in its segments.
    """
    made, first_open = np.int64(0), np.int64(0)
    for r in range(count):
        i, j, length = runs[r, 0], runs[r, 1], runs[r, 2]
        best, best_gap = -1, apart + 1
        while first_open < made and chains[first_open, RIGHT_END] + apart < j:
            first_open += 1
        for c in range(first_open, made):
            da, db = i - chains[c, LEFT_END], j - chains[c, RIGHT_END]
            overlap = max(0, -min(da, db))
            if overlap >= length or max(da, db) > apart or min(da, db) < -apart or abs(da - db) > apart:
                continue
            if inner and (
                segment[a0 + i] != segment[a0 + chains[c, LEFT_START]]
                or segment[b0 + j] != segment[b0 + chains[c, RIGHT_START]]
            ):
                continue
            if _address_between(gap, a0 + chains[c, LEFT_END], a0 + i + 1) or _address_between(
                gap, b0 + chains[c, RIGHT_END], b0 + j + 1
            ):
                continue
            if max(da, db) < best_gap:
                best, best_gap = c, max(da, db)
        if best != -1:
            da, db = i - chains[best, LEFT_END], j - chains[best, RIGHT_END]
            overlap = max(0, -min(da, db))
            equal = chains[best, EQUAL] + length - overlap
            if overlap == 0:
                equal += common_subsequence(word, a0 + chains[best, LEFT_END], da, b0 + chains[best, RIGHT_END], db)
            wide = max(i + length - chains[best, LEFT_START], j + length - chains[best, RIGHT_START])
            if equal >= identity * wide:
                chains[best, LEFT_END], chains[best, RIGHT_END] = i + length, j + length
                chains[best, EQUAL] = equal
                chains[best, LONGEST] = max(chains[best, LONGEST], length)
                continue
        if made == chains.shape[0]:
            chains = with_room(chains)
        chains[made, LEFT_START], chains[made, LEFT_END] = i, i + length
        chains[made, RIGHT_START], chains[made, RIGHT_END] = j, j + length
        chains[made, EQUAL], chains[made, LONGEST] = length, length
        made += 1
    return chains, made


@njit(inline="always")
def _open(gap, segment, inner, base, n, x, way):
    """Whether a span may go on to word x of a document, coming from x - way."""
    if x < 0 or x >= n or gap[base + (x if way > 0 else x + 1)] == ADDRESS:
        return False
    return not inner or segment[base + x] == segment[base + x - way]


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _step(word, gap, segment, inner, a0, b0, i, j, na, nb, way):
    """From the end of a chain over an edit of up to LOOK words a side, to equal words beyond it.

    `way` is +1 or -1; i and j are the next words on that way. An edit of m words must be repaid by 2 m + 1 equal
    words, so that two function words that happen to agree carry no span on. Returns (words of a, of b, equal).
    """
    free_a, free_b = 0, 0
    while free_a <= LOOK and _open(gap, segment, inner, a0, na, i + way * free_a, way):
        free_a += 1
    while free_b <= LOOK and _open(gap, segment, inner, b0, nb, j + way * free_b, way):
        free_b += 1
    for edit in range(1, LOOK + 1):
        for skew in range(edit + 1):
            for side in range(2):
                da, db = (edit, edit - skew) if side == 0 else (edit - skew, edit)
                if da >= free_a or db >= free_b:
                    continue
                equal, x, y = 0, i + way * da, j + way * db
                while (
                    _open(gap, segment, inner, a0, na, x, way)
                    and _open(gap, segment, inner, b0, nb, y, way)
                    and word[a0 + x] == word[b0 + y]
                ):
                    equal, x, y = equal + 1, x + way, y + way
                if equal > 2 * edit:
                    return da + equal, db + equal, equal
    return 0, 0, 0


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def carry_on(word, gap, segment, inner, a0, na, b0, nb, chains, c):
    """Carry both ends of chain c on over small edits, in place."""
    for way in (1, -1):
        while True:
            if way > 0:
                i, j = np.int64(chains[c, LEFT_END]), np.int64(chains[c, RIGHT_END])
            else:
                i, j = np.int64(chains[c, LEFT_START]) - 1, np.int64(chains[c, RIGHT_START]) - 1
            # looking beyond the other side only to turn back cost the square of a line repeated to the end
            end = min(na, np.int64(chains[c, RIGHT_START])) if inner and way > 0 else na
            da, db, equal = _step(word, gap, segment, inner, a0, b0, i, j, end, nb, way)
            if equal == 0:
                break
            if way > 0:
                chains[c, LEFT_END], chains[c, RIGHT_END] = i + da, j + db
            else:
                if inner and j + 1 - db < chains[c, LEFT_END]:
                    break
                chains[c, LEFT_START], chains[c, RIGHT_START] = i + 1 - da, j + 1 - db
            chains[c, EQUAL] += equal


@njit(inline="always")
def _covered(kept, count, low, high, start, end):
    """Words of low:high that lie in the spans kept[:count] on the side whose columns are start and end."""
    total = 0
    for m in range(count):
        total += max(0, min(high, kept[m, end]) - max(low, kept[m, start]))
    return total


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def longest_first(chains, count):
    """The rows of chains[:count], most equal words first, in order among equals; int64."""
    order, spare = np.arange(count).astype(np.int32), np.empty(count, np.int32)
    key = np.empty(count, np.uint64)
    for c in range(count):
        key[c] = np.uint64(1 << 40) - np.uint64(chains[c, EQUAL])
    sort_keys(key, order, spare, np.int64(0), np.int64(count))
    return order


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def choose_chains(chains, order, kept):
    """Chains, longest first by `order` -> the number kept in `kept`: one best counterpart a stretch.

    A chain of which over half of either side is covered by longer ones is dropped: the same passage again
    elsewhere in the other document; it is found as a repeat inside that document.
    """
    count = 0
    for c in order:
        low, high = chains[c, LEFT_START], chains[c, LEFT_END]
        if 2 * _covered(kept, count, low, high, LEFT_START, LEFT_END) > high - low:
            continue
        low, high = chains[c, RIGHT_START], chains[c, RIGHT_END]
        if 2 * _covered(kept, count, low, high, RIGHT_START, RIGHT_END) > high - low:
            continue
        _move(chains, c, kept, count)
        count += 1
    return count


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _holds_short(short_bounds, short_start, short_end, d, low, high):
    """Whether words low:high of document d hold one of its short passages whole."""
    for p in range(short_bounds[d], short_bounds[d + 1]):
        if short_start[p] >= low and short_end[p] <= high:
            return True
    return False


@njit(cache=True, nogil=True)
def align_pairs(
    word, bounds, gap, segment, shorts, left, right, distinct, k, anchor, apart, identity, least, jaccard, spans
):
    """Pairs of documents, sorted by left -> jaccard[p] (float32), and spans (rows: pair, then LEFT_START .. EQUAL).

    `shorts` = (bounds, start, end) of the headlines, captions and the like of each document, in words: a span of
    under `least` equal words counts only if it holds one whole, inside a document or if it is most of one. (Eight words
    of a headline or caption in another's running text are a phrase: 9 of 11 such spans on PAN13's verbatim pairs were;
    short_passages finds where they stand as a passage again.) A chain must hold a run of `anchor` words. left == right
    is repetition inside one document. Returns (spans, their number). Cost: one table of the left document for all
    its pairs, then a look-up a shingle of the right.
    """
    short_bounds, short_start, short_end = shorts
    longest = np.int64(1)
    for p in range(left.size):  # not all documents: with a call for every 512 pairs that grew with their square
        longest = max(longest, bounds[left[p] + 1] - bounds[left[p]], bounds[right[p] + 1] - bounds[right[p]])
    hashes = np.empty(longest, np.uint64)
    slots, heads = np.empty(table_size(longest), np.uint64), np.empty(table_size(longest), np.int32)
    following, looked = np.empty(longest, np.int32), np.empty(longest, np.int32)
    bits, met = np.empty(heads.size // 8, np.uint64), np.full(heads.size, -1, np.int32)
    place, slot = np.empty(longest, np.int32), np.empty(longest, np.int32)
    runs, chains = np.empty((64, 3), np.int32), np.empty((64, 6), np.int32)
    count, size, indexed = 0, 16, -1
    for p in range(left.size):
        a, b = left[p], right[p]
        a0, b0 = bounds[a], bounds[b]
        na, nb = bounds[a + 1] - a0, bounds[b + 1] - b0
        if a != indexed:
            n = shingle_hashes(word, a0, bounds[a + 1], k, hashes)
            size, indexed = table_size(n), a
            index_shingles(hashes, n, slots[:size], heads[:size], following)
            mark_bits(hashes, n, bits[: size // 8])
        inner = a == b
        n = shingle_hashes(word, b0, bounds[b + 1], k, hashes)
        many, shared = meet_shingles(
            hashes, n, bits[: size // 8], slots[:size], heads[:size], met, np.int32(p), place, slot
        )
        found = -1
        while found < 0:
            found = find_runs(
                *(word, gap, segment, inner, a0, a0 + na, b0, b0 + nb),
                *(many, place, slot, k, heads, following, looked, runs),
            )
            runs = with_room(runs) if found < 0 else runs
        total = distinct[a] + distinct[b] - shared
        jaccard[p] = np.float32(shared / total) if total else np.float32(0)
        chains, made = chain_runs(word, gap, segment, inner, a0, b0, runs, found, apart, identity, chains)
        good = np.int64(0)
        for c in range(made):
            if chains[c, LONGEST] < min(anchor, na, nb):
                continue
            carry_on(word, gap, segment, inner, a0, na, b0, nb, chains, c)
            if chains[c, EQUAL] < least and not (
                (inner or 2 * chains[c, EQUAL] > min(na, nb))
                and (
                    _holds_short(short_bounds, short_start, short_end, a, chains[c, LEFT_START], chains[c, LEFT_END])
                    or _holds_short(
                        short_bounds, short_start, short_end, b, chains[c, RIGHT_START], chains[c, RIGHT_END]
                    )
                )
            ):
                continue
            _move(chains, c, chains, good)
            good += 1
        kept = np.empty((good, 6), np.int32)
        chosen = choose_chains(chains, longest_first(chains, good), kept)
        while count + chosen > spans.shape[0]:
            spans = with_room(spans)
        for m in range(chosen):
            spans[count, 0] = p
            for column in range(5):
                spans[count, column + 1] = kept[m, column]
            count += 1
    return spans, count
