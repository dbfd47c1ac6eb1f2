"""An article of one sentence, and what is found of its sources in a text."""

from __future__ import annotations

from typing import Any

import polars as pl

from provenance.tables import ATTRIBUTIONS, DOCUMENTS, PASSAGES, check, empty
from provenance.tracing.statements.attributions import find_attributions

BODY = "The council of the town met for four hours and agreed on nothing but the date of its next meeting, people said."


def frame(*texts: str, **columns: Any) -> pl.DataFrame:
    rows = [
        dict.fromkeys(DOCUMENTS) | {"doc_id": f"d{n}", "path": f"d{n}", "text": text} | columns
        for n, text in enumerate(texts)
    ]
    return pl.DataFrame(rows, schema=DOCUMENTS)


def found(text: str, **columns: Any) -> list[tuple[str, str | None, str]]:
    table = check(find_attributions(frame(text, **columns), empty(PASSAGES)), ATTRIBUTIONS, "attributions")
    return table.select("kind", "source", "scope").rows()
