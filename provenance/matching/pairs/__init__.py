"""TOKENS -> CANDIDATES: which pairs of documents are worth comparing.

What is worth comparing
    candidates                              all that follow -> CANDIDATES; start here
    sketches, kernels                       MinHash signatures, and the bands that find pairs by them
    postings, posting_kernels, shingle_kernels    winnowed shingles: documents that share a run of words
    equal_texts, pair_keys                  equal texts stand for each other; pairs of rows as numbers
For all stages
    numbering                               rows of DOCUMENTS in the place of ids, between stages
    memory_kernels                          memory asked for ahead
"""
