"""One system of places for a run and its gold, whatever folder was scanned and however its files were split."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from provenance.errors import UsageError
from provenance.tables import MIRRORED, PAIR

#: Frames whose rows hold places in documents: the columns of document, start and end.
PLACED = {
    "spans": (("left_doc", "left_start", "left_end"), ("right_doc", "right_start", "right_end")),
    "quotes": (("left_doc", "left_start", "left_end"), ("right_doc", "right_start", "right_end")),
    "groups": (("doc_id", "start", "end"),),
}


def locate(documents: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS -> doc_id, key, offset, length: an article of a text file is a stretch of it, a record stands alone."""
    if not {"path", "start", "end"} <= set(documents.columns):
        return documents.select(
            "doc_id", key="doc_id", offset=pl.lit(0, pl.Int64), length=pl.col("text").str.len_chars().cast(pl.Int64)
        )
    slice_ = pl.col("start").is_not_null()
    return documents.select(
        "doc_id",
        key=pl.when(slice_).then("path").otherwise("doc_id"),
        offset=pl.col("start").fill_null(0),
        length=pl.when(slice_).then(pl.col("end") - pl.col("start")).otherwise(pl.col("text").str.len_chars()),
    )


def unify(keys: pl.Series, known: pl.Series) -> dict[str, str]:
    """Keys of a run, keys of a gold standard -> the gold's key for each of the run's that ends with it, or itself.

    A scan of corpus/ calls a file corpus/a.txt; gold made elsewhere may call it a.txt.
    """
    wanted = set(known.unique())
    found = {}
    for key in keys.unique():
        tails = [key] + [key[at + 1 :] for at, sign in enumerate(key) if sign == "/"]
        found[key] = next((tail for tail in tails if tail in wanted), key)
    return found


class Aligned(NamedTuple):
    """A run and its gold in the gold's ids and in places that both know; gold documents, and those in the run."""

    run: dict[str, pl.DataFrame]
    gold: dict[str, pl.DataFrame]
    documents: int = 0
    scanned: int = 0


def align(run: dict[str, pl.DataFrame], gold: dict[str, pl.DataFrame]) -> Aligned:
    """Frames of a run and of a gold standard -> the same, comparable.

    Without DOCUMENTS of the run (a Parquet of spans) ids and places are taken as they are. Raises UsageError where
    the two share no document.
    """
    if "documents" not in run:
        if "documents" in gold and run["spans"].height:
            ids = pl.concat([run["spans"].select(doc_id=f"{side}_doc") for side in ("left", "right")])
            refuse_strangers(gold["documents"]["doc_id"], gold["documents"].join(ids, on="doc_id", how="semi").height)
        return Aligned(run, gold)
    ours = locate(run["documents"])
    theirs = locate(gold["documents"]) if "documents" in gold else None
    known = [theirs["key"]] if theirs is not None else []
    known += [gold[name][column] for name, column in (("groups", "doc_id"), ("places", "path")) if name in gold]
    keys = unify(ours["key"], pl.concat([series.alias("key") for series in known])) if known else {}
    ours = ours.with_columns(pl.col("key").replace(keys))
    names, counts = {}, (0, 0)
    if theirs is not None:
        pairs = pair_documents(ours, theirs)
        counts = theirs.height, len(pairs)
        refuse_strangers(theirs["doc_id"], len(pairs))
        names = {found: wanted for wanted, found in sorted(pairs.items(), reverse=True)}
        gold = {name: shift(frame, theirs, PLACED.get(name, ())) for name, frame in gold.items()}
    run = {name: shift(frame, ours, PLACED.get(name, ())) for name, frame in run.items()}
    for side in (run, gold):
        side |= {name: order_sides(side[name]) for name in ("spans", "quotes") if name in side}
    if "places" in gold:
        gold = gold | {"places": stand_in(gold["places"], ours)}
    return Aligned({name: rename(frame, names) for name, frame in run.items()}, gold, *counts)


def refuse_strangers(known: pl.Series, met: int) -> None:
    """Raise UsageError where a run holds none of the documents that a gold standard speaks of."""
    if len(known) and not met:
        raise UsageError(
            f"{known[0]}: this document of the gold standard, and every other one, is not in the run; "
            "give the gold of the dump that was scanned"
        )


def rename(frame: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    """A frame with ids of a run's documents -> with the gold's."""
    columns = {"left_doc", "right_doc", "doc_id", "from_id", "to_id", "origin_id", "runner_up"} & set(frame.columns)
    changed = frame.with_columns(pl.col(column).replace(names) for column in sorted(columns)) if names else frame
    if columns.issuperset(PAIR) and "left_start" not in frame.columns:
        turn = pl.col("left_doc") > pl.col("right_doc")
        return changed.with_columns(
            left_doc=pl.min_horizontal(PAIR),
            right_doc=pl.max_horizontal(PAIR),
            left_containment=pl.when(turn).then("right_containment").otherwise("left_containment"),
            right_containment=pl.when(turn).then("left_containment").otherwise("right_containment"),
            relation=pl.when(turn).then(pl.col("relation").replace(MIRRORED)).otherwise("relation"),
        )
    return changed


def stand_in(places: pl.DataFrame, located: pl.DataFrame) -> pl.DataFrame:
    """Places in files -> the same with doc_id, the article that holds the place; null where none does."""
    inside = pl.col("within").is_between("offset", pl.col("offset") + pl.col("length"), closed="left")
    held = places.join(located, left_on="path", right_on="key").filter(inside)
    at = held.select("path", "within", "doc_id").unique(["path", "within"])
    return places.join(at, on=["path", "within"], how="left", maintain_order="left")


def shift(frame: pl.DataFrame, located: pl.DataFrame, columns: tuple[tuple[str, str, str], ...]) -> pl.DataFrame:
    """A frame with places in documents -> the same with places in keys; documents not known stay as they are."""
    moves = located.select("doc_id", "key", "offset")
    for document, start, end in columns:
        frame = frame.join(moves, left_on=document, right_on="doc_id", how="left", maintain_order="left")
        offset = pl.col("offset").fill_null(0)
        frame = frame.with_columns(
            pl.coalesce("key", document).alias(document), pl.col(start) + offset, pl.col(end) + offset
        ).drop("key", "offset")
    return frame


def pair_documents(run: pl.DataFrame, gold: pl.DataFrame) -> dict[str, str]:
    """What locate gives of a run and of its gold -> for each gold document the run's that shares most places."""
    both = gold.join(run, on="key", suffix="_run")
    first = pl.max_horizontal("offset", "offset_run")
    last = pl.min_horizontal(pl.col("offset") + pl.col("length"), pl.col("offset_run") + pl.col("length_run"))
    best = both.with_columns(shared=last - first).sort("shared", "doc_id_run", descending=[True, False])
    chosen = best.unique("doc_id", keep="first", maintain_order=True)
    return dict(chosen.select("doc_id", "doc_id_run").iter_rows())


def order_sides(spans: pl.DataFrame) -> pl.DataFrame:
    """Spans -> the same, the left side before the right one (ids may have changed with their order)."""
    turn = (pl.col("left_doc") > pl.col("right_doc")) | (
        (pl.col("left_doc") == pl.col("right_doc")) & (pl.col("left_start") > pl.col("right_start"))
    )
    return spans.with_columns(
        **{
            f"{side}_{part}": pl.when(turn).then(f"{away}_{part}").otherwise(f"{side}_{part}")
            for side, away in (("left", "right"), ("right", "left"))
            for part in ("doc", "start", "end")
        }
    )
