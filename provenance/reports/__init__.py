"""Tables -> files, the HTML report, and what the command line prints.

Files
    runs, writing                           a Run: the tables of a scan, read and written; what its folder holds
    soundness                               what no scan writes, and a run that is read must not hold
    placing                                 how every file is written: aside, and renamed into place
    leftovers                               what killed runs left aside, and whose it is
    exporting                               CSV and JSON lines
The page
    page, blocks                            report.html, and the blocks of data in it
    numbered                                its tables with rows for ids, made once for all views
    overview, listing, pairs, articles      what its views show: the run, clusters, pairs, articles
Lines on a terminal
    explaining, channels, lineage           `explain`: two articles or one, channel by channel, and the tree of copies
    findings                                `check`: FINDINGS as text, JSON, annotations and SARIF
    figures                                 shares, chances and times as they are printed
    escaping                                hostile text made safe to show anywhere
"""
