"""What single articles say of themselves: ATTRIBUTIONS, DATES, and who published them.

Credits and citations
    attributions                            all that follow -> ATTRIBUTIONS; start here
    datelines, bylines, credit_lines        credits in texts, by their kinds
    citations, notices, titles, quoting     the same
    seeking, seeking_kernels, cues, literals, literal_kernels    which articles can hold one, before any is sought
Who
    names, outlets, copiers                 names of agencies and outlets made one; who published, who copies
When
    dates                                   dates that are claimed -> DATES
Both
    facts                                   what all of this says of an article, for stages that ask short questions
"""
