"""Whole documents compared: every pair against its slow twin, by all pairs and by bands."""

from __future__ import annotations

import itertools

import naive
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import tables
from provenance.matching import whole_documents
from provenance.matching.pairs.equal_texts import digest
from provenance.matching.pairs.sketches import word_sketcher
from provenance.matching.recall import meet, take_sample
from provenance.matching.whole_documents import find_alike
from provenance.settings import Settings
from provenance.text.tokens import tokenize

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "Ünder", "don’t"]), max_size=14).map(" ".join)
LIMIT = Settings().match_jaccard


def documents_of(texts: list[str]) -> pl.DataFrame:
    ids = [f"d{n:03}" for n in range(len(texts))]
    frame = pl.DataFrame({"doc_id": ids, "text": texts}, schema_overrides={"doc_id": pl.String(), "text": pl.String()})
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in tables.DOCUMENTS.items()
    )


def expected(texts: list[str]) -> dict[tuple[str, str], tuple[float, float, float, bool]]:
    """Pair -> jaccard, containments, whether the folded texts are equal; of the pairs that share any shingle."""
    words = [[word for word, _, _ in naive.fold_words(text)] for text in texts]
    sets = [naive.shingles(some, 5) for some in words]
    pairs = {}
    for i, j in itertools.combinations(range(len(texts)), 2):
        both = len(sets[i] & sets[j])
        if both:
            shares = (both / len(sets[i] | sets[j]), both / len(sets[i]), both / len(sets[j]))
            pairs[f"d{i:03}", f"d{j:03}"] = (*(float(np.float32(share)) for share in shares), words[i] == words[j])
    return pairs


def found_in(texts: list[str], chosen: Settings) -> dict[tuple[str, str], tuple[float, float, float, bool]]:
    matches = find_alike(documents_of(texts), chosen).matches
    assert matches["spans"].sum() == 0
    return {(row[0], row[1]): (*row[3:6], row[6] == "duplicate") for row in matches.rows()}


@given(st.lists(WORDS, max_size=8))
@settings(max_examples=60)
def test_every_pair_over_the_limit_is_measured_as_its_twin_does(texts: list[str]) -> None:
    truth = expected(texts)
    found = found_in(texts, Settings(level="document"))
    assert {pair for pair, shares in truth.items() if shares[0] >= np.float32(LIMIT)} <= set(found)
    for pair, shares in found.items():
        assert shares == truth.get(pair, (0.0, 0.0, 0.0, False))


@given(st.lists(WORDS, max_size=8))
@settings(max_examples=60)
def test_bands_measure_the_same_and_miss_no_equal_text(texts: list[str]) -> None:
    truth = expected(texts)
    found = found_in(texts, Settings(level="document", exhaustive_documents=0))
    assert {pair for pair, shares in truth.items() if shares[3]} <= set(found)
    for pair, shares in found.items():
        assert shares == truth.get(pair, (0.0, 0.0, 0.0, False))


def test_portions_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    texts = [" ".join(random.choice(["one", "two", "three", "four"], 30)) for _ in range(60)]
    whole = find_alike(documents_of(texts), Settings(level="document"))
    monkeypatch.setattr(whole_documents, "LARGE_BATCH", 500)
    for threads in (1, 2):
        assert find_alike(documents_of(texts), Settings(level="document"), threads).matches.equals(whole.matches)
    one, two = (find_alike(documents_of(texts), Settings(level="document", exhaustive_documents=0), n) for n in (1, 2))
    assert one.matches.equals(two.matches)


@given(st.lists(WORDS, min_size=1, max_size=12), st.sampled_from([1, 30, 1 << 20]))
def test_one_pass_keeps_what_folding_first_would(texts: list[str], batch: int) -> None:
    chosen, column = Settings(level="document"), pl.Series(texts)
    tokens, sample = tokenize(column), take_sample(column, chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole_documents, "LARGE_BATCH", batch)
        digests, signatures, met = whole_documents._sketch(column, sample, chosen, threads=2)
    assert (digests == digest(tokens)).all()
    assert (signatures == word_sketcher(chosen)(tokens)).all()
    whole = meet(sample, tokens, chosen)
    assert [np.concatenate(parts).tolist() for parts in zip(*met, strict=True)] == [part.tolist() for part in whole]


def test_a_text_in_many_copies_is_linked_and_its_cluster_completed() -> None:
    story = " ".join(f"word{n}" for n in range(40))
    texts = [*[story] * 40, *[f"{story} and number {n} of its own" for n in range(40)], "nothing of the kind at all"]
    found = found_in(texts, Settings(level="document", exhaustive_documents=0, link_cap=4))
    assert set(found) == set(itertools.combinations([f"d{n:03}" for n in range(80)], 2))
    assert found == {pair: shares for pair, shares in expected(texts).items() if pair in found}
