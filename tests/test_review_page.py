"""The review page in a real Chromium: editors find, look, decide, undo and come back; nothing from a dump runs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl
import pytest

import provenance as pv
from provenance.dumps.verdicts import read_verdicts
from tests.browsing import chromium, need_chromium, violations
from tests.editors import together
from tests.serving import ROOT, Server, reviewing, stories, stories_run, write_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytest.importorskip("uvicorn", reason="the review page's libraries are not installed: pip install '.[review]'")

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PAYLOADS = [
    "<script>window.hit('{where}')</script>", "<img src=x onerror=\"window.hit('{where}')\">",
    "<svg onload=window.hit('{where}')>", "\"><script>window.hit('{where}')</script>", "'-window.hit('{where}')-'",
    "javascript:window.hit('{where}')", "</script><script>window.hit('{where}')</script>",
    "{{{{window.hit('{where}')}}}}",
    "<iframe srcdoc=\"<script>parent.hit('{where}')</script>\">", "`${{window.hit('{where}')}}`",
    "<a href=\"javascript:window.hit('{where}')\">x</a>",
    "\\u003cscript\\u003ewindow.hit('{where}')\\u003c/script\\u003e",
    "<!--><script>window.hit('{where}')</script>-->", "<math><mtext></p><script>window.hit('{where}')</script>",
    "<style>@import 'http://evil.example/{where}'</style>", "<link rel=stylesheet href=http://evil.example/{where}>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/{where}'>", "<base href=http://evil.example/>",
    "<form action=http://evil.example/><input autofocus onfocus=window.hit('{where}')>",
    "\u202e</bdi><script>window.hit('{where}')</script>",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    need_chromium()
    with reviewing(write_run(tmp_path / "run")) as running:
        yield running


#: A decision sent from inside the page.
POST = "([said, headers]) => fetch('/decide', { method: 'POST', headers, body: JSON.stringify(said) })"


def enter(browser: Any, server: Server, size: dict[str, int] = WIDE) -> Any:
    """An editor's own browser with the page open; whatever it logs as an error, or asks of others, fails the test."""
    page = browser.new_context(viewport=size).new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: pytest.fail(f"the page fails: {error}"))
    page.goto(server.address)
    page.wait_for_selector("#progress:not(:empty)")
    return page


def go(page: Any, address: str) -> None:
    """Ask for a view and wait until it stands in the place of the one before."""
    page.locator("#view > *").first.evaluate("node => { node.dataset.old = ''; }")
    page.evaluate("address => { window.location.hash = address; }", address)
    page.wait_for_function("() => !document.querySelector('#view > [data-old], #view[aria-busy]')")


def pick(run: pv.Run, doc_id: str, level: str = "document") -> str:
    return str(run.clusters.filter((pl.col("doc_id") == doc_id) & (pl.col("level") == level))["cluster_id"][-1])


def words(page: Any) -> list[str]:
    page.wait_for_selector("#view > aside.slot .choice")
    return [text.split("\n")[0].strip() for text in page.locator("#view > aside.slot .word").all_inner_texts()]


def decided(page: Any, *wanted: str) -> None:
    """Wait until the decisions of the view are these."""
    page.wait_for_function(
        "wanted => [...document.querySelectorAll('#view > aside.slot .word')].map((one) => one.textContent).join()"
        " === wanted.join()",
        arg=list(wanted),
    )


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("pair", [("ferry", "again"), ("arabic", "arabic2")], ids=["left to right", "right to left"])
def test_open_find_step_decide_undo_reload_and_the_next_run(
    browser: Any, server: Server, tmp_path: Path, size: dict[str, int], pair: tuple[str, str]
) -> None:
    page = enter(browser, server, size)
    assert "#" not in page.url or server.entry not in page.url
    # find the cluster by searching, open it, and go on to the pair
    go(page, "#/clusters")
    page.locator("#search").fill(pair[0])
    page.locator("details.cluster > summary").first.click()
    page.locator("details.cluster a", has_text="Timeline").first.click()
    page.wait_for_selector("#timeline")
    page.locator("#members table a", has_text="compare").first.click()
    page.wait_for_selector(".row.passage")
    # step through what is the same
    page.keyboard.press("n")
    page.wait_for_selector(".row.here")
    assert page.locator(".row.here").bounding_box()["width"] <= size["width"]
    if pair[0] == "arabic":
        assert page.evaluate("getComputedStyle(document.querySelector('.row.passage .cell.text')).direction") == "rtl"
    # decide by key, again otherwise, then back twice
    page.keyboard.press("y")
    decided(page, "Same")
    page.keyboard.press("x")
    decided(page, "Different")
    page.keyboard.press("z")
    decided(page, "Same")
    page.keyboard.press("z")
    decided(page)
    page.locator("#view > aside.slot button.different").click()
    decided(page, "Different")
    assert "by Ann" in page.locator("#view > aside.slot .said-before").inner_text()
    page.reload()
    decided(page, "Different")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    rows = read_verdicts(server.folder / "verdicts.sqlite")
    assert rows is not None
    assert rows["verdict"].to_list() == ["same", "different", "undo", "undo", "different"]
    page.context.close()
    stories().write_parquet(tmp_path / "dump.parquet")
    words = ("scan", str(tmp_path / "dump.parquet"), "-o", str(server.folder), "-q", "--until", "clusters")
    assert subprocess.run([sys.executable, "-m", "provenance", *words], cwd=ROOT, check=False).returncode == 0
    assert not any(set(pair) <= set(group) for group in together(pv.Run.read(server.folder)))


def test_groups_passages_and_origins_are_decided(browser: Any, server: Server) -> None:
    run = stories_run()
    page = enter(browser, server)
    go(page, f"#/cluster/{pick(run, 'ferry')}")
    # mark two, split them off: one decision; take it back in the history
    page.locator(".card[data-id=again] input[type=checkbox]").check()
    page.locator("#view > aside.slot button.split", has_text="Split off 1 marked").click()
    decided(page, "Split")
    page.keyboard.press("h")
    page.locator("#history button", has_text="Undo").first.click()
    page.wait_for_selector("#history li.fallen")
    page.locator("#history button", has_text="Restore").first.click()
    page.wait_for_function("() => document.querySelectorAll('#history li').length === 3")
    page.keyboard.press("Escape")
    decided(page, "Split")
    # many at once: nothing before the count is agreed to
    page.locator(".card[data-id=ferry] button", has_text="Origin of all").click()
    page.wait_for_selector("#plan[open]")
    assert "2 decisions" in page.locator("#plan h2").inner_text()
    page.locator("#plan button", has_text="Cancel").click()
    page.locator(".card[data-id=ferry] button", has_text="Origin of all").click()
    page.locator("#plan button.yes").click()
    page.wait_for_function("() => document.getElementById('message').textContent.includes('2 decisions kept')")
    # an origin that is not in the dump
    go(page, "#/article/again")
    page.locator("details.origin-form summary").click()
    page.locator("input[name=source]").fill("The Moon")
    page.locator("details.origin-form button", has_text="from this source").click()
    page.wait_for_selector(".said-before >> text=The Moon")
    # a passage is ignored, with a note
    go(page, f"#/cluster/{pick(run, 'quay', 'passage')}")
    page.wait_for_selector("#view > aside.slot button.boilerplate")
    page.keyboard.press("i")
    decided(page, "Boilerplate")
    page.keyboard.press("g")
    page.keyboard.type("our letter")
    page.keyboard.press("Enter")
    decided(page, "Boilerplate", "Note")
    rows = read_verdicts(server.folder / "verdicts.sqlite")
    assert rows is not None
    assert rows["verdict"].to_list() == ["split", "undo", "undo", "origin", "origin", "origin", "boilerplate", "note"]
    page.context.close()


def test_all_that_a_search_left_is_decided_after_a_preview(browser: Any, server: Server) -> None:
    page = enter(browser, server)
    go(page, "#/clusters")
    page.locator("aside.slot[data-kind=list] summary").click()
    page.locator("aside.slot[data-kind=list] button", has_text="Same").click()
    page.wait_for_selector("#plan[open]")
    assert page.locator("#plan h2").inner_text() == "Same: 2 decisions"
    assert page.evaluate("fetch('/rows').then((answer) => answer.json()).then((told) => told.rows)") == 0
    page.locator("#plan button.yes").click()
    page.wait_for_function("() => document.getElementById('progress').textContent.includes('2 of 2 groups')")
    page.keyboard.press("]")
    page.wait_for_function("() => window.location.hash.startsWith('#/cluster/p')")
    page.context.close()


def test_blind_editors_see_no_scores(browser: Any, server: Server) -> None:
    page = enter(browser, server)
    go(page, f"#/cluster/{pick(stories_run(), 'ferry')}")
    page.wait_for_selector("#timeline")
    assert "cohesion" in page.locator("#view").inner_text()
    page.keyboard.press("b")
    shown = page.locator("#view").inner_text()
    assert "cohesion" not in shown
    assert "confidence" not in shown
    assert "shares" not in shown
    go(page, "#/pair/ferry/again")
    page.wait_for_selector(".row.passage")
    assert "jaccard" not in page.locator("#view").inner_text()
    page.reload()
    page.wait_for_selector(".row.passage")
    assert "jaccard" not in page.locator("#view").inner_text()
    page.context.close()


def test_two_editors_see_each_other_and_lose_nothing(browser: Any, server: Server) -> None:
    ann, ben = enter(browser, server), enter(browser, server)
    ben.locator("#editor").fill("Ben")
    ben.locator("#editor").blur()
    for page in (ann, ben):
        go(page, "#/pair/ferry/again")
        page.wait_for_selector(".row.passage")
    ann.keyboard.press("y")
    decided(ann, "Same")
    decided(ben, "Same")  # told without a reload
    assert "by Ann" in ben.locator("#view > aside.slot .said-before").inner_text()
    ben.keyboard.press("x")
    decided(ben, "Different")
    decided(ann, "Different")
    rows = read_verdicts(server.folder / "verdicts.sqlite")
    assert rows is not None
    assert rows.select("editor", "verdict").rows() == [("Ann", "same"), ("Ben", "different")]
    for page in (ann, ben):
        page.context.close()


def test_nothing_from_a_dump_or_a_note_runs(browser: Any, tmp_path: Path) -> None:
    """Payloads in ids, texts, titles, outlets, addresses, paths, the editor's name and notes, on every view."""
    run = stories_run()
    names = [one.replace("{where}", f"id{at}").replace("{{", "{").replace("}}", "}") for at, one in enumerate(PAYLOADS)]

    def poisoned(name: str) -> str:
        return f"{names[sum(map(ord, name)) % len(names)]} {name}"

    table = {name: poisoned(name) for name in run.documents["doc_id"]}
    frames = {}
    for name in run.made:
        frame = run.table(name)
        ids = [
            column
            for column in ("doc_id", "left_doc", "right_doc", "from_id", "to_id", "origin_id", "runner_up")
            if column in frame.columns
        ]
        frames[name] = frame.with_columns(pl.col(column).replace(table) for column in ids)
    bad = pl.Series([names[at % len(names)] for at in range(run.documents.height)])
    frames["documents"] = frames["documents"].with_columns(
        title=bad,
        outlet=bad.reverse(),
        byline=bad,
        url=bad,
        path=bad,
        text=pl.concat_str("text", pl.lit("\n\n"), bad.reverse()),
    )
    pv.Run.of(frames, run.facts).write(tmp_path / "run")
    hits: list[str] = []
    asked: list[str] = []
    with reviewing(tmp_path / "run", "--editor", names[1]) as server:
        context = browser.new_context(viewport=WIDE)
        context.expose_function("hit", lambda where: hits.append(str(where)))
        page = context.new_page()
        page.on("dialog", lambda dialog: (hits.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.address)
        page.wait_for_selector("#progress:not(:empty)")
        headers = {
            "content-type": "application/json",
            "x-provenance-token": page.evaluate("document.body.dataset.token"),
        }
        one, two = (next(name for old, name in table.items() if old == wanted) for wanted in ("ferry", "again"))
        for note in names:
            said = {"verdict": "note", "about": [["pair", one, two]], "note": note, "editor": note[:100]}
            told = page.evaluate(
                POST + ".then((one) => one.status)",
                [said, headers],
            )
            assert told == 200, note
        page.evaluate(
            POST,
            [{"verdict": "origin", "about": [["origin", one, f"source:{names[0]}"]], "editor": "Ann"}, headers],
        )
        page.reload()
        page.wait_for_selector("#progress:not(:empty)")
        for view in (
            ["clusters"],
            ["passages"],
            ["articles"],
            ["cluster", pick(run, "ferry")],
            ["article", one],
            ["pair", one, two],
        ):
            go(page, "#/" + "/".join(quote(name, safe="") for name in view))
            page.wait_for_selector("h1")
        page.wait_for_selector("#view > aside.slot .said-before li")
        assert page.locator("#view > aside.slot .said-before li").count() == len(names)
        page.keyboard.press("h")
        page.wait_for_selector("#history li")
        page.emulate_media(media="print")
        assert (
            page.evaluate("document.querySelectorAll('iframe, img, object, embed, base, form[action], math').length")
            == 0
        )
        assert hits == []
        assert [url for url in asked if not url.startswith(server.origin + "/")] == []
        context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_on_the_views_of_the_review(browser: Any, server: Server, size: dict[str, int]) -> None:
    run = stories_run()
    page = enter(browser, server, size)
    found: dict[str, list[str]] = {}

    def look(name: str, ready: str, act: Callable[[], object] = lambda: None) -> None:
        act()
        page.wait_for_selector(ready)
        found[name] = violations(page)

    look("summary", "aside.slot .choice")
    go(page, "#/clusters")
    look(
        "clusters",
        "aside.slot[data-kind=list] summary",
        lambda: page.locator("aside.slot[data-kind=list] summary").click(),
    )
    go(page, f"#/cluster/{pick(run, 'ferry')}")
    look("cluster", "#timeline", lambda: page.wait_for_selector(".card .choice"))
    look("origin", "input[name=source]", page.locator("details.origin-form summary").first.click)
    go(page, f"#/cluster/{pick(run, 'quay', 'passage')}")
    look("passage", "#view > aside.slot button.boilerplate")
    go(page, "#/pair/ferry/again")
    page.wait_for_selector(".row.passage")
    page.keyboard.press("x")
    look("pair", ".said-before li")
    look("history", "#history[open]", lambda: page.keyboard.press("h"))
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    look("blind", "body.blind")
    go(page, f"#/cluster/{pick(run, 'ferry')}")
    page.wait_for_selector(".card button >> text=Origin of all")
    look("preview", "#plan[open]", page.locator(".card button", has_text="Origin of all").first.click)
    page.locator("#plan button", has_text="Cancel").click()
    page.locator("#theme").click()
    look("dark", "html[data-theme]")
    assert {name: some for name, some in found.items() if some} == {}
    page.context.close()
