"""TOKENS and PASSAGES -> SPANS, MATCHES and CLUSTERS: which articles and passages are the same text.

Every module of kernels is named for the module that calls it, and each kernel has a slow twin in the tests. Folders in
the order in which imports go down, the highest first:

    groups                                  what a pair is called -> MATCHES; groups of them -> CLUSTERS
    aligning                                what a pair shares, by all channels -> SPANS
    pairs                                   which pairs are worth comparing -> CANDIDATES
Beside them
    boilerplate, ignored                    PASSAGES that are furniture of pages, or that editors set aside
    whole_documents, document_kernels, jaccard_kernels    level `document`: MATCHES without spans
    recall, recall_kernels                  the recall that a run measures of itself
    warming                                 kernels compiled ahead
"""
