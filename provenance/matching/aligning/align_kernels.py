"""Kernels of exact verification and alignment: a pair of documents -> its jaccard and its aligned spans.

Four steps, the first three as sequences are searched (Altschul et al., Basic local alignment search tool, 1990):
runs of equal words are seeds (run_kernels), `chain_runs` joins them over small edits, `carry_on` extends both ends of
a chain, and choose_kernels takes of chains that overlap the ones that are spans.

Everything here depends on the two documents of a pair and on nothing else, in whatever company they come.

Arguments that all share: `word` (uint64), `gap` (uint8: what stands before each word) and `segment` (uint8) are one a
word of all documents, as in TOKENS and Layout; document d has words bounds[d]:bounds[d + 1]. a0 and b0 are the first
words of the pair's documents there, na and nb how many they have. Word positions i and j are counted from a0 and b0,
and ranges are half-open. `inner` says that both documents are one. A run is (i, j, length), a chain a row of
LEFT_START .. LONGEST.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.aligning.choose_kernels import (
    EQUAL,
    LEFT_END,
    LEFT_START,
    LONGEST,
    RIGHT_END,
    RIGHT_START,
    choose_chains,
    choose_inside,
    longest_first,
    move,
)
from provenance.matching.aligning.run_kernels import find_repeats, find_runs
from provenance.matching.aligning.sequence_kernels import common_subsequence
from provenance.matching.pairs.kernels import shingle_hashes, with_room
from provenance.matching.pairs.memory_kernels import lent, prefetch
from provenance.matching.pairs.shingle_kernels import index_shingles, mark_bits, meet_shingles, table_size
from provenance.text.kernels import ADDRESS

AHEAD = 2  # pairs whose right document is asked for before it is looked at; to wait for it took a sixth of the time
MOST_ASKED = 1024  # of its words: 9 KB with their gaps, of which a core holds a few
LINE = 64  # bytes that come from memory together
LOOK = 3  # words skipped on a side when a span's end is carried on over an edit


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _address_between(gap, low, high):
    """Whether an address stands before one of the words low:high, which are counted in all documents."""
    for w in range(low, high):
        if gap[w] == ADDRESS:
            return True
    return False


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def chain_runs(word, gap, segment, inner, a0, b0, runs, count, apart, identity, chains):
    """runs[:count], in order of j -> (chains, their number): runs joined over gaps of at most `apart` words a side.

    A run joins the open chain with the smallest gap, and else begins one. The gaps of the two sides differ by at most
    `apart`; the chain's equal words, with those of the gap, stay at least `identity` of its longer side. Inside one
    document a chain stays in its segments. `chains` (int32 [*, 6]) is grown where it has no room. Cost: the runs, times
    the chains that end within `apart` words before each.
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
                i + length > chains[c, RIGHT_START]  # of a passage in a row each copy stands beside the next
                or segment[a0 + i] != segment[a0 + chains[c, LEFT_START]]
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
def _open(gap, segment, inner, base, low, n, x, way):
    """Whether a span may go on from word x - way to word x: one of low:n, no address before it, the same segment.

    `base` is the document's first word; segments count inside one document only.
    """
    if x < low or x >= n or gap[base + (x if way > 0 else x + 1)] == ADDRESS:
        return False
    return not inner or segment[base + x] == segment[base + x - way]


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _step(word, gap, segment, inner, a0, b0, i, j, na, low, nb, way):
    """From the end of a chain over an edit of up to LOOK words a side, to equal words beyond it.

    `way` is +1 or -1; i and j are the next words on that way, which ends at word na of a, and at low or nb of b. An
    edit of m words must be repaid by 2 m + 1 equal words, so that two function words that happen to agree carry no span
    on. The smallest edit that is repaid is taken, and of edits of one size the one that skips most on both sides.
    Returns (words of a, of b, equal), all 0 where none is. Cost: at most some 15 edits, and the equal words behind
    each.
    """
    free_a, free_b = 0, 0
    while free_a <= LOOK and _open(gap, segment, inner, a0, 0, na, i + way * free_a, way):
        free_a += 1
    while free_b <= LOOK and _open(gap, segment, inner, b0, low, nb, j + way * free_b, way):
        free_b += 1
    for edit in range(1, LOOK + 1):
        for skew in range(edit + 1):
            for side in range(2 if skew else 1):
                da, db = (edit, edit - skew) if side == 0 else (edit - skew, edit)
                if da >= free_a or db >= free_b:
                    continue
                equal, x, y = 0, i + way * da, j + way * db
                if word[a0 + x] != word[b0 + y]:
                    continue
                while (
                    _open(gap, segment, inner, a0, 0, na, x, way)
                    and _open(gap, segment, inner, b0, low, nb, y, way)
                    and word[a0 + x] == word[b0 + y]
                ):
                    equal, x, y = equal + 1, x + way, y + way
                if equal > 2 * edit:
                    return da + equal, db + equal, equal
    return 0, 0, 0


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def carry_on(word, gap, segment, inner, a0, na, b0, nb, chains, c):
    """Carry both ends of chains[c] on over small edits, in place, as far as each is repaid (_step).

    Inside one document the sides never come to overlap. LONGEST stays: what is carried on is no anchor.
    """
    for way in (1, -1):
        while True:
            if way > 0:
                i, j = np.int64(chains[c, LEFT_END]), np.int64(chains[c, RIGHT_END])
            else:
                i, j = np.int64(chains[c, LEFT_START]) - 1, np.int64(chains[c, RIGHT_START]) - 1
            if inner and i < na and 0 <= j < nb and i >= 0 and word[a0 + i] == word[b0 + j]:
                break  # no edit: it was cut here, as one of several copies in a row
            # looking beyond the other side only to turn back cost the square of a line repeated to the end
            end = min(na, np.int64(chains[c, RIGHT_START])) if inner and way > 0 else na
            low = np.int64(chains[c, LEFT_END]) if inner and way < 0 else np.int64(0)
            da, db, equal = _step(word, gap, segment, inner, a0, b0, i, j, end, low, nb, way)
            if equal == 0:
                break
            if way > 0:
                chains[c, LEFT_END], chains[c, RIGHT_END] = i + da, j + db
            else:
                chains[c, LEFT_START], chains[c, RIGHT_START] = i + 1 - da, j + 1 - db
            chains[c, EQUAL] += equal


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _holds_short(short_bounds, short_start, short_end, d, low, high):
    """Whether words low:high of document d, counted from its first, hold one of its short passages whole."""
    for p in range(short_bounds[d], short_bounds[d + 1]):
        if short_start[p] >= low and short_end[p] <= high:
            return True
    return False


@njit(inline="always")
def _ask(word, gap, begin, end):
    """Ask for words begin:end of a document, for MOST_ASKED of them at most, and for their gaps."""
    for at in range(begin, min(end, begin + MOST_ASKED), LINE // 8):
        prefetch(word, at)
    for at in range(begin, min(end, begin + MOST_ASKED), LINE):
        prefetch(gap, at)


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _keep_spans(texts, shorts, pair, inner, chains, made, anchor, least):
    """chains[:made] -> how many of them are spans; these are carried on, and moved to the front, in place.

    `texts` = (word, gap, segment), `pair` = (a, a0, na, b, b0, nb); all else is that of align_pairs.
    """
    (word, gap, segment), (short_bounds, short_start, short_end) = texts, shorts
    a, a0, na, b, b0, nb = pair
    good = np.int64(0)
    for c in range(made):
        if chains[c, LONGEST] < min(anchor, na, nb):
            continue
        carry_on(word, gap, segment, inner, a0, na, b0, nb, chains, c)
        if chains[c, EQUAL] < least and not (
            (inner or 2 * chains[c, EQUAL] > min(na, nb))
            and (
                _holds_short(short_bounds, short_start, short_end, a, chains[c, LEFT_START], chains[c, LEFT_END])
                or _holds_short(short_bounds, short_start, short_end, b, chains[c, RIGHT_START], chains[c, RIGHT_END])
            )
        ):
            continue
        move(chains, c, chains, good)
        good += 1
    return good


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _add_rows(spans, count, p, kept, chosen):
    """Write kept[:chosen] as rows of `spans` from `count` on, under the number of their pair -> (spans, count)."""
    while count + chosen > spans.shape[0]:
        spans = with_room(spans)
    for m in range(chosen):
        spans[count, 0] = p
        for column in range(5):
            spans[count, column + 1] = kept[m, column]
        count += 1
    return spans, count


@njit(cache=True, nogil=True)
def align_pairs(
    word, bounds, gap, segment, shorts, left, right, distinct, k, anchor, apart, identity, least, jaccard, spans
):
    """Pairs of documents, sorted by left -> (spans, their number), and jaccard[p] (float32) of every pair.

    `left` and `right` (int32 [pairs]) are rows of documents; left == right is repetition inside one. A row of `spans`
    (int32 [*, 6], grown where it has no room) is the pair's number, then LEFT_START .. EQUAL. `distinct` (int32) is one
    a document, the number of its shingles of `k` words, each counted once: the jaccard is of these sets, and exact; 0
    of two documents without words. `apart` and `identity` are those of chain_runs, and a chain must hold a run of
    `anchor` words, or all of the shorter document's.

    `shorts` = (bounds, start, end) of the headlines, captions and the like of each document, in words: a span of
    under `least` equal words counts only if it holds one whole, inside a document or if it is most of one. (Eight words
    of a headline or caption in another's running text are a phrase: 9 of 11 such spans on PAN13's verbatim pairs were;
    short_passages finds where they stand as a passage again.)

    Cost: one table of the left document for all its pairs, so they are to come one after another; then a look-up a
    shingle of the right, and the words of the runs. Scratch memory is that of the longest document of the call.
    """
    word, gap, segment = lent(word), lent(gap), lent(segment)
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
        if p + AHEAD < left.size:
            _ask(word, gap, bounds[right[p + AHEAD]], bounds[right[p + AHEAD] + 1])
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
            if inner:
                found = find_repeats(word, gap, segment, a0, na, n, k, least, following, runs)
            else:
                found = find_runs(*(word, gap, a0, na, b0, nb, k, heads, following, many, place, slot, looked, runs))
            runs = with_room(runs) if found < 0 else runs
        total = distinct[a] + distinct[b] - shared
        jaccard[p] = np.float32(shared / total) if total else np.float32(0)
        chains, made = chain_runs(word, gap, segment, inner, a0, b0, runs, found, apart, identity, chains)
        good = _keep_spans((word, gap, segment), shorts, (a, a0, na, b, b0, nb), inner, chains, made, anchor, least)
        kept, chosen = chains, good
        if good > 1:
            kept = np.empty((good, 6), np.int32)
            order = longest_first(chains, good, apart if inner else -1)
            chosen = choose_inside(chains, order, kept, na, least) if inner else choose_chains(chains, order, kept)
        spans, count = _add_rows(spans, count, p, kept, chosen)
    return spans, count
