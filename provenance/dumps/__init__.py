"""The world outside -> DOCUMENTS and REJECTS.

`reading` is where a scan comes in: it finds the inputs, opens each, and hands it to the reader of its kind. Folders and
modules in the order in which imports go down, the highest first:

    reading, streaming                      all inputs at once; or bit by bit, as they come
    parsing                                 the parsers of what is hostile, by the names that a worker knows
    facts                                   INPUTS: what is known of each file, such as its bytes and encoding
    flags                                   articles with letters that hide a copy or came in a wrong encoding
    pieces                                  a file as pieces that can be written again without some of them
What reads a file of which format
    columnar                                Parquet, Arrow and frames, by columns
    records                                 JSON, XML and SGML of any shape, CSV and TSV: a record is an article
    mail                                    mails and mailboxes
    web                                     pages, feeds and web archives
    plain_text                              text that has no other borders than its lines
What they stand on
    intake                                  what a reader found in a file, and what it could not read
    workers                                 processes that parse what is hostile
    sources                                 names and addresses -> files, opened, unpacked, of a known kind and encoding
    labels                                  what is known of an article: columns, dates, outlets, languages, ids
    rejects                                 why something was not read, or only in part
For other commands
    verdicts                                a log of decisions -> VERDICTS
"""
