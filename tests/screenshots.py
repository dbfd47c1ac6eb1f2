"""`python -m tests.screenshots`: four views of the sample dumps' page as small pictures, for the README."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from provenance import pipeline
from tests import browser

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "reports" / "measured"
FERRY = "M-250514-037"  # the agency's report in the sample dumps
PAIR = "KD-88120", "at-20250514-ferry"  # two papers' copies of it
SCROLL = "document.querySelector('{}').scrollIntoView()"


def main() -> None:
    """Write reports/measured/page_*.png."""
    with contextlib.chdir(ROOT):  # ids are paths as given
        run = pipeline.scan(["corpus"])
    cluster = run.clusters.filter((run.clusters["level"] == "document") & (run.clusters["doc_id"] == FERRY))
    views = {
        "summary": ("wide", "light", "#/", None),
        "cluster": ("wide", "light", f"#/cluster/{cluster['cluster_id'][0].replace(':', '%3A')}", None),
        "pair": ("wide", "dark", f"#/pair/{PAIR[0]}/{PAIR[1]}", ".steps"),
        "article": ("narrow", "light", "#/article/ls-4470", ".reading"),
    }
    with tempfile.TemporaryDirectory() as folder, browser.launched() as chromium:
        place = browser.put(run, Path(folder))
        for name, (size, scheme, view, part) in views.items():
            watched = browser.Watched(chromium, place, size, scheme).open()
            watched.go(view)
            if part:
                watched.page.evaluate(SCROLL.format(part))
            watched.page.screenshot(path=FOLDER / f"page_{name}.png")
            watched.page.close()


if __name__ == "__main__":
    main()
