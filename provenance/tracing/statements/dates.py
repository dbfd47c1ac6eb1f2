"""DOCUMENTS, ATTRIBUTIONS -> DATES: every date claimed for a document, and whether it is trusted."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from provenance.tables import DATES, TIME
from provenance.text import calendar
from provenance.text.updates import tells_change

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = 1500  # code points in which a page prints its dates
LONGEST_LINE = 160  # a date on a longer line is part of the prose: an event
CONSTANT = 10  # documents of one outlet with one and the same time: the scraper's, or a default
FIRST, LAST = datetime(1900, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 2, tzinfo=UTC)  # nothing up to here is a real date of a dump

_CRAWLED = re.compile(r"(?:accessed|retrieved|archived|crawled|downloaded|printed|cached)[^\n]{0,20}$", re.IGNORECASE)
_NOT_OURS = re.compile(
    r"(?:file\b|photo|picture|image|born|since|until|from|between|in this|taken|(?<!up)dated)[^\n]{0,40}$",
    re.IGNORECASE,
)
#: What looks like a full date; the strict parser decides. Every repetition is bounded.
_DATE_FORM = (
    r"\d(?:st|nd|rd|th|er|\.|º|ª)?(?:[ \u00a0]|-)(?:(?:of|de"
    r"|di) )?[^\s\d,.]{3,14}(?: [^\s\d,.]{3,8})?(?:/ ?[^\s\d]{3,14})?[.,]?(?: |-)(?:(?:de|del) )?(?:19"
    r"|20)\d\d"
    r"|[^\s\d,.]{3,14}%s\.?[ \u00a0]\d{1,2}(?:st|nd|rd|th)?,?[ \u00a0](?:19|20)\d\d"
    r"|(?:19|20)\d\d ?[-/年] ?\d|\d[./-]\d{1,2}[./-](?:19|20)\d\d|\d\d:\d\d:\d\d [^\n]{0,8}(?:19|20)\d\d"
)
_DATE_LIKE = _DATE_FORM % ""
_DATE_LIKE_HERE = re.compile(_DATE_FORM % "+")  # the same, and does not go back; Polars' engine never does
_YEAR = re.compile(r"(?:19|20)\d\d")
#: Signs of a date before its year, 52 at most, and behind it, or behind one that it begins within.
BEFORE_YEAR, AFTER_YEAR = 60, 10
_URL_DAY = r"(?:^|[/_=-])((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:[/_.-]|$)"
_URL_MONTH = r"/((?:19|20)\d\d)[/-](0[1-9]|1[0-2])(?:/|$)"


def find_dates(documents: pl.DataFrame, attributions: pl.DataFrame, constant: pl.Series | None = None) -> pl.DataFrame:
    """DOCUMENTS, ATTRIBUTIONS -> DATES, sorted by document, place, kind.

    *gather*: outlets whose articles all have one time are found over all documents, unless they are given (`constant`).
    The clock is never read, so that a run gives the same on every day. Cost: about 3 s for 100,000 documents.
    """
    constant = find_constant(count_times(documents)) if constant is None else constant
    rows = [_fields(documents, constant), _addresses(documents), _heads(documents), _datelines(attributions)]
    found = pl.concat(rows).unique(maintain_order=True)
    return found.select(DATES.names()).sort("doc_id", "start", "kind", "value", nulls_last=False)


def is_zero(value: pl.Expr) -> pl.Expr:
    """Times -> whether each is the zero of a field that was left empty, in some zone.

    >>> [pl.select(is_zero(pl.lit(datetime(*day, tzinfo=UTC)))).item() for day in ((1969, 12, 31), (1970, 1, 3))]
    [True, False]
    """
    return value.is_between(datetime(1969, 12, 31, tzinfo=UTC), EPOCH)


def _sane() -> pl.Expr:
    return pl.col("value").is_between(FIRST, LAST) & ~is_zero(pl.col("value"))


def count_times(documents: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS -> outlet, dated, earliest, latest: how many articles have a time, and the first and the last."""
    dated = documents.select("outlet", value=pl.col("published").cast(TIME)).drop_nulls()
    value = pl.col("value")
    return dated.group_by("outlet").agg(dated=pl.len().cast(pl.Int64), earliest=value.min(), latest=value.max())


def find_constant(counted: pl.DataFrame) -> pl.Series:
    """Outlets and the times of their articles -> those of which CONSTANT articles or more have all one time."""
    return counted.filter((pl.col("earliest") == pl.col("latest")) & (pl.col("dated") >= CONSTANT))["outlet"]


def _fields(documents: pl.DataFrame, constant: pl.Series) -> pl.DataFrame:
    """The published column; midnight to the second is a day."""
    value = pl.col("value")
    return (
        documents.select("doc_id", "outlet", value=pl.col("published").cast(TIME))
        .drop_nulls("value")
        .with_columns(constant=pl.col("outlet").is_in(constant.implode()).fill_null(value=False))
        .select(
            "doc_id",
            start=pl.lit(None, pl.Int64),
            end=pl.lit(None, pl.Int64),
            value="value",
            precision=pl.when(value.dt.time() == pl.time(0, 0, 0)).then(pl.lit("day")).otherwise(pl.lit("second")),
            kind=pl.lit("published"),
            trusted=_sane() & ~pl.col("constant"),
        )
    )


def _addresses(documents: pl.DataFrame) -> pl.DataFrame:
    """/2021/11/08/ and /2021/11/ in the address; a calendar day that does not exist is dropped."""
    day = pl.col("url").str.extract_groups(_URL_DAY)
    month = pl.col("url").str.extract_groups(_URL_MONTH)
    parts = documents.select("doc_id", "url").drop_nulls("url").with_columns(day=day, month=month)
    text = pl.coalesce(
        pl.concat_str([pl.col("day").struct.field(name) for name in "123"], separator="-"),
        pl.concat_str([*(pl.col("month").struct.field(name) for name in "12"), pl.lit("01")], separator="-"),
    )
    return (
        parts.with_columns(
            value=text.str.to_datetime("%Y-%m-%d", strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        )
        .drop_nulls("value")
        .select(
            "doc_id",
            start=pl.lit(None, pl.Int64),
            end=pl.lit(None, pl.Int64),
            value="value",
            precision=pl.when(pl.col("day").struct.field("1").is_not_null())
            .then(pl.lit("day"))
            .otherwise(pl.lit("month")),
            kind=pl.lit("published"),
            trusted=_sane(),
        )
    )


def _heads(documents: pl.DataFrame) -> pl.DataFrame:
    """Full dates in the head of the text: on a short line they date the page, in prose an event."""
    chosen = documents.select("doc_id", head=pl.col("text").str.head(HEAD))
    # a year alone is found five times as fast, and half of all articles have none
    chosen = chosen.filter(pl.col("head").str.contains(_YEAR.pattern)).filter(pl.col("head").str.contains(_DATE_LIKE))
    rows: list[tuple[str, int, int, datetime, str, str, bool]] = []
    for doc_id, head in chosen.iter_rows():
        dated = False
        for found in _find(head):
            before = head[max(0, found.start - 60) : found.start].rpartition("\n")[2]
            line_start = head.rfind("\n", 0, found.start) + 1
            line_end = head.find("\n", found.end)
            length = (len(head) if line_end < 0 else line_end) - line_start
            changed = tells_change(head, found.start, found.end)
            kind = _kind(before, length, head[:line_start], changed=changed)
            sound = found.weekday_agrees is not False and EPOCH < found.value < LAST
            trusted = sound and kind in ("published", "updated") and not (dated and kind == "published")
            dated = dated or kind == "published"
            rows.append((doc_id, found.start, found.end, found.value, found.precision, kind, trusted))
    schema = {name: DATES[name] for name in DATES}
    return pl.DataFrame(rows, schema=schema, orient="row").select(_ORDER)


def _find(head: str) -> list[calendar.FoundDate]:
    """The full dates of a head; the strict parser sees only the surroundings of what looks like one."""
    found: dict[int, calendar.FoundDate] = {}
    seen = 0
    for match in _like_dates(head):
        low = max(seen, match.start() - 45)
        high = match.end() + 30
        low = max(low, head.rfind("\n", 0, match.start()) + 1)
        for date in calendar.find_dates(head[low:high]):
            found[low + date.start] = date._replace(start=low + date.start, end=low + date.end)
            seen = low + date.end
    return [found[start] for start in sorted(found)]


def _like_dates(head: str) -> Iterator[re.Match[str]]:
    """The matches of _DATE_LIKE_HERE, searched for around years only: each match has one near its end."""
    low = high = 0
    for year in _YEAR.finditer(head):
        if year.start() - BEFORE_YEAR > high:
            yield from _DATE_LIKE_HERE.finditer(head, low, high)
            low = max(0, year.start() - BEFORE_YEAR)
        high = year.end() + AFTER_YEAR
    yield from _DATE_LIKE_HERE.finditer(head, low, high)


_ORDER = ["doc_id", "start", "end", "value", "precision", "kind", "trusted"]


def _kind(before: str, length: int, above: str, *, changed: bool) -> str:
    if _CRAWLED.search(before):
        return "crawled"
    if changed:
        return "updated"
    if _NOT_OURS.search(before) or length > LONGEST_LINE:
        return "event"
    # Under a paragraph of prose a short line with a date is a table, a list, a caption.
    return "event" if any(len(line) > LONGEST_LINE * 2 for line in above.split("\n")) else "published"


def _datelines(attributions: pl.DataFrame) -> pl.DataFrame:
    """Datelines with a day: right within a day in 99.8 of 100 (time zones), so never a time."""
    return (
        attributions.filter((pl.col("kind") == "dateline") & pl.col("day").is_not_null())
        .select(
            "doc_id",
            "start",
            "end",
            value=pl.col("day").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
            precision=pl.lit("day"),
            kind=pl.lit("published"),
        )
        .with_columns(trusted=_sane())
    )
