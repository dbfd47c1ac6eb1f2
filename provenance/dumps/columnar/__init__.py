"""Parquet, Arrow and frames -> articles, column by column.

Some damaged files kill whoever reads them, so a worker goes first.

Here
    table_files                             files and frames -> articles, in batches; start here
    ahead                                   a worker is asked early, while the rest of the program loads
    cells                                   cells of any type -> texts and labels, as the same record in JSON is read
    taking                                  the texts that it hands over, used where they lie
    arrow_streams                           Arrow as a file or as a stream -> a lazy frame
In a worker
    trying                                  how much of a file can be read
    parquet_format, parquet_sums, parquet_bounds    what a Parquet file says of itself, compared with what it holds
    giving                                  the texts are handed over in memory
"""
