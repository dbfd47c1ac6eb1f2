"""Sketches, candidate pairs, aligned spans, matches, clusters, boilerplate."""
