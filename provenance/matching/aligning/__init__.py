"""CANDIDATES -> SPANS: what a pair shares, with its place on both sides.

All together
    spans                                   the channels together -> SPANS; start here
Channels, from what is equal to what is rewritten
    alignment, align_kernels, choose_kernels, run_kernels    exact and edited stretches, and repeats inside one article
    short_passages, sequence_kernels        headlines, captions, teasers and notices, compared whole
    rewritten, rewritten_kernels, skip_kernels, stretch_kernels    translated and spun passages
What they stand on
    stretches                               stretches in words, and neighbours among them that are one
    layout, places, place_kernels           where passages and places lie in words
"""
