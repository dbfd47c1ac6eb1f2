"""Editors' decisions: how subjects are spelt, which rows stand, what they mean for the documents at hand."""
