"""Documents without a date between dated ones: the order of a tree heeds the dates of all its members."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.tracing.stories.trust import BACKWARD
from provenance.tracing.stories.undated import EARLY, SLOTS, find_undated, share_backward, weigh_days
from tests.test_tracing_newsroom import PLAIN, scanned, told

NAN = float("nan")
ROUNDED = PLAIN.replace("1,284 people", "about 1,300 people")
#: No sign of which was first: a figure rounded and a text cut short outweigh a date or two, which may be false.
REWORDED = PLAIN.replace("1,284 people", "1,284 folk")
DAY = datetime(2024, 5, 2, tzinfo=UTC)


def lineage(
    first: int | None, second: int | None, third: int | None, changed: str = ROUNDED
) -> dict[str, dict[str, Any]]:
    """Days of a text, of a copy of it, of a copy of that -> what is told of each."""
    texts = {"whole": PLAIN, "changed": changed, "cut": changed[: changed.index("\n\nDoctors")]}
    rows = [
        {
            "id": name,
            "outlet": f"{name.title()} Post",
            "published": None if day is None else DAY + timedelta(day),
            "text": text,
        }
        for day, (name, text) in zip((first, second, third), texts.items(), strict=True)
    ]
    return told(scanned(*rows))


def test_an_undated_text_hides_no_order_of_dates() -> None:
    """The cut one is a week older than the whole: it cannot have its words from that by way of the undated one."""
    against, along = lineage(7, None, 0, REWORDED), lineage(0, None, 7, REWORDED)
    assert {row["origin_id"] for row in against.values()} == {"changed"}
    assert against["cut"]["confidence"] > 0.8 > along["cut"]["confidence"]


def test_dates_that_signs_contradict_leave_less_to_both() -> None:
    """Whatever the undated one's day is, the signs prevail, and are less sure than where dates run their way."""
    for day in (None, 7, 4, 0):
        against, along = lineage(7, day, 0)["cut"], lineage(0, day, 7)["cut"]
        assert against["origin_id"] == along["origin_id"] == "whole"
        assert 0.5 < against["confidence"] < along["confidence"] - 0.03


@pytest.mark.parametrize("days", [(0, None, 7), (0, None, 0), (1, None, 0), (None, None, None), (0, None, None)])
def test_where_dates_run_the_same_way_or_within_a_night_nothing_changes(days: tuple[Any, ...]) -> None:
    assert {row["origin_id"] for row in lineage(*days).values()} == {"whole"}


def choices(days: list[float]) -> tuple[Any, ...]:
    """Documents with these days, each of which may be any other's source or have none -> what is asked of them."""
    size = len(days)
    pairs = [(child, parent) for child in range(size) for parent in range(-1, size) if parent != child]
    child, parent = (np.array(column) for column in zip(*pairs, strict=True))
    return child, parent, np.zeros(len(child), int), np.array(days)[child], size


def chances(days: list[float], slots: dict[int, dict[float, float]]) -> dict[tuple[int, int], float]:
    """The slow twin: for each pair of which one is undated, how likely the copy is EARLY before its source."""
    known = {at: {np.floor(day): 1.0} for at, day in enumerate(days) if day == day} | slots
    return {
        (copy, source): sum(
            one * other
            for late, one in known[copy].items()
            for soon, other in known[source].items()
            if late <= soon - EARLY
        )
        for copy in known
        for source in known
        if copy != source and (copy in slots or source in slots)
    }


@given(
    st.lists(st.one_of(st.just(NAN), st.integers(0, 9).map(float), st.floats(0, 9)), min_size=2, max_size=7),
    st.randoms(),
)
def test_chances_are_those_of_the_slow_twin(days: list[float], luck: Any) -> None:
    child, parent, component, time, size = choices(days)
    found = find_undated(child, parent, component, time, size)
    grid = sorted({np.floor(day) for day in days if day == day})
    bare = [at for at, day in enumerate(days) if day != day]
    if not bare or len(grid) < 2 or grid[-1] - grid[0] < EARLY:
        assert found is None
        return
    assert found is not None
    luck_of = np.random.default_rng(luck.randrange(1 << 30))
    cost = -luck_of.random((found.rows.size, 2)) * 5
    for told_ in (found, weigh_days(found, cost)):
        slots = {at: dict(zip(grid, told_.slot[found.documents == at][0], strict=True)) for at in bare}
        assert all(sum(days.values()) == pytest.approx(1) for days in slots.values())
        wanted = chances(days, slots)
        pairs = zip(child[found.rows].tolist(), parent[found.rows].tolist(), strict=True)
        assert share_backward(told_).tolist() == pytest.approx([wanted[pair] for pair in pairs])


def test_a_hidden_day_lies_where_it_costs_least() -> None:
    """0 of day 9, 1 undated, 2 of day 0; that 1 has it from 0 is surer than that 2 has it from 1, or less sure."""
    for sure, late in ((0.9, 1.0), (0.1, 0.0)):
        child, parent, component, time, size = choices([9, NAN, 0])
        found = find_undated(child, parent, component, time, size)
        assert found is not None
        chance = np.array(
            [
                {(1, 0): sure, (2, 1): 1 - sure}.get(pair, 0)
                for pair in zip(child.tolist(), parent.tolist(), strict=True)
            ]
        )
        for _ in range(4):
            found = weigh_days(found, BACKWARD * chance[found.rows, None] * np.ones(2))
        assert found.slot[1].tolist() == pytest.approx([1 - late, late], abs=0.02)


@pytest.mark.parametrize("cost", [-2000.0, 2000.0])
def test_costs_of_thousands_of_copies_leave_each_day_a_share(cost: float) -> None:
    """Of exp(-2000) nothing is left, and exp(2000) is infinite."""
    found = find_undated(*choices([9, NAN, 0]))
    assert found is not None
    slot = weigh_days(found, np.full((found.rows.size, 2), cost)).slot
    assert slot.sum(1).tolist() == pytest.approx([1, 1, 1])


def test_in_stories_of_many_days_undated_ones_have_none() -> None:
    assert find_undated(*choices([NAN, *map(float, range(SLOTS))])) is not None
    assert find_undated(*choices([NAN, *map(float, range(SLOTS + 1))])) is None
