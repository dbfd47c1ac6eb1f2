"""Which articles a run counts as repeated, without kernels: whoever only counts need not wait .4 s to import those."""

from __future__ import annotations

import polars as pl


def find_repeated(matches: pl.DataFrame, share: float) -> pl.Series:
    """MATCHES -> the ids of all documents in pairs of which one has this share of its words in the other, or more.

    With `link_containment` as the share, those are the articles that a run counts as repeated. Equal texts share all
    their words, also where they are too short for a span: two were a group on the page, and "unique" above it.
    """
    most = pl.max_horizontal("left_containment", "right_containment")
    linked = matches.filter((most >= pl.lit(share, pl.Float32)) | (pl.col("relation") == "duplicate"))
    return pl.concat([linked["left_doc"], linked["right_doc"].alias("left_doc")]).unique()
