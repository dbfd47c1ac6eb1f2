"""JSON, CSV and TSV -> records -> articles, one by one, so that what is broken is left out alone.

Files
    json_files, delimited                   files -> records
    lines                                   a stream -> its lines, decoded alike
Records
    articles                                a record -> an article: which field holds what
"""
