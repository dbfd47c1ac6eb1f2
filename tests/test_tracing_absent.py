"""Credits to sources that are not in the dump: which they are, how sure, and what their edges list."""

from __future__ import annotations

import polars as pl
import pytest

from provenance.settings import Settings
from provenance.tables import EDGES, check
from provenance.tracing.conclusions.absent import ITEMS, draw_absent, find_known, leave_known
from provenance.tracing.conclusions.edges import worth

CREDIT = {
    "doc_id": pl.String, "key": pl.String, "kind": pl.String, "start": pl.Int64, "end": pl.Int64, "snippet": pl.String
}  # fmt: skip


def credited(*kinds: str, key: str = "orlewire") -> pl.DataFrame:
    rows = [("d", key, kind, 10 * at, 10 * at + 4, "Orle") for at, kind in enumerate(kinds)]
    return pl.DataFrame(rows, schema=CREDIT, orient="row")


def edge(rest: pl.DataFrame, *wires: str, name: str = "Orle Wire") -> dict[str, object]:
    spellings = pl.DataFrame({"key": rest["key"].unique(), "name": [name]})
    (row,) = check(draw_absent(rest, wires, spellings, worth(), Settings()), EDGES, "edges").iter_rows(named=True)
    return row


@pytest.mark.parametrize(
    ("kinds", "relation", "confidence", "verdict"),
    [
        (("credit",), "copied_from", 0.93, "likely"),
        (("credit", "credit"), "copied_from", 0.93, "likely"),
        (("credit", "byline"), "copied_from", 0.97, "likely"),
        (("dateline", "credit"), "copied_from", 0.98, "established"),
        (("cited",), "cites", 0.7, "possible"),
        (("first_party", "cited"), "cites", 0.75, "possible"),
    ],
)
def test_a_second_kind_of_credit_makes_the_source_surer(
    kinds: tuple[str, ...], relation: str, confidence: float, verdict: str
) -> None:
    row = edge(credited(*kinds))
    assert (row["from_id"], row["to_id"], row["relation"], row["verdict"]) == (
        "source:Orle Wire", "d", relation, verdict
    )  # fmt: skip
    assert row["confidence"] == pytest.approx(confidence)


def test_what_a_copy_is_of_its_absent_source() -> None:
    assert edge(credited("credit"))["kind"] == "copied"
    assert edge(credited("credit"), "orlewire")["kind"] == "syndicated", "the dump's own datelines name it"
    assert edge(credited("credit"), name="Orle News Agency")["kind"] == "syndicated"
    assert edge(credited("dateline"))["kind"] == "syndicated"
    assert edge(credited("cited"), "orlewire")["kind"] == "quoted"


def test_an_edge_lists_so_many_credits_with_their_places() -> None:
    evidence = edge(credited(*["credit"] * (ITEMS + 3)))["evidence"]
    assert isinstance(evidence, list)
    assert [(item["start"], item["end"]) for item in evidence] == [(10 * at, 10 * at + 4) for at in range(ITEMS)]
    nowhere = pl.DataFrame([("d", "orle", "credit", 0, 0, "its title")], schema=CREDIT, orient="row")
    (item,) = edge(nowhere)["evidence"]  # type: ignore[misc]
    assert (item["start"], item["end"], item["text"]) == (None, None, "its title")


def copy_of(share: float, back: float) -> pl.DataFrame:
    """`d` is a copy of `e`, whose words the outlet `twin` prints as well."""
    return pl.DataFrame(
        {
            "from_id": ["e"],
            "to_id": ["d"],
            "from_key": ["post"],
            "alike_keys": [["twin"]],
            "share": [share],
            "back": back,
        }
    )


def test_whom_an_article_was_copied_from_is_not_absent_and_what_the_copy_inherits_is_the_originals() -> None:
    every = pl.concat([credited("credit", "cited", "link", key=key) for key in ("post", "twin", "orle")])
    foreign = pl.concat([every, credited("cited", key="orle").with_columns(doc_id=pl.lit("e"))])

    def left(share: float, back: float) -> list[tuple[str, str, str]]:
        found = leave_known(foreign, find_known(foreign, copy_of(share, back)))
        return sorted(found.select("doc_id", "key", "kind").rows())

    own = [("d", "orle", "credit"), ("e", "orle", "cited")]
    assert left(0.9, 0.9) == own
    assert left(0.3, 0.3) == own
    mine = ("d", "orle", "cited")
    assert left(0.29, 0.5) == sorted([*own, mine]), "too little of it is the original's"
    twins = [("d", "twin", "cited"), ("d", "twin", "credit")]
    assert left(0.2, 0.2) == sorted([*own, mine, *twins]), "a pair that only ties two stories"
