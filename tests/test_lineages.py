"""The lineage generator: what it says it did, it did."""

from __future__ import annotations

import itertools
import random

import polars as pl
import pytest

from tests.lineages.articles import Article, own_texts, seeds_of
from tests.lineages.bounds import find_bounds
from tests.lineages.growing import MIXES, Lineages, World, grow
from tests.lineages.learning import bound_of, curve_of
from tests.lineages.operators import OPERATORS, Around
from tests.lineages.rewriting import count_signs
from tests.lineages.worlds import gold_of, scan_worlds

TEXT = (
    "The harbour master of Ellenport, a man of few words, closed the quay on Tuesday after 1,215 crates rolled off.",
    "“Divers found most of them by noon, and I think that the rest will float by Sunday,” said Maren Holt, the owner.",
    "The BBC said that ships had waited 12 miles out for days. “We had seen nothing like it since the great storm.”",
    "The council met in the evening and thanked the divers. No one was hurt. The ferry ran late for the whole day.",
    "A crane is expected from the mainland on Friday, and until then the northern basin stays closed to all traffic.",
)


def article(**changes: object) -> Article:
    return Article("Ellen Daily", "Quay closed", TEXT, place="ELLENPORT", agency="Northwire")._replace(**changes)


@pytest.mark.parametrize("name", OPERATORS)
def test_each_operator_changes_a_text_that_it_can_change(name: str) -> None:
    start = article(foot=("© Ellen Daily.",), typos=(("harbuor", "harbour"),))
    if name == "mend":
        start = start._replace(paragraphs=(TEXT[0].replace("harbour", "harbuor"), *TEXT[1:]))
    around = Around(article(outlet="Other Post"), ["A band played on the square until the rain came."] * 12)
    changed = {OPERATORS[name](start, random.Random(seed), 0.9, around).text() for seed in range(12)}
    assert changed - {start.text()}, name
    assert all(changed), name


def test_growing_is_repeatable_and_tells_the_truth() -> None:
    seeds = seeds_of(own_texts(), random.Random(3), 14)
    world = World(3, hidden=0.4)
    one, two = grow(seeds, world), grow(seeds, world)
    assert one.documents.equals(two.documents)
    assert one.edges.equals(two.edges)
    assert not grow(seeds, World(4)).documents.equals(one.documents)
    held = set(one.documents["doc_id"])
    assert set(one.members["doc_id"]) == held
    assert one.documents["doc_id"].is_unique().all()
    assert set(one.edges["to_id"]) <= held
    hidden = one.edges.filter("hidden")
    assert hidden.height
    assert not set(hidden["from_id"]) & held
    roots = one.members.filter(~pl.col("hidden")).unique("lineage")
    assert set(roots["root"]) <= held
    assert not set(roots["root"]) & set(one.edges["to_id"])


def test_a_hidden_root_that_is_named_is_an_absent_source() -> None:
    grown = grow(seeds_of(own_texts(), random.Random(8), 20), World(8, agencies=1, hidden=1, verbatim=0, merged=0))
    origins = gold_of(grown)["origins"]
    absent = set(origins.filter(pl.col("origin_id").is_null())["doc_id"])
    tops = grown.edges.filter("hidden")["to_id"].to_list()
    named = grown.members.filter(pl.col("credits") & pl.col("doc_id").is_in(tops))
    assert named.height
    assert set(grown.members.filter(pl.col("lineage").is_in(named["lineage"].to_list()))["doc_id"]) <= absent


def test_of_what_was_compiled_both_beginnings_are_right() -> None:
    edges = pl.DataFrame(
        [("r", "a", False), ("q", "a", False), ("a", "b", False), ("h", "c", True), ("q", "c", False)],
        schema=["from_id", "to_id", "hidden"],
        orient="row",
    )
    members = pl.DataFrame(
        [("one", name, "r", False) for name in "rab"] + [("two", "q", "q", False), ("three", "c", "h", True)],
        schema=["lineage", "doc_id", "root", "hidden"],
        orient="row",
    )
    grown = Lineages(pl.DataFrame({"doc_id": list("rabqc")}), edges, members.with_columns(credits=pl.lit(value=False)))
    true = gold_of(grown)["origins"].sort("doc_id", "origin_id").rows()
    assert true == [("a", "q"), ("a", "r"), ("b", "q"), ("b", "r"), ("c", "c"), ("c", "q"), ("q", "q"), ("r", "r")]


def test_a_curve_rises_and_bounds_what_is_at_least_as_sure() -> None:
    luck = random.Random(9)
    drawn = [luck.random() for _ in range(4000)]
    claims = [(chance, luck.random() < chance**2, f"story {at // 2}") for at, chance in enumerate(drawn)]
    points = curve_of(claims)
    assert len(points) > 10
    for one, other in itertools.pairwise(points):
        assert one.chance < other.chance
        assert one.right < other.right
        assert one.least <= other.least
    assert all(abs(point.right - point.chance**2) < 0.12 for point in points)
    sure = [right for chance, right, _ in claims if chance >= 0.98]
    assert points[-1].least < sum(sure) / len(sure)
    alike = bound_of([(0.9, True, "one")] * 100)
    assert alike < 0.3 < 0.9 < bound_of([(0.9, True, str(at)) for at in range(100)])  # one story is one case


def test_what_could_be_known_of_a_lineage() -> None:
    done = {"cut": [{"operator": "truncate", "strength": 0.5}], "said": [{"operator": "spell", "strength": 0.5}]}
    edges = pl.DataFrame(
        [("r", "a", done["said"]), ("r", "b", done["cut"]), ("r", "c", done["cut"])],
        schema=["from_id", "to_id", "operators"],
        orient="row",
    ).with_columns(hidden=pl.lit(value=False))
    rows = [(name, 4 - len(name)) for name in "rabc"]
    documents = pl.DataFrame(rows, schema=["doc_id", "day"], orient="row").select(
        "doc_id", published=pl.datetime(2024, 3, "day")
    )
    members = documents.select(lineage=pl.lit("l"), doc_id="doc_id", root=pl.lit("r"), hidden=pl.lit(value=False))
    grown = Lineages(documents, edges, members.with_columns(credits=pl.lit(value=False)))
    assert find_bounds(grown).roots["without dates"] == 1.0
    hidden = grown._replace(
        edges=edges.with_columns(hidden=pl.lit(value=True)),
        members=grown.members.with_columns(hidden=pl.lit(value=True)),
    )
    assert (find_bounds(hidden).outside, find_bounds(hidden).absent) == (1, 0.0)


def test_a_copy_is_younger_than_its_source() -> None:
    grown = grow(seeds_of(own_texts(), random.Random(5), 26), World(5, merged=0.5))
    assert grown.edges.height > grown.edges["to_id"].n_unique()  # some are compiled from two
    days = dict(grown.documents.select("doc_id", "published").iter_rows())
    seen = grown.edges.filter(~pl.col("hidden")).select("from_id", "to_id").rows()
    assert seen
    assert all(days[source] < days[copy] for source, copy in seen)


def test_an_operator_left_out_is_never_drawn() -> None:
    seeds = seeds_of(own_texts(), random.Random(6), 16)
    for mix in MIXES:
        done = grow(seeds, World(6, mix, without="truncate")).edges.explode("operators").unnest("operators")
        assert "truncate" not in set(done["operator"].drop_nulls())
        assert done["strength"].drop_nulls().is_between(0, 1).all()


def test_equal_texts_of_two_worlds_are_two() -> None:
    """Each world is a dump of its own; a text that both have is told in either by that world's documents."""
    run, truth = scan_worlds(own_texts(), [World(3, verbatim=0.9), World(4, verbatim=0.9)])
    equal = run["documents"].group_by("text").agg(worlds=pl.col("doc_id").str.head(2).n_unique())
    assert equal["worlds"].max() == 2
    assert any(one != stands for one, stands in truth.same.items())
    assert all(one[:2] == stands[:2] for one, stands in truth.same.items())
    assert set(truth.members["cluster_id"].str.head(2)) == {"w3", "w4"}


def test_of_rewritten_passages_is_counted_which_way_their_signs_point() -> None:
    whole = "“The divers have them all, and the rest will float on the tide,” said Maren Holt. Nobody was hurt in it."
    short = "“The divers have them all,” said Holt. Nobody was hurt in it."
    told = count_signs([(whole, short), (whole, short), (short, whole), (whole, whole)])
    assert told == {("quote", True): 2, ("quote", False): 1, ("name", True): 2, ("name", False): 1}
