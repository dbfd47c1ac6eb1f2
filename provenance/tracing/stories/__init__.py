"""Whole stories: EVIDENCE and MATCHES -> ANCESTRY, who has a text from whom, all articles weighed together.

All together
    ancestry                                the steps below, one after another; start here
Who may have it from whom
    candidates, readings, reading_kernels   possible sources, and what copies have in common
    forms                                   reports of one form, which are no copies of each other
    choices, graphs                         possible sources with scores, and the sum over all trees of copies
What else is weighed
    trust, undated                          how far each date is believed, days of what has none
    unseen                                  how likely a story begins with somebody unseen
"""
