"""Copy trees of known truth, grown from seed articles, and what tracing makes of them.

`python -m tests.lineages --help` lists what can be measured.
"""
