"""A real Chromium for tests of pages; without one, or without Playwright, they are skipped and say so."""

from __future__ import annotations

import importlib.util
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


def need_chromium() -> None:
    """Skip the test where no page can be opened."""
    if importlib.util.find_spec("playwright") is None:
        pytest.skip("playwright is not installed: pip install '.[test]'")
    if not Path(CHROMIUM).exists():
        pytest.skip("there is no Chromium: apt-get install chromium")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser. Pages of one context share cookies; each context is a browser of its own."""
    need_chromium()
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  not everybody has it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def violations(page: Any) -> list[str]:
    """What axe holds against the page as it stands: rule and first element of each violation."""
    folder = importlib.util.find_spec("axe_core_python")
    if folder is None or not folder.submodule_search_locations:
        pytest.skip("axe-core-python is not installed: pip install '.[test]'")
    place = Path(folder.submodule_search_locations[0]) / "axe.min.js"
    page.evaluate(place.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
