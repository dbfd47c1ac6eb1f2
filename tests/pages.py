"""`python -m tests.pages`: what the page reaches in a real Chromium, written to reports/measured/pages.md."""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import browser
from tests.runs import hand_made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "reports" / "measured" / "pages.md"
PARTS = ROOT / "reports"  # sections measured before: ignored by git, as all that stands there
TURNS = int(os.environ.get("TURNS", "5"))
DOCUMENTS, CLUSTERS = 100_000, 5_000
LARGE_VIEWS = (
    "#/", "#/clusters", "#/passages", "#/articles", "#/cluster/d%3A4321", "#/pair/doc-0017284/doc-0017286",
    "#/article/doc-0017284", "#/article/doc-0099999",
)  # fmt: skip


def opened(chromium: Browser, folder: Path) -> float:
    """Seconds from the address to the drawn first view, the median."""
    walls = []
    for _ in range(TURNS):
        watched = browser.Watched(chromium, folder)
        began = time.perf_counter()
        watched.open()
        walls.append(time.perf_counter() - began)
        watched.page.close()
    return statistics.median(walls)


def visited(chromium: Browser, folder: Path, view: str) -> float:
    """Seconds of a view for which nothing was read yet, from a page that just opened; the median."""
    walls = []
    for _ in range(TURNS):
        watched = browser.Watched(chromium, folder).open("#/none")
        walls.append(watched.go(view))
        assert "cannot be drawn" not in watched.page.inner_text("#view"), view
        watched.page.close()
    return statistics.median(walls)


def large(chromium: Browser) -> Iterator[str]:
    """5,000 clusters and 100,000 documents."""
    run = browser.large(DOCUMENTS, CLUSTERS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.process_time()
        browser.put(run, folder)
        took = time.process_time() - began
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        yield f"## {CLUSTERS:,} clusters, {DOCUMENTS:,} articles of 300 words"
        yield ""
        yield f"The page takes {took:.1f} CPU s to write and {size / 1e6:.0f} MB, report_files/ included."
        yield ""
        yield "| what | s | must |"
        yield "|---|---|---|"
        yield f"| opens | {opened(chromium, folder):.2f} | 2 |"
        for view in LARGE_VIEWS:
            yield f"| `{view}` | {visited(chromium, folder, view):.2f} | .3 |"


def long(chromium: Browser) -> Iterator[str]:
    """Pairs that freeze other viewers."""
    pairs = {
        "200,000 words each, one in 25 changed": (*(browser.long_words(200_000, step) for step in (50, 51)), "edited"),
        "200,000 equal words": (*(browser.long_words(200_000, 50),) * 2, "exact"),
        "two lines of 1 MB, one letter": ("x" * 1_000_000, "x" * 1_000_000, "exact"),
        "two lines of 1 MB, one letter, compared": ("x" * 1_000_000, "x" * 1_000_001, "edited"),
        "two lines of 1 MB of two words, in another order": ("ab cd " * 166_666, "cd ab " * 166_666, "edited"),
    }  # fmt: skip
    yield "## Long texts side by side"
    yield ""
    yield "| what | s | must | said of what is folded |"
    yield "|---|---|---|---|"
    for said, (left, right, kind) in pairs.items():
        with tempfile.TemporaryDirectory() as name:
            folder = browser.put(browser.two(left, right, kind), Path(name))
            wall = visited(chromium, folder, "#/pair/a/b")
            watched = browser.Watched(chromium, folder).open("#/pair/a/b")
            fold = watched.page.locator("button.fold").last.inner_text()
            watched.page.close()
        yield f"| {said} | {wall:.2f} | 1 | {fold} |"


def hostile(chromium: Browser) -> Iterator[str]:
    """Payloads in every field."""
    with tempfile.TemporaryDirectory() as name:
        watched = browser.Watched(chromium, browser.put(browser.poisoned(), Path(name))).open()
        views = browser.hostile_views()
        for view in views:
            watched.go(view)
            watched.page.evaluate(browser.UNFOLD)
        for view in views[:6]:
            watched.go(view)
            watched.page.emulate_media(media="print")
            watched.page.pdf()
            watched.page.emulate_media(media="screen")
        alarms = len(watched.alarms)
        watched.page.close()
    yield "## Hostile text"
    yield ""
    yield f"{len(browser.PAYLOADS)} payloads, each as id, title, text, outlet, address, path, credit, evidence;"
    yield f"{len(views)} views on the screen, 6 of them printed: {alarms} executions, requests and errors (must: 0)."


def accessible(chromium: Browser) -> Iterator[str]:
    """Axe on every view."""
    source = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
    found, looked = 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = browser.put(hand_made(), Path(name))
        for size in browser.SIZES:
            for scheme in ("light", "dark"):
                watched = browser.Watched(chromium, folder, size, scheme).open()
                for view in browser.VIEWS:
                    watched.go(view)
                    watched.page.evaluate(browser.UNFOLD)
                    told: dict[str, Any] = watched.page.evaluate(f"async () => {{ {source}; return await axe.run(); }}")
                    found += len(told["violations"])
                    looked += 1
                watched.page.close()
    yield "## Accessibility"
    yield ""
    yield f"axe finds {found} violations (must: 0) in {looked} looks: {len(browser.VIEWS)} views, 1280 and 390 px wide,"
    yield "light and dark, with everything unfolded."


def main() -> None:
    """Measure the sections named, or all, and replace them on the page; each tells the load it was measured under."""
    wanted = sys.argv[1:] or list(SECTIONS)
    with browser.launched() as chromium:
        for name in wanted:
            body = "\n".join(SECTIONS[name](chromium))
            told = f"\n\nMeasured {dt.datetime.now(dt.UTC):%Y-%m-%d}, {TURNS} turns, load {os.getloadavg()[0]:.0f}.\n"
            (PARTS / f"pages_{name}.part").write_text(body + told, encoding="utf-8")
        version = chromium.version
    head = f"""# The page in a browser

Written by `python -m tests.pages` with Chromium {version}, Python {platform.python_version()}, {os.cpu_count()} cores
shared with others. Seconds are medians, from the call to the painted view, of views for which nothing was read yet.
"""
    parts = [PARTS / f"pages_{name}.part" for name in SECTIONS]
    PAGE.write_text("\n".join([head, *(part.read_text("utf-8") for part in parts if part.exists())]), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written")


SECTIONS = {"large": large, "long": long, "hostile": hostile, "accessible": accessible}


if __name__ == "__main__":
    main()
