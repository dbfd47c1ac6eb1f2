"""SPANS -> MATCHES -> CLUSTERS: what a pair is called, and groups of articles and of passages.

Pairs
    matches, completion                     SPANS -> MATCHES, and the pairs that a cluster still lacks
Groups
    clusters, components, component_kernels, agglomeration, occurrences    CLUSTERS of articles and of passages
    apart                                   what editors parted
What follows from them
    repeated                                which articles a run counts as repeated
"""
