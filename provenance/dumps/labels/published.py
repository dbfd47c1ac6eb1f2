"""A column of dates in whatever form -> times in UTC; null where it is no full date: a year or a month names no day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance import tables
from provenance.text.calendar import parse_date

if TYPE_CHECKING:
    from datetime import datetime

_ISO = r"^(?:1[5-9]|20)\d\d-\d\d-\d\d"
#: Forms that Polars reads itself, by their shape: one million a second against 60,000 of `parse_date`.
_NATIVE = (
    (_ISO + r"$", "%Y-%m-%d"),
    (_ISO + r"[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?$", "%Y-%m-%d %H:%M:%S%.f"),
    (_ISO + r"[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?[+-]\d\d(?::?\d\d)?$", "%Y-%m-%d %H:%M:%S%.f%#z"),
)
#: What stands before the time of a change, where it is told; and a field that says itself that it is one.
CHANGED = "updated: "
_OF_CHANGE = r"(?i)^(?:last )?(?:updated|modified)\b"
_RFC = (
    r"^[A-Z][a-z][a-z], \d\d? [A-Z][a-z][a-z] (?:1[5-9]|20)\d\d \d\d:\d\d:\d\d [+-]\d{4}$",
    "%a, %d %b %Y %H:%M:%S %z",
)


def parse_published(column: pl.Series, *, day_first: bool | None = None) -> pl.Series:
    """A column of text, dates, times or numbers -> datetime[us, UTC].

    A time without a zone is taken as UTC. A number is seconds or milliseconds since 1970, also with a fraction, which
    is left out. Of a month or a year nothing is kept: as its first day it came before all that was printed in it.
    `Updated: 4 March 2020` is the day of a change, and none of publication.
    03/04/2024 is no date unless `day_first` says which of its numbers is the day.
    """
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime):
        moved = column.dt.convert_time_zone("UTC") if dtype.time_zone else column.dt.replace_time_zone("UTC")
        return _sound(moved.cast(tables.TIME))
    if dtype == pl.Date:
        return _sound(column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))
    if dtype.is_integer():
        return _parse_text(column.cast(pl.String))
    if dtype.is_float():
        second = column.floor()  # of a time since 1970 a fraction may follow, of a year none
        given = column.is_finite() & ((column == second) | (column >= 1e9)) & (column.abs() < 1e15)
        return _parse_text(pl.select(pl.when(given).then(second).cast(pl.Int64).cast(pl.String)).to_series())
    if dtype in (pl.String, pl.Categorical) or isinstance(dtype, pl.Enum):
        return _parse_text(column.cast(pl.String), day_first)
    return pl.Series(column.name, [None] * len(column), dtype=tables.TIME)


def unread_dates(given: pl.Series, read: pl.Series, updated: pl.Series | None = None) -> pl.Series:
    """A column of dates, and what parse_published made of it -> what was given where nothing was read; else null.

    Which of the numbers of 03/04/2025 is the month only its author knows, and 2025 names no day: such a date is none,
    and must not vanish. Nor must the time of a change (`updated`), where it is the only one.

    >>> column = pl.Series(["2025-04-03", "03/04/2025", " ", None])
    >>> unread_dates(column, parse_published(column)).to_list()
    [None, '03/04/2025', None, None]
    """
    dtype = given.dtype
    if dtype in (pl.String, pl.Categorical, pl.Date, pl.Datetime) or dtype.is_numeric() or isinstance(dtype, pl.Enum):
        printed = given.cast(pl.String)
    else:  # a list, a length of time: what it holds is said, and not each
        printed = pl.select(pl.when(given.is_not_null()).then(pl.lit(str(dtype)))).to_series()
    told: pl.Expr = pl.when(printed.str.contains(r"\S")).then(printed)
    if updated is not None and updated.null_count() < len(updated):
        told = pl.coalesce(told, pl.lit(CHANGED) + updated)
    return pl.select(pl.when(read.is_null()).then(told)).to_series()


def _sound(times: pl.Series) -> pl.Series:
    year = times.dt.year()
    return pl.select(pl.when((year >= 1500) & (year <= 2100)).then(times)).to_series().cast(tables.TIME)


def _parse_text(column: pl.Series, day_first: bool | None = None) -> pl.Series:
    if column.null_count() == len(column):
        return pl.Series(column.name, [None] * len(column), dtype=tables.TIME)
    text = pl.col("text")
    tidy = pl.DataFrame({"text": column.str.strip_chars()}).with_columns(
        iso=text.str.replace(r"^(\S{10})T", "${1} ").str.replace("[Zz]$", "+00:00")
    )
    forms = [
        pl.when(pl.col("iso").str.contains(shape))
        .then(pl.col("iso"))
        .str.to_datetime(form, time_unit="us", strict=False)
        for shape, form in _NATIVE[:2]
    ]
    zoned = [
        pl.when(pl.col(name).str.contains(shape))
        .then(pl.col(name))
        .str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False)
        for name, (shape, form) in (("iso", _NATIVE[2]), ("text", _RFC))
    ]
    read = tidy.select(time=pl.coalesce([*(form.dt.replace_time_zone("UTC") for form in forms), *zoned])).to_series()
    given = read.is_null() & tidy["text"].is_not_null() & ~tidy["text"].str.contains(_OF_CHANGE)
    left = tidy["text"].filter(given).unique()
    if left.len():
        known: dict[str, datetime] = {}
        for value in left.to_list():
            parsed = parse_date(value, day_first=day_first)
            if parsed is not None and parsed[1] in ("second", "day"):
                known[value] = parsed[0]
        if known:
            others = tidy["text"].replace_strict(
                pl.Series(list(known)),
                pl.Series(list(known.values()), dtype=tables.TIME),
                default=None,
                return_dtype=tables.TIME,
            )
            read = pl.select(pl.coalesce([read, others])).to_series()
    return _sound(read.alias(column.name).cast(tables.TIME))
