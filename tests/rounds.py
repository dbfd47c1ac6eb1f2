"""The rounds of the Spark engine run in this process: a shuffle by bucket is a dictionary. The twin of spark.flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from provenance import pipeline
from provenance.dumps import reading
from provenance.matching.aligning.rewritten import is_on
from provenance.settings import Settings
from provenance.spark import steps
from provenance.spark.pieces import Piece, Sent, Tables, pack, run_round, unpack
from provenance.spark.plan import SCHEMAS, Part, Plan, home
from provenance.spark.routing import label_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    Round = Callable[[Plan, int, Tables], Iterable[Sent]]


class Rounds:
    """What Flow is to Spark; pieces of a bucket come in a shuffled order, as they do there."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.made: dict[str, list[Piece]] = {}
        self.ran: set[str] = set()  # rounds to which anything came
        self._random = np.random.default_rng(8)

    def put(self, documents: pl.DataFrame) -> Part:
        """DOCUMENTS -> a part, by home."""
        numbered = documents.with_columns(number=pl.int_range(pl.len(), dtype=pl.Int64))
        rows = numbered.sort("doc_id").with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64) * 3)
        rows = rows.select(list(SCHEMAS["documents"]))
        self.made["documents"] = list(pack(Sent("documents", rows, home(rows["row"]))))
        return Part("documents", "documents")

    def round(self, name: str, round_: Round, *parts: Part, asked: Part | None = None) -> str:
        """Run a round over the buckets of some tables, or those that are asked -> the name of what it made."""
        wanted = asked and {bucket for bucket, table, _ in self.made[asked.path] if table == asked.table}
        buckets: dict[int, list[tuple[str, bytes]]] = {}
        for part in parts:
            for bucket, table, data in self.made[part.path]:
                if table == part.table and (wanted is None or bucket in wanted):
                    buckets.setdefault(bucket if part.bucket is None else part.bucket, []).append((table, data))
        made: list[Piece] = []
        for bucket, pieces in buckets.items():
            self._random.shuffle(pieces)
            made += run_round(lambda at, given: round_(self.plan, at, given), bucket, unpack(pieces))
        self.made[name] = made
        if buckets:
            self.ran.add(name)
        for piece in made:
            assert piece.table in SCHEMAS, piece.table
        return name

    def label(self, name: str, parts: list[Part]) -> Part:
        """LINKS -> LABELS."""
        return Part(self.round(name, label_all, *(part._replace(bucket=0) for part in parts)), "labels")

    def later(self, step: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        """Some rounds, run now -> what gives their result."""
        made = step(*given)
        return lambda: made

    def forget(self, *parts: Part) -> None:
        """Delete some tables."""
        for part in parts:
            self.made[part.path] = [piece for piece in self.made[part.path] if piece.table != part.table]

    def path(self, name: str) -> str:
        """The name of what the round of that name made."""
        return name

    def rows(self, part: Part) -> pl.DataFrame:
        """One table."""
        return self.frame([part])

    def total(self, path: str, name: str) -> int:
        """The sum of the counts of that name; 0 of a round to which nothing came."""
        found = self.frame([Part(path, "counts")]).filter(pl.col("name") == name)
        if found.is_empty() and path in self.ran:
            raise LookupError(f"{path}: no bucket counted {name}")
        return int(found["count"].sum())

    def frame(self, parts: list[Part]) -> pl.DataFrame:
        """The rows of some parts."""
        wanted = [(table, data) for part in parts for _, table, data in self.made[part.path] if table == part.table]
        name = parts[0].table
        found = unpack(wanted).get(name, pl.DataFrame(schema=SCHEMAS[name]))
        assert found.schema == SCHEMAS[name], f"{name}: {found.schema}"
        return found


def compare(place: Path, keys: int, groups: int = 1, widespread: int = 1024, **changed: Any) -> dict[str, list[Piece]]:
    """Scan a dump by rounds, with `changed` settings: every row is that of one machine -> the pieces of all rounds."""
    settings = Settings(**changed)
    run = pipeline.scan([str(place)], settings)
    documents = reading.read([str(place)], settings).documents
    small = documents.height <= settings.exhaustive_documents
    rewritten = settings.level == "passage" and is_on(settings, documents)
    plan = Plan(settings, keys, small, rewritten, documents.height, groups=groups, widespread=widespread)
    rounds = Rounds(plan)
    made = steps.scan(rounds, rounds.put(documents))  # type: ignore[arg-type]
    for name in run.facts["tables"]:
        if name != "rejects":
            wanted = getattr(run, name)
            found = rounds.frame(made.tables[name]).select(wanted.columns)
            by = [column for column in wanted.columns if column != "evidence"]
            assert_frame_equal(found.sort(by), wanted.sort(by), check_exact=True)
    assert made.counts["over_cap"] == run.facts["recall"]["over_the_link_cap"]
    assert made.counts["implied_pairs"] == run.facts["implied_pairs"]
    return rounds.made
