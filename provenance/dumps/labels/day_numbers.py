"""Days as spreadsheets count them: a table saved as text shows `45000` where a sheet showed 15 March 2023.

No other form of a date has five digits. So in a table in which every date that is given is such a number, each is a
day; where one is anything else, all stay what they are: numbers. The days are those of ECMA-376, part 1, section
18.17.4.1, whose count goes wrong before March 1900 alone. What comes bit by bit is not settled, as in day_order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

#: Days of five digits up to the year 2100, with the hour as a fraction, its mark that of the reader's country.
NUMBER = r"^[1-9][0-9]{4}(?:[.,][0-9]{1,12})?$"
_LAST = 73_050.0
#: The day 0 of a sheet, as days since 1970.
_DAY_0 = -25_569


def find_numbered(frames: Sequence[pl.DataFrame], among: Collection[str]) -> list[str]:
    """All ARTICLES of some inputs -> of the paths `among` these those whose dates are all numbers of days."""
    parts = [
        frame.filter(pl.col("path").is_in(list(among))).select(
            "path", counts=_days().is_not_null(), others=pl.col("published").is_not_null() | _is_other()
        )
        for frame in frames
    ]
    if not parts:
        return []
    by_path = pl.concat(parts).group_by("path").agg(pl.col("counts", "others").any())
    return by_path.filter(pl.col("counts") & ~pl.col("others"))["path"].to_list()


def settle_numbers(articles: pl.DataFrame, paths: Sequence[str]) -> pl.DataFrame:
    """ARTICLES, and what find_numbered found -> the same, with these days as dates, to the second.

    >>> table = pl.DataFrame({"path": "a", "published": None, "undated": ["45000.5", None]}, schema_overrides={
    ...     "published": pl.Datetime("us", "UTC")})
    >>> settle_numbers(table, find_numbered([table], ["a"]))["published"].dt.to_string("%Y-%m-%d %H:%M").to_list()
    ['2023-03-15 12:00', None]
    """
    seconds = ((_days() + _DAY_0) * 86_400).round().cast(pl.Int64)
    read = pl.when(pl.col("path").is_in(paths)).then(pl.from_epoch(seconds).cast(pl.Datetime("us")))
    return articles.with_columns(
        published=pl.coalesce("published", read.dt.replace_time_zone("UTC")),
        undated=pl.when(~pl.col("path").is_in(paths)).then("undated"),
    )


def _days() -> pl.Expr:
    """What is given as a date -> the number of a day; null where it is none."""
    given = pl.col("undated").str.strip_chars()
    days = pl.when(given.str.contains(NUMBER)).then(given.str.replace(",", ".")).cast(pl.Float64)
    return pl.when(days <= _LAST).then(days)


def _is_other() -> pl.Expr:
    return pl.col("undated").is_not_null() & _days().is_null()
