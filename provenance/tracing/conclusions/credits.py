"""How credits are shown: their words, the line around them, and whether they stand in the lead."""

from __future__ import annotations

import re

import polars as pl

from provenance.tracing.conclusions import reasons

LEAD = 900  # code points from the first line of the body on that count as the lead
SNIPPET = 240  # code points of a text that an evidence item shows at most
_BODY = re.compile(r"[^\n]{150}")  # the first line of so many begins the body


def show_credits(attributions: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """ATTRIBUTIONS, DOCUMENTS -> ATTRIBUTIONS with `snippet`, `quote` and `lead`, unless they have these. *map*.

    A credit in a title or byline that came in a field has no place in the text.
    """
    if "snippet" in attributions.columns:
        return attributions
    chosen = documents.join(attributions.select("doc_id").unique(), on="doc_id", how="semi")
    texts = {
        doc_id: (text, title, byline, _lead_end(text))
        for doc_id, text, title, byline in chosen.select("doc_id", "text", "title", "byline").iter_rows()
    }
    rows = []
    for doc_id, start, end, kind in attributions.select("doc_id", "start", "end", "kind").iter_rows():
        text, title, byline, lead = texts[doc_id]
        if end > start:
            # a dateline is whole, and what follows are words of the article: “(AP) El tren de” was called its dateline
            words = reasons.quote(text, start, end, alone=kind == "dateline")
            said = text[start : min(end, start + SNIPPET)]
        elif kind == "byline":
            said, words = f"its byline: {(byline or '')[:SNIPPET]}", reasons.quote(byline or "", 0, len(byline or ""))
        else:
            said, words = f"its title: {(title or '')[:SNIPPET]}", "in its title"
        rows.append((said, words, start <= lead))
    shown = pl.DataFrame(rows, schema={"snippet": pl.String, "quote": pl.String, "lead": pl.Boolean}, orient="row")
    return pl.concat([attributions, shown], how="horizontal")


def _lead_end(text: str) -> int:
    body = _BODY.search(text)
    return (body.start() if body else 0) + LEAD
