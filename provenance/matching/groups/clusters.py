"""MATCHES and SPANS -> CLUSTERS: articles, and passages, that are one text, with no chains of half-similar ones."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from provenance import tables
from provenance.matching.groups.apart import keep_apart
from provenance.matching.groups.components import DENSE, Links, best_path, direct, label_components, split
from provenance.matching.groups.occurrences import find_occurrences
from provenance.matching.pairs.numbering import name_rows, rows_of
from provenance.tables import PAIR

if TYPE_CHECKING:
    from provenance.arrays import Array
    from provenance.settings import Settings

#: Roles from the most specific to the least: a passage that is a headline anywhere is one in its cluster.
SPECIFIC = ("headline", "caption", "byline", "teaser", "quote", "paragraph", "boilerplate")

#: Clusters up to this size have all their pairs in MATCHES.
ALL_PAIRS = 1000


def find_clusters(
    spans: pl.DataFrame, matches: pl.DataFrame, settings: Settings, ids: pl.Series | None = None
) -> pl.DataFrame:
    """SPANS, MATCHES -> CLUSTERS of documents and of passages; is_origin is null. *gather*.

    A cluster's id is `d:` or `p:` and a hash of the doc_id (and place) of its first member in the order of code points.
    So it depends on no other order, and stays when later members come. Members are sorted; no cluster has fewer than
    two. `ids` are the ids of DOCUMENTS, where SPANS and MATCHES have row numbers for them.
    """
    parts = [cluster_documents(matches, settings, ids), cluster_passages(spans, settings, ids)]
    return tables.check(pl.concat(parts).sort("level", "cluster_id", "doc_id", "start"), tables.CLUSTERS, "clusters")


# -- documents -------------------------------------------------------------------------------------------


def cluster_documents(matches: pl.DataFrame, settings: Settings, ids: pl.Series | None = None) -> pl.DataFrame:
    """MATCHES -> CLUSTERS at document level, by group_documents; `ids` as of find_clusters."""
    members = group_documents(matches, settings).rename({"cluster_id": "label"})
    return finish(members.with_columns(start=None, end=None, role=None), "document", ids)


def group_documents(matches: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """MATCHES -> cluster_id (a number), doc_id, cohesion. Documents of equal text are one node.

    Two such nodes may have several pairs with different figures (a line break makes a passage boilerplate in one copy
    only): any of them can join the nodes, and their weight is the least. Two texts that editors called `same` become
    one node, whose weight to others is the greatest of the two; two called `different` never stand in one cluster.
    """
    pairs = weigh(matches)
    ids, left, right = ends_of(pairs)
    strong = pl.col("weight") >= pl.lit(settings.link_containment, pl.Float32)
    between = pairs.select(pl.Series("left", left), pl.Series("other", right), "weight", strong=strong)
    equal, same = ((pairs["relation"] == word).to_numpy() for word in ("duplicate", "same"))
    node, between = _merge(np.arange(len(ids)), between, left[equal], right[equal], pl.col("weight").min())
    if same.any():
        node, between = _merge(node, between, node[left[same]], node[right[same]], pl.col("weight").max())
    links = Links(
        between["left"].to_numpy(),
        between["other"].to_numpy(),
        between["weight"].cast(pl.Float64).to_numpy(),
        between["strong"].to_numpy(),
    )
    floor = float(np.float32(settings.cohesion_floor))
    size = np.bincount(node)
    groups = split(len(size), links, size, floor, direct, DENSE)
    parted = matches.filter(pl.col("relation") == "different", *(pl.col(side).is_in(ids.implode()) for side in PAIR))
    if parted.height:
        apart = (node[rows_of(parted[side], ids)] for side in PAIR)
        groups = keep_apart(groups, links, size, floor, *apart)
    label, cohesion = groups.label[node], groups.cohesion[node]
    return pl.DataFrame({"cluster_id": label, "doc_id": ids, "cohesion": cohesion}).filter(pl.col("cluster_id") >= 0)


def _merge(
    node: Array, between: pl.DataFrame, left: Array, right: Array, weight: pl.Expr
) -> tuple[Array, pl.DataFrame]:
    """Each document's node, links between nodes, pairs of nodes to merge -> both anew, each link once."""
    count = int(node.max(initial=-1)) + 1
    first = label_components(count, left, right)
    number = pl.Series(np.searchsorted(np.unique(first), first))
    one, other = (number.gather(between[side]) for side in ("left", "other"))
    linked = (
        between.with_columns(left=pl.min_horizontal(one, other), other=pl.max_horizontal(one, other))
        .filter(pl.col("left") != pl.col("other"))
        .group_by("left", "other")
        .agg(weight, pl.col("strong").any())
        .sort("left", "other")
    )
    return number.to_numpy()[node], linked


def weigh(matches: pl.DataFrame) -> pl.DataFrame:
    """MATCHES -> those that tie documents, with `weight`: the greater containment, or 1 for equal texts and `same`."""
    greater = pl.max_horizontal("left_containment", "right_containment")
    equal = pl.col("relation").is_in(("duplicate", "same"))
    return matches.filter(~pl.col("relation").is_in(("boilerplate", "different"))).select(
        "left_doc",
        "right_doc",
        "relation",
        weight=pl.when(equal).then(pl.lit(1, pl.Float32)).otherwise(greater),
    )


def strong_pairs(matches: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """MATCHES -> of what weigh gives, the pairs of which each alone joins two documents. *map*."""
    return weigh(matches).filter(pl.col("weight") >= pl.lit(settings.link_containment, pl.Float32))


def ends_of(pairs: pl.DataFrame) -> tuple[pl.Series, Array, Array]:
    """Pairs -> their documents, each once, sorted; and the row among these of each pair's left and right document."""
    ids = pl.concat([pairs["left_doc"], pairs["right_doc"].alias("left_doc")]).unique().sort()
    left, right = (rows_of(pairs[side], ids) for side in PAIR)
    return ids, left, right


# -- which pairs a cluster still lacks -------------------------------------------------------------------


def link_documents(matches: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """MATCHES -> cluster_id, doc_id of the components that clusters are cut from, before any cut.

    Pairs inside them are to be verified first: one that was not compared counts as sharing nothing, and would part what
    belongs together.
    """
    ids, left, right = ends_of(strong_pairs(matches, settings))
    return pl.DataFrame({"cluster_id": label_components(len(ids), left, right), "doc_id": ids})


def members_of(clusters: pl.DataFrame) -> pl.DataFrame:
    """CLUSTERS, or what link_documents and group_documents give -> cluster_id, doc_id, size; documents only."""
    if "level" in clusters.columns:
        clusters = clusters.filter(pl.col("level") == "document")
    return clusters.select("cluster_id", "doc_id", size=pl.len().over("cluster_id"))


def missing_pairs(clusters: pl.DataFrame, matches: pl.DataFrame, limit: int = ALL_PAIRS) -> pl.DataFrame:
    """Clusters, MATCHES -> left_doc, right_doc of the pairs that MATCHES lacks, sorted.

    Clusters as members_of takes them. Of clusters of up to `limit` members all pairs are asked for; of a larger one the
    pairs of its hub, the member with the most matches (of equals the first), with all others, because the hub will be
    the centre, and a member never compared with it would count as sharing nothing. Cost: limit / 2 pairs a member.
    """
    members = members_of(clusters)
    small = members.filter(pl.col("size") <= limit).select("cluster_id", "doc_id").lazy()
    large = members.filter(pl.col("size") > limit).select("cluster_id", "doc_id").lazy()
    ends = pl.concat([matches.lazy().select(doc_id=side) for side in PAIR])
    hubs = (
        large.join(ends.group_by("doc_id").len("matches"), on="doc_id", how="left")
        .sort("cluster_id", pl.col("matches").fill_null(0).cast(pl.Int64) * -1, "doc_id")
        .group_by("cluster_id", maintain_order=True)
        .first()
        .select("cluster_id", "doc_id")
    )
    pairs = pl.concat([one.join(two, on="cluster_id", suffix="_right") for one, two in ((small, small), (hubs, large))])
    first, second = pl.min_horizontal("doc_id", "doc_id_right"), pl.max_horizontal("doc_id", "doc_id_right")
    return (
        pairs.filter(pl.col("doc_id") != pl.col("doc_id_right"))
        .select(left_doc=first, right_doc=second)
        .unique()
        .join(matches.lazy().select(PAIR), on=PAIR, how="anti")
        .sort(PAIR)
        .collect()
    )


def count_implied(clusters: pl.DataFrame, matches: pl.DataFrame, limit: int = ALL_PAIRS) -> int:
    """Clusters, MATCHES -> how many pairs inside clusters of over `limit` members were implied, and not verified."""
    members = members_of(clusters).filter(pl.col("size") > limit)
    sizes = members.group_by("cluster_id").len()["len"].cast(pl.Int64)
    inside = (
        matches.select(PAIR)
        .join(members.select("cluster_id", left_doc="doc_id"), on="left_doc")
        .join(members.select("cluster_id", right_doc="doc_id"), on=["cluster_id", "right_doc"])
    )
    return int((sizes * (sizes - 1) // 2).sum()) - inside.height


# -- passages --------------------------------------------------------------------------------------------


def cluster_passages(spans: pl.DataFrame, settings: Settings, ids: pl.Series | None = None) -> pl.DataFrame:
    """SPANS -> CLUSTERS at passage level; cost: sorts of the sides, and the pairs of sides that overlap.

    The weight between two occurrences (occurrences.py) that a span ties is its identity times the share of them that it
    covers. A member's cohesion is the greatest product of weights along any path to the centre, because the many
    repeats of a caption are linked in one component and not in all pairs. So a passage that drifts from copy to copy is
    cut where less than the floor is left. A rewritten span was not verified by equal words: it counts as
    link_containment at least.
    """
    found = find_occurrences(spans)
    identity = pl.col("identity").cast(pl.Float64)
    rewritten = pl.max_horizontal(identity, settings.link_containment)
    worth = spans.select(pl.when(pl.col("kind") == "rewritten").then(rewritten).otherwise(identity)).to_series()
    tied = pl.DataFrame(
        {"left": found.left, "right": found.right, "weight": worth.to_numpy() * found.coverage}
    ).with_columns(spans["role"])
    between = (
        tied.filter(pl.col("left") != pl.col("right"))
        .group_by(node=pl.min_horizontal("left", "right"), other=pl.max_horizontal("left", "right"))
        .agg(pl.col("weight").max())
        .sort("node", "other")
    )
    links = Links(
        between["node"].to_numpy(),
        between["other"].to_numpy(),
        between["weight"].to_numpy(),
        np.ones(between.height, bool),
    )
    count = found.places.height
    floor = float(np.float32(settings.cohesion_floor))
    groups = split(count, links, np.ones(count, np.int64), floor, best_path)
    members = found.places.with_columns(
        label=pl.Series(groups.label, dtype=pl.Int64), cohesion=pl.Series(groups.cohesion, dtype=pl.Float64)
    ).filter(pl.col("label") >= 0)
    roles = find_roles(tied.select(pl.Series("label", groups.label[found.left]), "role"))
    return finish(members.join(roles, on="label", how="left", maintain_order="left"), "passage", ids)


def find_roles(tied: pl.DataFrame) -> pl.DataFrame:
    """Label and role of each span -> of each cluster: boilerplate if most spans are, else the most specific."""
    boilerplate = pl.col("role") == "boilerplate"
    rank = pl.col("role").replace_strict(SPECIFIC, range(len(SPECIFIC)), return_dtype=pl.Int8)
    best = rank.filter(~boilerplate).min().fill_null(len(SPECIFIC) - 1)
    most = 2 * boilerplate.sum() > pl.len()
    code = pl.when(most).then(len(SPECIFIC) - 1).otherwise(best).cast(pl.Int8)
    roles = tied.group_by("label").agg(code.alias("code"))
    return roles.select("label", role=pl.col("code").replace_strict(range(len(SPECIFIC)), SPECIFIC))


def finish(members: pl.DataFrame, level: str, ids: pl.Series | None) -> pl.DataFrame:
    """Members with label, doc_id, start, end, role, cohesion -> CLUSTERS."""
    firsts = members.sort("doc_id", "start").group_by("label", maintain_order=True).first()
    if ids is not None:
        members, firsts = name_rows(members, ids), name_rows(firsts, ids)
    names = [name(level, *key) for key in firsts.select("doc_id", "start", "end").iter_rows()]
    named = firsts.select("label").with_columns(cluster_id=pl.Series(names, dtype=pl.String))
    complete = members.join(named, on="label", how="left").with_columns(level=pl.lit(level), is_origin=None)
    return complete.select(pl.col(column).cast(dtype) for column, dtype in tables.CLUSTERS.items())


def name(level: str, doc_id: str, start: int | None, end: int | None) -> str:
    """A cluster's id from its first member: level's letter, colon, 16 hex digits."""
    digest = hashlib.blake2b(f"{doc_id}\0{start}\0{end}".encode("utf-8", "surrogatepass"), digest_size=8)
    return f"{level[0]}:{digest.hexdigest()}"
