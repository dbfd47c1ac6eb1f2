"""The world outside -> DOCUMENTS and REJECTS.

`reading` is where a scan comes in: it finds the inputs, opens each, and hands it to the reader of its kind.

Which inputs, and their bytes
    walk, suffixes, addresses, downloads    names of files, folders, globs and addresses -> what to read
    opening, compression, archives          a source -> a stream, unpacked; zip and tar, member by member
    kinds, decode                           which kind of file it is; which encoding its text is in
Plain text -> articles
    text_files, plain, layout, heads        by headlines, dates and blank lines, a window at a time
    templates, flattened_feeds              by what a program printed around each: a form, or a feed without markup
    databases                               what LexisNexis, Factiva and ProQuest export, at their own marks
Records -> articles
    lines, json_files, delimited            JSON lines, JSON of any shape, CSV and TSV -> records
    records, columns                        a record -> an article: which field holds what
    columnar                                Parquet, Arrow and frames, by columns
    parquet_format, parquet_sums, parquet_bounds    what a Parquet file says of itself, compared with what it holds
Pages, feeds, mail and web archives -> articles
    web_pages, feeds, mailboxes, web_archives       cut here; what is hostile goes to a worker,
    pages, page_labels, feed_items, messages, captures    which reads it
    markup                                  text out of HTML without a tree
Processes that parse what is hostile
    workers, parsing                        the processes, and the parsers that they know by name
    ahead, trying                           a table is looked through before it is read, and before all is imported
    giving, taking                          its texts are handed over in memory: the worker's side and ours
What all readers share
    reading, streaming                      all inputs at once; or bit by bit, as they come
    intake, rejects                         what a reader found in a file, and what it could not read
    identity, published, publishers, language, manipulation    ids, dates, outlets, languages, hidden characters
    day_order                               whether the day or the month is first in 03/04/2024
For other commands
    pieces                                  a file as pieces that can be written again without some of them
    verdicts                                a log of decisions -> VERDICTS
"""
