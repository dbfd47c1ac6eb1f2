"""Which way each sign of an edit points in passages that others rewrote, of which it is known who had them first.

PAN 2013 (passages translated there and back, and summaries by people) and Clough and Stevenson (answers that students
made of Wikipedia). No weight is fitted on them: they show which signs hold outside the generator of grown lineages.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from provenance.tables import PASSAGES, empty
from provenance.tracing.signs.bodies import fold_bodies
from provenance.tracing.signs.differences import compare
from provenance.tracing.signs.edits import edits_of
from tests.lineages.tables import shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAN = {"04-translation-obfuscation": "translated there and back", "05-summary-obfuscation": "summed up"}


def sign_lines() -> list[str]:
    """The section of the page."""
    lines = ["## Signs in texts that others rewrote", ""]
    if (corpora := shared()) is None:
        return [*lines, "Not measured: PROVENANCE_SHARED was not set.", ""]
    found = {name: count_signs(pairs) for name, pairs in _rewritten(corpora)}
    lines += [
        "Of the passages that show a sign, how many times it points at the one that was made of the other. Nothing is",
        "fitted on them. That a phrase is longer was a sign once: it pointed right 316 times of 861, 26 of 135 and 14",
        "of 16, so it is none. Signs that stand at half here are of what newsrooms do and rewriters do not.",
        "",
        f"| sign | {' | '.join(found)} |",
        f"|---|{'---|' * len(found)}",
    ]
    for sign in sorted({sign for told in found.values() for sign, _ in told}):
        cells = [f"{told[sign, True]} of {told[sign, True] + told[sign, False]}" for told in found.values()]
        lines.append(f"| {sign} | {' | '.join(cells)} |")
    return [*lines, ""]


def _rewritten(corpora: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The labelled folder -> what was done, and the passages before and after it."""
    texts = dict(pl.read_parquet(corpora / "pan13-train" / "documents.parquet").select("doc_id", "text").iter_rows())
    spans = pl.read_parquet(corpora / "pan13-train" / "spans.parquet")
    columns = ("original", "original_start", "original_end", "derived", "derived_start", "derived_end")
    for category, name in PAN.items():
        rows = spans.filter(pl.col("category") == category).select(columns).iter_rows()
        yield name, [(texts[one][a:b], texts[other][c:d]) for one, a, b, other, c, d in rows]
    folder = corpora / "clough-stevenson"
    texts = dict(pl.read_parquet(folder / "documents.parquet").select("doc_id", "text").iter_rows())
    pairs = pl.read_parquet(folder / "pairs.parquet").filter(pl.col("label").is_in(["cut", "light", "heavy"]))
    yield "answers", [(texts[one], texts[other]) for one, other in pairs.select("original", "derived").iter_rows()]


def count_signs(pairs: list[tuple[str, str]]) -> Counter[tuple[str, bool]]:
    """Passages before and after -> how many show more of each sign the right way, and how many the wrong way.

    Slips are left out: which of two spellings is one hangs on how often both stand in a dump.
    """
    ids = [[f"{side}{row:06}" for row in range(len(pairs))] for side in ("after", "before")]
    texts = [after for _, after in pairs] + [before for before, _ in pairs]
    documents = pl.DataFrame({"doc_id": [*ids[0], *ids[1]], "text": texts})
    bodies = fold_bodies(documents, empty(PASSAGES), documents["doc_id"])
    told: Counter[tuple[str, bool]] = Counter()
    for edited in edits_of(pl.Series(ids[1]), pl.Series(ids[0]), documents, bodies):
        forth, back = compare(edited.left, edited.right, edited.edits)
        net = Counter(sign.feature for sign in forth if sign.spellings is None)
        net.subtract(sign.feature for sign in back if sign.spellings is None)
        told.update((sign, times > 0) for sign, times in net.items() if times)
    return told
