"""ORIGINS -> `is_origin` of CLUSTERS: which members have their text from no other member."""

from __future__ import annotations

import polars as pl

from provenance.tables import CLUSTERS


def mark_origins(clusters: pl.DataFrame, origins: pl.DataFrame) -> pl.DataFrame:
    """CLUSTERS, ORIGINS -> CLUSTERS with `is_origin`: true for members whose text is from no other member.

    A member whose origin is itself, outside the dump or outside the cluster is a root of it; where an
    agency's own text is absent, several of its copies may be. *gather*.
    """
    if clusters.is_empty():
        return clusters.with_columns(pl.col("is_origin").cast(pl.Boolean))
    return mark_roots(clusters.join(find_parents(origins), on="doc_id", how="left", maintain_order="left"))


def find_parents(origins: pl.DataFrame) -> pl.DataFrame:
    """ORIGINS -> doc_id, parent: the document of the dump that each copy was copied from."""
    return origins.filter(pl.col("kind") == "document").select("doc_id", parent="origin_id")


def mark_roots(clusters: pl.DataFrame) -> pl.DataFrame:
    """Whole CLUSTERS with `parent` -> CLUSTERS with `is_origin`. *map* of clusters."""
    members = clusters.select("cluster_id", "level", parent="doc_id").unique().with_columns(has=pl.lit(value=True))
    return (
        clusters.join(members, on=["cluster_id", "level", "parent"], how="left", maintain_order="left")
        .with_columns(is_origin=~pl.col("has").fill_null(value=False))
        .select(CLUSTERS.names())
    )
