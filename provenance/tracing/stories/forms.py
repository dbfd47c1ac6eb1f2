"""Pairs -> which are two reports of one form: a day's market, weather or results, set in the words of another day's."""

from __future__ import annotations

import polars as pl

from provenance.tables import SIDES
from provenance.tracing.statements.facts import keys

#: Shared figures, of the distinct ones of the side with fewer, from which two reports are of one thing, and how many
#: figures tell anything: as matching.aligning.rewritten has them, which leaves such reports out of what is rewritten.
SAME_FIGURES, FEWEST_FIGURES = 0.5, 2
_FIGURE = r"\p{N}+(?:[.,:]\p{N}+)*"


def find_formed(pairs: pl.DataFrame, documents: pl.DataFrame) -> pl.Series:
    """Pairs with `left_time`, `left_first`, `left_last`, ..., DOCUMENTS -> by row whether they are of one form. *map*.

    Of one outlet, of different days, and with other figures in the same words, or around them where these have none: of
    a forecast every day's degrees stand over the words. A later version keeps most figures, and mostly the day; four
    daily market reports were "a later version of" the first, and went for one article.
    """
    outlets = documents.select("doc_id", key=keys(documents["outlet"])).drop_nulls()
    numbered = pairs.with_row_index("at")
    for side, _ in SIDES:
        owner = outlets.rename({"doc_id": f"{side}_doc", "key": f"{side}_owner"})
        numbered = numbered.join(owner, on=f"{side}_doc", maintain_order="left")
    left_day, right_day = (pl.col(f"{side}_time").dt.date() for side, _ in SIDES)
    own = numbered.filter(pl.col("left_owner") == pl.col("right_owner"), left_day != right_day)
    if own.is_empty():
        return pl.repeat(value=False, n=pairs.height, dtype=pl.Boolean, eager=True)
    ids = pl.concat([own["left_doc"], own["right_doc"]]).unique().implode()
    texts = documents.select("doc_id", "text").filter(pl.col("doc_id").is_in(ids))
    for side, _ in SIDES:
        own = own.join(texts.rename({"doc_id": f"{side}_doc", "text": f"{side}_text"}), on=f"{side}_doc", how="left")
        first = pl.col(f"{side}_first").fill_null(0)
        shared = pl.col(f"{side}_text").str.slice(first, pl.col(f"{side}_last") - first)
        places = {f"{side}_shared": shared, f"{side}_all": pl.col(f"{side}_text")}
        figures = {name: text.str.extract_all(_FIGURE).list.unique() for name, text in places.items()}
        own = own.with_columns(**figures).drop(f"{side}_text")
    within, anywhere = (_count_figures(where) for where in ("shared", "all"))
    enough = within[0] >= FEWEST_FIGURES
    fewer, same = (pl.when(enough).then(one).otherwise(other) for one, other in zip(within, anywhere, strict=True))
    formed = own.filter((fewer >= FEWEST_FIGURES) & (same < SAME_FIGURES * fewer))["at"]
    return pl.int_range(pairs.height, dtype=pl.UInt32, eager=True).is_in(formed.implode())


def _count_figures(where: str) -> tuple[pl.Expr, pl.Expr]:
    """How many figures the side with fewer has, and how many of them the other has."""
    left, right = (pl.col(f"{side}_{where}") for side, _ in SIDES)
    return pl.min_horizontal(left.list.len(), right.list.len()), left.list.set_intersection(right).list.len()
