"""No regular expression of ours takes long on any text (`tests.pumps` says how they are found)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests import pumps
from tests.pumps import PUMPS, Expression, expressions, is_slow

if TYPE_CHECKING:
    import pytest


def test_every_expression_is_found() -> None:
    found, unknown = expressions()
    assert len(found) > 150
    assert unknown == []
    assert len(set(PUMPS)) >= 30


def test_a_slow_one_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pumps, "SIZE", 20_000)
    assert is_slow(Expression("here:1", re.compile(r"\s+$"), anchored=False), "\t")


def test_no_expression_runs_away() -> None:
    found, _ = expressions()
    assert [(one.place, pump) for one in found for pump in PUMPS if is_slow(one, pump)] == []
