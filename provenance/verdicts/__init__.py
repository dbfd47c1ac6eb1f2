"""Editors' decisions, apart from where they are kept.

From a row to what it does
    subjects                                what a decision is about, spelt by contents
    standing                                VERDICTS -> the rows that stand
    decisions                               what these mean for the documents at hand
"""
