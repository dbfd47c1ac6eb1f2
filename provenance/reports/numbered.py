"""A Run -> its tables with rows for ids, and what every view of the page asks of its articles: made once for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from provenance.tables import PAIR

if TYPE_CHECKING:
    from provenance.reports.runs import Run

ROW = pl.Int64()  # as the page has all its numbers
NOTABLE = ("headline", "caption", "teaser", "quote", "boilerplate")  # roles that a view tells apart

FAR = 1 << 32  # no place in a text is so far
#: What cannot be seen and has no place in spelling: zero-width spaces, overrides, and tags (U+E0000 to U+E007F).
#: As one class of letters it took .4 s for 245 MB: up to ten of a class are sought as they stand in UTF-8, in .02 s.
HIDDEN = "|".join(
    [r"\u200b", r"[\u202a-\u202e]", r"[\u2060-\u2064]", r"[\u2066-\u2069]"]
    + [rf"[\U{first:08x}-\U{first + 7:08x}]" for first in range(0xE0000, 0xE0080, 8)]
)


class Numbered(NamedTuple):
    """Tables of which `doc_id`, `left_doc` and `right_doc` are rows of `documents`: those have the order of the ids.

    Of 400,000 matches and as many spans, sorted and joined for five views, rows took a third of the time of ids.
    """

    documents: pl.DataFrame  # DOCUMENTS; name (its id), length, hidden (holds HIDDEN?), matches (how many), repeated
    passages: pl.DataFrame  # without the plain ones, which no view tells apart: nineteen of twenty
    spans: pl.DataFrame
    matches: pl.DataFrame
    clusters: pl.DataFrame
    attributions: pl.DataFrame
    dates: pl.DataFrame
    edges: pl.DataFrame  # EDGES; doc_id (the article that they lead to), from_row (of from_id, null outside the dump)
    origins: pl.DataFrame  # ORIGINS; origin_row (of origin_id, null outside the dump)


def number_tables(run: Run) -> Numbered:
    """All tables by rows. *Gather*; cost: one look-up for each id that stands in a table, one pass over the texts."""
    documents = run.documents if run.documents["doc_id"].is_sorted() else run.documents.sort("doc_id")
    documents = documents.with_columns(
        doc_id=pl.int_range(pl.len(), dtype=ROW),
        name="doc_id",
        length=pl.col("text").str.len_chars().cast(pl.Int64),
        hidden=pl.col("text").str.contains(HIDDEN),
    )
    names = documents.select("name", row="doc_id")

    def rows_of(table: pl.DataFrame, **columns: str) -> pl.DataFrame:
        """A table with `columns` added: under each key the rows of the ids of a column, null where it names none."""
        found = {
            key: table.select(name=column).join(names, on="name", how="left", maintain_order="left")["row"]
            for key, column in columns.items()
        }
        return table.with_columns(**found)

    notable = run.passages.filter(pl.col("role").is_in(NOTABLE))
    spans, matches = (rows_of(table, **{side: side for side in PAIR}) for table in (run.spans, run.matches))
    ends = pl.concat(matches.select(doc_id=side) for side in PAIR)
    for part in (ends.group_by("doc_id").len("matches"), repeated_share(spans, matches, documents)):
        documents = documents.join(part, on="doc_id", how="left", maintain_order="left")
    return Numbered(
        documents=documents,
        passages=rows_of(notable, doc_id="doc_id"),
        spans=spans,
        matches=matches,
        clusters=rows_of(run.clusters, doc_id="doc_id"),
        attributions=rows_of(run.attributions, doc_id="doc_id"),
        dates=rows_of(run.dates, doc_id="doc_id"),
        edges=rows_of(run.edges, doc_id="to_id", from_row="from_id"),
        origins=rows_of(run.origins, doc_id="doc_id", origin_row="origin_id"),
    )


def repeated_share(spans: pl.DataFrame, matches: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """SPANS -> for each document the share of its characters that stand in another one, furniture left out.

    Of equal texts without a span, which are too short for one, MATCHES says that all of them does.
    """
    between = spans.filter((pl.col("left_doc") != pl.col("right_doc")) & (pl.col("role") != "boilerplate"))
    sides = pl.concat(
        between.select(doc_id=f"{side}_doc", start=f"{side}_start", end=f"{side}_end") for side in ("left", "right")
    ).sort("doc_id", "start", "end")
    # places of all documents on one line: what the documents before it reach ends before each begins
    line = pl.col("doc_id") * FAR
    before = (line + pl.col("end")).cum_max().shift(1, fill_value=0)
    fresh = (line + pl.col("end") - pl.max_horizontal(line + pl.col("start"), before)).clip(0)
    covered = sides.with_columns(fresh=fresh).group_by("doc_id").agg(pl.col("fresh").sum())
    lengths = documents.select("doc_id", length=pl.col("length").clip(1))
    shares = covered.join(lengths, on="doc_id").select("doc_id", repeated=(pl.col("fresh") / pl.col("length")).round(3))
    equal = matches.filter((pl.col("relation") == "duplicate") & (pl.col("spans") == 0))
    whole = pl.concat(equal.select(doc_id=side) for side in PAIR).unique().join(shares, on="doc_id", how="anti")
    return pl.concat([shares, whole.with_columns(repeated=pl.lit(1.0))])
