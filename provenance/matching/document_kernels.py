"""Kernel of whole documents: what comparing them takes of each text, in one pass while its words are at hand."""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.matching.kernels import minhash_shingles, range_key, shingle_hashes
from provenance.matching.recall_kernels import meet_sampled, meeting_room
from provenance.text.word_kernels import hash_words


@njit(cache=True, nogil=True)
def sketch_texts(octets, bounds, folding, scratch, k, factors, sample, word, words, digests, signatures, met):
    """octets[bounds[d]:bounds[d + 1]] for each document d -> what is kept of it, and rows of `met` and their number.

    `word` and `words` as `hash_documents` fills them, with its `folding` and `scratch`; digests[d] (uint64) the number
    of words and their `range_key`; signatures[d] as `minhash_words` makes it; `met` and `sample` those of
    `meet_sample`.
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
