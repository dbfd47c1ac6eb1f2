"""Looking words up in stored postings: the kernel against its slow twin, and batches worked out ahead."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.cleaning import clean
from provenance.dumps.reading import read_frame
from provenance.errors import UsageError
from provenance.index import Index, candidates
from provenance.index.candidates import look_up
from provenance.index.postings import CODE_BITS, LINE, SHINGLE, Postings, Queries, find_lines, in_order
from provenance.matching.aligning.layout import lay_out
from provenance.settings import Settings
from provenance.tables import PASSAGES
from provenance.text.tokens import tokenize

if TYPE_CHECKING:
    from pathlib import Path

CAP = 4
HOW = Settings(rewritten="off", link_cap=CAP)
KEYS = (0, 1, 5, 1 << 30, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
#: Codes of three words on each side: some agree to the left, some to the right, some nowhere.
CONTEXTS = (0, 0b00010_00010_00010_00001_00001_00001, 0b00010_00010_00010_00011_00011_00011, 0b00001 << 15)


def agrees(one: int, other: int) -> bool:
    """Whether three of the words around two shingles are equal in one row, across the shingle."""
    codes = [[(value >> CODE_BITS * at) & 31 for at in range(6)] for value in (one, other)]
    same = [a == b != 0 for a, b in zip(*codes, strict=True)]
    left = next((at for at in range(3) if not same[at]), 3)
    return all(same[3 : 3 + 3 - left])


def naive(postings: list[tuple[int, int, int]], queries: list[tuple[int, int, bool]], before: int) -> Any:
    found: list[tuple[int, int, bool]] = []
    totals, overs = [], []
    for row, (key, context, strict) in enumerate(queries):
        mine = sorted((document, about) for k, document, about in postings if k == key and document < before)
        strong = [document for document, about in mine if not strict or agrees(about, context)]
        totals.append(len(mine))
        overs.append(len(strong) > CAP)
        if len(strong) > CAP:
            found += [(row, strong[0], True), (row, strong[-1], True)]
        elif strict and len(mine) <= CAP:
            found += [(row, document, agrees(about, context)) for document, about in mine]
        else:
            found += [(row, document, True) for document in strong]
    return sorted(found), totals, overs


posting = st.tuples(st.sampled_from(KEYS), st.integers(0, 40), st.sampled_from(CONTEXTS))
query = st.tuples(st.sampled_from(KEYS), st.sampled_from(CONTEXTS), st.booleans())


@settings(max_examples=60)
@given(st.lists(posting, max_size=80, unique_by=lambda one: one[:2]), st.lists(query, max_size=12),
       st.integers(0, 41), st.integers(0, 3))  # fmt: skip
def test_the_kernel_finds_what_its_twin_finds(
    rows: list[tuple[int, int, int]], asked: list[tuple[int, int, bool]], before: int, bits: int
) -> None:
    key, document, context = (np.array([row[at] for row in rows], np.uint32) for at in range(3))
    stored = in_order(Postings(key, document, context))

    def read(first: int, last: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        part = stored.key >> np.uint32(32 - bits) if bits else np.zeros(stored.key.size, np.uint32)
        parts = [stored.take(part == number) for number in range(first, last + 1)]
        words = [np.concatenate([*columns]).astype(np.uint32) for columns in parts]
        return np.concatenate(words), np.cumsum([0, *(columns.key.size for columns in parts)])

    asked = sorted(asked, key=lambda one: one[0])
    kinds = np.array([SHINGLE if strict else LINE for _, _, strict in asked], np.uint8)
    nothing = np.zeros(len(asked), np.int32)
    columns = (np.array([one[at] for one in asked], np.uint32) for at in range(2))
    queries = Queries(*columns, kinds, nothing, nothing)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "_within_cap", lambda _, found, __: found)
        got = look_up(queries, [(bits, read)], np.array([before], np.int64), HOW)
    due, totals, overs = naive(rows, asked, before)
    assert sorted(zip(got.query.tolist(), got.number.tolist(), got.strong.tolist(), strict=True)) == due
    assert got.total.tolist() == totals
    assert got.often.tolist() == overs


def frame(*names: str) -> pl.DataFrame:
    texts = [
        f"The harbour board met on the {name} floor and voted for repairs that nobody had asked for." for name in names
    ]
    return pl.DataFrame({"id": list(names), "text": texts})


def test_what_another_process_removes_while_a_batch_waits_is_added_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.index.AHEAD_BYTES", 0)
    path = tmp_path / "seen"
    with Index.open(path, HOW) as index, Index.open(path, HOW) as other:
        index.add(frame("first"))
        # the second batch was worked out while "first" was known; by the time that it is written it is not
        parts = [index.documents_of(part) for part in (frame("second"), frame("first", "third"))]
        gone: list[str] = []
        added = index.add_each(parts, tell=lambda _: gone.extend([] if gone else other.remove(["first"])))
        assert (added, gone) == ((3, 3, 0), ["first"])
        assert index.verify() == []
        asked = frame("first", "second", "third").with_columns(id="new " + pl.col("id"))
        assert index.check(asked)["verdict"].to_list() == ["duplicate"] * 3


def test_a_small_batch_is_on_disk_before_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "seen"
    with Index.open(path, HOW) as index:
        counted = []

        def documents() -> Any:
            for name in ("first", "second"):
                with sqlite3.connect(path) as connection:
                    counted.append(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
                connection.close()
                yield index.documents_of(frame(name))

        index.add_each(documents())
        assert counted == [0, 1]


def test_a_lazy_frame_is_read_bit_by_bit_and_gives_what_a_frame_gives(tmp_path: Path) -> None:
    whole = frame("first", "second", "third").with_columns(outlet=pl.lit("Post"), published=pl.lit("2024-05-01"))
    blank = pl.DataFrame({"id": ["none"], "text": [" "]})
    whole = pl.concat([whole, blank], how="diagonal")
    with Index.open(tmp_path / "whole", HOW) as one, Index.open(tmp_path / "lazy", HOW) as other:
        whole.write_parquet(tmp_path / "news.parquet")
        assert one.add(whole) == other.add(pl.scan_parquet(tmp_path / "news.parquet")) == (3, 3, 0)
        kept = [pl.concat(index.documents()).drop("added") for index in (one, other)]
        assert kept[0].equals(kept[1])
        asked = whole.with_columns(id="new " + pl.col("id"))
        assert one.check(asked).equals(other.check(asked.lazy()))
        with pytest.raises(UsageError, match="name the one with the text"):
            other.add(pl.LazyFrame({"number": [1]}))


def test_many_rows_without_text_are_left_out_and_refuse_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.dumps.intake.MOST_REJECTS", 3)
    blank = pl.DataFrame({"id": [f"b{number}" for number in range(9)], "text": [" "] * 9})
    whole = pl.concat([frame("first"), blank])
    assert read_frame(whole, HOW).documents["doc_id"].to_list() == ["first"]
    assert clean(whole, keep="first")["id"].to_list() == whole["id"].to_list()


def test_postings_are_sorted_and_each_is_kept_once() -> None:
    rows = [(2, 5, 0), (1, 7, 3), (1, 7, 3), (1, 6, 1), (1, 7, 4)]
    given = Postings(*(np.array(column, np.uint32) for column in zip(*rows, strict=True)))
    assert sorted(zip(*(column.tolist() for column in in_order(given)), strict=True)) == sorted(set(rows))
    assert in_order(given).key.tolist() == [1, 1, 1, 2]


LINES = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["headline", "caption", "boilerplate", "paragraph"]),
        st.sampled_from(["a b c", "a b c d", "d c b a", "a b c d e", " ".join("ab" * 20), " ".join("ab" * 20 + "a")]),
    ),
    max_size=9,
)


@given(LINES)
def test_each_headline_of_a_document_is_kept_once(passages: list[tuple[int, str, str]]) -> None:
    rows: dict[str, list[Any]] = {"doc_id": [], "start": [], "end": [], "role": []}
    texts = ["", ""]
    for document, role, words in passages:
        start = len(texts[document])
        texts[document] += words + "\n\n"
        for name, value in zip(rows, (str(document), start, start + len(words), role), strict=True):
            rows[name].append(value)
    documents = pl.DataFrame({"doc_id": ["0", "1"], "text": texts})
    tokens = tokenize(documents["text"])
    lines = find_lines(tokens, lay_out(documents, pl.DataFrame(rows, schema=PASSAGES).sort("doc_id", "start"), tokens))
    wanted = {
        (document, tuple(tokenize(pl.Series([words])).word.tolist()))
        for document, role, words in passages
        if role in ("headline", "caption") and 4 <= len(words.split()) <= 40
    }
    found = [
        (owner, tuple(lines.word[low:high].tolist()))
        for owner, low, high in zip(lines.owner.tolist(), lines.bounds[:-1], lines.bounds[1:], strict=True)
    ]
    assert sorted(found) == sorted(wanted)
    assert len(set(zip(lines.key.tolist(), found, strict=True))) == len(wanted)
