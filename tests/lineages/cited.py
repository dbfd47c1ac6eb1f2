"""Figures of outlets that texts cite: beside human source spans, and as a reader judged them, from $PROVENANCE_SHARED.

cited_by_eye.tsv holds what one reader said of 60 citations of polnear, drawn by a hash before any was read, and of all
names of six corpora that the package's table does not know; places are code points, no text is copied.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from provenance.tables import PASSAGES, empty
from provenance.tracing.statements import names
from provenance.tracing.statements.attributions import find_attributions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JUDGED = Path(__file__).parent / "cited_by_eye.tsv"
SHORT = 60  # characters of a human source span; in a longer one an outlet may only be mentioned
LONGEST = 6  # words of an outlet's name
#: Corpora whose names were read before the rules by shape were written, and while they were: none is held out.
READ_BEFORE = ("polnear", "two-events", "fakenewsnet")
READ_SINCE = ("bbc", "reuters", "twentynews")


def find_cited(documents: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS -> doc_id, start, end, source of the outlets that their texts cite."""
    found = find_attributions(documents, empty(PASSAGES))
    cited = found.filter(pl.col("kind").is_in(["cited", "first_party"]) & (pl.col("end") > pl.col("start")))
    return cited.drop_nulls("source").select("doc_id", "start", "end", "source")


def read_judged(kind: str) -> pl.DataFrame:
    """kind `citation` or `name` -> corpus, doc_id, start, end, source, name, used: 1 where it is right."""
    table = pl.read_csv(JUDGED, separator="\t", quote_char=None)
    return table.filter(pl.col("kind") == kind).drop("kind")


def by_eye(cited: dict[str, pl.DataFrame]) -> Iterator[tuple[str, float, int, float | None]]:
    """Citations by corpus -> name, value, cases, bound of each figure."""
    judged = read_judged("citation").join(cited["polnear"], on=["doc_id", "start", "end", "source"], how="semi")
    yield "polnear, cited outlets by eye: still found of 60", judged.height, 60, None
    yield "polnear, cited outlets by eye: name right", _mean(judged["name"]), judged.height, 0.95
    yield "polnear, cited outlets by eye: used as a source", _mean(judged["used"]), judged.height, 0.88
    known = read_judged("name")
    for corpora in (READ_BEFORE, READ_SINCE):
        rows = [frame.with_columns(corpus=pl.lit(corpus)) for corpus, frame in cited.items() if corpus in corpora]
        found = pl.concat(rows).select("corpus", "source").unique()
        strange = [names.resolve(one) is None and one not in names.lexicon().kinds for one in found["source"]]
        found = found.filter(pl.Series(strange, dtype=pl.Boolean)).join(known, on=["corpus", "source"], how="left")
        read, title = found.drop_nulls("name"), ", ".join(corpora)
        yield f"{title}, names by shape: read by eye", read.height, found.height, None
        yield f"{title}, names by shape: an outlet's", _mean(read["used"]), read.height, 0.85
        yield f"{title}, names by shape: cut clean", _mean(read["name"]), read.height, 0.80


def _mean(column: pl.Series) -> float:
    return float(column.mean() or 0)  # type: ignore[arg-type]


def source_recall(documents: pl.DataFrame, marked: pl.DataFrame, cited: pl.DataFrame) -> tuple[float, int]:
    """DOCUMENTS, human source spans, citations -> share of the outlets named in short spans that are found, pairs."""
    texts = dict(documents.select("doc_id", "text").iter_rows())
    true: set[tuple[str, str]] = set()
    for doc_id, spans in marked.drop_nulls("source").select("doc_id", "source").iter_rows():
        for start, end in spans:
            if end - start < SHORT:
                true |= {(doc_id, name) for name in _named(texts[doc_id][start:end], names.resolve)}
    found = set(cited.select("doc_id", "source").iter_rows())
    return len(true & found) / max(len(true), 1), len(true)


def _named(span: str, resolve: Callable[[str, bool], str | None]) -> set[str]:
    """The outlets of the table that a span names, longest first; an ordinary word counts only as the whole span."""
    words = re.findall(r"[\w.&'’-]+", span)
    found, at = set(), 0
    while at < len(words):
        for size in range(min(LONGEST, len(words) - at), 0, -1):
            piece = re.sub(r"['’]s?$", "", " ".join(words[at : at + size])).rstrip(".,")
            if piece[:1].isupper() and (one := resolve(piece, size == len(words))):
                found.add(one)
                at += size - 1
                break
        at += 1
    return found
