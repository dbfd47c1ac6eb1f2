"""Rounds of tracing's end: absent sources, ORIGINS, which members of CLUSTERS are origins, and OUTLETS.

The origin of an article with a possible source in the dump is found with its story, that of any other at its home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.spark.pieces import Sent
from provenance.spark.plan import SCHEMAS, by_group, by_name, home, shaped, table
from provenance.spark.stories import as_dates, send_taken
from provenance.tables import ANCESTRY
from provenance.tracing.conclusions.absent import draw_absent, leave_known
from provenance.tracing.conclusions.claims import CLAIMS, find_claims
from provenance.tracing.conclusions.edges import worth
from provenance.tracing.conclusions.origins import (
    choose_origins,
    find_sourced,
)
from provenance.tracing.conclusions.roots import find_parents, mark_roots
from provenance.tracing.statements.copiers import count_copying, find_copiers
from provenance.tracing.statements.facts import foreign_credits
from provenance.tracing.statements.outlets import sum_taken
from provenance.tracing.stories.unseen import BEGUN_OUTSIDE, share_unseen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan


def draw_home(plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's KEYED credits, PUBLISHERS and what is KNOWN of its copies -> EDGES from absent sources, CLAIMS."""
    publishers = given["publishers"].sort("row")
    keyed, told = table(given, "keyed").sort("at"), table(given, "told")
    known = table(given, "known").select("doc_id", "key", "passed")
    rest = leave_known(foreign_credits(publishers, keyed), known)
    spellings = told.select("key", "name").drop_nulls().unique("key")
    edges = draw_absent(rest, set(told.filter("wire")["key"]), spellings, worth(), plan.settings)
    yield Sent("edges", edges, 0)
    yield from send_taken(publishers, edges, pl.DataFrame(schema=_SHARED), plan)
    claims = find_claims(publishers, edges, keyed).with_row_index("at")
    yield shaped("claims", claims, bucket)
    rows = publishers.select("row", "doc_id")
    calls = table(given, "calls").join(rows, on="row").select("doc_id", "block").unique()
    called = claims.join(calls, on="doc_id")
    yield shaped("claims_asked", called, called["block"].to_numpy())
    copies = table(given, "copies").group_by("doc_id").agg(pl.col("copies").sum())
    counted = copies.join(calls, on="doc_id")
    yield shaped("counted", counted, counted["block"].to_numpy())
    copied = table(given, "copying_rows").unique().join(rows, on="row").select(to_id="doc_id")
    copied = copied.with_columns(relation=pl.lit("copied_from"), kind=pl.lit("copied"))
    known_edges = pl.concat([edges.select("to_id", "relation", "kind"), copied])
    copying = count_copying(publishers, known_edges).with_columns(home=pl.lit(bucket, pl.Int64))
    yield by_group("copying", copying, bucket, plan)


_SHARED = {"left_doc": pl.String, "right_doc": pl.String, "words": pl.Int64}


def sum_copying(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """COPYING of some outlets -> COPIERS, to the homes that have articles of them."""
    copying = given["copying"]
    sums = copying.group_by("outlet").agg(pl.col("copying", "articles").sum())
    told = copying.select("outlet", "home").join(find_copiers(sums), on="outlet")
    yield shaped("copiers", told, told["home"].to_numpy())


def choose_home(shares: list[float], plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's PUBLISHERS, CLAIMS and COPIERS -> ORIGINS of its articles without a source in the dump."""
    publishers = given["publishers"].sort("row")
    ours = publishers.join(table(given, "sourced"), on="row", how="anti", maintain_order="left")
    copies = table(given, "copies").group_by("doc_id").agg(pl.col("copies").sum())
    lone = table(given, "lone").select(list(ANCESTRY))
    claims = table(given, "claims").sort("at").select(list(CLAIMS))
    documents = ours.select("doc_id", "outlet", title=pl.lit(None, pl.String))
    nothing = pl.DataFrame(schema=SCHEMAS["kinds"])
    origins = choose_origins(
        documents, copies, nothing, lone, claims, table(given, "copiers").unique("outlet"), table(given, "dates"),
        shares[-1] if shares else 0.0, BEGUN_OUTSIDE, plan.settings,
    )  # fmt: skip
    yield Sent("origins", origins, 0)


def sum_unseen(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """FLAWS of firsts that are in the sample -> UNSEEN. In one bucket: the sample bounds it."""
    share = share_unseen(table(given, "flaws")["flaw"])
    yield Sent("unseen", pl.DataFrame({"share": [share]}, schema=SCHEMAS["unseen"]), 0)


def choose_story(shares: list[float], unseen: float, plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """FACTS, ANCESTRY, KINDS and CLAIMS of stories -> ORIGINS of those with a source in the dump; PARENTS, COPIED."""
    if "ancestry" not in given:
        return
    facts, ancestry = given["facts"].sort("doc_id"), given["ancestry"]
    wanted = find_sourced(ancestry)
    claims = table(given, "claims_asked").sort("at").select(list(CLAIMS))
    copiers = pl.DataFrame(schema=SCHEMAS["copiers"])  # asked of those without sources
    origins = choose_origins(
        facts, table(given, "counted"), table(given, "kinds"), ancestry, claims, copiers, as_dates(facts),
        shares[-1] if shares else 0.0, unseen, plan.settings, wanted,
    )  # fmt: skip
    yield Sent("origins", origins, 0)
    parents = find_parents(origins)
    yield by_name("parents", parents, "doc_id", plan)
    copied = facts.select("row", "doc_id").join(parents, on="doc_id").select("row")
    yield Sent("copied", copied, home(copied["row"]))


def place_parents(plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """CLUSTERS by their documents, and PARENTS -> CLUSTERS with parents, by cluster."""
    if "clusters" in given:
        placed = given["clusters"].join(table(given, "parents"), on="doc_id", how="left", maintain_order="left")
        yield by_name("placed_clusters", placed, "cluster_id", plan)


def mark_clusters(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """CLUSTERS with parents, whole ones -> CLUSTERS with origins."""
    yield shaped("clusters", mark_roots(given["placed_clusters"]), 0)


def sum_outlets(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """TAKEN of some pairs of outlets -> OUTLETS."""
    yield Sent("outlets", sum_taken(given["taken"]), 0)
