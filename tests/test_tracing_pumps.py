"""No expression of tracing takes long on any text: each is run on strings that make expressions run away."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from typing import TYPE_CHECKING

import polars as pl
import pytest

import provenance.tracing
from provenance.tables import PASSAGES, empty
from provenance.tracing.statements.attributions import find_attributions
from provenance.tracing.statements.dates import find_dates

if TYPE_CHECKING:
    from types import ModuleType

SIZE = 100_000
LIMIT = 0.1  # seconds of CPU
#: Modules whose expressions see windows of some hundred characters only (citations.BEFORE and AFTER).
WINDOWED = {"provenance.tracing.statements.citations": 20_000}
PIECES = (
    "a", "A", "0", " ", "\n", "(", ")", "-", "—", ":", ",", ".", "A ", "a ", "A. ", "Aa ", "AA, ", "(A", "(A) ", "A (A",
    "0,", "0.0", "1 May ", "\n\n", "/ ", "http://a", "said ", "“a", ">", "told the A ",
)  # fmt: skip
MODULES = [
    importlib.import_module(f"provenance.tracing.{found.name}")
    for found in pkgutil.iter_modules(provenance.tracing.__path__)
]


def expressions(module: ModuleType) -> list[tuple[str, re.Pattern[str]]]:
    return [
        (f"{module.__name__}.{name}", value) for name, value in vars(module).items() if isinstance(value, re.Pattern)
    ]


def cost(pattern: re.Pattern[str], piece: str, size: int) -> float:
    text = (piece * (size // len(piece) + 1))[:size]
    began = time.process_time()
    pattern.search(text)
    return time.process_time() - began


def is_slow(pattern: re.Pattern[str], piece: str, size: int) -> bool:
    """A tenth of the text in a hundredth of the time is quick enough even for what is quadratic; else it is tried."""
    if cost(pattern, piece, size // 10) <= LIMIT / 100:
        return False
    # the least of three: a busy machine is no fault of the expression
    return all(cost(pattern, piece, size) > LIMIT for _ in range(3))


def test_there_are_thirty_pumps() -> None:
    assert len(set(PIECES)) == 30


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_no_expression_runs_away(module: ModuleType) -> None:
    size = WINDOWED.get(module.__name__, SIZE)
    slow = [(name, piece) for name, pattern in expressions(module) for piece in PIECES if is_slow(pattern, piece, size)]
    assert slow == []


def test_attributions_and_dates_of_pumps_are_quick() -> None:
    texts = [(piece * (SIZE // len(piece) // 5 + 1))[: SIZE // 5] for piece in PIECES]
    given = pl.DataFrame(
        {"doc_id": [str(at) for at in range(len(texts))], "text": texts},
    ).with_columns(
        title=pl.lit(None, pl.String),
        byline=pl.lit(None, pl.String),
        published=pl.lit(None, pl.Datetime("us", "UTC")),
        outlet=pl.lit(None, pl.String),
        url=pl.lit(None, pl.String),
    )
    began = time.process_time()
    find_dates(given, find_attributions(given, empty(PASSAGES)))
    assert time.process_time() - began < 30 * LIMIT
