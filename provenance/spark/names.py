"""Sums by name in two steps, for names that stand everywhere.

An outlet has articles in every home of a dump, and each home sends a row, in a piece of its own, to the bucket of its
name: 1.5 kB for each home that has articles of it, 15 GB for 10^10 documents. So where there are many homes they are
dealt into groups. A row goes to the bucket of its name and its home's group, where all are made one row; that bucket
asks at the bucket of the name, and passes the answer on to the homes. No bucket has more than one row of a name for
each home of a group, or for each group. Only whole numbers and halves are added up, and only what comes first or last
is chosen, so the result is the same in whatever order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.spark.plan import SCHEMAS, Part, by_name, shaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provenance.spark.flow import Flow
    from provenance.spark.pieces import Sent, Tables
    from provenance.spark.plan import Plan, Round

#: Table in which homes ask -> the table that answers; both have the name asked about in their first column.
ANSWERS = {
    "homes": "totals",
    "times": "constant",
    "voices": "owned",
    "sources": "spoken",
    "crediting": "habits",
    "known_keys": "told",
    "copying": "copiers",
}
#: How columns of several rows become one, where that is not their sum.
_MADE: dict[str, Callable[[pl.Expr], pl.Expr]] = {"earliest": pl.Expr.min, "latest": pl.Expr.max}


def meet(flow: Flow, name: str, round_: Round, *parts: Part) -> str:
    """Run a round over tables sent by `by_group`, which answers homes -> the round that made its answers."""
    if flow.plan.groups == 1:
        return flow.round(name, round_, *parts)
    added = flow.round(f"{name}-groups", add_up, *parts)
    told = flow.round(name, round_, *(part._replace(path=added) for part in parts))
    asks = [part for part in parts if part.table in ANSWERS]
    return flow.round(f"{name}-homes", tell_homes, *asks, *(Part(told, ANSWERS[part.table]) for part in asks))


def add_up(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """Tables of some names in one group -> the same with one row of each name, by name; this bucket asks for homes."""
    for name, rows in given.items():
        first, *others = SCHEMAS[name]
        named = [column for column in others if SCHEMAS[name][column] == pl.String]
        sums = [_MADE.get(column, pl.Expr.sum)(pl.col(column)) for column in others if column not in (*named, "home")]
        asking = {"home": pl.lit(bucket, pl.Int64)} if "home" in others else {}
        yield by_name(name, rows.group_by(first, *named).agg(sums).with_columns(**asking), first, plan)


def tell_homes(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """What homes of one group asked, and the answers -> these, to each home that asked."""
    for asking, answer in ANSWERS.items():
        if asking in given and answer in given:
            name = next(iter(SCHEMAS[answer]))
            told = given[asking].select(name, "home").join(given[answer], on=name, nulls_equal=True)
            yield shaped(answer, told, told["home"].to_numpy())
