"""Texts -> folded words with their places (TOKENS), and the passages of each article with their roles (PASSAGES).

Words
    tokens, kernels                         texts -> TOKENS, batch by batch
    word_kernels                            the same where places do not count
    folding, fold_table, lookalikes         folding of a single string; what each code point folds to
    contents                                keys of what texts say, by which editors' decisions find them again
Passages
    passages, role_kernels                  lines -> passages with roles; start here
    lines, line_kernels                     texts -> lines with their measures
    line_marks, feed_lines                  what the words of a line say; a feed's item on one line
    margins                                 places without the white space at their ends
    furniture, wording_kernels              the lexicon of menus and notices
    language_kernels                        how many words of a text tell that it is English
Dates
    calendar, month_names, zones            full dates in the forms that news prints
    updates                                 which of them are those of a change
"""
