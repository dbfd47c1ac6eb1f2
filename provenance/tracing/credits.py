"""What is shown of a credit: its words, the line around it, and whether it stands in the lead."""

from __future__ import annotations

import re

import polars as pl

from provenance.tracing import reasons

LEAD = 900  # code points of the body in which a lead cites its source
SNIPPET = 240  # code points of a text that an evidence item shows at most
_BODY = re.compile(r"[^\n]{150}")


def show_credits(attributions: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """ATTRIBUTIONS, DOCUMENTS -> ATTRIBUTIONS with `snippet`, `quote` and `lead`, unless they have these. *map*.

    A title that came in a field has no place in the text.
    """
    if "snippet" in attributions.columns:
        return attributions
    chosen = documents.join(attributions.select("doc_id").unique(), on="doc_id", how="semi")
    texts = {
        doc_id: (text, title, _lead_end(text))
        for doc_id, text, title in chosen.select("doc_id", "text", "title").iter_rows()
    }
    rows = []
    for doc_id, start, end in attributions.select("doc_id", "start", "end").iter_rows():
        text, title, lead = texts[doc_id]
        snippet = text[start : min(end, start + SNIPPET)] if end > start else f"its title: {(title or '')[:SNIPPET]}"
        rows.append((snippet, reasons.quote(text, start, end) if end else "in its title", start <= lead))
    shown = pl.DataFrame(rows, schema={"snippet": pl.String, "quote": pl.String, "lead": pl.Boolean}, orient="row")
    return pl.concat([attributions, shown], how="horizontal")


def _lead_end(text: str) -> int:
    body = _BODY.search(text)
    return (body.start() if body else 0) + LEAD
