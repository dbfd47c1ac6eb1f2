"""What repeats -> where it came from: ATTRIBUTIONS, DATES, EDGES, ORIGINS and OUTLETS.

`trace` takes all steps, one after another. Folders in the order in which imports go down, the highest first:

    trace                                   DOCUMENTS and what they share -> all tables of tracing
    conclusions                             trees and credits -> EDGES and ORIGINS, with a verdict and a sentence why
    stories                                 all articles of a story together: trees of copies, and somebody unseen
    signs                                   two articles that share words: which of them has them from the other
    statements                              one article: its credits, dateline, citations, dates, publisher
"""
