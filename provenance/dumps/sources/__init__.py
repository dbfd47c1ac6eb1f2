"""Which inputs, and their bytes: names of files, folders, globs and addresses -> open streams of a known kind.

Found
    walk, suffixes                          names -> the files to read; what the end of a name says
    addresses, downloads                    what lies in object stores and on the web, fetched whole
Opened
    opening                                 a source -> a stream
    compression, archives                   unpacked; zip and tar, member by member
Told
    kinds, decode                           which kind of file it is; which encoding its text is in
"""
