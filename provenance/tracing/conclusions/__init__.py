"""What is said in the end: EDGES and ORIGINS.

By pairs
    claims, absent, edges                   EDGES, also from sources outside the dump
By articles
    origins, known, reasons, credits, roots    ORIGINS with a sentence why; which members of CLUSTERS are origins
By editors
    decided                                 all of these where editors decided
"""
