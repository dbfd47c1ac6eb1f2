"""MATCHES against a slow twin that counts words one by one, and against cases by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance import tables
from provenance.matching.aligning.places import Ranges, words_inside
from provenance.matching.groups.matches import find_matches
from provenance.settings import Settings
from provenance.text.folding import fold
from provenance.text.tokens import Tokens, tokenize
from tests.strategies import intervals, texts

SETTINGS = Settings()


def documents_of(*contents: str) -> pl.DataFrame:
    rows = [{"doc_id": f"d{n}", "path": "x", "text": text} for n, text in enumerate(contents)]
    return pl.DataFrame(rows, schema=tables.DOCUMENTS)


def spans_of(*rows: tuple[str, str, int, int, int, int, str]) -> pl.DataFrame:
    columns = ("left_doc", "right_doc", "left_start", "left_end", "right_start", "right_end", "role")
    frame = pl.DataFrame(rows, schema=[(name, tables.SPANS[name]) for name in columns], orient="row")
    frame = frame.with_columns(identity=pl.lit(1.0, pl.Float32), kind=pl.lit("exact"))
    return frame.select(list(tables.SPANS))


def jaccards_of(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"left_doc": pl.String, "right_doc": pl.String, "jaccard": pl.Float32}, orient="row"
    )


def passages_of(*rows: tuple[str, int, int, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=tables.PASSAGES, orient="row")


def match(documents: pl.DataFrame, passages: pl.DataFrame, spans: pl.DataFrame, jaccards: pl.DataFrame) -> pl.DataFrame:
    return find_matches(documents, passages, spans, jaccards, tokenize(documents["text"]), SETTINGS)


def naive_containment(
    tokens: Tokens, row: int, spans: list[tuple[int, int]], boilerplate: list[tuple[int, int]]
) -> float:
    words = [
        (tokens.start[at], int(tokens.start[at]) + int(tokens.size[at]))
        for at in range(tokens.bounds[row], tokens.bounds[row + 1])
    ]
    counted = [(s, e) for s, e in words if not any(low <= s and e <= high for low, high in boilerplate)] or words
    inside = [(s, e) for s, e in counted if any(low <= s and e <= high for low, high in spans)]
    return len(inside) / len(counted) if counted else 0.0


@given(st.data())
def test_containment_counts_each_word_once(data: st.DataObject) -> None:
    contents = data.draw(st.lists(texts(), min_size=3, max_size=3))
    documents = documents_of(*contents)
    tokens = tokenize(documents["text"])
    pairs = [(0, 1), (0, 2), (1, 2)]
    spans, boilerplate = [], []
    for row, text in enumerate(contents):
        found = data.draw(st.lists(intervals(len(text)), max_size=2))
        boilerplate += [(f"d{row}", *place, "boilerplate") for place in found]
    for left, right in pairs:
        for _ in range(data.draw(st.integers(0, 3))):
            places = (data.draw(intervals(len(contents[left]))), data.draw(intervals(len(contents[right]))))
            spans.append((f"d{left}", f"d{right}", *places[0], *places[1], "paragraph"))
    found = find_matches(
        documents,
        passages_of(*boilerplate),
        spans_of(*spans),
        jaccards_of(*((f"d{left}", f"d{right}", 0.4) for left, right in pairs)),
        tokens,
        SETTINGS,
    )
    for (left, right), row in zip(pairs, found.iter_rows(named=True), strict=True):
        own = [span for span in spans if span[:2] == (f"d{left}", f"d{right}")]
        assert row["spans"] == len(own)
        for side, document, at in (("left", left, 2), ("right", right, 4)):
            expected = naive_containment(
                tokens,
                document,
                [span[at : at + 2] for span in own],
                [place[1:3] for place in boilerplate if place[0] == f"d{document}"],
            )
            assert row[f"{side}_containment"] == pytest.approx(expected, abs=1e-6)


@given(texts(), texts(), st.sampled_from([0.4, 1.0]))
def test_duplicate_means_equal_folded_words(one: str, other: str, jaccard: float) -> None:
    documents = documents_of(one, other)
    found = match(documents, passages_of(), spans_of(), jaccards_of(("d0", "d1", jaccard)))
    expected = jaccard == 1.0 and fold(one) == fold(other) != ""
    assert (found["relation"].item() == "duplicate") == expected


@pytest.mark.parametrize(
    ("places", "jaccard", "role", "relation"),
    [
        (((0, 49), (0, 49)), 0.69, "boilerplate", "boilerplate"),
        (((0, 49), (0, 49)), 0.7, "paragraph", "near_duplicate"),
        (((0, 49), (0, 20)), 0.3, "paragraph", "contained"),
        (((0, 20), (0, 49)), 0.3, "paragraph", "contains"),
        (((0, 49), (0, 49)), 0.3, "paragraph", "contained"),
        (((0, 39), (0, 38)), 0.3, "paragraph", "contained"),
        (((0, 38), (0, 38)), 0.3, "paragraph", "overlap"),
    ],
)
def test_relation_is_the_first_that_holds(
    places: tuple[tuple[int, int], tuple[int, int]], jaccard: float, role: str, relation: str
) -> None:
    documents = documents_of("aaaa " * 10, "aaaa " * 10 + "b")
    span = ("d0", "d1", *places[0], *places[1], role)
    found = match(documents, passages_of(), spans_of(span), jaccards_of(("d0", "d1", jaccard)))
    assert found["relation"].item() == relation


def test_repeats_inside_one_document_are_no_match() -> None:
    documents = documents_of("one two one two", "three")
    found = match(documents, passages_of(), spans_of(("d0", "d0", 0, 7, 8, 15, "headline")), jaccards_of())
    assert found.height == 0
    assert found.schema == tables.MATCHES


def test_a_document_of_boilerplate_only_counts_its_boilerplate() -> None:
    documents = documents_of("sign up for news", "sign up for news and then something else")
    notice = [("d0", 0, 16, "boilerplate"), ("d1", 0, 16, "boilerplate"), ("d1", 17, 40, "paragraph")]
    spans = spans_of(("d0", "d1", 0, 16, 0, 16, "boilerplate"))
    found = match(documents, passages_of(*notice), spans, jaccards_of(("d0", "d1", 0.3)))
    assert found.select("left_containment", "right_containment", "relation").row(0) == (1.0, 0.0, "boilerplate")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), max_size=8), st.integers(0, 45))
def test_excluded_counts_words_before(ranges: list[tuple[int, int]], word: int) -> None:
    first = np.array([low for low, _ in ranges], np.int64)
    last = np.array([low + size for low, size in ranges], np.int64)
    expected = len({at for low, size in ranges for at in range(low, low + size) if at < word})
    assert Ranges(first, last).count(np.array([word])).tolist() == [expected]


WORDS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=9)  # what lies before a word, and its size
ASKED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 40)), max_size=8)


@given(st.lists(WORDS, min_size=4, max_size=4), ASKED)
def test_words_wholly_inside_are_found_in_any_order(
    texts: list[list[tuple[int, int]]], asked: list[tuple[int, int, int]]
) -> None:
    placed = [[sum(sum(pair) for pair in text[:at]) + text[at][0] for at in range(len(text))] for text in texts]
    bounds = np.cumsum([0, *map(len, texts)])
    start = np.array([place for text in placed for place in text], np.int32)
    size = np.array([size for text in texts for _, size in text], np.uint8)
    tokens = Tokens(bounds, start.astype(np.uint64), start, size, size)
    row, low, high = np.array(asked, np.int64).reshape(-1, 3).T.copy()
    first, last = words_inside(tokens, row, low, high)
    for at, (r, begin, end) in enumerate(asked):
        words = range(bounds[r], bounds[r + 1])
        wanted = [word for word in words if start[word] >= begin and int(start[word]) + size[word] <= end]
        assert first[at] == bounds[r] + sum(place < begin for place in placed[r])
        assert list(range(first[at], last[at])) == wanted
