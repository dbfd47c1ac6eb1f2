"""What the pair model asks of a single document, and names made comparable.

A `key` is an outlet's name reduced to what its spellings have in common (names.compact): equal keys are one outlet. How
single features turn into evidence stands in evidence.py, their weights in weights.tsv. Lengths are in code points.
"""

from __future__ import annotations

import polars as pl

from provenance.tracing.statements import names
from provenance.tracing.statements.cues import search_where

#: Kinds of attribution that say who wrote the article, not only whom it heard.
CREDITS = ("dateline", "credit", "byline", "template")

#: The scope of a name that is no outlet's by table or shape: it may be that of an outlet of the dump.
OPEN = "open"

TAIL = 80  # code points at the end in which a cut shows
#: What sites print where a teaser goes on elsewhere.
READ_ON = (
    "ead more", "ead the full", "ead the rest", "ontinue reading", "eiterlesen", "ehr lesen", "ire la suite",
    "eer más", "eguir leyendo", "igue leyendo", "ontinua a leggere", "eggi tutto", "eia mais", "итать далее",
    "итать полностью", "اقرأ المزيد",
)  # fmt: skip
_READ_ON = rf"[\[(]?(?:\w?(?:{'|'.join(READ_ON)})|\+\d+ chars\])"
_DOTS = r"\[?(?:…|\.\.\.)\]?"
CUT_MARK = rf"(?:{_DOTS}|{_READ_ON}[^\n.]{{0,40}})[\s\])»>→]*$"
#: The same from five code points before the end of a passage on, which may hold the dots or not.
CUT_HERE = rf"^[\w\s,]{{0,6}}?(?:{_DOTS}|{_READ_ON})"
CUT_WORDS = ("…", "...", "+", *READ_ON)  # one of which such a text holds
_FULL_STOP = r"[.!?…”\"»)\]':;।。؟’-]$"
#: What translation machines leave: stray spaces and doubled stops, brackets stuck to words.
MACHINE = r"\][a-zA-Z]|[^.]\.\.(?:[^.]|$)|[a-z] [,.] [a-zA-Z]|“ | ”[a-zA-Z]|[a-z]‘ "
_MACHINE_SIGNS = r"\.\.| , | \. |“ | ”|‘ "  # one of which, or a bracket, is in every match of that
TYPOGRAPHIC = "[“”‘’–—…«»]"
ACCENTED = r"[\u00c0-\u017f]"


def keys(outlets: pl.Series) -> pl.Series:
    """Names -> keys that are equal for one outlet; each name is looked up once."""
    unique = outlets.drop_nulls().unique().sort()
    table = dict(zip(unique, (names.compact(name) for name in unique), strict=True))
    return outlets.replace_strict(table, default=None, return_dtype=pl.String) if table else outlets.cast(pl.String)


def source_keys(attributions: pl.DataFrame, documents: pl.DataFrame) -> pl.Series:
    """ATTRIBUTIONS, DOCUMENTS -> the keys of the sources; a short name that one outlet of the dump has is that outlet.

    Where DOCUMENTS are a part of a dump, ATTRIBUTIONS have a `key` already, found over the whole of it.
    """
    if "key" in attributions.columns:
        return attributions["key"]
    named = documents["outlet"].drop_nulls().unique()
    known = alone(list_shorts(named))
    return keys(attributions["source"].replace(dict(known.select("short", "name").iter_rows())))


def leave_open(attributions: pl.DataFrame) -> pl.DataFrame:
    """ATTRIBUTIONS with rows of scope OPEN -> without these."""
    return attributions.filter(pl.col("scope") != OPEN)


def settle_open(attributions: pl.DataFrame, known: pl.Series) -> pl.DataFrame:
    """ATTRIBUTIONS with rows of scope OPEN, keys of the dump's outlets -> those that name one of these, as others do.

    `told the Kansas Plainsman` has no shape of an outlet's name, and was not read where the Plainsman's own articles
    were in the dump: the paper that cited it was taken for its source.
    """
    said = pl.col("scope") == OPEN
    kept = attributions.filter(~said | keys(attributions["source"]).is_in(known.implode()))
    return kept.with_columns(scope=pl.when(said).then(pl.lit("passage")).otherwise("scope"))


def list_shorts(named: pl.Series) -> pl.DataFrame:
    """Outlets -> what else each is called: short, name."""
    rows = [(short, name) for name in named for short in sorted(names.shorten(name))]
    return pl.DataFrame(rows, schema={"short": pl.String, "name": pl.String}, orient="row")


def alone(shorts: pl.DataFrame) -> pl.DataFrame:
    """Short names -> those that only one outlet has."""
    return shorts.unique().filter(pl.len().over("short") == 1)


def is_named() -> pl.Expr:
    """Whether a row of ATTRIBUTIONS names somebody, and not as the one who took a picture."""
    return pl.col("source").is_not_null() & (pl.col("scope") != "caption")


def foreign_credits(documents: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, ATTRIBUTIONS -> those of an article or passage to somebody who is not its publisher, with its `key`.

    Of an article whose publisher is not known all are: columns of ATTRIBUTIONS, `key` and `owner` (the publisher's).
    """
    credited = attributions.filter(is_named())
    owner = documents.select("doc_id", owner=keys(documents["outlet"]))
    return (
        credited.with_columns(key=source_keys(credited, documents))
        .join(owner, on="doc_id", how="left", maintain_order="left")
        .filter(pl.col("owner").is_null() | (pl.col("owner") != pl.col("key")))
    )


def find_signed(documents: pl.DataFrame, attributions: pl.DataFrame) -> pl.Series:
    """DOCUMENTS, ATTRIBUTIONS -> ids of the articles whose dateline names their own publisher. *map*."""
    lines = attributions.filter(
        pl.col("source").is_not_null() & (pl.col("scope") == "article") & (pl.col("kind") == "dateline")
    )
    owner = documents.select("doc_id", owner=keys(documents["outlet"]))
    told = lines.select("doc_id", key=source_keys(lines, documents)).join(owner, on="doc_id")
    return told.filter(pl.col("owner") == pl.col("key"))["doc_id"].unique()


def gather_facts(
    wanted: pl.Series, documents: pl.DataFrame, attributions: pl.DataFrame, dates: pl.DataFrame,
    habits: pl.DataFrame | None = None, read: pl.Series | None = None,
) -> pl.DataFrame:  # fmt: skip
    """The ids `wanted` -> one row each: outlet's key, marks of copying, the best date, its outlet's habit.

    Columns: doc_id, outlet, `key`; those of find_marks and best_dates; `dateline`, whether it has one of the article;
    and `habit` of find_habits. Sorted by id. *gather*: habits are counted over all documents, unless they are given.
    Cost: some searches over the texts whose ids are in `read`, or over all; of the others there are no marks.
    """
    if habits is None:
        crediting = find_crediting(documents, attributions)
        habits = find_habits(crediting, count_crediting(crediting))
    chosen = documents.select("doc_id", "outlet", "text").filter(pl.col("doc_id").is_in(wanted.implode()))
    marks = find_marks(chosen if read is None else chosen.filter(pl.col("doc_id").is_in(read.implode())))
    head = attributions.filter((pl.col("kind") == "dateline") & (pl.col("scope") == "article"))["doc_id"].unique()
    return (
        chosen.select("doc_id", "outlet", key=keys(chosen["outlet"]))
        .join(marks, on="doc_id", how="left")
        .join(best_dates(dates), on="doc_id", how="left")
        .with_columns(dateline=pl.col("doc_id").is_in(head.implode()))
        .join(habits, on="doc_id", how="left")
        .sort("doc_id")
    )


def find_marks(documents: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS -> doc_id, how long each is, and how far it looks cut, or written by a machine. *map*.

    `marked`: it ends with dots, or with words that it goes on elsewhere; `cut`: so, or without a full stop. `machine`,
    `typographic` and `accented` count signs in the whole text, the first up to 6: more say no more.
    """
    texts, tail = documents["text"], pl.col("text").str.tail(TAIL)
    chars = texts.str.len_chars().cast(pl.Int64)
    may = texts.str.contains("]", literal=True) | texts.str.contains(_MACHINE_SIGNS)
    machine = search_where(may, texts, lambda some: some.str.count_matches(MACHINE))
    accented = search_where(texts.str.len_bytes() > chars, texts, lambda some: some.str.count_matches(ACCENTED))
    return documents.select(
        "doc_id",
        chars=chars,
        marked=tail.str.contains(CUT_MARK),
        cut=tail.str.contains(CUT_MARK) | ~tail.str.strip_chars_end().str.contains(_FULL_STOP),
        machine=machine.cast(pl.Float64).clip(0, 6),
        typographic=pl.col("text").str.count_matches(TYPOGRAPHIC).cast(pl.Int64),
        accented=accented.cast(pl.Int64),
    )


def is_believed() -> pl.Expr:
    """Whether a row of DATES says when the document was published, and is to be believed."""
    return pl.col("trusted") & (pl.col("kind") == "published")


def best_dates(dates: pl.DataFrame) -> pl.DataFrame:
    """DATES -> doc_id, time, precision: the publication date that is most to be believed, a field before the text."""
    return (
        dates.filter(is_believed())
        .with_columns(
            printed=pl.col("start").is_not_null(),
            coarse=pl.col("precision").replace_strict({"second": 0, "day": 1, "month": 2, "year": 3}),
        )
        .sort("doc_id", "printed", "coarse", "value")
        .unique("doc_id", keep="first", maintain_order=True)
        .select("doc_id", time="value", precision="precision")
    )


def find_crediting(documents: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, ATTRIBUTIONS -> doc_id, outlet, and `one`: 1 where the article credits somebody else, or 0. *map*."""
    foreign = foreign_credits(documents, attributions)
    credited = foreign.filter(pl.col("kind").is_in(CREDITS))["doc_id"].unique()
    one = pl.col("doc_id").is_in(credited.implode()).cast(pl.Int64)
    return documents.select("doc_id", "outlet", one=one)


def count_crediting(crediting: pl.DataFrame) -> pl.DataFrame:
    """What find_crediting gives -> outlet, how many of its articles credit somebody else, and how many it has."""
    return crediting.group_by("outlet").agg(
        crediting=pl.col("one").sum().cast(pl.Int64), articles=pl.len().cast(pl.Int64)
    )


def find_habits(crediting: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """What find_crediting and count_crediting give -> doc_id, `habit`: how readily its outlet credits somebody else.

    That is the share of the outlet's other articles that do, counted with four more of which one does: a quarter where
    there are no others, and where the outlet is not known.
    """
    others = (pl.col("crediting") - pl.col("one") + 1) / (pl.col("articles") + 3)
    return crediting.join(counted, on="outlet", how="left", maintain_order="left").select(
        "doc_id", habit=pl.when(pl.col("outlet").is_null()).then(0.25).otherwise(others)
    )


def find_wires(documents: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, ATTRIBUTIONS -> `key`: the agencies of the dump, by their name or because a dateline names them."""
    lines = attributions.filter(is_named() & (pl.col("kind") == "dateline"))
    outlets = documents["outlet"].drop_nulls().unique()
    agencies = outlets.filter(pl.Series([names.is_agency(name) for name in outlets], dtype=pl.Boolean))
    return pl.DataFrame({"key": pl.concat([source_keys(lines, documents), keys(agencies)])}).unique()


def count_spellings(foreign: pl.DataFrame) -> pl.DataFrame:
    """Credits to others -> how often each source is spelled in which way: key, source, times."""
    named = foreign.filter(pl.col("kind") != "link")
    return named.group_by("key", "source").agg(times=pl.len().cast(pl.Int64))


def choose_spellings(counted: pl.DataFrame) -> pl.DataFrame:
    """Spellings and how often they stand -> key, name: the most frequent of each."""
    ordered = counted.sort("key", "times", "source", descending=[False, True, False])
    return ordered.unique("key", keep="first", maintain_order=True).select("key", name="source")
