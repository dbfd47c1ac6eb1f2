"""A run, and gold standards in several shapes -> frames of one shape.

Gold frames, each may be missing: `documents`; `spans` (as SPANS, `category` and `kind` if known); `pairs`
(left_doc, right_doc, category: the pairs that were labelled; detections in others are not judged); `groups`
(group_id, doc_id, start, end, role: places that say the same); `jaccards`; `duplicates` (group_id, doc_id);
`reuse` (left_doc, right_doc, reuse); `clusters`; `edges`; `origins` (doc_id, origin_id, several rows where
several answers are right); `absent` (to_id, from_id, null for an article that has none); `credited` (as
`absent`, of copies alone and not of what is cited); `datelines` (doc_id, start, end, place, day of the
month).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from provenance import tables
from provenance.errors import UsageError
from provenance.evaluation.pairs import order_pairs
from provenance.evaluation.places import order_sides
from provenance.reports.soundness import find_flaw
from provenance.settings import Settings, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Frames = dict[str, pl.DataFrame]
SIDES = ("doc", "start", "end")


def read_run(path: Path) -> Frames:
    """A scan's folder, or a Parquet of spans -> its tables. Raises UsageError where there are none."""
    if path.is_dir():
        found = {name: path / f"{name}.parquet" for name in tables.WRITTEN}
        run = {name: read_parquet(place) for name, place in found.items() if place.is_file()}
        if not run:
            raise UsageError(
                f"{path}: holds no table of a scan; give the folder that scan -o wrote, or a Parquet of spans"
            )
        for name, frame in run.items():
            schema = tables.WRITTEN[name]
            flaw = find_flaw(name, tables.check(frame, schema, name)) if frame.columns == schema.names() else None
            if flaw:
                raise UsageError(f"{found[name]}: cannot be used ({flaw}); run `provenance scan` again")
        return run
    return {"spans": spans_of(read_parquet(path), path)}


def read_settings(path: Path) -> Settings:
    """The settings that a scan's folder was made with, as far as its run.json says; else the defaults."""
    try:
        return settings_of(json.loads((path / "run.json").read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError, RecursionError):
        return Settings()


def read_gold(path: Path) -> Frames:
    """A folder of gold tables (or of JSON with repeats and origins in dumps) -> gold frames."""
    if not path.exists():
        raise UsageError(f"{path}: is not there; --gold names a folder of gold tables")
    files = [path] if path.is_file() else sorted(path.glob("*.parquet")) + sorted(path.glob("*.json"))
    gold: Frames = {}
    of_dumps: Frames = {}
    for file in files:
        if file.suffix == ".json":
            for name, frame in read_json(file).items():
                of_dumps[name] = pl.concat([of_dumps[name], frame]) if name in of_dumps else frame
        elif file.stem in READERS:
            name, make = READERS[file.stem]
            gold[name] = make(read_parquet(file), file)
    gold = finish(gold | of_dumps)
    if not set(gold) - {"documents"}:
        known = ", ".join(sorted(READERS))
        raise UsageError(f"{path}: holds no gold table; known are Parquet files named {known}, and JSON with repeats")
    return gold


def read_parquet(path: Path) -> pl.DataFrame:
    """A Parquet file -> a frame. Raises UsageError where it cannot be read."""
    try:
        return pl.read_parquet(path)
    except FileNotFoundError:
        raise UsageError(f"{path}: is not there; give a scan's folder or a Parquet of spans") from None
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(f"{path}: cannot be read as Parquet ({reason})") from None


def spans_of(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """SPANS, or derived / original columns -> left before right, other columns kept; derived and original stay too."""
    if "derived_start" in frame.columns:
        frame = frame.rename(
            {f"{a}{c}": f"{b}{c}" for a, b in (("derived", "left"), ("original", "right")) for c in ("_start", "_end")}
            | {"derived": "left_doc", "original": "right_doc"}
        )
        frame = frame.with_columns(derived="left_doc", original="right_doc")
    need(frame, [f"{side}_{part}" for side in ("left", "right") for part in SIDES], path)
    return order_sides(frame)


def need(frame: pl.DataFrame, columns: list[str], path: Path) -> None:
    """Raise UsageError where a column is missing."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise UsageError(f"{path}: lacks the columns {', '.join(missing)}")


def _as_is(frame: pl.DataFrame, _path: Path) -> pl.DataFrame:
    return frame


def _pairs(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    need(frame, ["derived", "original"], path)
    return order_pairs(frame, "derived", "original")


def _jaccards(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    need(frame, ["a", "b", "jaccard"], path)
    return order_pairs(frame, "a", "b")


def _duplicates(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    need(frame, ["ids"], path)
    return frame.with_row_index("group_id").explode("ids").select("group_id", doc_id="ids")


def _datelines(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    need(frame, ["doc_id", "start", "end", "place", "day"], path)
    return frame.filter(pl.col("start").is_not_null())


#: File name -> the gold frame that it becomes, and how.
READERS: dict[str, tuple[str, Callable[[pl.DataFrame, Path], pl.DataFrame]]] = {
    "documents": ("documents", _as_is),
    "spans": ("spans", spans_of),
    "quotes": ("quotes", spans_of),
    "groups": ("groups", _as_is),
    "clusters": ("clusters", _as_is),
    "edges": ("edges", _as_is),
    "origins": ("origins", _as_is),
    "pairs": ("pairs", _pairs),
    "exact_jaccard": ("jaccards", _jaccards),
    "exact_duplicates": ("duplicates", _duplicates),
    "crossposts": ("crossposts", _duplicates),
    "datelines": ("datelines", _datelines),
}


def finish(gold: Frames) -> Frames:
    """Gold frames as read -> the same, with those that follow from others."""
    documents, pairs = gold.get("documents"), gold.pop("pairs", None)
    if pairs is not None and "category" in pairs.columns:
        gold["pairs"] = pairs
    elif pairs is not None and "label" in pairs.columns:
        known = pairs["reuse"] if "reuse" in pairs.columns else pairs["label"] == 1
        gold["reuse"] = pairs.select(tables.PAIR).with_columns(reuse=known)
    if "quotes" in gold:
        gold["edges"] = (
            gold["quotes"].select(from_id="original", to_id="derived", relation=pl.lit("copied_from")).unique()
        )
    if documents is not None and "wire" in documents.columns:
        credited = documents.filter(pl.col("wire").is_null() | (pl.col("wire") != "NA"))
        gold["credited"] = credited.select(to_id="doc_id", from_id=tables.SOURCE + pl.col("wire"))
    elif "origins" in gold and "edges" in gold:
        gold["absent"] = absent_of(gold)
    return gold


def absent_of(gold: Frames) -> pl.DataFrame:
    """Gold edges and origins -> to_id, from_id of every absent source; null for an article that has none."""
    named = pl.concat(
        [
            gold["edges"].select("to_id", "from_id"),
            gold["origins"].select(to_id="doc_id", from_id="origin_id"),
        ]
    ).filter(pl.col("from_id").str.starts_with(tables.SOURCE))
    others = gold["origins"].select(to_id="doc_id").join(named, on="to_id", how="anti")
    return pl.concat([named.unique(), others.with_columns(from_id=pl.lit(None, pl.String))])


# -- JSON ------------------------------------------------------------------------------------------------


def read_json(path: Path) -> Frames:
    """JSON with repeats and origins at places of whole files -> `groups`, `places` (of origins), `articles`."""
    try:
        known = json.loads(path.read_text("utf-8"))
        if "repeats" not in known:
            return {}  # another file that stands there: scores of a baseline, a note
        repeats, origins, articles = known["repeats"], known["origins"], known.get("articles", [])
        groups = [
            (f"{path.name} {number}", group["file"], *span, group["kind"])
            for number, group in enumerate(repeats)
            for span in group["spans"]
        ]
        places = [(row["file"], row["within"], source, row["kind"]) for row in origins for source in row["sources"]]
        counts = [(row["file"], row["articles"]) for row in articles]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"{path}: is not JSON with repeats and origins ({type(error).__name__}: {error})") from None
    return {
        "groups": frame_of(
            groups, group_id=tables.TEXT, doc_id=tables.TEXT, start=tables.PLACE, end=tables.PLACE, role=tables.TEXT
        ),
        "places": frame_of(places, path=tables.TEXT, within=tables.PLACE, source=tables.TEXT, kind=tables.TEXT),
        "articles": frame_of(counts, path=tables.TEXT, articles=tables.PLACE),
    }


def frame_of(rows: list[tuple[Any, ...]], **schema: Any) -> pl.DataFrame:
    """Rows -> a frame."""
    return pl.DataFrame(rows, schema=schema, orient="row")
