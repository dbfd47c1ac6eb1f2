"""The best tree of a story whose likeliest sources run in a circle; what is said of who is in no tree."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from provenance.settings import Settings
from provenance.tables import ANCESTRY, DATES, DOCUMENTS, empty
from provenance.tracing.conclusions import edges
from provenance.tracing.conclusions.claims import CLAIMS
from provenance.tracing.conclusions.origins import choose_origins
from provenance.tracing.stories import graphs


def best_tree(parents: list[list[int]], chances: list[list[float]]) -> list[list[int]]:
    """Each document's possible sources (-1 for none) and their chances -> the best trees, as sources in order."""
    trees = []
    for tree in itertools.product(*parents):
        for start in range(len(tree)):
            at, steps = start, 0
            while at >= 0 and steps <= len(tree):
                at, steps = tree[at], steps + 1
            if at >= 0:
                break
        else:
            total = sum(np.log(chances[k][parents[k].index(source)]) for k, source in enumerate(tree))
            trees.append((total, list(tree)))
    most = max(total for total, _ in trees)
    return [tree for total, tree in trees if total > most - 1e-12]


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[list[int]], list[list[float]]]:
    size = draw(st.integers(2, 5))
    others = st.integers(0, size - 1)
    parents = [sorted({-1, *draw(st.lists(others, max_size=4))} - {own}) for own in range(size)]
    some = st.integers(1, 60).map(lambda part: part / 64)  # exact, and at times equal
    return parents, [draw(st.lists(some, min_size=len(those), max_size=len(those))) for those in parents]


@given(story=stories())
def test_a_circle_is_cut_as_in_the_best_tree(story: tuple[list[list[int]], list[list[float]]]) -> None:
    parents, chances = story
    own = np.repeat(np.arange(len(parents)), [len(those) for those in parents])
    above, chance = np.concatenate(parents), np.concatenate(chances)
    best = best_tree(parents, chances)
    told = graphs._best_tree(own, above, chance, len(parents))
    assert own[told].tolist() == list(range(len(parents)))
    assert above[told].tolist() in best


def test_one_circle_is_cut_where_that_costs_least() -> None:
    parents, chances = [[-1, 1], [-1, 0, 2], [-1]], [[0.1, 0.9], [0.05, 0.55, 0.4], [1.0]]
    own, above, chance = np.array([0, 0, 1, 1, 1, 2]), np.concatenate(parents), np.concatenate(chances)
    told = graphs._best_tree(own, above, chance, 3)
    assert [above[told].tolist()] == best_tree(parents, chances) == [[1, 2, -1]]


@given(several=st.lists(stories(), min_size=2, max_size=4))
def test_trees_of_several_stories_are_those_of_each(several: list[tuple[list[list[int]], list[list[float]]]]) -> None:
    columns, alone, size = [], [], 0
    for parents, chances in several:
        own = np.repeat(np.arange(len(parents)), [len(those) for those in parents])
        above, chance = np.concatenate(parents), np.concatenate(chances)
        alone += (size + above[graphs._best_tree(own, above, chance, len(parents))]).tolist()
        columns.append((size + own, np.where(above >= 0, size + above, -1), chance))
        size += len(parents)
    own, above, chance = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    told = above[graphs._best_tree(own, above, chance, size)].tolist()
    assert [one for one in told if one >= 0] == [one for one, source in zip(alone, told, strict=True) if source >= 0]


def test_sources_of_sources_are_followed_once_around_a_circle() -> None:
    chosen = [("a", "b"), ("b", "a"), ("c", "a"), ("d", "c")]
    rows = pl.DataFrame(chosen, schema=["doc_id", "other_id"], orient="row").with_columns(chosen=True, ancestor=0.5)
    ancestry = pl.concat([empty(ANCESTRY), rows], how="diagonal_relaxed").select(
        pl.col(name).cast(dtype) for name, dtype in ANCESTRY.items()
    )
    held = pl.DataFrame(schema={"from_id": pl.String, "to_id": pl.String})
    _, sources = edges._in_tree(ancestry, held)
    every = {("b", "a"), ("a", "b"), ("a", "c"), ("b", "c"), ("c", "d"), ("a", "d"), ("b", "d")}
    assert sorted(sources.select("from_id", "to_id").rows()) == sorted(every)


def test_of_articles_that_nothing_is_known_of_each_has_the_row_that_it_has_alone() -> None:
    outlets = ["Post", None, "Copier", "Post", "Copier", None, "Herald"]
    rows = pl.DataFrame({"doc_id": [f"d{number}" for number in range(7)], "outlet": outlets, "text": "x"})
    documents = pl.concat([empty(DOCUMENTS), rows], how="diagonal").select(list(DOCUMENTS))
    copies = pl.DataFrame({"doc_id": ["d3"], "copies": [2]})
    kinds = pl.DataFrame(schema={"to_id": pl.String, "from_id": pl.String, "kind": pl.String})
    copiers = pl.DataFrame({"outlet": ["Copier"], "share": [0.9]})
    given_ = (copies, kinds, empty(ANCESTRY), pl.DataFrame(schema=CLAIMS), copiers, empty(DATES), 0.0, 0.06, Settings())
    told = choose_origins(documents, *given_)
    assert told["doc_id"].to_list() == documents["doc_id"].to_list()
    assert told["kind"].to_list() == ["itself", "itself", "unknown", "itself", "unknown", "itself", "itself"]
    alone = [choose_origins(documents, *given_, wanted=pl.Series("doc_id", [name])) for name in documents["doc_id"]]
    assert told.equals(pl.concat(alone))
    assert told.filter(pl.col("doc_id") == "d3")["reason"].to_list() != told[:1]["reason"].to_list()
