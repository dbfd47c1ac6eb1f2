"""Pairs -> which are two reports of one form: a day's market, weather or results, set in the words of another day's."""

from __future__ import annotations

import polars as pl

from provenance.tables import SIDES
from provenance.tracing.statements.facts import keys

#: Shared figures, of the distinct ones of the side with fewer, from which two reports are of one thing, and how many
#: figures tell anything: as matching.aligning.rewritten has them, which leaves such reports out of what is rewritten.
SAME_FIGURES, FEWEST_FIGURES = 0.5, 2
#: Names, told by their capitals: shared ones, how many tell anything, and how many figures do beside them.
SAME_NAMES, FEWEST_NAMES, FEWEST_BESIDE_NAMES = 0.5, 5, 3
OF_ONE_FORM = 0.5  # share of the words of both that stand in the other
_FIGURE = r"\p{N}+(?:[.,:]\p{N}+)*"
_NAME = r"\p{Lu}[\p{L}’']+"


def find_formed(pairs: pl.DataFrame, documents: pl.DataFrame) -> pl.Series:
    """Pairs with `left_time`, `left_first`, `left_last`, ..., DOCUMENTS -> by row whether they are of one form. *map*.

    Of one outlet, of different days, and with other figures in the same words, or around them where these have none: of
    a forecast every day's degrees stand over the words. A later version keeps most figures, and mostly the day; four
    daily market reports were "a later version of" the first, and went for one article.
    """
    outlets = documents.select("doc_id", key=keys(documents["outlet"])).drop_nulls()
    numbered = pairs.with_row_index("at")
    others = _name_others(numbered, documents)
    for side, _ in SIDES:
        owner = outlets.rename({"doc_id": f"{side}_doc", "key": f"{side}_owner"})
        numbered = numbered.join(owner, on=f"{side}_doc", maintain_order="left")
    left_day, right_day = (pl.col(f"{side}_time").dt.date() for side, _ in SIDES)
    own = numbered.filter(pl.col("left_owner") == pl.col("right_owner"), left_day != right_day)
    rows = pl.int_range(pairs.height, dtype=pl.UInt32, eager=True)
    if own.is_empty():
        return rows.is_in(others.implode())
    ids = pl.concat([own["left_doc"], own["right_doc"]]).unique().implode()
    texts = documents.select("doc_id", "text").filter(pl.col("doc_id").is_in(ids))
    for side, _ in SIDES:
        own = own.join(texts.rename({"doc_id": f"{side}_doc", "text": f"{side}_text"}), on=f"{side}_doc", how="left")
        first = pl.col(f"{side}_first").fill_null(0)
        shared = pl.col(f"{side}_text").str.slice(first, pl.col(f"{side}_last") - first)
        places = {f"{side}_shared": shared, f"{side}_all": pl.col(f"{side}_text")}
        figures = {name: text.str.extract_all(_FIGURE).list.unique() for name, text in places.items()}
        own = own.with_columns(**figures).drop(f"{side}_text")
    within, anywhere = (_count_common(where) for where in ("shared", "all"))
    enough = within[0] >= FEWEST_FIGURES
    fewer, same = (pl.when(enough).then(one).otherwise(other) for one, other in zip(within, anywhere, strict=True))
    formed = own.filter((fewer >= FEWEST_FIGURES) & (same < SAME_FIGURES * fewer))["at"]
    return rows.is_in(pl.concat([formed, others]).implode())


def _name_others(numbered: pl.DataFrame, documents: pl.DataFrame) -> pl.Series:
    """Pairs numbered `at`, DOCUMENTS -> the numbers of those that report of others in the same words.

    They agree in half of their names at most and in less than half of their figures, which no version and no copy does,
    however rounded or cut; so it does not matter whose they are, and of which day. Of a chain's lists from the courts
    each was copied from the one of the day before, and of a league's reports of one day each was a version of another.
    """
    alike = pl.min_horizontal("left_containment", "right_containment") >= OF_ONE_FORM
    some = numbered.filter(alike & (pl.col("jaccard") < OF_ONE_FORM))
    ids = pl.concat([some["left_doc"], some["right_doc"]]).unique().implode()
    told = documents.filter(pl.col("doc_id").is_in(ids)).select(
        "doc_id",
        figures=pl.col("text").str.extract_all(_FIGURE).list.unique(),
        names=pl.col("text").str.extract_all(_NAME).list.unique(),
    )
    for side, _ in SIDES:
        each = told.select(pl.col("doc_id").alias(f"{side}_doc"), pl.exclude("doc_id").name.prefix(f"{side}_"))
        some = some.join(each, on=f"{side}_doc", how="left", maintain_order="left")
    (fewer, same), (named, kept) = (_count_common(where) for where in ("figures", "names"))
    others = (fewer >= FEWEST_BESIDE_NAMES) & (same < SAME_FIGURES * fewer)
    return some.filter(others & (named >= FEWEST_NAMES) & (kept <= SAME_NAMES * named))["at"]


def _count_common(where: str) -> tuple[pl.Expr, pl.Expr]:
    """How many figures, or names, the side with fewer has, and how many of them the other has."""
    left, right = (pl.col(f"{side}_{where}") for side, _ in SIDES)
    return pl.min_horizontal(left.list.len(), right.list.len()), left.list.set_intersection(right).list.len()
