"""A passage that stands over and over in one article: every copy of it is found, in a row, apart, inside others."""

from __future__ import annotations

import itertools

import naive
import numba
import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provenance import Settings, scan
from provenance.matching.aligning import spans
from provenance.matching.aligning.alignment import repeats_inside
from provenance.matching.aligning.layout import lay_out
from provenance.matching.aligning.spans import without_covered
from provenance.matching.aligning.stretches import Aligned
from provenance.tables import PASSAGES, empty
from provenance.text.tokens import tokenize

SETTINGS = Settings()
FIRST, SECOND, THIRD = ([f"{name}{place}" for place in range(size)] for name, size in (("a", 15), ("b", 22), ("c", 31)))
MADE = (FIRST + SECOND, SECOND + THIRD + SECOND)
PASSAGES_OF = (FIRST, SECOND, THIRD, *MADE)

#: Numbers of a passage, or (below 0) of so many words that stand nowhere else.
PARTS = st.one_of(st.integers(0, len(PASSAGES_OF) - 1), st.integers(-40, -1))
ROWS = st.tuples(PARTS, st.sampled_from([1, 1, 1, 2, 3, 5])).map(lambda drawn: [drawn[0]] * drawn[1])


def words_of(parts: list[int]) -> list[str]:
    """Parts -> their words."""
    words: list[str] = []
    for part in parts:
        words += PASSAGES_OF[part] if part >= 0 else [f"x{len(words) + place}" for place in range(-part)]
    return words


def sides_of(words: list[str]) -> list[tuple[int, int, int, int]]:
    """The words of one article -> left and right side of each stretch that stands twice in it."""
    tokens = tokenize(pl.Series("text", [" ".join(words)], pl.String))
    layout = lay_out(pl.DataFrame({"doc_id": ["0"], "text": [""]}), empty(PASSAGES), tokens)
    found = repeats_inside(tokens, layout, SETTINGS)
    rows = np.column_stack([found.left_first, found.left_last, found.right_first, found.right_last])
    return [tuple(row) for row in rows.tolist()]


def held(sides: set[tuple[int, int]], low: int, high: int) -> bool:
    """Whether one side holds the words low:high."""
    return any(a <= low and high <= b for a, b in sides)


@given(st.lists(ROWS, min_size=1, max_size=16).map(lambda rows: list(itertools.chain(*rows))))
@example([0, 0, 0])
@example([0, -40] * 40)
@example([1, -3] * 40)
@example([3, -20, 0, -20, 3, -20, 1])
@example([4] * 20)
def test_every_copy_of_a_passage_stands_in_a_span(parts: list[int]) -> None:
    words = words_of(parts)
    found = sides_of(words)
    assert all(a < b <= c < d for a, b, c, d in found)
    sides = {(a, b) for a, b, _, _ in found} | {(c, d) for _, _, c, d in found}
    covered = {word for side in sides for word in range(*side)}
    for passage in PASSAGES_OF:
        for low, high in naive.copies(words, passage):
            # of A B A B A B nobody can say whether A B or B A stands there again
            assert covered.issuperset(range(low, high)) if passage in MADE else held(sides, low, high), (low, high)
    assert len(found) <= 2 * len(words) / SETTINGS.min_span_words


@pytest.mark.parametrize("between", [0, 3, 30])
@pytest.mark.parametrize("many", [3, 40, 200])
def test_all_copies_are_places_of_one_cluster(many: int, between: int) -> None:
    line = "The same sentence stands here over and over again, and it has more words than a span asks for at least."
    copies = (f"{line} {' '.join(f'x{row}y{place}' for place in range(between))}" for row in range(many))
    body = f"It has eight words more, or nine at least. {' '.join(copies)}"  # which is the end of a copy, too
    run = scan(pl.DataFrame({"text": [body]}), Settings(until="clusters"))
    clusters = run.clusters.filter(level="passage")
    starts = [at for at in range(len(body)) if body.startswith(line, at)]
    holding = clusters.group_by("cluster_id").agg("start", "end").rows()
    best = max(
        sum(any(a <= at and at + len(line) <= b for a, b in zip(low, high, strict=True)) for at in starts)
        for _, low, high in holding
    )
    assert best == len(starts) == many


@pytest.mark.parametrize("many", [4, 5, 7, 10])
def test_of_short_lines_in_a_row_none_is_left_out(many: int) -> None:
    found = sides_of(["a", "line", "of", "eight", "words", "and", "no", "more"] * many)
    assert {word for a, b, c, d in found for word in (*range(a, b), *range(c, d))} == set(range(8 * many))


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="millions of steps")
def test_of_a_line_over_and_over_each_copy_stands_beside_the_next() -> None:
    found = sides_of(FIRST * 20_000)  # each copy carried on backwards to the first took 50 s
    assert found == [(15 * row, 15 * row + 15, 15 * row + 15, 15 * row + 30) for row in range(19_999)]


SIDE = st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda side: (side[0], side[0] + side[1]))
STRETCHES = st.lists(st.builds(lambda right, *sides: (0, right, *sides[0], *sides[1]), st.integers(0, 1), SIDE, SIDE))


def aligned_of(rows: list[tuple[int, ...]]) -> Aligned:
    columns = np.array(rows, np.int64).reshape(-1, 6).T
    return Aligned(*columns[:2].astype(np.int32), *columns[2:], np.ones(len(rows), np.int32))


@given(STRETCHES, STRETCHES)
def test_what_runs_cover_is_left_out(short: list[tuple[int, ...]], runs: list[tuple[int, ...]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "NEAR", 4)
        found = without_covered(aligned_of(short), aligned_of(runs))
    rows = [tuple(row) for row in np.column_stack(found[:6]).tolist()]
    starts = {(*row[:3], row[4]): row for row in reversed(naive.uncovered(short, runs))}  # each once: the first of them
    assert sorted(rows) == sorted(starts.values())
