"""Folded words with their places, and the roles of passages."""
