"""A frame or dumps with repetition -> the same without, and a list of everything that went."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from provenance import tables
from provenance.cleaning.choosing import CUTS, GONE, Chosen, Policy, choose, settings_needed
from provenance.cleaning.edits import MARK, MARKED, Edits, needed_of, refuse_passages, text_columns, texts_of
from provenance.dumps.columnar import table_files
from provenance.dumps.intake import Intake, Shelf
from provenance.dumps.reading import documents_of, numbers_of, refuse_frame, refuse_other
from provenance.dumps.verdicts import read_verdicts
from provenance.pipeline import scan
from provenance.settings import with_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from provenance.settings import Settings


Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)  # lazy in, lazy out


class Cleaned(NamedTuple):
    """A frame without what went, and REMOVALS."""

    frame: pl.DataFrame
    removals: pl.DataFrame


def clean(
    frame: Frame,
    *,
    text: str | None = None,
    id: str | None = None,  # noqa: A002  the name of the setting and of the column
    published: str | None = None,
    outlet: str | None = None,
    keep: str = "origin",
    passages: str = "keep",
    drop: Sequence[str] = (),
    settings: Settings | None = None,
    verdicts: pl.DataFrame | str | Path | None = None,
) -> Frame:
    """A frame with a column of texts -> the same without duplicates and near duplicates; lazy in, lazy out.

    Of several alike one stays: the `keep` one of origin, earliest, longest, first. All columns are as they were, and so
    is the order of the rows. Passages that repeat in what stays are kept, marked in a list column `passages`, or
    dropped. A second time nothing goes (but with passages="drop"). Of a lazy frame nothing is read before it is
    collected or sunk, and then twice: once for what repeats, once for the result. What editors decided holds:
    `verdicts` is a log's file, or VERDICTS.

    >>> said = "The ferry ran aground on the bar at dawn, and nobody was hurt, the owner of the line said."
    >>> frame = pl.DataFrame({"id": [1, 2, 3], "body": [said, "Quite another thing.", said + " It rained."]})
    >>> clean(frame, text="body", keep="longest")["id"].to_list()
    [2, 3]
    >>> clean(frame.lazy(), text="body", keep="first").collect()["id"].to_list()
    [1, 2]
    """
    refuse_other(frame)
    policy = Policy(keep, passages, drop, read_verdicts(verdicts)).check()
    chosen = with_columns(settings, text=text, id=id, published=published, outlet=outlet)
    if isinstance(frame, pl.DataFrame):
        return clean_frame(frame, policy, chosen).frame
    return _clean_lazily(frame, policy, chosen)


def removals(
    frame: Frame,
    *,
    text: str | None = None,
    id: str | None = None,  # noqa: A002  as above
    published: str | None = None,
    outlet: str | None = None,
    keep: str = "origin",
    passages: str = "keep",
    drop: Sequence[str] = (),
    settings: Settings | None = None,
    verdicts: pl.DataFrame | str | Path | None = None,
) -> Frame:
    """A frame with a column of texts -> REMOVALS: what `clean` leaves out, why, and what stays in its place.

    Lazy in, lazy out; a lazy frame is read when the result is collected or sunk.

    >>> said = "The ferry ran aground on the bar at dawn, and nobody was hurt, the owner of the line said."
    >>> gone = removals(pl.DataFrame({"id": ["a", "b"], "body": [said, said]}), text="body", id="id", keep="first")
    >>> gone.select("doc_id", "row", "reason", "counterpart").rows()
    [('b', 1, 'duplicate', 'a')]
    """
    refuse_other(frame)
    policy = Policy(keep, passages, drop, read_verdicts(verdicts)).check()
    chosen = with_columns(settings, text=text, id=id, published=published, outlet=outlet)
    if isinstance(frame, pl.DataFrame):
        return clean_frame(frame, policy, chosen).removals

    def batches(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        found = clean_frame(frame.collect(), policy, chosen).removals[:rows]
        found = found if predicate is None else found.filter(predicate)  # which is asked of those rows, see below
        yield found if columns is None else found.select(columns)

    return register_io_source(batches, schema=tables.REMOVALS, is_pure=False)


def clean_frame(frame: pl.DataFrame, policy: Policy, settings: Settings) -> Cleaned:
    """A frame -> the frame without what goes, and REMOVALS. *Gather*; cost: a scan as far as the policy needs one."""
    columns = text_columns(frame.lazy(), settings)
    refuse_passages(frame.schema, columns, policy.passages)
    order, rows, chosen = _choose(frame, policy, settings)
    place = pl.DataFrame({"doc_id": order, "row": rows})
    gone = chosen.gone.join(place, on="doc_id").sort("row")
    edits = Edits(chosen.cuts.join(place, on="doc_id").sort("row", "start"), columns, policy.passages)
    stays = np.ones(frame.height, np.bool_)
    stays[gone["row"].to_numpy()] = False
    cleaned = edits.apply(frame).filter(pl.Series(stays))
    went = frame[gone["row"].to_list()]
    whole = gone.select(
        "doc_id",
        "row",
        "reason",
        "counterpart",
        text=texts_of(went, columns),
        record=pl.Series([as_record(went, at) for at in range(went.height)], dtype=pl.Binary()),
    )
    listed = pl.concat([to_removals(whole, "frame"), to_removals(edits.listed(frame), "frame")])
    return Cleaned(cleaned, listed.sort("row", "start", nulls_last=False))


def _choose(frame: pl.DataFrame, policy: Policy, settings: Settings) -> tuple[pl.Series, np.ndarray, Chosen]:
    """A frame -> its documents' ids, their rows, and what goes."""
    intake = Intake("frame", settings, Shelf())
    frames = list(table_files.read_frame(frame.lazy(), intake))
    refuse_frame(intake.close())
    rows = numbers_of(frames)["number"].to_numpy()
    order = documents_of(frames, replace(settings, until="matches"))["doc_id"]  # nobody asks for languages
    if not order.len():
        return order, rows, choose_nothing()
    run = scan(frame, settings_needed(settings, policy), verdicts=policy.verdicts)
    return order, rows, choose(run, order, policy)


def choose_nothing() -> Chosen:
    """What goes where nothing was read: nothing."""
    return Chosen(pl.DataFrame(schema=GONE), pl.DataFrame(schema=CUTS))


def as_record(frame: pl.DataFrame, row: int) -> bytes:
    """One row of a frame -> Arrow's stream of it, which any Arrow library reads: `record` of REMOVALS."""
    into = io.BytesIO()
    frame[row : row + 1].write_ipc_stream(into)
    return into.getvalue()


def to_removals(rows: pl.DataFrame, path: str) -> pl.DataFrame:
    """Rows with some columns of REMOVALS -> REMOVALS."""
    columns = {name: pl.col(name) if name in rows.columns else pl.lit(None) for name in tables.REMOVALS}
    columns["path"] = pl.lit(path)
    return rows.select(**{name: column.cast(tables.REMOVALS[name]) for name, column in columns.items()})


def _clean_lazily(frame: pl.LazyFrame, policy: Policy, settings: Settings) -> pl.LazyFrame:
    """A lazy frame -> a lazy frame that decides what goes when it is run.

    The schema is known before; the texts and what tells which of them stays are held while that is decided, the other
    columns never.
    """

    def schema() -> pl.Schema:
        columns = frame.collect_schema()
        return pl.Schema({**columns, MARKED: pl.List(MARK)}) if policy.passages == "mark" else columns

    def batches(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        found = frame.collect_schema()
        texts = text_columns(frame, settings)
        refuse_passages(found, texts, policy.passages)  # here: what `schema` raises Polars hides in its own error
        needed_columns = frame.select(needed_of(frame, settings)).collect()
        order, place, chosen = _choose(needed_columns, policy, settings)
        numbers = pl.DataFrame({"doc_id": order, "row": place})
        edits = Edits(chosen.cuts.join(numbers, on="doc_id").sort("row", "start"), texts, policy.passages)
        gone = chosen.gone.join(numbers, on="doc_id")["row"].cast(pl.Int64)
        del needed_columns, order, place, chosen, numbers
        left, before = rows, 0
        for batch in frame.collect_batches(chunk_size=size, maintain_order=True):
            at = pl.int_range(before, before + batch.height, eager=True)
            stays = ~at.is_in(gone.implode())
            kept = edits.apply(batch.filter(stays), at.filter(stays).to_list())
            before += batch.height
            if left is not None:  # so many rows, and of them those that the predicate picks: not the other way round
                kept = kept[:left]
                left -= kept.height
            if predicate is not None:
                kept = kept.filter(predicate)
            yield kept.select(columns) if columns is not None else kept
            if left == 0:
                return

    return register_io_source(batches, schema=schema, is_pure=False)
