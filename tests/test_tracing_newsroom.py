"""Small dumps as newsrooms make them, scanned whole, and what an editor must read of them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import provenance as pv

TEXT = (
    "The state health department said on Thursday that 1,284 people had fallen ill after a well near Fort Garner was "
    "contaminated with runoff from a feedlot.\n\n"
    "Residents of four townships were told to boil their water until laboratory results came back, and schools in the "
    "county opened two hours late so that bottled water could be handed out at the gates.\n\n"
    '"We should have tested that well in March, and we did not," Marian Delacroix, the department\'s deputy director, '
    'told NPR. "I am sorry, and we are changing how we work."\n\n'
    "The feedlot's owner, Harlan Beef Company, did not answer questions. Inspectors had visited the site twice last "
    "year and both times found the lagoon within a foot of its rim.\n\n"
    "Doctors at the county hospital said that most patients were sent home after a day, but that three children "
    "remained in intensive care with failing kidneys."
)
STORY = TEXT.split("\n\n")
PLAIN = TEXT.replace("told NPR", "said")


def scanned(*rows: dict[str, Any]) -> Any:
    frame = pl.DataFrame([dict.fromkeys(("id", "outlet", "title", "published", "text")) | row for row in rows])
    return pv.scan(frame)


def told(run: Any) -> dict[str, dict[str, Any]]:
    """ORIGINS by document, each with its outlet."""
    both = run.origins.join(run.documents.select("doc_id", "outlet"), on="doc_id")
    return {row["doc_id"]: row for row in both.iter_rows(named=True)}


# -- whose articles are whose ------------------------------------------------------------------------------


@pytest.mark.parametrize("own", [TEXT, TEXT.replace("told NPR", "told us"), f"Transcript\n\n{TEXT}"])
def test_a_paper_that_says_told_npr_is_not_nprs(own: str) -> None:
    found = told(scanned({"id": "npr", "outlet": "NPR", "text": own}, {"id": "paper", "text": TEXT}))
    assert found["paper"]["outlet"] is None
    assert (found["npr"]["origin_id"], found["paper"]["origin_id"]) == ("npr", "npr")


def test_a_text_is_not_nprs_because_it_and_its_copy_say_told_npr() -> None:
    run = scanned({"id": "x", "text": TEXT}, {"id": "y", "outlet": "Plains Post", "text": "\n\n".join(STORY[:4])})
    found = told(run)
    assert found["x"]["outlet"] is None
    assert (found["x"]["origin_id"], found["x"]["relation"]) == ("source:NPR", "cites")
    families = run.edges.filter(pl.col("from_id") == "x")["evidence"].explode().struct.field("family")
    assert "attribution" not in families.to_list()


def test_wording_alone_names_the_publisher_where_nothing_else_speaks_of_it() -> None:
    assert told(scanned({"id": "x", "text": TEXT}))["x"]["outlet"] == "NPR"
