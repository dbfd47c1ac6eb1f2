"""Plain text -> articles, which are contiguous slices of it.

    text_files                              a file, a window at a time; start here
    articles                                where each begins and ends
By its lines
    layout, line                            a file's lines; the shape of each
    heads                                   the first ones as title, byline, date and address
    echoes                                  lines that are printed twice
By what a program printed around each
    templates                               lines that come again with each article
    flattened_feeds                         a feed that lost its markup
    labelled                                fields in lines of their own, each behind its name; front matter
    chats                                   what WhatsApp exports: its messages
    databases                               what LexisNexis, Factiva and ProQuest export
"""
