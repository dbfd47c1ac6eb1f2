"""A frame of Spark with repetition -> the same without, and a list of what went."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyspark.sql import functions as F  # noqa: N812  as all of Spark's own pages call it

from provenance.cleaning.choosing import Policy, settings_needed
from provenance.settings import Settings, or_default
from provenance.spark import steps
from provenance.spark.flow import spark_schema
from provenance.spark.intake import NUMBER, PATH, number_rows
from provenance.spark.scanning import open_flow, scan_frames
from provenance.tables import REMOVALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame


class SparkCleaned(NamedTuple):
    """A frame without what went, and REMOVALS; `record` is null there, for the frame has the row."""

    frame: DataFrame
    removals: DataFrame


def clean(
    frame: DataFrame,
    settings: Settings | None = None,
    *,
    keep: str = "origin",
    drop: Sequence[str] = (),
    work: str | None = None,
    keys: int | None = None,
) -> SparkCleaned:
    """A frame with a column of texts -> SparkCleaned: whole documents that `provenance.clean` would leave out are gone.

    `keep` and `drop` are as there; passages are left as they are. Rows keep their columns, and no order.
    """
    policy = Policy(keep, "keep", drop).check()
    chosen = settings_needed(or_default(settings), policy)
    flow = open_flow(frame.sparkSession, chosen, work, keys)
    numbered = number_rows(frame)
    run = scan_frames(flow, [numbered], chosen, keys)
    flow.enter(policy.keep, *sorted(policy.drop))
    gone = flow.frame(steps.choose(flow, run.home, run.made, policy))
    went = gone.select(F.col("number").alias(NUMBER))
    listed = gone.withColumn("row", F.col("number"))
    types = dict(part.strip().split(":", 1) for part in spark_schema(REMOVALS).split(","))
    removals = listed.select(
        *(F.col(name) if name in listed.columns else F.lit(None).cast(types[name]).alias(name) for name in REMOVALS)
    )
    return SparkCleaned(numbered.join(went, NUMBER, "left_anti").drop(PATH, NUMBER), removals)
