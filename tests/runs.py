"""A small run made by hand, for tests of what comes after the stages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from provenance import tables
from provenance.reports.runs import Run

SHARED = "The harbour board voted on Tuesday to close the northern quay for repairs until the first week of May."
HOSTILE = "\x1b[31mred \u202egnp.exe <script>alert(1)</script> \x00 &amp; {{ 7*7 }} \"'><img src=x onerror=alert(2)>"
LEFT = f"Quay to close\n\nQuay to close\n\n{SHARED}\n\n{HOSTILE}"
RIGHT = f"Northern quay shut\n\n{SHARED}"
ARABIC = "أغلقت الهيئة الرصيف الشمالي"
NOON = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)


def frame(name: str, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=tables.WRITTEN[name], orient="row")


def hand_made() -> Run:
    """Three articles: `a` with a doubled headline, `b` copied from it, `c` alone and in Arabic."""
    left, right = LEFT.index(SHARED), RIGHT.index(SHARED)
    size = len(SHARED)
    evidence = [{"family": "dates", "weight": 0.5, "doc_id": "a", "start": None, "end": None, "text": "a day before"}]
    frames = {
        "documents": frame(
            "documents",
            [
                ("a", "dump/x.txt", 0, len(LEFT), "The Post", "Quay to <b>close</b>", "J. Doe", NOON, None, "en", LEFT),
                ("b", "=y.txt", 0, len(RIGHT), None, None, None, None, None, "en", RIGHT),
                ("c", "z.jsonl", None, None, "صدى", "الرصيف", None, None, None, "ar", ARABIC),
            ],
        ),
        "rejects": frame("rejects", [("bad.jsonl", 3, "json", "line 4 is <not> JSON", "skipped")]),
        "passages": frame(
            "passages", [("a", 0, 13, "headline"), ("a", 15, 28, "headline"), ("a", 30, len(LEFT), "paragraph")]
        ),
        "spans": frame(
            "spans",
            [
                ("a", "a", 0, 13, 15, 28, 1.0, "exact", "headline"),
                ("a", "b", left, left + size, right, right + size, 1.0, "exact", "paragraph"),
            ],
        ),
        "matches": frame("matches", [("a", "b", 1, 0.5, 0.6, 0.9, "contains")]),
        "clusters": frame(
            "clusters",
            [
                ("d:1", "document", "a", None, None, "paragraph", 1.0, True),
                ("d:1", "document", "b", None, None, "paragraph", 0.9, False),
                ("p:1", "passage", "a", 0, 13, "headline", 1.0, None),
                ("p:1", "passage", "a", 15, 28, "headline", 1.0, None),
                ("p:2", "passage", "a", left, left + size, "paragraph", 1.0, True),
                ("p:2", "passage", "b", right, right + size, "paragraph", 1.0, False),
            ],
        ),
        "attributions": frame("attributions", [("b", 0, 8, "Reuters", "credit", "article", None, None)]),
        "dates": frame("dates", [("a", None, None, NOON, "second", "published", True)]),
        "edges": frame(
            "edges",
            [
                ("a", "b", "copied_from", "copied", "d:1", 0.9, "likely", evidence),
                ("source:Reuters", "a", "cites", "quoted", None, 0.7, "possible", []),
            ],
        ),
        "origins": frame(
            "origins",
            [
                ("a", "source:Reuters", "external", "cites", 0.7, "possible", None, "Its lead cites Reuters."),
                ("b", "a", "document", "copied_from", 0.9, "likely", "source:Reuters", "All but its headline is in a."),
                ("c", None, "unknown", None, 0.0, "undetermined", None, "Nothing says where it came from."),
            ],
        ),
        "outlets": frame("outlets", [("The Post", "Other", 1, 40, dt.timedelta(hours=2))]),
    }
    facts = {
        "program": "provenance",
        "version": "0",
        "schema_version": 1,
        "settings": {"level": "passage", "shingle_words": 5, "match_jaccard": 0.3, "min_span_words": 15},
        "fingerprint": "0" * 16,
        "tables": list(frames),
        "counts": {"read": 3, "unique": 1, "repeated": 2, "rejected": 1},
        "inputs": [{"path": "dump/x.txt", "documents": 1, "bytes": 400, "xxh3_128": "0" * 32}],
        "recall": {
            "pairs": "every pair was compared",
            "expected_recall": {"0.3": 1.0},
            "measured": {
                "documents": 3,
                "compared_with": 3,
                "by_jaccard": [
                    {"jaccard": 0.3, "pairs": 1, "matched": 1, "implied": 0, "recall": 1.0, "interval": [0.2065, 1.0]},
                    {"jaccard": 0.7, "pairs": 0, "matched": 0, "implied": 0},
                ],
            },
        },
        "seconds": {"total": 0.1},
    }
    return Run.of(frames, facts)
