"""Names of outlets: spellings of one, suffixes of titles, the place where a paper is printed."""

from __future__ import annotations

import polars as pl
import pytest

import provenance
from provenance.tables import PASSAGES, empty
from provenance.tracing.statements import names, titles
from provenance.tracing.statements.attributions import find_attributions
from tests.attributions import BODY, found, frame


def test_a_title_suffix_is_a_credit_and_keeps_its_place() -> None:
    title = "The river rose again last night – Middle East Monitor"
    table = find_attributions(frame(f"{title}\n\n{BODY}", title=title), empty(PASSAGES))
    start, end = table.select("start", "end").row(0)
    assert table["source"].to_list() == ["Middle East Monitor"]
    assert title[start:end] == "Middle East Monitor"
    assert (
        found(f"The river rose again last night – Report\n\n{BODY}", title="The river rose again last night – Report")
        == []
    )


@pytest.mark.parametrize("name", ["Middle  East Monitor", "Middle\tEast\u00a0 Monitor"])
def test_a_title_suffix_keeps_its_place_whatever_white_space_is_in_it(name: str) -> None:
    title = f"The river rose again last night – {name}"
    for before in ("", "\n\n"):
        text = f"{before}{title}\n\n{BODY}"
        (credit,) = titles.read_suffix(text, None)
        assert credit.source == "Middle East Monitor"
        assert text[credit.start : credit.end] == name


def test_a_suffix_that_the_repeated_headline_lacks_is_the_site() -> None:
    text = f"The river rose again last night - Quiet Meadow Voices\nWater\n\nThe river rose again last night\n\n{BODY}"
    assert found(text) == [("credit", "Quiet Meadow Voices", "article")]


def test_names_fold_to_one() -> None:
    assert names.same("halfwaypost.com", "The Halfway Post")
    assert not names.same("sub.halfway.com", "Halfway")
    assert names.canonical("Asharq Al-awsat") == "Asharq Al-Awsat"
    assert names.canonical("https://www.theguardian.com/world") == "The Guardian"
    assert [names.canonical(name) for name in ("cnsnews.com", "CNS News", "CNS")] == ["CNS News", "CNS News", "CNS"]
    assert names.shorten("Osprey Telegraph Agency") == {"OTA", "Osprey"}
    assert names.shorten("Corvane News Agency") == {"CNA", "Corvane"}
    assert names.shorten("Ellen Daily") == {"ED"}
    assert names.shorten("Reuters") == set()
    assert names.compact("SouthFront") == names.compact("South Front")
    assert names.resolve("Time") == "Time"
    assert names.resolve("time") is None
    assert names.resolve("Time", cue=False) is None
    assert len(names.lexicon().kinds) >= 200


@pytest.mark.parametrize(
    ("name", "outlet"),
    [
        ("The Guardian (London)", "The Guardian"),
        ("The Guardian(London)", "The Guardian"),
        ("The Guardian (Lagos, Nigeria)", "The Guardian (Nigeria)"),
        ("The Sun (England)", "The Sun"),
        ("The Sun (Baltimore)", "The Sun (Baltimore)"),
        ("The Nation (Nairobi)", "The Nation (Nairobi)"),
        ("The Herald (Harare)", "The Herald (Zimbabwe)"),
        ("Daily News (New York)", "New York Daily News"),
        ("Ellen Gazette (Ellen)", "Ellen Gazette (Ellen)"),
    ],
)
def test_a_name_with_the_place_where_it_is_printed_is_the_outlets_of_that_country(name: str, outlet: str) -> None:
    """So databases of news write them, and The Guardian (London) was another than The Guardian."""
    assert names.canonical(name) == outlet


def test_no_two_outlets_share_a_spelling_without_a_cue() -> None:
    table = names.lexicon()
    for name in table.kinds:
        assert names.resolve(name) == name, name


def test_title_reading() -> None:
    title = "A long enough headline | Orle Valley Times"
    assert [found.source for found in titles.read_suffix("", title)] == ["Orle Valley Times"]
    assert [*titles.read_suffix("", "Short – BBC")] == []


def test_a_title_over_a_text_that_begins_with_blank_lines() -> None:
    title = "A long enough headline here - Orle Valley Times\x1c"  # which strip() takes off, and reading leaves
    assert [*titles.read_suffix("\n" * 1600 + "word", title)] == []
    documents = pl.DataFrame({"doc_id": ["a"], "title": [title], "text": ["\n" * 1600 + "one two three four"]})
    assert provenance.scan(documents, provenance.Settings(title="title", id="doc_id")).origins.height == 1
