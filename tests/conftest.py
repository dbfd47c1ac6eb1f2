"""What all tests share: deterministic Hypothesis, the place of the shared material, scans that several files read."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from provenance.dumps import workers
from tests import warm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.reports.runs import Run

# Derandomised: a red run must be red again for whoever looks into it.
settings.register_profile(
    "here", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("here")

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spark's tests first: they are the longest file, for the end of which the other of two workers would wait."""
    items.sort(key=lambda item: "spark" not in item.keywords)


def pytest_configure(config: pytest.Config) -> None:
    """With the JIT off numpy warns where hashes wrap around at 64 bits, which they are meant to.

    A shell starts its background jobs with SIGINT ignored, and their children inherit that: `pytest &` would find no
    interrupt honoured.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        config.addinivalue_line("filterwarnings", "ignore:overflow encountered in scalar:RuntimeWarning")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared dumps, gold and corpora."""
    place = os.environ.get("PROVENANCE_SHARED")
    if not place:
        pytest.skip("PROVENANCE_SHARED is not set: the shared dumps and corpora are not at hand")
    return Path(place)


@pytest.fixture(scope="session", autouse=True)
def warm_workers() -> Iterator[None]:
    """Parsers' processes that outlive a test: a hundred tests of pages each waited for the imports of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "_Worker", warm.WarmWorker)
        yield
    warm.let_go()


@pytest.fixture
def cold_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers as they are, for the tests of how they start and end."""
    monkeypatch.setattr(workers, "_Worker", warm.WarmWorker.__base__)


@pytest.fixture
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and no variable that could be a setting."""
    for name in [name for name in os.environ if name.startswith("PROVENANCE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def small_homes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds over Spark of a few documents a home, so that a small dump has many."""
    from provenance.spark import plan, runs, widespread_runs  # noqa: PLC0415  most tests need none of these

    monkeypatch.setattr(plan, "HOME_BITS", 4)
    monkeypatch.setattr(runs, "AT_ONCE", 64)
    monkeypatch.setattr(widespread_runs, "PAIRS_AT_ONCE", 64)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The sample dumps, with gold/ beside them."""
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def dumps_run(shared: Path) -> Run:
    """The scan of the five shared dumps."""
    from provenance import pipeline  # noqa: PLC0415  tests of one stage need none of the others

    return pipeline.scan([str(shared / "dumps")])


@pytest.fixture(scope="session")
def corpus_run(corpus: Path) -> Run:
    """The scan of corpus/."""
    from provenance import pipeline  # noqa: PLC0415

    return pipeline.scan([str(corpus)])
