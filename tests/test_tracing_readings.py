"""Readings of a story's documents against sets of runs, compared pair by pair."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from provenance.text.tokens import tokenize
from provenance.tracing.readings import READING, WITNESSES, Taken, compare_readings

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
    read = [tokenize(pl.Series([" ".join(words)])) for words in texts]
    found = compare_readings(groups, ours, len(texts), read.__getitem__)

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
        for one in group:
            shared = [at for at, run in enumerate(runs[one]) if count[run] > 1]
            between = runs[one][shared[0] : shared[-1]] if shared and len(group) >= WITNESSES else []
            assert found.private[one] == sum(count[run] == 1 for run in between)
