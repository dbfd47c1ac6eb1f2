"""The page in a real Chromium: opened from disk, watched for whatever it should not do; runs to fill it with."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

from provenance.reports.page import page_files
from tests.runs import NOON, frame, hand_made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from provenance.reports.runs import Run

VIEWS = (
    "#/",
    "#/clusters",
    "#/passages",
    "#/articles",
    "#/cluster/d%3A1",
    "#/cluster/p%3A2",
    "#/pair/a/b",
    "#/article/a",
)
SIZES = {"wide": (1280, 900), "narrow": (390, 844)}


def chromium() -> str | None:
    """Debian's Chromium or another on the path; PROVENANCE_CHROMIUM names one elsewhere."""
    named = os.environ.get("PROVENANCE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def missing() -> str | None:
    """Why no browser can be had, if so."""
    try:
        import playwright.sync_api  # noqa: F401, PLC0415  of the extra `test`
    except ImportError:
        return "playwright is not installed: pip install '.[test]'"
    return None if chromium() else "there is no Chromium here: apt-get install chromium"


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A browser without a window. Containers have no user namespaces for its sandbox, and need none for our page."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page that notes every dialog, error and request other than for its own files."""

    def __init__(self, browser: Browser, folder: Path, size: str = "wide", scheme: str = "light") -> None:
        width, height = SIZES[size]
        self.page: Page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        self.alarms: list[str] = []
        own = folder.resolve().as_uri()

        def closed(dialog: Any) -> None:
            self.alarms.append(f"dialog {dialog.message}")
            dialog.dismiss()

        self.page.on("dialog", closed)
        self.page.on("pageerror", lambda error: self.alarms.append(f"error {error}"))
        self.page.on(
            "console", lambda said: self.alarms.append(f"console {said.text}") if said.type == "error" else None
        )
        self.page.on(
            "request", lambda asked: None if asked.url.startswith(own) else self.alarms.append(f"request {asked.url}")
        )
        self.page.on("popup", lambda other: self.alarms.append(f"window {other.url}"))
        self.address = (folder / "report.html").resolve().as_uri()

    def open(self, view: str = "") -> Watched:
        """Load the page at a view, and wait until it stands."""
        self.page.goto("about:blank")
        self.page.goto(self.address + view)
        self.page.wait_for_selector("html[data-drawn]")
        return self

    def go(self, view: str) -> float:
        """Go to a view as a link would -> the seconds until it stood and was painted."""
        return float(
            self.page.evaluate(
                """async (view) => {
                    const main = document.getElementById("view");
                    const began = performance.now();
                    const drawn = new Promise((resolve) => {
                        const seen = new MutationObserver(() => {
                            if (main.hasAttribute("aria-busy")) return;
                            seen.disconnect();
                            requestAnimationFrame(() => setTimeout(resolve));
                        });
                        seen.observe(main, { attributes: true });
                    });
                    if (location.hash === view) location.hash = "#/none";
                    location.hash = view;
                    await drawn;
                    return (performance.now() - began) / 1000;
                }""",
                view,
            )
        )


def put(run: Run, folder: Path) -> Path:
    """Write the page of a run, without its tables -> the folder."""
    for name, content in page_files(run):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


# -- hostile text ----------------------------------------------------------------------------------------

ACTS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<body onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>", "<iframe src=javascript:alert(1)></iframe>", "<animate onbegin=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<img src=http://evil.invalid/a.png>", "javascript:alert(1)",
    "<link rel=stylesheet href=http://evil.invalid/a.css>", "<base href=http://evil.invalid/>", "${alert(1)}",
    "<style>@import 'http://evil.invalid/b.css'; body{background:url(http://evil.invalid/c)}</style>",
    "<meta http-equiv=refresh content='0;url=http://evil.invalid/'>", "<input autofocus onfocus=alert(1)>",
    "<form action=http://evil.invalid><button autofocus onfocus=alert(1)>", "<math><mtext><script>alert(1)</script>",
    "<details open ontoggle=alert(1)>x</details>", "<video><source onerror=alert(1)></video>",
    "<object data=javascript:alert(1)>", "<a href=javascript:alert(1) id=evil>x</a>",
    "data:text/html,<script>alert(1)</script>", "{{constructor.constructor('alert(1)')()}}",
    "\u202e\u2066<img src=x onerror=alert(1)>",
)  # fmt: skip
BREAKS = ("", "\"'>", "</script></style></textarea></title>-->", "\\u003c/script>\\x3c ]]>\n\r\u2028")
PAYLOADS = [f"{before}{act}" for before, act in product(BREAKS, ACTS)]


#: Everything that opens is opened, and every button that shows more is pressed.
UNFOLD = """() => {
    document.querySelectorAll("details").forEach((one) => { one.open = true; });
    document.querySelectorAll("button.more:not([hidden]), button.fold").forEach((one) => one.click());
}"""


def hostile_views() -> list[str]:
    """The lists, the cluster, and for each payload its article and its pair with the first."""
    ids = [quote(f"{number:03}{payload}", safe="") for number, payload in enumerate(PAYLOADS)]
    views = ["#/", "#/clusters", "#/passages", "#/articles", "#/cluster/d%3A1", f"#/pair/{ids[0]}/{ids[1]}"]
    return views + [f"#/article/{name}" for name in ids] + [f"#/pair/{ids[0]}/{name}" for name in ids[2:]]


def poisoned() -> Run:
    """Articles in one cluster, each with another payload as text, title, outlet, address, path, byline and id."""
    run = hand_made()
    count = len(PAYLOADS)
    ids = [f"{number:03}{payload}" for number, payload in enumerate(PAYLOADS)]
    texts = [f"{payload} {PAYLOADS[0]}" for payload in PAYLOADS]
    documents = [
        (name, payload, 0, 9, payload, payload, payload, NOON, payload, payload[:9], text)
        for name, payload, text in zip(ids, PAYLOADS, texts, strict=True)
    ]
    evidence = [[{"family": p, "weight": 1.0, "doc_id": p, "start": 0, "end": 1, "text": p}] for p in PAYLOADS]
    end = len(PAYLOADS[0])
    return dataclasses.replace(
        run,
        documents=frame("documents", documents),
        rejects=frame("rejects", [(p, 1, p, p, p) for p in PAYLOADS]),
        passages=frame("passages", [(name, 0, 4, "quote") for name in ids]),
        spans=frame(
            "spans",
            [
                (ids[0], name, 0, len(texts[0]), 0, len(text), 0.9, "edited", "paragraph")
                for name, text in zip(ids[1:], texts[1:], strict=True)
            ],
        ),
        matches=frame("matches", [(ids[0], name, 1, 0.5, 0.5, 0.5, "overlap") for name in ids[1:]]),
        clusters=frame(
            "clusters",
            [("d:1", "document", name, None, None, None, 0.9, number == 0) for number, name in enumerate(ids)]
            + [(f"p:{name}", "passage", name, 0, end, "paragraph", 0.9, False) for name in ids],
        ),
        attributions=frame("attributions", [(name, 0, 3, name, "credit", "article", name, None) for name in ids]),
        dates=frame("dates", [(name, None, None, NOON, "second", "updated", False) for name in ids]),
        edges=frame(
            "edges",
            [
                (f"source:{p}" if number % 2 else ids[0], name, "cites", p, "d:1", 0.9, p, evidence[number])
                for number, (p, name) in enumerate(zip(PAYLOADS, ids, strict=True))
            ],
        ),
        origins=frame("origins", [(n, f"source:{n}", "external", "cites", 0.9, n, n, n) for n in ids]),
        outlets=frame("outlets", [(p, PAYLOADS[0], count, 1, None) for p in PAYLOADS]),
    )


# -- large and long --------------------------------------------------------------------------------------


def large(documents: int, clusters: int, words: int = 300) -> Run:
    """A run of so many articles, of which `clusters` groups of four share all of their text."""

    def named(number: str) -> pl.Expr:
        return pl.format("doc-{}", pl.col(number).cast(pl.String).str.zfill(7))

    numbers = pl.int_range(documents, eager=True)
    members = 4 * clusters
    group = pl.when(pl.col("n") < members).then(pl.col("n") // 4).otherwise(pl.col("n"))
    spelt = [f"w{number * 7919 % 5003}" for number in range(words)]
    base = pl.DataFrame({"n": numbers}).with_columns(g=group).with_columns(
        doc_id=named("n"),
        text=pl.format("story{} {} end{}", pl.col("g"), pl.lit(" ".join(spelt)), pl.col("g")),
        outlet=pl.format("Outlet {}", pl.col("n") % 97),
        title=pl.format("What happened in story {} of the year", pl.col("g")),
        published=pl.lit(NOON).dt.cast_time_unit("us") + pl.duration(minutes=pl.col("n") % 5000),
    )  # fmt: skip
    first = base.filter(pl.col("n") < members)
    length = first["text"].str.len_chars().cast(pl.Int64)
    run = hand_made()
    pairs = first.filter(pl.col("n") % 4 > 0).select(left=(pl.col("n") // 4 * 4), right="n")
    tied = pairs.select(left_doc=named("left"), right_doc=named("right"), right="right").join(
        first.select("n", length=length), left_on="right", right_on="n"
    )

    def shaped(name: str, rows: pl.DataFrame) -> pl.DataFrame:
        schema = run.table(name).schema
        return rows.select(
            (pl.col(column) if column in rows.columns else pl.lit(None)).cast(dtype).alias(column)
            for column, dtype in schema.items()
        )

    placed = first.with_columns(
        cluster_id=pl.format("p:{}", "g"), level=pl.lit("passage"), start=pl.lit(0), end=length,
        role=pl.lit("paragraph"), cohesion=pl.lit(1.0), is_origin=pl.col("n") % 4 == 0,
    )  # fmt: skip
    grouped = placed.with_columns(cluster_id=pl.format("d:{}", "g"), level=pl.lit("document"), start=None, end=None)
    spans = tied.with_columns(
        left_start=pl.lit(0), right_start=pl.lit(0), left_end="length", right_end="length", identity=pl.lit(1.0),
        kind=pl.lit("exact"), role=pl.lit("paragraph"),
    )  # fmt: skip
    return dataclasses.replace(
        run,
        documents=shaped("documents", base.with_columns(path=pl.lit("large.jsonl"))),
        rejects=run.rejects.clear(), passages=run.passages.clear(), attributions=run.attributions.clear(),
        dates=run.dates.clear(), outlets=run.outlets.clear(),
        spans=shaped("spans", spans),
        matches=shaped("matches", tied.with_columns(
            spans=pl.lit(1), jaccard=pl.lit(1.0), left_containment=pl.lit(1.0), right_containment=pl.lit(1.0),
            relation=pl.lit("duplicate"),
        )),
        clusters=pl.concat([shaped("clusters", grouped), shaped("clusters", placed)]),
        edges=shaped("edges", tied.with_columns(
            from_id="left_doc", to_id="right_doc", relation=pl.lit("copied_from"), kind=pl.lit("copied"),
            confidence=pl.lit(0.9), verdict=pl.lit("likely"), cluster_id=pl.format("d:{}", pl.col("right") // 4),
        )),
        origins=shaped("origins", base.with_columns(
            origin_id="doc_id", kind=pl.lit("itself"), confidence=pl.lit(0.9), verdict=pl.lit("likely"),
            reason=pl.lit("No other source was found."),
        )),
    )  # fmt: skip


def two(left: str, right: str, kind: str = "edited", identity: float = 0.9) -> Run:
    """A run of two articles, `a` and `b`, whose texts are one span from end to end."""
    run = hand_made()
    return dataclasses.replace(
        run,
        documents=run.documents.head(2).with_columns(text=pl.Series([left, right])),
        passages=run.passages.clear(),
        spans=frame("spans", [("a", "b", 0, len(left), 0, len(right), identity, kind, "paragraph")]),
        clusters=frame(
            "clusters",
            [
                ("d:1", "document", "a", None, None, None, 1.0, True),
                ("d:1", "document", "b", None, None, None, 1.0, False),
                ("p:2", "passage", "a", 0, len(left), "paragraph", 1.0, True),
                ("p:2", "passage", "b", 0, len(right), "paragraph", 1.0, False),
            ],
        ),
        origins=run.origins.head(2),
    )


def long_words(count: int, changed: int) -> str:
    """So many words, every `changed`-th another one: 1.2 MB for 200,000."""
    return " ".join(f"x{number}" if number % changed == 1 else f"w{number * 7919 % 20011}" for number in range(count))
