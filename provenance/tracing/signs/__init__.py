"""Which way a pair was copied: EVIDENCE.

All together
    evidence                                all signs of all pairs -> EVIDENCE; start here
What is compared
    pairs, bodies, body_kernels             the pairs that are looked at, and their words without furniture
    contents, twins                         order that hangs on no name; articles of the same words are one
What is seen
    differences                             one-way signs in what one text has and the other lacks
    edits, edit_kernels                     what became of the words of one text in another
    frequency, frequency_kernels            how often words stand in a dump
What it weighs
    model                                   signs -> left to right, right to left, or both from a third
"""
