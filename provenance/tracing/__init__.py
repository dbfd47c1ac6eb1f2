"""What repeats -> where it came from: ATTRIBUTIONS, DATES, EDGES, ORIGINS and OUTLETS.

From end to end
    trace                                   the steps below, one after another
What single articles say
    attributions, datelines, bylines, credit_lines    credits in texts, by their kinds
    citations, notices, titles, quoting     the same
    seeking, seeking_kernels, cues, literals, literal_kernels    which articles can hold one, before any is sought
    names, outlets, copiers                 names of agencies and outlets made one; who published, who copies
    dates, trust, undated                   dates that are claimed, how far each is believed, days of what has none
Which way a pair was copied
    pairs, bodies                           the pairs that are looked at, and their words without furniture
    evidence, differences, facts            one-way signs
    edits, edit_kernels                     what became of the words of one text in another
    frequency, frequency_kernels            how often words stand in a dump
    model                                   signs -> left to right, right to left, or both from a third
Whole stories
    contents, twins                         order that hangs on no name; articles of the same words are one
    candidates, readings, reading_kernels   possible sources, and what copies have in common
    forms                                   reports of one form, which are no copies of each other
    graphs, unseen, ancestry                trees of copies -> ANCESTRY, with a place for somebody unseen
What is said in the end
    claims, absent, edges                   EDGES, also from sources outside the dump
    origins, known, reasons, credits, roots    ORIGINS with a sentence why; which members of CLUSTERS are origins
    decided                                 all of these where editors decided
"""
