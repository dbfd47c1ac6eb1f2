"""Dates such as 03/04/2024, of which only the other dates of the same field tell whether the day or the month is first.

One program writes a field of an input. So where any of its dates can only have the day first (26/08/2024) and none
only the month, each has the day first, and the other way round. Where both stand, or neither, nobody knows, and none is
read. What comes bit by bit is not settled: a date would hang on what happened to come before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.dumps.labels.published import parse_published

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OVER_12, _MONTH, _YEAR = "(?:1[3-9]|2[0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:1[5-9]|20)[0-9][0-9](?:[^0-9]|$)"
_BEFORE = "^(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?[^0-9]{0,30}"  # "Wednesday, ", "Published: ", "11:00 GMT "
#: A date that can have only the day first, and only the month. Spark reads these as well, in Java's dialect.
DAY_FIRST, MONTH_FIRST = (
    f"{_BEFORE}(?:{one}/{two}/|{one}-{two}-){_YEAR}" for one, two in ((_OVER_12, _MONTH), (_MONTH, _OVER_12))
)


def tell_order(given: pl.Series) -> pl.Series:
    """A column of dates as they were given -> true where a date can have only the day first, false if only the month.

    >>> tell_order(pl.Series(["26/08/2024", "8/26/2024 10:15 AM", "03/04/2024", "26.08.2024", None])).to_list()
    [True, False, None, None, None]
    """
    if given.dtype not in (pl.String, pl.Categorical) and not isinstance(given.dtype, pl.Enum):
        return pl.Series(given.name, [None] * len(given), dtype=pl.Boolean)
    text = given.cast(pl.String)
    days, months = text.str.contains(DAY_FIRST), text.str.contains(MONTH_FIRST)
    return pl.select(pl.when(days | months).then(days).alias(given.name)).to_series()


def find_orders(frames: Sequence[pl.DataFrame]) -> dict[str, bool]:
    """All ARTICLES of some inputs -> whether the day is first in the dates of each, by path, where that is known.

    Pages bring no date that can be read in two ways (page_labels), so that those of a web archive tell nothing of
    each other.
    """
    told = [frame.select("path", "day_first").drop_nulls().unique() for frame in frames]
    if not told:
        return {}
    both = pl.concat(told).unique().filter(pl.len().over("path") == 1)
    return dict(both.rows())


def settle_dates(articles: pl.DataFrame, orders: Mapping[str, bool]) -> pl.DataFrame:
    """ARTICLES, and what find_orders found -> the same, with the dates that are known by it."""
    for day_first in set(orders.values()):
        ours = [path for path, order in orders.items() if order is day_first]
        known = articles.select(pl.when(pl.col("path").is_in(ours)).then("undated")).to_series()
        if known.null_count() < len(known):
            read = parse_published(known, day_first=day_first)
            articles = articles.with_columns(
                published=pl.coalesce("published", read), undated=pl.when(read.is_null()).then("undated")
            )
    return articles
