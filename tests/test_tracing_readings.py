"""Readings of a story's documents against sets of runs, compared pair by pair."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.text.tokens import tokenize
from provenance.tracing.stories import readings
from provenance.tracing.stories.candidates import PARENT, _featured
from provenance.tracing.stories.readings import READING, WITNESSES, Readings, Taken, compare_readings

if TYPE_CHECKING:
    import random

WORDS = st.lists(st.sampled_from("abc"), min_size=READING, max_size=12)


@given(stories=st.lists(st.lists(WORDS, min_size=2, max_size=6), min_size=1, max_size=3), luck=st.randoms())
def test_readings_are_those_of_sets(stories: list[list[list[str]]], luck: random.Random) -> None:
    texts = [words for story in stories for words in story]
    ends = np.cumsum([0] + [len(story) for story in stories]).tolist()
    groups = [list(range(low, high)) for low, high in pairwise(ends)]
    pairs = [(child, parent) for group in groups for child in group for parent in group if child != parent]
    places = [sorted((luck.randrange(24), luck.randrange(24))) for _ in pairs]
    places = [[np.nan, np.nan] if luck.random() < 0.2 else place for place in places]
    ours = Taken(*np.array(pairs).T, *np.array(places, float).T)
    written = pl.Series([" ".join(words) for words in texts])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readings, "BATCH", 6)  # documents, so that there are several
        found = compare_readings(groups, ours, len(texts), lambda some: tokenize(written[some]))

    runs = [[tuple(words[at : at + READING]) for at in range(len(words) - READING + 1)] for words in texts]
    for group in groups:
        count = {run: sum(run in runs[one] for one in group) for one in group for run in runs[one]}
        for row, (child, parent) in enumerate(pairs):
            if child not in group:
                continue
            known = {run for run in runs[child] if count[run] > 1}
            assert found.missing[row] == len(known - set(runs[parent]))
            first, last = places[row]
            inside = [run for at, run in enumerate(runs[parent]) if not (2 * at < first or 2 * at >= last)]
            more = [run for run in inside if 2 * count[run] <= len(group) and run not in runs[child]]
            assert found.more[row] == len(more)
            assert found.beyond[row] == len(runs[parent]) - len(inside)
            both = sum(run in runs[parent] for run in runs[child])
            assert found.alike[row] == both / (len(runs[child]) + sum(run not in runs[child] for run in inside))
        for one in group:
            shared = [at for at, run in enumerate(runs[one]) if count[run] > 1]
            between = runs[one][shared[0] : shared[-1]] if shared and len(group) >= WITNESSES else []
            assert found.private[one] == sum(count[run] == 1 for run in between)


def featured(**known: list[Any]) -> dict[str, list[Any]]:
    """Sources 1, 2 and 3 of document 0, as far as something is known of them -> their features."""
    plain = {"jaccard": 0.5, "named": 0.0, "common": 0.0, "odds": 0.0, "share": 1.0, "lag": 0.0, "order": 0.0}
    columns = {name: known.get(name, [value] * 3) for name, value in plain.items()}
    rows = pl.DataFrame({"child": [0] * 3, "parent": [1, 2, 3], "families": [0] * 3, "daily": [True] * 3, **columns})
    nothing = np.zeros(3)
    read = Readings(
        nothing,
        nothing,
        np.array(known.get("alike", nothing + 0.5)),
        np.array(known.get("beyond", nothing)),
        np.zeros(4),
    )
    signed = np.array([False, *known.get("signed", [False] * 3)])
    outlets = pl.Series(["post", *known.get("outlets", [None] * 3)], dtype=pl.String)
    found = _featured(
        rows, np.zeros(4, np.int64), read, np.arange(4), np.full(4, np.nan), np.ones(4, bool), signed, outlets
    )
    inner = found.parent >= 0
    features = found.features[inner]
    told = {name: features[:, column].tolist() for column, name in enumerate(PARENT)}
    alone = found.features[~inner][:, -1].tolist()
    return told | {"own": found.own[inner].tolist(), "root_signed": alone}


def test_a_source_of_the_source_is_no_likelier_for_more_signs_that_run_the_true_way() -> None:
    assert featured(odds=[0.5, 6.0, -2.0])["parent_odds"] == [0, 0, -2]


def test_an_agencys_own_dateline_speaks_for_it_as_a_source_and_as_a_beginning() -> None:
    found = featured(signed=[False, True, False], outlets=["herald", "agency", "post"])
    assert found["parent_signed"] == [0, 1, 0]
    assert found["root_signed"] == [0, 0, 1, 0]
    assert found["own"] == [False, False, True]
    assert featured(outlets=[None, None, None])["own"] == [False, False, False]


def test_what_was_cut_off_is_one_change_however_much_it_is() -> None:
    found = featured(beyond=[0, 40, 400], jaccard=[0.9, 0.5, 0.05], alike=[0.8, 0.8, 0.8])
    assert found["parent_cut"] == [0, -1, -1]
    assert found["parent_alike"] == [0, 0, 0]
    assert featured(beyond=[9, 40, 400])["parent_cut"] == [0, 0, 0]
    # of what was not compared word by word, what is known of both is how much they share
    assert featured(alike=[np.nan] * 3, jaccard=[0.5, 0.25, 0.5])["parent_alike"] == [0, -np.log(2), 0]
