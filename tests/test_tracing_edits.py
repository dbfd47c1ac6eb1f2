"""What became of the words of one text in another: kernels and their twins."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provenance.text.tokens import Tokens, octets_of, tokenize
from provenance.tracing.signs import edits
from provenance.tracing.signs.bodies import Bodies
from provenance.tracing.signs.differences import compare
from provenance.tracing.signs.edit_kernels import CHANCE, WORDS, join_edits, make_room, pair_words, place_words
from provenance.tracing.signs.edits import Edit, Text, edits_of
from tests import naive

#: Whatever signs are made of, and what looks like it: names, figures, units, quotations, slips, capitals, paragraphs.
PIECES = (
    *("the", "of", "crates", "ferry", "was", "closed", "shut", "Maren", "Holt", "Mayor", "said", "an", "on", "a", "in"),
    *("1,215", "1,200", "about", "nearly", "10 miles", "10 miles (16 kilometres)", "16 kilometres", "over 9", "٣"),
    *("harbour", "habrour", "harbor", "garden", "gardne", "größe", "grösse", "Größe", "é", "LOWICK —", "— "),
    *("The", "It has emerged that", "which is new", "(a diver)", ", who is 54,", ", ", ". ", "said. ", "! The"),
    *("\n", "\n\n", "“", "”", "«", "»", '"', "was not hurt by any of the crates. No", "word " * 61),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)


@st.composite
def _two_versions(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and the same with some of its pieces gone, changed, or more of them."""
    pieces = draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40))
    later = list(pieces)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(later)))
        later[at : at + draw(st.integers(0, 4))] = draw(st.lists(st.sampled_from(PIECES), max_size=4))
    return " ".join(pieces), " ".join(later)


def _texts(*texts: str) -> tuple[pl.DataFrame, Bodies]:
    documents = pl.DataFrame({"doc_id": [str(n) for n in range(len(texts))], "text": texts})
    return documents, Bodies({str(n): n for n in range(len(texts))}, tokenize(documents["text"]), {})


@given(st.lists(st.integers(0, 5), max_size=200), st.lists(st.integers(0, 5), max_size=200))
@example([0, 1] * 70, [1, 0] * 70)
def test_words_are_paired_as_by_the_table(one: list[int], two: list[int]) -> None:
    word = np.array([9, *one, *two], np.uint64)
    partner = np.empty(200, np.int64)
    pair_words(word, 1, len(one), 1 + len(one), len(two), make_room(200), partner)
    found = partner[: len(one)]
    pairs = [(i, j) for i, j in enumerate(found.tolist()) if j >= 0]
    assert pairs == naive.paired_words(one, two)
    joined = join_edits(found, 0, 1000, len(two))
    assert [(a, b, c - 1000, d - 1000) for a, b, c, d in joined.tolist()] == naive.edits(
        pairs, len(one), len(two), CHANCE
    )


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_words_have_their_places_among_the_bytes(texts: list[str]) -> None:
    tokens = tokenize(pl.Series(texts))
    octets, bounds = octets_of(pl.Series(texts))
    begin, stop = np.empty(tokens.word.size, np.int64), np.empty(tokens.word.size, np.int64)
    place_words(octets, bounds, tokens.bounds, tokens.start, tokens.size, begin, stop)
    for number, text in enumerate(texts):
        for w in range(*tokens.bounds[number : number + 2]):
            there = text[tokens.start[w] : tokens.start[w] + tokens.size[w]]
            assert bytes(octets[begin[w] : stop[w]]).decode() == there


@given(_two_versions())
@example(("It was 10 miles out. “He left,” she said.", "It was 16 kilometres out. He left, she said."))
def test_no_edit_with_a_sign_is_left_out(versions: tuple[str, str]) -> None:
    documents, bodies = _texts(*versions)
    folded = [bodies.read([str(n)]) for n in range(len(versions))]
    left, right = (
        Text(text, *(memoryview(column) for column in (one.word, one.start, one.ends(), one.gap)))
        for text, one in zip(versions, folded, strict=True)
    )
    words = left.word.tolist(), right.word.tolist()
    every = [Edit(*edit) for edit in naive.edits(naive.paired_words(*words), *map(len, words), CHANCE)]
    told = list(edits_of(pl.Series(["0"]), pl.Series(["1"]), documents, bodies))
    telling = told[0].edits if told else []
    assert set(telling) <= set(every)
    assert compare(left, right, telling) == compare(left, right, every)


PLAIN = """\
the harbour was closed on one day after the crates fell out. the divers found most of them by noon.

said the owner, "the divers have them all and the rest will float on the tide." nobody was hurt by any of the crates.
"""


@pytest.mark.parametrize(
    ("was", "full", "late", "sign"),
    [
        ("the harbour was", "the harbour was", "the habrour was", "slip"),
        ("after the crates fell", "after Maren Holt fell", "after Holt fell", "name"),
        ("after the crates", "after 1,200 crates", "after about 1,200 crates", "hedged"),
        ("after the crates", "after ٣ crates", "after about ٣ crates", "hedged"),
        ("the harbour", "QUAY - the harbour", "the harbour", "stripped"),
        ("the crates fell out", "the crates fell out", "the crates (a dozen of them) fell out", "gloss"),
        ("the crates fell out", "the crates fell out", "the crates, a dozen of them, fell out", "aside"),
        (" and the rest will float", " and the rest will float", "", "quote"),
        (' "the divers have them all', " “the divers have them all", " “the divers", "quote"),
        (" the divers found most of them by noon.", " the divers found most of them by noon.", "", "sentence"),
        ("\n\nsaid", "\n\nsaid", "\n\n" + "they were of wood. " * 5 + "\n\nsaid", "paragraph"),
    ],
)
def test_each_sign_is_told_by_its_own_words(was: str, full: str, late: str, sign: str) -> None:
    assert was in PLAIN
    texts = PLAIN.replace(was, full, 1), PLAIN.replace(was, late, 1)
    documents, bodies = _texts(*texts)
    (found,) = edits_of(pl.Series(["0"]), pl.Series(["1"]), documents, bodies)
    forth, _ = compare(found.left, found.right, found.edits)
    assert [one.feature for one in forth] == [sign]


def test_pairs_are_compared_in_their_order_whatever_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    stem = "The harbour was closed on Monday after 1,215 crates fell out, said Maren Holt of the council"
    versions = [stem.replace("1,215", str(n)) + "." * n for n in (1000, 1200, 1210, 1300)]
    documents, bodies = _texts(*versions)
    left, right = pl.Series(["3", "0", "0", "2", "1"]), pl.Series(["1", "2", "0", "3", "0"])
    found = list(edits_of(left, right, documents, bodies))
    assert [one.row for one in found] == [0, 1, 3, 4]  # nothing changed between a text and itself
    assert [(one.left.text, one.right.text) for one in found] == [
        (versions[int(left[one.row])], versions[int(right[one.row])]) for one in found
    ]
    monkeypatch.setattr(edits, "BATCH_WORDS", 1)
    again = list(edits_of(left, right, documents, bodies))
    assert [(one.row, one.edits) for one in again] == [(one.row, one.edits) for one in found]


def test_only_the_beginnings_of_long_texts_are_compared() -> None:
    long = " ".join(f"word{n}" for n in range(WORDS))
    documents, bodies = _texts(f"{long} 1,215", f"{long} 1,200", f"1,215 {long}", f"1,200 {long}")
    assert not list(edits_of(pl.Series(["0"]), pl.Series(["1"]), documents, bodies))
    (found,) = edits_of(pl.Series(["2"]), pl.Series(["3"]), documents, bodies)
    assert found.edits[0] == Edit(1, 2, 1, 2)


def test_no_pairs_have_no_edits() -> None:
    nothing = pl.Series([], dtype=pl.String)
    documents, bodies = _texts("a text")
    assert list(edits_of(nothing, nothing, documents, bodies)) == []


def test_what_is_left_out_of_a_body_is_not_compared() -> None:
    text, other = "Menu 10 Home The ferry was late", "The ferry was late"
    documents, bodies = _texts(text, other)
    assert list(edits_of(pl.Series(["0"]), pl.Series(["1"]), documents, bodies))
    bodies = bodies._replace(left_out={"0": [(0, text.index("The"))]})
    assert not list(edits_of(pl.Series(["0"]), pl.Series(["1"]), documents, bodies))
    assert isinstance(bodies.read(["0"]), Tokens)
