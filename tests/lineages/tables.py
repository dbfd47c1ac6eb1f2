"""Figures of tracing on labelled corpora that nobody here wrote, from $PROVENANCE_SHARED; labels are looked at last."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import xxhash

from provenance.dumps.reading import read_frame
from provenance.evaluation import measure
from provenance.evaluation import origins as judging
from provenance.evaluation.gold import read_gold
from provenance.pipeline import scan
from provenance.settings import Settings
from provenance.tables import PASSAGES, empty
from provenance.tracing.statements.attributions import find_attributions
from provenance.tracing.statements.dates import find_dates
from provenance.tracing.statements.facts import CREDITS
from provenance.tracing.statements.names import compact
from provenance.tracing.trace import trace
from tests.lineages import cited
from tests.lineages.articles import own_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
WIRES = HERE / "two_events_wires.tsv"
#: What a third of each corpus is for: fitting weights, calibrating confidence, measuring both.
PARTS = ("fitting", "calibrating", "measuring")
LONG_QUOTE = 120  # characters; what shorter quotes share is chance as often
_QUOTED_LINE = re.compile(r"(?m)^[ \t]*(?:[A-Za-z]{0,3}[>|:][ \t]?){1,6}")


class Figure(NamedTuple):
    """One measured figure, how many things were judged, and what it must reach."""

    name: str
    value: float
    cases: int
    must: float | None = None


def shared() -> Path | None:
    """The folder of labelled corpora, if this machine has it."""
    place = os.environ.get("PROVENANCE_SHARED")
    return Path(place) / "corpora" if place else None


def labelled() -> Iterator[Figure]:
    """All of the figures."""
    corpora = shared()
    if corpora is None:
        return
    for part in (polnear, two_events, reuters, dates, cited_outlets, twentynews, dumps):
        yield from part(corpora)


def dated(documents: pl.DataFrame) -> pl.DataFrame:
    """A corpus's documents as DOCUMENTS, its dates as times."""
    read = read_frame(documents.select("doc_id", "outlet", "published", "url", "title", "text"), Settings(id="doc_id"))
    return read.documents


def texts_of(corpus: str, part: str | None = None) -> pl.DataFrame | None:
    """The documents of a corpus, `own` for the project's; None if this machine does not have it.

    `part` is one of PARTS: a third of the texts, by their hash, so that no text is in two of them.
    """
    if corpus == "own":
        return own_texts()
    corpora = shared()
    if corpora is None:
        return None
    documents = dated(pl.read_parquet(corpora / corpus / "documents.parquet"))
    if part is None:
        return documents
    drawn = [xxhash.xxh3_64_intdigest(text.encode()) % len(PARTS) for text in documents["text"]]
    return documents.filter(pl.Series(drawn) == PARTS.index(part))


def polnear(corpora: Path) -> Iterator[Figure]:
    """Agency copy among 720 political articles."""
    documents = pl.read_parquet(corpora / "polnear" / "documents.parquet")
    run = scan(documents.select("doc_id", "outlet", "published", "url", "title", "text"))
    gold = read_gold(corpora / "polnear")["credited"]
    true = judging.keyed(gold.drop_nulls(), "from_id")
    said = [frame.filter(pl.col("relation") == "copied_from") for frame in (run.edges, run.origins)]
    found = judging.absent_sources(*said).join(gold.select("to_id").unique(), on="to_id", how="semi")
    # a report of another newspaper is a credit too, but no wire copy
    found = found.join(true.select("from_id").unique(), on="from_id", how="semi")
    precision, recall, score = judging.overlap_scores(true, found)
    yield Figure("polnear, wire credit, agency named right: F1", score, true.height, 0.95)
    yield Figure("polnear, wire credit: precision", precision, found.height)
    yield Figure("polnear, wire credit: recall", recall, true.height)
    both = found.join(true, on="to_id", suffix="_true")
    right = both.filter(pl.col("from_id") == pl.col("from_id_true")).height
    yield Figure("polnear, agency named right where wire copy is found", right / both.height, both.height, 0.97)


def two_events(corpora: Path) -> Iterator[Figure]:
    """Agency credits on 68 pages with all their furniture; the list was made by hand."""
    documents = pl.read_parquet(corpora / "two-events" / "documents.parquet")
    run = scan(documents.select("doc_id", "outlet", "published", "url", "title", "text"))
    listed = [line.split("\t") for line in WIRES.read_text("utf-8").splitlines()[1:]]
    wires = {
        doc_id: {compact(name) for name in names.split("|")} for doc_id, kind, names in listed if kind == "article"
    }
    pictures = {
        doc_id: {compact(name) for name in names.split("|")} for doc_id, kind, names in listed if kind == "picture"
    }
    credited = run.attributions.filter(pl.col("kind").is_in(CREDITS) & (pl.col("scope") != "caption"))
    agencies = set().union(*wires.values(), *pictures.values())
    said: dict[str, set[str]] = {}
    owners = dict(run.documents.select("doc_id", "outlet").iter_rows())
    for doc_id, source in credited.drop_nulls("source").select("doc_id", "source").iter_rows():
        if compact(source) in agencies and compact(source) != compact(owners[doc_id] or ""):
            said.setdefault(doc_id, set()).add(compact(source))
    hits = sum(bool(said.get(doc_id, set()) & names) for doc_id, names in wires.items())
    right = sum(bool(names & wires.get(doc_id, set())) for doc_id, names in said.items())
    yield Figure("two-events, wire credit: recall", hits / len(wires), len(wires), 0.9)
    yield Figure("two-events, wire credit: precision", right / max(len(said), 1), len(said), 1.0)
    origins = dict(run.origins.select("doc_id", "origin_id").iter_rows())
    wrong = [
        doc_id
        for doc_id, names in pictures.items()
        if doc_id not in wires and compact((origins[doc_id] or "").removeprefix("source:")) in names
    ]
    yield Figure("two-events, a caption taken as origin", len(wrong), len(pictures), 0)


def reuters(corpora: Path) -> Iterator[Figure]:
    """Datelines of 10,000 stories: exact spans but for the dash, places and days."""
    documents = dated(pl.read_parquet(corpora / "reuters" / "documents.parquet"))
    began = time.process_time()
    found = find_attributions(documents, empty(PASSAGES))
    seconds = time.process_time() - began
    gold = pl.read_parquet(corpora / "reuters" / "datelines.parquet").drop_nulls("start")
    texts = dict(documents.select("doc_id", "text").iter_rows())
    ours = {row["doc_id"]: row for row in found.filter(pl.col("kind") == "dateline").iter_rows(named=True)}
    spans = places = days = both = 0
    for row in gold.iter_rows(named=True):
        one = ours.get(row["doc_id"])
        if one is None:
            continue
        both += 1
        true_end = len(texts[row["doc_id"]][: row["end"]].rstrip(" -\n"))
        spans += one["start"] == row["start"] and one["end"] == true_end
        places += _bare(one["place"]) == _bare(row["place"])
        days += one["day"] is not None and one["day"].day == row["day"]
    precision, recall = spans / max(len(ours), 1), spans / gold.height
    yield Figure("reuters, datelines: exact span F1", 2 * precision * recall / (precision + recall), gold.height, 0.99)
    yield Figure("reuters, datelines: place right", places / both, both, 0.985)
    yield Figure("reuters, datelines: day right", days / both, both, 0.985)
    yield Figure("reuters, all attributions of 10,000 stories: CPU seconds", seconds, documents.height, 5)


def _bare(place: str | None) -> str:
    return " ".join((place or "").lower().replace(".", " ").split())


def dates(corpora: Path) -> Iterator[Figure]:
    """Publication dates read from text and address, where a field says the true one."""
    documents = dated(pl.read_parquet(corpora / "fakenewsnet" / "documents.parquet"))
    blank = documents.with_columns(published=pl.lit(None, pl.Datetime("us", "UTC")))
    found = find_dates(blank, find_attributions(blank, empty(PASSAGES)))
    claimed = found.filter((pl.col("kind") == "published") & pl.col("trusted") & (pl.col("precision") != "year"))
    true = documents.drop_nulls("published").select("doc_id", "published")
    both = claimed.join(true, on="doc_id")
    apart = (pl.col("value") - pl.col("published")).dt.total_seconds().abs() / 86400
    month = pl.col("value").dt.truncate("1mo") == pl.col("published").dt.truncate("1mo")
    right = both.filter(pl.when(pl.col("precision") == "month").then(month).otherwise(apart <= 2)).height
    yield Figure(
        "fakenewsnet, publication dates of text and address: precision", right / both.height, both.height, 0.97
    )


def cited_outlets(corpora: Path) -> Iterator[Figure]:
    """Outlets that texts cite: precision as a reader judged it, recall beside human source spans."""
    texts = {corpus: texts_of(corpus) for corpus in (*cited.READ_BEFORE, *cited.READ_SINCE)}
    found = {corpus: cited.find_cited(documents) for corpus, documents in texts.items() if documents is not None}
    yield from (Figure(*row) for row in cited.by_eye(found))
    marked = pl.read_parquet(corpora / "polnear" / "attributions.parquet")
    documents = pl.read_parquet(corpora / "polnear" / "documents.parquet")
    recall, pairs = cited.source_recall(documents, marked, found["polnear"])
    yield Figure("polnear, outlets in human source spans under 60 characters: recall", recall, pairs, 0.80)


def twentynews(corpora: Path) -> Iterator[Figure]:
    """Who quoted whom: with dates; without; without and with the quoting marks taken out of the texts."""
    documents = pl.read_parquet(corpora / "twentynews" / "documents.parquet")
    documents = documents.select("doc_id", "outlet", "published", "url", "title", "text")
    quotes = pl.read_parquet(corpora / "twentynews" / "quotes.parquet")
    names = ("derived", "original") if "derived" in quotes.columns else ("left_doc", "right_doc")
    long = quotes
    if "derived_start" in quotes.columns:
        long = quotes.filter(pl.col("derived_end") - pl.col("derived_start") >= LONG_QUOTE)
    exact = Settings(rewritten="off")  # quotes are verbatim, and the search for others takes minutes
    true = long.select(to_id=names[0], from_id=names[1]).unique()
    run = scan(documents, exact)
    frames = {name: run.table(name) for name in run.made}
    yield from _directions("twentynews, with dates", frames["edges"], true, 0.99)
    undated = trace(frames, Settings(), change_dates=pl.DataFrame.clear)
    yield from _directions("twentynews, without dates", undated["edges"], true, 0.99)
    texts = [_QUOTED_LINE.sub("", text) for text in documents["text"]]
    bare = scan(documents.with_columns(text=pl.Series(texts)), exact)
    frames = {name: bare.table(name) for name in bare.made}
    undated = trace(frames, Settings(), change_dates=pl.DataFrame.clear)
    yield from _directions("twentynews, marks stripped, without dates", undated["edges"], true, 0.85)


def _directions(name: str, edges: pl.DataFrame, true: pl.DataFrame, must: float) -> Iterator[Figure]:
    copied = edges.filter(pl.col("relation") == "copied_from").select("from_id", "to_id").unique()
    right = copied.join(true, on=["from_id", "to_id"], how="semi").height
    turned = true.select(from_id="to_id", to_id="from_id").join(true, on=["from_id", "to_id"], how="anti")
    wrong = copied.join(turned, on=["from_id", "to_id"], how="semi").height
    yield Figure(f"{name}: direction right", right / max(right + wrong, 1), right + wrong, must)
    yield Figure(f"{name}: pairs with a direction", (right + wrong) / true.height, true.height)


def dumps(corpora: Path) -> Iterator[Figure]:
    """The five dumps, whose six origins a reader found."""
    run = scan([str(corpora.parent / "dumps")])
    found = measure({name: run.table(name) for name in run.made}, read_gold(corpora.parent / "gold"))
    for name, part, value, cases in found.rows():
        if (name, part) == ("origin accuracy", "all"):
            yield Figure("five dumps, origins right", value, cases, 5 / 6)


def labelled_text() -> str:
    """The figures as lines; one that says what to set where there are none."""
    lines = []
    for figure in labelled():
        bound = "" if figure.must is None else f"   must {figure.must:g}"
        lines.append(f"{figure.name:70} {figure.value:7.4f}  ({figure.cases}){bound}")
    return "\n".join(lines) or "PROVENANCE_SHARED is not set: the labelled corpora are not at hand"
