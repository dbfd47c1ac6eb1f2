"""CLUSTERS: invariants on random links, components and leaders against slow twins, chains by hand."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance import tables
from provenance.matching.groups.agglomeration import agglomerate
from provenance.matching.groups.apart import keep_apart
from provenance.matching.groups.clusters import (
    cluster_documents,
    count_implied,
    find_clusters,
    link_documents,
    missing_pairs,
)
from provenance.matching.groups.components import Groups, Links, Reach, best_path, direct, label_components, split
from provenance.matching.groups.occurrences import find_leaders, overlapping
from provenance.settings import Settings
from tests.strategies import graphs, sides

SETTINGS = Settings()
Graph = tuple[int, list[tuple[int, int, float]]]


def matches_of(*rows: tuple[str, str, float, str]) -> pl.DataFrame:
    """Matches by left, right, the greater containment and relation."""
    frame = pl.DataFrame(rows, schema=["left_doc", "right_doc", "left_containment", "relation"], orient="row")
    frame = frame.with_columns(spans=1, jaccard=0.3, right_containment=0.0)
    return frame.select(pl.col(name).cast(dtype) for name, dtype in tables.MATCHES.items())


def overlaps(graph: Graph) -> pl.DataFrame:
    return matches_of(*((f"d{a:02}", f"d{b:02}", share, "overlap") for a, b, share in graph[1]))


def spans_of(*rows: tuple[str, int, int, str, int, int]) -> pl.DataFrame:
    names = ["left_doc", "left_start", "left_end", "right_doc", "right_start", "right_end"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    frame = frame.with_columns(identity=1.0, kind=pl.lit("exact"), role=pl.lit("paragraph"))
    return frame.select(pl.col(name).cast(dtype) for name, dtype in tables.SPANS.items())


def members(clusters: pl.DataFrame) -> set[frozenset[str]]:
    """The documents of each cluster; for passages doc:start-end."""
    key = pl.format("{}:{}-{}", "doc_id", "start", "end").fill_null(pl.col("doc_id"))
    groups = clusters.select("cluster_id", key=key).group_by("cluster_id").agg("key")
    return {frozenset(keys) for keys in groups["key"].to_list()}


# -- documents -------------------------------------------------------------------------------------------


@given(graphs())
def test_no_document_is_under_the_floor_to_its_centre(graph: Graph) -> None:
    matches = overlaps(graph)
    clusters = find_clusters(tables.empty(tables.SPANS), matches, SETTINGS)
    share = {frozenset(row[:2]): row[4] for row in matches.iter_rows()}
    assert not clusters["doc_id"].is_duplicated().any()
    for group in members(clusters):
        assert len(group) > 1

        def total(one: str, group: frozenset[str] = group) -> float:
            return math.fsum(share.get(frozenset((one, other)), 0) for other in group if other != one)

        centre = min(group, key=lambda one: (-total(one), one))
        cohesion = dict(clusters.filter(pl.col("doc_id").is_in(list(group))).select("doc_id", "cohesion").iter_rows())
        assert cohesion[centre] == 1
        for one in group - {centre}:
            assert cohesion[one] == pytest.approx(share[frozenset((one, centre))])
            assert cohesion[one] >= np.float32(SETTINGS.cohesion_floor)
        strong = nx.Graph([pair for pair in share if share[pair] >= 0.5 and pair <= group])
        assert nx.is_connected(strong)
        assert set(strong) == group


@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_matches_changes_nothing(graph: Graph, random) -> None:
    rows = list(graph[1])
    random.shuffle(rows)
    one, other = (cluster_documents(overlaps((graph[0], part)), SETTINGS) for part in (graph[1], rows))
    assert one.sort("doc_id").equals(other.sort("doc_id"))


def test_a_chain_is_cut() -> None:
    chain = matches_of(*((f"d{n}", f"d{n + 1}", 0.9, "overlap") for n in range(5)))
    assert members(cluster_documents(chain, SETTINGS)) == {
        frozenset({"d0", "d1"}),
        frozenset({"d2", "d3"}),
        frozenset({"d4", "d5"}),
    }


@pytest.mark.parametrize("reach", [direct, best_path])
def test_a_long_chain_is_cut_in_few_rounds(reach: Reach) -> None:
    # Around one centre after another it would take 1,700 rounds over what is left.
    nodes = 5000
    links = Links(np.arange(nodes - 1), np.arange(1, nodes), np.full(nodes - 1, 0.6), np.ones(nodes - 1, bool))
    groups = split(nodes, links, np.ones(nodes, np.int64), 0.3, reach)
    members = groups.label >= 0
    assert members.mean() > 0.99
    assert (np.bincount(groups.label[members])[groups.label[members]] <= 5).all()
    assert groups.cohesion[members].min() >= 0.3


@given(graphs(), st.floats(0, 1))
def test_agglomeration_joins_only_what_holds(graph: Graph, floor: float) -> None:
    nodes, rows = graph
    weight = np.zeros((nodes, nodes))
    for a, b, share in rows:
        weight[a, b] = weight[b, a] = share
    label = agglomerate(weight, weight >= 0.5, np.ones(nodes, np.int64), floor)
    for first in set(label.tolist()):
        group = np.flatnonzero(label == first)
        assert group[0] == first
        inner = weight[np.ix_(group, group)]
        centre = inner.sum(axis=1).round(6).argmax()
        assert (np.delete(inner[centre], centre) >= floor).all()
        assert nx.is_connected(nx.from_numpy_array(inner >= 0.5))


def test_two_crowds_tied_by_one_document_are_parted() -> None:
    def crowd(letter: str) -> list[tuple[str, str, float, str]]:
        ids = [f"{letter}{n}" for n in range(6)]
        return [(one, other, 0.9, "overlap") for one in ids for other in ids if one < other]

    matches = matches_of(*crowd("a"), *crowd("b"), ("a0", "m", 0.6, "overlap"), ("b0", "m", 0.6, "overlap"))
    found = members(cluster_documents(matches, SETTINGS))
    assert {frozenset(group - {"m"}) for group in found} == {
        frozenset(f"{letter}{n}" for n in range(6)) for letter in "ab"
    }


def test_a_page_that_pastes_two_stories_together_does_not_tie_them() -> None:
    # Around the centre of all six, the page, both stories would be one cluster, and l would be lost.
    pairs = [("o", "t", 1.0), ("l", "o", 0.75), ("l", "t", 0.75), ("k", "m", 0.95)]
    page = [("o", "p", 0.58), ("p", "t", 0.56), ("l", "p", 0.2), ("k", "p", 0.51), ("m", "p", 0.72)]
    matches = matches_of(*((*row, "overlap") for row in pairs + page))
    assert members(cluster_documents(matches, SETTINGS)) == {frozenset("lot"), frozenset("kmp")}


def test_documents_of_equal_text_are_one_and_need_no_pairs_of_their_own() -> None:
    copies = [("a0", f"a{n}", 0.0, "duplicate") for n in range(1, 9)]
    matches = matches_of(*copies, ("a3", "b", 0.6, "overlap"))
    found = cluster_documents(matches, SETTINGS)
    assert members(found) == {frozenset({"b", *(f"a{n}" for n in range(9))})}
    assert found.filter(pl.col("doc_id").str.starts_with("a"))["cohesion"].unique().to_list() == [1]


def test_boilerplate_ties_nothing() -> None:
    assert cluster_documents(matches_of(("a", "b", 1.0, "boilerplate")), SETTINGS).height == 0


def test_a_cluster_keeps_its_id_when_others_come() -> None:
    small = cluster_documents(matches_of(("b", "c", 0.9, "overlap")), SETTINGS)
    large = cluster_documents(
        matches_of(("b", "c", 0.9, "overlap"), ("b", "d", 0.9, "overlap"), ("x", "y", 0.9, "overlap")), SETTINGS
    )
    assert small["cluster_id"].unique().item() in large["cluster_id"]
    assert large["cluster_id"].n_unique() == 2


def test_a_cluster_is_named_by_its_level_and_its_first_member() -> None:
    clusters = find_clusters(spans_of(("b", 0, 50, "c", 0, 50)), matches_of(("b", "c", 0.9, "overlap")), SETTINGS)
    assert clusters["cluster_id"].str.contains("^[dp]:[0-9a-f]{16}$").all()
    assert clusters["cluster_id"].str.head(1).to_list() == clusters["level"].str.head(1).to_list()
    assert clusters["cluster_id"].n_unique() == 2


def test_other_components_do_not_change_how_one_is_cut() -> None:
    nodes, before = 300, 137  # long enough to be cut into stars, where a hash decides between equals
    links = Links(np.arange(nodes - 1), np.arange(1, nodes), np.full(nodes - 1, 0.6), np.ones(nodes - 1, bool))
    alone = split(nodes, links, np.ones(nodes, np.int64), 0.3, direct).label
    ends = (np.concatenate([np.arange(before - 1), side + before]) for side in links[:2])
    left, right = next(ends), next(ends)
    right[: before - 1] += 1
    longer = Links(left, right, np.full(left.size, 0.6), np.ones(left.size, bool))
    both = split(nodes + before, longer, np.ones(nodes + before, np.int64), 0.3, direct).label[before:]
    assert np.array_equal(both, np.where(alone >= 0, alone + before, -1))


def test_only_clusters_of_documents_have_pairs_to_compare() -> None:
    rows = [("d:1", "document", doc) for doc in "abc"] + [("p:1", "passage", doc) for doc in "vwxyz"]
    clusters = pl.DataFrame(rows, schema=["cluster_id", "level", "doc_id"], orient="row")
    matches = matches_of(("a", "b", 0.9, "overlap"))
    assert missing_pairs(clusters, matches).rows() == [("a", "c"), ("b", "c")]
    assert count_implied(clusters, matches, limit=2) == 2


@pytest.mark.parametrize("number", [(0, 1, 2, 3), (3, 2, 1, 0)])
def test_nodes_that_editors_parted_choose_their_part_before_others(number: tuple[int, ...]) -> None:
    # 0 and 1 are to be apart. Were 2 and 3 first, they would be one part, 1 would join it and 0 stand alone.
    links = ((0, 2, 0.8), (1, 3, 0.95), (2, 3, 0.9))
    rows = sorted((*sorted((number[left], number[right])), weight) for left, right, weight in links)
    left, right, weight = (np.array(column) for column in zip(*rows, strict=True))
    whole = Groups(np.zeros(4, np.int64), np.zeros(4, np.int64), np.ones(4))
    one, other = np.array([number[0]]), np.array([number[1]])
    parted = keep_apart(whole, Links(left, right, weight, np.ones(3, bool)), np.ones(4, np.int64), 0.3, one, other)
    assert parted.label.tolist() == [0, 1, 0, 1]


@given(graphs(), st.integers(2, 6))
def test_missing_and_implied_pairs_complete_the_clusters(graph: Graph, limit: int) -> None:
    matches = overlaps(graph)
    linked = link_documents(matches, SETTINGS)
    known = set(matches.select("left_doc", "right_doc").iter_rows())
    missing, implied = set(), 0
    for group in members(linked.with_columns(start=None, end=None)):
        lacking = {(a, b) for a in group for b in group if a < b} - known
        if len(group) <= limit:
            missing |= lacking
        else:
            implied += len(lacking)
            hub = min(group, key=lambda doc: (-sum(doc in pair for pair in known), doc))
            missing |= {pair for pair in lacking if hub in pair}
    assert set(missing_pairs(linked, matches, limit).iter_rows()) == missing
    assert count_implied(linked, matches, limit) == implied


@given(graphs(30))
def test_components_are_those_of_a_slow_twin(graph: Graph) -> None:
    nodes, links = graph
    label = list(range(nodes))
    for _ in range(nodes):
        for a, b, _ in links:
            label[a] = label[b] = min(label[a], label[b])
    left, right = (np.array([link[side] for link in links], np.int64) for side in (0, 1))
    assert label_components(nodes, left, right).tolist() == label


@given(graphs())
def test_the_best_path_is_that_of_a_slow_twin(graph: Graph) -> None:
    nodes, rows = graph
    columns = [np.array([row[at] for row in rows], dtype) for at, dtype in enumerate((np.int64, np.int64, float))]
    links = Links(*columns, np.ones(len(rows), bool))
    expected = [1.0] + [0.0] * (nodes - 1)
    for _ in range(nodes):
        for a, b, weight in rows:
            expected[b] = max(expected[b], expected[a] * weight)
            expected[a] = max(expected[a], expected[b] * weight)
    assert best_path(links, np.zeros(nodes, np.int64)).tolist() == expected


# -- passages --------------------------------------------------------------------------------------------

Sides = list[tuple[int, int, int]]


def half(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    shared = min(one[2], other[2]) - max(one[1], other[1])
    return one[0] == other[0] and 2 * shared > max(one[2] - one[1], other[2] - other[1])


@given(sides())
def test_overlapping_sides_are_those_of_a_slow_twin(drawn: Sides) -> None:
    drawn = sorted(set(drawn))
    columns = (np.array([side[at] for side in drawn], np.int64) for at in range(3))
    pairs = zip(*(part.tolist() for part in overlapping(*columns)), strict=True)
    assert sorted(pairs) == [
        (a, b) for a in range(len(drawn)) for b in range(a + 1, len(drawn)) if half(drawn[a], drawn[b])
    ]


@given(sides())
def test_leaders_are_picked_longest_first(drawn: Sides) -> None:
    drawn = sorted(set(drawn))
    columns = (np.array([side[at] for side in drawn], np.int64) for at in range(3))
    expected: dict[int, int] = {}
    for at in sorted(range(len(drawn)), key=lambda at: (drawn[at][1] - drawn[at][2], at)):
        if at not in expected:
            free = [other for other in range(len(drawn)) if other not in expected]
            expected |= {other: at for other in free if half(drawn[at], drawn[other])} | {at: at}
    assert find_leaders(*columns).tolist() == [expected[at] for at in range(len(drawn))]


@st.composite
def random_spans(draw: st.DrawFn) -> pl.DataFrame:
    one, other = draw(sides()), draw(sides())
    rows = []
    for left, right in zip(one, other, strict=False):
        (a, b, c), (d, e, f) = sorted((left, right))
        rows.append((f"d{a}", b, c, f"d{d}", e, f))
    identity = draw(st.lists(st.sampled_from([0.4, 0.6, 0.9, 1.0]), min_size=len(rows), max_size=len(rows)))
    return spans_of(*rows).with_columns(identity=pl.Series(identity, dtype=pl.Float32))


@given(random_spans(), st.randoms(use_true_random=False))
def test_the_order_of_spans_changes_nothing(spans: pl.DataFrame, random) -> None:
    order = list(range(spans.height))
    random.shuffle(order)
    none = tables.empty(tables.MATCHES)
    assert find_clusters(spans, none, SETTINGS).equals(find_clusters(spans[order], none, SETTINGS))


@given(random_spans())
def test_members_of_a_passage_hold_the_floor_and_stand_apart(spans: pl.DataFrame) -> None:
    found = find_clusters(spans, tables.empty(tables.MATCHES), SETTINGS)
    assert found["cohesion"].is_between(np.float32(SETTINGS.cohesion_floor), 1).all()
    assert (found.group_by("cluster_id").len()["len"] > 1).all()
    assert not found.select("doc_id", "start", "end").is_duplicated().any()


def test_a_long_passage_does_not_tie_the_short_ones_inside_it() -> None:
    spans = spans_of(("a", 0, 1000, "b", 0, 1000), ("a", 100, 150, "c", 0, 50), ("a", 700, 740, "d", 10, 50))
    assert members(find_clusters(spans, tables.empty(tables.MATCHES), SETTINGS)) == {
        frozenset({"a:0-1000", "b:0-1000"}),
        frozenset({"a:100-150", "c:0-50"}),
        frozenset({"a:700-740", "d:10-50"}),
    }


def test_a_passage_that_drifts_is_cut() -> None:
    # Each copy shares .55 of its passage with the next: the third hop leaves .55 ** 3 = .17 of the first.
    rows = []
    for n in range(8):
        rows.append((f"a{n}", 0, 100, f"a{n}x", 0, 100))
        if n < 7:
            rows.append((f"a{n}", 45, 100, f"a{n + 1}", 0, 55))
    found = find_clusters(spans_of(*rows), tables.empty(tables.MATCHES), SETTINGS)
    assert found["cohesion"].min() >= 0.3
    together = members(found)
    assert not any({"a0:0-100", "a7:0-100"} <= group for group in together)
    assert any({"a0:0-100", "a0x:0-100"} <= group for group in together)


def test_repeats_of_a_caption_inside_one_document_are_one_cluster() -> None:
    spans = spans_of(("a", 0, 40, "a", 41, 81), ("a", 41, 81, "a", 90, 130)).with_columns(role=pl.lit("caption"))
    found = find_clusters(spans, tables.empty(tables.MATCHES), SETTINGS)
    assert members(found) == {frozenset({"a:0-40", "a:41-81", "a:90-130"})}
    assert found["role"].unique().item() == "caption"


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (["paragraph", "headline"], "headline"),
        (["boilerplate", "boilerplate"], "boilerplate"),
        (["boilerplate", "paragraph"], "paragraph"),
        (["quote", "paragraph"], "quote"),
    ],
)
def test_the_role_is_the_most_specific(roles: list[str], expected: str) -> None:
    spans = spans_of(("a", 0, 40, "b", 0, 40), ("b", 0, 40, "c", 0, 40)).with_columns(role=pl.Series(roles))
    found = find_clusters(spans, tables.empty(tables.MATCHES), SETTINGS)
    assert found["role"].to_list() == [expected] * 3


def test_nothing_in_nothing_out() -> None:
    found = find_clusters(tables.empty(tables.SPANS), tables.empty(tables.MATCHES), SETTINGS)
    assert found.schema == tables.CLUSTERS
    assert found.height == 0
