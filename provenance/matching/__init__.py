"""TOKENS and PASSAGES -> SPANS, MATCHES and CLUSTERS: which articles and passages are the same text.

Every module of kernels is named for the module that calls it, and each kernel has a slow twin in the tests.

Which pairs are worth comparing
    sketches, kernels                       MinHash signatures, and the bands that find pairs by them
    equal_texts, pair_keys                  equal texts stand for each other; pairs of rows as numbers
    postings, posting_kernels, shingle_kernels    winnowed shingles: documents that share a run of words
    candidates                              all of these -> CANDIDATES
What a pair shares
    spans                                   the channels together -> SPANS; start here
    alignment, align_kernels, choose_kernels, run_kernels    exact and edited stretches, and repeats inside one article
    short_passages, sequence_kernels        headlines, captions, teasers and notices, compared whole
    rewritten, rewritten_kernels, skip_kernels, stretch_kernels    translated and spun passages
    stretches                               stretches in words, and neighbours among them that are one
    layout, places, place_kernels           where passages and places lie in words
What a pair is called, and groups
    matches, completion                     SPANS -> MATCHES, and the pairs that a cluster still lacks
    repeated                                which articles a run counts as repeated
    clusters, components, component_kernels, agglomeration, occurrences    CLUSTERS of articles and of passages
    apart, ignored                          what editors parted, and stretches that they set aside
    numbering                               rows of DOCUMENTS in the place of ids, between stages
Beside them
    boilerplate                             PASSAGES that are furniture of pages
    whole_documents, document_kernels, jaccard_kernels    level `document`: MATCHES without spans
    recall, recall_kernels                  the recall that a run measures of itself
    warming, memory_kernels                 kernels compiled ahead; memory asked for ahead
"""
