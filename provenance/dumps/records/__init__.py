"""JSON, CSV, TSV, XML and SGML -> records -> articles, one by one, so that what is broken is left out alone.

Files
    json_files, delimited                   files -> records
    elements                                XML and SGML of any shape -> records
    spelled                                 XML whose words are elements -> the words in a row
    lines                                   a stream -> its lines, decoded alike
Records
    articles                                a record -> an article: which field holds what
"""
