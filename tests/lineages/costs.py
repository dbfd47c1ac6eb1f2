"""What tracing costs: its share of a scan, and a story of 5,000 members; in CPU seconds of the whole process."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from provenance.pipeline import scan
from provenance.settings import Settings
from provenance.tracing.trace import trace
from tests.lineages.articles import Article, own_texts, seeds_of
from tests.lineages.growing import MIXES, START, World
from tests.lineages.operators import OPERATORS, Around
from tests.lineages.worlds import grow_world

if TYPE_CHECKING:
    from collections.abc import Callable

MEMBERS = 5000
OUTLETS = 300
LEAST_KEPT = 0.6  # of the root's length: a cluster of excerpts of excerpts would fall apart
SEED = 7


def costs_text() -> str:
    """The figures as lines, CPU seconds."""
    lines = []
    for name, documents in (
        ("grown lineages", grow_world(own_texts(), World(SEED)).documents),
        ("one story", large_story()),
    ):
        rest, alone = traced_apart(documents.rename({"doc_id": "id"}, strict=False))
        lines.append(f"{name}, {documents.height} articles: tracing {alone:.1f} s, the rest of the scan {rest:.1f} s")
    return "\n".join(lines)


def traced_apart(documents: pl.DataFrame) -> tuple[float, float]:
    """DOCUMENTS -> CPU seconds of the scan without tracing, of tracing alone; kernels are warm."""
    run = scan(documents)
    frames = {name: run.table(name) for name in run.made}
    frames.pop("attributions", None)
    whole = _cpu(lambda: scan(documents))  # the first was to warm the kernels
    alone = _cpu(lambda: trace(frames, Settings()))
    return whole - alone, alone


def _cpu(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def large_story() -> pl.DataFrame:
    """One story of MEMBERS articles, each a copy of one before it; documents as `provenance.scan` takes them."""
    luck = random.Random(SEED)
    root = Article("Outlet 0", "The first", tuple(max(seeds_of(own_texts(), luck, 12), key=len)))
    names = [name for name in MIXES["home"] if name not in ("excerpt", "teaser", "truncate", "local_paragraph", "omit")]
    size = len(root.text())
    made, days = [root], [START]
    while len(made) < MEMBERS:
        at = luck.randrange(len(made))
        copy = made[at]._replace(outlet=f"Outlet {len(made) % OUTLETS}")
        for name in luck.sample(names, 2):
            changed = OPERATORS[name](copy, luck, 0.5, Around(made[at], []))
            copy = changed if len(changed.text()) >= LEAST_KEPT * size else copy
        made.append(copy)
        days.append(days[at] + timedelta(hours=luck.expovariate(1 / 12)))
    rows = [(f"m{at:05d}", one.outlet, day, one.text()) for at, (one, day) in enumerate(zip(made, days, strict=True))]
    kinds = {"id": pl.String, "outlet": pl.String, "published": pl.Datetime("us", "UTC"), "text": pl.String}
    return pl.DataFrame(rows, orient="row", schema=kinds)
