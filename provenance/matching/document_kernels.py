"""Kernel of whole documents: all that comparing needs of each text, in one pass while its words are in the cache."""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.pairs.kernels import minhash_shingles, range_key, shingle_hashes
from provenance.matching.recall_kernels import meet_sampled, meeting_room
from provenance.text.word_kernels import hash_words


@njit(cache=True, nogil=True)
def sketch_texts(octets, bounds, folding, scratch, k, factors, sample, word, words, digests, signatures, met):
    """UTF-8 octets[bounds[d]:bounds[d + 1]] of each document d -> (met, its rows); fills the arrays named below.

    `word` and `words` as `hash_documents` does, with its `folding` and `scratch`; digests (uint64 [documents, 3]) with
    the number of words and their `range_key`; signatures as `minhash_words` does; `met`, from `sample`, as
    `meet_sample` does.
    """
    t, longest, count = np.int64(0), np.int64(1), 0
    for d in range(bounds.size - 1):
        longest = max(longest, (bounds[d + 1] - bounds[d]) // 2 + 1)
    hashes, room = np.empty(longest, np.uint64), meeting_room(longest, sample[3].size)
    own = np.empty(signatures.shape[1], np.uint32)
    words[0] = 0
    for d in range(bounds.size - 1):
        first = t
        t = hash_words(octets, bounds[d], bounds[d + 1], folding, scratch, word, t)
        words[d + 1] = t
        digests[d, 0] = t - first
        digests[d, 1], digests[d, 2] = range_key(word, first, t)
        n = shingle_hashes(word, first, t, k, hashes)
        minhash_shingles(hashes, n, factors, own, signatures[d])
        met, count = meet_sampled(hashes, n, d, sample, room, met, count)
    return met, count
